package store

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"time"

	"sallyport/internal/detect"
	"sallyport/internal/errs"
	"sallyport/internal/search"
)

// EventSearch says which events are wanted. The zero value wants all.
type EventSearch struct {
	Filter       detect.Expr // nil for none
	Words        search.Words
	Source       string
	Since, Until time.Time // of the time they were published; zero for no bound
	Oldest       bool      // the oldest first, not the newest
	After        Place
	Limit        int
}

// FoundEvents is a part of what a search finds.
type FoundEvents struct {
	Events []StoredEvent
	// Next is where the search goes on, zero at its end. There may be fewer events
	// than asked for, or none, and still be more.
	Next Place
}

// The most that one search does before it answers with what it has: events that
// are read, and time.
const (
	scanned    = 20_000
	searchFor  = 2 * time.Second
	rowsAtOnce = 256
)

// Search finds events, in the order of their publication.
func (t Events) Search(ctx context.Context, org string, s EventSearch) (FoundEvents, error) {
	out := FoundEvents{Events: []StoredEvent{}}
	err := t.db.snapshot(ctx, func(tx *Tx) error {
		sc, err := newScan(ctx, tx, org, s)
		if err != nil {
			return err
		}
		out.Events, out.Next, err = sc.page(ctx)
		return err
	})
	return out, err
}

// snapshot runs fn on the database as it is at one moment, for reading.
func (db *DB) snapshot(ctx context.Context, fn func(*Tx) error) error {
	tx, err := db.r.BeginTx(ctx, &sql.TxOptions{ReadOnly: db.pool != nil, Isolation: db.d.snapshot})
	if err != nil {
		return db.sorted(err)
	}
	defer func() { _ = tx.Rollback() }()
	return fn(&Tx{db: db, tx: tx})
}

// scan is a search under way.
type scan struct {
	tx    *Tx
	org   string
	s     EventSearch
	span  span
	plan  *search.Plan
	match eventMatcher
	from  candidates
	until time.Time // the search answers by then
	read  int       // events
}

// span is the places that a search is about: from the first up to, and without,
// the second.
type span struct{ from, to search.Doc }

const (
	minInt64 = -1 << 63
	maxInt64 = 1<<63 - 1
)

func (s EventSearch) span() (span, error) {
	out := span{search.Doc{At: minInt64, Seq: minInt64}, search.Doc{At: maxInt64, Seq: maxInt64}}
	if !s.Since.IsZero() {
		out.from = search.Doc{At: s.Since.UnixMicro(), Seq: minInt64}
	}
	if !s.Until.IsZero() {
		out.to = search.Doc{At: s.Until.UnixMicro(), Seq: minInt64}
	}
	if s.After.ID == "" {
		return out, nil
	}
	seq, err := strconv.ParseInt(s.After.ID, 10, 64)
	if err != nil || seq == maxInt64 {
		return out, errs.New(errs.Invalid, "the cursor is not one of events")
	}
	at := search.Doc{At: toMicros(s.After.At), Seq: seq}
	if s.Oldest {
		at.Seq++
		if out.from.Less(at) {
			out.from = at
		}
	} else if at.Less(out.to) {
		out.to = at
	}
	return out, nil
}

func (s span) has(d search.Doc) bool { return !d.Less(s.from) && d.Less(s.to) }

// candidates are events that may be what is wanted, in order.
type candidates interface {
	// next returns some of them, and where the search is after them; none at the end.
	next(ctx context.Context, n int) ([]candidate, error)
}

// candidate is the place of an event, and perhaps what is stored of it.
type candidate struct {
	at  search.Doc
	row *eventRecord // nil until it is read
}

func newScan(ctx context.Context, tx *Tx, org string, s EventSearch) (*scan, error) {
	sp, err := s.span()
	if err != nil {
		return nil, err
	}
	sc := &scan{tx: tx, org: org, s: s, span: sp, plan: search.NewPlan(s.Filter, s.Words, s.Source), until: time.Now().Add(searchFor)}
	if sc.match, err = newEventMatcher(s); err != nil {
		return nil, err
	}
	if uuids := uuidsOf(s.Filter); len(uuids) > 0 {
		sc.from = &byKey{scan: sc, uuids: uuids}
		return sc, nil
	}
	if sc.plan.Open() {
		sc.from = &byTime{scan: sc}
		return sc, nil
	}
	indexed, ok, err := newIndexed(ctx, sc)
	if err != nil {
		return nil, err
	}
	if sc.from = indexed; !ok {
		sc.from = &byTime{scan: sc}
	}
	return sc, nil
}

// page returns the next events that pass, as many as are wanted.
func (sc *scan) page(ctx context.Context) ([]StoredEvent, Place, error) {
	out := []StoredEvent{}
	for {
		some, err := sc.from.next(ctx, sc.chunk(len(out)))
		if err != nil || len(some) == 0 {
			return out, Place{}, err
		}
		if err := sc.readRows(ctx, some); err != nil {
			return out, Place{}, err
		}
		for _, c := range some {
			if c.row == nil { // it was deleted
				continue
			}
			e, ok, err := sc.match.event(*c.row)
			if err != nil {
				return out, Place{}, err
			}
			if !ok {
				continue
			}
			if len(out) == sc.s.Limit {
				return out, out[len(out)-1].place(), nil
			}
			out = append(out, e)
		}
		if sc.read += len(some); sc.read >= scanned || time.Now().After(sc.until) {
			return out, placeOf(some[len(some)-1].at), nil
		}
	}
}

// chunk returns how many candidates to look at next.
func (sc *scan) chunk(have int) int {
	if sc.match.all || sc.plan.Exact() {
		return min(sc.s.Limit-have+1, rowsAtOnce)
	}
	return rowsAtOnce
}

func placeOf(d search.Doc) Place {
	return Place{fromMicros(d.At), strconv.FormatInt(d.Seq, 10)}
}

// readRows reads what is stored of the candidates of which that is not known.
func (sc *scan) readRows(ctx context.Context, some []candidate) error {
	at := map[int64]*candidate{}
	var wanted []search.Doc
	for i := range some {
		if some[i].row == nil {
			at[some[i].at.Seq] = &some[i]
			wanted = append(wanted, some[i].at)
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	// The organization is looked at here, as SQLite would rather go through all of its
	// events than look up some by number.
	q, args := sc.tx.db.byPlace(recordColumns, wanted)
	rows, err := list(ctx, sc.tx, scanRecord, q, args...)
	for i, r := range rows {
		if r.org == sc.org {
			at[r.seq].row = &rows[i]
		}
	}
	return err
}

// eventRecord is an event as it is stored.
type eventRecord struct {
	seq, published, received int64
	org, source              string
	packed                   []byte
}

const recordColumns = `seq, org_id, source_id, published_at, received_at, raw`

func scanRecord(rows *sql.Rows) (r eventRecord, err error) {
	return r, rows.Scan(&r.seq, &r.org, &r.source, &r.published, &r.received, &r.packed)
}

// byTime goes over all events within the span.
type byTime struct {
	*scan

	ended bool
}

func (b *byTime) next(ctx context.Context, n int) ([]candidate, error) {
	if b.ended {
		return nil, nil
	}
	w := where{}
	w.add(`org_id = ?`, b.org)
	b.span.where(&w)
	w.addIf(b.s.Source != "", `source_id = ?`, b.s.Source)
	way := ` ORDER BY published_at DESC, seq DESC`
	if b.s.Oldest {
		way = ` ORDER BY published_at, seq`
	}
	// How many is said in the text: for a number that it does not know PostgreSQL's
	// planner takes a tenth of all events, and makes a plan anew each time.
	rows, err := list(ctx, b.tx, scanRecord, `SELECT `+recordColumns+` FROM event `+w.text()+way+` LIMIT `+strconv.Itoa(n), w.args...)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	b.ended = len(rows) < n
	out := make([]candidate, len(rows))
	for i := range rows {
		out[i] = candidate{search.Doc{At: rows[i].published, Seq: rows[i].seq}, &rows[i]}
	}
	b.span.pass(out[len(out)-1].at, b.s.Oldest)
	return out, nil
}

// pass takes out of the span what comes up to an event, and that one.
func (s *span) pass(d search.Doc, oldest bool) {
	if oldest {
		s.from = search.Doc{At: d.At, Seq: d.Seq + 1}
	} else {
		s.to = d
	}
}

// where adds that an event is within the span, so that an index by time is of use.
func (s span) where(w *where) {
	if s.from.At != minInt64 {
		w.add(`published_at >= ?`, s.from.At)
		w.addIf(s.from.Seq != minInt64, `(published_at > ? OR seq >= ?)`, s.from.At, s.from.Seq)
	}
	switch {
	case s.to.At == maxInt64:
	case s.to.Seq == minInt64:
		w.add(`published_at < ?`, s.to.At)
	default:
		w.add(`published_at <= ? AND (published_at < ? OR seq < ?)`, s.to.At, s.to.At, s.to.Seq)
	}
}

// before compares two places in the order of the search.
func (sc *scan) before(a, b search.Doc) int {
	switch {
	case a == b:
		return 0
	case a.Less(b) == sc.s.Oldest:
		return -1
	}
	return 1
}

func (sc *scan) sort(cs []candidate) {
	slices.SortFunc(cs, func(a, b candidate) int { return sc.before(a.at, b.at) })
}
