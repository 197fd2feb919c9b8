package traffic

import (
	"maps"
	"slices"
	"strings"
	"time"

	"sallyport/sandbox/okta"
)

// login is a sign-in that is under way.
type login struct {
	p           *person
	from        okta.Client
	session     string
	transaction string // of the last step
	look        okta.Assessment
}

// debug makes the debugData of a web request of the sign-in.
func (t *Traffic) debug(l *login, path string, more map[string]any) map[string]any {
	d := web(l.transaction, path, l.from)
	maps.Copy(d, l.look.Debug())
	d["authnRequestId"], d["oktaUserAgentExtended"] = l.session[3:], "okta-auth-js/7.12.1 okta-signin-widget-7.33.1"
	maps.Copy(d, more)
	return d
}

// web makes what the debugData of every web request has.
func web(transaction, path string, from okta.Client) map[string]any {
	return map[string]any{
		"requestId": transaction, "requestUri": path, "url": path + "?", "dtHash": from.TokenHash(), "deviceFingerprint": from.TokenHash()[:32],
		"threatSuspected": "false",
	}
}

// ways of signing in, as the log calls the last factor.
const (
	fastPass  = "SIGNED_NONCE"
	push      = "OKTA_VERIFY_PUSH"
	totp      = "OKTA_SOFT_TOKEN"
	sms       = "SMS_FACTOR"
	key       = "FIDO_WEBAUTHN"
	password  = "PASSWORD_AS_FACTOR"
	passwords = "" // nothing but a password
)

// way is how somebody signs in this time: as their factors allow.
func (t *Traffic) way(p *person) string {
	has := func(kind string) bool { return slices.Contains(p.factors, kind) }
	switch {
	case has("webauthn") && t.chance(600):
		return key
	case has("token:software:totp") && t.chance(500):
		return totp
	case has("sms") && t.chance(300):
		return sms
	case has("push") && t.chance(650):
		return fastPass
	case has("push"):
		return push
	default:
		return passwords
	}
}

// method is how the log describes the use of a factor.
type method struct{ prefix, name, used, properties string }

func methodOf(factor string) method {
	switch factor {
	case fastPass:
		return method{"pfd", "Okta Verify", "Use Okta FastPass", "[DEVICE_BOUND, PHISHING_RESISTANT, HARDWARE_PROTECTED, USER_PRESENCE]"}
	case push:
		return method{"pfd", "Okta Verify", "Get a push notification", "[DEVICE_BOUND, USER_PRESENCE]"}
	case totp:
		return method{"pfd", "Okta Verify", "Enter a code", "[DEVICE_BOUND, USER_PRESENCE]"}
	case sms:
		return method{"pfd", "Phone", "SMS", "[USER_PRESENCE]"}
	case key:
		return method{"fwf", "Security Key or Biometric", "Security key", "[DEVICE_BOUND, PHISHING_RESISTANT, HARDWARE_PROTECTED, USER_PRESENCE]"}
	default:
		return method{"lae", "Password", "Password", "[USER_PRESENCE]"}
	}
}

// start begins a sign-in in a way: the policy asks for more than it knows.
func (t *Traffic) start(p *person, from okta.Client, way string) *login {
	l := &login{p: p, from: from, session: "idx" + t.hex(22), transaction: t.hex(32), look: t.org.Assess(p.id, from)}
	if way == fastPass { // the browser proves it before anybody asks
		return l
	}
	t.emit(okta.Event{
		Type: "policy.evaluate_sign_on", Actor: p.id, Client: from, Targets: t.policies(), Transaction: l.transaction, Session: l.session,
		Result: "CHALLENGE", Reason: "Sign-on policy evaluation resulted in CHALLENGE",
		DebugData: t.debug(l, "/idp/idx/identify", map[string]any{"logOnlySecurityData": l.look.LogOnly}),
	})
	return l
}

func (t *Traffic) emit(e okta.Event) { t.org.Emit(e) }

func (t *Traffic) policies() []okta.Target { return t.org.Policy() }

// factor writes that a factor was used, rightly or not: reason is empty for a
// success.
func (t *Traffic) factor(l *login, factor, result, reason string, more map[string]any) {
	l.transaction = t.hex(32)
	m := methodOf(factor)
	d := t.debug(l, "/idp/idx/challenge/answer", map[string]any{"factor": factor, "factorIntent": "AUTHENTICATION"})
	delete(d, "oktaUserAgentExtended") // this type has none
	maps.Copy(d, more)
	t.emit(okta.Event{
		Type: "user.authentication.auth_via_mfa", Actor: l.p.id, Client: l.from, Transaction: l.transaction, Session: l.session, Result: result, Reason: reason,
		Targets: []okta.Target{l.p.target(), {
			ID: m.prefix + l.p.id[3:], Type: "AuthenticatorEnrollment", AlternateID: "unknown", DisplayName: m.name,
			Detail: map[string]any{"methodTypeUsed": m.used, "methodUsedVerifiedProperties": m.properties},
		}},
		DebugData: d,
	})
}

// refused writes that a password was wrong.
func (t *Traffic) refused(l *login) {
	t.factor(l, password, "FAILURE", "INVALID_CREDENTIALS", nil)
	t.emit(okta.Event{
		Type: "user.session.start", Actor: l.p.id, Client: l.from, Transaction: l.transaction, Session: l.session, Result: "FAILURE", Reason: "INVALID_CREDENTIALS",
		Targets: []okta.Target{dashboard(l.p, t)}, DebugData: t.debug(l, "/idp/idx/challenge/answer", nil),
	})
}

// pushed writes that a push was sent to somebody's phone.
func (t *Traffic) pushed(l *login) {
	l.transaction = t.hex(32)
	t.emit(okta.Event{
		Type: "system.push.send_factor_verify_push", Client: l.from, Targets: []okta.Target{l.p.target()}, Transaction: l.transaction, Session: l.session,
		DebugData: map[string]any{
			"requestId": l.transaction, "requestUri": "/idp/idx/challenge", "url": "/idp/idx/challenge?", "dtHash": l.from.TokenHash(),
			"deviceFingerprint": l.from.TokenHash()[:32], "threatSuspected": "false", "behaviors": l.look.Behaviors, "risk": l.look.Risk,
			"deviceCategory": "SmartPhone_IPhone", "devicePlatform": "IOS",
		},
	})
}

// signIn has somebody sign in from where they are, with the mistakes that
// people make, and calls then once they are in.
func (t *Traffic) signIn(p *person, from okta.Client, then func()) {
	p.busy = true
	way := t.way(p)
	l := t.start(p, from, way)
	switch {
	case (way == passwords || way == push || way == totp || way == sms) && t.chance(25): // a typo
		t.plan(t.between(4*time.Second, 12*time.Second), func() {
			t.refused(l)
			t.plan(t.between(8*time.Second, 40*time.Second), func() { t.prove(l, way, then) })
		})
	case way == totp && t.chance(60): // the code was of the minute before
		t.plan(t.between(8*time.Second, 30*time.Second), func() {
			t.factor(l, totp, "FAILURE", "INVALID_CREDENTIALS", nil)
			t.plan(t.between(5*time.Second, 20*time.Second), func() { t.prove(l, way, then) })
		})
	case way == push && t.chance(40): // the phone was in the kitchen
		t.pushed(l)
		t.plan(t.between(60*time.Second, 90*time.Second), func() {
			t.factor(l, push, "UNANSWERED", "", nil)
			t.plan(t.between(5*time.Second, 20*time.Second), func() { t.prove(l, way, then) })
		})
	default:
		t.plan(t.between(2*time.Second, 9*time.Second), func() { t.prove(l, way, then) })
	}
}

// prove has somebody prove who they are, and lets them in.
func (t *Traffic) prove(l *login, way string, then func()) {
	switch way {
	case fastPass, key:
		t.factor(l, way, "SUCCESS", "", nil)
		t.enter(l, then)
		return
	}
	t.factor(l, password, "SUCCESS", "", nil)
	switch way {
	case passwords:
		t.enter(l, then)
	case push:
		t.pushed(l)
		t.plan(t.between(3*time.Second, 15*time.Second), func() {
			t.factor(l, push, "SUCCESS", "", map[string]any{"pushOnlyResponseType": "OV_RESPONSE_ALLOW"})
			t.enter(l, then)
		})
	default:
		t.plan(t.between(4*time.Second, 20*time.Second), func() {
			t.factor(l, way, "SUCCESS", "", nil)
			t.enter(l, then)
		})
	}
}

// sessionLasts is for how long nobody is asked again.
const sessionLasts = 110 * time.Minute

// enter opens the session, and the dashboard.
func (t *Traffic) enter(l *login, then func()) {
	p := l.p
	p.busy = false
	if err := t.org.OpenSession(p.id, l.from, okta.Entry{Session: l.session, Transaction: l.transaction}); err != nil {
		return // something has happened to them meanwhile, and is in the log
	}
	p.session, p.until = l.session, t.now().Add(sessionLasts)
	t.emit(okta.Event{
		Type: "user.authentication.verify", Actor: p.id, Client: l.from, Transaction: l.transaction, Session: l.session,
		Targets: []okta.Target{dashboard(p, t), {Login: p.login}}, DebugData: t.debug(l, "/idp/idx/challenge/answer", nil),
	})
	d := t.debug(l, "/app/UserHome", map[string]any{"initiationType": "IDP_INITIATED", "signOnMode": "OpenID Connect", "redirectUri": "https://okta.example/enduser/callback"})
	delete(d, "oktaUserAgentExtended")
	t.emit(okta.Event{
		Type: "user.authentication.sso", Actor: p.id, Client: l.from, Transaction: l.transaction, Session: l.session,
		Targets: []okta.Target{dashboard(p, t), {ID: "0ua" + p.id[3:], Type: "AppUser", AlternateID: p.login, DisplayName: p.name}}, DebugData: d,
	})
	if then != nil {
		t.plan(t.between(time.Second, 20*time.Second), then)
	}
}

// dashboard is the app that people sign in to.
func dashboard(p *person, t *Traffic) okta.Target {
	for _, a := range t.org.Apps(p.id) {
		if a.Name == "okta_enduser" {
			return appTarget(a)
		}
	}
	return okta.Target{ID: "unknown", Type: "AppInstance", AlternateID: "Okta Dashboard", DisplayName: "Okta Dashboard"}
}

// appTarget is an app as the target of an event.
func appTarget(a okta.AppState) okta.Target {
	mode := "SAML_2_0"
	if strings.HasPrefix(a.Name, "oidc_") || a.Name == "okta_enduser" || a.Name == "saasure" {
		mode = "OPENID_CONNECT"
	}
	return okta.Target{ID: a.ID, Type: "AppInstance", AlternateID: a.Label, DisplayName: a.Label, Detail: map[string]any{"signOnModeType": mode}}
}
