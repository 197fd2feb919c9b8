package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"sallyport/internal/detect/oktafilter"
	"sallyport/internal/event"
	"sallyport/internal/search"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/tools/traffic"
)

// search stores events, indexes them as a server does beside it, and measures how
// long the first page of searches takes, each kind many times with other values.
func (b bench) search(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "sallyport-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	dsn, drop := filepath.Join(dir, "bench.db"), func() {}
	if b.postgres != "" && b.on != "sqlite" {
		if dsn, drop, err = empty(ctx, b.postgres); err != nil {
			return err
		}
	}
	defer drop()
	db, err := store.Open(ctx, store.Options{DSN: dsn, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	err = b.searchIn(ctx, db, dsn)
	return errors.Join(err, db.Close())
}

func (b bench) searchIn(ctx context.Context, db *store.DB, dsn string) error {
	began := time.Now()
	filling, indexed := make(chan error, 1), 0
	go func() { filling <- b.fill(ctx, db) }()
	for filled := false; ; {
		n, err := db.EventIndex.Pass(ctx)
		if err != nil {
			return err
		}
		if indexed += n; n > 0 {
			continue
		}
		if filled {
			break
		}
		select {
		case err := <-filling:
			if err != nil {
				return err
			}
			filled = true
			b.say("search of %d events on %s: stored in %.0f s (%.0f/s)", b.events, db.Dialect(), time.Since(began).Seconds(), float64(b.events)/time.Since(began).Seconds())
		case <-time.After(200 * time.Millisecond):
		}
	}
	b.say("  indexed %d, all after %.0f s", indexed, time.Since(began).Seconds())
	b.sizes(ctx, dsn)
	for _, k := range searchKinds() {
		if err := b.searchKind(ctx, db, k); err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
	}
	return nil
}

// fill stores events in batches as a poller brings them.
func (b bench) fill(ctx context.Context, db *store.DB) error {
	t, p := traffic.New(), event.NewParser()
	for i := 0; i < b.events; {
		batch := source.Batch{Org: "bench", Source: "s", Via: source.ViaFile}
		for ; len(batch.Events) < 1000 && i < b.events; i++ {
			e, err := p.Parse(t.Event(nil, i))
			if err != nil {
				return err
			}
			batch.Events = append(batch.Events, e)
		}
		err := db.Sources.Accept(ctx, batch, func(w *store.Batch) error {
			_, err := w.AddEvents(ctx)
			return err
		})
		if err != nil {
			return err
		}
		if i%1_000_000 == 0 {
			b.say("  %d stored", i)
		}
	}
	return nil
}

// sizes says what the tables take, where the database can tell.
func (b bench) sizes(ctx context.Context, dsn string) {
	if _, isURL := postgresURL(dsn); !isURL {
		if info, err := os.Stat(dsn); err == nil {
			b.say("  the file has %.2f GB", float64(info.Size())/1e9)
		}
		return
	}
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close(ctx) }()
	var events, indexes, pages int64
	if err := conn.QueryRow(ctx, `SELECT sum(pg_relation_size(c.oid)) FILTER (WHERE relname LIKE 'event%' AND relkind = 'r' AND relname NOT LIKE 'event\_page%'),
		sum(pg_relation_size(c.oid)) FILTER (WHERE relkind = 'i'), pg_total_relation_size('event_page') FROM pg_class c WHERE relnamespace = current_schema()::regnamespace`).Scan(&events, &indexes, &pages); err == nil {
		b.say("  events %.2f GB, their B-trees (and others) %.2f GB, blocks %.2f GB", float64(events)/1e9, float64(indexes)/1e9, float64(pages)/1e9)
	}
}

// searchKind is a kind of search.
type searchKind struct {
	name  string
	times int
	make  func(r *rand.Rand, events int) (filter, q string, s store.EventSearch)
}

// frequentTypes are types from the most frequent to those of which there are few.
func frequentTypes() []string {
	return []string{
		"user.authentication.sso", "policy.evaluate_sign_on", "user.authentication.auth_via_mfa", "user.session.start", "app.oauth2.token.grant.access_token", "user.session.end",
		"group.user_membership.add", "user.account.update_profile", "user.account.unlock", "user.mfa.factor.activate", "user.lifecycle.deactivate",
	}
}

func searchKinds() []searchKind {
	at := func(r *rand.Rand, events int) time.Time { return time.Unix(1767225600+int64(r.IntN(events/100)), 0) }
	none := store.EventSearch{}
	return []searchKind{
		{"all, the newest", 60, func(*rand.Rand, int) (string, string, store.EventSearch) { return "", "", none }},
		{"an hour somewhere", 60, func(r *rand.Rand, n int) (string, string, store.EventSearch) {
			from := at(r, n)
			return "", "", store.EventSearch{Since: from, Until: from.Add(time.Hour)}
		}},
		{"an actor", 60, func(r *rand.Rand, _ int) (string, string, store.EventSearch) {
			return fmt.Sprintf(`actor.alternateId eq "person%d@acme.example"`, r.IntN(5000)), "", none
		}},
		{"an actor's id, within a day", 60, func(r *rand.Rand, n int) (string, string, store.EventSearch) {
			from := at(r, n)
			return fmt.Sprintf(`actor.id eq "00u%017d"`, r.IntN(5000)), "", store.EventSearch{Since: from, Until: from.Add(24 * time.Hour)}
		}},
		{"a type", 60, func(r *rand.Rand, _ int) (string, string, store.EventSearch) {
			return fmt.Sprintf(`eventType eq %q`, frequentTypes()[r.IntN(len(frequentTypes()))]), "", none
		}},
		{"a type's beginning", 60, func(r *rand.Rand, _ int) (string, string, store.EventSearch) {
			return fmt.Sprintf(`eventType sw %q`, []string{"user.mfa.", "app.oauth2.", "group.", "policy."}[r.IntN(4)]), "", none
		}},
		{"an address", 60, func(r *rand.Rand, _ int) (string, string, store.EventSearch) {
			return fmt.Sprintf(`client.ipAddress eq "203.0.%d.%d"`, r.IntN(20), r.IntN(250)), "", none
		}},
		{"an actor and a seldom type", 60, func(r *rand.Rand, _ int) (string, string, store.EventSearch) {
			return fmt.Sprintf(`actor.alternateId eq "person%d@acme.example" and eventType eq "user.account.unlock"`, r.IntN(5000)), "", none
		}},
		{"a target that is seldom", 60, func(r *rand.Rand, _ int) (string, string, store.EventSearch) {
			return fmt.Sprintf(`target.id eq "00g%017d" and outcome.result eq "SUCCESS"`, r.IntN(90)), "", none
		}},
		{"a transaction", 60, func(r *rand.Rand, n int) (string, string, store.EventSearch) {
			e, err := event.NewParser().Parse(traffic.New().Event(nil, r.IntN(n)))
			if err != nil {
				return "", "", none
			}
			return fmt.Sprintf(`transaction.id eq %q`, e.TransactionID), "", none
		}},
		{"nothing that there is", 60, func(r *rand.Rand, _ int) (string, string, store.EventSearch) {
			return fmt.Sprintf(`actor.id eq "nobody%d"`, r.IntN(1e9)), "", none
		}},
		{"q: a login", 60, func(r *rand.Rand, _ int) (string, string, store.EventSearch) {
			return "", fmt.Sprintf("person%d@acme.example", r.IntN(5000)), none
		}},
		{"q: three words", 60, func(r *rand.Rand, _ int) (string, string, store.EventSearch) {
			return "", fmt.Sprintf("reset password person%d", r.IntN(5000)), none
		}},
		{"q: a word of one event", 60, func(r *rand.Rand, n int) (string, string, store.EventSearch) {
			e, err := event.NewParser().Parse(traffic.New().Event(nil, r.IntN(n)))
			if err != nil {
				return "", "", none
			}
			return "", e.Text("debugContext.debugData.requestId"), none
		}},
		{"q: nothing that there is", 60, func(r *rand.Rand, _ int) (string, string, store.EventSearch) {
			return "", fmt.Sprintf("nothing%d", r.IntN(1e9)), none
		}},
		{"what no index knows, rare", 20, func(r *rand.Rand, _ int) (string, string, store.EventSearch) {
			return fmt.Sprintf(`debugContext.debugData.requestUri co "%d/sso/saml" and client.zone eq "OfficeZone"`, r.IntN(90)), "", none
		}},
	}
}

func (b bench) searchKind(ctx context.Context, db *store.DB, k searchKind) error {
	r := rand.New(rand.NewPCG(7, 8)) //nolint:gosec // the same in every run
	var took, surveyed []time.Duration
	found, whole := 0, 0
	for range k.times {
		filter, q, s := k.make(r, b.events)
		var err error
		if filter != "" {
			if s.Filter, err = oktafilter.Parse(filter); err != nil {
				return err
			}
		}
		if s.Words, err = search.ParseWords(q); err != nil {
			return err
		}
		s.Limit = 50
		began := time.Now()
		page, err := db.Events.Search(ctx, "bench", s)
		if err != nil {
			return err
		}
		took, found = append(took, time.Since(began)), found+len(page.Events)
		if len(page.Events) == s.Limit || page.Next.ID == "" {
			whole++
		}
		if len(surveyed) < 10 {
			began = time.Now()
			if _, err := db.Events.Survey(ctx, "bench", s, store.SurveyOptions{Top: 10}); err != nil {
				return err
			}
			surveyed = append(surveyed, time.Since(began))
		}
	}
	slices.Sort(took)
	slices.Sort(surveyed)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.say("  %-28s p50 %7.1f ms  p95 %7.1f ms  most %7.1f ms  %5.1f events a page, %3.0f %% full or the last; summary %6.0f ms", k.name,
		ms(took[len(took)/2]), ms(took[len(took)*95/100]), ms(took[len(took)-1]), float64(found)/float64(len(took)), 100*float64(whole)/float64(len(took)), ms(surveyed[len(surveyed)/2]))
	return nil
}
