package functions

import (
	"encoding/base64"
	"math"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("jwt.sign", "Sign",
	"Makes a signed JSON Web Token (RFC 7519) of claims. The key is a secret for HS256 and the like, or a private key in PEM; expires_in and not_before are seconds from now.",
	jwtSign).AsEffect().Serves("jwt:sign"))

type jwtSignIn struct {
	Algorithm   string        `port:",required" okta:"options/algorithm"`
	Key         string        `port:",required" okta:"key"`
	Claims      *value.Object `okta:"payload/*"`
	Header      any           `okta:"options/header"`
	Issuer      string        `okta:"options/issuer"`
	Subject     string        `okta:"options/subject"`
	Audience    any           `okta:"options/audience"`
	JWTID       string        `port:"id" okta:"options/jwtid"`
	ExpiresIn   *float64      `okta:"options/expiresIn"`
	NotBefore   *float64      `okta:"options/notBefore"`
	NoTimestamp bool          `okta:"options/noTimestamp"`
}

type jwtSignOut struct {
	Token string
}

func jwtSign(env function.Env, in jwtSignIn) (jwtSignOut, error) {
	header, err := jwtHeader(in.Algorithm, in.Header)
	if err != nil {
		return jwtSignOut{}, err
	}
	signed := segment(value.JSON(header)) + "." + segment(value.JSON(in.claims(env.Now())))
	signature, err := signJWT(in.Algorithm, in.Key, []byte(signed))
	if err != nil {
		return jwtSignOut{}, err
	}
	return jwtSignOut{signed + "." + segment(signature)}, nil
}

func segment(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// jwtHeader is the usual header, and what more was given, as an object or its
// JSON. The algorithm stays the one that signs.
func jwtHeader(algorithm string, more any) (*value.Object, error) {
	header := value.Map("alg", algorithm, "typ", "JWT")
	extra, err := value.Convert(more, value.Obj)
	if err != nil {
		return nil, errs.New(errs.Invalid, "header: %v", err)
	}
	if o, ok := extra.(*value.Object); ok {
		for k, v := range o.All() {
			header.Set(k, v)
		}
	}
	header.Set("alg", algorithm)
	return header, nil
}

// claims are the claims given and those that the options stand for; an option
// that is empty is none.
func (in jwtSignIn) claims(now time.Time) *value.Object {
	out := value.NewObject(8)
	for k, v := range in.Claims.All() {
		out.Set(k, v)
	}
	seconds := float64(now.Unix())
	if !in.NoTimestamp {
		out.Set("iat", seconds)
	}
	later := func(claim string, after *float64) {
		if after != nil {
			out.Set(claim, seconds+math.Floor(*after))
		}
	}
	given := func(claim string, v any) {
		if !value.Empty(v) {
			out.Set(claim, v)
		}
	}
	later("exp", in.ExpiresIn)
	later("nbf", in.NotBefore)
	given("aud", in.Audience)
	given("iss", in.Issuer)
	given("sub", in.Subject)
	given("jti", in.JWTID)
	return out
}
