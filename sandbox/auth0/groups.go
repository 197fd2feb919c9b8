package auth0

import (
	"maps"
	"net/http"
	"slices"
)

func roleRoutes() []route {
	return []route{
		del("/roles/{id}", "delete:roles", "Delete a role", deleteRole),
		get("/roles/{id}/permissions", "read:roles", roleList("permissions", func(c *call, id string) []doc { return c.parts("permissions", id) })),
		post("/roles/{id}/permissions", "update:roles", "Associate permissions with a role", func(c *call) (answer, error) { return c.rolePermissions(true) }),
		del("/roles/{id}/permissions", "update:roles", "Remove permissions from a role", func(c *call) (answer, error) { return c.rolePermissions(false) }),
		get("/roles/{id}/users", "read:users read:roles read:role_members", roleList("users", (*call).holders)),
		post("/roles/{id}/users", "update:roles create:role_members", "Assign users to a role", giveRole),
	}
}

func roleList(name string, of func(*call, string) []doc) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		if !c.hasRole(c.args["id"]) {
			return answer{}, notFound("The role does not exist.", "inexistent_role")
		}
		return c.listed(name, anys(of(c, c.args["id"])), 50)
	}
}

// holders returns who has a role.
func (c *call) holders(id string) []doc {
	out := []doc{}
	for _, u := range c.users {
		if slices.Contains(u.roles, id) {
			out = append(out, brief(u))
		}
	}
	return out
}

// brief is how a user is shown among others.
func brief(u *user) doc {
	return doc{"user_id": u.id(), "email": u.doc["email"], "picture": u.doc["picture"], "name": u.doc["name"]}
}

func deleteRole(c *call) (answer, error) {
	if !c.shelves["/roles"].remove(c.args["id"]) {
		return answer{}, notFound("The role does not exist.", "inexistent_role")
	}
	for _, u := range c.users {
		u.roles = slices.DeleteFunc(u.roles, func(id string) bool { return id == c.args["id"] })
	}
	return ok(doc{})
}

func (c *call) rolePermissions(add bool) (answer, error) {
	id := c.args["id"]
	if !c.hasRole(id) {
		return answer{}, notFound("The role does not exist.", "inexistent_role")
	}
	list, err := c.permissions()
	if err != nil {
		return answer{}, err
	}
	left := without(c.parts("permissions", id), list)
	if add {
		c.keep("permissions", id, append(left, list...))
		return created(doc{})
	}
	c.keep("permissions", id, left)
	return ok(doc{})
}

func giveRole(c *call) (answer, error) {
	id := c.args["id"]
	if !c.hasRole(id) {
		return answer{}, notFound("The role does not exist.", "inexistent_role")
	}
	ids, err := c.ids("users", c.hasUser, noUser())
	if err != nil {
		return answer{}, err
	}
	for _, who := range ids {
		if u := c.byID[who]; !slices.Contains(u.roles, id) {
			u.roles = append(u.roles, id)
		}
	}
	return ok(doc{})
}

func organizationRoutes() []route {
	const members, roles = "organization_members", "organization_member_roles"
	return []route{
		get("/organizations/name/{name}", "read:organizations", organizationByName),
		del("/organizations/{id}", "delete:organizations", "Delete an organization", deleteOrganization),
		get("/organizations/{id}/members", "read:"+members, organizationList("members", (*call).membersOf)),
		post("/organizations/{id}/members", "create:"+members, "Add members to an organization", addMembers),
		del("/organizations/{id}/members", "delete:"+members, "Remove members from an organization", removeMembers),
		get("/organizations/{id}/members/{user}/roles", "read:"+roles, organizationList("roles", func(c *call, id string) []doc { return c.rolesNamed(c.memberRoles(id)) })),
		post("/organizations/{id}/members/{user}/roles", "create:"+roles, "Assign user roles to an organization member", func(c *call) (answer, error) { return c.setMemberRoles(true) }),
		del("/organizations/{id}/members/{user}/roles", "delete:"+roles, "Remove user roles from an organization member", func(c *call) (answer, error) { return c.setMemberRoles(false) }),
		get("/organizations/{id}/enabled_connections", "read:organization_connections", organizationList("enabled_connections", stored("enabled_connections"))),
		post("/organizations/{id}/enabled_connections", "create:organization_connections", "Add a connection to an organization", enableConnection),
		get("/organizations/{id}/connections", "read:organization_connections", organizationList("connections", stored("enabled_connections"))),
		get("/organizations/{id}/client-grants", "read:organization_client_grants", organizationList("client_grants", stored("client_grants"))),
		get("/organizations/{id}/invitations", "read:organization_invitations", organizationList("invitations", stored("invitations"))),
		get("/organizations/{id}/discovery-domains", "read:organization_discovery_domains", organizationDomains),
		get("/organizations/{id}/clients", "read:organization_clients", organizationList("clients", stored("clients"))),
	}
}

func stored(kind string) func(*call, string) []doc {
	return func(c *call, id string) []doc { return c.parts(kind, id) }
}

func (c *call) organization() error {
	if _, found := c.shelves["/organizations"].find(c.args["id"]); !found {
		return c.shelves["/organizations"].absent()
	}
	return nil
}

func organizationList(name string, of func(*call, string) []doc) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		if err := c.organization(); err != nil {
			return answer{}, err
		}
		return c.listed(name, anys(of(c, c.args["id"])), 50)
	}
}

func organizationDomains(c *call) (answer, error) {
	if err := c.organization(); err != nil {
		return answer{}, err
	}
	return c.checkpointed("domains", nil, 50)
}

func organizationByName(c *call) (answer, error) {
	for _, o := range c.shelves["/organizations"].items {
		if o["name"] == c.args["name"] {
			return ok(o)
		}
	}
	return answer{}, c.shelves["/organizations"].absent()
}

func deleteOrganization(c *call) (answer, error) {
	if err := c.organization(); err != nil {
		return answer{}, err
	}
	c.shelves["/organizations"].remove(c.args["id"])
	c.keep("members", c.args["id"], nil)
	return none()
}

func (c *call) membersOf(id string) []doc {
	out := []doc{}
	for _, m := range c.parts("members", id) {
		if u, known := c.byID[str(m, "user_id")]; known {
			out = append(out, brief(u))
		}
	}
	return out
}

// memberRoles returns the ids of the roles of the member whom the path names.
func (c *call) memberRoles(id string) []string {
	for _, m := range c.parts("members", id) {
		if m["user_id"] == c.args["user"] {
			return texts(m["roles"])
		}
	}
	return nil
}

func addMembers(c *call) (answer, error) {
	if err := c.organization(); err != nil {
		return answer{}, err
	}
	ids, err := c.ids("members", c.hasUser, refused("One or more users do not exist.", "invalid_body"))
	if err != nil {
		return answer{}, err
	}
	list := c.parts("members", c.args["id"])
	for _, id := range ids {
		if !slices.ContainsFunc(list, func(d doc) bool { return d["user_id"] == id }) {
			list = append(list, doc{"user_id": id, "roles": []any{}})
		}
	}
	c.keep("members", c.args["id"], list)
	return none()
}

func removeMembers(c *call) (answer, error) {
	if err := c.organization(); err != nil {
		return answer{}, err
	}
	ids, err := c.ids("members", func(string) bool { return true }, nil)
	if err != nil {
		return answer{}, err
	}
	c.keep("members", c.args["id"], slices.DeleteFunc(c.parts("members", c.args["id"]), func(d doc) bool { return slices.Contains(ids, str(d, "user_id")) }))
	return none()
}

func (c *call) setMemberRoles(add bool) (answer, error) {
	if err := c.organization(); err != nil {
		return answer{}, err
	}
	ids, err := c.ids("roles", c.hasRole, notFound("The role does not exist.", "inexistent_role"))
	if err != nil {
		return answer{}, err
	}
	for _, m := range c.parts("members", c.args["id"]) {
		if m["user_id"] != c.args["user"] {
			continue
		}
		var left []any
		for _, id := range texts(m["roles"]) {
			if !slices.Contains(ids, id) {
				left = append(left, id)
			}
		}
		for _, id := range ids {
			if add {
				left = append(left, id)
			}
		}
		m["roles"] = left
		return none()
	}
	return answer{}, refused("The user is not a member of the organization", "invalid_body")
}

func enableConnection(c *call) (answer, error) {
	if err := c.organization(); err != nil {
		return answer{}, err
	}
	id := str(c.body, "connection_id")
	connection, found := c.shelves["/connections"].find(id)
	if !found {
		return answer{}, refused("The connection does not exist", "inexistent_connection")
	}
	d := doc{"connection_id": id, "assign_membership_on_login": truth(c.body, "assign_membership_on_login"), "connection": doc{"name": connection["name"], "strategy": connection["strategy"]}}
	c.keep("enabled_connections", c.args["id"], append(c.parts("enabled_connections", c.args["id"]), d))
	return created(d)
}

func clientRoutes() []route {
	return []route{
		post("/client-grants", "create:client_grants", "Create a client grant", createGrant),
		get("/clients/{id}/credentials", "read:client_credentials", clientCredentials),
		post("/clients/{id}/credentials", "create:client_credentials", "Create a client credential", addCredential),
		del("/clients/{id}/credentials/{credential}", "delete:client_credentials", "Delete a client credential", removeCredential),
		post("/clients/{id}/rotate-secret", "update:client_keys", "Rotate a client secret", rotateSecret),
		del("/connections/{id}", "delete:connections", "Delete a connection", deleteConnection),
		get("/connections/{id}/clients", "read:connections", connectionClients),
		patch("/connections/{id}/clients", "update:connections", "Update enabled clients for a connection", setConnectionClients),
	}
}

func createGrant(c *call) (answer, error) {
	s := c.shelves["/client-grants"]
	if slices.ContainsFunc(s.items, func(d doc) bool {
		return d["client_id"] == c.body["client_id"] && d["audience"] == c.body["audience"]
	}) {
		return answer{}, conflict("A resource with the same identifier already exists.", "client_grant_conflict")
	}
	if _, known := c.shelves["/clients"].find(str(c.body, "client_id")); !known && c.body["client_id"] != nil {
		return answer{}, notFound("The client does not exist", "inexistent_client")
	}
	return c.make(s)
}

// shownCredential is a credential without its key.
func shownCredential(d doc) doc {
	out := maps.Clone(d)
	delete(out, "pem")
	return out
}

func (c *call) client() (doc, error) {
	d, found := c.shelves["/clients"].find(c.args["id"])
	if !found {
		return nil, c.shelves["/clients"].absent()
	}
	return d, nil
}

func clientCredentials(c *call) (answer, error) {
	if _, err := c.client(); err != nil {
		return answer{}, err
	}
	out := []any{}
	for _, d := range c.parts("credentials", c.args["id"]) {
		out = append(out, shownCredential(d))
	}
	return ok(out)
}

func addCredential(c *call) (answer, error) {
	client, err := c.client()
	if err != nil {
		return answer{}, err
	}
	if _, err := publicKey(str(c.body, "pem")); err != nil {
		return answer{}, badBody("Invalid PEM")
	}
	now := stamp(c.now())
	d := doc{
		"id": "cred_" + c.letters(base62, 22), "credential_type": "public_key", "kid": thumb(str(c.body, "pem")), "alg": "RS256", "name": str(c.body, "name"),
		"pem": str(c.body, "pem"), "created_at": now, "updated_at": now,
	}
	c.keep("credentials", str(client, "client_id"), append(c.parts("credentials", str(client, "client_id")), d))
	return created(shownCredential(d))
}

func removeCredential(c *call) (answer, error) {
	c.keep("credentials", c.args["id"], slices.DeleteFunc(c.parts("credentials", c.args["id"]), func(d doc) bool { return d["id"] == c.args["credential"] }))
	return none()
}

func rotateSecret(c *call) (answer, error) {
	client, err := c.client()
	if err != nil {
		return answer{}, err
	}
	client["client_secret"] = c.letters(base62, 64)
	return ok(c.shown(c.shelves["/clients"], client))
}

func deleteConnection(c *call) (answer, error) {
	d, found := c.shelves["/connections"].find(c.args["id"])
	if !found {
		return answer{}, c.shelves["/connections"].absent()
	}
	c.shelves["/connections"].remove(c.args["id"])
	c.users = slices.DeleteFunc(c.users, func(u *user) bool {
		gone := u.connection() == str(d, "name")
		if gone {
			delete(c.byID, u.id())
		}
		return gone
	})
	c.byEmail = nil
	return answer{status: http.StatusAccepted, body: doc{"deleted_at": stamp(c.now())}}, nil
}

func connectionClients(c *call) (answer, error) {
	d, found := c.shelves["/connections"].find(c.args["id"])
	if !found {
		return answer{}, c.shelves["/connections"].absent()
	}
	var out []any
	for _, id := range texts(d["enabled_clients"]) {
		out = append(out, doc{"client_id": id})
	}
	return c.checkpointed("clients", out, 50)
}

func setConnectionClients(c *call) (answer, error) {
	d, found := c.shelves["/connections"].find(c.args["id"])
	if !found {
		return answer{}, c.shelves["/connections"].absent()
	}
	var list []struct {
		ClientID string `json:"client_id"`
		Status   bool   `json:"status"`
	}
	if err := c.list(&list); err != nil {
		return answer{}, err
	}
	var left []any
	for _, id := range texts(d["enabled_clients"]) {
		left = append(left, id)
	}
	for _, x := range list {
		left = slices.DeleteFunc(left, func(id any) bool { return id == x.ClientID })
		if x.Status {
			left = append(left, x.ClientID)
		}
	}
	d["enabled_clients"] = nonNil(left)
	return none()
}
