package okta

import (
	"maps"
	"net"
	"strings"
	"time"

	"sallyport/sandbox/okta/systemlog"
)

// fact is what is particular to one System Log event; the rest comes from the
// change that it is part of and from the kind of event.
type fact struct {
	targets []systemlog.Target
	debug   map[string]any
	detail  map[string]any // of the first target
	result  string         // SUCCESS when empty
	reason  string
	job     string // id of the background job that does it
	actor   *systemlog.Actor
	session string // external session id, when it is not the actor's
}

// inJob moves a fact into a background job.
func (f fact) inJob(id string) fact {
	f.job = id
	return f
}

// targets describes things of the org as targets of an event.
func targets(things ...any) []systemlog.Target {
	out := make([]systemlog.Target, 0, len(things))
	for _, x := range things {
		switch x := x.(type) {
		case *user:
			out = append(out, systemlog.Target{ID: x.id, Type: "User", AlternateID: x.login(), DisplayName: x.name()})
		case *group:
			out = append(out, systemlog.Target{ID: x.id, Type: "UserGroup", AlternateID: "unknown", DisplayName: x.name()})
		case *app:
			kind := "AppInstance"
			if x.clientID() != "" && (x.service || x.oauthSetting("application_type") == "service") {
				kind = "PublicClientApp"
			}
			out = append(out, systemlog.Target{ID: x.id, Type: kind, AlternateID: x.label, DisplayName: x.label})
		case *rule:
			out = append(out, systemlog.Target{ID: x.id, Type: "GroupRule", AlternateID: "unknown", DisplayName: x.name})
		case *apiToken:
			out = append(out, systemlog.Target{ID: x.id, Type: "Token", AlternateID: "unknown", DisplayName: x.name})
		case *device:
			out = append(out, systemlog.Target{ID: x.id, Type: "Device", AlternateID: "unknown", DisplayName: x.name})
		case *hook:
			out = append(out, systemlog.Target{ID: x.id, Type: "EventHook", AlternateID: "unknown", DisplayName: x.name})
		}
	}
	return out
}

// appUserFact describes an account in an app: the targets stand in the order
// that a recorded event has.
func appUserFact(a *app, x *appUser, u *user) fact {
	f := fact{debug: map[string]any{"appname": a.label}}
	f.targets = append(f.targets, systemlog.Target{ID: x.id, Type: "AppUser", AlternateID: x.userName, DisplayName: u.name()})
	f.targets = append(f.targets, targets(a, u)...)
	return f
}

// emit adds an event to the transaction of the change.
func (c *change) emit(eventType string, f fact) {
	k := kindOf(eventType)
	e := &systemlog.Event{
		Actor: c.actor, EventType: eventType, DisplayMessage: k.message, Severity: k.severity, LegacyEventType: optional(k.legacy),
		Outcome:   systemlog.Outcome{Result: "SUCCESS", Reason: optional(f.reason)},
		Published: systemlog.Time{Time: c.time()}, UUID: c.ids.event(c.time()), Version: "0", Target: f.targets,
	}
	if f.result != "" {
		e.Outcome.Result = f.result
	}
	if f.actor != nil {
		e.Actor = *f.actor
	}
	if f.detail != nil && len(e.Target) > 0 {
		e.Target[0].DetailEntry = f.detail
	}
	e.DebugContext.DebugData = map[string]any{}
	session := c.session
	if f.session != "" {
		session = f.session
	}
	e.AuthenticationContext.ExternalSessionID = optional(session)
	if strings.HasPrefix(session, "idx") {
		e.AuthenticationContext.RootSessionID = optional(session)
	}
	if f.job != "" || c.job {
		id := f.job
		if id == "" {
			id = c.id
		}
		e.Transaction = systemlog.Transaction{Type: "JOB", ID: id, Detail: map[string]any{}}
		e.Request.IPChain = []systemlog.IP{}
	} else {
		c.web(e)
	}
	maps.Copy(e.DebugContext.DebugData, f.debug)
	c.pending = append(c.pending, e)
}

// time is when the change happens.
func (c *change) time() time.Time {
	if !c.when.IsZero() {
		return c.when
	}
	return c.now()
}

// web adds what an event of a web request carries.
func (c *change) web(e *systemlog.Event) {
	detail := map[string]any{}
	if c.tokenID != "" {
		detail["requestApiTokenId"] = c.tokenID
	}
	e.Transaction = systemlog.Transaction{Type: "WEB", ID: c.id, Detail: detail}
	e.Client, e.SecurityContext = c.from.logged()
	e.Device = c.from.Device
	e.Request.IPChain = c.from.chain()
	if c.path != "" {
		e.DebugContext.DebugData["requestId"] = c.id
		e.DebugContext.DebugData["requestUri"] = c.path
		e.DebugContext.DebugData["url"] = c.path + "?" + c.query
		e.DebugContext.DebugData["dtHash"] = dtHash(c.from)
	}
}

// flush writes the events of the change to the log. Late events, if the org
// is to have any, are written later.
func (c *change) flush() {
	events := c.pending
	c.pending = nil
	if c.late.Every == 0 {
		c.events.Append(events...)
		return
	}
	var now []*systemlog.Event
	for _, e := range events {
		c.lateCount++
		if c.lateCount%c.late.Every == 0 {
			c.appendLater(e, c.late.By)
		} else {
			now = append(now, e)
		}
	}
	c.events.Append(now...)
}

// optional makes a pointer to a text, nil for an empty one.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// Client is what somebody acts with: address, browser, place and network, as
// far as they are known. The zero value is unknown in all.
type Client struct {
	IP        string // "203.0.113.7"
	UserAgent string // as the browser sends it
	OS        string // "Mac OS X", "Windows 10", "iOS"; guessed from UserAgent when empty
	Browser   string // "CHROME", "SAFARI"; guessed likewise
	Kind      string // "Computer" or "Mobile"; guessed likewise
	Zone      string // name of the network zone
	// DeviceToken is what the browser is known by wherever it is; address and
	// user agent together when empty.
	DeviceToken string

	City, State, Country, PostalCode string
	Lat, Lon                         float64

	ASNumber           int
	ASOrg, ISP, Domain string
	Proxy              bool

	Via    []string          // addresses of proxies between the client and Okta
	Device *systemlog.Device // the managed device, if it is one
}

// logged returns the client as the log shows it.
func (f Client) logged() (systemlog.Client, systemlog.SecurityContext) {
	if f.IP == "" {
		return systemlog.Client{}, systemlog.SecurityContext{}
	}
	zone := f.Zone
	if zone == "" {
		zone = "null"
	}
	os, browser, kind := f.guess()
	c := systemlog.Client{
		UserAgent: &systemlog.UserAgent{RawUserAgent: f.UserAgent, OS: os, Browser: browser},
		Zone:      &zone, Device: &kind, IPAddress: optional(f.IP), GeographicalContext: f.geo(),
	}
	s := systemlog.SecurityContext{ASOrg: optional(f.ASOrg), ISP: optional(f.ISP), Domain: optional(f.Domain)}
	if f.ASNumber != 0 {
		s.ASNumber, s.IsProxy = &f.ASNumber, &f.Proxy
	}
	return c, s
}

func (f Client) geo() *systemlog.Geo {
	if f.Country == "" {
		return nil
	}
	return &systemlog.Geo{
		City: optional(f.City), State: optional(f.State), Country: optional(f.Country), PostalCode: optional(f.PostalCode),
		Geolocation: &systemlog.Point{Lat: f.Lat, Lon: f.Lon},
	}
}

func (f Client) chain() []systemlog.IP {
	out := []systemlog.IP{}
	if f.IP == "" {
		return out
	}
	out = append(out, systemlog.IP{IP: f.IP, GeographicalContext: f.geo(), Version: ipVersion(f.IP)})
	for _, ip := range f.Via {
		out = append(out, systemlog.IP{IP: ip, Version: ipVersion(ip)})
	}
	return out
}

func ipVersion(s string) string {
	if ip := net.ParseIP(s); ip != nil && ip.To4() == nil {
		return "V6"
	}
	return "V4"
}

// guess reads operating system, browser and kind of device from the user
// agent, where they are not given.
func (f Client) guess() (os, browser, kind string) {
	os, browser, kind = "Unknown", "UNKNOWN", "Unknown"
	for _, x := range [][3]string{
		{"iPhone", "iOS", "Mobile"},
		{"Android", "Android", "Mobile"},
		{"Windows NT", "Windows 10", "Computer"},
		{"Mac OS X", "Mac OS X", "Computer"},
		{"Linux", "Linux", "Computer"},
	} {
		if strings.Contains(f.UserAgent, x[0]) {
			os, kind = x[1], x[2]
			break
		}
	}
	for _, x := range [][2]string{{"Edg/", "EDGE"}, {"Firefox/", "FIREFOX"}, {"Chrome/", "CHROME"}, {"Safari/", "SAFARI"}} {
		if strings.Contains(f.UserAgent, x[0]) {
			browser = x[1]
			break
		}
	}
	for _, x := range []struct{ given, guessed *string }{{&f.OS, &os}, {&f.Browser, &browser}, {&f.Kind, &kind}} {
		if *x.given != "" {
			*x.guessed = *x.given
		}
	}
	return os, browser, kind
}

// appendLater writes an event to the log after a time.
func (o *Org) appendLater(e *systemlog.Event, d time.Duration) {
	o.later(d, func() { o.events.Append(e) })
}
