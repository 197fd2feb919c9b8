package oauth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Refresh keeps the refresh token of a client.
type Refresh interface {
	// Load returns the token as it is now.
	Load(ctx context.Context) (string, error)
	// Replace keeps another in the place of the one that was used.
	Replace(ctx context.Context, used, next string) error
}

// NewVerifier returns a fresh code verifier (RFC 7636 section 4.1), of 256 bits.
func NewVerifier() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // it never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// Challenge returns the code challenge of a verifier, by the method S256
// (RFC 7636 section 4.2).
func Challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Consent is what a browser is sent to an authorization server with (RFC 6749
// section 4.1.1).
type Consent struct {
	AuthorizeURL string
	Redirect     string // where the browser comes back to
	State        string // what it brings along
	Verifier     string
	Params       url.Values // sent besides
}

// URL returns where to send the browser.
func (c Client) URL(to Consent) (string, error) {
	u, err := url.Parse(to.AuthorizeURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return "", errors.New("the authorization URL is none: write it as https://host/path")
	}
	q := u.Query()
	maps.Copy(q, to.Params)
	q.Set("response_type", "code")
	q.Set("client_id", c.ID)
	q.Set("redirect_uri", to.Redirect)
	q.Set("state", to.State)
	q.Set("code_challenge", Challenge(to.Verifier))
	q.Set("code_challenge_method", "S256")
	if len(c.Scopes) > 0 {
		q.Set("scope", strings.Join(c.Scopes, " "))
	}
	u.RawQuery, u.Fragment = q.Encode(), ""
	return u.String(), nil
}

// Code is what a browser brings back, with what it was sent with.
type Code struct{ Code, Verifier, Redirect string }

// Redeem exchanges an authorization code (RFC 6749 section 4.1.3) for a refresh
// token. An error shows neither code nor verifier; a refusal is an [*Error].
func (c Client) Redeem(ctx context.Context, code Code, opts Options) (refresh string, err error) {
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code.Code}, "redirect_uri": {code.Redirect}, "code_verifier": {code.Verifier}}
	now := opts.Now
	if now == nil {
		now = time.Now
	}
	if err := c.identify(form, now); err != nil {
		return "", err
	}
	req, err := c.post(ctx, form)
	if err != nil {
		return "", err
	}
	a, err := c.ask(opts.Send, req, form)
	if err != nil {
		return "", err
	}
	if a.RefreshToken == "" {
		return "", fmt.Errorf("%s gave no refresh token: it wants a scope such as offline_access, or its consent asked for anew", req.URL.Host)
	}
	return a.RefreshToken, nil
}

// identify adds to a form what says which client asks.
func (c Client) identify(form url.Values, now func() time.Time) error {
	switch {
	case c.Key != nil:
		assertion, err := c.Key.assertion(c.ID, c.TokenURL, now())
		if err != nil {
			return err
		}
		form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		form.Set("client_assertion", assertion)
	case c.Secret == "": // a public client
		form.Set("client_id", c.ID)
	case !c.Basic:
		form.Set("client_id", c.ID)
		form.Set("client_secret", c.Secret)
	}
	return nil
}

// outdated reports whether a refresh token was refused that somebody else has
// replaced meanwhile, another process for one.
func (s *Source) outdated(ctx context.Context, e *Error) bool {
	if s.client.Grant != Refreshing || e.Status == http.StatusTooManyRequests || e.Status >= 500 {
		return false
	}
	held, err := s.client.Stored.Load(ctx)
	return err == nil && held != s.used
}
