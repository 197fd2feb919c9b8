package correlate

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// pending is when something is to be decided, if there is anything.
func (g *Group) pending() (int64, bool) {
	if !g.spec.decides() {
		return 0, false
	}
	i := g.next()
	if i < 0 {
		return 0, false
	}
	return g.entries[i].at + g.spec.span() + g.spec.late(), true
}

// next is the entry whose window is the next to be decided, or -1.
func (g *Group) next() int {
	if g.spec.Type != Absent {
		return min(len(g.entries), 1) - 1
	}
	return slices.IndexFunc(g.entries, func(e entry) bool { return !g.isWithout(&e) })
}

// Due decides what time alone decides, and reports whether the correlation
// fires; it is to be called again until it does not. Now is up to when all
// events are known to have come in but those that are late: not the time of day
// while events of last month are being read.
func (g *Group) Due(now time.Time) (Firing, bool) {
	for {
		at, pending := g.pending()
		if !pending || now.UnixMicro() < at {
			return Firing{}, false
		}
		decide := g.decideWindow
		if g.spec.Type == Absent {
			decide = g.decideAbsent
		}
		if f, fires := decide(g.next()); fires {
			return f, true
		}
	}
}

// decideWindow decides the window that begins with the first entry.
func (g *Group) decideWindow(int) (Firing, bool) {
	end := g.entries[0].at + g.spec.span()
	n := 1
	for n < len(g.entries) && g.entries[n].at <= end {
		n++
	}
	x := g.spec.result(g.entries[:n])
	var f Firing
	fires := g.spec.Condition.Holds(x)
	if fires {
		count := n
		if g.spec.counts() {
			count = int(x)
		}
		f = g.evidence(0, n-1, 0, count)
		f.To = time.UnixMicro(end).UTC()
		if !g.spec.counts() {
			f.Value = strconv.FormatFloat(x, 'g', -1, 64)
		}
	}
	g.decided = end
	g.entries = g.entries[n:]
	return f, fires
}

// isWithout reports whether an entry is one of those that may not follow.
func (g *Group) isWithout(e *entry) bool { return int(e.rule) >= len(g.spec.Rules) }

// follows reports whether b is one of those that may not follow a, and does.
func (g *Group) follows(a, b *entry) bool {
	return !g.isWithout(a) && g.isWithout(b) && b.at >= a.at && b.at <= a.at+g.spec.span()
}

// await takes up an event of Absent. One that was followed is done with, and so
// is one that comes too late to know.
func (g *Group) await(e entry) {
	if g.isWithout(&e) {
		if _, isNew := g.insert(e); isNew {
			g.entries = slices.DeleteFunc(g.entries, func(x entry) bool { return g.follows(&x, &e) })
		}
	} else {
		known := g.newest != math.MinInt64 && e.at < g.newest-g.spec.late() || e.at <= g.decided
		if known || slices.ContainsFunc(g.entries, func(x entry) bool { return g.follows(&e, &x) }) {
			return
		}
		g.insert(e)
	}
	g.forgetFollowing()
	g.fold()
}

// forgetFollowing drops those of Without that can follow no event any more that
// waits or may still come in.
func (g *Group) forgetFollowing() {
	oldest := g.newest - g.spec.late()
	if next := g.next(); next >= 0 {
		oldest = min(oldest, g.entries[next].at)
	}
	g.entries = slices.DeleteFunc(g.entries, func(x entry) bool { return g.isWithout(&x) && x.at < oldest })
}

// decideAbsent fires: the event i waited for Span, and none followed.
func (g *Group) decideAbsent(i int) (Firing, bool) {
	f := g.evidence(i, i, i, 1)
	f.To = time.UnixMicro(g.entries[i].at + g.spec.span()).UTC()
	g.decided = max(g.decided, g.entries[i].at)
	g.entries = slices.Delete(g.entries, i, i+1)
	return f, true
}
