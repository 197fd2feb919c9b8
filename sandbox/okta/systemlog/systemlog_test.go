package systemlog

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"sallyport/sandbox/okta/filter"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// newLog holds events "a" to "e", published a minute apart up to noon; "late"
// was persisted last and published between "b" and "c".
func newLog(t *testing.T) *Log {
	t.Helper()
	l := New(func() time.Time { return noon.Add(time.Second) })
	for i, id := range []string{"a", "b", "c", "d", "e"} {
		l.Append(event(id, noon.Add(time.Duration(i-4)*time.Minute)))
	}
	l.Append(event("late", noon.Add(-150*time.Second)))
	return l
}

func event(id string, at time.Time) *Event {
	ip := "203.0.113.7"
	return &Event{
		UUID: id, EventType: "user.session.start", Published: Time{at}, DisplayMessage: "User login to Okta",
		Actor: Actor{ID: "00u1", AlternateID: "ann@acme.example"}, Client: Client{IPAddress: &ip},
		Outcome: Outcome{Result: "SUCCESS"}, Version: "0", Severity: "INFO",
		Target:       []Target{{ID: "00g1", Type: "UserGroup"}, {ID: "00u1", Type: "User"}},
		DebugContext: DebugContext{map[string]any{"requestUri": "/idp/idx/identify", "count": 3}},
		Transaction:  Transaction{Type: "WEB", ID: "tx-" + id, Detail: map[string]any{"requestApiTokenId": "00T1"}},
		Request:      Request{[]IP{{IP: ip, Version: "V4"}}},
	}
}

func ids(events []*Event) []string {
	out := []string{}
	for _, e := range events {
		out = append(out, e.UUID)
	}
	return out
}

func TestRun(t *testing.T) {
	tests := map[string]struct {
		q    Query
		want []string
		more bool
	}{
		"polling follows the order of persisting": {Query{Polling: true, Limit: 10}, []string{"a", "b", "c", "d", "e", "late"}, true},
		"polling from a time":                     {Query{Polling: true, Limit: 10, Since: noon.Add(-time.Minute)}, []string{"d", "e"}, true},
		"polling with a limit":                    {Query{Polling: true, Limit: 2}, []string{"a", "b"}, true},
		"polling in the future":                   {Query{Polling: true, Limit: 2, Since: noon.Add(time.Hour)}, []string{}, true},
		"bounded is by published time":            {Query{Limit: 10}, []string{"a", "b", "late", "c", "d", "e"}, false},
		"bounded, newest first":                   {Query{Limit: 10, Descending: true}, []string{"e", "d", "c", "late", "b", "a"}, false},
		"bounded between two times":               {Query{Limit: 10, Since: noon.Add(-3 * time.Minute), Until: noon.Add(-time.Minute)}, []string{"b", "late", "c"}, false},
		"bounded with a limit":                    {Query{Limit: 4}, []string{"a", "b", "late", "c"}, true},
		"bounded, exactly the limit":              {Query{Limit: 6}, []string{"a", "b", "late", "c", "d", "e"}, false},
		"until before since":                      {Query{Limit: 6, Since: noon, Until: noon.Add(-time.Hour)}, []string{}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, err := newLog(t).Run(tt.q)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, ids(p.Events)); diff != "" {
				t.Error(diff)
			}
			if (p.Next != "") != tt.more {
				t.Errorf("next cursor %q", p.Next)
			}
		})
	}
}

// TestCursors reads everything in pages of every size, in all three orders.
func TestCursors(t *testing.T) {
	orders := map[string]struct {
		q    Query
		want []string
	}{
		"polling": {Query{Polling: true}, []string{"a", "b", "c", "d", "e", "late"}},
		"oldest":  {Query{}, []string{"a", "b", "late", "c", "d", "e"}},
		"newest":  {Query{Descending: true}, []string{"e", "d", "c", "late", "b", "a"}},
	}
	for name, tt := range orders {
		for size := 1; size <= 7; size++ {
			t.Run(fmt.Sprintf("%s by %d", name, size), func(t *testing.T) {
				l, got := newLog(t), []string{}
				q := tt.q
				q.Limit = size
				for range 8 {
					p, err := l.Run(q)
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, ids(p.Events)...)
					if p.Next == "" {
						break
					}
					q.After = p.Next
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func TestPollingGivesLateEvents(t *testing.T) {
	l := newLog(t)
	q := Query{Polling: true, Limit: 100, Since: noon}
	p, err := l.Run(q)
	if err != nil {
		t.Fatal(err)
	}
	q.After = p.Next
	l.Append(event("very late", noon.Add(-time.Hour)))
	if p, err = l.Run(q); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"very late"}, ids(p.Events)); diff != "" {
		t.Error(diff)
	}
}

func TestEmptyLog(t *testing.T) {
	l := New(time.Now)
	p, err := l.Run(Query{Polling: true, Limit: 10})
	if err != nil || p.Next == "" {
		t.Fatalf("%+v, %v", p, err)
	}
	l.Append(event("first", time.Now()))
	if p, err = l.Run(Query{Polling: true, Limit: 10, After: p.Next}); err != nil || len(p.Events) != 1 {
		t.Fatalf("%+v, %v", p, err)
	}
}

func TestBadCursor(t *testing.T) {
	for _, after := range []string{"x", "1", "1_", "_1", "1_-2", "1_x"} {
		for _, polling := range []bool{true, false} {
			if _, err := newLog(t).Run(Query{Polling: polling, Limit: 1, After: after}); err == nil {
				t.Errorf("%q was accepted", after)
			}
		}
	}
}

func TestRetention(t *testing.T) {
	now := noon
	l := New(func() time.Time { return now })
	for i := range 2500 {
		l.Append(event(fmt.Sprint(i), noon.Add(time.Duration(i)*time.Minute)))
	}
	now = noon.Add(Retention + 2000*time.Minute)
	p, err := l.Run(Query{Limit: 1})
	if err != nil || len(p.Events) != 1 || p.Events[0].UUID != "2000" {
		t.Fatalf("oldest is %v, %v", ids(p.Events), err)
	}
	l.Append(event("new", now))
	if n := l.Len(); n != 501 {
		t.Errorf("%d events kept, want 501", n)
	}
}

func TestFilterAndKeywords(t *testing.T) {
	tests := map[string]struct {
		filter string
		words  []string
		want   int
	}{
		"event type":           {`eventType eq "user.session.start"`, nil, 6},
		"two targets":          {`target.id eq "00g1" and target.type eq "User"`, nil, 6},
		"debug data":           {`debugContext.debugData.requestUri sw "/idp"`, nil, 6},
		"debug number":         {`debugContext.debugData.count gt 2`, nil, 6},
		"token":                {`transaction.detail.requestApiTokenId eq "00T1"`, nil, 6},
		"address in the chain": {`request.ipChain.ip eq "203.0.113.7"`, nil, 6},
		"transaction":          {`transaction.id eq "tx-late"`, nil, 1},
		"missing field":        {`device.id pr`, nil, 0},
		"a word":               {"", []string{"LOGIN"}, 6},
		"a part of a word":     {"", []string{"log"}, 0},
		"a part with hyphen":   {"", []string{"late"}, 1},
		"all words":            {"", []string{"okta", "tx-a"}, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			q := Query{Limit: 100, Keywords: tt.words}
			if tt.filter != "" {
				e, err := filter.Parse(tt.filter)
				if err != nil {
					t.Fatal(err)
				}
				q.Filter = e
			}
			p, err := newLog(t).Run(q)
			if err != nil || len(p.Events) != tt.want {
				t.Errorf("%d events, %v, want %d", len(p.Events), err, tt.want)
			}
		})
	}
}

func TestFields(t *testing.T) {
	tests := map[string]struct{ known, contains bool }{
		"eventType":                            {true, true},
		"target.id":                            {true, true},
		"target.detailEntry.signOnModeType":    {true, true},
		"client.geographicalContext.country":   {true, true},
		"debugContext.debugData.risk":          {true, true},
		"debugContext.debugData.url":           {true, false},
		"transaction.detail.requestApiTokenId": {true, true},
		"outcome":                              {false, true},
		"target.name":                          {false, false},
		"nonsense":                             {false, false},
		"client.nonsense":                      {false, true},
		"debugContext.debugData":               {false, true},
		"EventType":                            {false, false},
	}
	for path, want := range tests {
		known, contains := Fields(path)
		if known != want.known || known && contains != want.contains {
			t.Errorf("%s: known %v, contains %v", path, known, contains)
		}
	}
}

// TestForms compares what the log and an event hook say about one event.
func TestForms(t *testing.T) {
	e := event("x", noon)
	var log, hook map[string]any
	b, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &log); err != nil {
		t.Fatal(err)
	}
	if b, err = e.HookForm("who1"); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &hook); err != nil {
		t.Fatal(err)
	}
	if log["published"] != "2026-03-01T12:00:00.000Z" {
		t.Errorf("published %v", log["published"])
	}
	if v, ok := log["legacyEventType"]; !ok || v != nil {
		t.Error("a missing value must be written as null")
	}
	if _, ok := hook["request"]; ok {
		t.Error("a hook carries no request")
	}
	chain := log["request"].(map[string]any)["ipChain"]
	client := hook["client"].(map[string]any)
	if diff := cmp.Diff(chain, client["ipChain"]); diff != "" {
		t.Error(diff)
	}
	delete(client, "ipChain")
	if ids := dig(hook, []string{"debugContext", "debugData", "targetEventHookIds"}); len(ids) != 1 || ids[0] != "who1" {
		t.Errorf("targetEventHookIds %v", ids)
	}
	delete(hook["debugContext"].(map[string]any)["debugData"].(map[string]any), "targetEventHookIds")
	delete(log, "request")
	delete(hook, "insertionTimestamp")
	if diff := cmp.Diff(log, hook); diff != "" {
		t.Error(diff)
	}
	if len(e.DebugContext.DebugData) != 2 {
		t.Error("the event in the log was changed")
	}
}

func FuzzRun(f *testing.F) {
	f.Add("1_2", "eventType", "login", true)
	f.Add("_", "debugContext.debugData.x", "a-b", false)
	l := New(func() time.Time { return noon })
	l.Append(event("a", noon))
	f.Fuzz(func(t *testing.T, after, attr, word string, polling bool) {
		q := Query{After: after, Keywords: []string{word}, Polling: polling, Limit: 10, Filter: filter.Comparison{Attr: attr, Op: filter.Present}}
		Fields(attr)
		p, err := l.Run(q)
		if err != nil {
			return
		}
		if p.Next != "" {
			q.After = p.Next
			if _, err := l.Run(q); err != nil {
				t.Errorf("our own cursor %q: %v", p.Next, err)
			}
		}
	})
}
