package rule_test

import (
	"strings"
	"testing"

	"sallyport/internal/rule"
)

// builtIn loads the pack that is built in.
func builtIn(t testing.TB) *rule.Shelf {
	t.Helper()
	own, err := rule.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	shelf, report, err := rule.Load(own)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range report.Problems {
		t.Errorf("%s", p)
	}
	return shelf
}

func TestBuiltInLoads(t *testing.T) {
	if n := len(builtIn(t).All()); n < 60 {
		t.Errorf("only %d rules", n)
	}
}

func TestBuiltInLints(t *testing.T) {
	l, err := rule.NewLinter()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range builtIn(t).All() {
		for _, p := range l.Lint(r, true) {
			t.Errorf("%s", p)
		}
	}
}

func TestLintTells(t *testing.T) {
	l, err := rule.NewLinter()
	if err != nil {
		t.Fatal(err)
	}
	detection := func(body string) string {
		return strings.Replace(minimal, "detection: { selection: { eventType: user.mfa.factor.reset_all }, condition: selection }", "detection:\n"+body, 1)
	}
	for name, tc := range map[string]struct {
		text  string
		cases bool
		want  string // empty: nothing
	}{
		"nothing of a good rule": {minimal, false, ""},
		"an event type that is misspelt": {
			detection("  s:\n    eventType: user.mfa.factor.resetall\n  condition: s\n"), true,
			"a.yaml:6: warning: detection: Okta has no event type user.mfa.factor.resetall; did you mean user.mfa.factor.reset_all?",
		},
		"an event type that nobody has": {detection("  s:\n    eventType: something.else.entirely\n  condition: s\n"), true, "Okta has no event type something.else.entirely\n"},
		"a beginning that no type has":  {detection("  s:\n    eventType|startswith: usr.\n  condition: s\n"), true, "no event type usr."},
		"a beginning that some have":    {detection("  s:\n    eventType|startswith: user.mfa\n  condition: s\n"), true, ""},
		"a field that no event has": {
			"title: A\nid: 6f0d2a57-94b5-4e35-8a0c-6d0ad1f4b5a1\nsallyport:\n  filter: result eq \"FAILURE\"\n", true,
			"a.yaml:4: warning: detection: no event has result; did you mean outcome.result?",
		},
		"a group that no event has": {
			strings.Replace(minimal, "title:", "name: reset\ntitle:", 1) + "---\n" + strings.Replace(strings.Replace(correlated, "REF", "reset", 1), "actor.id", "ipAddress", 1), true,
			"correlation: no event has ipAddress, so nothing is counted; did you mean client.ipAddress?",
		},
		"two values of one field":       {detection("  a:\n    eventType: user.session.start\n  b:\n    eventType: user.session.end\n  condition: a and b\n"), true, "never hold together"},
		"two values of a list":          {detection("  a:\n    target.type: User\n  b:\n    target.type: AppUser\n  condition: a and b\n"), true, ""},
		"values that overlap":           {detection("  a:\n    eventType: [user.session.start, user.session.end]\n  b:\n    eventType: user.session.end\n  condition: a and b\n"), true, ""},
		"what is taken away again":      {detection("  a:\n    eventType: user.session.start\n  b:\n    eventType: [user.session.start, user.session.end]\n  condition: a and not b\n"), true, "never hold together"},
		"an alternative that is dead":   {detection("  a:\n    eventType: user.session.start\n  b:\n    eventType: user.session.end\n  c:\n    outcome.result: SUCCESS\n  condition: a and (b or c)\n"), true, "never hold together"},
		"a tactic that is misspelt":     {minimal + "tags: [attack.inpact]\n", true, "ATT&CK has no tactic inpact; did you mean impact?"},
		"a technique that has moved":    {minimal + "tags: [attack.t1562.001]\n", true, "ATT&CK calls T1562.001 otherwise: T1685"},
		"a technique of another tactic": {minimal + "tags: [attack.t1621, attack.impact]\n", true, "T1621 belongs to credential-access"},
		"an alert type nobody knows":    {minimal + "sallyport: { type: nosuch, why: a, response: [b] }\n", true, "there is no alert type nosuch"},
		"what a rule of ours lacks":     {minimal + "sallyport: { entity: actor }\n", false, "say why it matters"},
		"cases that are missing":        {minimal + "sallyport: { entity: actor }\n", false, "there are no cases: write a.test.yaml"},
		"no cases are missing":          {minimal + "description: a\nfalsepositives: [b]\ntags: [attack.t1621, attack.credential-access]\nsallyport: { why: a, response: [b] }\n", true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			shelf, report := load(t, map[string]string{"a.yaml": tc.text})
			if len(shelf.All()) != 1 {
				t.Fatal(problems(report))
			}
			got := problems(rule.Report{Problems: l.Lint(shelf.All()[0], tc.cases)})
			if tc.want == "" && got != "" || !strings.Contains(got+"\n", tc.want) {
				t.Errorf("%q is not:\n%s", tc.want, got)
			}
		})
	}
}

// TestBuiltInCases runs the cases of the built-in rules: each rule has some in
// which it fires and some in which it stays quiet.
func TestBuiltInCases(t *testing.T) {
	own, err := rule.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	cases, err := own.Cases()
	if err != nil {
		t.Fatal(err)
	}
	shelf := builtIn(t)
	for _, r := range shelf.All() {
		fires, quiet := 0, 0
		for _, k := range cases[r.Base()] {
			if k.Fires {
				fires++
			} else {
				quiet++
			}
			got, err := r.Try(t.Context(), k)
			if err != nil {
				t.Errorf("%s: %v", r.File, err)
			} else if !got.OK() {
				t.Errorf("%s:%d: %s: %s", k.File, k.Line, k.Name, strings.Join(got.Why, "\n    "))
			}
		}
		if fires == 0 || quiet == 0 {
			t.Errorf("%s: %d cases fire, %d are quiet", r.File, fires, quiet)
		}
		delete(cases, r.Base())
	}
	for name := range cases {
		t.Errorf("%s has cases and no rule", name)
	}
}
