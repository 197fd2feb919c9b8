package okta_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// bookmark makes an app and returns its id.
func (x *tenant) bookmark(label string) string {
	x.Helper()
	return str(x.post("/api/v1/apps", object{"name": "bookmark", "label": label, "signOnMode": "BOOKMARK", "settings": object{"app": object{"url": "https://wiki.example", "requestIntegration": false}}}).want(200).object(), "id")
}

func TestApps(t *testing.T) {
	x := serve(t)
	var a object
	types, _ := x.events(func() {
		a = x.post("/api/v1/apps", object{
			"name": "oidc_client", "label": "Portal", "signOnMode": "OPENID_CONNECT",
			"credentials": object{"oauthClient": object{"token_endpoint_auth_method": "client_secret_basic", "autoKeyRotation": true}},
			"settings": object{"oauthClient": object{
				"application_type": "web", "grant_types": []string{"authorization_code"}, "response_types": []string{"code"}, "redirect_uris": []string{"https://p.example"},
			}},
		}).want(200).object()
	})
	if diff := cmp.Diff([]string{"application.lifecycle.create", "app.oauth2.client.lifecycle.create"}, types); diff != "" {
		t.Error(diff)
	}
	id := str(a, "id")
	if str(a, "credentials", "oauthClient", "client_id") != id || len(str(a, "credentials", "oauthClient", "client_secret")) != 64 {
		t.Errorf("credentials %v", a["credentials"])
	}
	x.post("/api/v1/apps", object{"name": "bookmark", "label": "Portal", "signOnMode": "BOOKMARK", "settings": object{"app": object{"url": "https://w.example"}}}).fails(400, "E0000001")
	if e := x.del("/api/v1/apps/"+id).fails(403, "E0000056"); at(e, "errorCauses", "0", "errorSummary") != "The application must be deactivated before deletion." {
		t.Errorf("causes %v", e["errorCauses"])
	}
	a["label"] = "Gate"
	if got := x.put("/api/v1/apps/"+id, a).want(200).object(); got["label"] != "Gate" || str(got, "credentials", "oauthClient", "client_id") != id {
		t.Errorf("updated: %v", got["label"])
	}
	if got := ids(x.get("/api/v1/apps?" + encode(`q=gat`)).want(200).list()); !slices.Equal(got, []string{id}) {
		t.Errorf("found %v", got)
	}
	types, _ = x.events(func() { x.post("/api/v1/apps/"+id+"/lifecycle/deactivate", nil).want(200) })
	if diff := cmp.Diff([]string{"application.lifecycle.deactivate"}, types); diff != "" {
		t.Error(diff)
	}
	if got := ids(x.get("/api/v1/apps?" + encode(`filter=status eq "INACTIVE"`)).want(200).list()); !slices.Equal(got, []string{id}) {
		t.Errorf("inactive: %v", got)
	}
	x.del("/api/v1/apps/" + id).want(204)
	x.get("/api/v1/apps/"+id).fails(404, "E0000007")
	x.get("/api/v1/apps?after=00u1testcursorvalue").fails(400, "E0000029")
	x.get("/api/v1/apps?"+encode(`filter=color eq "x"`)).fails(400, "E0000031")
}

func TestAppPages(t *testing.T) {
	x := serve(t)
	all := ids(x.get("/api/v1/apps?limit=200").want(200).list())
	var paged []string
	for path := "/api/v1/apps?limit=5"; path != ""; {
		r := x.get(path).want(200)
		paged = append(paged, ids(r.list())...)
		path = r.next()
	}
	if diff := cmp.Diff(all, paged); diff != "" {
		t.Error(diff)
	}
	if len(all) < 12 {
		t.Errorf("only %d apps", len(all))
	}
}

func TestAppUsers(t *testing.T) {
	x := serve(t)
	u, app := x.person("ann"), x.bookmark("Map")
	path := "/api/v1/apps/" + app + "/users"
	types, events := x.events(func() {
		x.post(path, object{"id": u, "scope": "USER", "credentials": object{"userName": "ann"}}).want(200)
	})
	if diff := cmp.Diff([]string{"application.user_membership.add"}, types); diff != "" {
		t.Error(diff)
	}
	var kinds []string
	for _, target := range events[0]["target"].([]any) {
		kinds = append(kinds, str(target.(object), "type"))
	}
	if diff := cmp.Diff([]string{"AppUser", "AppInstance", "User"}, kinds); diff != "" {
		t.Error(diff)
	}
	if got := x.get(path + "/" + u).want(200).object(); str(got, "credentials", "userName") != "ann" || got["scope"] != "USER" {
		t.Errorf("assigned: %v", got)
	}
	x.post(path+"/"+u, object{"profile": object{"nick": "a"}}).want(200)
	links := x.get("/api/v1/users/" + u + "/appLinks").want(200).list()
	if i := slices.IndexFunc(links, func(l object) bool { return l["appInstanceId"] == app }); i < 0 {
		t.Error("the app has no link")
	}
	types, _ = x.events(func() { x.del(path + "/" + u).want(204) })
	if diff := cmp.Diff([]string{"application.user_membership.remove"}, types); diff != "" {
		t.Error(diff)
	}
	x.get(path+"/"+u).fails(404, "E0000007")
	x.post(path, object{"id": "00unobody"}).fails(404, "E0000007")
}

func TestAppGroups(t *testing.T) {
	x := serve(t)
	u, g, app := x.person("ann"), x.team("red"), x.bookmark("Map")
	x.put("/api/v1/groups/"+g+"/users/"+u, nil).want(204)
	path := "/api/v1/apps/" + app + "/groups/" + g
	types, events := x.events(func() { x.put(path, object{"priority": 3}).want(200) })
	if diff := cmp.Diff([]string{"group.application_assignment.add", "application.user_membership.add"}, types); diff != "" {
		t.Error(diff)
	}
	if str(events[0], "debugContext", "debugData", "groupAppAssignmentId") == "" {
		t.Errorf("debug data %v", events[0]["debugContext"])
	}
	if got := x.get("/api/v1/apps/" + app + "/users/" + u).want(200).object(); got["scope"] != "GROUP" {
		t.Errorf("scope %v", got["scope"])
	}
	if got := ids(x.get("/api/v1/apps/" + app + "/users").want(200).list()); !slices.Equal(got, []string{u}) {
		t.Errorf("users %v", got)
	}
	if got := ids(x.get("/api/v1/groups/" + g + "/apps").want(200).list()); !slices.Equal(got, []string{app}) {
		t.Errorf("apps of the group %v", got)
	}
	x.del("/api/v1/apps/"+app+"/users/"+u).fails(400, "E0000001")
	if got := x.get(path).want(200).object(); got["priority"] != 3.0 {
		t.Errorf("priority %v", got["priority"])
	}
	other := x.team("blue")
	x.put("/api/v1/apps/"+app+"/groups/"+other, object{}).want(200)
	list := x.get("/api/v1/apps/" + app + "/groups?expand=group").want(200).list()
	if diff := cmp.Diff([]string{other, g}, ids(list)); diff != "" || at(list[0], "_embedded", "group", "profile", "name") != "blue" {
		t.Errorf("%s %v", diff, list)
	}
	x.del("/api/v1/apps/" + app + "/groups/" + other).want(204)
	types, _ = x.events(func() { x.put(path, object{"priority": 1}).want(200) })
	if diff := cmp.Diff([]string{"group.application_assignment.update"}, types); diff != "" {
		t.Error(diff)
	}
	types, _ = x.events(func() { x.del(path).want(204) })
	if diff := cmp.Diff([]string{"group.application_assignment.remove", "application.user_membership.remove"}, types); diff != "" {
		t.Error(diff)
	}
	x.del(path).fails(404, "E0000007")
}

// TestAssignedTwice sees that who has an app in two ways keeps it when one
// ends.
func TestAssignedTwice(t *testing.T) {
	x := serve(t)
	u, g, app := x.person("ann"), x.team("red"), x.bookmark("Map")
	x.put("/api/v1/groups/"+g+"/users/"+u, nil).want(204)
	x.put("/api/v1/apps/"+app+"/groups/"+g, object{}).want(200)
	types, _ := x.events(func() { x.post("/api/v1/apps/"+app+"/users", object{"id": u}).want(200) })
	if len(types) != 0 {
		t.Errorf("assigning what is assigned: %v", types)
	}
	types, _ = x.events(func() { x.del("/api/v1/groups/" + g + "/users/" + u).want(204) })
	if diff := cmp.Diff([]string{"group.user_membership.remove"}, types); diff != "" {
		t.Error(diff)
	}
	if got := x.get("/api/v1/apps/" + app + "/users/" + u).want(200).object(); got["scope"] != "USER" {
		t.Errorf("scope %v", got["scope"])
	}
}

func TestDeactivationTakesApps(t *testing.T) {
	x := serve(t)
	u, app := x.person("ann"), x.bookmark("Map")
	x.post("/api/v1/apps/"+app+"/users", object{"id": u}).want(200)
	types, _ := x.events(func() { x.post("/api/v1/users/"+u+"/lifecycle/deactivate", nil).want(200) })
	n := 0
	for _, s := range types {
		if s == "application.user_membership.remove" {
			n++
		}
	}
	if types[0] != "user.lifecycle.deactivate" || n < 5 {
		t.Errorf("events %v", types)
	}
	x.get("/api/v1/apps/"+app+"/users/"+u).fails(404, "E0000007")
}
