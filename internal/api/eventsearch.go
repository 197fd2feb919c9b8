package api

import (
	"context"
	"time"

	"sallyport/internal/detect"
	"sallyport/internal/detect/oktafilter"
	"sallyport/internal/errs"
	"sallyport/internal/portal"
	"sallyport/internal/search"
	"sallyport/internal/store"
)

var (
	_ = add("GET /api/v1/events", portal.EventsRead, doc{
		Summary: "Events, by the time they were published", Help: "A page is what was found within two seconds, and may be short or empty: go on while there is a next.",
	}, listEvents)
	_ = add("GET /api/v1/events/summary", portal.EventsRead, doc{
		Summary: "How many events a search finds, when they were, and what they have in common",
		Help:    "Where a search takes long, the newest events are counted, and complete is false.",
	}, getEventSummary)
	_ = add("GET /api/v1/events/{uuid}/related", portal.EventsRead, doc{
		Summary: "Events that have something in common with one", Help: "Of the same transaction and session, and within a day before and after of the same device and address.",
	}, listRelatedEvents)
)

// eventQuery is what says which events are wanted.
type eventQuery struct {
	Filter string    `query:"filter" max:"8000" doc:"in the language of Okta's System Log, such as eventType eq \"user.session.start\" and not (outcome.result eq \"SUCCESS\")"`
	Q      string    `query:"q" max:"450" doc:"up to ten keywords of 40 characters, parted by blanks, all of which occur in the event as words, in any case; at hyphens a keyword is split in two"`
	Type   []string  `query:"type" doc:"one of these event types"`
	Actor  string    `query:"actor" doc:"id or login of who acted"`
	Source string    `query:"source" doc:"id of the source"`
	Since  time.Time `query:"since" doc:"published at this time or later"`
	Until  time.Time `query:"until" doc:"published before this time"`
}

// search returns the search that a query asks for.
func (in eventQuery) search() (store.EventSearch, error) {
	s := store.EventSearch{Source: in.Source, Since: in.Since, Until: in.Until}
	var all detect.And
	if in.Filter != "" {
		e, err := oktafilter.Parse(in.Filter)
		if err != nil {
			return s, badField("filter", "%s", errs.Message(err))
		}
		all = append(all, e)
	}
	if len(in.Type) > 0 {
		all = append(all, equal("eventType", in.Type...))
	}
	if in.Actor != "" {
		all = append(all, detect.Or{equal("actor.id", in.Actor), equal("actor.alternateId", in.Actor)})
	}
	if len(all) > 0 {
		s.Filter = all
	}
	var err error
	if s.Words, err = search.ParseWords(in.Q); err != nil {
		return s, badField("q", "%s", err)
	}
	return s, nil
}

// equal is that a path has one of some values.
func equal(path string, values ...string) detect.Test {
	t := detect.Test{Path: path}
	for _, v := range values {
		t.Values = append(t.Values, detect.Value{Text: v})
	}
	return t
}

// EventOrder says which events come first.
type EventOrder string

// The orders.
const (
	newestFirst EventOrder = "newest"
	oldestFirst EventOrder = "oldest"
)

type listEventsIn struct {
	paging
	eventQuery

	Order EventOrder `query:"order" doc:"which come first; the newest where nothing is said"`
}

func listEvents(ctx context.Context, d Deps, c portal.Caller, in listEventsIn) (Page[Event], error) {
	out := Page[Event]{Items: []Event{}}
	s, err := in.search()
	if err != nil {
		return out, err
	}
	if s.After, err = in.place(); err != nil {
		return out, err
	}
	s.Limit, s.Oldest = in.limit(), in.Order == oldestFirst
	found, err := d.DB.Events.Search(ctx, c.Org.ID, s)
	if err != nil {
		return out, err
	}
	if found.Next.ID != "" {
		out.Next = cursor(found.Next)
	}
	out.Items, err = showEvents(ctx, d, c, found.Events)
	return out, err
}

// EventSummary is what is known of all that a search finds.
type EventSummary struct {
	Events   int          `json:"events" doc:"that were counted"`
	Complete bool         `json:"complete" doc:"whether these are all; if not, from says how far back events were counted"`
	From     time.Time    `json:"from,omitzero"`
	Since    time.Time    `json:"since" doc:"where the first bar begins"`
	Until    time.Time    `json:"until" doc:"where the last bar ends"`
	Bar      int          `json:"barSeconds" doc:"what each bar stands for, in seconds"`
	Bars     []int        `json:"bars" doc:"events, the oldest first"`
	Facets   []EventFacet `json:"facets" doc:"the most frequent values of some fields"`
}

// EventFacet is a field with the most frequent of its values.
type EventFacet struct {
	Field  string            `json:"field" doc:"as a filter names it: eventType, actor.alternateId, client.ipAddress …"`
	Values []EventFacetValue `json:"values" doc:"the most frequent first"`
	Others int               `json:"others" doc:"how many other values there are"`
}

// EventFacetValue is a value that events have.
type EventFacetValue struct {
	Value  string `json:"value" doc:"empty for events that have none"`
	Events int    `json:"events"`
}

type eventSummaryIn struct {
	eventQuery

	Bars int `query:"bars" min:"1" max:"200" doc:"about how many bars the histogram has; 60 where nothing is said"`
	Top  int `query:"top" min:"1" max:"100" doc:"how many values a facet has; 10 where nothing is said"`
}

// defaultBars and defaultTop are what a summary has where nothing is said.
const (
	defaultBars = 60
	defaultTop  = 10
)

func getEventSummary(ctx context.Context, d Deps, c portal.Caller, in eventSummaryIn) (EventSummary, error) {
	s, err := in.search()
	if err != nil {
		return EventSummary{}, err
	}
	since, until := s.Since, s.Until
	if until.IsZero() {
		until = d.Now()
	}
	if since.IsZero() {
		if since, err = d.DB.Events.First(ctx, c.Org.ID); err != nil {
			return EventSummary{}, err
		}
		if since.IsZero() || !since.Before(until) {
			since = until.Add(-time.Hour)
		}
	}
	if !since.Before(until) {
		return EventSummary{}, badField("until", "the time ends before it begins")
	}
	edges, bar := bars(since, until, orElse(in.Bars, defaultBars))
	v, err := d.DB.Events.Survey(ctx, c.Org.ID, s, store.SurveyOptions{Buckets: edges, Top: orElse(in.Top, defaultTop)})
	if err != nil {
		return EventSummary{}, err
	}
	out := EventSummary{
		Events: v.Events, Complete: v.Complete, From: v.From, Since: edges[0], Until: edges[len(edges)-1], Bar: int(bar / time.Second), Bars: v.Buckets, Facets: []EventFacet{},
	}
	for col, path := range search.Columns() {
		col := search.Column(col)
		out.Facets = append(out.Facets, EventFacet{
			Field: path, Others: v.Others[col],
			Values: each(v.Facets[col], func(f store.FacetValue) EventFacetValue { return EventFacetValue(f) }),
		})
	}
	return out, nil
}

func orElse(n, other int) int {
	if n == 0 {
		return other
	}
	return n
}

// barSizes are the lengths that the bar of a histogram may have.
func barSizes() []time.Duration {
	const day = 24 * time.Hour
	return []time.Duration{
		time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, day, 2 * day, 7 * day, 14 * day, 30 * day, 90 * day, 365 * day,
	}
}

// bars returns the edges of about n bars over a time, which are round in UTC, and
// their length.
func bars(since, until time.Time, n int) ([]time.Time, time.Duration) {
	sizes := barSizes()
	size := sizes[len(sizes)-1]
	for _, s := range sizes {
		if until.Sub(since) <= s*time.Duration(n) {
			size = s
			break
		}
	}
	edges := []time.Time{since.UTC().Truncate(size)}
	for at := edges[0]; at.Before(until) && len(edges) <= 2*n; {
		at = at.Add(size)
		edges = append(edges, at)
	}
	return edges, size
}

// RelatedEvents are events that have something in common with one.
type RelatedEvents struct {
	By     RelatedBy `json:"by"`
	Value  string    `json:"value" doc:"what they have in common"`
	Filter string    `json:"filter" doc:"that finds them all"`
	Since  time.Time `json:"since,omitzero" doc:"from when on they were looked for; all times where it is not there"`
	Until  time.Time `json:"until,omitzero"`
	Items  []Event   `json:"items" doc:"the newest first, without the event itself"`
	More   bool      `json:"more" doc:"whether there are others"`
}

// RelatedBy is what events have in common.
type RelatedBy string

// What events may have in common.
const (
	byTransaction RelatedBy = "transaction"
	bySession     RelatedBy = "session"
	byDevice      RelatedBy = "device"
	byAddress     RelatedBy = "address"
)

// relation is a field by which events are related.
type relation struct {
	by   RelatedBy
	path string
	near bool // of about the same time alone
}

func relations() []relation {
	return []relation{
		{byTransaction, "transaction.id", false},
		{bySession, "authenticationContext.externalSessionId", false},
		{byDevice, "device.id", true},
		{byDevice, "debugContext.debugData.dtHash", true},
		{byDevice, "debugContext.debugData.deviceFingerprint", true},
		{byAddress, "client.ipAddress", true},
	}
}

// defaultRelated is how many events of a kind are related where nothing is said.
const defaultRelated = 20

// aDay is how far from an event those are looked for that are near it.
const aDay = 24 * time.Hour

type relatedEventsIn struct {
	UUID  string `path:"uuid"`
	Limit int    `query:"limit" min:"1" max:"100" doc:"the most events of each kind; 20 where nothing is said"`
}

func listRelatedEvents(ctx context.Context, d Deps, c portal.Caller, in relatedEventsIn) (Page[RelatedEvents], error) {
	out := Page[RelatedEvents]{Items: []RelatedEvents{}}
	e, err := d.DB.Events.Find(ctx, c.Org.ID, in.UUID)
	if err != nil {
		return out, err
	}
	seen := map[RelatedBy]bool{}
	for _, rel := range relations() {
		v := e.Text(rel.path)
		if v == "" || v == "unknown" || seen[rel.by] { // Okta says unknown where there is no session
			continue
		}
		seen[rel.by] = true
		s := store.EventSearch{Filter: equal(rel.path, v), Limit: orElse(in.Limit, defaultRelated) + 1}
		group := RelatedEvents{By: rel.by, Value: v}
		if group.Filter, err = oktafilter.Format(s.Filter); err != nil {
			return out, err
		}
		if rel.near {
			group.Since, group.Until = e.Published.Add(-aDay), e.Published.Add(aDay)
			s.Since, s.Until = group.Since, group.Until
		}
		found, err := d.DB.Events.Search(ctx, c.Org.ID, s)
		if err != nil {
			return out, err
		}
		var others []store.StoredEvent
		for _, o := range found.Events {
			if o.UUID != e.UUID {
				others = append(others, o)
			}
		}
		if group.More = found.Next.ID != ""; len(others) == s.Limit {
			others, group.More = others[:s.Limit-1], true
		}
		if group.Items, err = showEvents(ctx, d, c, others); err != nil {
			return out, err
		}
		out.Items = append(out.Items, group)
	}
	return out, nil
}
