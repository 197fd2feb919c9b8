package connector

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"sallyport/internal/connector/oauth"
	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// Grants keeps what people consented to: for a connection, a sealed refresh
// token. It stands apart from the connection, because it changes while the
// connection is used.
type Grants interface {
	// Grant returns what is kept for a connection, or nil.
	Grant(ctx context.Context, org, connection string) ([]byte, error)
	// SetGrant keeps what is sealed. With was, only in its place: where something
	// else is kept by now, that stays.
	SetGrant(ctx context.Context, org, connection string, was, sealed []byte) error
}

// grant is what is sealed.
type grant struct {
	Refresh string `json:"refresh_token"`
	// Leads is where the token may go: where the connection led when somebody
	// consented. To another address it is not sent.
	Leads string `json:"leads_to"`
}

// Consent is what a browser is sent to an authorization server with.
type Consent struct {
	URL string
	// Sealed is what [Engine.Redeem] must know again. Only it can read it.
	Sealed []byte
}

// Return is a browser that came back.
type Return struct {
	Code     string // that it brought
	State    string // that it brought
	Redirect string // where it came back to: as [Engine.Consent] was told
	Sealed   []byte // of the [Consent]
}

// Consent begins a sign-in by which somebody lets a connection act for them
// (RFC 6749 section 4.1, with the proof of RFC 7636). The redirect is where the
// browser comes back to, with the state: a secret of the browser's session, good
// for one time.
func (e *Engine) Consent(conn Connection, redirect, state string) (Consent, error) {
	s, err := e.consenting(conn)
	if err != nil {
		return Consent{}, err
	}
	c, auth := s.connector, s.auth
	client, err := auth.client(s.real, nil)
	if err != nil {
		return Consent{}, err
	}
	verifier := oauth.NewVerifier()
	to, err := client.URL(oauth.Consent{
		AuthorizeURL: auth.plan.authorizeURL.text(s.real), Redirect: redirect, State: state, Verifier: verifier, Params: auth.params(auth.plan.authorizeParams, s.real),
	})
	if err != nil {
		return Consent{}, errs.New(errs.Invalid, "%s: %v", c.Title, err)
	}
	sealed, err := e.keyring.Seal([]byte(verifier), consentContext(conn, state))
	return Consent{to, sealed}, err
}

// consentContext ties a verifier to its state.
func consentContext(conn Connection, state string) []byte {
	return []byte("consent\x00" + conn.Org + "\x00" + conn.ID + "\x00" + state)
}

// consenting returns a session of a sign-in by a browser. It is of no action.
func (e *Engine) consenting(conn Connection) (*session, error) {
	c, auth, err := e.resolve(conn)
	switch {
	case err != nil:
		return nil, err
	case auth.Kind != AuthorizationCode:
		return nil, errs.New(errs.Invalid, "the connection %s signs in by %s: nobody needs to consent to anything", conn.Name, auth.Kind)
	case e.grants == nil:
		return nil, errs.New(errs.Internal, "nothing keeps what people consent to")
	}
	settings, err := c.settings(auth, conn.Settings)
	sc := scope{"settings": settings, "auth": string(auth.Kind)}
	return &session{engine: e, conn: conn, connector: c, auth: auth, real: sc, shown: sc, action: &Action{ID: "consent", do: &plan{}}}, err
}

// Redeem ends a sign-in: it exchanges the code that the browser brought for a
// refresh token, and keeps that sealed. Every error is an [*Error]; none shows
// the code, the verifier or a token.
func (e *Engine) Redeem(ctx context.Context, conn Connection, back Return) error {
	s, err := e.consenting(conn)
	if err != nil {
		return asError(err)
	}
	verifier, err := e.keyring.Unseal(back.Sealed, consentContext(conn, back.State))
	if err != nil {
		return asError(errs.Wrap(errs.Invalid, err, "the sign-in was not begun here: begin it again"))
	}
	if s.secrets, err = e.unseal(conn); err != nil {
		return asError(err)
	}
	client, err := s.auth.client(s.real, s.secrets)
	if err != nil {
		return asError(err)
	}
	ctx, cancel := context.WithTimeout(ctx, DefaultTimeout)
	defer cancel()
	s.hide(value.NewObject(0), nil)
	opts := oauth.Options{Send: s.tokenSender(client.TokenURL), Now: e.now} //nolint:bodyclose // whoever sends closes
	refresh, err := client.Redeem(ctx, oauth.Code{Code: back.Code, Verifier: string(verifier), Redirect: back.Redirect}, opts)
	if err != nil {
		return scrubError(s.scrub, s.critic().lost(err, true))
	}
	settings, _ := s.real["settings"].(*value.Object)
	k := &keeper{e, conn, s.auth.leadsTo(s.connector, settings)}
	sealed, err := k.seal(refresh)
	if err != nil {
		return asError(err)
	}
	if err := e.grants.SetGrant(ctx, conn.Org, conn.ID, nil, sealed); err != nil {
		return asError(fmt.Errorf("keep what was consented to: %w", err))
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.tokens, sourceKey(conn, ""))
	return nil
}

// Consented reports whether a connection needs nobody's consent, or has it.
func (e *Engine) Consented(ctx context.Context, conn Connection) (bool, error) {
	c, auth, err := e.resolve(conn)
	if err != nil || auth.Kind != AuthorizationCode {
		return err == nil, err
	}
	settings, err := c.settings(auth, conn.Settings)
	if err != nil {
		return false, err
	}
	k := &keeper{e, conn, auth.leadsTo(c, settings)}
	_, _, err = k.load(ctx)
	if failed := AsError(err); failed != nil && failed.Auth {
		return false, nil
	}
	return err == nil, err
}

// ResealGrant returns what is kept for a connection sealed with the current key.
func (e *Engine) ResealGrant(org, connection string, sealed []byte) ([]byte, error) {
	conn := Connection{Org: org, ID: connection}
	text, err := e.keyring.Unseal(sealed, grantContext(conn))
	if err != nil {
		return nil, err
	}
	return e.keyring.Seal(text, grantContext(conn))
}

func grantContext(conn Connection) []byte {
	return []byte("grant\x00" + conn.Org + "\x00" + conn.ID)
}

// leadsTo names where tokens of a connection go.
func (a *Auth) leadsTo(c *Connector, settings *value.Object) string {
	s := scope{"settings": settings, "auth": string(a.Kind)}
	urls := []string{a.plan.tokenURL.text(s), c.profile.base.text(s)}
	for _, id := range c.ActionIDs() {
		for _, st := range c.Actions[id].do.steps {
			if !st.request.base.empty() {
				urls = append(urls, st.request.base.text(s))
			}
		}
	}
	return strings.Join(urls, " ")
}

// keeper keeps the refresh token of a connection.
type keeper struct {
	engine *Engine
	conn   Connection
	leads  string
}

func (k *keeper) seal(refresh string) ([]byte, error) {
	text, err := json.Marshal(grant{refresh, k.leads}) //nolint:gosec // it is sealed
	if err != nil {
		return nil, fmt.Errorf("seal a refresh token: %w", err)
	}
	return k.engine.keyring.Seal(text, grantContext(k.conn))
}

// load returns the refresh token, and how it is kept.
func (k *keeper) load(ctx context.Context) (refresh string, sealed []byte, err error) {
	if k.engine.grants == nil {
		return "", nil, k.absent("nobody has signed in to the connection %s", k.conn.Name)
	}
	if sealed, err = k.engine.grants.Grant(ctx, k.conn.Org, k.conn.ID); err != nil {
		return "", nil, fmt.Errorf("look for what was consented to: %w", err)
	}
	if sealed == nil {
		return "", nil, k.absent("nobody has signed in to the connection %s", k.conn.Name)
	}
	text, err := k.engine.keyring.Unseal(sealed, grantContext(k.conn))
	var g grant
	if err != nil || json.Unmarshal(text, &g) != nil {
		return "", nil, asError(errs.Wrap(errs.Internal, err, "what was consented to for the connection %s does not open", k.conn.Name))
	}
	if g.Leads != k.leads {
		return "", nil, k.absent("the connection %s leads elsewhere since somebody signed in to it", k.conn.Name)
	}
	return g.Refresh, sealed, nil
}

// absent is that somebody has to sign in.
func (k *keeper) absent(format string, args ...any) error {
	err := errs.New(errs.Denied, format+": sign in to it in the console", args...)
	return &Error{Message: errs.Message(err), Code: "not_signed_in", Auth: true, Err: err}
}

// Load implements [oauth.Refresh].
func (k *keeper) Load(ctx context.Context) (string, error) {
	refresh, _, err := k.load(ctx)
	return refresh, err
}

// Replace implements [oauth.Refresh]. What somebody else has put in the place of
// the used token meanwhile stays.
func (k *keeper) Replace(ctx context.Context, used, next string) error {
	held, was, err := k.load(ctx)
	if err != nil || held != used {
		return err
	}
	sealed, err := k.seal(next)
	if err != nil {
		return err
	}
	// The old token may hold no more: the call's end must not lose the new one.
	if err := k.engine.grants.SetGrant(context.WithoutCancel(ctx), k.conn.Org, k.conn.ID, was, sealed); err != nil {
		return &Error{Message: "a new refresh token came and could not be kept", Code: "internal", Transient: true, Err: err}
	}
	return nil
}
