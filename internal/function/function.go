// Package function is the contract of the functions that flows are made of. The
// functions themselves are in package functions.
package function

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// Function is one building block of flows: named inputs to named outputs.
type Function struct {
	ID    string `json:"id"` // "text.compose": the family, then the name
	Title string `json:"title"`
	Help  string `json:"help"`
	In    []Port `json:"in"`
	Out   []Port `json:"out"`
	// Extensible functions take inputs of any further name.
	Extensible bool `json:"extensible,omitempty"`
	// Effect functions give another result each time (the time, a random
	// number): their result is journaled, and not computed again.
	Effect bool                                            `json:"effect,omitempty"`
	Run    func(Env, *value.Object) (*value.Object, error) `json:"-"`
}

// Port is one named input or output.
type Port struct {
	Name     string     `json:"name"`
	Title    string     `json:"title"`
	Type     value.Kind `json:"type"`
	Required bool       `json:"required,omitempty"`
}

// Env is what a function may see of the world.
type Env struct {
	Now func() time.Time
}

// Of makes a function of a plain Go function. The fields of In and Out are its
// ports: their names in lower case with underscores, or the name in a port tag;
// `port:",required"` demands a value. A field of In of type *value.Object tagged
// `port:"*"` takes every further input.
func Of[In, Out any](id, title, help string, fn func(Env, In) (Out, error)) Function {
	f := Function{ID: id, Title: title, Help: help}
	in := portsOf[In]()
	for _, p := range in {
		if p.rest {
			f.Extensible = true
			continue
		}
		f.In = append(f.In, p.Port)
	}
	out := portsOf[Out]()
	for _, p := range out {
		f.Out = append(f.Out, p.Port)
	}
	f.Run = func(env Env, args *value.Object) (*value.Object, error) {
		var i In
		if err := fill(reflect.ValueOf(&i).Elem(), in, args); err != nil {
			return nil, err
		}
		o, err := fn(env, i)
		if err != nil {
			return nil, err
		}
		return pour(reflect.ValueOf(o), out)
	}
	return f
}

// AsEffect marks a function whose result is journaled.
func (f Function) AsEffect() Function {
	f.Effect = true
	return f
}

type portField struct {
	Port
	index int
	rest  bool
}

func portsOf[T any]() []portField {
	var ports []portField
	t := reflect.TypeFor[T]()
	for i := range t.NumField() {
		f := t.Field(i)
		name, rest, _ := strings.Cut(f.Tag.Get("port"), ",")
		p := portField{index: i, rest: name == "*", Port: Port{Name: name, Type: kindOf(f.Type), Required: rest == "required"}}
		if name == "" {
			p.Name = snake(f.Name)
		}
		p.Title = strings.ReplaceAll(p.Name, "_", " ")
		ports = append(ports, p)
	}
	return ports
}

func kindOf(t reflect.Type) value.Kind {
	switch t {
	case reflect.TypeFor[string]():
		return value.Text
	case reflect.TypeFor[float64]():
		return value.Number
	case reflect.TypeFor[bool]():
		return value.Boolean
	case reflect.TypeFor[time.Time]():
		return value.Date
	case reflect.TypeFor[*value.Object]():
		return value.Obj
	case reflect.TypeFor[[]any]():
		return value.List
	}
	return value.Any
}

func snake(name string) string {
	var b strings.Builder
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			if i > 0 {
				b.WriteByte('_')
			}
			c += 'a' - 'A'
		}
		b.WriteRune(c)
	}
	return b.String()
}

// fill puts arguments into the fields of a function's input, converted to their
// types. Null leaves a field at its zero value.
func fill(in reflect.Value, ports []portField, args *value.Object) error {
	known := make(map[string]bool, len(ports))
	var rest *portField
	for i, p := range ports {
		if p.rest {
			rest = &ports[i]
			continue
		}
		known[p.Name] = true
		v, err := value.Convert(args.At(p.Name), p.Type)
		if err != nil {
			return errs.New(errs.Invalid, "%s: %v", p.Name, err)
		}
		if v == nil {
			if p.Required {
				return errs.New(errs.Invalid, "%s: a value is wanted", p.Name)
			}
			continue
		}
		in.Field(p.index).Set(reflect.ValueOf(v))
	}
	if rest == nil {
		return nil
	}
	more := value.NewObject(args.Len())
	for k, v := range args.All() {
		if !known[k] {
			more.Set(k, v)
		}
	}
	in.Field(rest.index).Set(reflect.ValueOf(more))
	return nil
}

// pour returns a function's output as an object.
func pour(out reflect.Value, ports []portField) (*value.Object, error) {
	o := value.NewObject(len(ports))
	for _, p := range ports {
		v := out.Field(p.index).Interface()
		switch t := v.(type) {
		case *value.Object:
			if t == nil {
				v = nil
			}
		case []any:
			if t == nil {
				v = nil
			}
		case time.Time:
			v = nil
			if !t.IsZero() {
				v = value.Instant(t)
			}
		default:
			conv, err := value.Of(v)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", p.Name, err)
			}
			v = conv
		}
		o.Set(p.Name, v)
	}
	return o, nil
}
