package correlate

import "math"

// countOrdered looks for a chain of entries through the entry i: one rule after
// another in the order of Rules, each strictly later than the one before, all
// within Span. From i on it finds for each length and last rule the chain that
// ends first, and backwards the one that begins last; two of those that are
// near enough make a whole.
func (g *Group) countOrdered(i int) (Firing, bool) {
	need, n := g.spec.need(), len(g.spec.Rules)
	ends := g.forward(i, n)
	begins := g.backward(i, n)
	best := 0
	var from, to int64
	for a := 1; a <= n; a++ {
		for b := 1; b <= n; b++ {
			length := a + b - 1
			if ends[a] == math.MaxInt64 || begins[b] == math.MinInt64 || length < need || length <= best || ends[a]-begins[b] > g.spec.span() {
				continue
			}
			best, from, to = length, begins[b], ends[a]
		}
	}
	if best == 0 {
		return Firing{}, false
	}
	lo := g.first(from + g.spec.span())
	hi := i
	for hi+1 < len(g.entries) && g.entries[hi+1].at <= to {
		hi++
	}
	return g.evidence(lo, hi, i, best), true
}

// forward is, for each length, the earliest end of a chain that begins with i.
func (g *Group) forward(i, rules int) []int64 {
	start := g.entries[i]
	ends := chains(rules, int(start.rule), start.at)
	earliest := unset(rules, math.MaxInt64)
	earliest[1] = start.at
	for k := i + 1; k < len(g.entries) && g.entries[k].at <= start.at+g.spec.span(); k++ {
		e := &g.entries[k]
		for length := 2; length <= rules; length++ {
			if ends[e.rule][length] != math.MaxInt64 {
				continue
			}
			for before := range int(e.rule) {
				if t := ends[before][length-1]; t != math.MaxInt64 && t < e.at {
					ends[e.rule][length] = e.at
					earliest[length] = min(earliest[length], e.at)
					break
				}
			}
		}
	}
	return earliest
}

// backward is, for each length, the latest beginning of a chain that ends with i.
func (g *Group) backward(i, rules int) []int64 {
	last := g.entries[i]
	begins := chains(rules, int(last.rule), last.at)
	latest := unset(rules, math.MinInt64)
	latest[1] = last.at
	for k := i - 1; k >= 0 && g.entries[k].at >= last.at-g.spec.span(); k-- {
		e := &g.entries[k]
		for length := 2; length <= rules; length++ {
			if begins[e.rule][length] != math.MaxInt64 {
				continue
			}
			for after := int(e.rule) + 1; after < rules; after++ {
				if t := begins[after][length-1]; t != math.MaxInt64 && t > e.at {
					begins[e.rule][length] = e.at
					latest[length] = max(latest[length], e.at)
					break
				}
			}
		}
	}
	return latest
}

// chains is a table by rule and length with the chain of one entry in it.
func chains(rules, rule int, at int64) [][]int64 {
	table := make([][]int64, rules)
	for r := range table {
		table[r] = unset(rules, math.MaxInt64)
	}
	table[rule][1] = at
	return table
}

func unset(rules int, as int64) []int64 {
	times := make([]int64, rules+1)
	for i := range times {
		times[i] = as
	}
	return times
}

// longestChain is how many rules a window has one after another.
func longestChain(window []entry, rules int) int {
	longest := make([]int, rules) // of chains that end with a rule
	best := 0
	for from := 0; from < len(window); {
		to := from
		for to < len(window) && window[to].at == window[from].at {
			to++
		}
		before := append([]int(nil), longest...)
		for i := from; i < to; i++ {
			rule := int(window[i].rule)
			length := 1
			for r := range rule {
				length = max(length, before[r]+1)
			}
			longest[rule] = max(longest[rule], length)
			best = max(best, length)
		}
		from = to
	}
	return best
}
