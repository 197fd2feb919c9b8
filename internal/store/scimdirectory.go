package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/portal"
	"sallyport/internal/scim"
)

// Directory is an organization's users and groups as its identity provider keeps
// them. A user who is active is a member of the organization.
type Directory struct {
	db    *DB
	org   portal.Organization
	asker *portal.Asker
	now   func() time.Time
}

var _ scim.Directory = Directory{}

// Directory returns the directory of an organization. Who is new in it is written
// to by the asker.
func (db *DB) Directory(org portal.Organization, asker *portal.Asker) Directory {
	return Directory{db, org, asker, db.Audit.now}
}

func noRecord(ref scim.Ref) error {
	return errs.New(errs.NotFound, "there is no %s with the id %.80s", ref.Kind, ref.ID)
}

// Find returns a record.
func (d Directory) Find(ctx context.Context, ref scim.Ref, related bool) (scim.Record, error) {
	ctx = d.db.brief(ctx)
	r, err := d.find(ctx, d.db, ref, "")
	if err != nil || !related {
		return r.Record, err
	}
	r.Related, err = d.related(ctx, d.db, ref)
	return r.Record, err
}

func (d Directory) find(ctx context.Context, on querier, ref scim.Ref, lock string) (scimRow, error) {
	rs, err := list(ctx, on, scanSCIM, `SELECT `+scimColumns+` FROM scim_record r WHERE r.org_id = ? AND r.kind = ? AND r.id = ?`+lock, d.org.ID, ref.Kind, ref.ID)
	switch {
	case err != nil:
		return scimRow{}, err
	case len(rs) == 0:
		return scimRow{}, noRecord(ref)
	}
	return rs[0], nil
}

// List returns the records that a query asks for.
func (d Directory) List(ctx context.Context, q scim.Query) (scim.Page, error) {
	w := where{}
	w.add(`r.org_id = ?`, d.org.ID)
	w.add(`r.kind = ?`, q.Kind)
	for _, t := range q.Terms {
		w.addSCIM(d.org.ID, t)
	}
	page, err := scim.Page{}, error(nil)
	all := where{slices.Clip(w.terms), slices.Clip(w.args)}
	offset := q.Offset
	if q.After == "" && len(q.Terms) == 0 && offset >= placeEvery {
		t, err := d.counted(ctx, q.Kind)
		if err != nil {
			return page, err
		}
		page.Total = t.n
		if q.After, q.Offset, err = d.skip(ctx, q.Kind, t, offset); err != nil {
			return page, err
		}
	}
	if q.Limit > 0 {
		w.addIf(q.After != "", `r.id > ?`, q.After)
		if page.Records, err = d.records(ctx, q, w); err != nil {
			return page, err
		}
	}
	if !q.Total || page.Total > 0 {
		return page, nil
	}
	if n := len(page.Records); q.After == "" && n < q.Limit && (n > 0 || q.Offset == 0) {
		page.Total = q.Offset + n
		return page, nil
	}
	page.Total, err = d.total(ctx, q, all)
	return page, err
}

// briefPage is how many records are read without being ready to be interrupted.
const briefPage = 200

func (d Directory) records(ctx context.Context, q scim.Query, w where) ([]scim.Record, error) {
	if q.Limit <= briefPage && q.Offset <= placeEvery {
		ctx = d.db.brief(ctx)
	}
	scan := scanSCIM
	if q.Texts {
		scan = scanSCIMText
	}
	var out []scim.Record
	var ids []string
	if len(q.Terms) == 0 { // a whole page, as a rule; by a name there is one
		out, ids = make([]scim.Record, 0, min(q.Limit, briefPage)), make([]string, 0, min(q.Limit, briefPage))
	}
	_, err := list(ctx, d.db, func(rows *sql.Rows) (none struct{}, err error) {
		r, err := scan(rows)
		out, ids = append(out, r.Record), append(ids, r.ID)
		return none, err
	}, `SELECT `+scimColumns+` FROM scim_record r `+w.text()+` ORDER BY r.id LIMIT ?+0 OFFSET ?+0`, append(w.args, q.Limit, q.Offset)...)
	if err != nil {
		return nil, err
	}
	if !q.Related || len(out) == 0 {
		return out, nil
	}
	others, err := d.relatedOf(ctx, d.db, q.Kind, ids)
	for i := range out {
		out[i].Related = others[out[i].ID]
	}
	return out, err
}

func (d Directory) total(ctx context.Context, q scim.Query, w where) (int, error) {
	if len(q.Terms) > 0 {
		return one(ctx, d.db, "count", scalar[int], `SELECT count(*) FROM scim_record r `+w.text(), w.args...)
	}
	t, err := d.counted(ctx, q.Kind)
	return t.n, err
}

// addSCIM adds the condition of a term. The conditions of partial indexes are
// written out, so that the databases see that they hold.
func (w *where) addSCIM(org string, t scim.Term) {
	switch t.Field {
	case scim.FieldID:
		w.add(`r.id = ?`, t.Text)
	case scim.FieldUserName:
		w.add(`r.name_key = ?`, t.Text)
	case scim.FieldDisplayName:
		w.add(`r.label_key = ? AND r.label_key <> ''`, t.Text)
	case scim.FieldExternalID:
		w.add(`r.external_id = ? AND r.external_id <> ''`, t.Text)
	case scim.FieldEmail:
		w.add(`r.id IN (SELECT e.user_id FROM scim_email e WHERE e.org_id = ? AND e.email_key = ?)`, org, t.Text)
	case scim.FieldMember:
		w.add(`r.id IN (SELECT m.group_id FROM scim_member m WHERE m.org_id = ? AND m.user_id = ?)`, org, t.Text)
	case scim.FieldActive:
		if t.Bool {
			w.add(`r.active = 1`)
		} else {
			w.add(`r.active = 0`)
		}
	default:
		w.add(`1 = 0`)
	}
}

// Create keeps a new record.
func (d Directory) Create(ctx context.Context, kind scim.Kind, edit scim.Edit) (scim.Record, error) {
	var out scim.Record
	letter, err := d.written(kind, edit)
	if err != nil {
		return out, err
	}
	err = d.db.writeTogether(ctx, d.org.ID, func(ctx context.Context, tx *Tx) error {
		if err := tx.holdRoles(ctx, d.org.ID); err != nil {
			return err
		}
		now := d.now().Truncate(time.Microsecond).UTC()
		r := scimRow{Record: scim.Record{Ref: scim.Ref{Kind: kind, ID: id.At(now)}, Document: edit.Document, Version: 1, Created: now, Modified: now}, pushed: true}
		r.active = kind == scim.User && r.Active()
		if err := checkSCIM(r.Record); err != nil {
			return err
		}
		if err := tx.nameTaken(ctx, d.org.ID, r.Record); err != nil {
			return err
		}
		c := scimChange{Directory: d, tx: tx, now: now, asked: letter}
		if err := c.create(ctx, &r, edit.Members); err != nil {
			return err
		}
		var err error
		if kind == scim.Group {
			r.Related, err = d.related(ctx, tx, r.Ref)
		}
		out = r.Record
		return err
	})
	if err != nil { // out may be written yet, where the caller has given up
		return scim.Record{}, err
	}
	return out, nil
}

// written returns the letter to a user who is to be created, so that nobody waits
// in the transaction until it is written; nil where there is none.
func (d Directory) written(kind scim.Kind, edit scim.Edit) (*portal.Asked, error) {
	r := scim.Record{Ref: scim.Ref{Kind: kind}, Document: edit.Document}
	if kind != scim.User || !r.Active() {
		return nil, nil
	}
	address, err := scimAddress(r)
	if err != nil {
		return nil, err
	}
	a, err := d.ask(r, address)
	return &a, err
}

func (d Directory) ask(r scim.Record, address string) (portal.Asked, error) {
	return d.asker.Ask(portal.Confirmation{Org: d.org.ID, Address: address, Origin: portal.OriginSCIM}, d.org, scimPerson(r))
}

// Change does what edit makes of a record.
func (d Directory) Change(ctx context.Context, ref scim.Ref, related bool, edit func(scim.Record) (scim.Edit, error)) (scim.Record, error) {
	var out scim.Record
	err := d.db.writeTogether(ctx, d.org.ID, func(ctx context.Context, tx *Tx) error {
		old, err := d.held(ctx, tx, ref, related)
		if err != nil {
			return err
		}
		e, err := edit(old.Record)
		if err != nil {
			return err
		}
		r := old
		r.Related = nil
		if e.Document != nil {
			if r.Document, r.pushed = e.Document, true; ref.Kind == scim.User {
				r.active = r.Active()
			}
		}
		c := scimChange{Directory: d, tx: tx, now: d.now().Truncate(time.Microsecond).UTC()}
		if err := c.change(ctx, old, &r, e); err != nil {
			return err
		}
		if related {
			r.Related, err = d.related(ctx, tx, ref)
		}
		out = r.Record
		return err
	})
	if err != nil { // out may be written yet, where the caller has given up
		return scim.Record{}, err
	}
	return out, nil
}

// Delete forgets a record and its memberships, if check lets it.
func (d Directory) Delete(ctx context.Context, ref scim.Ref, check func(scim.Record) error) error {
	return d.db.writeTogether(ctx, d.org.ID, func(ctx context.Context, tx *Tx) error {
		r, err := d.held(ctx, tx, ref, false)
		if err != nil {
			return err
		}
		if err := check(r.Record); err != nil {
			return err
		}
		c := scimChange{Directory: d, tx: tx, now: d.now().Truncate(time.Microsecond).UTC()}
		return c.remove(ctx, r)
	})
}

// held returns a record that nobody else changes until the transaction ends.
func (d Directory) held(ctx context.Context, tx *Tx, ref scim.Ref, related bool) (scimRow, error) {
	if err := tx.holdRoles(ctx, d.org.ID); err != nil {
		return scimRow{}, err
	}
	r, err := d.find(ctx, tx, ref, tx.db.d.forUpdate)
	if err != nil || !related {
		return r, err
	}
	r.Related, err = d.related(ctx, tx, ref)
	return r, err
}

func (d Directory) related(ctx context.Context, on querier, ref scim.Ref) ([]scim.Related, error) {
	all, err := d.relatedOf(ctx, on, ref.Kind, []string{ref.ID})
	return all[ref.ID], err
}

// relatedOf returns the other ends of the memberships of records of one kind, by
// their ids, ordered.
func (d Directory) relatedOf(ctx context.Context, on querier, kind scim.Kind, ids []string) (map[string][]scim.Related, error) {
	of, other, otherKind, display := "user_id", "group_id", scim.Group, "''"
	if kind == scim.Group {
		of, other, otherKind, display = "group_id", "user_id", scim.User, "m.display"
	}
	out := map[string][]scim.Related{}
	for some := range slices.Chunk(ids, 500) {
		these, args := among(d.db, "m."+of, "text", some)
		_, err := list(ctx, on, func(rows *sql.Rows) (none struct{}, err error) {
			var id, label string
			r := scim.Related{Ref: scim.Ref{Kind: otherKind}}
			err = rows.Scan(&id, &r.ID, &r.Display, &label)
			r.Display = cmp.Or(r.Display, label)
			out[id] = append(out[id], r)
			return none, err
		}, `SELECT m.`+of+`, m.`+other+`, `+display+`, r.label FROM scim_member m JOIN scim_record r ON r.org_id = m.org_id AND r.kind = ? AND r.id = m.`+other+`
			WHERE m.org_id = ? AND `+these+` ORDER BY m.`+of+`, m.`+other, append([]any{otherKind, d.org.ID}, args...)...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
