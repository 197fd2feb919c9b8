package scenario

import (
	"net/http"

	"sallyport/sandbox/okta"
)

var _ = add(Scenario{
	Name:  "help_desk_call",
	Title: "A call to the help desk, and everything that follows",
	Happens: "A caller who pretends to be a person has the help desk reset their factors and give them a temporary password. From abroad they choose a password, " +
		"sign in, set up their own phone as the second factor, and open what the person has.",
	Expect: "user.mfa.factor.reset_all and a password reset by the help desk, a sign-in from an unusual place, user.mfa.factor.activate from there, then one app after another. " +
		"The phone stays when sessions are cleared: it has to be removed too.",
	Techniques: []string{"T1556.006", "T1098.005", "T1078.004"},
	Raises: append(signInOf(theVictim),
		Alert{"factor_reset_then_risky_sign_in", theVictim, []string{"user.mfa.factor.reset_all", "user.session.start"}},
		Alert{"factor_enrolled_from_risky_place", theVictim, []string{"user.mfa.factor.activate"}},
	),
	fits: func(o *okta.Org, u okta.UserState) string {
		switch {
		case u.Factors == 0:
			return "has no factors"
		case len(u.AdminRoles) > 0:
			return "is an admin, whom the help desk may not touch"
		}
		return canSignIn(o, u)
	},
	play: helpDeskCall,
})

func helpDeskCall(s *stage) error {
	victim, from := s.victim.Login, s.stranger()
	if err := s.seen(victim, s.home(victim)); err != nil {
		return err
	}
	for _, does := range []string{"reset_factors", "expire_password_with_temp_password"} {
		call := okta.Call{As: helpDesk, From: office(), Method: http.MethodPost, Path: "/api/v1/users/" + s.victim.ID + "/lifecycle/" + does}
		if err := s.api(call); err != nil {
			return err
		}
	}
	session, err := s.enter(victim, from, okta.Entry{Once: true})
	if err != nil {
		return err
	}
	for _, does := range []func() error{
		func() error { return s.opt.Org.ChangePassword(victim, from) },
		func() error { return s.opt.Org.Enrol(victim, "push", from) },
	} {
		s.beat()
		if err := does(); err != nil {
			return err
		}
	}
	s.collectSession(session)
	for _, label := range []string{"Google Workspace", "Slack", "Zoom"} {
		sso(s, 0, from, from, session, label)
	}
	s.note = "The caller has an open session of " + victim + ", their password and their second factor."
	return nil
}
