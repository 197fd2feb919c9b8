package api

import (
	"context"

	"sallyport/internal/errs"
	"sallyport/internal/portal"
)

var (
	_ = add("GET /healthz", anyone, doc{Summary: "Whether the process answers"}, getHealth)
	_ = add("GET /readyz", anyone, doc{Summary: "Whether the server can work: its database answers and can be written to, its workers run", Help: "503 while it cannot."}, getReadiness)
)

// Health says that something is well.
type Health struct {
	Status string `json:"status" enum:"ok"`
}

func getHealth(context.Context, Deps, portal.Caller, none) (Health, error) {
	return Health{"ok"}, nil
}

// Readiness says what of the server works.
type Readiness struct {
	Status   string `json:"status" enum:"ok"`
	Database string `json:"database" enum:"ok"`
	Workers  string `json:"workers" enum:"ok,none"`
}

func getReadiness(ctx context.Context, d Deps, _ portal.Caller, _ none) (Readiness, error) {
	out := Readiness{"ok", "ok", "none"}
	if err := d.DB.Ping(ctx); err != nil {
		return out, errs.Wrap(errs.Unavailable, err, "the database does not answer")
	}
	if err := d.DB.Failing(); err != nil {
		return out, errs.Wrap(errs.Unavailable, err, "the database could not take what was written in the last seconds: its disk may be full; the log says more")
	}
	if d.Working != nil {
		if err := d.Working(); err != nil {
			return out, errs.Wrap(errs.Unavailable, err, "the workers do not run")
		}
		out.Workers = "ok"
	}
	return out, nil
}
