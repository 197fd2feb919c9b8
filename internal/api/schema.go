package api

import (
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"sallyport/internal/secret"
	"sallyport/internal/value"
)

// schema is the part of JSON Schema 2020-12 that the API's types need. The
// OpenAPI document is made of it, and bodies are held against it, so that one
// cannot say what the other does not do.
type schema struct {
	name     string // of the component, for types that have one
	kind     string // object, array, string, integer, number, boolean; "" is any value
	format   string
	help     string
	enum     []string
	props    []property
	items    *schema // of an array
	rest     *schema // of the further properties of an object; nil is none
	min, max *int    // characters, items, or the number itself
	of       *schema // what is referred to, where only help, min or max is added
}

// property is a named part of an object.
type property struct {
	name     string
	required bool
	*schema
}

// jsonName returns the name of a struct's field in JSON, and whether it may be
// left out.
func jsonName(f reflect.StructField) (name string, optional, ok bool) {
	tag := f.Tag.Get("json")
	name, opts, _ := strings.Cut(tag, ",")
	if name == "-" || !f.IsExported() {
		return "", false, false
	}
	_, isPath := f.Tag.Lookup("path")
	_, isQuery := f.Tag.Lookup("query")
	if isPath || isQuery || name == "" {
		return "", false, false
	}
	optional = strings.Contains(opts, "omitempty") || strings.Contains(opts, "omitzero")
	return name, optional, true
}

// schemaOf returns the schema of a Go type as encoding it to JSON gives it.
func schemaOf(t reflect.Type) *schema { return make(schemas).of(t) }

// schemaFor is schemaOf for a field with a tag.
func schemaFor(t reflect.Type, tag reflect.StructTag) *schema {
	return make(schemas).of(t).tagged(tag)
}

// schemas are those that were made already, so that types may hold themselves.
type schemas map[reflect.Type]*schema

func (m schemas) of(t reflect.Type) *schema {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	t = sole(t)
	if s, ok := m[t]; ok {
		return s
	}
	s := &schema{}
	m[t] = s
	m.fill(s, t)
	return s
}

// sole returns the type that a struct does no more than embed, as far as JSON
// goes, or the type itself.
func sole(t reflect.Type) reflect.Type {
	var only reflect.Type
	for f := range structFields(t) {
		_, _, ok := jsonName(f)
		switch {
		case !f.Anonymous && !ok:
		case !f.Anonymous || only != nil:
			return t
		default:
			only = f.Type
		}
	}
	if only == nil {
		return t
	}
	return only
}

func structFields(t reflect.Type) iter.Seq[reflect.StructField] {
	if t.Kind() != reflect.Struct {
		return func(func(reflect.StructField) bool) {}
	}
	return t.Fields()
}

func (m schemas) fill(s *schema, t reflect.Type) {
	if words, ok := enumOf(t); ok {
		s.kind, s.enum, s.name = "string", words.values, words.name
		return
	}
	switch t {
	case reflect.TypeFor[time.Time]():
		s.kind, s.format = "string", "date-time"
		return
	case reflect.TypeFor[secret.Text]():
		s.kind, s.format = "string", "password"
		return
	case reflect.TypeFor[value.Object]():
		s.kind, s.rest = "object", &schema{}
		return
	case reflect.TypeFor[jsontext.Value](), reflect.TypeFor[any]():
		return
	}
	switch t.Kind() {
	case reflect.String:
		s.kind = "string"
	case reflect.Bool:
		s.kind = "boolean"
	case reflect.Int, reflect.Int64:
		s.kind = "integer"
	case reflect.Float64:
		s.kind = "number"
	case reflect.Slice:
		s.kind, s.items = "array", m.of(t.Elem())
	case reflect.Map:
		s.kind, s.rest = "object", m.of(t.Elem())
	case reflect.Struct:
		s.kind, s.name = "object", componentName(t)
		s.props = m.properties(t)
	default:
		panic(fmt.Sprintf("api: a %s has no schema", t)) // while the package is initialized: a programmer's mistake
	}
}

// properties returns the fields of a struct, those of embedded structs in their
// place.
func (m schemas) properties(t reflect.Type) []property {
	var out []property
	for f := range t.Fields() {
		if f.Anonymous && f.Tag.Get("json") == "" {
			out = append(out, m.properties(f.Type)...)
			continue
		}
		if name, optional, ok := jsonName(f); ok {
			out = append(out, property{name, !optional, m.of(f.Type).tagged(f.Tag)})
		}
	}
	return out
}

// tagged returns the schema with what a field's tag adds to it.
func (s *schema) tagged(tag reflect.StructTag) *schema {
	help, words := tag.Get("doc"), tag.Get("enum")
	least, most := limitOf(tag, "min"), limitOf(tag, "max")
	if help == "" && words == "" && least == nil && most == nil {
		return s
	}
	if s.name != "" {
		return &schema{of: s, help: help, min: least, max: most}
	}
	c := *s
	c.help, c.min, c.max = help, least, most
	if words != "" {
		c.enum = strings.Split(words, ",")
	}
	return &c
}

func limitOf(tag reflect.StructTag, name string) *int {
	text, ok := tag.Lookup(name)
	if !ok {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(fmt.Sprintf("api: the tag %s:%q is no number", name, text)) // while the package is initialized
	}
	return &n
}

// componentName returns the name of a struct's schema: FlowDetail for
// FlowDetail, FlowPage for Page[Flow], CreateFlow for createFlowIn.
func componentName(t reflect.Type) string {
	name := t.Name()
	if head, arg, ok := strings.Cut(name, "["); ok {
		arg = strings.TrimSuffix(arg, "]")
		name = arg[strings.LastIndexByte(arg, '.')+1:] + head
	}
	if pkg := t.PkgPath(); pkg != "" && !strings.HasSuffix(pkg, "/api") {
		if foreign, ok := foreignNames()[t]; ok {
			name = foreign
		}
	}
	name = strings.TrimSuffix(name, "In")
	if name == "" {
		return ""
	}
	r := []rune(name)
	r[0] = unicode.ToUpper(r[0])
	return string(r)
}

// check returns what is wrong with a value, naming the place under path.
func (s *schema) check(v any, path string) error {
	if f, ok := value.Float(v); ok {
		v = f // a big number is beyond any bound that a float64 is beyond
	}
	if s.of != nil {
		if err := s.of.check(v, path); err != nil {
			return err
		}
		return s.checkBounds(v, path)
	}
	got := value.KindOf(v)
	if s.kind == "" {
		return nil
	}
	if want := s.wants(); got != want {
		return badField(path, "%s is wanted, not %s", article(s.kind), article(string(got)))
	}
	if err := s.checkBounds(v, path); err != nil {
		return err
	}
	switch v := v.(type) {
	case string:
		return s.checkText(v, path)
	case float64:
		if s.kind == "integer" && v != float64(int64(v)) {
			return badField(path, "a whole number is wanted")
		}
	case []any:
		for i, e := range v {
			if err := s.items.check(e, fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
	case *value.Object:
		return s.checkObject(v, path)
	}
	return nil
}

// demands reports whether an object without fields would be refused.
func (s *schema) demands() bool {
	return slices.ContainsFunc(s.props, func(p property) bool { return p.required })
}

// wants returns the kind of value that JSON of the schema is read to.
func (s *schema) wants() value.Kind {
	switch s.kind {
	case "object":
		return value.Obj
	case "array":
		return value.List
	case "integer", "number":
		return value.Number
	case "boolean":
		return value.Boolean
	default:
		return value.Text
	}
}

func article(kind string) string {
	switch kind {
	case "null":
		return "null"
	case "string":
		return "a text"
	case "array":
		return "a list"
	case "object", "integer":
		return "an " + kind
	}
	return "a " + kind
}

func (s *schema) checkText(v, path string) error {
	if strings.ContainsRune(v, 0) || !utf8.ValidString(v) {
		return badField(path, "the text holds what is no character")
	}
	if len(s.enum) > 0 && !slices.Contains(s.enum, v) {
		return badField(path, "%q is not one of: %s", v, strings.Join(s.enum, ", "))
	}
	if s.format == "date-time" {
		if _, err := time.Parse(time.RFC3339, v); err != nil {
			return badField(path, "%q is no time such as 2026-01-31T12:00:00Z", v)
		}
	}
	return nil
}

func (s *schema) checkObject(o *value.Object, path string) error {
	known := func(name string) *schema {
		for _, p := range s.props {
			if p.name == name {
				return p.schema
			}
		}
		return s.rest
	}
	for name, v := range o.All() {
		sub := known(name)
		if sub == nil {
			return badField(join(path, name), "there is no field %q", name)
		}
		if err := sub.check(v, join(path, name)); err != nil {
			return err
		}
	}
	for _, p := range s.props {
		if _, ok := o.Get(p.name); p.required && !ok {
			return badField(join(path, p.name), "a value is wanted")
		}
	}
	return nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// checkBounds holds a text's characters, a list's items or a number against the
// bounds.
func (s *schema) checkBounds(v any, path string) error {
	n, what := 0, ""
	switch v := v.(type) {
	case string:
		n, what = len([]rune(v)), "characters"
	case []any:
		n, what = len(v), "items"
	case float64:
		n = int(v)
	default:
		return nil
	}
	switch {
	case s.min != nil && n < *s.min && what != "" && n == 0:
		return badField(path, "a value is wanted")
	case s.min != nil && n < *s.min:
		return badField(path, "%s", strings.TrimSpace(fmt.Sprintf("at least %d %s", *s.min, what)))
	case s.max != nil && n > *s.max:
		return badField(path, "%s", strings.TrimSpace(fmt.Sprintf("at most %d %s", *s.max, what)))
	}
	return nil
}
