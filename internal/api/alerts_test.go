package api

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"sallyport/internal/flow"
	"sallyport/internal/portal"
	"sallyport/internal/value"
)

// An alert goes from open to closed, and its timeline says who did what.
func TestTriage(t *testing.T) {
	b := setup(t)
	b.member(b.acme, "ada@acme.example", portal.Admin)
	f := b.fill(b.acme, "ada@acme.example")
	c := b.as(b.acme, "ana@acme.example", portal.Analyst)
	path := "/api/v1/alerts/" + f.alert
	a := c.get(path, 200)
	if a.Text("state") != "open" || a.Text("severity") != "high" || value.String(at(a, "rule.name")) != "Push bombing" || value.String(at(a, "entity.login")) != "ada@acme.example" || len(a.At("evidence").([]any)) != 1 {
		t.Errorf("alert = %s", value.JSON(a))
	}
	c.do("PATCH", path, value.Map("state", "closed"), 400)
	c.do("PATCH", path, value.Map("assignee", "nobody@acme.example"), 400)
	c.do("PATCH", path, value.Map("state", "acknowledged", "assignee", "me"), 200)
	c.do("PATCH", path, value.Map("state", "in_progress", "comment", "Called her."), 200)
	a = c.do("PATCH", path, value.Map("state", "closed", "verdict", "benign", "note", "It was her."), 200)
	if a.Text("verdict") != "benign" || value.String(at(a, "assignee.name")) == "" || a.Text("closedAt") == "" || a.Text("dueAt") != "" {
		t.Errorf("closed = %s", value.JSON(a))
	}
	c.do("PATCH", path, value.Map("state", "in_progress"), 409)
	a = c.do("PATCH", path, value.Map("state", "open", "severity", "critical"), 200)
	var kinds []string
	for _, e := range a.At("timeline").([]any) {
		kinds = append(kinds, e.(*value.Object).Text("kind"))
	}
	want := []string{"opened", "case", "state", "assignee", "state", "comment", "state", "verdict", "state", "severity"}
	if !slices.Equal(kinds, want) || a.Text("verdict") != "" {
		t.Errorf("timeline = %v, want %v; %s", kinds, want, value.JSON(a))
	}
	b.as(b.acme, "vic@acme.example", portal.Auditor).do("PATCH", path, value.Map("comment", "x"), 403)
}

// Lists and counts tell alerts apart by what they are.
func TestListAlerts(t *testing.T) {
	b := setup(t)
	b.member(b.acme, "ada@acme.example", portal.Admin)
	f := b.fill(b.acme, "ada@acme.example")
	other := b.alert(b.acme, f.source, f.event, "00u2")
	c := b.as(b.acme, "ana@acme.example", portal.Analyst)
	c.post("/api/v1/alerts/change", value.Map("alerts", []any{other}, "state", "acknowledged", "assignee", "me"), 200)
	for query, want := range map[string]int{
		"": 2, "?state=open": 1, "?state=acknowledged&assignee=me": 1, "?assignee=nobody": 1, "?severity=high": 2, "?severity=low": 0, "?entity=00u2": 1, "?entityKind=user&entity=00u1": 1,
		"?entity=ADA@acme.example": 2, "?tag=attack.t1621": 2, "?tag=attack.t1": 0, "?attack=T1621": 2, "?attack=t162": 0, "?attack=discovery": 0, "?attack=discovery&attack=t1621": 2,
		"?q=PUSH": 2, "?q=100%25": 0, "?case=" + f.story: 1, "?rule=other": 0, "?overdue=true": 0, "?limit=1": 1,
	} {
		if got := items(c.get("/api/v1/alerts"+query, 200)); len(got) != want {
			t.Errorf("%s: %d alerts, want %d", query, len(got), want)
		}
	}
	facets := c.get("/api/v1/alerts/facets?state=open", 200)
	if got := string(value.JSON(facets.At("states"))); got != `[{"value":"acknowledged","count":1},{"value":"open","count":1}]` {
		t.Errorf("states = %s", got)
	}
	if got := string(value.JSON(facets.At("severities"))); got != `[{"value":"high","count":1}]` {
		t.Errorf("severities = %s", got)
	}
	if got := string(value.JSON(facets.At("attack"))); got != `[{"value":"T1621","name":"Multi-Factor Authentication Request Generation","count":1},{"value":"credential-access","name":"Credential Access","count":1}]` {
		t.Errorf("attack = %s", got)
	}
	if got := items(c.get("/api/v1/risks", 200)); len(got) != 2 || got[0].At("score") != 33.0 {
		t.Errorf("risks = %v", got)
	}
}

// A list is taken along as a file, as it is filtered; a text that would be a
// formula is none.
func TestAlertExport(t *testing.T) {
	b := setup(t)
	b.member(b.acme, "ada@acme.example", portal.Admin)
	f := b.fill(b.acme, "ada@acme.example")
	for i := range exportPage + 1 {
		b.alert(b.acme, f.source, f.event, fmt.Sprint("00x", i))
	}
	c := b.as(b.acme, "ana@acme.example", portal.Analyst)
	c.post("/api/v1/alerts/change", value.Map("alerts", []any{f.alert}, "state", "closed", "verdict", "benign", "note", "=cmd()"), 200)
	rows := func(query string) [][]string {
		t.Helper()
		res, text := c.send(http.MethodGet, "/api/v1/alerts/csv"+query, "", nil)
		got, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
		if err != nil || res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/csv") || !strings.Contains(res.Header.Get("Content-Disposition"), "alerts-acme-") {
			t.Fatalf("%d %v: %s %v", res.StatusCode, res.Header, text, err)
		}
		return got[1:]
	}
	all := rows("")
	seen := map[string]bool{}
	for _, r := range all {
		seen[r[0]] = true
	}
	if len(all) != exportPage+2 || len(seen) != len(all) || all[0][0] != fmt.Sprint(exportPage+2) || all[0][23] != "credential-access" || all[0][24] != "T1621" || all[0][9] != "ada@acme.example" {
		t.Errorf("%d rows, %d alerts: %q", len(all), len(seen), all[0])
	}
	if got := rows("?state=closed&attack=t1621"); len(got) != 1 || got[0][4] != "benign" || got[0][25] != "'=cmd()" || !strings.HasSuffix(got[0][27], "/alerts/"+f.alert) {
		t.Errorf("closed: %q", got)
	}
	c.get("/api/v1/alerts/csv?state=lost", 400)
}

const help = `flow: help
trigger: { on_demand: { inputs: { user_id: { type: text, required: true }, why: { type: text } } } }
cards: [ { stop: done } ]
`

const answering = "flow: answer\ntrigger: { alert: { severity: high, rule: push_bombing } }\ncards: [ { stop: done } ]\n"

// Flows that fit an alert are run for it, with whom it is about as their input.
func TestRespond(t *testing.T) {
	b := setup(t)
	b.member(b.acme, "ada@acme.example", portal.Admin)
	f := b.fill(b.acme, "ada@acme.example")
	byHand, byAlert := b.publish(b.acme, f.folder, help, flow.Bindings{}), b.publish(b.acme, f.folder, answering, flow.Bindings{})
	c := b.as(b.acme, "ana@acme.example", portal.Analyst)
	got := map[string]*value.Object{}
	for _, r := range items(c.get("/api/v1/alerts/"+f.alert+"/responses", 200)) {
		got[value.String(at(r, "flow.id"))] = r
	}
	if len(got) != 3 || got[byHand] == nil || value.String(at(got[byHand], "given.user_id")) != "00u1" || got[byAlert] == nil || got[f.flow] == nil {
		t.Errorf("responses = %v", got)
	}
	for _, id := range []string{byHand, byAlert, f.flow} {
		run := c.post("/api/v1/alerts/"+f.alert+"/respond", value.Map("flow", id), 201)
		if run.Text("alert") != f.alert {
			t.Errorf("run = %s", value.JSON(run))
		}
	}
	c.post("/api/v1/alerts/"+f.alert+"/respond", value.Map("flow", f.helper), 409)
	if runs := c.get("/api/v1/alerts/"+f.alert, 200).At("runs").([]any); len(runs) != 3 {
		t.Errorf("%d runs", len(runs))
	}
}

// A case takes alerts, gives them away, and is closed with them.
func TestCases(t *testing.T) {
	b := setup(t)
	b.member(b.acme, "ada@acme.example", portal.Admin)
	f := b.fill(b.acme, "ada@acme.example")
	other, third := b.alert(b.acme, f.source, f.event, "00u2"), b.alert(b.acme, f.source, f.event, "00u3")
	c := b.as(b.acme, "ana@acme.example", portal.Analyst)
	path := "/api/v1/cases/" + f.story
	got := c.post(path+"/alerts", value.Map("add", []any{other, third}), 200)
	if got.At("alerts") != 3.0 || got.Text("severity") != "high" {
		t.Errorf("case = %s", value.JSON(got))
	}
	split := c.post(path+"/split", value.Map("title", "Another story", "alerts", []any{third}), 201)
	if split.At("alerts") != 1.0 || split.At("number") != 2.0 {
		t.Errorf("split = %s", value.JSON(split))
	}
	c.post(path+"/alerts", value.Map("remove", []any{third}), 400)
	merged := c.post(path+"/merge", value.Map("case", split.Text("id")), 200)
	if merged.At("alerts") != 3.0 {
		t.Errorf("merged = %s", value.JSON(merged))
	}
	if old := c.get("/api/v1/cases/"+split.Text("id"), 200); old.Text("state") != "closed" || old.Text("mergedTo") != f.story {
		t.Errorf("the other = %s", value.JSON(old))
	}
	c.do("PATCH", path, value.Map("state", "closed"), 400)
	c.do("PATCH", path, value.Map("state", "closed", "verdict", "true_positive", "closeAlerts", true), 200)
	if open := items(c.get("/api/v1/alerts?state=open", 200)); len(open) != 0 {
		t.Errorf("%d alerts are open", len(open))
	}
}

// A rule is switched off, and back to what it says itself; an own one is checked,
// published, and stands beside those of packs.
func TestRules(t *testing.T) {
	b := setup(t)
	b.member(b.acme, "ada@acme.example", portal.Admin)
	f := b.fill(b.acme, "ada@acme.example")
	c := b.as(b.acme, "rae@acme.example", portal.Responder)
	got := c.do("PATCH", "/api/v1/rules/push_bombing", value.Map("enabled", false, "severity", "low"), 200)
	if got.At("enabled") != false || got.Text("severity") != "low" || got.Text("defaultSeverity") != "high" || got.At("changed") != true || at(got, "week.alerts") != 1.0 {
		t.Errorf("rule = %s", value.JSON(got))
	}
	if got = c.do("PATCH", "/api/v1/rules/push_bombing", value.Map("reset", true), 200); got.At("enabled") != true || got.Text("severity") != "high" || got.At("changed") != false {
		t.Errorf("reset = %s", value.JSON(got))
	}
	file := "/api/v1/rulefiles/" + f.rules
	if got := c.do("PUT", file+"/draft", value.Map("text", "title: x"), 200); at(got, "check.ok") != false {
		t.Errorf("a wrong draft = %s", value.JSON(got))
	}
	c.post(file+"/publish", value.Map(), 409)
	cases := "cases:\n  - name: it fires\n    fires: true\n    events: [ { eventType: user.session.start } ]\n"
	if got := c.do("PUT", file+"/draft", value.Map("text", ownRule, "cases", cases), 200); at(got, "check.ok") != true {
		t.Fatalf("a draft = %s", value.JSON(got))
	}
	old := c.get(file, 200).Text("edition")
	c.do("PUT", file+"/draft", value.Map("text", ownRule+"# mine\n", "cases", cases, "edition", old), 200)
	failure(c.do("PUT", file+"/draft", value.Map("text", ownRule+"# theirs\n", "edition", old), 409))
	failure(c.post(file+"/publish", value.Map("edition", old), 409))
	c.post(file+"/publish", value.Map("note", "first"), 200)
	rules := items(c.get("/api/v1/rules", 200))
	if len(rules) != 2 || rules[0].At("own") != true || rules[0].Text("file") != f.rules {
		t.Errorf("rules = %s", value.JSON(rules[0]))
	}
	if got := c.get("/api/v1/rules/5b0f0a0e-7a57-4f0e-9a3e-0d8c4f1f6a09", 200); at(got, "cases.0.ok") != true || at(got, "cases.0.fires") != true || at(got, "cases.1") != nil {
		t.Errorf("its cases = %s", value.JSON(got.At("cases")))
	}
}

// A suppression is previewed on the alerts that there were.
func TestSuppressionPreview(t *testing.T) {
	b := setup(t)
	b.member(b.acme, "ada@acme.example", portal.Admin)
	f := b.fill(b.acme, "ada@acme.example")
	c := b.as(b.acme, "rae@acme.example", portal.Responder)
	body := func(where string) *value.Object { return value.Map("scope", "all", "where", where, "reason", "x") }
	got := c.post("/api/v1/suppressions/preview", body("event.client.ipAddress.inCIDR('192.0.2.0/24') && entity.kind == 'user'"), 200)
	if got.At("hiddenAlerts") != 1.0 || got.At("events") != 1.0 || len(got.At("examples").([]any)) != 1 || got.At("complete") != true {
		t.Errorf("preview = %s", value.JSON(got))
	}
	if got = c.post("/api/v1/suppressions/preview", body("int(event.uuid) > 1"), 200); got.At("failed") != 1.0 || got.Text("error") == "" || got.At("hiddenAlerts") != 0.0 {
		t.Errorf("preview = %s", value.JSON(got))
	}
	c.post("/api/v1/suppressions/preview", body("1 +"), 400)
	c.post("/api/v1/suppressions", value.Map("scope", "rule", "target", "none", "where", "true", "reason", "x"), 400)
	path := "/api/v1/suppressions/" + f.suppression
	c.do("PUT", path, value.Map("scope", "rule", "target", "5b0f0a0e-7a57-4f0e-9a3e-0d8c4f1f6a01", "where", "true", "reason", "y"), 200)
	if got := c.get(path, 200); value.String(at(got, "target.name")) != "Push bombing" {
		t.Errorf("suppression = %s", value.JSON(got))
	}
	c.do("DELETE", path, nil, 204)
}
