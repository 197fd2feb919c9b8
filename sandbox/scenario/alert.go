package scenario

import "sallyport/sandbox/okta"

// Alert is one alert that a scenario should raise.
type Alert struct {
	Rule   string   `json:"rule"`   // slug in Sallyport's own pack
	About  string   `json:"about"`  // whom or what it is about: one of the cast
	Events []string `json:"events"` // the types of events that are its evidence
}

// The cast: whom and what alerts are about.
const (
	theVictim   = "the victim"
	theAdmin    = "the admin"
	theHelpDesk = "the help desk"
	theAddress  = "the address"
	theNetwork  = "the network"
	theProvider = "the identity provider"
	theHook     = "the event hook"
	theAccount  = "the new account"
	theOrg      = "the org"
	theSupport  = "Okta's support"
)

// Entity is whom or what an alert is about in one run.
type Entity struct {
	Kind string `json:"kind"` // user, ip, org, system or other
	ID   string `json:"id"`   // of the user or thing; the address itself
	Name string `json:"name"` // login, or what people call it
}

// Expectation is an alert that a run should raise.
type Expectation struct {
	Alert

	Entity Entity `json:"entity"`
}

// expected names the alerts that a run should raise, with whom they are about.
func (s *stage) expected(sc Scenario) []Expectation {
	s.cast[theOrg] = Entity{"org", "org", "Okta org"}
	s.cast[theSupport] = Entity{"system", "okta.system", "Okta System"}
	out := []Expectation{}
	for _, a := range sc.Raises {
		out = append(out, Expectation{a, s.cast[a.About]})
	}
	return out
}

func personEntity(u okta.UserState) Entity { return Entity{"user", u.ID, u.Login} }

// signInOf lists what the sign-in of a stranger in somebody's name raises: from
// a rented server in a country where they have never been, with a device that
// nobody has seen, minutes after they were seen at home.
func signInOf(whose string) []Alert {
	start := []string{"user.session.start"}
	return []Alert{
		{"anonymizer_with_new_device", whose, start},
		{"risky_sign_in", whose, start},
		{"impossible_travel", whose, []string{"policy.evaluate_sign_on", "user.session.start"}},
	}
}

// consoleOf lists what an intruder with the account of the admin raises who
// opens the admin console, and what more they raise there.
func consoleOf(more ...Alert) []Alert {
	out := append(signInOf(theAdmin), Alert{"admin_console_from_risky_place", theAdmin, []string{"user.session.access_admin_app"}})
	return append(out, more...)
}
