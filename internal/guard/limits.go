package guard

import (
	"context"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
)

// PlanLimits is how much plans of remediation may change. Where there is a number
// and a share of the org's people, the larger counts: a small org can be helped,
// and a large one is not held up. The zero value of a field is its default.
type PlanLimits struct {
	// Targets and Share bound one plan, in people or things and in percent of the
	// org's active people.
	Targets int     `json:"targets"`
	Share   float64 `json:"share"`
	// HourTargets and HourShare bound all plans that begin within an hour.
	HourTargets int     `json:"hourTargets"`
	HourShare   float64 `json:"hourShare"`
	// ApproveOver is the most targets of a plan that needs no approval.
	ApproveOver int `json:"approveOver"`
	// ApproveHours is how long a plan waits for approval.
	ApproveHours int `json:"approveHours"`
}

// DefaultPlanLimits are the limits of an organization that has set none.
func DefaultPlanLimits() PlanLimits {
	return PlanLimits{Targets: 25, Share: 5, HourTargets: 50, HourShare: 10, ApproveOver: 5, ApproveHours: 24}
}

// OrDefault returns the limits with defaults where nothing is said.
func (l PlanLimits) OrDefault() PlanLimits {
	d := DefaultPlanLimits()
	for _, f := range []struct{ have, or *int }{{&l.Targets, &d.Targets}, {&l.HourTargets, &d.HourTargets}, {&l.ApproveOver, &d.ApproveOver}, {&l.ApproveHours, &d.ApproveHours}} {
		if *f.have == 0 {
			*f.have = *f.or
		}
	}
	for _, f := range []struct{ have, or *float64 }{{&l.Share, &d.Share}, {&l.HourShare, &d.HourShare}} {
		if *f.have == 0 {
			*f.have = *f.or
		}
	}
	return l
}

func (l PlanLimits) check() error {
	for name, n := range map[string]int{"targets": l.Targets, "hourTargets": l.HourTargets, "approveOver": l.ApproveOver} {
		if n < 0 || n > 1_000_000 {
			return errs.New(errs.Invalid, "plans.%s is a number from 1 to 1,000,000, not %d", name, n)
		}
	}
	if l.ApproveHours < 0 || l.ApproveHours > 24*30 {
		return errs.New(errs.Invalid, "plans.approveHours is from 1 to 720, not %d", l.ApproveHours)
	}
	for name, n := range map[string]float64{"share": l.Share, "hourShare": l.HourShare} {
		if !(n >= 0 && n <= 100) {
			return errs.New(errs.Invalid, "plans.%s is a percentage, not %g", name, n)
		}
	}
	return nil
}

// Protects says why the policy would refuse an effect as things stand; empty
// where it would not. It writes nothing, and whether the organization is in dry
// run makes no difference.
func (g *Guard) Protects(ctx context.Context, in connector.Intent) (string, error) {
	p, err := g.Ledger.Policy(ctx, in.Org)
	if err != nil {
		return "", err
	}
	if in.Effect == connector.Read || in.Effect == connector.Notify {
		return "", nil
	}
	r, err := g.reach(ctx, in)
	if err != nil {
		return "", err
	}
	e := newEntry(in, r.targets, g.Now())
	return g.protected(ctx, p, r, &e)
}
