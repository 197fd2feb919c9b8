// Package store keeps everything in one SQL database: SQLite by default,
// PostgreSQL when it is given a URL.
//
// Every query is written once, in the SQL that both understand: ON CONFLICT,
// RETURNING and WITH are the same in both, times are whole microseconds since
// 1970 in a BIGINT, and JSON is TEXT. What does differ is in the dialect type
// and in the two migration folders, which a test keeps alike.
//
// Reads use [DB] methods directly. Writes go one of two ways: [DB.Write] opens a
// transaction of its own; the group writer commits the work of many callers in
// one transaction, which is what flow runs use.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgxpool"

	"sallyport/internal/errs"
)

// DB is an open database. Its fields are the tables, by what they hold.
type DB struct {
	Organizations  Organizations
	Accounts       Accounts
	Roles          Roles
	Audit          Audit
	Sessions       Sessions
	Tokens         Tokens
	Links          Links
	Factors        Factors
	Codes          Codes
	Steps          Steps
	Policies       Policies
	Devices        Devices
	Resets         Resets
	Invitations    Invitations
	Managing       Managing
	Confirmations  Confirmations
	SSO            SSO
	SSOLogins      SSOLogins
	SSOTests       SSOTests
	SSOTraces      SSOTraces
	SSODirectory   SSODirectory
	SCIMKeys       SCIMKeys
	SCIMExchanges  SCIMExchanges
	Sources        Sources
	Events         Events
	EventIndex     EventIndex
	EventSearches  EventSearches
	Questions      Questions
	EventRetention EventRetention
	Flows          Flows
	Starts         Starts
	Endpoints      Endpoints
	Delegates      Delegates
	Runs           Runs
	Tables         Tables
	Connections    Connections
	Connectors     Connectors
	Grants         Grants
	Attempts       Attempts
	Actions        Actions
	Leases         Leases
	Alerts         Alerts
	Cases          Cases
	Rules          Rules
	Backtests      Backtests
	OktaSetups     OktaSetups
	Suppressions   Suppressions
	Channels       Channels
	Notices        Notices
	Letters        Letters
	Inventory      Inventory
	Postures       Postures
	Remedies       Remedies
	Nodes          Nodes

	RemedySchedules RemedySchedules

	d       dialect
	w       *sql.DB       // writes, and reads that must see them
	r       *sql.DB       // reads; the same pool as w on PostgreSQL
	pool    *pgxpool.Pool // under w and r on PostgreSQL, for River
	path    string        // of the SQLite file
	rebound sync.Map      // queries with numbered marks, by the query
	places  places        // in lists of what identity providers keep
	months  months        // that events have a place for, on PostgreSQL
	counted eventCounts
	group   *group
	pushes  *group // of what identity providers push
	queue   queue
	log     *slog.Logger
	keys    Sealer
	self    string // see Self

	sessionEnded func(org, session string) // told of sessions that end with a membership; may be nil

	failed atomic.Pointer[failure]
	mu     sync.Mutex
	unlock func() // of the lock that Own took, until workers have it
}

// Options says how to open a database.
type Options struct {
	// DSN is "postgres://…" or the path of an SQLite file.
	DSN string
	Log *slog.Logger
	Now func() time.Time // nil is [time.Now]
	// Keys seal what runs are started with that keep no data; without any, a change
	// of a row that would start one is refused.
	Keys Sealer
}

// Sealer seals data, bound to its place: a keyring.
type Sealer interface {
	Seal(plaintext, context []byte) ([]byte, error)
}

// Open opens a database and brings its schema up to date, holding a lock so
// that of several processes one does it and the others wait.
func Open(ctx context.Context, o Options) (*DB, error) {
	open := openSQLite
	switch {
	case IsPostgres(o.DSN):
		open = openPostgres
	case strings.Contains(o.DSN, "://"):
		return nil, errs.New(errs.Invalid, "the database %s is neither a postgres:// URL nor the path of an SQLite file", describe(o.DSN))
	}
	db, err := open(ctx, o.DSN)
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, err, "the database %s cannot be opened", describe(o.DSN))
	}
	db.log, db.keys, db.self = o.Log, o.Keys, clientID()
	if db.log == nil {
		db.log = slog.New(slog.DiscardHandler)
	}
	now := o.Now
	if now == nil {
		now = time.Now
	}
	db.Roles, db.Audit, db.Confirmations = Roles{db}, Audit{db, now}, Confirmations{db, now}
	db.SCIMKeys, db.SCIMExchanges = SCIMKeys{db}, SCIMExchanges{db}
	db.Organizations, db.Accounts, db.Sessions, db.Tokens, db.Links = Organizations{db}, Accounts{db}, Sessions{db}, Tokens{db}, Links{db, now}
	db.Factors, db.Codes, db.Steps = Factors{db}, Codes{db}, Steps{db, now}
	db.Policies, db.Devices, db.Resets, db.Invitations = Policies{db}, Devices{db}, Resets{db, now}, Invitations{db, now}
	db.Managing = Managing{db}
	db.SSO, db.SSOLogins, db.SSOTests, db.SSOTraces, db.SSODirectory = SSO{db}, SSOLogins{db}, SSOTests{db}, SSOTraces{db}, SSODirectory{db}
	db.Sources, db.Leases = Sources{db, now}, Leases{db, now}
	db.Events, db.EventIndex, db.EventSearches, db.EventRetention, db.Questions = Events{db}, EventIndex{db}, EventSearches{db}, EventRetention{db}, Questions{db}
	db.Flows, db.Starts, db.Runs, db.Tables = Flows{db}, Starts{db}, Runs{db, now}, Tables{db}
	db.Endpoints, db.Delegates = Endpoints{db}, Delegates{db}
	db.Connections, db.Actions = Connections{db, now}, Actions{db, now}
	db.Connectors = Connectors{db, now}
	db.Backtests, db.OktaSetups = Backtests{db, now}, OktaSetups{db, now}
	db.Alerts, db.Cases, db.Rules, db.Suppressions = Alerts{db, now}, Cases{db, now}, Rules{db, now}, Suppressions{db, now}
	db.Channels, db.Notices, db.Letters = Channels{db, now}, Notices{db, now}, Letters{db, now}
	db.Remedies, db.RemedySchedules = Remedies{db}, RemedySchedules{db}
	db.Grants, db.Attempts = Grants{db, now}, Attempts{db, now}
	db.Nodes = Nodes{db, now}
	db.Inventory, db.Postures = Inventory{db, now}, Postures{db, now}
	if err := db.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("bring the schema of %s up to date: %w", describe(o.DSN), err), db.close())
	}
	if err := db.openQueue(); err != nil {
		return nil, errors.Join(err, db.close())
	}
	db.group, db.pushes = newGroup(db), newPushes(db)
	return db, nil
}

// IsPostgres reports whether dsn names a PostgreSQL database.
func IsPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres:") || strings.HasPrefix(dsn, "postgresql:")
}

// describe names a database without the password that its URL may hold.
func describe(dsn string) string {
	scheme, _, isURL := strings.Cut(dsn, "://")
	if !isURL && !IsPostgres(dsn) {
		return dsn
	}
	u, err := url.Parse(dsn)
	if err != nil || u.User == nil && strings.Contains(dsn, "@") { // a password with a / or ? in it reads as something else
		scheme, _, _ = strings.Cut(scheme, ":")
		return scheme + "://…"
	}
	return u.Scheme + "://" + u.Host + u.Path
}

// Close writes what waits to be written and closes the database.
func (db *DB) Close() error {
	db.pushes.stop()
	db.group.stop()
	if unlock := db.owned(); unlock != nil {
		unlock()
	}
	return db.close()
}

func (db *DB) close() error {
	var errs []error
	if db.r != db.w {
		errs = append(errs, db.r.Close())
	}
	errs = append(errs, db.w.Close())
	if db.d.closed != nil {
		db.d.closed()
	}
	return errors.Join(errs...)
}

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.sorted(db.r.PingContext(ctx)) }

// Dialect returns the name of the database's kind: "sqlite" or "postgres".
func (db *DB) Dialect() string { return db.d.name }

// Tx is an open transaction for writing.
type Tx struct {
	db *DB
	tx *sql.Tx
	// after is run once the transaction has been committed.
	after []func()
	// known is what items of one group have read that none of them changes; nil
	// outside of a group.
	known *known
}

// attempts is how often a transaction is tried that the database turned away
// for the sake of another (deadlock, serialization failure, busy).
const attempts = 5

// Write runs fn in a transaction and commits it. fn may run again when the
// database turned the transaction away for the sake of another, so it does
// nothing that cannot be repeated.
func (db *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	err := db.tryWrite(ctx, fn)
	if err == nil {
		db.recovered()
	} else if errs.KindOf(err) == errs.Unavailable && ctx.Err() == nil {
		db.failed.Store(&failure{time.Now(), err})
	}
	return err
}

// recovered forgets a write that failed a while ago, now that one was taken. On a
// disk that is almost full some are: as long as others fail, none was long ago.
func (db *DB) recovered() {
	if f := db.failed.Load(); f != nil && time.Since(f.at) >= quietFor {
		db.failed.CompareAndSwap(f, nil)
	}
}

// failure is a transaction that the database could not take.
type failure struct {
	at  time.Time
	err error
}

// failingFor is how long a write that failed is remembered. A server at work
// writes more often than that.
const failingFor = 15 * time.Second

// quietFor is how long no write must have failed for one that is taken to say that
// the database works again.
const quietFor = 2 * time.Second

// Failing returns why the database could not take what was written lately: its
// disk is full, it is shutting down. It is nil where nothing of the kind was seen.
func (db *DB) Failing() error {
	if f := db.failed.Load(); f != nil && time.Since(f.at) < failingFor {
		return f.err
	}
	return nil
}

func (db *DB) tryWrite(ctx context.Context, fn func(*Tx) error) error {
	var err error
	for n := range attempts {
		if err = db.write(ctx, fn); errs.KindOf(err) != errs.Unavailable || ctx.Err() != nil {
			return err
		}
		if !db.d.again(err) {
			return err
		}
		wait := time.NewTimer(time.Duration(n+1) * 5 * time.Millisecond)
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return err
		}
	}
	return err
}

func (db *DB) write(ctx context.Context, fn func(*Tx) error) error {
	t, err := db.w.BeginTx(ctx, nil)
	if err != nil {
		return db.sorted(err)
	}
	defer func() { _ = t.Rollback() }()
	tx := &Tx{db: db, tx: t}
	if err := fn(tx); err != nil {
		return err
	}
	if err := t.Commit(); err != nil {
		return db.sorted(err)
	}
	for _, f := range tx.after {
		f()
	}
	return nil
}

// AfterCommit has f called once the transaction stands.
func (tx *Tx) AfterCommit(f func()) { tx.after = append(tx.after, f) }

func (tx *Tx) exec(ctx context.Context, q string, args ...any) (sql.Result, error) {
	res, err := tx.tx.ExecContext(ctx, tx.db.rebind(q), storable(args)...)
	return res, tx.db.sorted(err)
}

// affected is exec for statements of which the caller wants to know how many
// rows they changed.
func (tx *Tx) affected(ctx context.Context, q string, args ...any) (int, error) {
	res, err := tx.exec(ctx, q, args...)
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), tx.db.sorted(err)
}

// change is exec for a statement that must change one row; what names it for
// the error when there is none.
func (tx *Tx) change(ctx context.Context, what, q string, args ...any) error {
	n, err := tx.affected(ctx, q, args...)
	if err == nil && n == 0 {
		return errs.New(errs.NotFound, "there is no such %s", what)
	}
	return err
}

func (tx *Tx) query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	rows, err := tx.tx.QueryContext(ctx, tx.db.rebind(q), storable(args)...)
	return rows, tx.db.sorted(err)
}

func (db *DB) query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	rows, err := db.r.QueryContext(ctx, db.rebind(q), storable(args)...)
	return rows, db.sorted(err)
}

// brief is the context of a query that takes some microseconds on SQLite, such as
// one by a key: to be ready to interrupt it takes two goroutines, and longer than the
// query. On PostgreSQL it is ctx itself.
func (db *DB) brief(ctx context.Context) context.Context {
	if db.pool != nil {
		return ctx
	}
	return context.WithoutCancel(ctx)
}

// querier is where a query runs: on the database, or in a transaction.
type querier interface {
	query(ctx context.Context, q string, args ...any) (*sql.Rows, error)
}

// list runs a query and scans its rows. A list is never nil.
func list[T any](ctx context.Context, on querier, scan func(*sql.Rows) (T, error), q string, args ...any) ([]T, error) {
	rows, err := on.query(ctx, q, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	out := []T{}
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("read row: %w", err)
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// one is list for a query of one row; what names it for the error when there
// is none.
func one[T any](ctx context.Context, on querier, what string, scan func(*sql.Rows) (T, error), q string, args ...any) (T, error) {
	got, err := list(ctx, on, scan, q, args...)
	var zero T
	switch {
	case err != nil:
		return zero, err
	case len(got) == 0:
		return zero, errs.New(errs.NotFound, "there is no such %s", what)
	}
	return got[0], nil
}

// some returns what get finds for ids, by id. Ids that stand twice or are empty
// are asked for once or not at all.
func some[T any](ids []string, get func(ids []any) ([]T, error), key func(T) string) (map[string]T, error) {
	out := make(map[string]T, len(ids))
	var want []any
	seen := make(map[string]bool, len(ids))
	for _, id := range ids {
		if id != "" && !seen[id] {
			seen[id] = true
			want = append(want, id)
		}
	}
	for chunk := range slices.Chunk(want, 500) {
		got, err := get(chunk)
		if err != nil {
			return nil, err
		}
		for _, v := range got {
			out[key(v)] = v
		}
	}
	return out, nil
}

// counts runs a query of words and how often each is there.
func counts[K ~string](ctx context.Context, on querier, q string, args ...any) (map[K]int, error) {
	type count struct {
		word K
		n    int
	}
	rows, err := list(ctx, on, func(rows *sql.Rows) (c count, err error) { return c, rows.Scan(&c.word, &c.n) }, q, args...)
	out := make(map[K]int, len(rows))
	for _, c := range rows {
		out[c.word] = c.n
	}
	return out, err
}

// names runs a query of ids and the names that people know them by.
func names(ctx context.Context, on querier, q string, args ...any) (map[string]string, error) {
	type named struct{ id, name string }
	rows, err := list(ctx, on, func(rows *sql.Rows) (n named, err error) { return n, rows.Scan(&n.id, &n.name) }, q, args...)
	out := make(map[string]string, len(rows))
	for _, n := range rows {
		out[n.id] = n.name
	}
	return out, err
}

// scalar scans rows of one column.
func scalar[T any](rows *sql.Rows) (T, error) {
	var v T
	err := rows.Scan(&v)
	return v, err
}

// sorted gives a driver's error its kind.
func (db *DB) sorted(err error) error {
	if err == nil {
		return nil
	}
	if k, ok := db.d.kind(err); ok {
		return errs.Wrap(k, err, "database: %s", k)
	}
	return fmt.Errorf("database: %w", err)
}

// storable replaces, in texts, what PostgreSQL does not take in one: NUL, and
// bytes that are no UTF-8. Okta's texts may hold both.
func storable(args []any) []any {
	for i, a := range args {
		if s, ok := a.(string); ok && (strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s)) {
			args[i] = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", "\uFFFD"), "\uFFFD")
		}
	}
	return args
}

func toMicros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// fromMicros reads a time; 0 is the zero time, for "never".
func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
