package portal

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"sallyport/internal/errs"
	"sallyport/internal/saml"
)

// Subject is whose sessions are to end, as Universal Logout says it (Global Token
// Revocation, draft-parecki-oauth-global-token-revocation; RFC 9493).
type Subject struct {
	Format string `json:"format"` // iss_sub or email
	Issuer string `json:"iss"`
	ID     string `json:"sub"`
	Email  string `json:"email"`
}

const (
	maxKeySet    = 64 << 10 // bytes of a JSON Web Key Set
	maxOrderLife = 10 * time.Minute
	keySetFor    = 5 * time.Minute
)

// Revoke ends all sessions of a person in an organization, whatever opened them:
// their identity provider says that they are not to be trusted. The token must be
// signed by the Okta org that the metadata is of, for this very address.
func (s *SSO) Revoke(ctx context.Context, slug, token string, who Subject) error {
	org, err := s.o.Portal.o.Organizations.BySlug(ctx, slug)
	if err != nil {
		return err
	}
	set, err := s.settings(ctx, org.ID, ForLogout)
	if err != nil {
		return err
	}
	idp, err := s.idp(set)
	if err != nil {
		return err
	}
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	claims, issuer, err := s.verifyRevocation(ctx, org, idp, token)
	if err != nil {
		s.o.Log.WarnContext(ctx, "revocation refused", "org", org.Slug, "err", err)
		return err
	}
	w := Whose{Org: org.ID, Rule: "universal logout"}
	switch {
	case who.Format == "email" && who.Email != "":
		w.Address = EmailKey(who.Email)
	case who.Format == "iss_sub" && who.Issuer == issuer && who.ID != "":
		w.External = who.ID
	default:
		return errs.New(errs.Invalid, "the subject is to be an iss_sub of the issuer, or an email")
	}
	seen := Seen{Assertion: "revocation " + claims.ID, Until: claims.Expiry.Time().Add(saml.DefaultSkew)}
	if err := s.o.Logins.Arrive(ctx, hashOf(newToken()), Arrival{Org: org.ID, EndsAt: s.o.Now()}, seen, s.o.Now()); err != nil {
		return err
	}
	return s.end(ctx, w)
}

// verifyRevocation checks the token of a revocation. The issuer is where the
// metadata sends people to sign in: no other server speaks for the organization.
func (s *SSO) verifyRevocation(ctx context.Context, org Organization, idp saml.IDP, token string) (jwt.Claims, string, error) {
	no := func(why string) error { return &AuthError{"the revocation token " + why} }
	var c jwt.Claims
	if len(idp.SSO) == 0 {
		return c, "", no("cannot be checked: the metadata has no sign-in URL")
	}
	at, err := url.Parse(idp.SSO[0].Location)
	if err != nil {
		return c, "", no("cannot be checked")
	}
	issuer := at.Scheme + "://" + at.Host
	t, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.ES256, jose.ES384})
	if err != nil || len(t.Headers) != 1 {
		return c, "", no("is no signed JWT")
	}
	if kind, _ := t.Headers[0].ExtraHeaders[jose.HeaderType].(string); kind != "global-token-revocation+jwt" {
		return c, "", no("is of another type")
	}
	var said jwt.Claims
	if err := t.UnsafeClaimsWithoutVerification(&said); err != nil || said.Issuer != issuer || said.Subject != idp.EntityID {
		return c, "", no("is of another issuer or app than the metadata")
	}
	keys, err := s.keySet(ctx, issuer)
	if err != nil {
		return c, "", err
	}
	found := keys.Key(t.Headers[0].KeyID)
	if len(found) != 1 || !found[0].IsPublic() {
		return c, "", no("is signed by a key that the issuer does not show")
	}
	if err := t.Claims(found[0], &c); err != nil {
		return c, "", no("has a signature that does not hold")
	}
	now := s.o.Now()
	if err := c.ValidateWithLeeway(jwt.Expected{Issuer: issuer, Subject: idp.EntityID, AnyAudience: jwt.Audience{s.urls(org).Revocation}, Time: now}, saml.DefaultSkew); err != nil {
		return c, "", no("does not hold now, or for this address")
	}
	if c.ID == "" || c.Expiry == nil || c.IssuedAt == nil || c.Expiry.Time().Sub(c.IssuedAt.Time()) > maxOrderLife {
		return c, "", no("has no id, or holds for too long")
	}
	return c, issuer, nil
}

// keySet returns the keys that an issuer shows, asked for anew every few minutes.
func (s *SSO) keySet(ctx context.Context, issuer string) (jose.JSONWebKeySet, error) {
	s.parsed.mu.Lock()
	got, ok := s.parsed.sets[issuer]
	s.parsed.mu.Unlock()
	if ok && s.o.Now().Sub(got.at) < keySetFor {
		return got.keys, nil
	}
	text, err := s.o.Fetch(ctx, issuer+"/oauth2/v1/keys", maxKeySet)
	if err != nil {
		return jose.JSONWebKeySet{}, errs.Wrap(errs.Unavailable, err, "the keys of the issuer cannot be fetched")
	}
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal(text, &keys); err != nil {
		return keys, errs.Wrap(errs.Unavailable, err, "the keys of the issuer cannot be read")
	}
	s.parsed.mu.Lock()
	defer s.parsed.mu.Unlock()
	if s.parsed.sets == nil || len(s.parsed.sets) >= maxParsed {
		s.parsed.sets = map[string]heldKeys{}
	}
	s.parsed.sets[issuer] = heldKeys{keys, s.o.Now()}
	return keys, nil
}

type heldKeys struct {
	keys jose.JSONWebKeySet
	at   time.Time
}
