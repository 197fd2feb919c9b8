package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/notify"
)

// Channels is the notification_channel table.
type Channels struct {
	db  *DB
	now func() time.Time
}

const channelColumns = `id, org_id, name, connection_id, doc, enabled, sent_at, error, error_at, created_at, updated_at`

func scanChannel(rows *sql.Rows) (notify.Channel, error) {
	var c notify.Channel
	var doc string
	var sent, failed, created, updated int64
	if err := rows.Scan(&c.ID, &c.Org, &c.Name, &c.Connection, &doc, &c.Enabled, &sent, &c.Health.Error, &failed, &created, &updated); err != nil {
		return c, err
	}
	c.Health.SentAt, c.Health.ErrorAt, c.CreatedAt, c.UpdatedAt = fromMicros(sent), fromMicros(failed), fromMicros(created), fromMicros(updated)
	if err := json.Unmarshal([]byte(doc), &c.Plan); err != nil {
		return c, fmt.Errorf("plan of channel %s: %w", c.ID, err)
	}
	return c, nil
}

// List returns an organization's channels by name.
func (t Channels) List(ctx context.Context, org string) ([]notify.Channel, error) {
	return list(ctx, t.db, scanChannel, `SELECT `+channelColumns+` FROM notification_channel WHERE org_id = ? ORDER BY name`, org)
}

// Get returns one channel.
func (t Channels) Get(ctx context.Context, org, id string) (notify.Channel, error) {
	return one(ctx, t.db, "channel", scanChannel, `SELECT `+channelColumns+` FROM notification_channel WHERE id = ? AND org_id = ?`, id, org)
}

// Save keeps a channel, new or changed. What it held back is looked at again: its
// quiet may be over now.
func (t Channels) Save(ctx context.Context, c notify.Channel) error {
	doc, err := json.Marshal(c.Plan)
	if err != nil {
		return err
	}
	err = t.db.Write(ctx, func(tx *Tx) error {
		now := toMicros(t.now())
		// What was due while the channel was off is not told of when it is on again.
		_, err := tx.exec(ctx, `INSERT INTO notification_channel (id, org_id, name, connection_id, doc, enabled, looked_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, connection_id = excluded.connection_id, doc = excluded.doc, enabled = excluded.enabled,
			looked_at = CASE WHEN notification_channel.enabled THEN notification_channel.looked_at ELSE excluded.looked_at END, updated_at = excluded.updated_at
			WHERE notification_channel.org_id = excluded.org_id`, c.ID, c.Org, c.Name, c.Connection, string(doc), c.Enabled, now, toMicros(c.CreatedAt), now)
		if err != nil {
			return err
		}
		held, err := list(ctx, tx, scalar[string], `SELECT id FROM notice WHERE channel_id = ? AND org_id = ? AND state = 'held' ORDER BY id`, c.ID, c.Org)
		if err != nil {
			return err
		}
		return tx.enqueueNotices(ctx, c.Org, held)
	})
	if errs.KindOf(err) == errs.Conflict {
		return errs.New(errs.Conflict, "there is a channel %q already", c.Name)
	}
	return err
}

// Remove deletes a channel with its notices. What was not sent is not sent any more.
func (t Channels) Remove(ctx context.Context, org, id string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(ctx, `DELETE FROM notice WHERE channel_id = ? AND org_id = ?`, id, org); err != nil {
			return err
		}
		return tx.change(ctx, "channel", `DELETE FROM notification_channel WHERE id = ? AND org_id = ?`, id, org)
	})
}

// Told notes how a channel did when it was tried out.
func (t Channels) Told(ctx context.Context, org, id, failure string) error {
	return t.db.Write(ctx, func(tx *Tx) error { return tx.channelDid(ctx, org, id, failure, t.now()) })
}

func (tx *Tx) channelDid(ctx context.Context, org, id, failure string, at time.Time) error {
	if failure == "" {
		_, err := tx.exec(ctx, `UPDATE notification_channel SET sent_at = ?, error = '', error_at = 0 WHERE id = ? AND org_id = ?`, toMicros(at), id, org)
		return err
	}
	_, err := tx.exec(ctx, `UPDATE notification_channel SET error = ?, error_at = ? WHERE id = ? AND org_id = ?`, failure, toMicros(at), id, org)
	return err
}

// Answer notes that a request of Slack's is being answered. It is a conflict where
// it was answered before; what is older than until cannot come again.
func (t Channels) Answer(ctx context.Context, signature string, until time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(ctx, `DELETE FROM slack_request WHERE at < ?`, toMicros(until)); err != nil {
			return err
		}
		n, err := tx.affected(ctx, `INSERT INTO slack_request (signature, at) VALUES (?, ?) ON CONFLICT (signature) DO NOTHING`, signature, toMicros(t.now()))
		if err == nil && n == 0 {
			return errs.New(errs.Conflict, "the request was answered before")
		}
		return err
	})
}
