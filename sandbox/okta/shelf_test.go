package okta_test

import (
	"slices"
	"strings"
	"testing"
)

// policyTypes are those of an org with every licence.
func policyTypes() []string {
	return []string{
		"OKTA_SIGN_ON", "ACCESS_POLICY", "PASSWORD", "MFA_ENROLL", "IDP_DISCOVERY", "PROFILE_ENROLLMENT", "ENTITY_RISK", "POST_AUTH_SESSION",
		"SESSION_VIOLATION_DETECTION", "DEVICE_SIGNAL_COLLECTION", "CLIENT_UPDATE",
	}
}

// Everything that an inventory reads is there, in the form that Okta describes.
func TestInventoryIsServed(t *testing.T) {
	readInventory(t, serve(t))
}

func readInventory(t *testing.T, x *tenant) {
	t.Helper()
	for _, path := range []string{
		"/api/v1/org", "/api/v1/org/contacts", "/api/v1/org/contacts/BILLING", "/api/v1/org/contacts/TECHNICAL", "/api/v1/zones", "/api/v1/behaviors", "/api/v1/idps/credentials/keys",
		"/api/v1/trustedOrigins", "/api/v1/inlineHooks", "/api/v1/domains", "/api/v1/email-domains", "/api/v1/email-servers", "/api/v1/realms",
		"/api/v1/realm-assignments", "/api/v1/meta/schemas/user/linkedObjects", "/api/v1/meta/schemas/user/default", "/api/v1/agentPools?limitPerPoolType=200", "/api/v1/features",
		"/api/v1/security-events-providers", `/api/v1/principal-rate-limits?filter=principalType%20eq%20%22SSWS_TOKEN%22`, "/attack-protection/api/v1/user-lockout-settings",
		"/attack-protection/api/v1/authenticator-settings", "/api/v1/bot-protection/configuration", "/api/v1/org/captcha", "/api/v1/captchas",
		"/api/v1/org/settings/clientPrivilegesSetting", "/api/v1/org/orgSettings/thirdPartyAdminSetting", "/api/v1/org/privacy/oktaSupport",
		"/api/v1/first-party-app-settings/admin-console", "/api/v1/device-assurances", "/api/v1/devices?expand=userSummary", "/api/v1/devices?expand=user&limit=2",
		"/api/v1/rate-limit-settings/admin-notifications", "/api/v1/rate-limit-settings/warning-threshold",
		"/api/v1/eventHooks", "/api/v1/logStreams", "/api/v1/iam/roles", "/api/v1/iam/resource-sets", "/api/v1/iam/governance/optIn", "/api/v1/threats/configuration",
		"/api/internal/org/settings/security-notification-settings",
	} {
		x.get(path).want(200)
	}
	for path, parts := range map[string][]string{
		"/api/v1/authenticators": {"", "/methods", "/aaguids"},
		"/api/v1/idps":           {""}, "/api/v1/meta/types/user": {""}, "/api/v1/mappings": {""},
		"/api/v1/authorizationServers": {"", "/policies", "/scopes", "/claims", "/credentials/keys"},
		"/api/v1/brands":               {"/pages/sign-in/customized", "/templates/email/PasswordChanged/customizations", "/templates/email/PasswordChanged/default-content"},
	} {
		all := x.get(path).want(200).list()
		if len(all) == 0 {
			t.Errorf("%s is empty", path)
		}
		for _, o := range all {
			for _, part := range parts {
				x.get(path + "/" + str(o, "id") + part).want(200)
			}
		}
	}
	for _, server := range x.get("/api/v1/authorizationServers").want(200).list() {
		path := "/api/v1/authorizationServers/" + str(server, "id") + "/policies"
		for _, p := range x.get(path).want(200).list() {
			if rules := x.get(path + "/" + str(p, "id") + "/rules").want(200).list(); len(rules) == 0 {
				t.Errorf("%s has no rules", str(p, "name"))
			}
		}
	}
	for _, kind := range policyTypes() {
		for _, p := range x.get("/api/v1/policies?type=" + kind).want(200).list() {
			path := "/api/v1/policies/" + str(p, "id")
			if rules := x.get(path + "/rules").want(200).list(); len(rules) == 0 {
				t.Errorf("%s %s has no rules", kind, str(p, "name"))
			}
			x.get(path + "/mappings").want(200)
		}
	}
}

// Every app is governed by one access policy, and that of the admin console is
// its own.
func TestPolicyMappings(t *testing.T) {
	x := serve(t)
	of := map[string]string{}
	for _, p := range x.get("/api/v1/policies?type=ACCESS_POLICY").want(200).list() {
		for _, m := range x.get("/api/v1/policies/" + str(p, "id") + "/mappings").want(200).list() {
			href := str(m, "_links", "application", "href")
			of[href[strings.LastIndexByte(href, '/')+1:]] = str(p, "name")
		}
	}
	for _, a := range x.get("/api/v1/apps?limit=200").want(200).list() {
		want := "Any two factors"
		if str(a, "name") == "saasure" {
			want = "Okta Admin Console"
		}
		if got := of[str(a, "id")]; got != want {
			t.Errorf("%s is governed by %q", str(a, "label"), got)
		}
	}
	wiki := x.appCalled("Company wiki")
	made := x.post("/api/v1/policies", object{"type": "ACCESS_POLICY", "priority": 1, "name": "Wiki", "description": "Of the wiki"}).want(200).object()
	x.put("/api/v1/apps/"+wiki+"/policies/"+str(made, "id"), nil).want(204)
	if got := x.get("/api/v1/policies/" + str(made, "id") + "/mappings").want(200).list(); len(got) != 1 {
		t.Errorf("mapped: %v", got)
	}
	if a := x.get("/api/v1/apps/" + wiki).want(200).object(); !strings.HasSuffix(str(a, "_links", "accessPolicy", "href"), str(made, "id")) {
		t.Errorf("the app leads to %s", str(a, "_links", "accessPolicy", "href"))
	}
	if rules := x.get("/api/v1/policies/" + str(made, "id") + "/rules").want(200).list(); len(rules) != 1 || rules[0]["system"] != true {
		t.Errorf("a new access policy has the rules %v", rules)
	}
}

func (x *tenant) appCalled(label string) string {
	x.Helper()
	for _, a := range x.get("/api/v1/apps?limit=200").want(200).list() {
		if str(a, "label") == label {
			return str(a, "id")
		}
	}
	x.Fatalf("there is no app %s", label)
	return ""
}

// shelved is an object that is made, changed and deleted.
type shelved struct {
	body  object
	event string // the type of its events, without what was done
	verbs string // what was done, as the log says it
}

func shelfBodies() map[string]shelved {
	channel := object{"type": "HTTP", "version": "1.0.0", "config": object{"uri": "https://hook.example", "method": "POST", "authScheme": object{"type": "HEADER", "key": "Authorization", "value": "hidden"}}}
	federation := object{"type": "OIDC", "scopes": []string{"openid"}, "issuer": object{"url": "https://partner.example"}}
	session := object{"signon": object{"access": "ALLOW", "requireFactor": false, "session": object{"maxSessionIdleMinutes": 30}}}
	const all = "create update deactivate activate delete"
	return map[string]shelved{
		"/api/v1/zones":          {object{"type": "IP", "name": "Branch", "gateways": []object{{"type": "CIDR", "value": "203.0.113.0/28"}}}, "zone", all},
		"/api/v1/trustedOrigins": {object{"name": "Shop", "origin": "https://shop.example", "scopes": []object{{"type": "CORS"}}}, "security.trusted_origin", all},
		"/api/v1/inlineHooks": {
			object{"name": "Tokens", "type": "com.okta.oauth2.tokens.transform", "version": "1.0.0", "channel": channel},
			"inline_hook", "created updated deactivated activated deleted",
		},
		"/api/v1/behaviors": {object{"name": "Elsewhere", "type": "VELOCITY", "settings": object{"velocityKph": 900}}, "security.behavior.settings", "create update update update delete"},
		"/api/v1/idps": {
			object{"name": "Partner", "type": "OIDC", "protocol": federation, "policy": object{"accountLink": object{"action": "DISABLED"}}}, "system.idp.lifecycle", all,
		},
		"/api/v1/policies":                                          {object{"type": "PASSWORD", "priority": 1, "name": "Strict", "description": "Strict"}, "policy.lifecycle", all},
		"/api/v1/policies/{OKTA_SIGN_ON}/rules":                     {object{"type": "SIGN_ON", "name": "Night", "actions": session}, "policy.rule", "add update deactivate activate delete"},
		"/api/v1/authorizationServers":                              {object{"name": "Orders", "audiences": []string{"https://orders.example"}, "description": "Orders"}, "oauth2.as", "created updated deactivated activated deleted"},
		"/api/v1/authorizationServers/aus0default0000000000/scopes": {object{"name": "read"}, "oauth2.scope", "created updated deleted"},
		"/api/v1/authorizationServers/aus0default0000000000/claims": {object{"name": "team", "claimType": "RESOURCE", "valueType": "EXPRESSION", "value": "user.department"}, "oauth2.claim", "created updated deleted"},
		"/api/v1/device-assurances":                                 {object{"name": "Phones", "platform": "IOS", "osVersion": object{"minimum": "18.0.0"}}, "device.assurance.policy", "add update delete"},
		"/api/v1/realms":                                            {object{"profile": object{"name": "Dealers", "realmType": "PARTNER"}}, "directory.realm.lifecycle", "create update delete"},
		"/api/v1/realm-assignments":                                 {object{"name": "Dealers", "priority": 2}, "directory.realm.assignment", "create update update update delete"},
		"/api/v1/captchas":                                          {object{"name": "Robots", "type": "HCAPTCHA", "siteKey": "site", "secretKey": "hidden"}, "system.captcha", "create update delete"},
		"/api/v1/security-events-providers":                         {object{"name": "EDR", "type": "okta", "settings": object{"well_known_url": "https://edr.example/ssf"}}, "security.events.provider", all},
	}
}

// What is kept on a shelf is made, changed, switched and deleted, and the log
// says so, in words of Okta's catalogue.
func TestShelves(t *testing.T) {
	x := serve(t)
	var catalogue eventTypes
	shared(t, "okta-event-types.json", &catalogue)
	known := map[string]bool{}
	for _, e := range catalogue.Versions[0].EventTypes {
		known[e.ID] = true
	}
	policy := "/api/v1/policies/" + str(x.get("/api/v1/policies?type=OKTA_SIGN_ON").want(200).list()[0], "id")
	for path, c := range shelfBodies() {
		path = strings.Replace(path, "/api/v1/policies/{OKTA_SIGN_ON}", policy, 1)
		types, _ := x.events(func() { x.keep(path, c) })
		var want []string
		for verb := range strings.FieldsSeq(c.verbs) {
			want = append(want, c.event+"."+verb)
			if !known[c.event+"."+verb] {
				t.Errorf("%s.%s is not in the catalogue", c.event, verb)
			}
		}
		if !slices.Equal(types, want) {
			t.Errorf("%s: the log has %v", path, types)
		}
	}
	for _, path := range []string{"/api/v1/zones", "/api/v1/trustedOrigins", "/api/v1/idps", policy + "/rules"} {
		x.post(path, object{"name": ""}).want(400)
		x.as(x.org.ReadOnlyToken()).get(path).want(200)
		x.as(x.org.ReadOnlyToken()).post(path, object{"name": "Mine"}).fails(403, "E0000006")
	}
	x.post("/api/v1/zones", object{"type": "IP", "name": "Bad", "gateways": []object{{"type": "CIDR", "value": "anywhere"}}}).fails(400, "E0000001")
	x.get("/api/v1/policies/00p0/rules").fails(404, "E0000007")
	zones := x.get("/api/v1/zones").want(200).list()
	i := slices.IndexFunc(zones, func(z object) bool { return z["name"] == "BlockedIpZone" })
	blocked := "/api/v1/zones/" + str(zones[i], "id")
	x.del(blocked).fails(403, "E0000006")
	body := object{"type": "IP", "name": "BlockedIpZone", "usage": "BLOCKLIST", "gateways": []object{{"type": "RANGE", "value": "198.18.0.1-198.18.0.9"}}}
	if o := x.put(blocked, body).want(200).object(); o["system"] != true || len(o["gateways"].([]any)) != 1 {
		t.Errorf("an address is blocked: %v", o)
	}
}

// keep makes an object, changes it, switches it where that can be done, and
// deletes it.
func (x *tenant) keep(path string, c shelved) {
	x.Helper()
	one := path + "/" + str(x.post(path, c.body).want(200, 201).object(), "id")
	if c.body["name"] != nil {
		c.body["name"] = "Another"
	}
	if o := x.put(one, c.body).want(200).object(); o["name"] != c.body["name"] {
		x.Errorf("%s: replaced %v", path, o)
	}
	if body := string(x.get(one).want(200).body); strings.Contains(body, "hidden") {
		x.Errorf("%s shows a secret: %s", path, body)
	}
	if len(strings.Fields(c.verbs)) > 3 {
		x.post(one+"/lifecycle/deactivate", nil).want(200, 204)
		if o := x.get(one).want(200).object(); o["status"] != "INACTIVE" {
			x.Errorf("%s: switched off %v", path, o)
		}
		x.post(one+"/lifecycle/activate", nil).want(200, 204)
		x.post(one+"/lifecycle/activate", nil).want(200, 204) // again, which is nothing new
		if o := x.get(one).want(200).object(); o["status"] != "ACTIVE" {
			x.Errorf("%s: switched on %v", path, o)
		}
	}
	x.del(one).want(204)
	x.get(one).fails(404, "E0000007")
}

// An API token that is restricted to a zone is good there alone.
func TestTokenIsRestricted(t *testing.T) {
	x := serve(t)
	reader := x.as(x.org.ReadOnlyToken())
	zone := str(x.post("/api/v1/zones", object{"type": "IP", "name": "Quarantine", "gateways": []object{}}).want(200).object(), "id")
	token := "/api/v1/api-tokens/" + str(reader.get("/api/v1/api-tokens").want(200).list()[0], "id")
	x.put(token, object{"name": "Sandbox reading", "network": object{"connection": "ZONE", "include": []string{zone}}}).want(200)
	types, _ := x.events(func() { reader.get("/api/v1/users").fails(401, "E0000011") })
	if !slices.Equal(types, []string{"system.api_token.request_outside_allowed_range"}) {
		t.Errorf("the log has %v", types)
	}
	for _, gateway := range []object{{"type": "CIDR", "value": "127.0.0.0/8"}, {"type": "RANGE", "value": "127.0.0.1-127.0.0.9"}} {
		x.put("/api/v1/zones/"+zone, object{"type": "IP", "name": "Quarantine", "gateways": []object{gateway}}).want(200)
		reader.get("/api/v1/users").want(200)
	}
	x.put(token, object{"name": "Sandbox reading", "network": object{"connection": "ZONE", "exclude": []string{zone}}}).want(200)
	reader.get("/api/v1/users").fails(401, "E0000011")
}

// An authenticator and each of its methods are switched off and on.
func TestAuthenticators(t *testing.T) {
	x := serve(t)
	for _, a := range x.get("/api/v1/authenticators").want(200).list() {
		if a["key"] != "phone_number" {
			continue
		}
		path := "/api/v1/authenticators/" + str(a, "id")
		types, _ := x.events(func() {
			x.post(path+"/methods/sms/lifecycle/deactivate", nil).want(200)
			if o := x.get(path + "/methods/sms").want(200).object(); o["status"] != "INACTIVE" {
				t.Errorf("%v", o)
			}
			x.post(path+"/lifecycle/deactivate", nil).want(200)
			a["settings"] = object{"allowedFor": "none"}
			if o := x.put(path, a).want(200).object(); o["status"] != "INACTIVE" || str(o, "settings", "allowedFor") != "none" {
				t.Errorf("replaced: %v", o)
			}
			x.post(path+"/lifecycle/activate", nil).want(200)
		})
		want := []string{"deactivate", "deactivate", "update", "activate"}
		for i := range want {
			want[i] = "security.authenticator.lifecycle." + want[i]
		}
		if !slices.Equal(types, want) {
			t.Errorf("the log has %v", types)
		}
		return
	}
	t.Error("there is no phone")
}

// The settings of the org change, and those that only a super admin sees are
// denied to others.
func TestSingles(t *testing.T) {
	x := serve(t)
	reader := x.as(x.org.ReadOnlyToken())
	console, attack := "/api/v1/first-party-app-settings/admin-console", "/attack-protection/api/v1/user-lockout-settings"
	types, _ := x.events(func() {
		if o := x.put(console, object{"sessionIdleTimeoutMinutes": 30, "sessionMaxLifetimeMinutes": 720}).want(200).object(); o["sessionIdleTimeoutMinutes"] != 30.0 {
			t.Errorf("%v", o)
		}
		x.put(console, object{"sessionIdleTimeoutMinutes": 600}).want(400)
		x.put(attack, object{"preventBruteForceLockoutFromUnknownDevices": false}).want(200)
		x.post("/api/v1/org/privacy/oktaSupport/grant", nil).want(200)
		if o := x.get("/api/v1/org/privacy/oktaSupport").want(200).object(); o["support"] != "ENABLED" {
			t.Errorf("granted: %v", o)
		}
		x.post("/api/v1/org/privacy/oktaSupport/revoke", nil).want(200)
		if o := x.get("/api/v1/org/privacy/oktaSupport").want(200).object(); o["support"] != "DISABLED" {
			t.Errorf("revoked: %v", o)
		}
	})
	if want := []string{"security.attack_protection.settings.update", "user.session.impersonation.grant", "user.session.impersonation.revoke"}; !slices.Equal(types, want) {
		t.Errorf("the log has %v", types)
	}
	for _, path := range []string{
		console, "/api/v1/org/privacy/oktaSupport", "/api/v1/org/settings/clientPrivilegesSetting", "/api/v1/org/orgSettings/thirdPartyAdminSetting", "/api/v1/logStreams",
		"/api/v1/iam/roles", "/api/v1/iam/resource-sets", "/api/v1/apps/" + x.appCalled("Expenses") + "/grants",
	} {
		reader.get(path).fails(403, "E0000006")
	}
	reader.put(attack, object{"preventBruteForceLockoutFromUnknownDevices": true}).fails(403, "E0000006")
	for _, tk := range reader.get("/api/v1/api-tokens").want(200).list() {
		if tk["name"] != "Sandbox reading" {
			t.Errorf("a read-only admin sees the token %v of somebody else", tk["name"])
		}
	}
	for _, a := range reader.get("/api/v1/apps?limit=200").want(200).list() {
		if a["name"] == "saasure" || a["name"] == "okta_enduser" {
			t.Errorf("a read-only admin sees %v", a["label"])
		}
	}
}

// Devices are switched off and on again, and deleted once they are off.
func TestDevices(t *testing.T) {
	x := serve(t)
	all := x.get("/api/v1/devices?expand=userSummary").want(200).list()
	if len(all) < 20 || str(all[0], "status") != "ACTIVE" {
		t.Fatalf("%d devices", len(all))
	}
	path := "/api/v1/devices/" + str(all[0], "id")
	types, _ := x.events(func() {
		for _, verb := range []string{"suspend", "unsuspend", "deactivate"} {
			x.post(path+"/lifecycle/"+verb, nil).want(204)
		}
		x.post(path+"/lifecycle/suspend", nil).want(400)
		x.get(path + "/users").want(200)
		x.del(path).want(204)
		x.get(path).fails(404, "E0000007")
	})
	if want := []string{"device.lifecycle.suspend", "device.lifecycle.unsuspend", "device.lifecycle.deactivate", "device.lifecycle.delete"}; !slices.Equal(types, want) {
		t.Errorf("the log has %v", types)
	}
	other := "/api/v1/devices/" + str(all[1], "id")
	x.del(other).want(400)
	x.as(x.org.ReadOnlyToken()).post(other+"/lifecycle/suspend", nil).fails(403, "E0000006")
}

// Who has a custom role over a resource set is one of the members of its binding,
// and can be taken out of it.
func TestBindings(t *testing.T) {
	x := serve(t)
	role := str(x.post("/api/v1/iam/roles", object{"label": "Keeper", "description": "Keeps", "permissions": []string{"okta.groups.read"}}).want(200).object(), "id")
	set := "/api/v1/iam/resource-sets/" + str(x.post("/api/v1/iam/resource-sets", object{"label": "Some", "description": "Some", "resources": []string{"orn:okta:directory:" + x.orgID() + ":groups"}}).want(200).object(), "id")
	ann := x.person("ann")
	a := x.post("/api/v1/users/"+ann+"/roles", object{"type": "CUSTOM", "role": role, "resource-set": set[strings.LastIndexByte(set, '/')+1:]}).want(201).object()
	bindings := x.get(set + "/bindings").want(200).object()["roles"].([]any)
	if len(bindings) != 1 || str(bindings[0].(object), "id") != role {
		t.Fatalf("bindings %v", bindings)
	}
	x.get(set + "/bindings/" + role).want(200)
	members := x.get(set + "/bindings/" + role + "/members").want(200).object()["members"].([]any)
	if len(members) != 1 || str(members[0].(object), "id") != a["id"] || !strings.HasSuffix(str(members[0].(object), "_links", "self", "href"), "/api/v1/users/"+ann) {
		t.Fatalf("members %v", members)
	}
	x.get("/api/v1/users/" + ann + "/roles/" + str(a, "id") + "/governance").want(200)
	x.del(set + "/bindings/" + role + "/members/" + str(a, "id")).want(204)
	x.del(set+"/bindings/"+role+"/members/"+str(a, "id")).fails(404, "E0000007")
	if roles := x.get("/api/v1/users/" + ann + "/roles").want(200).list(); len(roles) != 0 {
		t.Errorf("roles %v", roles)
	}
}
