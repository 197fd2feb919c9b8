package value

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth bounds the nesting of JSON that is read: deeper text is refused
// rather than followed down the stack.
const maxDepth = 500

// ParseJSON reads one JSON text. Repeated names in an object keep the last
// value, as every common reader does. Whole numbers keep all of their digits
// ([Big]). The error says where the text goes wrong.
func ParseJSON(text []byte) (any, error) {
	dec := newDecoder(text)
	v, err := decode(dec, false)
	if err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read JSON: text after the value, at byte %d", dec.InputOffset())
	}
	return v, nil
}

// newDecoder reads text where it is: of a [bytes.Buffer] no copy is made.
func newDecoder(text []byte) *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// usual is the room, in bytes, that most values need.
const usual = 512

// JSON returns v as compact JSON. A date is its ISO text.
func JSON(v any) []byte { return appendJSON(make([]byte, 0, usual), v, false) }

// MarshalJSON writes the fields in order.
func (o *Object) MarshalJSON() ([]byte, error) { return JSON(o), nil }

// UnmarshalJSON reads an object with its order.
func (o *Object) UnmarshalJSON(text []byte) error {
	v, err := ParseJSON(text)
	if err != nil {
		return err
	}
	got, ok := v.(*Object)
	if !ok {
		return fmt.Errorf("read JSON: a %s where an object is wanted", KindOf(v))
	}
	*o = *got
	return nil
}

// The stored form is JSON that keeps dates apart from texts: a date is
// {"$date":"…"}; a field whose name begins with $ is written with one more $.

// Store returns v in the stored form, which [Load] reads back to the same value.
func Store(v any) []byte { return appendJSON(make([]byte, 0, usual), v, true) }

// Load reads the stored form.
func Load(text []byte) (any, error) {
	if len(text) == 0 {
		return nil, nil
	}
	v, err := decode(newDecoder(text), true)
	if err != nil {
		return nil, fmt.Errorf("read a stored value: %w", err)
	}
	return v, nil
}

const dateKey = "$date"

func decode(dec *jsontext.Decoder, stored bool) (any, error) {
	if dec.StackDepth() > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	tok, err := dec.ReadToken()
	if err != nil {
		return nil, err
	}
	switch tok.Kind() {
	case 'n':
		return nil, nil
	case 't', 'f':
		return tok.Bool(), nil
	case '"':
		return tok.String(), nil
	case '0':
		return decodeNumber(tok.String())
	case '[':
		return decodeList(dec, stored)
	default:
		return decodeObject(dec, stored)
	}
}

func decodeNumber(text string) (any, error) {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, fmt.Errorf("the number %.40s is out of range", text)
	}
	return number(text, f), nil
}

func decodeList(dec *jsontext.Decoder, stored bool) (any, error) {
	list := []any{}
	for dec.PeekKind() != ']' {
		v, err := decode(dec, stored)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := dec.ReadToken()
	return list, err
}

func decodeObject(dec *jsontext.Decoder, stored bool) (any, error) {
	o := NewObject(4)
	for dec.PeekKind() != '}' {
		tok, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		key := tok.String()
		v, err := decode(dec, stored)
		if err != nil {
			return nil, err
		}
		if stored && key == dateKey {
			return closeDate(dec, v)
		}
		if stored && len(key) > 1 && key[0] == '$' {
			key = key[1:]
		}
		o.Set(key, v)
	}
	_, err := dec.ReadToken()
	return o, err
}

func closeDate(dec *jsontext.Decoder, v any) (any, error) {
	text, _ := v.(string)
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return nil, fmt.Errorf("a stored date is unreadable: %w", err)
	}
	if tok, err := dec.ReadToken(); err != nil || tok.Kind() != '}' {
		return nil, fmt.Errorf("a stored date holds more than a date")
	}
	return t, nil
}

func appendJSON(b []byte, v any, stored bool) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case float64:
		return appendNumber(b, v)
	case Big:
		return append(b, v...)
	case string:
		return appendText(b, v)
	case time.Time:
		if stored {
			return append(append(append(b, `{"$date":"`...), ISO(v)...), `"}`...)
		}
		return append(append(append(b, '"'), ISO(v)...), '"')
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, e, stored)
		}
		return append(b, ']')
	case *Object:
		return appendObject(b, v, stored)
	}
	return append(b, "null"...)
}

func appendObject(b []byte, o *Object, stored bool) []byte {
	b = append(b, '{')
	first := true
	for k, e := range o.All() {
		if !first {
			b = append(b, ',')
		}
		first = false
		if stored && len(k) > 0 && k[0] == '$' {
			k = "$" + k
		}
		b = append(appendText(b, k), ':')
		b = appendJSON(b, e, stored)
	}
	return append(b, '}')
}

func appendText(b []byte, s string) []byte {
	out, err := jsontext.AppendQuote(b, s)
	if err != nil { // invalid UTF-8 was replaced; the result is still a text
		return out
	}
	return out
}
