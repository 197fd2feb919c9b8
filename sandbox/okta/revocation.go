package okta

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"sallyport/sandbox/okta/outbox"
)

// revocation is Universal Logout of an app: where its server is told that
// somebody's sessions have ended, as draft-parecki-oauth-global-token-revocation
// has it.
type revocation struct {
	endpoint string
	email    bool // people are named by address instead of issuer and id
}

// revocationTimeout is how long an app's server may take.
const revocationTimeout = 10 * time.Second

// RevocationState is Universal Logout of an app, as the sandbox's own control
// shows and changes it: Okta has it in the admin console alone.
type RevocationState struct {
	App      string `json:"app_id"`
	Endpoint string `json:"endpoint"` // empty switches it off
	Subject  string `json:"subject"`  // iss_sub or email
}

// SetRevocation sets Universal Logout of an app, and says whether there is such
// an app and the endpoint is a URL that is good for it.
func (o *Org) SetRevocation(s RevocationState) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	a, found := o.apps.all.get(s.App)
	if !found || a.service || s.Subject != "" && s.Subject != "iss_sub" && s.Subject != "email" {
		return false
	}
	if s.Endpoint == "" {
		a.revocation = nil
		return true
	}
	u, err := url.Parse(s.Endpoint)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname()) || o.httpsOnly) {
		return false
	}
	a.revocation = &revocation{s.Endpoint, s.Subject == "email"}
	return true
}

// universalLogout tells the apps of somebody, whose sessions an admin has
// ended, that theirs have to end.
func (c *change) universalLogout(u *user) {
	var told []string
	for _, a := range c.apps.all.items {
		if a.revocation == nil || a.status != "ACTIVE" {
			continue
		}
		if _, has := assigned(c.Org, a, u); !has {
			continue
		}
		told = append(told, a.id)
		c.outbox.Add(c.revoke(a, u))
	}
	if len(told) > 0 {
		c.emit("user.authentication.universal_logout", fact{targets: targets(u), debug: map[string]any{"appInstanceIds": "[" + strings.Join(told, ", ") + "]"}})
	}
}

// revoke is the request to one app.
func (c *change) revoke(a *app, u *user) outbox.Job {
	o, to, issuer, entity, label := c.Org, *a.revocation, c.baseURL(), a.entityID(), a.label
	subject := map[string]string{"format": "iss_sub", "iss": issuer, "sub": u.id}
	if to.email {
		subject = map[string]string{"format": "email", "email": u.email()}
	}
	return outbox.Job{
		Key: "revocation " + a.id,
		Do: func(ctx context.Context) error {
			return o.sendRevocation(ctx, to.endpoint, entity, issuer, subject)
		},
		Done: func(err error) { o.revoked(label, err) },
	}
}

func (o *Org) sendRevocation(ctx context.Context, endpoint, app, issuer string, subject map[string]string) error {
	token, err := o.revocationToken(endpoint, app, issuer)
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{"sub_id": subject})
	if err != nil {
		return fmt.Errorf("write a revocation: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, revocationTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("write a revocation: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Okta-Integrations")
	resp, err := o.client.Do(req)
	if err != nil {
		return &outbox.AgainError{Err: fmt.Errorf("reach the app: %w", err)}
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return outbox.Answered(resp.StatusCode, resp.Header.Get("Retry-After"), "")
	}
	return nil
}

// revocationToken signs a token for one endpoint with the key of the org,
// which /oauth2/v1/keys shows.
func (o *Org) revocationToken(endpoint, app, issuer string) (string, error) {
	key, err := o.access.signingKey()
	if err != nil {
		return "", err
	}
	opt := (&jose.SignerOptions{}).WithType("global-token-revocation+jwt").WithHeader("kid", o.access.kid)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, opt)
	if err != nil {
		return "", fmt.Errorf("make a signer: %w", err)
	}
	now := o.now()
	token, err := jwt.Signed(signer).Claims(map[string]any{
		"jti": o.ids.uuid(), "iss": issuer, "sub": app, "aud": endpoint, "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
	}).Serialize()
	if err != nil {
		return "", fmt.Errorf("sign a revocation: %w", err)
	}
	return token, nil
}

// revoked says that an app could not be told: the System Log does not.
func (o *Org) revoked(label string, err error) {
	if err != nil {
		o.log.Warn("an app was not told of ended sessions", "app", label, "err", err)
	}
}
