package remedy_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/guard"
	"sallyport/internal/remedy"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

// eachLab runs a test on each kind of database, in an org of n active people.
func eachLab(t *testing.T, n int, test func(t *testing.T, l *lab)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		l := newLab(t, db, false)
		for i := range n {
			l.person(fmt.Sprintf("00u%d", i), "ACTIVE")
		}
		test(t, l)
	})
}

func (l *lab) person(id, status string) {
	l.peer.mu.Lock()
	defer l.peer.mu.Unlock()
	l.peer.answers.Set("/api/v1/users/"+id, value.Map("id", id, "status", status, "profile", value.Map("login", id+"@acme.example")))
	if l.peer.after == nil {
		l.peer.after = value.NewObject(0)
	}
}

func people(n int) []remedy.Object {
	out := make([]remedy.Object, n)
	for i := range out {
		out[i].ID = fmt.Sprintf("00u%d", i)
	}
	return out
}

func kinds(p remedy.Plan) string {
	var out []string
	for _, s := range p.Steps {
		for _, h := range s.Hurdles {
			out = append(out, fmt.Sprintf("%d %s: %s", s.Seq, h.Kind, h.Says))
		}
	}
	return strings.Join(out, "\n")
}

func states(p remedy.Plan) string {
	var out []string
	for _, s := range p.Steps {
		out = append(out, string(s.State))
	}
	return strings.Join(out, " ")
}

// What is above a limit is stopped before its first step, tells why, and changes
// nothing.
func TestAboveTheLimitNothingIsChanged(t *testing.T) {
	limits := func(change func(*guard.PlanLimits)) guard.Policy {
		p := guard.DefaultPolicy()
		change(&p.Plans)
		return p
	}
	for name, tt := range map[string]struct {
		policy guard.Policy
		head   int
		says   string // empty: it goes on
	}{
		"more than a plan may change":          {limits(func(l *guard.PlanLimits) { l.Targets, l.Share = 5, 1 }), 0, "it would change 6 people or things; a plan may change 5: 5, as the org's people were not counted"},
		"more than its share of a small org":   {limits(func(l *guard.PlanLimits) { l.Targets, l.Share = 5, 5 }), 100, "it would change 6 people or things; a plan may change 5: the larger of 5 and 5 % of 100 people"},
		"more than all may change in the hour": {limits(func(l *guard.PlanLimits) { l.HourTargets, l.HourShare = 5, 1 }), 0, "plans together may change 5 in an hour"},
		"within the share of a large org":      {limits(func(l *guard.PlanLimits) { l.Targets, l.Share = 5, 5 }), 120, ""},
	} {
		t.Run(name, func(t *testing.T) {
			eachLab(t, 6, func(t *testing.T, l *lab) {
				l.policy(tt.policy)
				l.head = tt.head
				p := l.draft("clear_sessions", people(6)...)
				if p.Targets != 6 || (tt.says == "") != (p.Stop == "") || !strings.Contains(p.Stop, tt.says) {
					t.Errorf("%d targets, stop %q", p.Targets, p.Stop)
				}
				p, err := l.Run(t.Context(), org, p.ID)
				if err != nil {
					t.Fatal(err)
				}
				if tt.says == "" {
					if p.State != remedy.Waiting {
						t.Errorf("it is %s", p.State)
					}
					return
				}
				p = l.work(p)
				if p.State != remedy.Stopped || !strings.Contains(p.Error, tt.says) || l.peer.sent() != "" || p.Count(remedy.Planned) != 6 {
					t.Errorf("%s %q, sent %q", p.State, p.Error, l.peer.sent())
				}
				if es, err := l.db.Actions.List(t.Context(), org, store.ActionFilter{Limit: 10}); err != nil || len(es) != 0 {
					t.Errorf("%d entries, %v", len(es), err)
				}
			})
		})
	}
}

// Plans of one hour count together, and an hour later no more.
func TestPlansOfAnHourCountTogether(t *testing.T) {
	eachLab(t, 6, func(t *testing.T, l *lab) {
		p := guard.DefaultPolicy()
		p.Plans.HourTargets, p.Plans.HourShare = 5, 1
		l.policy(p)
		if first := l.work(l.ask(l.draft("clear_sessions", people(3)...))); first.State != remedy.Done {
			t.Fatalf("the first is %s", first.State)
		}
		l.peer.forget()
		second := l.ask(l.draft("clear_sessions", people(3)...))
		if second.State != remedy.Stopped || !strings.Contains(second.Error, "with what other plans changed within an hour") || l.peer.sent() != "" {
			t.Errorf("the second is %s %q", second.State, second.Error)
		}
		l.pass(61 * time.Minute)
		if third := l.work(l.ask(l.draft("clear_sessions", people(3)...))); third.State != remedy.Done {
			t.Errorf("an hour later it is %s %q", third.State, third.Error)
		}
	})
}

func TestApproval(t *testing.T) {
	const asker, other = "account:a1", "account:a2"
	for name, tt := range map[string]struct {
		book   string
		n      int
		needs  string
		by     string
		no     bool
		later  time.Duration
		kind   errs.Kind
		state  remedy.State
		reason string
	}{
		"few people need none":          {book: "clear_sessions", n: 5, state: remedy.Done},
		"many do":                       {book: "clear_sessions", n: 6, needs: "more than 5 want approval", by: other, state: remedy.Done},
		"what loses something does":     {book: "reset_factors", n: 1, needs: "Reset factors of user loses what no call brings back", by: other, state: remedy.Done},
		"whoever asked cannot":          {book: "clear_sessions", n: 6, needs: "6", by: asker, kind: errs.Denied, state: remedy.Waiting},
		"somebody declines":             {book: "clear_sessions", n: 6, needs: "6", by: other, no: true, state: remedy.Stopped, reason: "it was declined"},
		"whoever asked withdraws it":    {book: "clear_sessions", n: 6, needs: "6", by: asker, no: true, state: remedy.Stopped, reason: "it was withdrawn"},
		"nobody approves it in a day":   {book: "clear_sessions", n: 6, needs: "6", by: other, later: 25 * time.Hour, kind: errs.Conflict, state: remedy.Stopped, reason: "nobody approved it in time"},
		"it is approved within the day": {book: "clear_sessions", n: 6, needs: "6", by: other, later: 23 * time.Hour, state: remedy.Done},
	} {
		t.Run(name, func(t *testing.T) {
			eachLab(t, 6, func(t *testing.T, l *lab) {
				l.peer.answers.Set("/api/v1/users/00u0/factors", []any{value.Map("id", "f1")})
				p := l.draft(tt.book, people(tt.n)...)
				if (tt.needs == "") != (p.Needs == "") || !strings.Contains(p.Needs, tt.needs) {
					t.Errorf("it needs %q", p.Needs)
				}
				p, err := l.Run(t.Context(), org, p.ID)
				if err != nil {
					t.Fatal(err)
				}
				if tt.needs != "" {
					if l.work(p); l.peer.sent() != "" {
						t.Fatalf("sent before approval: %s", l.peer.sent())
					}
					l.pass(tt.later)
					_, err := l.Decide(t.Context(), org, p.ID, remedy.Decision{By: tt.by, Approved: !tt.no})
					if (err != nil) != (tt.kind != errs.Kind(0)) || err != nil && errs.KindOf(err) != tt.kind {
						t.Errorf("decided: %v", err)
					}
				}
				p = l.work(p)
				if p.State != tt.state || p.Error != tt.reason || (l.peer.sent() != "") != (tt.state == remedy.Done) {
					t.Errorf("%s %q, sent %q", p.State, p.Error, l.peer.sent())
				}
			})
		})
	}
}

// A plan that is stopped makes no other step: the call that is under way ends, and
// what was made can be undone.
func TestStop(t *testing.T) {
	eachLab(t, 3, func(t *testing.T, l *lab) {
		p := l.ask(l.draft("clear_sessions", people(3)...))
		l.peer.fail = func(r *http.Request) int { // while the first call is under way
			if r.Method == http.MethodDelete && l.get(p.ID).State == remedy.Running {
				if _, err := l.Stop(t.Context(), org, p.ID, "Rob"); err != nil {
					t.Error(err)
				}
			}
			return 0
		}
		p = l.work(p)
		if p.State != remedy.Stopped || p.Error != "it was stopped by Rob" || states(p) != "done planned planned" || strings.Count(l.peer.sent(), "\n") != 0 {
			t.Errorf("%s %q: %s, sent %q", p.State, p.Error, states(p), l.peer.sent())
		}
		if _, err := l.Stop(t.Context(), org, p.ID, "Rob"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("stopped again: %v", err)
		}
	})
}

// The last step of a plan that was stopped while it was made leaves it stopped.
func TestStopAtTheLastStep(t *testing.T) {
	eachLab(t, 1, func(t *testing.T, l *lab) {
		p := l.ask(l.draft("clear_sessions", people(1)...))
		l.peer.fail = func(r *http.Request) int {
			if r.Method == http.MethodDelete {
				_, _ = l.Stop(t.Context(), org, p.ID, "Rob")
			}
			return 0
		}
		if p = l.work(p); p.State != remedy.Stopped || states(p) != "done" {
			t.Errorf("%s: %s", p.State, states(p))
		}
	})
}

// Nobody has to look at a plan for its time to end.
func TestExpire(t *testing.T) {
	eachLab(t, 6, func(t *testing.T, l *lab) {
		p, err := l.Run(t.Context(), org, l.draft("clear_sessions", people(6)...).ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []remedy.State{remedy.Waiting, remedy.Stopped} {
			if err := l.Expire(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := l.get(p.ID).State; got != want {
				t.Errorf("it is %s, want %s", got, want)
			}
			l.pass(24 * time.Hour)
		}
	})
}

// A worker that dies leaves a plan that another goes on with: what was done is not
// done again, and what was under way is not guessed at.
func TestKilledInTheMiddle(t *testing.T) {
	type death struct {
		at    string // the call that is under way when the worker dies
		begun bool   // Okta had it
	}
	for name, tt := range map[string]struct {
		die   death
		state remedy.State
		steps string
		sent  int
	}{
		"between two steps":              {death{}, remedy.Done, "done done done", 3},
		"in a step that was never begun": {death{at: "00u1"}, remedy.Done, "done done done", 3},
		"in a call":                      {death{at: "00u1", begun: true}, remedy.Stopped, "done unknown planned", 1},
	} {
		t.Run(name, func(t *testing.T) {
			eachLab(t, 3, func(t *testing.T, l *lab) {
				p := l.ask(l.draft("clear_sessions", people(3)...))
				ctx, kill := context.WithCancel(t.Context())
				l.Changed = func(p remedy.Plan) { // told after each step
					if p.Steps != nil && p.Steps[0].State == remedy.Made {
						kill()
					}
				}
				if _, err := l.Work(ctx, org, p.ID); !errors.Is(err, context.Canceled) {
					t.Fatalf("the worker ended by %v", err)
				}
				l.Changed = nil
				if got := l.get(p.ID); states(got) != "done planned planned" || got.State != remedy.Running {
					t.Fatalf("%s: %s", got.State, states(got))
				}
				if tt.die.at != "" {
					l.leaveStarted(p.ID, tt.die.begun)
				}
				p = l.work(p)
				if n := strings.Count(l.peer.sent(), "DELETE"); p.State != tt.state || states(p) != tt.steps || n != tt.sent {
					t.Errorf("%s %q: %s, %d calls", p.State, p.Error, states(p), n)
				}
				if !tt.die.begun {
					return
				}
				if e, err := l.db.Actions.Get(t.Context(), org, p.Steps[1].Entry); err != nil || e.State != guard.Unknown {
					t.Errorf("the ledger says %s, %v", e.State, err)
				}
			})
		})
	}
}

// leaveStarted leaves the second step as a worker does that dies in it.
func (l *lab) leaveStarted(plan string, begun bool) {
	l.t.Helper()
	p := l.get(plan)
	s := p.Steps[1]
	s.State, s.Entry, s.Attempts = remedy.Started, "entry-of-the-dead", 1
	if ok, err := l.db.Remedies.SaveStep(l.t.Context(), org, plan, remedy.Planned, s); err != nil || !ok {
		l.t.Fatal(ok, err)
	}
	if !begun {
		return
	}
	in := connector.Intent{
		Org: org, Actor: "account:a1", Why: connector.Why{Cause: "remedy", Plan: plan}, Connection: l.conn, Connector: l.con, Action: l.con.Actions[s.Action],
		Call: connector.Call{Action: s.Action, Inputs: s.Inputs}, Effect: connector.Change, Attempt: 1, Resume: s.Entry,
	}
	if permit, err := l.Guard.Begin(l.t.Context(), in); err != nil || permit.Verdict != connector.Proceed {
		l.t.Fatal(permit, err)
	}
}

func TestFailures(t *testing.T) {
	refuse := func(id string, status int) func(*http.Request) int {
		return func(r *http.Request) int {
			if r.Method != http.MethodGet && strings.Contains(r.URL.Path, id) {
				return status
			}
			return 0
		}
	}
	for name, tt := range map[string]struct {
		goOn  bool
		fail  func(*http.Request) int
		then  func(l *lab) // what happens between the plan and its running
		state remedy.State
		says  string
		steps string
	}{
		"the first failure stops it":          {fail: refuse("00u1", 403), state: remedy.Failed, says: "step 2: You do not have permission", steps: "done failed planned"},
		"unless it is told to go on":          {goOn: true, fail: refuse("00u1", 403), state: remedy.Failed, says: "1 of 3 steps failed", steps: "done failed done"},
		"an outcome in doubt always stops it": {goOn: true, fail: refuse("00u1", 501), state: remedy.Stopped, says: "whether it happened is not known", steps: "done unknown planned"},
		"the guard refuses what is protected since": {
			then: func(l *lab) {
				p := guard.DefaultPolicy()
				p.ProtectedUsers = []string{"00u1"}
				l.policy(p)
			},
			state: remedy.Done, steps: "done barred done",
		},
		"somebody is not to be suspended any more": {then: func(l *lab) { l.person("00u1", "DEPROVISIONED") }, state: remedy.Done, steps: "done skipped done"},
	} {
		t.Run(name, func(t *testing.T) {
			eachLab(t, 3, func(t *testing.T, l *lab) {
				o := l.order("clear_sessions", people(3)...)
				o.GoOn = tt.goOn
				p, err := l.Draft(t.Context(), o)
				if err != nil {
					t.Fatal(err)
				}
				if tt.then != nil {
					tt.then(l)
				}
				l.peer.fail = tt.fail
				p = l.work(l.ask(p))
				if p.State != tt.state || !strings.Contains(p.Error, tt.says) || states(p) != tt.steps {
					t.Errorf("%s %q: %s", p.State, p.Error, states(p))
				}
			})
		})
	}
}

// What a plan would overwrite without having shown it, it does not.
func TestChangedMeanwhile(t *testing.T) {
	eachLab(t, 0, func(t *testing.T, l *lab) {
		set := func(mode string) {
			l.peer.answers.Set("/api/v1/threats/configuration", value.Map("action", mode, "excludeZones", []any{}))
		}
		set("none")
		p := l.draft("threat_insight", remedy.Object{ID: "threat_insight"})
		set("audit")
		p = l.work(l.ask(p))
		if p.State != remedy.Stopped || !strings.Contains(p.Error, "what is there has changed since the plan was made") || l.peer.sent() != "" {
			t.Errorf("%s %q, sent %q", p.State, p.Error, l.peer.sent())
		}
	})
}

// Undoing goes on past what cannot be undone, tells of it step by step, and can be
// asked for again.
func TestUndoInPart(t *testing.T) {
	eachLab(t, 3, func(t *testing.T, l *lab) {
		for i := range 3 {
			id := fmt.Sprintf("00u%d", i)
			l.peer.after.Set("/api/v1/users/"+id, value.Map("id", id, "status", "SUSPENDED", "profile", value.Map("login", id)))
		}
		p := l.ask(l.draft("suspend_user", people(1)...))
		if p = l.work(p); p.State != remedy.Done {
			t.Fatalf("%s %s", p.State, p.Error)
		}
		l.peer.after = value.NewObject(0)
		l.peer.changed = false
		all := l.draft("suspend_user", people(3)...)
		for i := range 3 {
			id := fmt.Sprintf("00u%d", i)
			l.peer.after.Set("/api/v1/users/"+id, value.Map("id", id, "status", "SUSPENDED", "profile", value.Map("login", id)))
		}
		l.peer.fail = func(r *http.Request) int { return 0 }
		// Each is read as suspended once anything was sent: only the first is made.
		if all = l.work(l.ask(all)); states(all) != "done skipped skipped" {
			t.Fatalf("%s", states(all))
		}
		l.peer.forget()
		l.peer.fail = func(r *http.Request) int {
			if strings.HasSuffix(r.URL.Path, "/unsuspend") {
				return 403
			}
			return 0
		}
		undo := func(want remedy.State, says, steps string) {
			t.Helper()
			if _, err := l.Undo(t.Context(), org, all.ID, "account:a2"); err != nil {
				t.Fatal(err)
			}
			got := l.work(all)
			if got.State != want || got.Error != says || states(got) != steps {
				t.Errorf("%s %q: %s", got.State, got.Error, states(got))
			}
		}
		undo(remedy.Failed, "1 of 1 changes were not undone", "done skipped skipped")
		if s := l.get(all.ID).Steps[0]; !strings.Contains(s.Error, "not undone: ") {
			t.Errorf("the step says %q", s.Error)
		}
		l.peer.fail = nil
		undo(remedy.Undone, "", "undone skipped skipped")
		if _, err := l.Undo(t.Context(), org, all.ID, "account:a2"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("undone twice: %v", err)
		}
	})
}

// What stands in the way of a step is shown before anything is made, and the step
// is left out.
func TestHurdles(t *testing.T) {
	roles := func(types ...string) []any {
		var out []any
		for _, r := range types {
			out = append(out, value.Map("id", "ra-"+r, "type", r, "status", "ACTIVE", "assignmentType", "USER"))
		}
		return out
	}
	assignees := func(l *lab, ids ...string) {
		var list []any
		for _, id := range ids {
			list = append(list, value.Map("id", id))
			l.person(id, "ACTIVE")
			l.peer.answers.Set("/api/v1/users/"+id+"/roles", roles("SUPER_ADMIN"))
		}
		l.peer.answers.Set("/api/v1/iam/assignees/users", value.Map("value", list))
	}
	for name, tt := range map[string]struct {
		given   func(l *lab)
		book    string
		objects []remedy.Object
		want    string
	}{
		"a protected account": {func(l *lab) {
			p := guard.DefaultPolicy()
			p.ProtectedUsers = []string{"00u0@acme.example", "00u0"}
			l.policy(p)
		}, "suspend_user", people(1), "1 protected: "},
		"the owner of the token": {func(l *lab) { l.person("00uself", "ACTIVE") }, "suspend_user", []remedy.Object{{ID: "00uself"}}, "1 ourselves: the connection works by the API token of this very account"},
		"one of the last two super admins": {
			func(l *lab) { assignees(l, "00u0", "00u1") }, "suspend_user", people(1),
			"1 last_admins: 00u0@acme.example is one of the last super admins: 1 would be left, and two is the least",
		},
		"one of three": {func(l *lab) { assignees(l, "00u0", "00u1", "00u2") }, "suspend_user", people(1), ""},
		"two of three": {
			func(l *lab) { assignees(l, "00u0", "00u1", "00u2") }, "suspend_user", people(2),
			"2 last_admins: 00u1@acme.example is one of the last super admins: 1 would be left, and two is the least",
		},
		"sessions of the last two": {func(l *lab) { assignees(l, "00u0", "00u1") }, "clear_sessions", people(1), ""},
		"an admin, and the connection is no super admin": {func(l *lab) {
			l.peer.answers.Set("/api/v1/users/00uself/roles", roles("HELP_DESK_ADMIN"))
			l.peer.answers.Set("/api/v1/users/00u0/roles", roles("ORG_ADMIN"))
		}, "suspend_user", people(1), "1 admin: 00u0@acme.example has the admin role ORG_ADMIN: Okta lets a super admin alone do it, and the connection is none"},
		"somebody who is not there": {nil, "suspend_user", []remedy.Object{{ID: "00u9"}}, "1 unreadable: user cannot be read: "},
	} {
		t.Run(name, func(t *testing.T) {
			eachLab(t, 3, func(t *testing.T, l *lab) {
				if tt.given != nil {
					tt.given(l)
				}
				p := l.draft(tt.book, tt.objects...)
				if got := kinds(p); !strings.HasPrefix(got, tt.want) || (got == "") != (tt.want == "") {
					t.Errorf("%s", got)
				}
				if barred := p.Count(remedy.Barred); (barred > 0) != (tt.want != "") {
					t.Errorf("%d barred", barred)
				}
				if l.peer.sent() != "" {
					t.Errorf("sent %s", l.peer.sent())
				}
			})
		})
	}
}

// What Okta does not let a connection see is answered as the org was last read.
func TestRolesThatOktaDoesNotShow(t *testing.T) {
	for name, tt := range map[string]struct {
		known asRead
		want  string
		bars  bool
	}{
		"one of the last two": {
			asRead{"00uself": {"SUPER_ADMIN"}, "00u0": {"SUPER_ADMIN"}, "00u1": {"SUPER_ADMIN"}},
			"1 last_admins: 00u0@acme.example is one of the last super admins: 1 would be left, and two is the least", true,
		},
		"one of three":                   {asRead{"00uself": {"SUPER_ADMIN"}, "00u0": {"SUPER_ADMIN"}, "00u1": {"SUPER_ADMIN"}, "00u2": {"SUPER_ADMIN"}}, "", false},
		"no admin":                       {asRead{"00uself": {"SUPER_ADMIN"}, "00u0": {}}, "", false},
		"an admin, by another":           {asRead{"00uself": {"HELP_DESK_ADMIN"}, "00u0": {"ORG_ADMIN"}}, "1 admin: 00u0@acme.example has the admin role ORG_ADMIN: Okta lets a super admin alone do it, and the connection is none", true},
		"an admin, by nobody knows whom": {asRead{"00u0": {"ORG_ADMIN"}}, "1 admin: 00u0@acme.example has the admin role ORG_ADMIN: Okta lets a super admin alone do it, and whether the connection is one cannot be seen", false},
		"nothing was read":               {nil, "1 admin: whether the user 00u0@acme.example has an admin role cannot be seen", false},
	} {
		t.Run(name, func(t *testing.T) {
			eachLab(t, 1, func(t *testing.T, l *lab) {
				l.Admins = tt.known
				l.peer.fail = func(r *http.Request) int {
					if strings.HasSuffix(r.URL.Path, "/roles") || strings.Contains(r.URL.Path, "/iam/") {
						return http.StatusForbidden
					}
					return 0
				}
				p := l.draft("suspend_user", people(1)...)
				if got := kinds(p); !strings.HasPrefix(got, tt.want) || (got == "") != (tt.want == "") {
					t.Errorf("%s", got)
				}
				if barred := p.Count(remedy.Barred) > 0; barred != tt.bars {
					t.Errorf("barred: %v", barred)
				}
			})
		})
	}
}

// asRead are the roles of an org as it was read, by whose they are.
type asRead map[string][]string

func (r asRead) Roles(_ context.Context, _, _, _, id string) ([]string, bool, error) {
	held, ok := r[id]
	return held, ok, nil
}

func (r asRead) SuperAdmins(context.Context, string, string) (map[string]bool, bool, error) {
	out := map[string]bool{}
	for id, held := range r {
		if slices.Contains(held, "SUPER_ADMIN") && id != "00uself" {
			out[id] = true
		}
	}
	return out, r != nil, nil
}

// Who leaves a group that gives an admin role loses it: somebody else has to say yes.
func TestLeavingAGroupThatGivesARole(t *testing.T) {
	eachLab(t, 1, func(t *testing.T, l *lab) {
		l.peer.answers.Set("/api/v1/groups/00g1", value.Map("id", "00g1", "type", "OKTA_GROUP", "profile", value.Map("name", "Admins")))
		l.peer.answers.Set("/api/v1/users/00u0/groups", []any{value.Map("id", "00g1")})
		leave := remedy.Object{ID: "00u0", With: value.Map("group", "00g1")}
		if p := l.draft("remove_from_group", leave); p.Needs != "" || kinds(p) != "" {
			t.Errorf("a group that gives none: %q, %s", p.Needs, kinds(p))
		}
		l.peer.answers.Set("/api/v1/groups/00g1/roles", []any{value.Map("id", "ra1", "type", "HELP_DESK_ADMIN", "status", "ACTIVE")})
		p := l.draft("remove_from_group", leave)
		if !strings.HasPrefix(p.Needs, "the group gives the admin role HELP_DESK_ADMIN") || p.Count(remedy.Planned) != 1 {
			t.Errorf("%q, %s", p.Needs, kinds(p))
		}
		asked, err := l.Run(t.Context(), org, p.ID)
		if err != nil || asked.State != remedy.Waiting {
			t.Errorf("%s, %v", asked.State, err)
		}
	})
}

// The scopes that a connection lacks are said, and nothing fails for them.
func TestScopeThatLacks(t *testing.T) {
	eachLab(t, 1, func(t *testing.T, l *lab) {
		l.peer.answers.Set("/oauth2/v1/token", value.Map("access_token", "t0ken", "token_type", "Bearer", "expires_in", 3600.0))
		l.peer.answers.Set("/oauth2/v1/clients/0oaself/roles", []any{value.Map("type", "SUPER_ADMIN", "status", "ACTIVE")})
		l.conn.Auth = connector.ClientCredentials
		l.conn.Settings = l.conn.Settings.With("client_id", "0oaself").With("scopes", "okta.users.read okta.groups.manage")
		l.seal("client_secret", "s3cret")
		p := l.draft("suspend_user", people(1)...)
		if got := kinds(p); got != "1 scope: the connection lacks the scope okta.users.manage" || strings.Join(p.Missing, "") != "the connection lacks the scope okta.users.manage" || states(p) != "barred" {
			t.Errorf("%s, %q: %s", got, p.Missing, states(p))
		}
		l.peer.answers.Set("/api/v1/apps/0oaself", value.Map("id", "0oaself", "label", "Us", "status", "ACTIVE"))
		if got := kinds(l.draft("deactivate_app", remedy.Object{ID: "0oaself"})); !strings.Contains(got, "ourselves: the connection is this very app") {
			t.Errorf("%s", got)
		}
		asked, err := l.Run(t.Context(), org, p.ID)
		if err != nil || asked.State != remedy.Stopped || asked.Error != "there is nothing that it could do" {
			t.Errorf("%+v, %v", asked, err)
		}
	})
}

func TestDraftRefuses(t *testing.T) {
	eachLab(t, 1, func(t *testing.T, l *lab) {
		for name, tt := range map[string]struct {
			order remedy.Order
			kind  errs.Kind
		}{
			"a playbook that is not there": {l.order("dance", people(1)...), errs.NotFound},
			"nobody":                       {l.order("suspend_user"), errs.Invalid},
			"too many":                     {l.order("suspend_user", people(remedy.MaxObjects+1)...), errs.Invalid},
			"a way out of the path":        {l.order("suspend_user", remedy.Object{ID: "../apps/0oa1"}), errs.Invalid},
			"dots":                         {l.order("suspend_user", remedy.Object{ID: ".."}), errs.Invalid},
			"an input that lacks":          {l.order("remove_from_group", people(1)...), errs.Invalid},
			"an input too many":            {l.order("suspend_user", remedy.Object{ID: "00u0", With: value.Map("group", "g")}), errs.Invalid},
		} {
			if _, err := l.Draft(t.Context(), tt.order); errs.KindOf(err) != tt.kind {
				t.Errorf("%s: %v", name, err)
			}
		}
		if plans, err := l.db.Remedies.List(t.Context(), org, store.RemedyFilter{Limit: 10}); err != nil || len(plans) != 0 {
			t.Errorf("%d plans kept, %v", len(plans), err)
		}
	})
}

// Where the organization is in dry run, plans are made and nothing else.
func TestDryRunOfTheOrganization(t *testing.T) {
	eachLab(t, 1, func(t *testing.T, l *lab) {
		l.policy(guard.Policy{Ceiling: 100, DryRun: true})
		p := l.draft("suspend_user", people(1)...)
		if _, err := l.Run(t.Context(), org, p.ID); errs.KindOf(err) != errs.Conflict || l.peer.sent() != "" {
			t.Errorf("%v, sent %q", err, l.peer.sent())
		}
	})
}
