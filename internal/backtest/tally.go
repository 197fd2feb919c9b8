package backtest

import (
	"cmp"
	"slices"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/rule"
)

const (
	maxEntities = 20_000 // that are counted one by one
	topEntities = 20
	maxExamples = 20
	maxOpen     = 50_000 // alerts that may still take hits, before those that cannot are looked for
)

// tally adds hits up, in bounded memory.
type tally struct {
	hits, alerts, only int
	entities           map[alert.EntityKey]*EntityHits
	uncounted          int // hits of entities that there was no room for
	examples, onlyLast []Example
	open               map[alert.Key][]stretch
	opened, sweep      int
}

// stretch is when an alert's hits were.
type stretch struct{ first, last time.Time }

func newTally() *tally {
	return &tally{entities: map[alert.EntityKey]*EntityHits{}, open: map[alert.Key][]stretch{}, sweep: maxOpen}
}

func (t *tally) add(h rule.Hit, only bool) {
	t.hits++
	about := aboutOf(h)
	opened := t.group(h, about)
	t.entity(about, opened)
	x := Example{
		Event: h.Event.UUID, EventType: h.Event.Type, Published: h.Event.Published, Rule: h.Rule.ID, Title: h.Rule.Title,
		Kind: about.Kind, ID: about.ID, Login: about.Login, Name: about.Name, Count: h.Count,
	}
	t.examples = keepNewest(t.examples, x)
	if only {
		t.only++
		t.onlyLast = keepNewest(t.onlyLast, x)
	}
}

// keepNewest adds an example, and drops the oldest where there are too many.
func keepNewest(all []Example, x Example) []Example {
	at, _ := slices.BinarySearchFunc(all, x, func(a, b Example) int { return b.Published.Compare(a.Published) })
	if at >= maxExamples {
		return all
	}
	all = slices.Insert(all, at, x)
	return all[:min(len(all), maxExamples)]
}

func (t *tally) entity(about alert.Entity, opened bool) {
	e := t.entities[about.Key()]
	if e == nil {
		if len(t.entities) >= maxEntities {
			t.uncounted++
			return
		}
		e = &EntityHits{Kind: about.Kind, ID: about.ID}
		t.entities[about.Key()] = e
	}
	e.Login, e.Name = cmp.Or(about.Login, e.Login), cmp.Or(about.Name, e.Name)
	e.Hits++
	if opened {
		e.Alerts++
	}
}

// group finds the alert that takes a hit, as [alert.Fold] does while nobody
// closes any, and reports whether it is a new one.
func (t *tally) group(h rule.Hit, about alert.Entity) bool {
	k := alert.Key{Rule: h.Rule.ID, Entity: about.Key()}
	found := -1
	for i, s := range t.open[k] {
		if alert.Takes(h, s.first, s.last) && (found < 0 || s.last.After(t.open[k][found].last)) {
			found = i
		}
	}
	if found >= 0 {
		s := &t.open[k][found]
		if h.From.Before(s.first) {
			s.first = h.From
		}
		if h.To.After(s.last) {
			s.last = h.To
		}
		return false
	}
	t.alerts++
	if h.Rule.Window <= 0 {
		return true
	}
	t.open[k] = append(slices.DeleteFunc(t.open[k], func(s stretch) bool { return over(s, h.Event.Published) }), stretch{h.From, h.To})
	if t.opened++; t.opened > t.sweep {
		t.forget(h.Event.Published)
	}
	return true
}

// longest is how long a rule's window may be, and a correlation's beside.
const longest = 60 * 24 * time.Hour

// over reports whether an alert is past taking hits.
func over(s stretch, now time.Time) bool { return now.Sub(s.last) > longest }

// forget drops the alerts that are past taking hits.
func (t *tally) forget(now time.Time) {
	t.opened = 0
	for k, all := range t.open {
		left := slices.DeleteFunc(all, func(s stretch) bool { return over(s, now) })
		if t.opened += len(left); len(left) == 0 {
			delete(t.open, k)
		} else {
			t.open[k] = left
		}
	}
	t.sweep = max(maxOpen, 2*t.opened)
}

// top returns the entities with the most hits, and what the others come to.
func (t *tally) top() ([]EntityHits, Others) {
	all := make([]EntityHits, 0, len(t.entities))
	for _, e := range t.entities {
		all = append(all, *e)
	}
	slices.SortFunc(all, func(a, b EntityHits) int {
		return cmp.Or(b.Hits-a.Hits, cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	others := Others{Hits: t.uncounted, AtLeast: t.uncounted > 0}
	for _, e := range all[min(len(all), topEntities):] {
		others.Entities++
		others.Hits += e.Hits
	}
	return all[:min(len(all), topEntities)], others
}

// units are what a bar may stand for.
func units() []time.Duration {
	const day = 24 * time.Hour
	return []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour, 12 * time.Hour, day, 7 * day, 28 * day, 364 * day}
}

const maxBars = 120

// bars counts hits over time. What a bar stands for grows with the time that
// there are hits of.
type bars struct {
	unit  int
	first int64
	hits  []Bar
}

// Bar is the hits of a stretch of time.
type Bar struct {
	Hits    int `json:"hits"`
	Against int `json:"against,omitzero" doc:"hits of the version that was compared"`
}

func (b *bars) width() int64 { return int64(units()[b.unit] / time.Second) }

func (b *bars) add(at time.Time, hits, against int) {
	if at.IsZero() {
		return
	}
	n := b.place(at)
	if len(b.hits) == 0 {
		b.first = n
	}
	for b.unit < len(units())-1 && max(n, b.first+int64(len(b.hits))-1)-min(n, b.first) >= maxBars {
		b.widen()
		n = b.place(at)
	}
	if n < b.first {
		b.hits = append(make([]Bar, b.first-n), b.hits...)
		b.first = n
	}
	for n >= b.first+int64(len(b.hits)) {
		b.hits = append(b.hits, Bar{})
	}
	b.hits[n-b.first].Hits += hits
	b.hits[n-b.first].Against += against
}

func (b *bars) place(at time.Time) int64 { return floor(at.Unix(), b.width()) }

func floor(a, by int64) int64 {
	if a < 0 {
		return (a - by + 1) / by
	}
	return a / by
}

// widen puts bars together into those of the next unit.
func (b *bars) widen() {
	old, first, was := b.hits, b.first, b.width()
	b.unit++
	b.first, b.hits = floor(first*was, b.width()), nil
	for i, bar := range old {
		n := floor((first+int64(i))*was, b.width()) - b.first
		for int64(len(b.hits)) <= n {
			b.hits = append(b.hits, Bar{})
		}
		b.hits[n].Hits += bar.Hits
		b.hits[n].Against += bar.Against
	}
}

func (b *bars) since() time.Time {
	if len(b.hits) == 0 {
		return time.Time{}
	}
	return time.Unix(b.first*b.width(), 0).UTC()
}
