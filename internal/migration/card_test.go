package migration_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"sallyport/internal/migration"
	"sallyport/internal/value"
)

// cards are lists of cards in our language, as they are written after an import.
var cards = map[string]string{
	"a function": `
  - id: trim
    use: text.trim
    with: {text: '{{ input.name }}'}
  - id: return
    return: {"a.b": '{{ trim.text }}', n: 1, nothing: null}`,
	"a title and a note": `
  - id: the_name
    title: The name
    note: What it is for.
    use: text.trim
    with: {text: '{{ input.name }}'}`,
	"values in a text": `
  - id: compose
    use: text.compose
    with: {text: 'Dear {{ input.name }}: {{ input["a long name"] }}'}`,
	"values of a text that looks like references": `
  - id: compose
    use: text.compose
    with:
      text: {literal: '{{ {{{x}}} }}'}
      values: {x: '{{ input.name }}'}`,
	"parts of an object, and conversions": `
  - id: parse
    use: json.parse
    with: {text: '{{ input.name }}'}
  - id: add
    use: date.add
    with: {date: '{{ parse.value.created["on the day"].0 | date }}', amount: 5, unit: days}
  - id: length
    use: list.length
    with: {list: '{{ parse.value.one | list }}'}
  - id: call_flow
    call: other
    with: {name: '{{ input.raw | parse | get "deep" | get "a.b" | stringify }}', when: '{{ add.date | iso }}'}`,
	"declared kinds": `
  - id: construct
    use: object.construct
    with: {a.b: '{{ input.raw | as "number" }}', c: '{{ input.name | as "text" }}'}`,
	"an if with values of its sides": `
  - id: if_else
    if: {a: '{{ input.name }}', is: is not empty}
    then:
      - id: trim
        use: text.trim
        with: {text: '{{ input.name }}'}
      - id: if_else_2
        if: {a: '{{ trim.text }}', b: Ann}
        then: []
        else:
          - id: return_error
            fail: Who?
            status: 404
            details: {who: '{{ trim.text }}'}
    else:
      - id: now
        use: date.now
    out:
      who: {then: '{{ trim.text }}', else: '{{ now.iso }}'}
      only: {else: '{{ now.date }}'}
  - id: continue_if
    stop: nobody
    unless: {a: '{{ if_else.who }}', is: '!=', b: null}`,
	"cases, with what is outside": `
  - id: trim
    use: text.trim
    with: {text: '{{ input.name }}'}
  - id: if_elseif
    branch:
      - if: {a: '{{ trim.text }}', is: in, b: 'a,b'}
        do:
          - id: compose
            use: text.compose
            with: {text: 'It is {{ trim.text }} of {{ input.raw }}.'}
          - id: return
            return: {what: '{{ compose.text }}'}
      - if: {a: '{{ input.count | as "number" }}', is: '>', b: 9}
        do:
          - id: if_error
            try:
              - id: parse
                use: json.parse
                with: {text: '{{ trim.text }}'}
              - id: return_2
                return: {inner: '{{ parse.value.x }}'}
            catch:
              - id: return_3
                return: {inner: '{{ error.message }}', of: '{{ trim.text }}'}
          - id: return_4
            return: {what: '{{ if_error.inner }}'}
    else:
      - comment: nothing
  - id: return_5
    return: {result: '{{ if_elseif.what }}'}`,
	"loops": `
  - id: for_each
    each: '{{ input.list | as "list" }}'
    concurrency: 5
    do:
      - call: other
        with: {name: '{{ item | get "profile.login" }}', when: '{{ input.raw }}'}
  - id: for_each_ignore_errors
    each: '{{ input.list | as "list" }}'
    ignore_errors: true
    do:
      - call: other
        with: {name: '{{ item }}'}
    on_error: {call: other}
  - id: map
    map: '{{ input.list | as "list" }}'
    do:
      - call: other
  - id: map_2
    map: '{{ map.list }}'
    gives: object
    do:
      - call: other
  - id: filter_custom
    filter: '{{ map_2.list }}'
    do:
      - call: other
        with: {when: always}
  - id: reduce
    reduce: '{{ filter_custom.list }}'
    memo: {}
    gives: object
    do:
      - call: other
        with: {name: '{{ item }}', memo: '{{ memo }}'}
  - id: repeat
    repeat: 5
    do:
      - call: other
  - id: call_flow
    call: other
    with: {name: '{{ reduce.item }}'}
  - id: call_flow_async
    call: other
    async: true
  - id: return
    return: {result: '{{ call_flow.result }}', index: '{{ context.index }}', caller: '{{ context.parent.name }}'}`,
	"waits": `
  - id: wait_for
    wait: {for: 10, unit: minutes}
  - id: wait_delay_duration
    wait: {until: '{{ input.raw | date }}'}`,
	"errors": `
  - id: return_error_if
    fail: '{{ input.name }}'
    if: {a: '{{ input.count | as "number" }}', is: <, b: 1}
    status: 400
  - id: return_error
    fail: no`,
	"rows": `
  - id: search_rows
    title: Search Rows
    use: table.search_rows
    table: people
    with:
      where: [{column: Login, op: =, value: '{{ input.name }}'}, {column: Age, op: '>=', value: 18}]
      sort: Login
      descending: true
      limit: 1
  - id: search_rows_2
    title: Search Rows
    use: table.search_rows
    table: people
    with:
      where:
        any:
          - all: [{column: Login, op: '!=', value: x}, {column: Age, op: <, value: '{{ input.count }}'}]
          - {column: Row ID, op: =, value: '1'}
      limit: 50
      offset: '{{ input.count }}'
  - id: create_row
    title: Create Row
    use: table.create_row
    table: people
    with: {Login: '{{ search_rows.first.Login }}'}
  - id: update_row
    title: Update Row
    use: table.update_row
    table: people
    with: {row_id: '{{ search_rows.first["Row ID"] }}', Login: '{{ input.name }}'}
    empty: keep
  - id: update_row_2
    title: Update Row
    use: table.update_row
    table: people
    with: {row_id: '{{ create_row.row_id }}', Login: '{{ input.name }}', Age: null}
  - id: delete_row
    title: Delete Row
    use: table.delete_row
    table: people
    with: {row_id: '{{ create_row.row_id }}'}
  - id: clear_table
    title: Clear Table
    use: table.clear
    table: people
  - id: return
    return: {rows: '{{ search_rows_2.rows }}', n: '{{ clear_table.cleared }}'}`,
	"a connector": `
  - id: read_user
    title: Read User
    use: okta.get_user
    with: {user: '{{ input.name }}'}
    retry: {times: 3, delay: [1m, 3m], only: rate_limits}
  - id: suspend
    title: Suspend
    use: okta.suspend_user
    with: {user: '{{ read_user.id }}'}
    on_error: {return: {}}
  - id: get_lead
    use: crm.getLead
    with: {Lead/ID: '{{ read_user.profile.email }}', parameters/kind: all}
  - id: return
    return: {lead: '{{ get_lead["Lead/Name"] }}'}`,
}

// whole is a flow of cards, and the flow that they call.
func whole(t testing.TB, cards string) *migration.Result {
	t.Helper()
	flow := `flow: one
title: one
loose: true
`
	if strings.Contains(cards, "okta.") {
		flow += "connections: {okta: {connector: okta, title: Ours}, crm: crm}\n"
	}
	if strings.Contains(cards, "table.") {
		flow += "tables: {people: {title: People, columns: {Login: text, Age: {type: number, default: 5}}}}\n"
	}
	flow += `trigger: {call: {inputs: {name: text, raw: any, list: list, count: number, a long name: text}}}
cards:` + cards + "\n"
	other := `flow: other
title: other
loose: true
trigger: {call: {inputs: {name: text, memo: object, when: {type: date, title: When it is}}}}
cards:
  - id: return
    return: {result: 1}
`
	return &migration.Result{
		Flows: []*migration.Flow{
			{Slug: "one", YAML: flow, Slots: []migration.Slot{{Name: "okta", Connector: "okta", Export: "c1"}, {Name: "crm", Connector: "crm"}}, Tables: map[string]string{"people": "t1"}},
			{Slug: "other", YAML: other},
		},
		Tables:      []migration.Table{{Export: "t1", Title: "People", Columns: []migration.Column{{Name: "Login", Type: value.Text}, {Name: "Age", Type: value.Number, Default: 5.0}}}},
		Connections: []migration.Connection{{Export: "c1", Name: "Ours", Connector: "okta"}},
	}
}

// cardsOf are the cards of a flow of a result.
func cardsOf(res *migration.Result, slug string) string {
	for _, f := range res.Flows {
		if f.Slug == slug {
			_, cards, _ := strings.Cut(f.YAML, "\ncards:")
			cards, _, _ = strings.Cut(cards, "\nresult:")
			return strings.TrimSuffix(cards, "\n")
		}
	}
	return ""
}

func tree(t testing.TB, text string) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in%s", err, text)
	}
	return v
}

// Every kind of card has its card in an export, and comes back as it was.
func TestCards(t *testing.T) {
	cat := catalogue(t)
	for name, want := range cards {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tree(t, want), tree(t, cardsOf(again(t, whole(t, want), cat), "one"))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
