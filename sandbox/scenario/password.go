package scenario

import "sallyport/sandbox/okta"

// attempt is one try at a password.
type attempt struct {
	from                         okta.Client
	transaction, session, result string
	threat                       bool // ThreatInsight already suspects the address
}

// passwordOf is the event of a password that somebody, or a stranger in their
// name, has given.
func passwordOf(u okta.UserState, a attempt) okta.Event {
	e := okta.Event{
		Type: "user.authentication.auth_via_mfa", Actor: u.ID, Client: a.from, Transaction: a.transaction, Session: a.session, Result: a.result,
		Targets: []okta.Target{person(u), enrollment(u, "lae", "Password", "Password")},
		DebugData: web(a.transaction, "/idp/idx/identify", a.from, map[string]any{
			"behaviors": allNew, "risk": highRisk, "factor": "PASSWORD_AS_FACTOR", "factorIntent": "AUTHENTICATION",
		}),
	}
	if a.result == "FAILURE" {
		e.Reason = "INVALID_CREDENTIALS"
	}
	if a.threat {
		e.DebugData["threatSuspected"], e.DebugData["threatDetections"] = "true", sprayDetections
	}
	return e
}
