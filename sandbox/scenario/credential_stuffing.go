package scenario

import (
	"fmt"
	"strings"
	"time"

	"sallyport/sandbox/okta"
)

var _ = add(Scenario{
	Name:  "credential_stuffing",
	Title: "Leaked passwords, tried from a network of rented servers",
	Happens: "A list of user names and passwords that leaked elsewhere is tried from twelve addresses of one network within a minute, few tries from each. Most names are nobody's. " +
		"One pair is right: a person uses the same password in both places, and the second factor stops the sign-in.",
	Expect: "Failed sign-ins with many names, most of them unknown, from one network rather than one address; ThreatInsight notices the unknown names. " +
		"security.breached_credential.detected for the person whose password is on the list.",
	Techniques: []string{"T1110.004", "T1078.004"},
	Raises: []Alert{
		{"credential_stuffing", theNetwork, []string{"user.session.start"}},
		{"threatinsight_allowed", theAddress, []string{"security.threat.detected"}},
		{"breached_password_used", theVictim, []string{"security.breached_credential.detected"}},
		{"sign_in_from_suspected_address", theVictim, []string{"user.authentication.auth_via_mfa"}},
	},
	fits: canSignIn,
	play: credentialStuffing,
})

const (
	stuffedFrom  = 12 // addresses
	stuffedNames = 84 // names that are tried in vain
	stuffedKnown = 20 // names of people of the org among them
	// unknownDetections is how ThreatInsight names what it has noticed.
	unknownDetections = `{"Login failures with high unknown users count":"HIGH"}`
)

func credentialStuffing(s *stage) error {
	first := s.stranger()
	first.ASNumber, first.ASOrg, first.ISP, first.Domain = 64510, "swarm-hosting.example", "swarm-hosting.example", "swarm-hosting.example"
	s.cast[theNetwork] = Entity{"other", fmt.Sprint(first.ASNumber), fmt.Sprint(first.ASNumber)}
	addresses := make([]okta.Client, stuffedFrom)
	for i := range addresses {
		addresses[i] = first
		addresses[i].IP = fmt.Sprintf("198.19.%d.%d", s.rand.IntN(256), 1+i*20+s.rand.IntN(20))
	}
	last := addresses[len(addresses)-1]
	s.cast[theAddress] = Entity{"ip", last.IP, last.IP}
	people, ago := crowd(s, stuffedKnown), 50*time.Second
	for i := range stuffedNames {
		ago -= time.Duration(500+s.rand.IntN(60)) * time.Millisecond
		a := attempt{from: addresses[i%stuffedFrom], transaction: s.hex(32), session: "unknown", result: "FAILURE"}
		if i%4 == 0 && i/4 < len(people) {
			refused(s, ago, people[i/4], a)
			continue
		}
		s.emit(ago, okta.Event{
			Type: "user.session.start", Unknown: "user." + s.hex(6) + "@mail.example", Client: a.from, Transaction: a.transaction, Session: "unknown", Result: "FAILURE", Reason: "VERIFICATION_ERROR",
			DebugData: web(a.transaction, "/idp/idx/identify", a.from, map[string]any{"risk": highRisk}),
		})
	}
	transaction := s.hex(32)
	s.emit(ago, okta.Event{
		Type: "security.threat.detected", Actor: last.IP, Client: last, Transaction: transaction, Result: "ALLOW", Reason: "Login failures with high unknown users count",
		DebugData: web(transaction, "/idp/idx/identify", last, map[string]any{"threatSuspected": "true", "threatDetections": unknownDetections}),
	})
	transaction = s.hex(32)
	right := passwordOf(s.victim, attempt{from: last, transaction: transaction, session: s.sessionID(), result: "SUCCESS"})
	right.DebugData["threatSuspected"], right.DebugData["threatDetections"] = "true", unknownDetections
	s.emit(0, right)
	s.emit(0, okta.Event{
		Type: "security.breached_credential.detected", Actor: s.victim.ID, Client: last, Targets: []okta.Target{person(s.victim)}, Transaction: transaction, Session: right.Session,
		DebugData: web(transaction, "/idp/idx/identify", last, map[string]any{"threatSuspected": "true", "threatDetections": unknownDetections}),
	})
	s.note = "The password of " + strings.TrimSpace(s.victim.Login) + " is on the list. There is no session."
	return nil
}
