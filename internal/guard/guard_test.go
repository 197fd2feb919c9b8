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

func TestPolicyCheck(t *testing.T) {
	tests := map[string]struct {
		policy guard.Policy
		says   string // "" for a policy that is right
	}{
		"the default":                 {policy: guard.DefaultPolicy()},
		"a flow that may do nothing":  {policy: guard.Policy{Ceiling: 1, FlowCeilings: map[string]int{"f": 0}}},
		"no ceiling":                  {guard.Policy{}, "from 1 to 1,000,000, not 0"},
		"a ceiling beyond all":        {guard.Policy{Ceiling: 1_000_001}, "not 1000001"},
		"a flow's ceiling below zero": {guard.Policy{Ceiling: 1, FlowCeilings: map[string]int{"f7": -1}}, "ceiling of flow f7"},
		"a flow's ceiling beyond all": {guard.Policy{Ceiling: 1, FlowCeilings: map[string]int{"f7": 2_000_000}}, "not 2000000"},
		"an empty user":               {guard.Policy{Ceiling: 1, ProtectedUsers: []string{"ada", " "}}, "is empty"},
		"an empty group":              {guard.Policy{Ceiling: 1, ProtectedGroups: []string{""}}, "is empty"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := tt.policy.Check()
			switch {
			case tt.says == "" && err != nil:
				t.Error(err)
			case tt.says != "" && (errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), tt.says)):
				t.Errorf("error = %v, want one with %q", err, tt.says)
			}
		})
	}
}

func TestBeginDecides(t *testing.T) {
	users := func(names ...string) guard.Policy { return guard.Policy{ProtectedUsers: names} }
	groups := func(names ...string) guard.Policy { return guard.Policy{ProtectedGroups: names} }
	ada, root := value.Map("user", "ada"), value.Map("user", "root")
	tests := map[string]struct {
		policy  guard.Policy
		action  string
		inputs  *value.Object
		dry     bool
		verdict connector.Verdict
		reason  string
		target  string // in the ledger; "" for no entry
		calls   int    // that were made to find out
	}{
		"nothing is protected":                      {action: "suspend", inputs: ada, verdict: connector.Proceed, target: "user ada ada"},
		"a user by id":                              {policy: users("id-ada"), action: "suspend", inputs: ada, verdict: connector.Refuse, reason: "ada@acme.example is a protected account", target: "user id-ada ada@acme.example", calls: 1},
		"a user by login, in any case":              {policy: users("ADA@acme.example"), action: "suspend", inputs: value.Map("user", "id-ada"), verdict: connector.Refuse, reason: "ada@acme.example is a protected account", target: "user id-ada ada@acme.example", calls: 1},
		"a user by e-mail, with blanks":             {policy: users(" Ada@mail.example "), action: "suspend", inputs: ada, verdict: connector.Refuse, reason: "ada@acme.example is a protected account", target: "user id-ada ada@acme.example", calls: 1},
		"another user":                              {policy: users("id-bob"), action: "suspend", inputs: ada, verdict: connector.Proceed, target: "user id-ada ada@acme.example", calls: 1},
		"a part of a name is not the name":          {policy: users("ada"), action: "suspend", inputs: ada, verdict: connector.Proceed, target: "user id-ada ada@acme.example", calls: 1},
		"a member of a protected group":             {policy: groups("break GLASS"), action: "suspend", inputs: root, verdict: connector.Refuse, reason: `root@acme.example is a member of the protected group "Break glass"`, target: "user id-root root@acme.example", calls: 2},
		"a member of a group protected by id":       {policy: groups("id of Break glass"), action: "suspend", inputs: root, verdict: connector.Refuse, reason: `member of the protected group "Break glass"`, target: "user id-root root@acme.example", calls: 2},
		"a member of others":                        {policy: groups("Break glass"), action: "suspend", inputs: ada, verdict: connector.Proceed, target: "user id-ada ada@acme.example", calls: 2},
		"somebody who is not there":                 {policy: groups("Break glass"), action: "suspend", inputs: value.Map("user", "eve"), verdict: connector.Proceed, target: "user eve eve", calls: 1},
		"a group by name":                           {policy: groups("Break glass"), action: "add_to_group", inputs: value.Map("user", "ada", "group", "g2"), verdict: connector.Refuse, reason: `the group "Break glass" is protected`, target: "user id-ada ada@acme.example", calls: 3},
		"a group by id, that is not there any more": {policy: groups("g9"), action: "add_to_group", inputs: value.Map("user", "ada", "group", "g9"), verdict: connector.Refuse, reason: `the group "g9" is protected`, target: "user id-ada ada@acme.example", calls: 3},
		"what is neither":                           {policy: groups("a1"), action: "pause_app", inputs: value.Map("app", "a1"), verdict: connector.Proceed, target: "app a1 a1"},
		"a message":                                 {policy: users("id-ada"), action: "tell", inputs: value.Map("text", "hello id-ada"), verdict: connector.Proceed},
		"a message in dry run":                      {policy: guard.Policy{DryRun: true}, action: "tell", inputs: value.Map("text", "x"), verdict: connector.Show},
		"a dry run of the organization":             {policy: guard.Policy{DryRun: true}, action: "suspend", inputs: ada, verdict: connector.Show},
		"a dry run of the flow":                     {action: "suspend", inputs: ada, dry: true, verdict: connector.Show},
	}
	eachLab(t, func(t *testing.T, l *lab) {
		for name, tt := range tests {
			l.pass(time.Minute) // what was looked up before is forgotten
			l.policy(tt.policy)
			before, calls := len(l.entries()), l.people.count("")
			in := l.intent(tt.action, tt.inputs)
			in.DryRun = tt.dry
			p := l.begin(in)
			if p.Verdict != tt.verdict || !strings.Contains(p.Reason, tt.reason) || (p.Reason == "") != (tt.reason == "") {
				t.Errorf("%s: %+v", name, p)
			}
			if n := l.people.count("") - calls; n != tt.calls {
				t.Errorf("%s: %d calls, want %d", name, n, tt.calls)
			}
			if (len(l.entries()) > before) != (tt.target != "") || (p.Ledger != "") != (tt.target != "") {
				t.Errorf("%s: %d entries more, ledger %q", name, len(l.entries())-before, p.Ledger)
				continue
			}
			if tt.target == "" {
				continue
			}
			e := l.entry(p.Ledger)
			want := map[connector.Verdict]guard.State{connector.Proceed: guard.Started, connector.Refuse: guard.Refused}[tt.verdict]
			if e.State != want || e.Reason != p.Reason || e.EndedAt.IsZero() != (want == guard.Started) || strings.Join([]string{e.TargetType, e.TargetID, e.TargetName}, " ") != tt.target {
				t.Errorf("%s: %+v", name, e)
			}
			if e.Why != in.Why || e.Actor != "flow:f1" || e.Action != tt.action || e.Connection != "c1" || e.Attempt != 1 {
				t.Errorf("%s: %+v", name, e)
			}
		}
	})
}

// What the directory does not say cannot be decided: the effect has to wait.
func TestBeginWithoutDirectory(t *testing.T) {
	eachLab(t, func(t *testing.T, l *lab) {
		l.policy(guard.Policy{ProtectedGroups: []string{"Break glass"}})
		l.people.set(func(d *directory) { d.down = 503 })
		if p, err := l.Begin(t.Context(), l.intent("suspend", value.Map("user", "ada"))); err == nil || p.Verdict != "" {
			t.Errorf("%+v, %v", p, err)
		}
		if es := l.entries(); len(es) != 0 {
			t.Errorf("entries %+v", es)
		}
		l.people.set(func(d *directory) { d.down = 0 })
		if p := l.begin(l.intent("suspend", value.Map("user", "ada"))); p.Verdict != connector.Proceed {
			t.Errorf("%+v", p)
		}
	})
}

// Who was just added to a protected group is safe within half a minute, and
// until then the directory is not asked again and again.
func TestMembershipIsReadAgain(t *testing.T) {
	eachLab(t, func(t *testing.T, l *lab) {
		l.policy(guard.Policy{ProtectedGroups: []string{"Break glass"}})
		ada := l.intent("suspend", value.Map("user", "ada"))
		for range 3 {
			if p := l.begin(ada); p.Verdict != connector.Proceed {
				t.Fatalf("%+v", p)
			}
		}
		if n := l.people.count("GET /users/"); n != 2 {
			t.Errorf("the directory was asked %d times for one person", n)
		}
		l.people.set(func(d *directory) { d.member["ada"] = "Break glass" })
		l.pass(30 * time.Second)
		if p := l.begin(ada); p.Verdict != connector.Refuse {
			t.Errorf("a member of 30 seconds: %+v", p)
		}
	})
}

func TestCeiling(t *testing.T) {
	eachLab(t, func(t *testing.T, l *lab) {
		l.policy(guard.Policy{Ceiling: 3, FlowCeilings: map[string]int{"f2": 1, "f3": 0}})
		ask := func(flow string) connector.Permit {
			in := l.intent("reset", value.Map("user", "ada"))
			in.Why.Flow = flow
			return l.begin(in)
		}
		begun := l.clock()
		for i, want := range []connector.Verdict{connector.Proceed, connector.Proceed, connector.Proceed, connector.Refuse, connector.Refuse} {
			if p := ask("f1"); p.Verdict != want {
				t.Fatalf("change %d: %+v", i+1, p)
			}
			l.pass(time.Minute)
		}
		if p := ask("f2"); p.Verdict != connector.Proceed {
			t.Errorf("another flow: %+v", p)
		}
		if p := ask("f2"); p.Verdict != connector.Refuse || p.Reason != "the flow has made 1 changes within an hour, which is its ceiling" {
			t.Errorf("a ceiling of its own: %+v", p)
		}
		if p := ask("f3"); p.Verdict != connector.Refuse {
			t.Errorf("a flow that may do nothing: %+v", p)
		}
		// What people do by hand is no flow's.
		in := l.intent("reset", value.Map("user", "ada"))
		in.Why, in.Actor = connector.Why{Cause: "on_demand"}, "account:a1"
		if p := l.begin(in); p.Verdict != connector.Proceed {
			t.Errorf("by hand: %+v", p)
		}
		// The hour goes on: the first change has left it, refusals never counted.
		l.pass(begun.Add(time.Hour + time.Second).Sub(l.clock()))
		if p := ask("f1"); p.Verdict != connector.Proceed {
			t.Errorf("an hour later: %+v", p)
		}
		if p := ask("f1"); p.Verdict != connector.Refuse {
			t.Errorf("one more: %+v", p)
		}
	})
}

// An attempt that was begun before a crash is taken up, not begun beside it.
func TestBeginAgain(t *testing.T) {
	eachLab(t, func(t *testing.T, l *lab) {
		l.policy(guard.Policy{Ceiling: 1})
		in := l.intent("reset", value.Map("user", "ada"))
		first := l.begin(in)
		in.Resume, in.Attempt = first.Ledger, 2
		again := l.begin(in)
		if again.Verdict != connector.Proceed || again.Ledger != first.Ledger {
			t.Fatalf("%+v, then %+v", first, again)
		}
		if es := l.entries(); len(es) != 1 || es[0].Attempt != 2 || es[0].State != guard.Started {
			t.Errorf("entries %+v", es)
		}
		// What was protected meanwhile is refused all the same. What the attempt
		// before came to is another matter, and its entry stands.
		l.policy(guard.Policy{Ceiling: 1, ProtectedUsers: []string{"id-ada"}})
		in.Attempt = 3
		p := l.begin(in)
		if p.Verdict != connector.Refuse || p.Ledger == first.Ledger {
			t.Errorf("%+v", p)
		}
		if e := l.entry(first.Ledger); e.State != guard.Started || e.Attempt != 2 {
			t.Errorf("%+v", e)
		}
		if e := l.entry(p.Ledger); e.State != guard.Refused || e.Attempt != 3 || e.Reason == "" {
			t.Errorf("%+v", e)
		}
	})
}
