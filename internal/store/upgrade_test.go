package store_test

import (
	"compress/gzip"
	"database/sql"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sallyport/internal/flow"
	"sallyport/internal/secret"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// testdata/first is what the first version wrote, on each kind of database, and its
// backup: an organization that had three reports of suspicious activity contained.

// A database of the first version is brought up to date, and what was in it is what
// it was.
func TestUpgradeFromTheFirstVersion(t *testing.T) {
	storetest.EachFresh(t, func(t *testing.T, dsn string) {
		driver, file := "sqlite", "sqlite.sql.gz"
		if store.IsPostgres(dsn) {
			driver, file = "pgx", "postgres.sql.gz"
		}
		f, err := os.Open(filepath.Join("testdata", "first", file))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		zip, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(zip)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for line := range strings.Lines(string(text)) {
			if !strings.HasPrefix(line, "\\") { // what is for psql alone
				lines = append(lines, line)
			}
		}
		plain := regexp.MustCompile(`&?pool_max_conns=\d+`).ReplaceAllString(dsn, "")
		old, err := sql.Open(driver, plain)
		if err != nil {
			t.Fatal(err)
		}
		old.SetMaxOpenConns(1)
		if _, err := old.ExecContext(t.Context(), strings.Join(lines, "")); err != nil {
			t.Fatal(err)
		}
		if err := old.Close(); err != nil {
			t.Fatal(err)
		}
		c, err := store.Inspect(t.Context(), dsn)
		if err != nil || len(c.Pending) < 20 || len(c.Later) > 0 {
			t.Errorf("before: %+v, %v", c, err)
		}
		db, err := store.Open(t.Context(), store.Options{DSN: dsn})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		asItWas(t, db)
		if c, err = store.Inspect(t.Context(), dsn); err != nil || len(c.Pending)+len(c.Later) > 0 {
			t.Errorf("after: %+v, %v", c, err)
		}
	})
}

// A backup of a version whose tables were other ones says what to do, and leaves
// nothing behind.
func TestRestoreOfTheFirstVersion(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		f, err := os.Open(filepath.Join("testdata", "first", "first.backup"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := db.Restore(t.Context(), f); err == nil || !strings.Contains(err.Error(), "restore it with that version, and start this one on the result") {
			t.Fatalf("%v", err)
		}
		if orgs, err := db.Organizations.List(t.Context()); err != nil || len(orgs) != 0 {
			t.Errorf("%+v, %v", orgs, err)
		}
	})
}

func asItWas(t *testing.T, db *store.DB) {
	t.Helper()
	ctx := t.Context()
	org, err := db.Organizations.BySlug(ctx, "demo")
	if err != nil {
		t.Fatal(err)
	}
	e, err := db.Events.Find(ctx, org.ID, "3036ea1f-e6f4-11f1-a8a8-202a08e070ea")
	if err != nil || e.Type != "user.account.report_suspicious_activity_by_enduser" {
		t.Errorf("event %+v, %v", e.Event, err)
	}
	runs, err := db.Runs.List(ctx, org.ID, store.RunFilter{Limit: 10})
	if err != nil || len(runs) != 3 {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
	for _, r := range runs {
		steps, err := db.Runs.Steps(ctx, org.ID, r.ID)
		if err != nil || len(steps) != 11 || r.State != flow.Succeeded || r.Event == "" {
			t.Errorf("run %s: %s, %d steps, %v", r.ID, r.State, len(steps), err)
		}
	}
	flows, err := db.Flows.CountOn(ctx)
	if err != nil || flows != 1 {
		t.Errorf("%d flows, %v", flows, err)
	}
	sources, err := db.Sources.List(ctx, org.ID)
	if err != nil || len(sources) != 1 || !sources[0].Poll || !sources[0].Hook || sources[0].Cursor == "" || sources[0].Kind != "okta" {
		t.Errorf("sources %+v, %v", sources, err)
	}
	stay, err := db.Organizations.List(ctx)
	if err != nil || len(stay) != 1 {
		t.Errorf("organizations %+v, %v", stay, err)
	}
	opens(t, db, org.ID)
}

// opens holds that what was sealed then opens with the key of then.
func opens(t *testing.T, db *store.DB, org string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "first", "key"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	keys, err := secret.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	sources, err := db.Sources.Sealed(t.Context())
	if err != nil || len(sources) != 1 {
		t.Fatalf("%d sources, %v", len(sources), err)
	}
	if plain, err := keys.Unseal(sources[0].HookSecret, source.HookSecretContext(sources[0].ID)); err != nil || len(plain) < 16 {
		t.Errorf("the secret of the event hook: %d bytes, %v", len(plain), err)
	}
	conns, err := db.Connections.List(t.Context(), org)
	if err != nil || len(conns) != 4 || conns[2].Connector != "slack" || len(conns[2].Sealed) == 0 || !keys.Current(conns[2].Sealed) {
		t.Errorf("connections %+v, %v", conns, err)
	}
}
