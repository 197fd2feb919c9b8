// Package reach reads an Okta org through a connection: with its credential, and
// within the rate budget that everything shares which calls that org.
package reach

import (
	"context"
	"strings"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/okta"
	"sallyport/internal/quota"
	"sallyport/internal/value"
)

// Caller carries calls out: [connector.Engine].
type Caller interface {
	// Raw carries a call out and returns the peer's answer, whatever its status.
	Raw(ctx context.Context, c connector.Connection, call connector.Call) (connector.Raw, error)
}

// Org is an Okta org as a connection reaches it.
type Org struct {
	Caller Caller
	Conn   connector.Connection
}

// oneRequest bounds one request, in time.
const oneRequest = 10 * time.Second

// Fetch makes a signed-in GET request.
func (o Org) Fetch(ctx context.Context, target string) (okta.Answer, error) {
	raw, err := o.Caller.Raw(ctx, o.Conn, connector.Call{
		Action: "custom_api_call", Inputs: value.Map("method", "GET", "url", target), Priority: quota.Flow, Timeout: oneRequest,
	})
	if ce := connector.AsError(err); ce != nil {
		return okta.Answer{}, errs.Wrap(errs.Unavailable, err, "%s", ce.Message)
	}
	return okta.Answer{Status: raw.Status, Header: raw.Header, Body: raw.Body}, err
}

// Credential says what kind of credential the connection has.
func (o Org) Credential() okta.Credential {
	if o.Conn.Auth == connector.PrivateKeyJWT {
		return okta.Credential{Kind: okta.ServiceApp, ClientID: o.Conn.Settings.Text("client_id")}
	}
	if o.Conn.Auth == connector.ClientCredentials {
		return okta.Credential{Kind: okta.Integration, ClientID: o.Conn.Settings.Text("client_id")}
	}
	return okta.Credential{Kind: okta.APIToken}
}

// Look returns what says how much of the org the connection sees.
func (o Org) Look(now time.Time) okta.Look {
	l := okta.Look{Fetch: o, Credential: o.Credential(), Now: now}
	if l.Credential.Kind != okta.APIToken {
		l.Scopes = strings.Fields(o.Conn.Settings.Text("scopes")) // nil where the connector's own are asked for
	}
	return l
}
