package connector_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"go.uber.org/goleak"

	"sallyport/content"
	"sallyport/internal/connector"
	"sallyport/internal/egress"
	"sallyport/internal/errs"
	"sallyport/internal/quota"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is an engine with a keyring of its own, that may call this machine.
type bench struct {
	*connector.Engine
	t     *testing.T
	quota *quota.Registry
}

// shelves loads the connectors once: it takes a moment.
var shelves = sync.OnceValues(func() (*connector.Shelf, error) { return connector.Load(content.FS, sample) })

func newBench(t *testing.T, out egress.Options) *bench {
	t.Helper()
	shelf, err := shelves()
	if err != nil {
		t.Fatal(err)
	}
	return newBenchOf(t, shelf, out)
}

func newBenchOf(t *testing.T, shelf *connector.Shelf, out egress.Options) *bench {
	t.Helper()
	keyring, err := secret.Open(filepath.Join(t.TempDir(), "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	if out.Allow == nil {
		out.Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	}
	way := egress.New(out)
	t.Cleanup(way.Client(egress.ClientOptions{}).CloseIdleConnections)
	limits := quota.NewRegistry(quota.Options{})
	return &bench{connector.NewEngine(connector.Options{Shelf: shelf, Keyring: keyring, Egress: way, Quota: limits}), t, limits}
}

// connection returns a connection with its secrets sealed.
func (b *bench) connection(of string, auth connector.AuthKind, settings *value.Object, secrets ...string) connector.Connection {
	b.t.Helper()
	conn := connector.Connection{Org: "org_1", ID: "con_1", Connector: of, Name: "Test", Auth: auth, Settings: settings}
	changes := map[string]secret.Text{}
	for i := 0; i+1 < len(secrets); i += 2 {
		changes[secrets[i]] = secret.NewText(secrets[i+1])
	}
	sealed, err := b.Seal(conn, changes)
	if err != nil {
		b.t.Fatal(err)
	}
	conn.Sealed = sealed
	return conn
}

func (b *bench) do(conn connector.Connection, action string, inputs *value.Object) (connector.Result, *connector.Error) {
	b.t.Helper()
	res, err := b.Do(b.t.Context(), conn, connector.Call{Action: action, Inputs: inputs, Timeout: 5 * time.Second})
	if err != nil && connector.AsError(err) == nil {
		b.t.Fatalf("error %v is no connector.Error", err)
	}
	return res, connector.AsError(err)
}

func peer(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func domain(s *httptest.Server) *value.Object { return value.Map("domain", s.URL) }

// sample is a connector for what no real one of ours has.
var sample = fstest.MapFS{"connectors/sample.yaml": {Data: []byte(`
connector: sample
title: Sample
settings: { url: { required: true } }
auth: [{ kind: api_key, prefix: "Key " }]
base_url: "{{ settings.url }}"
actions:
  keyed:
    effect: change
    repeat: key
    idempotency: { header: Idempotency-Key }
    inputs: { pin: { secret: true } }
    request: { method: POST, path: /keyed, json: { pin: "{{ inputs.pin }}", who: "{{ secrets.api_key }}" } }
    outputs: { seen: { type: any, from: body }, number: { type: number, from: body.text } }
  once: { effect: change, repeat: never, request: { method: POST, path: /once } }
  often: { effect: read, repeat: safe, request: { method: POST, path: /often } }
  list:
    effect: read
    repeat: safe
    request: { method: GET, path: /list, query: { size: 2 } }
    inputs: { next: {} }
    pages: { next: body.cursor, param: cursor, start: inputs.next, items: body.items, limit: 5 }
    stream: items
    outputs: { items: { type: list, from: items }, more: { type: boolean, from: more }, next: { from: next } }
  all:
    effect: read
    repeat: safe
    request: { method: GET, path: /all }
    pages: { next: body.cursor, param: cursor, items: body.items }
    outputs: { count: { type: number, from: items.size() }, more: { type: boolean, from: more } }
`)}}

func TestRepeats(t *testing.T) {
	tests := map[string]struct {
		action string
		status int // 0: the connection breaks after the request
		calls  int32
		sent   bool
	}{
		"harmless and broken: twice more":      {"often", 0, 3, true},
		"harmless and unavailable: twice more": {"often", 503, 3, true},
		"harmless and bad gateway: twice more": {"often", 502, 3, true},
		"harmless and not there: never":        {"often", 501, 1, true},
		"harmless and failed: not by itself":   {"often", 500, 1, true},
		"harmless and limited: not by itself":  {"often", 429, 1, false},
		"harmless and refused: not by itself":  {"often", 400, 1, false},
		"not harmless and broken: never":       {"once", 0, 1, true},
		"not harmless and unavailable: never":  {"once", 503, 1, true},
		"with a key and broken: not by itself": {"keyed", 0, 1, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var calls atomic.Int32
			s := peer(t, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				if tt.status != 0 {
					w.WriteHeader(tt.status)
					return
				}
				conn, _, err := w.(http.Hijacker).Hijack()
				if err == nil {
					conn.Close()
				}
			})
			b := newBench(t, egress.Options{})
			_, err := b.do(b.connection("sample", "", value.Map("url", s.URL), "api_key", "k-123456"), tt.action, nil)
			if err == nil {
				t.Fatal("the call did not fail")
			}
			if calls.Load() != tt.calls || err.Sent != tt.sent {
				t.Errorf("%d requests, sent %v; want %d and %v: %v", calls.Load(), err.Sent, tt.calls, tt.sent, err)
			}
			if want := tt.status == 0 || tt.status >= 429 && tt.status != 501; err.Transient != want {
				t.Errorf("transient %v, want %v", err.Transient, want)
			}
		})
	}
}

// rude hangs up on the first connections.
type rude struct {
	net.Listener
	left, seen atomic.Int32
}

func (l *rude) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		l.seen.Add(1)
		if l.left.Add(-1) < 0 {
			return conn, nil
		}
		conn.Close()
	}
}

// What never left does not count against the rate limit.
// What a peer says becomes part of other sentences: it has one full stop where
// two sentences meet, and none at its end.
func TestMessagesJoin(t *testing.T) {
	b := newBench(t, egress.Options{})
	for said, want := range map[string]string{
		`"API call exceeded rate limit due to too many requests."`: "API call exceeded rate limit due to too many requests. The rate limit is used up (status 400)",
		`"API call exceeded rate limit"`:                           "API call exceeded rate limit. The rate limit is used up (status 400)",
	} {
		s := peer(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"errorCode":"E0000047","errorSummary":`+said+`}`)
		})
		conn := b.connection("okta", connector.APIKey, domain(s), "api_key", "00QCjAl4MlV-WPXM")
		_, err := b.do(conn, "get_user", value.Map("user", "ada"))
		if err.Error() != want || errs.Message(err.Err) != err.Message {
			t.Errorf("%s is told as %q, cause %v; want %q", said, err, err.Err, want)
		}
	}
	for status, want := range map[int]string{http.StatusBadRequest: "Sample answered with status 400 Bad Request: Not so (status 400)", http.StatusConflict: "Sample answered with status 409 Conflict: wait... (status 409)"} {
		s := peer(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, map[int]string{http.StatusBadRequest: "Not so.", http.StatusConflict: "wait..."}[status])
		})
		_, err := b.do(b.connection("sample", connector.APIKey, value.Map("url", s.URL), "api_key", "k3y-of-the-sample"), "once", nil)
		if err.Error() != want {
			t.Errorf("%q, want %q", err, want)
		}
	}
}

func TestUnsentIsNotCounted(t *testing.T) {
	s := peer(t, func(http.ResponseWriter, *http.Request) {})
	s.Close()
	b := newBench(t, egress.Options{})
	if _, err := b.do(b.connection("okta", connector.APIKey, domain(s), "api_key", "00token"), "get_user", value.Map("user", "ada")); err == nil {
		t.Fatal("the call did not fail")
	}
	if u := b.quota.Usage(); len(u) != 1 || u[0].Used != 0 || u[0].InFlight != 0 {
		t.Errorf("usage %+v, want none", u)
	}
}

// What never left may always be repeated: a connection that broke before there
// was a protected one to send on.
func TestUnsentIsRepeated(t *testing.T) {
	for name, tt := range map[string]struct {
		failures, connections int32
		ok                    bool
	}{"until it goes": {2, 3, true}, "not for ever": {100, 3, false}} {
		t.Run(name, func(t *testing.T) {
			cert, pool := certificate(t, "127.0.0.1")
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{}`) }))
			l := &rude{Listener: s.Listener}
			l.left.Store(tt.failures)
			s.Listener, s.TLS = l, &tls.Config{Certificates: []tls.Certificate{cert}}
			s.StartTLS()
			defer s.Close()
			b := newBench(t, egress.Options{Roots: pool})
			_, err := b.do(b.connection("sample", "", value.Map("url", s.URL), "api_key", "k-123456"), "once", nil)
			if (err == nil) != tt.ok || l.seen.Load() != tt.connections {
				t.Errorf("error %v after %d connections, want %d", err, l.seen.Load(), tt.connections)
			}
			if err != nil && (err.Sent || !err.Transient || err.Code != "unreachable" || errs.KindOf(err) != errs.Unavailable) {
				t.Errorf("error %+v, want unreachable and not sent", err)
			}
		})
	}
}

func TestIdempotencyKey(t *testing.T) {
	s := peer(t, func(w http.ResponseWriter, r *http.Request) {
		var body map[string]any
		_ = json.NewDecoder(r.Body).Decode(&body)
		fmt.Fprintf(w, `{"key":%q,"pin":%q,"who":%q,"text":"no number"}`, r.Header.Get("Idempotency-Key"), body["pin"], body["who"])
	})
	b := newBench(t, egress.Options{})
	conn := b.connection("sample", "", value.Map("url", s.URL), "api_key", "k-123456")
	call := connector.Call{Action: "keyed", Key: "run-1/card-2", Inputs: value.Map("pin", "4711-4711")}
	res, err := b.Do(t.Context(), conn, call)
	if err != nil {
		t.Fatal(err)
	}
	// Secrets, and inputs that are secret, come back as masks.
	if want := `{"seen":{"key":"run-1/card-2","pin":"•••","who":"•••","text":"no number"},"number":null}`; string(value.JSON(res.Outputs)) != want {
		t.Errorf("outputs %s, want %s", value.JSON(res.Outputs), want)
	}
	shown, err := b.Preview(conn, call)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(shown.Method, " ", strings.TrimPrefix(shown.URL, s.URL), " ", shown.Header, " ", string(value.JSON(shown.Body))); got !=
		`POST /keyed map[Authorization:Key ••• Content-Type:application/json Idempotency-Key:run-1/card-2] {"pin":"•••","who":"•••"}` {
		t.Errorf("preview %s", got)
	}
}

func TestPreviewShowsNoSecret(t *testing.T) {
	b := newBench(t, egress.Options{})
	conn := b.connection("sample", "", value.Map("url", "https://sample.example/k-123456/x"), "api_key", "k-123456")
	shown, err := b.Preview(conn, connector.Call{Action: "keyed", Key: "k-123456", Inputs: value.Map("pin", "12")})
	if err != nil {
		t.Fatal(err)
	}
	// Where a secret stands by its place, and where it got by accident.
	if got := fmt.Sprint(shown.URL, " ", shown.Header, " ", string(value.JSON(shown.Body))); got !=
		`https://sample.example/•••/x/keyed map[Authorization:Key ••• Content-Type:application/json Idempotency-Key:•••] {"pin":"•••","who":"•••"}` {
		t.Errorf("preview %s", got)
	}
}

func TestMessageThatIsTooLong(t *testing.T) {
	var served atomic.Int32
	s := peer(t, func(w http.ResponseWriter, r *http.Request) {
		served.Add(1)
		w.WriteHeader(http.StatusAccepted)
	})
	b := newBench(t, egress.Options{})
	conn := b.connection("teams", "", nil, "webhook_url", s.URL+"/hook")
	if _, err := b.do(conn, "send_message", value.Map("text", strings.Repeat("x", 28_000))); err != nil {
		t.Errorf("a message that fits: %v", err)
	}
	_, err := b.do(conn, "send_message", value.Map("text", strings.Repeat("x", 28_700)))
	if err == nil || err.Code != "invalid_call" || !strings.Contains(err.Message, "28672") || served.Load() != 1 {
		t.Errorf("error %v after %d requests, want one that says how much fits", err, served.Load())
	}
}

func TestUnusableKey(t *testing.T) {
	b := newBench(t, egress.Options{})
	conn := b.connection("okta", connector.PrivateKeyJWT, value.Map("domain", "acme", "client_id", "0oa1"), "private_key", "-----BEGIN NOTHING-----")
	_, err := b.do(conn, "get_user", value.Map("user", "ada"))
	if err == nil || err.Sent || !strings.Contains(err.Message, "private_key") || err.Request.URL != "https://acme.okta.com/api/v1/users/ada" || strings.Contains(err.Error(), "NOTHING") {
		t.Errorf("error %+v, want one that names the key and the request", err)
	}
}

func TestTokens(t *testing.T) {
	var asked, served atomic.Int32
	good := func() string { return fmt.Sprintf("tok-en-%d", asked.Load()) }
	revoked := func() bool { return false }
	s := peer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth2/v1/token" {
			asked.Add(1)
			fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":3600,"access_token":%q}`, good())
			return
		}
		served.Add(1)
		if r.Header.Get("Authorization") != "Bearer "+good() || revoked() {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprintf(w, `{"errorCode":"E0000011","errorSummary":"Invalid token provided: %s","errorCauses":[]}`, r.Header.Get("Authorization"))
			return
		}
		fmt.Fprint(w, `{"id":"00u1"}`)
	})
	b := newBench(t, egress.Options{})
	conn := b.connection("okta", connector.ClientCredentials, value.Map("domain", s.URL, "client_id", "0oa1"), "client_secret", "s3cret-x")
	read := func() *connector.Error {
		_, err := b.do(conn, "get_user", value.Map("user", "ada"))
		return err
	}

	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if err := read(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if asked.Load() != 1 {
		t.Errorf("%d tokens for twenty calls, want one", asked.Load())
	}
	asked.Add(1) // the server forgets the token it gave
	served.Store(0)
	if err := read(); err != nil || served.Load() != 2 {
		t.Errorf("error %v after %d requests, want a second try with a new token", err, served.Load())
	}
	revoked = func() bool { return true }
	served.Store(0)
	err := read()
	if err == nil || !err.Auth || served.Load() != 2 || errs.KindOf(err) != errs.Denied {
		t.Fatalf("error %+v after %d requests, want a refused credential after two", err, served.Load())
	}
	if strings.Contains(fmt.Sprintf("%+v %v", err, err.Err), "tok-en") {
		t.Errorf("the token is shown: %v", err)
	}
	revoked = func() bool { return false }
	before := asked.Load()
	conn.Sealed, _ = b.Seal(conn, map[string]secret.Text{"client_secret": secret.NewText("another")})
	if err := read(); err != nil || asked.Load() != before+1 {
		t.Errorf("error %v, %d tokens: want a new one for a connection that changed", err, asked.Load()-before)
	}
}

func TestRateLimitIsKept(t *testing.T) {
	for name, tt := range map[string]struct {
		percent any
		served  [4]int32 // after sync, poll, flow and containment
	}{"half of it": {50.0, [4]int32{19, 19, 19, 20}}, "all of it, as by default": {nil, [4]int32{37, 37, 38, 40}}} {
		t.Run(name, func(t *testing.T) {
			var served atomic.Int32
			s := peer(t, func(w http.ResponseWriter, _ *http.Request) {
				n := served.Add(1)
				h := w.Header()
				h.Set("X-Rate-Limit-Limit", "40")
				h.Set("X-Rate-Limit-Remaining", fmt.Sprint(40-n))
				h.Set("X-Rate-Limit-Reset", fmt.Sprint(time.Now().Add(50*time.Second).Unix()))
				fmt.Fprint(w, `{}`)
			})
			b := newBench(t, egress.Options{})
			conn := b.connection("okta", connector.APIKey, domain(s).With("rate_percent", tt.percent), "api_key", "00token")
			call := connector.Call{Action: "get_user", Inputs: value.Map("user", "ada"), Wait: -1}
			for i, priority := range []quota.Priority{quota.Sync, quota.Poll, quota.Flow, quota.Containment} {
				call.Priority = priority
				var err error
				for err == nil {
					_, err = b.Do(t.Context(), conn, call)
				}
				e := connector.AsError(err)
				if e.Code != "rate_limited" || !e.Transient || e.Sent || time.Until(e.RetryAt) < 40*time.Second || e.Request.URL == "" {
					t.Fatalf("error %+v, want one that says when to come back", e)
				}
				if served.Load() != tt.served[i] {
					t.Errorf("%s: %d requests so far, want %d of 40", priority, served.Load(), tt.served[i])
				}
			}
		})
	}
}

func TestSilentPeer(t *testing.T) {
	block := make(chan struct{})
	s := peer(t, func(http.ResponseWriter, *http.Request) { <-block })
	defer close(block)
	b := newBench(t, egress.Options{})
	conn := b.connection("sample", "", value.Map("url", s.URL), "api_key", "k-123456")
	_, err := b.Do(t.Context(), conn, connector.Call{Action: "once", Timeout: 100 * time.Millisecond})
	if e := connector.AsError(err); e == nil || e.Code != "timeout" || !e.Sent || !e.Transient {
		t.Errorf("error %+v, want a timeout that was sent", e)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = b.Do(ctx, conn, connector.Call{Action: "once"})
	if e := connector.AsError(err); e == nil || e.Code != "cancelled" || e.Sent {
		t.Errorf("error %+v, want a cancelled call that was not sent", e)
	}
}

func TestSecretURLIsNeverShown(t *testing.T) {
	s := peer(t, func(http.ResponseWriter, *http.Request) {})
	s.Close()
	b := newBench(t, egress.Options{})
	hook := s.URL + "/webhookb2/9f1c2/IncomingWebhook/abcDEF"
	conn := b.connection("teams", "", value.Map("kind", "legacy"), "webhook_url", hook)
	shown, err := b.Preview(conn, connector.Call{Action: "send_message", Inputs: value.Map("text", "x")})
	if err != nil || shown.URL != secret.Mask {
		t.Errorf("preview of %s, %v", shown.URL, err)
	}
	_, failure := b.do(conn, "send_message", value.Map("text", "x"))
	if failure == nil || strings.Contains(fmt.Sprintf("%+v %v", failure, failure.Err), "9f1c2") {
		t.Errorf("error %+v, want one without the URL", failure)
	}
}

func TestSeal(t *testing.T) {
	s := peer(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"id":%q}`, r.Header.Get("Authorization")[5:8])
	})
	b := newBench(t, egress.Options{})
	conn := b.connection("okta", connector.APIKey, domain(s))
	_, err := b.do(conn, "get_user", value.Map("user", "ada"))
	if err == nil || !strings.Contains(err.Message, "API token") {
		t.Errorf("error %v, want one that names the missing secret", err)
	}
	for name, tt := range map[string]struct{ secret, value, says string }{
		"unknown secret": {"password", "x", "no secret"},
		"bad webhook":    {"webhook_url", "not a url", "no webhook URL"},
	} {
		of := conn
		if tt.secret == "webhook_url" {
			of = connector.Connection{Org: "org_1", ID: "con_2", Connector: "teams"}
		}
		if _, err := b.Seal(of, map[string]secret.Text{tt.secret: secret.NewText(tt.value)}); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: error %v, want %q in it", name, err, tt.says)
		}
	}
	sealed, sealErr := b.Seal(conn, map[string]secret.Text{"api_key": secret.NewText(" abcdefgh\n")})
	if sealErr != nil {
		t.Fatal(sealErr)
	}
	conn.Sealed = sealed
	if res, err := b.do(conn, "get_user", value.Map("user", "ada")); err != nil || res.Outputs.At("id") != "abc" {
		t.Errorf("%s, %v: the secret was not used as it was meant", value.JSON(res.Outputs), err)
	}
	moved := conn
	moved.ID = "con_2"
	if _, err := b.do(moved, "get_user", value.Map("user", "ada")); err == nil || !errors.Is(err, secret.ErrSealed) {
		t.Errorf("error %v: sealed secrets opened for another connection", err)
	}
	if again, changed, err := b.Reseal(conn); err != nil || changed || string(again) != string(conn.Sealed) {
		t.Errorf("sealed again without need: %v, %v", changed, err)
	}
}

func TestTestLearns(t *testing.T) {
	organization := "https://acme.okta.com"
	people, status := `[{"id":"00u1"}]`, http.StatusOK
	var calls []string
	s := peer(t, func(w http.ResponseWriter, r *http.Request) {
		calls = append(calls, r.URL.RequestURI())
		switch r.URL.Path {
		case "/.well-known/okta-organization":
			fmt.Fprintf(w, `{"id":"00o1","_links":{"organization":{"href":%q}}}`, organization)
		case "/api/v1/users/me":
			w.WriteHeader(status)
			fmt.Fprint(w, `{"id":"00u9","profile":{"login":"svc@acme.example"},"errorCode":"E0000011","errorSummary":"Invalid token provided","errorCauses":[]}`)
		default:
			fmt.Fprint(w, people)
		}
	})
	b := newBench(t, egress.Options{})
	conn := b.connection("okta", connector.APIKey, domain(s), "api_key", "00token")
	report, err := b.Test(t.Context(), conn)
	if err != nil || !report.OK || len(report.Checks) != 3 {
		t.Fatalf("report %+v, %v", report, err)
	}
	if got := report.Learned.At("admin_url"); got != s.URL {
		t.Errorf("admin console %v, want that of the sandbox: %s", got, s.URL)
	}
	if got := report.Checks[1].Message; got != "The token is that of svc@acme.example." {
		t.Errorf("said %q", got)
	}
	people = `[]`
	if report, _ := b.Test(t.Context(), conn); report.OK || !strings.Contains(report.Checks[2].Message, "admin role") {
		t.Errorf("report %+v, want one that misses a role", report)
	}
	status, calls = http.StatusUnauthorized, nil
	if report, _ := b.Test(t.Context(), conn); report.OK || len(report.Checks) != 2 || len(calls) != 2 || !strings.Contains(report.Checks[1].Message, "wrong, expired or revoked") {
		t.Errorf("report %+v after %v, want it to stop at the token", report, calls)
	}
	conn.Settings = value.Map("domain", "acme okta")
	if _, err := b.Test(t.Context(), conn); err == nil {
		t.Error("settings that do not fit were tried")
	}
}

// The admin console of a real org is learnt from what the org says of itself.
func TestAdminURL(t *testing.T) {
	for own, want := range map[string]string{
		"https://acme.okta.com":        "https://acme-admin.okta.com",
		"https://acme.oktapreview.com": "https://acme-admin.oktapreview.com",
		"https://acme.okta.mil":        "https://acme-admin.okta.mil",
		"https://odd.example":          "https://login.acme.example",
		"":                             "https://login.acme.example",
	} {
		// The org is played behind a proxy, so that it may have a real name.
		proxy := &connectProxy{t: t, handler: func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"id":"00o1","profile":{"login":"x"},"_links":{"organization":{"href":%q}}}`, own)
			_ = r
		}}
		b := newBench(t, proxy.options())
		report, err := b.Test(t.Context(), b.connection("okta", connector.APIKey, value.Map("domain", "login.acme.example"), "api_key", "00token"))
		if err != nil || report.Learned.At("admin_url") != want {
			t.Errorf("%q: admin console %v, want %s (%+v, %v)", own, report.Learned.At("admin_url"), want, report, err)
		}
	}
}

func TestUnknownThings(t *testing.T) {
	b := newBench(t, egress.Options{})
	for name, tt := range map[string]struct {
		conn connector.Connection
		call connector.Call
		code string
	}{
		"connector": {connector.Connection{Connector: "fax"}, connector.Call{}, "not_found"},
		"action":    {connector.Connection{Connector: "slack"}, connector.Call{Action: "dance"}, "not_found"},
		"auth":      {connector.Connection{Connector: "slack", Auth: "basic"}, connector.Call{Action: "check_token"}, "invalid_call"},
		"setting":   {connector.Connection{Connector: "okta"}, connector.Call{Action: "list_users"}, "invalid_call"},
	} {
		_, err := b.Do(t.Context(), tt.conn, tt.call)
		if e := connector.AsError(err); e == nil || e.Code != tt.code || e.Sent {
			t.Errorf("%s: error %+v, want %s", name, e, tt.code)
		}
	}
}
