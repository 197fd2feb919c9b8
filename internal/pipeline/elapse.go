package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/source"
)

// Elapse makes alerts of what time alone decides: what should have happened and
// did not, or was too little. Seen is up to when all events of the organization
// are known to have come in, but those that are late. What was counted and is over
// is forgotten.
func (p *Pipeline[W]) Elapse(ctx context.Context, org string, seen time.Time) error {
	for {
		out, err := p.elapse(ctx, org, seen)
		switch {
		case errors.Is(err, errStale) && ctx.Err() == nil:
			continue
		case err != nil:
			return fmt.Errorf("decide what is due: %w", err)
		}
		if p.Accepted != nil && len(out.Alerts) > 0 {
			p.Accepted(source.Batch{Org: org}, out)
		}
		return nil
	}
}

func (p *Pipeline[W]) elapse(ctx context.Context, org string, seen time.Time) (Outcome, error) {
	var out Outcome
	with, err := p.books(ctx, org)
	if err != nil {
		return out, err
	}
	err = p.Store.Accept(ctx, source.Batch{Org: org}, func(w W) error {
		out = Outcome{}
		if err := with.current(ctx, w); err != nil {
			return err
		}
		if err := w.Alone(ctx); err != nil {
			return err
		}
		hits, err := with.rules.Due(ctx, seen, w.Correlations(), w.Event)
		if err != nil {
			return err
		}
		folded, err := alert.Fold(ctx, w, org, hits, with.rules.Settings, p.Now())
		if err != nil {
			return err
		}
		out.Alerts, out.Runs = folded.Tallies, p.alerted(ctx, with.flows, folded)
		return w.AddRuns(ctx, out.Runs)
	})
	return out, err
}
