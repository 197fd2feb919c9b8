package scenario

import (
	"net/http"
	"strings"

	"sallyport/sandbox/okta"
)

var _ = add(Scenario{
	Name:  "user_deactivated",
	Title: "Somebody leaves the company",
	Happens: "An admin deactivates a person's account on their last day. Okta ends their sessions and takes their apps away. " +
		"The person has an account in Auth0 too, and still gets in there.",
	Expect: "user.lifecycle.deactivate, with the end of each session and each app in the same transaction. " +
		"What Okta does not reach, other systems have to be told: a flow writes it into the metadata of the person in Auth0, whose Action then refuses them.",
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
		s.also()
		if err := s.api(okta.Call{As: superAdmin, From: office(), Method: http.MethodPost, Path: "/api/v1/users/" + s.victim.ID + "/lifecycle/deactivate"}); err != nil {
			return err
		}
		s.steps = append(s.steps, s.step("okta", "An admin deactivates them in Okta", true, "DEPROVISIONED"))
		return nil
	},
})

// nameParts splits a name at its first space.
func nameParts(name string) (first, last string) {
	first, last, _ = strings.Cut(name, " ")
	return first, last
}
