package api

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"sallyport/internal/access"
	"sallyport/internal/errs"
	"sallyport/internal/portal"
)

// What of graphs is kept: so many, of about so many bytes, for so long. Ages are
// told from the moment that a graph was made.
const (
	graphsKept  = 6
	graphsBytes = 1 << 30
	graphAge    = time.Hour
	graphWithin = 10 * time.Minute // that one is made
)

// graphs keeps the access graphs that were asked for lately. Each is made once,
// whoever asks meanwhile, and one at a time.
type graphs struct {
	flight singleflight.Group
	turn   sync.Mutex

	mu   sync.Mutex
	kept []keptGraph // what was asked for last comes last
}

type keptGraph struct {
	of     graphOf
	graph  *access.Graph
	madeAt time.Time
}

// graphOf is what a graph is made of: a tenant at a moment, as it is known since
// a sync ended and events last changed something.
type graphOf struct {
	tenant, sync string
	changed      int64 // when they did, in microseconds
	at           int64 // in microseconds; zero for now
}

// older reports whether something newer is known of the same tenant.
func (o graphOf) older(than graphOf) bool {
	return o.tenant == than.tenant && (o.sync != than.sync || o.changed != than.changed)
}

func (k keptGraph) bytes() int {
	nodes, steps := k.graph.Size()
	return nodes*256 + steps*24
}

// get returns a graph that is kept.
func (s *graphs) get(of graphOf, now time.Time) *access.Graph {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = slices.DeleteFunc(s.kept, func(k keptGraph) bool {
		return now.Sub(k.madeAt) > graphAge || k.of.older(of)
	})
	i := slices.IndexFunc(s.kept, func(k keptGraph) bool { return k.of == of })
	if i < 0 {
		return nil
	}
	k := s.kept[i]
	s.kept = append(slices.Delete(s.kept, i, i+1), k)
	return k.graph
}

// keep keeps a graph, and as many of the others as there is room for.
func (s *graphs) keep(k keptGraph) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = append(s.kept, k)
	total := 0
	for i, k := range slices.Backward(s.kept) {
		total += k.bytes()
		if n := len(s.kept) - i; n > 1 && (n > graphsKept || total > graphsBytes) {
			s.kept = slices.Delete(s.kept, 0, i+1)
			return
		}
	}
}

// accessGraph returns the access graph of a tenant at a moment; the zero time is
// now.
func accessGraph(ctx context.Context, d Deps, c portal.Caller, tenant string, at time.Time) (*access.Graph, error) {
	t, err := d.DB.Inventory.Tenant(ctx, c.Org.ID, tenant)
	if err != nil {
		return nil, err
	}
	syncs, err := d.DB.Inventory.Syncs(ctx, c.Org.ID, tenant, shownSyncs)
	if err != nil {
		return nil, err
	}
	now := d.Now()
	delta, err := d.DB.Inventory.Delta(ctx, t, now)
	if err != nil {
		return nil, err
	}
	of := graphOf{tenant: tenant, changed: delta.ChangedAt.UnixMicro()}
	for _, s := range syncs {
		if !s.EndedAt.IsZero() {
			of.sync = s.ID
			break
		}
	}
	if at.IsZero() || !at.Before(now) {
		at = time.Time{}
	} else {
		of.at, now = at.UnixMicro(), at
	}
	if g := d.graphs.get(of, d.Now()); g != nil {
		return g, nil
	}
	made := d.graphs.flight.DoChan(fmt.Sprint(of), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), graphWithin) // others may wait for it, too
		defer cancel()
		d.graphs.turn.Lock()
		defer d.graphs.turn.Unlock()
		g, err := access.Load(ctx, d.DB.Inventory.At(c.Org.ID, tenant, at), access.Options{Now: now})
		if err != nil {
			return nil, errs.Wrap(errs.KindOf(err), err, "make the access graph of %s", tenant)
		}
		d.graphs.keep(keptGraph{of, g, d.Now()})
		return g, nil
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-made:
		g, _ := r.Val.(*access.Graph)
		return g, r.Err
	}
}
