package flow_test

import (
	"strings"
	"testing"

	"sallyport/internal/flow"
	"sallyport/internal/value"
)

const contain = `
flow: contain
title: Contain an account
priority: containment
timeout: 2h
save_data: false
connections:
  okta: okta
  chat: { connector: [slack, teams], title: Where to tell }
tables:
  reports:
    title: Reports
    columns: { When: date, Who: { type: text, default: nobody } }
options:
  revoke: { type: boolean, default: false }
  channel: { type: text, required: true }
trigger:
  event: [user.account.report_suspicious_activity_by_enduser]
cards:
  - id: clear
    title: Clear sessions
    use: okta.clear_user_sessions
    with: { user_id: "{{ event.actor.id }}", oauth_tokens: "{{ options.revoke }}" }
    retry: 15m
  - id: words
    use: text.compose
    with: { text: "{{ event.actor.alternateId }}: {{ steps.clear.state }}" }
  - each: "{{ event.target }}"
    id: targets
    as: target
    do:
      - use: table.create_row
        table: reports
        with: { Who: "{{ target.alternateId }}", When: "{{ event.published }}" }
      - stop: enough
  - id: told
    use: chat.send_message
    with: { channel: "{{ options.channel }}", text: "{{ words.text }}" }
    on_error: continue
  - return: { count: "{{ targets.count }}", literal: { literal: "{{ not }}" } }
`

func TestParse(t *testing.T) {
	d, err := flow.Parse(contain)
	if err != nil {
		t.Fatal(err)
	}
	if d.Slug != "contain" || d.SaveData || d.Priority != flow.PriorityContainment || d.Timeout.Hours() != 2 {
		t.Errorf("head = %+v", d)
	}
	if len(d.Connections) != 2 || d.Connections[1].Connectors[1] != "teams" || d.Options[0].Default != false || d.Tables[0].Columns[1].Default != "nobody" {
		t.Errorf("slots = %+v %+v %+v", d.Connections, d.Options, d.Tables)
	}
	var kinds []string
	for _, c := range d.Cards {
		kinds = append(kinds, string(c.Kind)+" "+c.ID)
	}
	if got := strings.Join(kinds, ", "); got != "action clear, function words, each targets, action told, return card_7" {
		t.Errorf("cards = %s", got)
	}
	told := d.Cards[3]
	if told.Slot != "chat" || told.Use != "send_message" || told.OnError.Way != flow.Continue || told.At.Line != 36 {
		t.Errorf("told = %+v", told)
	}
}

func TestParseTellsWhereAndWhat(t *testing.T) {
	head := "flow: f\ntrigger: { on_demand: { inputs: { who: text } } }\nconnections: { okta: okta }\n"
	tests := map[string]struct{ yaml, says string }{
		"no YAML":               {"flow: [", "1:1 did not find"},
		"empty":                 {"", "the flow is empty"},
		"a list":                {"- a", "a mapping is wanted"},
		"unknown key":           {"flow: f\ncolour: red\ntrigger: {call: }", "2:1 colour: there is no such key"},
		"key twice":             {"flow: f\nflow: g\ntrigger: {call: }", "2:1 flow: stands here twice"},
		"no name":               {"title: x\ntrigger: {call: }", "the flow needs a name"},
		"bad name":              {"flow: Has Blanks\ntrigger: {call: }", "is no name"},
		"no trigger":            {"flow: f", "what starts the flow is missing"},
		"two triggers":          {"flow: f\ntrigger: { call: , on_demand: }", "a flow has one trigger"},
		"where on demand":       {"flow: f\ntrigger: { on_demand: , where: 'true' }", "for triggers by events, alerts and findings only"},
		"bad CEL":               {"flow: f\ntrigger: { event: a.b, where: 'event.' }", "trigger.where"},
		"card does nothing":     {head + "cards: [ { id: a } ]", "cards[0]: what the card does is missing"},
		"card does two things":  {head + "cards: [ { call: x, stop: y } ]", "a card does one thing"},
		"no place for a key":    {head + "cards: [ { stop: y, table: z } ]", "means nothing on a card of kind stop"},
		"id twice":              {head + "cards: [ { id: a, stop: x }, { id: a, stop: y } ]", "stands at line 4 already"},
		"id with a meaning":     {head + "cards: [ { id: input, stop: x } ]", "has a meaning of its own"},
		"reference to nothing":  {head + "cards: [ { stop: '{{ whom }}' } ]", "refers to nothing"},
		"reference to later":    {head + "cards: [ { stop: '{{ b.x }}' }, { id: b, use: text.compose } ]", "has not run by then"},
		"reference into a loop": {head + "cards: [ { id: e, each: '{{ input.who }}', do: [ { id: b, use: text.compose } ] }, { stop: '{{ b.text }}' } ]", "has not run by then"},
		"reference open":        {head + "cards: [ { stop: '{{ input.who' } ]", "not closed"},
		"unknown option":        {head + "cards: [ { stop: '{{ options.x }}' } ]", `no option "x"`},
		"unknown input":         {head + "cards: [ { stop: '{{ input.x }}' } ]", `no input "x"`},
		"unknown connection":    {head + "cards: [ { stop: '{{ connections.x.domain }}' } ]", `no connection "x"`},
		"then without if":       {head + "cards: [ { then: [] } ]", "then without an if"},
		"each without do":       {head + "cards: [ { each: '{{ input.who }}' } ]", "the cards to run in each round are missing"},
		"taken loop name":       {head + "cards: [ { each: '{{ input.who }}', as: input, do: [ { stop: x } ] } ]", `the name "input" is taken`},
		"condition on unknown":  {head + "cards: [ { if: 'nobody == 1', then: [] } ]", "nobody"},
		"bad span":              {head + "timeout: soon", "a span of time is wanted"},
		"anchor":                {head + "cards: [ { id: a, use: text.compose, with: { text: &x a } }, { use: text.compose, with: { text: *x } } ]", "anchors and aliases"},
		"bad default":           {"flow: f\ntrigger: {call: }\noptions: { n: { type: number, default: many } }", "options.n: default"},
		"YAML's own fault":      {"flow: f\n\tx: 1", "2:1 found a tab"},
		"a second document":     {head + "cards: [ { stop: x } ]\n---\nflow: g", "a second document begins here"},
		"no cards":              {head, "the flow does nothing"},
		"no event type":         {"flow: f\ntrigger: { event: user session start }\ncards: [ { stop: x } ]", "is no event type"},
		"default not a choice":  {"flow: f\ntrigger: { call: }\noptions: { n: { choices: [a], default: b } }\ncards: [ { stop: x } ]", "is not one of the choices"},
		"never reached":         {head + "cards: [ { return: }, { stop: x } ]", "cards[1]: the card is never reached"},
		"condition of a text":   {head + "cards: [ { if: \"'x'\", then: [] } ]", "neither true nor false"},
		"no such part of a run": {head + "cards: [ { stop: '{{ run.zz }}' } ]", "a run has no"},
		"no such end of a card": {head + "cards: [ { id: a, use: text.compose }, { stop: '{{ steps.a.stat }}' } ]", "has no \"stat\""},
		"too many cards":        {head + "cards:\n" + strings.Repeat("  - { use: text.compose }\n", 5001), "5001 cards are more than"},
		"no number":             {head + "cards: [ { use: text.compose, with: { text: .inf } } ]", "no number of a flow"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := flow.Parse(tt.yaml)
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error = %v\nwant one with %q", err, tt.says)
			}
		})
	}
}

func TestParseTellsEverything(t *testing.T) {
	_, err := flow.Parse("flow: F\ncards: [ { stop: '{{ a' }, { use: x } ]\ntrigger: { event: '' }")
	if err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("four problems wanted, a line each: %v", err)
	}
}

func TestShapeHoldsNoValue(t *testing.T) {
	v := value.Map("mail", "ada@acme.example", "n", 7.0, "list", []any{value.Map("secret", "s3cret"), "x"}, "none", nil)
	got := string(value.JSON(flow.Shape(v)))
	want := `{"mail":"text, 16 characters","n":"number","list":["list, 2 items",{"secret":"text, 6 characters"}],"none":null}`
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(contain)
	f.Add("flow: f\ntrigger: { call: }\ncards:\n - if: 'true'\n   then: [ { fail: x } ]\n   out: { a: { then: 1 } }\n")
	f.Fuzz(func(t *testing.T, source string) {
		d, err := flow.Parse(source)
		if err == nil && (d.Slug == "" || d.Trigger.Kind == "") {
			t.Fatalf("taken without a name or a trigger: %q", source)
		}
	})
}
