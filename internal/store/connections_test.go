package store_test

import (
	"context"
	"testing"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

// addConnection adds a connection with a sealed secret and returns it as it is
// read.
func addConnection(t *testing.T, db *store.DB, id string) store.Connection {
	t.Helper()
	c := store.Connection{
		Connection: connector.Connection{Org: org, ID: id, Connector: "okta", Name: "Okta " + id, Settings: &value.Object{}, Sealed: []byte("old " + id)},
		Own:        value.Map("domain", "acme.example"), State: store.ConnectionUntested, CreatedAt: start(), UpdatedAt: start(),
	}
	if err := db.Connections.Add(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return connection(t, db, id)
}

func connection(t *testing.T, db *store.DB, id string) store.Connection {
	t.Helper()
	c, err := db.Connections.Get(t.Context(), org, id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Of two who change what they read, the second is told; what a test found is not
// kept for settings that it did not try.
func TestConnectionChangedMeanwhile(t *testing.T) {
	tests := map[string]struct {
		first, then func(*store.DB, context.Context, store.Connection) error
		kind        errs.Kind
	}{
		"two edits": {
			func(db *store.DB, ctx context.Context, c store.Connection) error { return db.Connections.Set(ctx, c) },
			func(db *store.DB, ctx context.Context, c store.Connection) error { return db.Connections.Set(ctx, c) },
			errs.Conflict,
		},
		"a test of what an edit has replaced": {
			func(db *store.DB, ctx context.Context, c store.Connection) error { return db.Connections.Set(ctx, c) },
			func(db *store.DB, ctx context.Context, c store.Connection) error {
				return db.Connections.Tested(ctx, c)
			},
			errs.Conflict,
		},
		"an edit of what was sealed anew": {
			func(db *store.DB, ctx context.Context, _ store.Connection) error {
				_, err := db.Connections.Reseal(ctx, func(store.Connection) ([]byte, error) { return []byte("new"), nil })
				return err
			},
			func(db *store.DB, ctx context.Context, c store.Connection) error { return db.Connections.Set(ctx, c) },
			errs.Conflict,
		},
		"an edit of what was deleted": {
			func(db *store.DB, ctx context.Context, c store.Connection) error {
				return db.Connections.Remove(ctx, c.Org, c.ID)
			},
			func(db *store.DB, ctx context.Context, c store.Connection) error { return db.Connections.Set(ctx, c) },
			errs.NotFound,
		},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		makeOrg(t, db)
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				read := addConnection(t, db, name)
				first, then := read, read
				first.Name, then.Name = "First "+name, "Then "+name
				if err := tt.first(db, t.Context(), first); err != nil {
					t.Fatal(err)
				}
				want, _ := db.Connections.Get(t.Context(), org, name)
				if err := tt.then(db, t.Context(), then); errs.KindOf(err) != tt.kind {
					t.Errorf("error = %v, want %v", err, tt.kind)
				}
				if got, _ := db.Connections.Get(t.Context(), org, name); got.Name != want.Name || string(got.Sealed) != string(want.Sealed) {
					t.Errorf("%q sealed %q, want %q sealed %q", got.Name, got.Sealed, want.Name, want.Sealed)
				}
			})
		}
	})
}

// What a test found is kept beside what people entered, and an edit of what they
// saw before goes through.
func TestTested(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		makeOrg(t, db)
		read := addConnection(t, db, "c")
		tested := read
		tested.Own, tested.Name, tested.Sealed = nil, "not to be written", nil
		tested.Settings, tested.State, tested.Error, tested.CheckedAt = value.Map("org_id", "00o1"), store.ConnectionFailed, "401", start()
		if err := db.Connections.Tested(t.Context(), tested); err != nil {
			t.Fatal(err)
		}
		got := connection(t, db, "c")
		if got.Name != read.Name || string(got.Sealed) != "old c" || got.Own.Text("domain") != "acme.example" || got.Settings.Text("org_id") != "00o1" ||
			got.State != store.ConnectionFailed || got.Error != "401" || !got.CheckedAt.Equal(start()) || !got.UpdatedAt.Equal(read.UpdatedAt) {
			t.Errorf("%+v", got)
		}
		if err := db.Connections.Set(t.Context(), read); err != nil {
			t.Error(err)
		}
	})
}

// While secrets are sealed anew nobody else changes them.
func TestResealWaitsForOthers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		makeOrg(t, db)
		read := addConnection(t, db, "c")
		read.Sealed = []byte("edited")
		edited := make(chan error, 1)
		n, err := db.Connections.Reseal(t.Context(), func(c store.Connection) ([]byte, error) {
			go func() { edited <- db.Connections.Set(t.Context(), read) }()
			return append([]byte("new of "), c.Sealed...), nil
		})
		if n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if err := <-edited; errs.KindOf(err) != errs.Conflict {
			t.Errorf("who edited meanwhile got %v", err)
		}
		if got := connection(t, db, "c"); string(got.Sealed) != "new of old c" {
			t.Errorf("sealed %q", got.Sealed)
		}
	})
}

func TestResealSources(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		makeOrg(t, db)
		for id, secret := range map[string][]byte{"hook": []byte("old"), "poll": nil} {
			if err := db.Sources.Save(t.Context(), source.Source{ID: id, Org: org, Name: id, Kind: source.Okta, HookSecret: secret, CreatedAt: time.Now()}); err != nil {
				t.Fatal(err)
			}
		}
		n, err := db.Sources.Reseal(t.Context(), func(s source.Source) ([]byte, error) { return append([]byte("new of "), s.HookSecret...), nil })
		got, getErr := db.Sources.Get(t.Context(), org, "hook")
		if n != 1 || err != nil || getErr != nil || string(got.HookSecret) != "new of old" {
			t.Errorf("%d resealed, %v; %q, %v", n, err, got.HookSecret, getErr)
		}
	})
}
