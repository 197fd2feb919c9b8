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
		"a text made of many":    {"  - { id: n, title: Length, use: text.length, with: { text: '" + refs(6) + "' } }", "Length (n): text: the text is longer than 16 MB"},
		"all the inputs":         {"  - { id: n, use: object.construct, with: { a: '" + refs(2) + "', b: '" + refs(3) + "', c: '" + refs(2) + "' } }", "(n): c would be larger than 16 MB"},
		"a message":              {"  - { id: n, use: peer.tell, with: { text: '" + refs(6) + "' } }", "text: the text is longer than 16 MB"},
		"a row":                  {"  - { id: n, use: table.create_row, table: reports, with: { Who: '" + refs(6) + "' } }", "Who: the text is longer than 16 MB"},
		"what goes to a helper":  {"  - { id: n, call: h, with: { who: '" + refs(6) + "' } }", "who: the text is longer than 16 MB"},
		"what a loop gives":      {"  - { id: n, map: '{{ input.list }}', do: [ { return: { a: '{{ input.who }}' } } ] }", "(n): the list would be larger than 16 MB"},
		"an input of many texts": {"  - { id: n, use: list.length, with: { list: [ '" + refs(3) + "', '" + refs(3) + "' ] } }", "(n): list would be larger than 16 MB"},
		"what an if gives":       {"  - { id: n, if: 'true', then: [ { use: text.trim, with: { text: a } } ], out: { text: { then: '" + refs(6) + "', else: x } } }", "(n): out.text: the text is longer than 16 MB"},
		"a result":               {"  - return: { text: '" + refs(6) + "' }", "text: the text is longer than 16 MB"},
		"a reason":               {"  - fail: '" + refs(6) + "'", "the text is longer than 16 MB"},
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

// A list of very many large texts is not made, only to be thrown away.
func TestLargeListIsNotMade(t *testing.T) {
	l := newLab(t)
	run := l.start(l.publish(onDemand("  - { use: list.length, with: { list: [ "+strings.Repeat("'{{ input.who }}{{ input.who }}', ", 100)+" ] } }")), value.Map("who", strings.Repeat("x", 4<<20)), nil)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, _ := l.work(run)
	runtime.ReadMemStats(&after)
	if made := (after.TotalAlloc - before.TotalAlloc) >> 20; r.State != flow.Failed || !strings.Contains(r.Error, "larger than") || made > 600 {
		t.Errorf("ended %s %.200q after %d MB", r.State, r.Error, made)
	}
}
