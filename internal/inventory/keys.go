package inventory

import (
	"encoding/json"
	"strings"
	"time"
)

// Account is what an account in an Auth0 tenant says of who it is of.
type Account struct {
	ID         string     `json:"user_id"`
	Email      string     `json:"email"`
	Verified   bool       `json:"email_verified"`
	Blocked    bool       `json:"blocked"`
	LastLogin  string     `json:"last_login"` // RFC 3339; empty where there was none
	Logins     int        `json:"logins_count"`
	Identities []Identity `json:"identities"`
	Metadata   struct {
		Okta struct {
			Deactivated any `json:"deactivated"`
		} `json:"okta"`
	} `json:"user_metadata"`
}

// Marked reports whether the account says of itself that Okta has deactivated whom
// it is of, as a text or as a boolean.
func (a Account) Marked() bool {
	d := a.Metadata.Okta.Deactivated
	return d == true || d == "true"
}

// LastSeen returns when somebody last signed in to the account; zero where nobody
// has.
func (a Account) LastSeen() time.Time {
	at, err := time.Parse(time.RFC3339, a.LastLogin)
	if err != nil {
		return time.Time{}
	}
	return at
}

// Identity is one of the ways in which somebody signs in to an account.
type Identity struct {
	Connection string `json:"connection"` // by its name
	Provider   string `json:"provider"`   // as auth0, okta, google-oauth2
	UserID     string `json:"user_id"`    // at the provider; of Okta's after a "|", behind the connection's name
}

// Subject returns by what id the directory knows whom the identity is of; empty
// where it is none of a directory.
func (i Identity) Subject() string {
	if !enterprise(i.Provider) {
		return ""
	}
	return i.UserID[strings.LastIndex(i.UserID, "|")+1:]
}

// FoldMail returns a mail address as such are compared: without regard to case.
func FoldMail(address string) string { return strings.ToLower(strings.TrimSpace(address)) }

// Keys returns by what an entity is found from another provider: see [MailKey] and
// [SubjectKey]. Only people have any.
func Keys(e Entity) []string {
	switch e.Kind {
	case User:
		return PersonOf(e).keys()
	case Auth0User:
		return AccountOf(e).keys()
	default:
	}
	return nil
}

func (a Account) keys() []string {
	var out []string
	if a.Email != "" {
		out = append(out, MailKey(a.Email))
	}
	for _, i := range a.Identities {
		if s := i.Subject(); strings.Contains(s, "@") { // a login, in any case
			out = append(out, SubjectKey(FoldMail(s)))
		} else if s != "" {
			out = append(out, SubjectKey(s))
		}
	}
	return out
}

func (p Person) keys() []string {
	var out []string
	if p.Email != "" {
		out = append(out, MailKey(p.Email))
	}
	if p.Login != "" && FoldMail(p.Login) != FoldMail(p.Email) {
		out = append(out, SubjectKey(FoldMail(p.Login)))
	}
	return out
}

// MailKey is the key of who has a mail address.
func MailKey(address string) string { return "mail:" + FoldMail(address) }

// SubjectKey is the key of an account whose person a directory knows by an id.
func SubjectKey(id string) string { return "sub:" + id }

// AccountOf reads what an account says. What cannot be read says nothing.
func AccountOf(e Entity) Account {
	var a Account
	if json.Unmarshal(e.Body, &a) != nil {
		return Account{ID: e.ID}
	}
	a.ID = e.ID
	return a
}

// Person is what an Okta org says of somebody.
type Person struct {
	ID, Email, Login, Status string
}

// PersonOf reads what an Okta org says of somebody.
func PersonOf(e Entity) Person {
	var b struct {
		Status  string
		Profile struct{ Login, Email string }
	}
	if json.Unmarshal(e.Body, &b) != nil {
		return Person{ID: e.ID}
	}
	return Person{ID: e.ID, Email: b.Profile.Email, Login: b.Profile.Login, Status: b.Status}
}

// Off reports whether the person may not sign in because somebody said so.
func (p Person) Off() bool { return p.Status == "DEPROVISIONED" || p.Status == "SUSPENDED" }
