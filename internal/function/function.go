// Package function is the contract of the functions that flows are made of. The
// functions themselves are in package functions.
package function

import (
	"fmt"
	"io"
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
	Effect bool `json:"effect,omitempty"`
	// Okta is the method of Okta Workflows' kernel whose cards this function
	// runs when their flows are imported: "string:trim". See [Function.Serves].
	Okta string                                          `json:"-"`
	Run  func(Env, *value.Object) (*value.Object, error) `json:"-"`
}

// Port is one named input or output.
type Port struct {
	Name     string     `json:"name"`
	Title    string     `json:"title"`
	Type     value.Kind `json:"type"`
	Required bool       `json:"required,omitempty"`
	// Okta is the key, with its group before a slash, that the port has on a card
	// of Okta Workflows; empty where it has the same name, or none. A key that
	// ends in * stands for all further keys of the group: the port then holds an
	// object of them.
	Okta string `json:"-"`
}

// MaxResult bounds, in bytes, what a function may give. Functions that could
// make much of little stop there themselves.
const MaxResult = 16 << 20

// Env is what a function may see of the world.
type Env struct {
	Now func() time.Time
	// Random is where chance comes from; nil is the machine's own secure source.
	Random io.Reader
	// Loose is set for cards of imported flows. Inputs that do not fit their
	// kind are then passed on as they are where the function can take them, and
	// no input is demanded: Okta Workflows refuses neither.
	Loose bool
	// Export gives a published flow of the same folder, by its short name: as its
	// own text ("yaml") or, with those that it calls, as an export of Okta
	// Workflows ("flopack"). Nil where there are no flows.
	Export func(flow, format string) ([]byte, error)
}

// Of makes a function of a plain Go function. The fields of In and Out are its
// ports: their names in lower case with underscores, or the name in a port tag.
// Pointers may be null.
//
//	port:"name,required"  demands a value
//	port:"name,asis"      takes what a loose caller gives without conversion
//	port:"*"              of type *value.Object: every further input, in order
//	kind:"list"           the kind of a field of type any, which a loose caller
//	                      may fill with something else
//	okta:"group/key"      see [Port]
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
		if err := fill(reflect.ValueOf(&i).Elem(), in, args, env.Loose); err != nil {
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
	rest  bool // takes every further input
	asIs  bool // takes what a loose caller gives unconverted
	keeps bool // can hold what does not fit its kind
}

func portsOf[T any]() []portField {
	var ports []portField
	t := reflect.TypeFor[T]()
	for i := range t.NumField() {
		f := t.Field(i)
		name, option, _ := strings.Cut(f.Tag.Get("port"), ",")
		p := portField{
			index: i, rest: name == "*", asIs: option == "asis", keeps: f.Type == reflect.TypeFor[any](),
			Port: Port{Name: name, Type: kindOf(f.Type), Required: option == "required", Okta: f.Tag.Get("okta")},
		}
		if kind := f.Tag.Get("kind"); kind != "" {
			p.Type = value.Kind(kind)
		}
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
	case reflect.TypeFor[*string](), reflect.TypeFor[*float64](), reflect.TypeFor[*bool]():
		return kindOf(t.Elem())
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
func fill(in reflect.Value, ports []portField, args *value.Object, loose bool) error {
	known := make(map[string]bool, len(ports))
	var rest *portField
	for i, p := range ports {
		if p.rest {
			rest = &ports[i]
			continue
		}
		known[p.Name] = true
		v, err := p.read(args.At(p.Name), loose)
		if err != nil {
			return errs.New(errs.Invalid, "%s: %v", p.Name, err)
		}
		if v == nil {
			if p.Required && !loose {
				return errs.New(errs.Invalid, "%s: a value is wanted", p.Name)
			}
			continue
		}
		put(in.Field(p.index), v)
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

func (p portField) read(v any, loose bool) (any, error) {
	switch {
	case loose && p.asIs:
		return v, nil
	case loose && p.keeps:
		return value.Loosely(v, p.Type), nil
	}
	return value.Convert(v, p.Type)
}

func put(field reflect.Value, v any) {
	if field.Kind() == reflect.Pointer && field.Type() != reflect.TypeFor[*value.Object]() {
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	if big, ok := v.(value.Big); ok && field.Kind() == reflect.Float64 {
		v, _ = value.Float(big) // a function that calculates takes it rounded
	}
	field.Set(reflect.ValueOf(v))
}

// pour returns a function's output as an object, if a run can keep it.
func pour(out reflect.Value, ports []portField) (*value.Object, error) {
	o := value.NewObject(len(ports))
	for _, p := range ports {
		v, err := result(out.Field(p.index))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		o.Set(p.Name, v)
	}
	if err := value.Bound(o, MaxResult); err != nil {
		return nil, errs.New(errs.Invalid, "the result cannot be kept: %v", err)
	}
	return o, nil
}

// result returns a field as a value. A nil pointer, list or object is null, and
// so is the zero time.
func result(field reflect.Value) (any, error) {
	switch field.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Interface:
		if field.IsNil() {
			return nil, nil
		}
	default:
	}
	switch t := field.Interface().(type) {
	case *value.Object:
		if t == nil { // within a field of type any
			return nil, nil
		}
		return t, nil
	case []any:
		return t, nil
	case time.Time:
		if t.IsZero() {
			return nil, nil
		}
		return value.Instant(t), nil
	}
	if field.Kind() == reflect.Pointer {
		field = field.Elem()
	}
	return value.Of(field.Interface())
}
