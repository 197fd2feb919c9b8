package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"golang.org/x/term"

	"sallyport/internal/app"
	"sallyport/internal/inventory"
	"sallyport/internal/okta"
	"sallyport/internal/portal"
)

// syncedJSON is what okta sync writes with --json.
type syncedJSON struct {
	Tenant  string                     `json:"tenant"`
	OktaID  string                     `json:"okta_id"`
	Domain  string                     `json:"domain"`
	Sync    string                     `json:"sync"`
	Seconds float64                    `json:"seconds"`
	Calls   int                        `json:"calls"`
	Counts  map[string]int             `json:"counts"`
	Sights  map[string]inventory.Sight `json:"sights"`
}

// runOktaSync reads all of the org that a connection leads to.
func runOktaSync(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	org := flags.String("org", app.DefaultOrganization, "`slug` of the organization")
	which := flags.String("connection", "", "`name` or id of the connection; the only one to an Okta org by default")
	asJSON := flags.Bool("json", false, "write what came of it as JSON")
	if err := parse(flags, args); err != nil {
		return err
	}
	return conf.ofOrganization(ctx, std, *org, func(core *app.Core, _ *portal.Portal, o portal.Organization) error {
		conn, err := core.OktaConnection(ctx, o.ID, *which)
		if err != nil {
			return err
		}
		done, err := core.SyncOkta(byHand(ctx), conn, progressOn(std.err))
		if err != nil {
			return err
		}
		t, err := core.DB.Inventory.Tenant(ctx, o.ID, done.Tenant)
		if err != nil {
			return err
		}
		out := syncedJSON{Tenant: t.ID, OktaID: t.OktaID, Domain: t.Domain, Sync: done.ID, Seconds: done.EndedAt.Sub(done.StartedAt).Seconds(), Calls: done.Progress.Calls}
		if out.Counts, err = core.DB.Inventory.Counts(ctx, o.ID, t.ID); err != nil {
			return err
		}
		if out.Sights, err = core.DB.Inventory.At(o.ID, t.ID, time.Time{}).Sights(ctx); err != nil {
			return err
		}
		if *asJSON {
			return writeJSON(std.out, out)
		}
		return printSynced(std.out, out)
	})
}

// progressOn returns what tells of progress, on a terminal alone.
func progressOn(w io.Writer) func(inventory.Progress) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return func(p inventory.Progress) {
		more, left := "", ""
		if p.Growing {
			more = "+"
		}
		if p.Left > 0 {
			left = fmt.Sprintf(", about %s left", time.Duration(p.Left)*time.Second)
		}
		wait := time.Time{}
		for _, b := range p.Buckets {
			if b.Waits.After(wait) {
				wait = b.Waits
			}
		}
		if !wait.IsZero() {
			left += ", the rate limit leaves nothing until " + wait.Local().Format(time.TimeOnly)
		}
		_, _ = fmt.Fprintf(w, "\r\033[K%d of %d%s calls%s", p.Calls, p.Wanted, more, left)
		if p.Calls == p.Wanted {
			_, _ = fmt.Fprintln(w)
		}
	}
}

func printSynced(w io.Writer, s syncedJSON) error {
	_, _ = fmt.Fprintf(w, "%s (%s) was read by %d calls in %s.\n\n", s.Domain, s.OktaID, s.Calls, time.Duration(s.Seconds*float64(time.Second)).Round(time.Millisecond))
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, name := range inventory.Collections() {
		sight, ok := s.Sights[name]
		if n := s.Counts[name]; n > 0 && ok {
			_, _ = fmt.Fprintf(out, "%s\t%d\t%s\t%s\n", name, n, visibleWord(sight.Visible), sight.Said)
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	by := map[okta.Visible][]string{}
	for _, name := range slices.Sorted(maps.Keys(s.Sights)) {
		if v := s.Sights[name].Visible; v != okta.Full {
			by[v] = append(by[v], name)
		}
	}
	for _, v := range okta.Visibles() {
		for i, name := range by[v] {
			if i == 0 {
				_, _ = fmt.Fprintf(w, "\n%s: ", visibleWord(v))
			} else {
				_, _ = fmt.Fprint(w, ", ")
			}
			_, _ = fmt.Fprint(w, name)
		}
	}
	_, err := fmt.Fprintln(w)
	return err
}
