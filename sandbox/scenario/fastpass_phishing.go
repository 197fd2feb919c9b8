package scenario

import (
	"slices"
	"time"

	"sallyport/sandbox/okta"
)

var _ = add(Scenario{
	Name:  "fastpass_phishing",
	Title: "A phishing page, stopped by FastPass",
	Happens: "A person follows a link to a page that looks like Okta's and passes on what they type. The password is the stranger's now; " +
		"FastPass sees that the page is not Okta's, and refuses to prove anything there.",
	Expect:     "A failed auth_via_mfa with “FastPass declined phishing attempt”, from the address of the page. The person's password is known to whoever runs it.",
	Techniques: []string{"T1566.002", "T1557"},
	Raises:     []Alert{{"phishing_stopped_by_fastpass", theVictim, []string{"user.authentication.auth_via_mfa"}}},
	fits: func(o *okta.Org, u okta.UserState) string {
		if !slices.Contains(o.FactorTypes(u.Login), "push") {
			return "has no Okta Verify"
		}
		return canSignIn(o, u)
	},
	play: func(s *stage) error {
		page, session, password := s.stranger(), s.sessionID(), s.hex(32)
		s.emit(20*time.Second, passwordOf(s.victim, attempt{from: page, transaction: password, session: session, result: "SUCCESS"}))
		transaction := s.hex(32)
		s.emit(6*time.Second, okta.Event{
			Type: "user.authentication.auth_via_mfa", Actor: s.victim.ID, Client: page, Transaction: transaction, Session: session, Result: "FAILURE",
			Reason:  "FastPass declined phishing attempt",
			Targets: []okta.Target{person(s.victim), enrollment(s.victim, "pfd", "Okta Verify", "Use Okta FastPass")},
			DebugData: web(transaction, "/idp/authenticators/"+s.hex(20)+"/transactions/"+s.hex(20)+"/verify", page, map[string]any{
				"behaviors": allNew, "risk": highRisk, "factor": "SIGNED_NONCE", "factorIntent": "AUTHENTICATION",
			}),
		})
		s.note = "There is no session, but the password of " + s.victim.Login + " is known to a stranger."
		return nil
	},
})
