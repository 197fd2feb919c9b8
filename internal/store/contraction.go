package store

import (
	"bufio"
	"context"
	"database/sql"
	"path"
	"strings"

	"sallyport/internal/errs"
)

// Servers of two versions work on one database while it is brought to the newer. So
// migrations expand first: what one adds, older programs do not see. One that takes
// something away, a contraction, comes with a version after that: its text has the
// line
//
//	-- needs: 0050_name.sql
//
// which names the migration that a program must know to do without what it takes.

// needsMark begins that line.
const needsMark = "-- needs: "

// needs returns the migration that a program must know once a migration was run;
// "" for one that takes nothing away.
func needs(text string) string {
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), needsMark); ok {
			return strings.TrimSpace(name)
		}
	}
	return ""
}

// contractions is the migration since which the schema says what was taken away.
const contractions = "0047_node.sql"

// Fits reports, as a conflict, that a migration has taken away what this program
// uses.
func (db *DB) Fits(ctx context.Context) error {
	known, err := list(ctx, db, scalar[string], `SELECT name FROM migration WHERE name = ?`, contractions)
	if err != nil || len(known) == 0 {
		return err
	}
	type contraction struct{ name, needs string }
	gone, err := list(ctx, db, func(rows *sql.Rows) (c contraction, err error) { return c, rows.Scan(&c.name, &c.needs) },
		`SELECT name, needs FROM contraction WHERE needs > ? ORDER BY name LIMIT 1`, NewestMigration())
	if err != nil || len(gone) == 0 {
		return err
	}
	return errs.New(errs.Conflict, "the schema of the database is too new for this program, which knows the migrations up to %s: %s took away what it uses. "+
		"Start a version that knows %s, or restore a backup of the time before", NewestMigration(), gone[0].name, gone[0].needs)
}

// contract notes that a migration takes something away, unless servers that use it
// still work.
func (tx *Tx) contract(ctx context.Context, name, needs string) error {
	if err := tx.hold(ctx, nodeLock); err != nil {
		return err
	}
	var nodes []Node
	if tx.db.pool != nil { // on a file this is the only one
		var err error
		if nodes, err = living(ctx, tx); err != nil {
			return err
		}
	}
	for _, n := range nodes {
		if n.Migration < needs {
			return errs.New(errs.Conflict, "%s takes away what the server on %s still uses, which is of version %s: end it, then start this one again", path.Base(name), n.Host, n.Version)
		}
	}
	_, err := tx.exec(ctx, `INSERT INTO contraction (name, needs) VALUES (?, ?)`, path.Base(name), needs)
	return err
}
