package sigma_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/detect/correlate"
	"sallyport/internal/detect/sigma"
)

const parts = `title: Failed
id: 1f0c9a4e-5d0b-4b0e-9d58-0f6f2a6d7a11
name: failed
logsource: {product: okta}
detection: {s: {outcome.result: FAILURE}, condition: s}
---
title: Signed in
id: 2f0c9a4e-5d0b-4b0e-9d58-0f6f2a6d7a12
name: signed_in
logsource: {product: okta}
detection: {s: {outcome.result: SUCCESS}, condition: s}
`

// A correlation fires as often whether it refers to its rules by name or by id,
// in its own file or in another one, also where rules have both.
func TestByNameAsById(t *testing.T) {
	const name, id = "[failed, signed_in]", "[1f0c9a4e-5d0b-4b0e-9d58-0f6f2a6d7a11, 2f0c9a4e-5d0b-4b0e-9d58-0f6f2a6d7a12]"
	for _, kind := range []string{"temporal", "temporal_ordered"} {
		fired := map[string][]string{}
		for called, rules := range map[string]string{"by name": name, "by id": id} {
			for where, file := range map[string]string{"in one file": "a.yml", "across files": "b.yml"} {
				text := fmt.Sprintf("title: both\ncorrelation: {type: %s, rules: %s, group-by: [user], timespan: 10m}", kind, rules)
				fired[called+" "+where] = firings(t, text, file)
			}
		}
		want := []string{"ann 2", "ann 3", "bob 5"}
		if kind == "temporal_ordered" {
			want = []string{"ann 2", "ann 3"}
		}
		for how, got := range fired {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", kind, how, diff)
			}
		}
	}
}

// firings counts events in a correlation of a file; its rules are in a.yml.
func firings(t *testing.T, text, file string) []string {
	t.Helper()
	var names sigma.Names
	add := func(file, text string) []sigma.Document {
		docs, err := sigma.Parse([]byte(text), sigma.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range docs {
			names.Add(file, d.Metadata().Title, d)
		}
		return docs
	}
	add("a.yml", parts)
	c := add(file, text)[0].(*sigma.Correlation)
	spec, err := c.Spec("both", func(ref string) (string, error) { return names.Find(file, ref) })
	if err != nil {
		t.Fatal(err)
	}
	set, err := correlate.NewSet([]*correlate.Spec{spec})
	if err != nil {
		t.Fatal(err)
	}
	var events []correlate.Event
	for i, e := range []struct{ rule, user string }{
		{"Failed", "ann"}, {"Signed in", "cid"}, {"Signed in", "ann"}, {"Signed in", "ann"}, {"Signed in", "bob"}, {"Failed", "bob"},
	} {
		events = append(events, correlate.Event{
			UUID: fmt.Sprint(i), At: time.Unix(int64(i), 0), Rules: []string{e.rule}, Values: func(string) []string { return []string{e.user} },
		})
	}
	found, err := set.Count(t.Context(), &correlate.Memory{}, events)
	if err != nil {
		t.Fatal(err)
	}
	var fired []string
	for _, f := range found {
		fired = append(fired, fmt.Sprintf("%s %d", f.Group["user"], f.Event))
	}
	return fired
}
