package scenario

import (
	"fmt"
	"time"
)

var _ = add(Scenario{
	Name:       "password_guessing",
	Title:      "Guess after guess at one password",
	Happens:    "A stranger tries twelve passwords on one account within five minutes, from one address, until Okta locks the account.",
	Expect:     "Failed sign-ins of one person in a row from an address that is not theirs, and user.account.lock. The person cannot work until they are unlocked.",
	Techniques: []string{"T1110.001"},
	Raises:     []Alert{{"password_guessing", theVictim, []string{"user.session.start"}}},
	fits:       canSignIn,
	play:       passwordGuessing,
})

// guessed is how many passwords are tried.
const guessed = 12

func passwordGuessing(s *stage) error {
	from, ago := s.stranger(), 5*time.Minute
	for range guessed {
		ago -= time.Duration(18+s.rand.IntN(5)) * time.Second
		refused(s, ago, s.victim, attempt{from: from, transaction: s.hex(32), session: "unknown", result: "FAILURE"})
	}
	s.beat()
	if err := s.opt.Org.Lock(s.victim.ID, from); err != nil {
		return fmt.Errorf("%w: %w", ErrImpossible, err)
	}
	s.collectType("user.account.lock", s.victim)
	s.note = s.victim.Login + " is LOCKED_OUT now."
	return nil
}
