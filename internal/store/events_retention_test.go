package store_test

import (
	"strings"
	"testing"

	"sallyport/internal/portal"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// What is too old, or too much, is deleted for its organization alone; what is
// left is found and counted as before, by the index and without it.
func TestEventRetention(t *testing.T) {
	if testing.Short() {
		t.Skip("stores many events")
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		for _, org := range []string{"acme", "other"} {
			if err := db.Organizations.Add(ctx, portal.Organization{ID: org, Slug: org, Name: org, CreatedAt: start()}); err != nil {
				t.Fatal(err)
			}
		}
		addEvents(t, db, "acme", "s1", 12_000)
		addEvents(t, db, "other", "s2", 3000)
		index(t, db)
		addEvents(t, db, "acme", "s3", 10)
		now := at(5000).AddDate(0, 0, 30)
		sweep := func(r store.Retention) int {
			t.Helper()
			if err := db.EventRetention.Set(ctx, "acme", r, now); err != nil {
				t.Fatal(err)
			}
			if got, err := db.EventRetention.Get(ctx, "acme"); err != nil || got != r {
				t.Fatalf("%+v %v", got, err)
			}
			before, err := db.EventRetention.Preview(ctx, "acme", r, now)
			if err != nil {
				t.Fatal(err)
			}
			n, err := db.EventRetention.Sweep(ctx, now)
			if err != nil {
				t.Fatal(err)
			}
			if d := before.Events - int64(n); d < 0 || d > 1 { // the newest number stays for now
				t.Errorf("%+v: %d deleted, and %+v said before", r, n, before)
			}
			return n
		}
		count := func(org string) int {
			t.Helper()
			got, _ := readEvents(t, db, org, store.EventSearch{Limit: 5000})
			v, err := db.Events.Survey(ctx, org, store.EventSearch{}, store.SurveyOptions{Top: 3})
			if err != nil || !v.Complete || v.Events != len(strings.Fields(got)) {
				t.Errorf("%s: %d counted, %d found: %v", org, v.Events, len(strings.Fields(got)), err)
			}
			return v.Events
		}
		if n := sweep(store.Retention{}); n != 0 {
			t.Errorf("%d deleted without a bound", n)
		}
		if n := sweep(store.Retention{Days: 30}); n != 10_009 { // the newest number stays
			t.Errorf("%d deleted", n)
		}
		if n := count("acme"); n != 2001 {
			t.Errorf("%d are left", n)
		}
		if n := count("other"); n != 3000 {
			t.Errorf("of the other organization %d are left", n)
		}
		got, _ := readEvents(t, db, "acme", store.EventSearch{Filter: filter(t, `actor.id eq "u1"`), Until: at(5001), Limit: 100})
		if n := len(strings.Fields(got)); n != 2 {
			t.Errorf("%d found of those that are left: %s", n, got)
		}
		stock, err := db.EventRetention.Stock(ctx, "acme")
		if err != nil || stock.Events != 2001+9 && stock.Events != 2001 || stock.Bytes == 0 || !stock.Oldest.Equal(at(4)) {
			t.Errorf("%+v %v", stock, err)
		}
		if n := sweep(store.Retention{Bytes: 1}); n == 0 || count("acme") > 20 {
			t.Errorf("%d deleted for their size", n)
		}
		if n := sweep(store.Retention{Days: 1}); n > 20 {
			t.Errorf("%d deleted again", n)
		}
	})
}

// Events that an alert rests on stay, are found as before, and hold nothing else
// back.
func TestRetentionKeepsEvidence(t *testing.T) {
	if testing.Short() {
		t.Skip("stores many events")
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		for _, org := range []string{"acme", "other"} {
			if err := db.Organizations.Add(ctx, portal.Organization{ID: org, Slug: org, Name: org, CreatedAt: start()}); err != nil {
				t.Fatal(err)
			}
			addEvents(t, db, org, "s1", 5000)
			if err := db.EventRetention.Set(ctx, org, store.Retention{Days: 1}, start()); err != nil {
				t.Fatal(err)
			}
		}
		err := db.Sources.Accept(ctx, source.Batch{Org: "acme", Source: "s1"}, func(b *store.Batch) error {
			_, err := b.AddEvidence(ctx, map[string][]string{"a1": {"s1-3", "s1-4", "s1-3000"}, "a2": {"s1-3"}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		index(t, db)
		addEvents(t, db, "acme", "s9", 2) // the newest number stays
		got, err := db.EventRetention.Preview(ctx, "acme", store.Retention{Days: 1}, at(90_000).AddDate(0, 0, 1))
		if want := (store.Gone{Before: at(90_000), Events: 4999, Stay: 3, Oldest: at(0)}); err != nil || got != want {
			t.Errorf("%+v, want %+v: %v", got, want, err)
		}
		if n, err := db.EventRetention.Sweep(ctx, at(90_000).AddDate(0, 0, 1)); err != nil || n != 4998+5000 {
			t.Errorf("%d deleted: %v", n, err)
		}
		for name, tt := range map[string]struct {
			org  string
			s    store.EventSearch
			want string
		}{
			"all":                 {"acme", store.EventSearch{}, "3000 4 3 1"},
			"by the index":        {"acme", store.EventSearch{Filter: filter(t, `client.ipAddress eq "192.0.2.3"`)}, "3"},
			"by uuid":             {"acme", store.EventSearch{Filter: filter(t, `uuid eq "s1-3000"`)}, "3000"},
			"of the other's":      {"other", store.EventSearch{}, ""},
			"one that is no more": {"acme", store.EventSearch{Filter: filter(t, `uuid eq "s1-5"`)}, ""},
		} {
			tt.s.Limit = 10
			if got, _ := readEvents(t, db, tt.org, tt.s); got != tt.want {
				t.Errorf("%s: %q, want %q", name, got, tt.want)
			}
		}
	})
}
