package functions

import (
	"encoding/xml"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("xml.stringify", "Stringify XML", "An object of one field as XML text: the opposite of xml.parse.", xmlStringify))

type xmlStringifyIn struct {
	Object *value.Object
}

type xmlStringifyOut struct {
	Text string
}

func xmlStringify(_ function.Env, in xmlStringifyIn) (xmlStringifyOut, error) {
	if in.Object == nil {
		return xmlStringifyOut{}, nil
	}
	if in.Object.Len() != 1 {
		return xmlStringifyOut{}, errs.New(errs.Invalid, "object: one field is wanted, the outermost element, not %d", in.Object.Len())
	}
	names, err := regexp.Compile(`^[\pL_][\pL\pN_.-]*(:[\pL_][\pL\pN_.-]*)?$`)
	if err != nil {
		return xmlStringifyOut{}, err
	}
	w := xmlWriter{names: names}
	name := in.Object.Keys()[0]
	if _, several := in.Object.At(name).([]any); several {
		return xmlStringifyOut{}, errs.New(errs.Invalid, "object: the outermost element cannot be a list")
	}
	w.element(name, in.Object.At(name), 0)
	if err := errors.Join(w.err, w.out.err); err != nil {
		return xmlStringifyOut{}, errs.New(errs.Invalid, "object: %v", err)
	}
	return xmlStringifyOut{w.out.String()}, nil
}

type xmlWriter struct {
	out   text
	names *regexp.Regexp
	err   error
}

func (w *xmlWriter) name(name string) string {
	if !w.names.MatchString(name) && w.err == nil {
		w.err = fmt.Errorf("%.40q is no name of an element or attribute", name)
	}
	return name
}

func (w *xmlWriter) text(s string) {
	if err := xml.EscapeText(&w.out, []byte(s)); err != nil {
		w.err = err
	}
}

func (w *xmlWriter) element(name string, v any, depth int) {
	if depth > value.MaxElements {
		w.err = fmt.Errorf("elements are nested deeper than %d", value.MaxElements)
	}
	if w.err != nil || w.out.err != nil {
		return
	}
	if list, ok := v.([]any); ok {
		for _, e := range list {
			if _, nested := e.([]any); nested {
				w.err = fmt.Errorf("%.40q is a list of lists, which XML does not have", name)
				return
			}
			w.element(name, e, depth)
		}
		return
	}
	w.out.add("<" + w.name(name))
	o, ok := v.(*value.Object)
	if !ok {
		o = value.Map("#text", v)
	}
	for k, e := range o.All() {
		if attribute, ok := strings.CutPrefix(k, "@"); ok {
			w.out.add(" " + w.name(attribute) + `="`)
			w.text(value.String(e))
			w.out.add(`"`)
		}
	}
	w.out.add(">")
	for k, e := range o.All() {
		switch {
		case k == "#text":
			w.text(value.String(e))
		case !strings.HasPrefix(k, "@"):
			w.element(k, e, depth+1)
		}
	}
	w.out.add("</" + name + ">")
}
