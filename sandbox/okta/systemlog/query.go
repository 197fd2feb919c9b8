package systemlog

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"sallyport/sandbox/okta/filter"
)

// Query is one request to the log.
type Query struct {
	Since      time.Time   // first published time, included
	Until      time.Time   // last published time, excluded; zero for now
	Polling    bool        // follow the order of persisting, without end
	Descending bool        // newest first; not when polling
	Filter     filter.Expr // nil for none
	Keywords   []string    // each must be in the event
	Limit      int
	After      string // cursor of an earlier page
}

// Page is the answer to a Query.
type Page struct {
	Events []*Event
	// Next is the cursor of the following page. It is empty at the end of a
	// bounded query; a polling query always has one.
	Next string
}

// cursor is a place in one of the two orders: the seq of the last entry that
// was looked at and, for bounded queries, its published time in milliseconds.
type cursor struct {
	at  int64
	seq int64
}

func (c cursor) String() string { return fmt.Sprintf("%d_%d", c.at, c.seq) }

// ErrCursor is what Run returns for a cursor that it has not given out.
var ErrCursor = fmt.Errorf("invalid cursor")

func parseCursor(s string) (cursor, error) {
	at, seq, ok := strings.Cut(s, "_")
	a, err1 := strconv.ParseInt(at, 10, 64)
	n, err2 := strconv.ParseInt(seq, 10, 64)
	if !ok || err1 != nil || err2 != nil || n < 0 {
		return cursor{}, ErrCursor
	}
	return cursor{a, n}, nil
}

// Run answers a query. What is older than the retention is silently missing.
func (l *Log) Run(q Query) (Page, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	now := l.now()
	if oldest := now.Add(-Retention); q.Since.Before(oldest) {
		q.Since = oldest
	}
	if q.Polling {
		return l.poll(q, now)
	}
	return l.bounded(q, now)
}

// poll goes through the events in the order of persisting. Without a cursor
// it starts at what was published at Since; with one, a late event is given
// out however old it is.
func (l *Log) poll(q Query, now time.Time) (Page, error) {
	c := cursor{at: now.UnixMilli(), seq: l.lastSeq}
	if q.After != "" {
		var err error
		if c, err = parseCursor(q.After); err != nil {
			return Page{}, err
		}
	} else if i := slices.IndexFunc(l.persisted, func(x entry) bool { return !x.event.Published.Before(q.Since) }); i >= 0 {
		c.seq = l.persisted[i].seq - 1
	}
	from := sort.Search(len(l.persisted), func(i int) bool { return l.persisted[i].seq > c.seq })
	var p Page
	for _, x := range l.persisted[from:] {
		if len(p.Events) == q.Limit {
			break
		}
		c = cursor{x.event.Published.UnixMilli(), x.seq}
		if (q.After != "" || !x.event.Published.Before(q.Since)) && q.accepts(x.event) {
			p.Events = append(p.Events, x.event)
		}
	}
	p.Next = c.String()
	return p, nil
}

// bounded goes through the events between Since and Until by published time.
func (l *Log) bounded(q Query, now time.Time) (Page, error) {
	until := q.Until
	if until.IsZero() {
		until = now.Add(time.Millisecond)
	}
	lo := sort.Search(len(l.byPublished), func(i int) bool { return !l.byPublished[i].event.Published.Before(q.Since) })
	hi := sort.Search(len(l.byPublished), func(i int) bool { return !l.byPublished[i].event.Published.Before(until) })
	in := slices.Clone(l.byPublished[lo:max(lo, hi)])
	if q.Descending {
		slices.Reverse(in)
	}
	if q.After != "" {
		c, err := parseCursor(q.After)
		if err != nil {
			return Page{}, err
		}
		in = in[past(in, c, q.Descending):]
	}
	var p Page
	var last entry
	for _, x := range in {
		if !q.accepts(x.event) {
			continue
		}
		if len(p.Events) == q.Limit {
			p.Next = cursor{last.event.Published.UnixMilli(), last.seq}.String()
			break
		}
		p.Events, last = append(p.Events, x.event), x
	}
	return p, nil
}

// past returns the index of the first entry that comes after a cursor.
func past(in []entry, c cursor, descending bool) int {
	return sort.Search(len(in), func(i int) bool {
		at, seq := in[i].event.Published.UnixMilli(), in[i].seq
		if descending {
			return at < c.at || at == c.at && seq < c.seq
		}
		return at > c.at || at == c.at && seq > c.seq
	})
}

func (q Query) accepts(e *Event) bool {
	if q.Filter != nil {
		m := filter.Matcher{Values: e.Values}
		if !m.Match(q.Filter) {
			return false
		}
	}
	return len(q.Keywords) == 0 || e.hasAll(q.Keywords)
}

// hasAll says whether every keyword is a word somewhere in the event. Case
// does not count; a part between hyphens counts as a word of its own.
func (e *Event) hasAll(keywords []string) bool {
	found := map[string]bool{}
	words(e.tree(), func(s string) {
		s = strings.ToLower(s)
		found[s] = true
		for _, w := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ,;:()[]{}\"'/?=&", r) }) {
			found[w] = true
			if strings.Contains(w, "-") {
				for part := range strings.SplitSeq(w, "-") {
					found[part] = true
				}
			}
		}
	})
	for _, k := range keywords {
		if !found[strings.ToLower(k)] {
			return false
		}
	}
	return true
}
