package flow_test

import (
	"slices"
	"strings"
	"testing"

	"sallyport/internal/errs"
	"sallyport/internal/event"
	"sallyport/internal/flow"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

const ports = `
flow: f
connections: { okta: okta, chat: slack }
tables: { reports: { title: Reports } }
options:
  channel: { type: text, default: "#security" }
  tone: { type: text, choices: [kind, stern] }
  limit: { type: number, required: true }
trigger: { on_demand: }
cards: [ { stop: x } ]
`

func TestBind(t *testing.T) {
	d, err := flow.Parse(ports)
	check(t, err)
	tests := map[string]struct {
		bindings flow.Bindings
		options  string // as JSON; "" for a refusal
		says     string
	}{
		"defaults are filled in":         {bindings: flow.Bindings{Options: value.Map("limit", "5")}, options: `{"channel":"#security","tone":null,"limit":5}`},
		"what is given stays":            {bindings: flow.Bindings{Options: value.Map("limit", 1.0, "channel", "#a", "tone", "stern")}, options: `{"channel":"#a","tone":"stern","limit":1}`},
		"slots may be left empty":        {bindings: flow.Bindings{Options: value.Map("limit", 1.0), Connections: map[string]string{"okta": "c1"}}, options: `{"channel":"#security","tone":null,"limit":1}`},
		"a required option is missing":   {bindings: flow.Bindings{}, says: `option "limit": a value is wanted`},
		"an option of another type":      {bindings: flow.Bindings{Options: value.Map("limit", "many")}, says: `option "limit": `},
		"an option that is no choice":    {bindings: flow.Bindings{Options: value.Map("limit", 1.0, "tone", "shrill")}, says: `option "tone": "shrill" is not one of the choices`},
		"an option that there is not":    {bindings: flow.Bindings{Options: value.Map("limit", 1.0, "colour", "red")}, says: `there is no option "colour"`},
		"a connection that there is not": {bindings: flow.Bindings{Options: value.Map("limit", 1.0), Connections: map[string]string{"mail": "c1"}}, says: `the flow has no connection "mail"`},
		"a table that there is not":      {bindings: flow.Bindings{Options: value.Map("limit", 1.0), Tables: map[string]string{"notes": "t1"}}, says: `the flow has no table "notes"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := d.Bind(tt.bindings)
			if tt.says != "" {
				if errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), tt.says) {
					t.Errorf("error %v, want one with %q", err, tt.says)
				}
				return
			}
			if err != nil || string(value.JSON(got.Options)) != tt.options {
				t.Errorf("options %s, %v", value.JSON(got.Options), err)
			}
		})
	}
	if got := strings.Join(d.Unbound(flow.Bindings{Connections: map[string]string{"okta": "c1"}}), ", "); got != "connection chat, table reports" {
		t.Errorf("unbound: %s", got)
	}
	if got := d.Unbound(flow.Bindings{Connections: map[string]string{"okta": "c1", "chat": "c2"}, Tables: map[string]string{"reports": "t1"}}); got != nil {
		t.Errorf("unbound: %s", got)
	}
}

// Which flows an event starts: those of its type that are switched on and whose
// condition holds. One whose condition cannot be evaluated starts, and its run
// fails for that; it keeps nobody else from starting.
func TestTriggered(t *testing.T) {
	l := newLab(t)
	flowOf := func(slug, trigger string) string {
		return l.publish("flow: " + slug + "\noptions: { least: { type: number, default: 3 } }\ntrigger: " + trigger + "\ncards: [ { stop: x } ]\n")
	}
	flowOf("every", "{ event: [reported, session.start] }")
	flowOf("many", "{ event: reported, where: 'event.n > 3' }")
	flowOf("broken", `{ event: reported, where: '"a" in event.n' }`)
	flowOf("other", "{ event: session.end }")
	flowOf("hand", "{ on_demand: }")
	off := flowOf("off", "{ event: [reported, session.off] }")
	check(t, l.db.Flows.Set(t.Context(), org, off, store.Settings{}, l.clock()))
	library := &flow.Library{Shelf: l.db.Flows}
	book, err := library.Book(t.Context(), org)
	check(t, err)
	if got := strings.Join(book.Events(), ", "); got != "reported, session.end, session.start" {
		t.Errorf("events %s", got)
	}
	for raw, want := range map[string]struct {
		started string
		says    string
	}{
		`{"uuid":"1","eventType":"reported","published":"2026-03-04T05:06:00Z","n":7}`:     {"broken, every, many", "condition of flow"},
		`{"uuid":"2","eventType":"reported","published":"2026-03-04T05:06:00Z","n":[]}`:    {"every", ""},
		`{"uuid":"3","eventType":"reported","published":"2026-03-04T05:06:00Z","n":["a"]}`: {"broken, every", ""},
		`{"uuid":"4","eventType":"session.start","published":"2026-03-04T05:06:00Z"}`:      {"every", ""},
		`{"uuid":"5","eventType":"session.end","published":"2026-03-04T05:06:00Z"}`:        {"other", ""},
		`{"uuid":"6","eventType":"session.lost","published":"2026-03-04T05:06:00Z"}`:       {"", ""},
	} {
		e, err := event.NewParser().Parse([]byte(raw))
		check(t, err)
		progs, err := book.Triggered(e)
		var slugs []string
		for _, p := range progs {
			slugs = append(slugs, p.Flow.Slug)
		}
		slices.Sort(slugs)
		if got := strings.Join(slugs, ", "); got != want.started || (err == nil) != (want.says == "") || err != nil && !strings.Contains(err.Error(), want.says) {
			t.Errorf("%s starts %q, %v", raw, got, err)
		}
	}
}
