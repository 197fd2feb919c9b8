package store_test

import (
	"strings"
	"testing"

	"sallyport/internal/portal"
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
			n, err := db.EventRetention.Sweep(ctx, now)
			if err != nil {
				t.Fatal(err)
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
