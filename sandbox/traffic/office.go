package traffic

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"sallyport/sandbox/okta"
)

// People who look after the org: they are in every one.
const (
	securityLead = "security.lead"
	helpDeskLead = "helpdesk.lead"
)

// routines plans what happens again and again, whoever works: how often in an
// hour of a thousand people.
func (t *Traffic) routines() {
	for _, r := range []struct {
		often float64
		do    func()
	}{
		{3, t.newDevice},
		{2, t.travel},
		{1, t.rejectPush},
		{1, t.forget},
		{2, t.denied},
		{3, t.unmanaged},
		{6, t.changePassword},
		{2, t.resetPassword},
		{1, t.replacePhone},
		{12, t.moveBetweenGroups},
		{10, t.updateProfile},
		{2, t.join},
		{1, t.leave},
		{6, t.adminVisit},
		{1, t.policyEdit},
		{30, t.machineToken},
		{1, t.rateWarning},
	} {
		every := time.Duration(float64(time.Hour) * 1000 / float64(max(1, len(t.people))) / r.often)
		var again func()
		again = func() {
			r.do()
			t.plan(t.gap(every), again)
		}
		t.plan(time.Duration(float64(every)*t.rand.Float64()*0.9/t.pace), again)
	}
}

// automation is the HR system: a program on a server.
func automation() okta.Client {
	return okta.Client{
		IP: "192.0.2.40", UserAgent: "hr-sync/4.2 okta-sdk-java/20", City: "Frankfurt am Main", State: "Hesse", Country: "Germany", PostalCode: "60313", Lat: 50.11, Lon: 8.68,
		ASNumber: 64501, ASOrg: "cloud example", ISP: "cloud example", Domain: "cloud.example",
	}
}

// hr makes a call of the HR automation.
func (t *Traffic) hr(method, path string, body any) (okta.Reply, error) {
	return t.org.Do(t.ctx, okta.Call{Token: t.hrToken, From: automation(), Method: method, Path: path, Body: body})
}

// of returns somebody by the part of the login before the "@".
func (t *Traffic) of(who string) *person {
	for _, p := range t.people {
		if name(p.login) == who {
			return p
		}
	}
	return nil
}

// helpDesk makes a call of the help desk's lead in the admin console, who
// signs in first where that is needed.
func (t *Traffic) helpDesk(method, path string, body any) {
	p := t.of(helpDeskLead)
	if p == nil || !t.works(p) {
		return
	}
	if p.session == "" || t.now().After(p.until) {
		if !p.busy {
			t.signIn(p, p.laptop, func() { t.helpDesk(method, path, body) })
		}
		return
	}
	// What is refused has no consequences in the real org either.
	_, _ = t.org.Do(t.ctx, okta.Call{As: p.id, Session: p.session, From: p.laptop, Method: method, Path: path, Body: body})
}

// changePassword has somebody change a password that is about to expire.
func (t *Traffic) changePassword() {
	if p := t.anyone(func(p *person) bool { return p.session != "" && t.now().Before(p.until) }); p != nil {
		_ = t.org.ChangePassword(p.id, p.laptop) // they were there just now
	}
}

// resetPassword has the help desk send somebody a link, who follows it.
func (t *Traffic) resetPassword() {
	p := t.anyone(anybody)
	if p == nil {
		return
	}
	p.busy = true
	t.helpDesk(http.MethodPost, "/api/v1/users/"+p.id+"/lifecycle/reset_password?sendEmail=true", nil)
	t.plan(t.between(2*time.Minute, 6*time.Minute), func() {
		p.busy = false
		if err := t.org.ChangePassword(p.id, p.laptop); err == nil {
			t.signIn(p, p.laptop, nil)
		}
	})
}

// replacePhone has the help desk reset the factors of somebody with a new
// phone, who enrols it at their desk.
func (t *Traffic) replacePhone() {
	p := t.anyone(func(p *person) bool { return len(p.factors) > 0 })
	if p == nil {
		return
	}
	p.busy = true
	t.helpDesk(http.MethodPost, "/api/v1/users/"+p.id+"/lifecycle/reset_factors", nil)
	t.plan(t.between(3*time.Minute, 8*time.Minute), func() {
		p.busy = false
		p.factors = nil
		if t.works(p) {
			t.signIn(p, p.laptop, func() { t.enrol(p) })
		}
	})
}

// enrol has somebody set up Okta Verify on their phone.
func (t *Traffic) enrol(p *person) {
	if err := t.org.Enrol(p.id, "push", p.laptop); err == nil {
		p.factors = t.org.FactorTypes(p.id)
	}
}

// moveBetweenGroups has the HR automation put somebody into the group of the
// VPN, or take them out.
func (t *Traffic) moveBetweenGroups() {
	p := t.anyone(anybody)
	if p == nil {
		return
	}
	reply, err := t.hr(http.MethodGet, "/api/v1/groups?q=VPN+users", nil)
	var groups []struct {
		ID string `json:"id"`
	}
	if err != nil || json.Unmarshal(reply.Body, &groups) != nil || len(groups) == 0 {
		return // somebody has deleted the group
	}
	method := http.MethodPut
	if u, ok := t.org.User(p.id); ok {
		for _, g := range u.Groups {
			if g == "VPN users" {
				method = http.MethodDelete
			}
		}
	}
	_, _ = t.hr(method, "/api/v1/groups/"+groups[0].ID+"/users/"+p.id, nil) // as good as it gets
}

// updateProfile has the HR automation give somebody another title.
func (t *Traffic) updateProfile() {
	if p := t.anyone(anybody); p != nil {
		_, _ = t.hr(http.MethodPost, "/api/v1/users/"+p.id, map[string]any{"profile": map[string]any{"title": "Senior " + t.hex(2)}}) // they were there just now
	}
}

// join has the HR automation make an account for somebody, who comes to the
// office, signs in and enrols a phone.
func (t *Traffic) join() {
	t.joins++
	first, last := "Newcomer", fmt.Sprintf("No%d%s", t.joins, t.hex(3))
	domain := "@" + t.people[0].login[len(name(t.people[0].login))+1:]
	login := fmt.Sprintf("%s.%s%s", "newcomer", last, domain)
	_, err := t.hr(http.MethodPost, "/api/v1/users?activate=true", map[string]any{
		"profile":     map[string]any{"firstName": first, "lastName": last, "email": login, "login": login, "department": "Sales", "title": "Account Executive"},
		"credentials": map[string]any{"password": map[string]any{"value": "Welcome-" + t.hex(12) + "-A1"}},
	})
	u, ok := t.org.User(login)
	if err != nil || !ok {
		return
	}
	p, err := t.newPerson(u)
	if err != nil {
		return
	}
	office := sites()[0]
	p.laptop.IP, p.laptop.City, p.laptop.State, p.laptop.Country = office.nat, office.client.City, office.client.State, office.client.Country
	t.joined = append(t.joined, login)
	t.plan(t.between(3*time.Minute, 10*time.Minute), func() {
		t.signIn(p, p.laptop, func() {
			t.enrol(p)
			t.people = append(t.people, p)
			t.plan(t.gap(10*time.Minute), func() { t.act(p) })
		})
	})
}

// leave has the HR automation deactivate somebody: of those who came since it
// began once there are some, so that the company does not shrink.
func (t *Traffic) leave() {
	who := ""
	if len(t.joined) > 2 {
		who, t.joined = t.joined[0], t.joined[1:]
	} else if p := t.anyone(func(p *person) bool { return p.session == "" }); p != nil && t.joins > 0 {
		who = p.id
	}
	if u, ok := t.org.User(who); ok {
		_, _ = t.hr(http.MethodPost, "/api/v1/users/"+u.ID+"/lifecycle/deactivate", nil) // who is gone already is gone
	}
}

// adminVisit has an admin look at a report in the admin console.
func (t *Traffic) adminVisit() {
	p := t.of([]string{securityLead, helpDeskLead}[t.rand.IntN(2)])
	if p == nil || p.busy || !t.works(p) {
		return
	}
	visit := func() { t.console(p) }
	if p.session == "" || t.now().After(p.until) {
		t.signIn(p, p.laptop, visit)
		return
	}
	visit()
}

// console writes that an admin opens the admin console.
func (t *Traffic) console(p *person) {
	l := &login{p: p, from: p.laptop, session: p.session, transaction: t.hex(32), look: t.org.Assess(p.id, p.laptop)}
	app := okta.Target{ID: "unknown", Type: "AppInstance", AlternateID: "Okta Admin Console", DisplayName: "Okta Admin Console"}
	for _, a := range t.org.Apps(p.id) {
		if a.Name == "saasure" {
			app = appTarget(a)
		}
	}
	t.emit(okta.Event{
		Type: "policy.evaluate_sign_on", Actor: p.id, Client: l.from, Targets: append(t.policies(), app), Transaction: l.transaction, Session: l.session,
		Result: "ALLOW", Reason: "Sign-on policy evaluation resulted in ALLOW", DebugData: t.debug(l, "/admin/sso/request", map[string]any{"logOnlySecurityData": l.look.LogOnly}),
	})
	d := web(l.transaction, "/admin/sso/request", l.from)
	d["behaviors"], d["risk"], d["authnRequestId"] = l.look.Behaviors, l.look.Risk, l.session[3:]
	t.emit(okta.Event{
		Type: "user.session.access_admin_app", Actor: p.id, Client: l.from, Transaction: l.transaction, Session: l.session, Targets: []okta.Target{app}, DebugData: d,
	})
}

// policyEdit is a planned change of a policy rule by the head of security:
// another order, nothing weaker.
func (t *Traffic) policyEdit() {
	p := t.of(securityLead)
	if p == nil || p.busy || !t.works(p) {
		return
	}
	edit := func() {
		transaction := t.hex(32)
		d := web(transaction, "/api/v1/policies/rules", p.laptop)
		d["oldPolicyRulePriority"], d["newPolicyRulePriority"] = "2", "3"
		rule := t.org.Policy()[1]
		rule.Detail = map[string]any{"policyType": "OktaSignOn"}
		t.emit(okta.Event{Type: "policy.rule.update", Actor: p.id, Client: p.laptop, Transaction: transaction, Session: p.session, Targets: []okta.Target{rule}, DebugData: d})
	}
	if p.session == "" || t.now().After(p.until) {
		t.signIn(p, p.laptop, func() {
			t.console(p)
			t.plan(t.between(time.Minute, 3*time.Minute), edit)
		})
		return
	}
	edit()
}

// machineToken writes that a service got an access token for the API.
func (t *Traffic) machineToken() {
	transaction := t.hex(32)
	from := automation()
	from.IP, from.UserAgent = "192.0.2.41", "inventory-collector/1.9"
	a, ok := t.org.Service("Inventory collector")
	if !ok {
		return
	}
	t.emit(okta.Event{
		Type: "app.oauth2.token.grant.access_token", Actor: a.ID, Client: from, Transaction: transaction,
		Targets: []okta.Target{
			{ID: a.ID, Type: "PublicClientApp", AlternateID: a.ID, DisplayName: a.Label},
			{ID: t.hex(22), Type: "access_token", AlternateID: "unknown", DisplayName: "Access Token"},
		},
		DebugData: web(transaction, "/oauth2/v1/token", from),
	})
}

// rateWarning writes that a bucket of the API is more than half empty.
func (t *Traffic) rateWarning() {
	transaction := t.hex(32)
	t.emit(okta.Event{
		Type: "system.org.rate_limit.warning", Client: automation(), Transaction: transaction, Severity: "WARN",
		Targets: []okta.Target{{ID: "/api/v1/users", Type: "URL Pattern", AlternateID: "unknown", DisplayName: "unknown"}},
		DebugData: map[string]any{
			"requestId": transaction, "requestUri": "/api/v1/users", "url": "/api/v1/users?", "threshold": "600", "timeSpan": "1", "timeUnit": "MINUTES",
			"rateLimitScopeType": "ORG", "rateLimitSecondsToReset": "21", "warningPercent": "60", "urlPattern": "/api/v1/users",
		},
	})
}
