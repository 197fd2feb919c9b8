// Package twin says which accounts of Auth0 tenants are those of people of an
// Okta org: the same person, met a second time.
//
// Sure is what somebody would have had to break into the org or the tenant to
// bring about: an identity that the org itself vouched for, or a mail address
// that the tenant has verified. Everything else is a maybe, with why.
package twin

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"sallyport/internal/inventory"
)

// By says by what an account was found. Its text is part of the API.
type By string

// What accounts are found by.
const (
	Identity By = "identity" // the account signs in through the org, as this person
	Mail     By = "mail"     // it has the person's mail address
)

// Ways lists what accounts are found by.
func Ways() []By { return []By{Identity, Mail} }

// Match is that an account may be somebody's.
type Match struct {
	By   By
	Sure bool
	Said string // why it is not sure
}

// Org is the Okta org that people are of.
type Org struct {
	Hosts []string // that it is reached by, in small letters
}

// Add takes a domain of the org up.
func (o *Org) Add(d inventory.Entity) {
	var b struct {
		Domain string `json:"domain"`
	}
	if json.Unmarshal(d.Body, &b) == nil && b.Domain != "" {
		o.Hosts = append(o.Hosts, HostOf(b.Domain))
	}
}

// HostOf returns the host of a URL or of a bare domain, in small letters.
func HostOf(place string) string {
	if u, err := url.Parse(place); err == nil && u.Host != "" {
		place = u.Host
	}
	host, _, _ := strings.Cut(place, "/")
	return strings.ToLower(host)
}

// Tenant is the Auth0 tenant that accounts are of.
type Tenant struct {
	// Leads are the hosts that a connection leads to, by its name. What could not be
	// read is not there.
	Leads map[string][]string
}

// Read takes a connection of the tenant up.
func (t *Tenant) Read(c inventory.Entity) {
	name, hosts := leadsOf(c)
	if name == "" {
		return
	}
	if t.Leads == nil {
		t.Leads = map[string][]string{}
	}
	t.Leads[name] = hosts
}

// Shared says how many people of the org have an account's mail address.
type Shared int

// Of says whether an account is a person's.
func Of(p inventory.Person, org Org, a inventory.Account, t Tenant, shared Shared) (Match, bool) {
	byID, found, other := identified(p, org, a, t)
	if found && byID.Sure {
		return byID, true
	}
	if p.Email != "" && inventory.FoldMail(p.Email) == inventory.FoldMail(a.Email) {
		m := Match{By: Mail}
		switch {
		case other:
			m.Said = "The address is the same, but the account signs in through this org as somebody else."
		case !a.Verified:
			m.Said = "The address is the same, but Auth0 has not verified that it is the account's."
		case shared > 1:
			m.Said = "The address is the same, but several people of the org have it."
		default:
			m.Sure = true
		}
		return m, true
	}
	return byID, found
}

// identified looks through the identities of an account for one of a person; other
// says that one is of somebody else of the org.
func identified(p inventory.Person, org Org, a inventory.Account, t Tenant) (best Match, found, other bool) {
	for _, i := range a.Identities {
		subject := i.Subject()
		if subject == "" {
			continue
		}
		hosts, read := t.Leads[i.Connection]
		leads := slices.ContainsFunc(hosts, func(h string) bool { return slices.Contains(org.Hosts, h) })
		is := subject == p.ID || strings.Contains(subject, "@") && inventory.FoldMail(subject) == inventory.FoldMail(p.Login)
		switch {
		case is && leads:
			return Match{By: Identity, Sure: true}, true, false
		case leads:
			other = true
		case is && !read:
			best, found = Match{By: Identity, Said: "The account signs in by a directory as this person, but where its connection " + i.Connection + " leads was not read."}, true
		case is:
			best, found = Match{By: Identity, Said: "The account signs in by a directory as this person, but its connection " + i.Connection + " does not lead to this org."}, true
		}
	}
	return best, found, other
}

// KeysOf returns by what accounts of a person are looked for; see [inventory.Keys].
func KeysOf(p inventory.Person) []string {
	out := []string{inventory.SubjectKey(p.ID)}
	if p.Email != "" {
		out = append(out, inventory.MailKey(p.Email))
	}
	if p.Login != "" {
		out = append(out, inventory.SubjectKey(inventory.FoldMail(p.Login)))
	}
	return out
}
