package connector

import "context"

// Watcher is told of each call when it begins. It returns the context that the call is
// carried out with, and what is called when it has ended: with nil where it went well.
type Watcher func(ctx context.Context, conn Connection, call Call) (context.Context, func(*Error))

// Watch has every call watched from now on. It is for who puts the program together,
// before the first call.
func (e *Engine) Watch(w Watcher) { e.watcher = w }

func (e *Engine) watched(ctx context.Context, conn Connection, call Call) (context.Context, func(*Error)) {
	if e.watcher == nil {
		return ctx, func(*Error) {}
	}
	return e.watcher(ctx, conn, call)
}
