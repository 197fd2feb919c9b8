package scenario

import (
	"time"

	"sallyport/sandbox/okta"
)

var _ = add(Scenario{
	Name:  "refresh_token_reuse",
	Title: "A stolen refresh token is used a second time",
	Happens: "The refresh token of a person's app is stolen from their machine. The app renews its tokens as always; the stranger tries the old token after it, " +
		"and Okta, which gives out each of them once, notices.",
	Expect:     "app.oauth2.token.detect_reuse from an unusual address, for the person and the app. Okta revokes the whole family of tokens; the machine they came from is still the stranger's.",
	Techniques: []string{"T1528", "T1550.001"},
	Raises:     []Alert{{"refresh_token_reused", theVictim, []string{"app.oauth2.token.detect_reuse"}}},
	fits:       canSignIn,
	play: func(s *stage) error {
		home, thief := s.home(s.victim.Login), s.stranger()
		a := s.app(s.victim.Login, "Mail for phones")
		for _, x := range []struct {
			ago       time.Duration
			eventType string
			from      okta.Client
		}{{2 * time.Minute, "app.oauth2.token.grant.refresh_token", home}, {20 * time.Second, "app.oauth2.token.detect_reuse", thief}} {
			transaction := s.hex(32)
			s.emit(x.ago, okta.Event{
				Type: x.eventType, Actor: a.ID, Client: x.from, Transaction: transaction,
				Targets:   []okta.Target{a, person(s.victim), {ID: s.hex(22), Type: "refresh_token", AlternateID: "unknown", DisplayName: "Refresh Token"}},
				DebugData: web(transaction, "/oauth2/v1/token", x.from, nil),
			})
		}
		s.note = "The app is " + a.DisplayName + "."
		return nil
	},
})
