package scenario

import (
	"time"

	"sallyport/sandbox/okta"
)

var _ = add(Scenario{
	Name:  "threatinsight_attack",
	Title: "Okta sees an attack on the whole org",
	Happens: "Requests with the names of people who do not exist come by the hundred. ThreatInsight knows the address from other orgs, but is set to log alone; " +
		"Okta declares that the org is under attack, and, minutes later, that it is over.",
	Expect:     "security.threat.detected with the outcome ALLOW, which is what audit mode does, security.attack.start and .end. In blocking mode nothing of it would have reached the sign-in.",
	Techniques: []string{"T1110"},
	Raises: []Alert{
		{"org_under_attack", theOrg, []string{"security.attack.start"}},
		{"threatinsight_allowed", theAddress, []string{"security.threat.detected"}},
	},
	fits: func(*okta.Org, okta.UserState) string { return "" },
	play: threatInsightAttack,
})

func threatInsightAttack(s *stage) error {
	from := s.stranger()
	s.cast[theAddress] = Entity{"ip", from.IP, from.IP}
	detected := func(ago time.Duration) {
		transaction := s.hex(32)
		s.emit(ago, okta.Event{
			Type: "security.threat.detected", Actor: from.IP, Client: from, Transaction: transaction, Result: "ALLOW", Reason: "Login failures with high unknown users count",
			DebugData: web(transaction, "/api/v1/authn", from, map[string]any{"threatSuspected": "true", "threatDetections": unknownDetections}),
		})
	}
	detected(4 * time.Minute)
	detected(3 * time.Minute)
	s.emit(150*time.Second, okta.Event{Type: "security.attack.start", Job: true, Severity: "WARN"})
	detected(2 * time.Minute)
	s.emit(10*time.Second, okta.Event{Type: "security.attack.end", Job: true})
	s.note = "The requests came from " + from.IP + "."
	return nil
}
