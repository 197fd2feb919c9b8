package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/event"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// addEvents stores n events of a source, two at each second from start on: of
// three types, by two people.
func addEvents(t *testing.T, db *store.DB, org, src string, n int) {
	t.Helper()
	types := []string{"user.session.start", "user.account.lock", "group.user_membership.add"}
	var es []event.Event
	for i := range n {
		raw := fmt.Sprintf(`{"uuid":"%s-%d","eventType":%q,"published":%q,"displayMessage":"100%% of_it","actor":{"id":"u%d","alternateId":"P%d@acme.example"},"client":{"ipAddress":"192.0.2.%d"}}`,
			src, i, types[i%3], start().Add(time.Duration(i/2)*time.Second).Format(time.RFC3339), i%2, i%2, i%200)
		e, err := event.NewParser().Parse([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		es = append(es, e)
	}
	err := db.Sources.Accept(t.Context(), source.Batch{Org: org, Source: src, Via: source.ViaFile, Events: es}, func(b *store.Batch) error {
		_, err := b.AddEvents(t.Context())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// read reads a list to its end and returns the events' numbers, and the pages
// that it took.
func readEvents(t *testing.T, db *store.DB, org string, f store.EventFilter) (uuids string, pages int) {
	t.Helper()
	var got []string
	for pages = 1; ; pages++ {
		es, next, err := db.Events.List(t.Context(), org, f)
		if err != nil {
			t.Fatal(err)
		}
		if len(es) > f.Limit {
			t.Fatalf("%d events, asked for %d", len(es), f.Limit)
		}
		for _, e := range es {
			_, n, _ := strings.Cut(e.UUID, "-")
			got = append(got, n)
		}
		if next.ID == "" {
			return strings.Join(got, " "), pages
		}
		f.After = next
	}
}

func TestEventList(t *testing.T) {
	at := func(s int) time.Time { return start().Add(time.Duration(s) * time.Second) }
	tests := map[string]struct {
		f    store.EventFilter
		want string
	}{
		"all":                   {store.EventFilter{}, "8 7 6 5 4 3 2 1 0"},
		"since":                 {store.EventFilter{Since: at(3)}, "8 7 6"},
		"until":                 {store.EventFilter{Until: at(1)}, "1 0"},
		"of a type":             {store.EventFilter{Types: []string{"user.account.lock"}}, "7 4 1"},
		"of two, within a time": {store.EventFilter{Types: []string{"user.account.lock", "group.user_membership.add"}, Since: at(1), Until: at(3)}, "5 4 2"},
		"of an actor":           {store.EventFilter{Actor: "p1@ACME.example"}, "7 5 3 1"},
		"of an actor's id":      {store.EventFilter{Actor: "u1"}, "7 5 3 1"},
		"with a text":           {store.EventFilter{Text: "Session"}, "6 3 0"},
		"with signs of LIKE":    {store.EventFilter{Text: "100% OF_it"}, "8 7 6 5 4 3 2 1 0"},
		"with only a sign":      {store.EventFilter{Text: "1__%"}, ""},
		"with a backslash":      {store.EventFilter{Text: `\`}, ""},
		"with an address":       {store.EventFilter{Text: "192.0.2.7"}, "7"},
		"of another source":     {store.EventFilter{Source: "s2"}, ""},
		"of the source":         {store.EventFilter{Source: "s1", Since: at(4)}, "8"},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		addEvents(t, db, "acme", "s1", 9)
		addEvents(t, db, "other", "s2", 4)
		for name, tt := range tests {
			for _, limit := range []int{1, 2, 100} {
				tt.f.Limit = limit
				if got, _ := readEvents(t, db, "acme", tt.f); got != tt.want {
					t.Errorf("%s, by %d: %q, want %q", name, limit, got, tt.want)
				}
			}
		}
		if _, _, err := db.Events.List(t.Context(), "acme", store.EventFilter{After: store.Place{ID: "x"}, Limit: 1}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a place that is none: %v", err)
		}
		if n, err := db.Events.Count(t.Context(), "acme", at(3)); n != 3 || err != nil {
			t.Errorf("count: %d %v", n, err)
		}
		some, err := db.Events.Some(t.Context(), "acme", []string{"s1-3", "s2-1", "nope", "", "s1-3"})
		if err != nil || len(some) != 1 || some["s1-3"].Source != "s1" || some["s1-3"].ReceivedAt.IsZero() {
			t.Errorf("some: %+v %v", some, err)
		}
		if _, err := db.Events.Find(t.Context(), "acme", "s2-1"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("another organization's: %v", err)
		}
	})
}

// A search for what is rare comes back in time, with nothing or little, and goes
// on from there: no page looks at more than a bounded number of events.
func TestRareEvents(t *testing.T) {
	if testing.Short() {
		t.Skip("stores many events")
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		addEvents(t, db, "acme", "s1", 45_000)
		got, pages := readEvents(t, db, "acme", store.EventFilter{Text: "192.0.2.199", Since: start(), Until: start().Add(200 * time.Second), Limit: 50})
		if got != "399 199" || pages != 1 {
			t.Errorf("within a time: %q in %d pages", got, pages)
		}
		got, pages = readEvents(t, db, "acme", store.EventFilter{Actor: "nobody", Limit: 50})
		if got != "" || pages != 3 {
			t.Errorf("nobody: %q in %d pages", got, pages)
		}
		got, pages = readEvents(t, db, "acme", store.EventFilter{Types: []string{"user.session.start"}, Limit: 5000})
		if n := len(strings.Fields(got)); n != 15_000 || pages > 6 {
			t.Errorf("a third of all: %d in %d pages", n, pages)
		}
	})
}
