package api

import (
	"context"
	"strings"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/guard"
	"sallyport/internal/live"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

var (
	_ = add("GET /api/v1/actions", portal.ActionsRead, doc{Summary: "The guard's ledger, the newest first"}, listActions)
	_ = add("GET /api/v1/actions/{id}", portal.ActionsRead, doc{Summary: "An action with its request"}, getAction)
	_ = add("POST /api/v1/actions/{id}/undo", portal.ActionsUndo, doc{Summary: "Undo an action", Help: "The reversal is an action like any other, which the policy holds for. It is returned."}, undoAction)
)

// Action is an entry of the guard's ledger: a change that was made, tried,
// refused or is under way.
type Action struct {
	ID         string           `json:"id"`
	Title      string           `json:"title"`
	Connector  Ref              `json:"connector"`
	Connection Ref              `json:"connection"`
	Action     string           `json:"action" doc:"the connector's name for it"`
	Effect     connector.Effect `json:"effect"`
	Target     *Target          `json:"target,omitempty" doc:"what it was done to"`
	State      guard.State      `json:"state"`
	Reason     string           `json:"reason,omitempty" doc:"of a refusal"`
	Error      string           `json:"error,omitempty"`
	Status     int              `json:"status,omitzero" doc:"that the peer answered"`
	Cause      string           `json:"cause" enum:"event,on_demand,call,undo,source,remedy"`
	Flow       *Ref             `json:"flow,omitempty"`
	Run        string           `json:"run,omitempty" doc:"id of the run"`
	Plan       string           `json:"plan,omitempty" doc:"id of the plan of remediation"`
	StepPath   string           `json:"stepPath,omitempty" doc:"of the run's step"`
	Event      string           `json:"event,omitempty" doc:"uuid of the event that led to it"`
	Actor      Actor            `json:"actor" doc:"on whose behalf it was done"`
	Undo       *UndoAction      `json:"undo,omitempty" doc:"the way back, where there is one"`
	CanUndo    bool             `json:"canUndo"`
	WhyNotUndo string           `json:"whyNotUndo,omitempty" doc:"why it cannot be undone"`
	UndoOf     string           `json:"undoOf,omitempty" doc:"id of the action that this one undoes"`
	UndoneBy   string           `json:"undoneBy,omitempty" doc:"id of the action that undid this one"`
	Attempt    int              `json:"attempt"`
	StartedAt  time.Time        `json:"startedAt"`
	EndedAt    time.Time        `json:"endedAt,omitzero"`
}

// Target is what an action touched.
type Target struct {
	Type string `json:"type" doc:"user, group, app …"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Actor is on whose behalf something was done.
type Actor struct {
	Kind string `json:"kind" enum:"flow,account"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

// UndoAction is the call that reverses an action.
type UndoAction struct {
	Action string        `json:"action"`
	Title  string        `json:"title"`
	Inputs *value.Object `json:"inputs,omitempty"`
}

// ActionDetail is an action with what was sent.
type ActionDetail struct {
	Action

	Request connector.Request `json:"request" doc:"every secret in it is masked"`
}

type listActionsIn struct {
	paging

	Flow   string        `query:"flow" doc:"id of the flow"`
	Run    string        `query:"run" doc:"id of the run"`
	Plan   string        `query:"plan" doc:"id of the plan of remediation"`
	Target string        `query:"target" doc:"id of what was touched, or its name: a login. Where the policy protects anybody, one person is found by either; else only by what the flow said"`
	State  []guard.State `query:"state" doc:"one of these"`
	Since  time.Time     `query:"since" doc:"begun at this time or later"`
	Until  time.Time     `query:"until" doc:"begun before this time"`
}

func listActions(ctx context.Context, d Deps, c portal.Caller, in listActionsIn) (Page[Action], error) {
	read := func(after store.Place, limit int) ([]guard.Entry, error) {
		return d.DB.Actions.List(ctx, c.Org.ID, store.ActionFilter{Flow: in.Flow, Run: in.Run, Plan: in.Plan, Target: in.Target, States: in.State, Since: in.Since, Until: in.Until, After: after, Limit: limit})
	}
	place := func(e guard.Entry) store.Place { return store.Place{At: e.StartedAt, ID: e.ID} }
	return listed(in.paging, read, place, func(entries []guard.Entry) (func(guard.Entry) Action, error) {
		s, err := newActionShower(ctx, d, c, entries)
		return s.action, err
	})
}

// actionShower shows entries by the names of what they belong to.
type actionShower struct {
	d           Deps
	org         string
	titles      map[string]string
	connections map[string]string
	people      map[string]string
}

const accountActor, flowActor = "account:", "flow:"

func newActionShower(ctx context.Context, d Deps, c portal.Caller, entries []guard.Entry) (actionShower, error) {
	s := actionShower{d: d, org: c.Org.ID}
	if len(entries) == 0 {
		return s, nil
	}
	var err error
	if s.titles, err = d.DB.Flows.Titles(ctx, c.Org.ID); err != nil {
		return s, err
	}
	if s.connections, err = d.DB.Connections.Names(ctx, c.Org.ID); err != nil {
		return s, err
	}
	s.people, err = namesOf(ctx, d, c, each(entries, func(e guard.Entry) string { return strings.TrimPrefix(e.Actor, accountActor) }))
	return s, err
}

func (s actionShower) action(e guard.Entry) Action {
	out := Action{
		ID: e.ID, Title: e.Title, Connector: Ref{ID: e.Connector}, Connection: refTo(s.connections, e.Connection), Action: e.Action, Effect: e.Effect,
		State: e.State, Reason: e.Reason, Error: e.Error, Status: e.Status, Cause: e.Why.Cause, Flow: refIf(s.titles, e.Why.Flow), Run: e.Why.Run, Plan: e.Why.Plan,
		StepPath: e.Why.Path, Event: e.Why.Event, Actor: s.actor(e.Actor), CanUndo: e.WhyNotUndo() == "", WhyNotUndo: e.WhyNotUndo(),
		UndoOf: e.Why.UndoOf, UndoneBy: e.UndoneBy, Attempt: e.Attempt, StartedAt: e.StartedAt, EndedAt: e.EndedAt,
	}
	if e.TargetID != "" {
		out.Target = &Target{e.TargetType, e.TargetID, e.TargetName}
	}
	con, ok := s.d.Shelf.Of(s.org, e.Connector)
	if ok {
		out.Connector.Name = con.Title
	}
	if e.Undo != nil {
		out.Undo = &UndoAction{Action: e.Undo.Action, Title: e.Undo.Action, Inputs: e.Undo.Inputs}
		if ok && con.Actions[e.Undo.Action] != nil {
			out.Undo.Title = con.Actions[e.Undo.Action].Title
		}
	}
	return out
}

func (s actionShower) actor(text string) Actor {
	if id, ok := strings.CutPrefix(text, accountActor); ok {
		return Actor{"account", id, s.people[id]}
	}
	id := strings.TrimPrefix(text, flowActor)
	return Actor{"flow", id, s.titles[id]}
}

func getAction(ctx context.Context, d Deps, c portal.Caller, in idIn) (ActionDetail, error) {
	e, err := d.DB.Actions.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return ActionDetail{}, err
	}
	s, err := newActionShower(ctx, d, c, []guard.Entry{e})
	return ActionDetail{s.action(e), e.Request}, err
}

func undoAction(ctx context.Context, d Deps, c portal.Caller, in idIn) (ActionDetail, error) {
	e, err := d.Guard.Undo(ctx, shelved{d, c.Org.ID}, c.Org.ID, c.Actor(), in.ID)
	if err != nil {
		return ActionDetail{}, err
	}
	d.Live.Publish(c.Org.ID, live.Message{Topic: live.Action, ID: in.ID})
	d.Live.Publish(c.Org.ID, live.Message{Topic: live.Action, ID: e.ID})
	s, err := newActionShower(ctx, d, c, []guard.Entry{e})
	return ActionDetail{s.action(e), e.Request}, err
}

// shelved finds connections and connectors of an organization for the guard.
type shelved struct {
	d   Deps
	org string
}

// Connection returns one connection of an organization.
func (s shelved) Connection(ctx context.Context, org, id string) (connector.Connection, error) {
	c, err := s.d.DB.Connections.Get(ctx, org, id)
	return c.Connection, err
}

// Connector returns the connector of an id.
func (s shelved) Connector(id string) (*connector.Connector, bool) { return s.d.Shelf.Of(s.org, id) }
