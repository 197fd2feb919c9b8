package alert

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sallyport/internal/id"
	"sallyport/internal/rule"
)

// Key is what hits of one alert have in common.
type Key struct {
	Rule   string
	Entity EntityKey
}

// Ledger is the part of a batch's transaction that keeps alerts. Nobody else
// changes the organization's alerts by hits until the transaction ends.
type Ledger interface {
	// Taking returns the alerts of these keys that are not closed.
	Taking(ctx context.Context, keys []Key) ([]Alert, error)
	// Risks returns what is known of the entities' risk.
	Risks(ctx context.Context, of []EntityKey) (map[EntityKey]Risk, error)
	// Numbers takes the organization's next n numbers and returns the first.
	Numbers(ctx context.Context, n int) (int64, error)
	// AddEvidence keeps which events alerts are made of and returns, for each
	// alert, how many of them it did not have yet.
	AddEvidence(ctx context.Context, uuids map[string][]string) (map[string]int, error)
	// Record writes what hits came to.
	Record(ctx context.Context, f *Folded) error
}

// Folded is what the hits of a batch came to.
type Folded struct {
	Tallies []*Tally
	Risks   map[EntityKey]Risk
	Entries []Entry
}

// Tally is an alert with what a batch added to it.
type Tally struct {
	Alert     Alert
	Opened    bool // the batch made it
	Escalated bool // its severity is higher than before
	Hit       rule.Hit
	evidence  []string
	hits      int
}

// maxEvidence is how many events are kept by name with an alert; those beyond are
// only counted.
const maxEvidence = 1000

// Fold makes alerts of hits, or adds them to those that take them. A hit belongs
// to an open alert of its rule and entity if it is no further than the rule's
// window from its first or last event, by the time that events were published.
func Fold(ctx context.Context, l Ledger, org string, hits []rule.Hit, s Settings, now time.Time) (*Folded, error) {
	f := &folder{org: org, settings: s, now: now, byKey: map[Key][]*Tally{}, out: &Folded{Risks: map[EntityKey]Risk{}}}
	if len(hits) == 0 {
		return f.out, nil
	}
	open, err := l.Taking(ctx, keysOf(joining(hits)))
	if err != nil {
		return nil, fmt.Errorf("read open alerts: %w", err)
	}
	for _, a := range open {
		f.byKey[a.key()] = append(f.byKey[a.key()], &Tally{Alert: a})
	}
	if f.risks, err = l.Risks(ctx, entitiesOf(hits)); err != nil {
		return nil, fmt.Errorf("read risks: %w", err)
	}
	for _, h := range hits {
		f.add(h)
	}
	if err := f.count(ctx, l); err != nil {
		return nil, err
	}
	if err := l.Record(ctx, f.out); err != nil {
		return nil, fmt.Errorf("write alerts: %w", err)
	}
	return f.out, nil
}

func (a Alert) key() Key { return Key{a.Rule, a.Entity.Key()} }

// hitKey is the key of the alerts that a hit may belong to.
func hitKey(h rule.Hit) Key { return Key{h.Rule.ID, entityOf(h).Key()} }

func entityOf(h rule.Hit) Entity {
	return Entity{Kind: h.Kind, ID: h.Entity.ID, Login: h.Entity.AlternateID, Name: h.Entity.DisplayName}
}

// joining are the hits that an alert may take: those of a rule without a window are
// alerts each.
func joining(hits []rule.Hit) []rule.Hit {
	return slices.DeleteFunc(slices.Clone(hits), func(h rule.Hit) bool { return h.Rule.Window <= 0 })
}

func keysOf(hits []rule.Hit) []Key {
	var out []Key
	seen := map[Key]bool{}
	for _, h := range hits {
		if k := hitKey(h); !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	return out
}

func entitiesOf(hits []rule.Hit) []EntityKey {
	var out []EntityKey
	for _, k := range keysOf(hits) {
		if !slices.Contains(out, k.Entity) {
			out = append(out, k.Entity)
		}
	}
	return out
}

// folder adds the hits of one batch up.
type folder struct {
	org      string
	settings Settings
	now      time.Time
	byKey    map[Key][]*Tally
	risks    map[EntityKey]Risk
	out      *Folded
}

func (f *folder) add(h rule.Hit) {
	t := f.taking(h)
	if t == nil {
		t = f.open(h)
	}
	if t.hits == 0 {
		f.out.Tallies = append(f.out.Tallies, t)
	}
	a := &t.Alert
	t.hits++
	a.Hits++
	t.evidence = append(t.evidence, h.Evidence...)
	if !h.To.Before(a.LastAt) {
		t.Hit, a.Event, a.LastAt = h, h.Event.UUID, h.To
	}
	if h.From.Before(a.FirstAt) {
		a.FirstAt = h.From
	}
	a.UpdatedAt = f.now
	f.escalate(t, h)
	a.Risk = f.risks[a.Entity.Key()].Score(f.now)
}

// taking returns the alert that takes a hit: of several the one that was hit last.
func (f *folder) taking(h rule.Hit) *Tally {
	var found *Tally
	for _, t := range f.byKey[hitKey(h)] {
		if Takes(h, t.Alert.FirstAt, t.Alert.LastAt) && (found == nil || t.Alert.LastAt.After(found.Alert.LastAt)) {
			found = t
		}
	}
	return found
}

// Takes reports whether a hit belongs to an open alert of its rule and entity,
// whose events were from first to last.
func Takes(h rule.Hit, first, last time.Time) bool {
	w := h.Rule.Window // without one every hit is an alert
	return w > 0 && !h.To.Before(first.Add(-w)) && !h.From.After(last.Add(w))
}

func (f *folder) open(h rule.Hit) *Tally {
	a := Alert{
		ID: id.At(f.now), Org: f.org, Rule: h.Rule.ID, RuleTitle: h.Rule.Title, Type: h.Rule.Type, Title: h.Rule.Title, Severity: h.Rule.Severity,
		Entity: entityOf(h), State: Open, Tags: h.Rule.Tags, FirstAt: h.From, LastAt: h.To, CreatedAt: f.now,
	}
	a.clockFrom(f.now, f.settings)
	t := &Tally{Alert: a, Opened: true}
	f.byKey[a.key()] = append(f.byKey[a.key()], t)
	f.weigh(a.Entity, weight(a.Severity), a.Tags)
	f.out.Entries = append(f.out.Entries, Entry{Subject: OfAlert, Of: a.ID, At: f.now, Kind: Opened, Is: string(Open)})
	return t
}

// escalate raises an alert to its rule's severity, where that was raised since,
// and nobody has judged it themselves.
func (f *folder) escalate(t *Tally, h rule.Hit) {
	a := &t.Alert
	if t.Opened || a.Graded || h.Rule.Severity <= a.Severity {
		return
	}
	f.weigh(a.Entity, weight(h.Rule.Severity)-weight(a.Severity), a.Tags)
	f.out.Entries = append(f.out.Entries, Entry{Subject: OfAlert, Of: a.ID, At: f.now, Kind: Graded, Was: a.Severity.String(), Is: h.Rule.Severity.String()})
	a.Severity, t.Escalated = h.Rule.Severity, true
	a.clock(f.settings)
}

func (f *folder) weigh(e Entity, w float64, tags []string) {
	r := f.risks[e.Key()]
	r.Entity = e
	r = r.Add(w, tags, f.now)
	f.risks[e.Key()], f.out.Risks[e.Key()] = r, r
}

// count gives new alerts their numbers, and all of them their count of events.
func (f *folder) count(ctx context.Context, l Ledger) error {
	opened, named := 0, map[string][]string{}
	for _, t := range f.out.Tallies {
		if t.Opened {
			opened++
		}
		if t.Alert.Events < maxEvidence {
			named[t.Alert.ID] = t.evidence
		}
	}
	next := int64(0)
	if opened > 0 {
		var err error
		if next, err = l.Numbers(ctx, opened); err != nil {
			return fmt.Errorf("number alerts: %w", err)
		}
	}
	more, err := l.AddEvidence(ctx, named)
	if err != nil {
		return fmt.Errorf("keep evidence: %w", err)
	}
	for _, t := range f.out.Tallies {
		if t.Opened {
			t.Alert.Number = next
			next++
		}
		if _, ok := named[t.Alert.ID]; ok {
			t.Alert.Events += more[t.Alert.ID]
		} else {
			t.Alert.Events += t.hits // the event that made each of them a hit
		}
	}
	return nil
}
