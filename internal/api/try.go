package api

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/expr"
	"sallyport/internal/flow"
	"sallyport/internal/function"
	"sallyport/internal/portal"
	"sallyport/internal/quota"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

var _ = add("POST /api/v1/flows/{id}/try", portal.FlowsWrite, doc{
	Summary: "Try one card out", Status: http.StatusOK, Max: maxTried,
	Help: "Functions and conditions are worked out, reads are made; of what changes anything only the request is shown.",
}, tryCard)

// maxTried bounds the body of a try, in bytes: sample values come with it.
const maxTried = 4 << 20

// tryPatience is how long a read that is tried out may take.
const tryPatience = 20 * time.Second

type tryCardIn struct {
	ID         string        `path:"id"`
	Use        string        `json:"use,omitempty" doc:"what the card uses, as it is written: text.compose, okta.get_user, table.search_rows"`
	Connection string        `json:"connection,omitempty" doc:"id of the connection, where the card uses an action"`
	Table      string        `json:"table,omitempty" doc:"id of the table, where the card uses one"`
	With       *value.Object `json:"with,omitempty" doc:"the card's inputs, references included"`
	If         string        `json:"if,omitempty" doc:"a condition to work out instead"`
	Sample     *value.Object `json:"sample,omitempty" doc:"what references lead to, by their first names: event, input, the ids of cards"`
}

// name is what a card uses of its connection, or the operation on its table.
func (in tryCardIn) name() string {
	_, name, _ := strings.Cut(in.Use, ".")
	return name
}

// TriedCard is what a card would come to.
type TriedCard struct {
	State   flow.StepState     `json:"state" doc:"done, failed, or dry_run for a change, which is only shown"`
	Input   any                `json:"input,omitempty" doc:"the inputs, worked out"`
	Output  any                `json:"output,omitempty"`
	Holds   *bool              `json:"holds,omitempty" doc:"of a condition"`
	Error   string             `json:"error,omitempty"`
	Request *connector.Request `json:"request,omitempty" doc:"what would be sent"`
	TookMS  float64            `json:"tookMs"`
}

func tryCard(ctx context.Context, d Deps, c portal.Caller, in tryCardIn) (TriedCard, error) {
	f, err := d.DB.Flows.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return TriedCard{}, err
	}
	began := time.Now()
	out, err := tried(ctx, d, f, in)
	if err != nil {
		_, ours := errors.AsType[*field](err)
		if ours || errs.KindOf(err) == errs.Internal && connector.AsError(err) == nil {
			return TriedCard{}, err
		}
		out.State, out.Error = flow.StepFailed, triedError(err)
	}
	out.TookMS = float64(time.Since(began).Microseconds()) / 1000
	return out, nil
}

// triedError is what a person is told of a card that fails.
func triedError(err error) string {
	if ce := connector.AsError(err); ce != nil {
		return ce.Error()
	}
	return errs.Message(err)
}

func tried(ctx context.Context, d Deps, f flow.Flow, in tryCardIn) (TriedCard, error) {
	if in.If != "" {
		return triedCondition(in)
	}
	var out TriedCard
	with, err := resolved(in.With, in.Sample)
	if err != nil {
		return out, err
	}
	out.State, out.Input = flow.StepDone, with
	switch {
	case in.Connection != "":
		err = tryAction(ctx, d, f.Org, in, with, &out)
	case strings.HasPrefix(in.Use, "table."):
		err = tryTable(ctx, d, f.Org, in, with, &out)
	default:
		err = tryFunction(d, in.Use, with, &out)
	}
	return out, err
}

// resolved works out a card's inputs on sample values.
func resolved(with, sample *value.Object) (*value.Object, error) {
	out := value.NewObject(with.Len())
	for name, v := range with.All() {
		t, err := value.ParseTemplate(v)
		if err != nil {
			return nil, errs.New(errs.Invalid, "%s: %v", name, err)
		}
		got, err := t.Resolve(func(r value.Ref) any { return value.Walk(sample, r) })
		if err != nil {
			return nil, errs.New(errs.Invalid, "%s: %v", name, err)
		}
		out.Set(name, got)
	}
	return out, nil
}

func triedCondition(in tryCardIn) (TriedCard, error) {
	vars := maps.Collect(in.Sample.All())
	p, err := expr.CompileCondition(in.If, slices.Collect(maps.Keys(vars))...)
	if err != nil {
		return TriedCard{}, errs.New(errs.Invalid, "%v", err)
	}
	holds, err := p.True(vars)
	if err != nil {
		return TriedCard{}, errs.New(errs.Invalid, "%v", err)
	}
	return TriedCard{State: flow.StepDone, Holds: &holds}, nil
}

func tryFunction(d Deps, use string, with *value.Object, out *TriedCard) error {
	fn, ok := d.Catalogue.Function(use)
	if !ok {
		return errs.New(errs.Invalid, "there is no function %q", use)
	}
	got, err := fn.Run(function.Env{Now: d.Now}, with)
	if err != nil {
		return errs.New(errs.Invalid, "%s", errs.Message(err))
	}
	out.Output = got
	return nil
}

func tryTable(ctx context.Context, d Deps, org string, in tryCardIn, with *value.Object, out *TriedCard) error {
	op := flow.TableOp(in.name())
	if _, err := d.DB.Tables.Get(ctx, org, in.Table); err != nil {
		return &field{"table", err}
	}
	if op != flow.ReadRow && op != flow.SearchRows {
		out.State = flow.StepDryRun
		return nil
	}
	got, err := d.DB.Tables.Read(ctx, org, flow.Change{Op: op, Table: in.Table, Row: value.String(with.At("row_id")), Values: with})
	if err != nil {
		return err
	}
	out.Output = got
	return nil
}

// tryAction makes a call that only reads, and shows any other.
func tryAction(ctx context.Context, d Deps, org string, in tryCardIn, with *value.Object, out *TriedCard) error {
	name := in.name()
	conn, err := d.DB.Connections.Get(ctx, org, in.Connection)
	if err != nil {
		return &field{"connection", err}
	}
	act, ok := d.Catalogue.For(conn.Org).Action(conn.Connector, name)
	if !ok {
		if name == flow.PlanUse {
			return errs.New(errs.Invalid, "a plan is made by a run alone: run the flow")
		}
		return errs.New(errs.Invalid, "the connector %q has no action %q", conn.Connector, name)
	}
	out.Input = maskedPorts(act.Inputs, with)
	call := connector.Call{Action: name, Inputs: with, Priority: quota.Flow, Timeout: tryPatience}
	request, err := d.Engine.Preview(conn.Connection, call)
	if err != nil {
		return err
	}
	out.Request = &request
	if act.EffectOf(with) != connector.Read {
		out.State = flow.StepDryRun
		return nil
	}
	got, err := d.Engine.Do(ctx, conn.Connection, call)
	if err != nil {
		return err
	}
	out.Output = maskedPorts(act.Outputs, got.Outputs)
	return nil
}

// maskedPorts returns values without those that are nobody's to see.
func maskedPorts(ports []connector.Port, values *value.Object) *value.Object {
	out := value.NewObject(values.Len())
	for name, v := range values.All() {
		if v != nil && slices.ContainsFunc(ports, func(p connector.Port) bool { return p.Name == name && p.Secret }) {
			v = secret.Mask
		}
		out.Set(name, v)
	}
	return out
}
