package remedy_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"sallyport/internal/guard"
	"sallyport/internal/remedy"
	"sallyport/internal/secret"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
	sandbox "sallyport/sandbox/okta"
)

// tenant is a simulated org that a lab's connection leads to, over a socket. What
// a test looks at it reads by itself.
type tenant struct {
	*lab

	org *sandbox.Org
	url string

	mu     sync.Mutex
	writes []string
}

// newTenant connects a lab to an org with weaknesses.
func newTenant(t *testing.T, db *store.DB) *tenant {
	t.Helper()
	o, err := sandbox.New(sandbox.Options{Seed: 7, Weak: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.Close)
	o.EnforceRateLimits(false)
	x := &tenant{lab: newLab(t, db, true), org: o}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Header.Get("X-Test") == "" {
			x.mu.Lock()
			x.writes = append(x.writes, r.Method+" "+r.URL.Path)
			x.mu.Unlock()
		}
		o.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	o.SetBaseURL(srv.URL)
	x.url = srv.URL
	x.connect(srv.URL, secret.NewText(o.AdminToken()))
	return x
}

// call makes a call as the org's administrator; the answer's body, and its status
// where that is none of success.
func (x *tenant) call(method, path string, body any) any {
	x.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		x.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(x.t.Context(), method, x.url+path, bytes.NewReader(text))
	if err != nil {
		x.t.Fatal(err)
	}
	req.Header.Set("Authorization", "SSWS "+x.org.AdminToken())
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Test", "1")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		x.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		x.t.Fatal(err)
	}
	if res.StatusCode >= 300 {
		return fmt.Sprintf("status %d", res.StatusCode)
	}
	if len(raw) == 0 {
		return nil
	}
	v, err := value.ParseJSON(raw)
	if err != nil {
		x.t.Fatal(err)
	}
	return v
}

// made makes something, and returns its id.
func (x *tenant) made(method, path string, body any) string {
	x.t.Helper()
	v := x.call(method, path, body)
	if s, refused := v.(string); refused {
		x.t.Fatalf("%s %s: %s", method, path, s)
	}
	return value.String(value.Lookup(v, "id"))
}

// first returns the id of the first of a list whose field is something.
func (x *tenant) first(path, field string, is any) string {
	x.t.Helper()
	list, _ := x.call("GET", path, nil).([]any)
	for _, v := range list {
		if value.Equal(value.Lookup(v, field), is) {
			return value.String(value.Lookup(v, "id"))
		}
	}
	x.t.Fatalf("nothing at %s has %s %v", path, field, is)
	return ""
}

// person makes an active person who has no role and is in no group.
func (x *tenant) fresh(login string) string {
	x.t.Helper()
	return x.made("POST", "/api/v1/users?activate=true", value.Map(
		"profile", value.Map("firstName", "Ann", "lastName", "Smith", "login", login, "email", login), "credentials", value.Map("password", value.Map("value", "Correct-horse-9"))))
}

func (x *tenant) group(name string) string {
	x.t.Helper()
	return x.made("POST", "/api/v1/groups", value.Map("profile", value.Map("name", name)))
}

// service makes a service app.
func (x *tenant) service() string {
	x.t.Helper()
	return x.made("POST", "/api/v1/apps", value.Map("name", "oidc_client", "label", "Robot", "signOnMode", "OPENID_CONNECT",
		"credentials", value.Map("oauthClient", value.Map("token_endpoint_auth_method", "client_secret_basic")),
		"settings", value.Map("oauthClient", value.Map("application_type", "service", "grant_types", []any{"client_credentials"}, "response_types", []any{"token"}))))
}

// plain is what of an answer stays when something is done and undone: not when it
// was changed, nor the ids of assignments and grants, which are new.
func plain(v any) any {
	switch v := v.(type) {
	case *value.Object:
		out := value.NewObject(v.Len())
		for name, x := range v.All() {
			switch name {
			case "lastUpdated", "statusChanged", "_links", "created", "expiration", "lastUpdatedBy", "priority", "lastMembershipUpdated", "activated", "passwordChanged", "tokenWindow", "expiresAt":
			default:
				out.Set(name, plain(x))
			}
		}
		if v.At("assignmentType") != nil || v.At("scopeId") != nil {
			return out.Without("id")
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plain(v[i])
		}
		return out
	}
	return v
}

func with(id string, pairs ...any) remedy.Object {
	return remedy.Object{ID: id, With: value.Map(pairs...)}
}

// remedyCase is one remediation, before, during and after.
type remedyCase struct {
	book   string
	given  func(x *tenant) remedy.Object
	look   string // the path that shows its effect; ID and the names of inputs in capitals stand for them
	before string // a part of what is there before it, or
	after  string // of what is there after it, and not before
	stays  bool   // there is no way back
}

const ann = "ann.smith@acme.example"

func annAlone(x *tenant) remedy.Object { return remedy.Object{ID: x.fresh(ann)} }

func peopleCases() []remedyCase {
	consenting := func(x *tenant) remedy.Object { // somebody of the org who has let an app have tokens
		for _, u := range x.org.Users("ACTIVE", 50) {
			if list, _ := x.call("GET", "/api/v1/users/"+u.ID+"/grants", nil).([]any); len(list) > 0 {
				return with(u.ID, "client", value.Lookup(list[0], "clientId"))
			}
		}
		x.t.Fatal("nobody has agreed to anything")
		return remedy.Object{}
	}
	enrolled := func(x *tenant) remedy.Object {
		id := x.fresh(ann)
		if err := x.org.Enrol(ann, "token:software:totp", sandbox.Client{IP: "198.51.100.7"}); err != nil {
			x.t.Fatal(err)
		}
		return remedy.Object{ID: id}
	}
	withFactor := func(x *tenant) remedy.Object {
		o := enrolled(x)
		list, _ := x.call("GET", "/api/v1/users/"+o.ID+"/factors", nil).([]any)
		return with(o.ID, "factor", value.Lookup(list[0], "id"))
	}
	inGroup := func(x *tenant) remedy.Object {
		id, g := x.fresh(ann), x.group("Night shift")
		x.call("PUT", "/api/v1/groups/"+g+"/users/"+id, nil)
		return with(id, "group", g)
	}
	atLowRisk := func(x *tenant) remedy.Object { // what undoing gives back: none is no level that can be set
		o := annAlone(x)
		x.call("PUT", "/api/v1/users/"+o.ID+"/risk", value.Map("riskLevel", "LOW"))
		return o
	}
	assigned := func(x *tenant) remedy.Object {
		id, app := x.fresh(ann), x.bookmark()
		x.made("POST", "/api/v1/apps/"+app+"/users", value.Map("id", id, "scope", "USER"))
		return with(id, "app", app)
	}
	return []remedyCase{
		{book: "suspend_user", given: annAlone, look: "/api/v1/users/ID", after: `"SUSPENDED"`},
		{book: "dormant_user", given: annAlone, look: "/api/v1/users/ID", after: `"SUSPENDED"`},
		{book: "deactivate_user", given: annAlone, look: "/api/v1/users/ID", after: `"DEPROVISIONED"`, stays: true},
		{book: "expire_password", given: annAlone, look: "/api/v1/users/ID", after: `"PASSWORD_EXPIRED"`, stays: true},
		{book: "reset_password", given: annAlone, look: "/api/v1/users/ID", after: `"RECOVERY"`, stays: true},
		{book: "reported_activity", given: annAlone, look: "/api/v1/users/ID", after: `"RECOVERY"`, stays: true},
		{book: "unlock_user", given: func(x *tenant) remedy.Object {
			o := annAlone(x)
			if err := x.org.Lock(ann, sandbox.Client{IP: "198.51.100.7"}); err != nil {
				x.t.Fatal(err)
			}
			return o
		}, look: "/api/v1/users/ID", before: `"LOCKED_OUT"`, after: `"ACTIVE"`, stays: true},
		{book: "reset_factors", given: enrolled, look: "/api/v1/users/ID/factors", before: "token:software:totp", stays: true},
		{book: "remove_factor", given: withFactor, look: "/api/v1/users/ID/factors", before: "token:software:totp", stays: true},
		{book: "attacker_factor", given: withFactor, look: "/api/v1/users/ID/factors", before: "token:software:totp", stays: true},
		{book: "raise_risk", given: atLowRisk, look: "/api/v1/users/ID/risk", after: `"HIGH"`},
		{book: "session_hijack", given: atLowRisk, look: "/api/v1/users/ID/risk", after: `"HIGH"`},
		{book: "remove_from_group", given: inGroup, look: "/api/v1/groups/GROUP/users", before: ann},
		{book: "quarantine_user", given: func(x *tenant) remedy.Object { return with(x.fresh(ann), "group", x.group("Quarantine")) }, look: "/api/v1/groups/GROUP/users", after: ann},
		{book: "leftovers", given: func(x *tenant) remedy.Object { return remedy.Object{ID: inGroup(x).ID} }, look: "/api/v1/users/ID/groups", before: "Night shift"},
		{book: "remove_from_app", given: assigned, look: "/api/v1/apps/APP/users", before: ann},
		{book: "revoke_consents", given: func(x *tenant) remedy.Object { return remedy.Object{ID: consenting(x).ID} }, look: "/api/v1/users/ID/grants", before: "offline_access", stays: true},
		{book: "revoke_tokens", given: consenting, look: "/api/v1/users/ID/clients/CLIENT/tokens", before: "offline_access", stays: true},
		{book: "revoke_app_tokens", given: func(x *tenant) remedy.Object {
			return remedy.Object{ID: value.String(consenting(x).With.At("client"))}
		}, look: "/api/v1/apps/ID/tokens", before: "offline_access", stays: true},
	}
}

// bookmark makes an app.
func (x *tenant) bookmark() string {
	x.t.Helper()
	return x.made("POST", "/api/v1/apps", value.Map("name", "bookmark", "label", "Wiki", "signOnMode", "BOOKMARK", "settings", value.Map("app", value.Map("url", "https://wiki.example"))))
}

func accessCases() []remedyCase {
	holder := func(path string, who func(x *tenant) string, body *value.Object) func(x *tenant) remedy.Object {
		return func(x *tenant) remedy.Object {
			id := who(x)
			ra := x.made("POST", strings.Replace(path, "ID", id, 1), body)
			if body.Text("type") == "USER_ADMIN" {
				x.call("PUT", strings.Replace(path, "ID", id, 1)+"/"+ra+"/targets/groups/"+x.group("Desk's own"), nil)
			}
			return with(id, "assignment", ra)
		}
	}
	user := func(x *tenant) string { return x.fresh(ann) }
	group := func(x *tenant) string { return x.group("Helpers") }
	org, limited := value.Map("type", "ORG_ADMIN"), value.Map("type", "USER_ADMIN")
	granted := func(x *tenant) remedy.Object {
		app := x.service()
		return with(app, "grant", x.made("POST", "/api/v1/apps/"+app+"/grants", value.Map("scopeId", "okta.users.read", "issuer", x.url)))
	}
	return []remedyCase{
		{book: "remove_user_role", given: holder("/api/v1/users/ID/roles", user, org), look: "/api/v1/users/ID/roles", before: "ORG_ADMIN"},
		{book: "remove_user_role", given: holder("/api/v1/users/ID/roles", user, limited), look: "/api/v1/users/ID/roles?expand=targets/groups", before: "USER_ADMIN"},
		{book: "dormant_admin", given: func(x *tenant) remedy.Object {
			return remedy.Object{ID: holder("/api/v1/users/ID/roles", user, org)(x).ID}
		}, look: "/api/v1/users/ID/roles", before: "ORG_ADMIN"},
		{book: "remove_group_role", given: holder("/api/v1/groups/ID/roles", group, org), look: "/api/v1/groups/ID/roles", before: "ORG_ADMIN"},
		{book: "remove_client_role", given: holder("/oauth2/v1/clients/ID/roles", (*tenant).service, org), look: "/oauth2/v1/clients/ID/roles", before: "ORG_ADMIN"},
		{book: "remove_app_scope", given: granted, look: "/api/v1/apps/ID/grants", before: "okta.users.read"},
		{book: "remove_group_owner", given: func(x *tenant) remedy.Object {
			g, u := x.group("Owned"), x.fresh(ann)
			x.made("POST", "/api/v1/groups/"+g+"/owners", value.Map("id", u, "type", "USER"))
			return with(g, "owner", u)
		}, look: "/api/v1/groups/ID/owners", before: "Ann Smith"},
		{book: "remove_group_from_app", given: func(x *tenant) remedy.Object {
			g, app := x.group("Readers"), x.bookmark()
			x.call("PUT", "/api/v1/apps/"+app+"/groups/"+g, value.NewObject(0))
			return with(g, "app", app)
		}, look: "/api/v1/apps/APP/groups", before: `"id"`},
		{book: "restrict_api_token", given: func(x *tenant) remedy.Object {
			x.fresh(ann)
			if _, err := x.org.NewToken(ann, "Old script"); err != nil {
				x.t.Fatal(err)
			}
			return with(x.first("/api/v1/api-tokens", "name", "Old script"), "zone", x.first("/api/v1/zones", "name", "BlockedIpZone"))
		}, look: "/api/v1/api-tokens/ID", before: "ANYWHERE", after: "ZONE"},
		{book: "stolen_api_token", given: func(x *tenant) remedy.Object {
			x.fresh(ann)
			if _, err := x.org.NewToken(ann, "Old script"); err != nil {
				x.t.Fatal(err)
			}
			return with(x.first("/api/v1/api-tokens", "name", "Old script"), "zone", x.first("/api/v1/zones", "name", "BlockedIpZone"))
		}, look: "/api/v1/api-tokens/ID", before: "ANYWHERE", after: "ZONE"},
		{book: "revoke_api_token", given: func(x *tenant) remedy.Object {
			x.fresh(ann)
			if _, err := x.org.NewToken(ann, "Old script"); err != nil {
				x.t.Fatal(err)
			}
			return remedy.Object{ID: x.first("/api/v1/api-tokens", "name", "Old script")}
		}, look: "/api/v1/api-tokens", before: "Old script", stays: true},
	}
}

func thingCases() []remedyCase {
	active := func(path string) func(x *tenant) remedy.Object {
		return func(x *tenant) remedy.Object { return remedy.Object{ID: x.first(path, "status", "ACTIVE")} }
	}
	on, off := `"status":"ACTIVE"`, `"status":"INACTIVE"`
	rule := func(x *tenant) (policy, rule string) {
		policy = x.first("/api/v1/policies?type=OKTA_SIGN_ON", "system", true)
		return policy, x.made("POST", "/api/v1/policies/"+policy+"/rules", value.Map("name", "Tight", "type", "SIGN_ON",
			"conditions", value.Map("network", value.Map("connection", "ANYWHERE")), "actions", value.Map("signon", value.Map("access", "DENY"))))
	}
	return []remedyCase{
		{book: "deactivate_app", given: func(x *tenant) remedy.Object { return remedy.Object{ID: x.bookmark()} }, look: "/api/v1/apps/ID", before: on, after: off},
		{book: "deactivate_idp", given: active("/api/v1/idps"), look: "/api/v1/idps/ID", before: on, after: off},
		{book: "rogue_idp", given: func(x *tenant) remedy.Object {
			o := active("/api/v1/idps")(x)
			x.made("POST", "/api/v1/idps/"+o.ID+"/users/"+x.fresh(ann), value.Map("externalId", "ann-elsewhere"))
			return o
		}, look: "/api/v1/idps/ID", before: on, after: off},
		{book: "deactivate_group_rule", given: active("/api/v1/groups/rules"), look: "/api/v1/groups/rules/ID", before: on, after: off},
		{book: "deactivate_inline_hook", given: active("/api/v1/inlineHooks"), look: "/api/v1/inlineHooks/ID", before: on, after: off},
		{book: "deactivate_event_hook", given: func(x *tenant) remedy.Object {
			return remedy.Object{ID: x.made("POST", "/api/v1/eventHooks", value.Map("name", "Tap", "events", value.Map("type", "EVENT_TYPE", "items", []any{"user.session.start"}),
				"channel", value.Map("type", "HTTP", "version", "1.0.0", "config", value.Map("uri", x.url+"/tap"))))}
		}, look: "/api/v1/eventHooks/ID", before: on, after: off},
		{book: "deactivate_log_stream", given: active("/api/v1/logStreams"), look: "/api/v1/logStreams/ID", before: on, after: off},
		{book: "deactivate_trusted_origin", given: active("/api/v1/trustedOrigins"), look: "/api/v1/trustedOrigins/ID", before: on, after: off},
		{book: "deactivate_network_zone", given: func(x *tenant) remedy.Object {
			return remedy.Object{ID: x.made("POST", "/api/v1/zones", value.Map("type", "IP", "name", "Branch", "gateways", []any{value.Map("type", "CIDR", "value", "198.51.100.0/24")}))}
		}, look: "/api/v1/zones/ID", before: on, after: off},
		{book: "deactivate_authenticator", given: active("/api/v1/authenticators"), look: "/api/v1/authenticators/ID", before: on, after: off},
		{book: "suspend_device", given: active("/api/v1/devices"), look: "/api/v1/devices/ID", before: on, after: `"status":"SUSPENDED"`},
		{book: "deactivate_device", given: active("/api/v1/devices"), look: "/api/v1/devices/ID", before: on, after: `"status":"DEACTIVATED"`},
		{book: "deactivate_policy_rule", given: func(x *tenant) remedy.Object { p, r := rule(x); return with(p, "rule", r) }, look: "/api/v1/policies/ID/rules/RULE", before: on, after: off},
		{book: "policy_drift", given: func(x *tenant) remedy.Object {
			p, r := rule(x)
			was, _ := x.call("GET", "/api/v1/policies/"+p+"/rules/"+r, nil).(*value.Object)
			loose := was.Without("_links").With("actions", value.Map("signon", value.Map("access", "ALLOW")))
			x.call("PUT", "/api/v1/policies/"+p+"/rules/"+r, loose)
			return with(p, "rule", r, "value", was)
		}, look: "/api/v1/policies/ID/rules/RULE", before: `"ALLOW"`, after: `"DENY"`},
		{book: "block_addresses", given: func(*tenant) remedy.Object { return remedy.Object{ID: "203.0.113.9"} }, look: "/api/v1/zones", after: "203.0.113.9"},
		{book: "limit_admin_sessions", given: func(*tenant) remedy.Object { return with("admin_console") }, look: "/api/v1/first-party-app-settings/admin-console", after: `"sessionIdleTimeoutMinutes":15`},
		{book: "protect_lockout", given: func(*tenant) remedy.Object { return with("user_lockout") }, look: "/attack-protection/api/v1/user-lockout-settings", before: "false", after: "true"},
		{book: "password_last", given: func(x *tenant) remedy.Object {
			x.call("PUT", "/attack-protection/api/v1/authenticator-settings", value.Map("verifyKnowledgeSecondWhen2faRequired", false))
			return with("authenticator_settings")
		}, look: "/attack-protection/api/v1/authenticator-settings", before: "false", after: "true"},
		{book: "plain_new_clients", given: func(x *tenant) remedy.Object {
			x.call("PUT", "/api/v1/org/settings/clientPrivilegesSetting", value.Map("clientPrivilegesSetting", true))
			return with("client_privileges")
		}, look: "/api/v1/org/settings/clientPrivilegesSetting", before: "true", after: "false"},
		{book: "threat_insight", given: func(*tenant) remedy.Object { return with("threat_insight") }, look: "/api/v1/threats/configuration", before: `"audit"`, after: `"block"`},
		{book: "notification_mail", given: func(x *tenant) remedy.Object {
			b := x.first("/api/v1/brands", "isDefault", true)
			x.call("PUT", "/api/v1/brands/"+b+"/templates/email/PasswordChanged/settings", value.Map("recipients", "NO_USERS"))
			return with(b, "template", "PasswordChanged")
		}, look: "/api/v1/brands/ID/templates/email/TEMPLATE/settings", before: "NO_USERS", after: "ALL_USERS"},
		{book: "close_support_access", given: func(*tenant) remedy.Object { return with("support_access") }, look: "/api/v1/org/privacy/oktaSupport", before: "ENABLED", after: "DISABLED"},
		{book: "deactivate_client_key", given: func(x *tenant) remedy.Object {
			app := x.service()
			ids := make([]string, 2)
			for i := range ids {
				ids[i] = x.made("POST", "/api/v1/apps/"+app+"/credentials/jwks", value.Map("kty", "RSA", "kid", fmt.Sprintf("key-%d", i), "alg", "RS256", "use", "sig", "e", "AQAB", "n", modulus(i), "status", "ACTIVE"))
			}
			return with(app, "key", ids[0])
		}, look: "/api/v1/apps/ID/credentials/jwks", after: off},
		{book: "deactivate_client_secret", given: func(x *tenant) remedy.Object {
			app := x.service()
			x.made("POST", "/api/v1/apps/"+app+"/credentials/secrets", nil)
			return with(app, "secret", x.first("/api/v1/apps/"+app+"/credentials/secrets", "status", "ACTIVE"))
		}, look: "/api/v1/apps/ID/credentials/secrets", after: off},
	}
}

// backCases put things back to what they were.
func backCases() []remedyCase {
	changed := func(path string, which func(x *tenant) string, change func(was *value.Object) *value.Object) func(x *tenant) remedy.Object {
		return func(x *tenant) remedy.Object {
			id := which(x)
			was, _ := x.call("GET", path+id, nil).(*value.Object)
			if s, refused := x.call("PUT", path+id, change(was.Without("_links"))).(string); refused {
				x.t.Fatalf("changing %s: %s", id, s)
			}
			return with(id, "value", was)
		}
	}
	within := func(o *value.Object, field string, to func(*value.Object) *value.Object) *value.Object {
		inner, _ := o.At(field).(*value.Object)
		return o.With(field, to(inner))
	}
	return []remedyCase{
		{book: "policy_back", given: changed("/api/v1/policies/", func(x *tenant) string { return x.first("/api/v1/policies?type=PASSWORD", "system", true) }, func(was *value.Object) *value.Object {
			return was.With("description", "Loosened")
		}), look: "/api/v1/policies/ID", before: "Loosened"},
		{book: "app_back", given: changed("/api/v1/apps/", (*tenant).bookmark, func(was *value.Object) *value.Object {
			return within(was, "settings", func(s *value.Object) *value.Object {
				return within(s, "app", func(a *value.Object) *value.Object { return a.With("url", "https://elsewhere.example") })
			})
		}), look: "/api/v1/apps/ID", before: "https://elsewhere.example"},
		{book: "idp_back", given: changed("/api/v1/idps/", func(x *tenant) string { return x.first("/api/v1/idps", "status", "ACTIVE") }, func(was *value.Object) *value.Object {
			return was.With("name", "Led elsewhere")
		}), look: "/api/v1/idps/ID", before: "Led elsewhere"},
		{book: "zone_back", given: changed("/api/v1/zones/", func(x *tenant) string {
			return x.made("POST", "/api/v1/zones", value.Map("type", "IP", "name", "Branch", "gateways", []any{value.Map("type", "CIDR", "value", "198.51.100.0/24")}))
		}, func(was *value.Object) *value.Object {
			return was.With("gateways", []any{value.Map("type", "CIDR", "value", "198.51.0.0/16")})
		}), look: "/api/v1/zones/ID", before: "198.51.0.0/16", after: "198.51.100.0/24"},
		{book: "authenticator_back", given: changed("/api/v1/authenticators/", func(x *tenant) string { return x.first("/api/v1/authenticators", "key", "okta_verify") }, func(was *value.Object) *value.Object {
			return was.With("name", "Loosened")
		}), look: "/api/v1/authenticators/ID", before: "Loosened"},
	}
}

// modulus is that of an RSA key, as far as its form goes.
func modulus(n int) string { return strings.Repeat(string(rune('p'+n)), 342) }

// Every remediation changes in Okta what it says, and undoing makes it as before.
func TestRemediationsInOkta(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for i, c := range slices.Concat(peopleCases(), accessCases(), thingCases(), backCases()) {
			t.Run(fmt.Sprintf("%s %d", c.book, i), func(t *testing.T) { newTenant(t, db).try(c) })
		}
	})
}

func (x *tenant) try(c remedyCase) {
	x.t.Helper()
	o := c.given(x)
	path := strings.ReplaceAll(c.look, "ID", o.ID)
	for name, v := range o.With.All() {
		path = strings.ReplaceAll(path, strings.ToUpper(name), value.String(v))
	}
	look := func() string { return string(value.JSON(plain(x.call("GET", path, nil)))) }
	before := look()
	p := x.draft(c.book, o)
	if len(x.writes) > 0 || look() != before {
		x.t.Fatalf("the dry run has changed something: %v", x.writes)
	}
	if p.Count(remedy.Barred) > 0 || p.Count(remedy.Planned) == 0 {
		x.t.Fatalf("%s: %s", states(p), kinds(p))
	}
	p = x.work(x.ask(p))
	during := look()
	shown := (c.before == "" || strings.Contains(before, c.before) && !strings.Contains(during, c.before)) && (c.after == "" || strings.Contains(during, c.after) && !strings.Contains(before, c.after))
	if p.State != remedy.Done || !shown {
		x.t.Fatalf("%s %q: %s\nbefore %s\nthen   %s", p.State, p.Error, states(p), before, during)
	}
	if c.stays {
		return
	}
	if _, err := x.Undo(x.t.Context(), org, p.ID, "account:a1"); err != nil {
		x.t.Fatal(err)
	}
	p = x.work(p)
	if again := look(); p.State != remedy.Undone || again != before {
		x.t.Errorf("%s %q: %s\nbefore %s\nundone %s", p.State, p.Error, states(p), before, again)
	}
}

// Sessions are gone, whatever ended them.
func TestSessionsEndInOkta(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for _, book := range []string{"clear_sessions", "log_out_everywhere", "reported_activity", "session_hijack"} {
			t.Run(book, func(t *testing.T) {
				x := newTenant(t, db)
				o := annAlone(x)
				if err := x.org.SignIn(ann, sandbox.Client{IP: "198.51.100.7"}); err != nil {
					t.Fatal(err)
				}
				if n := len(x.org.Sessions(ann)); n != 1 {
					t.Fatalf("%d sessions before", n)
				}
				if p := x.work(x.ask(x.draft(book, o))); p.State != remedy.Done || len(x.org.Sessions(ann)) != 0 {
					t.Errorf("%s %q: %d sessions", p.State, p.Error, len(x.org.Sessions(ann)))
				}
			})
		}
	})
}

// A mass action above the limit changes nothing at Okta.
func TestMassActionChangesNothingInOkta(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		x := newTenant(t, db)
		var objects []remedy.Object
		for _, u := range x.org.Users("ACTIVE", 40) {
			objects = append(objects, remedy.Object{ID: u.ID})
		}
		if len(objects) < 30 {
			t.Fatalf("only %d people", len(objects))
		}
		x.policy(guard.DefaultPolicy())
		p, err := x.Run(t.Context(), org, x.draft("clear_sessions", objects...).ID)
		if err != nil {
			t.Fatal(err)
		}
		if p = x.work(p); p.State != remedy.Stopped || !strings.Contains(p.Error, "a plan may change 25") || len(x.writes) != 0 {
			t.Errorf("%s %q, %d writes", p.State, p.Error, len(x.writes))
		}
	})
}

// What nobody may see is in no plan.
func TestPlansHoldNoSecrets(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		x := newTenant(t, db)
		app := x.service()
		text := string(value.JSON(value.Lookup(x.call("GET", "/api/v1/apps/"+app, nil), "credentials.oauthClient.client_secret")))
		hidden := strings.Trim(text, `"`)
		if len(hidden) < 20 {
			t.Fatalf("the app has the secret %q", hidden)
		}
		p := x.draft("deactivate_app", remedy.Object{ID: app})
		kept, err := json.Marshal(x.get(p.ID).Steps)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(kept), hidden) || strings.Contains(string(kept), x.org.AdminToken()) || !strings.Contains(string(kept), "Robot") {
			t.Errorf("%s", kept)
		}
	})
}
