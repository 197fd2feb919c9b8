package connector

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// Granted is what the token of a connection may do, by what the authorization server
// or the token itself says.
type Granted struct {
	Scopes []string
	How    string // how people grant more, for people; of the connector's file
}

// Granted returns the scopes of a connection's token, and false where its connector
// does not go by what tokens say of themselves, or the token says nothing.
func (e *Engine) Granted(ctx context.Context, conn Connection) (Granted, bool, error) {
	c, _, err := e.resolve(conn)
	if err != nil || c.profile.scopes == "" || len(c.profile.test) == 0 {
		return Granted{}, false, err
	}
	step := c.profile.test[0]
	inputs, _ := step.inputs.eval(scope{})
	in, _ := inputs.(*value.Object)
	s, err := e.begin(conn, Call{Action: step.action, Inputs: in})
	if err != nil {
		return Granted{}, false, err
	}
	cred, err := s.credential()
	if err != nil {
		return Granted{}, false, err
	}
	said := ""
	switch cred := cred.(type) {
	case tokens:
		if said, err = cred.source.Scope(ctx); err != nil {
			return Granted{}, false, errs.Wrap(errs.Unavailable, err, "no token was given to look at")
		}
	case fixed:
		said = scopeOfJWT(strings.TrimPrefix(cred.value, "Bearer "))
	default:
	}
	return Granted{strings.Fields(said), c.profile.scopes}, said != "", nil
}

// scopeOfJWT returns the scope that a token says of itself (RFC 9068 section 2.2.3),
// or "". Nothing is decided by it, so its signature does not matter.
func scopeOfJWT(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var claims struct {
		Scope string `json:"scope"`
	}
	if json.Unmarshal(body, &claims) != nil {
		return ""
	}
	return claims.Scope
}
