package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"sallyport/internal/inventory"
)

const taskColumns = `no, step, kind, okta_id, target, rank, pages, done, kept, results`

func scanTask(rows *sql.Rows) (t inventory.Task, err error) {
	var results string
	var kept []byte
	if err = rows.Scan(&t.No, &t.Step, &t.Object.Kind, &t.Object.ID, &t.Target, &t.Rank, &t.Pages, &t.Done, &kept, &results); err != nil {
		return t, err
	}
	if len(kept) > 0 {
		if t.Kept, err = unpack(kept); err != nil {
			return t, err
		}
	}
	return t, json.Unmarshal([]byte(results), &t.Results)
}

func taskRow(sync int64, t inventory.Task) ([]any, error) {
	results, err := json.Marshal(t.Results)
	if err != nil {
		return nil, err
	}
	return []any{sync, t.No, t.Step, string(t.Object.Kind), t.Object.ID, t.Target, int64(t.Rank), int64(t.Pages), t.Done, keptOf(t), string(results)}, nil
}

func keptOf(t inventory.Task) []byte {
	if len(t.Kept) == 0 {
		return []byte{}
	}
	return pack(t.Kept)
}

// Tasks implements [inventory.Shelf].
func (t Inventory) Tasks(ctx context.Context, s inventory.Sync) ([]inventory.Task, error) {
	return list(ctx, t.db, scanTask, `SELECT `+taskColumns+` FROM inventory_task
		WHERE sync_no = (SELECT s.no FROM inventory_sync s JOIN tenant t ON t.no = s.tenant WHERE s.id = ? AND t.org_id = ? AND t.id = ?) ORDER BY no`,
		s.ID, s.Org, s.Tenant)
}

// Plan implements [inventory.Shelf].
func (t Inventory) Plan(ctx context.Context, s inventory.Sync, tasks []inventory.Task) (out []inventory.Task, err error) {
	err = t.db.Write(ctx, func(tx *Tx) error {
		a, err := tx.sync(ctx, s)
		if err == nil {
			out, err = tx.addTasks(ctx, a.no, tasks)
		}
		return err
	})
	return out, err
}

func (tx *Tx) addTasks(ctx context.Context, sync int64, tasks []inventory.Task) ([]inventory.Task, error) {
	if len(tasks) == 0 {
		return nil, nil
	}
	last, err := one(ctx, tx, "task", scalar[int64], `SELECT COALESCE(max(no), 0) FROM inventory_task WHERE sync_no = ?`, sync)
	if err != nil {
		return nil, err
	}
	tasks = slices.Clone(tasks)
	rows := make([][]any, len(tasks))
	for i := range tasks {
		last++
		tasks[i].No = last
		if rows[i], err = taskRow(sync, tasks[i]); err != nil {
			return nil, err
		}
	}
	return tasks, tx.insertMany(ctx, "inventory_task", `sync_no, `+taskColumns, "", rows)
}

// Save implements [inventory.Shelf].
func (t Inventory) Save(ctx context.Context, s inventory.Sync, all []inventory.Outcome) (added [][]inventory.Task, err error) {
	err = t.db.Write(ctx, func(tx *Tx) error {
		a, err := tx.sync(ctx, s)
		if err != nil {
			return err
		}
		added = make([][]inventory.Task, len(all))
		for i, o := range all {
			if added[i], err = tx.save(ctx, a, o); err != nil {
				return err
			}
		}
		return nil
	})
	return added, err
}

// save keeps one outcome, and returns its new tasks with numbers.
func (tx *Tx) save(ctx context.Context, a atSync, o inventory.Outcome) ([]inventory.Task, error) {
	if err := tx.saveEntities(ctx, a, o); err != nil {
		return nil, err
	}
	if err := tx.saveEdges(ctx, a, o); err != nil {
		return nil, err
	}
	row, err := taskRow(a.no, o.Task)
	if err != nil {
		return nil, err
	}
	if err := tx.change(ctx, "task", `UPDATE inventory_task SET target = ?, rank = ?, pages = ?, done = ?, kept = ?, results = ? WHERE sync_no = ? AND no = ?`,
		append(row[5:], a.no, o.Task.No)...); err != nil {
		return nil, err
	}
	return tx.addTasks(ctx, a.no, o.New)
}

// saveEntities keeps entities, and that they were seen.
func (tx *Tx) saveEntities(ctx context.Context, a atSync, o inventory.Outcome) error {
	byKind := map[inventory.Kind][]inventory.Entity{}
	for _, e := range o.Entities {
		byKind[e.Kind] = append(byKind[e.Kind], e)
	}
	for kind, entities := range byKind {
		nos, err := tx.keepEntities(ctx, a.tenant, a.at, kind, entities)
		if err != nil {
			return err
		}
		if err := tx.keepPage(ctx, a.no, o.Task, string(kind), packNumbers(nos)); err != nil {
			return err
		}
	}
	return nil
}

// saveEdges keeps the edges of a page, or all of a list that is at its end.
func (tx *Tx) saveEdges(ctx context.Context, a atSync, o inventory.Outcome) error {
	if len(o.Held) > 0 {
		text, err := json.Marshal(o.Held)
		if err != nil {
			return err
		}
		if err := tx.keepPage(ctx, a.no, o.Task, heldPage, pack(text)); err != nil {
			return err
		}
	}
	for i, around := range o.Around {
		if i == 0 && o.Task.Done && o.Task.Pages > 1 {
			held, err := tx.held(ctx, a.no, o.Task.No)
			if err != nil {
				return err
			}
			around.Edges = append(held, around.Edges...)
		}
		if err := tx.replaceEdges(ctx, a.tenant, a.at, around); err != nil {
			return err
		}
	}
	if o.Task.Done && o.Task.Pages > 1 {
		_, err := tx.exec(ctx, `DELETE FROM inventory_page WHERE sync_no = ? AND task = ? AND kind = ?`, a.no, o.Task.No, heldPage)
		return err
	}
	return nil
}

// heldPage is the kind of a page that holds edges.
const heldPage = "edges"

func (tx *Tx) keepPage(ctx context.Context, sync int64, t inventory.Task, kind string, body []byte) error {
	_, err := tx.exec(ctx, `INSERT INTO inventory_page (sync_no, task, page, kind, body) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (sync_no, task, page, kind) DO UPDATE SET body = excluded.body`, sync, t.No, int64(t.Pages), kind, body)
	return err
}

// held returns the edges of the pages of a task.
func (tx *Tx) held(ctx context.Context, sync, task int64) ([]inventory.Edge, error) {
	pages, err := list(ctx, tx, scalar[[]byte], `SELECT body FROM inventory_page WHERE sync_no = ? AND task = ? AND kind = ? ORDER BY page`, sync, task, heldPage)
	if err != nil {
		return nil, err
	}
	var all []inventory.Edge
	for _, p := range pages {
		text, err := unpack(p)
		if err != nil {
			return nil, err
		}
		var edges []inventory.Edge
		if err := json.Unmarshal(text, &edges); err != nil {
			return nil, err
		}
		all = append(all, edges...)
	}
	return all, nil
}
