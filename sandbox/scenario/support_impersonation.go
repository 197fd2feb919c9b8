package scenario

import (
	"time"

	"sallyport/sandbox/okta"
)

var _ = add(Scenario{
	Name:    "support_impersonation",
	Title:   "Okta's support is let in, without a case",
	Happens: "An admin switches on access for Okta's support, and minutes later somebody of the support works in the org as an admin. Nobody of the company has opened a case.",
	Expect: "user.session.impersonation.grant by the admin, then .initiate and .end by Okta. In 2023 a thief of support files used what customers had sent there: " +
		"a case that nobody knows of is worth a call.",
	Techniques: []string{"T1199", "T1078.004"},
	Raises: []Alert{
		{"impersonation_granted", theAdmin, []string{"user.session.impersonation.grant"}},
		{"impersonation_started", theSupport, []string{"user.session.impersonation.initiate"}},
	},
	fits: func(*okta.Org, okta.UserState) string { return "" },
	play: supportImpersonation,
})

func supportImpersonation(s *stage) error {
	admin, ok := s.opt.Org.User(superAdmin)
	if !ok {
		return ErrImpossible
	}
	s.cast[theAdmin] = personEntity(admin)
	number := "0200" + s.hex(4)
	debug := map[string]any{"caseNumber": number}
	s.emit(4*time.Minute, okta.Event{
		Type: "user.session.impersonation.grant", Actor: admin.ID, Client: office(), Targets: []okta.Target{person(admin)}, Session: s.sessionID(), DebugData: debug,
	})
	support := office()
	support.IP, support.City, support.State, support.Country, support.PostalCode, support.Lat, support.Lon = "192.0.2.77", "San Francisco", "California", "United States", "94105", 37.79, -122.39
	for _, x := range []struct {
		ago  time.Duration
		verb string
	}{{3 * time.Minute, "initiate"}, {20 * time.Second, "end"}} {
		s.emit(x.ago, okta.Event{Type: "user.session.impersonation." + x.verb, Client: support, Targets: []okta.Target{person(admin)}, DebugData: debug})
	}
	s.note = "The case is said to be " + number + "."
	return nil
}
