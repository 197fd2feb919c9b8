package flow_test

import (
	"os"
	"strings"
	"testing"

	"sallyport/internal/connector"
	"sallyport/internal/flow"
	"sallyport/internal/function"
	"sallyport/internal/functions"
	"sallyport/internal/value"
)

// needIn is the input of a function that wants one thing and takes any more.
type needIn struct {
	Name string        `port:",required"`
	Rest *value.Object `port:"*"`
}

func TestCheck(t *testing.T) {
	shelf, err := connector.Load(os.DirFS("testdata/shelf"))
	if err != nil {
		t.Fatal(err)
	}
	needs := function.Of("test.need", "Need", "", func(function.Env, needIn) (struct{}, error) { return struct{}{}, nil })
	catalogue := flow.NewCatalogue(append(functions.All(), needs), shelf)
	const top = "flow: f\nconnections: { peer: peer }\ntables: { reports: { columns: { Who: text } }, theirs: { title: Theirs } }\ntrigger: { on_demand: }\ncards:\n"
	helpers := map[string]*flow.Definition{}
	for _, text := range []string{
		"flow: greet\ntrigger: { call: { inputs: { who: { type: text, required: true }, tone: { type: text, required: true, default: kind } } } }\ncards: [ { return: { said: hello } } ]",
		"flow: left\ntrigger: { event: user.session.end }\ncards: [ { stop: x } ]",
	} {
		d, err := flow.Parse(text)
		check(t, err)
		helpers[d.Slug] = d
	}
	tests := map[string]struct {
		cards  string
		says   string // "" for nothing wrong
		alone  bool   // the flows that may be called are not known
		source string // in place of top and cards
	}{
		"all that there is": {cards: `
  - { id: a, use: peer.suspend, with: { user: ada } }
  - { use: text.compose, with: { text: x } }
  - { use: test.need, with: { name: x, anything: y } }
  - { use: table.create_row, table: reports, with: { Who: ada } }
  - { use: table.create_row, table: theirs, with: { Whatever: ada } }
  - { id: r, use: table.search_rows, table: reports, with: { limit: 5 } }
  - { use: table.update_row, table: reports, with: { row_id: x, Who: ada } }
  - { use: table.clear, table: reports }
  - { call: greet, with: { who: ada } }
  - { if: 'true', then: [ { each: "{{ r.rows }}", do: [ { use: peer.tell, with: { text: x } } ] } ] }`},
		"a function":                          {cards: "  - { use: text.composed, with: { text: x } }", says: `6:5 cards[0].use: there is no function "text.composed", and no connection "text"`},
		"a function's input":                  {cards: "  - { use: text.join, with: { list: [], glue: x } }", says: `cards[0].with.glue: text.join has no input of this name; it has: `},
		"a function's input that is left out": {cards: "  - { use: test.need, with: { more: x } }", says: `6:5 cards[0].with: test.need wants the input "name"`},
		"an action":                           {cards: "  - { use: peer.levitate }", says: `cards[0].use: the connector "peer" has no action "levitate"`},
		"an action's input":                   {cards: "  - { use: peer.suspend, with: { user: ada, who: ada } }", says: `cards[0].with.who: peer.suspend has no input of this name; it has: user`},
		"an action's input that is left out":  {cards: "  - { use: peer.suspend }", says: `peer.suspend wants the input "user"`},
		"a connector":                         {source: "flow: f\nconnections: { peer: { connector: [peer, pear] } }\ntrigger: { on_demand: }\ncards: [ { use: peer.tell, with: { text: x } } ]", says: `connections.peer: there is no connector "pear"`},
		"a table":                             {cards: "  - { use: table.create_row, table: reprots }", says: `cards[0].table: there is no table "reprots"; name it under tables`},
		"a table's operation":                 {cards: "  - { use: table.burn, table: reports }", says: `cards[0].use: there is no table operation "burn"`},
		"a table's column":                    {cards: "  - { use: table.create_row, table: reports, with: { Whom: ada } }", says: `cards[0].with.Whom: table.create_row has no input of this name; it has: Who`},
		"a row that is left out":              {cards: "  - { use: table.delete_row, table: reports }", says: `table.delete_row wants the input "row_id"`},
		"a flow to call":                      {cards: "  - { call: grete }", says: `cards[0].call: there is no flow "grete" in this folder`},
		"a flow that an event starts":         {cards: "  - { call: left }", says: `the flow "left" starts by an event and cannot be called`},
		"a called flow's input":               {cards: "  - { call: greet, with: { whom: ada, who: ada } }", says: `cards[0].with.whom: greet has no input of this name; it has: who, tone`},
		"a called flow's input left out":      {cards: "  - { call: greet }", says: `greet wants the input "who"`},
		"calls, where flows are not known":    {cards: "  - { call: grete }", alone: true},
		"an output":                           {cards: "  - { id: a, use: text.compose, with: { text: x } }\n  - { stop: '{{ a.txt }}' }", says: `the card "a" has no output "txt"; it has: text`},
		"an output of an action":              {cards: "  - { id: a, use: peer.suspend, with: { user: x } }\n  - { stop: '{{ a.nope }}' }", says: `the card "a" has no output "nope"`},
		"an output of a failed action":        {cards: "  - { id: a, use: peer.suspend, with: { user: x } }\n  - { stop: '{{ a.error.status }}' }"},
		"an output of a called flow":          {cards: "  - { id: a, call: greet, with: { who: ada } }\n  - { stop: '{{ a.say }}' }", says: `it has: said`},
		"an output of an if":                  {cards: "  - { id: a, if: 'true', then: [], out: { b: { then: x } } }\n  - { stop: '{{ a.c }}' }", says: `it has: branch, holds, b`},
		"a setting":                           {cards: "  - { stop: '{{ connections.peer.token }}' }", says: `has no setting "token" that flows see`},
		"a value of the wrong kind":           {cards: "  - { use: table.search_rows, table: reports, with: { limit: abc } }", says: `cards[0].with.limit: "abc" is no number`},
		"within then":                         {cards: "  - { if: 'true', then: [ { use: peer.levitate } ] }", says: `cards[0].then[0].use: the connector`},
		"within else":                         {cards: "  - { if: 'true', then: [], else: [ { use: peer.levitate } ] }", says: `cards[0].else[0].use: the connector`},
		"within a loop":                       {cards: "  - { each: [1], do: [ { use: peer.levitate } ] }", says: `cards[0].do[0].use: the connector`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			source := tt.source
			if source == "" {
				source = top + tt.cards
			}
			d, err := flow.Parse(source)
			check(t, err)
			known := helpers
			if tt.alone {
				known = nil
			}
			problems := catalogue.Check(d, known)
			if tt.says == "" && len(problems) > 0 || tt.says != "" && (len(problems) != 1 || !strings.Contains(problems[0].String(), tt.says)) {
				t.Errorf("problems: %v\nwant: %s", problems, tt.says)
			}
		})
	}
}
