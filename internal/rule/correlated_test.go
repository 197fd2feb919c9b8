package rule_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/detect/correlate"
	"sallyport/internal/event"
	"sallyport/internal/rule"
)

const failedThenIn = `title: Failed
id: 1f0c9a4e-5d0b-4b0e-9d58-0f6f2a6d7a11
name: failed
logsource: { product: okta, service: okta }
detection: { s: { eventType: user.session.start, outcome.result: FAILURE }, condition: s }
---
title: Signed in
id: 2f0c9a4e-5d0b-4b0e-9d58-0f6f2a6d7a12
name: signed_in
logsource: { product: okta, service: okta }
detection: { s: { eventType: user.session.start, outcome.result: SUCCESS }, condition: s }
`

// A correlation fires as often whether it refers to its rules by name or by id,
// in its own file or in another one, though the rules have both.
func TestCorrelationsByNameAsById(t *testing.T) {
	const byName, byID = "[failed, signed_in]", "[1f0c9a4e-5d0b-4b0e-9d58-0f6f2a6d7a11, 2f0c9a4e-5d0b-4b0e-9d58-0f6f2a6d7a12]"
	for kind, want := range map[string][]string{
		"temporal":         {"ann 2", "ann 3", "bob 5"},
		"temporal_ordered": {"ann 2", "ann 3"},
	} {
		for how, rules := range map[string]string{"by name": byName, "by id": byID} {
			both := fmt.Sprintf("title: Both\nid: 3f0c9a4e-5d0b-4b0e-9d58-0f6f2a6d7a13\ncorrelation: { type: %s, rules: %s, group-by: [actor.id], timespan: 10m }\n", kind, rules)
			for where, files := range map[string]map[string]string{
				"in one file":  {"a.yaml": both + "---\n" + failedThenIn},
				"across files": {"a.yaml": both, "b.yaml": failedThenIn},
			} {
				if diff := cmp.Diff(want, correlatedHits(t, files)); diff != "" {
					t.Errorf("%s, %s %s (-want +got):\n%s", kind, how, where, diff)
				}
			}
		}
	}
}

// correlatedHits are the hits of correlations in a few sign-ins: who, and with
// which event.
func correlatedHits(t *testing.T, files map[string]string) []string {
	t.Helper()
	shelf, report := load(t, files)
	if len(report.Problems) > 0 {
		t.Fatal(problems(report))
	}
	book, err := rule.NewBook(shelf.All())
	if err != nil {
		t.Fatal(err)
	}
	var events []event.Event
	for i, text := range strings.Fields("ann:FAILURE cid:SUCCESS ann:SUCCESS ann:SUCCESS bob:SUCCESS bob:FAILURE") {
		who, result, _ := strings.Cut(text, ":")
		e, err := event.NewParser().Parse(fmt.Appendf(nil,
			`{"uuid":"%d","eventType":"user.session.start","published":"2026-03-01T10:00:0%dZ","actor":{"id":%q,"type":"User"},"outcome":{"result":%q}}`, i, i, who, result))
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	hits, err := book.Detect(t.Context(), events, &correlate.Memory{})
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, h := range hits {
		if h.Rule.Language == rule.Correlation {
			found = append(found, h.Group["actor.id"]+" "+h.Event.UUID)
		}
	}
	return found
}
