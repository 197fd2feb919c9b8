package guard_test

import (
	"strings"
	"testing"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/guard"
	"sallyport/internal/value"
)

func (l *lab) undo(id string) (guard.Entry, error) {
	return l.Undo(l.t.Context(), l, org, "account:a1", id)
}

func TestUndo(t *testing.T) {
	eachLab(t, func(t *testing.T, l *lab) {
		e := l.make("suspend", "ada")
		back, err := l.undo(e.ID)
		if err != nil {
			t.Fatal(err)
		}
		if l.people.count("POST /users/ada/unsuspend") != 1 {
			t.Errorf("calls %v", l.people.calls)
		}
		if back.State != guard.Done || back.Action != "unsuspend" || back.Actor != "account:a1" || back.Why != (connector.Why{Cause: "undo", Event: "e1", UndoOf: e.ID}) || back.Status != 200 || back.TargetID != "ada" {
			t.Errorf("the reversal: %+v", back)
		}
		if got := l.entry(e.ID); got.UndoneBy != back.ID || got.State != guard.Done {
			t.Errorf("what was undone: %+v", got)
		}
		if _, err := l.undo(e.ID); errs.KindOf(err) != errs.Conflict || errs.Message(err) != "the action was undone already" {
			t.Errorf("undone twice: %v", err)
		}
		// The reversal is an action like any other: it can be undone itself.
		if again, err := l.undo(back.ID); err != nil || again.Action != "suspend" {
			t.Errorf("%+v, %v", again, err)
		}
	})
}

func TestUndoWhyNot(t *testing.T) {
	tests := map[string]struct {
		entry func(l *lab) string // makes what is to be undone
		then  func(l *lab)        // what happened since
		kind  errs.Kind
		says  string
		added int // entries of the attempt
	}{
		"there is none": {entry: func(*lab) string { return "none" }, kind: errs.NotFound},
		"it is under way": {
			entry: func(l *lab) string { return l.begin(l.intent("suspend", value.Map("user", "ada"))).Ledger },
			kind:  errs.Conflict, says: "the action is under way; only one that was made can be undone",
		},
		"it was refused": {
			entry: func(l *lab) string {
				l.policy(guard.Policy{ProtectedUsers: []string{"id-ada"}})
				return l.begin(l.intent("suspend", value.Map("user", "ada"))).Ledger
			},
			kind: errs.Conflict, says: "the action was refused",
		},
		"it has no way back": {
			entry: func(l *lab) string { return l.make("reset", "ada").ID },
			kind:  errs.Conflict, says: "Reset password has no way back",
		},
		"the account is protected now": {
			entry: func(l *lab) string { return l.make("suspend", "ada").ID },
			then:  func(l *lab) { l.policy(guard.Policy{ProtectedUsers: []string{"id-ada"}}) },
			kind:  errs.Denied, says: "refused: ada@acme.example is a protected account", added: 1,
		},
		"the organization is in dry run": {
			entry: func(l *lab) string { return l.make("suspend", "ada").ID },
			then:  func(l *lab) { l.policy(guard.Policy{DryRun: true}) },
			kind:  errs.Conflict, says: "in dry run",
		},
		"the connector has changed": {
			entry: func(l *lab) string {
				in := l.intent("suspend", value.Map("user", "ada"))
				id := l.begin(in).Ledger
				end := guard.End{ID: id, State: guard.Done, Undo: &connector.Call{Action: "resurrect", Inputs: in.Call.Inputs}, At: l.clock()}
				if err := l.Ledger.End(l.t.Context(), org, end); err != nil {
					l.t.Fatal(err)
				}
				return id
			},
			kind: errs.Conflict, says: `"directory" has no action "resurrect" any more`,
		},
		"the peer refuses": {
			entry: func(l *lab) string { return l.make("suspend", "ada").ID },
			then:  func(l *lab) { l.people.set(func(d *directory) { d.down = 403 }) },
			kind:  errs.Unavailable, says: "Unsuspend: the directory answered 403", added: 1,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			eachLab(t, func(t *testing.T, l *lab) {
				id := tt.entry(l)
				if tt.then != nil {
					tt.then(l)
				}
				before, calls := len(l.entries()), l.people.count("POST")
				_, err := l.undo(id)
				if errs.KindOf(err) != tt.kind || err == nil || !strings.Contains(errs.Message(err), tt.says) {
					t.Errorf("error %v (%v), want %v with %q", err, errs.KindOf(err), tt.kind, tt.says)
				}
				if n := len(l.entries()) - before; n != tt.added {
					t.Errorf("%d entries more, want %d", n, tt.added)
				}
				if n := l.people.count("POST") - calls; tt.kind != errs.Unavailable && n != 0 {
					t.Errorf("%d changes were made", n)
				}
			})
		})
	}
}

// An undo that failed can be tried again; one of which nobody knows whether it
// was made cannot.
func TestUndoThatFails(t *testing.T) {
	eachLab(t, func(t *testing.T, l *lab) {
		e := l.make("suspend", "ada")
		l.pass(time.Second)
		l.people.set(func(d *directory) { d.down = 409 })
		if _, err := l.undo(e.ID); err == nil {
			t.Fatal("undone by a peer that refuses")
		}
		if es := l.entries(); es[0].State != guard.Failed || es[0].Status != 409 || es[0].Error == "" || l.entry(e.ID).UndoneBy != "" {
			t.Errorf("%+v", es)
		}
		l.pass(time.Second)
		l.people.set(func(d *directory) { d.down, d.breaks = 0, true })
		if _, err := l.undo(e.ID); err == nil {
			t.Fatal("undone over a connection that broke")
		}
		if es := l.entries(); es[0].State != guard.Unknown || es[0].Error == "" {
			t.Errorf("%+v", es[0])
		}
		l.people.set(func(d *directory) { d.breaks = false })
		if _, err := l.undo(e.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("undone although it may have been: %v", err)
		}
	})
}

// A reversal that may be repeated is tried again after one in doubt.
func TestUndoInDoubtIsMadeAgain(t *testing.T) {
	eachLab(t, func(t *testing.T, l *lab) {
		back, err := l.undo(l.make("suspend", "ada").ID)
		if err != nil {
			t.Fatal(err)
		}
		l.people.set(func(d *directory) { d.breaks = true })
		if _, err := l.undo(back.ID); err == nil {
			t.Fatal("made over a connection that broke")
		}
		l.people.set(func(d *directory) { d.breaks = false })
		if again, err := l.undo(back.ID); err != nil || again.State != guard.Done || l.entry(back.ID).UndoneBy != again.ID {
			t.Errorf("%+v, %v", again, err)
		}
	})
}
