package store

import (
	"context"
	"database/sql"
	"fmt"

	"sallyport/internal/errs"
	"sallyport/internal/table"
	"sallyport/internal/value"
)

// Unsealer seals data and opens it again: a keyring.
type Unsealer interface {
	Sealer
	Unseal(sealed, context []byte) ([]byte, error)
}

// sealCell seals cells of one row.
func (tx *Tx) sealCell(tab table.Table, row string) table.SealCell {
	keys := tx.db.keys
	return func(column, text string) ([]byte, error) {
		if keys == nil {
			return nil, errs.New(errs.Internal, "there is no key to seal with")
		}
		return keys.Seal([]byte(text), table.CellContext(tab.Org, tab.ID, row, column))
	}
}

func openCell(keys Unsealer, org, tab, row string) table.OpenCell {
	return func(column string, sealed []byte) (string, error) {
		plain, err := keys.Unseal(sealed, table.CellContext(org, tab, row, column))
		return string(plain), err
	}
}

// sealedRow is a row that may have sealed cells.
type sealedRow struct {
	seq            int64
	org, table, id string
	doc            *value.Object
}

func scanSealedRow(rows *sql.Rows) (r sealedRow, err error) {
	var doc string
	if err := rows.Scan(&r.seq, &r.org, &r.table, &r.id, &doc); err != nil {
		return r, err
	}
	v, err := value.Load([]byte(doc))
	r.doc, _ = v.(*value.Object)
	return r, err
}

// Reseal seals every sealed cell of every organization anew, a page of rows in a
// transaction, and returns how many rows there are with such cells.
func (t Tables) Reseal(ctx context.Context, keys Unsealer) (int, error) {
	n, after := 0, int64(0)
	for {
		more := false
		err := t.db.Write(ctx, func(tx *Tx) error {
			rows, err := list(ctx, tx, scanSealedRow, `SELECT seq, org_id, table_id, id, doc FROM data_row WHERE seq > ? AND doc LIKE ? ORDER BY seq LIMIT 200`+tx.db.d.forUpdate, after, `%{"sealed":"%`)
			if err != nil {
				return err
			}
			more = len(rows) > 0
			for _, r := range rows {
				after = r.seq
				seal := func(column, text string) ([]byte, error) {
					return keys.Seal([]byte(text), table.CellContext(r.org, r.table, r.id, column))
				}
				doc, found, err := table.Reseal(r.doc, openCell(keys, r.org, r.table, r.id), seal)
				if err != nil {
					return fmt.Errorf("row %s of table %s: %w", r.id, r.table, err)
				}
				if !found {
					continue
				}
				if _, err := tx.exec(ctx, `UPDATE data_row SET doc = ? WHERE seq = ? AND org_id = ?`, string(value.Store(doc)), r.seq, r.org); err != nil {
					return err
				}
				n++
			}
			return nil
		})
		if err != nil || !more {
			return n, err
		}
	}
}
