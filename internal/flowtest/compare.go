package flowtest

import (
	"fmt"
	"slices"
	"strings"

	"sallyport/internal/value"
)

// Outcome is what a run came to.
type Outcome struct {
	Status  string
	Error   string
	Reason  string
	Outputs *value.Object
	Calls   []Call                     // in their order
	Tables  map[string][]*value.Object // rows of the tables that the case names, by its names
}

// Compare says in which points a run is not as it is expected: none where it is.
func (e Expect) Compare(got Outcome) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if e.Status != "" && e.Status != got.Status {
		say("status: %s, want %s%s", got.Status, e.Status, because(got))
	}
	if !strings.Contains(got.Error, e.Error) {
		say("error: %q, want %q in it", got.Error, e.Error)
	}
	if !strings.Contains(got.Reason, e.Reason) {
		say("reason: %q, want %q in it", got.Reason, e.Reason)
	}
	if e.Outputs != nil {
		out = append(out, differ("outputs", e.Outputs, orEmpty(got.Outputs), true)...)
	}
	if e.Calls != nil {
		out = append(out, e.calls(got.Calls)...)
	}
	for name, want := range e.Tables.All() {
		rows, _ := want.([]any)
		have := got.Tables[name]
		if len(rows) != len(have) {
			say("table %s: %d rows, want %d: %s", name, len(have), len(rows), shown(have))
			continue
		}
		for i, row := range rows {
			out = append(out, differ(fmt.Sprintf("table %s, row %d", name, i+1), row, have[i], false)...)
		}
	}
	return out
}

func because(got Outcome) string {
	if why := strings.TrimSpace(got.Error + " " + got.Reason); why != "" {
		return ": " + why
	}
	return ""
}

func orEmpty(o *value.Object) *value.Object {
	if o == nil {
		return value.NewObject(0)
	}
	return o
}

func shown(rows []*value.Object) string {
	list := make([]any, len(rows))
	for i, r := range rows {
		list[i] = r
	}
	return string(value.JSON(list))
}

func (e Expect) calls(got []Call) []string {
	var out []string
	for i := range max(len(e.Calls), len(got)) {
		switch {
		case i >= len(got):
			out = append(out, fmt.Sprintf("call %d: none, want %s", i+1, e.Calls[i].name()))
		case i >= len(e.Calls):
			out = append(out, fmt.Sprintf("call %d: %s %s, which nobody expects", i+1, got[i].name(), value.JSON(got[i].Inputs)))
		case got[i].name() != e.Calls[i].name():
			out = append(out, fmt.Sprintf("call %d: %s %s, want %s", i+1, got[i].name(), value.JSON(got[i].Inputs), e.Calls[i].name()))
		default:
			out = append(out, differ(fmt.Sprintf("call %d (%s)", i+1, got[i].name()), orEmpty(e.Calls[i].Inputs), orEmpty(got[i].Inputs), false)...)
		}
	}
	return out
}

func (c Call) name() string { return c.Connector + "." + c.Action }

// differ says where a value is another than the one that is wanted. Where not all
// of an object is wanted, fields that are not named do not matter.
func differ(at string, want, got any, all bool) []string {
	w, isObject := want.(*value.Object)
	g, hasObject := got.(*value.Object)
	if !isObject || !hasObject {
		return differLists(at, want, got, all)
	}
	var out []string
	for k, v := range w.All() {
		have, ok := g.Get(k)
		if !ok && v != nil {
			out = append(out, fmt.Sprintf("%s.%s: nothing, want %s", at, k, value.JSON(v)))
			continue
		}
		out = append(out, differ(at+"."+k, v, have, all)...)
	}
	for k, v := range g.All() {
		if _, ok := w.Get(k); all && !ok {
			out = append(out, fmt.Sprintf("%s.%s: %s, which nobody expects", at, k, value.JSON(v)))
		}
	}
	return out
}

func differLists(at string, want, got any, all bool) []string {
	w, isList := want.([]any)
	g, hasList := got.([]any)
	if !isList || !hasList {
		if same(want, got) {
			return nil
		}
		return []string{fmt.Sprintf("%s: %s, want %s", at, value.JSON(got), value.JSON(want))}
	}
	if len(w) != len(g) {
		return []string{fmt.Sprintf("%s: %s, want %s", at, value.JSON(got), value.JSON(want))}
	}
	var out []string
	for i := range w {
		out = append(out, differ(fmt.Sprintf("%s[%d]", at, i), w[i], g[i], all)...)
	}
	return out
}

// same compares plain values. A date and its text are the same.
func same(a, b any) bool { return slices.Equal(value.JSON(a), value.JSON(b)) }

// Pick finds the answer to a call: the first that fits and is not used up. Used
// counts, by the answers' places.
func Pick(answers []Answer, used []int, c Call) (int, bool) {
	for i, a := range answers {
		if c.name() == a.Call && (a.Times == 0 || used[i] < a.Times) && len(differ("", orEmpty(a.With), orEmpty(c.Inputs), false)) == 0 {
			return i, true
		}
	}
	return 0, false
}
