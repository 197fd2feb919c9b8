package connector

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"sallyport/content"
	"sallyport/internal/value"
)

// schemas are the JSON Schemas that files are checked against. They are
// compiled once.
var schemas = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	out := map[string]*jsonschema.Schema{}
	for _, name := range []string{"schema.json", "cases.schema.json"} {
		text, err := fs.ReadFile(content.FS, "connectors/"+name)
		if err != nil {
			return nil, err
		}
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		c := jsonschema.NewCompiler()
		if err := c.AddResource(name, doc); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if out[name], err = c.Compile(name); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return out, nil
})

// validate checks the document against a schema, and notes what it breaks.
func (d *document) validate(schema string) error {
	all, err := schemas()
	if err != nil {
		return fmt.Errorf("read the schema: %w", err)
	}
	err = all[schema].Validate(value.Native(d.root))
	if broken, ok := errors.AsType[*jsonschema.ValidationError](err); ok {
		d.note(broken, message.NewPrinter(language.English))
	}
	return errors.Join(d.errs...)
}

// note keeps the leaves of a tree of errors: the rest repeats them.
func (d *document) note(e *jsonschema.ValidationError, p *message.Printer) {
	if more, ok := e.ErrorKind.(*kind.AdditionalProperties); ok {
		for _, name := range more.Properties {
			cursor{doc: d, path: append(slices.Clone(e.InstanceLocation), name)}.fail("there is no such key")
		}
		return
	}
	if len(e.Causes) == 0 {
		cursor{doc: d, path: e.InstanceLocation}.fail("%s", e.ErrorKind.LocalizedString(p))
		return
	}
	for _, cause := range e.Causes {
		d.note(cause, p)
	}
}
