package traffic

import (
	"strings"
	"time"

	"sallyport/sandbox/okta"
)

// act is what somebody does next, and plans what they do after it.
func (t *Traffic) act(p *person) {
	t.plan(t.gap(28*time.Minute), func() { t.act(p) })
	switch {
	case p.busy || len(p.apps) == 0 || !t.works(p):
	case t.now().After(p.until):
		t.signIn(p, p.laptop, func() { t.open(p) })
	case t.chance(30):
		t.signOut(p)
	default:
		t.open(p)
		if t.chance(450) {
			t.plan(t.between(20*time.Second, 4*time.Minute), func() { t.open(p) })
		}
	}
}

// open opens an app with the session that there is.
func (t *Traffic) open(p *person) {
	if p.session == "" {
		return
	}
	a := p.apps[t.rand.IntN(len(p.apps))]
	l := &login{p: p, from: p.laptop, session: p.session, transaction: t.hex(32), look: t.org.Assess(p.id, p.laptop)}
	path := "/app/" + a.Name + "/" + strings.Replace(a.ID, "0oa", "exk", 1) + "/sso/saml"
	oidc := strings.HasPrefix(a.Name, "oidc_")
	if oidc {
		path = "/oauth2/v1/authorize"
	}
	t.emit(okta.Event{
		Type: "policy.evaluate_sign_on", Actor: p.id, Client: l.from, Targets: append(t.policies(), appTarget(a)), Transaction: l.transaction, Session: l.session,
		Result: "ALLOW", Reason: "Sign-on policy evaluation resulted in ALLOW", DebugData: t.debug(l, path, map[string]any{"logOnlySecurityData": l.look.LogOnly}),
	})
	d := web(l.transaction, path, l.from)
	d["behaviors"], d["risk"], d["authnRequestId"] = l.look.Behaviors, l.look.Risk, l.session[3:]
	d["initiationType"], d["signOnMode"], d["nameId"] = "SP_INITIATED", "SAML 2.0", p.login
	d["issuer"], d["redirectUri"] = "http://www.okta.com/"+strings.Replace(a.ID, "0oa", "exk", 1), "https://"+a.Name+".example/sso/acs"
	if oidc {
		d["signOnMode"], d["redirectUri"] = "OpenID Connect", "https://"+a.Name+".example/callback"
	} else if t.chance(400) {
		d["initiationType"] = "IDP_INITIATED"
	}
	t.emit(okta.Event{
		Type: "user.authentication.sso", Actor: p.id, Client: l.from, Transaction: l.transaction, Session: l.session,
		Targets:   []okta.Target{appTarget(a), {ID: "0ua" + p.id[3:], Type: "AppUser", AlternateID: p.login, DisplayName: p.name}},
		DebugData: d,
	})
	if oidc {
		t.tokens(l, a, path)
	}
}

// tokens writes that an app got tokens for somebody.
func (t *Traffic) tokens(l *login, a okta.AppState, path string) {
	d := func(path string) map[string]any {
		m := web(l.transaction, path, l.from)
		m["behaviors"], m["risk"], m["authnRequestId"] = l.look.Behaviors, l.look.Risk, l.session[3:]
		m["redirectUri"] = "https://" + a.Name + ".example/callback"
		return m
	}
	granted := func(kind, name string) okta.Target {
		return okta.Target{ID: t.hex(22), Type: kind, AlternateID: "unknown", DisplayName: name, Detail: map[string]any{"expires": t.now().Add(time.Hour).UTC().Format("2006-01-02T15:04:05.000Z"), "subject": l.p.id, "hash": t.hex(22)}}
	}
	t.emit(okta.Event{
		Type: "app.oauth2.authorize.code", Actor: l.p.id, Client: l.from, Transaction: l.transaction, Session: l.session,
		Targets: []okta.Target{appTarget(a), granted("code", "Authorization Code")}, DebugData: d(path),
	})
	l.transaction = t.hex(32)
	for _, x := range [][3]string{
		{"app.oauth2.token.grant.access_token", "access_token", "Access Token"},
		{"app.oauth2.token.grant.id_token", "id_token", "ID Token"},
	} {
		t.emit(okta.Event{
			Type: x[0], Actor: a.ID, Client: l.from, Transaction: l.transaction, Session: l.session,
			Targets: []okta.Target{appTarget(a), l.p.target(), granted(x[1], x[2])}, DebugData: d("/oauth2/v1/token"),
		})
	}
}

// signOut ends somebody's session.
func (t *Traffic) signOut(p *person) {
	transaction := t.hex(32)
	d := web(transaction, "/login/signout", p.laptop)
	d["endedSessionId"] = p.session
	t.emit(okta.Event{
		Type: "user.session.end", Actor: p.id, Client: p.laptop, Transaction: transaction, Session: p.session, Targets: []okta.Target{p.target()}, DebugData: d,
	})
	t.org.CloseSession(p.id, p.session)
	p.session, p.until = "", time.Time{}
}
