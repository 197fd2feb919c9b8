package scenario

import "sallyport/sandbox/okta"

var _ = add(Scenario{
	Name:       "new_device",
	Title:      "Somebody signs in with a new phone",
	Happens:    "A person signs in with a phone that Okta has not seen with them, where they always are. Okta mails them about it, with a link to report it.",
	Expect:     "Nothing: people get new phones. The mail is in the mailbox; following its link reports the sign-in as suspicious, for real.",
	Techniques: []string{},
	Raises:     []Alert{},
	fits:       canSignIn,
	play: func(s *stage) error {
		from := s.home(s.victim.Login)
		if err := s.seen(s.victim.Login, from); err != nil {
			return err
		}
		from.UserAgent, from.DeviceToken = safariPhone, s.hex(32)
		if _, err := s.enter(s.victim.Login, from, okta.Entry{}); err != nil {
			return err
		}
		s.note = "The mail with the link to report is in the mailbox of " + s.victim.Email + "."
		return nil
	},
})

const safariPhone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"
