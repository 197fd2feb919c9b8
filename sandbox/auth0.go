package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"

	"sallyport/sandbox/auth0"
	"sallyport/sandbox/okta"
)

// mostAccounts is how many people of the Okta org have an account in the Auth0
// tenant too, unless another number is asked for. Others get one when something is
// to happen to them there.
const mostAccounts = 500

// auth0URL returns where the Auth0 tenant of a sandbox is.
func auth0URL(base string) string {
	if base == "" {
		return ""
	}
	return strings.TrimSuffix(base, "/") + "/auth0"
}

// accounts returns the people of the org who have accounts in the tenant.
func accounts(org *okta.Org, most int) []auth0.Person {
	if most == 0 {
		most = mostAccounts
	}
	var out []auth0.Person
	for _, u := range org.UsersAfter("", most) {
		if strings.Contains(u.Email, "@") {
			first, last, _ := strings.Cut(u.Name, " ")
			out = append(out, auth0.Person{Email: u.Email, First: first, Last: last})
		}
	}
	return out
}

// admitToAuth0 makes an account for somebody who may be of the Okta org.
func (c control) admitToAuth0(r *http.Request) (any, error) {
	var in struct {
		Email string `json:"email"`
		First string `json:"first"`
		Last  string `json:"last"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	if !strings.Contains(in.Email, "@") {
		return nil, badRequest("email: an address is wanted, not %q", in.Email)
	}
	if u, known := c.org.UserByEmail(in.Email); known && in.First == "" && in.Last == "" {
		in.First, in.Last, _ = strings.Cut(u.Name, " ")
	}
	return c.auth0.Admit(auth0.Person{Email: in.Email, First: in.First, Last: in.Last}), nil
}

func (c control) getAuth0User(r *http.Request) (any, error) {
	u, known := c.auth0.Person(r.PathValue("user"))
	if !known {
		return nil, &httpError{http.StatusNotFound, "no such user: " + r.PathValue("user")}
	}
	return u, nil
}

// signInToAuth0 has somebody sign in, with the right password unless another
// one is given.
func (c control) signInToAuth0(r *http.Request) (any, error) {
	var in struct {
		User         string  `json:"user"`
		Password     *string `json:"password"`
		Connection   string  `json:"connection"`
		Organization string  `json:"organization"`
		ClientID     string  `json:"client_id"`
		IP           string  `json:"ip"`
		UserAgent    string  `json:"user_agent"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	a := auth0.Attempt{User: in.User, Known: in.Password == nil, Connection: in.Connection, Organization: in.Organization, ClientID: in.ClientID, IP: in.IP, Agent: in.UserAgent}
	if in.Password != nil {
		a.Password = *in.Password
	}
	if a.IP == "" {
		a.IP = "203.0.113.20"
	}
	if a.Agent == "" {
		a.Agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
	}
	return c.auth0.SignIn(r.Context(), a)
}

// revokeAuth0Tokens makes every access token of the tenant useless.
func (c control) revokeAuth0Tokens(*http.Request) (any, error) {
	c.auth0.RevokeTokens()
	return map[string]bool{"revoked": true}, nil
}

// auth0Error returns an error of the Management API.
func auth0Error(status int) string {
	message, code := http.StatusText(status), ""
	switch status {
	case http.StatusUnauthorized:
		message = "Expired token received for JSON Web Token validation"
	case http.StatusForbidden:
		message, code = "Insufficient scope", "insufficient_scope"
	case http.StatusTooManyRequests:
		message, code = "Global limit has been reached", "too_many_requests"
	case http.StatusInternalServerError:
		message = "Internal error"
	}
	body := map[string]any{"statusCode": status, "error": http.StatusText(status), "message": message}
	if code != "" {
		body["errorCode"] = code
	}
	b, err := json.Marshal(body)
	if err != nil { // of texts only
		return ""
	}
	return string(b)
}
