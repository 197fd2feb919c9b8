// Package scimtest holds a SCIM directory in memory, and the tests that every
// directory passes.
package scimtest

import (
	"context"
	"slices"
	"sync"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/scim"
	"sallyport/internal/value"
)

// Memory is a directory in memory. Make one with [NewMemory].
type Memory struct {
	now func() time.Time

	mu      sync.RWMutex
	shelves map[scim.Kind]*shelf
	members map[string]map[string]string // names of users by group
	groups  map[string]map[string]string // nothing of groups by user
}

// shelf is the records of one kind.
type shelf struct {
	records map[string]scim.Record
	ids     []string // in order
	names   map[string]string
}

var _ scim.Directory = (*Memory)(nil)

// NewMemory returns an empty directory with a clock.
func NewMemory(now func() time.Time) *Memory {
	m := &Memory{now: now, members: map[string]map[string]string{}, groups: map[string]map[string]string{}}
	m.shelves = map[scim.Kind]*shelf{}
	for _, kind := range []scim.Kind{scim.User, scim.Group} {
		m.shelves[kind] = &shelf{records: map[string]scim.Record{}, names: map[string]string{}}
	}
	return m
}

// Find returns a record.
func (m *Memory) Find(_ context.Context, ref scim.Ref, related bool) (scim.Record, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.find(ref, related)
}

func (m *Memory) find(ref scim.Ref, related bool) (scim.Record, error) {
	r, ok := m.shelves[ref.Kind].records[ref.ID]
	if !ok {
		return scim.Record{}, errs.New(errs.NotFound, "there is no %s with the id %.80s", ref.Kind, ref.ID)
	}
	return m.with(r, related), nil
}

// with adds the other ends of memberships.
func (m *Memory) with(r scim.Record, related bool) scim.Record {
	if !related {
		return r
	}
	kind, ids := scim.Group, m.groups[r.ID]
	if r.Kind == scim.Group {
		kind, ids = scim.User, m.members[r.ID]
	}
	for id, name := range ids {
		other := m.shelves[kind].records[id]
		if name == "" {
			name = other.Label()
		}
		r.Related = append(r.Related, scim.Related{Ref: other.Ref, Display: name})
	}
	slices.SortFunc(r.Related, func(a, b scim.Related) int { return compare(a.ID, b.ID) })
	return r
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// List returns the records that a query asks for.
func (m *Memory) List(_ context.Context, q scim.Query) (scim.Page, error) {
	page := m.list(q)
	for i, r := range page.Records {
		if q.Texts {
			page.Records[i].Text, page.Records[i].Document = string(value.JSON(r.Document)), nil
		}
	}
	return page, nil
}

func (m *Memory) list(q scim.Query) scim.Page {
	m.mu.RLock()
	defer m.mu.RUnlock()
	s := m.shelves[q.Kind]
	if len(q.Terms) == 0 {
		return m.page(s, q)
	}
	var page scim.Page
	skip := q.Offset
	for _, id := range s.candidates(q.Terms) {
		r := m.with(s.records[id], needsRelated(q.Terms))
		if slices.ContainsFunc(q.Terms, func(t scim.Term) bool { return !t.Matches(r) }) {
			continue
		}
		page.Total++
		switch {
		case id <= q.After:
		case skip > 0:
			skip--
		case len(page.Records) < q.Limit:
			r.Related = nil
			page.Records = append(page.Records, m.with(r, q.Related))
		case !q.Total:
			return page
		}
	}
	return page
}

// page returns a page of all records.
func (m *Memory) page(s *shelf, q scim.Query) scim.Page {
	page := scim.Page{Total: len(s.ids)}
	i, there := slices.BinarySearch(s.ids, q.After)
	if there {
		i++
	}
	i = min(i+q.Offset, len(s.ids))
	for _, id := range s.ids[i:min(i+q.Limit, len(s.ids))] {
		page.Records = append(page.Records, m.with(s.records[id], q.Related))
	}
	return page
}

func needsRelated(terms []scim.Term) bool {
	return slices.ContainsFunc(terms, func(t scim.Term) bool { return t.Field == scim.FieldMember })
}

// candidates are the ids that may fulfil the terms.
func (s *shelf) candidates(terms []scim.Term) []string {
	for _, t := range terms {
		switch id, byName := s.names[t.Text]; {
		case t.Field == scim.FieldID && s.records[t.Text].ID != "":
			return []string{t.Text}
		case t.Field == scim.FieldUserName && byName:
			return []string{id}
		case t.Field == scim.FieldID, t.Field == scim.FieldUserName:
			return nil
		}
	}
	return s.ids
}

// Create keeps a new record.
func (m *Memory) Create(_ context.Context, kind scim.Kind, edit scim.Edit) (scim.Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := scim.Record{Ref: scim.Ref{Kind: kind, ID: id.New()}, Document: edit.Document, Version: 1, Created: m.now()}
	r.Modified = r.Created
	if err := m.check(r); err != nil {
		return r, err
	}
	s := m.shelves[kind]
	i, _ := slices.BinarySearch(s.ids, r.ID)
	s.ids = slices.Insert(s.ids, i, r.ID)
	s.records[r.ID] = r
	s.names[scim.Fold(r.Name())] = r.ID
	m.apply(r.ID, edit.Members)
	return m.with(r, true), nil
}

// check refuses a name that another record has.
func (m *Memory) check(r scim.Record) error {
	if other, ok := m.shelves[r.Kind].names[scim.Fold(r.Name())]; ok && other != r.ID {
		return errs.New(errs.Conflict, "there is a %s with the name %.200s already", r.Kind, r.Name())
	}
	return nil
}

// apply changes members, and reports whether any are different.
func (m *Memory) apply(group string, d scim.Delta) bool {
	add := make(map[string]bool, len(d.Add))
	for _, member := range d.Add {
		add[member.ID] = true
	}
	changed := false
	remove := d.Remove
	if d.Clear {
		for id := range m.members[group] {
			remove = append(remove, id)
		}
	}
	for _, id := range remove {
		if _, there := m.members[group][id]; there && !add[id] {
			m.leave(group, id)
			changed = true
		}
	}
	for _, member := range d.Add {
		_, known := m.shelves[scim.User].records[member.ID]
		name, there := m.members[group][member.ID]
		if known && (!there || member.Display != "" && member.Display != name) {
			put(m.members, group, member.ID, member.Display)
			put(m.groups, member.ID, group, "")
			changed = true
		}
	}
	return changed
}

func put(sets map[string]map[string]string, key, id, name string) {
	if sets[key] == nil {
		sets[key] = map[string]string{}
	}
	sets[key][id] = name
}

func (m *Memory) leave(group, user string) {
	delete(m.members[group], user)
	delete(m.groups[user], group)
}

// Change does what edit makes of a record.
func (m *Memory) Change(_ context.Context, ref scim.Ref, related bool, edit func(scim.Record) (scim.Edit, error)) (scim.Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, err := m.find(ref, related)
	if err != nil {
		return scim.Record{}, err
	}
	e, err := edit(old)
	if err != nil {
		return scim.Record{}, err
	}
	r := old
	r.Related = nil
	if e.Document != nil {
		r.Document = e.Document
	}
	if err := m.check(r); err != nil {
		return scim.Record{}, err
	}
	if m.apply(ref.ID, e.Members) || e.Document != nil {
		r.Version++
		r.Modified = m.now()
		s := m.shelves[ref.Kind]
		delete(s.names, scim.Fold(old.Name()))
		s.names[scim.Fold(r.Name())] = r.ID
		s.records[r.ID] = r
	}
	return m.with(r, related), nil
}

// Delete forgets a record and its memberships.
func (m *Memory) Delete(_ context.Context, ref scim.Ref, check func(scim.Record) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, err := m.find(ref, false)
	if err != nil {
		return err
	}
	if err := check(r); err != nil {
		return err
	}
	s := m.shelves[ref.Kind]
	if i, ok := slices.BinarySearch(s.ids, ref.ID); ok {
		s.ids = slices.Delete(s.ids, i, i+1)
	}
	delete(s.names, scim.Fold(r.Name()))
	delete(s.records, ref.ID)
	for user := range m.members[ref.ID] {
		m.leave(ref.ID, user)
	}
	for group := range m.groups[ref.ID] {
		m.leave(group, ref.ID)
		g := m.shelves[scim.Group].records[group]
		g.Version++
		g.Modified = m.now()
		m.shelves[scim.Group].records[group] = g
	}
	return nil
}
