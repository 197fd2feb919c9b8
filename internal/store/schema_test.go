package store

import (
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The migrations make the same tables, columns and nullability in both databases.
func TestSchemasAlike(t *testing.T) {
	server := os.Getenv("TEST_POSTGRES")
	if server == "" {
		t.Skip("TEST_POSTGRES is not set: run the tests through make test")
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close() }()
	if _, err := admin.ExecContext(t.Context(), `DROP SCHEMA IF EXISTS alike CASCADE; CREATE SCHEMA alike`); err != nil {
		t.Fatal(err)
	}
	lite := columns(t, filepath.Join(t.TempDir(), "s.db"))
	post := columns(t, server+"&search_path=alike")
	if !slices.Equal(lite, post) {
		t.Errorf("sqlite   %v\npostgres %v", lite, post)
	}
	if len(lite) < 100 {
		t.Errorf("only %d columns compared", len(lite))
	}
}

// columns lists the columns of our own tables; River's differ on purpose.
func columns(t *testing.T, dsn string) (out []string) {
	t.Helper()
	db, err := Open(t.Context(), Options{DSN: dsn})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	type column struct{ table, name, null string }
	got, err := list(t.Context(), db, func(rows *sql.Rows) (c column, err error) { return c, rows.Scan(&c.table, &c.name, &c.null) }, db.d.columns)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range got {
		if !strings.HasPrefix(c.table, "river_") && !strings.HasPrefix(c.table, "sqlite_") {
			out = append(out, c.table+"."+c.name+" null="+c.null)
		}
	}
	slices.Sort(out)
	return out
}

// Every table is in the backup, or is left out on purpose.
func TestBackupHoldsEveryTable(t *testing.T) {
	left := []string{"session", "session_grant", "signin_link", "sso_test", "sso_trace", "sso_arrival", "login_request", "saml_seen", "confirmation", "scim_exchange", "consent_attempt", "lease", "node", "contraction", "migration", "event_block", "event_page", "event_index", "notice", "slack_request", "audit_sent", "letter", "signin_step", "password_reset", "known_device", "inventory_task", "inventory_page", "inventory_told"}
	for _, c := range columns(t, filepath.Join(t.TempDir(), "s.db")) {
		table, _, _ := strings.Cut(c, ".")
		if !slices.Contains(backupTables(), table) && !slices.Contains(left, table) {
			t.Errorf("the table %s is neither backed up nor left out", table)
		}
	}
}

// Opening a database again, or from two places at once, changes nothing and
// fails nobody.
func TestMigrateTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	done := make(chan error)
	for range 3 {
		go func() {
			db, err := Open(t.Context(), Options{DSN: path})
			if err == nil {
				err = db.Close()
			}
			done <- err
		}()
	}
	for range 3 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
