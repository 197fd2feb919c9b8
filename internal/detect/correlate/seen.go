package correlate

import (
	"slices"
	"time"
)

// see takes up a value of FirstSeen: it fires if the group did not have the value
// for Span before, and is past learning. An entry is the latest time of a value.
func (g *Group) see(e entry) (Firing, bool) {
	known := slices.IndexFunc(g.entries, func(x entry) bool { return x.value == e.value })
	isFirst := e.at <= g.born
	isNew := known < 0 || e.at-g.entries[known].at > g.spec.span()
	g.born = min(g.born, e.at)
	g.newest = max(g.newest, e.at)
	if known >= 0 {
		if e.at <= g.entries[known].at {
			return Firing{}, false
		}
		g.entries = slices.Delete(g.entries, known, known+1)
	}
	at, _ := slices.BinarySearchFunc(g.entries, e.at+1, func(x entry, t int64) int { return compareTimes(x.at, t) })
	g.entries = slices.Insert(g.entries, at, e)
	fires := isNew && !isFirst && e.at >= g.born+g.spec.Learning.Microseconds()
	var f Firing
	if fires {
		f = Firing{
			Spec: g.spec.ID, Event: -1, Count: 1, Value: e.value, UUIDs: []string{e.uuid},
			From: time.UnixMicro(e.at).UTC(), To: time.UnixMicro(e.at).UTC(),
		}
	}
	g.forgetValues()
	return f, fires
}

// maxValues is how many values of a group FirstSeen remembers.
const maxValues = 1000

func (g *Group) forgetValues() {
	n := 0
	for n < len(g.entries) && g.entries[n].at < g.newest-g.spec.span()-g.spec.late() {
		n++
	}
	if extra := len(g.entries) - n - maxValues; extra > 0 {
		g.folded += uint64(extra)
		n += extra
	}
	if n > 0 {
		g.entries = slices.Delete(g.entries, 0, n)
	}
}
