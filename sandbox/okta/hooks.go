package okta

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"sallyport/sandbox/okta/eventhook"
	"sallyport/sandbox/okta/systemlog"
)

func hookRoutes() []route {
	const base = "/api/v1/eventHooks"
	verify := post(base+"/{id}/lifecycle/verify", areaHooks, verifyHook)
	verify.unlocked = true // it waits for the endpoint
	return []route{
		get(base, areaHooks, listHooks),
		post(base, areaHooks, createHook),
		get(base+"/{id}", areaHooks, getHook),
		put(base+"/{id}", areaHooks, replaceHook),
		del(base+"/{id}", areaHooks, deleteHook),
		post(base+"/{id}/lifecycle/activate", areaHooks, activateHook),
		post(base+"/{id}/lifecycle/deactivate", areaHooks, deactivateHook),
		verify,
	}
}

// Limits of an org's event hooks.
const (
	maxHooks     = 25
	maxHookTypes = 300
)

// hook is an event hook.
type hook struct {
	id          string
	name        string
	description *string
	active      bool
	verified    bool
	types       []string
	filter      any
	channel     hookChannel
	by          string // id of who created it

	created, lastUpdated time.Time
}

func (h *hook) key() string { return h.id }

// hookView is the JSON of a hook, as answered and as sent. What is secret is
// never answered.
type hookView struct {
	ID                 string          `json:"id"`
	Status             string          `json:"status"`
	VerificationStatus string          `json:"verificationStatus"`
	Name               string          `json:"name"`
	Description        *string         `json:"description"`
	Created            *stamp          `json:"created"`
	CreatedBy          string          `json:"createdBy"`
	LastUpdated        *stamp          `json:"lastUpdated"`
	Events             hookEvents      `json:"events"`
	Channel            hookChannel     `json:"channel"`
	Links              map[string]link `json:"_links,omitempty"`
}

type hookEvents struct {
	Type   string   `json:"type"`
	Items  []string `json:"items"`
	Filter any      `json:"filter"`
}

type hookChannel struct {
	Type    string     `json:"type"`
	Version string     `json:"version"`
	Config  hookConfig `json:"config"`
}

type hookConfig struct {
	URI        string       `json:"uri"`
	Headers    []hookHeader `json:"headers"`
	Method     string       `json:"method"`
	AuthScheme *hookAuth    `json:"authScheme"`
}

type hookHeader struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type hookAuth struct {
	Type  string `json:"type"`
	Key   string `json:"key"`
	Value string `json:"value,omitempty"`
}

func viewHook(c *call, h *hook) hookView {
	self := c.url("api/v1/eventHooks", h.id)
	v := hookView{
		ID: h.id, Status: "INACTIVE", VerificationStatus: "UNVERIFIED", Name: h.name, Description: h.description, Created: at(h.created),
		CreatedBy: h.by, LastUpdated: at(h.lastUpdated), Events: hookEvents{"EVENT_TYPE", h.types, h.filter}, Channel: h.channel,
		Links: map[string]link{"self": {Href: self}},
	}
	if h.verified {
		v.VerificationStatus = "VERIFIED"
	}
	if h.active {
		v.Status = "ACTIVE"
		v.Links["verify"] = allow(self+"/lifecycle/verify", "POST")
		v.Links["deactivate"] = allow(self+"/lifecycle/deactivate", "POST")
	} else {
		v.Links["activate"] = allow(self+"/lifecycle/activate", "POST")
		v.Links["delete"] = allow(self, "DELETE")
	}
	if a := h.channel.Config.AuthScheme; a != nil {
		v.Channel.Config.AuthScheme = &hookAuth{Type: a.Type, Key: a.Key}
	}
	return v
}

// findHook returns the hook that the path names.
func findHook(c *call) (*hook, error) {
	h, ok := c.hooks.get(c.arg(0))
	if !ok {
		return nil, notFound(c.arg(0), "Webhook")
	}
	return h, nil
}

func listHooks(c *call) (answer, error) {
	out := []hookView{}
	for _, h := range c.hooks.items {
		out = append(out, viewHook(c, h))
	}
	return ok(out)
}

func getHook(c *call) (answer, error) {
	h, err := findHook(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewHook(c, h))
}

func createHook(c *call) (answer, error) {
	if len(c.hooks.items) >= maxHooks {
		return answer{}, invalid("eventHook", "The maximum number of event hooks has been reached.")
	}
	h := &hook{id: c.ids.next("who"), active: true, by: c.actor.ID, created: c.now()}
	if err := h.take(c); err != nil {
		return answer{}, err
	}
	c.hooks.add(h)
	c.emit("event_hook.created", fact{targets: targets(h)})
	return ok(viewHook(c, h))
}

func replaceHook(c *call) (answer, error) {
	h, err := findHook(c)
	if err != nil {
		return answer{}, err
	}
	before := h.active
	if err := h.take(c); err != nil {
		return answer{}, err
	}
	c.emit("event_hook.updated", fact{targets: targets(h)})
	switch {
	case h.active && !before:
		c.emit("event_hook.activated", fact{targets: targets(h)})
	case before && !h.active:
		c.emit("event_hook.deactivated", fact{targets: targets(h)})
	}
	return ok(viewHook(c, h))
}

// check validates what a client sends.
func (in *hookView) check(o *Org) error {
	switch {
	case strings.TrimSpace(in.Name) == "":
		return invalidField("name", "The field cannot be left blank")
	case len(in.Events.Items) == 0:
		return invalidField("events", "The field cannot be left blank")
	case len(in.Events.Items) > maxHookTypes:
		return invalidField("events", "The maximum number of event types is exceeded.")
	case in.Channel.Type != "HTTP" || in.Channel.Version == "":
		return invalidField("channel", "The channel must have type HTTP and a version.")
	case !hookURI(o, in.Channel.Config.URI):
		return invalidField("uri", "The URI must be an absolute https URL.")
	}
	for _, t := range in.Events.Items {
		if !hookEligible(t) {
			return invalidField("events", "The event type '"+t+"' is not eligible for use in event hooks.")
		}
	}
	return nil
}

// take validates a request and takes it over. Another channel has to be
// verified again.
func (h *hook) take(c *call) error {
	var in hookView
	if err := c.decode(&in); err != nil {
		return err
	}
	if err := in.check(c.Org); err != nil {
		return err
	}
	cfg := &in.Channel.Config
	if a := cfg.AuthScheme; a != nil && a.Type == "HEADER" && a.Value == "" && h.channel.Config.AuthScheme != nil {
		a.Value = h.channel.Config.AuthScheme.Value // an update may leave the secret out
	}
	cfg.Method, cfg.Headers = "POST", append([]hookHeader{}, cfg.Headers...)
	same := cfg.URI == h.channel.Config.URI && slices.Equal(cfg.Headers, h.channel.Config.Headers) && sameAuth(cfg.AuthScheme, h.channel.Config.AuthScheme)
	h.verified = h.verified && same
	h.name, h.description, h.types, h.filter, h.channel = in.Name, in.Description, in.Events.Items, in.Events.Filter, in.Channel
	if in.Status != "" && c.r.Method == http.MethodPut { // a new hook is active in any case
		h.active = in.Status == "ACTIVE"
	}
	h.lastUpdated = c.now()
	return nil
}

func sameAuth(a, b *hookAuth) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// hookURI says whether an endpoint may be called: https everywhere, http on
// this machine unless the org is told to be as strict as Okta.
func hookURI(o *Org, s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()) && !o.httpsOnly
}

func deleteHook(c *call) (answer, error) {
	h, err := findHook(c)
	if err != nil {
		return answer{}, err
	}
	if h.active {
		return answer{}, invalid("eventHook", "An active event hook cannot be deleted.")
	}
	c.hooks.remove(h.id)
	c.emit("event_hook.deleted", fact{targets: targets(h)})
	return none()
}

func activateHook(c *call) (answer, error)   { return switchHook(c, true, "activated") }
func deactivateHook(c *call) (answer, error) { return switchHook(c, false, "deactivated") }

func switchHook(c *call, active bool, verb string) (answer, error) {
	h, err := findHook(c)
	if err != nil {
		return answer{}, err
	}
	if h.active != active {
		h.active, h.lastUpdated = active, c.now()
		c.emit("event_hook."+verb, fact{targets: targets(h)})
	}
	return ok(viewHook(c, h))
}

// verifyHook sends the challenge to the endpoint, without the org's lock.
func verifyHook(c *call) (answer, error) {
	c.mu.RLock()
	h, err := findHook(c)
	var to eventhook.Endpoint
	if err == nil {
		to = endpointOf(c.Org, h)
	}
	c.mu.RUnlock()
	if err != nil {
		return answer{}, err
	}
	failure := c.sender.Verify(c.r.Context(), to)
	c.mu.Lock()
	defer c.mu.Unlock()
	if h, err = findHook(c); err != nil { // deleted meanwhile
		return answer{}, err
	}
	if failure != nil {
		c.emit("event_hook.verified", fact{targets: targets(h), result: "FAILURE", reason: failure.Error(), debug: map[string]any{"errorMessage": failure.Error()}})
		return answer{}, invalid("Webhook", "The verification of the event hook failed: "+failure.Error())
	}
	h.verified, h.lastUpdated = true, c.now()
	c.emit("event_hook.verified", fact{targets: targets(h)})
	return ok(viewHook(c, h))
}

// endpointOf returns where a hook delivers to.
func endpointOf(o *Org, h *hook) eventhook.Endpoint {
	to := eventhook.Endpoint{HookID: h.id, Source: o.baseURL() + "/api/v1/eventHooks/" + h.id, URI: h.channel.Config.URI}
	for _, x := range h.channel.Config.Headers {
		to.Headers = append(to.Headers, [2]string{x.Key, x.Value})
	}
	if a := h.channel.Config.AuthScheme; a != nil && a.Key != "" {
		to.Headers = append(to.Headers, [2]string{a.Key, a.Value})
	}
	return to
}

// deliver hands events that were just logged to the hooks that want them.
func (o *Org) deliver(events []*systemlog.Event) {
	var wanted []func()
	o.hookMu.RLock()
	for _, s := range o.subscribers {
		for _, e := range events {
			if slices.Contains(s.types, e.EventType) {
				wanted = append(wanted, func() { o.sender.Send(s.to, e) })
			}
		}
	}
	o.hookMu.RUnlock()
	for _, send := range wanted {
		send()
	}
}

// subscriber is an active, verified hook, as deliveries need it.
type subscriber struct {
	to    eventhook.Endpoint
	types []string
}

// subscribe notes which hooks take deliveries. It is called whenever a hook
// may have changed; the caller holds the org's lock.
func subscribe(o *Org) {
	var out []subscriber
	for _, h := range o.hooks.items {
		if h.active && h.verified {
			out = append(out, subscriber{endpointOf(o, h), h.types})
		}
	}
	o.hookMu.Lock()
	o.subscribers = out
	o.hookMu.Unlock()
}

// deliveryFailed logs that a delivery was given up.
func (o *Org) deliveryFailed(to eventhook.Endpoint, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	h, ok := o.hooks.get(to.HookID)
	if !ok {
		return
	}
	c := o.job("whd")
	c.emit("event_hook.delivery", fact{targets: targets(h), result: "FAILURE", reason: err.Error()})
	c.flush()
}
