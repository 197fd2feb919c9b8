package scenario

import (
	"slices"
	"time"

	"sallyport/sandbox/okta"
)

var _ = add(Scenario{
	Name:  "mfa_fatigue",
	Title: "Push after push, until one is approved",
	Happens: "A stranger who has a person's password sends push notifications to their phone. The person rejects six of them within four minutes, " +
		"and approves the seventh.",
	Expect: "Rejected pushes of one person in a row, asked for from one unusual address, then a sign-in from there. " +
		"What was rejected is a failed auth_via_mfa with pushOnlyResponseType OV_RESPONSE_DENY.",
	Techniques: []string{"T1621", "T1078.004"},
	Raises: append(signInOf(theVictim),
		Alert{"push_bombing", theVictim, []string{"user.authentication.auth_via_mfa"}},
		Alert{"push_approved_after_rejections", theVictim, []string{"user.authentication.auth_via_mfa"}}),
	fits: func(o *okta.Org, u okta.UserState) string {
		if !slices.Contains(o.FactorTypes(u.Login), "push") {
			return "has no Okta Verify push"
		}
		return canSignIn(o, u)
	},
	play: mfaFatigue,
})

// rejected is how many pushes are rejected before one is approved.
const rejected = 6

func mfaFatigue(s *stage) error {
	from, session, password := s.stranger(), s.sessionID(), s.hex(32)
	ago := 4*time.Minute + 20*time.Second
	if err := s.seen(s.victim.Login, s.home(s.victim.Login)); err != nil {
		return err
	}
	s.emit(ago, passwordOf(s.victim, attempt{from: from, transaction: password, session: session, result: "SUCCESS"}))
	s.emit(ago, okta.Event{
		Type: "policy.evaluate_sign_on", Actor: s.victim.ID, Client: from, Targets: s.opt.Org.Policy(), Transaction: password, Session: session,
		Result: "CHALLENGE", Reason: "Sign-on policy evaluation resulted in CHALLENGE",
		DebugData: web(password, "/idp/idx/identify", from, map[string]any{"behaviors": allNew, "risk": highRisk}),
	})
	for range rejected {
		push(s, ago, from, session)
		reject(s, &ago, from, session)
	}
	push(s, 8*time.Second, from, session)
	if _, err := s.enter(s.victim.Login, from, okta.Entry{Session: session, Factor: "OKTA_VERIFY_PUSH", Once: true}); err != nil {
		return err
	}
	s.note = "The stranger has an open session."
	return nil
}

// push writes that a push was sent to the victim's phone.
func push(s *stage, ago time.Duration, from okta.Client, session string) {
	sent := s.hex(32)
	s.emit(ago, okta.Event{
		Type: "system.push.send_factor_verify_push", Client: from, Targets: []okta.Target{person(s.victim)}, Transaction: sent, Session: session,
		DebugData: web(sent, "/idp/idx/authenticators/poll", from, map[string]any{
			"behaviors": allNew, "risk": highRisk, "deviceCategory": "SmartPhone_IPhone", "devicePlatform": "IOS",
		}),
	})
}

// reject writes that the victim rejects the push a while later, and lets some
// time pass.
func reject(s *stage, ago *time.Duration, from okta.Client, session string) {
	answered := s.hex(32)
	*ago -= time.Duration(6+s.rand.IntN(14)) * time.Second
	s.emit(*ago, okta.Event{
		Type: "user.authentication.auth_via_mfa", Actor: s.victim.ID, Client: from, Transaction: answered, Session: session,
		Targets: []okta.Target{person(s.victim), enrollment(s.victim, "pfd", "Okta Verify", "Get a push notification")},
		Result:  "FAILURE", Reason: "INVALID_CREDENTIALS",
		DebugData: web(answered, "/idp/idx/authenticators/poll", from, map[string]any{
			"behaviors": allNew, "risk": highRisk, "factor": "OKTA_VERIFY_PUSH", "factorIntent": "AUTHENTICATION", "pushOnlyResponseType": "OV_RESPONSE_DENY",
		}),
	})
	*ago -= time.Duration(8+s.rand.IntN(12)) * time.Second
}
