package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/errs"
	"sallyport/internal/rule"
)

// Rules is the rule_file, rule_version, rule_setting and rule_revision tables:
// the rules that organizations have written, and what they decided about those of
// packs.
type Rules struct {
	db  *DB
	now func() time.Time
}

// Revision counts the changes to what an organization's alerts are made by.
func (t Rules) Revision(ctx context.Context, org string) (int64, error) {
	got, err := list(ctx, t.db, scalar[int64], `SELECT revision FROM rule_revision WHERE org_id = ?`, org)
	if err != nil || len(got) == 0 {
		return 0, err
	}
	return got[0], nil
}

// bumpRules tells whoever holds the organization's rules compiled.
func (tx *Tx) bumpRules(ctx context.Context, org string) error {
	_, err := tx.exec(ctx, `INSERT INTO rule_revision (org_id, revision) VALUES (?, 1) ON CONFLICT (org_id) DO UPDATE SET revision = rule_revision.revision + 1`, org)
	return err
}

// RuleFile is a file of rules that an organization has written.
type RuleFile struct {
	ID        string
	Org       string
	Slug      string
	Title     string
	Version   int    // that is published; 0 for none
	Draft     string // what is not published yet; empty for nothing
	Cases     string // the draft's test cases
	CreatedAt time.Time
	UpdatedAt time.Time
}

// RuleVersion is a published text of a file of rules.
type RuleVersion struct {
	File      string
	Number    int
	Text      string
	Cases     string
	Author    string // account
	Note      string
	CreatedAt time.Time
}

const ruleFileColumns = `id, org_id, slug, title, version, draft, cases, created_at, updated_at`

func scanRuleFile(rows *sql.Rows) (RuleFile, error) {
	var f RuleFile
	var draft, cases sql.NullString
	var created, updated int64
	err := rows.Scan(&f.ID, &f.Org, &f.Slug, &f.Title, &f.Version, &draft, &cases, &created, &updated)
	f.Draft, f.Cases, f.CreatedAt, f.UpdatedAt = draft.String, cases.String, fromMicros(created), fromMicros(updated)
	return f, err
}

// Files returns an organization's own files of rules by slug.
func (t Rules) Files(ctx context.Context, org string) ([]RuleFile, error) {
	return list(ctx, t.db, scanRuleFile, `SELECT `+ruleFileColumns+` FROM rule_file WHERE org_id = ? ORDER BY slug`, org)
}

// File returns one file.
func (t Rules) File(ctx context.Context, org, id string) (RuleFile, error) {
	return one(ctx, t.db, "rule", scanRuleFile, `SELECT `+ruleFileColumns+` FROM rule_file WHERE id = ? AND org_id = ?`, id, org)
}

// AddFile makes a file, with a draft and no version yet.
func (t Rules) AddFile(ctx context.Context, f RuleFile) error {
	err := t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO rule_file (`+ruleFileColumns+`) VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?)`,
			f.ID, f.Org, f.Slug, f.Title, null(f.Draft), null(f.Cases), toMicros(f.CreatedAt), toMicros(f.UpdatedAt))
		return err
	})
	if errs.KindOf(err) == errs.Conflict {
		return errs.New(errs.Conflict, "there is a rule %q already", f.Slug)
	}
	return err
}

// Edition names what a file's draft and published version are.
func (f RuleFile) Edition() string {
	sum := sha256.Sum256([]byte(f.Draft + "\x00" + f.Cases))
	return fmt.Sprintf("%d-%x", f.Version, sum[:8])
}

// at returns a file as it is, and holds it until the transaction is over. Where
// an edition is named, it is an error of kind conflict that the file has another.
func (t Rules) at(ctx context.Context, tx *Tx, org, id, edition string) (RuleFile, error) {
	f, err := one(ctx, tx, "rule", scanRuleFile, `SELECT `+ruleFileColumns+` FROM rule_file WHERE id = ? AND org_id = ?`+tx.db.d.forUpdate, id, org)
	if err == nil && edition != "" && edition != f.Edition() {
		err = errs.New(errs.Conflict, "somebody else has changed the rule meanwhile")
	}
	return f, err
}

// RuleDraft is what is not published yet.
type RuleDraft struct {
	Text, Cases string // no text: nothing is left to publish
	Edition     string // of the file that it was made of; empty for whatever there is
}

// SetDraft keeps what is not published yet.
func (t Rules) SetDraft(ctx context.Context, org, id string, d RuleDraft) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		f, err := t.at(ctx, tx, org, id, d.Edition)
		if err != nil {
			return err
		}
		if d.Text == "" && f.Version == 0 {
			return errs.New(errs.Conflict, "the rule is nothing but this draft; delete it instead")
		}
		return tx.change(ctx, "rule", `UPDATE rule_file SET draft = ?, cases = ?, updated_at = ? WHERE id = ? AND org_id = ?`, null(d.Text), null(d.Cases), toMicros(t.now()), id, org)
	})
}

// Publish adds a version and makes it the one that runs; its number is given by
// the order. The draft is gone. The edition is as for [Rules.SetDraft].
func (t Rules) Publish(ctx context.Context, org, title, edition string, v RuleVersion) (int, error) {
	n := 0
	err := t.db.Write(ctx, func(tx *Tx) error {
		f, err := t.at(ctx, tx, org, v.File, edition)
		if err != nil {
			return err
		}
		n = f.Version + 1
		if _, err := tx.exec(ctx, `INSERT INTO rule_version (org_id, file_id, version, text, cases, author, note, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			org, v.File, n, v.Text, null(v.Cases), v.Author, v.Note, toMicros(t.now())); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `UPDATE rule_file SET version = ?, title = ?, draft = NULL, cases = NULL, updated_at = ? WHERE id = ? AND org_id = ?`, n, title, toMicros(t.now()), v.File, org); err != nil {
			return err
		}
		return tx.bumpRules(ctx, org)
	})
	return n, err
}

// RemoveFile deletes a file with its versions. The alerts of its rules stay.
func (t Rules) RemoveFile(ctx context.Context, org, id string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(ctx, `DELETE FROM rule_version WHERE file_id = ? AND org_id = ?`, id, org); err != nil {
			return err
		}
		if err := tx.change(ctx, "rule", `DELETE FROM rule_file WHERE id = ? AND org_id = ?`, id, org); err != nil {
			return err
		}
		return tx.bumpRules(ctx, org)
	})
}

func scanRuleVersion(rows *sql.Rows) (RuleVersion, error) {
	var v RuleVersion
	var cases sql.NullString
	var at int64
	err := rows.Scan(&v.File, &v.Number, &v.Text, &cases, &v.Author, &v.Note, &at)
	v.Cases, v.CreatedAt = cases.String, fromMicros(at)
	return v, err
}

const ruleVersionColumns = `v.file_id, v.version, v.text, v.cases, v.author, v.note, v.created_at`

// Version returns one published version.
func (t Rules) Version(ctx context.Context, org, file string, number int) (RuleVersion, error) {
	return one(ctx, t.db, "version of this rule", scanRuleVersion, `SELECT `+ruleVersionColumns+` FROM rule_version v WHERE v.file_id = ? AND v.org_id = ? AND v.version = ?`, file, org, number)
}

// Versions returns the published versions of a file, the newest first.
func (t Rules) Versions(ctx context.Context, org, file string) ([]RuleVersion, error) {
	return list(ctx, t.db, scanRuleVersion, `SELECT `+ruleVersionColumns+` FROM rule_version v WHERE v.file_id = ? AND v.org_id = ? ORDER BY v.version DESC`, file, org)
}

// Ruling returns what an organization's alerts are made by, besides the packs.
func (t Rules) Ruling(ctx context.Context, org string) (alert.Ruling, error) {
	var out alert.Ruling
	var err error
	if out.Files, err = list(ctx, t.db, func(rows *sql.Rows) (f alert.File, err error) { return f, rows.Scan(&f.ID, &f.Slug, &f.Text) },
		`SELECT f.id, f.slug, v.text FROM rule_file f JOIN rule_version v ON v.file_id = f.id AND v.org_id = f.org_id AND v.version = f.version WHERE f.org_id = ? ORDER BY f.slug`, org); err != nil {
		return out, err
	}
	if out.Rules, err = t.Settings(ctx, org); err != nil {
		return out, err
	}
	if out.Suppressions, err = t.db.Suppressions.List(ctx, org); err != nil {
		return out, err
	}
	out.Settings, err = t.db.Alerts.Settings(ctx, org)
	return out, err
}

// Settings returns what an organization decided about rules, by their ids.
func (t Rules) Settings(ctx context.Context, org string) (map[string]alert.RuleSetting, error) {
	type row struct {
		id string
		alert.RuleSetting
	}
	got, err := list(ctx, t.db, func(rows *sql.Rows) (r row, err error) {
		var enabled, severity sql.NullInt64
		var by sql.NullString
		var at int64
		err = rows.Scan(&r.id, &enabled, &severity, &by, &at)
		if enabled.Valid {
			on := enabled.Int64 != 0
			r.Enabled = &on
		}
		if severity.Valid {
			s := rule.Severity(severity.Int64)
			r.Severity = &s
		}
		r.By, r.UpdatedAt = by.String, fromMicros(at)
		return r, err
	}, `SELECT rule_id, enabled, severity, by_id, updated_at FROM rule_setting WHERE org_id = ?`, org)
	out := make(map[string]alert.RuleSetting, len(got))
	for _, r := range got {
		out[r.id] = r.RuleSetting
	}
	return out, err
}

// Set changes what an organization decided about a rule.
func (t Rules) Set(ctx context.Context, org, id string, s alert.RuleSetting) error {
	var enabled, severity any
	if s.Enabled != nil {
		enabled = 0
		if *s.Enabled {
			enabled = 1
		}
	}
	if s.Severity != nil {
		severity = int(*s.Severity)
	}
	return t.db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `INSERT INTO rule_setting (org_id, rule_id, enabled, severity, by_id, updated_at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (org_id, rule_id) DO UPDATE SET enabled = excluded.enabled, severity = excluded.severity, by_id = excluded.by_id, updated_at = excluded.updated_at`,
			org, id, enabled, severity, null(s.By), toMicros(t.now()))
		if err != nil {
			return err
		}
		return tx.bumpRules(ctx, org)
	})
}
