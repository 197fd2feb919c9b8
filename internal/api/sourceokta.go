package api

import (
	"context"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/guard"
	"sallyport/internal/live"
	"sallyport/internal/okta/reach"
	"sallyport/internal/portal"
	"sallyport/internal/quota"
	"sallyport/internal/value"
)

const (
	// lookWithin bounds a look at an org, all of its requests together.
	lookWithin = 40 * time.Second
	// coverageWithin bounds a look at all of it.
	coverageWithin = 2 * time.Minute
	// oneLookWithin bounds one of its requests.
	oneLookWithin = 10 * time.Second
)

// oktaOrg returns an org as a connection reaches it.
func oktaOrg(d Deps, conn connector.Connection) reach.Org {
	return reach.Org{Caller: d.Engine, Conn: conn}
}

// oktaHand changes an org, on behalf of a caller and behind the guard.
type oktaHand struct {
	d       Deps
	c       portal.Caller
	conn    connector.Connection
	preview bool // change nothing: say what would be
}

// byHand is the cause of what somebody does from the page of a source.
const byHand = "source"

// read makes a call that changes nothing.
func (h oktaHand) read(ctx context.Context, action string, inputs *value.Object) (*value.Object, error) {
	got, err := h.d.Engine.Do(ctx, h.conn, connector.Call{Action: action, Inputs: inputs, Priority: quota.Flow, Timeout: oneLookWithin})
	if ce := connector.AsError(err); ce != nil {
		return nil, errs.Wrap(errs.Unavailable, err, "%s", ce.Message)
	}
	return got.Outputs, err
}

// change makes a call that changes something, and adds it to those that were made.
func (h oktaHand) change(ctx context.Context, made []MadeChange, action string, inputs *value.Object) (connector.Result, []MadeChange, error) {
	con, ok := h.d.Shelf.Of(h.conn.Org, h.conn.Connector)
	if !ok || con.Actions[action] == nil {
		return connector.Result{}, made, errs.New(errs.Conflict, "the connector %q has no action %q", h.conn.Connector, action)
	}
	a := con.Actions[action]
	call := connector.Call{Action: action, Inputs: inputs, Priority: quota.Flow, Timeout: oneLookWithin}
	if h.preview {
		request, err := h.d.Engine.Preview(h.conn, call)
		if err != nil {
			return connector.Result{}, made, errs.Wrap(errs.Invalid, err, "%s cannot be made: %v", a.Title, err)
		}
		return connector.Result{Outputs: &value.Object{}}, append(made, MadeChange{Title: a.Title, Request: request}), nil
	}
	res, entry, err := h.d.Guard.Act(ctx, connector.Intent{
		Org: h.c.Org.ID, Actor: h.c.Actor(), Why: connector.Why{Cause: byHand}, Connection: h.conn, Connector: con, Action: a, Call: call, Effect: a.EffectOf(inputs), Attempt: 1,
	})
	if err != nil {
		return res, made, err
	}
	h.tell(entry)
	return res, append(made, MadeChange{Title: a.Title, Request: entry.Request, Action: entry.ID}), nil
}

func (h oktaHand) tell(e guard.Entry) {
	h.d.Live.Publish(h.c.Org.ID, live.Message{Topic: live.Action, ID: e.ID})
}
