package store

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/table"
)

// maxGroup bounds how much work one transaction of the group writer carries.
const maxGroup = 512

// After a transaction that carried the work of a crowd, those who waited for it
// get the time to hand in what they do next: fewer transactions, each of more.
const (
	crowd  = 4
	gather = 2 * time.Millisecond
)

// commitWithin bounds how long a transaction of the group writer may take. Whoever
// waits for it learns then that the database is in trouble.
const commitWithin = 30 * time.Second

// group commits the work of many callers in one transaction, so that a
// thousand flow runs a second do not cost a thousand syncs of the disk. Callers
// wait until their work is durable.
type group struct {
	db     *DB
	within time.Duration // in which a transaction is committed, or has failed
	each   bool          // callers hand in one thing, and the next when that is done
	work   chan *item
	done   sync.WaitGroup
	mu     sync.RWMutex // held while work is handed in
	closed bool
}

// item is one caller's work: something done before its steps are written, the
// steps, which are written together with other callers', and something after.
type item struct {
	ref    flow.Ref // the run that it belongs to, for the fence; empty for none
	org    string   // whose locks it takes; empty for those of its run
	events bool     // it inserts events
	before func(context.Context, *Tx) error
	steps  []flow.Step  // of that run
	runs   []flow.Run   // to be added, together with other callers'
	end    *flow.Ending // of that run
	fn     func(context.Context, *Tx) error
	err    error
	fenced bool // another worker has the run; nothing is written
	ready  chan struct{}
}

func newGroup(db *DB) *group {
	writers := 1
	if db.pool != nil {
		writers = 2 // one fills its transaction while the other commits
	}
	return newGroupOf(db, writers)
}

// newPushes returns the writer of what clients ask for and wait for, one thing each.
func newPushes(db *DB) *group {
	g := newGroupOf(db, 0)
	g.each = true
	g.done.Go(g.write)
	return g
}

func newGroupOf(db *DB, writers int) *group {
	g := &group{db: db, within: commitWithin, work: make(chan *item, 8*maxGroup)}
	for range writers {
		g.done.Go(g.write)
	}
	return g
}

// writeTogether is [DB.Write] for what many of an organization ask for at once: it
// goes in one transaction with what others write. What fn fails with undoes its own
// part alone.
func (db *DB) writeTogether(ctx context.Context, org string, fn func(context.Context, *Tx) error) error {
	values := context.WithoutCancel(ctx) // who gives up must not end the transaction of others
	var own error
	err := db.pushes.do(ctx, &item{org: org, fn: func(_ context.Context, tx *Tx) error {
		after := len(tx.after)
		if _, err := tx.exec(values, `SAVEPOINT own`); err != nil {
			return err
		}
		if own = fn(values, tx); own == nil {
			_, err := tx.exec(values, `RELEASE SAVEPOINT own`)
			return err
		}
		if errs.KindOf(own) == errs.Unavailable { // the transaction is tried again, or there is none
			return own
		}
		tx.after = tx.after[:after]
		if _, err := tx.exec(values, `ROLLBACK TO SAVEPOINT own`); err != nil {
			return err
		}
		_, err := tx.exec(values, `RELEASE SAVEPOINT own`)
		return err
	}})
	if err != nil {
		return err
	}
	return own
}

// stop writes what is queued and ends the writers. What is handed in afterwards
// is refused.
func (g *group) stop() {
	g.mu.Lock()
	if !g.closed {
		g.closed = true
		close(g.work)
	}
	g.mu.Unlock()
	g.done.Wait()
}

// do hands in work and waits for it to be durable. When ctx ends first the work
// may still be done.
func (g *group) do(ctx context.Context, it *item) error {
	if err := g.hand(ctx, it); err != nil {
		return err
	}
	select {
	case <-it.ready:
		return it.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g *group) hand(ctx context.Context, it *item) error {
	it.ready = make(chan struct{})
	g.mu.RLock()
	defer g.mu.RUnlock()
	if g.closed {
		return errs.New(errs.Unavailable, "the server is stopping")
	}
	select {
	case g.work <- it:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g *group) write() {
	batch := make([]*item, 0, maxGroup)
	for first := range g.work {
		before := len(batch)
		batch = append(batch[:0], first)
		if before >= crowd {
			batch = g.gather(batch, before)
		}
		batch = g.fill(batch)
		// Every server takes the locks of organizations in the same order.
		slices.SortStableFunc(batch, func(a, b *item) int { return strings.Compare(a.org, b.org) })
		g.commit(batch)
		for _, it := range batch {
			close(it.ready)
		}
	}
}

// gather waits for those whose work was in the transaction before. Flows hand in as
// much again and more, so theirs takes all the time that there is; clients who wait
// for an answer come back once each, so that for them it ends when all are there.
func (g *group) gather(batch []*item, before int) []*item {
	wait := time.NewTimer(gather)
	defer wait.Stop()
	if !g.each {
		<-wait.C
		return batch
	}
	for len(batch) < min(before, maxGroup) {
		select {
		case it, ok := <-g.work:
			if !ok {
				return batch
			}
			batch = append(batch, it)
		case <-wait.C:
			return batch
		}
	}
	return batch
}

// fill adds what is queued, without waiting for more.
func (g *group) fill(batch []*item) []*item {
	for len(batch) < maxGroup {
		select {
		case it, ok := <-g.work:
			if !ok {
				return batch
			}
			batch = append(batch, it)
		default:
			return batch
		}
	}
	return batch
}

// commit writes a batch. If the database refuses the whole because of one, each
// is written alone, so that nobody pays for another's mistake. If the database
// takes nothing now, all have failed at once: each alone would only wait as long
// again.
func (g *group) commit(batch []*item) {
	err := g.try(batch)
	if err == nil {
		return
	}
	down := errs.KindOf(err) == errs.Unavailable
	for i, it := range batch {
		if !down && len(batch) > 1 {
			err = g.try(batch[i : i+1])
			down = errs.KindOf(err) == errs.Unavailable
		}
		if err != nil { // else the item says itself what it came to
			it.err = err
		}
	}
}

// try writes a batch in one transaction.
func (g *group) try(batch []*item) error {
	ctx, cancel := context.WithTimeout(context.Background(), g.within)
	defer cancel()
	err := g.db.Write(ctx, func(tx *Tx) error {
		tx.known = &known{tables: map[tableKey]table.Table{}, watched: map[tableKey][]watcher{}}
		return tx.writeItems(ctx, batch)
	})
	if err != nil && ctx.Err() != nil {
		err = errs.Wrap(errs.Unavailable, err, "the database did not take what was written within %s", g.within)
		g.db.failed.Store(&failure{time.Now(), err})
	}
	return err
}

// writeItems writes a batch in an open transaction. A run that was fenced off
// (another worker has it, or it was cancelled) gets that as its item's error
// and writes nothing; the others go on.
func (tx *Tx) writeItems(ctx context.Context, batch []*item) error {
	for _, it := range batch {
		it.err, it.fenced = nil, false
	}
	if slices.ContainsFunc(batch, func(it *item) bool { return it.events }) { // before any other lock
		if err := tx.accepting(ctx); err != nil {
			return err
		}
	}
	if err := tx.checkFences(ctx, batch); err != nil {
		return err
	}
	if err := tx.each(ctx, batch, func(it *item) func(context.Context, *Tx) error { return it.before }); err != nil {
		return err
	}
	if err := tx.writeSteps(ctx, batch); err != nil {
		return err
	}
	var runs []flow.Run
	for _, it := range batch {
		runs = append(runs, it.runs...)
	}
	if err := tx.addRuns(ctx, runs); err != nil {
		return err
	}
	if err := tx.endRuns(ctx, batch); err != nil {
		return err
	}
	return tx.each(ctx, batch, func(it *item) func(context.Context, *Tx) error { return it.fn })
}

func (tx *Tx) each(ctx context.Context, batch []*item, of func(*item) func(context.Context, *Tx) error) error {
	for _, it := range batch {
		if fn := of(it); fn != nil && !it.fenced {
			if err := fn(ctx, tx); err != nil {
				return err
			}
		}
	}
	return nil
}
