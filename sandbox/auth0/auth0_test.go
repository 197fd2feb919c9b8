package auth0_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/sandbox/auth0"
	"sallyport/sandbox/auth0/actions"
	"sallyport/sandbox/auth0/auth0spec"
)

func TestMain(m *testing.M) {
	if actions.Asked(os.Args[1:]) {
		if err := actions.Main(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// clock is a time that tests set.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

type object = map[string]any

// tenant is a tenant under test, on a socket, with a client of its own.
type tenant struct {
	*auth0.Tenant
	t      *testing.T
	base   string
	clock  *clock
	client *http.Client
	token  string
}

const ada = "ada@acme.example"

func start(t *testing.T) *tenant {
	t.Helper()
	x := &tenant{t: t, clock: &clock{at: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}}
	x.Tenant = auth0.New(auth0.Options{
		Seed: 1, Now: x.clock.now, ActionTime: 2 * time.Second,
		People: []auth0.Person{{Email: "Ada@acme.example", First: "Ada", Last: "Lovelace"}, {Email: "bob@acme.example", First: "Bob", Last: "Stone"}},
	})
	server := httptest.NewServer(http.StripPrefix("/auth0", x.Tenant))
	t.Cleanup(func() {
		server.Close()
		x.Close()
		for entry := range x.entries() {
			known, err := auth0spec.Log(entry.kind, entry.text)
			if err != nil {
				t.Errorf("%v\n%s", err, entry.text)
			}
			if !known && entry.kind != "fapi" && !t.Skipped() {
				t.Logf("log entries of type %s are not held against a schema: it is not here", entry.kind)
			}
		}
	})
	x.base = server.URL + "/auth0"
	x.SetBaseURL(x.base)
	x.client = &http.Client{Transport: auth0spec.Transport(t, x.base), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	x.token = x.grant("")
	return x
}

type logged struct {
	kind string
	text []byte
}

// entries yields each type of log entry that was written, once, as streams
// send it.
func (x *tenant) entries() func(func(logged) bool) {
	return func(yield func(logged) bool) {
		seen := map[string]bool{}
		for _, d := range x.Logs(1000) {
			kind := fmt.Sprint(d["type"])
			if seen[kind] {
				continue
			}
			seen[kind] = true
			b, err := json.Marshal(d)
			if err != nil {
				x.t.Fatal(err)
			}
			if !yield(logged{kind, b}) {
				return
			}
		}
	}
}

// grant gets an access token with a scope, or with all of them.
func (x *tenant) grant(scope string) string {
	x.t.Helper()
	id, secret := x.Credentials()
	body := object{"grant_type": "client_credentials", "client_id": id, "client_secret": secret, "audience": x.base + "/api/v2/"}
	if scope != "" {
		body["scope"] = scope
	}
	var got struct {
		AccessToken string `json:"access_token"`
	}
	x.want(http.StatusOK, x.do("POST", "/oauth/token", body), &got)
	return got.AccessToken
}

// reply is an answer.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (r reply) String() string { return fmt.Sprintf("%d %s", r.status, r.body) }

func (x *tenant) do(method, path string, body any, header ...string) reply {
	x.t.Helper()
	var b io.Reader
	kind := "application/json"
	switch v := body.(type) {
	case nil:
	case url.Values:
		b, kind = strings.NewReader(v.Encode()), "application/x-www-form-urlencoded"
	case string:
		b = strings.NewReader(v)
	default:
		text, err := json.Marshal(v)
		if err != nil {
			x.t.Fatal(err)
		}
		b = bytes.NewReader(text)
	}
	to := path
	if strings.HasPrefix(path, "/") {
		to = x.base + path
	}
	req, err := http.NewRequestWithContext(x.t.Context(), method, to, b)
	if err != nil {
		x.t.Fatal(err)
	}
	if b != nil {
		req.Header.Set("Content-Type", kind)
	}
	if strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "http") {
		req.Header.Set("Authorization", "Bearer "+x.token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := x.client.Do(req)
	if err != nil {
		x.t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		x.t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, got}
}

// want reads an answer that has to have a status.
func (x *tenant) want(status int, r reply, into any) {
	x.t.Helper()
	if r.status != status {
		x.t.Fatalf("answered %s; %d was wanted", r, status)
	}
	if into != nil {
		if err := json.Unmarshal(r.body, into); err != nil {
			x.t.Fatalf("%v in %s", err, r)
		}
	}
}

// api makes a call of the Management API that has to succeed.
func (x *tenant) api(method, path string, body any) object {
	x.t.Helper()
	r := x.do(method, "/api/v2"+path, body)
	if r.status/100 != 2 {
		x.t.Fatalf("%s %s: %s", method, path, r)
	}
	out := object{}
	if len(r.body) > 0 && r.body[0] == '{' {
		x.want(r.status, r, &out)
	}
	return out
}

// list makes a call that has to answer a list.
func (x *tenant) list(path string) []object {
	x.t.Helper()
	var out []object
	x.want(http.StatusOK, x.do("GET", "/api/v2"+path, nil), &out)
	return out
}

// fails makes a call that has to be refused, with a code and a part of the
// message.
func (x *tenant) fails(status int, code, message, method, path string, body any) {
	x.t.Helper()
	r := x.do(method, "/api/v2"+path, body)
	var e struct {
		StatusCode int    `json:"statusCode"`
		Error      string `json:"error"`
		Message    string `json:"message"`
		ErrorCode  string `json:"errorCode"`
	}
	x.want(status, r, &e)
	if e.StatusCode != status || e.Error != http.StatusText(status) || e.ErrorCode != code || !strings.Contains(e.Message, message) {
		x.t.Errorf("%s %s: %s", method, path, r)
	}
}

// id returns the id of somebody.
func (x *tenant) id(email string) string {
	x.t.Helper()
	found := x.list("/users-by-email?email=" + url.QueryEscape(email))
	if len(found) != 1 {
		x.t.Fatalf("%s is %v", email, found)
	}
	return fmt.Sprint(found[0]["user_id"])
}

func escaped(id string) string { return url.PathEscape(id) }

// signIn has somebody try, with the right password.
func (x *tenant) signIn(user string) auth0.Outcome {
	x.t.Helper()
	out, err := x.SignIn(context.WithoutCancel(x.t.Context()), auth0.Attempt{User: user, Known: true, IP: "203.0.113.7", Agent: "Mozilla/5.0 (Windows NT 10.0) Chrome/126.0.0.0"})
	if err != nil {
		x.t.Fatal(err)
	}
	return out
}

func (x *tenant) logTypes() string {
	var out []string
	for _, d := range x.Logs(1000) {
		out = append(out, fmt.Sprint(d["type"]))
	}
	return strings.Join(out, " ")
}
