package api

import (
	"context"

	"sallyport/internal/alert"
	"sallyport/internal/flow"
	"sallyport/internal/portal"
	"sallyport/internal/rule"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

var (
	_ = add("PATCH /api/v1/alerts/{id}", portal.AlertsWrite, doc{
		Summary: "Work on an alert", Help: "What is not named stays. Closing wants a verdict; a closed alert is reopened by the state open.",
	}, patchAlert)
	_ = add("POST /api/v1/alerts/change", portal.AlertsWrite, doc{Summary: "Work on several alerts at once", Help: "All of them are changed, or none."}, changeAlerts)
)

// EvidenceEvent is an event with what it says.
type EvidenceEvent struct {
	Event

	Raw     *value.Object `json:"raw" doc:"the event as it came; empty without the permission events:raw"`
	Matched []LookedAt    `json:"matched" doc:"what the rule looked at; nothing if the rule is gone, has changed since, or is not to be seen"`
}

// LookedAt is a path that a rule looked at.
type LookedAt struct {
	Path   string   `json:"path"`
	Values []string `json:"values" doc:"what the event says there, the first 10"`
}

// rawFor returns an event as it came, for whom that may be seen by.
func rawFor(c portal.Caller, e store.StoredEvent) (*value.Object, error) {
	raw := &value.Object{}
	if !c.Can(portal.EventsRaw) {
		return raw, nil
	}
	return raw, raw.UnmarshalJSON(e.Raw)
}

// alertChange is what is changed of an alert.
type alertChange struct {
	State    *alert.State  `json:"state,omitempty"`
	Verdict  alert.Verdict `json:"verdict,omitempty" doc:"wanted with the state closed"`
	Note     string        `json:"note,omitempty" max:"4000" doc:"why"`
	Assignee *string       `json:"assignee,omitempty" doc:"id or e-mail address of a member, me for oneself; empty for nobody"`
	Severity *Severity     `json:"severity,omitempty"`
	Case     *string       `json:"case,omitempty" doc:"id of the case that it belongs to; empty for none"`
	Comment  string        `json:"comment,omitempty" max:"10000"`
}

// change returns the change, its names read.
func (in alertChange) change(ctx context.Context, d Deps, c portal.Caller) (alert.Change, error) {
	out := alert.Change{State: in.State, Verdict: in.Verdict, Note: in.Note, Case: in.Case, Comment: in.Comment}
	if in.Severity != nil {
		out.Severity = new(in.Severity.rule())
	}
	assignee, err := assigneeOf(ctx, d, c, in.Assignee)
	out.Assignee = assignee
	return out, err
}

// assigneeOf reads who something is given to.
func assigneeOf(ctx context.Context, d Deps, c portal.Caller, who *string) (*string, error) {
	switch {
	case who == nil || *who == "":
		return who, nil
	case *who == "me":
		return &c.Account.ID, nil
	}
	id, err := memberOf(ctx, d, c, *who)
	if err != nil {
		return nil, &field{"assignee", err}
	}
	return &id, nil
}

type patchAlertIn struct {
	ID string `path:"id"`
	alertChange
}

func patchAlert(ctx context.Context, d Deps, c portal.Caller, in patchAlertIn) (AlertDetail, error) {
	got, err := changeAll(ctx, d, c, []string{in.ID}, in.alertChange)
	if err != nil {
		return AlertDetail{}, err
	}
	return alertDetail(ctx, d, c, got[0])
}

type changeAlertsIn struct {
	Alerts []string `json:"alerts" min:"1" max:"500" doc:"ids"`
	alertChange
}

func changeAlerts(ctx context.Context, d Deps, c portal.Caller, in changeAlertsIn) ([]Alert, error) {
	got, err := changeAll(ctx, d, c, in.Alerts, in.alertChange)
	if err != nil {
		return nil, err
	}
	s, err := newAlertShower(ctx, d, c, got)
	return each(got, s.alert), err
}

// changeAll changes alerts, and starts what is to follow when they become more
// severe.
func changeAll(ctx context.Context, d Deps, c portal.Caller, ids []string, in alertChange) ([]alert.Alert, error) {
	change, err := in.change(ctx, d, c)
	if err != nil {
		return nil, err
	}
	apply, err := alertApplier(ctx, d, c, change)
	if err != nil {
		return nil, err
	}
	got, err := d.DB.Alerts.Change(ctx, c.Org.ID, ids, apply)
	if err != nil {
		return nil, err
	}
	for _, a := range got {
		d.Live.Publish(c.Org.ID, AlertChanged(a))
	}
	return got, nil
}

// alertApplier returns how one change is made of each of several alerts.
func alertApplier(ctx context.Context, d Deps, c portal.Caller, change alert.Change) (store.AlertChange, error) {
	settings, err := d.DB.Alerts.Settings(ctx, c.Org.ID)
	if err != nil {
		return nil, err
	}
	book, err := d.Library.Book(ctx, c.Org.ID)
	if err != nil {
		return nil, err
	}
	return func(a alert.Alert) (alert.Alert, []alert.Entry, []flow.Run, error) {
		before := a.Severity
		a, entries, err := a.Apply(change, c.Account.ID, d.Now(), settings)
		if err != nil {
			return a, nil, nil, err
		}
		return a, entries, escalated(ctx, d, book, before, a), nil
	}, nil
}

// escalated returns the runs that an alert starts that a person made more severe.
func escalated(ctx context.Context, d Deps, book *flow.Book, before rule.Severity, a alert.Alert) []flow.Run {
	if a.Severity <= before || a.State == alert.Closed {
		return nil
	}
	raised := flow.Raised{Alert: a, Has: flow.AlertEscalated}
	if e, err := d.DB.Events.Get(ctx, a.Org, a.Event); err == nil {
		raised.Event = e
	}
	if rules, err := d.Rules.Book(ctx, a.Org); err == nil {
		raised.Rule = rules.Rule(a.Rule)
	}
	progs, err := book.Alerted(raised)
	if err != nil {
		d.Log.WarnContext(ctx, "trigger condition failed", "err", err, "alert", a.ID)
	}
	return each(progs, func(p *flow.Program) flow.Run { return p.AlertRun(a, d.Now()) })
}

// timelineOf returns what was done with alerts and cases.
func timelineOf(ctx context.Context, d Deps, c portal.Caller, ids []string) ([]AlertEntry, error) {
	es, err := d.DB.Alerts.Timeline(ctx, c.Org.ID, ids)
	if err != nil {
		return nil, err
	}
	var accounts, cases []string
	for _, e := range es {
		accounts = append(accounts, e.By)
		switch e.Kind {
		case alert.Assigned:
			accounts = append(accounts, e.Was, e.Is)
		case alert.Filed:
			cases = append(cases, e.Was, e.Is)
		default:
		}
	}
	people, err := namesOf(ctx, d, c, accounts)
	if err != nil {
		return nil, err
	}
	titles, err := d.DB.Cases.Titles(ctx, c.Org.ID, cases)
	return each(es, func(e alert.Entry) AlertEntry {
		out := AlertEntry{At: e.At, By: refIf(people, e.By), Kind: e.Kind, Was: e.Was, Is: e.Is, Text: e.Text, Of: e.Of}
		switch e.Kind {
		case alert.Assigned:
			out.Was, out.Is = people[e.Was], people[e.Is]
		case alert.Filed:
			out.Was, out.Is = titles[e.Was], titles[e.Is]
		default:
		}
		return out
	}), err
}

// alertRuns returns the runs of an alert and what they did, as far as the caller
// may see it.
func alertRuns(ctx context.Context, d Deps, c portal.Caller, id string) ([]Run, []Action, error) {
	if !c.Can(portal.RunsRead) {
		return []Run{}, []Action{}, nil
	}
	runs, err := d.DB.Runs.List(ctx, c.Org.ID, store.RunFilter{Alert: id, Limit: maxEventRuns})
	if err != nil {
		return nil, nil, err
	}
	s, err := newRunShower(ctx, d, c, runs)
	if err != nil {
		return nil, nil, err
	}
	shown := each(runs, s.run)
	if len(runs) == 0 || !c.Can(portal.ActionsRead) {
		return shown, []Action{}, nil
	}
	entries, err := d.DB.Actions.List(ctx, c.Org.ID, store.ActionFilter{Runs: each(runs, func(r flow.Run) string { return r.ID }), Limit: maxRunActions})
	if err != nil {
		return nil, nil, err
	}
	show, err := newActionShower(ctx, d, c, entries)
	return shown, each(entries, show.action), err
}
