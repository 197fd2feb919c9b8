package connector

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"sallyport/internal/connector/oauth"
	"sallyport/internal/errs"
	"sallyport/internal/quota"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

// session is one call on its way.
type session struct {
	engine    *Engine
	conn      Connection
	connector *Connector
	auth      *Auth
	action    *Action
	call      Call

	raw     bool              // who calls reads the answer: it is looked at only where it is an error
	step    *step             // the present one of the action's
	real    scope             // with the secrets
	shown   scope             // with masks in their place
	secrets map[string]string // of the connection
	hidden  []string          // what must not be shown: secrets, and tokens that were fetched
	scrub   *secret.Scrubber
}

// begin checks a call, and gathers what it needs.
func (e *Engine) begin(conn Connection, call Call) (*session, error) {
	c, auth, err := e.resolve(conn)
	if err != nil {
		return nil, err
	}
	action, ok := c.Actions[call.Action]
	if !ok {
		return nil, errs.New(errs.NotFound, "%s has no action %q", c.Title, call.Action)
	}
	s := &session{engine: e, conn: conn, connector: c, auth: auth, action: action, call: call}
	if err := s.gather(); err != nil {
		return nil, err
	}
	return s, nil
}

// gather makes the two scopes of the call: the real one, and the one that is
// shown.
func (s *session) gather() error {
	settings, err := s.connector.settings(s.auth, s.conn.Settings)
	if err != nil {
		return err
	}
	if name := unknownIn(s.action.Inputs, s.call.Inputs); name != "" {
		return errs.New(errs.Invalid, "%s has no input %q", s.action.Title, name)
	}
	inputs, err := fill(s.action.Inputs, s.call.Inputs, "input")
	if err != nil {
		return err
	}
	dropEmpty(s.action.Inputs, inputs)
	if s.secrets, err = s.engine.unseal(s.conn); err != nil {
		return err
	}
	real, shown := value.NewObject(4), value.NewObject(4)
	for _, p := range s.connector.secrets(s.auth) {
		if s.secrets[p.Name] == "" {
			if p.Required {
				return errs.New(errs.Invalid, "the connection %s lacks its secret: %s", s.conn.Name, p.Title)
			}
			continue
		}
		real.Set(p.Name, s.secrets[p.Name])
		shown.Set(p.Name, secret.Mask)
	}
	s.hide(settings, inputs)
	base := scope{"settings": settings, "auth": string(s.auth.Kind), "call": value.Map("key", s.call.Key), "now": value.Instant(s.engine.now())}
	if s.real, err = s.complete(base, inputs, real); err != nil {
		return err
	}
	if err := firstFault(s.action.do.checks, s.real); err != nil {
		return errs.New(errs.Invalid, "%v", err)
	}
	s.shown, err = s.complete(base, s.action.Masked(inputs), shown)
	return err
}

func (s *session) complete(base scope, inputs, secrets *value.Object) (scope, error) {
	out := base.with(scope{"inputs": inputs})
	vars, err := s.action.do.calculate(out)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "%s cannot be made of these inputs: %v", s.action.Title, err)
	}
	return out.with(scope{"vars": vars, "secrets": secrets}), nil
}

// hide notes what must not be shown: the secrets, inputs that are secret, and
// what a Basic header makes of a secret.
func (s *session) hide(settings, inputs *value.Object) {
	for _, v := range s.secrets {
		s.hidden = append(s.hidden, v)
	}
	if s.auth.Kind == Basic {
		pair := settings.Text("username") + ":" + s.secrets["password"]
		s.hidden = append(s.hidden, base64.StdEncoding.EncodeToString([]byte(pair)))
	}
	for _, p := range s.action.Inputs {
		if v := inputs.At(p.Name); p.Secret && v != nil {
			s.hidden = append(s.hidden, value.String(v))
		}
	}
	s.scrub = secret.NewScrubber(s.hidden...)
}

// hideToken notes a token that was fetched.
func (s *session) hideToken(token string) {
	if token != "" {
		s.hidden = append(s.hidden, token)
		s.scrub = secret.NewScrubber(s.hidden...)
	}
}

// budget is the share of the peer's rate limit that this connection's
// credential has.
func (s *session) budget(host string) *quota.Budget {
	identity := []string{string(s.auth.Kind)}
	settings, _ := s.real["settings"].(*value.Object)
	switch s.auth.Kind {
	case ClientCredentials, PrivateKeyJWT: // their tokens change
		identity = append(identity, settings.Text("client_id"))
	case AuthorizationCode: // each is of the person who consented
		identity = append(identity, s.conn.Org, s.conn.ID)
	default:
		for _, p := range s.connector.secrets(s.auth) {
			identity = append(identity, s.secrets[p.Name])
		}
	}
	return s.engine.quota.Budget(quota.Key(host, strings.Join(identity, "\x00")), s.dialect())
}

// dialect is how the peer tells its limits, and how much of them we take.
func (s *session) dialect() quota.Dialect {
	p := s.connector.profile
	v, _ := p.percent.eval(s.real)
	if n, ok := value.Numeric(v); ok {
		return quota.Okta(n / 100)
	}
	return p.dialect
}

// credential returns how the call signs in.
func (s *session) credential() (credential, error) {
	settings, _ := s.real["settings"].(*value.Object)
	if c, ok := s.auth.fixedCredential(s.real, s.secrets, s.engine.now); ok {
		return c, nil
	}
	client, err := s.oauthClient()
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "the connection %s cannot sign in: %v", s.conn.Name, err)
	}
	sum := sha256.New()
	for _, part := range [][]byte{s.conn.Sealed, value.JSON(settings), []byte(s.auth.Kind)} {
		_, _ = sum.Write(part) // a hash never fails
	}
	send := s.tokenSender(client.TokenURL) //nolint:bodyclose // whoever sends closes
	return tokens{s.engine.heldSource(sourceKey(s.conn, client.Subject), string(sum.Sum(nil)), client, send)}, nil
}

func sourceKey(conn Connection, subject string) string {
	return conn.Org + "\x00" + conn.ID + "\x00" + subject
}

// maxSources bounds the tokens that are held: an action that signs in for
// people makes one for each of them.
const maxSources = 4096

// heldSource returns the tokens of a connection, fresh ones where it changed.
func (e *Engine) heldSource(key, made string, client oauth.Client, send func(*http.Request) (*http.Response, error)) *oauth.Source {
	e.mu.Lock()
	defer e.mu.Unlock()
	held, ok := e.tokens[key]
	if !ok || held.made != made {
		if len(e.tokens) >= maxSources {
			clear(e.tokens)
		}
		held = &heldTokens{made, oauth.NewSource(client, oauth.Options{Send: send, Now: e.now})}
		e.tokens[key] = held
	}
	return held.source
}

// tokenSender returns what carries out token requests: they count against the
// same budget. It outlives the session, so it holds nothing of it but that.
func (s *session) tokenSender(tokenURL string) func(*http.Request) (*http.Response, error) {
	u, err := url.Parse(tokenURL)
	if err != nil {
		u = &url.URL{}
	}
	budget, client := s.budget(u.Host), s.engine.client
	return func(req *http.Request) (*http.Response, error) {
		bucket := budget.Bucket(req.Method, req.URL.Path)
		if bucket == "" {
			bucket = "token"
		}
		permit, err := budget.Acquire(req.Context(), quota.Ask{Bucket: bucket})
		if err != nil {
			return nil, err
		}
		resp, err := client.Do(req) //nolint:gosec // where it may lead is what package egress decides
		if err != nil {
			permit.Observe(0, nil)
			return nil, err
		}
		permit.Observe(resp.StatusCode, resp.Header)
		return resp, nil
	}
}
