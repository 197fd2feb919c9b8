package okta

import (
	"context"
	"net/url"
	"strings"

	"sallyport/sandbox/okta/scimclient"
)

func connectionRoutes() []route {
	const base, features = "/api/v1/apps/{id}/connections/default", "/api/v1/apps/{id}/features"
	set := post(base, areaApps, setConnection)
	set.unlocked = true // it asks the server of the app
	return []route{
		get(base, areaApps, getConnection), set,
		post(base+"/lifecycle/activate", areaApps, activateConnection),
		post(base+"/lifecycle/deactivate", areaApps, deactivateConnection),
		get(features, areaApps, listFeatures),
		get(features+"/{name}", areaApps, getFeature),
		put(features+"/{name}", areaApps, setFeature),
	}
}

func viewConnection(c *call, a *app) map[string]any {
	self := c.url("api/v1/apps", a.id, "connections/default")
	v := map[string]any{"status": "UNKNOWN", "profile": map[string]string{"authScheme": "UNKNOWN"}}
	links := map[string]any{"self": allow(self, "GET", "POST")}
	if p := a.provisioning; p != nil {
		v["authScheme"], v["profile"], v["baseUrl"] = "TOKEN", map[string]string{"authScheme": "TOKEN"}, p.baseURL
		v["status"] = "DISABLED"
		if p.enabled {
			v["status"] = "ENABLED"
			links["deactivate"] = allow(self+"/lifecycle/deactivate", "POST")
		} else {
			links["activate"] = allow(self+"/lifecycle/activate", "POST")
		}
	}
	v["_links"] = links
	return v
}

func getConnection(c *call) (answer, error) {
	a, err := findApp(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewConnection(c, a))
}

// scimURL checks the base URL of a SCIM server. Okta wants https and refuses
// underscores; on this machine, which Okta cannot reach, http will do.
func scimURL(o *Org, text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Contains(text, "_") {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()) && !o.httpsOnly
}

// setConnection takes the base URL and the token of an app's server. To be
// activated it has to answer: Okta tests the credentials first.
func setConnection(c *call) (answer, error) {
	var in struct {
		BaseURL string `json:"baseUrl"`
		Profile struct {
			AuthScheme string `json:"authScheme"`
			Token      string `json:"token"`
		} `json:"profile"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	p, err := connectionOf(c, in.BaseURL, in.Profile.Token)
	if err != nil {
		return answer{}, err
	}
	switch {
	case in.Profile.AuthScheme != "TOKEN":
		return answer{}, invalidField("authScheme", "The value must be TOKEN.")
	case !scimURL(c.Org, p.BaseURL):
		return answer{}, invalidField("baseUrl", "Does not match required pattern")
	case strings.HasSuffix(p.Authorization, " ") || p.Authorization == "":
		return answer{}, invalidField("token", "The field cannot be left blank")
	}
	activate := c.flag("activate", false)
	if activate {
		if err := c.scim.Test(c.r.Context(), p, false); err != nil {
			return answer{}, invalid("connection", "Error authenticating: "+err.Error())
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	a, err := findApp(c)
	if err != nil {
		return answer{}, err
	}
	a.connect(c.Org, func(q *provisioning) {
		q.baseURL, q.enabled = p.BaseURL, activate || q.enabled
		if in.Profile.Token != "" {
			q.token = in.Profile.Token
		}
	})
	c.emit("application.lifecycle.update", fact{targets: targets(a), debug: map[string]any{"customMessage": "Provisioning connection updated"}})
	return ok(viewConnection(c, a))
}

// connectionOf returns what the server of an app would be with a URL and a
// token; what is empty stays what it is.
func connectionOf(c *call, baseURL, token string) (scimclient.Server, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	a, err := findApp(c)
	if err != nil {
		return scimclient.Server{}, err
	}
	next := provisioning{baseURL: baseURL, token: token}
	if p := a.provisioning; p != nil {
		next.rawHeader = p.rawHeader
		if baseURL == "" {
			next.baseURL = p.baseURL
		}
		if token == "" {
			next.token = p.token
		}
	}
	return next.server(), nil
}

// connect changes how an app is provisioned.
func (a *app) connect(o *Org, change func(*provisioning)) {
	if a.provisioning == nil {
		a.provisioning = &provisioning{catalogue: a.fromCatalogue}
	}
	was := a.provisioning.baseURL
	change(a.provisioning)
	if a.provisioning.baseURL != was && was != "" { // another server knows nobody
		a.provisioning.links.Clear()
		o.outbox.Forget("scim " + a.id)
	}
	a.features = a.provisioning.features()
	a.lastUpdated = o.now()
}

func activateConnection(c *call) (answer, error)   { return switchConnection(c, true) }
func deactivateConnection(c *call) (answer, error) { return switchConnection(c, false) }

func switchConnection(c *call, on bool) (answer, error) {
	a, err := findApp(c)
	if err != nil {
		return answer{}, err
	}
	if a.provisioning == nil {
		return answer{}, invalid("connection", "Provisioning is not configured for this app.")
	}
	a.connect(c.Org, func(p *provisioning) { p.enabled = on })
	return none()
}

func enabled(on bool) string {
	if on {
		return "ENABLED"
	}
	return "DISABLED"
}

// userProvisioning is the one feature that is simulated.
const userProvisioning = "USER_PROVISIONING"

func viewFeature(c *call, a *app) map[string]any {
	p := a.provisioning
	state := func(on bool) map[string]string { return map[string]string{"status": enabled(on)} }
	return map[string]any{
		"name": userProvisioning, "status": enabled(p.enabled), "description": "User provisioning settings from Okta to a downstream application",
		"capabilities": map[string]any{
			"create": map[string]any{"lifecycleCreate": state(p.create)},
			"update": map[string]any{
				"profile": state(p.update), "lifecycleDeactivate": state(p.deactivate),
				"password": map[string]string{"status": "DISABLED", "seed": "RANDOM", "change": "KEEP_EXISTING"},
			},
		},
		"_links": map[string]link{"self": allow(c.url("api/v1/apps", a.id, "features", userProvisioning), "GET", "PUT")},
	}
}

// findProvisioned returns the app that the path names, if it has a connection.
func findProvisioned(c *call) (*app, error) {
	a, err := findApp(c)
	if err != nil {
		return nil, err
	}
	if a.provisioning == nil {
		return nil, invalid("Provisioning is not supported")
	}
	return a, nil
}

func listFeatures(c *call) (answer, error) {
	a, err := findProvisioned(c)
	if err != nil {
		return answer{}, err
	}
	return ok([]any{viewFeature(c, a)})
}

func getFeature(c *call) (answer, error) {
	a, err := findProvisioned(c)
	if err != nil {
		return answer{}, err
	}
	if c.arg(1) != userProvisioning {
		return answer{}, notFound(c.arg(1), "Feature")
	}
	return ok(viewFeature(c, a))
}

func setFeature(c *call) (answer, error) {
	if _, err := getFeature(c); err != nil {
		return answer{}, err
	}
	a, err := findProvisioned(c)
	if err != nil {
		return answer{}, err
	}
	var in map[string]any
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	a.connect(c.Org, func(p *provisioning) {
		for _, x := range []struct {
			to   *bool
			path []string
		}{
			{&p.create, []string{"create", "lifecycleCreate", "status"}},
			{&p.update, []string{"update", "profile", "status"}},
			{&p.deactivate, []string{"update", "lifecycleDeactivate", "status"}},
		} {
			if s, ok := field(in, x.path...).(string); ok {
				*x.to = s == "ENABLED"
			}
		}
	})
	c.emit("application.lifecycle.update", fact{targets: targets(a), debug: map[string]any{"customMessage": strings.Join(a.features, ", ")}})
	return ok(viewFeature(c, a))
}

// ProvisioningState is how an app is provisioned, as the sandbox's own control
// shows and changes it: all of the connection, the mode that the way decides in
// which the app was made, and what only the admin console can set.
type ProvisioningState struct {
	App        string   `json:"app_id"`
	Label      string   `json:"app"`
	Mode       string   `json:"mode"` // wizard or catalogue
	BaseURL    string   `json:"base_url"`
	Token      string   `json:"token,omitempty"` // never shown
	RawHeader  bool     `json:"raw_header"`      // the token stands in the header without "Bearer"
	Enabled    bool     `json:"enabled"`
	Create     bool     `json:"create"`
	Update     bool     `json:"update"`
	Deactivate bool     `json:"deactivate"`
	Groups     []string `json:"groups"`  // that are pushed; read only
	Waiting    int      `json:"waiting"` // requests that were not sent yet; read only
}

func (o *Org) provisioningState(a *app) ProvisioningState {
	p := a.provisioning
	s := ProvisioningState{
		App: a.id, Label: a.label, Mode: "wizard", BaseURL: p.baseURL, RawHeader: p.rawHeader, Enabled: p.enabled, Create: p.create, Update: p.update,
		Deactivate: p.deactivate, Groups: []string{}, Waiting: o.outbox.Waiting("scim " + a.id),
	}
	if p.catalogue {
		s.Mode = "catalogue"
	}
	for _, m := range p.mappings.items {
		s.Groups = append(s.Groups, m.group.name())
	}
	return s
}

// Provisioning returns the apps that are provisioned.
func (o *Org) Provisioning() []ProvisioningState {
	o.mu.RLock()
	defer o.mu.RUnlock()
	out := []ProvisioningState{}
	for _, a := range o.apps.all.items {
		if a.provisioning != nil {
			out = append(out, o.provisioningState(a))
		}
	}
	return out
}

// ProvisioningOf returns how an app is provisioned; with the defaults of one
// that is not. It says whether there is such an app.
func (o *Org) ProvisioningOf(id string) (ProvisioningState, bool) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	a, found := o.apps.all.get(id)
	if !found || a.service {
		return ProvisioningState{}, false
	}
	if a.provisioning == nil {
		return ProvisioningState{App: a.id, Label: a.label, Mode: modeOf(a.fromCatalogue), Groups: []string{}}, true
	}
	return o.provisioningState(a), true
}

func modeOf(catalogue bool) string {
	if catalogue {
		return "catalogue"
	}
	return "wizard"
}

// SetProvisioning changes how an app is provisioned. An empty token leaves the
// one there is. It says whether there is such an app with such a URL.
func (o *Org) SetProvisioning(s ProvisioningState) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	a, found := o.apps.all.get(s.App)
	if !found || a.service || !scimURL(o, s.BaseURL) || s.Mode != "wizard" && s.Mode != "catalogue" {
		return false
	}
	a.connect(o, func(p *provisioning) {
		p.baseURL, p.rawHeader, p.catalogue, p.enabled = s.BaseURL, s.RawHeader, s.Mode == "catalogue", s.Enabled
		p.create, p.update, p.deactivate = s.Create, s.Update, s.Deactivate
		if s.Token != "" {
			p.token = s.Token
		}
	})
	return true
}

// ProvisionAll has accounts made for everybody who has an app, as the button
// "Provision User" of the admin console does, and returns for how many.
func (o *Org) ProvisionAll(id string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	a, found := o.apps.all.get(id)
	if !found || a.provisioning == nil {
		return 0
	}
	c, n := o.job("gam"), 0
	for _, u := range o.dir.users.items {
		if _, has := assigned(o, a, u); has && u.status != Staged && u.status != Deprovisioned {
			c.begin(&work{app: a, what: doPush, user: u})
			n++
		}
	}
	return n
}

// TestProvisioning asks an app's server for what "Test Connector
// Configuration" does.
func (o *Org) TestProvisioning(ctx context.Context, id string) error {
	o.mu.RLock()
	a, found := o.apps.all.get(id)
	if !found || a.provisioning == nil {
		o.mu.RUnlock()
		return notFound(id, "AppInstance")
	}
	s := a.provisioning.server()
	o.mu.RUnlock()
	return o.scim.Test(ctx, s, true)
}
