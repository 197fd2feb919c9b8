package okta

import (
	"maps"
	"slices"
	"strings"

	"sallyport/sandbox/okta/filter"
)

func appRoutes() []route {
	const one = "/api/v1/apps/{id}"
	return []route{
		lenient(get("/api/v1/apps", areaApps, listApps)),
		post("/api/v1/apps", areaApps, createApp),
		get(one, areaApps, getApp),
		put(one, areaApps, replaceApp),
		del(one, areaApps, deleteApp),
		post(one+"/lifecycle/activate", areaApps, activateApp),
		post(one+"/lifecycle/deactivate", areaApps, deactivateApp),
		get(one+"/credentials/jwks", areaApps, listKeys),
		post(one+"/credentials/jwks", areaApps, addKey),
		del(one+"/credentials/jwks/{key}", areaApps, deleteKey),
		post(one+"/credentials/jwks/{key}/lifecycle/activate", areaApps, activateKey),
		post(one+"/credentials/jwks/{key}/lifecycle/deactivate", areaApps, deactivateKey),
	}
}

// findApp returns the app that the first part of the path names.
func findApp(c *call) (*app, error) {
	a, ok := c.apps.all.get(c.arg(0))
	if !ok || a.service || !c.who.seesApp(a) {
		return nil, notFound(c.arg(0), "AppInstance")
	}
	return a, nil
}

// seesApp says whether somebody sees an app: those that Okta made are hidden
// from who is not a super admin.
func (p *principal) seesApp(a *app) bool {
	return p.scoped || a.name != "saasure" && a.name != "okta_enduser" || slices.Contains(p.roles, "SUPER_ADMIN")
}

// appView is the JSON of an app.
type appView struct {
	ID              string         `json:"id"`
	ORN             string         `json:"orn"`
	Name            string         `json:"name"`
	Label           string         `json:"label"`
	Status          string         `json:"status"`
	LastUpdated     *stamp         `json:"lastUpdated"`
	Created         *stamp         `json:"created"`
	Accessibility   map[string]any `json:"accessibility"`
	Visibility      map[string]any `json:"visibility"`
	Features        []string       `json:"features"`
	SignOnMode      string         `json:"signOnMode"`
	Credentials     map[string]any `json:"credentials"`
	UniversalLogout any            `json:"universalLogout"`
	Settings        map[string]any `json:"settings"`
	Links           map[string]any `json:"_links"`
}

func viewApp(c *call, a *app) appView {
	self := c.url("api/v1/apps", a.id)
	v := appView{
		ID: a.id, ORN: "orn:okta:idp:" + c.orgID + ":apps:" + a.name + ":" + a.id, Name: a.name, Label: a.label, Status: a.status,
		LastUpdated: at(a.lastUpdated), Created: at(a.created), Accessibility: a.accessibility, Visibility: a.visibility,
		Features: append([]string{}, a.features...), SignOnMode: a.signOn, Credentials: a.credentials, Settings: a.settings,
		Links: map[string]any{
			"uploadLogo":        allow(self+"/logo", "POST"),
			"appLinks":          []link{{Name: a.linkName(), Href: c.url("home", a.name, a.id, "aln"+a.id[3:]), Type: "text/html"}},
			"profileEnrollment": link{Href: c.url("api/v1/policies", c.enrollmentOf(a))},
			"policies":          allow(self+"/policies", "PUT"),
			"groups":            link{Href: self + "/groups"},
			"users":             link{Href: self + "/users"},
			"logo":              []link{{Name: "medium", Href: c.url("assets/img/logos/default.png"), Type: "image/png"}},
			"accessPolicy":      link{Href: c.url("api/v1/policies", c.accessOf(a))},
		},
	}
	if a.status == "ACTIVE" {
		v.Links["deactivate"] = link{Href: self + "/lifecycle/deactivate"}
	} else {
		v.Links["activate"] = link{Href: self + "/lifecycle/activate"}
	}
	switch {
	case a.usesSAML():
		v.Links["metadata"] = link{Href: self + "/sso/saml/metadata", Type: "application/xml"}
		v.Links["help"] = link{Href: c.url("app", a.name, a.id, "setup/help/SAML_2_0/instructions"), Type: "text/html"}
	case a.authMethod() == "private_key_jwt":
		v.Links["clientCredentials"] = []link{{Name: "jwks", Href: self + "/credentials/jwks"}}
	case a.clientID() != "":
		v.Links["clientCredentials"] = []link{{Name: "secrets", Href: self + "/credentials/secrets"}}
	}
	return v
}

// linkName is the name of the app's own link on the dashboard.
func (a *app) linkName() string {
	if a.signOn == "BOOKMARK" {
		return "login"
	}
	return a.name + "_link"
}

func getApp(c *call) (answer, error) {
	a, err := findApp(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewApp(c, a))
}

func listApps(c *call) (answer, error) {
	w, err := c.window(20, 200)
	if err != nil {
		return answer{}, err
	}
	if w.after != "" && !strings.HasPrefix(w.after, "0oa") {
		return answer{}, errPaging()
	}
	if len(c.who.roles) == 0 && !c.who.scoped {
		return page(c, w, []appView{}, false, "")
	}
	accept, err := appFilter(c)
	if err != nil {
		return answer{}, err
	}
	var found ordered[*app]
	for _, a := range c.apps.all.items {
		if !a.service && c.who.seesApp(a) && accept(a) {
			found.items = append(found.items, a)
		}
	}
	return listed(c, &found, 20, 200, viewApp)
}

// appFilter returns the test that the parameters of a list ask for.
func appFilter(c *call) (func(*app) bool, error) {
	q := strings.ToLower(c.param("q"))
	var e filter.Expr
	if s := c.param("filter"); s != "" {
		var err error
		if e, err = filter.Parse(s); err != nil {
			return nil, errSearch("Invalid filter: " + err.Error())
		}
		var bad error
		filter.Walk(e, func(x filter.Comparison) {
			switch x.Attr {
			case "id", "status", "name", "label", "user.id", "group.id", "credentials.signing.kid", "lastUpdated":
			default:
				bad = errSearch("Field '" + x.Attr + "' is not supported.")
			}
		})
		if bad != nil {
			return nil, bad
		}
	}
	return func(a *app) bool {
		if !strings.HasPrefix(strings.ToLower(a.label), q) && !strings.HasPrefix(strings.ToLower(a.name), q) {
			return false
		}
		m := filter.Matcher{Values: func(attr string) []any { return appValues(c, a, attr) }}
		return e == nil || m.Match(e)
	}, nil
}

func appValues(c *call, a *app, attr string) []any {
	switch attr {
	case "id":
		return []any{a.id}
	case "status":
		return []any{a.status}
	case "name":
		return []any{a.name}
	case "label":
		return []any{a.label}
	case "lastUpdated":
		return []any{a.lastUpdated}
	case "group.id":
		var out []any
		for _, g := range a.groups {
			out = append(out, g.group.id)
		}
		return out
	case "user.id": // everybody who has the app; the filter compares with one of them
		var out []any
		for _, u := range c.dir.users.items {
			if _, ok := assigned(c.Org, a, u); ok {
				out = append(out, u.id)
			}
		}
		return out
	default:
		return nil
	}
}

func listGroupApps(c *call) (answer, error) {
	g, err := findGroup(c)
	if err != nil {
		return answer{}, err
	}
	seen := slices.DeleteFunc(slices.Clone(g.apps.items), func(a *app) bool { return !c.who.seesApp(a) })
	return listed(c, &ordered[*app]{seen}, 20, 200, viewApp)
}

// appInput is the body of a request that creates or replaces an app.
type appInput struct {
	Name          string         `json:"name"`
	Label         string         `json:"label"`
	SignOnMode    string         `json:"signOnMode"`
	Features      []string       `json:"features"`
	Accessibility map[string]any `json:"accessibility"`
	Visibility    map[string]any `json:"visibility"`
	Credentials   map[string]any `json:"credentials"`
	Settings      map[string]any `json:"settings"`
}

func createApp(c *call) (answer, error) {
	var in appInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	a := &app{id: c.ids.next("0oa"), status: "ACTIVE", created: c.now(), users: map[string]*appUser{}, fromCatalogue: in.Name != ""}
	if !c.flag("activate", true) {
		a.status = "INACTIVE"
	}
	if err := a.take(c, in); err != nil {
		return answer{}, err
	}
	c.apps.add(a)
	c.emit("application.lifecycle.create", fact{targets: targets(a), debug: map[string]any{"newSignonModeType": a.signOn}})
	if a.clientID() != "" {
		c.emit("app.oauth2.client.lifecycle.create", fact{targets: targets(a), debug: clientDebug(a)})
	}
	return ok(viewApp(c, a))
}

// clientDebug is what the catalogue calls OAuth2PlatformDebugData.
func clientDebug(a *app) map[string]any {
	return map[string]any{"clientId": a.clientID(), "clientName": a.label, "authorizationServer": "org"}
}

func replaceApp(c *call) (answer, error) {
	a, err := findApp(c)
	if err != nil {
		return answer{}, err
	}
	var in appInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if in.Name == "" {
		in.Name = a.name
	}
	if in.Name != a.name {
		return answer{}, invalidField("name", "The app's name cannot be changed")
	}
	id, kid := a.clientID(), field(a.credentials, "signing", "kid")
	if err := a.take(c, in); err != nil {
		return answer{}, err
	}
	if now := field(a.credentials, "signing", "kid"); a.usesSAML() && now != kid {
		c.emit("app.keys.rotate", fact{targets: targets(a), debug: map[string]any{"kid": now}})
	}
	if a.provisioning != nil {
		a.features = a.provisioning.features()
	}
	if now := a.clientID(); now != id {
		delete(c.apps.byClient, id)
		c.apps.byClient[now] = a
	}
	c.emit("application.lifecycle.update", fact{targets: targets(a), debug: map[string]any{"changedAttributes": "settings"}})
	return ok(viewApp(c, a))
}

func deleteApp(c *call) (answer, error) {
	a, err := findApp(c)
	if err != nil {
		return answer{}, err
	}
	if a.status == "ACTIVE" {
		return answer{}, errActiveApp()
	}
	for _, g := range slices.Clone(a.groups) {
		a.dropGroup(g.group)
	}
	c.apps.remove(a)
	c.access.revokeClient(a)
	c.outbox.Forget("scim " + a.id)
	c.emit("application.lifecycle.delete", fact{targets: targets(a)})
	if a.clientID() != "" {
		c.emit("app.oauth2.client.lifecycle.delete", fact{targets: targets(a), debug: clientDebug(a)})
	}
	return none()
}

func activateApp(c *call) (answer, error)   { return switchApp(c, "ACTIVE", "activate") }
func deactivateApp(c *call) (answer, error) { return switchApp(c, "INACTIVE", "deactivate") }

func switchApp(c *call, status, verb string) (answer, error) {
	a, err := findApp(c)
	if err != nil {
		return answer{}, err
	}
	if a.status != status {
		a.status, a.lastUpdated = status, c.now()
		c.emit("application.lifecycle."+verb, fact{targets: targets(a)})
		if status == "INACTIVE" {
			c.access.revokeClient(a)
		}
	}
	return empty()
}

// take validates a request and takes it over, with the defaults of Okta for
// what it leaves out.
func (a *app) take(c *call, in appInput) error {
	if strings.TrimSpace(in.Label) == "" {
		return invalidField("label", "The field cannot be left blank")
	}
	for _, other := range c.apps.all.items {
		if other != a && other.label == in.Label {
			return invalidField("label", "An object with this field already exists in the current organization")
		}
	}
	switch {
	case in.Name == "bookmark" && in.SignOnMode == "":
		in.SignOnMode = "BOOKMARK"
	case in.SignOnMode == "":
		return invalidField("signOnMode", "The field cannot be left blank")
	case in.Name == "":
		in.Name = strings.ToLower(c.domain) + "_" + strings.Map(nameRune, strings.ToLower(in.Label)) + "_1"
	}
	a.name, a.label, a.signOn, a.features, a.lastUpdated = in.Name, in.Label, in.SignOnMode, in.Features, c.now()
	a.accessibility = merged(map[string]any{"selfService": false, "errorRedirectUrl": nil, "loginRedirectUrl": nil}, in.Accessibility)
	a.visibility = merged(map[string]any{
		"autoLaunch": false, "autoSubmitToolbar": false, "hide": map[string]any{"iOS": false, "web": false}, "appLinks": map[string]any{a.linkName(): true},
	}, in.Visibility)
	a.credentials = merged(map[string]any{
		"userNameTemplate": map[string]any{"template": "${source.login}", "type": "BUILT_IN"}, "signing": map[string]any{},
	}, in.Credentials)
	a.settings = merged(map[string]any{
		"app": map[string]any{},
		"notifications": map[string]any{"vpn": map[string]any{
			"network": map[string]any{"connection": "DISABLED"}, "message": nil, "helpUrl": nil,
		}},
		"manualProvisioning": false, "implicitAssignment": false, "emOptInStatus": "NONE",
		"notes": map[string]any{"admin": nil, "enduser": nil},
	}, in.Settings)
	switch {
	case a.signOn == "OPENID_CONNECT":
		return a.takeClient(c)
	case a.usesSAML():
		return a.takeSAML(c, in)
	}
	return nil
}

// takeClient completes what an OAuth client is made of.
func (a *app) takeClient(c *call) error {
	method, _ := field(a.credentials, "oauthClient", "token_endpoint_auth_method").(string)
	if method == "" {
		method = "client_secret_basic"
	}
	client := map[string]any{"autoKeyRotation": true, "client_id": a.id, "token_endpoint_auth_method": method, "pkce_required": method == "none"}
	given, _ := a.credentials["oauthClient"].(map[string]any)
	if id, _ := given["client_id"].(string); id == "" {
		delete(given, "client_id")
	}
	if strings.HasPrefix(method, "client_secret") {
		own, _ := given["client_secret"].(string)
		delete(given, "client_secret")
		client["client_secret"] = a.takeSecret(c, own)
	}
	a.credentials = merged(a.credentials, map[string]any{"signing": map[string]any{"kid": c.signingKID}, "oauthClient": merged(client, given)})
	a.settings = merged(map[string]any{"oauthClient": map[string]any{
		"client_uri": nil, "logo_uri": nil, "redirect_uris": []any{}, "response_types": []any{}, "grant_types": []any{},
		"application_type": "web", "consent_method": "TRUSTED", "issuer_mode": "ORG_URL",
		"idp_initiated_login": map[string]any{"mode": "DISABLED", "default_scope": []any{}},
		"wildcard_redirect":   "DISABLED", "dpop_bound_access_tokens": false, "participate_slo": false,
	}}, a.settings)
	if other, taken := c.apps.client(a.clientID()); taken && other != a {
		return invalidField("client_id", "An object with this field already exists in the current organization")
	}
	return a.takeKeys(c)
}

// nameRune keeps what may stand in the name of a custom app.
func nameRune(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
		return r
	}
	return -1
}

// merged lays one object over another, object by object.
func merged(under, over map[string]any) map[string]any {
	out := maps.Clone(under)
	for k, v := range over {
		o, isObject := v.(map[string]any)
		u, wasObject := out[k].(map[string]any)
		if isObject && wasObject {
			out[k] = merged(u, o)
		} else {
			out[k] = v
		}
	}
	return out
}
