package inventory

import (
	"strings"
	"testing"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/okta"
)

func TestReadAuth0(t *testing.T) {
	const list = "/api/v2/users?include_totals=true&page=0&per_page=2"
	for name, tt := range map[string]struct {
		target string
		answer okta.Answer
		items  int
		next   string
		fail   okta.Visible
		err    errs.Kind
	}{
		"a page with more":       {list, okta.Answer{Status: 200, Body: []byte(`{"start":0,"limit":2,"total":3,"users":[{"user_id":"a|1"},{"user_id":"a|2"}]}`)}, 2, "/api/v2/users?include_totals=true&page=1&per_page=2", "", 0},
		"the last page":          {list, okta.Answer{Status: 200, Body: []byte(`{"start":2,"limit":2,"total":3,"users":[{"user_id":"a|3"}]}`)}, 1, "", "", 0},
		"an empty page":          {list, okta.Answer{Status: 200, Body: []byte(`{"start":2,"limit":2,"total":9,"users":[]}`)}, 0, "", "", 0},
		"a cursor":               {"/api/v2/roles/r1/users?take=100", okta.Answer{Status: 200, Body: []byte(`{"users":[{"user_id":"a|1"}],"next":"at b"}`)}, 1, "/api/v2/roles/r1/users?from=at+b&take=100", "", 0},
		"a list as it is":        {"/api/v2/x", okta.Answer{Status: 200, Body: []byte(`[{"id":"1"}]`)}, 1, "", "", 0},
		"a scope is missing":     {list, okta.Answer{Status: 403, Body: []byte(`{"message":"Insufficient scope, expected any of: read:users","errorCode":"insufficient_scope"}`)}, 0, "", okta.Denied, 0},
		"an object that is gone": {"/api/v2/roles/r1/users?take=100", okta.Answer{Status: 404, Body: []byte(`{"message":"The role does not exist."}`)}, 0, "", "", 0},
		"the token is revoked":   {list, okta.Answer{Status: 401, Body: []byte(`{"message":"Invalid token"}`)}, 0, "", "", errs.Denied},
		"too many":               {list, okta.Answer{Status: 429}, 0, "", "", errs.Unavailable},
		"it passes":              {list, okta.Answer{Status: 503}, 0, "", "", errs.Unavailable},
		"no JSON":                {list, okta.Answer{Status: 200, Body: []byte(`<html>`)}, 0, "", "", errs.Unavailable},
		"what nobody thought of": {list, okta.Answer{Status: 418}, 0, "", okta.Unknown, 0},
	} {
		p, err := readAuth0(tt.target, "users", tt.answer)
		if errs.KindOf(err) != tt.err || len(p.items) != tt.items || p.next != tt.next || (p.fail == nil) != (tt.fail == "") || p.fail != nil && p.fail.Visible != tt.fail {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}

// What people are divided into is all of them, without one twice.
func TestPeopleAreDividedWhole(t *testing.T) {
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for _, m := range []madeWithin{{}, {From: now.AddDate(-1, 0, 0)}, {To: now.AddDate(-2, 0, 0)}, {From: now.Add(-time.Second), To: now}} {
		parts := m.parts(40_000, now)
		if len(parts) < 2 || !parts[0].From.Equal(m.From) || !parts[len(parts)-1].To.Equal(m.To) {
			t.Fatalf("%+v: %+v", m, parts)
		}
		for i := 1; i < len(parts); i++ {
			if !parts[i].From.Equal(parts[i-1].To) || parts[i].From.IsZero() {
				t.Errorf("%+v and %+v", parts[i-1], parts[i])
			}
		}
	}
	if parts := (madeWithin{From: now, To: now.Add(time.Millisecond)}).parts(2000, now); parts != nil {
		t.Errorf("a millisecond is divided: %+v", parts)
	}
}

// No secret and no profile of an account or a connection is kept.
func TestAuth0KeepsNoSecrets(t *testing.T) {
	account := object{
		"user_id": "auth0|1", "email": "ann@acme.example", "user_metadata": object{"salary": "hush", "okta": object{"deactivated": "true", "note": "hush"}},
		"identities": []any{object{"provider": "google-oauth2", "user_id": "1", "access_token": "hush", "refresh_token": "hush", "profileData": object{"phone": "hush"}}, "hush"},
	}
	shapeAccount(account)
	login := object{"name": "acme", "options": object{"domain": "acme.okta.com", "client_secret": "hush", "configuration": object{"k": "hush"}, "oidc_metadata": object{"issuer": "https://acme.okta.com", "x": "hush"}}}
	shapeLogin(login)
	for kind, body := range map[Kind]object{Auth0User: account, Auth0Connection: login} {
		e, err := entity(kind, "x", body)
		if err != nil || strings.Contains(string(e.Body), "hush") || e.Name == "" {
			t.Errorf("%s %q: %s, %v", kind, e.Name, e.Body, err)
		}
	}
	if a := AccountOf(Entity{Ref: Ref{Kind: Auth0User, ID: "auth0|1"}, Body: []byte(`{"user_metadata":{"okta":{"deactivated":true}}}`)}); !a.Marked() {
		t.Error("who is deactivated is not marked")
	}
}

func FuzzReadAuth0(f *testing.F) {
	f.Add("/api/v2/users?page=0", 200, []byte(`{"start":0,"total":3,"users":[{"user_id":"a|1","identities":[{"provider":"okta"}],"user_metadata":{"okta":{"deactivated":1}}}]}`))
	f.Add("/api/v2/roles?take=1", 403, []byte(`{"message":1}`))
	f.Fuzz(func(t *testing.T, target string, status int, body []byte) {
		p, err := readAuth0(target, "users", okta.Answer{Status: status, Body: body})
		if err != nil {
			return
		}
		if p.next != "" && p.next == target {
			t.Errorf("%q leads to itself", target)
		}
		for _, item := range p.items {
			if account, is := item.(object); is {
				shapeAccount(account)
				shapeLogin(account)
				e, err := entity(Auth0User, "x", account)
				if err != nil {
					t.Error(err)
				}
				Keys(e)
			}
		}
	})
}
