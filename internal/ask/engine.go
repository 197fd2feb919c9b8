package ask

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"sallyport/internal/ask/lite"
	"sallyport/internal/errs"
	"sallyport/internal/inventory"
)

// What the engine keeps and lets run.
const (
	maxWaiting = 4                // questions of an organization, with the one that is answered
	maxRunning = 3                // of all organizations
	keptIdle   = 10 * time.Minute // a database that nobody asks
	maxKept    = 8                // databases
	maxDisk    = 1 << 30          // bytes of one, with what is kept on the way
)

// Engine answers questions. Of each organization it answers one at a time.
type Engine struct {
	source Source
	now    func() time.Time
	log    *slog.Logger

	running chan struct{}

	mu    sync.Mutex
	lines map[string]*line
	kept  []*cabinet // what was asked last comes last
	shut  bool
}

// line is the questions of an organization.
type line struct {
	front chan struct{}
	n     int
}

// New returns an engine. Close it.
func New(source Source, now func() time.Time, log *slog.Logger) *Engine {
	return &Engine{source: source, now: now, log: log, running: make(chan struct{}, maxRunning), lines: map[string]*line{}}
}

// Close forgets all databases.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.shut = true
	var out error
	for _, c := range e.kept {
		c.idle.Stop()
		if !c.busy {
			out = errors.Join(out, c.db.Close())
		}
	}
	e.kept = nil
	return out
}

// turn waits until an organization's question may be answered, and returns what says
// that it was.
func (e *Engine) turn(ctx context.Context, org string) (func(), error) {
	e.mu.Lock()
	l := e.lines[org]
	if l == nil {
		l = &line{front: make(chan struct{}, 1)}
		e.lines[org] = l
	}
	if l.n == maxWaiting {
		e.mu.Unlock()
		return nil, ErrBusy
	}
	l.n++
	e.mu.Unlock()
	leave := func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if l.n--; l.n == 0 {
			delete(e.lines, org)
		}
	}
	select {
	case l.front <- struct{}{}:
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
	select {
	case e.running <- struct{}{}:
	case <-ctx.Done():
		<-l.front
		leave()
		return nil, ctx.Err()
	}
	return func() {
		<-e.running
		<-l.front
		leave()
	}, nil
}

// cabinet is the database of an organization's tenant, or of all its tenants. It is
// in the hands of one question at a time: that of whoever has the organization's
// turn.
type cabinet struct {
	org, tenant string
	stamp       string // of the inventory that it holds
	tenants     []inventory.Tenant
	source      Source
	db          *lite.DB
	filled      map[string][]string // views that are in it, with the heavy columns that are
	busy        bool
	idle        *time.Timer
}

// open returns the database for a question, empty or as the last question left it.
func (e *Engine) open(ctx context.Context, q Question) (*cabinet, error) {
	tenants, err := e.tenants(ctx, q)
	if err != nil {
		return nil, err
	}
	var stamps []string
	for _, t := range tenants {
		s, err := e.source.Stamp(ctx, t)
		if err != nil {
			return nil, fmt.Errorf("look how the inventory of %s stands: %w", t.ID, err)
		}
		stamps = append(stamps, t.ID+" "+s)
	}
	stamp := strings.Join(stamps, "\n")
	if c := e.take(q, stamp); c != nil {
		return c, nil
	}
	db, err := lite.Open(maxDisk)
	if err != nil {
		return nil, err
	}
	c := &cabinet{org: q.Org, tenant: q.Tenant, stamp: stamp, tenants: tenants, source: e.source, db: db, filled: map[string][]string{}, busy: true}
	c.idle = time.AfterFunc(keptIdle, func() { e.forget(c) })
	if err := c.build(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return c, e.keep(c)
}

func (e *Engine) tenants(ctx context.Context, q Question) ([]inventory.Tenant, error) {
	all, err := e.source.Tenants(ctx, q.Org)
	if err != nil {
		return nil, fmt.Errorf("list the Okta orgs: %w", err)
	}
	if q.Tenant == "" {
		return all, nil
	}
	i := slices.IndexFunc(all, func(t inventory.Tenant) bool { return t.ID == q.Tenant })
	if i < 0 {
		return nil, errs.New(errs.NotFound, "there is no such Okta org")
	}
	return all[i : i+1], nil
}

// take returns the database that is kept for a question, if it is as things are now;
// one that is not is forgotten.
func (e *Engine) take(q Question, stamp string) *cabinet {
	e.mu.Lock()
	defer e.mu.Unlock()
	i := slices.IndexFunc(e.kept, func(c *cabinet) bool { return c.org == q.Org && c.tenant == q.Tenant })
	if i < 0 {
		return nil
	}
	c := e.kept[i]
	e.kept = slices.Delete(e.kept, i, i+1)
	if c.stamp != stamp {
		e.end(c)
		return nil
	}
	c.busy = true
	c.idle.Reset(keptIdle)
	e.kept = append(e.kept, c)
	return c
}

// keep keeps a database, and forgets the one that was asked longest ago where there
// are too many.
func (e *Engine) keep(c *cabinet) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.shut {
		e.end(c)
		return errs.New(errs.Unavailable, "the server is going down")
	}
	e.kept = append(e.kept, c)
	if i := slices.IndexFunc(e.kept, func(c *cabinet) bool { return !c.busy }); len(e.kept) > maxKept && i >= 0 {
		e.end(e.kept[i])
		e.kept = slices.Delete(e.kept, i, i+1)
	}
	return nil
}

// leave gives a database back.
func (e *Engine) leave(c *cabinet) {
	e.mu.Lock()
	defer e.mu.Unlock()
	c.busy = false
	c.idle.Reset(keptIdle)
	if e.shut || !slices.Contains(e.kept, c) {
		e.end(c)
	}
}

// forget closes a database that nobody asked for a time.
func (e *Engine) forget(c *cabinet) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if i := slices.Index(e.kept, c); i >= 0 && !c.busy {
		e.kept = slices.Delete(e.kept, i, i+1)
		e.end(c)
	}
}

// end closes a database. What goes wrong with files that have no names any more is
// nobody's to mend.
func (e *Engine) end(c *cabinet) {
	c.idle.Stop()
	if err := c.db.Close(); err != nil {
		e.log.Warn("close the database of questions", "err", err)
	}
}
