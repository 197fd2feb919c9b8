package onboard

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"sallyport/internal/connector/oauth"
	"sallyport/internal/errs"
	"sallyport/internal/okta"
)

// pauses are how long is waited between tries of what Okta may need a moment for.
func pauses() []time.Duration {
	return []time.Duration{time.Second, 2 * time.Second, 3 * time.Second, 5 * time.Second, 8 * time.Second, 13 * time.Second}
}

// signedIn reads an org as an app.
type signedIn struct {
	base   string
	http   *http.Client
	source *oauth.Source
	bound  bool // the tokens are bound to a key
}

// signIn returns an org as an app with a key sees it. Nothing is asked yet.
func (s *Setup) signIn(clientID string, key *Key, scopes []string) (*signedIn, error) {
	signer, err := key.signer()
	if err != nil {
		return nil, err
	}
	source := oauth.NewSource(
		oauth.Client{TokenURL: s.Org + "/oauth2/v1/token", ID: clientID, Key: signer, Scopes: scopes},
		oauth.Options{Send: s.HTTP.Do, Now: s.Now})
	return &signedIn{base: s.Org, http: s.HTTP, source: source}, nil
}

// Fetch makes a signed-in GET request; a second where the first was refused for
// its token, as with a nonce that Okta wants.
func (a *signedIn) Fetch(ctx context.Context, target string) (okta.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, oneCall)
	defer cancel()
	for try := 0; ; try++ {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.base+target, nil)
		if err != nil {
			return okta.Answer{}, err
		}
		req.Header.Set("Accept", "application/json")
		token, err := a.source.Authorize(ctx, req)
		if err != nil {
			return okta.Answer{}, err
		}
		answer, err := send(a.http, req)
		if err != nil || answer.Status != http.StatusUnauthorized || try > 0 || !a.source.Rejected(ctx, token, answer.Header) {
			return answer, err
		}
	}
}

// token waits until the app is given tokens.
func (s *Setup) token(ctx context.Context, a *signedIn) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.base, nil)
	if err != nil {
		return err
	}
	for _, pause := range append(pauses(), 0) {
		if _, err = a.source.Authorize(ctx, req); err == nil {
			a.bound = strings.HasPrefix(req.Header.Get("Authorization"), "DPoP ")
			return nil
		}
		if pause == 0 || ctx.Err() != nil {
			break
		}
		if err := s.Pause(ctx, pause); err != nil {
			return err
		}
	}
	return fmt.Errorf("sign in as the app: %w", err)
}

// prove waits until the app is given tokens and sees people, and looks what it
// sees besides.
func (m *maker) prove(ctx context.Context, want App, made *Made) error {
	m.tell(PhaseToken, "wait until %q is given a token", want.Label)
	a, err := m.signIn(made.ClientID, made.Key, made.Granted)
	if err != nil {
		return err
	}
	if err := m.token(ctx, a); err != nil {
		return err
	}
	if made.Bound = a.bound; want.DPoP && !a.bound {
		return errs.New(errs.Unavailable, "sign in as the app: a token that is bound to a key was asked for, and one came that is not")
	}
	m.tell(PhaseSee, "look what it sees")
	look := okta.Look{Fetch: a, Credential: okta.Credential{Kind: okta.ServiceApp, ClientID: made.ClientID}, Scopes: made.Granted, Now: m.Now()}
	var people okta.Coverage
	for _, pause := range append(pauses(), 0) {
		if people, _ = look.Covered(ctx, "users"); people.Visible == okta.Full {
			made.Coverage = look.Coverage(ctx)
			return ctx.Err()
		}
		if pause == 0 || ctx.Err() != nil {
			break
		}
		if err := m.Pause(ctx, pause); err != nil {
			return err
		}
	}
	return errs.New(errs.Unavailable, "the app is given tokens, and sees nobody: %s", people.Said)
}
