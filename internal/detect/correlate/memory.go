package correlate

import (
	"context"
	"time"
)

// Memory is a store for one run of a program: groups stay as they are, without
// being written down. The zero value is empty. It is not safe for concurrent use.
type Memory struct {
	groups map[Key]*Group
	soon   time.Time // no group is due before
	sweep  int       // how many groups there may be before those that are over are looked for
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
		m.groups = map[Key]*Group{}
	}
	for key, g := range changed {
		if g == nil {
			delete(m.groups, key)
			continue
		}
		m.groups[key] = g
		if at, pending := g.pending(); pending && (m.soon.IsZero() || at < m.soon.UnixMicro()) {
			m.soon = time.UnixMicro(at)
		}
	}
	return nil
}

// Due returns the groups that are due. Those that are only to be forgotten are
// left until there are twice as many as there were.
func (m *Memory) Due(_ context.Context, now time.Time, _ Open) (map[Key]*Group, error) {
	if (m.soon.IsZero() || now.Before(m.soon)) && len(m.groups) <= m.sweep {
		return nil, nil
	}
	due := map[Key]*Group{}
	m.soon = time.Time{}
	for key, g := range m.groups {
		if !g.Until().After(now) {
			due[key] = g
			continue
		}
		if at, pending := g.pending(); pending && (m.soon.IsZero() || at < m.soon.UnixMicro()) {
			m.soon = time.UnixMicro(at)
		}
	}
	m.sweep = max(1024, 2*(len(m.groups)-len(due)))
	return due, nil
}
