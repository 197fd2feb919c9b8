package okta_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGroups(t *testing.T) {
	x := serve(t)
	var g object
	types, _ := x.events(func() { g = x.post("/api/v1/groups", object{"profile": object{"name": "Red team"}}).want(200).object() })
	if diff := cmp.Diff([]string{"group.lifecycle.create"}, types); diff != "" {
		t.Error(diff)
	}
	id := str(g, "id")
	if diff := cmp.Diff(object{"name": "Red team", "description": nil}, g["profile"]); diff != "" {
		t.Error(diff)
	}
	x.post("/api/v1/groups", object{"profile": object{"name": "Red team"}}).fails(400, "E0000001")
	x.post("/api/v1/groups", object{"profile": object{"description": "no name"}}).fails(400, "E0000001")
	x.put("/api/v1/groups/"+id, object{"profile": object{"name": "Blue team", "description": "other side"}}).want(200)
	if got := x.get("/api/v1/groups/" + id).want(200).object(); str(got, "profile", "name") != "Blue team" {
		t.Errorf("after the update: %v", got["profile"])
	}
	types, _ = x.events(func() { x.del("/api/v1/groups/" + id).want(204) })
	if diff := cmp.Diff([]string{"group.lifecycle.delete"}, types); diff != "" {
		t.Error(diff)
	}
	if e := x.get("/api/v1/groups/"+id).fails(404, "E0000007"); e["errorSummary"] != "Not found: Resource not found: "+id+" (UserGroup)" {
		t.Error(e["errorSummary"])
	}
}

func TestListGroups(t *testing.T) {
	x := serve(t)
	all := x.get("/api/v1/groups").want(200).list()
	if str(all[0], "profile", "name") != "Everyone" || all[0]["type"] != "BUILT_IN" {
		t.Errorf("first is %v", all[0]["profile"])
	}
	names := func(query string) []string {
		var out []string
		for _, g := range x.get("/api/v1/groups?" + encode(query)).want(200).list() {
			out = append(out, str(g, "profile", "name"))
		}
		return out
	}
	tests := map[string][]string{
		"q=help":                    {"Help desk"},
		"q=desk":                    nil,
		`filter=type eq "BUILT_IN"`: {"Everyone", "Okta Administrators"},
		`search=profile.name sw "S" and type eq "OKTA_GROUP"&sortBy=profile.name`: {"Sales", "Security", "Super admins", "Support"},
		`filter=lastMembershipUpdated gt "2030-01-01T00:00:00.000Z"`:              nil,
	}
	for query, want := range tests {
		if diff := cmp.Diff(want, names(query)); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
	x.get("/api/v1/groups?"+encode(`filter=profile.name eq "x"`)).fails(400, "E0000031")
	x.get("/api/v1/groups?"+encode(`search=color eq "x"`)).fails(400, "E0000031")
	var paged []string
	for path := "/api/v1/groups?limit=4&q=" + "s"; path != ""; {
		r := x.get(path).want(200)
		paged = append(paged, ids(r.list())...)
		path = r.next()
	}
	if len(paged) != 4 {
		t.Errorf("%d groups begin with s", len(paged))
	}
	stats := at(x.get("/api/v1/groups?expand=stats&q=Super").want(200).list()[0], "_embedded", "stats").(object)
	if stats["usersCount"] != 2.0 || stats["hasAdminPrivlege"] != true {
		t.Errorf("stats %v", stats)
	}
}

func TestMembers(t *testing.T) {
	x := serve(t)
	u, g := x.person("ann"), x.team("red")
	app := x.bookmark("Wiki of red")
	x.put("/api/v1/apps/"+app+"/groups/"+g, object{}).want(200)
	path := "/api/v1/groups/" + g + "/users/" + u
	types, events := x.events(func() { x.put(path, nil).want(204) })
	if diff := cmp.Diff([]string{"group.user_membership.add", "application.user_membership.add"}, types); diff != "" {
		t.Error(diff)
	}
	if str(events[0], "target", "0", "type") != "UserGroup" || str(events[0], "target", "1", "id") != u {
		t.Errorf("targets %v", events[0]["target"])
	}
	if str(events[1], "transaction", "type") != "JOB" || str(events[1], "target", "0", "type") != "AppUser" {
		t.Errorf("what follows is no job: %v", events[1]["transaction"])
	}
	if types, _ := x.events(func() { x.put(path, nil).want(204) }); len(types) != 0 {
		t.Errorf("joining twice gives %v", types)
	}
	if got := ids(x.get("/api/v1/groups/" + g + "/users").want(200).list()); !slices.Equal(got, []string{u}) {
		t.Errorf("members %v", got)
	}
	groups := x.get("/api/v1/users/" + u + "/groups").want(200).list()
	if len(groups) != 2 || str(groups[0], "profile", "name") != "Everyone" {
		t.Errorf("groups %v", ids(groups))
	}
	types, _ = x.events(func() { x.del(path).want(204) })
	if diff := cmp.Diff([]string{"group.user_membership.remove", "application.user_membership.remove"}, types); diff != "" {
		t.Error(diff)
	}
	everyone := str(groups[0], "id")
	if n := len(x.get("/api/v1/groups/" + everyone + "/users?limit=1000").want(200).list()); n != 51-len(x.org.Users("DEPROVISIONED", 0)) {
		t.Errorf("%d in Everyone", n)
	}
	x.put("/api/v1/groups/"+everyone+"/users/"+u, nil).fails(403, "E0000006")
	x.put("/api/v1/groups/"+g+"/users/00unobody", nil).fails(404, "E0000007")
}

func TestRules(t *testing.T) {
	x := serve(t)
	g := x.team("Mountain guides")
	rule := object{
		"type": "group_rule", "name": "Guides",
		"conditions": object{"expression": object{"type": "urn:okta:expression:1.0", "value": `String.startsWith(user.title, "Guide")`}, "people": object{"users": object{}}},
		"actions":    object{"assignUserToGroups": object{"groupIds": []string{g}}},
	}
	r := x.post("/api/v1/groups/rules", rule).want(200).object()
	if r["status"] != "INACTIVE" || r["allGroupsValid"] != true {
		t.Errorf("rule %v", r)
	}
	path := "/api/v1/groups/rules/" + str(r, "id")
	ann := x.person("ann")
	x.post("/api/v1/users/"+ann, object{"profile": object{"title": "Guide of the north"}}).want(200)
	members := func() []string {
		t.Helper()
		return ids(x.get("/api/v1/groups/" + g + "/users").want(200).list())
	}
	if len(members()) != 0 {
		t.Error("an inactive rule was applied")
	}
	types, events := x.events(func() { x.post(path+"/lifecycle/activate", nil).want(204) })
	if diff := cmp.Diff([]string{"policy.rule.activate", "group.user_membership.add"}, types); diff != "" {
		t.Error(diff)
	}
	if str(events[1], "debugContext", "debugData", "triggeredByGroupRuleId") != str(r, "id") {
		t.Errorf("debug data %v", events[1]["debugContext"])
	}
	if !slices.Equal(members(), []string{ann}) {
		t.Errorf("members %v", members())
	}
	bob := newUser("bob", "Correct-Horse-9")
	bob["profile"].(object)["title"] = "Guide of the south"
	bobID := str(x.post("/api/v1/users", bob).want(200).object(), "id")
	if !slices.Equal(members(), []string{ann, bobID}) {
		t.Errorf("members %v after another joined", members())
	}
	x.post("/api/v1/users/"+ann, object{"profile": object{"title": "Cook"}}).want(200)
	if !slices.Equal(members(), []string{bobID}) {
		t.Errorf("members %v after a title changed", members())
	}
	x.put(path, rule).fails(400, "E0000001") // still active
	x.post(path+"/lifecycle/deactivate", nil).want(204)
	rule["conditions"].(object)["people"] = object{"users": object{"exclude": []string{bobID}}}
	x.put(path, rule).want(200)
	x.post(path+"/lifecycle/activate", nil).want(204)
	if len(members()) != 0 {
		t.Errorf("members %v although excluded", members())
	}
	x.del("/api/v1/groups/" + g).want(204)
	if got := x.get(path).want(200).object(); got["status"] != "INVALID" || got["allGroupsValid"] != false {
		t.Errorf("without its group: %v", got["status"])
	}
	x.del(path).want(202)
	x.get(path).fails(404, "E0000007")
}

func TestRuleOnGroups(t *testing.T) {
	x := serve(t)
	a, b := x.team("A"), x.team("B")
	x.post("/api/v1/groups/rules", object{
		"type": "group_rule", "name": "B to A", "conditions": object{"expression": object{"type": "urn:okta:expression:1.0", "value": `isMemberOfAnyGroup("` + b + `")`}},
		"actions": object{"assignUserToGroups": object{"groupIds": []string{a}}},
	}).want(200)
	id := str(x.get("/api/v1/groups/rules?search=B%20to%20A").want(200).list()[0], "id")
	x.post("/api/v1/groups/rules/"+id+"/lifecycle/activate", nil).want(204)
	u := x.person("ann")
	x.put("/api/v1/groups/"+b+"/users/"+u, nil).want(204)
	if s, _ := x.org.User(u); !slices.Equal(s.Groups, []string{"A", "B"}) {
		t.Errorf("groups %v", s.Groups)
	}
}

func TestRuleRefuses(t *testing.T) {
	x := serve(t)
	g := x.team("red")
	body := func(name, expression string, groups ...string) object {
		return object{
			"type": "group_rule", "name": name, "conditions": object{"expression": object{"type": "urn:okta:expression:1.0", "value": expression}},
			"actions": object{"assignUserToGroups": object{"groupIds": groups}},
		}
	}
	for name, b := range map[string]object{
		"no name":            body("", `user.city=="Oslo"`, g),
		"long name":          body(strings.Repeat("x", 51), `user.city=="Oslo"`, g),
		"name that exists":   body("Contractors", `user.city=="Oslo"`, g),
		"broken expression":  body("R", `user.city==`, g),
		"unknown function":   body("R", `String.reverse(user.city)`, g),
		"no group":           body("R", `user.city=="Oslo"`),
		"group that is gone": body("R", `user.city=="Oslo"`, "00gnone"),
	} {
		t.Run(name, func(t *testing.T) {
			x.in(t).post("/api/v1/groups/rules", b).fails(400, "E0000001")
		})
	}
}

func TestOwners(t *testing.T) {
	x := serve(t)
	g, other, u := x.team("red"), x.team("blue"), x.person("ann")
	path := "/api/v1/groups/" + g + "/owners"
	o := x.post(path, object{"id": u, "type": "USER"}).want(201).object()
	if o["displayName"] != "ann Tester" || o["resolved"] != true || o["originId"] != nil {
		t.Errorf("owner %v", o)
	}
	x.post(path, object{"id": other, "type": "GROUP"}).want(201)
	e := x.post(path, object{"id": u, "type": "USER"}).fails(400, "E0000001")
	if at(e, "errorCauses", "0", "errorSummary") != "Provided owner is already assigned to this group" {
		t.Errorf("causes %v", e["errorCauses"])
	}
	x.post(path, object{"id": g, "type": "USER"}).fails(404, "E0000007")
	x.post(path, object{"id": u, "type": "ROBOT"}).fails(400, "E0000001")
	if got := ids(x.get(path).want(200).list()); len(got) != 2 || !slices.IsSorted(got) {
		t.Errorf("owners %v", got)
	}
	x.del(path + "/" + u).want(204)
	x.del(path+"/"+u).fails(404, "E0000007")
}

func TestRoles(t *testing.T) {
	x := serve(t)
	u, g := x.person("ann"), x.team("red")
	path := "/api/v1/users/" + u + "/roles"
	var super object
	types, events := x.events(func() { super = x.post(path, object{"type": "SUPER_ADMIN"}).want(201).object() })
	if diff := cmp.Diff([]string{"user.account.privilege.grant"}, types); diff != "" {
		t.Error(diff)
	}
	if str(events[0], "debugContext", "debugData", "privilegeGranted") != "Super administrator" {
		t.Errorf("debug data %v", events[0]["debugContext"])
	}
	if !strings.HasPrefix(str(super, "id"), "ra1") {
		t.Errorf("id %v", super["id"])
	}
	app := x.post(path, object{"type": "APP_ADMIN"}).want(201).object()
	if app["id"] != "IFIFAX2BIRGUSTQ" || app["label"] != "Application Administrator" || app["assignmentType"] != "USER" {
		t.Errorf("role %v", app)
	}
	x.post(path, object{"type": "APP_ADMIN"}).fails(409, "E0000090")
	x.post(path, object{"type": "KING"}).fails(400, "E0000001")
	x.post("/api/v1/groups/"+g+"/roles", object{"type": "USER_ADMIN"}).want(201)
	x.put("/api/v1/groups/"+g+"/users/"+u, nil).want(204)
	var kinds []string
	for _, r := range x.get(path).want(200).list() {
		kinds = append(kinds, str(r, "type")+" "+str(r, "assignmentType"))
	}
	if diff := cmp.Diff([]string{"APP_ADMIN USER", "SUPER_ADMIN USER", "USER_ADMIN GROUP"}, kinds); diff != "" {
		t.Error(diff)
	}
	if s, _ := x.org.User(u); len(s.AdminRoles) != 3 {
		t.Errorf("roles %v", s.AdminRoles)
	}
	var admins []string
	for _, a := range at(x.get("/api/v1/iam/assignees/users?limit=100").want(200).object(), "value").([]any) {
		admins = append(admins, str(a.(object), "id"))
	}
	if !slices.Contains(admins, u) {
		t.Error("the new admin is no assignee")
	}
	types, _ = x.events(func() { x.del(path + "/" + str(super, "id")).want(204) })
	if diff := cmp.Diff([]string{"user.account.privilege.revoke"}, types); diff != "" {
		t.Error(diff)
	}
	if e := x.del(path+"/"+str(super, "id")).fails(404, "E0000007"); !strings.HasSuffix(str(e, "errorSummary"), "(RoleAssignment)") {
		t.Error(e["errorSummary"])
	}
}

func TestRoleTargets(t *testing.T) {
	x := serve(t)
	u, g, h := x.person("ann"), x.team("red"), x.team("blue")
	x.post("/api/v1/users/"+u+"/roles", object{"type": "USER_ADMIN"}).want(201)
	path := "/api/v1/users/" + u + "/roles/KVJUKUS7IFCE2SKO/targets/groups"
	x.put(path+"/"+g, nil).want(204)
	x.del(path+"/"+g).fails(400, "E0000001") // the last one
	x.put(path+"/"+h, nil).want(204)
	x.del(path + "/" + g).want(204)
	if got := ids(x.get(path).want(200).list()); !slices.Equal(got, []string{h}) {
		t.Errorf("targets %v", got)
	}
	x.put(path+"/00gnone", nil).fails(404, "E0000007")
	if got := at(x.get("/api/v1/users/" + u + "/roles?expand=targets/groups").want(200).list()[0], "_embedded", "targets", "groups", "0", "id"); got != h {
		t.Errorf("expanded %v", got)
	}
	x.post("/api/v1/users/"+u+"/roles", object{"type": "APP_ADMIN"}).want(201)
	apps := "/api/v1/users/" + u + "/roles/IFIFAX2BIRGUSTQ/targets/catalog/apps"
	x.put(apps+"/slack", nil).want(204)
	id := x.bookmark("Map")
	x.put(apps+"/bookmark/"+id, nil).want(204)
	if got := x.get(apps).want(200).list(); len(got) != 2 || got[0]["name"] != "slack" || got[1]["id"] != id {
		t.Errorf("apps %v", got)
	}
	x.del(apps + "/slack").want(204)
	x.del(apps+"/bookmark/"+id).fails(400, "E0000001")
	x.put(apps+"/slack", nil).want(204)
	x.del(apps + "/bookmark/" + id).want(204)
	x.del(apps+"/bookmark/"+id).fails(404, "E0000007")
	x.post("/api/v1/users/"+u+"/roles", object{"type": "READ_ONLY_ADMIN"}).want(201)
	for _, r := range x.get("/api/v1/users/" + u + "/roles").want(200).list() {
		if r["type"] == "READ_ONLY_ADMIN" {
			x.put("/api/v1/users/"+u+"/roles/"+str(r, "id")+"/targets/groups/"+g, nil).fails(400, "E0000001")
		}
	}
}
