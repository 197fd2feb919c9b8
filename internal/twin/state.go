package twin

import (
	"encoding/json"

	"sallyport/internal/inventory"
)

// State says how an account stands beside its person. Its text is part of the API.
type State string

// The states.
const (
	Alike    State = "alike"    // both may sign in, or neither
	LeftOpen State = "leftOpen" // who may not sign in to the org still has an account that is not blocked
	Marked   State = "marked"   // as leftOpen, but the account says that it is deactivated: an Action may refuse it
	ShutOut  State = "shutOut"  // who may sign in to the org has an account that is blocked
)

// States lists them.
func States() []State { return []State{Alike, LeftOpen, Marked, ShutOut} }

// Compare says how an account stands beside its person. gone says that the org has
// the person no more.
func Compare(p inventory.Person, gone bool, a inventory.Account) State {
	off := gone || p.Off()
	switch {
	case off && !a.Blocked && a.Marked():
		return Marked
	case off && !a.Blocked:
		return LeftOpen
	case !off && a.Blocked:
		return ShutOut
	}
	return Alike
}

// leadsOf returns the name of a connection and the hosts that it leads to.
func leadsOf(c inventory.Entity) (string, []string) {
	var b struct {
		Name    string `json:"name"`
		Options struct {
			Domain    string `json:"domain"`
			Issuer    string `json:"issuer"`
			SignIn    string `json:"signInEndpoint"`
			Discovery string `json:"discovery_url"`
		} `json:"options"`
	}
	if json.Unmarshal(c.Body, &b) != nil {
		return "", nil
	}
	hosts := []string{}
	for _, place := range []string{b.Options.Domain, b.Options.Issuer, b.Options.SignIn, b.Options.Discovery} {
		if place != "" {
			hosts = append(hosts, HostOf(place))
		}
	}
	return b.Name, hosts
}
