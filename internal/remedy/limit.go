package remedy

import (
	"context"
	"fmt"
	"math"
	"slices"

	"sallyport/internal/connector"
	"sallyport/internal/guard"
)

// bounds are the limits of an organization's policy for one org.
type bounds struct {
	plan, hour int // targets
	people     int // that the org has; 0 where that is not known
}

func (e *Engine) bounds(ctx context.Context, org, connection string, l guard.PlanLimits) (bounds, error) {
	people := 0
	if e.People != nil {
		n, ok, err := e.People.People(ctx, org, connection)
		if err != nil {
			return bounds{}, fmt.Errorf("count the people of the org: %w", err)
		}
		if ok {
			people = n
		}
	}
	part := func(share float64) int { return int(math.Floor(float64(people) * share / 100)) }
	return bounds{max(l.Targets, part(l.Share)), max(l.HourTargets, part(l.HourShare)), people}, nil
}

// judge says whether a plan is above a limit, and whether it wants approval.
func (p *Plan) judge(b *Playbook, within bounds, l guard.PlanLimits) {
	p.Stop, p.Needs = "", ""
	if p.Targets > within.plan {
		p.Stop = fmt.Sprintf("it would change %d people or things; a plan may change %d: %s", p.Targets, within.plan, within.rule(l.Targets, l.Share))
	} else if p.Targets > within.hour {
		p.Stop = fmt.Sprintf("it would change %d people or things; plans together may change %d in an hour: %s", p.Targets, within.hour, within.rule(l.HourTargets, l.HourShare))
	}
	destructive, takes := "", ""
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.State != Planned {
			continue
		}
		if s.Effect == connector.Destructive && destructive == "" {
			destructive = s.Title
		}
		if at := slices.IndexFunc(s.Hurdles, func(h Hurdle) bool { return h.Kind == TakesRole }); at >= 0 && takes == "" {
			takes = s.Hurdles[at].Says
		}
	}
	switch {
	case b.Approval != "":
		p.Needs = b.Approval
	case takes != "":
		p.Needs = takes
	case destructive != "":
		p.Needs = fmt.Sprintf("%s loses what no call brings back", destructive)
	case p.Targets > l.ApproveOver:
		p.Needs = fmt.Sprintf("it changes %d people or things, and more than %d want approval", p.Targets, l.ApproveOver)
	}
}

func (b bounds) rule(n int, share float64) string {
	if b.people == 0 {
		return fmt.Sprintf("%d, as the org's people were not counted", n)
	}
	return fmt.Sprintf("the larger of %d and %g %% of %d people", n, share, b.people)
}
