package main

import (
	"container/heap"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// shards simulates many organizations and says where three designs stop: everything
// in one PostgreSQL; organizations spread over several; and these with the events of
// past days in object storage. It calls nothing: what an event, a run and a byte cost
// is measured elsewhere and given by flags.
func (b bench) shards(ctx context.Context) error {
	r := random(uint64(b.orgs)) //nolint:gosec // how many there are is not negative
	orgs := crowdOf(r, b.orgs)
	b.say("%d organizations: %.0f people, %.0f events a day, %.0f runs a day; the largest has %.1f %% of the events, the hundred largest %.0f %%",
		len(orgs), total(orgs, func(o tenantLoad) float64 { return o.people }), total(orgs, func(o tenantLoad) float64 { return o.events })*day, total(orgs, func(o tenantLoad) float64 { return o.runs })*day,
		100*orgs[0].events/total(orgs, func(o tenantLoad) float64 { return o.events }), 100*total(orgs[:min(100, len(orgs))], func(o tenantLoad) float64 { return o.events })/total(orgs, func(o tenantLoad) float64 { return o.events }))
	c := b.cost
	for _, d := range []design{
		{"one PostgreSQL", 1, c.keep},
		{"4 shards", 4, c.keep},
		{"16 shards", 16, c.keep},
		{"64 shards", 64, c.keep},
		{"one PostgreSQL, past days in object storage", 1, c.hot},
		{"4 shards, past days in object storage", 4, c.hot},
		{"16 shards, past days in object storage", 16, c.hot},
	} {
		if err := ctx.Err(); err != nil {
			return err
		}
		at, why := d.stops(orgs, c)
		worst := d.place(orgs, c)
		b.say("%-44s all of them: busiest shard %4.0f %% of its processors, %6.1f TB, %5.0f connections; stops at %5d organizations by %s",
			d.name, 100*worst.busy/c.cores, worst.bytes/1e12, worst.conns, at, why)
	}
	for _, busy := range []float64{full, 0.9, 0.98} {
		lag := delays(r, busy, c)
		b.say("an hour of batches on a database whose %.0f processors are busy by %.0f %%: they wait p50 %.2f ms, p99 %.1f ms, at most %.0f ms", c.cores, 100*busy, lag[0], lag[1], lag[2])
	}
	return nil
}

// random is the same each time.
func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(7, seed)) } //nolint:gosec // nothing is kept secret by it

const day = 86400.0

// costs are what work takes of a database, as measured.
type costs struct {
	event float64 // seconds of the database's processor
	run   float64
	bytes float64 // that an event takes on disk, with its indexes
	keep  float64 // days that events are kept
	hot   float64 // days of them in the database where the rest is in object storage
	cores float64 // of a database's machine
	disk  float64 // bytes of it
	conns float64 // that it takes
	peak  float64 // of a day's mean, at the busiest
	node  float64 // events a second that a server takes
}

func defaultCosts() costs {
	return costs{event: 120e-6, run: 4e-3, bytes: 1250, keep: 90, hot: 7, cores: 16, disk: 8e12, conns: 500, peak: 3, node: 4000}
}

// tenantLoad is what an organization brings, a second on average.
type tenantLoad struct{ people, events, runs float64 }

// crowdOf makes organizations as there are: many small ones and a few that are very
// large, the largest first. A person makes some 60 events a day; one event in 2,000
// starts a flow.
func crowdOf(r *rand.Rand, n int) []tenantLoad {
	out := make([]tenantLoad, n)
	for i := range out {
		people := math.Min(250_000, math.Exp(6.2+1.5*r.NormFloat64())) // the median has 500
		events := people * 60 / day
		out[i] = tenantLoad{people, events, events / 2000}
	}
	slices.SortFunc(out, func(a, b tenantLoad) int { return int(math.Copysign(1, b.events-a.events)) })
	return out
}

func total(orgs []tenantLoad, of func(tenantLoad) float64) (sum float64) {
	for _, o := range orgs {
		sum += of(o)
	}
	return sum
}

// design is a way to keep organizations.
type design struct {
	name   string
	shards int
	days   float64 // that events are in a database
}

// shard is what one database bears.
type shard struct{ busy, bytes, conns float64 }

// place puts each organization, the largest first, on the shard that has least to
// do, and returns the one that has most.
func (d design) place(orgs []tenantLoad, c costs) shard {
	var all shards
	for range d.shards {
		all = append(all, shard{})
	}
	for _, o := range orgs {
		s := &all[0]
		s.busy += c.peak * (o.events*c.event + o.runs*c.run)
		s.bytes += o.events * day * d.days * c.bytes
		s.conns += c.peak * o.events / c.node * 27 // the pool of a server, and two beside it
		heap.Fix(&all, 0)
	}
	worst := shard{}
	for _, s := range all {
		worst = shard{max(worst.busy, s.busy), max(worst.bytes, s.bytes), max(worst.conns, s.conns+27)}
	}
	return worst
}

// shards are ordered by what they have to do.
type shards []shard

func (s shards) Len() int           { return len(s) }
func (s shards) Less(i, j int) bool { return s[i].busy < s[j].busy }
func (s shards) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }

// Push and Pop are never called: there are always as many.
func (s *shards) Push(x any) { *s = append(*s, x.(shard)) }

// Pop implements heap.Interface.
func (s *shards) Pop() any {
	last := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return last
}

// full is the part of a database's processors that may be busy at the peak: beyond
// that waiting grows faster than work.
const full = 0.7

// stops returns how many such organizations a design bears, and what gives way
// first.
func (d design) stops(orgs []tenantLoad, c costs) (int, string) {
	worst := d.place(orgs, c)
	n, why := math.Inf(1), ""
	for _, limit := range []struct {
		name string
		part float64
	}{{"the processors", worst.busy / (full * c.cores)}, {"the disk", worst.bytes / c.disk}, {"the connections", worst.conns / c.conns}} {
		if can := float64(len(orgs)) / limit.part; can < n {
			n, why = can, limit.name
		}
	}
	return int(n), why
}

// delays plays an hour, batch by batch as servers write events, on a database of
// which a part is busy, and returns what they waited for one of its processors in
// milliseconds: the median, the 99th percentile, the most.
func delays(r *rand.Rand, busy float64, c costs) [3]float64 {
	const batch = 25
	perSecond := busy * c.cores / (c.event * batch)
	free := make([]float64, int(c.cores))
	var waits []float64
	for at := 0.0; at < time.Hour.Seconds() && len(waits) < 2_000_000; at += r.ExpFloat64() / perSecond {
		first := 0
		for i := range free {
			if free[i] < free[first] {
				first = i
			}
		}
		begin := max(at, free[first])
		free[first] = begin + c.event*batch*(0.5+r.ExpFloat64()/2)
		waits = append(waits, 1000*(begin-at))
	}
	slices.Sort(waits)
	return [3]float64{waits[len(waits)/2], waits[len(waits)*99/100], waits[len(waits)-1]}
}
