package connector

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// Unclear reports whether the targets of a call with these inputs are not all
// that it touches, so that nobody can be protected from it.
func (a *Action) Unclear(inputs *value.Object) bool {
	if a.do.unclear == nil {
		return false
	}
	unclear, err := a.do.unclear.True(a.inputScope(inputs))
	return err != nil || unclear
}

// Stand is the call of a tenant's own connector that does what a call of
// another connector does.
type Stand struct {
	Connection Connection
	Action     *Action
	Call       Call
}

// Stand finds out whether a call leads to a tenant that another connector
// knows better, and returns the call of that connector which does the same,
// through one of the organization's connections; nil where it leads elsewhere.
// An error of kind Invalid says that it leads to such a tenant, or may, and
// that there is no such call. A connector that judges others is its own judge.
func (e *Engine) Stand(conn Connection, call Call, connections []Connection) (*Stand, error) {
	s, err := e.begin(conn, call)
	if err != nil {
		return nil, err
	}
	if p := s.connector.profile; p.smtp != nil || p.judge != nil {
		return nil, nil
	}
	w, err := s.first()
	if err != nil || w == nil {
		return nil, err
	}
	if strings.ContainsFunc(w.url.Host, func(r rune) bool { return r > '~' }) {
		return nil, errs.New(errs.Invalid, "the host %s is not written plainly", quoted(w.url.Hostname()))
	}
	if err := e.straight(s, connections); err != nil {
		return nil, err
	}
	reached, err := e.reached(w.url, connections)
	if reached == nil && err == nil && e.foreign(w.url, s.scheme(w)) {
		err = errs.New(errs.Invalid, "no connection is for the tenant at %s", hostOf(w.url))
	}
	if err != nil || reached == nil {
		return nil, err
	}
	reached.Call.Inputs = value.Map("method", w.method, "url", w.url.RequestURI(), "body", nil)
	if len(w.body) > 0 {
		reached.Call.Inputs.Set("body", string(w.body))
	}
	if _, err := e.Preview(reached.Connection, reached.Call); err != nil {
		return nil, errs.New(errs.Invalid, "%s", errs.Message(asError(err).Err))
	}
	return reached, nil
}

// straight refuses an action of several requests of which a later one leads to
// such a tenant: what stands for the first says nothing of the others.
func (e *Engine) straight(s *session, connections []Connection) error {
	steps := s.action.do.steps
	for _, st := range steps[min(1, len(steps)):] {
		base := st.request.base
		if base.empty() {
			base = s.connector.profile.base
		}
		u, err := parseBase(base.text(s.real))
		if err != nil {
			continue // it cannot be sent
		}
		if to, err := e.reached(u, connections); to != nil || err != nil {
			return errs.New(errs.Invalid, "one of several requests leads to %s", hostOf(u))
		}
	}
	return nil
}

// reached returns the connection to the tenant that a URL leads to, with the
// action that judges; nil for none. One that works is preferred.
func (e *Engine) reached(u *url.URL, connections []Connection) (*Stand, error) {
	var fault error
	for _, c := range connections {
		con, auth, err := e.resolve(c)
		if err != nil || con.profile.judge == nil {
			continue
		}
		j := con.profile.judge
		settings, err := con.settings(auth, c.Settings)
		if err != nil {
			settings = c.Settings
		}
		hosts := flat(eval(j.hosts, scope{"settings": settings}))
		if !slices.ContainsFunc(hosts, func(h string) bool { return sameMachine(u, h) }) {
			continue
		}
		stand := &Stand{Connection: c, Action: con.Actions[j.action], Call: Call{Action: j.action}}
		if _, err := e.begin(c, Call{Action: j.action, Inputs: value.Map("url", "/")}); err != nil {
			fault = errs.New(errs.Invalid, "the connection %s to %s does not work", c.Name, hostOf(u))
			continue
		}
		return stand, nil
	}
	return nil, fault
}

// foreign reports whether a URL leads to a tenant of a connector that judges.
func (e *Engine) foreign(u *url.URL, scheme string) bool {
	seen := scope{"host": hostOf(u), "scheme": scheme}
	return slices.ContainsFunc(e.shelf.All(), func(c *Connector) bool {
		return c.profile.judge != nil && holds(c.profile.judge.also, seen)
	})
}

// scheme returns how a request signs in: the first word of its Authorization
// header, which is no secret.
func (s *session) scheme(w *wire) string {
	h := w.header.Clone()
	c, _ := s.auth.fixedCredential(s.real, s.secrets, s.engine.now)
	if f, ok := c.(fixed); ok && f.header != "" {
		h.Set(f.header, f.value)
	}
	scheme, _, found := strings.Cut(strings.TrimSpace(h.Get("Authorization")), " ")
	if !found {
		return ""
	}
	return scheme
}

// hostOf returns the name of a URL's host in its one form.
func hostOf(u *url.URL) string {
	return strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
}

// sameMachine reports whether a URL leads to the machine that another names.
// Ports tell machines apart where both are written, and on this machine always:
// a sandbox of each kind may run on it.
func sameMachine(u *url.URL, text string) bool {
	other, err := url.Parse(text)
	if err != nil || other.Host == "" {
		return false
	}
	if a, b := hostOf(u), hostOf(other); a != b && (!isLocal(a) || !isLocal(b)) {
		return false
	}
	return u.Port() == other.Port() || !isLocal(hostOf(u)) && (u.Port() == "" || other.Port() == "")
}

func isLocal(host string) bool {
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return host == "localhost" || strings.HasSuffix(host, ".localhost")
	}
	addr = addr.Unmap()
	return addr.IsLoopback() || addr.IsUnspecified()
}

// flat returns the texts in a value, however deep its lists are, without those
// that are empty.
func flat(v any) []string {
	list, ok := v.([]any)
	if !ok {
		if text := value.String(v); text != "" {
			return []string{text}
		}
		return nil
	}
	var out []string
	for _, e := range list {
		out = append(out, flat(e)...)
	}
	return out
}
