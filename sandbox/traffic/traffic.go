// Package traffic makes ordinary life in a simulated Okta org: people sign in
// from their usual places, open apps, mistype passwords and get new phones;
// automation moves people between groups; the help desk helps; admins look
// after things. What changes the org is done through its API or as people do
// it, so that state and events agree.
//
// Time is that of a clock that the caller holds: an hour can be played in
// seconds ([Traffic.Play]) or lived through ([Traffic.Run]).
//
// The mix of event types follows logs of real orgs as far as they are
// published; docs/sandbox.md has the figures.
package traffic

import (
	"container/heap"
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"sallyport/sandbox/okta"
)

// Options are what a Traffic is made from; Org and Now are needed.
type Options struct {
	Org  *okta.Org
	Seed uint64 // decides who does what, when and where
	Now  func() time.Time
	// PerMinute is about how many events a minute there are. When zero it
	// follows from the number of people: 8 an hour for each.
	PerMinute float64
}

// maxPeople is how many people of an org take part.
const maxPeople = 5000

// perPerson is how many events a person causes in an hour, about.
const perPerson = 8.0

// Traffic is the ordinary life of an org. It must not be used concurrently.
type Traffic struct {
	org  *okta.Org
	now  func() time.Time
	rand *rand.Rand
	pace float64 // 2 is twice as fast as natural

	people []*person
	agenda agenda
	seq    int
	ctx    context.Context //nolint:containedctx // of the step under way

	hrToken string
	joined  []string // logins of people who came and have not left
	joins   int
}

// New prepares the people of an org for their day. What they own and where
// they are is made known to the org, and a token for the HR automation is
// made; nothing is logged.
func New(opt Options) (*Traffic, error) {
	t := &Traffic{
		org: opt.Org, now: opt.Now, pace: 1,
		rand: rand.New(rand.NewPCG(opt.Seed, 0x74726166666963)), //nolint:gosec // a simulation, repeatable on purpose
	}
	var err error
	if t.hrToken, err = t.org.NewToken("admin", "HR automation"); err != nil {
		return nil, fmt.Errorf("make traffic: %w", err)
	}
	if err := t.settle(); err != nil {
		return nil, fmt.Errorf("make traffic: %w", err)
	}
	if natural := perPerson / 60 * float64(len(t.people)); opt.PerMinute > 0 && natural > 0 {
		t.pace = opt.PerMinute / natural
	}
	for _, p := range t.people {
		t.plan(t.gap(25*time.Minute), func() { t.act(p) })
	}
	t.routines()
	return t, nil
}

// item is something that will happen.
type item struct {
	at  time.Time
	seq int // of two things at the same time the one planned first
	do  func()
}

// agenda is a heap of what will happen, the next first.
type agenda []item

// Len implements heap.Interface.
func (a agenda) Len() int { return len(a) }

// Less implements heap.Interface.
func (a agenda) Less(i, j int) bool {
	if a[i].at.Equal(a[j].at) {
		return a[i].seq < a[j].seq
	}
	return a[i].at.Before(a[j].at)
}

// Swap implements heap.Interface.
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

// Push implements heap.Interface.
func (a *agenda) Push(x any) { *a = append(*a, x.(item)) } //nolint:forcetypeassert // only plan calls it

// Pop implements heap.Interface.
func (a *agenda) Pop() any {
	last := len(*a) - 1
	x := (*a)[last]
	(*a)[last], *a = item{}, (*a)[:last]
	return x
}

// plan has something happen later.
func (t *Traffic) plan(in time.Duration, do func()) {
	t.seq++
	heap.Push(&t.agenda, item{t.now().Add(in), t.seq, do})
}

// gap is a pause of about d at the natural pace: half of it to half more.
func (t *Traffic) gap(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.5 + t.rand.Float64()) / t.pace)
}

// between is a pause that does not depend on the pace: how long somebody
// takes to type or to answer.
func (t *Traffic) between(low, high time.Duration) time.Duration {
	return low + time.Duration(t.rand.Int64N(int64(high-low)))
}

// chance says yes so many times of a thousand.
func (t *Traffic) chance(perMille int) bool { return t.rand.IntN(1000) < perMille }

// Due is when the next thing happens.
func (t *Traffic) Due() time.Time { return t.agenda[0].at }

// Step has the next thing happen, now.
func (t *Traffic) Step(ctx context.Context) {
	x, ok := heap.Pop(&t.agenda).(item)
	if !ok {
		return
	}
	t.ctx = ctx
	x.do()
}

// Play lives through a time on a clock that it sets, until ctx is done.
func (t *Traffic) Play(ctx context.Context, d time.Duration, set func(time.Time)) {
	end := t.now().Add(d)
	for t.Due().Before(end) && ctx.Err() == nil {
		if due := t.Due(); due.After(t.now()) {
			set(due)
		}
		t.Step(ctx)
	}
	set(end)
}

// asleep is how late something may be before all that is planned is moved:
// the machine was asleep.
const asleep = time.Minute

// Run lives along with the clock until ctx is done.
func (t *Traffic) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		wait := t.Due().Sub(t.now())
		if wait < -asleep {
			for i := range t.agenda { // the same shift for all keeps the heap
				t.agenda[i].at = t.agenda[i].at.Add(-wait)
			}
			wait = 0
		}
		timer.Reset(max(0, wait))
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			t.Step(ctx)
		}
	}
}
