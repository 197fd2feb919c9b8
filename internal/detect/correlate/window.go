package correlate

import (
	"math"
	"slices"
	"strconv"
)

// evaluate looks for a window with the entry i in it in which enough was
// counted. Windows end with an entry: any other window has no more in it.
func (g *Group) evaluate(i int) (Firing, bool) {
	switch g.spec.Type {
	case EventCount:
		return g.countEvents(i)
	case ValueCount, Temporal:
		return g.countDifferent(i)
	case TemporalOrdered:
		return g.countOrdered(i)
	default:
		return g.calculate(i)
	}
}

// first is the index of the first entry within the window that ends at t.
func (g *Group) first(t int64) int {
	from := t - g.spec.span()
	if g.entries[0].at >= from {
		return 0
	}
	n, _ := slices.BinarySearchFunc(g.entries, from, func(e entry, t int64) int { return compareTimes(e.at, t) })
	return n
}

// countEvents takes the window with the most events in it.
func (g *Group) countEvents(i int) (Firing, bool) {
	end := g.entries[i].at + g.spec.span()
	lo := g.first(g.entries[i].at)
	bestLo, bestHi := 0, -1
	for hi := i; hi < len(g.entries) && g.entries[hi].at <= end; hi++ {
		for g.entries[lo].at < g.entries[hi].at-g.spec.span() {
			lo++
		}
		if hi-lo >= bestHi-bestLo {
			bestLo, bestHi = lo, hi
		}
	}
	if n := bestHi - bestLo + 1; n >= g.spec.need() {
		return g.evidence(bestLo, bestHi, i, n), true
	}
	return Firing{}, false
}

// countDifferent takes the window with the most different values, or rules.
func (g *Group) countDifferent(i int) (Firing, bool) {
	need := g.spec.need()
	lo, end := g.first(g.entries[i].at), g.entries[i].at+g.spec.span()
	if i-lo+1 < need && (i+1 == len(g.entries) || g.entries[i+1].at > end) {
		return Firing{}, false
	}
	c := counter{byRule: g.spec.Type == Temporal}
	for k := lo; k < i; k++ {
		c.add(&g.entries[k])
	}
	bestLo, bestHi, best := 0, 0, 0
	for hi := i; hi < len(g.entries) && g.entries[hi].at <= end; hi++ {
		c.add(&g.entries[hi])
		for ; g.entries[lo].at < g.entries[hi].at-g.spec.span(); lo++ {
			c.remove(&g.entries[lo])
		}
		if n := c.different; n > best || n == best && hi > bestHi {
			bestLo, bestHi, best = lo, hi, n
		}
	}
	if best < need {
		return Firing{}, false
	}
	return g.evidence(bestLo, bestHi, i, best), true
}

// counter counts different things. Up to eight values are looked for one by one.
type counter struct {
	byRule    bool
	different int
	rules     [MaxRules]int32
	few       []valued
	many      map[string]int32
}

type valued struct {
	value string
	n     int32
}

func (c *counter) add(e *entry) {
	if c.step(e, 1) == 1 {
		c.different++
	}
}

func (c *counter) remove(e *entry) {
	if c.step(e, -1) == 0 {
		c.different--
	}
}

// step changes how often something is there, and returns that.
func (c *counter) step(e *entry, by int32) int32 {
	if c.byRule {
		c.rules[e.rule] += by
		return c.rules[e.rule]
	}
	if c.many != nil {
		c.many[e.value] += by
		return c.many[e.value]
	}
	for i := range c.few {
		if c.few[i].value == e.value {
			c.few[i].n += by
			return c.few[i].n
		}
	}
	if len(c.few) < 8 {
		c.few = append(c.few, valued{e.value, by})
		return by
	}
	c.many = make(map[string]int32, 64)
	for _, v := range c.few {
		c.many[v.value] = v.n
	}
	c.many[e.value] += by
	return c.many[e.value]
}

// calculate works out the numbers of every window with the entry in it, the last
// one first.
func (g *Group) calculate(i int) (Firing, bool) {
	end := g.entries[i].at + g.spec.span()
	hi := i
	for hi+1 < len(g.entries) && g.entries[hi+1].at <= end {
		hi++
	}
	for ; hi >= i; hi-- {
		lo := g.first(g.entries[hi].at)
		if x := g.spec.result(g.entries[lo : hi+1]); g.spec.Condition.Holds(x) {
			f := g.evidence(lo, hi, i, hi-lo+1)
			f.Value = strconv.FormatFloat(x, 'g', -1, 64)
			return f, true
		}
	}
	return Firing{}, false
}

// result is what is compared of the entries of a window.
func (s *Spec) result(window []entry) float64 {
	switch s.Type {
	case EventCount:
		return float64(len(window))
	case ValueCount, Temporal:
		c := counter{byRule: s.Type == Temporal}
		for i := range window {
			c.add(&window[i])
		}
		return float64(c.different)
	case TemporalOrdered:
		return float64(longestChain(window, len(s.Rules)))
	case ValueMedian:
		return percentile(window, 50)
	case ValuePercentile:
		return percentile(window, s.Condition.Percentile)
	default:
		return aggregate(s.Type, window)
	}
}

func aggregate(t Type, window []entry) float64 {
	sum, least, most := 0.0, math.Inf(1), math.Inf(-1)
	for i := range window {
		sum, least, most = sum+window[i].num, min(least, window[i].num), max(most, window[i].num)
	}
	switch t {
	case ValueAvg:
		return sum / float64(len(window))
	case ValueMin:
		return least
	case ValueMax:
		return most
	default:
		return sum
	}
}

// percentile is the least number that so many in a hundred are not above; the
// median of an even number of them is the middle of the two.
func percentile(window []entry, p float64) float64 {
	numbers := make([]float64, len(window))
	for i := range window {
		numbers[i] = window[i].num
	}
	slices.Sort(numbers)
	n := len(numbers)
	if p == 50 && n%2 == 0 {
		return (numbers[n/2-1] + numbers[n/2]) / 2
	}
	return numbers[max(0, int(math.Ceil(p/100*float64(n)))-1)]
}
