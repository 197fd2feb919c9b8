package expr

import (
	"encoding/base64"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"sallyport/internal/value"
)

func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

func urlDecode(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

func toBase64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func asFile(args []ref.Val) ref.Val {
	v, err := toValue(args[0])
	if err != nil {
		return types.WrapErr(err)
	}
	f, err := value.AnyFile(v)
	if err != nil {
		return types.WrapErr(err)
	}
	o, err := f.Object()
	if err != nil {
		return types.WrapErr(err)
	}
	return adapter{}.NativeToValue(o)
}

func fromXML(args []ref.Val) ref.Val {
	s, ok := args[0].(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(args[0])
	}
	o, err := value.ParseXML(string(s))
	if err != nil {
		return types.NullValue
	}
	return adapter{}.NativeToValue(o)
}

func fromBase64(args []ref.Val) ref.Val {
	s, ok := args[0].(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(args[0])
	}
	plain := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(strings.TrimSpace(string(s)), "="))
	b, err := base64.RawStdEncoding.DecodeString(plain)
	if err != nil || !utf8.Valid(b) {
		return types.NullValue
	}
	return types.String(b)
}

func upper(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r + 'A' - 'a'
		}
		return r
	}, s)
}

// onText makes a function of one text.
func onText(f func(string) string) func([]ref.Val) ref.Val {
	return func(args []ref.Val) ref.Val {
		s, ok := args[0].(types.String)
		if !ok {
			return wrong("a function of a text", args[0])
		}
		return bounded(f(string(s)))
	}
}

func bounded(s string) ref.Val {
	if len(s) > maxText {
		return types.NewErr("the text is longer than %d bytes", maxText)
	}
	return types.String(s)
}

// texts returns arguments that must all be texts.
func texts(name string, args []ref.Val) ([]string, ref.Val) {
	out := make([]string, len(args))
	for i, a := range args {
		s, ok := a.(types.String)
		if !ok {
			return nil, wrong(name, args...)
		}
		out[i] = string(s)
	}
	return out, nil
}

func replace(args []ref.Val) ref.Val {
	s, err := texts("replace", args)
	if err != nil {
		return err
	}
	n := strings.Count(s[0], s[1])
	if len(s[0])+n*(len(s[2])-len(s[1])) > maxText {
		return types.NewErr("the text is longer than %d bytes", maxText)
	}
	return types.String(strings.ReplaceAll(s[0], s[1], s[2]))
}

func split(args []ref.Val) ref.Val {
	s, err := texts("split", args)
	if err != nil {
		return err
	}
	if strings.Count(s[0], s[1]) > maxItems {
		return types.NewErr("the list is longer than %d", maxItems)
	}
	return types.NewStringList(adapter{}, strings.Split(s[0], s[1]))
}

func substring(args []ref.Val) ref.Val {
	s, ok := args[0].(types.String)
	from, isNumber := float(args[1])
	if !ok || !isNumber {
		return wrong("substring", args...)
	}
	runes := []rune(string(s))
	to := float64(len(runes))
	if len(args) == 3 {
		if to, isNumber = float(args[2]); !isNumber {
			return wrong("substring", args...)
		}
	}
	clamp := func(f float64) int { return int(max(0, min(f, float64(len(runes))))) }
	a, b := clamp(from), clamp(to)
	if a > b {
		return types.String("")
	}
	return types.String(runes[a:b])
}

func indexOf(args []ref.Val) ref.Val {
	s, err := texts("indexOf", args)
	if err != nil {
		return err
	}
	i := strings.Index(s[0], s[1])
	if i > 0 {
		i = len([]rune(s[0][:i]))
	}
	return types.Int(i)
}

// replaceWithin is how long one search for all that is to be replaced may take.
const replaceWithin = 100 * time.Millisecond

func regexReplace(args []ref.Val) ref.Val {
	s, bad := texts("regexReplace", args)
	if bad != nil {
		return bad
	}
	re, err := pattern(s[1])
	if err != nil {
		return types.WrapErr(err)
	}
	found, err := re.All(s[0], maxItems, replaceWithin)
	if err != nil {
		return types.WrapErr(err)
	}
	var out []byte
	last := 0
	for _, m := range found {
		out = append(out, s[0][last:m[0]]...)
		out = re.ExpandString(out, s[2], s[0], m)
		last = m[1]
		if len(out) > maxText {
			break
		}
	}
	return bounded(string(append(out, s[0][last:]...)))
}

func regexExtract(args []ref.Val) ref.Val {
	s, bad := texts("regexExtract", args)
	if bad != nil {
		return bad
	}
	re, err := pattern(s[1])
	if err != nil {
		return types.WrapErr(err)
	}
	if err := re.Fits(s[0]); err != nil {
		return types.WrapErr(err)
	}
	m := re.FindStringSubmatch(s[0])
	switch {
	case m == nil:
		return types.NullValue
	case len(m) > 1:
		return types.String(m[1])
	}
	return types.String(m[0])
}
