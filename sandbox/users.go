package sandbox

import (
	"net/http"
	"strconv"
	"time"

	"sallyport/sandbox/okta"
)

// userView is the JSON of a person, for tests and the rehearsal.
type userView struct {
	ID              string   `json:"id"`
	Login           string   `json:"login"`
	Email           string   `json:"email"`
	Name            string   `json:"name"`
	Status          string   `json:"status"`
	Sessions        int      `json:"sessions"`     // open ones
	OAuthTokens     int      `json:"oauth_tokens"` // refresh tokens that apps hold
	PasswordChanged *string  `json:"password_changed"`
	Factors         int      `json:"factors"`
	FactorTypes     []string `json:"factor_types"`
	Groups          []string `json:"groups"`      // names, without Everyone
	AdminRoles      []string `json:"admin_roles"` // own and through groups
	LastLogin       *string  `json:"last_login"`
	Risk            string   `json:"risk"` // HIGH, MEDIUM, LOW; empty when never set
}

func viewUser(org *okta.Org, u okta.UserState) userView {
	return userView{
		ID: u.ID, Login: u.Login, Email: u.Email, Name: u.Name, Status: string(u.Status), Sessions: u.Sessions, OAuthTokens: u.OAuthTokens,
		PasswordChanged: moment(u.PasswordChanged), Factors: u.Factors, FactorTypes: list(org.FactorTypes(u.ID)), Groups: list(u.Groups),
		AdminRoles: list(u.AdminRoles), LastLogin: moment(u.LastLogin), Risk: u.Risk,
	}
}

// list makes an empty list of none.
func list[T any](s []T) []T { return append([]T{}, s...) }

// moment writes a time, and null for the zero time.
func moment(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := t.UTC().Format(micros)
	return &s
}

func (c control) getUser(r *http.Request) (any, error) {
	u, ok := c.org.User(r.PathValue("login"))
	if !ok {
		return nil, &httpError{http.StatusNotFound, "no such user: " + r.PathValue("login")}
	}
	return viewUser(c.org, u), nil
}

// maxUsers is how many people are listed when nobody says how many.
const maxUsers = 1000

func (c control) listUsers(r *http.Request) (any, error) {
	limit := maxUsers
	if l := r.URL.Query().Get("limit"); l != "" {
		var err error
		if limit, err = strconv.Atoi(l); err != nil || limit < 1 {
			return nil, badRequest("limit must be a positive number, not %q", l)
		}
	}
	out := []userView{}
	for _, u := range c.org.Users(r.URL.Query().Get("status"), limit) {
		out = append(out, viewUser(c.org, u))
	}
	return out, nil
}
