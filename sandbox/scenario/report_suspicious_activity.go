package scenario

import "fmt"

var _ = add(Scenario{
	Name:  "report_suspicious_activity",
	Title: "Somebody reports a sign-in that was not theirs",
	Happens: "A stranger signs in with a person's password and second factor, from a device and a country that Okta has not seen with them. " +
		"Okta mails the person about the new device; they press “Report suspicious activity”.",
	Expect: "A report with the address, place and browser of the stranger. The stranger's session is open until somebody clears it, " +
		"and the password works until it is reset.",
	Techniques: []string{"T1078.004"},
	Raises: append(signInOf(theVictim),
		Alert{"suspicious_activity_reported", theVictim, []string{"user.account.report_suspicious_activity_by_enduser"}}),
	fits: canSignIn,
	play: reportSuspiciousActivity,
})

func reportSuspiciousActivity(s *stage) error {
	from := s.home(s.victim.Login)
	if err := s.seen(s.victim.Login, from); err != nil {
		return err
	}
	if _, err := s.trespass(s.victim.Login, s.stranger()); err != nil {
		return err
	}
	s.beat()
	id, err := s.opt.Org.Report(s.victim.Login, from)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrImpossible, err)
	}
	s.collectID(id, "user.account.report_suspicious_activity_by_enduser")
	s.note = "The mail with the link to report is in the mailbox of " + s.victim.Email + "."
	return nil
}
