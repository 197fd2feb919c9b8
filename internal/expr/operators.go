package expr

import (
	"math"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"sallyport/internal/value"
)

// operations are the null-safe forms that expressions are rewritten to.
func operations() []cel.EnvOption {
	dyn, boolean := cel.DynType, cel.BoolType
	opts := []cel.EnvOption{
		unary(fnTruth, boolean, truth), unary(fnEach, dyn, each), unary(fnSize, cel.IntType, size),
		binary(fnGet, dyn, get), binary(fnAt, dyn, get), binary(fnHas, boolean, has), binary(fnIn, boolean, in),
	}
	for _, name := range []string{operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.Modulo} {
		opts = append(opts, binary(fnPrefix+name, dyn, arithmetic(name)))
	}
	for name, holds := range map[string]func(int) bool{
		operators.Less:          func(c int) bool { return c < 0 },
		operators.LessEquals:    func(c int) bool { return c <= 0 },
		operators.Greater:       func(c int) bool { return c > 0 },
		operators.GreaterEquals: func(c int) bool { return c >= 0 },
	} {
		opts = append(opts, binary(fnPrefix+name, boolean, order(holds)))
	}
	for name, holds := range map[string]func(text, other string) bool{
		"contains": strings.Contains, "startsWith": strings.HasPrefix, "endsWith": strings.HasSuffix,
	} {
		opts = append(opts, binary(fnPrefix+name, boolean, textual(holds)))
	}
	return append(opts, binary(fnPrefix+"matches", boolean, matches))
}

func unary(name string, result *cel.Type, f func(ref.Val) ref.Val) cel.EnvOption {
	return cel.Function(name, cel.Overload(name+"_1", []*cel.Type{cel.DynType}, result, cel.UnaryBinding(f)))
}

func binary(name string, result *cel.Type, f func(a, b ref.Val) ref.Val) cel.EnvOption {
	return cel.Function(name, cel.Overload(name+"_2", []*cel.Type{cel.DynType, cel.DynType}, result, cel.BinaryBinding(f)))
}

func isNull(v ref.Val) bool { return v.Type() == types.NullType }

// wrong is the error for a value of a kind that an operation knows nothing of.
func wrong(name string, vs ...ref.Val) ref.Val {
	kinds := make([]string, len(vs))
	for i, v := range vs {
		kinds[i] = v.Type().TypeName()
	}
	return types.NewErr("no such overload: %s(%s)", name, strings.Join(kinds, ", "))
}

func truth(v ref.Val) ref.Val {
	switch {
	case isNull(v):
		return types.False
	case v.Type() == types.BoolType:
		return v
	}
	return types.NewErr("a %s is neither true nor false", v.Type().TypeName())
}

func each(v ref.Val) ref.Val {
	if _, ok := v.(traits.Iterable); ok {
		return v
	}
	if isNull(v) {
		return types.NewDynamicList(adapter{}, []any{})
	}
	return types.NewErr("a %s cannot be walked", v.Type().TypeName())
}

func size(v ref.Val) ref.Val {
	if s, ok := v.(traits.Sizer); ok {
		return s.Size()
	}
	if isNull(v) {
		return types.IntZero
	}
	return wrong("size", v)
}

// get is a.b and a[b]: null where there is no such thing.
func get(v, key ref.Val) ref.Val {
	switch v := v.(type) {
	case traits.Mapper:
		if found, ok := v.Find(key); ok {
			return found
		}
	case traits.Lister:
		i, ok := float(key)
		n, _ := float(v.Size())
		if ok && i >= 0 && i < n && i == math.Trunc(i) {
			return v.Get(types.Int(i))
		}
	}
	return types.NullValue
}

func has(v, key ref.Val) ref.Val {
	if m, ok := v.(traits.Mapper); ok {
		_, found := m.Find(key)
		return types.Bool(found)
	}
	return types.False
}

func in(v, container ref.Val) ref.Val {
	if c, ok := container.(traits.Container); ok {
		return c.Contains(v)
	}
	if isNull(container) {
		return types.False
	}
	return wrong("in", v, container)
}

// arithmetic calculates with numbers as flows do, joins texts and lists, and
// leaves the rest, times and durations, to CEL.
func arithmetic(name string) func(a, b ref.Val) ref.Val {
	return func(a, b ref.Val) ref.Val {
		x, isX := float(a)
		y, isY := float(b)
		if isX && isY {
			return calculate(name, x, y)
		}
		if name == operators.Add {
			return add(a, b)
		}
		if isNull(a) || isNull(b) {
			return types.NullValue
		}
		if s, ok := a.(traits.Subtractor); ok && name == operators.Subtract {
			return s.Subtract(b)
		}
		return wrong(name, a, b)
	}
}

func calculate(name string, x, y float64) ref.Val {
	var out float64
	switch name {
	case operators.Add:
		out = x + y
	case operators.Subtract:
		out = x - y
	case operators.Multiply:
		out = x * y
	case operators.Divide:
		out = x / y
	default:
		out = math.Mod(x, y)
	}
	if y == 0 && (name == operators.Divide || name == operators.Modulo) {
		return types.NewErr("division by zero")
	}
	if math.IsInf(out, 0) || math.IsNaN(out) {
		return types.NewErr("the number is out of range")
	}
	return number(out)
}

func add(a, b ref.Val) ref.Val {
	s, isText := a.(types.String)
	t, alsoText := b.(types.String)
	switch {
	case isText && alsoText:
		return join(string(s), string(t))
	case isText:
		return joinAny(a, b)
	case alsoText:
		return joinAny(a, b)
	case isNull(a):
		return b
	case isNull(b):
		return a
	}
	if l, ok := a.(traits.Lister); ok {
		m, _ := float(l.Size())
		if r, ok := b.(traits.Lister); ok {
			n, _ := float(r.Size())
			if m+n > maxItems {
				return types.NewErr("the list is longer than %d", maxItems)
			}
		}
	}
	if adder, ok := a.(traits.Adder); ok {
		return adder.Add(b)
	}
	return wrong(operators.Add, a, b)
}

// joinAny joins a text and something else as text.
func joinAny(a, b ref.Val) ref.Val {
	s, err := text(a)
	if err != nil {
		return types.WrapErr(err)
	}
	t, err := text(b)
	if err != nil {
		return types.WrapErr(err)
	}
	return join(s, t)
}

func join(s, t string) ref.Val {
	if len(s)+len(t) > maxText {
		return types.NewErr("the text is longer than %d bytes", maxText)
	}
	return types.String(s + t)
}

// text returns a value as flows show it.
func text(v ref.Val) (string, error) {
	of, err := toValue(v)
	if err != nil {
		return "", err
	}
	return value.String(of), nil
}

func order(holds func(int) bool) func(a, b ref.Val) ref.Val {
	return func(a, b ref.Val) ref.Val {
		c, ok := a.(traits.Comparer)
		if !ok || isNull(b) {
			return types.False
		}
		if n, ok := c.Compare(b).(types.Int); ok {
			return types.Bool(holds(int(n)))
		}
		return types.False // of different kinds
	}
}

func textual(holds func(text, other string) bool) func(a, b ref.Val) ref.Val {
	return func(a, b ref.Val) ref.Val {
		s, ok := a.(types.String)
		t, alsoOK := b.(types.String)
		return types.Bool(ok && alsoOK && holds(string(s), string(t)))
	}
}

func matches(a, b ref.Val) ref.Val {
	s, ok := a.(types.String)
	p, alsoOK := b.(types.String)
	if !ok || !alsoOK {
		return types.False
	}
	re, err := pattern(string(p))
	if err != nil {
		return types.WrapErr(err)
	}
	if err := re.Fits(string(s)); err != nil {
		return types.WrapErr(err)
	}
	return types.Bool(re.MatchString(string(s)))
}
