package okta_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/sandbox/okta"
)

// form posts a form, as a browser does.
func (x *tenant) form(path string, fields url.Values) reply {
	x.Helper()
	req, err := http.NewRequest(http.MethodPost, x.url+path, strings.NewReader(fields.Encode()))
	if err != nil {
		x.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return x.send(req)
}

// link returns the path of the link in a mail.
func (m mail) link(t *testing.T, base string) string {
	t.Helper()
	i := strings.Index(m.text, base+"/")
	if i < 0 {
		t.Fatalf("no link to %s in %s", base, m.text)
	}
	path, _, _ := strings.Cut(m.text[i+len(base):], "\n")
	return path
}

func TestEventPage(t *testing.T) {
	x := serve(t)
	id := x.org.Emit(okta.Event{Type: "security.threat.detected", Actor: `<script>alert("x")</script>`, Client: okta.Client{IP: "203.0.113.7", UserAgent: "</pre><b>"}})
	none := x.in(t).as("")
	for _, search := range []string{id, `uuid eq "` + id + `"`, `eventType eq "security.threat.detected" and uuid eq "` + id + `"`} {
		r := none.get("/report/system_log_2?search=" + url.QueryEscape(search)).want(200)
		page := string(r.body)
		if !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") || strings.Count(page, "<section>") != 1 || !strings.Contains(page, id) {
			t.Errorf("%s: %s", search, page)
		}
		if strings.Contains(page, "<script>") || strings.Contains(page, "</pre><b>") {
			t.Errorf("not escaped: %s", page)
		}
		if !strings.Contains(page, "203.0.113.7") || !strings.Contains(page, "Request from suspicious actor") {
			t.Errorf("the event is not shown: %s", page)
		}
	}
	if r := none.get("/report/system_log_2?search=" + url.QueryEscape(`uuid eq`)); r.status != 400 || !strings.Contains(string(r.body), "cannot be read") {
		t.Errorf("a broken search: %d", r.status)
	}
	if page := string(none.get("/report/system_log_2?search=abc").want(200).body); !strings.Contains(page, "No events found") {
		t.Error("an unknown id shows something")
	}
	if page := string(none.get("/report/system_log_2").want(200).body); strings.Count(page, "<section>") < 20 {
		t.Error("without search the newest events are not shown")
	}
}

func TestPasswordMail(t *testing.T) {
	x := serve(t)
	id := x.person("ann")
	x.post("/api/v1/users/"+id+"/lifecycle/reset_password?sendEmail=true", nil).want(200)
	mails := x.mailTo("ann@test.example")
	if len(mails) != 1 || mails[0].subject != "Reset your Okta password" {
		t.Fatalf("mails %v", mails)
	}
	path := mails[0].link(t, x.url)
	if page := string(x.get(path).want(200).body); !strings.Contains(page, "ann@test.example") {
		t.Errorf("page %s", page)
	}
	x.form(path, url.Values{"password": {"weak"}}).want(400)
	types, events := x.events(func() { x.form(path, url.Values{"password": {"Fresh-Start-77"}}).want(200) })
	if diff := cmp.Diff([]string{"user.account.update_password"}, types); diff != "" || str(events[0], "actor", "id") != id {
		t.Errorf("%s %v", diff, events)
	}
	if u, _ := x.org.User(id); u.Status != okta.Active {
		t.Errorf("status %s", u.Status)
	}
	x.get(path).want(404) // used
	x.get("/reset_password/none").want(404)
}

func TestActivationMail(t *testing.T) {
	x := serve(t)
	x.post("/api/v1/users", newUser("ann", "")).want(200)
	x.form(x.mailTo("ann@test.example")[0].link(t, x.url), url.Values{"password": {"Fresh-Start-77"}}).want(200)
	if u, _ := x.org.User("ann@test.example"); u.Status != okta.Active {
		t.Errorf("status %s", u.Status)
	}
}

// TestSuspiciousActivity is the way of the seed story: somebody signs in from
// elsewhere, the user gets a mail and reports it.
func TestSuspiciousActivity(t *testing.T) {
	x := serve(t)
	x.person("ann")
	home := okta.Client{IP: "203.0.113.9", UserAgent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/139.0 Safari/537.36", City: "Oslo", Country: "Norway", Lat: 59.9, Lon: 10.7}
	away := okta.Client{IP: "198.51.100.66", UserAgent: "Mozilla/5.0 (Windows NT 10.0) Firefox/141.0", City: "Springfield", State: "Texas", Country: "United States", Lat: 30, Lon: -55}
	for range 2 {
		if err := x.org.SignIn("ann@test.example", home); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(x.mailTo("ann@test.example")); n != 0 {
		t.Fatalf("%d mails for a known device", n)
	}
	x.advance(time.Minute)
	types, events := x.events(func() {
		if err := x.org.SignIn("ann@test.example", away); err != nil {
			t.Fatal(err)
		}
	})
	if diff := cmp.Diff([]string{"policy.evaluate_sign_on", "user.session.start", "system.email.new_device_notification.sent_message"}, types); diff != "" {
		t.Error(diff)
	}
	start := events[1]
	mails := x.mailTo("ann@test.example")
	if len(mails) != 1 || !strings.Contains(mails[0].text, "Springfield, United States") {
		t.Fatalf("mails %v", mails)
	}
	path := mails[0].link(t, x.url)
	page := string(x.get(path).want(200).body)
	_, action, _ := strings.Cut(page, `action="`)
	action, _, _ = strings.Cut(action, `"`)
	_, events = x.events(func() { x.form(strings.ReplaceAll(action, "&amp;", "&"), nil).want(200) })
	e := events[0]
	if e["eventType"] != "user.account.report_suspicious_activity_by_enduser" || e["severity"] != "WARN" || str(e, "actor", "alternateId") != "ann@test.example" {
		t.Errorf("event %v", e)
	}
	debug := at(e, "debugContext", "debugData").(object)
	for name, want := range map[string]any{
		"requestUri": "/api/internal/users/me/report-suspicious-activity", "suspiciousActivityEventId": start["uuid"], "suspiciousActivityEventIp": "198.51.100.66",
		"suspiciousActivityEventCity": "Springfield", "suspiciousActivityEventState": "Texas", "suspiciousActivityBrowser": "FIREFOX", "suspiciousActivityOs": "Windows 10",
		"suspiciousActivityEventLatitude": "30.0000", "suspiciousActivityEventType": "user.session.start", "suspiciousActivityTimestamp": start["published"],
		"suspiciousActivityEventTransactionId": str(start, "transaction", "id"),
	} {
		if debug[name] != want {
			t.Errorf("%s is %v, want %v", name, debug[name], want)
		}
	}
	x.form(strings.ReplaceAll(action, "&amp;", "&"), nil).want(404) // once
	x.get(path).want(404)
}

func TestSignInRefuses(t *testing.T) {
	x := serve(t)
	id := x.person("ann")
	x.post("/api/v1/users/"+id+"/lifecycle/suspend", nil).want(200)
	_, events := x.events(func() {
		if err := x.org.SignIn("ann@test.example", okta.Client{IP: "203.0.113.9"}); err == nil {
			t.Error("a suspended user signed in")
		}
	})
	if len(events) != 1 || str(events[0], "outcome", "result") != "FAILURE" {
		t.Errorf("events %v", events)
	}
	if err := x.org.SignIn("nobody@test.example", okta.Client{}); err == nil {
		t.Error("nobody signed in")
	}
}
