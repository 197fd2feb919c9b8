package store

import (
	lru "container/list"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
)

// maxStatements is how many prepared statements a connection to SQLite keeps.
const maxStatements = 256

// sqliteConn is what SQLite's driver gives as a connection.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

// remembering opens connections to SQLite that keep what they have prepared: this
// server runs the same few statements again and again, and to parse them takes as
// long as to run them. PostgreSQL's driver does so by itself.
type remembering struct {
	driver driver.Driver
	dsn    string
}

// openRemembering opens a pool of such connections.
func openRemembering(dsn string) (*sql.DB, error) {
	probe, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(remembering{probe.Driver(), dsn}), probe.Close()
}

// Connect opens a connection.
func (r remembering) Connect(context.Context) (driver.Conn, error) {
	c, err := r.driver.Open(r.dsn)
	if err != nil {
		return nil, err
	}
	inner, ok := c.(sqliteConn)
	if !ok {
		return nil, errors.Join(errors.New("the SQLite driver lacks what is needed of a connection"), c.Close())
	}
	return &keeper{sqliteConn: inner, kept: map[string]*lru.Element{}, order: lru.New()}, nil
}

// Driver returns SQLite's driver.
func (r remembering) Driver() driver.Driver { return r.driver }

// keeper is a connection with the statements that it has prepared. database/sql
// uses a connection from one goroutine at a time.
type keeper struct {
	sqliteConn

	kept  map[string]*lru.Element
	order *lru.List // of *prepared, what was used last in front
}

type prepared struct {
	query string
	stmt  driver.Stmt
	busy  bool // its rows are being read
}

// ExecContext runs a statement.
func (k *keeper) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	p, err := k.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return k.sqliteConn.ExecContext(ctx, query, args)
	}
	return p.stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

// QueryContext runs a statement that gives rows.
func (k *keeper) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	p, err := k.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return k.sqliteConn.QueryContext(ctx, query, args)
	}
	rows, err := p.stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	full, ok := rows.(sqliteRows)
	if !ok {
		return nil, errors.Join(errors.New("the SQLite driver lacks what is needed of rows"), rows.Close())
	}
	p.busy = true
	return &keptRows{full, p}, nil
}

// prepared returns a statement that is kept, or is from now on; nil for one that
// cannot be, such as a script, or one whose rows are being read.
func (k *keeper) prepared(ctx context.Context, query string) (*prepared, error) {
	if e, ok := k.kept[query]; ok {
		p := e.Value.(*prepared)
		if p.busy {
			return nil, nil
		}
		k.order.MoveToFront(e)
		return p, nil
	}
	if strings.Contains(query, ";") || len(query) > 64<<10 {
		return nil, nil
	}
	stmt, err := k.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	_, execs := stmt.(driver.StmtExecContext)
	_, queries := stmt.(driver.StmtQueryContext)
	if !execs || !queries {
		return nil, stmt.Close()
	}
	p := &prepared{query: query, stmt: stmt}
	k.kept[query] = k.order.PushFront(p)
	return p, k.forget()
}

// forget closes the statement that was not used for longest, where there are too many.
func (k *keeper) forget() error {
	e := k.order.Back()
	if k.order.Len() <= maxStatements || e.Value.(*prepared).busy {
		return nil
	}
	p := e.Value.(*prepared)
	k.order.Remove(e)
	delete(k.kept, p.query)
	return p.stmt.Close()
}

// Close closes the statements and the connection.
func (k *keeper) Close() error {
	var all []error
	for e := k.order.Front(); e != nil; e = e.Next() {
		all = append(all, e.Value.(*prepared).stmt.Close())
	}
	return errors.Join(append(all, k.sqliteConn.Close())...)
}

// sqliteRows is what SQLite's driver gives as rows.
type sqliteRows interface {
	driver.Rows
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeScanType
}

// keptRows frees its statement when it is closed.
type keptRows struct {
	sqliteRows
	of *prepared
}

// Close ends the reading.
func (r *keptRows) Close() error {
	err := r.sqliteRows.Close()
	r.of.busy = false
	return err
}
