package app

import (
	"context"

	"sallyport/internal/flow"
	"sallyport/internal/remedy"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

// planner makes the plans of remediation that flows ask for.
type planner struct{ c *Core }

// Plan implements [flow.Planner].
func (p planner) Plan(ctx context.Context, o flow.PlanOrder) (*value.Object, error) {
	made, err := p.made(ctx, o)
	if err != nil {
		return nil, err
	}
	if made.State == remedy.Draft && o.Start {
		asked, err := p.c.Remedies.Run(ctx, o.Org, made.ID)
		if err != nil {
			return nil, err
		}
		asked.Steps, made = made.Steps, asked
	}
	missing := make([]any, len(made.Missing))
	for i, m := range made.Missing {
		missing[i] = m
	}
	return value.Map(
		"plan_id", made.ID, "title", made.Title, "state", string(made.State), "steps", float64(len(made.Steps)), "barred", float64(made.Count(remedy.Barred)),
		"targets", float64(made.Targets), "needs", made.Needs, "stop", made.Stop, "missing", missing,
	), nil
}

// made returns the plan that the card of a run made before, or makes one: the
// program may have ended between the plan and the run's journal.
func (p planner) made(ctx context.Context, o flow.PlanOrder) (remedy.Plan, error) {
	cause := remedy.Cause{Kind: "run", ID: o.Run}
	before, err := p.c.DB.Remedies.List(ctx, o.Org, store.RemedyFilter{Cause: cause, Limit: mostSelected})
	if err != nil {
		return remedy.Plan{}, err
	}
	for _, plan := range before {
		if plan.Card == o.Card {
			return p.c.DB.Remedies.Get(ctx, o.Org, plan.ID)
		}
	}
	order := remedy.Order{
		Org: o.Org, Connection: o.Connection, Playbook: o.Playbook, Title: o.Title, Cause: cause, Card: o.Card, Actor: "flow:" + o.Flow, GoOn: true,
	}
	for _, x := range o.Objects {
		order.Objects = append(order.Objects, remedy.Object{ID: x.ID, With: x.With})
	}
	if o.Approval {
		order.Approval = "its flow says so"
	}
	if o.Grace > 0 {
		order.RunAt = p.c.Now().Add(o.Grace)
	}
	return p.c.Remedies.Draft(ctx, order)
}
