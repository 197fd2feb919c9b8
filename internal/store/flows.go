package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
)

// Flows is the flow, flow_version, flow_folder and flow_revision tables.
type Flows struct{ db *DB }

const flowColumns = `id, org_id, folder_id, slug, title, description, enabled, version, draft, draft_at, bindings, save_data, created_at, updated_at`

func scanFlow(rows *sql.Rows) (flow.Flow, error) {
	return scanFlowAnd(rows)
}

// scanFlowAnd scans a flow's columns, and further ones after them.
func scanFlowAnd(rows *sql.Rows, more ...any) (flow.Flow, error) {
	var f flow.Flow
	var draft sql.NullString
	var bindings string
	var draftAt, created, updated int64
	err := rows.Scan(append([]any{
		&f.ID, &f.Org, &f.Folder, &f.Slug, &f.Title, &f.Description, &f.Enabled, &f.Version, &draft, &draftAt, &bindings, &f.SaveData, &created, &updated,
	}, more...)...)
	if err != nil {
		return f, err
	}
	f.Draft, f.DraftAt, f.CreatedAt, f.UpdatedAt = draft.String, fromMicros(draftAt), fromMicros(created), fromMicros(updated)
	if err := json.Unmarshal([]byte(bindings), &f.Bindings); err != nil {
		return f, fmt.Errorf("bindings of flow %s: %w", f.ID, err)
	}
	return f, nil
}

// Revision counts the changes to an organization's flows.
func (t Flows) Revision(ctx context.Context, org string) (int64, error) {
	return revision(ctx, t.db, org)
}

func revision(ctx context.Context, on querier, org string) (int64, error) {
	got, err := list(ctx, on, scalar[int64], `SELECT revision FROM flow_revision WHERE org_id = ?`, org)
	if err != nil || len(got) == 0 {
		return 0, err
	}
	return got[0], nil
}

// Published returns the flows that have a published version, with the bodies of
// those versions.
func (t Flows) Published(ctx context.Context, org string) ([]flow.Flow, []string, error) {
	var bodies []string
	flows, err := list(ctx, t.db, func(rows *sql.Rows) (flow.Flow, error) {
		var body string
		f, err := scanFlowAnd(rows, &body)
		bodies = append(bodies, body)
		return f, err
	}, `SELECT f.id, f.org_id, f.folder_id, f.slug, f.title, f.description, f.enabled, f.version, f.draft, f.draft_at, f.bindings, f.save_data, f.created_at, f.updated_at, v.body
		FROM flow f JOIN flow_version v ON v.flow_id = f.id AND v.org_id = f.org_id AND v.version = f.version WHERE f.org_id = ? ORDER BY f.id`, org)
	return flows, bodies, err
}

// Version returns one published version.
func (t Flows) Version(ctx context.Context, org, id string, number int) (flow.Version, error) {
	return one(ctx, t.db, "version of this flow", scanVersion, `SELECT flow_id, version, body, author, note, created_at FROM flow_version WHERE flow_id = ? AND org_id = ? AND version = ?`, id, org, number)
}

// Versions returns the published versions of a flow, the newest first, without
// their bodies.
func (t Flows) Versions(ctx context.Context, org, id string) ([]flow.Version, error) {
	return list(ctx, t.db, scanVersion, `SELECT flow_id, version, '', author, note, created_at FROM flow_version WHERE flow_id = ? AND org_id = ? ORDER BY version DESC`, id, org)
}

func scanVersion(rows *sql.Rows) (flow.Version, error) {
	var v flow.Version
	var at int64
	err := rows.Scan(&v.Flow, &v.Number, &v.Body, &v.Author, &v.Note, &at)
	v.CreatedAt = fromMicros(at)
	return v, err
}

// List returns an organization's flows by title.
func (t Flows) List(ctx context.Context, org string) ([]flow.Flow, error) {
	return list(ctx, t.db, scanFlow, `SELECT `+flowColumns+` FROM flow WHERE org_id = ? ORDER BY title, id`, org)
}

// Get returns one flow.
func (t Flows) Get(ctx context.Context, org, id string) (flow.Flow, error) {
	return one(ctx, t.db, "flow", scanFlow, `SELECT `+flowColumns+` FROM flow WHERE id = ? AND org_id = ?`, id, org)
}

// Folders returns an organization's folders by name.
func (t Flows) Folders(ctx context.Context, org string) ([]flow.Folder, error) {
	return list(ctx, t.db, scanFolder, `SELECT id, org_id, name, template, created_at FROM flow_folder WHERE org_id = ? ORDER BY name`, org)
}

// Folder returns one folder.
func (t Flows) Folder(ctx context.Context, org, id string) (flow.Folder, error) {
	return one(ctx, t.db, "folder", scanFolder, `SELECT id, org_id, name, template, created_at FROM flow_folder WHERE id = ? AND org_id = ?`, id, org)
}

// RenameFolder changes a folder's name.
func (t Flows) RenameFolder(ctx context.Context, org, id, name string) error {
	err := t.db.Write(ctx, func(tx *Tx) error {
		return tx.change(ctx, "folder", `UPDATE flow_folder SET name = ? WHERE id = ? AND org_id = ?`, name, id, org)
	})
	if errs.KindOf(err) == errs.Conflict {
		return errs.New(errs.Conflict, "there is a folder %q already", name)
	}
	return err
}

// RemoveFolder deletes a folder that holds neither flows nor tables.
func (t Flows) RemoveFolder(ctx context.Context, org, id string) error {
	err := t.db.Write(ctx, func(tx *Tx) error {
		n, err := one(ctx, tx, "count", scalar[int], `SELECT count(*) FROM data_table WHERE folder_id = ? AND org_id = ?`, id, org)
		if err != nil {
			return err
		}
		if n > 0 {
			return errs.New(errs.Conflict, "the folder is not empty")
		}
		return tx.change(ctx, "folder", `DELETE FROM flow_folder WHERE id = ? AND org_id = ?`, id, org)
	})
	if errs.KindOf(err) == errs.Conflict { // a flow's folder is there: the database sees to it
		return errs.New(errs.Conflict, "the folder is not empty; move or delete its flows and tables first")
	}
	return err
}

func scanFolder(rows *sql.Rows) (flow.Folder, error) {
	var f flow.Folder
	var template sql.NullString
	var at int64
	err := rows.Scan(&f.ID, &f.Org, &f.Name, &template, &at)
	f.Template, f.CreatedAt = template.String, fromMicros(at)
	return f, err
}

// AddFolder makes a folder.
func (tx *Tx) AddFolder(ctx context.Context, f flow.Folder) error {
	_, err := tx.exec(ctx, `INSERT INTO flow_folder (id, org_id, name, template, created_at) VALUES (?, ?, ?, ?, ?)`, f.ID, f.Org, f.Name, null(f.Template), toMicros(f.CreatedAt))
	if errs.KindOf(err) == errs.Conflict {
		return errs.New(errs.Conflict, "there is a folder %q already", f.Name)
	}
	return err
}

// AddFlow makes a flow, switched as f says, with no version yet.
func (tx *Tx) AddFlow(ctx context.Context, f flow.Flow) error {
	bindings, err := json.Marshal(f.Bindings)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `INSERT INTO flow (`+flowColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		f.ID, f.Org, f.Folder, f.Slug, f.Title, f.Description, f.Enabled, 0, null(f.Draft), toMicros(f.DraftAt), string(bindings), f.SaveData, toMicros(f.CreatedAt), toMicros(f.UpdatedAt))
	if errs.KindOf(err) == errs.Conflict {
		return errs.New(errs.Conflict, "there is a flow %q in this folder already", f.Slug)
	}
	if err != nil {
		return err
	}
	return tx.bumpRevision(ctx, f.Org)
}

// Publish adds a version and makes it the one that runs; v's number is given by
// the order. The draft, which it was made of, is gone.
func (tx *Tx) Publish(ctx context.Context, org string, d *flow.Definition, v flow.Version) (int, error) {
	f, err := one(ctx, tx, "flow", scanFlow, `SELECT `+flowColumns+` FROM flow WHERE id = ? AND org_id = ?`+tx.db.d.forUpdate, v.Flow, org)
	if err != nil {
		return 0, err
	}
	n := f.Version + 1
	if _, err := tx.exec(ctx, `INSERT INTO flow_version (org_id, flow_id, version, body, author, note, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		org, v.Flow, n, d.Source, v.Author, v.Note, toMicros(v.CreatedAt)); err != nil {
		return 0, err
	}
	if _, err := tx.exec(ctx, `UPDATE flow SET version = ?, title = ?, description = ?, draft = NULL, draft_at = 0, updated_at = ? WHERE id = ? AND org_id = ?`,
		n, d.Title, d.Description, toMicros(v.CreatedAt), v.Flow, org); err != nil {
		return 0, err
	}
	f.Version = n
	if err := tx.arm(ctx, f, d, v.CreatedAt); err != nil {
		return 0, err
	}
	return n, tx.bumpRevision(ctx, org)
}

// SetDraft keeps what is not published yet.
func (t Flows) SetDraft(ctx context.Context, org, id, draft string, now time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		return tx.change(ctx, "flow", `UPDATE flow SET draft = ?, draft_at = ? WHERE id = ? AND org_id = ?`, null(draft), toMicros(now), id, org)
	})
}

// Settings are what is changed of a flow without publishing.
type Settings struct {
	Enabled  bool
	SaveData bool
	Bindings flow.Bindings
}

// Set changes a flow's settings.
func (t Flows) Set(ctx context.Context, org, id string, s Settings, now time.Time) error {
	return t.db.Write(ctx, func(tx *Tx) error { return tx.SetFlow(ctx, org, id, s, now) })
}

// SetFlow changes a flow's settings.
func (tx *Tx) SetFlow(ctx context.Context, org, id string, s Settings, now time.Time) error {
	bindings, err := json.Marshal(s.Bindings)
	if err != nil {
		return err
	}
	err = tx.change(ctx, "flow", `UPDATE flow SET enabled = ?, save_data = ?, bindings = ?, updated_at = ? WHERE id = ? AND org_id = ?`,
		s.Enabled, s.SaveData, string(bindings), toMicros(now), id, org)
	if err != nil {
		return err
	}
	if err := tx.rearm(ctx, org, id, now); err != nil {
		return err
	}
	return tx.bumpRevision(ctx, org)
}

// Reseal replaces the bindings of every flow that has secret options by what fn
// makes of it, in one transaction, and returns how many secrets there are.
func (t Flows) Reseal(ctx context.Context, fn func(flow.Flow) (flow.Bindings, error)) (int, error) {
	n := 0
	err := t.db.Write(ctx, func(tx *Tx) error {
		n = 0
		all, err := list(ctx, tx, scanFlow, `SELECT `+flowColumns+` FROM flow ORDER BY id`+tx.db.d.forUpdate)
		if err != nil {
			return err
		}
		for _, f := range all {
			if f.Bindings.Secrets == nil {
				continue
			}
			b, err := fn(f)
			if err != nil {
				return err
			}
			text, err := json.Marshal(b)
			if err != nil {
				return err
			}
			if err := tx.change(ctx, "flow", `UPDATE flow SET bindings = ? WHERE id = ? AND org_id = ?`, string(text), f.ID, f.Org); err != nil {
				return err
			}
			if err := tx.bumpRevision(ctx, f.Org); err != nil {
				return err
			}
			n += len(b.Sealed)
		}
		return nil
	})
	return n, err
}

// Remove deletes a flow and its versions. Its runs stay, as history.
func (t Flows) Remove(ctx context.Context, org, id string) error {
	return t.db.Write(ctx, func(tx *Tx) error { return tx.RemoveFlow(ctx, org, id) })
}

// RemoveFlow deletes a flow and its versions. Its runs stay, as history.
func (tx *Tx) RemoveFlow(ctx context.Context, org, id string) error {
	for _, table := range []string{"flow_start", "flow_endpoint", "flow_delegate", "flow_version"} {
		if _, err := tx.exec(ctx, `DELETE FROM `+table+` WHERE flow_id = ? AND org_id = ?`, id, org); err != nil {
			return err
		}
	}
	if err := tx.change(ctx, "flow", `DELETE FROM flow WHERE id = ? AND org_id = ?`, id, org); err != nil {
		return err
	}
	return tx.bumpRevision(ctx, org)
}

// Titles returns the titles of an organization's flows, by id.
func (t Flows) Titles(ctx context.Context, org string) (map[string]string, error) {
	return names(ctx, t.db, `SELECT id, title FROM flow WHERE org_id = ?`, org)
}

// bumpRevision tells whoever holds the organization's flows compiled.
func (tx *Tx) bumpRevision(ctx context.Context, org string) error {
	_, err := tx.exec(ctx, `INSERT INTO flow_revision (org_id, revision) VALUES (?, 1) ON CONFLICT (org_id) DO UPDATE SET revision = flow_revision.revision + 1`, org)
	return err
}
