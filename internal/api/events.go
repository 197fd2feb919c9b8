package api

import (
	"cmp"
	"context"
	"net/url"
	"time"

	"sallyport/internal/event"
	"sallyport/internal/flow"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

var _ = add("GET /api/v1/events/{uuid}", portal.EventsRead, doc{Summary: "An event, with what it set off"}, getEvent)

// EventBrief is the little of an event that others say.
type EventBrief struct {
	UUID      string    `json:"uuid"`
	Type      string    `json:"type,omitempty" doc:"not there, like the rest, if the event is not stored any more or not to be seen"`
	Message   string    `json:"message,omitempty"`
	Actor     string    `json:"actor,omitempty" doc:"login or name of who acted"`
	Published time.Time `json:"published,omitzero"`
}

func briefEvent(e store.StoredEvent) EventBrief {
	return EventBrief{e.UUID, e.Type, e.Message, cmp.Or(e.Actor.AlternateID, e.Actor.DisplayName, e.Actor.ID), e.Published}
}

// Event is an event in a list.
type Event struct {
	UUID       string    `json:"uuid"`
	Type       string    `json:"type"`
	Message    string    `json:"message"`
	Severity   string    `json:"severity" doc:"DEBUG, INFO, WARN or ERROR"`
	Outcome    string    `json:"outcome" doc:"in upper case, such as SUCCESS; empty where none was said"`
	Reason     string    `json:"reason,omitempty" doc:"of the outcome"`
	Actor      Entity    `json:"actor"`
	Targets    []Entity  `json:"targets"`
	IP         string    `json:"ip,omitempty"`
	Source     Ref       `json:"source"`
	Runs       int       `json:"runs" doc:"how many it started"`
	Published  time.Time `json:"published"`
	ReceivedAt time.Time `json:"receivedAt"`
}

// Entity is who acted, or what was acted on.
type Entity struct {
	ID    string `json:"id"`
	Type  string `json:"type"`
	Login string `json:"login" doc:"the alternateId: of people their login"`
	Name  string `json:"name"`
}

func showEntity(e event.Entity) Entity { return Entity{e.ID, e.Type, e.AlternateID, e.DisplayName} }

func showEvent(e store.StoredEvent, sources map[string]string, runs map[string]int) Event {
	return Event{
		UUID: e.UUID, Type: e.Type, Message: e.Message, Severity: e.Severity, Outcome: e.Outcome, Reason: e.Reason, Actor: showEntity(e.Actor),
		Targets: each(e.Targets(), showEntity), IP: e.IP, Source: refTo(sources, e.Source), Runs: runs[e.UUID], Published: e.Published, ReceivedAt: e.ReceivedAt,
	}
}

// EventDetail is an event with all that it says.
type EventDetail struct {
	Event

	TransactionID string        `json:"transactionId,omitempty"`
	SessionID     string        `json:"sessionId,omitempty" doc:"of the actor's Okta session"`
	Client        Client        `json:"client"`
	URL           string        `json:"url,omitempty" doc:"of the event in the Okta admin console, where that is known"`
	Alerts        []Alert       `json:"alerts" doc:"that it is part of, the newest first"`
	FlowRuns      []Run         `json:"flowRuns" doc:"the runs that it started, the newest first"`
	Actions       []Action      `json:"actions" doc:"what those runs did, the newest first"`
	Raw           *value.Object `json:"raw" doc:"the event as it came; empty without the permission events:raw"`
}

// Client is where an event's actor came from.
type Client struct {
	IP        string `json:"ip,omitempty"`
	City      string `json:"city,omitempty"`
	State     string `json:"state,omitempty"`
	Country   string `json:"country,omitempty"`
	Device    string `json:"device,omitempty"`
	OS        string `json:"os,omitempty"`
	Browser   string `json:"browser,omitempty"`
	UserAgent string `json:"userAgent,omitempty"`
}

type getEventIn struct {
	UUID string `path:"uuid"`
}

// maxEventRuns bounds the runs that stand with an event.
const maxEventRuns = 100

func getEvent(ctx context.Context, d Deps, c portal.Caller, in getEventIn) (EventDetail, error) {
	e, err := d.DB.Events.Find(ctx, c.Org.ID, in.UUID)
	if err != nil {
		return EventDetail{}, err
	}
	sources, err := d.DB.Sources.Names(ctx, c.Org.ID)
	if err != nil {
		return EventDetail{}, err
	}
	runs, err := d.DB.Runs.OfEvents(ctx, c.Org.ID, []string{e.UUID})
	if err != nil {
		return EventDetail{}, err
	}
	out := EventDetail{
		Event: showEvent(e, sources, runs), TransactionID: e.TransactionID, SessionID: e.SessionID, Alerts: []Alert{}, FlowRuns: []Run{}, Actions: []Action{},
		Client: Client{
			IP: e.IP, City: e.Text("client.geographicalContext.city"), State: e.Text("client.geographicalContext.state"), Country: e.Text("client.geographicalContext.country"),
			Device: e.Text("client.device"), OS: e.Text("client.userAgent.os"), Browser: e.Text("client.userAgent.browser"), UserAgent: e.Text("client.userAgent.rawUserAgent"),
		},
	}
	if out.Raw, err = rawFor(c, e); err != nil {
		return out, err
	}
	if out.URL, err = eventURL(ctx, d, c, e); err != nil {
		return out, err
	}
	if c.Can(portal.AlertsRead) {
		if out.Alerts, err = alertsOf(ctx, d, c, e.UUID); err != nil {
			return out, err
		}
	}
	return out, addConsequences(ctx, d, c, &out)
}

// addConsequences adds what an event set off, as far as the caller may see it.
func addConsequences(ctx context.Context, d Deps, c portal.Caller, out *EventDetail) error {
	if !c.Can(portal.RunsRead) {
		return nil
	}
	runs, err := d.DB.Runs.List(ctx, c.Org.ID, store.RunFilter{Event: out.UUID, Limit: maxEventRuns})
	if err != nil {
		return err
	}
	s, err := newRunShower(ctx, d, c, runs)
	if err != nil {
		return err
	}
	out.FlowRuns = each(runs, s.run)
	if len(runs) == 0 || !c.Can(portal.ActionsRead) {
		return nil
	}
	entries, err := d.DB.Actions.List(ctx, c.Org.ID, store.ActionFilter{Runs: each(runs, func(r flow.Run) string { return r.ID }), Limit: maxRunActions})
	if err != nil {
		return err
	}
	show, err := newActionShower(ctx, d, c, entries)
	out.Actions = each(entries, show.action)
	return err
}

// eventURL returns where the Okta admin console shows an event: its System Log
// page takes a search. It is known once a connection has learned its console's
// address.
func eventURL(ctx context.Context, d Deps, c portal.Caller, e store.StoredEvent) (string, error) {
	sources, err := d.DB.Sources.List(ctx, c.Org.ID)
	if err != nil {
		return "", err
	}
	for _, s := range sources {
		if s.ID != e.Source || s.Connection == "" {
			continue
		}
		conns, err := d.DB.Connections.List(ctx, c.Org.ID)
		if err != nil {
			return "", err
		}
		for _, conn := range conns {
			if admin := conn.Settings.Text("admin_url"); conn.ID == s.Connection && admin != "" {
				return admin + "/report/system_log_2?search=" + url.QueryEscape(`uuid eq "`+e.UUID+`"`), nil
			}
		}
	}
	return "", nil
}
