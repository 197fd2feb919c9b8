package okta

import (
	"net/mail"
	"slices"
	"strings"
)

func userRoutes() []route {
	return []route{
		lenient(get("/api/v1/users", areaUsers, listUsers)),
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
	if isMember(c.Org, c.dir.everyone, u) {
		all.add(c.dir.everyone)
	}
	return listed(c, &all, 200, 200, viewGroup)
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
	c.profileChanged(u)
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
