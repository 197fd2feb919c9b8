package api

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"sallyport/internal/inventory"
	"sallyport/internal/okta"
	"sallyport/internal/portal"
	"sallyport/internal/value"
)

// How an org stands, what is wrong with it, and what of that is accepted.
func TestPosture(t *testing.T) {
	b := setup(t)
	c := b.as(b.acme, "ada@acme.example", portal.Admin)
	f := b.fill(b.acme, "ada@acme.example")
	of := "/api/v1/tenants/" + f.tenant
	p := c.get(of+"/posture", 200)
	if at(p, "run.cause") != "sync" || len(within(p, "checks")) < 100 || len(within(p, "trend")) != 1 || p.Text("profile") != "baseline" {
		t.Errorf("%s", value.JSON(p))
	}
	for _, r := range within(p, "checks") {
		if r.Text("verdict") == "PASS" && len(r.Text("id")) > 0 && r.Text("id") != "THREAT-001" && strings.HasPrefix(r.Text("id"), "THREAT") {
			t.Errorf("%s passes though nobody saw it", r.Text("id"))
		}
	}
	found := items(c.get(of+"/findings?state=open&check=THREAT-001", 200))
	if len(found) != 1 || found[0].Text("id") != "THREAT-001:org" || found[0].Text("severity") != "high" {
		t.Fatalf("%v", found)
	}
	detail := c.get(of+"/posture/checks/THREAT-001", 200)
	if detail.Text("verdict") != "FAIL" || len(within(detail, "evidence")) != 1 || at(detail, "check.fix.mode") != "api" {
		t.Errorf("%s", value.JSON(detail))
	}
	for name, tt := range map[string]struct {
		body  *value.Object
		field string
	}{
		"no such check": {value.Map("check", "NO-1", "reason", "because"), "check"},
		"no reason":     {value.Map("check", "THREAT-001", "reason", ""), "reason"},
		"over already":  {value.Map("check", "THREAT-001", "reason", "because", "expiresAt", b.now().Add(-time.Hour).Format(time.RFC3339)), "expiresAt"},
	} {
		if got := failure(c.do("POST", of+"/exceptions", tt.body, 400)); !strings.Contains(string(value.JSON(got)), tt.field) {
			t.Errorf("%s: %s", name, value.JSON(got))
		}
	}
	x := c.post(of+"/exceptions", value.Map("check", "threat-001", "object", "org", "reason", "A pilot until spring", "expiresAt", b.now().Add(10*time.Minute).Format(time.RFC3339)), 201)
	if x.Text("owner") != "ada@acme.example" || x.At("active") != true {
		t.Errorf("%s", value.JSON(x))
	}
	state := func() string {
		c.post(of+"/posture", value.Map(), 200)
		return c.get(of+"/findings/THREAT-001:org", 200).Text("state")
	}
	if got := state(); got != "accepted" {
		t.Errorf("what is accepted is %s", got)
	}
	b.pass(20 * time.Minute)
	if got := state(); got != "open" {
		t.Errorf("what was accepted for ten minutes is %s", got)
	}
	lapsed := within(c.get(of+"/posture/checks/THREAT-001", 200), "lapsed")
	if len(lapsed) != 1 {
		t.Errorf("%v", lapsed)
	}
	c.do("DELETE", of+"/exceptions/"+x.Text("id"), nil, 204)
	c.do("DELETE", of+"/exceptions/"+x.Text("id"), nil, 404)
	// Another profile is looked at, and changes nothing of the findings.
	run := c.post(of+"/posture", value.Map("profile", "seed"), 200)
	if run.Text("profile") != "seed" || len(within(c.get(of+"/posture?profile=seed", 200), "checks")) > 10 {
		t.Errorf("%s", value.JSON(run))
	}
	if got := c.get(of+"/findings/THREAT-001:org", 200); got.Text("state") != "open" || len(within(got, "changes")) != 3 {
		t.Errorf("%s", value.JSON(got))
	}
}

// What an org is judged by is checked, kept, and told apart by tenant.
func TestPostureSettings(t *testing.T) {
	b := setup(t)
	c := b.as(b.acme, "ada@acme.example", portal.Admin)
	f := b.fill(b.acme, "ada@acme.example")
	of := "/api/v1/tenants/" + f.tenant + "/posture/settings"
	set := c.get(of, 200)
	if set.Text("profile") != "baseline" || set.At("changedAt") != nil {
		t.Errorf("%s", value.JSON(set))
	}
	for field, v := range map[string]any{"profile": "none", "servicePattern": "(", "adminPattern": "(.?){900}", "approved": value.Map("NO-1", []any{"x"}), "params": value.Map("PWD-003", value.Map("no", 1.0))} {
		if got := failure(c.do("PUT", of, set.With(field, v), 400)); !strings.Contains(string(value.JSON(got)), field) {
			t.Errorf("%s: %s", field, value.JSON(got))
		}
	}
	changed := set.With("profile", "stig").With("breakGlass", []any{"00u1"}).With("approved", value.Map("OAUTH-002", []any{"okta.users.manage"}))
	c.do("PUT", of, changed, 200)
	got := c.get(of, 200)
	if got.Text("profile") != "stig" || at(got, "breakGlass.0") != "00u1" || got.At("changedAt") == nil {
		t.Errorf("%s", value.JSON(got))
	}
}

// threat is how ThreatInsight is set.
func threat(action string) inventory.Entity {
	body, _ := json.Marshal(map[string]string{"action": action})
	return inventory.Entity{Ref: inventory.Ref{Kind: inventory.Setting, ID: inventory.ThreatInsight}, Name: "ThreatInsight", Body: body}
}

func seen(at time.Time) map[string]inventory.Sight {
	return map[string]inventory.Sight{
		"user": {Visible: okta.Full, Full: at}, "realm": {Visible: okta.Absent, Said: "none"}, "setting.threat_insight": {Visible: okta.Full, Full: at},
	}
}

// within are the objects of a list in an object.
func within(o *value.Object, name string) (out []*value.Object) {
	for _, v := range elements(o.At(name)) {
		if one, ok := v.(*value.Object); ok {
			out = append(out, one)
		}
	}
	return out
}

// What an auditor is given holds all checks, and says what is wrong where.
func TestPostureReport(t *testing.T) {
	b := setup(t)
	c := b.as(b.acme, "ada@acme.example", portal.Admin)
	f := b.fill(b.acme, "ada@acme.example")
	of := "/api/v1/tenants/" + f.tenant + "/posture/report"
	for format, want := range map[string][]string{"csv": {"check,title,severity", "THREAT-001,ThreatInsight at least logs,high,threat,FAIL"}, "pdf": {"%PDF-1.", "%%EOF"}, "html": {"<title>", "ThreatInsight does none.", "Posture of acme"}} {
		resp, body := c.send("GET", of+"?format="+format, "", nil)
		if resp.StatusCode != 200 || !strings.Contains(resp.Header.Get("Content-Disposition"), "posture-acme-") {
			t.Errorf("%s: %d %v", format, resp.StatusCode, resp.Header)
		}
		for _, w := range want {
			if !strings.Contains(string(body), w) {
				t.Errorf("%s lacks %q: %.400s", format, w, body)
			}
		}
	}
	c.get(of+"?profile=strict", 404)
}
