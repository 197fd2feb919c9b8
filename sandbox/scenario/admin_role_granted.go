package scenario

import (
	"net/http"
	"slices"

	"sallyport/sandbox/okta"
)

var _ = add(Scenario{
	Name:  "admin_role_granted",
	Title: "An admin's account makes somebody a super admin",
	Happens: "The account of an admin signs in from a place where the admin has never been, opens the admin console, " +
		"and makes an ordinary person a super admin.",
	Expect: "A new super admin, granted from an unusual address. The role and the session of the granting account stay until somebody takes them away; " +
		"both accounts may be in the wrong hands.",
	Techniques: []string{"T1098.003", "T1078.004"},
	Raises:     consoleOf(Alert{"super_admin_granted", theVictim, []string{"user.account.privilege.grant"}}),
	fits: func(o *okta.Org, u okta.UserState) string {
		if slices.Contains(u.AdminRoles, "SUPER_ADMIN") {
			return "is a super admin already"
		}
		if u.Status == okta.Deprovisioned {
			return "is DEPROVISIONED"
		}
		return ""
	},
	play: adminRoleGranted,
})

func adminRoleGranted(s *stage) error {
	from := s.stranger()
	session, err := s.intrude(from)
	if err != nil {
		return err
	}
	err = s.api(okta.Call{
		As: superAdmin, Session: session, From: from, Method: http.MethodPost, Path: "/api/v1/users/" + s.victim.ID + "/roles", Body: map[string]string{"type": "SUPER_ADMIN"},
	})
	if err != nil {
		return err
	}
	s.note = s.victim.Login + " is a super admin now, by " + s.cast[theAdmin].Name + "."
	return nil
}
