package connector

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"sallyport/internal/connector/oauth"
	"sallyport/internal/connector/sigv4"
	"sallyport/internal/value"
)

// credential signs requests in.
type credential interface {
	// sign puts the credential on a request, and returns what of it must not
	// be shown.
	sign(ctx context.Context, req *http.Request) (hidden string, err error)
	// rejected takes note that the peer refused the request with status 401,
	// and reports whether to try once more.
	rejected(ctx context.Context, hidden string, h http.Header) bool
}

// fixed is a credential that is the same for every request.
type fixed struct{ header, value string }

func (f fixed) sign(_ context.Context, req *http.Request) (string, error) {
	if f.header != "" {
		req.Header.Set(f.header, f.value)
	}
	return "", nil
}

func (f fixed) rejected(context.Context, string, http.Header) bool { return false }

// tokens is a credential that is fetched.
type tokens struct{ source *oauth.Source }

func (t tokens) sign(ctx context.Context, req *http.Request) (string, error) {
	return t.source.Authorize(ctx, req)
}

func (t tokens) rejected(ctx context.Context, hidden string, h http.Header) bool {
	return t.source.Rejected(ctx, hidden, h)
}

// inQuery is a key that goes into the query.
type inQuery struct{ param, key string }

func (q inQuery) sign(_ context.Context, req *http.Request) (string, error) {
	setParam(req.URL, q.param, q.key)
	return "", nil
}

func (q inQuery) rejected(context.Context, string, http.Header) bool { return false }

// amazon signs with an access key.
type amazon struct {
	signer sigv4.Signer
	now    func() time.Time
}

func (a amazon) sign(_ context.Context, req *http.Request) (string, error) {
	body, err := bodyOf(req)
	if err != nil {
		return "", err
	}
	a.signer.Sign(req, body, a.now())
	return "", nil
}

func (a amazon) rejected(context.Context, string, http.Header) bool { return false }

// bodyOf returns the body of a request that is yet to be sent.
func bodyOf(req *http.Request) ([]byte, error) {
	if req.GetBody == nil {
		return nil, nil
	}
	r, err := req.GetBody()
	if err != nil {
		return nil, fmt.Errorf("sign the request: %w", err)
	}
	return io.ReadAll(r)
}

// fixedCredential returns the credential of the kinds that need no token request.
func (a *Auth) fixedCredential(s scope, secrets map[string]string, now func() time.Time) (credential, bool) {
	settings, _ := s["settings"].(*value.Object)
	switch a.Kind {
	case APIKey:
		return fixed{a.keyHeader(s), a.plan.prefix + secrets["api_key"]}, true
	case APIKeyQuery:
		return inQuery{a.plan.param.text(s), secrets["api_key"]}, true
	case Bearer:
		return fixed{"Authorization", "Bearer " + secrets["token"]}, true
	case Basic:
		req := http.Request{Header: http.Header{}}
		req.SetBasicAuth(settings.Text("username"), secrets["password"])
		return fixed{"Authorization", req.Header.Get("Authorization")}, true
	case AWSSignature:
		return amazon{sigv4.Signer{
			KeyID: settings.Text("access_key_id"), Secret: secrets["secret_access_key"], Token: secrets["session_token"],
			Region: a.plan.region.text(s), Service: a.plan.service.text(s),
		}, now}, true
	case HMAC:
		return hashed{a, s, secrets["signing_key"], now}, true
	case None:
		return fixed{}, true
	default:
		return nil, false
	}
}

// keyHeader is the header that an API key or a signature goes into.
func (a *Auth) keyHeader(s scope) string {
	if name := a.plan.header.text(s); name != "" {
		return name
	}
	return "Authorization"
}

// oauthClient returns the client of the kinds that fetch tokens.
func (s *session) oauthClient() (oauth.Client, error) {
	c, err := s.auth.client(s.real, s.secrets)
	if err != nil {
		return c, err
	}
	settings, _ := s.real["settings"].(*value.Object)
	switch s.auth.Kind {
	case JWTBearer:
		if c.Subject = s.action.do.subject.text(s.real); c.Subject == "" {
			c.Subject = settings.Text("subject")
		}
	case AuthorizationCode:
		c.Stored = &keeper{s.engine, s.conn, s.auth.leadsTo(s.connector, settings)}
	default:
	}
	return c, nil
}

func (a *Auth) client(s scope, secrets map[string]string) (oauth.Client, error) {
	settings, _ := s["settings"].(*value.Object)
	c := oauth.Client{
		TokenURL: a.plan.tokenURL.text(s), ID: settings.Text("client_id"), Secret: secrets["client_secret"],
		Basic: a.plan.basic, Scopes: a.Asks(settings), Params: a.params(a.plan.params, s), Audience: a.plan.audience.text(s), Field: a.plan.field,
	}
	if body, ok := a.plan.body.eval(s); ok {
		c.Body = value.JSON(body)
	}
	switch a.Kind {
	case AuthorizationCode:
		c.Grant = oauth.Refreshing
	case JWTBearer:
		c.Grant, c.ID = oauth.Assertion, settings.Text("issuer")
	default:
	}
	if a.Kind == PrivateKeyJWT || a.Kind == JWTBearer {
		key, err := oauth.ParseKey(secrets["private_key"], settings.Text("key_id"))
		if err != nil {
			return c, fmt.Errorf("private_key: %w", err)
		}
		c.Key = key
	}
	return c, nil
}

func (a *Auth) params(t tree, s scope) url.Values {
	out := url.Values{}
	params, _ := t.eval(s)
	if o, ok := params.(*value.Object); ok {
		for name, v := range o.All() {
			out.Set(name, value.String(v))
		}
	}
	return out
}
