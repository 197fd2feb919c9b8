package saml

import (
	"strings"
	"time"

	"github.com/beevik/etree"
)

// children returns the child elements of a name. The tree's own look-ups are
// not used on purpose: they match any prefix when none is given.
func children(el *etree.Element, ns, tag string) []*etree.Element {
	var out []*etree.Element
	for _, c := range el.ChildElements() {
		if is(c, ns, tag) {
			out = append(out, c)
		}
	}
	return out
}

// child returns the only child of a name, or nil.
func child(el *etree.Element, ns, tag string) *etree.Element {
	if all := children(el, ns, tag); len(all) == 1 {
		return all[0]
	}
	return nil
}

func is(el *etree.Element, ns, tag string) bool { return el.Tag == tag && el.NamespaceURI() == ns }

// attr returns the value of an attribute without prefix, and whether it is there.
func attr(el *etree.Element, key string) (string, bool) {
	for _, a := range el.Attr {
		if a.Space == "" && a.Key == key {
			return a.Value, true
		}
	}
	return "", false
}

func attrValue(el *etree.Element, key string) string {
	v, _ := attr(el, key)
	return v
}

// text returns what an element says without the blanks around it; ok is false
// when it has anything but text inside.
func text(el *etree.Element) (s string, ok bool) {
	var b strings.Builder
	for _, c := range el.Child {
		data, plain := c.(*etree.CharData)
		if !plain {
			return "", false
		}
		b.WriteString(data.Data)
	}
	return strings.Trim(b.String(), " \t\r\n"), true
}

// instant returns the time that an attribute holds.
func instant(el *etree.Element, key string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, attrValue(el, key))
	return t.UTC(), err == nil
}

// add appends an element with attributes, given as key and value in turn.
func add(parent *etree.Element, tag string, attrs ...string) *etree.Element {
	el := parent.CreateElement(tag)
	for i := 0; i+1 < len(attrs); i += 2 {
		el.CreateAttr(attrs[i], attrs[i+1])
	}
	return el
}
