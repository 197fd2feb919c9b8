package okta

import (
	"net/http"
	"strings"
	"time"

	"sallyport/sandbox/okta/systemlog"
)

// noticesPath is the admin console's own API for the security notification
// mails. It is not documented; Okta's Terraform provider uses it, and its
// recordings show it.
const noticesPath = "/api/internal/org/settings/security-notification-settings"

func noticeRoutes() []route {
	return []route{get(noticesPath, areaNotices, getNotices), put(noticesPath, areaNotices, setNotices)}
}

// notices says which mails about their own account people get.
type notices struct {
	NewDevice       bool `json:"sendEmailForNewDeviceEnabled"`
	FactorEnrolled  bool `json:"sendEmailForFactorEnrollmentEnabled"`
	FactorReset     bool `json:"sendEmailForFactorResetEnabled"`
	PasswordChanged bool `json:"sendEmailForPasswordChangedEnabled"`
	// Report puts a link to report suspicious activity into these mails.
	Report bool `json:"reportSuspiciousActivityEnabled"`
}

// noticesView is what the org answers.
type noticesView struct {
	notices

	Customized           []string `json:"customizedEmailsList"`
	CustomizedWithButton []string `json:"customizedEmailsWithReportButtonList"`
}

func getNotices(c *call) (answer, error) {
	if c.who.client != nil { // OAuth opens nothing of the internal API
		return answer{}, errToken()
	}
	return ok(noticesView{c.settings.notices, []string{}, []string{}})
}

func setNotices(c *call) (answer, error) {
	if c.who.client != nil {
		return answer{}, errToken()
	}
	in := c.settings.notices
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if in != c.settings.notices {
		c.settings.notices = in
		c.emit("system.email.template.settings_changed", fact{})
	}
	return getNotices(c)
}

// reportable is an event of which its user was told by mail.
type reportable struct {
	user  *user
	event *systemlog.Event
	told  time.Time
}

// reportLife is how long the link in a mail can be followed.
const reportLife = 7 * 24 * time.Hour

// reportLink makes the part of a mail that lets its reader report an event as
// suspicious; nothing where the org does not ask for reports.
func (c *change) reportLink(u *user, e *systemlog.Event) []string {
	if !c.settings.notices.Report {
		return nil
	}
	for t, r := range c.reports {
		if c.time().Sub(r.told) > reportLife {
			delete(c.reports, t)
		}
	}
	token := c.ids.secret(24)
	c.reports[token] = reportable{u, e, c.time()}
	return []string{"", "If this was not you, report the suspicious activity here:", "", c.baseURL() + reportPath + "?i=" + token}
}

// findReport returns the event that a link in a mail is about.
func (c *call) findReport() (reportable, bool) {
	r, found := c.reports[c.param("i")]
	return r, found && c.time().Sub(r.told) <= reportLife
}

// notify tells a user by mail what was just logged: a subject and what
// happened, where and when.
func (c *change) notify(u *user, subject, what string) {
	e := c.pending[len(c.pending)-1]
	lines := []string{what, ""}
	if c.from.IP != "" && e.Actor.ID == u.id {
		os, browser, _ := c.from.guess()
		place := c.from.City
		if c.from.Country != "" {
			place = strings.TrimPrefix(c.from.City+", "+c.from.Country, ", ")
		}
		lines = append(lines, "  Browser: "+browser, "  Operating system: "+os, "  Location: "+place, "  IP address: "+c.from.IP)
	}
	lines = append(lines, "  Time: "+c.time().UTC().Format("January 2, 2006 15:04:05 MST"))
	c.send(u, subject, append(lines, c.reportLink(u, e)...)...)
}

func mailNewDevice(c *change, u *user) {
	if !c.settings.notices.NewDevice {
		return
	}
	c.notify(u, "New sign-in to your Okta account", "Somebody signed in to your account "+u.login()+" with a device that was not seen before:")
	c.emit("system.email.new_device_notification.sent_message", fact{targets: targets(u)})
}

func mailFactorEnrolled(c *change, u *user, f *factor) {
	if !c.settings.notices.FactorEnrolled {
		return
	}
	c.notify(u, "Security method enrolled", "A security method was set up for your account "+u.login()+": "+f.called()+".")
	c.emit("system.email.mfa_enroll_notification.sent_message", fact{targets: targets(u)})
}

func mailFactorReset(c *change, u *user, what string) {
	if !c.settings.notices.FactorReset {
		return
	}
	c.notify(u, "Security method reset", what+" of your account "+u.login()+" can no longer be used.")
	c.emit("system.email.mfa_reset_notification.sent_message", fact{targets: targets(u)})
}

// mailPasswordChanged has no event of its own in Okta's catalogue.
func mailPasswordChanged(c *change, u *user) {
	if c.settings.notices.PasswordChanged {
		c.notify(u, "Your Okta password was changed", "The password of your account "+u.login()+" was changed.")
	}
}

func askReport(c *call) (answer, error) {
	r, found := c.findReport()
	if !found {
		return message(c, http.StatusNotFound, "The link is not valid any more", "Tell your administrators directly.")
	}
	return html(c, http.StatusOK, "report", map[string]any{
		"Org": c.company, "Login": r.user.login(), "Token": c.param("i"), "Event": r.event, "When": r.event.Published.UTC().Format("2 January 2006 15:04 UTC"),
	})
}

// takeReport logs that an end user does not recognize what a mail told of.
func takeReport(c *call) (answer, error) {
	r, found := c.findReport()
	if !found {
		return message(c, http.StatusNotFound, "The link is not valid any more", "Tell your administrators directly.")
	}
	delete(c.reports, c.param("i"))
	c.actor = userActor(r.user)
	c.emit("user.account.report_suspicious_activity_by_enduser", fact{targets: targets(r.user), debug: suspicion(r.event)})
	return message(c, http.StatusOK, "Thank you", "The activity was reported to your administrators.")
}
