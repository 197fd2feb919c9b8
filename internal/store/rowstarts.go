package store

import (
	"bytes"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/id"
	"sallyport/internal/table"
	"sallyport/internal/value"
)

// rowCause is who changes rows, and when.
type rowCause struct {
	run string // that changes them; empty for a person
	at  time.Time
}

// watcher is a flow that changes of a table's rows start.
type watcher struct {
	flow     string
	version  int
	saveData bool
	priority int
	changes  []string
}

// watchers are the flows that watch a table, with what is needed to start them.
type watchers struct {
	tx    *Tx
	org   string
	cause rowCause
	all   []watcher
	depth int // of the runs that are started
	runs  []flow.Run
}

// watch returns the flows that changes of a table by somebody start. A flow does
// not start itself, and a chain of flows that start one another ends.
func (tx *Tx) watch(ctx context.Context, org, tableID string, cause rowCause) (*watchers, error) {
	w := &watchers{tx: tx, org: org, cause: cause, depth: 1}
	all, err := tx.watching(ctx, org, tableID)
	if err != nil || len(all) == 0 || cause.run == "" {
		w.all = all
		return w, err
	}
	by, err := one(ctx, tx, "run", scanRun, `SELECT `+runColumns+` FROM flow_run WHERE id = ? AND org_id = ?`, cause.run, org)
	if err != nil {
		return w, err
	}
	if w.depth = by.Depth + 1; w.depth > flow.MaxDepth {
		tx.db.log.WarnContext(ctx, "flows start one another by changing rows; the chain ends here", "run", cause.run, "flow", by.Flow, "table", tableID, "depth", by.Depth)
		return w, nil
	}
	w.all = slices.DeleteFunc(slices.Clone(all), func(f watcher) bool { return f.flow == by.Flow })
	return w, nil
}

// known is what several items of a group need to know of the same table.
type known struct {
	tables  map[tableKey]table.Table
	watched map[tableKey][]watcher
}

type tableKey struct{ org, table string }

// watching returns the flows that changes of a table start.
func (tx *Tx) watching(ctx context.Context, org, tableID string) ([]watcher, error) {
	read := func() ([]watcher, error) {
		return list(ctx, tx, func(rows *sql.Rows) (f watcher, err error) {
			var changes string
			err = rows.Scan(&f.flow, &f.version, &f.saveData, &f.priority, &changes)
			f.changes = strings.Fields(changes)
			return f, err
		}, `SELECT flow_id, version, save_data, priority, changes FROM flow_start WHERE table_id = ? AND org_id = ? ORDER BY flow_id`, tableID, org)
	}
	if tx.known == nil {
		return read()
	}
	return once(tx.known.watched, tableKey{org, tableID}, read)
}

// table returns a table.
func (tx *Tx) table(ctx context.Context, org, tableID string) (table.Table, error) {
	read := func() (table.Table, error) { return getTable(ctx, tx, org, tableID) }
	if tx.known == nil {
		return read()
	}
	return once(tx.known.tables, tableKey{org, tableID}, read)
}

// once reads what is not in a map yet into it.
func once[K comparable, V any](in map[K]V, key K, read func() (V, error)) (V, error) {
	if v, ok := in[key]; ok {
		return v, nil
	}
	v, err := read()
	if err == nil {
		in[key] = v
	}
	return v, err
}

// want reports whether any flow is started by a kind of change.
func (w *watchers) want(has flow.RowHas) bool {
	return slices.ContainsFunc(w.all, func(f watcher) bool { return slices.Contains(f.changes, string(has)) })
}

// add starts what a change of a row starts. Of a row that was made there is no
// before; one that was deleted is as it was.
func (w *watchers) add(has flow.RowHas, row table.Row, before *table.Row) {
	for _, f := range w.all {
		if !slices.Contains(f.changes, string(has)) {
			continue
		}
		w.runs = append(w.runs, flow.Run{
			ID: id.At(w.cause.at), Org: w.org, Flow: f.flow, Version: f.version, State: flow.Queued, Cause: flow.OnRow, SaveData: f.saveData, Priority: f.priority, Depth: w.depth,
			CreatedAt: w.cause.at, Input: value.Store(RowInput(row, before)), Context: value.Store(value.Map("change", string(has))),
		})
	}
}

// start queues the runs, in the transaction of the changes.
func (w *watchers) start(ctx context.Context) error { return w.tx.addSealedRuns(ctx, w.runs) }

// RowInput is what a run that a change of a row starts is given: the row, and what
// it was before, if it was there.
func RowInput(row table.Row, before *table.Row) *value.Object {
	in := value.Map("row", rowSeen(row), "before", nil)
	if before != nil {
		in.Set("before", rowSeen(*before))
	}
	return in
}

func rowSeen(r table.Row) *value.Object { return r.Object().With("row_id", r.ID) }

// changeRows carries out a change of rows, and returns what it gives. The runs
// that it starts are queued with it.
func (tx *Tx) changeRows(ctx context.Context, org string, c flow.Change, cause rowCause) (*value.Object, error) {
	tab, err := tx.table(ctx, org, c.Table)
	if err != nil {
		return nil, err
	}
	w, err := tx.watch(ctx, org, tab.ID, cause)
	if err != nil {
		return nil, err
	}
	var result *value.Object
	switch c.Op {
	case flow.CreateRow:
		result, err = tx.createRow(ctx, tab, c, w)
	case flow.UpdateRow:
		result, err = tx.updateRow(ctx, tab, c, w)
	case flow.DeleteRow:
		result, err = tx.deleteRow(ctx, tab, c, w)
	case flow.ClearTable:
		result, err = tx.clearTable(ctx, tab, w)
	default:
		return nil, errs.New(errs.Invalid, "%s changes no rows", c.Op)
	}
	if err != nil {
		return nil, err
	}
	return result, w.start(ctx)
}

func (tx *Tx) createRow(ctx context.Context, tab table.Table, c flow.Change, w *watchers) (*value.Object, error) {
	doc, err := tab.Fill(c.Values, nil, c.Seal, tx.sealCell(tab, c.Row))
	if err != nil {
		return nil, err
	}
	at := w.cause.at
	_, err = tx.exec(ctx, `INSERT INTO data_row (table_id, org_id, id, doc, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)`,
		tab.ID, tab.Org, c.Row, string(value.Store(doc)), toMicros(at), toMicros(at))
	if err == nil {
		w.add(flow.RowCreated, table.Row{ID: c.Row, Values: tab.Values(doc), CreatedAt: at, UpdatedAt: at}, nil)
	}
	return value.Map("row_id", c.Row), err
}

// updateRow changes a row. Where all its values stay it starts nothing.
func (tx *Tx) updateRow(ctx context.Context, tab table.Table, c flow.Change, w *watchers) (*value.Object, error) {
	old, err := getRow(ctx, tx, tab, c.Row)
	if err != nil {
		return nil, err
	}
	doc, err := tab.Fill(c.Values, old.Doc, c.Seal, tx.sealCell(tab, c.Row))
	if err != nil {
		return nil, err
	}
	err = tx.change(ctx, "row", `UPDATE data_row SET doc = ?, updated_at = ? WHERE table_id = ? AND org_id = ? AND id = ?`, string(value.Store(doc)), toMicros(w.cause.at), tab.ID, tab.Org, c.Row)
	if err != nil {
		return nil, err
	}
	now := table.Row{ID: old.ID, Values: tab.Values(doc), CreatedAt: old.CreatedAt, UpdatedAt: w.cause.at}
	if !bytes.Equal(value.Store(doc), value.Store(old.Doc)) {
		w.add(flow.RowUpdated, now, &old)
	}
	return value.Map("row_id", c.Row), err
}

func (tx *Tx) deleteRow(ctx context.Context, tab table.Table, c flow.Change, w *watchers) (*value.Object, error) {
	if w.want(flow.RowDeleted) {
		old, err := getRow(ctx, tx, tab, c.Row)
		if err != nil {
			return nil, err
		}
		w.add(flow.RowDeleted, old, &old)
	}
	err := tx.change(ctx, "row in the table "+tab.Title, `DELETE FROM data_row WHERE table_id = ? AND org_id = ? AND id = ?`, tab.ID, tab.Org, c.Row)
	return value.Map("row_id", c.Row), err
}

func (tx *Tx) clearTable(ctx context.Context, tab table.Table, w *watchers) (*value.Object, error) {
	if w.want(flow.RowDeleted) {
		rows, err := list(ctx, tx, scanRow(tab), `SELECT `+rowColumns+` FROM data_row WHERE table_id = ? AND org_id = ? ORDER BY seq`, tab.ID, tab.Org)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			w.add(flow.RowDeleted, r, &r)
		}
	}
	n, err := tx.affected(ctx, `DELETE FROM data_row WHERE table_id = ? AND org_id = ?`, tab.ID, tab.Org)
	return value.Map("cleared", float64(n)), err
}
