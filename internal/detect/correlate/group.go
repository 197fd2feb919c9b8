package correlate

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// Occurrence is one event that a rule matched.
type Occurrence struct {
	Rule  string // one of Rules or Without
	UUID  string
	At    time.Time // when it was published
	Value string    // of what is counted; empty if that is no value
}

// Firing is one time that a correlation fired.
type Firing struct {
	Spec  string
	Key   string            // of the group
	Group map[string]string // what the group's events have in common, in lower case, by path or alias
	Event int               // which of the events made it fire; -1 if time did
	// From and To are when the first and the last event were published, or the
	// ends of the time in which something was absent.
	From, To time.Time
	Count    int      // events, or different values or rules, that were counted
	Value    string   // of FirstSeen the value; of what is calculated the result
	UUIDs    []string // of the events, the newest 100, in the order of their times
}

// maxEvidence is how many events a firing names.
const maxEvidence = 100

// Group is what is remembered of one group of one correlation. It is not safe
// for concurrent use.
type Group struct {
	spec    *Spec
	entries []entry // by time
	newest  int64   // the latest time of an event, in microseconds since 1970
	decided int64   // of what is decided at the end: up to here it is
	born    int64   // of FirstSeen: the earliest time of an event
	folded  uint64  // events that were forgotten for want of room
}

type entry struct {
	at    int64
	rule  uint8
	uuid  string
	value string
	num   float64 // Value, of what is calculated
}

// NewGroup returns an empty group of a valid spec.
func NewGroup(s *Spec) *Group {
	return &Group{spec: s, newest: math.MinInt64, decided: math.MinInt64, born: math.MaxInt64}
}

// Folded is how many events were forgotten before their time, for want of room.
func (g *Group) Folded() uint64 { return g.folded }

// Add counts an occurrence and reports whether the correlation fires with it.
// The firing has no key, group and event.
func (g *Group) Add(o Occurrence) (Firing, bool) {
	e, ok := g.entry(o)
	if !ok {
		return Firing{}, false
	}
	switch {
	case g.spec.Type == FirstSeen:
		return g.see(e)
	case g.spec.Type == Absent:
		g.await(e)
		return Firing{}, false
	case g.spec.atEnd():
		if e.at > g.decided {
			g.insert(e)
			g.fold()
		}
		return Firing{}, false
	case g.newest != math.MinInt64 && e.at < g.newest-g.spec.span()-g.spec.late():
		return Firing{}, false
	}
	i, isNew := g.insert(e)
	if !isNew {
		return Firing{}, false
	}
	f, fires := g.evaluate(i)
	g.forget()
	return f, fires
}

// decides reports whether only time decides.
func (s *Spec) decides() bool { return s.Type == Absent || s.atEnd() }

func (g *Group) entry(o Occurrence) (entry, bool) {
	e := entry{at: o.At.UnixMicro(), uuid: o.UUID}
	rule := slices.Index(g.spec.Rules, o.Rule)
	if rule < 0 {
		if rule = slices.Index(g.spec.Without, o.Rule); rule < 0 {
			return e, false
		}
		rule += len(g.spec.Rules)
	}
	e.rule = uint8(rule) //nolint:gosec // there are at most MaxRules
	switch g.spec.Type {
	case ValueCount, FirstSeen:
		e.value = o.Value
		return e, o.Value != ""
	case ValueSum, ValueAvg, ValueMin, ValueMax, ValueMedian, ValuePercentile:
		n, err := strconv.ParseFloat(o.Value, 64)
		e.value, e.num = o.Value, n
		return e, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
	default:
		return e, true
	}
}

// insert puts an entry in its place, unless it is there already.
func (g *Group) insert(e entry) (int, bool) {
	at := len(g.entries)
	for at > 0 && g.entries[at-1].at > e.at {
		if at < len(g.entries)-32 {
			at, _ = slices.BinarySearchFunc(g.entries, e.at+1, func(x entry, t int64) int { return compareTimes(x.at, t) })
			break
		}
		at--
	}
	for i := at - 1; i >= 0 && g.entries[i].at == e.at; i-- {
		if g.same(&g.entries[i], &e) {
			return 0, false
		}
	}
	if g.entries == nil {
		g.entries = make([]entry, 0, 4)
	}
	g.entries = slices.Insert(g.entries, at, e)
	g.newest = max(g.newest, e.at)
	return at, true
}

func compareTimes(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// same reports whether two entries count as one: they are of one event, and
// that counts once, or once for each rule or value.
func (g *Group) same(a, b *entry) bool {
	if a.uuid != b.uuid {
		return false
	}
	switch g.spec.Type {
	case Temporal, TemporalOrdered, Absent:
		return a.rule == b.rule
	case EventCount:
		return true
	default:
		return a.value == b.value
	}
}

// forget drops what no window that an event may still come into reaches.
func (g *Group) forget() {
	horizon := g.newest - g.spec.span() - g.spec.late()
	n := 0
	for n < len(g.entries) && g.entries[n].at < horizon {
		n++
	}
	g.entries = g.entries[n:]
	g.fold()
}

// fold makes room when there are too many entries: repetitions of a value or
// rule that came again go first, and then what is oldest.
func (g *Group) fold() {
	limit := g.spec.limit()
	if len(g.entries) <= limit {
		return
	}
	target := limit * 3 / 4
	switch g.spec.Type {
	case ValueCount, Temporal:
		g.foldRepeated(len(g.entries) - target)
	case TemporalOrdered:
		g.foldRuns()
	default:
	}
	if extra := len(g.entries) - target; len(g.entries) > limit && extra > 0 {
		g.entries = slices.Clone(g.entries[extra:])
		g.folded += uint64(extra)
	}
}

func (g *Group) foldRepeated(most int) {
	type what struct {
		value string
		rule  uint8
	}
	of := func(e *entry) what {
		if g.spec.Type == Temporal {
			return what{rule: e.rule}
		}
		return what{value: e.value}
	}
	last := map[what]int{}
	for i := range g.entries {
		last[of(&g.entries[i])] = i
	}
	kept := make([]entry, 0, len(g.entries))
	for i := range g.entries {
		if most > 0 && last[of(&g.entries[i])] != i {
			most--
			g.folded++
			continue
		}
		kept = append(kept, g.entries[i])
	}
	g.entries = kept
}

// foldRuns drops entries between two others of the same rule: in any chain one of
// those stands as well.
func (g *Group) foldRuns() {
	kept := g.entries[:1]
	for i := 1; i < len(g.entries); i++ {
		last := i == len(g.entries)-1
		if !last && g.entries[i].rule == g.entries[i+1].rule && g.entries[i].rule == kept[len(kept)-1].rule {
			g.folded++
			continue
		}
		kept = append(kept, g.entries[i])
	}
	g.entries = kept
}

// Until is when the group wants to be looked at again: by Due if something is to
// be decided then, or to be forgotten. It is a time of events, as those in Add.
func (g *Group) Until() time.Time {
	if t, pending := g.pending(); pending {
		return time.UnixMicro(t).UTC()
	}
	if len(g.entries) == 0 && g.decided != math.MinInt64 {
		return time.UnixMicro(g.decided + g.spec.span() + g.spec.late()).UTC()
	}
	if g.newest == math.MinInt64 {
		return time.Time{}
	}
	return time.UnixMicro(g.newest + g.spec.span() + g.spec.late()).UTC()
}

// evidence is the firing of the entries from index lo up to hi, trigger among them.
func (g *Group) evidence(lo, hi, trigger, count int) Firing {
	f := Firing{
		Spec: g.spec.ID, Event: -1, Count: count, UUIDs: make([]string, 0, min(hi-lo+1, maxEvidence)),
		From: time.UnixMicro(g.entries[lo].at).UTC(), To: time.UnixMicro(g.entries[hi].at).UTC(),
	}
	for i := hi; i >= lo && len(f.UUIDs) < maxEvidence; i-- {
		if !g.again(i, hi) {
			f.UUIDs = append(f.UUIDs, g.entries[i].uuid)
		}
	}
	if last := len(f.UUIDs) - 1; last == maxEvidence-1 && !slices.Contains(f.UUIDs, g.entries[trigger].uuid) {
		f.UUIDs[last] = g.entries[trigger].uuid
	}
	slices.Reverse(f.UUIDs)
	return f
}

// again reports whether the event of entry i has another entry after it. Those
// have the same time.
func (g *Group) again(i, hi int) bool {
	for k := i + 1; k <= hi && g.entries[k].at == g.entries[i].at; k++ {
		if g.entries[k].uuid == g.entries[i].uuid {
			return true
		}
	}
	return false
}
