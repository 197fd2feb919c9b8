package okta

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// Credential says what kind of credential is used, as far as it can be known.
type Credential struct {
	Kind     CredentialKind
	ClientID string // of an app
}

// CredentialKind says how a credential signs in.
type CredentialKind string

// The kinds of credentials.
const (
	APIToken   CredentialKind = "api_token"
	ServiceApp CredentialKind = "service_app"
	// Integration is an API service integration, whose scopes alone decide.
	Integration CredentialKind = "integration"
)

// Prerequisites are the settings of an org without which it sends little that is
// worth an alert, in the order in which people meet them.
type Prerequisites struct {
	Fetch      Fetcher
	Credential Credential
	Now        time.Time
}

// The prerequisites, by id.
const (
	RoleOfOwner      = "read_only_role"
	NewSignOn        = "new_sign_on_mail"
	Enrolled         = "authenticator_enrolled_mail"
	Reset            = "authenticator_reset_mail"
	PasswordChanged  = "password_changed_mail"
	ReportByMail     = "report_suspicious_activity"
	ThreatInsight    = "threat_insight"
	recipientsAll    = "ALL_USERS"
	whereMails       = "Security > General > Security notification emails"
	whereThreat      = "Security > General > Okta ThreatInsight settings"
	whereAdmins      = "Security > Administrators"
	whereIntegration = "Applications > API Service Integrations"
)

// mail is a notification that Okta sends to the person whom something happened to,
// and the template that says to whom it goes.
type mail struct{ id, title, template, why string }

func mails() []mail {
	return []mail{
		{NewSignOn, "New sign-on notification mail", "NewSignOnNotification", "Who did not sign in learns that somebody did, and can report it."},
		{Enrolled, "Authenticator enrolled notification mail", "AuthenticatorEnrolled", "An attacker who adds an authenticator of their own is told of to its owner."},
		{Reset, "Authenticator reset notification mail", "AuthenticatorReset", "An authenticator that was taken away by somebody else is noticed."},
		{PasswordChanged, "Password changed notification mail", "PasswordChanged", "A password that somebody else changed is noticed."},
	}
}

// Check looks at every prerequisite.
func (p Prerequisites) Check(ctx context.Context) []Finding {
	var role, report, threat Finding
	var notified []Finding
	var work errgroup.Group
	work.Go(func() error { role = p.Role(ctx); return nil })
	work.Go(func() error { threat = p.threatInsight(ctx); return nil })
	work.Go(func() error { notified = p.notifications(ctx); return nil })
	work.Go(func() error { report = p.reports(ctx); return nil })
	_ = work.Wait() // nothing in it fails
	off := func(f Finding) bool { return f.Verdict == Fail }
	if report.Verdict != Pass && !slices.ContainsFunc(notified, func(f Finding) bool { return !off(f) }) {
		report.Verdict, report.Said = Fail, "None of the four mails goes to people, and the link to report is in those mails alone."
	}
	return slices.Concat([]Finding{role}, notified, []Finding{report, threat})
}

// One looks at one prerequisite; false is that there is none of that id.
func (p Prerequisites) One(ctx context.Context, id string) (Finding, bool) {
	for _, f := range p.Check(ctx) {
		if f.ID == id {
			return f, true
		}
	}
	return Finding{}, false
}

// brand is a brand of an org (GET /api/v1/brands).
type brand struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// template is a mail template of a brand, its settings expanded (GET
// /api/v1/brands/{brandId}/templates/email?expand=settings).
type template struct {
	Name     string `json:"name"`
	Embedded struct {
		Settings struct {
			Recipients string `json:"recipients"`
		} `json:"settings"`
	} `json:"_embedded"`
}

// maxBrands is how many brands are looked at.
const maxBrands = 20

// notifications looks at the mails, for every brand: people of different brands
// get mails of different settings.
func (p Prerequisites) notifications(ctx context.Context) []Finding {
	var brands []brand
	_, trouble, ok := look(ctx, p.Fetch, fmt.Sprintf("/api/v1/brands?limit=%d", maxBrands), &brands)
	recipients := map[string]map[string]string{} // by the brand's id and the template's name
	for _, b := range brands {
		if !ok {
			break
		}
		var all []template
		if _, trouble, ok = look(ctx, p.Fetch, "/api/v1/brands/"+url.PathEscape(b.ID)+"/templates/email?limit=200&expand=settings", &all); !ok {
			break
		}
		recipients[b.ID] = map[string]string{}
		for _, t := range all {
			recipients[b.ID][t.Name] = t.Embedded.Settings.Recipients
		}
	}
	if ok && len(brands) == 0 {
		trouble, ok = Finding{Verdict: CannotTell, Said: "Okta shows no brand, but every org has one: the credential seems not to see them."}, false
	}
	var out []Finding
	for _, m := range mails() {
		f := trouble
		if ok {
			f = m.judge(brands, recipients)
		}
		f.ID, f.Title, f.Why, f.Where = m.id, m.title, m.why, whereMails
		out = append(out, f)
	}
	return out
}

// judge says whether a mail goes to everybody, whatever the brand.
func (m mail) judge(brands []brand, recipients map[string]map[string]string) Finding {
	var off, unknown []string
	f := Finding{Verdict: Pass, Said: "It goes to everybody."}
	for _, b := range brands {
		switch now := recipients[b.ID][m.template]; now {
		case recipientsAll:
		case "":
			unknown = append(unknown, b.Name)
		default:
			off = append(off, fmt.Sprintf("%s (%s)", b.Name, now))
			f.Fix = append(f.Fix, Fix{"set_email_recipients", map[string]any{"brand": b.ID, "template": m.template, "recipients": recipientsAll, "previous": now}})
		}
	}
	switch {
	case len(off) > 0:
		f.Verdict, f.Said = Fail, "It does not go to people in the brand "+strings.Join(off, ", ")+"."
	case len(unknown) > 0:
		f.Verdict, f.Said = CannotTell, "Okta does not say to whom it goes in the brand "+strings.Join(unknown, ", ")+"."
	}
	return f
}

// threatConfiguration is how ThreatInsight is set (GET
// /api/v1/threats/configuration).
type threatConfiguration struct {
	Action       string   `json:"action"`
	ExcludeZones []string `json:"excludeZones"`
}

func (p Prerequisites) threatInsight(ctx context.Context) Finding {
	var c threatConfiguration
	_, f, ok := look(ctx, p.Fetch, "/api/v1/threats/configuration", &c)
	if ok {
		switch c.Action {
		case "block":
			f = Finding{Verdict: Pass, Said: "It logs sign-ins from addresses that attack, and acts on them."}
		case "audit":
			f = Finding{Verdict: Pass, Said: "It logs sign-ins from addresses that attack."}
		case "none":
			f = Finding{Verdict: Fail, Said: "It is switched off.", Fix: []Fix{{"set_threat_insight", map[string]any{"mode": "audit", "exclude_zones": c.ExcludeZones, "previous": c.Action}}}}
		default:
			f = Finding{Verdict: CannotTell, Said: fmt.Sprintf("Okta says %q, which is not known.", c.Action)}
		}
	}
	f.ID, f.Title, f.Where = ThreatInsight, "ThreatInsight logs or blocks", whereThreat
	f.Why = "Okta knows addresses that attack many orgs. Only then it tells of them."
	return f
}

// maxReportAge is as far back as the System Log goes.
const maxReportAge = 90 * 24 * time.Hour

// reports looks for proof that people can report suspicious activity: no API that
// Okta describes tells how the switch stands.
func (p Prerequisites) reports(ctx context.Context) Finding {
	q := url.Values{
		"filter": {`eventType eq "` + SuspiciousActivityReported + `"`}, "limit": {"1"}, "sortOrder": {"DESCENDING"},
		"since": {p.Now.Add(-maxReportAge).UTC().Format("2006-01-02T15:04:05.000Z")},
	}
	var events []struct {
		Published time.Time `json:"published"`
	}
	_, f, ok := look(ctx, p.Fetch, "/api/v1/logs?"+q.Encode(), &events)
	switch {
	case ok && len(events) > 0:
		f = Finding{Verdict: Pass, Said: "Somebody reported on " + events[0].Published.UTC().Format("2 January 2006") + ", so it was switched on then."}
	case ok:
		f = Finding{Verdict: CannotTell, Said: "Nobody has reported anything in 90 days, and Okta's API does not tell whether they could. Look there; or confirm the integration, which proves it."}
	}
	f.ID, f.Title, f.Where = ReportByMail, "Report suspicious activity by mail", whereMails+" > Report suspicious activity via email"
	f.Why = "The mails carry a link by which people report what was not them. That report is the alert to be had for certain."
	return f
}

// SuspiciousActivityReported is the type of the event that somebody has reported
// suspicious activity.
const SuspiciousActivityReported = "user.account.report_suspicious_activity_by_enduser"

// Role looks at the admin roles of the credential's owner.
func (p Prerequisites) Role(ctx context.Context) Finding {
	f := p.roleOf(ctx)
	f.ID, f.Title = RoleOfOwner, "Read-only administrator"
	f.Why = "Reading the System Log wants an admin role. The least that does is the one to have: what a stolen credential can do is what its role can."
	if f.Where == "" {
		f.Where = whereAdmins
	}
	return f
}

func (p Prerequisites) roleOf(ctx context.Context) Finding {
	who, path := "The app", "/oauth2/v1/clients/"+url.PathEscape(p.Credential.ClientID)+"/roles"
	switch p.Credential.Kind {
	case Integration:
		return Finding{Verdict: Pass, Said: "An API service integration has no admin role: what it was granted when it was installed decides.", Where: whereIntegration}
	case APIToken:
		var me struct {
			ID      string `json:"id"`
			Profile struct {
				Login string `json:"login"`
			} `json:"profile"`
		}
		if _, f, ok := look(ctx, p.Fetch, "/api/v1/users/me", &me); !ok {
			return f
		}
		who, path = me.Profile.Login, "/api/v1/users/"+url.PathEscape(me.ID)+"/roles"
	case ServiceApp:
	}
	var roles []struct {
		Type  string `json:"type"`
		Label string `json:"label"`
	}
	if _, f, ok := look(ctx, p.Fetch, path, &roles); !ok {
		if f.Verdict == Refused {
			f.Verdict, f.Said = CannotTell, "The credential may not read admin roles. "+f.Said
		}
		return f
	}
	var types, labels []string
	for _, r := range roles {
		types, labels = append(types, r.Type), append(labels, r.Label)
	}
	slices.Sort(labels)
	has := strings.Join(slices.Compact(labels), ", ")
	switch {
	case len(roles) == 0:
		return Finding{Verdict: Fail, Said: who + " has no admin role."}
	case !slices.ContainsFunc(types, readsLogs):
		return Finding{Verdict: Fail, Said: who + " is " + has + ", which does not read everything that is wanted."}
	case slices.ContainsFunc(types, func(t string) bool { return t == "SUPER_ADMIN" || t == "ORG_ADMIN" }):
		return Finding{Verdict: Pass, Said: who + " is " + has + ".", Advice: "That is more than reading wants. A read-only administrator is enough for this source; keep the stronger one for the connection that flows act through."}
	}
	return Finding{Verdict: Pass, Said: who + " is " + has + "."}
}

// readsLogs reports whether a role lets its holder read the System Log and all
// that is looked at. What a custom role allows is not known from its name.
func readsLogs(role string) bool {
	return slices.Contains([]string{"READ_ONLY_ADMIN", "SUPER_ADMIN", "ORG_ADMIN", "CUSTOM"}, role)
}
