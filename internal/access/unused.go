package access

import (
	"context"
	"fmt"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/inventory"
)

// Usage tells what was used, as the System Log has it.
type Usage interface {
	// Since is from when on the log is known.
	Since(ctx context.Context) (time.Time, error)
	// Users gives the ids of the people who signed on to an app after a moment.
	Users(ctx context.Context, app string, after time.Time, each func(user string) error) error
}

// UnusedApp is an app with people who are assigned to it and did not sign on.
type UnusedApp struct {
	App      inventory.Ref `json:"app"`
	Name     string        `json:"name"`
	Assigned int           `json:"assigned"` // who can sign in
	Used     int           `json:"used"`
	// Unused are those who did not, with their ways.
	Unused []AppUser `json:"unused"`
}

// Unused gives, app by app, who is assigned and did not sign on for so many
// days. A log that does not go back so far tells nothing: that is an error.
func (g *Graph) Unused(ctx context.Context, u Usage, days int, each func(UnusedApp) error) error {
	after := g.options.Now.AddDate(0, 0, -days)
	since, err := u.Since(ctx)
	if err != nil {
		return fmt.Errorf("ask how far the log goes back: %w", err)
	}
	if since.IsZero() || since.After(after) {
		return errs.New(errs.Invalid, "the log is known from %s on: who did not sign on for %d days cannot be told", since.Format(time.DateOnly), days)
	}
	for i := range g.org.apps.rows {
		a := &g.org.apps.rows[i]
		if !active(a.body.Status) || len(a.body.users)+len(a.body.groups) == 0 {
			continue
		}
		used := map[string]bool{}
		if err := u.Users(ctx, a.id, after, func(id string) error { used[id] = true; return nil }); err != nil {
			return fmt.Errorf("ask who used app %s: %w", a.id, err)
		}
		out := UnusedApp{App: inventory.Ref{Kind: inventory.App, ID: a.id}, Name: g.names[a.node]}
		err := g.AppUsers(a.id, func(x AppUser) error {
			if x.Disabled {
				return nil
			}
			out.Assigned++
			if used[x.User.ID] {
				out.Used++
			} else {
				out.Unused = append(out.Unused, x)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := each(out); err != nil {
			return err
		}
	}
	return nil
}
