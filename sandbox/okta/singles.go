package okta

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"sallyport/sandbox/okta/systemlog"
)

// single is an object that the org has one of: a part of its settings.
type single struct {
	path   string
	read   area
	write  string // the method that changes it; empty when nothing does
	events string // type of the event of a change, empty for none
	inList bool   // the answer to a GET is a list that has it alone
	check  func(map[string]any) error
}

// singles lists them. What they say is in the furniture.
func singles() []single {
	const attack, changed = "/attack-protection/api/v1/", "security.attack_protection.settings.update"
	return []single{
		{path: attack + "user-lockout-settings", read: areaOrg, write: http.MethodPut, events: changed, inList: true},
		{path: attack + "authenticator-settings", read: areaOrg, write: http.MethodPut, events: changed, inList: true},
		{path: "/api/v1/bot-protection/configuration", read: areaBotProtection, write: http.MethodPost, events: "security.bot_protection.settings.update"},
		{path: "/api/v1/org/captcha", read: areaCaptchas, write: http.MethodPut, events: "system.captcha.update"},
		{path: "/api/v1/org/orgSettings/thirdPartyAdminSetting", read: areaSuper, write: http.MethodPost},
		{path: consolePath, read: areaConsole, write: http.MethodPut, check: checkConsole},
		{path: "/api/v1/rate-limit-settings/admin-notifications", read: areaRateLimits, write: http.MethodPut},
		{path: "/api/v1/rate-limit-settings/warning-threshold", read: areaRateLimits, write: http.MethodPut},
		{path: "/api/v1/iam/governance/optIn", read: areaIAM},
	}
}

const consolePath = "/api/v1/first-party-app-settings/admin-console"

func singleRoutes() []route {
	out := []route{
		get("/api/v1/org/contacts", areaOrg, listContacts),
		get("/api/v1/org/contacts/{type}", areaOrg, getContact),
		put("/api/v1/org/contacts/{type}", areaOrg, setContact),
		get("/api/v1/org/privacy/oktaSupport", areaSuper, getSupport),
		post("/api/v1/org/privacy/oktaSupport/grant", areaSuper, grantSupport),
		post("/api/v1/org/privacy/oktaSupport/extend", areaSuper, grantSupport),
		post("/api/v1/org/privacy/oktaSupport/revoke", areaSuper, revokeSupport),
		get("/api/v1/roles/{role}/subscriptions", areaRoles, listSubscriptions),
	}
	for _, s := range singles() {
		out = append(out, get(s.path, s.read, s.get))
		if s.write != "" {
			out = append(out, route{method: s.write, path: s.path, handle: s.set, area: s.read, scope: s.read.scope()})
		}
	}
	return out
}

func (s single) get(c *call) (answer, error) {
	v := c.single[s.path]
	if s.inList {
		return ok([]any{v})
	}
	return ok(v)
}

func (s single) set(c *call) (answer, error) {
	var in map[string]any
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	delete(in, "_links")
	for name := range in {
		if _, known := c.single[s.path][name]; !known {
			return answer{}, invalidField(name, "The field is not known.")
		}
	}
	if s.check != nil {
		if err := s.check(in); err != nil {
			return answer{}, err
		}
	}
	c.single[s.path] = merged(c.single[s.path], in)
	if s.events != "" {
		c.emit(s.events, fact{})
	}
	return ok(c.single[s.path])
}

// checkConsole keeps the sessions of the admin console within what Okta takes.
func checkConsole(in map[string]any) error {
	for name, most := range map[string]float64{"sessionIdleTimeoutMinutes": 120, "sessionMaxLifetimeMinutes": 1440} {
		if n, given := in[name].(float64); given && (n < 5 || n > most) {
			return invalidField(name, "The value is out of range.")
		}
	}
	return nil
}

// contactTypes are what people Okta turns to.
func contactTypes() []string { return []string{"BILLING", "TECHNICAL"} }

func listContacts(c *call) (answer, error) {
	out := []any{}
	for _, kind := range contactTypes() {
		out = append(out, map[string]any{"contactType": kind, "_links": map[string]link{
			strings.ToLower(kind): {Href: c.url("api/v1/org/contacts", kind)},
		}})
	}
	return ok(out)
}

func viewContact(c *call, userID string) map[string]any {
	return map[string]any{"userId": userID, "_links": map[string]link{"user": allow(c.url("api/v1/users", userID), "GET")}}
}

func findContact(c *call) (string, error) {
	if !slices.Contains(contactTypes(), strings.ToUpper(c.arg(0))) {
		return "", notFound(c.arg(0), "OrgContactType")
	}
	return strings.ToUpper(c.arg(0)), nil
}

func getContact(c *call) (answer, error) {
	kind, err := findContact(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewContact(c, c.settings.contacts[kind]))
}

func setContact(c *call) (answer, error) {
	kind, err := findContact(c)
	if err != nil {
		return answer{}, err
	}
	var in struct {
		UserID string `json:"userId"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if _, found := c.dir.users.get(in.UserID); !found {
		return answer{}, notFound(in.UserID, "User")
	}
	c.settings.contacts = maps.Clone(c.settings.contacts)
	c.settings.contacts[kind] = in.UserID
	return ok(viewContact(c, in.UserID))
}

// supportLife is for how long Okta's support is let in.
const supportLife = 24 * time.Hour

func viewSupport(c *call) map[string]any {
	path, until := c.url("api/v1/org/privacy/oktaSupport"), c.settings.support
	if !until.After(c.now()) {
		return map[string]any{"support": "DISABLED", "expiration": nil, "_links": map[string]link{"grant": allow(path+"/grant", "POST")}}
	}
	return map[string]any{"support": "ENABLED", "expiration": at(until), "_links": map[string]link{
		"extend": allow(path+"/extend", "POST"), "revoke": allow(path+"/revoke", "POST"),
	}}
}

func getSupport(c *call) (answer, error) { return ok(viewSupport(c)) }

func supportFact() fact {
	return fact{targets: []systemlog.Target{{ID: "support", Type: "User", AlternateID: "support@okta.com", DisplayName: "Okta Support"}}}
}

// grantSupport lets Okta's support in for a day more.
func grantSupport(c *call) (answer, error) {
	from, verb := c.now(), "grant"
	if c.settings.support.After(from) {
		from, verb = c.settings.support, "extend"
	}
	c.settings.support = from.Add(supportLife)
	c.emit("user.session.impersonation."+verb, supportFact())
	return ok(viewSupport(c))
}

func revokeSupport(c *call) (answer, error) {
	if c.settings.support.After(c.now()) {
		c.settings.support = time.Time{}
		c.emit("user.session.impersonation.revoke", supportFact())
	}
	return ok(viewSupport(c))
}

// listSubscriptions lists of what the admins of a role are told by mail.
func listSubscriptions(c *call) (answer, error) {
	if _, known := roleOf(c.arg(0)); !known {
		return answer{}, notFound(c.arg(0), "Role")
	}
	out := []any{}
	for _, kind := range []string{
		"AD_AGENT", "APP_IMPORT", "CONNECTOR_AGENT", "IWA_AGENT", "LDAP_AGENT", "OKTA_ANNOUNCEMENT", "OKTA_UPDATE", "RATELIMIT_NOTIFICATION",
		"REPORT_SUSPICIOUS_ACTIVITY", "USER_DEPROVISION", "USER_LOCKED_OUT",
	} {
		self := c.url("api/v1/roles", c.arg(0), "subscriptions", kind)
		out = append(out, map[string]any{"notificationType": kind, "channels": []string{"email"}, "status": "subscribed", "_links": map[string]link{"self": {Href: self}}})
	}
	return ok(out)
}
