package document

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"sallyport/internal/value"
)

// Schema is a JSON Schema (draft 2020-12) that documents are checked against.
type Schema struct{ compiled *jsonschema.Schema }

// ParseSchema reads a JSON Schema.
func ParseSchema(text []byte) (*Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("read a JSON Schema: %w", err)
	}
	const name = "schema.json"
	c := jsonschema.NewCompiler()
	if err := c.AddResource(name, doc); err != nil {
		return nil, fmt.Errorf("read a JSON Schema: %w", err)
	}
	compiled, err := c.Compile(name)
	if err != nil {
		return nil, fmt.Errorf("read a JSON Schema: %w", err)
	}
	return &Schema{compiled}, nil
}

// Check notes what of the document a schema does not allow, and returns
// [Document.Err].
func (d *Document) Check(s *Schema) error {
	err := s.compiled.Validate(value.Native(d.Root))
	if broken, ok := errors.AsType[*jsonschema.ValidationError](err); ok {
		d.note(broken, message.NewPrinter(language.English))
	}
	return d.Err()
}

// note keeps the leaves of a tree of errors: the rest repeats them.
func (d *Document) note(e *jsonschema.ValidationError, p *message.Printer) {
	if more, ok := e.ErrorKind.(*kind.AdditionalProperties); ok {
		for _, name := range more.Properties {
			Cursor{doc: d, path: append(slices.Clone(e.InstanceLocation), name)}.Fail("there is no such key")
		}
		return
	}
	if len(e.Causes) == 0 {
		Cursor{doc: d, path: e.InstanceLocation}.Fail("%s", e.ErrorKind.LocalizedString(p))
		return
	}
	for _, cause := range e.Causes {
		d.note(cause, p)
	}
}
