package rule

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sallyport/internal/detect"
	"sallyport/internal/detect/correlate"
	"sallyport/internal/detect/plain"
	"sallyport/internal/event"
)

// counter is the part of a book that counts over time.
type counter struct {
	set   *correlate.Set
	rules map[string]*Rule // the correlations, by their ids
	fires map[string]bool  // of correlations: it makes hits of its own
	// feeds lists, for each single rule of the program, the correlations that
	// count it, and under which name each does. Every correlation has a name of
	// its own for it, so that one can pass over an event that another counts.
	feeds  [][]feed
	needs  [][]int  // for each single rule, the indexes in simple of what those want to know
	simple []string // paths that the program extracts, in its order
	chosen map[string]choice
}

// choice is a path that chooses among the elements of a list.
type choice struct {
	list string // the path of the list
	path correlate.Path
}

type feed struct {
	correlation *Rule
	counted     *Rule // the single rule
	name        string
}

// name is what a correlation calls a rule that it counts.
func (c *counter) name(correlation, counted *Rule) string {
	if counted.correlation != nil {
		return counted.ID
	}
	return correlation.ID + " < " + counted.ID
}

// newCounter puts the correlations among rules together. Index says where in
// the program single rules are.
func newCounter(rules []*Rule, index map[*Rule]int, fires func(*Rule) bool) (*counter, error) {
	c := &counter{rules: map[string]*Rule{}, fires: map[string]bool{}, feeds: make([][]feed, len(index)), chosen: map[string]choice{}}
	var specs []*correlate.Spec
	for _, r := range rules {
		if r.correlation == nil {
			continue
		}
		specs = append(specs, c.spec(r))
		c.rules[r.ID], c.fires[r.ID] = r, fires(r)
		for _, counted := range slices.Concat(r.refs, r.without) {
			if i, ok := index[counted]; ok {
				c.feeds[i] = append(c.feeds[i], feed{r, counted, c.name(r, counted)})
			}
		}
	}
	var err error
	if c.set, err = correlate.NewSet(specs); err != nil {
		return nil, fmt.Errorf("put correlations together: %w", err)
	}
	for _, path := range c.set.Paths() {
		list, _, chooses := strings.Cut(path, "[")
		if !chooses {
			c.simple = append(c.simple, path)
			continue
		}
		parsed, err := correlate.ParsePath(path)
		if err != nil {
			return nil, err
		}
		c.chosen[path] = choice{list, parsed}
	}
	c.need(specs)
	return c, nil
}

// need works out which paths matter for the events of each single rule: those of
// the correlations that count it, and of the ones that count those.
func (c *counter) need(specs []*correlate.Spec) {
	c.needs = make([][]int, len(c.feeds))
	for i, feeds := range c.feeds {
		wanted := map[string]bool{}
		var want func(*correlate.Spec)
		want = func(s *correlate.Spec) {
			for _, f := range s.Group {
				wanted[f.Path] = true
				for _, path := range f.ByRule {
					wanted[path] = true
				}
			}
			for _, path := range s.Field {
				wanted[path] = true
			}
			for _, outer := range specs {
				if slices.Contains(outer.Rules, s.ID) || slices.Contains(outer.Without, s.ID) {
					want(outer)
				}
			}
		}
		for _, f := range feeds {
			want(specs[slices.IndexFunc(specs, func(s *correlate.Spec) bool { return s.ID == f.correlation.ID })])
		}
		for at, path := range c.simple {
			if wanted[path] {
				c.needs[i] = append(c.needs[i], at)
			}
		}
	}
}

// spec is what a correlation counts, in the words of package correlate.
func (c *counter) spec(r *Rule) *correlate.Spec {
	own := r.correlation
	s := &correlate.Spec{
		ID: r.ID, Type: own.Type, Field: own.Field, Span: own.Timespan, Condition: own.Condition, Learning: own.Learning,
	}
	for _, ref := range r.refs {
		s.Rules = append(s.Rules, c.name(r, ref))
	}
	for _, ref := range r.without {
		s.Without = append(s.Without, c.name(r, ref))
	}
	for _, by := range own.GroupBy {
		alias, ok := own.Aliases[by]
		if !ok {
			s.Group = append(s.Group, correlate.Field{Path: by})
			continue
		}
		f := correlate.Field{Name: by, ByRule: map[string]string{}}
		refs, called := slices.Concat(r.refs, r.without), slices.Concat(own.Rules, own.Without)
		for i, ref := range refs {
			if path, ok := alias[called[i]]; ok {
				f.ByRule[c.name(r, ref)] = path
			}
		}
		s.Group = append(s.Group, f)
	}
	return s
}

// counted is an event that correlations count.
type counted struct {
	event event.Event
	at    time.Time // when it was published, or is taken to be
	feeds []feed
	value func(path string) []string
}

// of returns the event as the correlations that are to count it see it. What is
// hidden from a rule is hidden from those that count the rule.
func (c counted) of(skip func(*Rule, event.Event) bool) correlate.Event {
	e := correlate.Event{UUID: c.event.UUID, At: c.at, Values: c.value}
	for _, f := range c.feeds {
		if !skip(f.correlation, c.event) && !skip(f.counted, c.event) {
			e.Rules = append(e.Rules, f.name)
		}
	}
	return e
}

// note returns what correlations count of an event that was matched last by m,
// and whether there is anything.
func (c *counter) note(m *detect.Matcher, e event.Event, held []int) (counted, bool) {
	n := counted{event: e, at: e.Published}
	v := values{counter: c, event: e}
	for _, i := range held {
		n.feeds = append(n.feeds, c.feeds[i]...)
		for _, at := range c.needs[i] {
			if !slices.ContainsFunc(v.found, func(k extract) bool { return k.at == at }) {
				v.found = append(v.found, extract{at, slices.Clone(m.Extracted(at))})
			}
		}
	}
	n.value = v.of
	return n, len(n.feeds) > 0
}

// values are what stands at paths of one event.
type values struct {
	counter *counter
	event   event.Event
	found   []extract
	lists   map[string]any // decoded, by their paths
}

type extract struct {
	at     int // in counter.simple
	values []string
}

func (v *values) of(path string) []string {
	chosen, ok := v.counter.chosen[path]
	if !ok {
		for _, k := range v.found {
			if v.counter.simple[k.at] == path {
				return k.values
			}
		}
		return nil
	}
	list, ok := v.lists[chosen.list]
	if !ok {
		list = v.decode(chosen.list)
	}
	return chosen.path.Values(list)
}

// decode decodes what stands at a path, within objects that lead to it. The rest
// of the event is not looked at.
func (v *values) decode(at string) any {
	var inner any
	if raw := v.event.Lookup(at); raw != nil {
		inner, _ = plain.Decode(raw) // it was matched, so it is JSON
	}
	names := strings.Split(at, ".")
	for _, name := range slices.Backward(names) {
		inner = map[string]any{name: inner}
	}
	if v.lists == nil {
		v.lists = map[string]any{}
	}
	v.lists[at] = inner
	return inner
}
