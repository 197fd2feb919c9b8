package api

import (
	"strings"
	"testing"

	"sallyport/internal/portal"
	"sallyport/internal/value"
)

// What is wrong with a text is told by line, in rules and cases alike, and an id
// is taken only once.
func TestCheckRules(t *testing.T) {
	b := setup(t)
	c := b.as(b.acme, "rae@acme.example", portal.Responder)
	c.post("/api/v1/rulefiles/"+c.post("/api/v1/rulefiles", value.Map("slug", "mine", "text", ownRule), 201).Text("id")+"/publish", value.Map(), 200)
	const quiet = "cases:\n  - { name: other, fires: false, with: { eventType: a.b } }\n"
	for name, tc := range map[string]struct {
		file, text, cases string
		ok                bool
		want              string // of the first problem
		line              float64
	}{
		"a rule":                       {"mine", ownRule, "", true, "", 0},
		"the same in another file":     {"other", ownRule, "", false, "own/mine has the same id or name", 1},
		"the id of a pack":             {"mine", strings.Replace(ownRule, "6a09", "6a01", 1), "", false, "sallyport/push_bombing has the same id or name", 1},
		"a condition that names none":  {"mine", strings.Replace(ownRule, "condition: selection", "condition: nothing", 1), "", false, "nothing", 6},
		"a case that does not hold":    {"mine", ownRule, strings.Replace(quiet, "a.b", "user.session.start", 1), false, "", 0},
		"a case without an event type": {"mine", ownRule, "cases:\n  - { name: a, fires: true, with: {} }\n", false, "the event has no eventType", 2},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.post("/api/v1/rulefiles/check", value.Map("file", tc.file, "text", tc.text, "cases", tc.cases), 200)
			first := ""
			if tc.want != "" {
				first = value.String(at(got, "problems.0.message"))
			}
			if got.At("ok") != tc.ok || !strings.Contains(first, tc.want) || tc.want != "" && at(got, "problems.0.line") != tc.line {
				t.Errorf("check = %s", value.JSON(got))
			}
		})
	}
	if got := c.post("/api/v1/rulefiles/check", value.Map("file", "mine", "text", ownRule, "cases", quiet), 200); at(got, "cases.0.ok") != true || at(got, "cases.0.line") != 2.0 || at(got, "rules.0.severity") != "low" {
		t.Errorf("check = %s", value.JSON(got))
	}
}

// A rule is held against events that somebody gives, and says why it does not
// fire.
func TestTryRules(t *testing.T) {
	b := setup(t)
	c := b.as(b.acme, "rae@acme.example", portal.Responder)
	try := func(events ...any) *value.Object {
		list := items(c.post("/api/v1/rulefiles/try", value.Map("text", ownRule, "events", events), 200))
		return list[0]
	}
	if got := try(value.Map("eventType", "user.session.start", "actor", value.Map("id", "00u1", "type", "User"))); got.At("fires") != true || at(got, "about.id") != "00u1" || at(got, "about.kind") != "user" {
		t.Errorf("tried = %s", value.JSON(got))
	}
	if got := try(value.Map("eventType", "user.session.end")); got.At("fires") != false || !strings.Contains(value.String(at(got, "why.0")), "user.session.start") {
		t.Errorf("tried = %s", value.JSON(got))
	}
	for name, body := range map[string]*value.Object{
		"no events":            value.Map("text", ownRule, "events", []any{}),
		"no type":              value.Map("text", ownRule, "events", []any{value.Map("x", 1.0)}),
		"a time that is none":  value.Map("text", ownRule, "events", []any{value.Map("eventType", "a.b", "published", "noon")}),
		"a text that is none":  value.Map("text", "title: x", "events", []any{value.Map("eventType", "a.b")}),
		"a text that is wrong": value.Map("text", strings.Replace(ownRule, "condition: selection", "condition: nothing", 1), "events", []any{value.Map("eventType", "a.b")}),
	} {
		t.Run(name, func(*testing.T) { failure(c.post("/api/v1/rulefiles/try", body, 400)) })
	}
}

// A copy of a rule of a pack can be published beside it.
func TestCopyRule(t *testing.T) {
	b := setup(t)
	c := b.as(b.acme, "rae@acme.example", portal.Responder)
	got := c.get("/api/v1/rules/push_bombing/copy", 200)
	if got.Text("slug") != "push_bombing" || got.Text("pack") != "sallyport" || at(got, "of.name") != "Push bombing" || !strings.Contains(got.Text("text"), "5b0f0a0e-7a57-4f0e-9a3e-0d8c4f1f6a01, type: derived") {
		t.Fatalf("copy = %s", value.JSON(got))
	}
	made := c.post("/api/v1/rulefiles", value.Map("slug", got.Text("slug"), "text", got.Text("text"), "cases", got.Text("cases")), 201)
	if made.Text("title") != "Push bombing" {
		t.Errorf("it is called %s", made.Text("title"))
	}
	c.post("/api/v1/rulefiles/"+made.Text("id")+"/publish", value.Map(), 200)
	if again := c.get("/api/v1/rules/push_bombing/copy", 200); again.Text("slug") != "push_bombing_2" {
		t.Errorf("another is called %s", again.Text("slug"))
	}
}

// Rules about Auth0 are tried on entries of its log, with or without the envelope.
func TestTryRulesOnAuth0(t *testing.T) {
	b := setup(t)
	c := b.admin()
	const text = "title: A\nid: 5b0f0a0e-7a57-4f0e-9a3e-0d8c4f1f6d09\nlogsource: { product: auth0 }\ndetection: { s: { data.type: pwd_leak }, condition: s }\nlevel: low\n"
	entry := value.Map("type", "pwd_leak", "user_id", "auth0|1", "user_name", "ada@acme.example")
	for name, events := range map[string][]any{"bare": {entry}, "in an envelope": {value.Map("log_id", "1", "data", entry)}} {
		list := items(c.post("/api/v1/rulefiles/try", value.Map("text", text, "events", events), 200))
		if len(list) != 1 || at(list[0], "fires") != true || at(list[0], "about.login") != "ada@acme.example" {
			t.Errorf("%s: %s", name, value.JSON(list[0]))
		}
	}
	other := items(c.post("/api/v1/rulefiles/try", value.Map("text", text, "events", []any{value.Map("eventType", "user.session.start", "data", entry)}), 200))
	if at(other[0], "fires") != false {
		t.Errorf("it fires at an event of Okta's: %s", value.JSON(other[0]))
	}
}
