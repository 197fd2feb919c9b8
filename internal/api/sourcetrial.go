package api

import (
	"context"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/auth0"
	"sallyport/internal/errs"
	"sallyport/internal/live"
	"sallyport/internal/okta"
	"sallyport/internal/portal"
	"sallyport/internal/source"
	"sallyport/internal/store"
)

var (
	_ = add("GET /api/v1/sources/{id}/trial", portal.SourcesRead, doc{Summary: "How far the test of an integration has come", Help: "It waits for an event that somebody reported suspicious activity; of an Auth0 tenant, that somebody tried to log in with a wrong password."}, getTrial)
	_ = add("POST /api/v1/sources/{id}/trial", portal.SourcesWrite, doc{Summary: "Begin the test of an integration", Help: "From now on it waits for that event. An earlier test is forgotten."}, beginTrial)
)

// Trial is the test of an integration from end to end.
type Trial struct {
	State  string    `json:"state" enum:"none,waiting,confirmed" doc:"none: it was not begun"`
	Since  time.Time `json:"since,omitzero" doc:"when it was begun"`
	Wanted string    `json:"wanted" doc:"the event type that it waits for"`
	Event  *Event    `json:"event,omitempty" doc:"the event that came"`
	At     time.Time `json:"at,omitzero" doc:"when it came"`
	LagMS  int       `json:"lagMs,omitzero" doc:"the time from its being published to its coming"`
	Alerts []Ref     `json:"alerts" doc:"that it raised; none for who may not see alerts"`
}

// confirming is the type of the event that confirms a source of a kind: what
// anybody can bring about without changing anything.
func confirming(k source.Kind) string {
	if k == source.Auth0 {
		return auth0.Prefix + "fp"
	}
	return okta.SuspiciousActivityReported
}

func getTrial(ctx context.Context, d Deps, c portal.Caller, in idIn) (Trial, error) {
	s, err := d.DB.Sources.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return Trial{}, err
	}
	out := Trial{State: "none", Since: s.Trial.Since, Wanted: confirming(s.Kind), Alerts: []Ref{}}
	if s.Trial.Since.IsZero() {
		return out, nil
	}
	out.State = "waiting"
	arrived, err := trialEvent(ctx, d, s)
	if errs.KindOf(err) == errs.NotFound {
		return out, nil
	}
	if err != nil {
		return Trial{}, err
	}
	out.State, out.At, out.LagMS = "confirmed", arrived.ReceivedAt, int(max(0, arrived.ReceivedAt.Sub(arrived.Published)).Milliseconds())
	names, err := d.DB.Sources.Names(ctx, c.Org.ID)
	shown := showEvent(arrived, names, nil)
	out.Event = &shown
	if err != nil || !c.Can(portal.AlertsRead) {
		return out, err
	}
	raised, err := d.DB.Alerts.OfEvent(ctx, c.Org.ID, arrived.UUID)
	out.Alerts = each(raised, func(a alert.Alert) Ref { return Ref{a.ID, a.Title} })
	return out, err
}

// trialEvent returns the event that confirms a source. The first time that it is
// seen it is noted, so that it stays the same.
func trialEvent(ctx context.Context, d Deps, s source.Source) (store.StoredEvent, error) {
	if s.Trial.Event != "" {
		return d.DB.Events.Find(ctx, s.Org, s.Trial.Event)
	}
	arrived, err := d.DB.Sources.Arrived(ctx, s.Org, s.ID, confirming(s.Kind), s.Trial.Since)
	if err != nil {
		return arrived, err
	}
	s.Trial.Event, s.Trial.At = arrived.UUID, arrived.ReceivedAt
	return arrived, d.DB.Sources.Try(ctx, s.Org, s.ID, s.Trial)
}

func beginTrial(ctx context.Context, d Deps, c portal.Caller, in idIn) (Trial, error) {
	if err := d.DB.Sources.Try(ctx, c.Org.ID, in.ID, source.Trial{Since: d.Now()}); err != nil {
		return Trial{}, err
	}
	d.Live.Publish(c.Org.ID, live.Message{Topic: live.Source, ID: in.ID})
	return getTrial(ctx, d, c, in)
}
