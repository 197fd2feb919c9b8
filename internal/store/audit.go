package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/errs"
)

// Audit is the audit_entry and audit_head tables: what was done, in a chain for each
// organization.
type Audit struct {
	db  *DB
	now func() time.Time
}

const auditColumns = `org_id, seq, at, actor, actor_name, action, object, outcome, detail, addr, request_id, prev, hash`

func scanAudit(rows *sql.Rows) (e audit.Entry, err error) {
	var at int64
	err = rows.Scan(&e.Org, &e.Seq, &at, &e.Actor, &e.ActorName, &e.Action, &e.Object, &e.Outcome, &e.Detail, &e.Addr, &e.Request, &e.Prev, &e.Hash)
	e.At = fromMicros(at)
	return e, err
}

func scanHead(rows *sql.Rows) (h audit.Head, err error) {
	return h, rows.Scan(&h.Seq, &h.Hash, &h.AnchorSeq, &h.AnchorHash)
}

const auditHead = `SELECT seq, hash, anchor_seq, anchor_hash FROM audit_head WHERE org_id = ?`

// Audit writes an entry at the end of an organization's chain, in the transaction of
// what it tells of. Others who write one to it wait until the transaction ends.
func (tx *Tx) Audit(ctx context.Context, org string, n audit.Note) error {
	head, err := tx.auditHead(ctx, org)
	if err != nil {
		return err
	}
	detail := []byte("{}")
	if len(n.Detail) > 0 {
		if detail, err = json.Marshal(n.Detail); err != nil {
			return fmt.Errorf("write detail of the audit entry: %w", err)
		}
	}
	by := audit.Who(ctx)
	if n.Actor != nil {
		by.ID, by.Name, by.Addr = n.Actor.ID, n.Actor.Name, cmp.Or(by.Addr, n.Actor.Addr)
	}
	e := audit.Entry{
		Org: org, Seq: head.Seq + 1, At: tx.db.Audit.now().UTC().Truncate(time.Microsecond), Actor: by.ID, ActorName: by.Name, Action: n.Action, Object: n.Object,
		Outcome: cmp.Or(n.Outcome, audit.OK), Detail: string(detail), Addr: by.Addr, Request: by.Request, Prev: head.Hash,
	}
	e.Hash = e.Sum()
	if _, err := tx.exec(ctx, `INSERT INTO audit_entry (`+auditColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.Org, e.Seq, toMicros(e.At), e.Actor, e.ActorName, e.Action, e.Object, e.Outcome, e.Detail, e.Addr, e.Request, e.Prev, e.Hash); err != nil {
		return err
	}
	_, err = tx.exec(ctx, `UPDATE audit_head SET seq = ?, hash = ? WHERE org_id = ?`, e.Seq, e.Hash, org)
	return err
}

// auditHead returns the head of an organization's chain, and keeps others from it
// until the transaction ends.
func (tx *Tx) auditHead(ctx context.Context, org string) (audit.Head, error) {
	if head, err := list(ctx, tx, scanHead, auditHead+tx.db.d.forUpdate, org); err != nil || len(head) > 0 {
		return append(head, audit.Head{})[0], err
	}
	if _, err := tx.exec(ctx, `INSERT INTO audit_head (org_id, seq, hash) VALUES (?, 0, '') ON CONFLICT (org_id) DO NOTHING`, org); err != nil {
		return audit.Head{}, err
	}
	return one(ctx, tx, "audit log", scanHead, auditHead+tx.db.d.forUpdate, org)
}

// Add writes an entry in a transaction of its own.
func (t Audit) Add(ctx context.Context, org string, n audit.Note) error {
	return t.db.Write(ctx, func(tx *Tx) error { return tx.Audit(ctx, org, n) })
}

// AuditFilter says which entries are wanted; the zero value of each is any.
type AuditFilter struct {
	Actor, Action, Object, Outcome string // whole; Object is one of the entry's
	Text                           string // anywhere in actor, action, object or detail
	From, To                       time.Time
	Before                         int64 // only entries of lower numbers
	Limit                          int
}

// List returns entries, the newest first.
func (t Audit) List(ctx context.Context, org string, f AuditFilter) ([]audit.Entry, error) {
	w := where{}
	w.add(`org_id = ?`, org)
	w.addIf(f.Actor != "", `actor = ?`, f.Actor)
	w.addIf(f.Action != "", `action = ?`, f.Action)
	w.addIf(f.Outcome != "", `outcome = ?`, f.Outcome)
	w.addIf(f.Object != "", `' ' || object || ' ' LIKE ? ESCAPE '\'`, "% "+likely(f.Object)+" %")
	if f.Text != "" {
		like := "%" + strings.ToLower(likely(f.Text)) + "%"
		w.add(`(lower(actor_name) LIKE ? ESCAPE '\' OR lower(action) LIKE ? ESCAPE '\' OR lower(object) LIKE ? ESCAPE '\' OR lower(detail) LIKE ? ESCAPE '\')`, like, like, like, like)
	}
	w.addIf(!f.From.IsZero(), `at >= ?`, toMicros(f.From))
	w.addIf(!f.To.IsZero(), `at < ?`, toMicros(f.To))
	w.addIf(f.Before > 0, `seq < ?`, f.Before)
	return list(ctx, t.db, scanAudit, `SELECT `+auditColumns+` FROM audit_entry `+w.text()+` ORDER BY seq DESC LIMIT ?`, append(w.args, f.Limit)...)
}

// Get returns one entry.
func (t Audit) Get(ctx context.Context, org string, seq int64) (audit.Entry, error) {
	return one(ctx, t.db, "audit entry", scanAudit, `SELECT `+auditColumns+` FROM audit_entry WHERE org_id = ? AND seq = ?`, org, seq)
}

// after returns entries in the order of their numbers.
func (t Audit) after(ctx context.Context, org string, seq int64, limit int) ([]audit.Entry, error) {
	return list(ctx, t.db, scanAudit, `SELECT `+auditColumns+` FROM audit_entry WHERE org_id = ? AND seq > ? ORDER BY seq LIMIT ?`, org, seq, limit)
}

// auditBatch is how many entries are read at a time.
const auditBatch = 1000

// Verify holds all of an organization's entries against the chain. Entries that are
// written meanwhile are passed over.
func (t Audit) Verify(ctx context.Context, org string) (audit.Report, error) {
	for {
		r, err := t.verify(ctx, org)
		if err != nil || r.Fault == nil {
			return r, err
		}
		now, err := t.head(ctx, org)
		if err != nil || now.AnchorSeq == r.Head.AnchorSeq { // or else old entries were deleted meanwhile
			return r, err
		}
	}
}

func (t Audit) head(ctx context.Context, org string) (audit.Head, error) {
	head, err := one(ctx, t.db, "audit log", scanHead, auditHead, org)
	if errs.KindOf(err) == errs.NotFound {
		err = nil // nothing was ever written
	}
	return head, err
}

func (t Audit) verify(ctx context.Context, org string) (audit.Report, error) {
	head, err := t.head(ctx, org)
	if err != nil {
		return audit.Report{}, err
	}
	c := audit.NewChecker(head)
	for seq := int64(-1); ; {
		es, err := t.after(ctx, org, seq, auditBatch)
		if err != nil {
			return audit.Report{}, err
		}
		for _, e := range es {
			if seq = e.Seq; e.Seq <= head.Seq {
				c.Add(e)
			}
		}
		if len(es) < auditBatch || seq >= head.Seq {
			return c.End(), nil
		}
	}
}

// Prune deletes an organization's entries from before a time. The hash of the last
// one stays, so that what is kept can be verified. It returns how many went.
func (t Audit) Prune(ctx context.Context, org string, before time.Time) (int, error) {
	n := 0
	err := t.db.Write(ctx, func(tx *Tx) error {
		head, err := tx.auditHead(ctx, org)
		if err != nil {
			return err
		}
		last, err := list(ctx, tx, scanAudit, `SELECT `+auditColumns+` FROM audit_entry WHERE org_id = ? AND seq < (
			SELECT COALESCE(min(seq), ?) FROM audit_entry WHERE org_id = ? AND at >= ?) ORDER BY seq DESC LIMIT 1`, org, head.Seq+1, org, toMicros(before))
		if err != nil || len(last) == 0 {
			return err
		}
		if n, err = tx.affected(ctx, `DELETE FROM audit_entry WHERE org_id = ? AND seq <= ?`, org, last[0].Seq); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `UPDATE audit_head SET anchor_seq = ?, anchor_hash = ? WHERE org_id = ?`, last[0].Seq, last[0].Hash, org); err != nil {
			return err
		}
		return tx.Audit(ctx, org, audit.Note{Action: "audit.pruned", Detail: map[string]any{"entries": n, "until": last[0].Seq}})
	})
	return n, err
}

// Orgs returns the organizations that have a chain.
func (t Audit) Orgs(ctx context.Context) ([]string, error) {
	return list(ctx, t.db, scalar[string], `SELECT org_id FROM audit_head ORDER BY org_id`)
}

// Unsent returns the next entries that a target has not been sent.
func (t Audit) Unsent(ctx context.Context, target, org string, limit int) ([]audit.Entry, error) {
	sent, err := t.Sent(ctx, target, org)
	if err != nil {
		return nil, err
	}
	return t.after(ctx, org, sent, limit)
}

// Sent returns the number of the last entry that a target was sent.
func (t Audit) Sent(ctx context.Context, target, org string) (int64, error) {
	got, err := list(ctx, t.db, scalar[int64], `SELECT seq FROM audit_sent WHERE target = ? AND org_id = ?`, target, org)
	if err != nil || len(got) == 0 {
		return 0, err
	}
	return got[0], nil
}

// SetSent notes the last entry that a target was sent.
func (t Audit) SetSent(ctx context.Context, target, org string, seq int64) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO audit_sent (target, org_id, seq) VALUES (?, ?, ?) ON CONFLICT (target, org_id) DO UPDATE SET seq = excluded.seq`, target, org, seq)
		return err
	})
}

// Waiting counts the entries that a target has not been sent.
func (t Audit) Waiting(ctx context.Context, target, org string) (int, error) {
	return one(ctx, t.db, "count", scalar[int], `SELECT count(*) FROM audit_entry WHERE org_id = ? AND seq > COALESCE((SELECT seq FROM audit_sent WHERE target = ? AND org_id = ?), 0)`, org, target, org)
}
