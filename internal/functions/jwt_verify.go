package functions

import (
	"encoding/base64"
	"slices"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("jwt.verify", "Verify",
	"Checks the signature of a JSON Web Token, when it expires and, where given, for whom and by whom it is, and gives its claims. The key is a secret, or a public key in PEM. What the token says of its own algorithm does not count.",
	jwtVerify).AsEffect().Serves("jwt:verify"))

type jwtVerifyIn struct {
	Token            string `port:",required"`
	Key              string `port:",required"`
	Algorithm        string `okta:"options/algorithm"`
	Audience         string `okta:"options/audience"`
	Issuer           string `okta:"options/issuer"`
	Subject          string `okta:"options/subject"`
	IgnoreExpiration bool   `okta:"options/ignoreExpiration"`
}

type jwtVerifyOut struct {
	Claims *value.Object `okta:"payload/*"`
}

func jwtVerify(env function.Env, in jwtVerifyIn) (jwtVerifyOut, error) {
	if in.Algorithm == "" {
		in.Algorithm = "HS256"
	}
	parts := strings.Split(in.Token, ".")
	if len(parts) != 3 {
		return jwtVerifyOut{}, errs.New(errs.Invalid, "token: three parts with dots between them are wanted")
	}
	header, payload, encoded := parts[0], parts[1], parts[2]
	signature, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return jwtVerifyOut{}, errs.New(errs.Invalid, "token: its signature is no Base64")
	}
	if err := verifyJWT(in.Algorithm, in.Key, []byte(header+"."+payload), signature); err != nil {
		return jwtVerifyOut{}, err
	}
	head, err := claimsOf(header)
	if err != nil {
		return jwtVerifyOut{}, err
	}
	if head.Text("alg") != in.Algorithm || head.At("crit") != nil {
		return jwtVerifyOut{}, errs.New(errs.Invalid, "token: its header asks for another algorithm than %s, or for more than is known here", in.Algorithm)
	}
	claims, err := claimsOf(payload)
	if err != nil {
		return jwtVerifyOut{}, err
	}
	return jwtVerifyOut{claims}, in.check(claims, float64(env.Now().UnixMilli())/1000)
}

// claimsOf reads a part of a token.
func claimsOf(part string) (*value.Object, error) {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return nil, errs.New(errs.Invalid, "token: a part of it is no Base64")
	}
	var o value.Object
	if err := o.UnmarshalJSON(raw); err != nil {
		return nil, errs.New(errs.Invalid, "token: a part of it is no object of JSON")
	}
	return &o, nil
}

// check compares the claims with what is wanted of them. A time that is no
// number is refused rather than passed over.
func (in jwtVerifyIn) check(claims *value.Object, now float64) error {
	expires, hasEnd := claims.Get("exp")
	starts, hasStart := claims.Get("nbf")
	end, okEnd := value.Float(expires)
	start, okStart := value.Float(starts)
	switch {
	case hasEnd && !okEnd || hasStart && !okStart:
		return errs.New(errs.Invalid, "token: its times are no numbers")
	case hasEnd && now >= end && !in.IgnoreExpiration:
		return errs.New(errs.Invalid, "token: it has expired")
	case hasStart && now < start:
		return errs.New(errs.Invalid, "token: it is not valid yet")
	case in.Issuer != "" && claims.At("iss") != in.Issuer:
		return errs.New(errs.Invalid, "token: its issuer is another")
	case in.Subject != "" && claims.At("sub") != in.Subject:
		return errs.New(errs.Invalid, "token: its subject is another")
	case in.Audience != "" && !isFor(claims.At("aud"), in.Audience):
		return errs.New(errs.Invalid, "token: it is for another audience")
	}
	return nil
}

func isFor(audience any, wanted string) bool {
	if list, ok := audience.([]any); ok {
		return slices.Contains(list, any(wanted))
	}
	return audience == wanted
}
