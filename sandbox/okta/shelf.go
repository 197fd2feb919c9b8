package okta

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"sallyport/sandbox/okta/systemlog"
)

// shelf is a list of objects that the org keeps as they were given to it: with
// an id, times and a status that it adds, and events when they change. What
// needs more than that has a file of its own.
type shelf struct {
	path   string // of the list: "/api/v1/zones"; a part in braces is the id of what the list belongs to
	area   area
	prefix string // of ids
	kind   string // what errors and events call an object
	wrap   string // the member of the answer that holds the list; empty for a bare list
	limit  int    // how many objects an answer has that was asked for no number; 0 for all
	id     string // the field that an object is known by; "id" when empty
	times  string // the fields of when it was made and changed; "created lastUpdated" when empty, "-" for none
	// events is the type of the events, where "*" stands for what was done:
	// create, update, delete, activate, deactivate. None are written when it is
	// empty.
	events string
	does   string // what can be done beside reading: create, replace, delete, switch
	needs  string // the fields without which there is no object
	silent bool   // a switch answers nothing

	parent func(*call) error                                // says whether there is what the list belongs to; the shelf of that when nil
	check  func(*call, map[string]any) error                // what else may be wrong with an object
	view   func(*call, *thing, map[string]any)              // adds to what is answered
	accept func(*call) (func(*thing) bool, error)           // what a list shows; everything when nil
	done   func(c *call, verb string, before, after *thing) // what else a change does
}

// thing is an object on a shelf.
type thing struct {
	id   string
	list string         // the path of its shelf, with no braces left
	body map[string]any // replaced, never changed
}

func (t *thing) key() string { return t.id }

func (t *thing) text(name string) string {
	s, _ := t.body[name].(string)
	return s
}

func (t *thing) active() bool { return t.text("status") == "ACTIVE" }

// name is what people call the object.
func (t *thing) name() string { return cmp.Or(t.text("name"), t.text("label"), t.text("domain"), t.id) }

// things holds all that is on shelves, by the path of the list.
type things map[string]*ordered[*thing]

func (x things) add(t *thing) {
	if x[t.list] == nil {
		x[t.list] = &ordered[*thing]{}
	}
	x[t.list].add(t)
}

func (x things) on(list string) []*thing {
	if x[list] == nil {
		return nil
	}
	return x[list].items
}

func (x things) get(list, id string) (*thing, bool) {
	if x[list] == nil {
		return nil, false
	}
	return x[list].get(id)
}

// remove takes an object off, with the lists that belong to it.
func (x things) remove(t *thing) {
	x[t.list].remove(t.id)
	maps.DeleteFunc(x, func(list string, _ *ordered[*thing]) bool { return strings.HasPrefix(list, t.list+"/"+t.id+"/") })
}

// shelfRoutes are the routes of all shelves.
func shelfRoutes() []route {
	var all []route
	for _, s := range shelves() {
		all = append(all, s.routes()...)
	}
	return all
}

func (s shelf) routes() []route {
	one := s.path + "/{id}"
	all := []route{get(s.path, s.area, s.listAll), get(one, s.area, s.getOne)}
	for does := range strings.FieldsSeq(s.does) {
		switch does {
		case "create":
			all = append(all, post(s.path, s.area, s.create))
		case "replace":
			all = append(all, put(one, s.area, s.replace))
		case "delete":
			all = append(all, del(one, s.area, s.remove))
		case "switch":
			all = append(all, post(one+"/lifecycle/activate", s.area, s.activate), post(one+"/lifecycle/deactivate", s.area, s.deactivate))
		}
	}
	return all
}

// list returns the path of the list that a call is about, and says when there is
// not what it belongs to.
func (s shelf) list(c *call) (string, error) {
	if s.parent != nil {
		if err := s.parent(c); err != nil {
			return "", err
		}
	}
	parts, n := strings.Split(s.path, "/"), 0
	for i, part := range parts {
		if !strings.HasPrefix(part, "{") {
			continue
		}
		if above := strings.Join(parts[:i], "/"); s.parent == nil {
			if _, found := c.things.get(above, c.arg(n)); !found {
				return "", notFound(c.arg(n), kindOn(s.path, i))
			}
		}
		parts[i] = c.arg(n)
		n++
	}
	return strings.Join(parts, "/"), nil
}

// kindOn says what the errors of a shelf call what it belongs to.
func kindOn(path string, part int) string {
	above := strings.Join(strings.Split(path, "/")[:part], "/")
	for _, s := range shelves() {
		if s.path == above {
			return s.kind
		}
	}
	return "Resource"
}

// found returns the object that the path names.
func (s shelf) found(c *call) (*thing, error) {
	list, err := s.list(c)
	if err != nil {
		return nil, err
	}
	id := c.arg(strings.Count(s.path, "{"))
	t, ok := c.things.get(list, id)
	if !ok {
		return nil, notFound(id, s.kind)
	}
	return t, nil
}

func (s shelf) can(verb string) bool { return slices.Contains(strings.Fields(s.does), verb) }

// answerOf is the JSON of an object.
func (s shelf) answerOf(c *call, t *thing) map[string]any {
	v := maps.Clone(t.body)
	self := c.base + t.list + "/" + t.id
	methods := []string{"GET"}
	if s.can("replace") {
		methods = append(methods, "PUT")
	}
	if s.can("delete") && t.body["system"] != true {
		methods = append(methods, "DELETE")
	}
	links := map[string]any{"self": allow(self, methods...)}
	if s.can("switch") {
		verb := "activate"
		if t.active() {
			verb = "deactivate"
		}
		links[verb] = allow(self+"/lifecycle/"+verb, "POST")
	}
	v["_links"] = links
	if s.view != nil {
		s.view(c, t, v)
	}
	return v
}

// inOrder sorts objects by their priority, where they have one: what the org
// falls back to is last.
func inOrder(in []*thing) []*thing {
	out := slices.Clone(in)
	rank := func(t *thing) float64 {
		switch n := t.body["priority"].(type) {
		case int:
			return float64(n)
		case float64:
			return n
		}
		return 0
	}
	slices.SortStableFunc(out, func(a, b *thing) int {
		if x, y := a.body["system"] == true, b.body["system"] == true; x != y && a.body["priority"] != nil {
			return map[bool]int{true: 1, false: -1}[x]
		}
		return cmp.Compare(rank(a), rank(b))
	})
	return out
}

func (s shelf) listAll(c *call) (answer, error) {
	list, err := s.list(c)
	if err != nil {
		return answer{}, err
	}
	all := c.things.on(list)
	if s.accept != nil {
		accept, err := s.accept(c)
		if err != nil {
			return answer{}, err
		}
		all = slices.DeleteFunc(slices.Clone(all), func(t *thing) bool { return !accept(t) })
	}
	if s.limit > 0 {
		return listed(c, &ordered[*thing]{all}, s.limit, 200, s.answerOf)
	}
	out := make([]map[string]any, 0, len(all))
	for _, t := range inOrder(all) {
		out = append(out, s.answerOf(c, t))
	}
	if s.wrap != "" {
		return ok(map[string]any{s.wrap: out})
	}
	return ok(out)
}

func (s shelf) getOne(c *call) (answer, error) {
	t, err := s.found(c)
	if err != nil {
		return answer{}, err
	}
	return ok(s.answerOf(c, t))
}

// given reads an object from a request, without what only the org says.
func (s shelf) given(c *call) (map[string]any, error) {
	var in map[string]any
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	for _, name := range append([]string{"id", "_links", "_embedded", "system"}, s.timeFields()...) {
		delete(in, name)
	}
	for name := range strings.FieldsSeq(s.needs) {
		if text, isText := in[name].(string); in[name] == nil || isText && strings.TrimSpace(text) == "" {
			return nil, invalidField(name, "The field cannot be left blank")
		}
	}
	if s.check != nil {
		if err := s.check(c, in); err != nil {
			return nil, err
		}
	}
	return in, nil
}

func (s shelf) timeFields() []string {
	if s.times == "-" {
		return nil
	}
	return strings.Fields(cmp.Or(s.times, "created lastUpdated"))
}

// stampText is a time as answers have it.
func stampText(t time.Time) string {
	return t.UTC().Truncate(time.Second).Format("2006-01-02T15:04:05.000Z")
}

func (s shelf) create(c *call) (answer, error) {
	list, err := s.list(c)
	if err != nil {
		return answer{}, err
	}
	body, err := s.given(c)
	if err != nil {
		return answer{}, err
	}
	t := &thing{id: c.ids.next(s.prefix), list: list, body: body}
	body[cmp.Or(s.id, "id")] = t.id
	for _, name := range s.timeFields() {
		body[name] = stampText(c.now())
	}
	if s.can("switch") && t.text("status") == "" {
		body["status"] = "ACTIVE"
	}
	c.things.add(t)
	s.tell(c, "create", nil, t)
	return ok(s.answerOf(c, t))
}

func (s shelf) replace(c *call) (answer, error) {
	t, err := s.found(c)
	if err != nil {
		return answer{}, err
	}
	body, err := s.given(c)
	if err != nil {
		return answer{}, err
	}
	kept := []string{cmp.Or(s.id, "id"), "system", "status", "type", "key", "priority"}
	times := s.timeFields()
	if len(times) > 0 {
		kept = append(kept, times[0])
		body[times[1]] = stampText(c.now())
	}
	for _, name := range kept {
		was, had := t.body[name]
		if _, isNew := body[name]; had && (!isNew || name == "id" || name == "status") {
			body[name] = was
		}
	}
	before := &thing{t.id, t.list, t.body}
	t.body = body
	s.tell(c, "update", before, t)
	return ok(s.answerOf(c, t))
}

func (s shelf) remove(c *call) (answer, error) {
	t, err := s.found(c)
	if err != nil {
		return answer{}, err
	}
	if t.body["system"] == true {
		return answer{}, errForbidden()
	}
	c.things.remove(t)
	s.tell(c, "delete", t, nil)
	return none()
}

func (s shelf) activate(c *call) (answer, error)   { return s.turn(c, "ACTIVE", "activate") }
func (s shelf) deactivate(c *call) (answer, error) { return s.turn(c, "INACTIVE", "deactivate") }

func (s shelf) turn(c *call, status, verb string) (answer, error) {
	t, err := s.found(c)
	if err != nil {
		return answer{}, err
	}
	if t.text("status") != status {
		before := &thing{t.id, t.list, t.body}
		t.body = maps.Clone(t.body)
		t.body["status"] = status
		if times := s.timeFields(); len(times) > 0 {
			t.body[times[1]] = stampText(c.now())
		}
		s.tell(c, verb, before, t)
	}
	if s.silent {
		return none()
	}
	return answer{status: http.StatusOK, body: s.answerOf(c, t)}, nil
}

// tell writes what was done to an object into the log.
func (s shelf) tell(c *call, verb string, before, after *thing) {
	t := after
	if t == nil {
		t = before
	}
	if s.events != "" {
		c.emit(s.eventOf(verb), fact{targets: []systemlog.Target{{ID: t.id, Type: s.kind, AlternateID: "unknown", DisplayName: t.name()}}})
	}
	if s.done != nil {
		s.done(c, verb, before, after)
	}
}

// eventOf returns the event type of what was done. The catalogue has no word of
// its own for everything: rules and assurances are added, behaviors updated
// when they are switched.
func (s shelf) eventOf(verb string) string {
	switch {
	case verb == "create" && (s.events == "policy.rule.*" || s.events == "device.assurance.policy.*"):
		verb = "add"
	case (s.events == "security.behavior.settings.*" || s.events == "directory.realm.assignment.*") && strings.HasSuffix(verb, "activate"):
		verb = "update"
	}
	return strings.Replace(s.events, "*", verb, 1)
}
