package expr

import (
	"encoding/base64"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"time"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"sallyport/internal/value"
)

// adapter lets CEL see values without copying them.
type adapter struct{}

// NativeToValue implements [types.Adapter].
func (a adapter) NativeToValue(v any) ref.Val {
	switch v := v.(type) {
	case nil:
		return types.NullValue
	case float64:
		return number(v)
	case value.Big:
		return types.DefaultTypeAdapter.NativeToValue(value.Native(v))
	case time.Time:
		return types.Timestamp{Time: v}
	case *value.Object:
		if v == nil {
			return types.NullValue
		}
		return &object{v}
	case []any:
		return types.NewDynamicList(a, v)
	}
	return types.DefaultTypeAdapter.NativeToValue(v)
}

// maxWhole is the largest number up to which every whole number is exact.
const maxWhole = 1 << 53

// number returns f as CEL sees it: whole numbers are integers, so that they
// index, convert and print as such.
func number(f float64) ref.Val {
	if f == math.Trunc(f) && math.Abs(f) <= maxWhole {
		return types.Int(f)
	}
	return types.Double(f)
}

// float returns the number that a CEL value is.
func float(v ref.Val) (float64, bool) {
	switch v := v.(type) {
	case types.Int:
		return float64(v), true
	case types.Uint:
		return float64(v), true
	case types.Double:
		return float64(v), true
	}
	return 0, false
}

// object is an object of a flow as a CEL map.
type object struct{ of *value.Object }

// ConvertToNative implements [ref.Val].
func (o *object) ConvertToNative(t reflect.Type) (any, error) {
	if t == reflect.TypeFor[*value.Object]() || t.Kind() == reflect.Interface && reflect.TypeFor[*value.Object]().Implements(t) {
		return o.of, nil
	}
	return nil, fmt.Errorf("an object is no %s", t)
}

// ConvertToType implements [ref.Val].
func (o *object) ConvertToType(t ref.Type) ref.Val {
	switch t {
	case types.MapType:
		return o
	case types.TypeType:
		return types.MapType
	}
	return types.NewErr("type conversion error from '%s' to '%s'", types.MapType, t)
}

// Equal implements [ref.Val].
func (o *object) Equal(other ref.Val) ref.Val {
	m, ok := other.(traits.Mapper)
	if !ok {
		return types.False
	}
	if m.Size() != o.Size() {
		return types.False
	}
	for k, v := range o.of.All() {
		theirs, found := m.Find(types.String(k))
		if !found || types.Equal(adapter{}.NativeToValue(v), theirs) != types.True {
			return types.False
		}
	}
	return types.True
}

// Type implements [ref.Val].
func (o *object) Type() ref.Type { return types.MapType }

// Value implements [ref.Val].
func (o *object) Value() any { return o.of }

// Contains implements [traits.Container].
func (o *object) Contains(key ref.Val) ref.Val {
	_, found := o.Find(key)
	return types.Bool(found)
}

// Get implements [traits.Indexer].
func (o *object) Get(key ref.Val) ref.Val {
	v, _ := o.Find(key)
	return v
}

// Find implements [traits.Mapper].
func (o *object) Find(key ref.Val) (ref.Val, bool) {
	k, ok := key.(types.String)
	if !ok {
		return types.NullValue, false
	}
	v, ok := o.of.Get(string(k))
	return adapter{}.NativeToValue(v), ok
}

// Iterator implements [traits.Iterable]: it walks the names.
func (o *object) Iterator() traits.Iterator {
	return types.NewStringList(adapter{}, o.of.Keys()).Iterator()
}

// Size implements [traits.Sizer].
func (o *object) Size() ref.Val { return types.Int(o.of.Len()) }

// toValue returns what an expression gave as a value of flows. Data that came
// in goes out uncopied.
func toValue(v ref.Val) (any, error) {
	c := converter{left: maxItems, seen: map[any]bool{}}
	return c.value(v)
}

// converter counts what it makes down from left, because values that share
// their parts are small in memory and vast when written out. Data from outside
// is free once, and counted when it is used again.
type converter struct {
	left int
	seen map[any]bool
}

func (c *converter) count(n int) error {
	if c.left -= n; c.left < 0 {
		return fmt.Errorf("the value has more than %d parts", maxItems)
	}
	return nil
}

func (c *converter) value(v ref.Val) (any, error) {
	if err := c.count(1); err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case types.Null:
		return nil, nil
	case types.Bool:
		return bool(v), nil
	case types.Int:
		return value.Of(int64(v))
	case types.Uint:
		return value.Of(uint64(v))
	case types.Double:
		return value.Of(float64(v))
	case types.String:
		return string(v), nil
	case types.Timestamp:
		return value.Instant(v.Time), nil
	case types.Duration:
		return v.Seconds(), nil
	case types.Bytes:
		return base64.StdEncoding.EncodeToString(v), nil
	case *types.Type:
		return v.TypeName(), nil
	case *object:
		return v.of, c.again(v.of, v.of)
	case traits.Lister:
		return c.list(v)
	case traits.Mapper:
		return c.object(v)
	case *types.Err:
		return nil, v
	}
	return nil, fmt.Errorf("a %s is no value of a flow", v.Type().TypeName())
}

// again counts the parts of data that was there before, the first time not.
func (c *converter) again(identity, data any) error {
	if !c.seen[identity] {
		c.seen[identity] = true
		return nil
	}
	return c.count(parts(data, c.left+1))
}

// parts returns the number of parts of data, or limit where there are more.
func parts(data any, limit int) int {
	n := 1
	switch data := data.(type) {
	case []any:
		for _, e := range data {
			if n += parts(e, limit-n); n >= limit {
				return limit
			}
		}
	case *value.Object:
		for _, e := range data.All() {
			if n += parts(e, limit-n); n >= limit {
				return limit
			}
		}
	}
	return n
}

func (c *converter) list(l traits.Lister) (any, error) {
	if native, ok := l.Value().([]any); ok && !slices.ContainsFunc(native, foreign) {
		if len(native) == 0 {
			return native, nil
		}
		return native, c.again(&native[0], native)
	}
	out := []any{}
	for it := l.Iterator(); it.HasNext() == types.True; {
		e, err := c.value(it.Next())
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// foreign reports whether v is something else than a value of flows.
func foreign(v any) bool { return v != nil && value.KindOf(v) == value.Any }

// object sorts the names, so that an expression always gives the same object.
func (c *converter) object(m traits.Mapper) (any, error) {
	fields := map[string]ref.Val{}
	for it := m.Iterator(); it.HasNext() == types.True; {
		key := it.Next()
		name, ok := key.(types.String)
		if !ok {
			return nil, fmt.Errorf("an object's names are texts, not a %s", key.Type().TypeName())
		}
		fields[string(name)] = m.Get(key)
	}
	o := value.NewObject(len(fields))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		e, err := c.value(fields[name])
		if err != nil {
			return nil, err
		}
		o.Set(name, e)
	}
	return o, nil
}
