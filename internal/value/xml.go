package value

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// MaxElements is how deep elements of XML are nested at most.
const MaxElements = 150

// element is one that is open.
type element struct {
	name   string
	fields *Object
	text   strings.Builder
}

// ParseXML reads an XML text: elements by their names, several of one name as a
// list, attributes as @name, and text beside them as #text. A document type, and
// with it entities of its own, is refused.
func ParseXML(text string) (*Object, error) {
	text = strings.TrimPrefix(text, "\uFEFF")
	dec := xml.NewDecoder(strings.NewReader(text))
	open := []*element{{fields: NewObject(1)}}
	for {
		// Names keep their prefixes, as people wrote them.
		token, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if open, err = nest(open, token); err != nil {
			return nil, err
		}
	}
	if len(open) > 1 {
		return nil, fmt.Errorf("the element %.40s is not closed", open[len(open)-1].name)
	}
	root := open[0]
	if root.fields.Len() != 1 || strings.TrimSpace(root.text.String()) != "" {
		return nil, errors.New("one element is wanted that holds all others")
	}
	if _, several := root.fields.At(root.fields.Keys()[0]).([]any); several {
		return nil, errors.New("one element is wanted that holds all others")
	}
	return root.fields, nil
}

// nest takes the next token into the elements that are open.
func nest(open []*element, token xml.Token) ([]*element, error) {
	top := open[len(open)-1]
	switch t := token.(type) {
	case xml.StartElement:
		if len(open) > MaxElements {
			return nil, fmt.Errorf("elements are nested deeper than %d", MaxElements)
		}
		e := &element{name: qualified(t.Name), fields: NewObject(len(t.Attr))}
		for _, a := range t.Attr {
			e.fields.Set("@"+qualified(a.Name), a.Value)
		}
		return append(open, e), nil
	case xml.EndElement:
		if len(open) == 1 || qualified(t.Name) != top.name {
			return nil, fmt.Errorf("the element %.40s is closed where it is not open", qualified(t.Name))
		}
		open = open[:len(open)-1]
		open[len(open)-1].child(top)
	case xml.CharData:
		top.text.Write(t)
	case xml.Directive:
		return nil, errors.New("a document type is not read")
	}
	return open, nil
}

func qualified(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

// child puts an element into the one that holds it.
func (e *element) child(c *element) {
	v := c.value()
	switch before := e.fields.At(c.name).(type) {
	case nil:
		e.fields.Set(c.name, v)
	case []any:
		e.fields.Set(c.name, append(before, v))
	default:
		e.fields.Set(c.name, []any{before, v})
	}
}

// value is the text of an element that holds nothing else, or an object. Blanks
// between elements are not kept.
func (e *element) value() any {
	text := e.text.String()
	if e.fields.Len() == 0 {
		return text
	}
	if strings.TrimSpace(text) != "" {
		e.fields.Set("#text", text)
	}
	return e.fields
}
