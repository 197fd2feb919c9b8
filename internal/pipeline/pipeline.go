// Package pipeline is the way of an event through the program, in the order
// that it goes: event, rules, alerts, flow triggers, queued runs. Everything that
// a batch of events sets off is in one transaction with the events and the place
// to go on from, so a crash loses nothing and repeats nothing.
package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/detect/correlate"
	"sallyport/internal/event"
	"sallyport/internal/flow"
	"sallyport/internal/id"
	"sallyport/internal/source"
	"sallyport/internal/trace"
)

// Writer is the open transaction of a batch. Each domain's rows are written by
// that domain's own method.
type Writer interface {
	alert.Ledger
	Counts

	AddEvents(ctx context.Context) (fresh []bool, err error)
	Revisions(ctx context.Context) (flows, rules int64, err error)
	AddRuns(ctx context.Context, runs []flow.Run) error
	Advance(ctx context.Context, fresh int) error
}

// Counts is the part of a batch's transaction that keeps what rules count.
type Counts interface {
	// Alone holds off other batches of the organization until the transaction ends.
	Alone(ctx context.Context) error
	Correlations() correlate.Store
	Event(ctx context.Context, uuid string) (event.Event, bool, error)
	Suppressed(ctx context.Context, hidden []alert.Hidden, failed map[string]string) error
}

// Store opens the transaction of a batch. fn may be called again when the
// database turned the transaction away.
type Store[W Writer] interface {
	Accept(ctx context.Context, b source.Batch, fn func(W) error) error
}

// Pipeline takes batches of events.
type Pipeline[W Writer] struct {
	Store   Store[W]
	Rules   *alert.Library
	Library *flow.Library
	Now     func() time.Time
	Log     *slog.Logger
	Tracer  *trace.Tracer // nil where nobody collects traces
	// Accepted is called with what came of a batch, once all of it is durable.
	Accepted func(b source.Batch, o Outcome)
}

// Outcome is what came of a batch.
type Outcome struct {
	Fresh  []event.Event  // the events that were new
	Alerts []*alert.Tally // that they opened or added to
	Runs   []flow.Run     // that they started
	// Ahead are those of Fresh that rules count as published when they arrived, as
	// they say that they were published long after: some clock is wrong.
	Ahead []event.Event
}

// books are what a batch is held against: the rules and flows of its organization
// as they were when it was taken up.
type books struct {
	rules *alert.Book
	flows *flow.Book
}

// errStale says that the rules or flows were changed between reading and writing.
var errStale = errors.New("the rules or flows were changed meanwhile")

// Accept makes a batch durable, with everything that follows from it.
func (p *Pipeline[W]) Accept(ctx context.Context, b source.Batch) (source.Accepted, error) {
	ctx, span := p.Tracer.Start(ctx, "accept", trace.Text("sallyport.via", string(b.Via)), trace.Text("sallyport.source", b.Source), trace.Number("sallyport.events", len(b.Events)))
	defer span.End()
	got, err := p.acceptUnstale(ctx, b)
	span.Set(trace.Number("sallyport.events.new", got.New), trace.Number("sallyport.alerts", got.Alerts), trace.Number("sallyport.runs", got.Runs))
	if err != nil {
		span.Fail("the batch was not accepted")
	}
	return got, err
}

// acceptUnstale accepts a batch by the rules and flows that there are then.
func (p *Pipeline[W]) acceptUnstale(ctx context.Context, b source.Batch) (source.Accepted, error) {
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
	with, err := p.books(ctx, b.Org)
	if err != nil {
		return source.Accepted{}, err
	}
	_, detection := p.Tracer.Start(ctx, "detect")
	found, err := with.rules.Match(acting(b), p.Now())
	detection.End()
	if err != nil {
		return source.Accepted{}, fmt.Errorf("hold %d events against the rules: %w", len(b.Events), err)
	}
	var out Outcome
	err = p.Store.Accept(ctx, b, func(w W) (err error) {
		out, err = p.write(ctx, w, b, with, found)
		return err
	})
	if err != nil {
		return source.Accepted{}, fmt.Errorf("accept %d events: %w", len(b.Events), err)
	}
	if len(out.Ahead) > 0 {
		first := out.Ahead[0]
		p.Log.WarnContext(ctx, "events were published ahead of this server's clock, and are counted as published now: that clock or the source's is wrong",
			"source", b.Source, "events", len(out.Ahead), "event", first.UUID, "published", first.Published)
	}
	if p.Accepted != nil {
		p.Accepted(b, out)
	}
	return source.Accepted{New: len(out.Fresh), Alerts: len(out.Alerts), Runs: len(out.Runs)}, nil
}

// write is the transaction of a batch.
func (p *Pipeline[W]) write(ctx context.Context, w W, b source.Batch, with books, found *alert.Found) (Outcome, error) {
	var out Outcome
	if err := with.current(ctx, w); err != nil {
		return out, err
	}
	// First, as whoever holds others off may be about to add the same events: then
	// each would wait for the other.
	if found.Any() {
		if err := w.Alone(ctx); err != nil {
			return out, err
		}
	}
	isNew, err := w.AddEvents(ctx)
	if err != nil {
		return out, fmt.Errorf("add events: %w", err)
	}
	out.Fresh = pick(b.Events, isNew)
	fresh := make(map[string]bool, len(out.Fresh))
	for _, e := range out.Fresh {
		fresh[e.UUID] = true
	}
	raising, span := ctx, trace.Span{}
	if found.Any() {
		raising, span = p.Tracer.Start(ctx, "alert")
	}
	defer span.End()
	folded, err := p.alert(raising, w, b.Org, fresh, with.rules, found)
	if err != nil {
		return out, err
	}
	if len(folded.Tallies) > 0 {
		span.Set(trace.Text("sallyport.rule", folded.Tallies[0].Alert.Rule), trace.Text("sallyport.alert", folded.Tallies[0].Alert.ID), trace.Number("sallyport.alerts", len(folded.Tallies)))
	}
	out.Alerts, out.Ahead = folded.Tallies, found.Ahead(fresh)
	out.Runs = append(p.triggered(ctx, with.flows, b, out.Fresh), p.alerted(raising, with.flows, folded)...)
	if err := w.AddRuns(ctx, out.Runs); err != nil {
		return out, err
	}
	return out, w.Advance(ctx, len(out.Fresh))
}

// alert counts what the rules found in the events that are new, and makes alerts
// of it.
func (p *Pipeline[W]) alert(ctx context.Context, w W, org string, fresh map[string]bool, rules *alert.Book, found *alert.Found) (*alert.Folded, error) {
	hits, err := found.Hits(ctx, fresh, w.Correlations())
	if err != nil {
		return nil, fmt.Errorf("count what the rules found: %w", err)
	}
	if hidden, failed := found.Hidden(fresh); len(hidden)+len(failed) > 0 {
		if err := w.Suppressed(ctx, hidden, failed); err != nil {
			return nil, fmt.Errorf("keep what is suppressed: %w", err)
		}
	}
	return alert.Fold(ctx, w, org, hits, rules.Settings, p.Now())
}

func (p *Pipeline[W]) books(ctx context.Context, org string) (books, error) {
	rules, err := p.Rules.Book(ctx, org)
	if err != nil {
		return books{}, err
	}
	flows, err := p.Library.Book(ctx, org)
	return books{rules, flows}, err
}

// current is errStale where the books are not those of the transaction's moment.
func (b books) current(ctx context.Context, w Writer) error {
	flows, rules, err := w.Revisions(ctx)
	if err == nil && (flows != b.flows.Revision || rules != b.rules.Revision) {
		return errStale
	}
	return err
}

// acting returns the events of a batch that may set something off: history does not.
func acting(b source.Batch) []event.Event {
	if b.ActFrom.IsZero() {
		return b.Events
	}
	var out []event.Event
	for _, e := range b.Events {
		if !e.Published.Before(b.ActFrom) {
			out = append(out, e)
		}
	}
	return out
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
	now, parent := p.Now(), trace.Parent(ctx)
	for _, e := range es {
		if e.Published.Before(b.ActFrom) {
			continue
		}
		flows, err := book.Triggered(e)
		if err != nil {
			p.Log.WarnContext(ctx, "trigger condition failed", "err", err, "event", e.UUID)
		}
		var about []string
		if len(flows) > 0 {
			about = flow.AboutEvent(e)
		}
		for _, f := range flows {
			runs = append(runs, flow.Run{
				ID: id.At(now), Org: b.Org, Flow: f.Flow.ID, Version: f.Flow.Version, State: flow.Queued, Cause: flow.OnEvent, Event: e.UUID, About: about,
				SaveData: f.Flow.SaveData, Priority: f.Definition.Priority, Trace: parent, CreatedAt: now,
			})
		}
	}
	return runs
}

// alerted returns the runs that alerts start: of each flow one when an alert is
// opened, and where the flow asks for it one when it becomes more severe.
func (p *Pipeline[W]) alerted(ctx context.Context, book *flow.Book, f *alert.Folded) []flow.Run {
	var runs []flow.Run
	for _, t := range f.Tallies {
		if !t.Opened && !t.Escalated {
			continue
		}
		has := flow.AlertEscalated
		if t.Opened {
			has = flow.AlertOpened
		}
		started, err := book.Alerted(flow.Raised{Alert: t.Alert, Rule: t.Hit.Rule, Has: has, Event: t.Hit.Event})
		if err != nil {
			p.Log.WarnContext(ctx, "trigger condition failed", "err", err, "alert", t.Alert.ID)
		}
		for _, prog := range started {
			r := prog.AlertRun(t.Alert, p.Now())
			r.Trace = trace.Parent(ctx)
			runs = append(runs, r)
		}
	}
	return runs
}
