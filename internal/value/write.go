package value

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxGrowth is how many places a list grows by at most when a path writes
// behind its end.
const maxGrowth = 1000

// Put returns a copy of v in which x stands at a dotted path; v is not
// changed. A name that is there already and holds dots wins over splitting it,
// as in [Lookup]. Parents that are not there are made: a list where the next
// segment is a number, an object elsewhere. Null and scalars on the way make
// room; a text that is JSON is read. A path with an empty segment (a..b, a.) is
// one name.
func Put(v any, path string, x any) (any, error) {
	b := Builder{v: v}
	err := b.Put(path, x)
	return b.v, err
}

// Builder makes a value of what is put at paths, one after the other, as [Put]
// does. What it made itself it writes into; what it was given it copies first.
// The zero value builds from null.
type Builder struct {
	v   any
	own map[any]bool // objects, and first places of lists, that nobody else has
}

// NewBuilder returns a builder that begins with an empty object.
func NewBuilder() *Builder { return &Builder{v: NewObject(0)} }

// Value returns what was built; nothing is to be put into it any more.
func (b *Builder) Value() any { return b.v }

// Put puts x at a dotted path. After an error the value is null.
func (b *Builder) Put(path string, x any) error {
	if b.own == nil {
		b.own = map[any]bool{}
	}
	var err error
	switch segments := strings.Count(path, ".") + 1; {
	case segments > maxDepth:
		err = errSegments()
	case segments > 1 && slices.Contains(strings.Split(path, "."), "") || path == "":
		err = fmt.Errorf("%s is no position of a list", quoteShort(path))
		if o, ok := container(b.v, path).(*Object); ok {
			b.v, err = b.set(o, path, x), nil
		}
	default:
		b.v, err = b.put(b.v, path, x, 0)
	}
	if err != nil {
		b.v = nil
	}
	return err
}

func errSegments() error { return fmt.Errorf("a path of more than %d segments", maxDepth) }

// set returns an object with a field: o itself where the builder made it.
func (b *Builder) set(o *Object, key string, x any) *Object {
	if !b.own[o] {
		o = o.With(key, x)
		b.own[o] = true
		return o
	}
	o.Set(key, x)
	return o
}

// list returns a list of at least n places that may be written into.
func (b *Builder) list(l []any, n int) []any {
	if len(l) >= n && len(l) > 0 && b.own[&l[0]] {
		return l
	}
	if len(l) > 0 && b.own[&l[0]] {
		l = append(l, make([]any, n-len(l))...)
	} else {
		l = append(make([]any, 0, max(len(l), n)), l...)
		l = append(l, make([]any, max(0, n-len(l)))...)
	}
	b.own[&l[0]] = true
	return l
}

func (b *Builder) put(v any, path string, x any, depth int) (any, error) {
	if path == "" {
		return x, nil
	}
	if depth >= maxDepth {
		return nil, errSegments()
	}
	head, rest, _ := strings.Cut(path, ".")
	at := container(v, head)
	if list, ok := at.([]any); ok {
		return b.putItem(list, head, rest, x, depth)
	}
	o, _ := at.(*Object)
	for end := len(path); end > len(head); end = strings.LastIndexByte(path[:end], '.') {
		if _, ok := o.Get(path[:end]); ok {
			head, rest = path[:end], strings.TrimPrefix(path[end:], ".")
			break
		}
	}
	sub, err := b.put(o.At(head), rest, x, depth+1)
	if err != nil {
		return nil, err
	}
	return b.set(o, head, sub), nil
}

func (b *Builder) putItem(list []any, head, rest string, x any, depth int) (any, error) {
	i, err := strconv.Atoi(head)
	if err != nil || i < 0 {
		return nil, fmt.Errorf("%s is no position of a list", quoteShort(head))
	}
	if i > len(list)+maxGrowth {
		return nil, fmt.Errorf("position %d is far behind the end of a list of %d", i, len(list))
	}
	out := b.list(list, i+1)
	out[i], err = b.put(out[i], rest, x, depth+1)
	return out, err
}

// container returns what a segment is written into: v, if it is an object or a
// list, or else a new one.
func container(v any, segment string) any {
	if s, ok := v.(string); ok && looksJSON(s) {
		if sub, err := ParseJSON([]byte(s)); err == nil {
			v = sub
		}
	}
	if isContainer(v) {
		return v
	}
	if _, err := strconv.ParseUint(segment, 10, 31); err == nil {
		return []any{}
	}
	return NewObject(1)
}
