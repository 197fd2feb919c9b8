package scim_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/scim"
	"sallyport/internal/scim/fault"
	"sallyport/internal/scim/schema"
	"sallyport/internal/scim/scimtest"
	"sallyport/internal/value"
)

func serve(tb testing.TB, o scim.Options) *scimtest.Client {
	tb.Helper()
	return scimtest.Serve(tb, scimtest.NewMemory(time.Now), o)
}

// Whatever is refused is refused by a SCIM body, in which the status is a text.
func TestErrors(t *testing.T) {
	c := serve(t, scim.Options{MaxBody: 2000})
	const user = `{"userName":"a@x.test"}`
	tests := map[string]struct {
		status             int
		method, path, body string
		header             string
	}{
		"no such route":              {404, "GET", "/Teapots", "", ""},
		"behind a resource":          {404, "GET", "/Users/1/groups", "", ""},
		"no such user":               {404, "GET", "/Users/1", "", ""},
		"an id that is a path":       {404, "GET", "/Users/..%2FGroups", "", ""},
		"Me":                         {501, "GET", "/Me", "", ""},
		"Me to write":                {501, "PATCH", "/Me", `{}`, ""},
		"POST of a user by id":       {405, "POST", "/Users/1", user, ""},
		"DELETE of all":              {405, "DELETE", "/Users", "", ""},
		"PUT of all":                 {405, "PUT", "/Groups", user, ""},
		"GET of Bulk":                {405, "GET", "/Bulk", "", ""},
		"GET of .search":             {405, "GET", "/Users/.search", "", ""},
		"POST to the root":           {405, "POST", "/", user, ""},
		"write to discovery":         {405, "POST", "/Schemas", user, ""},
		"filter of discovery":        {403, "GET", "/Schemas?filter=id+pr", "", ""},
		"no such schema":             {404, "GET", "/Schemas/urn:x", "", ""},
		"behind the config":          {404, "GET", "/ServiceProviderConfig/x", "", ""},
		"a body that is too large":   {413, "POST", "/Users", `{"x":"` + strings.Repeat("x", 2000) + `"}`, ""},
		"no body":                    {400, "POST", "/Users", "", ""},
		"no JSON":                    {400, "POST", "/Users", `{`, ""},
		"a list":                     {400, "POST", "/Users", `[]`, ""},
		"two objects":                {400, "POST", "/Users", `{}{}`, ""},
		"deep JSON":                  {400, "POST", "/Users", strings.Repeat("[", 1000), ""},
		"no userName":                {400, "POST", "/Users", `{"active":true}`, ""},
		"no displayName":             {400, "POST", "/Groups", `{}`, ""},
		"a form":                     {415, "POST", "/Users", user, "Content-Type: application/x-www-form-urlencoded"},
		"another charset":            {415, "POST", "/Users", user, "Content-Type: application/json; charset=latin1"},
		"no media type":              {415, "POST", "/Users", user, "Content-Type: ;"},
		"gzip":                       {415, "POST", "/Users", user, "Content-Encoding: gzip"},
		"a query that is none":       {400, "GET", "/Users?filter=%", "", ""},
		"a negative limit of errors": {400, "POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"failOnErrors":0,"Operations":[]}`, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			headers := []string{"Content-Type: application/scim+json"}
			if tt.header != "" {
				headers = append(headers, tt.header)
			}
			a := c.Must(tt.status, tt.method, tt.path, tt.body, headers...).Has("schemas.0", scim.ErrorURN, "status", fmt.Sprint(tt.status))
			if allow := a.Header.Get("Allow"); (allow != "") != (tt.status == 405) {
				t.Errorf("Allow: %q", allow)
			}
			if a.Text("detail") == "" || !strings.HasPrefix(a.Header.Get("Content-Type"), scim.MediaType) {
				t.Errorf("%s as %s", a.Raw, a.Header.Get("Content-Type"))
			}
		})
	}
}

func TestMediaTypes(t *testing.T) {
	c := serve(t, scim.Options{})
	for i, typ := range []string{"application/scim+json", "application/json", "application/scim+json; charset=UTF-8", `application/json;charset="utf-8"`, "APPLICATION/JSON"} {
		c.Must(201, "POST", "/Users/", fmt.Sprintf(`{"userName":"u%d@x.test"}`, i), "Content-Type: "+typ)
	}
}

func TestDiscovery(t *testing.T) {
	c := serve(t, scim.Options{})
	c.Must(200, "GET", "/ServiceProviderConfig", "").Has("patch.supported", true, "bulk.supported", true, "bulk.maxOperations", 1000, "bulk.maxPayloadSize", 1<<20,
		"filter.supported", true, "sort.supported", true, "etag.supported", true, "changePassword.supported", false, "pagination.cursor", true,
		"pagination.index", true, "authenticationSchemes.0.type", "oauthbearertoken", "meta.location", c.Base()+"/ServiceProviderConfig")
	c.Must(200, "GET", "/ResourceTypes", "").Has("totalResults", 2, "Resources.0.name", "User", "Resources.0.endpoint", "/Users",
		"Resources.0.schemaExtensions.0.schema", schema.EnterpriseURN, "Resources.1.schema", schema.GroupURN)
	c.Must(200, "GET", "/ResourceTypes/Group/", "").Has("name", "Group", "endpoint", "/Groups")
	c.Must(200, "GET", "/Schemas", "").Has("totalResults", 3, "itemsPerPage", 3, "Resources.0.id", schema.UserURN)
	for _, id := range []string{schema.UserURN, schema.EnterpriseURN, schema.GroupURN} {
		c.Must(200, "GET", "/Schemas/"+id, "").Has("id", id, "meta.resourceType", "Schema", "meta.location", c.Base()+"/Schemas/"+id)
	}
	// RFC 7643 section 8.7.1, in what decides how clients behave.
	a := c.Must(200, "GET", "/Schemas/"+schema.UserURN, "")
	list, _ := a.At("attributes").([]any)
	byName := map[string]*value.Object{}
	for _, v := range list {
		byName[v.(*value.Object).Text("name")] = v.(*value.Object)
	}
	for name, want := range map[string]string{
		"userName": "string false true false readWrite default server", "password": "string false false true writeOnly never none",
		"emails": "complex true false false readWrite default none", "groups": "complex true false false readOnly default none",
		"active": "boolean false false false readWrite default none", "profileUrl": "reference false false true readWrite default none",
	} {
		o, ok := byName[name]
		if !ok {
			t.Errorf("no %s", name)
			continue
		}
		got := fmt.Sprint(o.At("type"), " ", o.At("multiValued"), " ", o.At("required"), " ", o.At("caseExact"), " ", o.At("mutability"), " ", o.At("returned"), " ", o.At("uniqueness"))
		if got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// What looks at everything has an end.
func TestTooMany(t *testing.T) {
	c := serve(t, scim.Options{MaxScan: 10, MaxPage: 5})
	for i := range 11 {
		c.Must(201, "POST", "/Users", fmt.Sprintf(`{"userName":"u%02d@x.test"}`, i))
	}
	c.Must(400, "GET", "/Users?filter="+url.QueryEscape(`userName sw "u"`), "").Has("scimType", "tooMany")
	c.Must(400, "GET", "/Users?sortBy=userName", "").Has("scimType", "tooMany")
	c.Must(200, "GET", "/Users?filter="+url.QueryEscape(`userName eq "u03@x.test" and title ne "x"`), "").Has("totalResults", 1)
	c.Must(200, "GET", "/Users", "").Has("totalResults", 11, "itemsPerPage", 5)
}

// broken answers every call with an error.
type broken struct {
	*scimtest.Memory

	err error
}

func (b broken) List(context.Context, scim.Query) (scim.Page, error) { return scim.Page{}, b.err }

func (b broken) Find(context.Context, scim.Ref, bool) (scim.Record, error) {
	return scim.Record{}, b.err
}

func TestDirectoryErrors(t *testing.T) {
	tests := map[string]struct {
		err    error
		status int
		detail string
	}{
		"our own fault says nothing of it": {errors.New("disk of 10.0.0.1"), 500, "internal error"},
		"away":                             {errs.New(errs.Unavailable, "the database is away"), 503, "the database is away"},
		"denied":                           {errs.New(errs.Denied, "the last admin stays"), 403, "the last admin stays"},
		"not there":                        {errs.New(errs.NotFound, "no user"), 404, "no user"},
		"not taken":                        {errs.New(errs.Invalid, "no e-mail address"), 400, "no e-mail address"},
		"a fault of its own":               {fault.Status(429, "too often"), 429, "too often"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := scimtest.Serve(t, broken{scimtest.NewMemory(time.Now), tt.err}, scim.Options{})
			a := c.Must(tt.status, "GET", "/Users", "").Has("detail", tt.detail, "status", fmt.Sprint(tt.status))
			if wait := a.Header.Get("Retry-After"); (wait != "") != (tt.status == 503) {
				t.Errorf("Retry-After %q", wait)
			}
			c.Must(tt.status, "GET", "/Users/1", "").Has("detail", tt.detail)
		})
	}
}

func TestWriteError(t *testing.T) {
	w := httptest.NewRecorder()
	scim.WriteError(w, fault.Status(http.StatusUnauthorized, "the secret is not valid"))
	var body struct {
		Schemas        []string
		Detail, Status string
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	if w.Code != 401 || body.Status != "401" || body.Detail == "" || body.Schemas[0] != scim.ErrorURN || w.Header().Get("WWW-Authenticate") == "" {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}

// The log of exchanges says what went wrong, and no password.
func TestObserve(t *testing.T) {
	const exchanges = 6
	seen := make(chan scim.Exchange, exchanges)
	c := serve(t, scim.Options{Observe: func(_ context.Context, e scim.Exchange) { seen <- e }})
	const secret = "hunter2"
	id := c.Must(201, "POST", "/Users", `{"userName":"a@x.test","PassWord":"`+secret+`","note":"`+strings.Repeat("é", 4000)+`"}`, "Authorization: Bearer "+secret).Text("id")
	c.Must(204, "PATCH", "/Users/"+id, `{"Operations":[{"op":"replace","path":"urn:ietf:params:scim:schemas:core:2.0:User:password","value":"`+secret+`"},{"op":"replace","value":{"password":"`+secret+`"}}]}`)
	c.Must(400, "POST", "/Users", `{"password":"`+secret+`"`)
	c.Must(409, "POST", "/Users", `{"userName":"A@x.test"}`)
	c.Must(200, "GET", "/Users?filter="+url.QueryEscape(`password eq "`+secret+`"`), "")
	c.Must(200, "GET", "/Users?count=1", "")
	got := make([]scim.Exchange, exchanges)
	for i := range got {
		got[i] = <-seen
	}
	for _, e := range got {
		if text := fmt.Sprintf("%+v", e); strings.Contains(text, secret) {
			t.Errorf("the secret is in %s", text)
		}
		if len(e.Request) > 5000 || len(e.Response) > 5000 || e.At.IsZero() || strings.ContainsRune(e.Request, '\uFFFD') {
			t.Errorf("%d and %d bytes at %v", len(e.Request), len(e.Response), e.At)
		}
	}
	if e := got[3]; e.Method != "POST" || e.Path != "/Users" || e.Status != 409 || !strings.Contains(e.Cause, "A@x.test") || e.Request != `{"userName":"A@x.test"}` || !strings.Contains(e.Response, "uniqueness") {
		t.Errorf("%+v", e)
	}
	if e := got[5]; e.Path != "/Users?count=1" || e.Cause != "" || e.Request != "" || !strings.Contains(e.Response, "a@x.test") {
		t.Errorf("%+v", e)
	}
}

func TestSecret(t *testing.T) {
	tests := map[string]string{
		"Bearer abc": "abc", "bearer abc": "abc", "BEARER   abc ": "abc", "abc": "abc", "  abc\t": "abc", "scim-k1-Az09": "scim-k1-Az09",
		"": "", " ": "", "Bearer": "", "Bearer ": "", "Basic YTpi": "", "Bearer a b": "", "Bearer Bearer": "", "a\x00b": "", "ä": "", "Bearer\tabc": "",
		strings.Repeat("a", 513): "", strings.Repeat("a", 512): strings.Repeat("a", 512),
	}
	for header, want := range tests {
		if got, ok := scim.Secret(header); got != want || ok != (want != "") {
			t.Errorf("%.40q: %q, %v", header, got, ok)
		}
	}
}

func FuzzSecret(f *testing.F) {
	for _, s := range []string{"Bearer abc", "abc", "Bearer ", "Basic x", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		s, ok := scim.Secret(header)
		if ok != (s != "") || len(s) > 512 || strings.ContainsAny(s, " \t\r\n\x00") || !strings.Contains(header, s) {
			t.Errorf("%q is the secret %q, %v", header, s, ok)
		}
		if again, stays := scim.Secret("Bearer " + s); ok && (!stays || again != s) {
			t.Errorf("%q becomes %q", s, again)
		}
	})
}

// No request brings the server down, and every answer of an error is a SCIM body.
func FuzzHandler(f *testing.F) {
	f.Add("GET", "/Users?filter=userName+eq+%22a%22&sortBy=emails&count=2&cursor=", "")
	f.Add("POST", "/Users", `{"userName":"b","emails":["x"]}`)
	f.Add("PATCH", "/Groups/g", `{"Operations":[{"op":"remove","path":"members[value eq \"u\" and display pr]"}]}`)
	f.Add("POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"POST","path":"/Users","bulkId":"a","data":{"userName":"bulkId:a"}}]}`)
	f.Add("POST", "/.search", `{"filter":"meta.resourceType eq User","attributes":["emails.value"]}`)
	server := scim.New(scim.Options{Observe: func(context.Context, scim.Exchange) {}})
	f.Fuzz(func(t *testing.T, method, target, body string) {
		d := scimtest.NewMemory(time.Now)
		u, err := d.Create(t.Context(), scim.User, scim.Edit{Document: value.Map("schemas", []any{schema.UserURN}, "userName", "a", "active", true)})
		if err != nil {
			t.Fatal(err)
		}
		g, err := d.Create(t.Context(), scim.Group, scim.Edit{Document: value.Map("schemas", []any{schema.GroupURN}, "displayName", "g"), Members: scim.Delta{Add: []scim.Member{{ID: u.ID}}}})
		if err != nil {
			t.Fatal(err)
		}
		at, err := url.ParseRequestURI(strings.Replace(strings.Replace(target, "/Users/u", "/Users/"+u.ID, 1), "/Groups/g", "/Groups/"+g.ID, 1))
		if err != nil {
			return
		}
		r, err := http.NewRequestWithContext(t.Context(), method, "http://x", strings.NewReader(body))
		if err != nil {
			return
		}
		r.URL.Path, r.URL.RawQuery = at.Path, at.RawQuery
		w := httptest.NewRecorder()
		server.Handler(d, "http://x").ServeHTTP(w, r)
		if w.Code >= 400 && !strings.Contains(w.Body.String(), fmt.Sprintf(`"status":"%d"`, w.Code)) || w.Code >= 500 && w.Code != 501 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}
