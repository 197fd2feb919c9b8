package migration_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/errs"
	"sallyport/internal/migration"
)

// What an export has no words for is told of, with the card.
func TestNoWords(t *testing.T) {
	cat := catalogue(t)
	for name, tt := range map[string]struct{ cards, says string }{
		"CEL":                       {"\n  - id: check\n    if: input.count > 5\n    then: []", "cards[0] (check): an export has no words for the condition"},
		"a return with a condition": {"\n  - id: back\n    if: {a: 1}\n    return: {}", "cards[0] (back): an export has no such card with a condition"},
		"going on":                  {"\n  - id: now\n    use: date.now\n    on_error: continue", "on_error: continue"},
		"for how long":              {"\n  - id: now\n    use: date.now\n    retry: 1h", "how often a card is tried again"},
		"our own function":          {"\n  - id: not\n    use: boolean.not\n    with: {value: true}", "no card that does what boolean.not does"},
		"cards in a loop":           {"\n  - id: loop\n    each: '{{ input.list }}'\n    do: [{comment: x}]", "one call in a loop"},
		"a flow that is elsewhere":  {"\n  - id: call\n    call: elsewhere", `the flow "elsewhere" is not among those`},
		"a filter":                  {"\n  - id: trim\n    use: text.trim\n    with: {text: '{{ input.name | default \"x\" }}'}", "the filter default"},
		"what is not there":         {"\n  - id: trim\n    use: text.trim\n    with: {text: '{{ run.id }}'}", "{{ run.id }}"},
		"an order without opposite": {"\n  - id: stop\n    stop: x\n    if: {a: 1, is: <, b: 2}", "the opposite of <"},
		"a connection's action":     {"\n  - id: list\n    use: okta.get_user\n    with: {user: x, colour: red}", "okta.get_user does with these inputs"},
		"values without cards":      {"\n  - id: choose\n    if: {a: 1}\n    then: []\n    out: {x: {then: 1, else: 2}}", "from cards in its sides"},
		"another search":            {"\n  - id: rows\n    use: table.search_rows\n    table: people\n    with: {where: [{column: Login, op: contains, value: a}]}", `the search operator "contains"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := migration.Export(whole(t, tt.cards), cat)
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), tt.says) || !strings.HasPrefix(err.Error(), "flow one: ") {
				t.Errorf("said %v, want %q", err, tt.says)
			}
		})
	}
}

// What an export says in other words is written in those.
func TestOtherWords(t *testing.T) {
	cat := catalogue(t)
	for name, tt := range map[string]struct{ cards, want string }{
		"a text where an export takes none": {
			"\n  - id: trim\n    use: text.trim\n    with: {text: 'Dear {{ input.name }}'}",
			"\n  - id: compose\n    use: text.compose\n    with: {text: 'Dear {{ input.name }}'}\n  - id: trim\n    use: text.trim\n    with: {text: '{{ compose.text }}'}",
		},
		"values within values": {
			"\n  - id: call_flow\n    call: other\n    with: {name: ['{{ input.name }}', x]}",
			"\n  - id: construct\n    use: list.construct\n    with: {item 1: '{{ input.name | as \"text\" }}', item 2: x}\n  - id: call_flow\n    call: other\n    with: {name: '{{ construct.list }}'}",
		},
		"the opposite": {
			"\n  - id: continue_if\n    stop: x\n    if: {a: '{{ input.name }}', is: in, b: abc}",
			"\n  - id: continue_if\n    stop: x\n    unless: {a: '{{ input.name }}', is: not in, b: abc}",
		},
		"an option": {
			"\n  - id: trim\n    use: text.trim\n    with: {text: 'Bearer {{ options.key }}'}",
			"\n  - id: trim\n    use: text.trim\n    with: {text: 'Bearer {{ options.key }}'}",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tree(t, tt.want), tree(t, cardsOf(again(t, whole(t, tt.cards), cat), "one"))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The triggers have their cards, too.
func TestTriggers(t *testing.T) {
	cat := catalogue(t)
	for name, trigger := range map[string]string{
		"call":                       "{call: {}}",
		"on demand":                  "{on_demand: {}}",
		"schedule":                   "{schedule: {cron: 0 30 9 * * 1-5, zone: Europe/Berlin, starts: '2026-01-01T00:00:00.000Z'}}",
		"api":                        "{api: {access: oauth, inputs: {body/mail: {type: text, from: body, key: mail}, query/n: {type: number, from: query, key: n}}}}",
		"delegated":                  "{delegated: {inputs: {reason: {type: text, title: Why}}}}",
		"event":                      "{event: user.lifecycle.create}",
		"an event of an application": `{event: application.user_membership.add, where: 'event.target.exists(t, t.type == "AppInstance" && t.id == "0oa1")'}`,
	} {
		t.Run(name, func(t *testing.T) {
			text := "flow: one\ntitle: one\nloose: true\ntrigger: " + trigger + "\ncards:\n  - {id: now, use: date.now}\n"
			res := again(t, &migration.Result{Flows: []*migration.Flow{{Slug: "one", YAML: text}}}, cat)
			got, want := tree(t, res.Flows[0].YAML).(map[string]any), tree(t, text).(map[string]any)
			if diff := cmp.Diff(want["trigger"], got["trigger"]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Secrets are not in what is translated, but options in their place.
func TestSecrets(t *testing.T) {
	cat := catalogue(t)
	const secret = "00aB3dEfGhIjKlMnOpQrStUvWxYz0123456789AbCd"
	for name, tt := range map[string]struct{ cards, want string }{
		"a token": {"\n  - id: trim\n    use: text.trim\n    with: {text: SSWS " + secret + "}", "\n  - id: trim\n    use: text.trim\n    with: {text: 'SSWS {{ options.string }}'}"},
		"in a text": {
			"\n  - id: compose\n    use: text.compose\n    with: {text: '{{ input.name }} is " + secret + "'}",
			"\n  - id: compose\n    use: text.compose\n    with: {text: '{{ input.name }} is {{ options.text }}'}",
		},
		"by its name": {
			"\n  - id: construct\n    use: object.construct\n    with: {Client Secret: Xy7kk2Lm9pQr}",
			"\n  - id: construct\n    use: object.construct\n    with: {Client Secret: '{{ options.client_secret }}'}",
		},
		"within an object": {
			"\n  - id: merge\n    use: object.merge\n    with: {start: {api_key: Xy7kk2Lm9pQr, a: '{{'}}",
			"\n  - id: merge\n    use: object.merge\n    with: {start: {api_key: '{{ options.api_key }}', a: {literal: '{{'}}}",
		},
	} {
		t.Run(name, func(t *testing.T) {
			cards := strings.ReplaceAll(tt.cards, "a: '{{'", "a: {literal: '{{'}")
			res := again(t, whole(t, cards), cat)
			if diff := cmp.Diff(tree(t, tt.want), tree(t, cardsOf(res, "one"))); diff != "" {
				t.Error(diff)
			}
			for _, f := range res.Flows {
				if f.Slug == "one" && (len(f.Secrets) != 1 || strings.Contains(f.YAML, secret)) {
					t.Errorf("%v in\n%s", f.Secrets, f.YAML)
				}
			}
		})
	}
}

// An export that is written is one that can be read, whatever the flows are called.
func TestHostileNames(t *testing.T) {
	cat := catalogue(t)
	for _, name := range []string{"{{ x }}", "a\u0000b", "\u202e\ufeff", "- a: b", "'\"\\", "line\nline", "  ", "null", "1e5", "}}\"]", strings.Repeat("x", 900)} {
		cards := "\n  - id: construct\n    use: object.construct\n    with: {" + quote(name) + ": {literal: " + quote(name) + "}}\n  - id: return\n    return: {x: '{{ construct.object[" + strings.ReplaceAll(strconvQuote(name), "'", "''") + "] }}'}"
		res := again(t, whole(t, cards), cat)
		first := cardsOf(res, "one")
		if diff := cmp.Diff(first, cardsOf(again(t, res, cat), "one")); diff != "" {
			t.Errorf("%q: %s", name, diff)
		}
		with := tree(t, first).([]any)[0].(map[string]any)["with"].(map[string]any)
		got := with[name]
		if marked, ok := got.(map[string]any); ok {
			got = marked["literal"]
		}
		if got != name {
			t.Errorf("%q became %q", name, with)
		}
	}
}
