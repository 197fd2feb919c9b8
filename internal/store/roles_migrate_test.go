package store

import (
	"context"
	"database/sql"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sallyport/internal/portal"
)

// migrateUntil makes the tables as they were before a migration.
func migrateUntil(t *testing.T, db *DB, name string) {
	t.Helper()
	ctx := t.Context()
	db.log = slog.New(slog.DiscardHandler)
	if err := db.migrateRiver(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := db.w.ExecContext(ctx, `CREATE TABLE migration (name TEXT NOT NULL PRIMARY KEY)`); err != nil {
		t.Fatal(err)
	}
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if path.Base(file) >= name {
			break
		}
		if err := db.migrateOne(ctx, file); err != nil {
			t.Fatal(err)
		}
	}
}

// Whoever had a role has it after the migration, and may do no less; a viewer is an
// auditor. API tokens have the permissions of the role that they had, and no new
// ones over people.
func TestMigrateRoles(t *testing.T) {
	dsns := map[string]string{"sqlite": filepath.Join(t.TempDir(), "s.db")}
	if server := os.Getenv("TEST_POSTGRES"); server != "" {
		admin, err := sql.Open("pgx", server)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_, _ = admin.ExecContext(context.WithoutCancel(t.Context()), `DROP SCHEMA roles CASCADE`)
			_ = admin.Close()
		})
		if _, err := admin.ExecContext(t.Context(), `DROP SCHEMA IF EXISTS roles CASCADE; CREATE SCHEMA roles`); err != nil {
			t.Fatal(err)
		}
		dsns["postgres"] = server + "&search_path=roles"
	}
	for name, dsn := range dsns {
		t.Run(name, func(t *testing.T) {
			withOldRoles(t, dsn)
			db, err := Open(t.Context(), Options{DSN: dsn})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			checkMigratedRoles(t, db)
		})
	}
}

// oldRoles are the roles that there were, and those that they have become.
func oldRoles() map[string]string {
	return map[string]string{"admin": portal.Admin, "responder": portal.Responder, "analyst": portal.Analyst, "viewer": portal.Auditor}
}

// withOldRoles makes a database with a member, an API token and a delegate of each
// of the roles that there were.
func withOldRoles(t *testing.T, dsn string) {
	t.Helper()
	ctx := t.Context()
	open := openSQLite
	if IsPostgres(dsn) {
		open = openPostgres
	}
	db, err := open(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.close() }()
	migrateUntil(t, db, "0030")
	err = db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(ctx, `INSERT INTO organization (id, slug, name, created_at) VALUES ('acme', 'acme', 'Acme', 1)`); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `INSERT INTO flow_folder (id, org_id, name, created_at) VALUES ('d', 'acme', 'D', 1)`); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `INSERT INTO flow (id, org_id, folder_id, slug, title, description, enabled, bindings, save_data, created_at, updated_at)
			VALUES ('f', 'acme', 'd', 'f', 'F', '', FALSE, '{}', FALSE, 1, 1)`); err != nil {
			return err
		}
		for role := range oldRoles() {
			if _, err := tx.exec(ctx, `INSERT INTO account (id, email, email_key, name, created_at) VALUES (?, ?, ?, ?, 1)`, role, role, role, role); err != nil {
				return err
			}
			if _, err := tx.exec(ctx, `INSERT INTO membership (org_id, account_id, role, created_at) VALUES ('acme', ?, ?, 1)`, role, role); err != nil {
				return err
			}
			if _, err := tx.exec(ctx, `INSERT INTO api_token (id, org_id, account_id, name, token_hash, role, hint, created_at) VALUES (?, 'acme', ?, ?, ?, ?, 'wxyz', 1)`, role, role, role, role, role); err != nil {
				return err
			}
			if _, err := tx.exec(ctx, `INSERT INTO flow_delegate (flow_id, org_id, kind, subject) VALUES ('f', 'acme', 'role', ?)`, role); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkMigratedRoles(t *testing.T, db *DB) {
	t.Helper()
	ctx := t.Context()
	ms, err := db.Accounts.Members(ctx, "acme", portal.MemberQuery{})
	if err != nil || len(ms) != len(oldRoles()) {
		t.Fatalf("%d members, %v", len(ms), err)
	}
	for _, m := range ms {
		if len(m.Roles) != 1 || m.Roles[0].ID != oldRoles()[m.ID] || m.Roles[0].Source != portal.Manual {
			t.Errorf("the %s has %+v", m.ID, m.Roles)
		}
		if at, err := db.Accounts.Memberships(ctx, m.ID); err != nil || len(at) != 1 {
			t.Errorf("the %s is an active member of %d, %v", m.ID, len(at), err)
		}
		c, err := db.Tokens.Find(ctx, m.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range m.Roles[0].Permissions {
			fresh := slices.Contains([]portal.Permission{portal.RolesWrite, portal.SessionsWrite, portal.SignInWrite, portal.AuditRead, portal.SSORead, portal.SSOWrite, portal.SCIMRead, portal.SCIMWrite, portal.InventoryRead, portal.InventoryWrite, portal.PostureWrite, portal.RemediesRead, portal.RemediesRun, portal.RemediesApprove, portal.RemediesSchedule}, p) || m.ID == "viewer" && p == portal.MembersRead
			if c.Can(p) == fresh {
				t.Errorf("the token of the %s may %s: %v", m.ID, p, c.Can(p))
			}
		}
	}
	for role, now := range oldRoles() {
		if got, err := db.Delegates.Flows(ctx, "acme", "nobody", []string{now}); err != nil || !got["f"] {
			t.Errorf("the flow of the %s: %v %v", role, got, err)
		}
	}
	if all, err := db.Delegates.List(ctx, "acme", "f"); err != nil || len(all) != len(oldRoles()) || slices.ContainsFunc(all, func(d Delegate) bool { return strings.Contains(d.Subject, "viewer") }) {
		t.Errorf("delegates: %+v %v", all, err)
	}
}
