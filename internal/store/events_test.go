package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sallyport/internal/detect"
	"sallyport/internal/detect/oktafilter"
	"sallyport/internal/errs"
	"sallyport/internal/event"
	"sallyport/internal/search"
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
func readEvents(t *testing.T, db *store.DB, org string, f store.EventSearch) (uuids string, pages int) {
	t.Helper()
	var got []string
	for pages = 1; ; pages++ {
		found, err := db.Events.Search(t.Context(), org, f)
		if err != nil {
			t.Fatal(err)
		}
		if len(found.Events) > f.Limit {
			t.Fatalf("%d events, asked for %d", len(found.Events), f.Limit)
		}
		for _, e := range found.Events {
			_, n, _ := strings.Cut(e.UUID, "-")
			got = append(got, n)
		}
		if found.Next.ID == "" {
			return strings.Join(got, " "), pages
		}
		f.After = found.Next
	}
}

// filter reads a filter.
func filter(t *testing.T, text string) detect.Expr {
	t.Helper()
	e, err := oktafilter.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// words reads keywords.
func words(t *testing.T, q string) search.Words {
	t.Helper()
	w, err := search.ParseWords(q)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func at(s int) time.Time { return start().Add(time.Duration(s) * time.Second) }

func TestEventSearch(t *testing.T) {
	tests := map[string]struct {
		filter, q string
		s         store.EventSearch
		want      string
	}{
		"all":                   {"", "", store.EventSearch{}, "8 7 6 5 4 3 2 1 0"},
		"since":                 {"", "", store.EventSearch{Since: at(3)}, "8 7 6"},
		"until":                 {"", "", store.EventSearch{Until: at(1)}, "1 0"},
		"of a type":             {`eventType eq "user.account.lock"`, "", store.EventSearch{}, "7 4 1"},
		"of two, within a time": {`eventType eq "user.account.lock" or eventType sw "group."`, "", store.EventSearch{Since: at(1), Until: at(3)}, "5 4 2"},
		"of an actor":           {`actor.alternateId eq "p1@ACME.example"`, "", store.EventSearch{}, "7 5 3 1"},
		"of an actor's id":      {`actor.id eq "u1"`, "", store.EventSearch{}, "7 5 3 1"},
		"of what is anywhere":   {`displayMessage co "% of"`, "", store.EventSearch{}, "8 7 6 5 4 3 2 1 0"},
		"with a word":           {"", "Session", store.EventSearch{}, "6 3 0"},
		"with several":          {"", "of_it P1@acme LOCK", store.EventSearch{}, "7 1"},
		"with an address":       {"", "192.0.2.7", store.EventSearch{}, "7"},
		"of another source":     {"", "", store.EventSearch{Source: "s2"}, ""},
		"of the source":         {"", "", store.EventSearch{Source: "s1", Since: at(4)}, "8"},
		"of a uuid":             {`uuid eq "s1-3"`, "", store.EventSearch{}, "3"},
		"of a uuid in any case": {`uuid eq "S1-3"`, "", store.EventSearch{}, "3"},
		"of several uuids":      {`uuid eq "s1-3" or uuid eq "s1-7" or uuid in ["s1-1", "s2-1", "nope"]`, "", store.EventSearch{}, "7 3 1"},
		"of a uuid and more":    {`uuid in ["s1-3", "s1-4"] and actor.id eq "u1"`, "", store.EventSearch{Until: at(3)}, "3"},
		"of a uuid elsewhen":    {`uuid eq "s1-3"`, "", store.EventSearch{Since: at(2)}, ""},
		"of a uuid, or not":     {`uuid eq "s1-3" or eventType eq "user.account.lock"`, "", store.EventSearch{}, "7 4 3 1"},
		"of no such uuid":       {`not (uuid eq "s1-3")`, "", store.EventSearch{Since: at(1)}, "8 7 6 5 4 2"},
		"by all":                {`not (actor.id eq "u1")`, "100 session", store.EventSearch{Source: "s1", Since: at(1)}, "6"},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		addEvents(t, db, "acme", "s1", 9)
		addEvents(t, db, "other", "s2", 4)
		for name, tt := range tests {
			if tt.filter != "" {
				tt.s.Filter = filter(t, tt.filter)
			}
			tt.s.Words = words(t, tt.q)
			for _, tt.s.Limit = range []int{1, 2, 100} {
				tt.s.Oldest = false
				if got, _ := readEvents(t, db, "acme", tt.s); got != tt.want {
					t.Errorf("%s, by %d: %q, want %q", name, tt.s.Limit, got, tt.want)
				}
				tt.s.Oldest = true
				back := strings.Fields(tt.want)
				slices.Reverse(back)
				if got, _ := readEvents(t, db, "acme", tt.s); got != strings.Join(back, " ") {
					t.Errorf("%s, the oldest first, by %d: %q, want %q", name, tt.s.Limit, got, back)
				}
			}
		}
		if _, err := db.Events.Search(t.Context(), "acme", store.EventSearch{After: store.Place{ID: "x"}, Limit: 1}); errs.KindOf(err) != errs.Invalid {
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

// index indexes what there is to be indexed, and returns how many events that was.
func index(t *testing.T, db *store.DB) (n int) {
	t.Helper()
	for {
		done, err := db.EventIndex.Pass(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n += done; done == 0 {
			return n
		}
	}
}

// What is found is the same without an index, with one of all events, with events
// that are not in it yet, and with blocks that lie across each other in time.
func TestEventSearchByIndex(t *testing.T) {
	if testing.Short() {
		t.Skip("stores many events")
	}
	searches := func(t *testing.T) map[string]store.EventSearch {
		return map[string]store.EventSearch{
			"a type":             {Filter: filter(t, `eventType eq "user.account.lock"`)},
			"a type's beginning": {Filter: filter(t, `eventType sw "USER."`), Since: at(700), Until: at(900)},
			"an actor":           {Filter: filter(t, `actor.alternateId eq "p1@acme.example" and client.ipAddress eq "192.0.2.7"`)},
			"a rare word":        {Words: words(t, "192.0.2.199")},
			"words":              {Words: words(t, "session P0@acme.example 100")},
			"no such word":       {Words: words(t, "nowhere")},
			"a source":           {Source: "s2"},
			"what is open":       {Filter: filter(t, `displayMessage co "% of" and not (actor.id eq "u1")`), Since: at(100), Until: at(400)},
			"the oldest first":   {Filter: filter(t, `client.ipAddress eq "192.0.2.7"`), Oldest: true},
			"all since":          {Since: at(2500), Oldest: true},
		}
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		check := func(state string, want map[string]string) map[string]string {
			got := map[string]string{}
			for name, s := range searches(t) {
				s.Limit = 400
				checkSurvey(t, db, name+", "+state, s)
				if got[name], _ = readEvents(t, db, "acme", s); want != nil && got[name] != want[name] {
					t.Errorf("%s, %s: %d events, want %d", name, state, len(strings.Fields(got[name])), len(strings.Fields(want[name])))
				}
			}
			return got
		}
		addEvents(t, db, "acme", "s1", 6000)
		addEvents(t, db, "other", "s9", 3000)
		addEvents(t, db, "acme", "s2", 1500)
		want := check("without an index", nil)
		if n := len(strings.Fields(want["a type"])); n != 2000+500 {
			t.Errorf("%d of the type", n)
		}
		if n := index(t, db); n != 10_500 {
			t.Errorf("%d were indexed", n)
		}
		check("indexed", want)
		addEvents(t, db, "acme", "s3", 1500)
		want = check("with some that are not indexed", nil)
		addEvents(t, db, "other", "s8", 600)
		if n := index(t, db); n != 2100 {
			t.Errorf("%d were indexed", n)
		}
		check("indexed across", want)
		addEvents(t, db, "acme", "s4", 255)
		if n := index(t, db); n != 0 {
			t.Errorf("%d were indexed, which are few", n)
		}
		addEvents(t, db, "other", "s5", 1)
		if n := index(t, db); n != 256 {
			t.Errorf("%d were indexed", n)
		}
	})
}

// checkSurvey holds a survey against the events that the search finds.
func checkSurvey(t *testing.T, db *store.DB, name string, s store.EventSearch) {
	t.Helper()
	var want store.Survey
	bars := []time.Time{start(), at(100), at(7000), at(9000), at(100_000)}
	want.Buckets = make([]int, len(bars)-1)
	types := map[string]int{}
	for all := s; ; {
		found, err := db.Events.Search(t.Context(), "acme", all)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range found.Events {
			want.Events++
			types[e.Type]++
			for i := range want.Buckets {
				if !e.Published.Before(bars[i]) && e.Published.Before(bars[i+1]) {
					want.Buckets[i]++
				}
			}
		}
		if all.After = found.Next; found.Next.ID == "" {
			break
		}
	}
	got, err := db.Events.Survey(t.Context(), "acme", s, store.SurveyOptions{Buckets: bars, Top: 2})
	if err != nil {
		t.Fatal(err)
	}
	if !got.Complete {
		if got.Events > want.Events || got.From.IsZero() {
			t.Errorf("%s: a part of %d, from %s: %d", name, want.Events, got.From, got.Events)
		}
		return
	}
	if got.Events != want.Events || !slices.Equal(got.Buckets, want.Buckets) {
		t.Errorf("%s: %d in %v, want %d in %v", name, got.Events, got.Buckets, want.Events, want.Buckets)
	}
	for _, f := range got.Facets[search.TypeColumn] {
		if types[f.Value] != f.Events {
			t.Errorf("%s: %d of type %s, want %d", name, f.Events, f.Value, types[f.Value])
		}
	}
	if n := len(got.Facets[search.TypeColumn]) + got.Others[search.TypeColumn]; n != len(types) {
		t.Errorf("%s: %d types, want %d", name, n, len(types))
	}
}

// A search for what is rare comes back in time, with nothing or little, and goes
// on from there: no page looks at more than a bounded number of events.
func TestRareEvents(t *testing.T) {
	if testing.Short() {
		t.Skip("stores many events")
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		addEvents(t, db, "acme", "s1", 45_000)
		rare := store.EventSearch{Filter: filter(t, `actor.id ew "nobody"`), Limit: 50}
		if got, pages := readEvents(t, db, "acme", store.EventSearch{Filter: filter(t, `uuid eq "s1-7"`), Limit: 50}); got != "7" || pages != 1 {
			t.Errorf("by uuid: %q in %d pages", got, pages)
		}
		if got, pages := readEvents(t, db, "acme", rare); got != "" || pages < 3 {
			t.Errorf("nobody: %q in %d pages", got, pages)
		}
		index(t, db)
		lone := store.EventSearch{Words: words(t, "192.0.2.199"), Since: start(), Until: at(200), Limit: 50}
		if got, pages := readEvents(t, db, "acme", lone); got != "399 199" || pages != 1 {
			t.Errorf("within a time: %q in %d pages", got, pages)
		}
		lone = store.EventSearch{Filter: filter(t, `actor.id eq "nobody"`), Limit: 50}
		if got, pages := readEvents(t, db, "acme", lone); got != "" || pages != 1 {
			t.Errorf("nobody, by the index: %q in %d pages", got, pages)
		}
	})
}
