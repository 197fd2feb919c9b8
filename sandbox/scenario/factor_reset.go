package scenario

import (
	"net/http"

	"sallyport/sandbox/okta"
)

var _ = add(Scenario{
	Name:  "factor_reset",
	Title: "The help desk is talked into resetting somebody's factors",
	Happens: "A caller who pretends to be a person has the help desk reset all their factors, and signs in minutes later with the password alone, " +
		"from a new device abroad.",
	Expect:     "user.mfa.factor.reset_all by the help desk, then a sign-in of the same person from an unusual place, without a second factor.",
	Techniques: []string{"T1556.006", "T1078.004"},
	Raises: append(signInOf(theVictim),
		Alert{"factor_reset_then_risky_sign_in", theVictim, []string{"user.mfa.factor.reset_all", "user.session.start"}}),
	fits: func(o *okta.Org, u okta.UserState) string {
		switch {
		case u.Factors == 0:
			return "has no factors"
		case len(u.AdminRoles) > 0:
			return "is an admin, whom the help desk may not touch"
		}
		return canSignIn(o, u)
	},
	play: func(s *stage) error {
		if err := s.seen(s.victim.Login, s.home(s.victim.Login)); err != nil {
			return err
		}
		err := s.api(okta.Call{As: helpDesk, From: office(), Method: http.MethodPost, Path: "/api/v1/users/" + s.victim.ID + "/lifecycle/reset_factors"})
		if err != nil {
			return err
		}
		_, err = s.trespass(s.victim.Login, s.stranger())
		s.note = s.victim.Login + " has no factors now, and the caller has an open session."
		return err
	},
})
