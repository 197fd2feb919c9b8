package search

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"sallyport/internal/detect"
	"sallyport/internal/detect/oktafilter"
	"sallyport/internal/detect/plain"
)

// sample is an event made of few values, so that filters find some of them.
func sample(r *rand.Rand) string {
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	target := func() string {
		return fmt.Sprintf(`{"id":"t%d","type":%q,"alternateId":"T%d@acme.example"}`, r.IntN(4), pick("User", "AppInstance"), r.IntN(4))
	}
	var targets []string
	for range r.IntN(3) {
		targets = append(targets, target())
	}
	return fmt.Sprintf(`{"uuid":"u-%d","eventType":%q,"severity":%q,"displayMessage":%q,"outcome":%s,"actor":{"id":"a%d","alternateId":%s},`+
		`"client":{"ipAddress":%s,"geographicalContext":{"country":%q}},"securityContext":{"isProxy":%s},"debugContext":{"debugData":{"behaviors":%q,"risk":"{level=%s}"}},"target":[%s]}`,
		r.IntN(9), pick("user.session.start", "user.mfa.factor.reset", "user.mfa.okta_verify", "policy.lifecycle.update"), pick("INFO", "WARN"),
		pick("User login to Okta", "Reset factor für Ÿvonne", "A \"quoted\" word\n"), pick(`null`, `{"result":"SUCCESS"}`, `{"result":"FAILURE","reason":"INVALID_CREDENTIALS"}`),
		r.IntN(3), pick(`"Alice@acme.example"`, `"bob@ACME.example"`, `null`, `""`, `"Stra\u00dfe@x"`), pick(`"203.0.113.7"`, `"203.0.113.17"`, `"2001:db8::1"`, `null`),
		pick("France", "Chile", ""), pick("true", "false", "null"), pick("New Device=POSITIVE, New IP=NEGATIVE", "New Device=NEGATIVE, New IP=POSITIVE"), pick("LOW", "HIGH"), strings.Join(targets, ","))
}

func filters() []string {
	return []string{
		`eventType eq "user.session.start"`, `eventType sw "user.mfa."`, `eventType in ["user.session.start","POLICY.lifecycle.update"]`, `not (eventType co "mfa")`,
		`actor.id eq "A1" and outcome.result eq "failure"`, `actor.alternateId eq "alice@ACME.example"`, `actor.alternateId pr`, `not (actor.alternateId pr)`, `actor.alternateId ew "acme.example"`,
		`actor.alternateId eq "stra\u00dfe@X"`, `client.ipAddress sw "203.0.113.1"`, `client.ipAddress eq "2001:DB8::1"`, `target.id eq "t1" and target.id eq "t2"`, `target.type ne "User"`,
		`target.0.id eq "t1"`, `target.alternateId co "acme"`, `securityContext.isProxy eq true`, `securityContext.isProxy eq "true"`, `severity eq "WARN" or target.id eq "t3"`,
		`debugContext.debugData.behaviors co "w Device=POSITIVE, New I"`, `debugContext.debugData.risk eq "{level=HIGH}"`, `not (debugContext.debugData.risk eq "{level=HIGH}")`, `uuid eq "u-3"`,
		`displayMessage co "quoted\" word"`, `displayMessage ew "YVONNE"`, `displayMessage sw "reset FACTOR"`, `client.geographicalContext.country pr`, `outcome.reason eq "INVALID_credentials"`,
		`outcome.result pr and not (outcome.result eq "SUCCESS")`, `eventType gt "user.n"`,
	}
}

// view is what a plan needs of a block.
func view(b *Block, p *Plan) View {
	v := View{Docs: b.Docs, Pages: map[Term][]byte{}, Columns: map[Column][]byte{}}
	for _, t := range p.Terms() {
		v.Pages[t] = b.Pages[PageOf(t, b.Bits)]
	}
	for _, c := range p.Columns() {
		v.Columns[c] = b.Columns[c]
	}
	return v
}

// blockOf returns the events in one block, or in several that were merged.
func blockOf(t *testing.T, events []string, parts int) *Block {
	t.Helper()
	var blocks []*Block
	b := NewBuilder()
	for i := range parts {
		for n := i; n < len(events); n += parts {
			b.Add(Doc{At: int64(n / 3), Seq: int64(n)}, fmt.Sprint("s", n%2), []byte(events[n]))
		}
		blocks = append(blocks, b.Block())
	}
	if parts == 1 {
		return blocks[0]
	}
	merged, err := Merge(blocks)
	if err != nil {
		t.Fatal(err)
	}
	return merged
}

// What a plan finds holds all that the filter finds, and where it says that it is
// exact, nothing else.
func TestPlanFinds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	events, decoded := make([]string, 400), make([]any, 400)
	for i := range events {
		events[i] = sample(r)
		var err error
		if decoded[i], err = plain.Decode([]byte(events[i])); err != nil {
			t.Fatal(err)
		}
	}
	words := []string{"", "login", "ALICE@acme.example", "203.0.113.7", "mfa-reset", "positive device", "acme.example", "yvonne straße", "nowhere"}
	exact, checked := 0, 0
	for _, parts := range []int{1, 7} {
		b := blockOf(t, events, parts)
		for _, f := range filters() {
			e, err := oktafilter.Parse(f)
			if err != nil {
				t.Fatalf("%s: %v", f, err)
			}
			for _, q := range words {
				w, err := ParseWords(q)
				if err != nil {
					t.Fatal(err)
				}
				for _, source := range []string{"", "s1"} {
					p := NewPlan(e, w, source)
					got, err := p.Find(view(b, p))
					if err != nil {
						t.Fatal(err)
					}
					m := w.Matcher()
					for n := range events {
						want := plain.Holds(e, decoded[n]) && m.Match([]byte(events[n])) && (source == "" || n%2 == 1)
						if want && !got.Has(n) || p.Exact() && want != got.Has(n) {
							t.Fatalf("%s, words %q, source %q, %d parts: found %v, want %v (exact %v): %s", f, q, source, parts, got.Has(n), want, p.Exact(), events[n])
						}
					}
					checked++
					if p.Exact() {
						exact++
					}
				}
			}
		}
	}
	if exact*3 < checked {
		t.Errorf("only %d of %d plans are exact", exact, checked)
	}
}

// What leaves much out is not left to the events.
func TestPlanLeavesOut(t *testing.T) {
	for _, f := range filters() {
		e, err := oktafilter.Parse(f)
		if err != nil {
			t.Fatal(err)
		}
		open := slices.Contains([]string{
			`actor.alternateId pr`, `not (actor.alternateId pr)`, `not (debugContext.debugData.risk eq "{level=HIGH}")`, `uuid eq "u-3"`,
			`client.geographicalContext.country pr`, `target.alternateId co "acme"`, `displayMessage co "quoted\" word"`, `displayMessage ew "YVONNE"`,
		}, f)
		if p := NewPlan(e, Words{}, ""); p.Open() != open {
			t.Errorf("%s: open %v", f, p.Open())
		}
	}
	e := detect.Same{Path: "target", Expr: detect.And{detect.Test{Path: "id", Values: []detect.Value{{Text: "t1"}}}, detect.Not{Expr: detect.Test{Path: "type", Values: []detect.Value{{Text: "User"}}}}}}
	if p := NewPlan(e, Words{}, ""); p.Open() || p.Exact() || len(p.Terms()) != 1 {
		t.Errorf("same: %+v", p)
	}
}

func TestWords(t *testing.T) {
	const event = `{"a":"alice@acme.example","b":[{"c":"203.0.113.7 via \"Chrome/126.0\""}],"n":3215,"ok":true,"uuid":"9f-77","d":"SAML_2_0"}`
	for q, want := range map[string]bool{
		"alice": true, "ALICE@ACME.EXAMPLE": true, "acme alice": true, "acme.alice": false, "ali": false, "203.0.113.7": true, "203.0.113": false, "chrome/126.0": true,
		"example-via": true, "3215": true, "9f": false, "saml_2_0": true, "2": true, "true": true, "alice bob": false, "": true,
	} {
		w, err := ParseWords(q)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.Matcher().Match([]byte(event)); got != want {
			t.Errorf("%q: %v", q, got)
		}
	}
	for _, q := range []string{strings.Repeat("a ", 11), strings.Repeat("a", 41), "a --"} {
		if _, err := ParseWords(q); err == nil {
			t.Errorf("%q is taken", q)
		}
	}
}

func TestSets(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		docs := 1 + r.IntN(300)
		s := newSet(docs)
		var want []int
		for doc := range docs {
			if r.IntN(3) == 0 {
				s.add(doc)
				want = append(want, doc)
			}
		}
		from := r.IntN(docs)
		to := from + r.IntN(docs-from+1)
		s.Keep(func(doc int) bool { return doc >= from && doc < to })
		want = slices.DeleteFunc(want, func(doc int) bool { return doc < from || doc >= to })
		if got := slices.Collect(s.All()); !slices.Equal(got, want) || s.Count() != len(want) {
			t.Fatalf("%d to %d: %v, want %v", from, to, got, want)
		}
	}
}

// A block of one event, of equal times, and one whose events come in another order
// than they were accepted in are what they were made of.
func TestTimes(t *testing.T) {
	for name, docs := range map[string][]Doc{
		"one": {{5, 7}}, "equal": {{5, 7}, {5, 8}, {5, 11}}, "turned": {{5, 70}, {6, 3}, {9, 50}}, "before 1970": {{-5, 7}, {6, 3}},
	} {
		b := NewBuilder()
		for _, d := range docs {
			b.Add(d, "s", []byte(`{"eventType":"a"}`))
		}
		block := b.Block()
		got, err := DecodeTimes(block.Times, block.Docs)
		if err != nil || !slices.Equal(got, docs) || block.First != docs[0] || block.Last != docs[len(docs)-1] {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
}

func FuzzPage(f *testing.F) {
	b := NewBuilder()
	for i := range 20 {
		b.Add(Doc{int64(i), int64(i)}, "s", fmt.Appendf(nil, `{"eventType":"a%d","severity":"INFO","x":"y%d"}`, i%2, i%7))
	}
	block := b.Block()
	f.Add(block.Pages[0], block.Columns[0], block.Times, 20, uint64(5))
	f.Fuzz(func(_ *testing.T, page, column, times []byte, docs int, term uint64) {
		if docs < 1 || docs > 1000 {
			return
		}
		_, _ = LookUp(page, docs, Term(term))
		_, _ = DecodeColumn(column, docs)
		_, _ = DecodeTimes(times, docs)
		damaged := &Block{Docs: docs, Pages: [][]byte{page}, Times: times, Columns: [columnCount][]byte{column, column, column, column, column, column}}
		_, _ = Merge([]*Block{damaged, damaged})
	})
}

func FuzzWalk(f *testing.F) {
	f.Add([]byte(sample(rand.New(rand.NewPCG(1, 1)))))
	f.Add([]byte(`{"a":[1,{"b":"\ud83d\ude00\u12"}`))
	w, err := ParseWords("login acme.example")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		b := NewBuilder()
		b.Add(Doc{1, 1}, "s", raw)
		b.Block()
		w.Matcher().Match(raw)
		if !json.Valid(raw) || !utf8.Valid(raw) {
			return
		}
		var texts []string
		walk := walker{visit: func(_ *node, text []byte) { texts = append(texts, string(text)) }}
		walk.walk(newPaths(), raw)
		if want := scalars(t, raw); !slices.Equal(texts, want) {
			t.Errorf("%s: %q, want %q", raw, texts, want)
		}
	})
}

// scalars are the values of JSON, but for null and the empty text, as package
// encoding/json reads them.
func scalars(t *testing.T, raw []byte) (out []string) {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.UseNumber()
	type frame struct{ object, value bool }
	var stack []frame
	for {
		tok, err := dec.Token()
		if err != nil {
			return out
		}
		if d, ok := tok.(json.Delim); ok {
			if d == '{' || d == '[' {
				if len(stack) > 0 {
					stack[len(stack)-1].value = false
				}
				stack = append(stack, frame{object: d == '{'})
			} else {
				stack = stack[:len(stack)-1]
			}
			continue
		}
		if len(stack) > 0 {
			if top := &stack[len(stack)-1]; top.object {
				if top.value = !top.value; top.value {
					continue // a name
				}
			}
		}
		if tok != nil && tok != "" {
			out = append(out, fmt.Sprint(tok))
		}
	}
}
