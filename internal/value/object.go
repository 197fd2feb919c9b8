package value

import "iter"

// Object is an ordered set of named values. The zero value is an empty
// object; a nil *Object reads as an empty one.
type Object struct {
	fields []field
	index  map[string]int // built when there are many fields
}

type field struct {
	key string
	val any
}

// indexFrom is the number of fields from which a map beats a walk.
const indexFrom = 12

// NewObject returns an empty object with room for n fields.
func NewObject(n int) *Object { return &Object{fields: make([]field, 0, n)} }

// Map returns an object of pairs: Map("a", 1.0, "b", "x"). It is for code
// that knows its fields; an odd number of arguments or a key that is no text
// is a programmer's mistake.
func Map(pairs ...any) *Object {
	o := NewObject(len(pairs) / 2)
	for i := 0; i+1 < len(pairs); i += 2 {
		o.Set(pairs[i].(string), pairs[i+1])
	}
	return o
}

// Len returns the number of fields.
func (o *Object) Len() int {
	if o == nil {
		return 0
	}
	return len(o.fields)
}

// Get returns the field named key, and whether there is one.
func (o *Object) Get(key string) (any, bool) {
	if i := o.find(key); i >= 0 {
		return o.fields[i].val, true
	}
	return nil, false
}

// At returns the field named key, or null.
func (o *Object) At(key string) any {
	v, _ := o.Get(key)
	return v
}

// Text returns the field named key if it is a text, or "".
func (o *Object) Text(key string) string {
	s, _ := o.At(key).(string)
	return s
}

// Object returns the field named key if it is an object, or nil.
func (o *Object) Object(key string) *Object {
	sub, _ := o.At(key).(*Object)
	return sub
}

// Set puts a field, at the end if it is new. It is for the maker of the
// object only, before anyone else sees it.
func (o *Object) Set(key string, v any) {
	if i := o.find(key); i >= 0 {
		o.fields[i].val = v
		return
	}
	o.fields = append(o.fields, field{key, v})
	switch {
	case o.index != nil:
		o.index[key] = len(o.fields) - 1
	case len(o.fields) >= indexFrom:
		o.index = make(map[string]int, 2*len(o.fields))
		for i, f := range o.fields {
			o.index[f.key] = i
		}
	}
}

// With returns a copy of o with one field set.
func (o *Object) With(key string, v any) *Object {
	c := NewObject(o.Len() + 1)
	for k, e := range o.All() {
		c.Set(k, e)
	}
	c.Set(key, v)
	return c
}

// Without returns o less a field: o itself where it has none of that name.
func (o *Object) Without(key string) *Object {
	if o.find(key) < 0 {
		return o
	}
	c := NewObject(o.Len() - 1)
	for k, e := range o.All() {
		if k != key {
			c.Set(k, e)
		}
	}
	return c
}

// All walks the fields in order.
func (o *Object) All() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		if o == nil {
			return
		}
		for _, f := range o.fields {
			if !yield(f.key, f.val) {
				return
			}
		}
	}
}

// Keys returns the names of the fields in order.
func (o *Object) Keys() []string {
	keys := make([]string, 0, o.Len())
	for k := range o.All() {
		keys = append(keys, k)
	}
	return keys
}

func (o *Object) find(key string) int {
	if o == nil {
		return -1
	}
	if o.index != nil {
		if i, ok := o.index[key]; ok {
			return i
		}
		return -1
	}
	for i := range o.fields {
		if o.fields[i].key == key {
			return i
		}
	}
	return -1
}
