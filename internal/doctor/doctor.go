package doctor

import (
	"context"
	"fmt"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/config"
	"sallyport/internal/connector"
	"sallyport/internal/portal"
	"sallyport/internal/store"
)

// BackupWritten is the action of the audit entry that tells of a backup, in the
// server's own log.
const BackupWritten = "backup.written"

// Doctor looks at a server whose database is open.
type Doctor struct {
	Config config.Config
	DB     *store.DB
	Engine *connector.Engine
	// Sealed says how many secrets the database keeps, and how many of them the key
	// file does not open.
	Sealed func(ctx context.Context) (all, shut int, err error)
	// Asks says whether others may be asked: Okta, connected services, the mail server.
	Asks bool
	Now  func() time.Time
}

// part is a look at one area, of one organization where it has any.
type part struct {
	area string
	look func(ctx context.Context, n *notes, o portal.Organization) error
}

// Look looks at everything. What cannot be looked at is a finding, too.
func (d *Doctor) Look(ctx context.Context) []Finding {
	out := d.each(ctx, portal.Organization{}, []part{
		{"key file", d.sealed}, {"queues", d.queues}, {"mail", d.mailServer}, {"audit log", d.auditStream}, {"backups", d.backups},
	})
	orgs, err := d.DB.Organizations.List(ctx)
	if err != nil {
		return append(out, unseen("organizations", err))
	}
	for _, o := range append([]portal.Organization{{Slug: "(server)"}}, orgs...) {
		out = append(out, d.each(ctx, o, []part{{"audit log", d.auditChain}})...)
	}
	for _, o := range orgs {
		out = append(out, d.each(ctx, o, []part{
			{"connections", d.connections},
			{"sources", d.sources},
			{"runs", d.runs},
			{"mail", d.letters},
			{"single sign-on", d.signOn},
			{"provisioning", d.provisioning},
			{"retention", d.retention},
		})...)
	}
	return out
}

func (d *Doctor) each(ctx context.Context, o portal.Organization, parts []part) []Finding {
	var out []Finding
	for _, p := range parts {
		n := notes{area: p.area}
		err := p.look(ctx, &n, o)
		out = append(out, n.all...)
		if err != nil {
			out = append(out, unseen(p.area, err))
		}
	}
	return out
}

func unseen(area string, err error) Finding {
	return Finding{Area: area, Level: Fail, Text: fmt.Sprintf("it could not be looked at: %v", err), Remedy: "Look at what is said of the database first."}
}

func (d *Doctor) sealed(ctx context.Context, n *notes, _ portal.Organization) error {
	all, shut, err := d.Sealed(ctx)
	if err != nil {
		return err
	}
	if shut > 0 {
		n.fail("Stop the server and put the key file in place with which it was sealed, or enter the secrets of connections and event hooks again.",
			"the key file does not open %d of %d secrets of connections and event hooks", shut, all)
		return nil
	}
	n.ok("the key file opens all %d secrets of connections and event hooks", all)
	return nil
}

func (d *Doctor) queues(ctx context.Context, n *notes, _ portal.Organization) error {
	counts, err := d.DB.CountJobs(ctx)
	if err != nil {
		return err
	}
	waiting := 0
	for _, c := range counts {
		switch c.State {
		case "available", "running":
			waiting += c.N
		case "retryable":
			n.warn("The server's log says why under \"job failed\"; they are tried again by themselves.", "%d jobs of kind %s failed and wait for another try", c.N, c.Kind)
		case "discarded":
			n.fail("The server's log says why. Retry the run or letter in the console.", "%d jobs of kind %s were given up", c.N, c.Kind)
		}
	}
	oldest, err := d.DB.OldestJob(ctx)
	if err != nil {
		return err
	}
	remedy := "Is a server running? `sallyport serve` works the queue. If one does, raise workers, or look at what its runs wait for."
	switch age := d.Now().Sub(oldest); {
	case oldest.IsZero() || age < oldJob:
		n.ok("%d jobs wait or are worked at, none for long", waiting)
	case age < stuckJob:
		n.warn(remedy, "a job has been waiting for %s", age.Round(time.Second))
	default:
		n.fail(remedy, "a job has been waiting for %s: nobody works the queue, or everybody is busy", age.Round(time.Second))
	}
	return nil
}

func (d *Doctor) runs(ctx context.Context, n *notes, o portal.Organization) error {
	all, failed, err := d.DB.Runs.CountSince(ctx, o.ID, d.Now().Add(-24*time.Hour))
	if err != nil {
		return err
	}
	if failed > 0 {
		n.warn("Flows > Runs, filtered by failed: the card says what was sent and what came back, and Retry goes on from there.", "%s: %d of %d runs of the last 24 hours failed", o.Slug, failed, all)
		return nil
	}
	n.ok("%s: %d runs in the last 24 hours, none failed", o.Slug, all)
	return nil
}

func (d *Doctor) auditChain(ctx context.Context, n *notes, o portal.Organization) error {
	r, err := d.DB.Audit.Verify(ctx, o.ID)
	if err != nil {
		return err
	}
	if r.Fault != nil {
		n.fail("Somebody with access to the database changed it. Compare with the copy at the syslog collector or in a backup, and find out who had access.", "%s: %s", o.Slug, r.Fault.Text)
		return nil
	}
	n.ok("%s: %d entries stand as they were written", o.Slug, r.Entries)
	return nil
}

func (d *Doctor) auditStream(ctx context.Context, n *notes, _ portal.Organization) error {
	if d.Config.Audit.Syslog == "" {
		n.warn("Set audit.syslog to a collector, or note the last hash of `sallyport audit verify` elsewhere: whoever can write to the database could write the chain anew.",
			"the audit log is sent nowhere")
		return nil
	}
	target, err := audit.ParseTarget(d.Config.Audit.Syslog)
	if err != nil {
		return err
	}
	orgs, err := d.DB.Audit.Orgs(ctx)
	if err != nil {
		return err
	}
	waiting := 0
	for _, org := range orgs {
		w, err := d.DB.Audit.Waiting(ctx, target.String(), org)
		if err != nil {
			return err
		}
		waiting += w
	}
	if waiting > 1000 {
		n.fail("Look whether the collector can be reached; nothing is lost, it is sent when it can be.", "%d entries wait to be sent to %s", waiting, target)
		return nil
	}
	n.ok("%d entries wait to be sent to %s", waiting, target)
	return nil
}

func (d *Doctor) backups(ctx context.Context, n *notes, _ portal.Organization) error {
	last, err := d.DB.Audit.List(ctx, "", store.AuditFilter{Action: BackupWritten, Limit: 1})
	if err != nil {
		return err
	}
	remedy := "Run `sallyport backup FILE` each day, or `sallyport backup --every 1h DIR` beside the server, and keep the files on another machine. Keep a copy of the key file apart from them."
	if len(last) == 0 {
		n.warn(remedy, "no backup was ever made")
		return nil
	}
	age := d.Now().Sub(last[0].At)
	switch {
	case age > staleBackup:
		n.fail(remedy, "the last backup is of %s, %d days ago", day(last[0].At), int(age.Hours()/24))
	case age > oldBackup:
		n.warn(remedy, "the last backup is of %s", last[0].At.UTC().Format(time.RFC3339))
	default:
		n.ok("the last backup is of %s", last[0].At.UTC().Format(time.RFC3339))
	}
	return nil
}

func (d *Doctor) retention(ctx context.Context, n *notes, o portal.Organization) error {
	keep, err := d.DB.EventRetention.Get(ctx, o.ID)
	if err != nil {
		return err
	}
	stock, err := d.DB.EventRetention.Stock(ctx, o.ID)
	if err != nil {
		return err
	}
	held := fmt.Sprintf("%s: %d events, about %s", o.Slug, stock.Events, size(stock.Bytes))
	switch {
	case keep.Days == 0 && keep.Bytes == 0 && stock.Bytes > 10<<30:
		n.warn("Bound it under Settings > Retention before the disk does.", "%s, kept for ever", held)
	case keep.Days > 0 && !stock.Oldest.IsZero() && d.Now().Sub(stock.Oldest) > time.Duration(keep.Days+45)*24*time.Hour:
		n.warn("A server sweeps once an hour while it runs; evidence of alerts stays.", "%s; the oldest is of %s, though %d days are to be kept", held, day(stock.Oldest), keep.Days)
	default:
		n.ok("%s", held)
	}
	return nil
}
