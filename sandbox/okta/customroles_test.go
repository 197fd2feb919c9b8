package okta_test

import "testing"

// A custom role lets its holder do what its permissions say, and is deleted once
// nobody has it.
func TestCustomRoles(t *testing.T) {
	x := serve(t)
	role := x.post("/api/v1/iam/roles", object{"label": "Reader of roles", "description": "Reads", "permissions": []string{"okta.iam.read"}}).want(200).object()["id"].(string)
	x.post("/api/v1/iam/roles", object{"label": "Reader of roles", "description": "Reads", "permissions": []string{"okta.iam.read"}}).fails(400, "E0000001")
	x.post("/api/v1/iam/roles", object{"label": "Moon", "description": "Reads", "permissions": []string{"okta.moon.read"}}).fails(400, "E0000001")
	set := x.post("/api/v1/iam/resource-sets", object{"label": "All", "description": "All", "resources": []string{x.url + "/api/v1/users"}}).want(200).object()["id"].(string)
	x.post("/api/v1/iam/resource-sets", object{"label": "Elsewhere", "description": "All", "resources": []string{"https://elsewhere.example/api/v1/users"}}).fails(400, "E0000001")
	x.get("/api/v1/iam/roles/Reader%20of%20roles").want(200)
	x.get("/api/v1/iam/roles/" + role + "/permissions").want(200)
	x.get("/api/v1/iam/resource-sets/" + set + "/resources").want(200)
	x.get("/api/v1/iam/roles").want(200)
	x.get("/api/v1/iam/resource-sets/All").want(200)

	who := "/api/v1/users/" + x.person("ann") + "/roles"
	types, _ := x.events(func() {
		a := x.post(who, object{"type": "CUSTOM", "role": role, "resource-set": set}).want(201).object()
		if a["role"] != role || a["resource-set"] != set || a["label"] != "Reader of roles" {
			t.Errorf("%v", a)
		}
		x.post(who, object{"type": "CUSTOM", "role": role, "resource-set": set}).fails(409, "E0000090")
		x.del("/api/v1/iam/roles/"+role).fails(400, "E0000001")
		x.del("/api/v1/iam/resource-sets/"+set).fails(400, "E0000001")
		x.del(who + "/" + a["id"].(string)).want(204)
	})
	if len(types) != 2 {
		t.Errorf("events %v", types)
	}
	x.post(who, object{"type": "CUSTOM", "role": "cr0nothing", "resource-set": set}).fails(404, "E0000007")
	x.del("/api/v1/iam/resource-sets/" + set).want(204)
	x.del("/api/v1/iam/roles/Reader%20of%20roles").want(204)
	x.get("/api/v1/iam/roles/"+role).fails(404, "E0000007")
}

// What a service app may do is what its custom role permits, and no more.
func TestCustomRoleBinds(t *testing.T) {
	x := serve(t)
	s := x.service("ES256", false, "", "okta.users.manage", "okta.roles.read", "okta.groups.read")
	role := str(x.post("/api/v1/iam/roles", object{"label": "Responder", "description": "Responds", "permissions": []string{"okta.users.read", "okta.users.lifecycle.clearSessions"}}).want(200).object(), "id")
	set := str(x.post("/api/v1/iam/resource-sets", object{"label": "All", "description": "All", "resources": []string{"orn:okta:directory:" + x.orgID() + ":users"}}).want(200).object(), "id")
	x.post("/oauth2/v1/clients/"+s.id+"/roles", object{"type": "CUSTOM", "role": role, "resource-set": set}).want(201)
	auth := "Bearer " + str(x.ask(s.form("okta.users.manage okta.roles.read okta.groups.read", nil)).want(200).object(), "access_token")
	ann := x.person("ann")
	x.with("GET", "/api/v1/users/"+ann, auth).want(200)
	x.with("DELETE", "/api/v1/users/"+ann+"/sessions", auth).want(204)
	x.with("POST", "/api/v1/users/"+ann+"/lifecycle/suspend", auth).fails(403, "E0000006")
	x.with("GET", "/api/v1/groups", auth).fails(403, "E0000006")
	x.with("GET", "/api/v1/iam/roles", auth).fails(403, "E0000006")
}

func (x *tenant) orgID() string {
	return str(x.get("/.well-known/okta-organization").want(200).object(), "id")
}
