package scimtest

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"sallyport/internal/value"
)

func allOrNothing(_ *testing.T, c *Client) {
	id := push(c, "a@x.test").Text("id")
	push(c, "b@x.test")
	before := c.Must(200, "GET", "/Users/"+id, "")
	for ops, want := range map[string]string{
		`{"op":"replace","path":"title","value":"x"},{"op":"replace","path":"active","value":"maybe"}`: "invalidValue",
		`{"op":"replace","path":"title","value":"x"},{"op":"replace","path":"id","value":"y"}`:         "mutability",
		`{"op":"replace","path":"title","value":"x"},{"op":"remove"}`:                                  "noTarget",
		`{"op":"replace","path":"title","value":"x"},{"op":"add","path":"no such","value":1}`:          "invalidPath",
		`{"op":"replace","path":"title","value":"x"},{"op":"copy"}`:                                    "invalidSyntax",
	} {
		c.Must(400, "PATCH", "/Users/"+id, patchOf(ops)).Has("scimType", want, "status", "400")
	}
	c.Must(409, "PATCH", "/Users/"+id, patchOf(`{"op":"replace","value":{"title":"x","userName":"B@x.test"}}`)).Has("scimType", "uniqueness")
	c.Must(200, "GET", "/Users/"+id, "").Has("title", nil, "meta", before.At("meta"))
}

func entityTags(t *testing.T, c *Client) {
	made := push(c, "a@x.test")
	path, tag := "/Users/"+made.Text("id"), made.Header.Get("ETag")
	if tag == "" || tag != made.Text("meta.version") || !strings.HasPrefix(tag, `W/"`) {
		t.Errorf("ETag %q, meta.version %q", tag, made.Text("meta.version"))
	}
	if a := c.Must(304, "GET", path, "", "If-None-Match: "+tag); a.Raw != "" {
		t.Errorf("a 304 with %q", a.Raw)
	}
	c.Must(304, "GET", path, "", `If-None-Match: "x", `+tag)
	c.Must(200, "GET", path, "", `If-None-Match: W/"x"`)
	c.Must(204, "PATCH", path, patchOf(`{"op":"replace","value":{"title":"1"}}`), "If-Match: "+tag)
	for _, method := range []string{"PATCH", "PUT", "DELETE"} {
		body := ""
		switch method {
		case "PATCH":
			body = patchOf(`{"op":"replace","value":{"title":"2"}}`)
		case "PUT":
			body = fmt.Sprintf(oktaUser, "a@x.test")
		}
		c.Must(412, method, path, body, "If-Match: "+tag).Has("status", "412")
	}
	now := c.Must(200, "GET", path, "", "If-None-Match: "+tag).Has("title", "1").Header.Get("ETag")
	// Being put into a group makes another answer, and is no change of the user.
	c.Must(201, "POST", "/Groups", `{"displayName":"g","members":`+memberList(made.Text("id"))+`}`)
	grouped := c.Must(200, "GET", path, "", "If-None-Match: "+now).Header.Get("ETag")
	if grouped == now {
		t.Error("the tag is the same though the groups are not")
	}
	c.Must(304, "GET", path, "", "If-None-Match: "+grouped)
	c.Must(204, "PATCH", path, patchOf(`{"op":"replace","value":{"title":"3"}}`), "If-Match: "+grouped)
	c.Must(412, "PATCH", path, patchOf(`{"op":"replace","value":{"title":"4"}}`), "If-Match: "+now)
	c.Must(204, "DELETE", path, "", "If-Match: *")
}

func searching(_ *testing.T, c *Client) {
	for i := range 6 {
		c.Must(201, "POST", "/Users", fmt.Sprintf(`{"userName":"u%d@x.test","title":"%c","active":%v,"emails":[{"value":"m%d@y.test","type":"home"}],"nickName":"n"}`, i, 'a'+rune(i), i%2 == 0, i))
	}
	for src, want := range map[string]int{
		`userName sw "u"`:                             6,
		`userName eq "U3@X.test"`:                     1,
		`userName eq "u3@x.test" and active eq false`: 1,
		`userName eq "u3@x.test" and active eq true`:  0,
		`active eq true`:                              3,
		`active eq true and title gt "b"`:             2,
		`not (active eq true) or title eq "a"`:        4,
		`emails.value eq "M2@y.test"`:                 1,
		`emails[value eq "m2@y.test"]`:                1,
		`emails[type eq "home" and value sw "m1"]`:    1,
		`emails eq "m5@y.test" or id eq "none"`:       1,
		`externalId pr`:                               0,
		`displayName eq "none"`:                       0,
		`meta.created gt "2001-01-01T00:00:00Z"`:      6,
		`meta.resourceType eq "User"`:                 6,
		`nosuch eq "x"`:                               0,
		`userName eq ""`:                              0,
	} {
		c.Must(200, "GET", "/Users?filter="+url.QueryEscape(src), "").Has("totalResults", want)
		body := string(value.JSON(value.Map("schemas", []any{"urn:ietf:params:scim:api:messages:2.0:SearchRequest"}, "filter", src, "count", 2.0, "attributes", []any{"userName"})))
		c.Must(200, "POST", "/Users/.search", body).Has("totalResults", want, "itemsPerPage", min(want, 2), "Resources.0.title", nil)
	}
	// A plus sign of an address, as encoders of queries and of URIs write it.
	c.Must(201, "POST", "/Users", `{"userName":"u+1@x.test"}`)
	for _, src := range []string{`userName+eq+%22u%2B1@x.test%22`, `userName%20eq%20%22u%2B1@x.test%22`, `userName%20eq%20%22u+1@x.test%22`} {
		c.Must(200, "GET", "/Users?filter="+src, "").Has("totalResults", 1)
	}
	for _, src := range []string{`userName eq`, `userName like "x"`, `active gt true`, `name eq "x"`, `(userName pr`} {
		c.Must(400, "GET", "/Users?filter="+url.QueryEscape(src), "").Has("scimType", "invalidFilter", "status", "400")
	}
	c.Must(400, "GET", "/Users?filter=%zz", "")
	c.Must(400, "GET", "/Users?filter=a+pr&filter=b+pr", "")
}

// walk follows cursors from a first page and returns the values at a path.
func walk(t *testing.T, c *Client, path, field string) []string {
	t.Helper()
	var got []string
	cursor := ""
	for range 100 {
		a := c.Must(200, "GET", path+"&cursor="+url.QueryEscape(cursor), "")
		list, _ := a.At("Resources").([]any)
		for _, r := range list {
			got = append(got, r.(*value.Object).Text(field))
		}
		if a.At("startIndex") != nil {
			t.Error("a page by cursor has a startIndex")
		}
		if cursor = a.Text("nextCursor"); cursor == "" {
			return got
		}
	}
	t.Fatal("the cursors do not end")
	return nil
}

func sorting(t *testing.T, c *Client) {
	titles := []string{"Dog", "cat", "", "Ant", "Cats", "bee"}
	for i, title := range titles {
		c.Must(201, "POST", "/Users", fmt.Sprintf(`{"userName":"u%d@x.test","title":%q}`, i, title))
	}
	for query, want := range map[string][]string{
		"?count=2&sortBy=title":                      {"u3", "u5", "u1", "u4", "u0", "u2"},
		"?count=2&sortBy=title&sortOrder=descending": {"u2", "u0", "u4", "u1", "u5", "u3"},
		"?count=4&sortBy=userName&filter=title+pr":   {"u0", "u1", "u3", "u4", "u5"},
		"?count=7&sortBy=TITLE&sortOrder=Ascending":  {"u3", "u5", "u1", "u4", "u0", "u2"},
	} {
		got := walk(t, c, "/Users"+query, "userName")
		if strings.Join(got, " ") != strings.Join(want, "@x.test ")+"@x.test" {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	// What is the same for the sort, or not sorted at all, is in one order too.
	for _, query := range []string{"/Users?count=2&sortBy=active", "/Users?count=1", "/Users?count=4&filter=userName+pr"} {
		got := walk(t, c, query, "id")
		if !slices.IsSorted(got) || len(slices.Compact(got)) != len(titles) {
			t.Errorf("%s: %v", query, got)
		}
	}
	c.Must(200, "GET", "/Users?sortBy=title&startIndex=3&count=2", "").Has("Resources.0.userName", "u1@x.test", "Resources.1.userName", "u4@x.test", "totalResults", 6, "startIndex", 3)
	first := c.Must(200, "GET", "/Users?cursor&count=2", "")
	cursor := url.QueryEscape(first.Text("nextCursor"))
	for query, want := range map[string]string{
		"/Users?cursor=nonsense":               "invalidCursor",
		"/Users?sortBy=title&cursor=" + cursor: "invalidCursor",
		"/Groups?cursor=" + cursor:             "invalidCursor",
		"/Users?cursor=&count=x":               "invalidCount",
		"/Users?sortBy=name":                   "invalidPath",
		"/Users?sortBy=title&sortOrder=up":     "invalidValue",
		"/Users?attributes=a%20b":              "invalidPath",
	} {
		c.Must(400, "GET", query, "").Has("scimType", want)
	}
	c.Must(200, "POST", "/Users/.search", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"cursor":"","count":3}`).Has("itemsPerPage", 3, "startIndex", nil, "totalResults", 6)
	// One that is deleted meanwhile does not make the next page begin later.
	second := c.Must(200, "GET", "/Users?count=2&cursor="+cursor, "").Text("Resources.0.id")
	c.Must(204, "DELETE", "/Users/"+first.Text("Resources.1.id"), "")
	c.Must(200, "GET", "/Users?count=2&cursor="+cursor, "").Has("Resources.0.id", second)
}

func searchAll(t *testing.T, c *Client) {
	push(c, "a@x.test")
	push(c, "b@x.test")
	c.Must(201, "POST", "/Groups", `{"displayName":"a"}`)
	all := "/?filter=" + url.QueryEscape(`(meta.resourceType eq User) or (meta.resourceType eq Group)`)
	c.Must(200, "GET", all, "").Has("totalResults", 3, "Resources.2.displayName", "a")
	c.Must(200, "GET", "/?count=2", "").Has("totalResults", 3, "itemsPerPage", 2)
	c.Must(200, "POST", "/.search", `{"filter":"displayName sw \"a\"","attributes":["displayName"]}`).Has("totalResults", 3, "Resources.0.userName", nil)
	if got := walk(t, c, "/?count=1&attributes=id", "id"); len(slices.Compact(got)) != 3 {
		t.Errorf("by cursor: %v", got)
	}
}

func bulk(_ *testing.T, c *Client) {
	const request = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],%s"Operations":[%s]}`
	// RFC 7644 section 3.7.2: the group refers to a user that comes after it.
	a := c.Must(200, "POST", "/Bulk", fmt.Sprintf(request, "", `
{"method":"POST","path":"/Groups","bulkId":"g","data":{"displayName":"Tour Guides","members":[{"value":"bulkId:u"}]}},
{"method":"post","path":"/Users","bulkId":"u","data":{"userName":"alice@x.test"}},
{"method":"PATCH","path":"/Users/bulkId:u","data":{"Operations":[{"op":"add","path":"title","value":"t"}]}},
{"method":"DELETE","path":"/Users/nobody"}`))
	a.Has("schemas.0", "urn:ietf:params:scim:api:messages:2.0:BulkResponse", "Operations.0.status", "201", "Operations.0.bulkId", "g", "Operations.1.status", "201",
		"Operations.2.status", "204", "Operations.3.status", "404", "Operations.3.response.status", "404", "Operations.4", nil)
	user := strings.TrimPrefix(a.Text("Operations.1.location"), c.Base())
	group := strings.TrimPrefix(a.Text("Operations.0.location"), c.Base())
	c.Must(200, "GET", user, "").Has("title", "t", "groups.0.display", "Tour Guides")
	c.Must(200, "GET", group, "").Has("members.0.value", strings.TrimPrefix(user, "/Users/"))
	// A circle, a reference to nothing, and other mistakes, each by itself.
	c.Must(200, "POST", "/Bulk", fmt.Sprintf(request, "", `
{"method":"POST","path":"/Groups","bulkId":"a","data":{"displayName":"a","members":[{"value":"bulkId:b"}]}},
{"method":"POST","path":"/Groups","bulkId":"b","data":{"displayName":"b","members":[{"value":"bulkId:a"}]}},
{"method":"POST","path":"/Groups","bulkId":"c","data":{"displayName":"c","members":[{"value":"bulkId:zz"}]}},
{"method":"POST","path":"/Users","data":{"userName":"x"}},
{"method":"GET","path":"/Users"},
{"method":"PUT","path":"`+user+`","version":"W/\"77\"","data":{"userName":"alice@x.test"}},
{"method":"DELETE","path":"`+user+`"}`)).Has("Operations.0.status", "409", "Operations.1.status", "409", "Operations.2.status", "400", "Operations.3.status", "400",
		"Operations.4.status", "400", "Operations.5.status", "412", "Operations.6.status", "204")
	// It stops after so many errors.
	c.Must(200, "POST", "/Bulk", fmt.Sprintf(request, `"failOnErrors":1,`, `
{"method":"DELETE","path":"/Users/1"},{"method":"POST","path":"/Users","bulkId":"u","data":{"userName":"never@x.test"}}`)).Has("Operations.0.status", "404", "Operations.1", nil)
	c.Must(200, "GET", "/Users"+eq("userName", "never@x.test"), "").Has("totalResults", 0)
	c.Must(413, "POST", "/Bulk", fmt.Sprintf(request, "", strings.TrimSuffix(strings.Repeat(`{"method":"DELETE","path":"/Users/1"},`, 1001), ","))).Has("status", "413")
	c.Must(400, "POST", "/Bulk", `{"Operations":[]}`).Has("scimType", "invalidSyntax")
}

func twentyClients(t *testing.T, c *Client) {
	var u []string
	for i := range 20 {
		u = append(u, push(c, fmt.Sprintf("u%d@x.test", i)).Text("id"))
	}
	id := c.Must(201, "POST", "/Groups", `{"displayName":"g"}`).Text("id")
	together(t, 20, func(i int) error {
		body := patchOf(fmt.Sprintf(`{"op":"add","path":"members","value":[{"value":"%s"}]},{"op":"replace","value":{"field%d":1}}`, u[i], i))
		req, err := http.NewRequestWithContext(context.Background(), http.MethodPatch, c.Base()+"/Groups/"+id, strings.NewReader(body))
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		if res.StatusCode != http.StatusNoContent {
			return fmt.Errorf("client %d: %s", i, res.Status)
		}
		return res.Body.Close()
	})
	a := c.Must(200, "GET", "/Groups/"+id, "")
	if list, _ := a.At("members").([]any); len(list) != 20 {
		t.Errorf("%d members, want 20", len(list))
	}
	for i := range 20 {
		a.Has(fmt.Sprintf("field%d", i), 1)
	}
}

// pages holds each record of a page against the same by itself.
func pages(t *testing.T, c *Client) {
	var users []string
	for i := range 6 {
		users = append(users, push(c, fmt.Sprintf("p%d@x.test", i)).Text("id"))
	}
	for _, name := range []string{`\"A\" & <b>`, "B\u00e4", "C", "D"} {
		c.Must(201, "POST", "/Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"`+name+`","members":[{"value":"`+users[0]+`"},{"value":"`+users[1]+`"}]}`)
	}
	for path, query := range map[string]string{"/Users": "", "/Groups": "", "/Users/": "&filter=active+eq+true", "/Groups/": "&attributes=displayName,members"} {
		path = strings.TrimSuffix(path, "/")
		list, _ := c.Must(200, "GET", path+"?count=100"+query, "").At("Resources").([]any)
		if len(list) < 4 {
			t.Fatalf("%s: %d resources", path, len(list))
		}
		for _, e := range list {
			_, query, _ := strings.Cut(strings.Replace(query, "filter=active+eq+true", "", 1), "&")
			one := c.Must(200, "GET", path+"/"+value.String(value.Lookup(e, "id"))+"?"+query, "")
			if got, want := fields(e), fields(one.Body); !maps.EqualFunc(got, want, value.Equal) {
				t.Errorf("%s lists %s, and it is %s", path, value.JSON(e), one.Raw)
			}
		}
	}
}

func fields(v any) map[string]any {
	o, _ := v.(*value.Object)
	return maps.Collect(o.All())
}
