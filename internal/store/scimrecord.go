package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/portal"
	"sallyport/internal/scim"
	"sallyport/internal/scim/schema"
	"sallyport/internal/value"
)

// scimRow is a row of the scim_record table.
type scimRow struct {
	scim.Record

	name, label string
	active      bool
	account     string // of a user who is a member
	pushed      bool   // the identity provider has said what the record is
}

// scanSCIMText scans a record with its document as it is kept, if it is.
func scanSCIMText(rows *sql.Rows) (scimRow, error) {
	r, err := scanSCIMRow(rows)
	if err == nil && !r.pushed {
		r.Document = localUser(r)
	}
	return r, err
}

const scimColumns = `r.kind, r.id, r.name, r.label, r.active, r.account_id, r.document, r.version, r.created_at, r.updated_at`

func scanSCIMRow(rows *sql.Rows) (r scimRow, err error) {
	var active, created, updated int64
	err = rows.Scan(&r.Kind, &r.ID, &r.name, &r.label, &active, &r.account, &r.Text, &r.Version, &created, &updated)
	r.active, r.pushed, r.Created, r.Modified = active != 0, r.Text != "", fromMicros(created), fromMicros(updated)
	return r, err
}

func scanSCIM(rows *sql.Rows) (scimRow, error) {
	r, err := scanSCIMText(rows)
	if err != nil || !r.pushed {
		return r, err
	}
	v, err := value.ParseJSON([]byte(r.Text))
	if err != nil {
		return r, fmt.Errorf("read document of %s %s: %w", r.Kind, r.ID, err)
	}
	doc, ok := v.(*value.Object)
	if !ok {
		return r, fmt.Errorf("the document of %s %s is no object", r.Kind, r.ID)
	}
	r.Document, r.Text = doc, ""
	return r, nil
}

// localUser is the document of a member whom no identity provider has pushed. Okta
// wants a first and a last name of whom it imports.
func localUser(r scimRow) *value.Object {
	full := strings.TrimSpace(cmp.Or(r.label, r.name))
	given, family := full, full
	if i := strings.LastIndexByte(full, ' '); i > 0 {
		given, family = strings.TrimSpace(full[:i]), full[i+1:]
	}
	doc := value.Map("schemas", []any{schema.UserURN}, "userName", r.name, "name", value.Map("formatted", full, "givenName", given, "familyName", family), "displayName", full, "active", r.active)
	doc.Set("emails", []any{value.Map("value", r.name, "type", "work", "primary", true)})
	return doc
}

// maxSCIMKey bounds what records are found by, in bytes: PostgreSQL has no more
// room for it in an index.
const maxSCIMKey = 1000

// checkSCIM refuses a document that cannot be kept.
func checkSCIM(r scim.Record) error {
	for what, s := range map[string]string{"the name": r.Name(), "displayName": r.Document.Text("displayName"), "externalId": r.ExternalID()} {
		if len(s) > maxSCIMKey {
			return errs.New(errs.Invalid, "%s is longer than %d bytes", what, maxSCIMKey)
		}
	}
	if r.Kind == scim.Group {
		return nil
	}
	if _, err := scimAddress(r); err != nil {
		return err
	}
	if emails := r.Emails(); len(emails) > 100 || slices.ContainsFunc(emails, func(s string) bool { return len(s) > maxSCIMKey }) {
		return errs.New(errs.Invalid, "these are too many addresses, or one is longer than %d bytes", maxSCIMKey)
	}
	return nil
}

// scimAddress returns where a user is written to: their userName, which is an
// e-mail address as a rule; where it is none, the primary one of their addresses,
// or the first.
func scimAddress(r scim.Record) (string, error) {
	if name := strings.TrimSpace(r.Name()); portal.CheckEmail(name) == nil {
		return name, nil
	}
	list, _ := r.Document.At("emails").([]any)
	best := ""
	for _, e := range list {
		o, ok := e.(*value.Object)
		if !ok || portal.CheckEmail(o.Text("value")) != nil {
			continue
		}
		if best == "" || o.At("primary") == true {
			best = strings.TrimSpace(o.Text("value"))
		}
	}
	if best == "" {
		return "", errs.New(errs.Invalid, "userName is to be an e-mail address, or emails to have one: people confirm by it that they are who they are")
	}
	return best, nil
}

// scimPerson returns what the identity provider calls a user.
func scimPerson(r scim.Record) string {
	name := r.Document.Object("name")
	full := strings.TrimSpace(name.Text("givenName") + " " + name.Text("familyName"))
	for _, s := range []string{r.Document.Text("displayName"), name.Text("formatted"), full} {
		if s = strings.TrimSpace(s); s != "" {
			return strings.ToValidUTF8(s[:min(len(s), 200)], "")
		}
	}
	return r.Name()
}

// insertSCIM writes a new record.
func (tx *Tx) insertSCIM(ctx context.Context, org string, r scimRow) error {
	_, err := tx.exec(ctx, `INSERT INTO scim_record (org_id, kind, id, name, name_key, label, label_key, external_id, active, account_id, document, version, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		append([]any{org, r.Kind, r.ID}, append(r.found(), r.Version, toMicros(r.Created), toMicros(r.Modified))...)...)
	if err != nil {
		return err
	}
	if err := tx.countSCIM(ctx, org, r.Ref); err != nil {
		return err
	}
	return tx.addEmails(ctx, org, r)
}

// found are the columns of a record from name to document.
func (r scimRow) found() []any {
	label, text := r.Document.Text("displayName"), ""
	if r.pushed {
		text = string(value.JSON(r.Document))
	}
	active := 0
	if r.active {
		active = 1
	}
	return []any{r.Name(), scim.Fold(r.Name()), r.Label(), scim.Fold(label), r.ExternalID(), active, r.account, text}
}

// updateSCIM writes a record that was changed, in place of what it was.
func (tx *Tx) updateSCIM(ctx context.Context, org string, old, r scimRow) error {
	_, err := tx.exec(ctx, `UPDATE scim_record SET name = ?, name_key = ?, label = ?, label_key = ?, external_id = ?, active = ?, account_id = ?, document = ?, version = ?, updated_at = ?
		WHERE org_id = ? AND kind = ? AND id = ?`, append(r.found(), r.Version, toMicros(r.Modified), org, r.Kind, r.ID)...)
	if err != nil || r.Kind == scim.Group || slices.Equal(old.Emails(), r.Emails()) {
		return err
	}
	if _, err := tx.exec(ctx, `DELETE FROM scim_email WHERE org_id = ? AND user_id = ?`, org, r.ID); err != nil {
		return err
	}
	return tx.addEmails(ctx, org, r)
}

func (tx *Tx) addEmails(ctx context.Context, org string, r scimRow) error {
	for _, s := range r.Emails() {
		if _, err := tx.exec(ctx, `INSERT INTO scim_email (org_id, email_key, user_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, org, scim.Fold(s), r.ID); err != nil {
			return err
		}
	}
	return nil
}

// countSCIM counts a new record. One that does not come in at the end of the list
// moves those after it; the end are ids of the same second, which come in any
// order (see [settled]).
func (tx *Tx) countSCIM(ctx context.Context, org string, r scim.Ref) error {
	_, err := tx.exec(ctx, `INSERT INTO scim_total (org_id, kind, total, last_id) VALUES (?, ?, 1, ?) ON CONFLICT (org_id, kind) DO UPDATE SET total = scim_total.total + 1,
		moves = scim_total.moves + CASE WHEN excluded.last_id < substr(scim_total.last_id, 1, 7) THEN 1 ELSE 0 END,
		last_id = CASE WHEN scim_total.last_id < excluded.last_id THEN excluded.last_id ELSE scim_total.last_id END`, org, r.Kind, r.ID)
	return err
}

// dropSCIM deletes a record with its memberships. The groups that a user was in
// have a new version.
func (tx *Tx) dropSCIM(ctx context.Context, org string, r scimRow, now time.Time) error {
	qs := []string{`DELETE FROM scim_member WHERE org_id = ? AND group_id = ?`}
	if r.Kind == scim.User {
		if err := tx.leaveGroups(ctx, org, r.ID, now); err != nil {
			return err
		}
		qs = []string{`DELETE FROM scim_email WHERE org_id = ? AND user_id = ?`}
	}
	for _, q := range qs {
		if _, err := tx.exec(ctx, q, org, r.ID); err != nil {
			return err
		}
	}
	if err := tx.change(ctx, "record", `DELETE FROM scim_record WHERE org_id = ? AND kind = ? AND id = ?`, org, r.Kind, r.ID); err != nil {
		return err
	}
	return tx.change(ctx, "count of records", `UPDATE scim_total SET total = total - 1, moves = moves + 1 WHERE org_id = ? AND kind = ?`, org, r.Kind)
}

func (tx *Tx) leaveGroups(ctx context.Context, org, user string, now time.Time) error {
	_, err := tx.exec(ctx, `UPDATE scim_record SET version = version + 1, updated_at = ? WHERE org_id = ? AND kind = ? AND id IN (SELECT group_id FROM scim_member WHERE org_id = ? AND user_id = ?)`,
		toMicros(now), org, scim.Group, org, user)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `DELETE FROM scim_member WHERE org_id = ? AND user_id = ?`, org, user)
	return err
}

// nameTaken is a conflict where another record of the kind has the name.
func (tx *Tx) nameTaken(ctx context.Context, org string, r scim.Record) error {
	other, err := list(ctx, tx, scalar[string], `SELECT id FROM scim_record WHERE org_id = ? AND kind = ? AND name_key = ? AND id <> ?`, org, r.Kind, scim.Fold(r.Name()), r.ID)
	if err == nil && len(other) > 0 {
		return errs.New(errs.Conflict, "there is a %s with the name %.200s already", r.Kind, r.Name())
	}
	return err
}
