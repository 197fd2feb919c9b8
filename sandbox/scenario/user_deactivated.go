package scenario

import (
	"net/http"

	"sallyport/sandbox/okta"
)

var _ = add(Scenario{
	Name:    "user_deactivated",
	Title:   "Somebody leaves the company",
	Happens: "An admin deactivates a person's account on their last day. Okta ends their sessions and takes their apps away.",
	Expect: "user.lifecycle.deactivate, with the end of each session and each app in the same transaction. " +
		"What Okta does not reach, other systems have to be told.",
	Techniques: []string{},
	Raises:     []Alert{},
	fits: func(_ *okta.Org, u okta.UserState) string {
		if u.Status == okta.Deprovisioned {
			return "is DEPROVISIONED already"
		}
		return ""
	},
	play: func(s *stage) error {
		s.note = s.victim.Login + " is DEPROVISIONED now."
		return s.api(okta.Call{As: superAdmin, From: office(), Method: http.MethodPost, Path: "/api/v1/users/" + s.victim.ID + "/lifecycle/deactivate"})
	},
})
