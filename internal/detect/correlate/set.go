package correlate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Event is one event that rules matched.
type Event struct {
	UUID  string
	At    time.Time // when it was published
	Rules []string  // ids of the rules that matched it
	// Values are what a path leads to in it. See [Set.Paths].
	Values func(path string) []string
}

// Open makes a group of its remembered state. It is nil if there is no such
// correlation any more, and empty if the state is spoilt or of another version
// of the correlation: what was counted so far is no reason to stop counting.
type Open func(key Key, state []byte) *Group

// Store remembers groups between batches of events. Groups that a store hands
// out are the set's until Keep.
type Store interface {
	// Groups returns those that are remembered.
	Groups(ctx context.Context, keys []Key, open Open) (map[Key]*Group, error)
	// Keep remembers groups as they are now. A nil group is to be forgotten.
	Keep(ctx context.Context, changed map[Key]*Group) error
	// Due returns some of the groups whose Until is not after now, if there are any.
	Due(ctx context.Context, now time.Time, open Open) (map[Key]*Group, error)
}

// Set is several correlations, which may count each other's firings. It is safe
// for concurrent use.
type Set struct {
	specs  map[string]*Spec
	byRule map[string][]*Spec // the correlations that count a rule or correlation
	paths  []string
}

// NewSet puts correlations together. A rule that none of them is counts as one
// of single events.
func NewSet(specs []*Spec) (*Set, error) {
	s := &Set{specs: map[string]*Spec{}, byRule: map[string][]*Spec{}}
	paths := map[string]bool{}
	for _, spec := range specs {
		if err := spec.Validate(); err != nil {
			return nil, fmt.Errorf("correlation %s: %w", spec.ID, err)
		}
		if s.specs[spec.ID] != nil {
			return nil, fmt.Errorf("correlation %s is there twice", spec.ID)
		}
		s.specs[spec.ID] = spec
		for _, rule := range slices.Concat(spec.Rules, spec.Without) {
			s.byRule[rule] = append(s.byRule[rule], spec)
			for _, f := range spec.Group {
				if path := f.path(rule); path != "" {
					paths[path] = true
				}
			}
		}
		for _, path := range spec.Field {
			paths[path] = true
		}
	}
	for path := range paths {
		s.paths = append(s.paths, path)
	}
	slices.Sort(s.paths)
	return s, s.check()
}

// check refuses correlations that count each other in a circle, and those that
// count what only time decides: there is no event then to group by.
func (s *Set) check() error {
	state := map[string]int{} // 1 while it is being looked at, 2 after
	var visit func(id string) error
	visit = func(id string) error {
		spec := s.specs[id]
		if spec == nil || state[id] == 2 {
			return nil
		}
		if state[id] == 1 {
			return fmt.Errorf("correlation %s counts itself, by way of others", id)
		}
		state[id] = 1
		for _, rule := range slices.Concat(spec.Rules, spec.Without) {
			if inner := s.specs[rule]; inner != nil && inner.decides() {
				return fmt.Errorf("correlation %s counts %s, which is only decided when its time is over; count the rules of that one", id, rule)
			}
			if err := visit(rule); err != nil {
				return err
			}
		}
		state[id] = 2
		return nil
	}
	for id := range s.specs {
		if err := visit(id); err != nil {
			return err
		}
	}
	return nil
}

// Paths are the paths that Values of an event are asked for. Besides those of
// conditions they may be as [ParsePath] has them.
func (s *Set) Paths() []string { return s.paths }

// Counts reports whether a rule is counted by some correlation.
func (s *Set) Counts(rule string) bool { return len(s.byRule[rule]) > 0 }

func (s *Set) open(key Key, state []byte) *Group {
	spec := s.specs[key.Spec]
	if spec == nil {
		return nil
	}
	g, err := Decode(spec, state)
	if err != nil {
		return NewGroup(spec)
	}
	return g
}

// maxRounds bounds how often Due asks for more groups.
const maxRounds = 10_000

// Due decides what time alone decides, and forgets groups that are over. Now is
// as for [Group.Due].
func (s *Set) Due(ctx context.Context, st Store, now time.Time) ([]Firing, error) {
	var firings []Firing
	for range maxRounds {
		groups, err := st.Due(ctx, now, s.open)
		if err != nil {
			return nil, fmt.Errorf("find groups that are due: %w", err)
		}
		if len(groups) == 0 {
			slices.SortStableFunc(firings, func(a, b Firing) int {
				return cmp.Or(a.To.Compare(b.To), cmp.Compare(a.Spec, b.Spec), cmp.Compare(a.Key, b.Key), a.From.Compare(b.From))
			})
			return firings, nil
		}
		for key, g := range groups {
			if g == nil {
				continue
			}
			for f, fires := g.Due(now); fires; f, fires = g.Due(now) {
				f.Key, f.Group = key.Group, g.spec.group(key.Group)
				firings = append(firings, f)
			}
			if !g.Until().After(now) {
				groups[key] = nil
			}
		}
		if err := st.Keep(ctx, groups); err != nil {
			return nil, fmt.Errorf("keep groups: %w", err)
		}
	}
	return nil, errors.New("groups that are due never end")
}
