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
	if m.groups == nil {
		m.groups, m.waiting, m.soon = map[Key]*Group{}, map[Key]int64{}, math.MaxInt64
	}
	for key, g := range changed {
		delete(m.waiting, key)
		if g == nil {
			delete(m.groups, key)
			continue
		}
		m.groups[key] = g
		if at, pending := g.pending(); pending {
			m.waiting[key] = at
			m.soon = min(m.soon, at)
		}
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
