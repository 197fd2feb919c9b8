package detect_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"sallyport/internal/detect"
	"sallyport/internal/detect/plain"
)

// dice make up events and conditions from few words, so that conditions often
// nearly hold.
type dice struct{ *rand.Rand }

func (d dice) of(words ...string) string { return words[d.IntN(len(words))] }

func (d dice) one(in int) bool { return d.IntN(in) == 0 }

func (d dice) name() string {
	return d.of("a", "a", "a", "b", "b", "c", "A", "B", "kind", "Kind", "\u212aind", "é", "É", "0", "1", "", "longer name of a member")
}

// word is a text as it is written in JSON, between quotes.
func (d dice) word() string {
	s := d.of("", "a", "A", "ab", "aB", "abc", "b", "x", "true", "1", "1.0", "-1.5e1", "10", "01", "é", "É", "ß", "k", `\u212a`, "\u212a", `\u0061`,
		`\n`, `\"`, `\\`, `\/`, `*`, `?`, `\ud83d\ude00`, `\ud83d`, `\ude00x`, "😀", "\xff", "a\xc3", "\u017f", "S", "10.0.0.1", "::ffff:10.0.0.1", "10.0.0.300", "10.0.0.01", "fe80::1", "10.0.0",
		"2026-03-04T05:06:07Z", "2026-12-31T23:59:59.5+02:00", "abcdefgh", "ABCDEFGHIJKLMNOP", "abcdefghé", "abcdefg\u212a", "a text that is longer than sixteen bytes")
	if d.one(4) {
		return s + d.word()
	}
	return s
}

func (d dice) blank() string {
	if d.one(12) {
		return d.of(" ", "\n\t", "\r\n  ")
	}
	return ""
}

func (d dice) json(depth int) string {
	switch k := d.IntN(12); {
	case k < 3 && depth > 0:
		return d.object(depth)
	case k < 5 && depth > 0:
		s := "[" + d.blank()
		for i := range d.IntN(4) {
			if i > 0 {
				s += "," + d.blank()
			}
			s += d.json(depth-1) + d.blank()
		}
		return s + "]"
	case k < 9:
		return `"` + d.word() + `"`
	case k == 9:
		return d.of("1", "1.0", "10", "-15", "1e1", "0", "1E400", "0.1", "123456789012345678901")
	}
	return d.of("true", "false", "null", "null")
}

func (d dice) object(depth int) string {
	s := "{" + d.blank()
	for i := range d.IntN(5) {
		if i > 0 {
			s += "," + d.blank()
		}
		name := d.name()
		if d.one(20) && name == "a" {
			name = `\u0061`
		}
		s += `"` + name + `"` + d.blank() + ":" + d.blank() + d.json(depth-1) + d.blank()
	}
	return s + "}"
}

func (d dice) path() string {
	p := d.name()
	if d.one(8) {
		p += "{}"
	}
	if d.one(2) {
		p += "." + d.path()
	}
	return p
}

func (d dice) text() string {
	s, err := strconv.Unquote(`"` + d.word() + `"`)
	if err != nil {
		return d.of("a", "é", "\xff", "\ufffd", "*", "a*", "?", `\*`)
	}
	return s
}

func (d dice) value(op detect.Op) detect.Value {
	switch op { //nolint:exhaustive // the others take a text
	case detect.Equal:
		if d.one(4) {
			return detect.Value{Number: float64(d.IntN(12)), IsNum: true}
		}
	case detect.Like:
		return detect.Value{Text: d.pattern()}
	case detect.Matches:
		return detect.Value{Regexp: regexp.MustCompile(d.of("a", "^A", "b$", "(?i)^ab?", "[0-9]+", "^$", "é|😀", "."))}
	case detect.InNetwork:
		return detect.Value{Prefix: netip.MustParsePrefix(d.of("10.0.0.0/8", "10.0.0.1/32", "::/0", "0.0.0.0/0"))}
	case detect.Less, detect.LessEqual, detect.Greater, detect.GreaterEqual:
		return detect.Value{Number: float64(d.IntN(30) - 15)}
	case detect.SameAs, detect.ContainsOther, detect.StartsWithOther, detect.EndsWithOther:
		return detect.Value{Text: d.path()}
	case detect.Minute, detect.Hour, detect.Day, detect.Week, detect.Month, detect.Year:
		return detect.Value{Number: []float64{1, 3, 4, 5, 6, 10, 12, 23, 31, 53, 59, 2026}[d.IntN(12)]}
	}
	return detect.Value{Text: d.text()}
}

func (d dice) pattern() string {
	s := ""
	for range d.IntN(4) {
		s += d.of(d.text(), "*", "?", `\*`, `\`, "**", "a*")
	}
	return s
}

func (d dice) values(op detect.Op) []detect.Value {
	n := 1
	if d.one(3) {
		n = d.IntN(10)
	}
	vs := make([]detect.Value, n)
	for i := range vs {
		vs[i] = d.value(op)
	}
	return vs
}

func (d dice) many() []detect.Value {
	vs := make([]detect.Value, d.IntN(50))
	for i := range vs {
		vs[i] = detect.Value{Text: d.text() + d.text()}
	}
	return vs
}

func (d dice) expr(depth int) detect.Expr {
	kinds := 14
	if depth == 0 {
		kinds = 8
	}
	switch k := d.IntN(kinds); {
	case k < 7:
		op := detect.Op(d.IntN(int(detect.EndsWithOther) + 1))
		if d.one(3) {
			op = detect.Equal
		}
		return detect.Test{Path: d.path(), Op: op, Values: d.values(op), All: d.one(5), Cased: d.one(4)}
	case k == 7:
		if d.one(4) {
			return detect.Always(d.one(2))
		}
		vs := d.values(detect.Like)
		return detect.Keyword{Values: vs, All: d.one(3), Cased: d.one(3)}
	case k < 10:
		e := detect.And{}
		for range d.IntN(4) {
			e = append(e, d.expr(depth-1))
		}
		return e
	case k < 12:
		e := detect.Or{}
		for range d.IntN(4) {
			e = append(e, d.expr(depth-1))
		}
		return e
	case k == 12:
		return detect.Not{Expr: d.expr(depth - 1)}
	}
	return detect.Same{Path: d.path(), Expr: d.expr(depth - 1)}
}

// pairs is how many pairs of an event and a condition are tried; DETECT_PAIRS
// asks for more.
func pairs(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv("DETECT_PAIRS"))
	if err != nil {
		return 100_000
	}
	return n
}

// Comparisons with what is at two paths are two comparisons, in one program too.
func TestComparisonsWithOthersAreApart(t *testing.T) {
	for _, op := range []detect.Op{detect.SameAs, detect.ContainsOther, detect.StartsWithOther, detect.EndsWithOther} {
		var es []detect.Expr
		for _, other := range []string{"x", "y", "z"} {
			es = append(es, detect.Test{Path: "b", Op: op, Values: []detect.Value{{Text: other}}})
		}
		if got := agree(t, matcher(t, es), es, []byte(`{"b":"same","x":"other","y":"same"}`), "apart"); got != 1 {
			t.Errorf("%v: %d of three comparisons hold", es[0], got)
		}
	}
}

// The compiled program finds what is right, whatever the event and the rules.
func TestAgreesWithPlain(t *testing.T) {
	const rules, events = 20, 20
	seed, held := rand.Uint64(), 0
	rounds := pairs(t) / rules / events
	for round := range rounds {
		d := dice{rand.New(rand.NewPCG(seed, uint64(round)))}
		es := make([]detect.Expr, rules)
		for i := range es {
			es[i] = d.expr(3)
			if i%3 == 0 { // so that there is a pivot
				if i%2 == 0 { // and many texts to look for
					es[i] = detect.Or{detect.Test{Path: d.of("a", "a.b", "b"), Op: detect.Contains, Values: d.many()}, es[i]}
				}
				es[i] = detect.And{detect.Test{Path: d.of("kind", "Kind"), Values: texts(d.of("a", "b", "AB", "é", "1")), Op: detect.Op(d.IntN(4))}, es[i]}
			}
		}
		m := matcher(t, es)
		for range events {
			raw := d.object(4)
			if d.one(2) {
				raw = fmt.Sprintf(`{"kind":"%s",%s`, d.of("a", "b", "Ab", "é", "1"), d.object(4)[1:])
				if raw[len(raw)-2] == ',' {
					raw = raw[:len(raw)-2] + "}"
				}
			}
			held += agree(t, m, es, []byte(raw), fmt.Sprintf("seed %d round %d", seed, round))
		}
	}
	t.Logf("%d pairs, %d of them held", rounds*rules*events, held)
	if held < rounds*rules {
		t.Error("hardly anything held: the conditions are too hard to be a test")
	}
}

// agree compares the program with plain, and returns how many conditions hold.
func agree(t *testing.T, m *detect.Matcher, es []detect.Expr, raw []byte, where string) int {
	t.Helper()
	event, err := plain.Decode(raw)
	hits, matchErr := m.Match(raw)
	if err != nil || matchErr != nil {
		if (err == nil) != (matchErr == nil) {
			t.Fatalf("%s: %q: decoded with %v, matched with %v", where, raw, err, matchErr)
		}
		return 0
	}
	for i, e := range es {
		if want, got := plain.Holds(e, event), slices.Contains(hits, i); got != want {
			t.Fatalf("%s: %v of %s: got %v, want %v", where, e, raw, got, want)
		}
	}
	return len(hits)
}
