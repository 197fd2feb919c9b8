package app_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/app"
	"sallyport/internal/config"
	"sallyport/internal/secret"
	"sallyport/internal/store/storetest"
	"sallyport/internal/trace"
	"sallyport/sandbox"
)

// demo is a demo that runs for a test, seen from outside: over HTTP.
type demo struct {
	t    *testing.T
	is   app.Demo
	data string
	dsn  string
	log  *buffer
	stop func() // begins to end the demo, and does not wait
}

// buffer takes what many write.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// eachDemo runs a test on a demo on each kind of database.
func eachDemo(t *testing.T, test func(d *demo)) {
	t.Helper()
	storetest.EachDSN(t, func(t *testing.T, dsn string) { test(startDemo(t, dsn)) })
}

func startDemo(t *testing.T, dsn string) *demo {
	t.Helper()
	return startDemoOf(t, dsn, trace.Options{})
}

// startDemoOf starts a demo that sends its traces somewhere.
func startDemoOf(t *testing.T, dsn string, traces trace.Options) *demo {
	t.Helper()
	d := &demo{t: t, data: t.TempDir(), dsn: dsn, log: &buffer{}}
	c := config.Default()
	c.DataDir, c.Database, c.Listen, c.Poll = d.data, secret.NewText(dsn), "127.0.0.1:0", config.Poll{Least: time.Second, Most: time.Second}
	o := app.DemoOptions{Options: app.Options{Config: c, Version: "test", Traces: traces, Log: slog.New(trace.Logs(slog.NewJSONHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug}))), Content: withRules(t)}}
	ctx, cancel := context.WithCancel(t.Context())
	d.stop = cancel
	ready, ended := make(chan app.Demo, 1), make(chan error, 1)
	go func() {
		ended <- app.RunDemo(ctx, o, func(is app.Demo) error {
			ready <- is
			return nil
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the demo ended with %v", err)
		}
	})
	select {
	case d.is = <-ready:
	case err := <-ended:
		ended <- err
		t.Fatalf("the demo did not start: %v\n%s", err, d.log)
	case <-time.After(time.Minute):
		t.Fatal("the demo is not ready after a minute")
	}
	return d
}

// call makes a request and reads its JSON answer; API calls are signed in.
func (d *demo) call(method, url string, body, into any) int {
	d.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		d.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(d.t.Context(), method, url, bytes.NewReader(text))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if strings.HasPrefix(url, d.is.API) {
		req.Header.Set("Authorization", "Bearer "+d.is.Token)
	} else if strings.Contains(url, "/api/v1/") || strings.Contains(url, "/oauth2/v1/") {
		req.Header.Set("Authorization", "SSWS "+d.state().Okta.Token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	if into != nil && resp.StatusCode < 300 {
		if err := json.Unmarshal(answer, into); err != nil {
			d.t.Fatalf("%s %s answered %s: %v", method, url, answer, err)
		}
	}
	return resp.StatusCode
}

func (d *demo) get(url string, into any) {
	d.t.Helper()
	if status := d.call(http.MethodGet, url, nil, into); status != http.StatusOK {
		d.t.Fatalf("GET %s: status %d", url, status)
	}
}

func (d *demo) state() sandbox.State {
	d.t.Helper()
	resp, err := http.Get(d.is.Sandbox + "/_sandbox/state")
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var s sandbox.State
	if err := json.NewDecoder(resp.Body).Decode(&s); err != nil {
		d.t.Fatal(err)
	}
	return s
}

// person is somebody of the sandbox's Okta org.
type person struct {
	ID, Login       string
	Sessions        int
	PasswordChanged time.Time `json:"password_changed"`
	Status          string
}

// victim returns somebody whom nothing protects, with a session open.
func (d *demo) victim() person {
	d.t.Helper()
	var all []struct {
		person
		AdminRoles []string `json:"admin_roles"`
	}
	d.get(d.is.Sandbox+"/_sandbox/users?status=ACTIVE", &all)
	for _, p := range all {
		if p.Sessions > 0 && len(p.AdminRoles) == 0 {
			return p.person
		}
	}
	d.t.Fatal("nobody in the sandbox has a session")
	return person{}
}

func (d *demo) person(login string) person {
	d.t.Helper()
	var p person
	d.get(d.is.Sandbox+"/_sandbox/users/"+login, &p)
	return p
}

// report has somebody report suspicious activity, and returns who and the uuid
// of the report.
func (d *demo) report(login string) (who, uuid string) {
	d.t.Helper()
	var out struct {
		User   struct{ Login string }
		Events []struct{ UUID, Type string }
	}
	body := map[string]string{}
	if login != "" {
		body["user"] = login
	}
	if status := d.call(http.MethodPost, d.is.Sandbox+"/_sandbox/scenarios/report_suspicious_activity", body, &out); status != http.StatusOK {
		d.t.Fatalf("scenario: status %d", status)
	}
	for _, e := range out.Events {
		if e.Type == "user.account.report_suspicious_activity_by_enduser" {
			return out.User.Login, e.UUID
		}
	}
	d.t.Fatalf("the scenario wrote no report: %+v", out)
	return "", ""
}

// run is a run as the API shows it.
type run struct {
	ID, State, Error, Reason string
	Refused, Unknown         int
	Steps                    struct {
		Items []struct{ Path, State, Reason, Error string }
	}
}

// ended waits until the run that an event started has ended, or is in a state.
func (d *demo) ended(uuid string, states ...string) run {
	d.t.Helper()
	if len(states) == 0 {
		states = []string{"succeeded", "failed", "stopped", "cancelled"}
	}
	for began := time.Now(); time.Since(began) < 40*time.Second; pause(20 * time.Millisecond) {
		var list struct{ Items []run }
		d.get(d.is.API+"/runs?event="+uuid, &list)
		if len(list.Items) == 0 {
			continue
		}
		if slices.Contains(states, list.Items[0].State) {
			var r run
			d.get(d.is.API+"/runs/"+list.Items[0].ID, &r)
			return r
		}
	}
	d.t.Fatalf("the run of event %s has not come to %v within 40 s\n%s", uuid, states, d.log)
	return run{}
}

// pause waits between two looks at something outside.
func pause(t time.Duration) {
	timer := time.NewTimer(t)
	defer timer.Stop()
	<-timer.C
}

// fault makes requests to a service of the sandbox go wrong.
func (d *demo) fault(fault map[string]any) {
	d.t.Helper()
	if status := d.call(http.MethodPost, d.is.Sandbox+"/_sandbox/faults", fault, nil); status != http.StatusOK {
		d.t.Fatalf("fault: status %d", status)
	}
}

func (d *demo) clearFaults() {
	d.t.Helper()
	d.call(http.MethodDelete, d.is.Sandbox+"/_sandbox/faults", nil, nil)
}

// requests counts what the sandbox's Okta org was asked.
func (d *demo) requests(method, path string) int {
	d.t.Helper()
	var list []struct{ Path string }
	d.get(fmt.Sprintf("%s/_sandbox/requests?service=okta&method=%s&path=%s", d.is.Sandbox, method, path), &list)
	return len(list)
}

// messages returns what stands in the Slack channel.
func (d *demo) messages() []string {
	d.t.Helper()
	var list []struct{ Text string }
	d.get(d.is.Sandbox+"/_sandbox/slack", &list)
	var out []string
	for _, m := range list {
		out = append(out, m.Text)
	}
	return out
}

// resets returns the mails about a password reset to somebody.
func (d *demo) resets(login string) int {
	d.t.Helper()
	var list []struct{ Subject string }
	d.get(d.is.Sandbox+"/_sandbox/mail?to="+login, &list)
	n := 0
	for _, m := range list {
		if strings.Contains(strings.ToLower(m.Subject), "password") {
			n++
		}
	}
	return n
}

// rows returns the rows of the table of reports.
func (d *demo) rows() []map[string]any {
	d.t.Helper()
	var tables []struct{ ID string }
	d.get(d.is.API+"/tables", &tables)
	var rows struct {
		Items []struct{ Values map[string]any }
	}
	d.get(d.is.API+"/tables/"+tables[0].ID+"/rows", &rows)
	var out []map[string]any
	for _, r := range rows.Items {
		out = append(out, r.Values)
	}
	return out
}

// body returns an answer of the API as it came.
func (d *demo) body(url string) []byte {
	d.t.Helper()
	var raw json.RawMessage
	d.get(url, &raw)
	return raw
}

func unzip(t *testing.T, r io.Reader) []byte {
	t.Helper()
	zip, err := gzip.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
