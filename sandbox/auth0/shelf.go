package auth0

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Ways in which lists are answered.
const (
	byPage       = iota // a list, or an object with totals
	byEither            // that, or by checkpoint when asked so
	byCheckpoint        // always by checkpoint
	plainList           // all of it
	plainObject         // all of it, in an object
	byTotal             // an object with total, page and per_page
)

// shelf is a kind of object that the tenant keeps as it was told, but for what
// it adds when one is made.
type shelf struct {
	path  string // "/clients"
	noun  string // the name of the list: "clients"
	scope string // "clients", behind "read:" and so on
	title string // "client", in logs
	key   string // its id; "id" when empty
	// id is what ids begin with, and how long the rest is.
	id       string
	length   int
	list     int
	size     int // of a page, unless it is said
	made     int // status of the answer to a POST: 201 when zero
	needs    []string
	unique   string   // a field that no two have in common
	by       []string // parameters of a list that have to fit
	fixed    []string // fields that a PATCH does not change
	timed    bool     // it has created_at and updated_at
	missing  string   // what is said of one that does not exist
	code     string
	defaults func(*Tenant, doc) doc
	readOnly bool
	brief    []string // fields that a list shows; all when empty
	hidden   []string // fields that only a list shows
	items    []doc
}

// fresh returns an empty shelf of the same kind.
func (s shelf) fresh() *shelf {
	if s.key == "" {
		s.key = "id"
	}
	if s.size == 0 {
		s.size = 50
	}
	if s.made == 0 {
		s.made = http.StatusCreated
	}
	if s.missing == "" {
		s.missing = "The " + s.title + " does not exist"
	}
	if s.code == "" {
		s.code = "inexistent_" + strings.ReplaceAll(s.title, " ", "_")
	}
	return &s
}

func (s *shelf) find(id string) (doc, bool) {
	i := slices.IndexFunc(s.items, func(d doc) bool { return d[s.key] == id })
	if i < 0 {
		return nil, false
	}
	return s.items[i], true
}

func (s *shelf) remove(id string) bool {
	before := len(s.items)
	s.items = slices.DeleteFunc(s.items, func(d doc) bool { return d[s.key] == id })
	return len(s.items) < before
}

func (s *shelf) absent() error { return notFound(s.missing, s.code) }

// add puts an object on a shelf, with an id unless it has one.
func (t *Tenant) add(path string, d doc) doc {
	s := t.shelves[path]
	out := doc{}
	if s.defaults != nil {
		maps.Copy(out, s.defaults(t, d))
	}
	maps.Copy(out, d)
	if _, has := out[s.key]; !has && s.length > 0 {
		out[s.key] = s.id + t.letters(base62, s.length)
	}
	if s.timed {
		out["created_at"], out["updated_at"] = stamp(t.now()), stamp(t.now())
	}
	s.items = append(s.items, out)
	return out
}

// shelfRoutes makes the routes that all shelves have alike.
func shelfRoutes(t *Tenant) []route {
	var out []route
	for _, s := range shelves() {
		path := s.path
		out = append(out, get(path, "read:"+s.scope, func(c *call) (answer, error) { return c.enumerate(t.shelves[path]) }))
		if s.length > 0 || s.key != "" {
			out = append(out, get(path+"/{id}", "read:"+s.scope, func(c *call) (answer, error) { return c.one(t.shelves[path]) }))
		}
		if s.readOnly {
			continue
		}
		article := "a "
		if strings.ContainsRune("aeiou", rune(s.title[0])) {
			article = "an "
		}
		out = append(out,
			post(path, "create:"+s.scope, "Create "+article+s.title, func(c *call) (answer, error) { return c.make(t.shelves[path]) }),
			patch(path+"/{id}", "update:"+s.scope, "Update "+article+s.title, func(c *call) (answer, error) { return c.change(t.shelves[path]) }),
			del(path+"/{id}", "delete:"+s.scope, "Delete "+article+s.title, func(c *call) (answer, error) {
				t.shelves[path].remove(c.args["id"])
				return none()
			}))
	}
	return out
}

// list_ answers the objects of a shelf that fit the parameters.
func (c *call) enumerate(s *shelf) (answer, error) {
	var in []any
	for _, d := range s.items {
		if c.wanted(s, d) {
			x := maps.Clone(c.pick(d))
			if len(s.brief) > 0 {
				maps.DeleteFunc(x, func(k string, _ any) bool { return !slices.Contains(s.brief, k) })
				in = append(in, x)
				continue
			}
			in = append(in, c.pick(c.shown(s, d)))
		}
	}
	switch s.list {
	case byEither:
		return c.listed(s.noun, in, s.size)
	case byCheckpoint:
		return c.checkpointed(s.noun, in, s.size)
	case plainList:
		return ok(nonNil(in))
	case plainObject:
		return ok(doc{s.noun: nonNil(in)})
	case byTotal:
		w, err := c.window(s.size)
		if err != nil {
			return answer{}, err
		}
		return ok(doc{s.noun: nonNil(w.cut(in)), "total": len(in), "page": w.page, "per_page": w.size})
	}
	return c.paged(s.noun, in, s.size)
}

// wanted reports whether an object fits the parameters of a list.
func (c *call) wanted(s *shelf, d doc) bool {
	for _, p := range s.by {
		want, field := c.r.URL.Query()[p], p
		if p == "is_global" {
			field = "global"
		}
		if p == "name_filter" {
			if len(want) > 0 && !strings.Contains(strings.ToLower(str(d, "name")), strings.ToLower(want[0])) {
				return false
			}
			continue
		}
		if len(want) > 0 && !slices.Contains(want, fmt.Sprint(d[field])) {
			return false
		}
	}
	return true
}

// shown is how an object is answered: without what the caller may not see.
func (c *call) shown(s *shelf, d doc) doc {
	out := maps.Clone(d)
	for _, k := range s.hidden {
		delete(out, k)
	}
	if s.path != "/clients" {
		return out
	}
	if !c.may("read:client_keys", "update:client_keys", "create:clients") {
		delete(out, "client_secret")
		delete(out, "signing_keys")
	} else if _, has := out["client_secret"]; has && !slices.Contains(c.secrets, "client_secret") {
		c.secrets = append(c.secrets, "client_secret")
	}
	return out
}

func (c *call) one(s *shelf) (answer, error) {
	d, found := s.find(c.args["id"])
	if !found {
		return answer{}, s.absent()
	}
	return ok(c.pick(c.shown(s, d)))
}

func (c *call) make(s *shelf) (answer, error) {
	for _, f := range s.needs {
		if c.body[f] == nil {
			return answer{}, badBody("Missing required property: %s", f)
		}
	}
	if s.unique != "" && slices.ContainsFunc(s.items, func(d doc) bool { return d[s.unique] == c.body[s.unique] }) {
		return answer{}, conflict("A "+s.title+" with the same "+s.unique+" already exists", strings.ReplaceAll(s.title, " ", "_")+"_conflict")
	}
	d := c.add(s.path, c.body)
	return answer{status: s.made, body: c.shown(s, d)}, nil
}

func (c *call) change(s *shelf) (answer, error) {
	d, found := s.find(c.args["id"])
	if !found {
		return answer{}, s.absent()
	}
	for k, v := range c.body {
		switch {
		case k == s.key || slices.Contains(s.fixed, k):
		case v == nil:
			delete(d, k)
		case s.path == "/clients" && k == "jwt_configuration":
			d[k] = blend(sub(d, k), sub(c.body, k))
		default:
			d[k] = v
		}
	}
	if s.timed {
		d["updated_at"] = stamp(c.now())
	}
	return ok(c.shown(s, d))
}

// parts returns a list that belongs to an object.
func (t *Tenant) parts(kind, of string) []doc { return t.kept[kind+" "+of] }

// keep sets a list that belongs to an object.
func (t *Tenant) keep(kind, of string, list []doc) { t.kept[kind+" "+of] = list }

// anys makes a list of objects one of values, each a copy.
func anys(in []doc) []any {
	out := make([]any, len(in))
	for i, d := range in {
		out[i] = maps.Clone(d)
	}
	return out
}

// Furnish puts objects on the shelf of a path ("/clients"), as they are, in
// place of those that nothing depends on, or sets a single one
// ("/tenants/settings"). A tenant can so be made like one that was recorded.
func (t *Tenant) Furnish(path string, objects []map[string]any) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, single := t.settings[path]; single && len(objects) == 1 {
		t.settings[path] = objects[0]
		return nil
	}
	s, known := t.shelves[path]
	if !known {
		return fmt.Errorf("furnish %s: there is no such shelf", path)
	}
	// What the tenant works with stays: its clients, its API, its database.
	left := slices.DeleteFunc(slices.Clone(s.items), func(d doc) bool {
		return !slices.Contains([]string{"/clients", "/client-grants", "/resource-servers", "/connections"}, path) ||
			slices.ContainsFunc(objects, func(x doc) bool { return x["name"] != nil && x["name"] == d["name"] && path == "/connections" })
	})
	s.items = append(slices.Clone(objects), left...)
	return nil
}

// Shelves returns the paths of what can be furnished, and under what name
// each list is answered.
func Shelves() map[string]string {
	out := map[string]string{}
	for _, s := range shelves() {
		out[s.path] = s.noun
	}
	return out
}
