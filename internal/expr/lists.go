package expr

import (
	"net/netip"
	"strings"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"sallyport/internal/value"
)

func inCIDR(args []ref.Val) ref.Val {
	s, ok := args[0].(types.String)
	if !ok {
		return types.False
	}
	addr, err := netip.ParseAddr(string(s))
	if err != nil {
		return types.False
	}
	addr = addr.Unmap().WithZone("")
	networks := []ref.Val{args[1]}
	if l, ok := args[1].(traits.Lister); ok {
		networks = nil
		for it := l.Iterator(); it.HasNext() == types.True; {
			networks = append(networks, it.Next())
		}
	}
	for _, n := range networks {
		text, _ := n.(types.String)
		prefix, err := netip.ParsePrefix(string(text))
		if err != nil {
			return types.NewErr("%.60q is no network: write it as 10.0.0.0/8", string(text))
		}
		if prefix.Contains(addr) {
			return types.True
		}
	}
	return types.False
}

func joinList(args []ref.Val) ref.Val {
	l, ok := args[0].(traits.Lister)
	sep, isText := args[1].(types.String)
	if !ok || !isText {
		return wrong("join", args...)
	}
	var b strings.Builder
	for it, between := l.Iterator(), ""; it.HasNext() == types.True && b.Len() <= maxText; between = string(sep) {
		s, err := text(it.Next())
		if err != nil {
			return types.WrapErr(err)
		}
		b.WriteString(between + s)
	}
	return bounded(b.String())
}

func end(at func(n int) int) func([]ref.Val) ref.Val {
	return func(args []ref.Val) ref.Val {
		l, ok := args[0].(traits.Lister)
		if !ok {
			return wrong("a function of a list", args[0])
		}
		n, _ := float(l.Size())
		return get(l, types.Int(at(int(n))))
	}
}

func flatten(args []ref.Val) ref.Val {
	l, ok := args[0].(traits.Lister)
	if !ok {
		return wrong("flatten", args[0])
	}
	var out []ref.Val
	for it := l.Iterator(); it.HasNext() == types.True; {
		v := it.Next()
		inner, ok := v.(traits.Lister)
		if !ok {
			out = append(out, v)
			continue
		}
		for each := inner.Iterator(); each.HasNext() == types.True; {
			out = append(out, each.Next())
		}
	}
	return types.NewRefValList(adapter{}, out)
}

func indexes(args []ref.Val) ref.Val {
	l, ok := args[0].(traits.Lister)
	if !ok {
		return wrong("indexes", args[0])
	}
	n, _ := float(l.Size())
	out := make([]any, int(n))
	for i := range out {
		out[i] = float64(i)
	}
	return types.NewDynamicList(adapter{}, out)
}

func toObject(args []ref.Val) ref.Val {
	l, ok := args[0].(traits.Lister)
	if !ok {
		return wrong("object", args[0])
	}
	out := value.NewObject(8)
	for it := l.Iterator(); it.HasNext() == types.True; {
		pair, ok := it.Next().(traits.Lister)
		if !ok || pair.Size() != types.Int(2) {
			return types.NewErr("object: each item must be a list of a name and a value")
		}
		name, err := text(pair.Get(types.Int(0)))
		if err != nil {
			return types.WrapErr(err)
		}
		v, err := toValue(pair.Get(types.Int(1)))
		if err != nil {
			return types.WrapErr(err)
		}
		out.Set(name, v)
	}
	return adapter{}.NativeToValue(out)
}

func distinct(args []ref.Val) ref.Val {
	l, ok := args[0].(traits.Lister)
	if !ok {
		return wrong("distinct", args[0])
	}
	seen := map[string]bool{}
	var out []any
	for it := l.Iterator(); it.HasNext() == types.True; {
		v, err := toValue(it.Next())
		if err != nil {
			return types.WrapErr(err)
		}
		if key := string(value.Store(v)); !seen[key] {
			seen[key] = true
			out = append(out, v)
		}
	}
	return types.NewDynamicList(adapter{}, out)
}

func orElse(args []ref.Val) ref.Val {
	if isNull(args[0]) || size(args[0]) == types.IntZero {
		return args[1]
	}
	return args[0]
}

func asText(args []ref.Val) ref.Val {
	s, err := text(args[0])
	if err != nil {
		return types.WrapErr(err)
	}
	return bounded(s)
}

func as(kind value.Kind) func([]ref.Val) ref.Val {
	return func(args []ref.Val) ref.Val {
		v, err := toValue(args[0])
		if err != nil {
			return types.WrapErr(err)
		}
		out, err := value.Convert(v, kind)
		if err != nil {
			return types.NullValue
		}
		return adapter{}.NativeToValue(out)
	}
}

func fromJSON(args []ref.Val) ref.Val {
	s, ok := args[0].(types.String)
	if !ok {
		return wrong("json", args...)
	}
	v, err := value.ParseJSON([]byte(s))
	if err != nil {
		return types.NullValue
	}
	return adapter{}.NativeToValue(v)
}
