package okta_test

import (
	"testing"
)

// Mails are switched by brand, and those of the default brand are the switches of
// the admin console.
func TestEmailTemplates(t *testing.T) {
	x := serve(t)
	brands := x.get("/api/v1/brands").want(200).list()
	if len(brands) != 2 {
		t.Fatalf("%d brands", len(brands))
	}
	byName := map[string]string{}
	for _, b := range brands {
		byName[str(b, "name")] = str(b, "id")
	}
	path := "/api/v1/brands/" + byName["Okta Default"] + "/templates/email"
	if all := x.get(path + "?limit=200&expand=settings").want(200).list(); len(all) < 25 || str(all[0], "_embedded", "settings", "recipients") != "ALL_USERS" {
		t.Errorf("%d templates, %v", len(all), all[0])
	}
	first := x.get(path + "?limit=5").want(200)
	if all := first.list(); len(all) != 5 || all[0]["_embedded"] != nil {
		t.Errorf("a page of %d: %v", len(all), all)
	}
	if again := x.get(first.next()).want(200).list(); len(again) != 5 || str(again[0], "name") == str(first.list()[0], "name") {
		t.Errorf("the page after it: %v", again)
	}
	settings := path + "/NewSignOnNotification/settings"
	for _, to := range []string{"NO_USERS", "ADMINS_ONLY", "ALL_USERS"} {
		if o := x.put(settings, object{"recipients": to}).want(200).object(); o["recipients"] != to {
			t.Errorf("set to %s: %v", to, o)
		}
		notices := x.get("/api/internal/org/settings/security-notification-settings").want(200).object()
		if on := notices["sendEmailForNewDeviceEnabled"]; on != (to == "ALL_USERS") {
			t.Errorf("to %s: the switch of the admin console is %v", to, on)
		}
	}
	x.put("/api/internal/org/settings/security-notification-settings", object{"sendEmailForNewDeviceEnabled": false}).want(200)
	if o := x.get(settings).want(200).object(); o["recipients"] == "ALL_USERS" {
		t.Errorf("switched off in the admin console: %v", o)
	}
	partners := "/api/v1/brands/" + byName["Acme Partners"] + "/templates/email/AuthenticatorReset"
	if o := x.get(partners + "/settings").want(200).object(); o["recipients"] != "NO_USERS" {
		t.Errorf("of the other brand: %v", o)
	}
	x.get(partners).want(200)
	x.put(settings, object{"recipients": "EVERYBODY"}).want(400)
	x.get("/api/v1/brands/bnd0/templates/email").want(404)
	x.get(path + "/Nothing/settings").want(404)
	x.get("/api/v1/brands/" + byName["Okta Default"]).want(200)
	x.as(x.org.ReadOnlyToken()).put(settings, object{"recipients": "ALL_USERS"}).want(403)
	x.as(x.org.ReadOnlyToken()).get(settings).want(200)
}

func TestThreatInsight(t *testing.T) {
	x := serve(t)
	const path = "/api/v1/threats/configuration"
	if o := x.get(path).want(200).object(); o["action"] != "audit" {
		t.Errorf("%v", o)
	}
	zones := x.get("/api/v1/zones").want(200).list()
	if len(zones) != 5 {
		t.Fatalf("%d zones", len(zones))
	}
	zone := str(zones[0], "id")
	x.get("/api/v1/zones/" + zone).want(200)
	x.get("/api/v1/zones/nzo0").want(404)
	x.post(path, object{"action": "block", "excludeZones": []string{zone}}).want(200)
	if o := x.post(path, object{"action": "audit"}).want(200).object(); o["action"] != "audit" || len(o["excludeZones"].([]any)) != 1 {
		t.Errorf("zones that are not named do not stay: %v", o)
	}
	x.post(path, object{"action": "audit", "excludeZones": []string{"nzo0"}}).want(400)
	x.post(path, object{"action": "maybe"}).want(400)
	x.as(x.org.ReadOnlyToken()).post(path, object{"action": "none"}).want(403)
	x.as(x.org.ReadOnlyToken()).get(path).want(200)
}

func TestPolicies(t *testing.T) {
	x := serve(t)
	for _, kind := range []string{"OKTA_SIGN_ON", "ACCESS_POLICY", "PROFILE_ENROLLMENT"} {
		all := x.get("/api/v1/policies?type=" + kind).want(200).list()
		if len(all) == 0 || all[0]["type"] != kind {
			t.Errorf("%s: %v", kind, all)
		}
		x.get("/api/v1/policies/" + str(all[0], "id")).want(200)
	}
	x.get("/api/v1/policies").want(400)
	x.get("/api/v1/policies?type=NONE").want(400)
	x.get("/api/v1/policies/00p0").want(404)
}
