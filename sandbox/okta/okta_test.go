package okta_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sallyport/sandbox/okta"
	"sallyport/sandbox/okta/oktaspec"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// object is a JSON object.
type object = map[string]any

// mail is a mail that the org sent.
type mail struct{ to, subject, text string }

// tenant is an org that is served over a real socket, with every exchange
// held against Okta's description.
type tenant struct {
	*testing.T
	org   *okta.Org
	url   string
	token string // of who calls; the super admin's at first
	*world
}

// world is what all views of a tenant share.
type world struct {
	mu    sync.Mutex
	mails []mail
	clock time.Time
}

// serve starts an org of fifty people. Its clock stands still until advance.
func serve(t *testing.T, change ...func(*okta.Options)) *tenant {
	t.Helper()
	x := &tenant{T: t, world: &world{clock: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}}
	opt := okta.Options{
		Seed: 7,
		Now:  x.now,
		Mail: func(to, subject, text string) {
			x.mu.Lock()
			defer x.mu.Unlock()
			x.mails = append(x.mails, mail{to, subject, text})
		},
		HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	}
	for _, f := range change {
		f(&opt)
	}
	org, err := okta.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(oktaspec.Wrap(t, org))
	t.Cleanup(func() {
		srv.Close()
		org.Close()
	})
	org.SetBaseURL(srv.URL)
	x.org, x.url, x.token = org, srv.URL, org.AdminToken()
	return x
}

func (x *tenant) now() time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.clock
}

func (x *tenant) advance(d time.Duration) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.clock = x.clock.Add(d)
}

// mailTo returns the mails to an address.
func (x *tenant) mailTo(to string) []mail {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(x.mails), func(m mail) bool { return m.to != to })
}

// as returns the tenant as somebody with another token sees it.
func (x *tenant) as(token string) *tenant {
	return &tenant{T: x.T, org: x.org, url: x.url, token: token, world: x.world}
}

// in returns the tenant for a subtest.
func (x *tenant) in(t *testing.T) *tenant {
	return &tenant{T: t, org: x.org, url: x.url, token: x.token, world: x.world}
}

// reply is an answer of the org.
type reply struct {
	*testing.T
	status int
	header http.Header
	body   []byte
}

// call sends a request with a JSON body, or none when it is nil.
func (x *tenant) call(method, path string, body any) reply {
	x.Helper()
	var r io.Reader = http.NoBody
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			x.Fatal(err)
		}
		r = bytes.NewReader(raw)
	}
	req, err := http.NewRequest(method, x.url+path, r)
	if err != nil {
		x.Fatal(err)
	}
	if x.token != "" {
		req.Header.Set("Authorization", "SSWS "+x.token)
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return x.send(req)
}

func (x *tenant) send(req *http.Request) reply {
	x.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		x.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		x.Fatal(err)
	}
	return reply{x.T, resp.StatusCode, resp.Header, b}
}

func (x *tenant) get(path string) reply            { x.Helper(); return x.call("GET", path, nil) }
func (x *tenant) post(path string, body any) reply { x.Helper(); return x.call("POST", path, body) }
func (x *tenant) put(path string, body any) reply  { x.Helper(); return x.call("PUT", path, body) }
func (x *tenant) del(path string) reply            { x.Helper(); return x.call("DELETE", path, nil) }

// want fails the test unless the answer has a status.
func (r reply) want(status ...int) reply {
	r.Helper()
	if !slices.Contains(status, r.status) {
		r.Fatalf("answered %d %s, want %d", r.status, r.body, status)
	}
	return r
}

// object returns the body as an object.
func (r reply) object() object {
	r.Helper()
	var v object
	if err := json.Unmarshal(r.body, &v); err != nil {
		r.Fatalf("%v: %s", err, r.body)
	}
	return v
}

// list returns the body as a list of objects.
func (r reply) list() []object {
	r.Helper()
	var v []object
	if err := json.Unmarshal(r.body, &v); err != nil {
		r.Fatalf("%v: %s", err, r.body)
	}
	return v
}

// fails checks status and code of an error answer, and its form.
func (r reply) fails(status int, code string) object {
	r.Helper()
	e := r.want(status).object()
	if e["errorCode"] != code || e["errorLink"] != code || !strings.HasPrefix(str(e, "errorId"), "oae") || e["errorSummary"] == "" {
		r.Fatalf("error %s, want %s", r.body, code)
	}
	if _, ok := e["errorCauses"].([]any); !ok {
		r.Fatalf("errorCauses is no list: %s", r.body)
	}
	return e
}

// next returns the link to the next page, without the host; empty at the end.
func (r reply) next() string {
	for _, l := range r.header.Values("Link") {
		if href, ok := strings.CutSuffix(l, `>; rel="next"`); ok {
			u, err := url.Parse(strings.TrimPrefix(href, "<"))
			if err != nil {
				r.Fatal(err)
			}
			return u.RequestURI()
		}
	}
	return ""
}

// str returns a text in nested objects.
func str(o object, path ...string) string {
	s, _ := at(o, path...).(string)
	return s
}

func at(v any, path ...string) any {
	for _, p := range path {
		switch x := v.(type) {
		case object:
			v = x[p]
		case []any:
			var i int
			if _, err := fmt.Sscan(p, &i); err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

// ids returns the ids of a list.
func ids(list []object) []string {
	out := []string{}
	for _, o := range list {
		out = append(out, str(o, "id"))
	}
	return out
}

// person makes a user with a password and returns its id.
func (x *tenant) person(name string) string {
	x.Helper()
	return str(x.post("/api/v1/users", newUser(name, "Correct-Horse-9")).want(200).object(), "id")
}

// newUser is the body of a request that creates a user.
func newUser(name, password string) object {
	u := object{"profile": object{"firstName": name, "lastName": "Tester", "email": name + "@test.example", "login": name + "@test.example"}}
	if password != "" {
		u["credentials"] = object{"password": object{"value": password}}
	}
	return u
}

// team makes a group and returns its id.
func (x *tenant) team(name string) string {
	x.Helper()
	return str(x.post("/api/v1/groups", object{"profile": object{"name": name}}).want(200).object(), "id")
}

// events returns the types of the events that f causes, in order, and the
// events.
func (x *tenant) events(f func()) ([]string, []object) {
	x.Helper()
	admin := x.as(x.org.AdminToken())
	cursor := admin.get("/api/v1/logs?since=" + x.now().Add(time.Hour).UTC().Format(time.RFC3339)).want(200).next()
	f()
	list := admin.get(cursor).want(200).list()
	types := []string{}
	for _, e := range list {
		types = append(types, str(e, "eventType"))
	}
	return types, list
}
