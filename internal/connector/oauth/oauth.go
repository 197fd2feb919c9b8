// Package oauth gets access tokens, and puts them on requests, bound to a key
// where the peer demands it (RFC 9449). It knows three grants: client
// credentials (RFC 6749 section 4.4), with a client secret or with a signed
// assertion (RFC 7523 section 2.2); a signed assertion that is the grant itself
// (section 2.1), as Google's service accounts have it; and the refresh token
// that somebody's consent gave (RFC 6749 sections 4.1 and 6, with the proof of
// RFC 7636). Access tokens live in memory only.
package oauth

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Client is a client registered with an authorization server.
type Client struct {
	TokenURL string
	ID       string     // of an [Assertion], its issuer
	Secret   string     // the client secret, or
	Key      *Key       // the key that signs assertions
	Basic    bool       // the secret goes into a Basic header, not into the form
	Scopes   []string   // asked for
	Params   url.Values // sent besides, an audience for example
	Grant    Grant
	Subject  string  // of an [Assertion]: for whom; empty is the issuer
	Audience string  // of an [Assertion]; empty is the token URL
	Stored   Refresh // what a [Refreshing] client has

	// Body, where it is not nil, is sent as JSON instead of the grant's form, to
	// servers that give tokens in a way of their own; Field is where in the
	// answer the token is, access_token if empty.
	Body  []byte
	Field string
}

// Grant is by what right a client gets tokens.
type Grant int

// The grants.
const (
	ClientCredentials Grant = iota // RFC 6749 section 4.4
	Assertion                      // RFC 7523 section 2.1
	Refreshing                     // RFC 6749 section 6
)

// Options are what a [Source] works with.
type Options struct {
	// Send carries out one request.
	Send func(*http.Request) (*http.Response, error)
	Now  func() time.Time // nil is [time.Now]
}

// Error is a token request that the authorization server refused.
type Error struct {
	Status      int
	Code        string // RFC 6749 section 5.2: invalid_client, invalid_scope ...
	Description string
	Header      http.Header
}

func (e *Error) Error() string {
	if e.Description != "" {
		return fmt.Sprintf("the token was refused: %s (%s)", e.Description, e.Code)
	}
	return fmt.Sprintf("the token was refused: %s (status %d)", e.Code, e.Status)
}

// Refused reports whether the credential itself was refused, rather than the
// request failing for a reason that may pass.
func (e *Error) Refused() bool {
	return e.Status >= 400 && e.Status < 500 && e.Status != http.StatusTooManyRequests
}

// Source gives tokens of one client. It is safe for concurrent use: when
// several ask at once, one request is made.
type Source struct {
	client Client
	send   func(*http.Request) (*http.Response, error)
	now    func() time.Time

	turn  chan struct{} // holds one item; whoever has it owns what follows
	token token
	used  string // the refresh token of the last request
	// unkept is the refresh token that came in its place and is not kept yet.
	unkept string
	proof  *proofs       // not nil once the server demanded bound tokens
	skew   time.Duration // how far the server's clock is ahead, once it mattered
}

type token struct {
	value   string
	expires time.Time
	scope   string // as the server said; empty where it said nothing
}

// NewSource returns a source of tokens for a client.
func NewSource(c Client, opts Options) *Source {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	s := &Source{client: c, send: opts.Send, now: opts.Now, turn: make(chan struct{}, 1)}
	s.turn <- struct{}{}
	return s
}

// Authorize puts a token on a request, and returns it.
func (s *Source) Authorize(ctx context.Context, req *http.Request) (string, error) {
	if err := s.take(ctx); err != nil {
		return "", err
	}
	defer s.give()
	if err := s.renew(ctx); err != nil {
		return "", err
	}
	if s.proof == nil {
		req.Header.Set("Authorization", "Bearer "+s.token.value)
		return s.token.value, nil
	}
	proof, err := s.proof.sign(req.Method, req.URL, s.clock(), s.token.value)
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "DPoP "+s.token.value)
	req.Header.Set("DPoP", proof)
	return s.token.value, nil
}

// Scope returns what the server said that the token may (RFC 6749 section 5.1), or ""
// where it said nothing.
func (s *Source) Scope(ctx context.Context) (string, error) {
	if err := s.take(ctx); err != nil {
		return "", err
	}
	defer s.give()
	err := s.renew(ctx)
	return s.token.scope, err
}

// renew sees to a token that holds. A refresh token that came along is kept
// before the token is used, if need be at another try: the old one may hold no
// more.
func (s *Source) renew(ctx context.Context) error {
	if s.token.value == "" || !s.now().Before(s.token.expires) {
		if err := s.keep(ctx); err != nil {
			return err
		}
		t, err := s.fetch(ctx)
		if err != nil {
			return err
		}
		s.token = t
	}
	return s.keep(ctx)
}

func (s *Source) keep(ctx context.Context) error {
	if s.unkept == "" {
		return nil
	}
	if err := s.client.Stored.Replace(ctx, s.used, s.unkept); err != nil {
		return fmt.Errorf("keep the new refresh token: %w", err)
	}
	s.unkept = ""
	return nil
}

// Rejected takes note that a resource refused a token with status 401. It
// reports whether another try makes sense: with a new token, or with the nonce
// that the resource asked for.
func (s *Source) Rejected(ctx context.Context, value string, h http.Header) bool {
	if s.take(ctx) != nil {
		return false
	}
	defer s.give()
	if nonce := h.Get("Dpop-Nonce"); nonce != "" && s.proof != nil && s.proof.resourceNonce != nonce {
		s.proof.resourceNonce = nonce
		return true
	}
	if s.token.value == value {
		s.token = token{}
	}
	return true
}

func (s *Source) take(ctx context.Context) error {
	select {
	case <-s.turn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Source) give() { s.turn <- struct{}{} }

// clock is the time as the server sees it.
func (s *Source) clock() time.Time { return s.now().Add(s.skew) }

// maxTries bounds the token requests that follow from one another: a plain
// one, one with a proof, one with a nonce, one with the server's time.
const maxTries = 4

func (s *Source) fetch(ctx context.Context) (token, error) {
	var last error
	for range maxTries {
		t, err := s.request(ctx)
		if err == nil {
			return t, nil
		}
		refusal, ok := errors.AsType[*Error](err)
		if !ok {
			return token{}, err
		}
		if last = err; !s.adapt(refusal) && !s.outdated(ctx, refusal) {
			break
		}
	}
	return token{}, last
}

// adapt reports whether the request should be made again, and changes what the
// server asked to have changed.
func (s *Source) adapt(e *Error) bool {
	switch e.Code {
	case "invalid_dpop_proof":
		if s.proof != nil {
			return false
		}
		p, err := newProofs()
		s.proof = p
		return err == nil
	case "use_dpop_nonce":
		nonce := e.Header.Get("Dpop-Nonce")
		if s.proof == nil || nonce == "" || nonce == s.proof.nonce {
			return false
		}
		s.proof.nonce = nonce
		return true
	}
	// An assertion is refused where the clocks differ by minutes.
	date, err := http.ParseTime(e.Header.Get("Date"))
	if err != nil || s.client.Key == nil || e.Status == http.StatusTooManyRequests {
		return false
	}
	skew := date.Sub(s.now())
	if (skew - s.skew).Abs() < 30*time.Second {
		return false
	}
	s.skew = skew
	return true
}

func (s *Source) request(ctx context.Context) (token, error) {
	if s.client.Body != nil {
		return s.own(ctx)
	}
	form, err := s.form(ctx)
	if err != nil {
		return token{}, err
	}
	req, err := s.client.post(ctx, form)
	if err != nil {
		return token{}, err
	}
	if s.proof != nil {
		proof, err := s.proof.sign(req.Method, req.URL, s.clock(), "")
		if err != nil {
			return token{}, err
		}
		req.Header.Set("DPoP", proof)
	}
	a, err := s.client.ask(s.send, req, form)
	if err != nil {
		return token{}, err
	}
	switch {
	case s.proof != nil && !strings.EqualFold(a.TokenType, "DPoP"):
		return token{}, fmt.Errorf("ask for a token: a bound one was asked for, a %.20q token came", a.TokenType)
	case s.proof == nil && !strings.EqualFold(a.TokenType, "Bearer"):
		return token{}, fmt.Errorf("ask for a token: %.20q is no kind of token to use", a.TokenType)
	}
	if s.client.Grant == Refreshing && a.RefreshToken != "" && a.RefreshToken != s.used {
		s.unkept = a.RefreshToken
	}
	return token{a.AccessToken, s.now().Add(lifetime(a.ExpiresIn)), a.Scope}, nil
}

// own asks for a token in the server's own way.
func (s *Source) own(ctx context.Context) (token, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.client.TokenURL, bytes.NewReader(s.client.Body))
	if err != nil {
		return token{}, fmt.Errorf("the token URL is none: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	a, err := s.client.ask(s.send, req, nil)
	if err != nil {
		return token{}, err
	}
	return token{a.AccessToken, s.now().Add(lifetime(a.ExpiresIn)), a.Scope}, nil
}

// lifetime is how long a token is used: until shortly before it expires. One
// that does not say is used for five minutes.
func lifetime(seconds float64) time.Duration {
	if !(seconds > 0) {
		return 5 * time.Minute
	}
	d := time.Duration(min(seconds, 86400*7) * float64(time.Second))
	return d - min(d/10, 5*time.Minute)
}
