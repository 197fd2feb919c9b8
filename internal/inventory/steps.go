package inventory

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"sallyport/internal/okta"
)

// The steps: what is done with the answers of a task. The name of a list is
// "list" and its place among the collections; that of a relation is "edges" and
// its name.
const (
	stepList      = "list"      // Kept is the name of the collection
	stepFold      = "fold"      // of an object; Kept is a [folding]
	stepEdges     = "edges"     // of a relation around Object; Kept is its name
	stepEveryone  = "everyone"  // the apps that everybody has; Kept is an [everyone]
	stepPeople    = "people"    // the members of Object, who are everybody, and then with what they sign in; Kept as for edges
	stepAssignees = "assignees" // who has admin roles
	stepRoles     = "roles"     // of Object; Kept is a [granting]
	stepFactors   = "factors"   // of the person that Object is
	stepSchema    = "schema"    // of people of a type; Object is the schema

	// Those of deltas alone.
	stepObject  = "object"  // Object itself, by its id; Kept is the name of its collection
	stepGroups  = "groups"  // of the person that Object is
	stepAppUser = "appuser" // whether somebody has the app that Object is; Kept is the id of the person
)

// folding is an object that is not complete yet.
type folding struct {
	Body object `json:"body"`
	Todo []call `json:"todo"`
}

// everyone is what everybody has: of apps that everybody has it says little who
// has them directly, and there it takes most calls to ask.
type everyone struct {
	Users int      `json:"users"`
	Apps  []string `json:"apps,omitempty"`
}

// note joins what came of a call to what the task knows of a collection.
func (t *Task) note(collection string, fail *Result, count int) {
	if t.Results == nil {
		t.Results = map[string]Result{}
	}
	was, before := t.Results[collection]
	was.Count += count
	switch {
	case fail == nil && !before:
		was.Visible = okta.Full
	case fail == nil && was.Visible != okta.Full && was.Visible != okta.Absent:
		was.Visible = okta.Partial
	case fail == nil:
		was.Visible = okta.Full
	case !before:
		was.Visible, was.Said = fail.Visible, fail.Said
	case fail.Visible != okta.Absent && was.Visible != fail.Visible:
		was.Visible, was.Said = okta.Partial, fail.Said
	}
	t.Results[collection] = was
}

// turn goes on with the next page, or ends the task.
func (t *Task) turn(next string) {
	t.Target, t.Done = next, next == ""
}

// keep puts what is not complete into the task.
func (t *Task) keep(v any) error {
	text, err := json.Marshal(v)
	t.Kept = text
	return err
}

// idOf returns an object's id by the dotted name of its field.
func idOf(o any, key string) string {
	if key == "" {
		key = "id"
	}
	return text(o, strings.Split(key, ".")...)
}

// entity makes an entity of a body that is complete.
func entity(kind Kind, id string, body object) (Entity, error) {
	clean(body)
	raw, err := json.Marshal(body)
	if err != nil {
		return Entity{}, fmt.Errorf("keep %s %s: %w", kind, id, err)
	}
	return Entity{Ref: Ref{Kind: kind, ID: id}, Name: NameOf(kind, raw), Body: raw}, nil
}

// takeList takes a page of a collection.
func (s *syncing) takeList(t *Task, r reply) (Outcome, error) {
	c := s.collection[string(t.Kept)]
	o := Outcome{}
	items := r.items
	if c.id != "" {
		items = nil
		if one := soleOf(r); one != nil {
			items = []any{one}
		}
	}
	t.note(c.name(), r.fail, len(items))
	t.turn(r.next)
	if c.id != "" || r.fail != nil {
		t.Done = true
	}
	for _, item := range items {
		body, ok := item.(object)
		id := c.id
		if id == "" {
			id = idOf(item, c.key)
		} else if c.kind == Org && text(item, "id") != "" {
			id = text(item, "id")
		}
		if !ok || id == "" {
			continue
		}
		if err := s.takeObject(&o, c, id, body); err != nil {
			return o, err
		}
	}
	if c.kind == Device {
		t.note(string(UsesDevice), r.fail, 0)
	}
	o.Task = *t
	return o, nil
}

// soleOf returns the one object that an answer is, or holds in a list.
func soleOf(r reply) any {
	if list, ok := r.body.([]any); ok {
		if len(list) == 0 {
			return nil
		}
		return list[0]
	}
	return r.body
}

// takeObject takes an object of a list: it is complete, or more is to be asked.
func (s *syncing) takeObject(o *Outcome, c collection, id string, body object) error {
	ref := Ref{Kind: c.kind, ID: id}
	if c.shape != nil {
		c.shape(body)
	}
	o.New = append(o.New, s.follow(ref, body)...)
	if c.kind == Device {
		o.Around = append(o.Around, deviceUsers(ref, body))
	}
	var more []call
	if c.more != nil {
		more = c.more(body)
	}
	if len(more) == 0 {
		e, err := entity(c.kind, id, body)
		o.Entities = append(o.Entities, e)
		return err
	}
	clean(body)
	rank := rankParts
	switch c.kind {
	case ProfileMapping:
		rank = rankMappings
	case Policy, CustomRole, ResourceSet:
		rank = rankPolicies
	default: // as soon as nothing more urgent waits
	}
	task := Task{Step: stepFold, Object: ref, Target: more[0].Target, Rank: rank}
	err := task.keep(folding{body, more})
	o.New = append(o.New, task)
	return err
}

// deviceUsers returns who uses a device, as the list of devices tells.
func deviceUsers(device Ref, body object) Around {
	a := Around{Relation: UsesDevice, Anchor: device}
	users, _ := dig(body, "_embedded", "users").([]any)
	for _, u := range users {
		id := text(u, "user", "id")
		if id == "" {
			id = text(u, "id")
		}
		if id != "" {
			a.Edges = append(a.Edges, Edge{Relation: UsesDevice, From: Ref{User, id}, To: device, Body: some(u, "managementStatus", "created")})
		}
	}
	return a
}

// some returns some fields of an object, those that are there, as JSON; nil where
// none is.
func some(v any, names ...string) json.RawMessage {
	out := object{}
	for _, name := range names {
		if x := dig(v, name); x != nil {
			out[name] = x
		}
	}
	if len(out) == 0 {
		return nil
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return nil
	}
	return raw
}

// takeFold takes what a call tells more of an object.
func (s *syncing) takeFold(t *Task, r reply) (Outcome, error) {
	var f folding
	if err := decode(t.Kept, &f); err != nil || len(f.Todo) == 0 {
		return Outcome{}, fmt.Errorf("go on with %s %s: %w", t.Object.Kind, t.Object.ID, err)
	}
	c := f.Todo[0]
	t.note(c.Part, r.fail, len(r.items))
	if r.fail == nil {
		do := s.folds[c.Part]
		if do == nil {
			do = plainFold
		}
		if r.items != nil || r.body != nil {
			f.Todo = append(f.Todo, do(f.Body, c, r.items, r.body)...)
		}
	}
	if r.next != "" && r.fail == nil {
		f.Todo[0].Target = r.next
	} else {
		f.Todo = f.Todo[1:]
	}
	o := Outcome{}
	if len(f.Todo) > 0 {
		t.Target = f.Todo[0].Target
		if err := t.keep(f); err != nil {
			return o, err
		}
		o.Task = *t
		return o, nil
	}
	t.Done, t.Kept, t.Target = true, nil, ""
	if err := s.carryOver(t, f.Body); err != nil {
		return o, err
	}
	e, err := entity(t.Object.Kind, t.Object.ID, f.Body)
	if t.Object.Kind == ResourceSet {
		o.New = s.rolesOfMembers(f.Body)
	}
	o.Entities, o.Task = []Entity{e}, *t
	return o, err
}

// carryOver keeps, of parts that could not be read this time, what was last known:
// that it was not seen is no change of it.
func (s *syncing) carryOver(t *Task, body object) error {
	var last object
	for part, r := range t.Results {
		if r.Visible == okta.Full || r.Visible == okta.Absent || part == "app.jwks" { // of which the app itself has the better part
			continue
		}
		if last == nil {
			raw, err := s.shelf.Last(s.ctx(), s.sync, t.Object)
			if err != nil || raw == nil {
				return err
			}
			if err := decode(raw, &last); err != nil {
				return err
			}
		}
		_, field, _ := strings.Cut(part, ".")
		if was, ok := last[field]; ok {
			body[field] = was
		}
	}
	return nil
}

// takeEdges takes a page of a relation around an entity.
func (s *syncing) takeEdges(t *Task, r reply) (Outcome, error) {
	relation := Relation(t.Kept)
	edges := edgesOf(relation, t.Object, r.items)
	t.note(string(relation), r.fail, len(r.items))
	t.turn(r.next)
	o := Outcome{Held: edges}
	if r.fail != nil {
		t.Done, o.Held = true, nil
	} else if t.Done {
		o.Held, o.Around = nil, []Around{{Relation: relation, Anchor: t.Object, Edges: edges}}
	}
	o.Task = *t
	return o, nil
}

// edgeFields are the fields of an item that edges are made of, sorted.
func edgeFields() []string {
	return []string{"created", "externalId", "id", "scope", "scopeId", "source", "sourceGroupId", "status", "syncState", "targetGroupId", "type"}
}

// edgesOf returns the edges that the items of a list are.
func edgesOf(relation Relation, anchor Ref, items []any) []Edge {
	var edges []Edge
	for _, item := range items {
		id := text(item, "id")
		e := Edge{Relation: relation}
		switch relation {
		case MemberOf:
			e.From, e.To = Ref{User, id}, anchor
		case AssignedVia:
			e.From, e.To = anchor, Ref{App, id}
		case Assigned:
			if text(item, "scope") != "USER" {
				continue
			}
			e.From, e.To, e.Body = Ref{User, id}, anchor, some(item, "status", "syncState", "externalId")
		case GrantedScope:
			e.From, e.To, e.ID, e.Body = anchor, Ref{Scope, text(item, "scopeId")}, id, some(item, "status", "source", "created")
		case Owns:
			kind := User
			if text(item, "type") == "GROUP" {
				kind = Group
			}
			e.From, e.To = Ref{kind, id}, anchor
		case PushesTo:
			e.From, e.To, e.ID, e.Body = Ref{Group, text(item, "sourceGroupId")}, anchor, id, some(item, "status", "targetGroupId")
		default:
			continue
		}
		if e.From.ID != "" && e.To.ID != "" {
			edges = append(edges, e)
		}
	}
	return edges
}

// takeEveryone takes the apps that everybody has.
func (s *syncing) takeEveryone(t *Task, r reply) (Outcome, error) {
	var e everyone
	if err := decode(t.Kept, &e); err != nil {
		return Outcome{}, fmt.Errorf("go on with the apps of everybody: %w", err)
	}
	for _, item := range r.items {
		e.Apps = append(e.Apps, text(item, "id"))
	}
	t.note(string(AssignedVia), r.fail, len(r.items))
	t.turn(r.next)
	if err := t.keep(e); err != nil {
		return Outcome{}, err
	}
	edges := edgesOf(AssignedVia, t.Object, r.items)
	o := Outcome{Held: edges}
	if t.Done || r.fail != nil {
		t.Done, o.Held = true, nil
		if r.fail == nil {
			o.Around = []Around{{Relation: AssignedVia, Anchor: t.Object, Edges: edges}}
		}
		s.knowEveryone(e)
	}
	o.Task = *t
	return o, nil
}

// takeFactors takes with what somebody signs in.
func (s *syncing) takeFactors(t *Task, r reply) (Outcome, error) {
	o := Outcome{}
	t.note(string(Factor), r.fail, len(r.items))
	t.turn("")
	for _, item := range r.items {
		body, ok := item.(object)
		id := text(item, "id")
		if !ok || id == "" {
			continue
		}
		body["user"] = t.Object.ID
		e, err := entity(Factor, id, body)
		if err != nil {
			return o, err
		}
		o.Entities = append(o.Entities, e)
	}
	o.Task = *t
	return o, nil
}

// takeSchema takes what is known of people of a type.
func (s *syncing) takeSchema(t *Task, r reply) (Outcome, error) {
	o := Outcome{}
	t.turn("")
	body, ok := r.body.(object)
	n := 0
	if ok {
		n = 1
		e, err := entity(UserSchema, t.Object.ID, body)
		if err != nil {
			return o, err
		}
		o.Entities = []Entity{e}
	}
	t.note(string(UserSchema), r.fail, n)
	o.Task = *t
	return o, nil
}

// follow returns what is to be read because an object is there.
func (s *syncing) follow(of Ref, body object) []Task {
	if s.delta != nil && of.Kind != UserType {
		return s.followDelta(of, body)
	}
	switch of.Kind {
	case Group:
		return s.followGroup(of, body)
	case App:
		return s.followApp(of, body)
	case UserType:
		id := lastOf(dig(body, "_links", "schema", "href"))
		if is, _ := body["default"].(bool); is || id == "" {
			id = "default"
		}
		return []Task{{Step: stepSchema, Object: Ref{UserSchema, id}, Target: "/api/v1/meta/schemas/user/" + url.PathEscape(id), Rank: rankLists}}
	default:
		return nil
	}
}
