package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/id"
	"sallyport/internal/notify"
	"sallyport/internal/rule"
)

// Notices is the notice table: what channels tell, and told.
type Notices struct {
	db  *DB
	now func() time.Time
}

const noticeColumns = `id, org_id, channel_id, about_id, moment, state, digest_id, attempts, not_before, sent_at, error, created_at, updated_at, news`

func scanNotice(rows *sql.Rows) (notify.Notice, error) {
	var n notify.Notice
	var digest sql.NullString
	var before, sent, created, updated int64
	var news string
	if err := rows.Scan(&n.ID, &n.Org, &n.Channel, &n.About, &n.Moment, &n.State, &digest, &n.Attempts, &before, &sent, &n.Error, &created, &updated, &news); err != nil {
		return n, err
	}
	n.Digest, n.NotBefore, n.SentAt, n.CreatedAt, n.UpdatedAt = digest.String, fromMicros(before), fromMicros(sent), fromMicros(created), fromMicros(updated)
	if news == "" {
		return n, nil
	}
	if err := json.Unmarshal([]byte(news), &n.News); err != nil {
		return n, fmt.Errorf("news of notice %s: %w", n.ID, err)
	}
	return n, nil
}

// foldedOccurrences says what a batch's hits came to, as channels tell it.
func foldedOccurrences(f *alert.Folded) []notify.Occurrence {
	var out []notify.Occurrence
	for _, t := range f.Tallies {
		switch {
		case t.Opened:
			out = append(out, notify.Occurrence{Alert: t.Alert, Moment: notify.Opened})
		case t.Escalated:
			out = append(out, escalation(t.Alert))
		}
	}
	return out
}

// changedOccurrences says what somebody's change of an alert is, as channels tell it.
func changedOccurrences(before, after alert.Alert) []notify.Occurrence {
	switch {
	case after.State == alert.Closed && before.State != alert.Closed:
		return []notify.Occurrence{{Alert: after, Moment: notify.Closed, Occasion: fmt.Sprint(toMicros(after.ClosedAt))}}
	case after.Severity > before.Severity && after.State != alert.Closed:
		return []notify.Occurrence{escalation(after)}
	}
	return nil
}

func escalation(a alert.Alert) notify.Occurrence {
	return notify.Occurrence{Alert: a, Moment: notify.Escalated, Occasion: a.Severity.String()}
}

// notify writes the notices of what happened to alerts, and queues their jobs: of
// each alert, moment and channel once, however often it is written.
func (tx *Tx) notify(ctx context.Context, org string, os []notify.Occurrence, now time.Time) error {
	if len(os) == 0 {
		return nil
	}
	channels, err := tx.telling(ctx, org)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, c := range channels {
		rows = append(rows, noticesOf(c, os, now)...)
	}
	return tx.addNotices(ctx, org, rows)
}

// telling are the channels of an organization that are switched on.
func (tx *Tx) telling(ctx context.Context, org string) ([]notify.Channel, error) {
	return list(ctx, tx, scanChannel, `SELECT `+channelColumns+` FROM notification_channel WHERE org_id = ? AND enabled ORDER BY id`, org)
}

func noticesOf(c notify.Channel, os []notify.Occurrence, now time.Time) [][]any {
	var rows [][]any
	for _, o := range os {
		if c.Wants(o) {
			rows = append(rows, []any{id.At(now), c.Org, c.ID, o.Alert.ID, o.Moment, o.Occasion, int(o.Alert.Severity), notify.Queued, toMicros(now), toMicros(now), ""})
		}
	}
	return rows
}

func (tx *Tx) addNotices(ctx context.Context, org string, rows [][]any) error {
	const columns, width = "id, org_id, channel_id, about_id, moment, occasion, severity, state, created_at, updated_at, news", 11
	var added []string
	for len(rows) > 0 {
		n := chunk(len(rows), width, tx.db.d.maxArgs)
		args := slices.Concat(rows[:n]...)
		rows = rows[n:]
		ids, err := list(ctx, tx, scalar[string], insertText("notice", columns, "ON CONFLICT (channel_id, about_id, moment, occasion) DO NOTHING RETURNING id", n, width), args...)
		if err != nil {
			return fmt.Errorf("add notices: %w", err)
		}
		added = append(added, ids...)
	}
	return tx.enqueueNotices(ctx, org, added)
}

// Take begins an attempt at a notice; see [notify.Store].
func (t Notices) Take(ctx context.Context, org, noticeID string) (notify.Parcel, error) {
	var p notify.Parcel
	err := t.db.Write(ctx, func(tx *Tx) (err error) {
		p, err = tx.take(ctx, org, noticeID, t.now())
		return err
	})
	return p, err
}

func (tx *Tx) take(ctx context.Context, org, noticeID string, now time.Time) (notify.Parcel, error) {
	lead, _, err := tx.notice(ctx, org, noticeID)
	if err != nil {
		return notify.Parcel{}, err
	}
	// The channel's row keeps two jobs from making a digest of the same notices.
	c, err := one(ctx, tx, "channel", scanChannel, `SELECT `+channelColumns+` FROM notification_channel WHERE id = ? AND org_id = ?`+tx.db.d.forUpdate, lead.Channel, org)
	if err != nil {
		return notify.Parcel{}, err
	}
	lead, severity, err := tx.notice(ctx, org, noticeID) // as it is now that the channel is ours
	if err != nil {
		return notify.Parcel{}, err
	}
	p := notify.Parcel{Channel: c, Lead: lead}
	if lead.State.Ended() || lead.Digest != "" && lead.Digest != lead.ID {
		return p, nil
	}
	if !c.Enabled {
		return p, tx.setNotices(ctx, p, notify.Dropped, "", now)
	}
	if lead.Moment == notify.Answered {
		return tx.takeAnswer(ctx, p, now)
	}
	if until := c.HeldUntil(severity, now); !until.IsZero() && lead.State != notify.Sending {
		p.Again = until
		_, err := tx.exec(ctx, `UPDATE notice SET state = ?, not_before = ?, updated_at = ? WHERE id = ? AND org_id = ?`, notify.Held, toMicros(until), toMicros(now), lead.ID, org)
		return p, err
	}
	if lead.State == notify.Held {
		_, err := tx.exec(ctx, `UPDATE notice SET digest_id = ? WHERE channel_id = ? AND org_id = ? AND state = 'held' AND digest_id IS NULL`, lead.ID, c.ID, org)
		if err != nil {
			return p, err
		}
	}
	p.Lead.Attempts++
	if _, err := tx.exec(ctx, `UPDATE notice SET attempts = ? WHERE id = ? AND org_id = ?`, p.Lead.Attempts, lead.ID, org); err != nil {
		return p, err
	}
	if err := tx.setNotices(ctx, p, notify.Sending, lead.Error, now); err != nil {
		return p, err
	}
	p.Notices, err = list(ctx, tx, scanNotice, `SELECT `+noticeColumns+` FROM notice WHERE org_id = ? AND (id = ? OR digest_id = ?) ORDER BY created_at, id`, org, lead.ID, lead.ID)
	return p, err
}

func (tx *Tx) notice(ctx context.Context, org, noticeID string) (notify.Notice, rule.Severity, error) {
	n, err := one(ctx, tx, "notice", scanNotice, `SELECT `+noticeColumns+` FROM notice WHERE id = ? AND org_id = ?`, noticeID, org)
	if err != nil {
		return n, 0, err
	}
	severity, err := one(ctx, tx, "notice", scalar[int], `SELECT severity FROM notice WHERE id = ? AND org_id = ?`, noticeID, org)
	return n, rule.Severity(severity), err
}

// setNotices sets the state of all that a parcel holds.
func (tx *Tx) setNotices(ctx context.Context, p notify.Parcel, s notify.State, failure string, now time.Time) error {
	var sent time.Time
	if s == notify.Sent {
		sent = now
	}
	_, err := tx.exec(ctx, `UPDATE notice SET state = ?, sent_at = ?, error = ?, updated_at = ? WHERE org_id = ? AND (id = ? OR digest_id = ?)`,
		s, toMicros(sent), failure, toMicros(now), p.Lead.Org, p.Lead.ID, p.Lead.ID)
	return err
}

// End says what came of a parcel; see [notify.Store].
func (t Notices) End(ctx context.Context, p notify.Parcel, r notify.Result) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if err := tx.setNotices(ctx, p, r.State, r.Error, t.now()); err != nil {
			return err
		}
		if err := tx.keepPlace(ctx, p, r.Place); err != nil {
			return err
		}
		return tx.channelDid(ctx, p.Channel.Org, p.Channel.ID, r.Error, t.now())
	})
}

// OfChannel returns a channel's notices, the newest first.
func (t Notices) OfChannel(ctx context.Context, org, channel string, limit int) ([]notify.Notice, error) {
	return list(ctx, t.db, scanNotice, `SELECT `+noticeColumns+` FROM notice WHERE channel_id = ? AND org_id = ? ORDER BY created_at DESC, id DESC LIMIT ?`, channel, org, limit)
}

// Waiting counts, by channel, the notices that are not sent yet.
func (t Notices) Waiting(ctx context.Context, org string) (map[string]int, error) {
	return counts[string](ctx, t.db, `SELECT channel_id, count(*) FROM notice WHERE org_id = ? AND state IN ('queued', 'held', 'sending') GROUP BY channel_id`, org)
}

// Forget deletes what was told before a time.
func (t Notices) Forget(ctx context.Context, before time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `DELETE FROM notice WHERE updated_at < ? AND state IN ('sent', 'failed', 'dropped')`, toMicros(before))
		return err
	})
}

// maxOverdue bounds the alerts that are found overdue at a look.
const maxOverdue = 5000

// Overdue writes the notices of alerts of which something was due since the
// channels that tell of it were looked at last.
func (t Notices) Overdue(ctx context.Context) error {
	orgs, err := list(ctx, t.db, scalar[string], `SELECT DISTINCT org_id FROM notification_channel WHERE enabled`)
	if err != nil {
		return err
	}
	for _, org := range orgs {
		if err := t.db.Write(ctx, func(tx *Tx) error { return tx.overdue(ctx, org, t.now()) }); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) overdue(ctx context.Context, org string, now time.Time) error {
	type looked struct {
		channel notify.Channel
		at      int64
	}
	looks, err := list(ctx, tx, func(rows *sql.Rows) (l looked, err error) { return l, rows.Scan(&l.channel.ID, &l.at) },
		`SELECT id, looked_at FROM notification_channel WHERE org_id = ? AND enabled ORDER BY id`+tx.db.d.forUpdate, org)
	if err != nil || len(looks) == 0 {
		return err
	}
	since := slices.MinFunc(looks, func(a, b looked) int { return int(a.at - b.at) }).at
	until := toMicros(now)
	late, err := list(ctx, tx, scanAlert, `SELECT `+alertColumns+` FROM alert WHERE org_id = ? AND (state = 'open' AND ack_due_at > ? AND ack_due_at <= ?
		OR state <> 'closed' AND close_due_at > ? AND close_due_at <= ?) ORDER BY id LIMIT ?`, org, since, until, since, until, maxOverdue)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, l := range looks {
		if len(late) == 0 {
			break
		}
		c, err := one(ctx, tx, "channel", scanChannel, `SELECT `+channelColumns+` FROM notification_channel WHERE id = ? AND org_id = ?`, l.channel.ID, org)
		if err != nil {
			return err
		}
		rows = append(rows, noticesOf(c, dueBetween(late, l.at, until), now)...)
	}
	if _, err := tx.exec(ctx, `UPDATE notification_channel SET looked_at = ? WHERE org_id = ? AND enabled`, until, org); err != nil {
		return err
	}
	return tx.addNotices(ctx, org, rows)
}

// dueBetween are the occurrences of alerts that came to be overdue after one time
// and not after another.
func dueBetween(as []alert.Alert, since, until int64) []notify.Occurrence {
	var out []notify.Occurrence
	for _, a := range as {
		for what, at := range map[string]time.Time{"acknowledge": a.AckDueAt, "close": a.CloseDueAt} {
			due := toMicros(at)
			if due > since && due <= until && (what == "close" || a.State == alert.Open) {
				out = append(out, notify.Occurrence{Alert: a, Moment: notify.Overdue, Occasion: fmt.Sprint(what, " ", due)})
			}
		}
	}
	return out
}
