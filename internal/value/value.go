// Package value holds what moves through a flow: the values that cards take
// and give, their JSON form, dotted paths into them, templates made of them,
// and the conversions between them.
//
// A value is an any whose dynamic type is one of
//
//	nil  bool  float64  Big  string  time.Time  *Object  []any
//
// and nothing else. Objects keep the order of their fields, because flows
// show it (a table's columns, a message's fields, the text of an object). A
// time is an instant with millisecond precision in UTC. Values are not changed
// once they are made: cards share them.
package value

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"time"
)

// Kind names the kinds of value as flows and connectors declare them.
type Kind string

// The kinds. Any stands for a port that takes every kind.
const (
	Null    Kind = "null"
	Boolean Kind = "boolean"
	Number  Kind = "number"
	Text    Kind = "text"
	Date    Kind = "date"
	Obj     Kind = "object"
	List    Kind = "list"
	Any     Kind = "any"
)

// Kinds lists the kinds that a port may declare.
func Kinds() []Kind { return []Kind{Any, Text, Number, Boolean, Date, Obj, List} }

// KindOf returns the kind of v. A Go type that is no value is a mistake of
// the caller and counts as Any.
func KindOf(v any) Kind {
	switch v.(type) {
	case nil:
		return Null
	case bool:
		return Boolean
	case float64, Big:
		return Number
	case string:
		return Text
	case time.Time:
		return Date
	case *Object:
		return Obj
	case []any:
		return List
	}
	return Any
}

// Empty reports whether v is null, the empty text, the empty list or the
// empty object. A text of blanks, 0 and false are not empty.
func Empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case *Object:
		return v.Len() == 0
	}
	return false
}

// Equal reports whether two values are the same, deeply. The order of an
// object's fields does not count.
func Equal(a, b any) bool {
	switch a := a.(type) {
	case time.Time:
		b, ok := b.(time.Time)
		return ok && a.Equal(b)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, Equal)
	case *Object:
		b, ok := b.(*Object)
		if !ok || a.Len() != b.Len() {
			return false
		}
		for k, v := range a.All() {
			if w, has := b.Get(k); !has || !Equal(v, w) {
				return false
			}
		}
		return true
	}
	return a == b
}

// Of makes a value of what Go code and decoders produce: every number kind,
// maps (their keys sorted), slices, times, and values themselves. Anything
// else is refused.
func Of(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, string, Big, *Object:
		return v, nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%v is no number of a flow", v)
		}
		return v, nil
	case int:
		return whole(big.NewInt(int64(v))), nil
	case int64:
		return whole(big.NewInt(v)), nil
	case uint64:
		return whole(new(big.Int).SetUint64(v)), nil
	case time.Time:
		return Instant(v), nil
	case []string:
		return listOf(v)
	case []any:
		return listOf(v)
	case map[string]any:
		return objectOf(v)
	case map[string]string:
		return objectOf(v)
	}
	return nil, fmt.Errorf("a %T is no value of a flow", v)
}

func listOf[T any](in []T) (any, error) {
	out := make([]any, len(in))
	for i, e := range in {
		v, err := Of(e)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

func objectOf[T any](in map[string]T) (any, error) {
	keys := make([]string, 0, len(in))
	for k := range in {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	o := NewObject(len(in))
	for _, k := range keys {
		v, err := Of(in[k])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k, err)
		}
		o.Set(k, v)
	}
	return o, nil
}

// Instant returns t as a value holds it: UTC, whole milliseconds.
func Instant(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// Native turns v into plain Go data: maps in place of objects. Times stay
// times, and a [Big] becomes an int64, a uint64 or, beyond them, a float64. It is
// for libraries that know no objects, CEL and YAML among them.
func Native(v any) any {
	switch v := v.(type) {
	case Big:
		return nativeNumber(v)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = Native(e)
		}
		return out
	case *Object:
		out := make(map[string]any, v.Len())
		for k, e := range v.All() {
			out[k] = Native(e)
		}
		return out
	}
	return v
}

func nativeNumber(b Big) any {
	if n, err := strconv.ParseInt(string(b), 10, 64); err == nil {
		return n
	}
	if n, err := strconv.ParseUint(string(b), 10, 64); err == nil {
		return n
	}
	f, _ := Float(b)
	return f
}
