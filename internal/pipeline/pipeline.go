// Package pipeline is the way of an event through the program, in the order
// that it goes: event, flow triggers, queued runs. Everything that a batch of
// events sets off is in one transaction with the events and the place to go on
// from, so a crash loses nothing and repeats nothing.
package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"sallyport/internal/event"
	"sallyport/internal/flow"
	"sallyport/internal/id"
	"sallyport/internal/source"
)

// Writer is the open transaction of a batch. Each domain's rows are written by
// that domain's own method.
type Writer interface {
	AddEvents(ctx context.Context) (fresh []bool, err error)
	FlowRevision(ctx context.Context) (int64, error)
	AddRuns(ctx context.Context, runs []flow.Run) error
	Advance(ctx context.Context, fresh int) error
}

// Store opens the transaction of a batch. fn may be called again when the
// database turned the transaction away.
type Store[W Writer] interface {
	Accept(ctx context.Context, b source.Batch, fn func(W) error) error
}

// Pipeline takes batches of events.
type Pipeline[W Writer] struct {
	Store   Store[W]
	Library *flow.Library
	Now     func() time.Time
	Log     *slog.Logger
	// Accepted is called with the events that were new and the runs that they
	// started, once all of it is durable.
	Accepted func(b source.Batch, fresh []event.Event, runs []flow.Run)
}

// errStale says that the flows were changed between reading and writing.
var errStale = errors.New("the flows were changed meanwhile")

// Accept makes a batch durable, with everything that follows from it.
func (p *Pipeline[W]) Accept(ctx context.Context, b source.Batch) (source.Accepted, error) {
	for {
		got, err := p.accept(ctx, b)
		if !errors.Is(err, errStale) {
			return got, err
		}
		if ctx.Err() != nil {
			return got, ctx.Err()
		}
	}
}

func (p *Pipeline[W]) accept(ctx context.Context, b source.Batch) (source.Accepted, error) {
	book, err := p.Library.Book(ctx, b.Org)
	if err != nil {
		return source.Accepted{}, err
	}
	var fresh []event.Event
	var runs []flow.Run
	err = p.Store.Accept(ctx, b, func(w W) error {
		rev, err := w.FlowRevision(ctx)
		if err != nil {
			return err
		}
		if rev != book.Revision {
			return errStale
		}
		isNew, err := w.AddEvents(ctx)
		if err != nil {
			return fmt.Errorf("add events: %w", err)
		}
		fresh = pick(b.Events, isNew)
		runs = p.triggered(ctx, book, b, fresh)
		if err := w.AddRuns(ctx, runs); err != nil {
			return err
		}
		return w.Advance(ctx, len(fresh))
	})
	if err != nil {
		return source.Accepted{}, fmt.Errorf("accept %d events: %w", len(b.Events), err)
	}
	if p.Accepted != nil {
		p.Accepted(b, fresh, runs)
	}
	return source.Accepted{New: len(fresh), Runs: len(runs)}, nil
}

func pick(es []event.Event, isNew []bool) []event.Event {
	var out []event.Event
	for i, e := range es {
		if isNew[i] {
			out = append(out, e)
		}
	}
	return out
}

// triggered returns the runs that events start, in the order of the events. A
// trigger whose condition fails on an event starts nothing, and is logged: one
// flow's mistake must not keep the events of the others.
func (p *Pipeline[W]) triggered(ctx context.Context, book *flow.Book, b source.Batch, es []event.Event) []flow.Run {
	var runs []flow.Run
	now := p.Now()
	for _, e := range es {
		if e.Published.Before(b.ActFrom) {
			continue
		}
		flows, err := book.Triggered(e)
		if err != nil {
			p.Log.WarnContext(ctx, "trigger condition failed", "err", err, "event", e.UUID)
		}
		for _, f := range flows {
			runs = append(runs, flow.Run{
				ID: id.At(now), Org: b.Org, Flow: f.Flow.ID, Version: f.Flow.Version, State: flow.Queued, Cause: flow.OnEvent, Event: e.UUID,
				SaveData: f.Flow.SaveData, Priority: f.Definition.Priority, CreatedAt: now,
			})
		}
	}
	return runs
}
