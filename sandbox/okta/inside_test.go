package okta

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sallyport/sandbox/okta/systemlog"
)

func TestInside(t *testing.T) {
	o, err := New(Options{Users: 30, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.Close)
	all := o.UsersAfter("", 100)
	if len(all) != 30 {
		t.Fatalf("%d users, want 30", len(all))
	}
	if got := o.UsersAfter(all[9].ID, 5); len(got) != 5 || got[0].ID != all[10].ID {
		t.Errorf("after the tenth: %+v", got)
	}
	if got, ok := o.UserByEmail(strings.ToUpper(all[7].Email)); !ok || got.ID != all[7].ID {
		t.Errorf("by email: %+v", got)
	}
	if _, ok := o.UserByEmail("nobody@acme.example"); ok {
		t.Error("nobody was found")
	}
	from := Client{IP: "203.0.113.9", City: "Oslo"}
	before := len(o.Sessions("admin"))
	if err := o.SignIn("admin", from); err != nil {
		t.Fatal(err)
	}
	s := o.Sessions("admin")
	if len(s) != before+1 || s[before].From.City != "Oslo" || s[before].ID == "" {
		t.Errorf("sessions after a sign-in: %+v", s)
	}
	if got := o.FactorTypes("admin"); len(got) == 0 {
		t.Error("the admin has no factors")
	}
	if got := o.Apps("admin"); len(got) == 0 || got[0].Label != "Okta Admin Console" {
		t.Errorf("apps of the admin: %+v", got)
	}
	token, err := o.NewToken("helpdesk.lead", "Phone")
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/users/me", http.NoBody)
	r.Header.Set("Authorization", "SSWS "+token)
	w := httptest.NewRecorder()
	if o.ServeHTTP(w, r); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "helpdesk.lead@acme.example") {
		t.Errorf("HTTP %d: %s", w.Code, w.Body)
	}
	if _, err := o.NewToken("nobody", "x"); !errors.Is(err, ErrNoUser) {
		t.Errorf("a token of nobody: %v", err)
	}
}

func TestReportIsOfTheMailedSignIn(t *testing.T) {
	mails := 0
	o, err := New(Options{Users: 10, Seed: 3, Mail: func(string, string, string) { mails++ }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.Close)
	if _, err := o.Report("admin", Client{}); !errors.Is(err, ErrNothingToReport) {
		t.Errorf("a report without a mail: %v", err)
	}
	if err := o.SignIn("admin", Client{IP: "198.18.0.1", UserAgent: "Firefox/1", City: "Oslo", Country: "Norway"}); err != nil {
		t.Fatal(err)
	}
	id, err := o.Report("admin", Client{IP: "203.0.113.1", City: "Berlin", Country: "Germany"})
	if err != nil || mails != 1 {
		t.Fatalf("%d mails, %v", mails, err)
	}
	got := o.Logged(1, func(e *systemlog.Event) bool { return e.UUID == id })
	if len(got) != 1 || *got[0].Client.GeographicalContext.City != "Berlin" {
		t.Fatalf("%+v", got)
	}
	debug := got[0].DebugContext.DebugData
	about := o.Logged(1, func(e *systemlog.Event) bool { return e.UUID == debug["suspiciousActivityEventId"] })
	if len(about) != 1 || about[0].EventType != debug["suspiciousActivityEventType"] || debug["suspiciousActivityEventCity"] != "Oslo" {
		t.Errorf("the report is about %+v: %v", about, debug)
	}
	if _, err := o.Report("admin", Client{}); !errors.Is(err, ErrNothingToReport) {
		t.Errorf("a second report of the same: %v", err)
	}
}
