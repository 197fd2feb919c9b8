package functions

import (
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("jwt.decode", "Decode",
	"The header and the claims of a JSON Web Token. Nothing is checked: anyone can have made it; see jwt.verify.",
	jwtDecode).Serves("jwt:decode"))

type jwtDecodeIn struct {
	Token string `port:",required"`
}

type jwtDecodeOut struct {
	Header *value.Object
	Claims *value.Object `okta:"payload/*"`
}

func jwtDecode(_ function.Env, in jwtDecodeIn) (jwtDecodeOut, error) {
	part := strings.Split(strings.TrimSpace(in.Token), ".")
	if len(part) != 3 {
		return jwtDecodeOut{}, errs.New(errs.Invalid, "token: three parts with dots between them are wanted")
	}
	header, err := claimsOf(part[0])
	if err != nil {
		return jwtDecodeOut{}, err
	}
	claims, err := claimsOf(part[1])
	return jwtDecodeOut{header, claims}, err
}
