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
	if slices.Contains(strings.Split(path, "."), "") {
		if o, ok := container(v, path).(*Object); ok {
			return o.With(path, x), nil
		}
		return nil, fmt.Errorf("%s is no position of a list", quoteShort(path))
	}
	return put(v, path, x, 0)
}

func put(v any, path string, x any, depth int) (any, error) {
	if path == "" {
		return x, nil
	}
	if depth >= maxDepth {
		return nil, fmt.Errorf("a path of more than %d segments", maxDepth)
	}
	head, rest, _ := strings.Cut(path, ".")
	at := container(v, head)
	if list, ok := at.([]any); ok {
		return putItem(list, head, rest, x, depth)
	}
	o, _ := at.(*Object)
	for end := len(path); end > len(head); end = strings.LastIndexByte(path[:end], '.') {
		if _, ok := o.Get(path[:end]); ok {
			head, rest = path[:end], strings.TrimPrefix(path[end:], ".")
			break
		}
	}
	sub, err := put(o.At(head), rest, x, depth+1)
	if err != nil {
		return nil, err
	}
	return o.With(head, sub), nil
}

func putItem(list []any, head, rest string, x any, depth int) (any, error) {
	i, err := strconv.Atoi(head)
	if err != nil || i < 0 {
		return nil, fmt.Errorf("%s is no position of a list", quoteShort(head))
	}
	if i > len(list)+maxGrowth {
		return nil, fmt.Errorf("position %d is far behind the end of a list of %d", i, len(list))
	}
	out := make([]any, max(len(list), i+1))
	copy(out, list)
	out[i], err = put(out[i], rest, x, depth+1)
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
