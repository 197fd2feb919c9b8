package inventory

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"time"

	"sallyport/internal/okta"
)

// DeltaShelf keeps what deltas read. What is kept is known from a delta's moment on.
type DeltaShelf interface {
	// Known reports whether an entity is there, as far as is known.
	Known(ctx context.Context, t Tenant, of Ref) (bool, error)
	// Holders lists who and what has an admin role.
	Holders(ctx context.Context, t Tenant) ([]Ref, error)
	// Apply keeps what an answer came to, and returns those of its pairs that cannot
	// be told without asking.
	Apply(ctx context.Context, t Tenant, c Change) ([]Pair, error)
	// Last returns the last body of an entity.
	Last(ctx context.Context, s Sync, of Ref) (json.RawMessage, error)
}

// Change is what a delta keeps at once.
type Change struct {
	At       time.Time // the delta's moment
	Entities []Entity
	Around   []Around
	Gone     []Ref
	Pairs    []Pair
	Whole    map[Kind][]string // kinds that were read whole, with the ids that are there
	// Sure is from when to when events of pairs are taken at their word, and Skew how
	// much newer than what is known they have to be for that.
	Sure Span
	Skew time.Duration
}

// Span is a time between two moments.
type Span struct{ From, To time.Time }

// DeltaWork is one delta to be carried out.
type DeltaWork struct {
	Tenant Tenant
	At     time.Time // the moment that all that it reads is known from
	Fetch  okta.Fetcher
	Token  bool // see [Work]
	Events []LogEvent
	// Net reads what changed since a time by what Okta's lists say, whatever events
	// there were; zero where that is not due.
	Net time.Time
	// Read is when all of the org was last read, from and to.
	Read Span
	// Skew is how far Okta's clock and this one may be apart.
	Skew  time.Duration
	Shelf DeltaShelf
	// Now reads the org as it is known.
	Now Reader
}

// lateAfter is how old an event may be that is taken at its word.
const lateAfter = 10 * time.Minute

// delta is what a sync knows that reads only what may have changed.
type delta struct {
	DeltaWork

	asked  map[Part]bool
	unsure []Pair
	seen   map[Kind][]string // of lists that are read whole
}

// Delta brings what is kept up to date with events, and returns the collections that
// it read or changed. What it did is kept as it goes; who repeats it comes to the same.
func (e *Engine) Delta(ctx context.Context, w DeltaWork) ([]string, error) {
	d := &delta{DeltaWork: w, asked: map[Part]bool{}, seen: map[Kind][]string{}}
	touched := NewFamilies().Touched(w.fresh())
	if touched.Empty() && w.Net.IsZero() {
		return nil, nil
	}
	s := &syncing{
		Engine: e, Work: Work{Fetch: w.Fetch, Token: w.Token}, sync: Sync{Org: w.Tenant.Org, Tenant: w.Tenant.ID, StartedAt: w.At},
		collection: map[string]collection{}, folds: folds(), grants: map[Ref]bool{}, factored: map[string]bool{}, queues: map[string]*queue{}, tasks: map[int64]*Task{},
		waiting: map[string]int{}, changed: make(chan struct{}), begun: e.Now(), delta: d, calls: ctx,
	}
	names := map[string]bool{}
	for range maxRounds {
		tasks, err := s.plan(ctx, touched)
		if err != nil {
			return nil, err
		}
		s.shelf = &roundShelf{DeltaShelf: w.Shelf, s: s, tasks: tasks, held: map[int64][]Edge{}}
		s.tasks, s.queues, s.waiting = map[int64]*Task{}, map[string]*queue{}, map[string]int{}
		if err := s.carry(ctx); err != nil {
			return nil, err
		}
		if err := s.endDelta(ctx, names); err != nil {
			return nil, err
		}
		if len(d.unsure) == 0 {
			break
		}
		touched, d.Net = NewDirty(), time.Time{}
		for _, p := range d.unsure {
			touched.Parts[p.anchored()] = true
		}
		d.unsure, d.asked, d.seen = nil, map[Part]bool{}, map[Kind][]string{}
	}
	var all []string
	for name := range names {
		all = append(all, name)
	}
	slices.Sort(all)
	return all, nil
}

// maxRounds is twice: what could not be told from events is asked, and then it is told.
const maxRounds = 2

// fresh returns the events that tell more than the last reading of all.
func (w DeltaWork) fresh() []LogEvent {
	return slices.DeleteFunc(slices.Clone(w.Events), func(e LogEvent) bool { return e.Published.Before(w.Read.From.Add(-w.Skew)) })
}

// sure is when events have to be of to be taken at their word.
func (w DeltaWork) sure() Span {
	from := w.At.Add(-lateAfter)
	if read := w.Read.To.Add(w.Skew); read.After(from) {
		from = read
	}
	return Span{from, w.At.Add(time.Minute)}
}

// plan returns the first tasks of a delta.
func (s *syncing) plan(ctx context.Context, touched *Dirty) ([]Task, error) {
	var tasks []Task
	list := collections(time.Time{}, s.sync.StartedAt)
	tasks = append(tasks, s.listTasks(list, touched)...)
	if !s.delta.Net.IsZero() || touched.Lists[string(HasRole)] {
		holders, err := s.delta.Shelf.Holders(ctx, s.delta.Tenant)
		if err != nil {
			return nil, err
		}
		for _, h := range holders {
			touched.part(h.Kind, h.ID, string(HasRole))
		}
	}
	if err := s.delta.adminsAlone(ctx, touched); err != nil {
		return nil, err
	}
	for part := range touched.Parts {
		tasks = append(tasks, s.ask(list, part)...)
	}
	for e := range touched.AppUsers {
		if !s.delta.asked[Part{e.to, string(Assigned)}] {
			tasks = append(tasks, Task{Step: stepAppUser, Object: e.to, Kept: quoted(e.from.ID), Target: "/api/v1/apps/" + segment(e.to.ID) + "/users/" + segment(e.from.ID), Rank: rankAppUsers})
		}
	}
	pairs, err := s.tell(ctx, touched)
	if err != nil {
		return nil, err
	}
	for _, p := range pairs {
		tasks = append(tasks, s.ask(list, p.anchored())...)
	}
	return tasks, nil
}

// listTasks reads collections whole: those that events name, or with the net all small
// ones.
func (s *syncing) listTasks(list []collection, touched *Dirty) []Task {
	net := !s.delta.Net.IsZero()
	var tasks []Task
	for i, c := range list {
		wanted := touched.Lists[c.name()] || net && c.kind != User && c.kind != Group
		if wanted && (c.id != NotificationMails || s.Token) {
			tasks = append(tasks, Task{Step: stepList, Target: c.target, Rank: c.rank, Kept: []byte(strconv.Itoa(i)), Object: Ref{Kind: c.kind}})
		}
	}
	if net {
		tasks = append(tasks, s.netTasks(list)...)
	}
	return tasks
}

// netTasks reads what Okta's lists say has changed.
func (s *syncing) netTasks(list []collection) []Task {
	since := s.delta.Net.UTC().Format("2006-01-02T15:04:05.000Z")
	users := url.Values{"limit": {"200"}, "search": {`lastUpdated gt "` + since + `"`}}
	groups := url.Values{"limit": {"200"}, "expand": {"stats,app"}, "filter": {`lastUpdated gt "` + since + `" or lastMembershipUpdated gt "` + since + `"`}}
	return []Task{
		{Step: stepAssignees, Target: "/api/v1/iam/assignees/users?limit=100", Rank: rankAdmins},
		{Step: stepList, Target: "/api/v1/users?" + users.Encode(), Rank: rankLists, Kept: nameOf(list, User), Object: Ref{Kind: User}},
		{Step: stepList, Target: "/api/v1/groups?" + groups.Encode(), Rank: rankGroups, Kept: nameOf(list, Group), Object: Ref{Kind: Group}},
	}
}

// nameOf returns the name of the first collection of a kind.
func nameOf(list []collection, kind Kind) []byte {
	return []byte(strconv.Itoa(slices.IndexFunc(list, func(c collection) bool { return c.kind == kind })))
}

// tell applies pairs without a call, but those that are read anyway, and returns
// those that are to be read.
func (s *syncing) tell(ctx context.Context, touched *Dirty) ([]Pair, error) {
	var told, ask []Pair
	for _, p := range touched.Pairs {
		switch {
		case s.delta.asked[p.anchored()]:
		case !s.delta.Net.IsZero(): // which reads the anchor, if by another way
			ask = append(ask, p)
		default:
			told = append(told, p)
		}
	}
	if len(told) == 0 {
		return ask, nil
	}
	slices.SortFunc(told, func(a, b Pair) int { return cmp.Or(a.Published.Compare(b.Published), CompareEdges(a.Edge, b.Edge)) })
	unsure, err := s.delta.Shelf.Apply(ctx, s.delta.Tenant, Change{At: s.delta.At, Pairs: told, Sure: s.delta.sure(), Skew: s.delta.Skew})
	return append(ask, unsure...), err
}

// ask returns the tasks that read a part, unless it is read already.
func (s *syncing) ask(list []collection, p Part) []Task {
	if p.Of.ID == "" || s.delta.asked[p] {
		return nil
	}
	s.delta.asked[p] = true
	id := segment(p.Of.ID)
	edges := func(target string, rank int) []Task {
		return []Task{{Step: stepEdges, Object: p.Of, Target: target, Rank: rank, Kept: []byte(p.What)}}
	}
	object := func(target string, rank int) []Task {
		return []Task{{Step: stepObject, Object: p.Of, Target: target, Rank: rank, Kept: nameOf(list, p.Of.Kind)}}
	}
	switch p.What {
	case string(User):
		return object("/api/v1/users/"+id, rankLists)
	case string(Group):
		return object("/api/v1/groups?"+url.Values{"limit": {"200"}, "expand": {"stats,app"}, "filter": {`id eq "` + p.Of.ID + `"`}}.Encode(), rankGroups)
	case string(App):
		return object("/api/v1/apps/"+id, rankGroups)
	case string(Policy):
		return object("/api/v1/policies/"+id, rankPolicies)
	case string(HasRole):
		return s.rolesOf(p.Of)
	case string(Factor):
		return []Task{{Step: stepFactors, Object: p.Of, Target: "/api/v1/users/" + id + "/factors", Rank: rankFactors}}
	case string(MemberOf):
		if p.Of.Kind == User {
			return []Task{{Step: stepGroups, Object: p.Of, Target: "/api/v1/users/" + id + "/groups?limit=200", Rank: rankMembers}}
		}
		return edges("/api/v1/groups/"+id+"/users?limit=1000", rankMembers)
	case string(AssignedVia):
		return edges("/api/v1/groups/"+id+"/apps?limit=200", rankGroupApps)
	case string(Owns):
		return edges("/api/v1/groups/"+id+"/owners?limit=1000", rankOwners)
	case string(Assigned):
		return edges("/api/v1/apps/"+id+"/users?limit=500", rankAppUsers)
	case string(GrantedScope):
		return edges("/api/v1/apps/"+id+"/grants", rankGrants)
	case string(PushesTo):
		return edges("/api/v1/apps/"+id+"/group-push/mappings?limit=1000", rankGrants)
	}
	return nil
}
