package inventory

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"sallyport/internal/errs"
	"sallyport/internal/okta"
)

// Engine reads whole orgs.
type Engine struct {
	Shelf Shelf
	Now   func() time.Time
	Log   *slog.Logger
	// Bucket names the rate limit that a GET request of a path counts to.
	Bucket func(path string) string
}

// Work is one sync to be carried out, or gone on with.
type Work struct {
	Sync Sync
	// Fetch makes calls, and returns a [*WaitError] where the rate limit leaves
	// nothing for now.
	Fetch okta.Fetcher
	// Since is when the org was made, about; zero where that is not known.
	Since time.Time
	// Token says that the credential is an API token: what Okta shows to those alone
	// is not asked for by others.
	Token bool
	// Tell is told now and then how far it has come; nil where nobody wants to know.
	Tell func(Progress)
}

const (
	// atOnce is how many calls are in flight: half of what the budget lets anybody
	// have, which leaves the other half to those who are more urgent.
	atOnce = 8
	// maxTries is how often a call is tried that gets no answer that counts.
	maxTries = 5
	// maxFailing is how many calls in a row may get none before it is taken that the
	// org is not reached.
	maxFailing = 12
	beatEvery  = 2 * time.Second
)

// syncing is a sync that is being carried out.
type syncing struct {
	*Engine
	Work

	sync       Sync
	shelf      Shelf
	calls      context.Context //nolint:containedctx // of the sync as a whole, which its steps are a part of
	collection map[string]collection
	folds      map[string]fold

	taking sync.Mutex // one answer is taken at a time; guards what steps know
	owned  int
	grants map[Ref]bool
	// factored are the people whose factors are asked for, by id.
	factored map[string]bool
	all      everyone
	delta    *delta // nil where all is read

	saving sync.Mutex // what was taken is kept by one at a time

	mu      sync.Mutex
	taken   []*taken // what is not kept yet, as it was taken
	queues  map[string]*queue
	tasks   map[int64]*Task // all of them, as they were last kept
	waiting map[string]int  // tasks of a step that are not done
	open    int
	failing int
	changed chan struct{}
	begun   time.Time
}

// queue is the calls that count to one bucket.
type queue struct {
	bucket   string
	ready    []*pending // by rank, then by number
	inFlight int
	blocked  time.Time
	calls    int // made, those of an earlier process among them
	here     int // made by this process
}

// pending is a task that waits for its next call.
type pending struct {
	*Task
	tries int
	after time.Time
}

// ErrUnreached says that a sync was left because the org did not answer. It can be
// gone on with.
var ErrUnreached = errors.New("the org does not answer")

// Run carries a sync out, from where it was left. An error of [errs.Denied] says
// that the credential is refused and another run would come to the same.
func (e *Engine) Run(ctx context.Context, w Work) error {
	s := &syncing{
		Engine: e, Work: w, sync: w.Sync, shelf: e.Shelf, collection: map[string]collection{}, folds: folds(), grants: map[Ref]bool{}, factored: map[string]bool{},
		queues: map[string]*queue{}, tasks: map[int64]*Task{}, waiting: map[string]int{}, changed: make(chan struct{}), begun: e.Now(),
	}
	if err := s.carry(ctx); err != nil {
		return err
	}
	return s.settle(ctx)
}

// carry makes all calls, and keeps what comes of them.
func (s *syncing) carry(ctx context.Context) error {
	if err := s.load(ctx); err != nil {
		return err
	}
	work, stop := errgroup.WithContext(ctx)
	s.calls = stop
	beats, ended := context.WithCancel(stop)
	defer ended()
	for range atOnce {
		work.Go(func() error { return s.work(stop) })
	}
	var beating sync.WaitGroup
	beating.Go(func() { s.beat(beats) })
	err := work.Wait()
	ended()
	beating.Wait()
	if err != nil {
		return err
	}
	s.sync.Progress = s.progress()
	if s.Tell != nil {
		s.Tell(s.sync.Progress)
	}
	return nil
}

// ctx is that of the calls that a step makes of the shelf.
func (s *syncing) ctx() context.Context { return context.WithoutCancel(s.calls) }

// load takes up the tasks of an earlier process, or plans the first.
func (s *syncing) load(ctx context.Context) error {
	list := collections(s.Since, s.sync.StartedAt)
	for i, c := range list {
		s.collection[strconv.Itoa(i)] = c
	}
	tasks, err := s.shelf.Tasks(ctx, s.sync)
	if err != nil {
		return err
	}
	if len(tasks) == 0 {
		if tasks, err = s.shelf.Plan(ctx, s.sync, s.first(list)); err != nil {
			return err
		}
	}
	for _, t := range tasks {
		switch t.Step {
		case stepRoles:
			s.grants[t.Object] = true
		case stepFactors:
			s.factored[t.Object.ID] = true
		case stepEdges:
			if string(t.Kept) == string(Owns) {
				s.owned++
			}
		case stepEveryone:
			if t.Done {
				if err := decode(t.Kept, &s.all); err != nil {
					return err
				}
			}
		}
	}
	s.add(tasks)
	return nil
}

// first returns the tasks that everything else comes of.
func (s *syncing) first(list []collection) []Task {
	tasks := []Task{{Step: stepAssignees, Target: "/api/v1/iam/assignees/users?limit=100", Rank: rankAdmins}}
	for i, c := range list {
		t := Task{Step: stepList, Target: c.target, Rank: c.rank, Kept: []byte(strconv.Itoa(i)), Object: Ref{Kind: c.kind}}
		if c.id == NotificationMails && !s.Token {
			t.note(c.name(), &Result{Visible: okta.Denied, Said: "Okta shows it to API tokens alone."}, 0)
			t.turn("")
		}
		tasks = append(tasks, t)
	}
	return tasks
}

func (s *syncing) bucketOf(t *Task) *queue {
	name := s.Bucket(t.Target)
	q, ok := s.queues[name]
	if !ok {
		q = &queue{bucket: name}
		s.queues[name] = q
	}
	return q
}

// add takes tasks into the queues.
func (s *syncing) add(tasks []Task) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range tasks {
		s.tasks[t.No] = &t
		if t.Done {
			continue
		}
		s.waiting[waitName(t)]++
		s.open++
		s.push(&pending{Task: &t})
	}
	s.wake()
}

// waitName is what others wait for by: a step, and of a list its kind.
func waitName(t Task) string {
	if t.Step == stepList {
		return t.Step + " " + string(t.Object.Kind)
	}
	return t.Step
}

// push puts a task into the queue of its next call. The lock is held.
func (s *syncing) push(p *pending) {
	q := s.bucketOf(p.Task)
	at, _ := slices.BinarySearchFunc(q.ready, p, func(a, b *pending) int { return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.No, b.No)) })
	q.ready = slices.Insert(q.ready, at, p)
}

func (s *syncing) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// work makes calls until none is left.
func (s *syncing) work(ctx context.Context) error {
	for {
		p, q, idle := s.pick()
		var err error
		switch {
		case p != nil:
			err = s.call(ctx, p, q)
		case idle.changed == nil:
			return nil
		default:
			err = pause(ctx, idle.until.Sub(s.Now()), idle.changed)
		}
		if err != nil {
			return err
		}
	}
}

// pause waits until something changes, or until a time where there is one.
func pause(ctx context.Context, d time.Duration, changed <-chan struct{}) error {
	timer := time.NewTimer(min(max(d, time.Millisecond), time.Minute))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-changed:
	case <-timer.C:
	}
	return nil
}

// idle is what is waited for where there is nothing to do: a time, or a change. Where
// nothing will ever be, there is no change.
type idle struct {
	until   time.Time
	changed <-chan struct{}
}

// pick returns a task to go on with: of the bucket that has the fewest calls in
// flight, the one that comes first. Where there is none it says what to wait for.
func (s *syncing) pick() (*pending, *queue, idle) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == 0 {
		return nil, nil, idle{}
	}
	now := s.Now()
	at, best := now.Add(time.Minute), -1
	var from *queue
	for _, q := range s.queues {
		if q.blocked.After(now) {
			if len(q.ready) > 0 {
				at = earlier(at, q.blocked)
			}
			continue
		}
		i, when := s.eligible(q, now)
		if i < 0 {
			at = earlier(at, when)
			continue
		}
		if from == nil || cmp.Or(cmp.Compare(q.inFlight, from.inFlight), cmp.Compare(q.ready[i].Rank, from.ready[best].Rank), cmp.Compare(q.bucket, from.bucket)) < 0 {
			from, best = q, i
		}
	}
	if from == nil {
		return nil, nil, idle{at, s.changed}
	}
	p := from.ready[best]
	from.ready = slices.Delete(from.ready, best, best+1)
	from.inFlight++
	return p, from, idle{}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// eligible returns the place of the first task that may go on, or when to look
// again.
func (s *syncing) eligible(q *queue, now time.Time) (int, time.Time) {
	at := now.Add(time.Minute)
	for i, p := range q.ready {
		switch {
		case p.after.After(now):
			at = earlier(at, p.after)
		case s.held(p.Task):
		default:
			return i, at
		}
	}
	return -1, at
}

// held reports whether a task waits for others: who has an app directly is asked
// once it is known what everybody has.
func (s *syncing) held(t *Task) bool {
	return t.Step == stepEdges && string(t.Kept) == string(Assigned) && t.Pages == 0 && (s.waiting[stepList+" "+string(Group)] > 0 || s.waiting[stepEveryone] > 0)
}

// call makes the next call of a task, and keeps what came of it.
func (s *syncing) call(ctx context.Context, p *pending, q *queue) error {
	t := *p.Task
	if s.leaveOut(&t) {
		return s.kept(ctx, q, s.hand(Outcome{Task: t}), false)
	}
	a, err := s.Fetch.Fetch(ctx, t.Target)
	if err != nil {
		return s.missed(ctx, p, q, err)
	}
	r, err := readReply(t.Target, s.shape(t), a)
	if err != nil {
		return s.missed(ctx, p, q, err)
	}
	t.Pages++
	k, err := s.takeUp(&t, r)
	if err != nil {
		return err
	}
	return s.kept(ctx, q, k, true)
}

// shape says what of the answer to a task's next call is looked at.
func (s *syncing) shape(t Task) shape {
	switch t.Step {
	case stepList:
		return shape{under: s.collection[string(t.Kept)].under}
	case stepEdges, stepEveryone, stepPeople:
		return shape{fields: edgeFields()}
	case stepFold:
		return shape{under: underOf(t)}
	}
	return shape{}
}

// underOf names the field that the list stands in which completes an object.
func underOf(t Task) string {
	var f folding
	if decode(t.Kept, &f) != nil || len(f.Todo) == 0 {
		return ""
	}
	switch c := f.Todo[0]; c.Part {
	case "custom_role.permissions":
		return "permissions"
	case "resource_set.resources":
		return "resources"
	case "resource_set.bindings":
		if c.Of != "" {
			return "members"
		}
		return "roles"
	}
	return ""
}

func (s *syncing) take(t *Task, r reply) (Outcome, error) {
	switch t.Step {
	case stepList:
		return s.takeList(t, r)
	case stepFold:
		return s.takeFold(t, r)
	case stepEdges:
		return s.takeEdges(t, r)
	case stepEveryone:
		return s.takeEveryone(t, r)
	case stepPeople:
		return s.takePeople(t, r)
	case stepAssignees:
		return s.takeAssignees(t, r)
	case stepRoles:
		return s.takeRoles(t, r)
	case stepFactors:
		return s.takeFactors(t, r)
	case stepSchema:
		return s.takeSchema(t, r)
	case stepObject:
		return s.takeOne(t, r)
	case stepGroups:
		return s.takeGroupsOf(t, r)
	case stepAppUser:
		return s.takeAppUser(t, r)
	}
	return Outcome{}, errs.New(errs.Invalid, "there is no step %q", t.Step)
}

// leaveOut ends a task that is not worth its calls, and reports whether it did.
func (s *syncing) leaveOut(t *Task) bool {
	if t.Step != stepEdges || string(t.Kept) != string(Assigned) {
		return false
	}
	s.taking.Lock()
	defer s.taking.Unlock()
	if s.all.Users <= maxDirect || !slices.Contains(s.all.Apps, t.Object.ID) {
		return false
	}
	t.Results = map[string]Result{string(Assigned): {Visible: okta.Full, Skipped: true, Said: "Who has an app directly that everybody has was not asked."}}
	t.turn("")
	return true
}

func (s *syncing) knowEveryone(e everyone) { s.all = e }

// beat keeps and tells how far it has come, until ctx ends.
func (s *syncing) beat(ctx context.Context) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		now := s.sync
		now.Progress = s.progress()
		if err := s.shelf.Beat(ctx, now); err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "progress of a sync not kept", "err", err)
		}
		if s.Tell != nil {
			s.Tell(now.Progress)
		}
	}
}

// progress returns how far it has come.
func (s *syncing) progress() Progress {
	s.mu.Lock()
	defer s.mu.Unlock()
	spent := s.Now().Sub(s.begun).Minutes()
	p := Progress{Buckets: []BucketProgress{}}
	for _, q := range s.queues {
		b := BucketProgress{Bucket: q.bucket, Calls: q.calls, Wanted: q.calls + q.inFlight + len(q.ready)}
		if spent > 0 {
			b.Rate = float64(q.here) / spent
		}
		if q.blocked.After(s.Now()) {
			b.Waits = q.blocked
		}
		if left := b.Wanted - b.Calls; left > 0 && b.Rate > 0 {
			p.Left = max(p.Left, int(float64(left)/b.Rate*60)+1)
		}
		p.Calls, p.Wanted = p.Calls+b.Calls, p.Wanted+b.Wanted
		p.Buckets = append(p.Buckets, b)
	}
	slices.SortFunc(p.Buckets, func(a, b BucketProgress) int { return cmp.Compare(a.Bucket, b.Bucket) })
	for name, n := range s.waiting {
		p.Growing = p.Growing || n > 0 && (len(name) >= len(stepList) && name[:len(stepList)] == stepList || name == stepAssignees)
	}
	return p
}
