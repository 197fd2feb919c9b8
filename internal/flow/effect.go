package flow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/quota"
	"sallyport/internal/value"
)

// DefaultRetry is how long an action whose failure may pass is tried again,
// from its first failure on, where its card does not say.
const DefaultRetry = time.Hour

// maxBackoff bounds the time between two tries.
const maxBackoff = 2 * time.Minute

// attempt is one try at an action.
type attempt struct {
	card   *Card
	path   string
	conn   connector.Connection
	con    *connector.Connector
	action *connector.Action
	effect connector.Effect // of this call
	call   connector.Call
	before Step   // what an earlier worker or try wrote; zero for nothing
	entry  string // the ledger's, of a try before this one that has not ended; "" for none
	doubt  bool   // whether a try before this one happened is not known
	permit connector.Permit
	shown  connector.Request
}

func (x *execution) action(ctx context.Context, f *frame, c *Card, path string) (outcome, error) {
	known := x.known[path]
	if known.State != "" && known.State.Settled() {
		o, err := x.recall(known)
		if act, ok := x.r.Catalogue.actionOf(f.conns[c.Slot], c.Use); ok && err == nil {
			x.hide(act, o.output)
		}
		return o, err
	}
	a := x.attempt(c, path, known)
	in, err := f.inputs(c.Inputs)
	if err == nil {
		err = x.prepare(f, a, in)
	}
	if err != nil {
		return x.unmade(ctx, f, a, failed(in, err))
	}
	shown := a.action.Masked(in)
	if a.repeat() == connector.Never && a.doubt {
		return x.inDoubtOutcome(ctx, f, a, shown)
	}
	if a.effect != connector.Read {
		o, err := x.ask(ctx, a)
		if err != nil {
			return o, err
		}
		if o.state != "" {
			o.input = shown
			return x.unmade(ctx, f, a, o)
		}
	}
	return x.try(ctx, f, a, shown)
}

// attempt returns the next try at an action, with what is left of those before.
func (x *execution) attempt(c *Card, path string, known Step) *attempt {
	a := &attempt{card: c, path: path, entry: x.inDoubt[path]}
	// Who began the effect may not have lived to say how it ended.
	a.doubt = a.entry != "" || known.State == StepStarted || known.Reason == Doubted && (known.State == StepRetrying || known.State == StepAgain)
	if known.State != StepAgain {
		a.before = known
	}
	if known.State == StepRetrying && known.Action != nil {
		a.entry = known.Action.Ledger
	}
	return a
}

// unmade ends a card whose effect is not made now: it is refused, only shown, or
// cannot be asked for. Where a try before may have been carried out, that stays
// open, and the ledger's entry of it, too.
func (x *execution) unmade(ctx context.Context, f *frame, a *attempt, o outcome) (outcome, error) {
	said, end := cmp.Or(o.err, o.reason), StepFailed
	if a.doubt {
		end = StepUnknown
		if o.err != "" || o.state == StepRefused && a.card.OnRefused.Way == Stop {
			o.err = said + ". " + look
		}
		o.state, o.reason, o.bare = StepUnknown, open+". Not made again: "+said, open
	}
	if a.entry != "" {
		a.permit.Ledger = a.entry
		o.action = x.end(a, end, 0, said)
	}
	return o, x.journal(ctx, f, a.card, a.path, &o, nil)
}

// prepare finds the connection and the action that a card calls.
func (x *execution) prepare(f *frame, a *attempt, in *value.Object) error {
	c := a.card
	conn, ok := f.conns[c.Slot]
	if !ok {
		return errs.New(errs.Invalid, "no connection is chosen for %q, or it was deleted", c.Slot)
	}
	con, ok := x.r.Catalogue.connectors.Of(conn.Org, conn.Connector)
	if !ok {
		return errs.New(errs.Invalid, "the connector %q of connection %q is not here", conn.Connector, conn.Name)
	}
	act, ok := con.Actions[c.Use]
	if !ok {
		return errs.New(errs.Invalid, "the connector %q has no action %q", con.ID, c.Use)
	}
	a.conn, a.con, a.action, a.effect = conn, con, act, act.EffectOf(in)
	a.call = connector.Call{Action: c.Use, Inputs: in, Key: x.run.ID + "/" + a.path, Priority: priority(x.run.Priority), Timeout: c.Timeout, OnePage: c.page}
	return nil
}

// repeat says how the call bears repeating. What only reads always does, and what
// the flow's author says does.
func (a *attempt) repeat() connector.Repeat {
	if a.effect == connector.Read || a.card.Retry.Safe {
		return connector.Safe
	}
	return a.action.Repeat
}

func priority(run int) quota.Priority {
	if run == PriorityContainment {
		return quota.Containment
	}
	return quota.Flow
}

// ask puts the effect before the guard. An outcome without a state means: go on.
func (x *execution) ask(ctx context.Context, a *attempt) (outcome, error) {
	request, err := x.r.Caller.Preview(a.conn, a.call)
	if err != nil {
		return failed(nil, err), nil
	}
	a.shown = request
	a.permit, err = x.r.Gate.Begin(ctx, connector.Intent{
		Org: x.run.Org, Actor: "flow:" + x.run.Flow,
		Why:        connector.Why{Cause: string(x.run.Cause), Flow: x.run.Flow, Run: x.run.ID, Path: a.path, Event: x.run.Event},
		Connection: a.conn, Connector: a.con, Action: a.action, Call: a.call, Effect: a.effect, Request: request,
		DryRun: x.run.DryRun, Attempt: a.before.Attempt + 1, Resume: a.entry, Hidden: x.hidden,
	})
	if err != nil {
		return x.gateFailed(ctx, err)
	}
	switch a.permit.Verdict {
	case connector.Refuse:
		return outcome{state: StepRefused, reason: a.permit.Reason, bare: "refused by the guard; the ledger says why", output: value.Map("refused", true, "reason", a.permit.Reason)}, nil
	case connector.Show:
		return outcome{state: StepDryRun, reason: shownOnly, bare: shownOnly, output: value.Map("would_send", shownRequest(request))}, nil
	default:
		return outcome{}, nil
	}
}

// gateFailed waits and asks again when the guard could not decide: it looks
// things up in Okta, which may be away. An effect is never made unasked.
func (x *execution) gateFailed(ctx context.Context, err error) (outcome, error) {
	if ctx.Err() != nil {
		return outcome{}, ctx.Err()
	}
	if ce := connector.AsError(err); ce != nil && ce.Transient {
		until := ce.RetryAt
		if least := x.r.Now().Add(5 * time.Second); until.Before(least) {
			until = least
		}
		return outcome{}, &pause{until: until, reason: "the guard cannot look up the target: " + ce.Message, bare: "the guard cannot look up the target"}
	}
	if errs.KindOf(err) == errs.Internal {
		return outcome{}, fmt.Errorf("ask the guard: %w", err)
	}
	return outcome{state: StepFailed, err: "the guard cannot decide: " + errs.Message(err)}, nil
}

// shownRequest returns a request as a value, for history and dry runs.
func shownRequest(r connector.Request) *value.Object {
	o := value.Map("method", r.Method, "url", r.URL)
	if r.Body != nil {
		o.Set("body", r.Body)
	}
	return o
}

// try makes the call, and decides what its end means for the run.
func (x *execution) try(ctx context.Context, f *frame, a *attempt, shown *value.Object) (outcome, error) {
	if a.repeat() == connector.Never && a.permit.Ledger == "" {
		if err := x.begin(ctx, f, a, shown); err != nil {
			return outcome{}, err
		}
	}
	var res connector.Result
	var err error
	x.away(func() { res, err = x.r.Caller.Do(ctx, a.conn, a.call) })
	if err == nil {
		o := outcome{state: StepDone, input: shown, output: res.Outputs, action: x.end(a, StepDone, res.Status, "")}
		x.hide(a.action, res.Outputs)
		if o.action != nil {
			o.action.Undo = x.back(a, res.Outputs)
		}
		return o, x.journal(ctx, f, a.card, a.path, &o, a)
	}
	if ctx.Err() != nil {
		return outcome{}, ctx.Err()
	}
	return x.callFailed(ctx, f, a, shown, err)
}

// begin writes that a call is under way which the ledger does not keep. Where the
// run turns out to be cancelled the call is not made, and that is written.
func (x *execution) begin(ctx context.Context, f *frame, a *attempt, shown *value.Object) error {
	begun := x.step(f, a.card, a.path, outcome{state: StepStarted, input: shown})
	begun.Attempt = a.before.Attempt + 1
	err := x.write(ctx, append(x.take(), begun), nil)
	if err == nil || errors.Is(err, ErrCancelled) {
		x.wrote(begun)
	}
	if errors.Is(err, ErrCancelled) {
		const why = "not made, as the run was cancelled"
		x.pending = append(x.pending, x.step(f, a.card, a.path, outcome{state: StepFailed, input: shown, err: why, bare: why}))
	}
	return err
}

// end returns the end of the ledger's entry, nil where it keeps none.
func (x *execution) end(a *attempt, state StepState, status int, msg string) *ActionEnd {
	if a.permit.Ledger == "" {
		return nil
	}
	end := &ActionEnd{Ledger: a.permit.Ledger, State: string(state), Status: status, Error: x.scrubbed(msg)}
	if state == StepUnknown && a.action != nil { // what may have happened may have to be undone
		end.Undo = x.back(a, nil)
	}
	return end
}

// back returns the way back from a call, nil where there is none, or where it
// would need what history must not show.
func (x *execution) back(a *attempt, outputs *value.Object) *connector.Call {
	undo, ok := a.action.Reverse(a.call.Inputs, outputs)
	if !ok || x.holdsHidden(undo.Inputs) {
		return nil
	}
	return &undo
}

func (x *execution) callFailed(ctx context.Context, f *frame, a *attempt, shown *value.Object, err error) (outcome, error) {
	ce := connector.AsError(err)
	if ce == nil {
		ce = &connector.Error{Message: err.Error(), Err: err}
	}
	o := outcome{state: StepFailed, input: shown, err: ce.Error(), bare: bareError(ce), output: errorOutput(ce)}
	if ce.Auth {
		o.err = fmt.Sprintf("the credential of connection %q is refused: %s. Renew it, then retry the run from this card", a.conn.Name, ce.Error())
	}
	if ce.Transient {
		if ce.Sent && a.repeat() == connector.Never {
			o.state, o.reason, o.err = StepUnknown, open+": "+ce.Error(), ""
			o.action = x.end(a, StepUnknown, ce.Status, ce.Error())
			return o, x.journal(ctx, f, a.card, a.path, &o, a)
		}
	}
	if until, ok := x.retryAt(f, a, ce); ok {
		return outcome{}, x.retryLater(f, a, shown, ce, until)
	}
	end := StepFailed
	if a.effect != connector.Read && (ce.Sent || a.doubt) {
		// Nobody said that it was not done: the card fails, its outcome is open.
		o.state, o.reason = StepUnknown, open+"; look before it is done again"
		o.err += ". " + look
		if ce.Sent || a.entry != "" { // an entry of this try alone knows how that ended
			end = StepUnknown
		}
	}
	o.action = x.end(a, end, ce.Status, ce.Error())
	return o, x.journal(ctx, f, a.card, a.path, &o, a)
}

// bareError is what may be told of an error where data is not kept.
func bareError(ce *connector.Error) string {
	s := "the call failed"
	if ce.Status != 0 {
		s += fmt.Sprintf(" with status %d", ce.Status)
	}
	if ce.Code != "" {
		s += ", code " + ce.Code
	}
	return s
}

// Doubted is the reason of a step that is tried again after a try of which
// nobody knows whether it was carried out. It holds no data.
const Doubted = "whether a try before happened is not known"

// Words of what is in doubt.
const (
	open = "whether it happened is not known"
	look = "It may have happened all the same: look"
)

// maxErrorBody bounds, in bytes, what is kept of an answer that refused a call.
const maxErrorBody = 64 << 10

func errorOutput(ce *connector.Error) *value.Object {
	o := value.Map("message", ce.Message)
	if ce.Status != 0 {
		o.Set("status", float64(ce.Status))
		o.Set("statusCode", float64(ce.Status))
	}
	if ce.Body != nil && value.Bound(ce.Body, maxErrorBody) == nil {
		o.Set("body", ce.Body)
	}
	if ce.Code != "" {
		o.Set("code", ce.Code)
	}
	return value.Map("error", o)
}

// retryAt returns when to try again, or that enough has been tried. A wait that
// the peer asked for (a rate limit) is always granted within the time.
func (x *execution) retryAt(f *frame, a *attempt, ce *connector.Error) (time.Time, bool) {
	r, limited := a.card.Retry, ce.Status == http.StatusTooManyRequests
	if r.Times > 0 {
		return x.tryAgain(a, ce, limited)
	}
	within := DefaultRetry
	if r.set {
		within = r.For
	} else if f.prog.Definition.Loose && !limited {
		within = 0 // Okta Workflows waits for rate limits alone
	}
	if !ce.Transient {
		return time.Time{}, false
	}
	now := x.r.Now()
	first := a.before.StartedAt
	if a.before.State != StepRetrying {
		first = now
	}
	until := ce.RetryAt
	if until.IsZero() {
		until = now.Add(min(maxBackoff, time.Second<<min(a.before.Attempt, 10)))
	}
	return until, within > 0 && !until.After(first.Add(within)) && until.Before(x.deadline)
}

// tryAgain is retryAt for a card that says how many times. It means every failure,
// but for a credential that is refused, and for what must not be made twice.
func (x *execution) tryAgain(a *attempt, ce *connector.Error, limited bool) (time.Time, bool) {
	r := a.card.Retry
	never := ce.Auth || a.repeat() == connector.Never && (ce.Sent || !ce.Transient)
	if never || r.OnlyRate && !limited || a.before.Attempt >= r.Times {
		return time.Time{}, false
	}
	now := x.r.Now()
	until := now.Add(r.Least)
	if spread := r.Most - r.Least; spread > 0 {
		until = until.Add(rand.N(spread)) //nolint:gosec // no secret: it keeps runs apart
	}
	if until.Before(ce.RetryAt) {
		until = ce.RetryAt
	}
	return until, until.Before(x.deadline)
}

// retryLater writes that the card is to be tried again, and pauses the run: a
// wait holds no worker.
func (x *execution) retryLater(f *frame, a *attempt, shown *value.Object, ce *connector.Error, until time.Time) error {
	s := x.step(f, a.card, a.path, outcome{state: StepRetrying, input: shown, err: ce.Error(), bare: bareError(ce)})
	s.Attempt = a.before.Attempt + 1
	if a.before.State == StepRetrying {
		s.StartedAt = a.before.StartedAt
	}
	if a.effect != connector.Read && (ce.Sent || a.doubt) {
		s.Reason = Doubted
	}
	s.Action = x.end(a, StepRetrying, ce.Status, ce.Error())
	x.pending, x.known[a.path] = append(x.pending, s), s
	const form = "%s: %s; try %d follows"
	return &pause{
		until: until, reason: fmt.Sprintf(form, a.card.Title, ce.Error(), s.Attempt+1), bare: fmt.Sprintf(form, a.card.Title, bareError(ce), s.Attempt+1),
	}
}

// inDoubtOutcome settles an effect that was begun before a crash, or may have
// been made before its run failed, and must not be repeated: the run goes on,
// and says so.
func (x *execution) inDoubtOutcome(ctx context.Context, f *frame, a *attempt, shown *value.Object) (outcome, error) {
	why := open
	if a.before.State != "" || a.entry != "" {
		why = "the program stopped while the call was under way"
	}
	why += ", and repeating it might do it twice; look whether it happened"
	a.permit.Ledger = a.entry
	o := outcome{state: StepUnknown, input: shown, reason: why, bare: why, action: x.end(a, StepUnknown, 0, why)}
	return o, x.journal(ctx, f, a.card, a.path, &o, a)
}

// table carries out an operation on rows. A change is in one transaction with
// its step, so it happens once however the program ends.
func (x *execution) table(ctx context.Context, f *frame, c *Card, path string) (outcome, error) {
	if s, ok := x.known[path]; ok && s.State.Settled() {
		return x.recall(s)
	}
	in, err := f.inputs(c.Inputs)
	if err != nil {
		return failed(nil, err), nil //nolint:nilerr // the card failed, and not the runner
	}
	tableID := f.prog.Flow.Bindings.Tables[c.Slot]
	if tableID == "" {
		return failed(in, errs.New(errs.Invalid, "no table is chosen for %q", c.Slot)), nil
	}
	ch := Change{Op: TableOp(c.Use), Table: tableID, Row: value.String(in.At("row_id")), Values: in}
	o := outcome{state: StepDone, input: in}
	switch ch.Op {
	case ReadRow, SearchRows, ExportCSV, Columns:
		var out *value.Object
		x.away(func() { out, o.hidden, err = x.r.Sources.TableRows(ctx, x.run.Org, ch) })
		if err != nil {
			return x.tableFailed(ctx, f, c, path, in, err)
		}
		x.conceal(o.hidden)
		o.output = out
		return o, x.journal(ctx, f, c, path, &o, nil)
	case CreateRow:
		ch.Row = id.New()
	case UpdateRow:
		ch.Values = without(in, "row_id")
		if c.KeepEmpty {
			ch.Values = filled(ch.Values)
		}
	default:
	}
	dry, err := x.dry(ctx)
	if err != nil {
		return o, err
	}
	if dry {
		o.state, o.reason, o.bare, o.output = StepDryRun, shownOnly, shownOnly, value.Map("row_id", nil)
		return o, nil
	}
	err = x.change(ctx, f, c, path, &o, ch)
	if err != nil && !isPassing(err) {
		return x.tableFailed(ctx, f, c, path, in, err)
	}
	return o, err
}

// shownOnly is the reason of what a dry run does not do.
const shownOnly = "dry run: shown, not made"

// dry reports whether nothing is to be changed now: by the run, or by the
// organization's policy, which holds for runs under way too.
func (x *execution) dry(ctx context.Context) (bool, error) {
	if x.run.DryRun {
		return true, nil
	}
	only, err := x.r.Gate.OnlyShows(ctx, x.run.Org)
	if err != nil {
		return false, fmt.Errorf("ask the guard: %w", err)
	}
	return only, nil
}

func (x *execution) tableFailed(ctx context.Context, f *frame, c *Card, path string, in *value.Object, err error) (outcome, error) {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.NotFound, errs.Conflict:
		o := failed(in, err)
		return o, x.journal(ctx, f, c, path, &o, nil)
	default:
		return outcome{}, err
	}
}

// filled is an object without its empty fields.
func filled(o *value.Object) *value.Object {
	out := value.NewObject(o.Len())
	for k, v := range o.All() {
		if v != nil && v != "" {
			out.Set(k, v)
		}
	}
	return out
}

func without(o *value.Object, key string) *value.Object {
	out := value.NewObject(o.Len())
	for k, v := range o.All() {
		if k != key {
			out.Set(k, v)
		}
	}
	return out
}

// errLost guards against a store that forgets to call Done.
var errLost = errors.New("the store did not say what the change gave")
