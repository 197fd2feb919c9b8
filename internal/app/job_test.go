package app_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// contained checks that the main job was done for somebody, once.
func (d *demo) contained(login, uuid string, before person) {
	d.t.Helper()
	after := d.person(login)
	if after.Sessions != 0 || !after.PasswordChanged.After(before.PasswordChanged) || after.Status != "RECOVERY" {
		d.t.Errorf("%s was %+v and is %+v", login, before, after)
	}
	if n := d.requests("DELETE", "/api/v1/users/"+after.ID+"/sessions"); n != 1 {
		d.t.Errorf("sessions were cleared %d times", n)
	}
	if n := d.requests("POST", "/api/v1/users/"+after.ID+"/lifecycle/reset_password"); n != 1 {
		d.t.Errorf("the password was reset %d times", n)
	}
	if n := d.resets(login); n != 1 {
		d.t.Errorf("%d mails about the password", n)
	}
	rows := d.rows()
	if len(rows) != 1 || rows[0]["Email"] != login || rows[0]["User ID"] != after.ID || rows[0]["Name"] == "" || !strings.Contains(rows[0]["System Log URL"].(string), uuid) {
		d.t.Errorf("rows = %v", rows)
	}
	said := d.messages()
	if len(said) != 1 || !strings.Contains(said[0], login) || !strings.Contains(said[0], "sessions were cleared") {
		d.t.Fatalf("the channel says %q", said)
	}
	d.opens(said[0], uuid)
}

// opens follows the link of a message to the event.
func (d *demo) opens(message, uuid string) {
	d.t.Helper()
	_, link, ok := strings.Cut(message, "System Log: ")
	if !ok {
		d.t.Fatalf("there is no link in %q", message)
	}
	resp, err := http.Get(strings.Fields(link)[0])
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	page, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || !bytes.Contains(page, []byte(uuid)) {
		d.t.Errorf("the link opens %d %.200s, %v", resp.StatusCode, page, err)
	}
}

// hooks returns the ids of the event hooks in the sandbox's Okta org.
func (d *demo) hooks() []string {
	d.t.Helper()
	var hooks []struct{ ID string }
	d.get(d.is.Sandbox+"/api/v1/eventHooks", &hooks)
	var ids []string
	for _, h := range hooks {
		ids = append(ids, h.ID)
	}
	return ids
}

// polled waits until the source was read by polling after a time.
func (d *demo) polled(after time.Time) {
	d.t.Helper()
	for began := time.Now(); time.Since(began) < 30*time.Second; pause(50 * time.Millisecond) {
		var list []struct {
			Health struct{ LastPollAt time.Time }
		}
		d.get(d.is.API+"/sources", &list)
		if list[0].Health.LastPollAt.After(after) {
			return
		}
	}
	d.t.Fatal("the source is not polled")
}

// By hook and by polling together, as the demo is set up: the job is done at
// once, and once.
func TestReportedActivityIsContained(t *testing.T) {
	eachDemo(t, func(d *demo) {
		before := d.victim()
		login, uuid := d.report(before.Login)
		r := d.ended(uuid)
		if r.State != "succeeded" || r.Unknown != 0 {
			d.t.Errorf("run = %+v", r)
		}
		d.polled(time.Now()) // the same event comes again by polling
		d.contained(login, uuid, before)
	})
}

func TestReportedActivityIsContainedByPollingAlone(t *testing.T) {
	eachDemo(t, func(d *demo) {
		for _, id := range d.hooks() {
			d.call(http.MethodPost, d.is.Sandbox+"/api/v1/eventHooks/"+id+"/lifecycle/deactivate", nil, nil)
			if status := d.call(http.MethodDelete, d.is.Sandbox+"/api/v1/eventHooks/"+id, nil, nil); status != http.StatusNoContent {
				d.t.Fatalf("hook not deleted: %d", status)
			}
		}
		before := d.victim()
		login, uuid := d.report(before.Login)
		d.ended(uuid)
		d.contained(login, uuid, before)
	})
}

func TestProtectedAccountIsLeftAlone(t *testing.T) {
	d := startDemo(t, storetest.Prepared(t))
	login := "breakglass@" + d.state().Okta.Domain
	before := d.person(login)
	_, uuid := d.report(login)
	r := d.ended(uuid)
	if after := d.person(login); after.Sessions < before.Sessions || !after.PasswordChanged.Equal(before.PasswordChanged) || after.Status != before.Status {
		d.t.Errorf("the protected account was %+v and is %+v", before, after)
	}
	if n := d.requests("DELETE", "/api/v1/users/"+before.ID+"/sessions") + d.requests("POST", "/api/v1/users/"+before.ID+"/lifecycle"); n != 0 {
		d.t.Errorf("%d changes reached Okta", n)
	}
	if r.Refused != 2 || r.State != "succeeded" || r.Steps.Items[0].State != "refused" || !strings.Contains(r.Steps.Items[0].Reason, "Break glass") {
		d.t.Errorf("run = %+v", r)
	}
	if said := strings.Join(d.messages(), "\n"); !strings.Contains(said, "Nothing was changed in Okta") || !strings.Contains(said, `protected group "Break glass"`) {
		d.t.Errorf("the channel says %q", said)
	}
}

// Whatever goes wrong at Okta or Slack, the run waits, retries, or fails for a
// reason that can be read, and what was done is done once.
func TestFaults(t *testing.T) {
	const clear = "/api/v1/users/*/sessions"
	tests := map[string]struct {
		fault  map[string]any
		state  string
		error  string // in the run's error
		reason string // why the run waits, before the fault is cleared
		said   string // in the channel, in the end
		mails  int    // about the password, where it is not one
		doubt  int    // effects that may have happened
	}{
		"Okta is down for a moment":        {fault: map[string]any{"service": "okta", "path": clear, "status": 503, "count": 4}, state: "succeeded", said: "were cleared"},
		"Okta closes the connection":       {fault: map[string]any{"service": "okta", "path": clear, "kind": "drop", "count": 2}, state: "succeeded", said: "were cleared"},
		"Okta answers half":                {fault: map[string]any{"service": "okta", "path": "/api/v1/users", "method": "GET", "kind": "malformed", "count": 1}, state: "succeeded", said: "were cleared"},
		"Okta's answer to a DELETE breaks": {fault: map[string]any{"service": "okta", "path": clear, "method": "DELETE", "kind": "malformed", "count": 2}, state: "succeeded", said: "were cleared"},
		"Okta's answer to a POST breaks":   {fault: map[string]any{"service": "okta", "path": "/api/v1/users/*/lifecycle/reset_password", "method": "POST", "kind": "malformed", "count": 1}, state: "succeeded", said: "were cleared", mails: 2},
		"Slack's answer breaks":            {fault: map[string]any{"service": "slack", "path": "chat.postMessage", "kind": "malformed", "count": 1}, state: "succeeded", said: "were cleared", doubt: 1},
		"Okta is slow":                     {fault: map[string]any{"service": "okta", "path": clear, "delay_ms": 1500, "count": 1}, state: "succeeded", said: "were cleared"},
		"Okta's rate limit is used up":     {fault: map[string]any{"service": "okta", "path": clear, "kind": "rate_limit", "reset_s": 8}, state: "succeeded", reason: "rate limit", said: "were cleared"},
		"Okta is down until it is back":    {fault: map[string]any{"service": "okta", "status": 500}, state: "succeeded", reason: "Internal Server Error", said: "were cleared"},
		"the token has expired":            {fault: map[string]any{"service": "okta", "path": clear, "kind": "expire_token", "count": 1}, state: "failed", error: "is refused", said: "NOT CONTAINED"},
		"Slack does not know the channel":  {fault: map[string]any{"service": "slack", "path": "chat.postMessage", "status": 200, "body": `{"ok":false,"error":"channel_not_found"}`}, state: "failed", error: "no such channel"},
		"Slack's token was revoked":        {fault: map[string]any{"service": "slack", "path": "chat.postMessage", "kind": "expire_token"}, state: "failed", error: "Nobody was told"},
		"Slack takes no more for a moment": {fault: map[string]any{"service": "slack", "path": "chat.postMessage", "kind": "rate_limit", "reset_s": 8}, state: "succeeded", reason: "takes no more messages", said: "were cleared"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := startDemo(t, storetest.Prepared(t))
			d.fault(tt.fault)
			login, uuid := d.report("")
			if tt.reason != "" {
				if r := d.ended(uuid, "waiting"); !strings.Contains(r.Reason, tt.reason) {
					t.Errorf("the run waits for %q", r.Reason)
				}
				d.clearFaults()
			}
			r := d.ended(uuid)
			if r.State != tt.state || !strings.Contains(r.Error, tt.error) || r.Unknown != tt.doubt {
				t.Errorf("the run is %s, %d in doubt: %s", r.State, r.Unknown, r.Error)
			}
			if open := d.person(login).Sessions; tt.state == "succeeded" && open != 0 {
				t.Errorf("%d sessions are open", open)
			}
			said := strings.Join(d.messages(), "\n")
			if !strings.Contains(said, tt.said) || strings.Count(said, login) > 1 {
				t.Errorf("the channel says %q", said)
			}
			if n := d.resets(login); n != max(1, tt.mails) {
				t.Errorf("%d mails about the password", n)
			}
			if rows := d.rows(); len(rows) != 1 {
				t.Errorf("%d rows", len(rows))
			}
		})
	}
}

// No secret of a connection is in the database, in a log, in an answer or in a
// backup.
func TestSecretsStaySecret(t *testing.T) {
	eachDemo(t, func(d *demo) {
		s := d.state()
		secrets := map[string]string{"Okta's token": s.Okta.Token, "Slack's token": s.Slack.Token, "Teams' webhook": s.Teams.WorkflowURL}
		d.fault(map[string]any{"service": "okta", "path": "/api/v1/users/*/sessions", "kind": "expire_token", "count": 1})
		_, uuid := d.report("")
		d.ended(uuid)
		_, uuid = d.report("")
		d.ended(uuid)
		places := map[string][]byte{"the log": []byte(d.log.String())}
		for _, path := range []string{"/connections", "/runs", "/actions", "/sources", "/overview", "/timeline", "/flows", "/events"} {
			places["the answer of "+path] = d.body(d.is.API + path)
		}
		var runs struct{ Items []struct{ ID string } }
		d.get(d.is.API+"/runs", &runs)
		if len(runs.Items) < 2 {
			d.t.Errorf("%d runs are looked at", len(runs.Items))
		}
		for _, r := range runs.Items {
			places["the run "+r.ID] = d.body(d.is.API + "/runs/" + r.ID)
		}
		db, err := store.Open(d.t.Context(), store.Options{DSN: d.dsn})
		if err != nil {
			d.t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		var backup bytes.Buffer
		if _, err := db.Backup(d.t.Context(), &backup); err != nil {
			t.Fatal(err)
		}
		places["a backup"] = unzip(d.t, &backup)
		for _, dir := range []string{d.data, filepath.Dir(d.dsn)} {
			files, err := filepath.Glob(filepath.Join(dir, "*"))
			if err != nil || len(files) == 0 && dir == d.data {
				d.t.Errorf("no files are looked at in %s: %v", dir, err)
			}
			for _, file := range files {
				if info, err := os.Stat(file); err != nil || info.IsDir() {
					continue
				}
				places[file], err = os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		for place, text := range places {
			if len(text) == 0 && place == "a backup" {
				d.t.Error("the backup is empty")
			}
			for what, v := range secrets {
				if bytes.Contains(text, []byte(v)) {
					d.t.Errorf("%s stands in %s", what, place)
				}
			}
		}
	})
}
