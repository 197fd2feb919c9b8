package api

import (
	"context"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/flow"
	"sallyport/internal/guard"
	"sallyport/internal/portal"
	"sallyport/internal/source"
	"sallyport/internal/store"
)

var _ = add("GET /api/v1/overview", signedIn, doc{Summary: "What needs somebody now, and how things go", Help: "What the caller may not see is counted as nothing."}, getOverview)

// Overview is what somebody who comes in wants to know first.
type Overview struct {
	Needs   Needs         `json:"needs"`
	Day     DayTotals     `json:"day" doc:"of the last 24 hours"`
	Sources []SourceBrief `json:"sources"`
	Since   time.Time     `json:"since" doc:"when those 24 hours began"`
	Setup   Setup         `json:"setup"`
}

// Needs counts what needs somebody now.
type Needs struct {
	FailedRuns        int  `json:"failedRuns" doc:"of the last 24 hours"`
	WaitingRuns       int  `json:"waitingRuns"`
	RefusedActions    int  `json:"refusedActions" doc:"of the last 24 hours"`
	UnknownActions    int  `json:"unknownActions" doc:"of the last 24 hours: nobody knows whether they happened"`
	FailingSources    int  `json:"failingSources"`
	FailedConnections int  `json:"failedConnections"`
	OpenAlerts        int  `json:"openAlerts" doc:"that nobody has looked at"`
	OverdueAlerts     int  `json:"overdueAlerts" doc:"of which something should have been done by now"`
	FailedLetters     int  `json:"failedLetters" doc:"of the last 24 hours: somebody waits for what the server could not send"`
	MailDown          bool `json:"mailDown" doc:"the server's own mail server did not do its part when it was last asked"`
}

// DayTotals count what happened.
type DayTotals struct {
	Events     int `json:"events"`
	Runs       int `json:"runs"`
	FailedRuns int `json:"failedRuns"`
	Actions    int `json:"actions" doc:"changes that were made"`
	Alerts     int `json:"alerts" doc:"that were opened"`
}

// SourceBrief is a source and how it is doing.
type SourceBrief struct {
	ID     string       `json:"id"`
	Name   string       `json:"name"`
	Health SourceHealth `json:"health"`
}

// Setup counts what is set up, for who begins.
type Setup struct {
	Connections  int `json:"connections"`
	Sources      int `json:"sources"`
	Flows        int `json:"flows"`
	EnabledFlows int `json:"enabledFlows"`
}

func getOverview(ctx context.Context, d Deps, c portal.Caller, _ none) (Overview, error) {
	out := Overview{Since: dayBefore(d.Now()), Sources: []SourceBrief{}}
	for _, part := range []struct {
		wants portal.Permission
		add   func(context.Context, Deps, portal.Caller, *Overview) error
	}{
		{portal.RunsRead, countRuns},
		{portal.ActionsRead, countActions},
		{portal.EventsRead, countEvents},
		{portal.AlertsRead, countOverview},
		{portal.SourcesRead, countSources},
		{portal.ConnectionsRead, countConnections},
		{portal.FlowsRead, countFlows},
		{portal.MembersRead, countLetters},
	} {
		if !c.Can(part.wants) {
			continue
		}
		if err := part.add(ctx, d, c, &out); err != nil {
			return out, err
		}
	}
	return out, nil
}

func countRuns(ctx context.Context, d Deps, c portal.Caller, out *Overview) error {
	var err error
	if out.Day.Runs, out.Day.FailedRuns, err = d.DB.Runs.CountSince(ctx, c.Org.ID, out.Since); err != nil {
		return err
	}
	out.Needs.FailedRuns = out.Day.FailedRuns
	open, err := d.DB.Runs.CountOpen(ctx, c.Org.ID)
	out.Needs.WaitingRuns = open[flow.Waiting]
	return err
}

func countActions(ctx context.Context, d Deps, c portal.Caller, out *Overview) error {
	day, err := d.DB.Actions.CountStates(ctx, c.Org.ID, out.Since)
	out.Day.Actions, out.Needs.RefusedActions, out.Needs.UnknownActions = day[guard.Done], day[guard.Refused], day[guard.Unknown]
	return err
}

func countEvents(ctx context.Context, d Deps, c portal.Caller, out *Overview) (err error) {
	out.Day.Events, err = d.DB.Events.Count(ctx, c.Org.ID, out.Since)
	return err
}

func countOverview(ctx context.Context, d Deps, c portal.Caller, out *Overview) (err error) {
	if out.Needs.OpenAlerts, err = d.DB.Alerts.Count(ctx, c.Org.ID, store.AlertFilter{States: []alert.State{alert.Open}}); err != nil {
		return err
	}
	if out.Day.Alerts, err = d.DB.Alerts.Count(ctx, c.Org.ID, store.AlertFilter{Since: out.Since}); err != nil {
		return err
	}
	out.Needs.OverdueAlerts, err = d.DB.Alerts.Overdue(ctx, c.Org.ID, d.Now())
	return err
}

func countSources(ctx context.Context, d Deps, c portal.Caller, out *Overview) error {
	all, err := d.DB.Sources.List(ctx, c.Org.ID)
	if err != nil {
		return err
	}
	did, err := d.DB.Sources.Minutes(ctx, c.Org.ID, d.Now().Add(-shownMinutes*time.Minute))
	out.Setup.Sources = len(all)
	out.Sources = each(all, func(s source.Source) SourceBrief {
		shown := showSource(d, s, nil, did[s.ID])
		if shown.Health.State == "failing" {
			out.Needs.FailingSources++
		}
		return SourceBrief{s.ID, s.Name, shown.Health}
	})
	return err
}

func countConnections(ctx context.Context, d Deps, c portal.Caller, out *Overview) error {
	all, err := d.DB.Connections.List(ctx, c.Org.ID)
	out.Setup.Connections = len(all)
	for _, conn := range all {
		if conn.State == store.ConnectionFailed {
			out.Needs.FailedConnections++
		}
	}
	return err
}

func countFlows(ctx context.Context, d Deps, c portal.Caller, out *Overview) error {
	all, err := d.DB.Flows.List(ctx, c.Org.ID)
	out.Setup.Flows = len(all)
	for _, f := range all {
		if f.Enabled {
			out.Setup.EnabledFlows++
		}
	}
	return err
}
