package app

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/store"
)

// node is this server as one of those that work on the database.
type node struct {
	core *Core
	self store.Node

	mu    sync.Mutex
	unfit error // why it is not to work on the schema as it is now
}

// admit asks whether the others would have this server; see [store.Nodes.Admit].
func (n *node) admit(ctx context.Context) error {
	return n.core.DB.Nodes.Admit(ctx, store.Node{ID: n.core.DB.Self(), Keys: n.keys()})
}

// join tells the others of this server; see [store.Nodes.Join].
func (n *node) join(ctx context.Context, addr string) error {
	n.self = store.Node{
		ID: n.core.DB.Self(), Host: hostName(), Addr: addr, Version: n.core.Version, Workers: n.core.Config.Workers, Keys: n.keys(), StartedAt: n.core.Now(),
	}
	return n.core.DB.Nodes.Join(ctx, n.self)
}

func (n *node) keys() string {
	var out []string
	for _, k := range n.core.Keys.Keys() {
		out = append(out, strconv.FormatUint(uint64(k), 10))
	}
	return strings.Join(out, " ")
}

// run gives signs of life until ctx ends, and looks whether the schema still fits.
func (n *node) run(ctx context.Context) {
	tick := time.NewTicker(store.BeatEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		n.self.Keys = n.keys()
		if err := n.core.DB.Nodes.Beat(ctx, n.self); err != nil && ctx.Err() == nil {
			n.core.Log.WarnContext(ctx, "no sign of life given", "err", err)
		}
		n.look(ctx)
	}
}

// look asks whether a newer server has taken away what this one uses. It goes on
// trying, but is not ready any more: what comes is to go to the newer ones.
func (n *node) look(ctx context.Context) {
	err := n.core.DB.Fits(ctx)
	if err != nil && errs.KindOf(err) != errs.Conflict { // the database did not say
		return
	}
	n.mu.Lock()
	first := n.unfit == nil && err != nil
	n.unfit = err
	n.mu.Unlock()
	if first {
		n.core.Log.ErrorContext(ctx, "this server is too old for the schema of the database: end it, and start the newer version", "err", err)
	}
}

// fit is why the server is not to work any more; nil while it is.
func (n *node) fit() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.unfit
}

// leave tells the others that this server ends.
func (n *node) leave(ctx context.Context) {
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveWithin)
	defer cancel()
	if err := n.core.DB.Nodes.Leave(last, n.self.ID); err != nil {
		n.core.Log.WarnContext(ctx, "not taken out of the list of servers: it is told of as gone for a day", "err", err)
	}
}

// leaveWithin bounds how long a server that ends says so.
const leaveWithin = 3 * time.Second
