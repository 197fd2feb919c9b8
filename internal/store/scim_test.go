package store_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sallyport/internal/letter"
	"sallyport/internal/portal"
	"sallyport/internal/scim"
	"sallyport/internal/scim/scimtest"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

// noMail asks people, and writes to nobody.
func noMail() *portal.Asker {
	return &portal.Asker{Office: &letter.Office{Now: start}, Server: "https://sallyport.example", Now: start}
}

// The directory in SQL keeps what every directory promises.
func TestDirectory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		n := 0
		scimtest.Run(t, func(t *testing.T) scim.Directory {
			n++
			o := portal.Organization{ID: string(rune('a'+n/26)) + string(rune('a'+n%26)), Name: "Acme"}
			o.Slug = o.ID
			if err := db.Organizations.Add(t.Context(), o); err != nil {
				t.Fatal(err)
			}
			return db.Directory(o, noMail())
		})
	})
}

// A page by its number is the same whatever is remembered of the list, and what came
// and went meanwhile.
func TestPagesFarIntoAList(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		var clock atomic.Int64
		db, err := store.Open(t.Context(), store.Options{DSN: dsn, Now: func() time.Time { return start().Add(time.Duration(clock.Load())) }})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		pagesFarIntoAList(t, db, func(d time.Duration) { clock.Store(int64(d)) })
	})
}

func pagesFarIntoAList(t *testing.T, db *store.DB, at func(time.Duration)) {
	o := portal.Organization{ID: "o", Slug: "acme", Name: "Acme"}
	if err := db.Organizations.Add(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	d := db.Directory(o, noMail())
	var ids []string
	add := func(n int, when time.Duration) {
		at(when)
		made := make([]string, n)
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				r, err := d.Create(t.Context(), scim.Group, scim.Edit{Document: value.Map("displayName", fmt.Sprintf("%d at %s beside %d", i, when, len(ids)))})
				if err != nil {
					t.Error(err)
				}
				made[i] = r.ID
			})
		}
		wg.Wait()
		ids = append(ids, made...)
		slices.Sort(ids)
	}
	look := func(what string) {
		t.Helper()
		for _, offset := range []int{0, 499, 500, 501, 777, 999, 1000, 1001, 1499, 1500, len(ids) - 1, len(ids), len(ids) + 600} {
			p, err := d.List(t.Context(), scim.Query{Kind: scim.Group, Offset: offset, Limit: 3, Total: true})
			if err != nil {
				t.Fatal(err)
			}
			got := []string{}
			for _, r := range p.Records {
				got = append(got, r.ID)
			}
			rest := ids[min(offset, len(ids)):]
			if want := rest[:min(3, len(rest))]; !slices.Equal(got, want) || p.Total != len(ids) {
				t.Fatalf("%s, page at %d: %v of %d, want %v of %d", what, offset, got, p.Total, want, len(ids))
			}
		}
	}
	add(1050, 0)
	look("all of one moment")
	add(300, 0)
	look("more of the same moment")
	add(300, time.Hour)
	look("an hour later")
	look("as it is remembered")
	add(300, time.Hour+time.Second)
	look("a second later")
	add(20, time.Hour-time.Second)
	look("two seconds before that")
	add(1, time.Minute)
	look("by a clock that was put back")
	for _, i := range []int{1200, 3, 600} {
		if err := d.Delete(t.Context(), scim.Ref{Kind: scim.Group, ID: ids[i]}, func(scim.Record) error { return nil }); err != nil {
			t.Fatal(err)
		}
		ids = slices.Delete(ids, i, i+1)
		look(fmt.Sprintf("without one at %d", i))
	}
	add(100, 2*time.Hour)
	look("at the end")
}

// What went well leaves room for what did not, and one organization for another.
func TestNewestExchanges(t *testing.T) {
	var es []store.SCIMExchange
	add := func(org string, status, n int) {
		for range n {
			es = append(es, store.SCIMExchange{Org: org, ID: fmt.Sprint(len(es)), Exchange: scim.Exchange{Status: status}})
		}
	}
	add("a", 409, 2)
	add("b", 200, 1)
	add("a", 200, store.KeptExchanges+10)
	add("a", 404, store.KeptExchanges-1)
	var got []string
	for _, e := range store.NewestExchanges(es) {
		got = append(got, e.ID)
	}
	want := []string{"1", "2"} // of two refused ones the older goes, and of what went well the first ten
	for i := 13; i < len(es); i++ {
		want = append(want, fmt.Sprint(i))
	}
	if !slices.Equal(got, want) {
		t.Errorf("kept are %v", got)
	}
}
