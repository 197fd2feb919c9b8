package pipeline_test

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/event"
	"sallyport/internal/flow"
	"sallyport/internal/pipeline"
	"sallyport/internal/portal"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

const org = "org1"

type bench struct {
	db   *store.DB
	pipe *pipeline.Pipeline[*store.Batch]
	log  *strings.Builder
}

func setup(t *testing.T, db *store.DB, flows ...string) *bench {
	t.Helper()
	ctx := t.Context()
	if err := db.Organizations.Add(ctx, portal.Organization{ID: org, Slug: "acme", Name: "Acme"}); err != nil {
		t.Fatal(err)
	}
	err := db.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AddFolder(ctx, flow.Folder{ID: "d", Org: org, Name: "D"}); err != nil {
			return err
		}
		for i, y := range flows {
			d, err := flow.Parse(y)
			if err != nil {
				return err
			}
			f := flow.Flow{ID: fmt.Sprint("f", i), Org: org, Folder: "d", Slug: d.Slug, Title: d.Title, Enabled: true, SaveData: true}
			if err := tx.AddFlow(ctx, f); err != nil {
				return err
			}
			if _, err := tx.Publish(ctx, org, d, flow.Version{Flow: f.ID}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s := source.Source{ID: "s1", Org: org, Name: "Okta", Kind: source.Okta, Poll: true, Hook: true, Enabled: true, CreatedAt: time.Now()}
	if err := db.Sources.Save(ctx, s); err != nil {
		t.Fatal(err)
	}
	b := &bench{db: db, log: &strings.Builder{}}
	b.pipe = &pipeline.Pipeline[*store.Batch]{
		Store: db.Sources, Rules: &alert.Library{Shelf: db.Rules, Log: slog.New(slog.DiscardHandler)}, Library: &flow.Library{Shelf: db.Flows}, Now: time.Now, Log: slog.New(slog.NewTextHandler(b.log, nil)),
	}
	return b
}

func (b *bench) accept(t *testing.T, via source.Via, cursor string, events ...string) source.Accepted {
	t.Helper()
	batch := source.Batch{Org: org, Source: "s1", Via: via, Cursor: cursor}
	for _, raw := range events {
		e, err := event.NewParser().Parse([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		batch.Events = append(batch.Events, e)
	}
	got, err := b.pipe.Accept(t.Context(), batch)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func ev(uuid, kind, result string) string {
	return fmt.Sprintf(`{"uuid":%q,"eventType":%q,"published":"2026-01-02T03:04:05.678Z","outcome":{"result":%q}}`, uuid, kind, result)
}

const (
	onReport  = "flow: report\ntrigger: { event: report }\ncards: [ { stop: done } ]\n"
	onFailure = "flow: failure\ntrigger: { event: [report, signin], where: event.outcome.result == 'FAILURE' }\ncards: [ { stop: done } ]\n"
)

func TestAccept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db, onReport, onFailure)
		if got := b.accept(t, source.ViaHook, "", ev("1", "report", "SUCCESS"), ev("2", "signin", "FAILURE"), ev("3", "other", "SUCCESS"), ev("1", "report", "SUCCESS")); got != (source.Accepted{New: 3, Runs: 2}) {
			t.Errorf("the first time: %+v", got)
		}
		// The same by polling, with one more: the old ones count as nothing.
		if got := b.accept(t, source.ViaPoll, "/next", ev("2", "signin", "FAILURE"), ev("1", "report", "SUCCESS"), ev("4", "report", "FAILURE")); got != (source.Accepted{New: 1, Runs: 2}) {
			t.Errorf("the second time: %+v", got)
		}
		runs, err := db.Runs.List(t.Context(), org, store.RunFilter{Limit: 10})
		if err != nil || len(runs) != 4 {
			t.Errorf("%d runs, %v", len(runs), err)
		}
		s, err := db.Sources.Get(t.Context(), org, "s1")
		if err != nil || s.Cursor != "/next" || s.Health.Events != 4 || s.Health.LastPollAt.IsZero() || s.Health.LastHookAt.IsZero() {
			t.Errorf("source = %+v, %v", s, err)
		}
	})
}

// What was published before a time is kept, and starts nothing.
func TestHistoryDoesNotAct(t *testing.T) {
	db := storetest.Open(t)
	b := setup(t, db, onReport)
	e, err := event.NewParser().Parse([]byte(ev("1", "report", "SUCCESS")))
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		from time.Time
		uuid string
		want source.Accepted
	}{
		"before":  {e.Published.Add(time.Millisecond), "a", source.Accepted{New: 1}},
		"from on": {e.Published, "b", source.Accepted{New: 1, Runs: 1}},
		"never":   {source.Never(), "c", source.Accepted{New: 1}},
	} {
		e.UUID = tt.uuid
		got, err := b.pipe.Accept(t.Context(), source.Batch{Org: org, Source: "s1", Events: []event.Event{e}, ActFrom: tt.from})
		if err != nil || got != tt.want {
			t.Errorf("%s: accepted %+v, %v", name, got, err)
		}
	}
}

// Turning a flow off takes effect with the next batch, whoever holds it compiled.
func TestFlowsChangeBetweenBatches(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db, onReport)
		b.accept(t, source.ViaHook, "", ev("1", "report", "SUCCESS"))
		if err := db.Flows.Set(t.Context(), org, "f0", store.Settings{Enabled: false}, time.Now()); err != nil {
			t.Fatal(err)
		}
		if got := b.accept(t, source.ViaHook, "", ev("2", "report", "SUCCESS")); got.Runs != 0 {
			t.Errorf("a flow that is off was started: %+v", got)
		}
	})
}

// One flow's mistaken condition keeps nothing from the others, and is told: in the
// log, and by a run of that flow, which will fail.
func TestConditionThatFails(t *testing.T) {
	db := storetest.Open(t)
	b := setup(t, db, onReport, "flow: broken\ntrigger: { event: report, where: int(event.uuid) > 1 }\ncards: [ { stop: x } ]\n")
	if got := b.accept(t, source.ViaHook, "", ev("no-number", "report", "SUCCESS")); got != (source.Accepted{New: 1, Runs: 2}) {
		t.Errorf("accepted %+v", got)
	}
	if !strings.Contains(b.log.String(), "trigger condition failed") {
		t.Errorf("log = %q", b.log)
	}
}

// The same events from many sides at once are there once, and started one run each.
func TestAcceptTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db, onReport)
		var wg sync.WaitGroup
		var mu sync.Mutex
		total := source.Accepted{}
		for range 8 {
			wg.Go(func() {
				for i := range 20 {
					got := b.accept(t, source.ViaHook, "", ev(fmt.Sprint(i), "report", "SUCCESS"), ev(fmt.Sprint(i+1), "report", "SUCCESS"))
					mu.Lock()
					total.New += got.New
					total.Runs += got.Runs
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if total != (source.Accepted{New: 21, Runs: 21}) {
			t.Errorf("accepted %+v, want 21 of each", total)
		}
	})
}
