package inventory

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"sallyport/internal/okta"
)

// followDelta reads what hangs on an object that was not known, or that changed with
// nobody saying what.
func (s *syncing) followDelta(of Ref, body object) []Task {
	known, err := s.delta.Shelf.Known(s.ctx(), s.delta.Tenant, of)
	net := !s.delta.Net.IsZero()
	if err != nil || known && !net {
		return nil
	}
	var parts []string
	switch of.Kind {
	case User:
		if known && text(body, "status") != "DEPROVISIONED" {
			return nil
		}
		parts = []string{string(MemberOf)}
	case Group:
		parts = []string{string(MemberOf), string(AssignedVia), string(HasRole)}
		if text(body, "type") == "OKTA_GROUP" {
			parts = append(parts, string(Owns))
		}
	case App:
		if !known {
			parts = append(parts, string(Assigned))
		}
		if text(body, "settings", "oauthClient", "application_type") == "service" {
			parts = append(parts, string(GrantedScope), string(HasRole))
		}
		if features, _ := body["features"].([]any); slices.Contains(features, any("GROUP_PUSH")) {
			parts = append(parts, string(PushesTo))
		}
	default:
	}
	var tasks []Task
	for _, what := range parts {
		tasks = append(tasks, s.ask(nil, Part{of, what})...)
	}
	return tasks
}

func quoted(id string) json.RawMessage {
	text, err := json.Marshal(id)
	if err != nil {
		return nil
	}
	return text
}

// takeOne takes an object that was asked for by its id.
func (s *syncing) takeOne(t *Task, r reply) (Outcome, error) {
	c := s.collection[string(t.Kept)]
	t.note(c.name(), r.fail, 1)
	t.turn("")
	o := Outcome{}
	body, ok := r.body.(object)
	if len(r.items) == 1 {
		body, ok = r.items[0].(object)
	}
	switch {
	case r.fail != nil:
	case ok && idOf(body, c.key) == t.Object.ID:
		if err := s.takeObject(&o, c, t.Object.ID, body); err != nil {
			return o, err
		}
	case r.body == nil, r.items != nil && len(r.items) == 0:
		o.Gone = []Ref{t.Object}
	}
	o.Task = *t
	return o, nil
}

// takeGroupsOf takes the groups of a person.
func (s *syncing) takeGroupsOf(t *Task, r reply) (Outcome, error) {
	t.note(string(MemberOf), r.fail, len(r.items))
	t.turn(r.next)
	o := Outcome{}
	for _, item := range r.items {
		if id := text(item, "id"); id != "" {
			o.Held = append(o.Held, Edge{Relation: MemberOf, From: t.Object, To: Ref{Group, id}})
		}
	}
	if r.fail != nil {
		t.Done, o.Held = true, nil
	} else if t.Done {
		o.Around, o.Held = []Around{{Relation: MemberOf, Anchor: t.Object, Edges: o.Held, Other: true}}, nil
	}
	o.Task = *t
	return o, nil
}

// takeAppUser takes whether somebody has an app directly.
func (s *syncing) takeAppUser(t *Task, r reply) (Outcome, error) {
	var user string
	if err := decode(t.Kept, &user); err != nil {
		return Outcome{}, fmt.Errorf("go on with who has %s: %w", t.Object.ID, err)
	}
	t.note(string(Assigned), r.fail, 1)
	t.turn("")
	o := Outcome{}
	if r.fail == nil {
		p := Pair{Edge: Edge{Relation: Assigned, From: Ref{User, user}, To: t.Object}}
		if r.body != nil {
			if found := edgesOf(Assigned, t.Object, []any{r.body}); len(found) == 1 {
				p = Pair{Edge: found[0], There: true}
			}
		}
		o.Pairs = []Pair{p}
	}
	o.Task = *t
	return o, nil
}

// endDelta ends what lists that were read whole did not show, and adds the names of
// what was read.
func (s *syncing) endDelta(ctx context.Context, names map[string]bool) error {
	results := s.tallied()
	for name, r := range results {
		if v := r.sight().Visible; v == okta.Full || v == okta.Absent {
			names[name] = true
		}
	}
	all := collections(time.Time{}, s.sync.StartedAt)
	whole := map[Kind][]string{}
	for kind := range s.readWhole() {
		never := slices.ContainsFunc(all, func(c collection) bool { return c.kind == kind && c.never != "" })
		seen := s.delta.seen[kind]
		if names[string(kind)] && (len(seen) > 0 || !never || results[string(kind)].sight().Visible == okta.Absent) {
			whole[kind] = seen
		}
	}
	if len(whole) == 0 {
		return nil
	}
	_, err := s.delta.Shelf.Apply(ctx, s.delta.Tenant, Change{At: s.delta.At, Whole: whole})
	return err
}

// readWhole returns the kinds whose lists were read, but those of which only what
// changed is.
func (s *syncing) readWhole() map[Kind]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[Kind]bool{}
	for _, t := range s.tasks {
		if t.Step == stepList && t.Object.Kind != User && t.Object.Kind != Group && t.Object.Kind != Setting && t.Object.Kind != Org {
			out[t.Object.Kind] = true
		}
	}
	return out
}

// roundShelf keeps the tasks of a delta in memory: one that is killed is begun anew.
type roundShelf struct {
	DeltaShelf

	s     *syncing
	mu    sync.Mutex
	tasks []Task
	last  int64
	held  map[int64][]Edge
}

func (r *roundShelf) number(tasks []Task) []Task {
	r.mu.Lock()
	defer r.mu.Unlock()
	tasks = slices.Clone(tasks)
	for i := range tasks {
		r.last++
		tasks[i].No = r.last
	}
	return tasks
}

// Tasks implements [Shelf].
func (r *roundShelf) Tasks(context.Context, Sync) ([]Task, error) { return r.number(r.tasks), nil }

// Plan implements [Shelf]: a delta that has nothing to ask has nothing to do.
func (r *roundShelf) Plan(context.Context, Sync, []Task) ([]Task, error) { return nil, nil }

// Save implements [Shelf], but for that each outcome is kept alone: who is ended
// between two reads everything anew.
func (r *roundShelf) Save(ctx context.Context, _ Sync, all []Outcome) ([][]Task, error) {
	added := make([][]Task, len(all))
	for i, o := range all {
		var err error
		if added[i], err = r.save(ctx, o); err != nil {
			return nil, err
		}
	}
	return added, nil
}

func (r *roundShelf) save(ctx context.Context, o Outcome) ([]Task, error) {
	d := r.s.delta
	r.held[o.Task.No] = append(r.held[o.Task.No], o.Held...)
	for i := range o.Around {
		if i == 0 && o.Task.Done {
			o.Around[i].Edges = append(r.held[o.Task.No], o.Around[i].Edges...)
		}
	}
	if o.Task.Done {
		delete(r.held, o.Task.No)
	}
	for _, e := range o.Entities {
		d.seen[e.Kind] = append(d.seen[e.Kind], e.ID)
	}
	if len(o.Gone) > 0 && o.Task.Object.Kind == User || o.Task.Step == stepFactors && o.Task.Results[string(Factor)].Visible == okta.Full {
		gone, err := d.factorsGone(ctx, o)
		if err != nil {
			return nil, err
		}
		o.Gone = append(o.Gone, gone...)
	}
	c := Change{At: d.At, Entities: o.Entities, Around: o.Around, Gone: o.Gone, Pairs: o.Pairs}
	if len(c.Entities)+len(c.Around)+len(c.Gone)+len(c.Pairs) > 0 {
		if _, err := d.Shelf.Apply(ctx, d.Tenant, c); err != nil {
			return nil, err
		}
	}
	return r.number(o.New), nil
}

// factorsGone returns the factors that somebody had and has no more.
func (d *delta) factorsGone(ctx context.Context, o Outcome) ([]Ref, error) {
	var gone []Ref
	err := d.Now.Entities(ctx, Factor, func(e Entity) error {
		var of struct{ User string }
		if json.Unmarshal(e.Body, &of) == nil && of.User == o.Task.Object.ID && !slices.ContainsFunc(o.Entities, func(x Entity) bool { return x.ID == e.ID }) {
			gone = append(gone, e.Ref)
		}
		return nil
	})
	return gone, err
}

// Beat implements [Shelf]: a delta is short.
func (r *roundShelf) Beat(context.Context, Sync) error { return nil }

// Settle implements [Shelf]; a delta ends otherwise.
func (r *roundShelf) Settle(context.Context, Sync, Settlement) error { return nil }

// Sights implements [Shelf].
func (r *roundShelf) Sights(context.Context, Sync) (map[string]Sight, error) {
	return map[string]Sight{}, nil
}

// adminsAlone takes the factors of people out of whom a full reading would not ask for
// them either.
func (d *delta) adminsAlone(ctx context.Context, touched *Dirty) error {
	wanted := false
	for part := range touched.Parts {
		wanted = wanted || part.What == string(Factor)
	}
	if !wanted {
		return nil
	}
	admins := map[Ref]bool{}
	holders, err := d.Shelf.Holders(ctx, d.Tenant)
	if err != nil {
		return err
	}
	for _, h := range holders {
		admins[h] = true
	}
	err = d.Now.Entities(ctx, Factor, func(e Entity) error { // admins through a group have some, where they have any
		var of struct{ User string }
		if err := json.Unmarshal(e.Body, &of); err != nil {
			return fmt.Errorf("read the factor %s: %w", e.ID, err)
		}
		admins[Ref{User, of.User}] = true
		return nil
	})
	for part := range touched.Parts {
		if part.What == string(Factor) && !admins[part.Of] && !touched.Parts[Part{part.Of, string(HasRole)}] {
			delete(touched.Parts, part)
		}
	}
	return err
}
