package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"sallyport/internal/detect/oktafilter"
	"sallyport/internal/event"
	"sallyport/internal/portal"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// monthsBench is a database with events of two years, as a log has them: their
// uuids are made of the time.
type monthsBench struct {
	db     *store.DB
	from   time.Time
	events int
	apart  time.Duration
	added  int
	parser *event.Parser
}

func (m *monthsBench) event(b *testing.B, i int, at time.Time) event.Event {
	b.Helper()
	raw := fmt.Sprintf(`{"uuid":%q,"eventType":"user.session.start","published":%q,"displayMessage":"User login to Okta","actor":{"id":"00u%d","alternateId":"p%d@acme.example"},
		"client":{"ipAddress":"10.0.%d.%d","userAgent":{"rawUserAgent":%q}}}`, uuidAt(i, at), at.Format("2006-01-02T15:04:05.000Z"), i%5000, i%5000, i%1000/250, i%250, strings.Repeat("Mozilla ", 150))
	e, err := m.parser.Parse([]byte(raw))
	if err != nil {
		b.Fatal(err)
	}
	return e
}

// uuidAt returns a UUID of version 1.
func uuidAt(i int, at time.Time) string {
	ticks := uint64(at.UnixNano()/100) + 0x01b21dd213814000
	return fmt.Sprintf("%08x-%04x-1%03x-9c3a-%012x", uint32(ticks), uint16(ticks>>32), ticks>>48, i)
}

func (m *monthsBench) at(i int) time.Time { return m.from.Add(time.Duration(i) * m.apart) }

func (m *monthsBench) accept(b *testing.B, es []event.Event) {
	b.Helper()
	err := m.db.Sources.Accept(b.Context(), source.Batch{Org: "acme", Source: "s", Via: source.ViaFile, Events: es}, func(w *store.Batch) error {
		_, err := w.AddEvents(b.Context())
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

func (m *monthsBench) index(b *testing.B) {
	b.Helper()
	for n := 1; n > 0; {
		var err error
		if n, err = m.db.EventIndex.Pass(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func (m *monthsBench) search(b *testing.B, s store.EventSearch, want int) {
	b.Helper()
	got, err := m.db.Events.Search(b.Context(), "acme", s)
	if err != nil || len(got.Events) < want {
		b.Fatalf("%d found: %v", len(got.Events), err)
	}
}

func (m *monthsBench) fresh(b *testing.B, n int) []event.Event {
	b.Helper()
	es := make([]event.Event, n)
	for i := range es {
		m.added++
		es[i] = m.event(b, m.events+m.added, m.at(m.events).Add(time.Duration(m.added)*time.Millisecond))
	}
	return es
}

func analyze(b *testing.B, dsn string) {
	b.Helper()
	pool, err := pgxpool.New(b.Context(), dsn)
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(b.Context(), `VACUUM (ANALYZE) event`); err != nil {
		b.Fatal(err)
	}
}

// What it costs to bring and to find events among those of two years.
func BenchmarkEventsOfTwoYears(b *testing.B) {
	dsn := storetest.Postgres(b)
	db, err := store.Open(b.Context(), store.Options{DSN: dsn})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	m := &monthsBench{db: db, from: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), events: 336_000, parser: event.NewParser()}
	m.apart = 2 * 365 * 24 * time.Hour / time.Duration(m.events)
	if err := db.Organizations.Add(b.Context(), portal.Organization{ID: "acme", Slug: "acme", Name: "acme", CreatedAt: m.from}); err != nil {
		b.Fatal(err)
	}
	for i := 0; i < m.events; i += 1000 {
		es := make([]event.Event, 1000)
		for n := range es {
			es[n] = m.event(b, i+n, m.at(i+n))
		}
		m.accept(b, es)
	}
	m.index(b)
	analyze(b, dsn)
	var es []event.Event
	random := rand.New(rand.NewPCG(1, 2))
	times := func(name string, before, fn func(b *testing.B)) {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for range 6 * 8 { // every connection of the pool makes its plans
				before(b)
				fn(b)
			}
			for b.Loop() {
				b.StopTimer()
				before(b)
				b.StartTimer()
				began := time.Now()
				fn(b)
				took = append(took, time.Since(began))
			}
			if slices.Sort(took); len(took) > 0 {
				b.ReportMetric(float64(took[len(took)/2].Microseconds()), "µs-p50")
				b.ReportMetric(float64(took[len(took)/10].Microseconds()), "µs-p10")
			}
		})
	}
	nothing := func(*testing.B) {}
	for _, n := range []int{1, 100, 1000} {
		times(fmt.Sprintf("accept %d", n), func(b *testing.B) { es = m.fresh(b, n) }, func(b *testing.B) { m.accept(b, es) })
	}
	times("accept 100 of other uuids", func(b *testing.B) {
		es = m.fresh(b, 100)
		for i := range es {
			es[i].UUID = "other" + es[i].UUID
		}
	}, func(b *testing.B) { m.accept(b, es) })
	es = m.fresh(b, 100)
	times("accept 100 again", nothing, func(b *testing.B) { m.accept(b, es) })
	m.index(b)
	times("256 by number", nothing, func(b *testing.B) {
		f, err := oktafilter.Parse(fmt.Sprintf(`client.ipAddress eq "10.0.%d.%d"`, random.IntN(4), random.IntN(250)))
		if err != nil {
			b.Fatal(err)
		}
		m.search(b, store.EventSearch{Filter: f, Limit: 255}, 255)
	})
	times("one by key", nothing, func(b *testing.B) {
		i := random.IntN(m.events)
		if _, err := m.db.Events.Find(b.Context(), "acme", uuidAt(i, m.at(i))); err != nil {
			b.Fatal(err)
		}
	})
	times("50 by key", nothing, func(b *testing.B) {
		uuids := make([]string, 50)
		for n := range uuids {
			i := random.IntN(m.events)
			uuids[n] = uuidAt(i, m.at(i))
		}
		if got, err := m.db.Events.Some(b.Context(), "acme", uuids); err != nil || len(got) < 49 {
			b.Fatal(len(got), err)
		}
	})
	times("newest 51", nothing, func(b *testing.B) { m.search(b, store.EventSearch{Limit: 50}, 50) })
	times("an hour", nothing, func(b *testing.B) {
		at := m.at(random.IntN(m.events - 100))
		m.search(b, store.EventSearch{Since: at, Until: at.Add(time.Hour), Limit: 50}, 10)
	})
	times("a rare actor", nothing, func(b *testing.B) {
		f, err := oktafilter.Parse(fmt.Sprintf(`actor.id eq "00u%d"`, random.IntN(5000)))
		if err != nil {
			b.Fatal(err)
		}
		m.search(b, store.EventSearch{Filter: f, Limit: 50}, 50)
	})
	m.index(b)
	times("highest number", nothing, func(b *testing.B) {
		if _, err := m.db.EventIndex.Pass(b.Context()); err != nil {
			b.Fatal(err)
		}
	})
	if err := db.EventRetention.Set(b.Context(), "acme", store.Retention{Days: 1}, m.from); err != nil {
		b.Fatal(err)
	}
	for n := 1; n < 4; n++ {
		began := time.Now()
		gone, err := db.EventRetention.Sweep(b.Context(), m.from.AddDate(0, n, 1))
		if err != nil {
			b.Fatal(err)
		}
		fmt.Printf("a month of %d events is swept in %s\n", gone, time.Since(began))
	}
}
