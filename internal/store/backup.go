package store

import (
	"bufio"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"sallyport/internal/errs"
)

// A backup is a gzip stream of JSON lines: a head; for each table a line that
// names its columns, then a line for each row; an end that counts the rows. It
// holds no key: sealed values open only with the key file, which is kept apart.
// It fits both databases, so it is also the way from SQLite to PostgreSQL.

// backupForm is the number of the form described above.
const backupForm = 1

// backupTables are the tables that a backup holds, those that others refer to
// first. Sessions, sign-in links, attempts to consent, leases and nodes are not worth keeping; what was
// told is not told again; jobs are made anew from the runs that have not ended, the index of events from the events.
func backupTables() []string {
	return []string{
		"organization", "account", "membership", "role", "member_role", "factor", "recovery_code", "invitation", "signin_policy", "audit_entry", "audit_head", "scim_record", "scim_email", "scim_member", "scim_total", "scim_key", "sso_config", "sso_group_role", "sso_exempt", "sso_draft", "sso_key", "sso_identity", "api_token", "connector_definition", "connection", "connection_grant", "okta_setup", "source", "source_minute", "event", "event_search", "question", "event_retention", "flow_folder", "flow", "flow_version", "flow_revision",
		"flow_start", "flow_endpoint", "flow_delegate",
		"rule_file", "rule_version", "rule_setting", "rule_revision", "correlation", "suppression", "suppressed", "backtest",
		"alert_case", "alert", "alert_event", "alert_entry", "alert_setting", "entity_risk", "notification_channel",
		"flow_run", "flow_step", "data_table", "data_row", "guard_policy", "guard_action", "remedy_plan", "remedy_step", "remedy_schedule", "concern",
		"tenant", "inventory_entity", "inventory_version", "inventory_key", "inventory_edge", "inventory_sight", "inventory_sync", "inventory_delta",
		"posture_run", "finding", "finding_change", "posture_exception", "posture_setting",
	}
}

// identities are the columns that the database counts up by itself.
func identities() map[string]string {
	return map[string]string{"event": "seq", "data_row": "seq", "suppressed": "seq", "tenant": "no", "inventory_entity": "no", "inventory_sync": "no"}
}

type backupHead struct {
	Backup    int       `json:"sallyport_backup"`
	Migration string    `json:"migration"`
	At        time.Time `json:"at"`
}

type backupTable struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
}

type backupEnd struct {
	End  bool  `json:"end"`
	Rows int64 `json:"rows"`
}

// Backup writes everything that the database holds at one moment, while others
// go on reading and writing. It returns the number of rows.
func (db *DB) Backup(ctx context.Context, w io.Writer) (int64, error) {
	tx, err := db.r.BeginTx(ctx, &sql.TxOptions{ReadOnly: db.pool != nil, Isolation: db.d.snapshot})
	if err != nil {
		return 0, db.sorted(err)
	}
	defer func() { _ = tx.Rollback() }()
	zip := gzip.NewWriter(w)
	out := json.NewEncoder(zip)
	out.SetEscapeHTML(false)
	if db.pool != nil {
		// Before the moment that is seen is fixed: a month that is emptied later would
		// be empty for it too, whatever stays of it.
		if _, err := tx.ExecContext(ctx, `LOCK TABLE event IN ACCESS SHARE MODE`); err != nil {
			return 0, db.sorted(err)
		}
	}
	var migration string
	if err := tx.QueryRowContext(ctx, `SELECT name FROM migration ORDER BY name DESC LIMIT 1`).Scan(&migration); err != nil {
		return 0, db.sorted(err)
	}
	if err := out.Encode(backupHead{backupForm, migration, time.Now().UTC()}); err != nil {
		return 0, err
	}
	var rows int64
	for _, table := range backupTables() {
		n, err := db.backupTable(ctx, tx, out, table)
		if err != nil {
			return rows, fmt.Errorf("back up table %s: %w", table, err)
		}
		rows += n
	}
	if err := out.Encode(backupEnd{true, rows}); err != nil {
		return rows, err
	}
	return rows, zip.Close()
}

func (db *DB) backupTable(ctx context.Context, tx *sql.Tx, out *json.Encoder, table string) (int64, error) {
	rows, err := tx.QueryContext(ctx, `SELECT * FROM `+table)
	if err != nil {
		return 0, db.sorted(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	types, err := rows.ColumnTypes()
	if err != nil {
		return 0, err
	}
	if err := out.Encode(backupTable{table, columns}); err != nil {
		return 0, err
	}
	vals, ptrs := make([]any, len(columns)), make([]any, len(columns))
	for i := range vals {
		ptrs[i] = &vals[i]
	}
	var n int64
	for rows.Next() {
		if err := rows.Scan(ptrs...); err != nil {
			return n, err
		}
		if err := out.Encode(backupRow(vals, types)); err != nil {
			return n, err
		}
		n++
	}
	return n, rows.Err()
}

// bytesMark goes before the base 64 of a column of bytes; a text that begins
// with it, or with another mark, gets textMark.
const (
	bytesMark = "\x01b"
	textMark  = "\x01t"
)

func backupRow(vals []any, types []*sql.ColumnType) []any {
	row := make([]any, len(vals))
	for i, v := range vals {
		switch v := v.(type) {
		case int64:
			row[i] = v
			if types[i].DatabaseTypeName() == "BOOLEAN" { // which SQLite keeps as a number
				row[i] = v != 0
			}
		case []byte:
			if v != nil {
				row[i] = bytesMark + base64.StdEncoding.EncodeToString(v)
			}
		case string:
			if strings.HasPrefix(v, "\x01") {
				v = textMark + v
			}
			row[i] = v
		default:
			row[i] = v
		}
	}
	return row
}

// Restore reads a backup into a database that holds nothing yet, all or nothing,
// and queues the runs that had not ended. It returns the number of rows.
func (db *DB) Restore(ctx context.Context, r io.Reader) (int64, error) {
	zip, err := gzip.NewReader(r)
	if err != nil {
		return 0, errs.Wrap(errs.Invalid, err, "the file is no backup: %v", err)
	}
	rd := &restorer{in: json.NewDecoder(bufio.NewReaderSize(zip, 1<<16))}
	rd.in.UseNumber()
	if err := rd.head(); err != nil {
		return 0, err
	}
	err = db.Write(ctx, func(tx *Tx) error {
		used, err := one(ctx, tx, "count", scalar[int64], `SELECT (SELECT count(*) FROM organization) + (SELECT count(*) FROM account) + (SELECT count(*) FROM event)`)
		if err != nil {
			return err
		}
		if used > 0 {
			return errs.New(errs.Conflict, "the database is not empty; restore into a new one")
		}
		if err := rd.tables(ctx, tx); err != nil {
			return rd.explained(err)
		}
		return tx.afterRestore(ctx)
	})
	return rd.rows, err
}

type restorer struct {
	in     *json.Decoder
	rows   int64
	older  string // the migration that it was written after, where there were others since
	months restoredMonths
}

// insert inserts rows of a table.
func (rd *restorer) insert(ctx context.Context, tx *Tx, at backupTable, rows [][]any) error {
	rd.rows += int64(len(rows))
	if at.Table == "event" && tx.db.pool != nil {
		if err := rd.months.make(ctx, tx, at, rows); err != nil {
			return err
		}
	}
	return tx.insertMany(ctx, at.Table, strings.Join(at.Columns, ", "), "", rows)
}

func (rd *restorer) head() error {
	var h backupHead
	if err := rd.in.Decode(&h); err != nil || h.Backup == 0 {
		return errs.New(errs.Invalid, "the file is no backup: its first line does not say so")
	}
	if h.Backup != backupForm {
		return errs.New(errs.Invalid, "the backup has form %d, this version reads form %d", h.Backup, backupForm)
	}
	names, err := migrations.ReadDir("migrations")
	if err != nil {
		return err
	}
	newest := names[len(names)-1].Name()
	if h.Migration < newest {
		rd.older = h.Migration
	}
	if h.Migration > newest {
		return errs.New(errs.Invalid, "the backup is of a later version (%s; this one knows up to %s): restore it with that version", h.Migration, newest)
	}
	return nil
}

// explained says what to do where rows of an earlier version do not fit the tables of
// this one. Later versions add columns, which have defaults; few change any.
func (rd *restorer) explained(err error) error {
	if rd.older == "" || errs.KindOf(err) == errs.Invalid || errs.KindOf(err) == errs.Unavailable {
		return err
	}
	return errs.Wrap(errs.Invalid, err, "the backup is of an earlier version (%s), some of whose tables were other ones (%v): restore it with that version, and start this one on the result", rd.older, err)
}

// tables reads lines until the end.
func (rd *restorer) tables(ctx context.Context, tx *Tx) error {
	var at backupTable
	var pending [][]any
	flush := func() error {
		err := rd.insert(ctx, tx, at, pending)
		pending = pending[:0]
		return err
	}
	for {
		var line json.RawMessage
		if err := rd.in.Decode(&line); err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return errs.New(errs.Invalid, "the backup is cut off after %d rows", rd.rows)
			}
			return errs.Wrap(errs.Invalid, err, "the backup cannot be read after %d rows: %v", rd.rows, err)
		}
		if line[0] == '[' {
			row, err := restoreRow(line, len(at.Columns))
			if err != nil {
				return err
			}
			if pending = append(pending, row); len(pending) >= 500 {
				if err := flush(); err != nil {
					return err
				}
			}
			continue
		}
		if err := flush(); err != nil {
			return err
		}
		var end backupEnd
		if err := json.Unmarshal(line, &end); err == nil && end.End {
			if end.Rows != rd.rows {
				return errs.New(errs.Invalid, "the backup says %d rows, and holds %d", end.Rows, rd.rows)
			}
			return nil
		}
		var err error
		if at, err = restoreTable(line); err != nil {
			return err
		}
	}
}

// restoreTable reads a line that names a table. Names become part of SQL, so
// they are held against what there is.
func restoreTable(line json.RawMessage) (backupTable, error) {
	var t backupTable
	if err := json.Unmarshal(line, &t); err != nil || !slices.Contains(backupTables(), t.Table) {
		return t, errs.New(errs.Invalid, "the backup holds something unknown: %.80s", line)
	}
	for _, c := range t.Columns {
		if strings.Trim(c, "abcdefghijklmnopqrstuvwxyz_") != "" || c == "" {
			return t, errs.New(errs.Invalid, "the backup names a column %.40q", c)
		}
	}
	return t, nil
}

func restoreRow(line json.RawMessage, columns int) ([]any, error) {
	var row []any
	dec := json.NewDecoder(strings.NewReader(string(line)))
	dec.UseNumber()
	if err := dec.Decode(&row); err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "a row of the backup cannot be read: %v", err)
	}
	if len(row) != columns || columns == 0 {
		return nil, errs.New(errs.Invalid, "a row of the backup has %d values for %d columns", len(row), columns)
	}
	for i, v := range row {
		switch v := v.(type) {
		case json.Number:
			n, err := v.Int64()
			if err != nil {
				return nil, errs.New(errs.Invalid, "a number in the backup is none of ours: %s", v)
			}
			row[i] = n
		case string:
			b, isBytes := strings.CutPrefix(v, bytesMark)
			if !isBytes {
				row[i] = strings.TrimPrefix(v, textMark)
				continue
			}
			raw, err := base64.StdEncoding.DecodeString(b)
			if err != nil {
				return nil, errs.Wrap(errs.Invalid, err, "a value in the backup cannot be read: %v", err)
			}
			row[i] = raw
		case bool, nil:
		default:
			return nil, errs.New(errs.Invalid, "a value in the backup is none of ours: %.40v", v)
		}
	}
	return row, nil
}

// afterRestore sets the counters past what was restored and queues the runs
// that had not ended.
func (tx *Tx) afterRestore(ctx context.Context) error {
	if tx.db.pool != nil {
		for table, column := range identities() {
			if _, err := list(ctx, tx, scalar[int64], `SELECT setval(pg_get_serial_sequence('`+table+`', '`+column+`'), COALESCE((SELECT max(`+column+`) FROM `+table+`), 0) + 1, FALSE)`); err != nil {
				return err
			}
		}
	}
	open, err := list(ctx, tx, func(rows *sql.Rows) (j RunJob, err error) { return j, rows.Scan(&j.Org, &j.Run, &j.Priority) },
		`SELECT org_id, id, priority FROM flow_run WHERE ended_at = 0`)
	if err != nil {
		return err
	}
	if err := tx.enqueue(ctx, open); err != nil {
		return err
	}
	return tx.enqueueRemedies(ctx)
}
