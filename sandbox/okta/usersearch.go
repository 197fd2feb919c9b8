package okta

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"sallyport/sandbox/okta/filter"
)

// listUsers answers GET /api/v1/users in its four forms: everybody, "q",
// "filter" and "search".
func listUsers(c *call) (answer, error) {
	limit := 200
	if c.param("q") != "" {
		limit = 10
	}
	w, err := c.window(limit, 200)
	if err != nil {
		return answer{}, err
	}
	if len(c.who.roles) == 0 && !c.who.scoped {
		return page(c, w, []userView{}, false, "") // a client without admin role sees nobody
	}
	switch {
	case c.param("search") != "":
		return searchUsers(c, w)
	case c.param("filter") != "":
		return filterUsers(c, w)
	}
	q := strings.ToLower(c.param("q"))
	return scanUsers(c, w, c.dir.users.items, func(u *user) bool {
		return u.status != Deprovisioned && (q == "" || startsWith(u, q))
	})
}

// startsWith says whether a user is found by "q".
func startsWith(u *user, q string) bool {
	for _, name := range []string{"firstName", "lastName", "email", "login"} {
		if strings.HasPrefix(strings.ToLower(u.profile.text(name)), q) {
			return true
		}
	}
	return false
}

// scanUsers answers those of some users, in the order of their ids, that a
// test accepts. Cursors of unsorted lists are a zero and an id.
func scanUsers(c *call, w window, in []*user, accept func(*user) bool) (answer, error) {
	if w.after != "" {
		id, ok := strings.CutPrefix(w.after, "0")
		if !ok || !strings.HasPrefix(id, "00u") {
			return answer{}, errPaging()
		}
		s := ordered[*user]{in}
		in = s.after(id)
	}
	var out []userView
	last := ""
	for _, u := range in {
		if !accept(u) {
			continue
		}
		if len(out) == w.limit {
			return page(c, w, out, true, last)
		}
		out, last = append(out, viewUser(c, u, true)), "0"+u.id
	}
	return page(c, w, out, false, last)
}

// filterUsers answers the "filter" parameter, which knows few attributes and
// operators.
func filterUsers(c *call, w window) (answer, error) {
	e, err := filter.Parse(c.param("filter"))
	if err != nil {
		return answer{}, errSearch("Invalid filter: " + err.Error())
	}
	var bad error
	filter.Walk(e, func(x filter.Comparison) {
		switch x.Attr {
		case "status", "id", "profile.login", "profile.email", "profile.firstName", "profile.lastName":
			if x.Op != filter.Equal {
				bad = errSearch("Operator '" + string(x.Op) + "' is not supported for '" + x.Attr + "'.")
			}
		case "lastUpdated":
		default:
			bad = errSearch("Field '" + x.Attr + "' is not supported in filters.")
		}
	})
	if bad != nil {
		return answer{}, bad
	}
	return scanUsers(c, w, candidates(c, e), func(u *user) bool {
		m := filter.Matcher{Values: u.values}
		return m.Match(e)
	})
}

// searchUsers answers the "search" parameter: any attribute, and sorting.
func searchUsers(c *call, w window) (answer, error) {
	e, err := filter.Parse(c.param("search"))
	if err != nil {
		return answer{}, errSearch("Invalid search expression: " + err.Error())
	}
	if err := checkSearch(e); err != nil {
		return answer{}, err
	}
	accept := func(u *user) bool {
		m := filter.Matcher{Values: u.values, Fold: true}
		return m.Match(e)
	}
	by := c.param("sortBy")
	if by == "" {
		return scanUsers(c, w, candidates(c, e), accept)
	}
	var found []*user
	for _, u := range candidates(c, e) {
		if accept(u) {
			found = append(found, u)
		}
	}
	down := strings.EqualFold(c.param("sortOrder"), "desc")
	slices.SortStableFunc(found, func(a, b *user) int {
		n := cmp.Compare(sortKey(a, by), sortKey(b, by))
		if down {
			return -n
		}
		return n
	})
	return sortedUsers(c, w, found)
}

// sortedUsers answers a window of users that are in another order than that
// of their ids. Its cursors are places in the result.
func sortedUsers(c *call, w window, found []*user) (answer, error) {
	from := 0
	if w.after != "" {
		b, err := base64.RawURLEncoding.DecodeString(w.after)
		n, err2 := strconv.Atoi(string(b))
		if err != nil || err2 != nil || n < 0 {
			return answer{}, errSearch("Invalid cursor.")
		}
		from = min(n, len(found))
	}
	to := min(from+w.limit, len(found))
	out := make([]userView, 0, to-from)
	for _, u := range found[from:to] {
		out = append(out, viewUser(c, u, true))
	}
	return page(c, w, out, to < len(found), base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(to))))
}

func sortKey(u *user, attr string) string {
	for _, v := range u.values(attr) {
		switch v := v.(type) {
		case string:
			return strings.ToLower(v)
		case time.Time:
			return v.UTC().Format(time.RFC3339)
		case float64:
			return strconv.FormatFloat(v, 'e', 17, 64)
		}
	}
	return ""
}

// checkSearch refuses operators that searching users does not have.
func checkSearch(e filter.Expr) error {
	var bad error
	filter.Walk(e, func(x filter.Comparison) {
		switch {
		case x.Op == filter.EndsWith:
			bad = errSearch("Operator 'ew' is not supported.")
		case !searchable(x.Attr):
			bad = errSearch("Field '" + x.Attr + "' is not searchable.")
		}
	})
	return bad
}

// searchable says whether searching knows a name. Attributes of the profile
// that the schema lacks are simply found nowhere.
func searchable(attr string) bool {
	switch attr {
	case "id", "status", "created", "activated", "statusChanged", "lastUpdated", "lastLogin", "passwordChanged", "type.id", "realmId":
		return true
	}
	return strings.HasPrefix(attr, "profile.")
}

// candidates returns the users that can match an expression, in the order of
// their ids: by index where the expression asks for one value of an indexed
// attribute, everybody otherwise.
func candidates(c *call, e filter.Expr) []*user {
	for _, x := range filter.Required(e) {
		v, isText := x.Value.(string)
		if x.Op != filter.Equal || !isText {
			continue
		}
		switch x.Attr {
		case "id":
			if u, ok := c.dir.users.get(v); ok {
				return []*user{u}
			}
			return nil
		case "profile.login":
			if u, ok := c.dir.byLogin[strings.ToLower(v)]; ok {
				return []*user{u}
			}
			return nil
		case "profile.email":
			return c.dir.byEmail[strings.ToLower(v)].list()
		case "status":
			return c.dir.status[Status(strings.ToUpper(v))].list()
		}
	}
	if emails, only := anyEmail(e); only {
		some := ordered[*user]{}
		for _, v := range emails {
			for _, u := range c.dir.byEmail[strings.ToLower(v)].list() {
				some.add(u)
			}
		}
		return some.items
	}
	return c.dir.users.items
}

// anyEmail returns the addresses of an expression that asks for one of several, and
// for nothing else.
func anyEmail(e filter.Expr) ([]string, bool) {
	switch e := e.(type) {
	case filter.Or:
		left, ok1 := anyEmail(e.Left)
		right, ok2 := anyEmail(e.Right)
		return append(left, right...), ok1 && ok2
	case filter.Comparison:
		v, isText := e.Value.(string)
		return []string{v}, isText && e.Op == filter.Equal && e.Attr == "profile.email"
	}
	return nil, false
}

// list returns the items of a set that may not exist.
func (s *ordered[T]) list() []T {
	if s == nil {
		return nil
	}
	return s.items
}

// values returns what a user has for an attribute of a filter or search.
func (u *user) values(attr string) []any {
	one := func(t time.Time) []any {
		if t.IsZero() {
			return nil
		}
		return []any{t.Truncate(time.Second)}
	}
	switch attr {
	case "id":
		return []any{u.id}
	case "status":
		return []any{string(u.status)}
	case "created":
		return one(u.created)
	case "activated":
		return one(u.activated)
	case "statusChanged":
		return one(u.statusChanged)
	case "lastUpdated":
		return one(u.lastUpdated)
	case "lastLogin":
		return one(u.lastLogin)
	case "passwordChanged":
		return one(u.passwordChanged)
	case "type.id":
		return []any{u.typeID}
	}
	name, ok := strings.CutPrefix(attr, "profile.")
	if !ok {
		return nil
	}
	switch v := u.profile.get(name).(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}
