package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/letter"
)

// Letters is the letter table: what the server writes to people in its own name.
type Letters struct {
	db  *DB
	now func() time.Time
}

const letterColumns = `id, org_id, kind, recipient, state, sealed, attempts, due_at, sent_at, error, expires_at, created_at, updated_at`

func scanLetter(rows *sql.Rows) (letter.Letter, error) {
	var l letter.Letter
	var due, sent, expires, created, updated int64
	err := rows.Scan(&l.ID, &l.Org, &l.Kind, &l.To, &l.State, &l.Sealed, &l.Attempts, &due, &sent, &l.Error, &expires, &created, &updated)
	l.DueAt, l.SentAt, l.ExpiresAt, l.CreatedAt, l.UpdatedAt = fromMicros(due), fromMicros(sent), fromMicros(expires), fromMicros(created), fromMicros(updated)
	return l, err
}

// AddLetter keeps a letter that [letter.Office.Write] wrote, and queues its job: it
// is sent if the transaction stands. An address that got enough letters is a
// [letter.LimitError], and nothing is written.
func (tx *Tx) AddLetter(ctx context.Context, l letter.Letter) error {
	key := letter.Key(l.To)
	if err := tx.hold(ctx, "letter\x00"+key); err != nil { // two at once are counted one after the other
		return err
	}
	if err := tx.enough(ctx, key, l.Kind, l.CreatedAt); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `INSERT INTO letter (id, org_id, kind, recipient, address, state, sealed, due_at, expires_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		l.ID, l.Org, l.Kind, l.To, key, letter.Queued, l.Sealed, toMicros(l.DueAt), toMicros(l.ExpiresAt), toMicros(l.CreatedAt), toMicros(l.CreatedAt))
	if err != nil {
		return fmt.Errorf("add letter: %w", err)
	}
	return tx.enqueueLetter(ctx, l.ID)
}

// enough reports, as an error, that an address got as many letters as it may.
func (tx *Tx) enough(ctx context.Context, key string, kind letter.Kind, now time.Time) error {
	ofKind, err := list(ctx, tx, scalar[int64], `SELECT created_at FROM letter WHERE address = ? AND kind = ? AND created_at > ? ORDER BY created_at DESC LIMIT ?+0`,
		key, kind, toMicros(now.Add(-letter.LimitSpan)), letter.MostOfKind)
	if err != nil {
		return err
	}
	if len(ofKind) == letter.MostOfKind {
		return &letter.LimitError{RetryAfter: fromMicros(ofKind[len(ofKind)-1]).Add(letter.LimitSpan).Sub(now)}
	}
	all, err := list(ctx, tx, scalar[int64], `SELECT created_at FROM letter WHERE address = ? AND created_at > ? ORDER BY created_at DESC LIMIT ?+0`,
		key, toMicros(now.Add(-letter.LimitDay)), letter.MostOfAll)
	if err != nil {
		return err
	}
	if len(all) == letter.MostOfAll {
		return &letter.LimitError{RetryAfter: fromMicros(all[len(all)-1]).Add(letter.LimitDay).Sub(now)}
	}
	return nil
}

// Add keeps a letter that goes with no other change; see [Tx.AddLetter].
func (t Letters) Add(ctx context.Context, l letter.Letter) error {
	return t.db.Write(ctx, func(tx *Tx) error { return tx.AddLetter(ctx, l) })
}

// Take begins an attempt at a letter; see [letter.Store].
func (t Letters) Take(ctx context.Context, id string, until time.Time) (l letter.Letter, mine bool, err error) {
	err = t.db.Write(ctx, func(tx *Tx) error {
		now := t.now()
		l, err = one(ctx, tx, "letter", scanLetter, `SELECT `+letterColumns+` FROM letter WHERE id = ?`+tx.db.d.forUpdate, id)
		if err != nil || l.State.Ended() {
			return err
		}
		held, err := one(ctx, tx, "letter", scalar[int64], `SELECT held_until FROM letter WHERE id = ?`, id)
		if err != nil {
			return err
		}
		l.DueAt = latest(l.DueAt, fromMicros(held))
		if mine = !l.DueAt.After(now); !mine {
			return nil
		}
		l.Attempts++
		_, err = tx.exec(ctx, `UPDATE letter SET attempts = ?, held_until = ?, updated_at = ? WHERE id = ?`, l.Attempts, toMicros(until), toMicros(now), id)
		return err
	})
	return l, mine, err
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// End says what came of an attempt; see [letter.Store].
func (t Letters) End(ctx context.Context, l letter.Letter, r letter.Result) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		now := t.now()
		var sent time.Time
		if r.State == letter.Sent {
			sent = now
		}
		due, sealed := r.DueAt, `sealed`
		if r.State != letter.Queued {
			due = l.DueAt
		}
		if r.State == letter.Sent || r.State == letter.Expired {
			sealed = `NULL`
		}
		_, err := tx.exec(ctx, `UPDATE letter SET state = ?, sealed = `+sealed+`, due_at = ?, held_until = 0, sent_at = ?, error = ?, updated_at = ? WHERE id = ?`,
			r.State, toMicros(due), toMicros(sent), r.Error, toMicros(now), l.ID)
		return err
	})
}

// Retry has a letter tried again now: one that waits for its next attempt, or has
// failed. One that was sent or has expired is a conflict.
func (t Letters) Retry(ctx context.Context, org, id string) (letter.Letter, error) {
	var l letter.Letter
	err := t.db.Write(ctx, func(tx *Tx) (err error) {
		now := t.now()
		l, err = one(ctx, tx, "letter", scanLetter, `SELECT `+letterColumns+` FROM letter WHERE id = ? AND org_id = ?`+tx.db.d.forUpdate, id, org)
		if err != nil {
			return err
		}
		if l.Sealed == nil || !now.Before(l.ExpiresAt) {
			return errs.New(errs.Conflict, "the letter was sent, or what it says is over; have it written anew")
		}
		l.State, l.Attempts, l.DueAt, l.UpdatedAt = letter.Queued, 0, now, now
		// An attempt that is under way is not disturbed: the next comes after it.
		if _, err := tx.exec(ctx, `UPDATE letter SET state = ?, attempts = 0, due_at = ?, updated_at = ? WHERE id = ?`, letter.Queued, toMicros(now), toMicros(now), id); err != nil {
			return err
		}
		return tx.enqueueAgain(ctx, id)
	})
	return l, err
}

// List returns an organization's letters, the newest first, after a place; of any
// state where none is given.
func (t Letters) List(ctx context.Context, org string, state letter.State, after Place, limit int) ([]letter.Letter, error) {
	w := where{}
	w.add(`org_id = ?`, org)
	w.addIf(state != "", `state = ?`, state)
	w.after(after, "created_at")
	return list(ctx, t.db, scanLetter, `SELECT `+letterColumns+` FROM letter `+w.text()+` ORDER BY created_at DESC, id DESC LIMIT ?`, append(w.args, limit)...)
}

// Count counts an organization's letters since a time by state.
func (t Letters) Count(ctx context.Context, org string, since time.Time) (map[letter.State]int, error) {
	return counts[letter.State](ctx, t.db, `SELECT state, count(*) FROM letter WHERE org_id = ? AND created_at >= ? GROUP BY state`, org, toMicros(since))
}

// CountQueued counts the letters of all organizations that are not sent yet: those
// that were not tried, and those that are tried again.
func (t Letters) CountQueued(ctx context.Context) (fresh, again int, err error) {
	n, err := counts[string](ctx, t.db, `SELECT CASE WHEN error = '' THEN 'fresh' ELSE 'again' END, count(*) FROM letter WHERE state = 'queued' GROUP BY 1`)
	return n["fresh"], n["again"], err
}

// Wipe takes away what letters say that have expired, and ends those that wait.
func (t Letters) Wipe(ctx context.Context) error {
	const over = ` WHERE sealed IS NOT NULL AND expires_at <= ? AND held_until <= ?`
	at := toMicros(t.now())
	n, err := one(ctx, t.db, "letter", scalar[int], `SELECT count(*) FROM letter`+over, at, at)
	if err != nil || n == 0 { // most of the time, and a look costs less than a transaction
		return err
	}
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `UPDATE letter SET sealed = NULL, state = CASE WHEN state = 'queued' THEN 'expired' ELSE state END, updated_at = ?`+over, at, at, at)
		return err
	})
}

// Forget deletes the letters of before a time that have ended.
func (t Letters) Forget(ctx context.Context, before time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `DELETE FROM letter WHERE updated_at < ? AND state <> 'queued'`, toMicros(before))
		return err
	})
}

func sealedLetters() sealed[letter.Letter] {
	return sealed[letter.Letter]{
		table: "letter", columns: letterColumns, column: "sealed", scan: scanLetter,
		key: func(l letter.Letter) (string, string) { return l.ID, l.Org },
	}
}

// Reseal seals anew what every letter says that is kept, and returns how many there
// are.
func (t Letters) Reseal(ctx context.Context, fn func(letter.Letter) ([]byte, error)) (int, error) {
	return sealedLetters().reseal(ctx, t.db, fn)
}
