package scimtest

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"sallyport/internal/value"
)

// sequences are what clients do, each on a directory of its own.
func sequences() map[string]func(*testing.T, *Client) {
	return map[string]func(*testing.T, *Client){
		"Okta, wizard: users by PUT":                     wizardUsers,
		"Okta, wizard: groups by PUT with all members":   wizardGroups,
		"Okta, catalogue: users by PATCH":                catalogueUsers,
		"Okta, catalogue: groups by PATCH":               catalogueGroups,
		"Okta: import in pages":                          oktaImport,
		"Okta: the wizard's test of the connector":       oktaConnector,
		"Entra ID: users":                                entraUsers,
		"Entra ID: groups":                               entraGroups,
		"a change that fails leaves nothing behind":      allOrNothing,
		"entity tags guard against lost updates":         entityTags,
		"searching by filter":                            searching,
		"sorting and cursors":                            sorting,
		"bulk operations":                                bulk,
		"twenty clients patch one group and lose nobody": twentyClients,
		"paging of everything there is":                  searchAll,
		"a page shows what its records do":               pages,
	}
}

const oktaUser = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"%[1]s","name":{"givenName":"Ann","familyName":"Lee"},
"emails":[{"primary":true,"value":"%[1]s","type":"work"}],"displayName":"Ann Lee","locale":"en-US","externalId":"00u1","groups":[],"password":"1mz050nq","active":true}`

func eq(attr, v string) string { return "?filter=" + url.QueryEscape(attr+` eq "`+v+`"`) }

// push does what Okta does with a new user: look, and create.
func push(c *Client, name string) Answer {
	c.tb.Helper()
	c.Must(200, "GET", "/Users"+eq("userName", name)+"&startIndex=1&count=100", "").Has("totalResults", 0, "Resources", []any{}, "startIndex", 1)
	a := c.Must(201, "POST", "/Users", fmt.Sprintf(oktaUser, name), "User-Agent: Okta SCIM Client 1.0.0", "Content-Type: application/scim+json; charset=utf-8")
	return a.Has("userName", name, "active", true, "externalId", "00u1", "name.familyName", "Lee", "password", nil)
}

func wizardUsers(t *testing.T, c *Client) {
	made := push(c, "ann@x.test")
	id := made.Text("id")
	if at := made.Header.Get("Location"); at != c.Base()+"/Users/"+id || at != made.Text("meta.location") {
		t.Errorf("Location %q, meta.location %q", at, made.Text("meta.location"))
	}
	c.Must(409, "POST", "/Users", fmt.Sprintf(oktaUser, "ANN@x.test")).Has("status", "409", "scimType", "uniqueness")
	got := c.Must(200, "GET", "/Users/"+id, "").Has("id", id)
	if strings.Contains(got.Raw, "1mz050nq") {
		t.Error("the password is in the answer")
	}
	// A profile update: the whole object as it was, changed, with the id in it.
	body := got.Body.With("displayName", "Ann Li").With("title", "Guide").With("id", "another")
	c.Must(200, "PUT", "/Users/"+id, string(value.JSON(body))).Has("id", id, "displayName", "Ann Li", "title", "Guide", "userName", "ann@x.test")
	off := c.Must(200, "PUT", "/Users/"+id, string(value.JSON(body.With("active", false)))).Has("active", false)
	if off.Text("meta.version") == got.Text("meta.version") {
		t.Error("the version is the same")
	}
	// A client that is silent about it lets nobody in again.
	c.Must(200, "PUT", "/Users/"+id, string(value.JSON(body.Without("active")))).Has("active", false)
	c.Must(200, "PUT", "/Users/"+id, string(value.JSON(body.With("active", true)))).Has("active", true)
	c.Must(200, "PUT", "/Users/"+id, string(value.JSON(body.Without("title")))).Has("title", nil)
	c.Must(404, "PUT", "/Users/nobody", fmt.Sprintf(oktaUser, "b@x.test")).Has("status", "404")
	push(c, "b@x.test")
	c.Must(409, "PUT", "/Users/"+id, fmt.Sprintf(oktaUser, "B@x.test"))
	c.Must(204, "DELETE", "/Users/"+id, "")
	c.Must(404, "DELETE", "/Users/"+id, "").Has("status", "404")
	c.Must(404, "GET", "/Users/"+id, "")
}

func memberList(ids ...string) string {
	var list []any
	for _, id := range ids {
		list = append(list, value.Map("value", id, "display", "d"))
	}
	return string(value.JSON(list))
}

func wizardGroups(t *testing.T, c *Client) {
	a, b := push(c, "a@x.test").Text("id"), push(c, "b@x.test").Text("id")
	c.Must(200, "GET", "/Groups"+eq("displayName", "Admins"), "").Has("totalResults", 0)
	const group = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"%s","members":%s}`
	made := c.Must(201, "POST", "/Groups", fmt.Sprintf(group, "Admins", memberList(a))).Has("displayName", "Admins", "members.0.value", a, "members.0.type", "User")
	id := made.Text("id")
	c.Must(409, "POST", "/Groups", fmt.Sprintf(group, "admins", "[]")).Has("scimType", "uniqueness")
	c.Must(200, "PUT", "/Groups/"+id, fmt.Sprintf(group, "Admins", memberList(a, b, a))).Has("members.1.type", "User", "members.2", nil)
	c.Must(200, "GET", "/Users/"+b, "").Has("groups.0.value", id, "groups.0.display", "Admins", "groups.0.type", "direct")
	c.Must(200, "PUT", "/Groups/"+id, fmt.Sprintf(group, "Admins", memberList(b))).Has("members.0.value", b, "members.1", nil)
	// A rename that does not name members does not empty the group.
	renamed := c.Must(200, "PUT", "/Groups/"+id, `{"displayName":"Root"}`).Has("displayName", "Root", "members.0.value", b)
	same := c.Must(200, "PUT", "/Groups/"+id, `{"displayName":"Root"}`)
	if renamed.Text("meta.version") != same.Text("meta.version") {
		t.Error("a PUT of what there is made a new version")
	}
	// Whom somebody removed here is still in Okta's list; the others come in.
	c.Must(200, "PUT", "/Groups/"+id, fmt.Sprintf(group, "Root", memberList("nobody", b))).Has("members.0.value", b, "members.1", nil)
	c.Must(400, "PUT", "/Groups/"+id, `{"displayName":"Root","members":[{"display":"x"}]}`).Has("scimType", "invalidValue")
	c.Must(200, "PUT", "/Groups/"+id, fmt.Sprintf(group, "Root", "[]")).Has("members", nil)
	c.Must(204, "DELETE", "/Groups/"+id, "")
	c.Must(404, "DELETE", "/Groups/"+id, "")
}

// patchOf is the body of a PATCH.
func patchOf(ops string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + ops + `]}`
}

func catalogueUsers(t *testing.T, c *Client) {
	id := push(c, "ann@x.test").Text("id")
	a := c.Must(204, "PATCH", "/Users/"+id, patchOf(`{"op":"replace","value":{"active":false}}`))
	if a.Raw != "" || a.Header.Get("ETag") == "" {
		t.Errorf("a 204 with the body %q and the tag %q", a.Raw, a.Header.Get("ETag"))
	}
	c.Must(200, "GET", "/Users/"+id, "").Has("active", false, "displayName", "Ann Lee")
	c.Must(204, "PATCH", "/Users/"+id, patchOf(`{"op":"replace","value":{"active":true}}`))
	c.Must(204, "PATCH", "/Users/"+id, patchOf(`{"op":"replace","value":{"password":"hunter2"}}`))
	c.Must(200, "PATCH", "/Users/"+id+"?attributes=active", patchOf(`{"op":"replace","value":{"active":false}}`)).Has("active", false, "userName", nil, "id", id)
	c.Must(404, "PATCH", "/Users/nobody", patchOf(`{"op":"replace","value":{"active":false}}`)).Has("status", "404")
	c.Must(204, "PATCH", "/Users/"+id, patchOf(`{"op":"remove","path":"active"}`))
	c.Must(200, "GET", "/Users/"+id, "").Has("active", false)
}

func catalogueGroups(t *testing.T, c *Client) {
	var u []string
	for i := range 4 {
		u = append(u, push(c, fmt.Sprintf("u%d@x.test", i)).Text("id"))
	}
	id := c.Must(201, "POST", "/Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"G","members":[]}`).Has("members", nil).Text("id")
	expect := func(name string, ids ...string) {
		t.Helper()
		got := c.Must(200, "GET", "/Groups/"+id, "").Has("displayName", name)
		list, _ := got.At("members").([]any)
		if len(list) != len(ids) {
			t.Errorf("members %s, want %v", value.JSON(list), ids)
		}
		for _, want := range ids {
			if !strings.Contains(got.Raw, `"value":"`+want+`"`) {
				t.Errorf("%s is no member", want)
			}
		}
	}
	patch := func(ops string) { t.Helper(); c.Must(204, "PATCH", "/Groups/"+id, patchOf(ops)) }
	rename := `{"op":"replace","value":{"id":"` + id + `","displayName":"G2"}}`
	patch(`{"op":"replace","value":{"id":"` + id + `","displayName":"G1"}}`)
	expect("G1")
	patch(rename + `,{"op":"add","path":"members","value":` + memberList(u[0], u[1], u[0]) + `}`)
	expect("G2", u[0], u[1])
	patch(`{"op":"add","path":"members","value":` + memberList(u[0]) + `}`)
	expect("G2", u[0], u[1])
	patch(`{"op":"remove","path":"members[value eq \"` + u[0] + `\"]"},{"op":"add","path":"members","value":` + memberList(u[2]) + `}`)
	expect("G2", u[1], u[2])
	patch(`{"op":"remove","path":"members[value eq \"` + u[0] + `\"]"}`)
	expect("G2", u[1], u[2])
	patch(`{"op":"replace","path":"members","value":` + memberList(u[3], u[1]) + `}`)
	expect("G2", u[1], u[3])
	patch(`{"op":"remove","path":"members[value eq \"` + u[1] + `\" or value eq \"x\"]"}`)
	expect("G2", u[3])
	patch(`{"op":"add","value":{"members":` + memberList(u[0]) + `}}`)
	expect("G2", u[0], u[3])
	patch(`{"op":"remove","path":"members[type eq \"User\" and value ne \"` + u[0] + `\"]"}`)
	expect("G2", u[0])
	patch(`{"op":"replace","path":"members","value":[]}`)
	expect("G2")
	patch(`{"op":"add","path":"members","value":` + memberList(u...) + `},{"op":"remove","path":"members"},{"op":"add","path":"members","value":` + memberList(u[2]) + `}`)
	expect("G2", u[2])
	for ops, want := range map[string]string{
		`{"op":"add","path":"members","value":[{"display":"x"}]}`:                                   "invalidValue",
		`{"op":"replace","path":"members[value eq \"` + u[2] + `\"].value","value":"` + u[0] + `"}`: "mutability",
		`{"op":"remove","path":"displayName"}`:                                                      "mutability",
		`{"op":"remove","path":"members[value gt 1 and]"}`:                                          "invalidPath",
	} {
		c.Must(400, "PATCH", "/Groups/"+id, patchOf(`{"op":"replace","path":"displayName","value":"half"},`+ops)).Has("scimType", want, "status", "400")
		expect("G2", u[2])
	}
}

func oktaImport(t *testing.T, c *Client) {
	want := map[string]bool{}
	for i := range 23 {
		want[push(c, fmt.Sprintf("u%d@x.test", i)).Text("id")] = true
	}
	for start := 1; ; {
		a := c.Must(200, "GET", fmt.Sprintf("/Users?startIndex=%d&count=10", start), "").Has("totalResults", 23, "startIndex", start)
		list, _ := a.At("Resources").([]any)
		a.Has("itemsPerPage", len(list))
		for _, r := range list {
			delete(want, r.(*value.Object).Text("id"))
		}
		if start += len(list); len(list) < 10 {
			break
		}
	}
	if len(want) > 0 {
		t.Errorf("%d users are on no page", len(want))
	}
	for query, items := range map[string]int{
		"?startIndex=0&count=2": 2, "?startIndex=-5&count=2": 2, "?count=0": 0, "?count=-1": 0, "?startIndex=24": 0, "": 23, "?count=100000": 23, "?COUNT=3": 3,
	} {
		c.Must(200, "GET", "/Users"+query, "").Has("totalResults", 23, "itemsPerPage", items)
	}
	c.Must(200, "GET", "/Users?startIndex=0&count=1", "").Has("startIndex", 1)
	c.Must(400, "GET", "/Users?count=ten", "").Has("scimType", "invalidValue")
}

func oktaConnector(_ *testing.T, c *Client) {
	for _, path := range []string{"/Users?startIndex=1&count=2", "/Groups?startIndex=1&count=100", "/Users/", "/users"} {
		a := c.Must(200, "GET", path, "", "Accept: application/scim+json", "Accept-Charset: utf-8")
		a.Has("totalResults", 0, "startIndex", 1, "itemsPerPage", 0, "Resources", []any{}, "schemas.0", "urn:ietf:params:scim:api:messages:2.0:ListResponse")
	}
}
