package correlate

import (
	"context"
	"math"
	"time"
)

// Memory is a store for one run of a program: groups stay as they are, without
// being written down. The zero value is empty. It is not safe for concurrent use.
type Memory struct {
	groups  map[Key]*Group
	waiting map[Key]int64 // groups of which time decides something, by when
	soon    int64         // no group is waiting for less
	sweep   int           // how many groups there may be before those that are over are looked for
}

// Len is how many groups are remembered.
func (m *Memory) Len() int { return len(m.groups) }

// group is a group itself, which begins here if it is not there.
func (m *Memory) group(key Key, s *Spec) *Group {
	g := m.groups[key]
	switch {
	case g == nil || g.spec != s && g.spec.print() != s.print():
		m.begin()
		g = NewGroup(s)
		m.groups[key] = g
	default:
		g.spec = s
	}
	return g
}

func (m *Memory) begin() {
	if m.groups == nil {
		m.groups, m.waiting, m.soon = map[Key]*Group{}, map[Key]int64{}, math.MaxInt64
	}
}

// wait takes down by when time decides something about a group, if it does.
func (m *Memory) wait(key Key, g *Group) {
	at, pending := g.pending()
	if !pending {
		delete(m.waiting, key)
		return
	}
	m.waiting[key] = at
	m.soon = min(m.soon, at)
}

// Groups returns those of the groups that are there.
func (m *Memory) Groups(_ context.Context, keys []Key, _ Open) (map[Key]*Group, error) {
	found := make(map[Key]*Group, len(keys))
	for _, key := range keys {
		if g := m.groups[key]; g != nil {
			found[key] = g
		}
	}
	return found, nil
}

// Keep remembers groups.
func (m *Memory) Keep(_ context.Context, changed map[Key]*Group) error {
	m.begin()
	for key, g := range changed {
		if g == nil {
			delete(m.groups, key)
			delete(m.waiting, key)
			continue
		}
		m.groups[key] = g
		m.wait(key, g)
	}
	return nil
}

// Due returns the groups that are due. Those that are only to be forgotten are
// left until there are twice as many as there were.
func (m *Memory) Due(_ context.Context, now time.Time, _ Open) (map[Key]*Group, error) {
	due := map[Key]*Group{}
	if t := now.UnixMicro(); t >= m.soon {
		m.soon = math.MaxInt64
		for key, at := range m.waiting {
			if at <= t {
				due[key] = m.groups[key]
			} else {
				m.soon = min(m.soon, at)
			}
		}
	}
	if len(m.groups) > m.sweep {
		for key, g := range m.groups {
			if !g.Until().After(now) {
				due[key] = g
			}
		}
		m.sweep = max(1024, 2*(len(m.groups)-len(due)))
	}
	return due, nil
}
