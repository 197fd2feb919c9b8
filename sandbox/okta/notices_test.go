package okta_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/sandbox/okta"
)

const noticesPath = "/api/internal/org/settings/security-notification-settings"

// TestNotices changes who is told of what, and looks who is.
func TestNotices(t *testing.T) {
	x := serve(t)
	all := object{
		"sendEmailForNewDeviceEnabled": true, "sendEmailForFactorEnrollmentEnabled": true, "sendEmailForFactorResetEnabled": true,
		"sendEmailForPasswordChangedEnabled": true, "reportSuspiciousActivityEnabled": true, "customizedEmailsList": []any{}, "customizedEmailsWithReportButtonList": []any{},
	}
	if diff := cmp.Diff(all, x.get(noticesPath).want(200).object()); diff != "" {
		t.Error(diff)
	}
	x.as(x.org.ReadOnlyToken()).get(noticesPath).want(200)
	x.as(x.org.ReadOnlyToken()).call("PUT", noticesPath, object{"reportSuspiciousActivityEnabled": false}).fails(403, "E0000006")
	for name, c := range map[string]struct {
		setting string
		subject string
		does    func(x *tenant, id, login string)
	}{
		"a new device": {"sendEmailForNewDeviceEnabled", "New sign-in to your Okta account", func(x *tenant, _, login string) {
			for _, ip := range []string{"203.0.113.9", "198.51.100.66"} {
				if err := x.org.SignIn(login, okta.Client{IP: ip}); err != nil {
					x.Fatal(err)
				}
			}
		}},
		"a new factor": {"sendEmailForFactorEnrollmentEnabled", "Security method enrolled", func(x *tenant, id, _ string) {
			x.post("/api/v1/users/"+id+"/factors", object{"factorType": "question", "provider": "OKTA", "profile": object{"question": "disliked_food", "answer": "beets"}}).want(200)
		}},
		"a reset of factors": {"sendEmailForFactorResetEnabled", "Security method reset", func(x *tenant, id, _ string) {
			x.post("/api/v1/users/"+id+"/lifecycle/reset_factors", nil).want(200)
		}},
		"a changed password": {"sendEmailForPasswordChangedEnabled", "Your Okta password was changed", func(x *tenant, _, login string) {
			if err := x.org.ChangePassword(login, okta.Client{IP: "203.0.113.9"}); err != nil {
				x.Fatal(err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			x := serve(t)
			told := func(who string) []mail {
				c.does(x, x.person(who), who+"@test.example")
				return x.mailTo(who + "@test.example")
			}
			if got := told("ann"); len(got) != 1 || got[0].subject != c.subject || !strings.Contains(got[0].text, "/report-suspicious-activity?i=") {
				t.Errorf("mails: %v", got)
			}
			x.call("PUT", noticesPath, object{"reportSuspiciousActivityEnabled": false}).want(200)
			if got := told("ben"); len(got) != 1 || strings.Contains(got[0].text, "report") {
				t.Errorf("mails without a link to report: %v", got)
			}
			x.call("PUT", noticesPath, object{c.setting: false}).want(200)
			if got := told("cem"); len(got) != 0 {
				t.Errorf("mails although there should be none: %v", got)
			}
		})
	}
}

// TestReportOfAnything follows the link in a mail about something else than a
// sign-in, and follows another too late.
func TestReportOfAnything(t *testing.T) {
	x := serve(t)
	id := x.person("ann")
	x.post("/api/v1/users/"+id+"/lifecycle/reset_factors", nil).want(200)
	path := x.mailTo("ann@test.example")[0].link(t, x.url)
	x.get(path).want(200)
	report := strings.Replace(path, "/user/notifications/", "/api/internal/users/me/", 1)
	_, events := x.events(func() { x.form(report, url.Values{}).want(200) })
	if got := str(events[0], "debugContext", "debugData", "suspiciousActivityEventType"); got != "user.mfa.factor.reset_all" {
		t.Errorf("reported was %q", got)
	}
	x.post("/api/v1/users/"+id+"/lifecycle/reset_factors", nil).want(200)
	late := x.mailTo("ann@test.example")[1].link(t, x.url)
	x.advance(8 * 24 * time.Hour)
	x.get(late).want(404)
}
