package store_test

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/event"
	"sallyport/internal/portal"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// Servers that take batches of several organizations in one transaction take the
// locks in one order: none waits for another that waits for it.
func TestBatchesOfSeveralOrganizations(t *testing.T) {
	dsn, ctx := storetest.PreparedPostgres(t), t.Context()
	servers := []*store.DB{another(t, dsn), another(t, dsn)}
	const orgs, rounds = 6, 12
	for i := range orgs {
		name := fmt.Sprintf("o%d", i)
		if err := servers[0].Organizations.Add(ctx, portal.Organization{ID: name, Slug: name, Name: name}); err != nil {
			t.Fatal(err)
		}
		if err := servers[0].Sources.Save(ctx, source.Source{ID: name, Org: name, Name: name, Kind: source.Okta, CreatedAt: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	var work sync.WaitGroup
	for s, db := range servers {
		for i := range 2 * orgs {
			name := fmt.Sprintf("o%d", i%orgs)
			work.Go(func() {
				for n := range rounds {
					now := time.Now().UTC()
					e := event.Event{UUID: fmt.Sprintf("%d-%d-%d", s, i, n), Type: "t", Published: now, Raw: fmt.Appendf(nil, `{"uuid":"%d-%d-%d","published":%q,"eventType":"t"}`, s, i, n, now.Format(time.RFC3339Nano))}
					err := db.Sources.Accept(ctx, source.Batch{Org: name, Source: name, Via: source.ViaHook, Events: []event.Event{e}}, func(b *store.Batch) error {
						if n%2 == 0 { // of every other batch nothing is counted
							if err := b.Alone(ctx); err != nil {
								return err
							}
						}
						_, err := b.AddEvents(ctx)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	work.Wait()
	for _, db := range servers { // what a session counted is known once it has ended
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	name, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("pgx", os.Getenv("TEST_POSTGRES"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	var deadlocks int
	if err := raw.QueryRowContext(ctx, `SELECT deadlocks FROM pg_stat_database WHERE datname = $1`, strings.TrimPrefix(name.Path, "/")).Scan(&deadlocks); err != nil || deadlocks > 0 {
		t.Errorf("%d deadlocks, %v", deadlocks, err)
	}
}
