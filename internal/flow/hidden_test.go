package flow_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"sallyport/internal/flow"
	"sallyport/internal/guard"
	"sallyport/internal/value"
)

const hiddenLink = "https://acme.example/reset/t0p-s3cret"

// echoes answers a call with a status and words that hold a secret.
func echoes(call string, status int) func(http.ResponseWriter, *http.Request, int) bool {
	return func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if r.Method+" "+r.URL.Path != call {
			return false
		}
		http.Error(w, `{"message":"cannot open `+hiddenLink+`"}`, status)
		return true
	}
}

// A secret that an action gives stands nowhere: not in what a flow or a peer says
// of it, not in what the ledger keeps of a change that it goes into.
func TestSecretOutputStandsNowhere(t *testing.T) {
	tests := map[string]struct {
		cards  string
		answer func(http.ResponseWriter, *http.Request, int) bool
		policy guard.Policy
		state  flow.State
		says   string // in the run's error or reason
	}{
		"why it failed":                   {cards: "  - fail: 'could not send {{ link.url }}'", state: flow.Failed, says: "could not send •••"},
		"why it stopped":                  {cards: "  - stop: 'sent {{ link.url }}'", state: flow.Stopped, says: "sent •••"},
		"the target of a change":          {cards: "  - { id: s, use: peer.suspend, with: { user: '{{ link.url }}' } }", answer: func(http.ResponseWriter, *http.Request, int) bool { return false }, state: flow.Succeeded},
		"words that are cut short":        {cards: "  - { id: r, use: table.create_row, table: reports, with: { N: 'open: {{ link.url }}' } }", state: flow.Failed, says: "•••…"},
		"what a peer says":                {cards: "  - { id: s, use: peer.remark, with: { user: ada, text: '{{ link.url }}' } }", answer: echoes("POST /users/ada/remark", 403), state: flow.Failed, says: "cannot open •••"},
		"what a peer says in doubt":       {cards: "  - { id: s, use: peer.remark, with: { user: ada, text: '{{ link.url }}' }, retry: 0s }", answer: echoes("POST /users/ada/remark", 500), state: flow.Failed, says: "cannot open •••"},
		"what it waits for, and for ever": {cards: "  - { id: s, use: peer.remark, with: { user: ada, text: '{{ link.url }}' }, retry: 10s }", answer: echoes("POST /users/ada/remark", 429), state: flow.Failed, says: "cannot open •••"},
		"what the guard refuses":          {cards: "  - { id: s, use: peer.remark, with: { user: ada, text: '{{ link.url }}' }, on_refused: stop }", policy: guard.Policy{Ceiling: 9, ProtectedUsers: []string{"ada@acme.example"}}, state: flow.Failed, says: "protected account"},
		"what undoes a change":            {cards: "  - { id: s, use: peer.remark, with: { user: ada, text: '{{ link.url }}' } }", state: flow.Succeeded},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			if tt.policy.Ceiling != 0 {
				check(t, l.db.Actions.SetPolicy(t.Context(), org, tt.policy))
			}
			l.peer.answer = tt.answer
			id := l.publish(onDemand("  - { id: link, use: peer.show_link, with: { user: ada } }\n" + tt.cards))
			run := l.start(id, nil, nil)
			_, err := l.runner.Work(t.Context(), org, run)
			check(t, err)
			waiting, _ := l.look(run)
			r, steps := l.work(run)
			if r.State != tt.state || !strings.Contains(r.Error+r.Reason, tt.says) {
				t.Errorf("ended %s %q %q", r.State, r.Error, r.Reason)
			}
			kept := fmt.Sprintf("%+v %+v %+v", waiting, r, l.ledger())
			for _, e := range l.ledger() {
				kept += string(value.Store(e.Request.Body))
				if e.Undo != nil {
					kept += string(value.Store(e.Undo.Inputs))
				}
			}
			for _, s := range steps {
				kept += s.Error + s.Reason + string(s.Input) + string(s.Output)
			}
			if strings.Contains(kept, "t0p-s3") || strings.Contains(kept, "reset/t") {
				t.Errorf("the secret stands in %s", kept)
			}
		})
	}
}

// A run that keeps no data goes on, when it is resumed, with the very words that
// its cards came to, and not with those that its history keeps.
func TestResumedRunSeesTheSameWords(t *testing.T) {
	words := func(id string) string {
		return "'{{ steps." + id + ".state }}: {{ steps." + id + ".error }}{{ steps." + id + ".reason }}'"
	}
	tests := map[string]struct {
		card   string
		answer func(http.ResponseWriter, *http.Request, int) bool
		policy guard.Policy
		says   string
	}{
		"of an action that fails":         {"{ id: c, use: peer.suspend, with: { user: ada }, on_error: continue }", answers(suspendAda, 404), guard.Policy{}, "failed: the peer answered 404"},
		"of an action that is refused":    {"{ id: c, use: peer.suspend, with: { user: ada } }", nil, guard.Policy{Ceiling: 9, ProtectedUsers: []string{"ada@acme.example"}}, "refused: ada@acme.example is a protected account"},
		"of an action in doubt":           {"{ id: c, use: peer.suspend, with: { user: ada }, retry: 0s, on_error: continue }", answers(suspendAda, 500), guard.Policy{}, "unknown: the peer answered 500"},
		"of a row that cannot be written": {"{ id: c, use: table.create_row, table: reports, with: { N: many }, on_error: continue }", nil, guard.Policy{}, `failed: column "N"`},
		"of a row that cannot be read":    {"{ id: c, use: table.search_rows, table: reports, with: { where: { Whom: ada } }, on_error: continue }", nil, guard.Policy{}, `failed: the table`},
		"of a run that cannot be started": {"{ id: c, call: h, async: true, on_error: continue }", nil, guard.Policy{}, `failed: input "who"`},
		"of a flow that is not there":     {"{ id: c, call: none, async: true, on_error: continue }", nil, guard.Policy{}, `failed: there is no flow "none"`},
		"of a function with an effect":    {"{ id: c, use: number.random_integer, with: { from: 9, before: 1 }, on_error: continue }", nil, guard.Policy{}, "failed: before: a number above "},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			if tt.policy.Ceiling != 0 {
				check(t, l.db.Actions.SetPolicy(t.Context(), org, tt.policy))
			}
			l.publish("flow: h\ntrigger: { call: { inputs: { who: { type: text, required: true } } } }\ncards: [ { stop: x } ]\n")
			l.peer.answer = either(answers("GET /users/bob", 429, 0), func(w http.ResponseWriter, r *http.Request, nth int) bool {
				return tt.answer != nil && tt.answer(w, r, nth)
			})
			r, steps := l.run("save_data: false\n"+onDemand("  - "+tt.card+"\n  - { id: wait, use: peer.get_user, with: { user: bob } }\n  - { id: tell, use: peer.tell, with: { text: "+words("c")+" } }"), nil)
			if r.State != flow.Succeeded || len(l.peer.told) != 1 || !strings.HasPrefix(l.peer.told[0], tt.says) || strings.Contains(l.peer.told[0], "not kept") {
				t.Errorf("ended %s %q; told %q", r.State, r.Error, l.peer.told)
			}
			if s := steps["c"]; strings.Contains(s.Error+s.Reason, tt.says[strings.Index(tt.says, " ")+1:]) {
				t.Errorf("history keeps %q %q", s.Error, s.Reason)
			}
		})
	}
}

// A run that is retried sends the secret that it was given, and not the mask that
// its history shows; and its journal is gone when it has succeeded.
func TestRetryKnowsTheSecret(t *testing.T) {
	for name, fails := range map[string]func(l *lab, run string){
		"failed": func(l *lab, run string) {
			l.peer.answer = answers(tellCall, 403, 0)
			if r, _ := l.work(run); r.State != flow.Failed {
				l.t.Fatalf("ended %s", r.State)
			}
		},
		"cancelled": func(l *lab, run string) {
			l.peer.answer = answers(tellCall, 429, 0)
			_, err := l.runner.Work(l.t.Context(), org, run)
			check(l.t, err)
			r, err := l.db.Runs.Cancel(l.t.Context(), org, run)
			if err != nil || r.State != flow.Cancelled {
				l.t.Fatalf("ended %s, %v", r.State, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			run := l.start(l.publish(onDemand("  - { id: link, use: peer.make_link, with: { user: ada } }\n  - { id: tell, use: peer.tell, with: { text: 'open {{ link.url }}' } }")), nil, nil)
			fails(l, run)
			check(t, l.db.Runs.Retry(t.Context(), org, run))
			r, steps := l.work(run)
			if r.State != flow.Succeeded || len(l.peer.told) != 1 || l.peer.told[0] != "open "+hiddenLink || l.peer.count("POST /users/ada/link") != 1 {
				t.Errorf("ended %s %q; told %q", r.State, r.Error, l.peer.told)
			}
			for path, s := range steps {
				if s.Journal != nil {
					t.Errorf("the journal of %s is kept", path)
				}
			}
		})
	}
}
