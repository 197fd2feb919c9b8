package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/store"
)

// Bounds of what is in order.
const (
	littleFree   = 1 << 30          // bytes on the database's disk
	noneFree     = 64 << 20         // likewise: SQLite cannot even tidy up any more
	skewBeats    = 2 * time.Second  // the clocks of server and database
	skewFails    = 60 * time.Second // tokens and codes are refused at about here
	oldJob       = 2 * time.Minute
	stuckJob     = 15 * time.Minute
	quietSource  = 5 * time.Minute // of one that is polled every few seconds
	deadSource   = time.Hour
	oldBackup    = 26 * time.Hour // one a day, and some patience
	staleBackup  = 8 * 24 * time.Hour
	secretOfAge  = 365 * 24 * time.Hour
	littleBudget = 10 // percent of a rate limit that is left
)

// Database looks at the database from outside. The second value says whether it can
// be opened without changing its schema.
func Database(ctx context.Context, dsn string, now func() time.Time) ([]Finding, bool) {
	n := notes{area: "database"}
	began := now()
	c, err := store.Inspect(ctx, dsn)
	took := now().Sub(began)
	switch {
	case errs.KindOf(err) == errs.NotFound:
		n.fail("On a new server: `sallyport serve` makes it. Otherwise set database, or data_dir, to where it is, or `sallyport restore` a backup.", "%v", err)
		return n.all, false
	case err != nil:
		n.fail("Start the database, and look at the address, the user and the password in the option database; on PostgreSQL the user needs to own the schema.", "%v", err)
		return n.all, false
	case c.Damage != "":
		n.fail("Stop the server, keep a copy of the file, and restore the newest backup into a new one.", "the database is damaged: %s", c.Damage)
		return n.all, false
	}
	n.ok("%s %s answers, %s", c.Kind, c.Version, size(c.Size))
	room(&n, c)
	if c.Now.IsZero() {
		c.Now = began
	}
	skewed(&n, "the database", began.Add(took/2).Sub(c.Now), took)
	switch {
	case len(c.Later) > 0:
		n.fail("Install the version that worked on this database last, or a newer one; or restore a backup of the older version.",
			"a newer version has changed the schema: %s", strings.Join(c.Later, ", "))
		return n.all, false
	case len(c.Pending) > 0:
		n.fail("`sallyport migrate`, or start the server, which does the same. Make a backup before.", "%d migrations have not been run, from %s on", len(c.Pending), c.Pending[0])
		return n.all, false
	}
	n.ok("the schema is up to date")
	return n.all, true
}

func room(n *notes, c store.Condition) {
	remedy := "Free some, or bound how long events are kept under Settings > Retention; a full disk stops the server from taking events."
	switch {
	case c.Free < 0:
	case c.Free < noneFree:
		n.fail(remedy, "the database's disk has %s left", size(c.Free))
	case c.Free < littleFree || c.Free < c.Size/10:
		n.warn(remedy, "the database's disk has %s left", size(c.Free))
	default:
		n.ok("the database's disk has %s left", size(c.Free))
	}
}

// skewed says how far two clocks are apart, where that is more than asking takes.
func skewed(n *notes, whose string, by, took time.Duration) {
	by = by.Abs()
	remedy := "Have both machines keep their time by NTP (timedatectl set-ntp true)."
	switch {
	case by > skewFails+took:
		n.fail(remedy, "this machine's clock and that of %s are %s apart: tokens, codes and assertions are refused", whose, by.Round(time.Second))
	case by > skewBeats+took:
		n.warn(remedy, "this machine's clock and that of %s are %s apart", whose, by.Round(time.Second))
	default:
		n.ok("this machine's clock and that of %s agree", whose)
	}
}

func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d KiB", n>>10)
}
