package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/inventory"
	"sallyport/internal/live"
	"sallyport/internal/store"
)

const (
	// syncEvery is how often all of an org is read whose events are not known.
	syncEvery = 24 * time.Hour
	// readEvery is how often all of an org is read whose events are applied.
	readEvery = 7 * 24 * time.Hour
	// syncQuiet is how long a sync that runs gives no sign of life until another
	// process goes on with it.
	syncQuiet = syncLease + 5*time.Second
	// syncPatience is how long a sync may take whose org does not answer.
	syncPatience = 7 * 24 * time.Hour
	// syncLook is how often it is looked for what is to be read.
	syncLook = 30 * time.Second
	// syncsAtOnce is how many orgs one process reads at a time.
	syncsAtOnce = 4
)

// syncer reads the orgs of all organizations, now and then.
type syncer struct {
	core  *Core
	live  *live.Hub
	wakes chan struct{}

	mu      sync.Mutex
	running map[string]bool // tenants that are read
	behind  map[string]bool // tenants whose events are applied, or wait for that
	deltas  chan struct{}   // one for each delta that is under way
}

func newSyncer(c *Core, hub *live.Hub) *syncer {
	return &syncer{
		core: c, live: hub, wakes: make(chan struct{}, 1),
		running: map[string]bool{}, behind: map[string]bool{}, deltas: make(chan struct{}, syncsAtOnce),
	}
}

// Wake has it looked at once for what is to be read.
func (y *syncer) Wake() {
	select {
	case y.wakes <- struct{}{}:
	default: // it is about to look
	}
}

// Run reads orgs until ctx ends. What is under way then is gone on with later.
func (y *syncer) Run(ctx context.Context) {
	var work sync.WaitGroup
	defer work.Wait()
	tick := time.NewTicker(syncLook)
	defer tick.Stop()
	for {
		if err := y.look(ctx, &work); err != nil && ctx.Err() == nil {
			y.core.Log.WarnContext(ctx, "orgs to be read not looked for", "err", err)
		}
		select {
		case <-tick.C:
		case <-y.wakes:
		case <-ctx.Done():
			return
		}
	}
}

// look begins what is due, and goes on with what was left.
func (y *syncer) look(ctx context.Context, work *sync.WaitGroup) error {
	now := y.core.Now()
	stale, err := y.core.DB.Inventory.Stale(ctx, now.Add(-syncEvery), now.Add(-readEvery), now.Add(-netEvery))
	if err != nil {
		return err
	}
	for _, t := range stale {
		if _, err := y.core.DB.Inventory.Begin(ctx, t); err != nil {
			return err
		}
	}
	left, err := y.core.DB.Inventory.Unfinished(ctx, now.Add(-syncQuiet))
	if err != nil {
		return err
	}
	for _, s := range left {
		if !y.take(s.Tenant) {
			continue
		}
		work.Go(func() {
			defer y.leave(s.Tenant)
			if err := y.sync(ctx, s); err != nil && ctx.Err() == nil {
				y.core.Log.LogAttrs(ctx, levelOf(err), "org not read", slog.String("tenant", s.Tenant), slog.Any("err", err))
			}
			y.live.Publish(s.Org, live.Message{Topic: live.Inventory, ID: s.Tenant})
		})
	}
	return y.follow(ctx, work)
}

// follow brings the orgs up to date whose events are known.
func (y *syncer) follow(ctx context.Context, work *sync.WaitGroup) error {
	followed, err := y.core.DB.Inventory.Followed(ctx)
	if err != nil {
		return err
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	for _, f := range followed {
		if y.behind[f.ID] || y.running[f.ID] {
			continue
		}
		y.behind[f.ID] = true
		work.Go(func() { y.catchUp(ctx, f) })
	}
	return nil
}

// catchUp applies the events of an org once it is its turn.
func (y *syncer) catchUp(ctx context.Context, f store.Followed) {
	defer func() {
		y.mu.Lock()
		defer y.mu.Unlock()
		delete(y.behind, f.ID)
	}()
	select {
	case y.deltas <- struct{}{}:
		defer func() { <-y.deltas }()
	case <-ctx.Done():
		return
	}
	changed, err := y.core.deltaOkta(ctx, f, deltaSkew)
	if err != nil && ctx.Err() == nil {
		y.core.Log.LogAttrs(ctx, levelOf(err), "events not applied to an org", slog.String("tenant", f.ID), slog.Any("err", err))
	}
	if changed {
		y.live.Publish(f.Org, live.Message{Topic: live.Inventory, ID: f.ID})
	}
}

// levelOf is how loud a sync that failed is told of: that another process is at it
// is no failure.
func levelOf(err error) slog.Level {
	if errs.KindOf(err) == errs.Conflict {
		return slog.LevelDebug
	}
	return slog.LevelWarn
}

func (y *syncer) take(tenant string) bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.running[tenant] || len(y.running) >= syncsAtOnce {
		return false
	}
	y.running[tenant] = true
	return true
}

func (y *syncer) leave(tenant string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	delete(y.running, tenant)
}

// sync goes on with a sync through the connection of its tenant.
func (y *syncer) sync(ctx context.Context, s inventory.Sync) error {
	shelf := y.core.DB.Inventory
	if y.core.Now().Sub(s.StartedAt) > syncPatience {
		return shelf.Fail(ctx, s, "the org did not answer for a week")
	}
	t, err := shelf.Tenant(ctx, s.Org, s.Tenant)
	if err != nil {
		return err
	}
	conn, err := y.core.DB.Connections.Get(ctx, t.Org, t.Connection)
	if errs.KindOf(err) == errs.NotFound {
		return shelf.Fail(ctx, s, "its connection is gone")
	}
	if err != nil {
		return err
	}
	read := y.core.SyncOkta
	if t.Provider == inventory.ByAuth0 {
		read = y.core.SyncAuth0
	}
	done, err := read(ctx, conn, func(inventory.Progress) {
		y.live.Publish(s.Org, live.Message{Topic: live.Inventory, ID: s.Tenant})
	})
	if done.ID != "" && done.Tenant != s.Tenant {
		return errors.Join(err, shelf.Fail(ctx, s, "its connection leads to another org now"))
	}
	if err != nil && done.ID == "" && errs.KindOf(err) != errs.Unavailable && errs.KindOf(err) != errs.Conflict && ctx.Err() == nil {
		err = errors.Join(err, shelf.Fail(ctx, s, errs.Message(err)))
	}
	return err
}
