package scenario

import (
	"strings"
	"time"

	"sallyport/sandbox/okta"
)

var _ = add(Scenario{
	Name:  "password_spray",
	Title: "One password, tried on many people",
	Happens: "A stranger tries the same password once on each of twenty people, from one address, within three minutes. " +
		"It is the password of the last one, whose second factor stops the sign-in.",
	Expect: "Failed sign-ins of many people from one address, and ThreatInsight's security.threat.detected with “Password Spray”. " +
		"One person's password is known to the stranger: a right password followed by a challenge, and no session.",
	Techniques: []string{"T1110.003"},
	Raises: []Alert{
		{"password_spray", theAddress, []string{"user.session.start"}},
		{"threatinsight_spray", theAddress, []string{"security.threat.detected"}},
		{"sign_in_from_suspected_address", theVictim, []string{"user.authentication.auth_via_mfa"}},
	},
	fits: canSignIn,
	play: passwordSpray,
})

const (
	// sprayed is how many people are tried in vain.
	sprayed = 19
	// sprayNoticed is after how many of them ThreatInsight notices.
	sprayNoticed = 8
	// sprayDetections is how ThreatInsight names what it has noticed.
	sprayDetections = `{"Password Spray":"HIGH","Login Failures":"MEDIUM"}`
)

func passwordSpray(s *stage) error {
	from := s.stranger()
	s.cast[theAddress] = Entity{"ip", from.IP, from.IP}
	ago := 3 * time.Minute
	for i, u := range crowd(s, sprayed) {
		ago -= time.Duration(7+s.rand.IntN(2)) * time.Second
		refused(s, ago, u, attempt{from: from, transaction: s.hex(32), session: "unknown", result: "FAILURE", threat: i >= sprayNoticed})
		if i+1 == sprayNoticed || i+1 == sprayed {
			threat(s, ago, from)
		}
	}
	transaction, session := s.hex(32), s.sessionID()
	s.emit(0, passwordOf(s.victim, attempt{from: from, transaction: transaction, session: session, result: "SUCCESS", threat: true}))
	s.emit(0, okta.Event{
		Type: "policy.evaluate_sign_on", Actor: s.victim.ID, Client: from, Targets: s.opt.Org.Policy(), Transaction: transaction, Session: session,
		Result: "CHALLENGE", Reason: "Sign-on policy evaluation resulted in CHALLENGE",
		DebugData: web(transaction, "/idp/idx/identify", from, map[string]any{
			"behaviors": allNew, "risk": highRisk, "threatSuspected": "true", "threatDetections": sprayDetections,
		}),
	})
	s.note = "The stranger knows the password of " + s.victim.Login + ", and has no session."
	return nil
}

// crowd returns active people who are neither the victim nor admins.
func crowd(s *stage, n int) []okta.UserState {
	var out []okta.UserState
	for _, u := range s.opt.Org.Users(string(okta.Active), 10*n) {
		if u.ID != s.victim.ID && len(u.AdminRoles) == 0 {
			out = append(out, u)
		}
	}
	s.rand.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out[:min(n, len(out))]
}

// refused writes the events of a wrong password.
func refused(s *stage, ago time.Duration, u okta.UserState, a attempt) {
	failed := passwordOf(u, a)
	s.emit(ago, failed)
	failed.Type = "user.session.start"
	failed.Targets = failed.Targets[1:]
	debug := map[string]any{}
	for k, v := range failed.DebugData {
		if !strings.HasPrefix(k, "factor") {
			debug[k] = v
		}
	}
	failed.DebugData = debug
	s.emit(ago, failed)
}

// threat writes that ThreatInsight has noticed an address, and lets it go on.
func threat(s *stage, ago time.Duration, from okta.Client) {
	transaction := s.hex(32)
	s.emit(ago, okta.Event{
		Type: "security.threat.detected", Actor: from.IP, Client: from, Transaction: transaction, Result: "ALLOW", Reason: "Password Spray, Login Failures",
		DebugData: web(transaction, "/idp/idx/identify", from, map[string]any{"threatSuspected": "true", "threatDetections": sprayDetections}),
	})
}
