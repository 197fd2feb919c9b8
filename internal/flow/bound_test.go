package flow_test

import (
	"runtime"
	"strings"
	"testing"

	"sallyport/internal/flow"
	"sallyport/internal/value"
)

// What a card is given, what a loop collects and what a flow returns is bounded,
// and the card says so.
func TestValuesAreBounded(t *testing.T) {
	refs := func(n int) string { return strings.Repeat("{{ input.who }}", n) }
	tests := map[string]struct{ cards, says string }{
		"a text made of many":   {"  - { id: n, title: Length, use: text.length, with: { text: '" + refs(6) + "' } }", "Length (n): text would be larger than 16 MB"},
		"all the inputs":        {"  - { id: n, use: object.construct, with: { a: '" + refs(2) + "', b: '" + refs(3) + "', c: '" + refs(2) + "' } }", "(n): c would be larger than 16 MB"},
		"a message":             {"  - { id: n, use: peer.tell, with: { text: '" + refs(6) + "' } }", "text would be larger than 16 MB"},
		"a row":                 {"  - { id: n, use: table.create_row, table: reports, with: { Who: '" + refs(6) + "' } }", "Who would be larger than 16 MB"},
		"what goes to a helper": {"  - { id: n, call: h, with: { who: '" + refs(6) + "' } }", "who would be larger than 16 MB"},
		"what a loop collects":  {"  - { id: n, map: '{{ input.list }}', do: [ { return: { x: '{{ input.who }}' } } ] }", "(n): the list would be larger than 16 MB"},
		"the items of a loop":   {"  - { id: n, each: [ '" + refs(3) + "', '" + refs(3) + "' ], do: [ { use: text.trim, with: { text: a } } ] }", "(n): the list would be larger than 16 MB"},
		"what an if gives":      {"  - { id: n, if: 'true', then: [ { use: text.trim, with: { text: a } } ], out: { text: { then: '" + refs(6) + "', else: x } } }", "(n): text would be larger than 16 MB"},
		"a result":              {"  - return: { text: '" + refs(6) + "' }", "text would be larger than 16 MB"},
		"a reason":              {"  - fail: '" + refs(6) + "'", "the reason would be larger than 16 MB"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.publish("flow: h\ntrigger: { call: { inputs: { who: text } } }\ncards: [ { stop: x } ]\n")
			r, _ := l.run(onDemand(tt.cards), value.Map("who", strings.Repeat("x", 3<<20), "list", make([]any, 6)))
			if r.State != flow.Failed || !strings.Contains(r.Error, tt.says) {
				t.Errorf("ended %s %.200q", r.State, r.Error)
			}
			if len(l.peer.calls) != 0 || len(l.rows()) != 0 {
				t.Errorf("calls %v", l.peer.calls)
			}
		})
	}
}

// A text of very many large parts is not made, only to be thrown away.
func TestLargeTextIsNotMade(t *testing.T) {
	l := newLab(t)
	run := l.start(l.publish(onDemand("  - { use: text.length, with: { text: '"+strings.Repeat("{{ input.who }}", 200)+"' } }")), value.Map("who", strings.Repeat("x", 4<<20)), nil)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, _ := l.work(run)
	runtime.ReadMemStats(&after)
	if made := (after.TotalAlloc - before.TotalAlloc) >> 20; r.State != flow.Failed || !strings.Contains(r.Error, "larger than") || made > 600 {
		t.Errorf("ended %s %.200q after %d MB", r.State, r.Error, made)
	}
}
