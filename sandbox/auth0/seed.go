package auth0

import (
	"slices"
	"strings"
	"time"
)

// deactivatedAction refuses people whose metadata say that Okta has deactivated
// them, as a text or as a boolean.
const deactivatedAction = `const closed = (user) => String(user.user_metadata?.okta?.deactivated) === "true";

exports.onExecutePostLogin = async (event, api) => {
  if (closed(event.user)) {
    api.access.deny("` + Closed + `");
  }
};
`

// Closed is what it says to them.
const Closed = "This account is closed. Ask the help desk if it should not be."

// DeactivatedAction is the name of the Action that refuses people whose
// metadata say that Okta has deactivated them.
const DeactivatedAction = "Deny people deactivated in Okta"

// seed fills a new tenant. Nothing of it is logged. The caller holds the lock.
func seed(t *Tenant) {
	for _, s := range settings() {
		if s.value != nil {
			t.settings[s.path] = s.value
		}
	}
	factors := []any{}
	for _, name := range factorNames() {
		factors = append(factors, doc{"name": name, "enabled": name == "otp" || name == "push-notification", "trial_expired": false})
	}
	t.settings["factors"] = factors
	seedClients(t)
	if t.opt.Bare {
		return
	}
	began := t.now().Add(-time.Duration(len(t.opt.People)) * time.Minute) // they came one after the other
	for i, p := range t.opt.People {
		t.admitPerson(p, "").doc["created_at"] = stamp(began.Add(time.Duration(i) * time.Minute))
	}
	seedCustomers(t)
	seedGroups(t)
	a := t.makeAction(doc{"name": DeactivatedAction, "code": deactivatedAction, "supported_triggers": []any{doc{"id": postLogin, "version": "v3"}}})
	a.settle()
	t.deploy(a)
	t.bindings[postLogin] = []doc{t.binding(postLogin, a, "")}
	for _, kind := range []string{"verify_email", "welcome_email"} {
		t.add("/email-templates", doc{"template": kind, "body": "<html></html>", "from": "", "subject": "", "syntax": "liquid", "urlLifetimeInSeconds": 432000, "enabled": kind == "verify_email"})
	}
}

// seedClients makes the applications, the API and the connections.
func seedClients(t *Tenant) {
	identifier := t.identifier()
	all := allScopes(t)
	scopes := []any{}
	for _, s := range all {
		scopes = append(scopes, doc{"value": s, "description": s})
	}
	t.add("/resource-servers", doc{"name": "Auth0 Management API", "identifier": identifier, "is_system": true, "scopes": scopes})
	t.m2m = t.add("/clients", doc{"name": "Sallyport", "app_type": "non_interactive", "description": "Machine to machine"})
	portal := t.add("/clients", doc{
		"name": "Customer portal", "app_type": "regular_web", "callbacks": []any{"http://localhost:3000/callback", "https://portal.acme.example/callback"},
		"grant_types": []any{"authorization_code", "implicit", "refresh_token", "client_credentials", "password", "http://auth0.com/oauth/grant-type/password-realm"},
	})
	t.add("/clients", doc{"name": "Partner single-page app", "app_type": "spa", "callbacks": []any{"https://partners.acme.example"}})
	t.add("/clients", doc{"name": "All Applications", "global": true})
	granted := []any{}
	for _, s := range all {
		granted = append(granted, s)
	}
	t.add("/client-grants", doc{"client_id": t.m2m["client_id"], "audience": identifier, "scope": granted})
	enabled := []any{portal["client_id"], t.m2m["client_id"]}
	t.add("/connections", doc{"name": DatabaseConnection, "strategy": "auth0", "enabled_clients": enabled})
	t.add("/connections", doc{"name": "google-oauth2", "strategy": "google-oauth2", "options": doc{"email": true, "scope": []any{"email", "profile"}, "profile": true}, "enabled_clients": enabled})
}

// allScopes returns every scope that a route wants.
func allScopes(t *Tenant) []string {
	var out []string
	for _, r := range t.routes {
		for _, s := range r.scopes {
			if !slices.Contains(out, s) && !strings.Contains(s, "current_user") {
				out = append(out, s)
			}
		}
	}
	slices.Sort(out)
	return out
}

// admitPerson makes the account of somebody, with a password that the control
// API tells.
func (t *Tenant) admitPerson(p Person, connection string) *user {
	if connection == "" {
		connection = DatabaseConnection
	}
	i := slices.IndexFunc(t.shelves["/connections"].items, func(d doc) bool { return d["name"] == connection })
	u := t.enrol(t.shelves["/connections"].items[i], strings.ToLower(p.Email), doc{
		"given_name": p.First, "family_name": p.Last, "name": p.First + " " + p.Last, "email_verified": true, "password": "Sandbox-" + t.letters(base62, 12),
	})
	if t.rand.IntN(3) == 0 {
		u.methods = append(u.methods, doc{"id": "totp|dev_" + t.letters(base62, 16), "type": "totp", "confirmed": true, "name": "Authenticator", "created_at": u.doc["created_at"]})
	}
	return u
}

func seedCustomers(t *Tenant) {
	first := []string{"Ines", "Tomas", "Aiko", "Noor", "Lars", "Priya", "Mateo", "Zoe", "Kofi", "Hana"}
	last := []string{"Baker", "Novak", "Sato", "Haddad", "Berg", "Rao", "Silva", "Laurent", "Mensah", "Kim"}
	for i := range max(0, t.opt.Customers) {
		f, l := first[i%len(first)], last[(i/len(first)+i*3)%len(last)]
		email := strings.ToLower(f + "." + l + string(rune('a'+i/len(first)%26)) + "@customer.example")
		connection := ""
		if i%4 == 3 {
			connection = "google-oauth2"
		}
		u := t.admitPerson(Person{Email: email, First: f, Last: l}, connection)
		u.doc["user_metadata"] = doc{"plan": []string{"free", "team", "business"}[i%3]}
	}
}

// seedGroups makes roles and an organization.
func seedGroups(t *Tenant) {
	admin := t.add("/roles", doc{"name": "Portal admin", "description": "Manages the portal"})
	reader := t.add("/roles", doc{"name": "Portal reader", "description": "Reads the portal"})
	o := t.add("/organizations", doc{"name": "contoso", "display_name": "Contoso"})
	var members []doc
	for i, u := range t.users {
		switch {
		case i%10 == 0:
			u.roles = append(u.roles, str(admin, "id"))
		case i%3 == 0:
			u.roles = append(u.roles, str(reader, "id"))
		}
		if i%5 == 0 {
			members = append(members, doc{"user_id": u.id(), "roles": []any{}})
		}
	}
	t.keep("members", str(o, "id"), members)
}
