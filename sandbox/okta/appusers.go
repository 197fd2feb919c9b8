package okta

import (
	"maps"
	"slices"
)

func appUserRoutes() []route {
	const base = "/api/v1/apps/{id}/users"
	return []route{
		get(base, areaApps, listAppUsers),
		post(base, areaApps, assignAppUser),
		get(base+"/{user}", areaApps, getAppUser),
		post(base+"/{user}", areaApps, updateAppUser),
		del(base+"/{user}", areaApps, unassignAppUser),
		get("/api/v1/users/{id}/appLinks", areaUsers, listAppLinks),
	}
}

// appUserView is the JSON of a user's account in an app.
type appUserView struct {
	ID              string          `json:"id"`
	ExternalID      *string         `json:"externalId"`
	Created         *stamp          `json:"created"`
	LastUpdated     *stamp          `json:"lastUpdated"`
	Scope           string          `json:"scope"`
	Status          string          `json:"status"`
	StatusChanged   *stamp          `json:"statusChanged"`
	PasswordChanged *stamp          `json:"passwordChanged"`
	SyncState       string          `json:"syncState"`
	Credentials     map[string]any  `json:"credentials"`
	Profile         map[string]any  `json:"profile"`
	Links           map[string]link `json:"_links"`
	Embedded        map[string]any  `json:"_embedded,omitempty"`
}

// viewAppUser writes the account of a user that has the app through scope.
func viewAppUser(c *call, a *app, u *user, scope string) appUserView {
	x := a.users[u.id]
	if x == nil {
		x = &appUser{userName: u.login(), created: u.created, lastUpdated: u.lastUpdated}
	}
	v := appUserView{
		ID: u.id, Created: at(x.created), LastUpdated: at(x.lastUpdated), Scope: scope, Status: "ACTIVE", StatusChanged: at(x.created),
		SyncState: "DISABLED", Credentials: map[string]any{"userName": x.userName}, Profile: merged(a.defaultProfile(u), x.profile),
		Links: map[string]link{"app": {Href: c.url("api/v1/apps", a.id)}, "user": {Href: c.url("api/v1/users", u.id)}},
	}
	if x.externalID != "" {
		v.ExternalID = &x.externalID
	}
	if slices.Contains(a.features, featurePush) {
		v.Status, v.SyncState = "PROVISIONED", "SYNCHRONIZED"
	}
	if u.status == Suspended || u.status == Staged {
		v.Status = "INACTIVE"
	}
	if scope == "GROUP" {
		for _, g := range a.groups {
			if isMember(c.Org, g.group, u) {
				v.Links["group"] = link{Href: c.url("api/v1/groups", g.group.id), Name: g.group.name()}
				break
			}
		}
	}
	if c.param("expand") == "user" {
		v.Embedded = map[string]any{"user": viewUser(c, u, true)}
	}
	return v
}

// defaultProfile is the account that Okta makes of a user's profile.
func (a *app) defaultProfile(u *user) map[string]any {
	if a.signOn != "OPENID_CONNECT" {
		return map[string]any{}
	}
	p := map[string]any{"zoneinfo": "America/Los_Angeles", "locale": "en_US"}
	for _, name := range []string{
		"street_address", "country", "website", "birthdate", "gender", "formatted", "profile", "locality", "middle_name", "picture",
		"nickname", "phone_number", "region", "postal_code",
	} {
		p[name] = nil
	}
	p["given_name"], p["family_name"], p["name"], p["email"] = u.profile.get("firstName"), u.profile.get("lastName"), u.name(), u.email()
	return p
}

func listAppUsers(c *call) (answer, error) {
	a, err := findApp(c)
	if err != nil {
		return answer{}, err
	}
	w, err := c.window(50, 500)
	if err != nil {
		return answer{}, err
	}
	var out []appUserView
	last := ""
	for _, u := range c.dir.users.after(w.after) {
		scope, ok := assigned(c.Org, a, u)
		if !ok || c.param("q") != "" && !startsWith(u, c.param("q")) {
			continue
		}
		if len(out) == w.limit {
			return page(c, w, out, true, last)
		}
		out, last = append(out, viewAppUser(c, a, u, scope)), u.id
	}
	return page(c, w, out, false, last)
}

// findAppUser returns the app and the user that the path names, and what the user
// has the app through.
func findAppUser(c *call) (*app, *user, string, error) { //nolint:revive // the three belong together, and an error
	a, err := findApp(c)
	if err != nil {
		return nil, nil, "", err
	}
	u, found := c.dir.find(c.arg(1))
	if !found {
		return nil, nil, "", notFound(c.arg(1), "User")
	}
	scope, ok := assigned(c.Org, a, u)
	if !ok {
		return nil, nil, "", notFound(c.arg(1), "AppUser")
	}
	return a, u, scope, nil
}

func getAppUser(c *call) (answer, error) {
	a, u, scope, err := findAppUser(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewAppUser(c, a, u, scope))
}

// appUserInput is the body of a request that assigns a user or changes its
// account.
type appUserInput struct {
	ID          string `json:"id"`
	Credentials *struct {
		UserName string `json:"userName"`
	} `json:"credentials"`
	Profile map[string]any `json:"profile"`
}

// take takes a request over into an account.
func (x *appUser) take(c *call, in appUserInput) {
	if in.Credentials != nil && in.Credentials.UserName != "" {
		x.userName, x.madeFrom = in.Credentials.UserName, ""
	}
	if in.Profile != nil {
		x.profile = merged(x.profile, in.Profile)
	}
	x.lastUpdated = c.now()
}

func assignAppUser(c *call) (answer, error) {
	a, err := findApp(c)
	if err != nil {
		return answer{}, err
	}
	var in appUserInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	u, found := c.dir.find(in.ID)
	if !found {
		return answer{}, notFound(in.ID, "User")
	}
	if u.status == Deprovisioned {
		return answer{}, errStatus()
	}
	_, had := assigned(c.Org, a, u)
	x := &appUser{id: c.ids.next("0ua"), userName: u.login(), madeFrom: u.login(), created: c.now(), profile: map[string]any{}}
	if old := a.users[u.id]; old != nil {
		x = old
	}
	x.scope = "USER"
	x.take(c, in)
	a.users[u.id] = x
	if !had {
		c.emit("application.user_membership.add", appUserFact(a, x, u))
		c.accountAdded(a, u)
		if a.provisioning == nil && slices.Contains(a.features, featurePush) {
			c.emit("application.provision.user.push", appUserFact(a, x, u).inJob(c.ids.next("gam")))
		}
	}
	return ok(viewAppUser(c, a, u, "USER"))
}

func updateAppUser(c *call) (answer, error) {
	a, u, scope, err := findAppUser(c)
	if err != nil {
		return answer{}, err
	}
	var in appUserInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	x := a.userOf(u)
	x.take(c, in)
	c.emit("application.user_membership.update", fact{targets: appUserFact(a, x, u).targets})
	if p, ok := a.provisioned(); ok && p.update {
		c.begin(&work{app: a, what: doUpdate, user: u})
	}
	return ok(viewAppUser(c, a, u, scope))
}

// unassignAppUser takes the app away from who has it by an assignment of its
// own. Through a group, only the group can lose it.
func unassignAppUser(c *call) (answer, error) {
	a, u, scope, err := findAppUser(c)
	if err != nil {
		return answer{}, err
	}
	if scope == "GROUP" {
		return answer{}, invalid("appUser", "The user has the app through a group; remove the user from the group, or the group from the app.")
	}
	x := a.userOf(u)
	a.drop(u)
	if _, still := assigned(c.Org, a, u); still {
		return none()
	}
	c.emit("application.user_membership.remove", appUserFact(a, x, u))
	c.accountRemoved(a, u)
	if a.provisioning == nil && slices.Contains(a.features, featureDeactivate) {
		c.emit("application.provision.user.deactivate", appUserFact(a, x, u).inJob(c.ids.next("gam")))
	}
	return none()
}

func listAppLinks(c *call) (answer, error) {
	u, err := findUser(c)
	if err != nil {
		return answer{}, err
	}
	out := []map[string]any{}
	for i, a := range appsOf(c.Org, u) {
		if hidden, _ := field(a.visibility, "hide", "web").(bool); hidden || a.status != "ACTIVE" {
			continue
		}
		out = append(out, map[string]any{
			"id": "0ua" + u.id[3:], "label": a.label, "linkUrl": c.url("home", a.name, a.id, "aln"+a.id[3:]),
			"logoUrl": c.url("assets/img/logos/default.png"), "appName": a.name, "appInstanceId": a.id,
			"appAssignmentId": "0ua" + u.id[3:], "credentialsSetup": false, "hidden": false, "sortOrder": i,
		})
	}
	return ok(out)
}

// profileOf copies the profile of an assignment, never giving nil.
func profileOf(p map[string]any) map[string]any {
	if p == nil {
		return map[string]any{}
	}
	return maps.Clone(p)
}
