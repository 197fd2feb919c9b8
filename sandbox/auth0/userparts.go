package auth0

import (
	"maps"
	"slices"
	"strings"
)

func userPartRoutes() []route {
	const read, write = "read:users", "update:users"
	return []route{
		get("/users/{id}/roles", "read:users read:roles read:role_members", ofUser(part{"roles", func(t *Tenant, u *user) []doc { return t.rolesNamed(u.roles) }})),
		post("/users/{id}/roles", "update:users create:role_members", "Assign roles to a user", assignRoles),
		del("/users/{id}/roles", "update:users delete:role_members", "Removes roles from a user", unassignRoles),
		get("/users/{id}/permissions", read, ofUser(part{"permissions", (*Tenant).permissionsOf})),
		post("/users/{id}/permissions", write, "Assign Permissions to a User", assignPermissions),
		del("/users/{id}/permissions", write, "Remove Permissions from a User", removePermissions),
		get("/users/{id}/organizations", "read:organizations", ofUser(part{"organizations", (*Tenant).organizationsOf})),
		get("/users/{id}/logs", "read:logs read:logs_users", logsOf),
		get("/users/{id}/sessions", "read:sessions", checkpointOf("sessions", func(u *user) []doc { return u.sessions })),
		del("/users/{id}/sessions", "delete:sessions", "Delete sessions for user", endSessions),
		get("/users/{id}/refresh-tokens", "read:refresh_tokens", checkpointOf("tokens", func(u *user) []doc { return u.tokens })),
		del("/users/{id}/refresh-tokens", "delete:refresh_tokens", "Delete refresh tokens for a user", endTokens),
		post("/users/{id}/revoke-access", "delete:sessions delete:refresh_tokens", "Revokes selected resources from a user", revokeAccess),
		get("/users/{id}/authentication-methods", "read:authentication_methods", ofUser(part{"authenticators", func(_ *Tenant, u *user) []doc { return u.methods }})),
		get("/users/{id}/authentication-methods/{method}", "read:authentication_methods", getMethod),
		post("/users/{id}/authentication-methods", "create:authentication_methods", "Creates an authentication method for a given user", addMethod),
		del("/users/{id}/authentication-methods", "delete:authentication_methods", "Delete all authentication methods for the given user", clearMethods),
		del("/users/{id}/authentication-methods/{method}", "delete:authentication_methods", "Delete an authentication method by ID", removeMethod),
		del("/users/{id}/authenticators", "delete:guardian_enrollments", "Delete All Authenticators", clearMethods),
		get("/users/{id}/enrollments", "read:users read:current_user", enrollments),
		get("/sessions/{sid}", "read:sessions", getSession),
		del("/sessions/{sid}", "delete:sessions", "Delete session", deleteSession),
		post("/sessions/{sid}/revoke", "delete:sessions delete:refresh_tokens", "Revokes a session", deleteSession),
		get("/refresh-tokens/{tid}", "read:refresh_tokens", getRefresh),
		del("/refresh-tokens/{tid}", "delete:refresh_tokens", "Delete a refresh token", deleteRefresh),
		get("/user-blocks/{id}", read, getBlocks),
		del("/user-blocks/{id}", write, "Unblock a user", unblock),
		get("/user-blocks", read, getBlocks),
		del("/user-blocks", write, "Unblock by identifier", unblock),
	}
}

// part is a list that belongs to a user.
type part struct {
	name string
	of   func(*Tenant, *user) []doc
}

// ofUser answers a list that belongs to a user, by page.
func ofUser(p part) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		u, err := c.user()
		if err != nil {
			return answer{}, err
		}
		return c.paged(p.name, anys(p.of(c.Tenant, u)), 50)
	}
}

func checkpointOf(name string, of func(*user) []doc) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		u, err := c.user()
		if err != nil {
			return answer{}, err
		}
		return c.checkpointed(name, anys(of(u)), 50)
	}
}

func (t *Tenant) rolesNamed(ids []string) []doc {
	out := []doc{}
	for _, id := range ids {
		if r, found := t.shelves["/roles"].find(id); found {
			out = append(out, doc{"id": r["id"], "name": r["name"], "description": str(r, "description")})
		}
	}
	return out
}

func (t *Tenant) organizationsOf(u *user) []doc {
	out := []doc{}
	for _, o := range t.shelves["/organizations"].items {
		if slices.ContainsFunc(t.parts("members", str(o, "id")), func(d doc) bool { return d["user_id"] == u.id() }) {
			seen := maps.Clone(o)
			delete(seen, "third_party_client_access")
			delete(seen, "is_app_entitlement_active")
			out = append(out, seen)
		}
	}
	return out
}

// permissionsOf returns what somebody was given directly and by roles.
func (t *Tenant) permissionsOf(u *user) []doc {
	out := []doc{}
	put := func(p, source doc) {
		for _, x := range out {
			if sources, is := x["sources"].([]any); is && x["permission_name"] == p["permission_name"] && x["resource_server_identifier"] == p["resource_server_identifier"] {
				x["sources"] = append(sources, source)
				return
			}
		}
		y := maps.Clone(p)
		y["sources"] = []any{source}
		out = append(out, y)
	}
	for _, p := range u.grants {
		put(p, doc{"source_id": "", "source_name": "", "source_type": "DIRECT"})
	}
	for _, id := range u.roles {
		r, _ := t.shelves["/roles"].find(id)
		for _, p := range t.parts("permissions", id) {
			put(p, doc{"source_id": id, "source_name": str(r, "name"), "source_type": "ROLE"})
		}
	}
	return out
}

// ids reads a list of ids of the body, and checks that each exists.
func (c *call) ids(field string, known func(string) bool, missing error) ([]string, error) {
	list, is := c.body[field].([]any)
	if !is {
		return nil, badBody("Missing required property: %s", field)
	}
	if len(list) == 0 {
		return nil, badBody("Array is too short (0), minimum 1 on property %s", field)
	}
	out := texts(list)
	for _, id := range out {
		if !known(id) {
			return nil, missing
		}
	}
	return out, nil
}

func (c *call) hasRole(id string) bool { _, found := c.shelves["/roles"].find(id); return found }

func (c *call) hasUser(id string) bool { _, found := c.byID[id]; return found }

func assignRoles(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	ids, err := c.ids("roles", c.hasRole, notFound("The role does not exist.", "inexistent_role"))
	if err != nil {
		return answer{}, err
	}
	for _, id := range ids {
		if !slices.Contains(u.roles, id) {
			u.roles = append(u.roles, id)
		}
	}
	return none()
}

func unassignRoles(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	ids, err := c.ids("roles", func(string) bool { return true }, nil)
	if err != nil {
		return answer{}, err
	}
	u.roles = slices.DeleteFunc(u.roles, func(id string) bool { return slices.Contains(ids, id) })
	return none()
}

// permissions reads the permissions of the body.
func (c *call) permissions() ([]doc, error) {
	list, is := c.body["permissions"].([]any)
	if !is {
		return nil, badBody("Missing required property: permissions")
	}
	var out []doc
	for _, x := range list {
		p, _ := x.(doc)
		server := str(p, "resource_server_identifier")
		i := slices.IndexFunc(c.shelves["/resource-servers"].items, func(d doc) bool { return d["identifier"] == server })
		if i < 0 {
			return nil, notFound("Resource server not found: "+server, "inexistent_resource_server")
		}
		out = append(out, doc{
			"permission_name": str(p, "permission_name"), "resource_server_identifier": server, "resource_server_name": str(c.shelves["/resource-servers"].items[i], "name"), "description": "",
		})
	}
	return out, nil
}

func without(in, out []doc) []doc {
	return slices.DeleteFunc(slices.Clone(in), func(d doc) bool {
		return slices.ContainsFunc(out, func(x doc) bool {
			return x["permission_name"] == d["permission_name"] && x["resource_server_identifier"] == d["resource_server_identifier"]
		})
	})
}

func assignPermissions(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	list, err := c.permissions()
	if err != nil {
		return answer{}, err
	}
	u.grants = append(without(u.grants, list), list...)
	return created(doc{})
}

func removePermissions(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	list, err := c.permissions()
	if err != nil {
		return answer{}, err
	}
	u.grants = without(u.grants, list)
	return none()
}

func endSessions(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	u.sessions = nil
	return accepted()
}

func endTokens(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	u.tokens = nil
	return accepted()
}

func revokeAccess(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	session := str(c.body, "session_id")
	fits := func(key string) func(doc) bool {
		return func(d doc) bool { return session == "" || d[key] == session }
	}
	u.sessions = slices.DeleteFunc(u.sessions, fits("id"))
	if !truth(c.body, "preserve_refresh_tokens") {
		u.tokens = slices.DeleteFunc(u.tokens, fits("session_id"))
	}
	return accepted()
}

func (c *call) method(u *user) (int, error) {
	i := slices.IndexFunc(u.methods, func(d doc) bool { return d["id"] == c.args["method"] })
	if i < 0 {
		return 0, notFound("Authentication method not found.", "authentication_method_not_found")
	}
	return i, nil
}

func getMethod(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	i, err := c.method(u)
	if err != nil {
		return answer{}, err
	}
	return ok(u.methods[i])
}

func addMethod(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	if str(c.body, "type") == "" {
		return answer{}, badBody("Missing required property: type")
	}
	m := maps.Clone(c.body)
	m["id"], m["created_at"] = str(m, "type")+"|dev_"+c.letters(base62, 16), stamp(c.now())
	delete(m, "totp_secret")
	u.methods = append(u.methods, m)
	return created(m)
}

func clearMethods(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	u.methods = nil
	return none()
}

func removeMethod(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	i, err := c.method(u)
	if err != nil {
		return answer{}, err
	}
	u.methods = slices.Delete(u.methods, i, i+1)
	return none()
}

// enrollments answers authentication methods as Guardian knows them.
func enrollments(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	out := []any{}
	for _, m := range u.methods {
		kind := map[string]string{"totp": "authenticator", "push": "guardian", "phone": "sms", "webauthn-roaming": "webauthn-roaming", "webauthn-platform": "webauthn-platform"}[str(m, "type")]
		if kind == "" {
			continue
		}
		_, device, _ := strings.Cut(str(m, "id"), "|")
		out = append(out, doc{"id": device, "status": "confirmed", "type": kind, "name": str(m, "name"), "auth_method": kind, "enrolled_at": m["created_at"]})
	}
	return ok(out)
}

func (c *call) session() (*user, int, error) {
	for _, u := range c.users {
		if i := slices.IndexFunc(u.sessions, func(d doc) bool { return d["id"] == c.args["sid"] }); i >= 0 {
			return u, i, nil
		}
	}
	return nil, 0, notFound("The session does not exist", "inexistent_session")
}

func getSession(c *call) (answer, error) {
	u, i, err := c.session()
	if err != nil {
		return answer{}, err
	}
	return ok(u.sessions[i])
}

func deleteSession(c *call) (answer, error) {
	if u, i, err := c.session(); err == nil {
		u.sessions = slices.Delete(u.sessions, i, i+1)
	}
	return accepted()
}

func (c *call) refresh() (*user, int, error) {
	for _, u := range c.users {
		if i := slices.IndexFunc(u.tokens, func(d doc) bool { return d["id"] == c.args["tid"] }); i >= 0 {
			return u, i, nil
		}
	}
	return nil, 0, notFound("The refresh token does not exist", "inexistent_refresh_token")
}

func getRefresh(c *call) (answer, error) {
	u, i, err := c.refresh()
	if err != nil {
		return answer{}, err
	}
	return ok(u.tokens[i])
}

func deleteRefresh(c *call) (answer, error) {
	if u, i, err := c.refresh(); err == nil {
		u.tokens = slices.Delete(u.tokens, i, i+1)
	}
	return accepted()
}

// blocked returns whose blocks a request is about: by id, or by identifier.
func (c *call) blocked() (*user, error) {
	if c.args["id"] != "" {
		return c.user()
	}
	who := c.param("identifier")
	if who == "" {
		return nil, badQuery("Missing required property: identifier")
	}
	for _, u := range c.users {
		if u.doc["email"] == who || u.doc["username"] == who {
			return u, nil
		}
	}
	return nil, noUser()
}

func getBlocks(c *call) (answer, error) {
	u, err := c.blocked()
	if err != nil {
		return answer{}, err
	}
	return ok(doc{"blocked_for": anys(u.blocks)})
}

func unblock(c *call) (answer, error) {
	u, err := c.blocked()
	if err != nil {
		return answer{}, err
	}
	u.blocks = nil
	for k := range c.attempts {
		if strings.HasSuffix(k, " "+u.id()) {
			delete(c.attempts, k)
		}
	}
	c.record("ublkdu", "Unblocked user", c.about(u, doc{"ip": address(c.r), "user_agent": c.r.UserAgent(), "client_id": "", "client_name": "", "details": doc{"title": "Unblock"}}))
	return none()
}
