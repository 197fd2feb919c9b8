package guard

import (
	"context"
	"fmt"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
)

// State is where an entry of the ledger stands.
type State string

// The states. An entry that is found Started when nothing works on it was left
// so by a crash: whether the action happened is not known.
const (
	Started  State = "started"
	Retrying State = "retrying"
	Done     State = "done"
	Failed   State = "failed"
	Refused  State = "refused"
	Unknown  State = "unknown"
)

// Entry is one line of the ledger.
type Entry struct {
	ID         string
	Org        string
	Actor      string
	Why        connector.Why
	Connection string
	Connector  string
	Action     string
	Title      string
	Effect     connector.Effect
	TargetType string
	TargetID   string
	TargetName string
	State      State
	Reason     string
	Request    connector.Request
	Status     int
	Error      string
	Undo       *connector.Call // the way back; nil where there is none
	UndoneBy   string          // the entry that undid this one
	Attempt    int
	StartedAt  time.Time
	EndedAt    time.Time
	// Again is of a reversal that may be made though an earlier one is in doubt.
	// It is not kept.
	Again bool
}

// WhyNotUndo returns why the action cannot be undone, for people; "" where it
// can. What may have happened can be undone as well as what did.
func (e Entry) WhyNotUndo() string {
	switch {
	case e.UndoneBy != "":
		return "the action was undone already"
	case e.State == Started || e.State == Retrying:
		return "the action is under way; only one that was made can be undone"
	case e.State == Refused:
		return "the action was refused; only one that was made can be undone"
	case e.State == Failed:
		return "the action failed; only one that was made can be undone"
	case e.Undo == nil:
		return e.Title + " has no way back"
	}
	return ""
}

// End is how an action ended.
type End struct {
	ID     string
	State  State
	Status int
	Error  string
	Undo   *connector.Call
	At     time.Time
}

// Connections finds connections.
type Connections interface {
	Connection(ctx context.Context, org, id string) (connector.Connection, error)
	Connector(id string) (*connector.Connector, bool)
}

// Undo reverses an action that was made, on behalf of actor. The reversal is an
// action like any other: the policy holds for it, and it has an entry of its
// own, which is returned.
func (g *Guard) Undo(ctx context.Context, conns Connections, org, actor, entry string) (Entry, error) {
	e, err := g.Ledger.Get(ctx, org, entry)
	if err != nil {
		return Entry{}, err
	}
	if why := e.WhyNotUndo(); why != "" {
		return Entry{}, errs.New(errs.Conflict, "%s", why)
	}
	conn, err := conns.Connection(ctx, org, e.Connection)
	if err != nil {
		return Entry{}, err
	}
	con, ok := conns.Connector(conn.Connector)
	if !ok || con.Actions[e.Undo.Action] == nil {
		return Entry{}, errs.New(errs.Conflict, "the connector %q has no action %q any more", conn.Connector, e.Undo.Action)
	}
	action := con.Actions[e.Undo.Action]
	return g.undo(ctx, e, connector.Intent{
		Org: org, Actor: actor, Connection: conn, Connector: con, Action: action, Call: *e.Undo, Effect: action.EffectOf(e.Undo.Inputs),
		Why: connector.Why{Cause: "undo", Event: e.Why.Event, UndoOf: e.ID}, Attempt: 1,
	})
}

func (g *Guard) undo(ctx context.Context, e Entry, in connector.Intent) (Entry, error) {
	in.Call.Key = "undo/" + e.ID
	_, done, err := g.Act(ctx, in)
	return done, err
}

// Act makes an effect that somebody wants by hand: the policy holds for it, and it
// has an entry, which is returned with what the call gave.
func (g *Guard) Act(ctx context.Context, in connector.Intent) (connector.Result, Entry, error) {
	request, err := g.Caller.Preview(in.Connection, in.Call)
	if err != nil {
		return connector.Result{}, Entry{}, errs.Wrap(errs.Invalid, err, "%s cannot be made: %v", in.Action.Title, err)
	}
	in.Request = request
	permit, err := g.Begin(ctx, in)
	if err != nil {
		return connector.Result{}, Entry{}, err
	}
	switch permit.Verdict {
	case connector.Proceed:
	case connector.Refuse:
		return connector.Result{}, Entry{}, errs.New(errs.Denied, "refused: %s", permit.Reason)
	case connector.Show:
		return connector.Result{}, Entry{}, errs.New(errs.Conflict, "the organization is in dry run: nothing is changed")
	}
	return g.carryOut(ctx, in, permit)
}

// carryOut makes a call that was begun and ends its entry, whatever becomes of
// the caller's context: an effect that was made is always written down.
func (g *Guard) carryOut(ctx context.Context, in connector.Intent, permit connector.Permit) (connector.Result, Entry, error) {
	res, err := g.Caller.Do(ctx, in.Connection, in.Call)
	end := End{ID: permit.Ledger, State: Done, Status: res.Status, At: g.Now()}
	if err != nil {
		end.State, end.Error = Failed, err.Error()
	}
	if ce := connector.AsError(err); ce != nil {
		end.Status = ce.Status
		if ce.Sent {
			end.State = Unknown
		}
	}
	if end.State != Failed {
		if undo, ok := in.Action.Reverse(in.Call.Inputs, res.Outputs); ok {
			end.Undo = &undo
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if endErr := g.Ledger.End(ctx, in.Org, end); endErr != nil {
		return res, Entry{}, fmt.Errorf("end ledger entry: %w", endErr)
	}
	if err != nil {
		return res, Entry{}, errs.Wrap(errs.Unavailable, err, "%s: %v", in.Action.Title, err)
	}
	e, err := g.Ledger.Get(ctx, in.Org, permit.Ledger)
	return res, e, err
}
