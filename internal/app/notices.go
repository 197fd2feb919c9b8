package app

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"sallyport/internal/alert"
	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/event"
	"sallyport/internal/live"
	"sallyport/internal/notify"
	"sallyport/internal/portal"
	"sallyport/internal/remedy"
)

// expiring has people told of exceptions that are over soon.
func (c *Core) expiring(ctx context.Context) error {
	checks, err := c.Checks()
	if err != nil {
		return err
	}
	return c.DB.Notices.Expiring(ctx, checks)
}

// notices reads what messages are made of.
type notices struct{ *Core }

// Connection implements [notify.Reader].
func (n notices) Connection(ctx context.Context, org, id string) (connector.Connection, error) {
	c, err := n.DB.Connections.Get(ctx, org, id)
	return c.Connection, err
}

// Subjects implements [notify.Reader].
func (n notices) Subjects(ctx context.Context, org string, ns []notify.Notice) ([]notify.Subject, error) {
	told, err := n.alerts(ctx, org, ns)
	if err != nil {
		return nil, err
	}
	var out []notify.Subject
	for _, notice := range ns {
		s, ok := told[notice.About]
		switch notice.Moment {
		case notify.Judged, notify.Expiring:
			s, ok = n.news(notice), notice.News != nil
		case notify.Asked, notify.Answered:
			s, ok, err = n.ask(ctx, org, notice.About)
		case notify.Opened, notify.Escalated, notify.Overdue, notify.Closed:
		}
		if err != nil {
			return nil, err
		}
		if ok {
			s.Moment = notice.Moment
			out = append(out, s)
		}
	}
	return out, nil
}

// news is what a notice tells of findings.
func (n notices) news(notice notify.Notice) notify.Subject {
	s := notify.Subject{News: notice.News}
	if s.News == nil {
		return s
	}
	page := n.Config.URL() + "/findings"
	if s.Link = page + "?tenant=" + url.QueryEscape(s.News.Tenant); len(s.News.Found) == 1 && s.News.More == 0 && s.News.Found[0].ID != "" {
		s.Link = page + "/" + url.PathEscape(s.News.Tenant) + "/" + url.PathEscape(s.News.Found[0].ID)
	}
	return s
}

// ask is a plan as it is now; false where there is none.
func (n notices) ask(ctx context.Context, org, plan string) (notify.Subject, bool, error) {
	p, err := n.DB.Remedies.Get(ctx, org, plan)
	if errs.KindOf(err) == errs.NotFound {
		return notify.Subject{}, false, nil
	}
	if err != nil {
		return notify.Subject{}, false, err
	}
	a := &notify.Ask{ID: p.ID, Title: p.Title, Needs: p.Needs, Targets: p.Targets, Expires: p.ExpiresAt, Waits: p.WaitsForApproval(), Outcome: outcome(p)}
	for _, o := range p.Objects {
		a.Objects = append(a.Objects, cmp.Or(o.Name, o.ID))
	}
	for i := range p.Steps {
		if p.Steps[i].State != remedy.Skipped && p.Steps[i].State != remedy.Barred {
			a.Steps = append(a.Steps, p.Steps[i].Says)
		}
	}
	account := strings.TrimPrefix(p.Actor, "account:")
	people, err := n.DB.Accounts.Some(ctx, org, []string{account})
	a.Actor = cmp.Or(people[account].Name, p.Actor)
	if of, is := strings.CutPrefix(p.Actor, "flow:"); is && err == nil {
		var titles map[string]string
		titles, err = n.DB.Flows.Titles(ctx, org)
		a.Actor = cmp.Or(titles[of], "a flow")
	}
	s := notify.Subject{Ask: a, Moment: notify.Asked, Link: n.Config.URL() + "/remedies/" + p.ID}
	if d := p.Decision; d != nil && err == nil {
		s.Note, err = n.decided(ctx, org, *d)
	}
	return s, true, err
}

// decided says who answered a plan that waited, and where.
func (n notices) decided(ctx context.Context, org string, d remedy.Decision) (string, error) {
	account := strings.TrimPrefix(d.By, "account:")
	people, err := n.DB.Accounts.Some(ctx, org, []string{account})
	did := "Declined by "
	if d.Approved {
		did = "Approved by "
	}
	did += cmp.Or(people[account].Name, "somebody who is gone")
	if d.Note != "" {
		did += ", " + d.Note
	}
	return did, err
}

// outcome says what became of a plan.
func outcome(p remedy.Plan) string {
	switch {
	case p.WaitsForApproval():
		return ""
	case p.Error != "":
		return string(p.State) + ": " + p.Error
	case p.Decision != nil && p.Decision.Approved:
		return "approved; " + string(p.State)
	default:
		return string(p.State)
	}
}

// alerts are those that notices tell of, by id.
func (n notices) alerts(ctx context.Context, org string, ns []notify.Notice) (map[string]notify.Subject, error) {
	var alerts, events, people []string
	for _, notice := range ns {
		if slices.Contains(notify.Moments(), notice.Moment) || notice.Moment == "" {
			alerts = append(alerts, notice.About)
		}
	}
	if len(alerts) == 0 {
		return nil, nil
	}
	found, err := n.DB.Alerts.Some(ctx, org, alerts)
	if err != nil {
		return nil, err
	}
	for _, a := range found {
		events, people = append(events, a.Event), append(people, a.Assignee)
	}
	stored, err := n.DB.Events.Some(ctx, org, events)
	if err != nil {
		return nil, err
	}
	accounts, err := n.DB.Accounts.Some(ctx, org, people)
	if err != nil {
		return nil, err
	}
	rules, err := n.Rules.Book(ctx, org)
	if err != nil {
		return nil, err
	}
	out := make(map[string]notify.Subject, len(found))
	for id, a := range found {
		out[id] = n.subject(a, rules, stored[a.Event].Event, accounts[a.Assignee])
	}
	return out, nil
}

func (n notices) subject(a alert.Alert, rules *alert.Book, e event.Event, assignee portal.Account) notify.Subject {
	s := notify.Subject{Alert: a, Event: e, Assignee: assignee.Name, Link: n.Config.URL() + "/alerts/" + a.ID}
	if r := rules.Rule(a.Rule); r != nil {
		s.Why = cmp.Or(r.Why, r.Description)
	}
	return s
}

// newSender returns what sends notices.
func (a *App) newSender() *notify.Sender {
	return &notify.Sender{
		Store: a.DB.Notices, Caller: a.Engine, Reader: notices{a.Core}, Now: a.Now, Log: a.Log,
		Changed: func(org, channel string) {
			a.Live.Publish(org, live.Message{Topic: live.Channel, ID: channel})
		},
	}
}
