package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"sallyport/internal/id"
	"sallyport/internal/notify"
	"sallyport/internal/remedy"
	"sallyport/internal/rule"
)

// answerAgain is when to look again at a message that is being sent.
const answerAgain = 3 * time.Second

// keepPlace keeps where a message stands that asks something: one of its own, as
// digests have no buttons.
func (tx *Tx) keepPlace(ctx context.Context, p notify.Parcel, at notify.Place) error {
	if p.Lead.Moment != notify.Asked || len(p.Notices) != 1 || at == (notify.Place{}) {
		return nil
	}
	text, err := json.Marshal(at)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `UPDATE notice SET place = ? WHERE id = ? AND org_id = ?`, string(text), p.Lead.ID, p.Lead.Org)
	return err
}

// notifyAnswered has the messages changed that asked whether a plan may run, once
// that is decided, or nobody has decided in time.
func (tx *Tx) notifyAnswered(ctx context.Context, m remedy.Move) error {
	p := m.To
	if p.Needs == "" || p.WaitsForApproval() || !slices.Contains(m.From, remedy.Waiting) {
		return nil
	}
	channels, err := list(ctx, tx, scalar[string], `SELECT DISTINCT n.channel_id FROM notice n JOIN notification_channel c ON c.id = n.channel_id AND c.org_id = n.org_id
		JOIN connection x ON x.id = c.connection_id AND x.org_id = c.org_id
		WHERE n.org_id = ? AND n.about_id = ? AND n.moment = ? AND n.state NOT IN (?, ?) AND x.connector = ? ORDER BY n.channel_id`,
		p.Org, p.ID, notify.Asked, notify.Failed, notify.Dropped, notify.Slack)
	if err != nil {
		return err
	}
	var rows [][]any
	now := tx.db.Notices.now()
	for _, c := range channels {
		rows = append(rows, []any{id.At(now), p.Org, c, p.ID, notify.Answered, "", int(rule.High), notify.Queued, toMicros(now), toMicros(now), ""})
	}
	return tx.addNotices(ctx, p.Org, rows)
}

// takeAnswer begins an attempt at changing a message that asked. It keeps no quiet:
// nobody is told by it.
func (tx *Tx) takeAnswer(ctx context.Context, p notify.Parcel, now time.Time) (notify.Parcel, error) {
	type asked struct {
		state notify.State
		place string
	}
	found, err := list(ctx, tx, func(rows *sql.Rows) (a asked, err error) { return a, rows.Scan(&a.state, &a.place) },
		`SELECT state, place FROM notice WHERE org_id = ? AND channel_id = ? AND about_id = ? AND moment = ?`, p.Lead.Org, p.Lead.Channel, p.Lead.About, notify.Asked)
	if err != nil {
		return p, err
	}
	switch {
	case len(found) > 0 && found[0].state == notify.Sending: // it may say what was so before
		p.Again = now.Add(answerAgain)
		return p, nil
	case len(found) == 0 || found[0].place == "": // it is not sent yet, and will say what is so; or has no buttons
		return p, tx.setNotices(ctx, p, notify.Dropped, "", now)
	}
	if err := json.Unmarshal([]byte(found[0].place), &p.Place); err != nil {
		return p, fmt.Errorf("place of a message: %w", err)
	}
	p.Lead.Attempts++
	if _, err := tx.exec(ctx, `UPDATE notice SET attempts = ? WHERE id = ? AND org_id = ?`, p.Lead.Attempts, p.Lead.ID, p.Lead.Org); err != nil {
		return p, err
	}
	p.Notices = []notify.Notice{p.Lead}
	return p, tx.setNotices(ctx, p, notify.Sending, p.Lead.Error, now)
}
