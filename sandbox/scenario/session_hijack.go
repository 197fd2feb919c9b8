package scenario

import (
	"fmt"
	"strings"
	"time"

	"sallyport/sandbox/okta"
)

var _ = add(Scenario{
	Name:  "session_hijack",
	Title: "A stolen session, used from elsewhere",
	Happens: "Somebody's session cookie is stolen from their browser. While they work, the same session is used from another country, " +
		"with another browser and operating system, to open their apps.",
	Expect: "One session and one device token with two addresses and two browsers: user.session.context.change, policy evaluations that do not fit together, " +
		"user.risk.detect with “Suspected Session Hijacking”, and single sign-ons from the second address. Clearing the person's sessions ends it.",
	Techniques: []string{"T1539", "T1550.004"},
	Raises: []Alert{
		{"session_hijacking_suspected", theVictim, []string{"user.risk.detect"}},
		{"session_context_changed_at_high_risk", theVictim, []string{"user.session.context.change"}},
		{"session_cookie_moved", theVictim, []string{"policy.evaluate_sign_on"}},
		{"session_in_two_countries", theVictim, []string{"policy.evaluate_sign_on", "user.authentication.sso"}},
		{"session_on_two_systems", theVictim, []string{"policy.evaluate_sign_on", "user.authentication.sso"}},
		{"impossible_travel", theVictim, []string{"policy.evaluate_sign_on"}},
	},
	fits: func(o *okta.Org, u okta.UserState) string {
		if u.Sessions > 0 {
			return ""
		}
		return canSignIn(o, u)
	},
	play: sessionHijack,
})

// The thief's requests carry the cookies of the owner's browser. So the hash of
// the device token in debugData is the owner's, whoever makes the request.
func sessionHijack(s *stage) error {
	if len(s.opt.Org.Sessions(s.victim.Login)) == 0 {
		if _, err := s.enter(s.victim.Login, s.home(s.victim.Login), okta.Entry{}); err != nil {
			return err
		}
	}
	open := s.opt.Org.Sessions(s.victim.Login)[0]
	session, home := open.ID, open.From
	thief := s.stranger()
	thief.UserAgent = firefoxTux
	if strings.Contains(home.UserAgent, "Linux") {
		thief.UserAgent = edgeWindows
	}
	usual := s.opt.Org.Assess(s.victim.Login, home).Debug()
	evaluated(s, 3*time.Minute, home, home, session, usual)
	sso(s, 3*time.Minute, home, home, session, "Slack")
	evaluated(s, 2*time.Minute, home, thief, session, map[string]any{"behaviors": allNew, "risk": highRisk})
	contextChanged(s, 2*time.Minute, home, thief, session)
	riskDetected(s, 100*time.Second, thief)
	for i, label := range []string{"Google Workspace", "GitHub Enterprise Cloud", "AWS Account Federation"} {
		sso(s, time.Duration(90-30*i)*time.Second, home, thief, session, label)
	}
	sso(s, 15*time.Second, home, home, session, "Zoom")
	s.note = "The session " + session + " is open."
	return nil
}

// sso writes that the victim's session opens an app.
func sso(s *stage, ago time.Duration, owner, from okta.Client, session, label string) {
	a, transaction := s.app(s.victim.Login, label), s.hex(32)
	path := "/app/" + a.ID + "/sso/saml"
	s.emit(ago, okta.Event{
		Type: "user.authentication.sso", Actor: s.victim.ID, Client: from, Transaction: transaction, Session: session,
		Targets:   []okta.Target{a, {ID: "0ua" + s.victim.ID[3:], Type: "AppUser", AlternateID: s.victim.Login, DisplayName: s.victim.Name}},
		DebugData: web(transaction, path, owner, map[string]any{"initiationType": "SP_INITIATED", "signOnMode": "SAML 2.0"}),
	})
}

// evaluated writes that a policy let the session in, and what Okta made of it.
func evaluated(s *stage, ago time.Duration, owner, from okta.Client, session string, look map[string]any) {
	transaction := s.hex(32)
	s.emit(ago, okta.Event{
		Type: "policy.evaluate_sign_on", Actor: s.victim.ID, Client: from, Targets: s.opt.Org.Policy(), Transaction: transaction, Session: session,
		Result: "ALLOW", Reason: "Sign-on policy evaluation resulted in ALLOW",
		DebugData: web(transaction, "/app/UserHome", owner, look),
	})
}

// contextChanged writes that Identity Threat Protection has seen the session
// move.
func contextChanged(s *stage, ago time.Duration, owner, from okta.Client, session string) {
	transaction := s.hex(32)
	s.emit(ago, okta.Event{
		Type: "user.session.context.change", Actor: s.victim.ID, Client: from, Transaction: transaction, Session: session,
		Targets: []okta.Target{person(s.victim), {ID: session, Type: "Session", AlternateID: "unknown", DisplayName: "unknown"}},
		DebugData: web(transaction, "/app/UserHome", owner, map[string]any{
			"behaviors": allNew, "risk": highRisk, "causes": "[ipAddress.change]", "externalSessionId": session, "newIpAddress": from.IP,
			"previousIpAddress": owner.IP, "source": "OKTA", "traceId": s.trace(),
		}),
	})
}

// riskDetected writes what Identity Threat Protection makes of it.
func riskDetected(s *stage, ago time.Duration, from okta.Client) {
	s.emit(ago, okta.Event{
		Type: "user.risk.detect", Client: from, Targets: []okta.Target{person(s.victim)}, Transaction: s.hex(32), Severity: "WARN",
		DebugData: map[string]any{
			"risk":    "{detectionName=Suspected Session Hijacking, reasons=Associated sessionId is suspected to be hijacked, level=HIGH, issuer=OKTA}",
			"traceId": s.trace(),
		},
	})
}

// trace makes an id that correlates events of Identity Threat Protection.
func (s *stage) trace() string {
	h := s.hex(32)
	return fmt.Sprintf("%s-%s-4%s-a%s-%s", h[:8], h[8:12], h[13:16], h[17:20], h[20:])
}
