package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"sallyport/internal/id"
	"sallyport/internal/inventory"
	"sallyport/internal/notify"
	"sallyport/internal/posture"
	"sallyport/internal/remedy"
)

// followFindings writes what follows from the turns of findings, in the transaction
// of the judgement: so each is told, and starts what it starts, once.
func (tx *Tx) followFindings(ctx context.Context, t inventory.Tenant, j Judgement, turned []posture.Turned, now time.Time) error {
	if err := tx.notifyFindings(ctx, t, j.ID, turned, now); err != nil {
		return fmt.Errorf("tell of findings: %w", err)
	}
	if err := tx.wakeSchedules(ctx, t, turned, now); err != nil {
		return fmt.Errorf("wake schedules of findings: %w", err)
	}
	if j.Start == nil {
		return nil
	}
	flows, _, err := tx.revisions(ctx, t.Org)
	if err != nil {
		return err
	}
	runs, err := j.Start(flows, turned)
	if err != nil {
		return err
	}
	return tx.addSealedRuns(ctx, runs)
}

// notifyFindings writes one notice for each channel that tells of some of what a
// judgement changed.
func (tx *Tx) notifyFindings(ctx context.Context, t inventory.Tenant, judgement string, turned []posture.Turned, now time.Time) error {
	channels, err := tx.telling(ctx, t.Org)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, c := range channels {
		o := newsOf{c, c.News(t.ID, calledOf(t), turned), judgement, notify.Judged, ""}
		if rows, err = o.row(rows, now); err != nil {
			return err
		}
	}
	return tx.addNotices(ctx, t.Org, rows)
}

// calledOf is what people call a tenant.
func calledOf(t inventory.Tenant) string {
	if t.Name == "" {
		return t.Domain
	}
	return t.Name
}

// newsOf is what a channel is to tell, if anything is.
type newsOf struct {
	channel  notify.Channel
	news     *notify.News
	about    string
	moment   notify.Moment
	occasion string
}

// row adds the row of a notice of news, if there are any.
func (o newsOf) row(rows [][]any, now time.Time) ([][]any, error) {
	if o.news == nil {
		return rows, nil
	}
	doc, err := json.Marshal(o.news)
	if err != nil {
		return nil, err
	}
	return append(rows, []any{id.At(now), o.channel.Org, o.channel.ID, o.about, o.moment, o.occasion, int(o.news.Severity()), notify.Queued, toMicros(now), toMicros(now), string(doc)}), nil
}

// Expiring writes the notices of exceptions that came to be over soon since the
// channels that tell of them were looked at last. checks are those that there are.
func (t Notices) Expiring(ctx context.Context, checks []*posture.Check) error {
	orgs, err := list(ctx, t.db, scalar[string], `SELECT DISTINCT c.org_id FROM notification_channel c JOIN tenant t ON t.org_id = c.org_id JOIN posture_exception x ON x.tenant = t.no WHERE c.enabled AND x.expires_at > 0`)
	if err != nil {
		return err
	}
	by := make(map[string]*posture.Check, len(checks))
	for _, c := range checks {
		by[c.ID] = c
	}
	for _, org := range orgs {
		if err := t.db.Write(ctx, func(tx *Tx) error { return tx.expiring(ctx, org, by, t.now()) }); err != nil {
			return fmt.Errorf("tell of exceptions that are over soon: %w", err)
		}
	}
	return nil
}

func (tx *Tx) expiring(ctx context.Context, org string, checks map[string]*posture.Check, now time.Time) error {
	if err := tx.hold(ctx, "expiring "+org); err != nil {
		return err
	}
	channels, err := tx.telling(ctx, org)
	if err != nil {
		return err
	}
	looked, err := counts[string](ctx, tx, `SELECT id, told_at FROM notification_channel WHERE org_id = ? AND enabled`, org)
	if err != nil {
		return err
	}
	tenants, err := list(ctx, tx, scanTenant, `SELECT `+tenantColumns+` FROM tenant WHERE org_id = ? AND provider = ? ORDER BY no`, org, string(inventory.ByOkta))
	if err != nil {
		return err
	}
	var rows [][]any
	for _, t := range tenants {
		ends, err := tx.endings(ctx, t, checks, now)
		if err != nil {
			return err
		}
		for _, c := range channels {
			n := c.Expiring(t.ID, calledOf(t), ends, fromMicros(int64(looked[c.ID])), now)
			if rows, err = (newsOf{c, n, t.ID, notify.Expiring, fmt.Sprint(toMicros(now))}).row(rows, now); err != nil {
				return err
			}
		}
	}
	if _, err := tx.exec(ctx, `UPDATE notification_channel SET told_at = ? WHERE org_id = ? AND enabled`, toMicros(now), org); err != nil {
		return err
	}
	return tx.addNotices(ctx, org, rows)
}

// endings are the exceptions of a tenant that end, and soon enough to be told of.
func (tx *Tx) endings(ctx context.Context, t inventory.Tenant, checks map[string]*posture.Check, now time.Time) ([]notify.Ending, error) {
	return list(ctx, tx, func(rows *sql.Rows) (e notify.Ending, err error) {
		var expires, created int64
		err = rows.Scan(&e.Exception.Check, &e.Object, &e.Reason, &e.Owner, &expires, &created)
		e.Expires, e.Created, e.Check = fromMicros(expires), fromMicros(created), posture.Check{ID: e.Exception.Check, Title: e.Exception.Check}
		if c := checks[e.Check.ID]; c != nil {
			e.Check = *c
		}
		return e, err
	}, `SELECT r.check_id, r.object, r.reason, r.owner, r.expires_at, r.created_at FROM posture_exception r`+ofTenant+` AND r.expires_at > ? AND r.expires_at <= ? ORDER BY r.expires_at, r.check_id, r.object`,
		t.Org, t.ID, toMicros(now), toMicros(now.Add(notify.Lead)))
}

// wakeSchedules has the schedules of remediation take their turn now that are for
// checks of which findings were opened.
func (tx *Tx) wakeSchedules(ctx context.Context, t inventory.Tenant, turned []posture.Turned, now time.Time) error {
	opened := map[string]bool{}
	for _, x := range turned {
		if x.Turn != posture.TurnClosed {
			opened[x.Check.ID] = true
		}
	}
	if len(opened) == 0 {
		return nil
	}
	all, err := list(ctx, tx, scanSchedule, `SELECT doc FROM remedy_schedule WHERE org_id = ? AND next_at > 0 ORDER BY id`, t.Org)
	if err != nil {
		return err
	}
	same, err := tx.connectionsTo(ctx, t)
	if err != nil {
		return err
	}
	for _, s := range all {
		if !s.AtOnce || !opened[s.Select.Check] || !slices.Contains(same, s.Connection) || !s.NextAt.After(now) {
			continue
		}
		if err := tx.wakeSchedule(ctx, s, now); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) wakeSchedule(ctx context.Context, s remedy.Schedule, now time.Time) error {
	was := toMicros(s.NextAt)
	s.NextAt = fromMicros(toMicros(now))
	doc, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("schedule %s: %w", s.ID, err)
	}
	_, err = tx.exec(ctx, `UPDATE remedy_schedule SET doc = ?, next_at = ? WHERE id = ? AND org_id = ? AND next_at = ?`, string(doc), waits(s), s.ID, s.Org, was)
	return err
}

// connectionsTo are the ids of the connections that lead to a tenant.
func (tx *Tx) connectionsTo(ctx context.Context, t inventory.Tenant) ([]string, error) {
	all, err := list(ctx, tx, scanConnection, `SELECT `+connectionColumns+` FROM connection WHERE org_id = ?`, t.Org)
	out := []string{t.Connection}
	for _, c := range all {
		if c.Settings.Text("domain") == t.Domain {
			out = append(out, c.ID)
		}
	}
	return out, err
}
