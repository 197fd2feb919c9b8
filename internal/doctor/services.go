package doctor

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"sallyport/internal/config"
	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/letter"
	"sallyport/internal/okta"
	"sallyport/internal/okta/reach"
	"sallyport/internal/portal"
	"sallyport/internal/saml"
	"sallyport/internal/source"
	"sallyport/internal/store"
)

func (d *Doctor) connections(ctx context.Context, n *notes, o portal.Organization) error {
	all, err := d.DB.Connections.List(ctx, o.ID)
	if err != nil {
		return err
	}
	for _, c := range all {
		name := o.Slug + "/" + c.Name
		if !d.Asks {
			d.remembered(n, name, c)
			continue
		}
		report, err := d.Engine.Test(ctx, c.Connection)
		if err != nil {
			n.fail("Open the connection in the console and enter what is missing.", "%s: %v", name, err)
			continue
		}
		if i := slices.IndexFunc(report.Checks, func(c connector.Check) bool { return !c.OK }); i >= 0 {
			n.fail("Connections > "+c.Name+": enter the credential again, and Test.", "%s: %s: %s", name, report.Checks[i].Title, report.Checks[i].Message)
			continue
		}
		n.ok("%s: the credential works", name)
		if c.Connector == "okta" {
			d.okta(ctx, n, name, c)
		}
	}
	return nil
}

// remembered says how a connection did when it was last tried.
func (d *Doctor) remembered(n *notes, name string, c store.Connection) {
	switch c.State {
	case store.ConnectionFailed:
		n.fail("Connections > "+c.Name+": enter the credential again, and Test.", "%s: on %s: %s", name, day(c.CheckedAt), c.Error)
	case store.ConnectionOK:
		n.ok("%s: the credential worked on %s", name, day(c.CheckedAt))
	default:
		n.warn("Connections > "+c.Name+" > Test", "%s: it was never tried", name)
	}
}

// okta looks at an org's clock, its rate limits, and what the credential sees of it.
func (d *Doctor) okta(ctx context.Context, n *notes, name string, c store.Connection) {
	org := reach.Org{Caller: d.Engine, Conn: c.Connection}
	began := d.Now()
	answer, err := org.Fetch(ctx, "/api/v1/org")
	took := d.Now().Sub(began)
	if err != nil {
		n.fail("Look whether this machine reaches the domain (egress.allow, egress.proxy, a firewall).", "%s: %v", name, err)
		return
	}
	if at, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
		skewed(n, name, began.Add(took/2).Sub(at), took+time.Second) // the header counts whole seconds
	}
	budget(n, name, answer.Header)
	all := org.Look(d.Now()).Coverage(ctx)
	var scopes, blind []string
	for _, a := range all {
		switch {
		case a.ID == "users" && a.Visible != okta.Full:
			n.fail("Grant okta.users.read to the service app, or a role that sees people.", "%s: people are not seen: %s", name, a.Said)
		case a.Missing != "":
			scopes = append(scopes, a.Missing)
		case a.Visible == okta.Denied:
			blind = append(blind, a.Title)
		}
	}
	if 2*len(scopes) > len(all) { // it acts, as a response app does, and is not to be granted what others read
		n.ok("%s: it is no connection for reading the org: the scopes of %d areas of %d are not granted", name, len(scopes), len(all))
		return
	}
	if len(scopes) > 0 {
		slices.Sort(scopes)
		n.warn("Grant them in Okta under Applications > the app > Okta API Scopes, and name them in the connection's scopes; `sallyport okta check` says what each is for.",
			"%s: scopes are missing: %s", name, strings.Join(slices.Compact(scopes), ", "))
	}
	if len(blind) > 0 {
		n.warn("Give the credential's owner a role that sees them, such as Read-only Administrator; `sallyport okta check` says more.", "%s: refused: %s", name, strings.Join(blind, ", "))
	}
	if len(scopes)+len(blind) == 0 {
		n.ok("%s: the credential has every scope that is asked for", name)
	}
}

// budget looks at what is left of a rate limit, as Okta says it with every answer.
func budget(n *notes, name string, h http.Header) {
	limit, err := strconv.Atoi(h.Get("X-Rate-Limit-Limit"))
	left, err2 := strconv.Atoi(h.Get("X-Rate-Limit-Remaining"))
	if err != nil || err2 != nil || limit == 0 {
		return
	}
	if left*100 < limit*littleBudget {
		n.warn("Others use up the org's limit: look in Okta under Reports > Rate Limits, and give this app a share of its own.", "%s: %d of %d calls a minute are left", name, left, limit)
	}
}

func (d *Doctor) sources(ctx context.Context, n *notes, o portal.Organization) error {
	all, err := d.DB.Sources.List(ctx, o.ID)
	if err != nil {
		return err
	}
	minutes, err := d.DB.Sources.Minutes(ctx, o.ID, d.Now().Add(-time.Hour))
	if err != nil {
		return err
	}
	live := 0
	for _, s := range all {
		if !s.Enabled || !s.Live() {
			continue
		}
		live++
		var lag time.Duration
		for _, m := range minutes[s.ID] {
			lag = max(lag, m.Lag)
		}
		d.source(n, o.Slug+"/"+s.Name, s, lag)
	}
	if live == 0 {
		n.warn("Alert sources > Add a source.", "%s: no source is turned on: no events come", o.Slug)
	}
	return nil
}

func (d *Doctor) source(n *notes, name string, s source.Source, lag time.Duration) {
	h := s.Health
	since := d.Now().Sub(h.LastPollAt)
	switch {
	case h.Error != "" && h.Failures > 0:
		n.fail("Alert sources > "+s.Name+" says what to do; what was missed is read when it works again.", "%s: %d attempts in a row failed, the last on %s: %s", name, h.Failures, h.ErrorAt.UTC().Format(time.RFC3339), h.Error)
	case s.Poll && h.LastPollAt.IsZero():
		n.warn("Is a server running? A first reading of a long log takes its time.", "%s: polling has never come to the end of the log", name)
	case s.Poll && since > deadSource:
		n.fail("Is a server running? `sallyport serve` polls; the console says what it waits for.", "%s: polling last came to the end of the log %s ago", name, since.Round(time.Second))
	case s.Poll && since > quietSource:
		n.warn("Is a server running? The console says what it waits for, such as a rate limit.", "%s: polling last came to the end of the log %s ago", name, since.Round(time.Second))
	case lag > quietSource:
		n.warn("Where polling and the event hook are both on, events come within seconds; look at the rate limits of the org.", "%s: an event of the last hour came %s late", name, lag.Round(time.Second))
	default:
		n.ok("%s: %d events, the last on %s", name, h.Events, cmp.Or(moment(h.LastEventAt), "never"))
	}
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// reachWithin bounds a look at whether the mail server answers.
const reachWithin = 5 * time.Second

func (d *Doctor) mailServer(ctx context.Context, n *notes, _ portal.Organization) error {
	m := d.Config.Mail
	at, ok, err := m.Server()
	switch {
	case err != nil:
		return err
	case m.URL == config.MailLog:
		n.warn("Set mail.url to a mail server.", "letters are written to the log with their links: whoever reads it can sign in as others")
		return nil
	case !ok:
		n.warn("Set mail.url and mail.from: without them nobody gets an invitation, a confirmation or a new password.", "no mail server is configured")
		return nil
	case !d.Asks:
		n.ok("letters go to %s", at.Host)
		return nil
	}
	address := net.JoinHostPort(at.Host, strconv.Itoa(at.Port))
	conn, err := (&net.Dialer{Timeout: reachWithin}).DialContext(ctx, "tcp", address)
	if err != nil {
		n.fail("Look at mail.url, and whether a firewall lets this machine out to that port.", "the mail server cannot be reached: %v", err)
		return nil
	}
	n.ok("the mail server %s can be reached", address)
	return conn.Close()
}

func (d *Doctor) letters(ctx context.Context, n *notes, o portal.Organization) error {
	counts, err := d.DB.Letters.Count(ctx, o.ID, d.Now().Add(-7*24*time.Hour))
	if err != nil {
		return err
	}
	if failed := counts[letter.Failed]; failed > 0 {
		n.warn("Settings > Mail says why of each, and sends it again.", "%s: %d letters of the last week could not be sent", o.Slug, failed)
	}
	return nil
}

func (d *Doctor) signOn(ctx context.Context, n *notes, o portal.Organization) error {
	c, err := d.DB.SSO.Live(ctx, o.ID)
	if errs.KindOf(err) == errs.NotFound || err == nil && !c.Enabled {
		return nil
	}
	if err != nil {
		return err
	}
	if c.RefreshError != "" {
		n.warn("Look whether metadata_url can be reached, or paste the metadata: a new certificate of Okta is not learnt until then.", "%s: the metadata could not be fetched: %s", o.Slug, c.RefreshError)
	}
	idp, err := saml.ParseMetadata([]byte(c.Metadata), saml.MetadataOptions{Now: c.MetadataAt, AllowLoopback: true})
	if err != nil {
		n.fail("Settings > Single sign-on: paste the metadata again.", "%s: the metadata cannot be read: %v", o.Slug, err)
		return nil
	}
	warnings := idp.Warnings(d.Now())
	for _, w := range warnings {
		remedy := "In Okta: the app > Sign On > SAML Signing Certificates > Generate new certificate, then fetch the metadata under Settings > Single sign-on, then activate it."
		if w.Until.After(d.Now().Add(endsNow)) {
			n.warn(remedy, "%s: %s", o.Slug, w.Text)
			continue
		}
		n.fail(remedy+" Who is locked out: `sallyport portal sso disable`.", "%s: %s", o.Slug, w.Text)
	}
	if len(warnings) == 0 {
		n.ok("%s: the certificates of %s are good", o.Slug, idp.EntityID)
	}
	return nil
}

func (d *Doctor) provisioning(ctx context.Context, n *notes, o portal.Organization) error {
	keys, err := d.DB.SCIMKeys.List(ctx, o.ID)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if !k.Holds(d.Now()) {
			continue
		}
		remedy := "Settings > Provisioning > New secret, and enter it in Okta under the app's Provisioning > Integration; the old one holds for a while."
		switch {
		case !k.EndsAt.IsZero() && k.Used.At.After(d.Now().Add(-24*time.Hour)):
			n.warn("Enter the new secret in Okta before then.", "%s: Okta still uses the secret that ends on %s", o.Slug, k.EndsAt.UTC().Format(time.RFC3339))
		case !k.EndsAt.IsZero():
		case k.Failures > 0 && k.Refused.At.After(k.Used.At):
			n.fail(remedy, "%s: provisioning came with a wrong secret %d times, the last on %s", o.Slug, k.Failures, moment(k.Refused.At))
		case d.Now().Sub(k.CreatedAt) > secretOfAge:
			n.warn(remedy, "%s: the secret of provisioning is of %s", o.Slug, day(k.CreatedAt))
		default:
			n.ok("%s: provisioning last came on %s", o.Slug, cmp.Or(moment(k.Used.At), "never"))
		}
	}
	return nil
}
