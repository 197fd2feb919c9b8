package store_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"sallyport/internal/errs"
	"sallyport/internal/event"
	"sallyport/internal/portal"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// dated is an event that is published at a time.
func dated(t testing.TB, uuid string, at time.Time) event.Event {
	t.Helper()
	raw := fmt.Sprintf(`{"uuid":%q,"eventType":"user.session.start","published":%q,"displayMessage":"dated","actor":{"id":"u1","alternateId":"p1@acme.example"}}`, uuid, at.Format(time.RFC3339Nano))
	e, err := event.NewParser().Parse([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// acceptDated stores events in one batch, and returns for each whether it is new.
func acceptDated(ctx context.Context, db *store.DB, org string, es ...event.Event) (fresh []bool, err error) {
	err = db.Sources.Accept(ctx, source.Batch{Org: org, Source: "s", Via: source.ViaFile, Events: es}, func(b *store.Batch) error {
		fresh, err = b.AddEvents(ctx)
		return err
	})
	return fresh, err
}

// uuidOf returns the UUID of version 1 of an event that is published at a time.
func uuidOf(i int, at time.Time) string {
	ticks := uint64(at.UnixNano()/100) + 0x01b21dd213814000
	return fmt.Sprintf("%08x-%04x-1%03x-9c3a-%012x", uint32(ticks), uint16(ticks>>32), ticks>>48, i)
}

// oddTimes are times at which events should not have been published, and are.
func oddTimes() []time.Time {
	return []time.Time{
		time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2009, 12, 31, 23, 59, 59, 999999000, time.UTC), time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2099, 12, 31, 23, 59, 59, 999999000, time.UTC), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2150, 6, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC),
	}
}

// Events of a hundred months in one batch, and of odd times, are found in every way.
func TestEventsOfManyMonths(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		var es []event.Event
		for i, at := range oddTimes()[:4] {
			es = append(es, dated(t, fmt.Sprintf("odd-%d", i), at))
		}
		for i := range 300 { // three in each month, at its beginning, within and at its end
			begins := time.Date(2016, time.Month(1+i/3), 1, 0, 0, 0, 0, time.UTC)
			at := []time.Time{begins, begins.AddDate(0, 0, 14), begins.AddDate(0, 1, 0).Add(-time.Microsecond)}[i%3]
			es = append(es, dated(t, uuidOf(i, at), at))
		}
		for i, at := range oddTimes()[4:] {
			es = append(es, dated(t, fmt.Sprintf("late-%d", i), at))
		}
		mixed := slices.Clone(es)
		slices.Reverse(mixed)
		for _, want := range []bool{true, false} { // then again
			fresh, err := acceptDated(ctx, db, "acme", mixed...)
			if err != nil || len(fresh) != len(es) || slices.Contains(fresh, !want) {
				t.Fatalf("%v, %v", fresh, err)
			}
		}
		var want []string
		for _, e := range es {
			want = append(want, e.UUID)
		}
		check := func(state string) {
			t.Helper()
			for name, s := range map[string]store.EventSearch{
				"by time": {Limit: 70, Oldest: true}, "by the index": {Limit: 70, Oldest: true, Filter: filter(t, `actor.id eq "u1"`)},
			} {
				if diff := cmp.Diff(want, uuids(t, db, s)); diff != "" {
					t.Errorf("%s, %s: %s", name, state, diff)
				}
			}
			within := store.EventSearch{Since: es[10].Published, Until: es[20].Published, Oldest: true, Limit: 100}
			if diff := cmp.Diff(want[10:20], uuids(t, db, within)); diff != "" {
				t.Errorf("within a time, %s: %s", state, diff)
			}
			v, err := db.Events.Survey(ctx, "acme", store.EventSearch{}, store.SurveyOptions{Top: 1})
			if err != nil || !v.Complete || v.Events != len(es) {
				t.Errorf("survey, %s: %+v %v", state, v, err)
			}
		}
		check("not indexed")
		if n := index(t, db); n != len(es) {
			t.Errorf("%d were indexed", n)
		}
		check("indexed")
		some, err := db.Events.Some(ctx, "acme", append(want, "nope"))
		if err != nil || len(some) != len(want) {
			t.Errorf("%d found by key: %v", len(some), err)
		}
		for _, i := range []int{0, 3, 100, 305, 307, len(es) - 1} {
			if e, err := db.Events.Find(ctx, "acme", want[i]); err != nil || !e.Published.Equal(es[i].Published) {
				t.Errorf("%s: %v", want[i], err)
			}
		}
		if _, err := db.Events.Find(ctx, "acme", uuidOf(1, es[9].Published)); errs.KindOf(err) != errs.NotFound {
			t.Errorf("one that is not stored: %v", err)
		}
		if first, err := db.Events.First(ctx, "acme"); err != nil || !first.Equal(es[0].Published) {
			t.Errorf("the first is at %s: %v", first, err)
		}
		restored(t, db, es)
	})
}

// uuids reads a list to its end.
func uuids(t *testing.T, db *store.DB, s store.EventSearch) (out []string) {
	t.Helper()
	for {
		found, err := db.Events.Search(t.Context(), "acme", s)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range found.Events {
			out = append(out, e.UUID)
		}
		if s.After = found.Next; found.Next.ID == "" {
			return out
		}
	}
}

// restored checks that a backup has its events in either database, and that those
// that come later get higher numbers.
func restored(t *testing.T, db *store.DB, es []event.Event) {
	var file bytes.Buffer
	if _, err := db.Backup(t.Context(), &file); err != nil {
		t.Fatal(err)
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if _, err := db.Restore(t.Context(), bytes.NewReader(file.Bytes())); err != nil {
			t.Fatal(err)
		}
		if n := len(uuids(t, db, store.EventSearch{Limit: 100})); n != len(es) {
			t.Errorf("%d restored", n)
		}
		later := dated(t, "later", time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC))
		fresh, err := acceptDated(t.Context(), db, "acme", es[0], later, es[50])
		if err != nil || !slices.Equal(fresh, []bool{false, true, false}) {
			t.Errorf("%v %v", fresh, err)
		}
		got, err := db.Events.Find(t.Context(), "acme", "later")
		if err != nil || got.Seq <= int64(len(es)) {
			t.Errorf("its number is %d: %v", got.Seq, err)
		}
	})
}

// A uuid is stored once, whatever time the second has: within one batch, in a later
// one, in the same month or another, and whether the uuid was made of the time.
func TestOneUUIDOfTwoTimes(t *testing.T) {
	day := time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)
	made, later := uuidOf(1, day), uuidOf(2, day.Add(time.Minute))
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for _, step := range []struct {
			name string
			es   []event.Event
			want []bool
		}{
			{"two times in one batch", []event.Event{dated(t, "a", day), dated(t, "a", day.AddDate(0, 2, 0)), dated(t, "b", day)}, []bool{true, false, true}},
			{"another precision", []event.Event{dated(t, "b", day.Add(time.Microsecond))}, []bool{false}},
			{"another month", []event.Event{dated(t, "b", day.AddDate(0, -3, 0)), dated(t, "c", day.AddDate(0, -3, 0))}, []bool{false, true}},
			{"before all months", []event.Event{dated(t, "b", oddTimes()[1]), dated(t, "odd", oddTimes()[1])}, []bool{false, true}},
			{"from before all months", []event.Event{dated(t, "odd", day)}, []bool{false}},
			{"made of the time, but not published then", []event.Event{dated(t, made, day.AddDate(0, 4, 0)), dated(t, later, day.AddDate(0, 4, 0))}, []bool{true, true}},
			{"then as it should be", []event.Event{dated(t, uuidOf(0, day), day), dated(t, made, day), dated(t, uuidOf(3, day.AddDate(0, 0, 1)), day.AddDate(0, 0, 1))}, []bool{true, false, true}},
			{"and all again", []event.Event{dated(t, later, day), dated(t, made, day), dated(t, uuidOf(0, day), day), dated(t, "a", day)}, []bool{false, false, false, false}},
			{"a new one between", []event.Event{dated(t, uuidOf(9, day.Add(time.Second)), day.Add(time.Second)), dated(t, later, day)}, []bool{true, false}},
		} {
			fresh, err := acceptDated(t.Context(), db, "acme", step.es...)
			if err != nil || !slices.Equal(fresh, step.want) {
				t.Errorf("%s: %v, want %v: %v", step.name, fresh, step.want, err)
			}
		}
		if fresh, err := acceptDated(t.Context(), db, "other", dated(t, made, day)); err != nil || !fresh[0] {
			t.Errorf("another organization's: %v %v", fresh, err)
		}
		var file bytes.Buffer
		if _, err := db.Backup(t.Context(), &file); err != nil {
			t.Fatal(err)
		}
		storetest.Each(t, func(t *testing.T, db *store.DB) {
			if _, err := db.Restore(t.Context(), bytes.NewReader(file.Bytes())); err != nil {
				t.Fatal(err)
			}
			if fresh, err := acceptDated(t.Context(), db, "acme", dated(t, made, day), dated(t, "odd", day)); err != nil || slices.Contains(fresh, true) {
				t.Errorf("again, after a restore: %v %v", fresh, err)
			}
		})
		if e, err := db.Events.Find(t.Context(), "acme", made); err != nil || !e.Published.Equal(day.AddDate(0, 4, 0)) {
			t.Errorf("found at %s: %v", e.Published, err)
		}
	})
}

// Several that come with the first events of a month, through two connections,
// each get a place for them, and an event that all have is stored once.
func TestNewMonthsAtOnce(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		dbs := []*store.DB{open(t, dsn)}
		if store.IsPostgres(dsn) {
			dbs = append(dbs, open(t, dsn))
		}
		day := time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
		const each, months = 6, 12
		all := make([]event.Event, months)
		for i := range all {
			at := day.AddDate(0, i, 0)
			all[i] = dated(t, uuidOf(i, at), at)
		}
		var mu sync.Mutex
		var done sync.WaitGroup
		fresh := 0
		for n := range each * len(dbs) {
			done.Go(func() {
				es := slices.Clone(all)
				if n%2 == 0 {
					slices.Reverse(es)
				}
				got, err := acceptDated(t.Context(), dbs[n%len(dbs)], "acme", append(es, dated(t, fmt.Sprintf("own-%d", n), day))...)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				for _, f := range got {
					if f {
						fresh++
					}
				}
			})
		}
		done.Wait()
		if want := months + each*len(dbs); fresh != want {
			t.Errorf("%d were new, want %d", fresh, want)
		}
		if got := len(uuids(t, dbs[0], store.EventSearch{Limit: 100})); got != fresh {
			t.Errorf("%d are stored", got)
		}
	})
}

func open(t *testing.T, dsn string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{DSN: dsn})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// tables lists the partitions of the table of events.
func tables(t *testing.T, pool *pgxpool.Pool) string {
	t.Helper()
	var names string
	if err := pool.QueryRow(t.Context(), `SELECT string_agg(c.relname, ' ' ORDER BY c.relname) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'event'::regclass`).Scan(&names); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(names, "event_", "")
}

// A month goes as a whole once it is over for all, but for evidence, which is found
// as before; a month that is not over for all loses rows. What is empty is dropped,
// and made anew when an event of it comes, even by one that knew it.
func TestSweepOfMonths(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		ctx, db := t.Context(), open(t, dsn)
		begins := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		for _, org := range []string{"other", "acme"} {
			months := map[string]int{"acme": 5, "other": 1}[org]
			if err := db.Organizations.Add(ctx, portal.Organization{ID: org, Slug: org, Name: org, CreatedAt: begins}); err != nil {
				t.Fatal(err)
			}
			var es []event.Event
			for i := range 60 * months {
				at := begins.AddDate(0, i/60, i%60/3)
				es = append(es, dated(t, uuidOf(i, at), at))
			}
			if _, err := acceptDated(ctx, db, org, es...); err != nil {
				t.Fatal(err)
			}
		}
		stays := uuidOf(65, begins.AddDate(0, 1, 1))
		err := db.Sources.Accept(ctx, source.Batch{Org: "acme", Source: "s"}, func(b *store.Batch) error {
			_, err := b.AddEvidence(ctx, map[string][]string{"a1": {stays}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		index(t, db)
		keep := func(org string, days int) {
			t.Helper()
			if err := db.EventRetention.Set(ctx, org, store.Retention{Days: days}, begins); err != nil {
				t.Fatal(err)
			}
		}
		sweep := func(now time.Time, want int, left string) {
			t.Helper()
			n, err := db.EventRetention.Sweep(ctx, now)
			if err != nil || n != want {
				t.Errorf("at %s %d were deleted, want %d: %v", now.Format(time.DateOnly), n, want, err)
			}
			if !store.IsPostgres(dsn) {
				return
			}
			pool, err := pgxpool.New(ctx, dsn)
			if err != nil {
				t.Fatal(err)
			}
			defer pool.Close()
			if got := tables(t, pool); got != left {
				t.Errorf("at %s there are %s, want %s", now.Format(time.DateOnly), got, left)
			}
		}
		keep("acme", 1)
		// January goes, for acme alone, row by row; of March two days.
		sweep(begins.AddDate(0, 2, 3), 60+59+6, "2026_01 2026_02 2026_03 2026_04 2026_05 early late")
		keep("other", 1)
		sweep(begins.AddDate(0, 2, 3), 60, "2026_02 2026_03 2026_04 2026_05 early late")
		sweep(begins.AddDate(0, 3, 1), 54, "2026_02 2026_04 2026_05 early late")
		if got := uuids(t, db, store.EventSearch{Limit: 7, Oldest: true, Filter: filter(t, `actor.id eq "u1"`)}); len(got) != 121 || got[0] != stays {
			t.Errorf("%d are left: %.40v", len(got), got)
		}
		sweep(begins.AddDate(0, 3, 1), 0, "2026_02 2026_04 2026_05 early late")
		back := dated(t, "back", begins)
		if fresh, err := acceptDated(ctx, db, "acme", back, dated(t, stays, begins.AddDate(0, 1, 1))); err != nil || !slices.Equal(fresh, []bool{true, false}) {
			t.Errorf("%v %v", fresh, err)
		}
		other := open2(t, dsn, db)
		if fresh, err := acceptDated(ctx, other, "acme", dated(t, "again", begins)); err != nil || !fresh[0] {
			t.Errorf("%v %v", fresh, err)
		}
		if _, err := acceptDated(ctx, other, "acme", dated(t, "newest", begins.AddDate(0, 4, 20))); err != nil { // whose number stays
			t.Fatal(err)
		}
		sweep(begins.AddDate(0, 3, 1), 2, "2026_02 2026_04 2026_05 early late")
		if fresh, err := acceptDated(ctx, other, "acme", dated(t, "anew", begins)); err != nil || !fresh[0] { // which knows a place that is no more
			t.Errorf("%v %v", fresh, err)
		}
	})
}

// open2 opens a database by a second connection, where there can be one.
func open2(t *testing.T, dsn string, db *store.DB) *store.DB {
	t.Helper()
	if !store.IsPostgres(dsn) {
		return db
	}
	return open(t, dsn)
}

// A month that is being read stays until the next sweep, and nobody waits for it.
func TestSweepOfMonthThatIsRead(t *testing.T) {
	dsn := storetest.Postgres(t)
	ctx, db := t.Context(), open(t, dsn)
	begins := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := db.Organizations.Add(ctx, portal.Organization{ID: "acme", Slug: "acme", Name: "acme", CreatedAt: begins}); err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		if _, err := acceptDated(ctx, db, "acme", dated(t, fmt.Sprint(i), begins.AddDate(0, i/20, 0))); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.EventRetention.Set(ctx, "acme", store.Retention{Days: 1}, begins); err != nil {
		t.Fatal(err)
	}
	pool, err := pgxpool.New(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	tx, err := pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(ctx, `SELECT count(*) FROM event_2026_01`); err != nil {
		t.Fatal(err)
	}
	now := begins.AddDate(0, 3, 0)
	if n, err := db.EventRetention.Sweep(ctx, now); err != nil || n != 20 { // February
		t.Errorf("%d deleted: %v", n, err)
	}
	if _, err := acceptDated(ctx, db, "acme", dated(t, "new", begins.AddDate(0, 7, 0))); err != nil { // a new month is made meanwhile
		t.Error(err)
	}
	if err := tx.Rollback(ctx); err != nil {
		t.Fatal(err)
	}
	if n, err := db.EventRetention.Sweep(ctx, now); err != nil || n != 20 {
		t.Errorf("%d deleted afterwards: %v", n, err)
	}
	if got := tables(t, pool); got != "2026_04 2026_05 2026_08 early late" {
		t.Error(got)
	}
}
