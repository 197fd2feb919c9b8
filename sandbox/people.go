package sandbox

import (
	"slices"
	"strings"

	"sallyport/sandbox/okta"
	"sallyport/sandbox/slack"
)

// people are the people of the org, as members of the Slack workspace. Their
// Slack ids are made of the part of their Okta ids that grows, so that both
// have the same order.
type people struct{ org *okta.Org }

const (
	oktaPrefix  = "00u"
	slackPrefix = "U"
	grownPart   = 7 // characters
)

func slackID(oktaID string) string {
	return slackPrefix + strings.ToUpper(oktaID[len(oktaPrefix):len(oktaPrefix)+grownPart])
}

// oktaStart returns what the Okta id of the person with a Slack id begins
// with.
func oktaStart(id string) (string, bool) {
	grown, ok := strings.CutPrefix(id, slackPrefix)
	return oktaPrefix + strings.ToLower(grown), ok && len(grown) == grownPart
}

func member(u okta.UserState) slack.Person {
	first, last, _ := strings.Cut(u.Name, " ")
	handle, _, _ := strings.Cut(u.Login, "@")
	return slack.Person{
		ID: slackID(u.ID), Name: handle, First: first, Last: last, Email: u.Email,
		Deleted: u.Status == okta.Deprovisioned, Admin: slices.Contains(u.AdminRoles, "SUPER_ADMIN"),
	}
}

// ByEmail implements slack.People.
func (p people) ByEmail(email string) (slack.Person, bool) {
	u, ok := p.org.UserByEmail(email)
	if !ok {
		return slack.Person{}, false
	}
	return member(u), true
}

// ByID implements slack.People.
func (p people) ByID(id string) (slack.Person, bool) {
	start, ok := oktaStart(id)
	if !ok {
		return slack.Person{}, false
	}
	found := p.org.UsersAfter(start, 1)
	if len(found) == 0 || !strings.HasPrefix(found[0].ID, start) {
		return slack.Person{}, false
	}
	return member(found[0]), true
}

// After implements slack.People.
func (p people) After(id string, n int) []slack.Person {
	after := ""
	if id != "" {
		start, ok := oktaStart(id)
		if !ok {
			return nil
		}
		after = start + "~" // behind every id that begins like this
	}
	users := p.org.UsersAfter(after, n)
	out := make([]slack.Person, len(users))
	for i, u := range users {
		out[i] = member(u)
	}
	return out
}
