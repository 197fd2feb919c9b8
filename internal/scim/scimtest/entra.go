package scimtest

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

func entraUsers(t *testing.T, c *Client) {
	c.Must(200, "GET", "/Users"+eq("externalId", "0a21f0f2"), "").Has("totalResults", 0)
	boss := push(c, "boss@x.test").Text("id")
	made := c.Must(201, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","`+enterprise+`"],
"externalId":"0a21f0f2","userName":"u@x.test","active":"True","emails":[{"primary":"True","type":"work","value":"u@x.test"}],
"meta":{"resourceType":"User"},"name":{"formatted":"G F","familyName":"F","givenName":"G"},"roles":[]}`).Has("active", true, "emails.0.primary", true)
	id := made.Text("id")
	patch := func(ops string) { t.Helper(); c.Must(204, "PATCH", "/Users/"+id, patchOf(ops)) }
	get := func() Answer { t.Helper(); return c.Must(200, "GET", "/Users/"+id, "") }
	c.Must(200, "GET", "/Users"+eq("externalId", "0a21f0f2"), "").Has("totalResults", 1, "Resources.0.id", id)
	c.Must(200, "GET", "/Users?filter="+url.QueryEscape(`emails[type eq "work"].value eq "U@x.test"`), "").Has("totalResults", 1)
	patch(`{"op":"Replace","path":"emails[type eq \"work\"].value","value":"new@x.test"},{"op":"Replace","path":"name.familyName","value":"F2"}`)
	get().Has("emails.0.value", "new@x.test", "name.familyName", "F2", "name.givenName", "G")
	patch(`{"op":"Add","path":"phoneNumbers[type eq \"mobile\"].value","value":"+1"},{"op":"Add","path":"addresses[type eq \"work\"].country","value":"DE"}`)
	get().Has("phoneNumbers.0.value", "+1", "phoneNumbers.0.type", "mobile", "addresses.0.country", "DE")
	patch(`{"op":"Add","path":"` + enterprise + `:manager","value":"` + boss + `"},{"op":"Add","path":"` + enterprise + `:department","value":"D"}`)
	a := get()
	if !strings.Contains(a.Raw, `"manager":{"value":"`+boss+`"}`) || !strings.Contains(a.Raw, `"department":"D"`) {
		t.Errorf("no manager and department in %s", a.Raw)
	}
	patch(`{"op":"Replace","path":"` + enterprise + `:manager","value":""}`)
	if a := get(); strings.Contains(a.Raw, "manager") {
		t.Errorf("a manager in %s", a.Raw)
	}
	patch(`{"op":"Replace","value":{"displayName":"D","name.givenName":"G2","` + enterprise + `:employeeNumber":"7"}}`)
	if a := get().Has("displayName", "D", "name.givenName", "G2"); !strings.Contains(a.Raw, `"employeeNumber":"7"`) {
		t.Errorf("no employee number in %s", a.Raw)
	}
	patch(`{"op":"Replace","path":"active","value":"False"}`)
	get().Has("active", false)
	c.Must(204, "DELETE", "/Users/"+id, "")
	c.Must(404, "DELETE", "/Users/"+id, "")
}

func entraGroups(_ *testing.T, c *Client) {
	a, b := push(c, "a@x.test").Text("id"), push(c, "b@x.test").Text("id")
	id := c.Must(201, "POST", "/Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group","http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
"externalId":"8aa1a0c0","displayName":"G","meta":{"resourceType":"Group"}}`).Text("id")
	c.Must(204, "PATCH", "/Groups/"+id, patchOf(`{"op":"Add","path":"members","value":[{"$ref":null,"value":"`+a+`","displayName":"A"},{"value":"`+b+`"}]}`))
	c.Must(200, "GET", "/Groups/"+id+"?excludedAttributes=members", "").Has("members", nil, "displayName", "G")
	c.Must(200, "GET", "/Groups?excludedAttributes=members"+strings.Replace(eq("displayName", "g"), "?", "&", 1), "").Has("totalResults", 1, "Resources.0.members", nil)
	member := "?filter=" + url.QueryEscape(fmt.Sprintf(`id eq "%s" and members eq "%s"`, id, a))
	c.Must(200, "GET", "/Groups"+member+"&attributes=id", "").Has("totalResults", 1, "Resources.0.id", id, "Resources.0.displayName", nil)
	c.Must(204, "PATCH", "/Groups/"+id, patchOf(`{"op":"Remove","path":"members","value":[{"value":"`+a+`"}]}`))
	c.Must(200, "GET", "/Groups"+member, "").Has("totalResults", 0)
	c.Must(200, "GET", "/Groups/"+id, "").Has("members.0.value", b, "members.1", nil)
	c.Must(204, "PATCH", "/Groups/"+id, patchOf(`{"op":"Replace","path":"displayName","value":"G2"}`))
	c.Must(200, "GET", "/Groups/"+id, "").Has("displayName", "G2", "members.0.value", b)
	c.Must(204, "PATCH", "/Groups/"+id, patchOf(`{"op":"Remove","path":"members"}`))
	c.Must(200, "GET", "/Groups/"+id, "").Has("members", nil)
	c.Must(204, "DELETE", "/Groups/"+id, "")
	// What Microsoft's own collection of tests does besides.
	id = c.Must(201, "POST", "/Groups", `{"displayName":"H"}`).Text("id")
	c.Must(204, "PATCH", "/Groups/"+id, patchOf(`{"name":"addMember","op":"add","path":"members","value":[{"displayName":"new User","value":"`+a+`"}]}`))
	c.Must(200, "GET", "/Groups/"+id, "").Has("members.0.display", "new User")
	c.Must(204, "PATCH", "/Groups/"+id, patchOf(`{"op":"add","path":"members","value":"no id of anybody"}`))
	c.Must(200, "GET", "/Groups/"+id, "").Has("members.0.value", a, "members.1", nil)
	for query, want := range map[string]int{
		`name.FamilyName eq Lee and (emails.Value co x.test or emails.Value co example.org)`: 2,
		`userName sw B`: 1,
		`meta.Created gt 2015-10-10T14:38:21.8617979-07:00`: 2,
	} {
		c.Must(200, "GET", "/Users?filter="+url.QueryEscape(query), "").Has("totalResults", want)
	}
	c.Must(200, "GET", "/Users?attributes="+url.QueryEscape(`emails[type eq "work"]`), "").Has("totalResults", 2, "Resources.0.emails.0.type", "work", "Resources.0.userName", nil)
}
