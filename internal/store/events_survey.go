package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"sallyport/internal/event"
	"sallyport/internal/search"
)

// Survey is what is known of all that a search finds.
type Survey struct {
	// Events is how many were counted.
	Events int
	// Complete is whether that is all of them. If not, those published since From
	// were counted (with the oldest first: until From).
	Complete bool
	From     time.Time
	Buckets  []int // of the histogram
	Facets   map[search.Column][]FacetValue
	Others   map[search.Column]int // values of the column beside those in Facets
}

// FacetValue is a value that events have, and how many.
type FacetValue struct {
	Value  string // "" for none
	Events int
}

// SurveyOptions says what is wanted of a survey.
type SurveyOptions struct {
	// Buckets are the moments at which the bars of the histogram begin, rising, and
	// then the end of the last one.
	Buckets []time.Time
	Top     int // of each facet's values
}

// surveyFor bounds the time of a survey.
const surveyFor = 3 * time.Second

// Survey counts what a search finds, as far as that can be done in seconds.
// Where the index says exactly what is found, that is many millions of events;
// else it is as many as a search reads. The search's place and limit do not matter.
func (t Events) Survey(ctx context.Context, org string, s EventSearch, o SurveyOptions) (Survey, error) {
	s.After, s.Limit = Place{}, 1
	v := &surveyor{top: o.Top, buckets: make([]int64, len(o.Buckets)), bars: make([]int, max(0, len(o.Buckets)-1))}
	for i, at := range o.Buckets {
		v.buckets[i] = at.UnixMicro()
	}
	for c := range v.values {
		v.values[c] = map[string]int{}
	}
	err := t.db.snapshot(ctx, func(tx *Tx) error {
		sc, err := newScan(ctx, tx, org, s)
		if err != nil {
			return err
		}
		sc.until = time.Now().Add(surveyFor)
		if sc.plan.Exact() || sc.match.all {
			tail, ok, err := sc.tail(ctx)
			if err != nil {
				return err
			}
			if ok {
				return v.byIndex(ctx, sc, tail)
			}
		}
		return v.byEvents(ctx, sc)
	})
	return v.survey(), err
}

// surveyor counts.
type surveyor struct {
	top     int
	events  int
	from    *search.Doc // where counting ended, nil if it is complete
	buckets []int64
	bars    []int
	values  [6]map[string]int
}

// byIndex counts by the blocks, and by the events that are in none.
func (v *surveyor) byIndex(ctx context.Context, sc *scan, tail []candidate) error {
	for some := range slices.Chunk(tail, rowsAtOnce) {
		if err := v.rows(ctx, sc, some); err != nil {
			return err
		}
	}
	blocks, err := sc.blocks(ctx)
	if err != nil {
		return err
	}
	for len(blocks) > 0 {
		if time.Now().After(sc.until) {
			head := sc.head(blocks[0])
			v.from = &head
			return nil
		}
		n := min(8, len(blocks))
		sets, err := sc.find(ctx, blocks[:n])
		if err != nil {
			return err
		}
		for _, b := range blocks[:n] {
			if set := sets[b.id]; set.Count() > 0 {
				if err := v.block(ctx, sc, b, set); err != nil {
					return err
				}
			}
		}
		blocks = blocks[n:]
	}
	return nil
}

// block counts the events of a block.
func (v *surveyor) block(ctx context.Context, sc *scan, b blockRow, set search.Set) error {
	ids := []int64{b.page(timesPage)}
	for c := range v.values {
		ids = append(ids, b.page(columnsPage+c))
	}
	bar := v.bar(b.first.At)
	whole := sc.span.has(b.first) && sc.span.has(b.last) && bar == v.bar(b.last.At)
	if whole {
		ids = ids[1:]
	}
	pages, err := sc.pages(ctx, ids)
	if err != nil {
		return err
	}
	if whole {
		n := set.Count()
		v.events += n
		v.raise(bar, n)
	} else {
		docs, err := search.DecodeTimes(pages[b.page(timesPage)], b.docs)
		if err != nil {
			return err
		}
		set.Keep(func(doc int) bool { return sc.span.has(docs[doc]) })
		for doc := range set.All() {
			v.events++
			v.raise(v.bar(docs[doc].At), 1)
		}
	}
	for c := range v.values {
		col, err := search.DecodeColumn(pages[b.page(columnsPage+c)], b.docs)
		if err != nil {
			return err
		}
		for id, n := range col.CountIn(set) {
			if n > 0 {
				v.values[c][col.Values[id]] += n
			}
		}
	}
	return nil
}

// byEvents counts by the events that a search reads.
func (v *surveyor) byEvents(ctx context.Context, sc *scan) error {
	for read := 0; ; {
		some, err := sc.from.next(ctx, rowsAtOnce)
		if err != nil || len(some) == 0 {
			return err
		}
		if err := v.rows(ctx, sc, some); err != nil {
			return err
		}
		if read += len(some); read >= scanned || time.Now().After(sc.until) {
			v.from = &some[len(some)-1].at
			return nil
		}
	}
}

// rows counts those of some events that are wanted.
func (v *surveyor) rows(ctx context.Context, sc *scan, some []candidate) error {
	if err := sc.readRows(ctx, some); err != nil {
		return err
	}
	fields, spans := event.NewFields(slices.Collect(columnPaths)...), make(event.Spans, len(v.values))
	for _, c := range some {
		if c.row == nil {
			continue
		}
		raw, ok, err := sc.match.raw(*c.row)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := fields.Scan(raw, spans); err != nil {
			return err
		}
		v.events++
		v.raise(v.bar(c.at.At), 1)
		for i := range v.values {
			v.values[i][spans.Text(i)]++
		}
	}
	return nil
}

// columnPaths goes over the paths of the columns.
func columnPaths(yield func(string) bool) {
	for _, path := range search.Columns() {
		if !yield(path) {
			return
		}
	}
}

// bar returns the bar of the histogram that a time is in; -1 for none.
func (v *surveyor) bar(at int64) int {
	i, found := slices.BinarySearch(v.buckets, at)
	if !found {
		i--
	}
	if i >= len(v.bars) {
		return -1
	}
	return i
}

func (v *surveyor) raise(bar, n int) {
	if bar >= 0 {
		v.bars[bar] += n
	}
}

func (v *surveyor) survey() Survey {
	out := Survey{Events: v.events, Complete: v.from == nil, Buckets: v.bars, Facets: map[search.Column][]FacetValue{}, Others: map[search.Column]int{}}
	if v.from != nil {
		out.From = fromMicros(v.from.At)
	}
	for c, values := range v.values {
		all := make([]FacetValue, 0, len(values))
		for value, n := range values {
			all = append(all, FacetValue{value, n})
		}
		slices.SortFunc(all, func(a, b FacetValue) int {
			return cmp.Or(cmp.Compare(b.Events, a.Events), cmp.Compare(a.Value, b.Value))
		})
		if len(all) > v.top {
			out.Others[search.Column(c)] = len(all) - v.top
			all = all[:v.top]
		}
		out.Facets[search.Column(c)] = all
	}
	return out
}
