package okta

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sallyport/sandbox/okta/logstream"
	"sallyport/sandbox/okta/systemlog"
)

func logStreamRoutes() []route {
	const base = "/api/v1/logStreams"
	return []route{
		get(base, areaStreams, listStreams),
		post(base, areaStreams, createStream),
		get(base+"/{id}", areaStreams, getStream),
		put(base+"/{id}", areaStreams, replaceStream),
		del(base+"/{id}", areaStreams, deleteStream),
		post(base+"/{id}/lifecycle/activate", areaStreams, activateStream),
		post(base+"/{id}/lifecycle/deactivate", areaStreams, deactivateStream),
	}
}

// Types of log streams. What goes to EventBridge is kept and never sent.
const (
	streamSplunk = "splunk_cloud_logstreaming"
	streamAWS    = "aws_eventbridge"
)

// stream is a log stream: everything that is logged goes somewhere.
type stream struct {
	id, name, kind string
	active         bool
	settings       streamSettings

	created, lastUpdated time.Time
}

func (s *stream) key() string { return s.id }

// streamSettings are those of both types; what a type does not have is empty.
type streamSettings struct {
	AccountID       string `json:"accountId,omitempty"`
	EventSourceName string `json:"eventSourceName,omitempty"`
	Region          string `json:"region,omitempty"`

	Host    string `json:"host,omitempty"`
	Edition string `json:"edition,omitempty"`
	Token   string `json:"token,omitempty"` // never answered
}

// streamView is the JSON of a log stream.
type streamView struct {
	ID          string          `json:"id"`
	Type        string          `json:"type"`
	Name        string          `json:"name"`
	LastUpdated *stamp          `json:"lastUpdated"`
	Created     *stamp          `json:"created"`
	Status      string          `json:"status"`
	Settings    streamSettings  `json:"settings"`
	Links       map[string]link `json:"_links"`
}

func viewStream(c *call, s *stream) streamView {
	self := c.url("api/v1/logStreams", s.id)
	v := streamView{
		ID: s.id, Type: s.kind, Name: s.name, LastUpdated: at(s.lastUpdated), Created: at(s.created), Status: "INACTIVE", Settings: s.settings,
		Links: map[string]link{"self": {Href: self, Method: http.MethodGet}},
	}
	v.Settings.Token = ""
	if s.active {
		v.Status = "ACTIVE"
		v.Links["deactivate"] = link{Href: self + "/lifecycle/deactivate", Method: http.MethodPost}
	} else {
		v.Links["activate"] = link{Href: self + "/lifecycle/activate", Method: http.MethodPost}
	}
	return v
}

// findStream returns the log stream that the path names. Okta calls what is
// missing an app, as recorded.
func findStream(c *call) (*stream, error) {
	s, ok := c.streams.get(c.arg(0))
	if !ok {
		return nil, notFound(c.arg(0), "AppInstance")
	}
	return s, nil
}

func listStreams(c *call) (answer, error) { return listed(c, &c.streams, 20, 200, viewStream) }

func getStream(c *call) (answer, error) {
	s, err := findStream(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewStream(c, s))
}

// streamInput is what a client sends.
type streamInput struct {
	Type     string         `json:"type"`
	Name     string         `json:"name"`
	Settings streamSettings `json:"settings"`
}

// check validates a stream; before is what it was, nil for a new one.
func (in *streamInput) check(c *call, before *stream) error {
	name := strings.TrimSpace(in.Name)
	if name == "" {
		return invalidField("name", "The field cannot be left blank")
	}
	for _, s := range c.streams.items {
		if s != before && s.name == name {
			return invalidField("name", "A log stream with this name already exists.")
		}
	}
	if before != nil && in.Type != before.kind {
		return invalidField("type", "The type of a log stream cannot be changed.")
	}
	return in.Settings.check(c.Org, in.Type, before == nil)
}

// check validates the settings of a type; those of a new stream need a token.
func (x streamSettings) check(o *Org, kind string, isNew bool) error {
	switch kind {
	case streamAWS:
		if x.AccountID == "" || x.EventSourceName == "" || x.Region == "" {
			return invalidField("settings", "accountId, eventSourceName and region are needed.")
		}
	case streamSplunk:
		if collectorURL(o, x.Host) == "" {
			return invalidField("host", "The host must be a domain name.")
		}
		if isNew && x.Token == "" {
			return invalidField("token", "The field cannot be left blank")
		}
		if x.Edition != "aws" && x.Edition != "gcp" && x.Edition != "aws_govcloud" {
			return invalidField("edition", "The edition must be aws, aws_govcloud or gcp.")
		}
	default:
		return invalidField("type", "The type must be "+streamAWS+" or "+streamSplunk+".")
	}
	return nil
}

// collectorURL is where the events of a stream go: in front of the name of a
// Splunk Cloud stack Okta puts "http-inputs-". On this machine, which Okta
// cannot reach, a collector may have a port, a path and no TLS; its URL then
// stands for the host. It is empty for what is no host.
func collectorURL(o *Org, host string) string {
	const path = "/services/collector/event"
	if !strings.Contains(host, "://") {
		if name, _, _ := strings.Cut(host, ":"); !o.httpsOnly && loopback(name) {
			host = "http://" + host
		} else {
			host = "https://" + host
		}
	}
	u, err := url.Parse(host)
	switch {
	case err != nil || u.Host == "":
		return ""
	case loopback(u.Hostname()) && !o.httpsOnly:
		return u.Scheme + "://" + u.Host + strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), path) + path
	case u.Scheme != "https" || u.Path != "" || !strings.Contains(u.Host, "."):
		return ""
	case strings.HasSuffix(u.Host, ".splunkcloud.com") && !strings.HasPrefix(u.Host, "http-inputs"):
		return "https://http-inputs-" + u.Host + path
	default:
		return "https://" + u.Host + path
	}
}

// loopback says whether a host is this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func createStream(c *call) (answer, error) {
	var in streamInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if err := in.check(c, nil); err != nil {
		return answer{}, err
	}
	s := newStream(c.Org, in)
	c.emit("system.log_stream.lifecycle.create", streamFact(s))
	return ok(viewStream(c, s))
}

// newStream adds a log stream, active at once.
func newStream(o *Org, in streamInput) *stream {
	s := &stream{
		id: o.ids.next("0oa"), name: strings.TrimSpace(in.Name), kind: in.Type, active: true, settings: in.Settings, created: o.now(), lastUpdated: o.now(),
	}
	o.streams.add(s)
	return s
}

func streamFact(s *stream) fact {
	return fact{targets: []systemlog.Target{{ID: s.id, Type: "LogStream", AlternateID: "unknown", DisplayName: s.name}}}
}

// replaceStream changes a stream. What EventBridge is given cannot be changed,
// and the token of a collector may be left out.
func replaceStream(c *call) (answer, error) {
	s, err := findStream(c)
	if err != nil {
		return answer{}, err
	}
	var in streamInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if err := in.check(c, s); err != nil {
		return answer{}, err
	}
	if s.kind == streamAWS && in.Settings != s.settings {
		return answer{}, invalidField("settings", "The settings of this log stream cannot be changed.")
	}
	if in.Settings.Token == "" {
		in.Settings.Token = s.settings.Token
	}
	s.name, s.settings, s.lastUpdated = strings.TrimSpace(in.Name), in.Settings, c.now()
	c.emit("system.log_stream.lifecycle.update", streamFact(s))
	return ok(viewStream(c, s))
}

func deleteStream(c *call) (answer, error) {
	s, err := findStream(c)
	if err != nil {
		return answer{}, err
	}
	if s.active {
		return answer{}, errActiveApp() // as Okta says it of apps
	}
	c.streams.remove(s.id)
	c.emit("system.log_stream.lifecycle.delete", streamFact(s))
	return none()
}

func activateStream(c *call) (answer, error)   { return switchStream(c, true, "activate") }
func deactivateStream(c *call) (answer, error) { return switchStream(c, false, "deactivate") }

func switchStream(c *call, active bool, verb string) (answer, error) {
	s, err := findStream(c)
	if err != nil {
		return answer{}, err
	}
	if s.active != active {
		s.active, s.lastUpdated = active, c.now()
		c.emit("system.log_stream.lifecycle."+verb, streamFact(s))
	}
	return ok(viewStream(c, s))
}

// tap notes which streams take what is logged. It is called whenever a stream
// may have changed; the caller holds the org's lock.
func tap(o *Org) {
	var out []logstream.Target
	on := map[string]bool{}
	for _, s := range o.streams.items {
		if s.active && s.kind == streamSplunk {
			out = append(out, logstream.Target{StreamID: s.id, URL: collectorURL(o, s.settings.Host), Token: s.settings.Token, Host: o.domain + ".okta.com"})
			on[s.id] = true
		}
	}
	o.hookMu.Lock()
	was := o.taps
	o.taps = out
	o.hookMu.Unlock()
	for _, t := range was {
		if !on[t.StreamID] {
			o.streamer.Forget(t.StreamID)
		}
	}
}

// pour hands events that were just logged to the log streams.
func (o *Org) pour(events []*systemlog.Event) {
	o.hookMu.RLock()
	taps := o.taps
	o.hookMu.RUnlock()
	for _, t := range taps {
		o.streamer.Send(t, events...)
	}
}

// streamRefused switches a stream off whose collector takes nothing.
func (o *Org) streamRefused(to logstream.Target, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	s, found := o.streams.get(to.StreamID)
	if !found || !s.active {
		return
	}
	s.active, s.lastUpdated = false, o.now()
	c := o.job("lsj")
	f := streamFact(s)
	f.debug = map[string]any{"message": err.Error()}
	c.emit("system.log_stream.lifecycle.deactivate", f)
	tap(o)
	c.flush()
}
