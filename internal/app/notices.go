package app

import (
	"cmp"
	"context"

	"sallyport/internal/alert"
	"sallyport/internal/connector"
	"sallyport/internal/event"
	"sallyport/internal/live"
	"sallyport/internal/notify"
	"sallyport/internal/portal"
)

// notices reads what messages about alerts are made of.
type notices struct{ *Core }

// Connection implements [notify.Reader].
func (n notices) Connection(ctx context.Context, org, id string) (connector.Connection, error) {
	c, err := n.DB.Connections.Get(ctx, org, id)
	return c.Connection, err
}

// Subjects implements [notify.Reader].
func (n notices) Subjects(ctx context.Context, org string, ns []notify.Notice) ([]notify.Subject, error) {
	var alerts, events, people []string
	for _, notice := range ns {
		alerts = append(alerts, notice.Alert)
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
	var out []notify.Subject
	for _, notice := range ns {
		if a, ok := found[notice.Alert]; ok {
			out = append(out, n.subject(a, notice.Moment, rules, stored[a.Event].Event, accounts[a.Assignee]))
		}
	}
	return out, nil
}

func (n notices) subject(a alert.Alert, m notify.Moment, rules *alert.Book, e event.Event, assignee portal.Account) notify.Subject {
	s := notify.Subject{Alert: a, Moment: m, Event: e, Assignee: assignee.Name, Link: n.Config.URL() + "/alerts/" + a.ID}
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
