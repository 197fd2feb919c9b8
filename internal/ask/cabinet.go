package ask

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sallyport/internal/errs"
)

// build makes the tables of all views, empty, and the views that are made of them.
func (c *cabinet) build(ctx context.Context) error {
	for _, v := range Views() {
		text := "CREATE VIEW " + v.Name + " AS " + v.sql
		if v.sql == "" {
			text = createTable(v)
		}
		if err := c.db.Exec(ctx, text); err != nil {
			return fmt.Errorf("make the view %s: %w", v.Name, err)
		}
	}
	return nil
}

func createTable(v View) string {
	var columns []string
	for _, col := range v.Columns {
		columns = append(columns, `"`+col.Name+`" `+col.Type.declared())
	}
	return "CREATE TABLE " + v.Name + " (" + strings.Join(columns, ", ") + ")"
}

// fill reads the views that a question is about, as far as they are not there, and
// returns what whoever asks should know.
func (c *cabinet) fill(ctx context.Context, q Question, g *gate) ([]string, error) {
	notes := []string{}
	for _, v := range Views() {
		columns, asked := g.read[v.Name]
		if !asked {
			continue
		}
		heavy := slices.DeleteFunc(v.heavyColumns(), func(name string) bool { return !slices.Contains(columns, name) })
		is, there := c.filled[v.Name]
		if there && !v.fresh && !slices.ContainsFunc(heavy, func(name string) bool { return !slices.Contains(is, name) }) {
			continue
		}
		delete(c.filled, v.Name)
		in := from{
			Source: c.source, org: c.org, tenants: c.tenants, only: c.tenant != "", since: q.Since, most: MaxEvents,
			note: func(s string) { notes = append(notes, s) },
		}
		if err := c.read(ctx, v, heavy, in); err != nil {
			return nil, err
		}
		c.filled[v.Name] = heavy
	}
	return notes, nil
}

// read fills the table of a view anew.
func (c *cabinet) read(ctx context.Context, v View, heavy []string, in from) error {
	for _, text := range []string{"DROP TABLE IF EXISTS " + v.Name, createTable(v), "BEGIN"} {
		if err := c.db.Exec(ctx, text); err != nil {
			return fmt.Errorf("empty the view %s: %w", v.Name, err)
		}
	}
	err := c.insert(ctx, v, heavy, in)
	// Without a journal nothing is taken back: what was not read to its end is read
	// anew the next time.
	if end := c.db.Exec(context.WithoutCancel(ctx), "COMMIT"); err == nil {
		err = end
	}
	if err != nil {
		return err
	}
	for _, key := range v.keys {
		if err := c.db.Exec(ctx, fmt.Sprintf("CREATE INDEX %s_%s ON %s (%s)", v.Name, key, v.Name, key)); err != nil {
			return err
		}
	}
	return nil
}

func (c *cabinet) insert(ctx context.Context, v View, heavy []string, in from) error {
	insert, err := c.db.Insert(ctx, "INSERT INTO "+v.Name+" VALUES (?"+strings.Repeat(", ?", len(v.Columns)-1)+")")
	if err != nil {
		return err
	}
	defer insert.Close()
	n := 0
	each := func(r row) error {
		if n++; n > maxRows {
			return errs.New(errs.Invalid, "%s has more than %d rows, which is more than can be asked of: pick one Okta org, or ask the API for a part", v.Name, maxRows)
		}
		return insert.Row(values(v, heavy, r))
	}
	if v.Area != OfInventory || v.whole {
		return v.rows(ctx, in, each)
	}
	for _, t := range in.tenants {
		in.tenant = t
		if err := v.rows(ctx, in, each); err != nil {
			return err
		}
	}
	return nil
}

// values are what a row shows in the columns of a view.
func values(v View, heavy []string, r row) []any {
	out := make([]any, len(v.Columns))
	for i, col := range v.Columns {
		if !col.heavy || slices.Contains(heavy, col.Name) {
			out[i] = stored(col.Type, col.of(r))
		}
	}
	return out
}
