package connector

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"sallyport/internal/connector/oauth"
	"sallyport/internal/egress"
	"sallyport/internal/errs"
	"sallyport/internal/quota"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

// Options are what an [Engine] works with. All but Grants and Now are needed.
type Options struct {
	Shelf   *Shelf
	Keyring *secret.Keyring
	Egress  *egress.Egress
	Quota   *quota.Registry
	Grants  Grants           // nil: nobody can consent to anything
	Now     func() time.Time // nil is [time.Now]
}

// Engine carries out actions. It is safe for concurrent use.
type Engine struct {
	shelf   *Shelf
	keyring *secret.Keyring
	egress  *egress.Egress
	quota   *quota.Registry
	grants  Grants
	now     func() time.Time
	client  *http.Client // follows within a host
	open    *http.Client // follows anywhere, for URLs that users give
	watcher Watcher      // nil where nobody watches

	mu     sync.Mutex
	tokens map[string]*heldTokens // by organization, connection, and for whom they are
}

// heldTokens are the tokens of a connection, as long as it stays as it is.
type heldTokens struct {
	made   string // what they were made for
	source *oauth.Source
}

// DefaultTimeout is that of a [Call] that says nothing.
const DefaultTimeout = 30 * time.Second

// NewEngine returns an engine.
func NewEngine(opts Options) *Engine {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	// A call's own timeout ends it; the clients' is only for the worst.
	longest := 10 * time.Minute
	return &Engine{
		shelf: opts.Shelf, keyring: opts.Keyring, egress: opts.Egress, quota: opts.Quota, grants: opts.Grants, now: opts.Now,
		client: opts.Egress.Client(egress.ClientOptions{Timeout: longest}),
		open:   opts.Egress.Client(egress.ClientOptions{Timeout: longest, Redirects: egress.AnyHost}),
		tokens: map[string]*heldTokens{},
	}
}

// Do carries a call out. Every error is an [*Error]. It waits for the rate
// limit no longer than the call says, retries only what cannot have happened
// or may happen twice, and that no more than twice; all else is the caller's,
// who learns from the error what may be done.
func (e *Engine) Do(ctx context.Context, conn Connection, call Call) (Result, error) {
	ctx, ended := e.watched(ctx, conn, call)
	res, err := e.do(ctx, conn, call)
	ended(AsError(err))
	return res, err
}

func (e *Engine) do(ctx context.Context, conn Connection, call Call) (Result, error) {
	start := e.now()
	s, err := e.begin(conn, call)
	if err != nil {
		return Result{}, asError(err)
	}
	timeout := call.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	res, failure := s.run(ctx)
	if failure != nil {
		return Result{}, scrubError(s.scrub, failure)
	}
	res.Outputs, _ = ScrubValue(s.scrub, res.Outputs).(*value.Object)
	res.Duration = e.now().Sub(start)
	return res, nil
}

// Preview returns what [Engine.Do] would send first, with every secret masked;
// the zero Request is that it would send nothing. It reaches nobody.
func (e *Engine) Preview(conn Connection, call Call) (Request, error) {
	s, err := e.begin(conn, call)
	if err != nil {
		return Request{}, asError(err)
	}
	if s.connector.profile.smtp != nil {
		m, err := newEnvelope(s)
		if err != nil {
			return Request{}, asError(err)
		}
		return m.shown, nil
	}
	w, err := s.first()
	if err != nil {
		return Request{}, asError(err)
	}
	if w == nil { // a list of nothing
		return Request{}, nil
	}
	return w.shown, nil
}

// Normalize checks the settings of a connection and returns them as they are
// to be kept: defaults filled in, texts such as an Okta domain in their one
// form. The error names the setting and says what is wrong with it.
func (e *Engine) Normalize(conn Connection) (*value.Object, error) {
	c, auth, err := e.resolve(conn)
	if err != nil {
		return nil, err
	}
	return c.settings(auth, conn.Settings)
}

func (c *Connector) settings(auth *Auth, values *value.Object) (*value.Object, error) {
	return fill(append(slices.Clip(c.Settings), auth.Settings...), values, "setting")
}

func (c *Connector) secrets(auth *Auth) []Port {
	return append(slices.Clip(c.Secrets), auth.Secrets...)
}

// resolve returns the connector and the way to sign in of a connection.
func (e *Engine) resolve(conn Connection) (*Connector, *Auth, error) {
	c, ok := e.shelf.Of(conn.Org, conn.Connector)
	if !ok {
		return nil, nil, errs.New(errs.NotFound, "there is no connector %q", conn.Connector)
	}
	auth, ok := c.AuthOf(conn.Auth)
	if !ok {
		return nil, nil, errs.New(errs.Invalid, "%s does not sign in by %q", c.Title, conn.Auth)
	}
	return c, auth, nil
}

// Seal returns the secrets of a connection sealed: those that it has, with the
// changes over them. An empty text removes one. Whether all that are needed
// are there, [Engine.Do] says.
func (e *Engine) Seal(conn Connection, changes map[string]secret.Text) ([]byte, error) {
	c, auth, err := e.resolve(conn)
	if err != nil {
		return nil, err
	}
	held := map[string]string{}
	if len(conn.Sealed) > 0 {
		if held, err = e.unseal(conn); err != nil {
			return nil, err
		}
	}
	ports := c.secrets(auth)
	for name, s := range changes {
		p := portNamed(name, ports)
		if p == nil {
			return nil, errs.New(errs.Invalid, "%s has no secret %q", c.Title, name)
		}
		if s.Empty() {
			delete(held, name)
			continue
		}
		held[name] = strings.TrimSpace(s.Reveal())
		if err := firstFault(p.checks, scope{"value": held[name]}); err != nil {
			return nil, errs.New(errs.Invalid, "secret %s: %v", name, err)
		}
	}
	text, err := json.Marshal(held)
	if err != nil {
		return nil, fmt.Errorf("seal the secrets of %s: %w", conn.Name, err)
	}
	return e.keyring.Seal(text, sealContext(conn))
}

// Reseal returns the secrets of a connection sealed with the current key, and
// whether that changed anything.
func (e *Engine) Reseal(conn Connection) ([]byte, bool, error) {
	if len(conn.Sealed) == 0 || e.keyring.Current(conn.Sealed) {
		return conn.Sealed, false, nil
	}
	sealed, err := e.Seal(conn, nil)
	return sealed, err == nil, err
}

// sealContext ties sealed secrets to their connection, so that they open
// nowhere else.
func sealContext(conn Connection) []byte {
	return []byte("connection\x00" + conn.Org + "\x00" + conn.ID)
}

func (e *Engine) unseal(conn Connection) (map[string]string, error) {
	held := map[string]string{}
	if len(conn.Sealed) == 0 {
		return held, nil
	}
	text, err := e.keyring.Unseal(conn.Sealed, sealContext(conn))
	if err != nil {
		return nil, errs.Wrap(errs.Internal, err, "the secrets of the connection %s do not open", conn.Name)
	}
	if err := json.Unmarshal(text, &held); err != nil {
		return nil, errs.New(errs.Internal, "the secrets of the connection %s are unreadable", conn.Name)
	}
	return held, nil
}
