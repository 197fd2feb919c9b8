package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"sallyport/internal/config"
	"sallyport/internal/errs"
)

// serveProfiles answers on the address of the configuration, until ctx ends, what
// the program does with its time and memory. It is asked by whoever is on the
// machine: memory holds secrets.
func (a *App) serveProfiles(ctx context.Context) error {
	if a.Config.Profiles == "" {
		return nil
	}
	if local, err := config.Loopback(a.Config.Profiles); err != nil || !local {
		return errs.New(errs.Invalid, "profiles: an address on loopback is wanted, not %q: memory holds secrets", a.Config.Profiles)
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.Config.Profiles)
	if err != nil {
		return fmt.Errorf("profiles: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() }) // a profile under way is of no use to anybody now
	go func() {
		if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			a.Log.WarnContext(ctx, "profiles are not served any more", "err", err)
		}
	}()
	a.Log.InfoContext(ctx, "profiles are served", "addr", ln.Addr().String())
	return nil
}
