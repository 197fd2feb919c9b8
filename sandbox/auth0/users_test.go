package auth0_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sallyport/sandbox/auth0"
)

func TestUsersAreFoundByEmailAsStored(t *testing.T) {
	x := start(t)
	if got := x.list("/users-by-email?email=" + url.QueryEscape(ada)); len(got) != 1 || got[0]["email"] != ada || got[0]["given_name"] != "Ada" {
		t.Errorf("%v", got)
	}
	for _, none := range []string{"Ada@acme.example", "nobody@acme.example"} {
		r := x.do("GET", "/api/v2/users-by-email?email="+url.QueryEscape(none), nil)
		if r.status != 200 || string(r.body) != "[]" {
			t.Errorf("%s: %s", none, r)
		}
	}
	x.fails(400, "invalid_query_string", "Missing required property: email", "GET", "/users-by-email", nil)
}

func TestMetadataAreMergedAtTheFirstLevel(t *testing.T) {
	x := start(t)
	path := "/users/" + escaped(x.id(ada))
	x.api("PATCH", path, object{"user_metadata": object{"plan": "pro", "okta": object{"deactivated": "false", "since": 1}}})
	got := x.api("PATCH", path, object{"user_metadata": object{"okta": object{"deactivated": "true"}}, "app_metadata": object{"a": 1}})
	if s := fmt.Sprint(got["user_metadata"]); s != "map[okta:map[deactivated:true] plan:pro]" {
		t.Errorf("merged: %s", s)
	}
	got = x.api("PATCH", path, object{"user_metadata": object{"plan": nil}})
	if s := fmt.Sprint(got["user_metadata"]); s != "map[okta:map[deactivated:true]]" {
		t.Errorf("null deletes: %s", s)
	}
	got = x.api("PATCH", path, object{"user_metadata": object{}})
	if _, has := got["user_metadata"]; has || got["app_metadata"] == nil {
		t.Errorf("an empty object takes all away: %v", got)
	}
	if !strings.Contains(x.logTypes(), "sapi") {
		t.Errorf("logged: %s", x.logTypes())
	}
}

func TestUsersAreMadeChangedAndDeleted(t *testing.T) {
	x := start(t)
	person := object{"connection": auth0.DatabaseConnection, "email": "New.One@acme.example", "password": "Correct-Horse-1", "user_metadata": object{"k": "v"}}
	got := x.api("POST", "/users", person)
	if got["email"] != "new.one@acme.example" || !strings.HasPrefix(fmt.Sprint(got["user_id"]), "auth0|") || got["email_verified"] != false {
		t.Errorf("%v", got)
	}
	x.fails(409, "auth0_idp_error", "already exists", "POST", "/users", person)
	path := "/users/" + escaped(fmt.Sprint(got["user_id"]))
	for _, c := range []struct {
		body any
		code string
		text string
	}{
		{object{"nope": 1}, "invalid_body", "Additional properties not allowed: nope"},
		{object{"blocked": "yes"}, "invalid_body", "Expected type boolean but found type string"},
		{object{"email": "nonsense"}, "invalid_body", "format email"},
		{object{"email": "a@b.example", "password": "Correct-Horse-2"}, "operation_not_supported", "Cannot update email and password simultaneously"},
		{object{"email": ada}, "auth0_idp_error", "already exists"},
		{object{"password": "weak"}, "invalid_password", "too weak"},
		{object{}, "invalid_body", "Too few properties"},
	} {
		x.fails(400, c.code, c.text, "PATCH", path, c.body)
	}
	got = x.api("PATCH", path, object{"email": "Other@acme.example", "name": "Somebody", "blocked": true})
	if got["email"] != "other@acme.example" || got["email_verified"] != false || got["name"] != "Somebody" || got["blocked"] != true {
		t.Errorf("%v", got)
	}
	if out := x.signIn("other@acme.example"); out.OK || out.Description != "user is blocked" {
		t.Errorf("%+v", out)
	}
	x.api("DELETE", path, nil)
	x.fails(404, "inexistent_user", "The user does not exist.", "GET", path, nil)
	x.api("DELETE", path, nil)
	x.fails(400, "invalid_uri", "user-id-with-max-length", "GET", "/users/nonsense", nil)
	for _, c := range []struct {
		body object
		code string
	}{
		{object{"email": "a@b.example"}, "invalid_body"},
		{object{"connection": "nowhere", "email": "a@b.example"}, "inexistent_connection"},
		{object{"connection": auth0.DatabaseConnection, "email": "a@b.example"}, "invalid_body"},
		{object{"connection": auth0.DatabaseConnection, "password": "Correct-Horse-1"}, "invalid_body"},
	} {
		x.fails(400, c.code, "", "POST", "/users", c.body)
	}
	if got := x.logTypes(); !strings.Contains(got, "sdu") || !strings.Contains(got, "fapi") {
		t.Errorf("logged: %s", got)
	}
}

func TestPeopleOfOtherConnectionsKeepTheirProfile(t *testing.T) {
	x := start(t)
	found := x.list("/users?q=" + url.QueryEscape(`identities.connection:"google-oauth2"`))
	if len(found) == 0 {
		t.Fatal("nobody is of Google")
	}
	path := "/users/" + escaped(fmt.Sprint(found[0]["user_id"]))
	x.fails(400, "operation_not_supported", "The following user attributes cannot be updated: name. The connection (google-oauth2)", "PATCH", path, object{"name": "x"})
	x.api("PATCH", path, object{"user_metadata": object{"okta": object{"deactivated": "true"}}, "blocked": true})
}

func TestUsersAreSearchedAndPaged(t *testing.T) {
	x := start(t)
	x.api("PATCH", "/users/"+escaped(x.id(ada)), object{"user_metadata": object{"okta": object{"deactivated": "true"}}})
	for q, want := range map[string]int{
		`email:"ada@acme.example"`: 1, `email:*@acme.example`: 2, `user_metadata.okta.deactivated:"true"`: 1, `user_metadata.plan:team AND email:*customer*`: 4,
		`NOT email:*@acme.example`: 12, `created_at:[2026-01-01 TO 2026-12-31]`: 14, `logins_count:[1 TO *]`: 0,
	} {
		if got := x.list("/users?search_engine=v3&per_page=100&q=" + url.QueryEscape(q)); len(got) != want {
			t.Errorf("%s found %d, not %d", q, len(got), want)
		}
	}
	got := x.api("GET", "/users?include_totals=true&per_page=5&page=2&sort=email:1", nil)
	if got["total"] != 14.0 || got["start"] != 10.0 || got["limit"] != 5.0 || got["length"] != 4.0 {
		t.Errorf("%v", got)
	}
	if few := x.list("/users?fields=email,user_id&per_page=1"); len(few) != 1 || len(few[0]) != 2 {
		t.Errorf("%v", few)
	}
	x.list("/users?page=9&per_page=100")
	x.fails(400, "invalid_paging", "first 1000 records", "GET", "/users?page=10&per_page=100", nil)
	x.fails(400, "invalid_query_string", "greater than maximum 100", "GET", "/users?per_page=101", nil)
	x.fails(400, "invalid_query_string", "cannot be read", "GET", "/users?q="+url.QueryEscape("email:("), nil)
	x.fails(400, "invalid_query_string", "sort", "GET", "/users?sort=email", nil)
}

func TestPartsOfUsers(t *testing.T) {
	x := start(t)
	x.signIn(ada)
	path := "/users/" + escaped(x.id(ada))
	role := x.list("/roles")[0]
	x.api("DELETE", path+"/roles", object{"roles": []any{role["id"]}})
	x.api("POST", path+"/roles", object{"roles": []any{role["id"]}})
	api := x.list("/resource-servers")[0]
	permission := object{"permissions": []any{object{"permission_name": "read:users", "resource_server_identifier": api["identifier"]}}}
	x.api("POST", fmt.Sprintf("/roles/%s/permissions", role["id"]), permission)
	x.api("POST", path+"/permissions", permission)
	if got := x.list(path + "/roles"); len(got) != 1 || got[0]["name"] != role["name"] {
		t.Errorf("roles: %v", got)
	}
	if got := x.list(path + "/permissions"); len(got) != 1 || len(got[0]["sources"].([]any)) != 2 {
		t.Errorf("permissions: %v", got)
	}
	if got := x.api("GET", fmt.Sprintf("/roles/%s/users?take=50", role["id"]), nil); len(got["users"].([]any)) == 0 {
		t.Errorf("holders: %v", got)
	}
	x.fails(404, "inexistent_role", "", "POST", path+"/roles", object{"roles": []any{"rol_nothing"}})
	sessions := x.api("GET", path+"/sessions", nil)["sessions"].([]any)
	if len(sessions) != 1 {
		t.Fatalf("sessions: %v", sessions)
	}
	session := fmt.Sprint(sessions[0].(object)["id"])
	x.api("GET", "/sessions/"+session, nil)
	x.want(http.StatusAccepted, x.do("DELETE", "/api/v2"+path+"/sessions", nil), nil)
	x.fails(404, "inexistent_session", "", "GET", "/sessions/"+session, nil)
	x.api("GET", path+"/refresh-tokens", nil)
	x.want(http.StatusAccepted, x.do("POST", "/api/v2"+path+"/revoke-access", object{}), nil)
	method := x.api("POST", path+"/authentication-methods", object{"type": "phone", "phone_number": "+15550100", "name": "p", "preferred_authentication_method": "sms"})
	x.list(path + "/authentication-methods")
	x.list(path + "/enrollments")
	x.api("DELETE", path+"/authentication-methods/"+escaped(fmt.Sprint(method["id"])), nil)
	if got := x.list(path + "/logs"); len(got) != 1 || got[0]["type"] != "s" {
		t.Errorf("logs: %v", got)
	}
	if got := x.list(path + "/organizations"); len(got) != 1 || got[0]["name"] != "contoso" {
		t.Errorf("organizations: %v", got)
	}
}

func TestOrganizations(t *testing.T) {
	x := start(t)
	o := x.api("POST", "/organizations", object{"name": "fabrikam", "display_name": "Fabrikam"})
	path := fmt.Sprintf("/organizations/%s", o["id"])
	x.fails(409, "organization_conflict", "", "POST", "/organizations", object{"name": "fabrikam"})
	id := x.id(ada)
	x.api("POST", path+"/members", object{"members": []any{id}})
	role := x.list("/roles")[0]["id"]
	x.api("POST", path+"/members/"+escaped(id)+"/roles", object{"roles": []any{role}})
	if got := x.list(path + "/members"); len(got) != 1 || got[0]["email"] != ada {
		t.Errorf("members: %v", got)
	}
	if got := x.list(path + "/members/" + escaped(id) + "/roles"); len(got) != 1 || got[0]["id"] != role {
		t.Errorf("roles: %v", got)
	}
	x.api("GET", "/organizations/name/fabrikam", nil)
	x.api("PATCH", path, object{"display_name": "Fabrikam Ltd"})
	x.api("DELETE", path+"/members", object{"members": []any{id}})
	if got := x.list(path + "/members"); len(got) != 0 {
		t.Errorf("members: %v", got)
	}
	x.api("DELETE", path, nil)
	x.fails(404, "inexistent_organization", "", "GET", path, nil)
}

func TestEverythingElseIsKept(t *testing.T) {
	x := start(t)
	c := x.api("POST", "/clients", object{"name": "Shop", "app_type": "spa"})
	path := fmt.Sprintf("/clients/%s", c["client_id"])
	x.api("PATCH", path, object{"name": "Shop 2"})
	if got := x.api("GET", path+"?fields=name,client_id", nil); got["name"] != "Shop 2" || len(got) != 2 {
		t.Errorf("%v", got)
	}
	x.api("GET", "/clients?include_totals=true", nil)
	x.api("POST", path+"/rotate-secret", nil)
	x.api("DELETE", path, nil)
	con := x.api("POST", "/connections", object{"name": "partners", "strategy": "auth0"})
	x.want(http.StatusNoContent, x.do("PATCH", fmt.Sprintf("/api/v2/connections/%s/clients", con["id"]), []any{object{"client_id": "abc", "status": true}}), nil)
	if got := x.api("GET", fmt.Sprintf("/connections/%s/clients", con["id"]), nil); len(got["clients"].([]any)) != 1 {
		t.Errorf("%v", got)
	}
	x.api("GET", "/connections?take=1", nil)
	x.want(http.StatusAccepted, x.do("DELETE", fmt.Sprintf("/api/v2/connections/%s", con["id"]), nil), nil)
	for _, part := range []string{"brute-force-protection", "breached-password-detection", "suspicious-ip-throttling"} {
		x.api("PATCH", "/attack-protection/"+part, object{"enabled": true})
		if got := x.api("GET", "/attack-protection/"+part, nil); got["enabled"] != true || got["shields"] == nil {
			t.Errorf("%s: %v", part, got)
		}
	}
	x.api("PATCH", "/tenants/settings", object{"friendly_name": "Renamed"})
	if got := x.api("GET", "/tenants/settings", nil); got["friendly_name"] != "Renamed" || got["flags"] == nil {
		t.Errorf("%v", got)
	}
	x.api("PUT", "/guardian/factors/otp", object{"enabled": false})
	for _, f := range x.list("/guardian/factors") {
		if f["name"] == "otp" && f["enabled"] != false {
			t.Errorf("%v", f)
		}
	}
	x.fails(404, "", "Not Found", "GET", "/nothing/here", nil)
	if !strings.Contains(x.logTypes(), "mgmt_api_read") {
		t.Errorf("logged: %s", x.logTypes())
	}
}

func TestUsersAreExported(t *testing.T) {
	x := start(t)
	for format, want := range map[string]string{"json": `"mail":"ada@acme.example"`, "csv": "id,mail\nauth0|"} {
		j := x.api("POST", "/jobs/users-exports", object{"format": format, "fields": []any{object{"name": "user_id", "export_as": "id"}, object{"name": "email", "export_as": "mail"}}})
		path := fmt.Sprintf("/jobs/%s", j["id"])
		if got := x.api("GET", path, nil); got["status"] != "processing" {
			t.Errorf("%v", got)
		}
		got := x.api("GET", path, nil)
		if got["status"] != "completed" {
			t.Fatalf("%v", got)
		}
		r := x.do("GET", fmt.Sprint(got["location"]), nil)
		if r.status != 200 || !strings.Contains(string(r.body), want) {
			t.Errorf("%s", r)
		}
	}
}

func FuzzBodies(f *testing.F) {
	for _, s := range []string{`{"user_metadata":{"a":null}}`, `{"bindings":[{"ref":null}]}`, `[1]`, `{"roles":"x"}`, `{"email":"a@b.c","blocked":1}`, `{"sink":3,"type":"http","name":1}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		x := start(t)
		path := "/api/v2/users/" + escaped(x.id(ada))
		for _, to := range [][2]string{
			{"PATCH", path},
			{"POST", "/api/v2/users"},
			{"POST", path + "/roles"},
			{"POST", path + "/permissions"},
			{"POST", "/api/v2/actions/actions"},
			{"PATCH", "/api/v2/actions/triggers/post-login/bindings"},
			{"POST", "/api/v2/log-streams"},
			{"POST", "/api/v2/clients"},
			{"PATCH", "/api/v2/tenants/settings"},
			{"PUT", "/api/v2/guardian/policies"},
			{"POST", "/api/v2/jobs/users-exports"},
			{"POST", "/oauth/token"},
			{"POST", "/api/v2/connections"},
		} {
			r, err := http.NewRequest(to[0], x.base+to[1], strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+x.token)
			r.Header.Set("Content-Type", "application/json")
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatalf("%s %s: %v", to[0], to[1], err)
			}
			resp.Body.Close()
			if resp.StatusCode >= 500 {
				t.Errorf("%s %s with %q: %d", to[0], to[1], body, resp.StatusCode)
			}
		}
		x.signIn(ada)
	})
}
