package correlate

import (
	"context"
	"fmt"
	"slices"
)

// Count counts a batch of events and returns what fired, in the order of events.
// The store is touched only if some correlation counts one of them.
func (s *Set) Count(ctx context.Context, st Store, events []Event) ([]Firing, error) {
	c := counting{set: s, store: st}
	c.memory, _ = st.(*Memory)
	views := make([]view, len(events))
	pending := make([]counted, 0, len(events))
	for i := range events {
		views[i].Event = &events[i]
		for _, rule := range events[i].Rules {
			pending = s.occurrences(pending, i, &views[i], rule)
		}
	}
	if err := c.find(ctx, pending); err != nil {
		return nil, err
	}
	for i := range pending {
		if err := c.add(ctx, &views[pending[i].event], &pending[i]); err != nil {
			return nil, err
		}
	}
	if len(c.groups) == 0 {
		return c.firings, nil
	}
	if err := st.Keep(ctx, c.groups); err != nil {
		return nil, fmt.Errorf("keep groups: %w", err)
	}
	return c.firings, nil
}

// counted is an occurrence and the group it counts in.
type counted struct {
	spec  *Spec
	key   Key
	group *Group
	event int // which of the batch
	Occurrence
}

// occurrences appends what a rule's match of an event counts as.
func (s *Set) occurrences(all []counted, event int, e *view, rule string) []counted {
	for _, spec := range s.byRule[rule] {
		keys := spec.keys(e, rule)
		if len(keys) == 0 {
			continue
		}
		for _, value := range spec.values(e) {
			for _, key := range keys {
				all = append(all, counted{
					spec: spec, key: Key{spec.ID, key}, event: event,
					Occurrence: Occurrence{Rule: rule, UUID: e.UUID, At: e.At, Value: value},
				})
			}
		}
	}
	return all
}

// keys are the groups that an event counts in.
func (s *Spec) keys(v *view, rule string) []string {
	switch len(s.Group) {
	case 0:
		return []string{""}
	case 1:
		return v.keys(s.Group[0].path(rule))
	}
	lists := make([][]string, len(s.Group))
	for i, f := range s.Group {
		if lists[i] = v.values(f.path(rule)); len(lists[i]) == 0 {
			return nil
		}
	}
	return combine(lists)
}

// values are what an event counts as; one that needs none counts once.
func (s *Spec) values(v *view) []string {
	if len(s.Field) == 0 || !s.calculates() && s.Type != ValueCount && s.Type != FirstSeen {
		return []string{""}
	}
	if len(s.Field) == 1 {
		return v.values(s.Field[0])
	}
	lists := make([][]string, len(s.Field))
	for i, path := range s.Field {
		lists[i] = v.values(path)
	}
	return combine(lists)
}

// view is an event as correlations see it. Several ask for the same paths.
type view struct {
	*Event
	known []atPath
}

type atPath struct {
	path   string
	values []string
	keys   []string // the same as keys of groups
}

func (v *view) keys(path string) []string {
	at := v.at(path)
	if at.keys == nil {
		at.keys = combine([][]string{at.values})
	}
	return at.keys
}

func (v *view) values(path string) []string { return v.at(path).values }

// at is what there is at a path; the values differ from each other.
func (v *view) at(path string) *atPath {
	for i := range v.known {
		if v.known[i].path == path {
			return &v.known[i]
		}
	}
	if v.known == nil {
		v.known = make([]atPath, 0, 4)
	}
	v.known = append(v.known, atPath{path: path, values: v.folded(path)})
	return &v.known[len(v.known)-1]
}

func (v *view) folded(path string) []string {
	if path == "" {
		return nil
	}
	texts := v.Values(path)
	if len(texts) == 1 && texts[0] != "" && fold(texts[0]) == texts[0] {
		return texts
	}
	var all []string
	for _, text := range texts {
		if text = fold(text); text != "" && !slices.Contains(all, text) && len(all) < maxCombinations {
			all = append(all, text)
		}
	}
	return all
}

// counting is one batch on its way.
type counting struct {
	set     *Set
	store   Store
	memory  *Memory        // the store, if it is that: its groups are counted in as they are
	groups  map[Key]*Group // those of any other store that are counted in
	firings []Firing
}

// find gives occurrences their groups, all of those that are not there yet by
// one question.
func (c *counting) find(ctx context.Context, all []counted) error {
	if c.memory != nil {
		for i := range all {
			all[i].group = c.memory.group(all[i].key, all[i].spec)
		}
		return nil
	}
	var missing []Key
	for i := range all {
		if _, ok := c.groups[all[i].key]; !ok {
			if c.groups == nil {
				c.groups = make(map[Key]*Group, len(all))
			}
			c.groups[all[i].key] = nil
			missing = append(missing, all[i].key)
		}
	}
	if len(missing) > 0 {
		found, err := c.store.Groups(ctx, missing, c.set.open)
		if err != nil {
			return fmt.Errorf("load groups: %w", err)
		}
		for _, key := range missing {
			if c.groups[key] = found[key]; c.groups[key] == nil {
				c.groups[key] = NewGroup(c.set.specs[key.Spec])
			}
		}
	}
	for i := range all {
		all[i].group = c.groups[all[i].key]
	}
	return nil
}

// add counts an occurrence, and what fires by it for those that count that.
func (c *counting) add(ctx context.Context, e *view, p *counted) error {
	f, fires := p.group.Add(p.Occurrence)
	if c.memory != nil && p.spec.decides() {
		c.memory.wait(p.key, p.group)
	}
	if !fires {
		return nil
	}
	f.Key, f.Group, f.Event = p.key.Group, p.spec.group(p.key.Group), p.event
	c.firings = append(c.firings, f)
	outer := c.set.occurrences(nil, p.event, e, p.spec.ID)
	if err := c.find(ctx, outer); err != nil {
		return err
	}
	for i := range outer {
		if err := c.add(ctx, e, &outer[i]); err != nil {
			return err
		}
	}
	return nil
}
