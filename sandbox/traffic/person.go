package traffic

import (
	"fmt"
	"slices"
	"time"

	"sallyport/sandbox/okta"
)

// person is somebody who works in the org.
type person struct {
	id, login, name string
	laptop          okta.Client // what they usually work with, where they usually are
	phone           okta.Client
	factors         []string // as the org lists them
	apps            []okta.AppState
	admin           bool

	session string    // external id of the open one, empty for none
	until   time.Time // when it has to be opened again
	busy    bool      // in the middle of something that takes a while
}

// target is the person as the target of an event.
func (p *person) target() okta.Target { return okta.Target{Login: p.login} }

// site is an office, or a town that people work in from home.
type site struct {
	client okta.Client
	nat    string // address that everybody in the office has
}

// sites are places as the simulated org's people have them, with networks that
// have numbers for documentation (RFC 5398).
func sites() []site {
	return []site{
		{okta.Client{City: "Berlin", State: "Land Berlin", Country: "Germany", PostalCode: "10115", Lat: 52.53, Lon: 13.38, ASNumber: 64496, ASOrg: "example net", ISP: "example net", Domain: "example.net"}, "203.0.113.10"},
		{okta.Client{City: "San Francisco", State: "California", Country: "United States", PostalCode: "94107", Lat: 37.77, Lon: -122.39, ASNumber: 64497, ASOrg: "bay example", ISP: "bay example", Domain: "example.com"}, "203.0.113.20"},
		{okta.Client{City: "London", State: "England", Country: "United Kingdom", PostalCode: "EC1A", Lat: 51.52, Lon: -0.1, ASNumber: 64498, ASOrg: "thames example", ISP: "thames example", Domain: "example.org"}, "198.51.100.10"},
		{okta.Client{City: "Toronto", State: "Ontario", Country: "Canada", PostalCode: "M5V", Lat: 43.64, Lon: -79.39, ASNumber: 64499, ASOrg: "lake example", ISP: "lake example", Domain: "example.ca"}, "198.51.100.20"},
	}
}

func laptops() []string {
	return []string{
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36",
		"Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
	}
}

const iPhone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"

// settle gives everybody who works a laptop, a phone and a place. Half of them
// sit in an office, behind one address.
func (t *Traffic) settle() error {
	const page = 500
	for after, more := "", true; more && len(t.people) < maxPeople; {
		users := t.org.UsersAfter(after, page)
		more = len(users) == page
		for _, u := range users {
			after = u.ID
			service := slices.Contains([]string{"admin", "breakglass", "svc-readonly"}, name(u.Login))
			if u.Status != okta.Active || service || len(t.people) == maxPeople {
				continue
			}
			p, err := t.newPerson(u)
			if err != nil {
				return err
			}
			t.people = append(t.people, p)
		}
	}
	return nil
}

// name is the part of a login before the "@".
func name(login string) string {
	for i, r := range login {
		if r == '@' {
			return login[:i]
		}
	}
	return login
}

func (t *Traffic) newPerson(u okta.UserState) (*person, error) {
	all := sites()
	here := all[t.rand.IntN(len(all))]
	p := &person{
		id: u.ID, login: u.Login, name: u.Name, laptop: here.client, phone: here.client, factors: t.org.FactorTypes(u.ID),
		apps: t.org.Apps(u.ID), admin: len(u.AdminRoles) > 0,
	}
	p.laptop.IP = here.nat
	if p.admin {
		p.laptop = all[0].client // the office of IT
		p.laptop.IP = all[0].nat
	} else if t.chance(500) {
		p.laptop.IP = t.homeAddress()
	}
	p.laptop.UserAgent, p.laptop.DeviceToken = laptops()[t.rand.IntN(len(laptops()))], t.hex(32)
	p.phone.IP, p.phone.UserAgent, p.phone.DeviceToken = t.homeAddress(), iPhone, t.hex(32)
	for _, c := range []okta.Client{p.phone, p.laptop} {
		if err := t.org.Know(p.login, c); err != nil {
			return nil, err
		}
	}
	p.apps = slices.DeleteFunc(p.apps, func(a okta.AppState) bool {
		return a.Name == "okta_enduser" || a.Name == "saasure" || a.Name == "bookmark"
	})
	return p, nil
}

// homeAddress is one of those that carriers give to many (RFC 6598).
func (t *Traffic) homeAddress() string {
	return fmt.Sprintf("100.%d.%d.%d", 64+t.rand.IntN(64), t.rand.IntN(256), 1+t.rand.IntN(254))
}

// hex returns an id of n hexadecimal digits.
func (t *Traffic) hex(n int) string {
	const digits = "0123456789abcdef"
	b := make([]byte, n)
	for i := range b {
		b[i] = digits[t.rand.IntN(len(digits))]
	}
	return string(b)
}

// anyone returns somebody who is not an admin, is no joiner of today and has
// nothing else to do.
func (t *Traffic) anyone(fits func(*person) bool) *person {
	for range 50 {
		p := t.people[t.rand.IntN(len(t.people))]
		if !p.admin && !p.busy && fits(p) && t.works(p) {
			return p
		}
	}
	return nil
}

// works says whether somebody can sign in; scenarios and admins may have
// changed that.
func (t *Traffic) works(p *person) bool {
	u, ok := t.org.User(p.id)
	return ok && u.Status == okta.Active
}

func anybody(*person) bool { return true }
