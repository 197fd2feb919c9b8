package okta

import (
	"cmp"
	"encoding/base64"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"sallyport/sandbox/okta/filter"
)

func userRoutes() []route {
	return []route{
		get("/api/v1/users", areaUsers, listUsers),
		post("/api/v1/users", areaUsers, createUser),
		get("/api/v1/users/me", areaNone, getMe),
		get("/api/v1/users/{id}", areaUsers, getUser),
		post("/api/v1/users/{id}", areaUsers, updateUser),
		put("/api/v1/users/{id}", areaUsers, replaceUser),
		del("/api/v1/users/{id}", areaUsers, deleteUser),
		get("/api/v1/users/{id}/groups", areaUsers, listUserGroups),
		get("/api/v1/users/{id}/blocks", areaUsers, func(*call) (answer, error) { return answer{}, errFeature() }),
	}
}

// findUser returns the user that the first part of the path names.
func findUser(c *call) (*user, error) {
	name := c.arg(0)
	if name == "me" && c.who.user != nil {
		return c.who.user, nil
	}
	u, found := c.dir.find(name)
	if !found {
		return nil, notFound(name, "User")
	}
	return u, nil
}

// findTarget returns the user that the first part of the path names, if the
// caller may change it.
func findTarget(c *call) (*user, error) {
	u, err := findUser(c)
	if err != nil {
		return nil, err
	}
	if !c.who.mayTouch(u) {
		return nil, errForbidden()
	}
	return u, nil
}

func getMe(c *call) (answer, error) {
	if c.who.user == nil {
		return answer{}, notFound("me", "User")
	}
	return ok(viewUser(c, c.who.user, false))
}

func getUser(c *call) (answer, error) {
	u, err := findUser(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewUser(c, u, false))
}

func listUserGroups(c *call) (answer, error) {
	u, err := findUser(c)
	if err != nil {
		return answer{}, err
	}
	all := ordered[*group]{slices.Clone(u.groups.items)}
	all.add(c.dir.everyone)
	return listed(c, &all, 200, 200, viewGroup)
}

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
	return c.dir.users.items
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

// userInput is the body of a request that creates or updates a user.
type userInput struct {
	Profile     map[string]any    `json:"profile"`
	Credentials *credentialsInput `json:"credentials"`
	GroupIDs    []string          `json:"groupIds"`
	Type        *idOnly           `json:"type"`
}

func createUser(c *call) (answer, error) {
	var in userInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if err := checkNewUser(c, in); err != nil {
		return answer{}, err
	}
	groups := make([]*group, 0, len(in.GroupIDs))
	for _, id := range in.GroupIDs {
		g, ok := c.dir.groups.get(id)
		if !ok || g.kind != oktaGroup {
			return answer{}, invalid("groupIds", "Invalid group id: "+id)
		}
		groups = append(groups, g)
	}
	now := c.now()
	u := &user{
		id: c.ids.next("00u"), status: Staged, created: now, lastUpdated: now, provider: "OKTA", typeID: c.userTypeID,
		profile: profile(nil).with(in.Profile),
	}
	if in.Credentials != nil {
		if err := setCredentials(&c.change, u, in.Credentials, false); err != nil {
			return answer{}, err
		}
	}
	if u.hasPw {
		u.statusChanged = now
	}
	c.dir.add(u)
	c.emit("user.lifecycle.create", fact{targets: targets(u)})
	for _, g := range groups {
		c.join(g, u, "")
	}
	c.applyRules(u)
	if c.flag("activate", true) {
		c.activate(u, activation{mail: true, quiet: true})
		if u.hasPw && c.param("nextLogin") == "changePassword" {
			c.setStatus(u, PasswordExpired)
		}
	}
	return ok(viewUser(c, u, false))
}

// checkNewUser validates what a new user is made of.
func checkNewUser(c *call, in userInput) error {
	if err := checkProfile(c.Org, "newUser", in.Profile); err != nil {
		return err
	}
	return checkRequired(c, in.Profile, nil)
}

// checkRequired validates the attributes that every user needs, as they would
// be after a change. The user is nil for a new one.
func checkRequired(c *call, p map[string]any, u *user) error {
	text := func(name string) string { s, _ := p[name].(string); return strings.TrimSpace(s) }
	for _, name := range []string{"firstName", "lastName", "email", "login"} {
		switch s := text(name); {
		case s == "":
			return invalidField(name, "The field cannot be left blank")
		case len([]rune(s)) > 100:
			return invalidField(name, "The field is too long")
		}
	}
	if _, err := mail.ParseAddress(text("email")); err != nil {
		return invalidField("email", "Does not match required pattern")
	}
	if s := text("secondEmail"); s != "" {
		if _, err := mail.ParseAddress(s); err != nil {
			return invalidField("secondEmail", "Does not match required pattern")
		}
	}
	if login := text("login"); !strings.Contains(login, "@") {
		return invalidField("login", "Username must be in the form of an email address")
	}
	if other := c.dir.byLogin[strings.ToLower(text("login"))]; other != nil && other != u {
		return invalidField("login", "An object with this field already exists in the current organization")
	}
	return nil
}

// updateUser changes the attributes that are given and leaves the others.
func updateUser(c *call) (answer, error) { return changeUser(c, false) }

// replaceUser changes all attributes: those that are not given are taken
// away. Without a profile in the body it leaves the profile as it is.
func replaceUser(c *call) (answer, error) { return changeUser(c, true) }

func changeUser(c *call, replace bool) (answer, error) {
	u, err := findTarget(c)
	if err != nil {
		return answer{}, err
	}
	var in userInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if u.status == Deprovisioned && in.Credentials != nil {
		return answer{}, errStatus()
	}
	next := u.profile
	if in.Profile != nil {
		if err := checkProfile(c.Org, "user", in.Profile); err != nil {
			return answer{}, err
		}
		if replace {
			next = nil
		}
		next = next.with(in.Profile)
		whole := map[string]any{}
		for _, a := range next {
			whole[a.name] = a.value
		}
		if err := checkRequired(c, whole, u); err != nil {
			return answer{}, err
		}
	}
	if in.Credentials != nil {
		if err := setCredentials(&c.change, u, in.Credentials, true); err != nil {
			return answer{}, err
		}
	}
	c.setProfile(u, next)
	return ok(viewUser(c, u, false))
}

// setProfile gives a user a new profile and does what follows from it.
func (c *change) setProfile(u *user, next profile) {
	changed := differing(u.profile, next)
	u.lastUpdated = c.now()
	if len(changed) == 0 {
		return
	}
	c.dir.update(u, func() { u.profile = next })
	c.emit("user.account.update_profile", fact{targets: targets(u), debug: map[string]any{"changedAttributes": strings.Join(changed, ",")}})
	for _, name := range changed {
		switch name {
		case "email":
			c.emit("user.account.update_primary_email", fact{targets: targets(u)})
		case "secondEmail":
			c.emit("user.account.update_secondary_email", fact{targets: targets(u)})
		}
	}
	c.applyRules(u)
}

// differing names the attributes that two profiles do not share.
func differing(a, b profile) []string {
	var out []string
	for _, x := range append(slices.Clone(a), b...) {
		if !slices.Contains(out, x.name) && !sameValue(a.get(x.name), b.get(x.name)) {
			out = append(out, x.name)
		}
	}
	slices.Sort(out)
	return out
}

func sameValue(a, b any) bool {
	x, ok1 := a.([]any)
	y, ok2 := b.([]any)
	if ok1 || ok2 {
		return ok1 == ok2 && slices.EqualFunc(x, y, sameValue)
	}
	return a == b
}
