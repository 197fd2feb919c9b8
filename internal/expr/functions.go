package expr

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/ext"

	"sallyport/internal/value"
)

// Function is one of the functions that CEL itself does not have.
type Function struct {
	Use  string // how it is written
	Help string

	name   string
	member bool // called as x.f(...)
	args   int  // with x
	call   func(args []ref.Val) ref.Val
}

// Functions returns the functions that this package adds to CEL's own. On a
// null text or list each gives null, unless it says otherwise.
func Functions() []Function {
	return append(textFunctions(), otherFunctions()...)
}

func textFunctions() []Function {
	return []Function{
		{`text.lowerAscii()`, "the text with A-Z as a-z", "lowerAscii", true, 1, onText(lower)},
		{`text.upperAscii()`, "the text with a-z as A-Z", "upperAscii", true, 1, onText(upper)},
		{`text.trim()`, "the text without blanks at its ends", "trim", true, 1, onText(strings.TrimSpace)},
		{`text.replace(old, new)`, "the text with every old replaced by new", "replace", true, 3, replace},
		{`text.split(separator)`, "the list of its parts", "split", true, 2, split},
		{`text.substring(from)`, "the characters from a position on, counted from 0", "substring", true, 2, substring},
		{`text.substring(from, to)`, "the characters from one position up to another", "substring", true, 3, substring},
		{`text.indexOf(part)`, "the position of the part, or -1", "indexOf", true, 2, indexOf},
		{`text.regexReplace(pattern, new)`, "the text with every match replaced; $1 is the first group", "regexReplace", true, 3, regexReplace},
		{`text.regexExtract(pattern)`, "the first group of the first match, or the match; null where there is none", "regexExtract", true, 2, regexExtract},
		{`text.urlEncode()`, "the text as a value in a URL's query", "urlEncode", true, 1, onText(url.QueryEscape)},
		{`text.urlDecode()`, "what a part of a URL's path says, or the text itself where it is escaped badly", "urlDecode", true, 1, onText(urlDecode)},
		{`text.base64()`, "the text in base64", "base64", true, 1, onText(toBase64)},
		{`text.base64Decode()`, "the text that base64 says, plain or URL-safe; null where it says none", "base64Decode", true, 1, fromBase64},
		{`text.inCIDR(network)`, "whether the text is an IP address in a network such as 10.0.0.0/8, or in one of a list of them", "inCIDR", true, 2, inCIDR},
	}
}

func otherFunctions() []Function {
	return []Function{
		{`list.join(separator)`, "one text of its items", "join", true, 2, joinList},
		{`list.first()`, "its first item, or null", "first", true, 1, end(func(int) int { return 0 })},
		{`list.last()`, "its last item, or null", "last", true, 1, end(func(n int) int { return n - 1 })},
		{`list.distinct()`, "the list without repetitions", "distinct", true, 1, distinct},
		{`list.flatten()`, "one list of what its items that are lists hold, and of its other items", "flatten", true, 1, flatten},
		{`list.indexes()`, "the positions of its items: 0, 1 and so on", "indexes", true, 1, indexes},
		{`list.object()`, "an object of its items, each a list of a name and a value; the last of a name counts", "object", true, 1, toObject},
		{`x.orElse(y)`, "x, or y where x is null or empty", "orElse", true, 2, orElse},
		{`text(x)`, "x as text: an object or list as JSON, null as the empty text", "text", false, 1, asText},
		{`number(x)`, "x as a number, or null where it is none", "number", false, 1, as(value.Number)},
		{`date(x)`, "x as a date, or null where it is none", "date", false, 1, as(value.Date)},
		{`xml(text)`, "what the XML text says: elements by their names, attributes as @name, text beside them as #text; null where it is no XML", "xml", false, 1, fromXML},
		{`file(x)`, "x as a file, an object of name, type, size and data (in base64): of a text, or an object with text or base64", "file", false, 1, asFile},
		{`json(text)`, "what the JSON text says, or null where it is no JSON", "json", false, 1, fromJSON},
	}
}

// language is the environment without variables. It is made once: making it
// costs more than compiling.
var language = sync.OnceValues(func() (*cel.Env, error) {
	opts := []cel.EnvOption{
		cel.CustomTypeAdapter(adapter{}), cel.CrossTypeNumericComparisons(true),
		cel.ParserRecursionLimit(100), cel.ParserExpressionSizeLimit(maxSource),
		ext.Bindings(),
	}
	byName := map[string][]cel.FunctionOpt{}
	for _, f := range Functions() {
		byName[f.name] = append(byName[f.name], f.overload())
	}
	for name, overloads := range byName {
		opts = append(opts, cel.Function(name, overloads...))
	}
	return cel.NewEnv(append(opts, operations()...)...)
})

func (f Function) overload() cel.FunctionOpt {
	id := fmt.Sprintf("sp_%s_%d", f.name, f.args)
	args := slices.Repeat([]*cel.Type{cel.DynType}, f.args)
	binding := cel.FunctionBinding(func(args ...ref.Val) ref.Val {
		if f.name != "orElse" && f.name != "text" && isNull(args[0]) {
			return types.NullValue
		}
		return f.call(args)
	})
	if f.member {
		return cel.MemberOverload(id, args, cel.DynType, binding)
	}
	return cel.Overload(id, args, cel.DynType, binding)
}

// costs counts the text that a call looks at and makes.
type costs struct{}

// CallCost implements [interpreter.ActualCostEstimator].
func (costs) CallCost(function, _ string, args []ref.Val, result ref.Val) *uint64 {
	cost := uint64(1)
	scans := strings.HasPrefix(function, fnPrefix) || slices.ContainsFunc(args, isText)
	for _, v := range append(args, result) {
		if !scans {
			break
		}
		switch v := v.(type) {
		case types.String:
			cost += uint64(len(v)) / 100
		case traits.Lister:
			n, _ := float(v.Size())
			cost += uint64(n) / 10
		}
	}
	if strings.HasSuffix(function, "matches") || strings.HasPrefix(function, "regex") {
		cost = cost*10 + programCost(args)
	}
	return &cost
}

// programCost is what a regular expression takes beyond that, where its program is
// large. Two hundred of its instructions, each looked at for each byte, are a step.
func programCost(args []ref.Val) uint64 {
	if len(args) < 2 {
		return 0
	}
	in, ok := args[0].(types.String)
	source, alsoOK := args[1].(types.String)
	if !ok || !alsoOK {
		return 0
	}
	re, err := pattern(string(source))
	if err != nil {
		return 0
	}
	return uint64(re.Size()) * uint64(len(in)) / 200 //nolint:gosec // a size is not negative
}

func isText(v ref.Val) bool { return v.Type() == types.StringType }
