package okta_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/sandbox/okta"
)

func TestFactors(t *testing.T) {
	x := serve(t)
	u := x.person("ann")
	path := "/api/v1/users/" + u + "/factors"
	if got := string(x.get(path).want(200).body); got != "[]" {
		t.Errorf("factors of a new user: %s", got)
	}
	sms := x.post(path, object{"factorType": "sms", "provider": "OKTA", "profile": object{"phoneNumber": "+15550100"}}).want(200).object()
	if sms["status"] != "PENDING_ACTIVATION" || at(sms, "_links", "activate") == nil || !strings.HasPrefix(str(sms, "id"), "mbl") {
		t.Errorf("sms %v", sms)
	}
	x.post(path+"/"+str(sms, "id")+"/lifecycle/activate", object{"passCode": "000"}).fails(403, "E0000068")
	types, events := x.events(func() {
		x.post(path, object{"factorType": "question", "provider": "OKTA", "profile": object{"question": "disliked_food", "answer": "beets"}}).want(200)
	})
	if diff := cmp.Diff([]string{"user.mfa.factor.activate", "system.email.mfa_enroll_notification.sent_message"}, types); diff != "" {
		t.Error(diff)
	}
	if str(events[0], "outcome", "reason") != "User set up SECURITY_QUESTION factor" {
		t.Errorf("outcome %v", events[0]["outcome"])
	}
	if strings.Contains(string(x.get(path).want(200).body), "beets") {
		t.Error("the answer is shown")
	}
	email := x.post(path, object{"factorType": "email", "provider": "OKTA", "profile": object{"email": "ann@test.example"}}).want(200).object()
	mails := x.mailTo("ann@test.example")
	code := mails[len(mails)-1].text
	code = strings.TrimSpace(code[strings.LastIndex(code[:strings.Index(code, "\n\nSent")], ": ")+2 : strings.Index(code, "\n\nSent")])
	x.post(path+"/"+str(email, "id")+"/resend", object{"factorType": "email", "provider": "OKTA", "profile": object{"email": "ann@test.example"}}).want(200)
	if again := x.mailTo("ann@test.example"); len(again) != len(mails)+1 {
		t.Errorf("%d mails after asking for another", len(again))
	}
	if got := x.post(path+"/"+str(email, "id")+"/lifecycle/activate", object{"passCode": code}).want(200).object(); got["status"] != "ACTIVE" {
		t.Errorf("activated: %v", got["status"])
	}
	types, events = x.events(func() { x.del(path + "/" + str(sms, "id")).want(204) })
	if diff := cmp.Diff([]string{"user.mfa.factor.deactivate", "system.email.mfa_reset_notification.sent_message"}, types); diff != "" || str(events[0], "outcome", "reason") != "User reset SMS_FACTOR factor" {
		t.Errorf("%s %v", diff, events[0]["outcome"])
	}
	if e := x.get(path+"/"+str(sms, "id")).fails(404, "E0000007"); !strings.HasSuffix(str(e, "errorSummary"), "(UserFactor)") {
		t.Error(e["errorSummary"])
	}
	x.post("/api/v1/users/"+u+"/lifecycle/reset_factors", nil).want(200)
	if s, _ := x.org.User(u); s.Factors != 0 {
		t.Errorf("%d factors after the reset", s.Factors)
	}
}

func TestFactorChoice(t *testing.T) {
	x := serve(t)
	path := "/api/v1/users/" + x.person("ann") + "/factors"
	x.post(path, object{"factorType": "question", "provider": "OKTA", "profile": object{"question": "first_award", "answer": "swimming"}}).want(200)
	status := map[string]any{}
	for _, f := range x.get(path + "/catalog").want(200).list() {
		status[str(f, "factorType")] = f["status"]
	}
	if status["question"] != "ACTIVE" || status["push"] != "NOT_SETUP" {
		t.Errorf("kinds of factors %v", status)
	}
	if q := x.get(path + "/questions").want(200).list(); len(q) < 2 || q[0]["questionText"] == "" {
		t.Errorf("questions %v", q)
	}
}

func TestFactorRefuses(t *testing.T) {
	x := serve(t)
	path := "/api/v1/users/" + x.person("ann") + "/factors"
	x.post(path, object{"factorType": "token:software:totp", "provider": "OKTA"}).want(200)
	for name, body := range map[string]object{
		"unknown kind":     {"factorType": "telepathy"},
		"phone no number":  {"factorType": "sms", "profile": object{}},
		"second of a kind": {"factorType": "token:software:totp", "provider": "OKTA"},
	} {
		t.Run(name, func(t *testing.T) {
			x.in(t).post(path, body).fails(400, "E0000001")
		})
	}
}

func TestClearSessions(t *testing.T) {
	x := serve(t)
	x.person("ann")
	for range 2 {
		if err := x.org.SignIn("ann@test.example", okta.Client{IP: "203.0.113.9", UserAgent: "Mozilla/5.0 (X11; Linux) Firefox/141.0", City: "Oslo", Country: "Norway"}); err != nil {
			t.Fatal(err)
		}
	}
	u, _ := x.org.User("ann@test.example")
	if u.Sessions != 2 {
		t.Fatalf("%d sessions", u.Sessions)
	}
	types, events := x.events(func() {
		x.del("/api/v1/users/" + u.ID + "/sessions?oauthTokens=true&forgetDevices=true").want(204)
	})
	if diff := cmp.Diff([]string{"user.session.clear", "user.session.end", "user.session.end"}, types); diff != "" {
		t.Error(diff)
	}
	if str(events[1], "transaction", "id") != str(events[0], "transaction", "id") || str(events[1], "debugContext", "debugData", "endedSessionId") == "" {
		t.Errorf("end of a session: %v", events[1])
	}
	if u, _ := x.org.User("ann@test.example"); u.Sessions != 0 {
		t.Errorf("%d sessions left", u.Sessions)
	}
}

func TestSessions(t *testing.T) {
	x := serve(t)
	x.person("ann")
	types, events := x.events(func() {
		if err := x.org.SignIn("ann@test.example", okta.Client{IP: "203.0.113.9", UserAgent: "x"}); err != nil {
			t.Fatal(err)
		}
	})
	if diff := cmp.Diff([]string{"policy.evaluate_sign_on", "user.session.start"}, types); diff != "" {
		t.Error(diff)
	}
	path := "/api/v1/sessions/" + str(events[1], "authenticationContext", "externalSessionId")
	if s := x.get(path).want(200).object(); s["login"] != "ann@test.example" || s["status"] != "ACTIVE" {
		t.Errorf("session %v", s)
	}
	x.advance(time.Hour)
	if s := x.post(path+"/lifecycle/refresh", nil).want(200).object(); s["expiresAt"] != "2026-03-02T12:00:00.000Z" {
		t.Errorf("refreshed until %v", s["expiresAt"])
	}
	x.del(path).want(204)
	x.get(path).fails(404, "E0000007")
}

// consenters returns people who let apps act for them.
func (x *tenant) consenters() []okta.UserState {
	x.Helper()
	found := slices.DeleteFunc(x.org.Users("ACTIVE", 0), func(u okta.UserState) bool { return u.OAuthTokens == 0 })
	if len(found) < 3 {
		x.Fatalf("%d people have OAuth tokens", len(found))
	}
	return found
}

// TestRevokeTokens ends OAuth tokens one by one, of a user, and of an app.
func TestRevokeTokens(t *testing.T) {
	x := serve(t, func(o *okta.Options) { o.Users = 200 })
	found := x.consenters()
	clientOf := func(u okta.UserState) string {
		return str(x.get("/api/v1/users/" + u.ID + "/clients").want(200).list()[0], "client_id")
	}
	one := "/api/v1/users/" + found[0].ID + "/clients/" + clientOf(found[0]) + "/tokens"
	token := one + "/" + str(x.get(one).want(200).list()[0], "id")
	x.get(token).want(200)
	types, events := x.events(func() { x.del(token).want(204) })
	if diff := cmp.Diff([]string{"app.oauth2.token.revoke"}, types); diff != "" || str(events[0], "target", "1", "id") != found[0].ID {
		t.Errorf("%s %v", diff, events)
	}
	x.del(token).fails(404, "E0000007")
	all := "/api/v1/users/" + found[1].ID + "/clients/" + clientOf(found[1]) + "/tokens"
	x.del(all).want(204)
	if got := string(x.get(all).want(200).body); got != "[]" {
		t.Errorf("tokens left: %s", got)
	}
	x.del("/api/v1/users/"+found[1].ID+"/clients/nobody/tokens").fails(404, "E0000007")
	app := clientOf(found[2])
	first := x.get("/api/v1/apps/" + app + "/tokens").want(200).list()[0]
	path := "/api/v1/apps/" + app + "/tokens/" + str(first, "id")
	if self := str(x.get(path).want(200).object(), "_links", "self", "href"); self != x.url+path {
		t.Errorf("self %s", self)
	}
	x.del(path).want(204)
	if e := x.get(path).fails(404, "E0000007"); e["errorSummary"] != "Not found: Resource not found: "+app+"."+str(first, "id")+" (OAuth2RefreshTokenTx)" {
		t.Error(e["errorSummary"])
	}
	if s, _ := x.org.User(str(first, "userId")); s.OAuthTokens != 0 {
		t.Error("the token is left")
	}
	types, _ = x.events(func() { x.del("/api/v1/apps/" + app + "/tokens").want(204) })
	if !slices.Contains(types, "app.oauth2.token.revoke") {
		t.Errorf("events %v", types)
	}
	if got := string(x.get("/api/v1/apps/" + app + "/tokens").want(200).body); got != "[]" {
		t.Errorf("tokens left: %s", got)
	}
}

func TestConsents(t *testing.T) {
	x := serve(t, func(o *okta.Options) { o.Users = 200 })
	u := x.consenters()[0]
	path := "/api/v1/users/" + u.ID
	grants := x.get(path + "/grants").want(200).list()
	client := str(x.get(path + "/clients").want(200).list()[0], "client_id")
	tokens := x.get(path + "/clients/" + client + "/tokens").want(200).list()
	if len(grants) == 0 || len(tokens) != u.OAuthTokens {
		t.Fatalf("%d grants, %d tokens of %d", len(grants), len(tokens), u.OAuthTokens)
	}
	types, _ := x.events(func() { x.del(path + "/sessions?oauthTokens=true").want(204) })
	if !slices.Contains(types, "app.oauth2.token.revoke") {
		t.Errorf("events %v", types)
	}
	if s, _ := x.org.User(u.ID); s.OAuthTokens != 0 {
		t.Error("tokens are left")
	}
	x.del(path + "/grants/" + str(grants[0], "id")).want(204)
	x.get(path+"/grants/"+str(grants[0], "id")).fails(404, "E0000007")
	x.del(path + "/grants").want(204)
	if got := string(x.get(path + "/grants").want(200).body); got != "[]" {
		t.Errorf("grants left: %s", got)
	}
}

func TestRisk(t *testing.T) {
	x := serve(t)
	path := "/api/v1/users/" + x.person("ann") + "/risk"
	if r := x.get(path).want(200).object(); r["riskLevel"] != "NONE" {
		t.Errorf("at first %v", r)
	}
	types, _ := x.events(func() { x.put(path, object{"riskLevel": "HIGH"}).want(201) })
	if diff := cmp.Diff([]string{"user.risk.change"}, types); diff != "" {
		t.Error(diff)
	}
	x.put(path, object{"riskLevel": "LOW"}).want(200)
	if r := x.get(path).want(200).object(); r["riskLevel"] != "LOW" || r["reason"] != "Admin override risk" {
		t.Errorf("at last %v", r)
	}
	x.put(path, object{"riskLevel": "SOME"}).fails(400, "E0000001")
}

func TestBlocksIsAFeature(t *testing.T) {
	x := serve(t)
	x.get("/api/v1/users/"+x.person("ann")+"/blocks").fails(401, "E0000015")
}

// Whoever is deactivated has no admin role any more, and is given none; only the last
// super admin keeps theirs.
func TestRolesEndWithTheirHolder(t *testing.T) {
	x := serve(t)
	made := x.post("/api/v1/users?activate=true", object{"profile": object{"login": "ann@example.com", "email": "ann@example.com", "firstName": "A", "lastName": "B"}}).want(200).object()
	path := "/api/v1/users/" + str(made, "id")
	x.post(path+"/roles", object{"type": "SUPER_ADMIN"}).want(201)
	x.post(path+"/roles", object{"type": "READ_ONLY_ADMIN"}).want(201)
	x.post(path+"/lifecycle/deactivate", nil).want(200)
	if left := x.get(path + "/roles").want(200).list(); len(left) > 0 {
		t.Errorf("roles left: %v", left)
	}
	x.post(path+"/roles", object{"type": "READ_ONLY_ADMIN"}).fails(403, "E0000038")
}
