package rule

import (
	"fmt"
	"slices"
	"strings"

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
	simple []string // paths that the program extracts, in its order
	chosen map[string]correlate.Path
}

type feed struct {
	correlation *Rule
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
	c := &counter{rules: map[string]*Rule{}, fires: map[string]bool{}, feeds: make([][]feed, len(index)), chosen: map[string]correlate.Path{}}
	var specs []*correlate.Spec
	for _, r := range rules {
		if r.correlation == nil {
			continue
		}
		specs = append(specs, c.spec(r))
		c.rules[r.ID], c.fires[r.ID] = r, fires(r)
		for _, counted := range slices.Concat(r.refs, r.without) {
			if i, ok := index[counted]; ok {
				c.feeds[i] = append(c.feeds[i], feed{r, c.name(r, counted)})
			}
		}
	}
	var err error
	if c.set, err = correlate.NewSet(specs); err != nil {
		return nil, fmt.Errorf("put correlations together: %w", err)
	}
	for _, path := range c.set.Paths() {
		if !strings.Contains(path, "[") {
			c.simple = append(c.simple, path)
			continue
		}
		if c.chosen[path], err = correlate.ParsePath(path); err != nil {
			return nil, err
		}
	}
	return c, nil
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
	feeds []feed
	value func(path string) []string
}

// of returns the event as the correlations that are to count it see it.
func (c counted) of(skip func(*Rule, event.Event) bool) correlate.Event {
	e := correlate.Event{UUID: c.event.UUID, At: c.event.Published, Values: c.value}
	for _, f := range c.feeds {
		if !skip(f.correlation, c.event) {
			e.Rules = append(e.Rules, f.name)
		}
	}
	return e
}

// note returns what correlations count of an event that was matched last by m,
// and whether there is anything.
func (c *counter) note(m *detect.Matcher, e event.Event, held []int) (counted, bool) {
	n := counted{event: e}
	for _, i := range held {
		n.feeds = append(n.feeds, c.feeds[i]...)
	}
	if len(n.feeds) == 0 {
		return n, false
	}
	values := make(map[string][]string, len(c.simple))
	for i, path := range c.simple {
		values[path] = slices.Clone(m.Extracted(i))
	}
	var decoded any
	n.value = func(path string) []string {
		chosen, ok := c.chosen[path]
		if !ok {
			return values[path]
		}
		if decoded == nil {
			decoded, _ = plain.Decode(e.Raw) // it was matched, so it can be decoded
		}
		return chosen.Values(decoded)
	}
	return n, true
}
