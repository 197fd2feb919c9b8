package detect_test

import (
	"encoding/json"
	"slices"
	"testing"

	"sallyport/internal/detect"
	"sallyport/internal/detect/plain"
)

// Whatever comes as an event is taken if it is JSON, and then the same rules hold
// as plain finds; those of one event say nothing of the next.
func FuzzMatch(f *testing.F) {
	for _, s := range []string{
		signOn, `{"a":1,"A":2,"a":{"b":[1,{"b":"x"}]}}`, `{"\u0061":{"B":"\ud83d","b":null}}`, `[{"a":"x"}]`, `{"eventType":["user.session.start"],"target":[[{"type":"user"}]]}`,
		`{"eventType":"user.session.start","eventtype":"x","target":{"0":{"type":"User","id":"u1"}}}`, "{\"actor\":{\"alternateId\":\"\xff\"}}", `{"a":1}x`, `{`, ``,
	} {
		f.Add([]byte(s))
	}
	var es []detect.Expr
	for _, of := range []map[string]detect.Expr{holding(), failing()} {
		for _, e := range of {
			es = append(es, e)
		}
	}
	es = append(es, test("a", detect.Equal, "1", "x"), test("A.b", detect.HasValue), test("a.B", detect.Like, "?*"), detect.Same{Path: "a", Expr: test("b", detect.Absent)})
	m := matcher(f, es)
	f.Fuzz(func(t *testing.T, raw []byte) {
		hits, err := m.Match(raw)
		if valid := json.Valid(raw); valid != (err == nil) {
			t.Fatalf("valid is %v, but match says %v: %q", valid, err, raw)
		}
		if err != nil {
			return
		}
		event, err := plain.Decode(raw)
		if err != nil {
			t.Fatalf("decode: %v: %q", err, raw)
		}
		for i, e := range es {
			if got, want := slices.Contains(hits, i), plain.Holds(e, event); got != want {
				t.Fatalf("%v of %q: got %v, want %v", e, raw, got, want)
			}
		}
	})
}
