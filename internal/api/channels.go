package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/live"
	"sallyport/internal/notify"
	"sallyport/internal/portal"
	"sallyport/internal/posture"
	"sallyport/internal/rule"
	"sallyport/internal/store"
)

var (
	_ = add("GET /api/v1/channels", portal.ChannelsRead, doc{Summary: "Where people are told of alerts, findings and plans, by name"}, listChannels)
	_ = add("POST /api/v1/channels", portal.ChannelsWrite, doc{
		Summary: "Tell people of alerts, findings and plans", Status: http.StatusCreated,
		Help: "A channel writes through a connection of Slack, Teams, mail or HTTP. It tells of an alert and moment once, and of all that a judgement changed of an org's findings in one message.",
	}, createChannel)
	_ = add("GET /api/v1/channels/{channel}", portal.ChannelsRead, doc{Summary: "A channel with what it told lately"}, getChannel)
	_ = add("PUT /api/v1/channels/{channel}", portal.ChannelsWrite, doc{Summary: "Change a channel"}, putChannel)
	_ = add("DELETE /api/v1/channels/{channel}", portal.ChannelsWrite, doc{Summary: "Delete a channel", Help: "What it has not told yet is not told."}, deleteChannel)
	_ = add("POST /api/v1/channels/{channel}/test", portal.ChannelsWrite, doc{Summary: "Send a test to a channel", Help: "At once, whatever its quiet hours.", Long: true}, testChannel)
)

// Channel is a place where people are told of alerts, findings and plans.
type Channel struct {
	ID         string           `json:"id"`
	Name       string           `json:"name"`
	Connection Ref              `json:"connection"`
	Connector  string           `json:"connector" doc:"of the connection: slack, teams, mail or http; empty where the connection was deleted"`
	To         []string         `json:"to" doc:"where: a channel of Slack, addresses, or the URL of an HTTP request; empty for Teams"`
	Severity   Severity         `json:"severity" doc:"the least that is told of"`
	Types      []string         `json:"types" doc:"of alerts; none is any"`
	Rules      []Ref            `json:"rules" doc:"none is any"`
	Moments    []notify.Moment  `json:"moments" doc:"of alerts; none tells of no alert"`
	Findings   *ChannelFindings `json:"findings,omitempty" doc:"which findings of posture are told of; none where it is not there"`
	Approvals  bool             `json:"approvals" doc:"plans of remediation that wait for approval are told of; in Slack with buttons"`
	Quiet      *QuietHours      `json:"quiet,omitempty"`
	QuietUntil time.Time        `json:"quietUntil,omitzero" doc:"when the quiet ends that is now"`
	Enabled    bool             `json:"enabled"`
	Waiting    int              `json:"waiting" doc:"notices that are not sent yet"`
	SentAt     time.Time        `json:"sentAt,omitzero" doc:"when a message last went out"`
	Error      string           `json:"error,omitempty" doc:"what went wrong since"`
	ErrorAt    time.Time        `json:"errorAt,omitzero"`
	Buttons    *SlackButtons    `json:"buttons,omitempty" doc:"of Slack: what its buttons need"`
	CreatedAt  time.Time        `json:"createdAt"`
	UpdatedAt  time.Time        `json:"updatedAt"`
}

// ChannelFindings is which findings a channel tells of. An empty list is no
// condition.
type ChannelFindings struct {
	Moments    []notify.FindingMoment `json:"moments" min:"1" max:"4" doc:"expiring is an exception that ends within a week, or half of its time where that is shorter"`
	Severity   posture.Severity       `json:"severity,omitempty" doc:"the least; any where it is not there"`
	Checks     []string               `json:"checks,omitempty" max:"500" doc:"ids"`
	Categories []string               `json:"categories,omitempty" max:"100" doc:"of checks"`
	Profiles   []posture.Profile      `json:"profiles,omitempty" max:"20" doc:"that the check belongs to"`
	Tenants    []string               `json:"tenants,omitempty" max:"200" doc:"ids of Okta orgs"`
}

// QuietHours are when a channel holds back what it would tell.
type QuietHours struct {
	Days     []notify.Day `json:"days" min:"1" max:"7" doc:"on which they begin"`
	From     string       `json:"from" doc:"as 22:00"`
	To       string       `json:"to" doc:"as 07:00; not later than from means on the next day"`
	Zone     string       `json:"zone" doc:"as Europe/Berlin"`
	Critical bool         `json:"critical" doc:"critical alerts are told of at once all the same"`
}

// SlackButtons is what a Slack app needs so that buttons in messages work.
type SlackButtons struct {
	URL   string `json:"url" doc:"the app's Interactivity Request URL"`
	Ready bool   `json:"ready" doc:"the connection has the app's signing secret"`
}

// ChannelDetail is a channel with what it told lately.
type ChannelDetail struct {
	Channel

	Recent []ChannelNotice `json:"recent" doc:"the newest first"`
}

// ChannelNotice is what a channel told, or is to tell.
type ChannelNotice struct {
	ID        string        `json:"id"`
	Alert     *Ref          `json:"alert,omitempty" doc:"that it is about"`
	Plan      string        `json:"plan,omitempty" doc:"id of the plan that it is about"`
	Tenant    string        `json:"tenant,omitempty" doc:"id of the Okta org whose findings it is about"`
	Findings  int           `json:"findings,omitempty" doc:"how many it tells of"`
	Moment    notify.Moment `json:"moment" doc:"of the alert; or judged: a judgement changed findings, expiring: exceptions end soon, asked: a plan waits for approval, answered: it waits no more"`
	State     notify.State  `json:"state"`
	Attempts  int           `json:"attempts"`
	NotBefore time.Time     `json:"notBefore,omitzero" doc:"of one that is held back: until when"`
	SentAt    time.Time     `json:"sentAt,omitzero"`
	Error     string        `json:"error,omitempty"`
	CreatedAt time.Time     `json:"createdAt"`
}

// channelShower shows channels with the names of what they refer to.
type channelShower struct {
	d           Deps
	connections map[string]store.Connection
	rules       map[string]string
	waiting     map[string]int
}

func newChannelShower(ctx context.Context, d Deps, c portal.Caller) (s channelShower, err error) {
	s.d = d
	conns, err := d.DB.Connections.List(ctx, c.Org.ID)
	if err != nil {
		return s, err
	}
	s.connections = make(map[string]store.Connection, len(conns))
	for _, conn := range conns {
		s.connections[conn.ID] = conn
	}
	if s.rules, err = ruleTitles(ctx, d, c); err != nil {
		return s, err
	}
	s.waiting, err = d.DB.Notices.Waiting(ctx, c.Org.ID)
	return s, err
}

func (s channelShower) show(c notify.Channel) Channel {
	conn := s.connections[c.Connection]
	p := c.Plan
	out := Channel{
		ID: c.ID, Name: c.Name, Connection: Ref{c.Connection, conn.Name}, Connector: conn.Connector, To: append([]string{}, p.To...), Severity: severityOf(p.Severity),
		Types: append([]string{}, p.Types...), Rules: each(p.Rules, func(id string) Ref { return refTo(s.rules, id) }), Moments: append([]notify.Moment{}, p.Moments...), Approvals: p.Approvals, Enabled: c.Enabled, Waiting: s.waiting[c.ID],
		SentAt: c.Health.SentAt, Error: c.Health.Error, ErrorAt: c.Health.ErrorAt, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
	}
	if f := p.Findings; f != nil {
		out.Findings = new(ChannelFindings(*f))
	}
	if q := p.Quiet; q != nil {
		out.Quiet = &QuietHours{q.Days, string(q.From), string(q.To), q.Zone, q.Critical}
		out.QuietUntil = q.Until(s.d.Now())
	}
	if conn.Connector == notify.Slack {
		_, ready := conn.Secrets[signingSecret]
		out.Buttons = &SlackButtons{URL: s.d.BaseURL + slackPath + conn.ID, Ready: ready}
	}
	return out
}

func listChannels(ctx context.Context, d Deps, c portal.Caller, _ none) ([]Channel, error) {
	all, err := d.DB.Channels.List(ctx, c.Org.ID)
	if err != nil {
		return nil, err
	}
	s, err := newChannelShower(ctx, d, c)
	return each(all, s.show), err
}

type channelIn struct {
	ID string `path:"channel"`
}

// maxRecent bounds what is shown of what a channel told.
const maxRecent = 50

func getChannel(ctx context.Context, d Deps, c portal.Caller, in channelIn) (ChannelDetail, error) {
	ch, err := d.DB.Channels.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return ChannelDetail{}, err
	}
	s, err := newChannelShower(ctx, d, c)
	if err != nil {
		return ChannelDetail{}, err
	}
	out := ChannelDetail{Channel: s.show(ch), Recent: []ChannelNotice{}}
	ns, err := d.DB.Notices.OfChannel(ctx, c.Org.ID, ch.ID, maxRecent)
	if err != nil {
		return out, err
	}
	titles := map[string]alert.Alert{}
	if c.Can(portal.AlertsRead) {
		if titles, err = d.DB.Alerts.Some(ctx, c.Org.ID, each(ns, func(n notify.Notice) string { return n.About })); err != nil {
			return out, err
		}
	}
	out.Recent = each(ns, func(n notify.Notice) ChannelNotice { return showNotice(n, titles) })
	return out, nil
}

func showNotice(n notify.Notice, alerts map[string]alert.Alert) ChannelNotice {
	out := ChannelNotice{ID: n.ID, Moment: n.Moment, State: n.State, Attempts: n.Attempts, NotBefore: n.NotBefore, SentAt: n.SentAt, Error: n.Error, CreatedAt: n.CreatedAt}
	switch {
	case n.News != nil:
		out.Tenant, out.Findings = n.News.Tenant, len(n.News.Found)+n.News.More
	case n.Moment == notify.Asked, n.Moment == notify.Answered:
		out.Plan = n.About
	default:
		out.Alert = &Ref{n.About, alerts[n.About].Title}
	}
	return out
}

// channelBody is what a channel is made of.
type channelBody struct {
	Name       string           `json:"name" min:"1" max:"100"`
	Connection string           `json:"connection" doc:"id; of Slack, Teams, mail or HTTP"`
	To         []string         `json:"to,omitempty" max:"50" doc:"where: a channel of Slack, addresses, or the URL of an HTTP request; nothing for Teams"`
	Severity   Severity         `json:"severity" doc:"the least that is told of"`
	Types      []string         `json:"types,omitempty" max:"200" doc:"of alerts; none is any"`
	Rules      []string         `json:"rules,omitempty" max:"500" doc:"ids; none is any"`
	Moments    []notify.Moment  `json:"moments" doc:"of alerts: opened, escalated, overdue, closed; none tells of no alert"`
	Findings   *ChannelFindings `json:"findings,omitempty" doc:"which findings of posture are told of"`
	Approvals  bool             `json:"approvals,omitempty" doc:"plans of remediation that wait for approval are told of"`
	Quiet      *QuietHours      `json:"quiet,omitempty"`
	Enabled    bool             `json:"enabled"`
}

// made returns the channel that a body describes.
func (in channelBody) made(ctx context.Context, d Deps, c portal.Caller) (notify.Channel, error) {
	now := d.Now()
	out := notify.Channel{
		ID: id.At(now), Org: c.Org.ID, Name: in.Name, Connection: in.Connection, Enabled: in.Enabled, CreatedAt: now,
		Plan: notify.Plan{To: in.To, Severity: in.Severity.rule(), Types: in.Types, Rules: in.Rules, Moments: in.Moments, Approvals: in.Approvals},
	}
	if f := in.Findings; f != nil {
		out.Plan.Findings = new(notify.FindingPlan(*f))
	}
	if q := in.Quiet; q != nil {
		out.Plan.Quiet = &notify.Quiet{Days: q.Days, From: notify.Clock(q.From), To: notify.Clock(q.To), Zone: q.Zone, Critical: q.Critical}
	}
	conn, err := d.DB.Connections.Get(ctx, c.Org.ID, in.Connection)
	if err != nil {
		return out, &field{"connection", err}
	}
	if err := out.Plan.Check(conn.Connector); err != nil {
		if at, ok := errors.AsType[*notify.FieldError](err); ok {
			return out, &field{at.Field, at.Err}
		}
		return out, err
	}
	return out, nil
}

type createChannelIn struct{ channelBody }

func createChannel(ctx context.Context, d Deps, c portal.Caller, in createChannelIn) (Channel, error) {
	ch, err := in.made(ctx, d, c)
	if err != nil {
		return Channel{}, err
	}
	return saveChannel(ctx, d, c, ch)
}

type putChannelIn struct {
	ID string `path:"channel"`
	channelBody
}

func putChannel(ctx context.Context, d Deps, c portal.Caller, in putChannelIn) (Channel, error) {
	old, err := d.DB.Channels.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return Channel{}, err
	}
	ch, err := in.made(ctx, d, c)
	if err != nil {
		return Channel{}, err
	}
	ch.ID, ch.CreatedAt = old.ID, old.CreatedAt
	return saveChannel(ctx, d, c, ch)
}

func saveChannel(ctx context.Context, d Deps, c portal.Caller, ch notify.Channel) (Channel, error) {
	if err := d.DB.Channels.Save(ctx, ch); err != nil {
		return Channel{}, err
	}
	channelChanged(d, c, ch.ID)
	saved, err := d.DB.Channels.Get(ctx, c.Org.ID, ch.ID)
	if err != nil {
		return Channel{}, err
	}
	s, err := newChannelShower(ctx, d, c)
	return s.show(saved), err
}

func channelChanged(d Deps, c portal.Caller, id string) {
	d.Live.Publish(c.Org.ID, live.Message{Topic: live.Channel, ID: id})
}

func deleteChannel(ctx context.Context, d Deps, c portal.Caller, in channelIn) (none, error) {
	err := d.DB.Channels.Remove(ctx, c.Org.ID, in.ID)
	if err == nil {
		channelChanged(d, c, in.ID)
	}
	return none{}, err
}

// ChannelTest is what came of a test of a channel.
type ChannelTest struct {
	OK      bool   `json:"ok"`
	Message string `json:"message"`
}

func testChannel(ctx context.Context, d Deps, c portal.Caller, in channelIn) (ChannelTest, error) {
	ch, err := d.DB.Channels.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return ChannelTest{}, err
	}
	if d.Notices == nil {
		return ChannelTest{}, errs.New(errs.Unavailable, "nothing sends notices here")
	}
	now := d.Now()
	p := notify.Parcel{Channel: ch, Lead: notify.Notice{ID: id.At(now), Org: ch.Org}}
	out := ChannelTest{OK: true, Message: "The message was sent."}
	if err := d.Notices.Tell(ctx, p, []notify.Subject{trySubject(d, c)}); err != nil {
		out = ChannelTest{Message: errs.Message(err)}
		if e := connector.AsError(err); e != nil {
			out.Message = e.Error()
		}
	}
	failure := out.Message
	if out.OK {
		failure = ""
	}
	if err := d.DB.Channels.Told(ctx, c.Org.ID, ch.ID, failure); err != nil {
		return out, err
	}
	channelChanged(d, c, ch.ID)
	return out, nil
}

// trySubject is what a test tells of. It is closed, so that nobody works on it.
func trySubject(d Deps, c portal.Caller) notify.Subject {
	now := d.Now()
	return notify.Subject{
		Moment: notify.Opened, Why: "This is a test of the channel, sent by " + c.Account.Name + ". Nothing has happened.", Link: d.BaseURL + "/alerts",
		Alert: alert.Alert{
			ID: "test", Title: "Test of notifications", Severity: rule.Informational, Type: "test", State: alert.Closed, Verdict: alert.Benign,
			Entity: alert.Entity{Kind: rule.KindUser, Login: "nobody@example.com", Name: "Nobody"}, FirstAt: now, LastAt: now,
		},
	}
}
