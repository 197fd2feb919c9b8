package connector

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"sallyport/internal/connector/document"
	"sallyport/internal/connector/oauth"
	"sallyport/internal/value"
)

// impliedPorts returns the settings and secrets that a way to sign in needs.
func impliedPorts(kind AuthKind) (settings, secrets []Port) {
	text := func(name, title string, required bool) Port {
		return Port{Name: name, Title: title, Type: value.Text, Required: required}
	}
	scopes := text("scopes", "Scopes", false)
	scopes.Help = "Separated by blanks. Left empty, those are asked for that the actions need."
	switch kind {
	case APIKey:
		secrets = []Port{text("api_key", "API key", true)}
	case Bearer:
		secrets = []Port{text("token", "Token", true)}
	case Basic:
		settings, secrets = []Port{text("username", "User name", true)}, []Port{text("password", "Password", true)}
	case ClientCredentials:
		settings, secrets = []Port{text("client_id", "Client ID", true), scopes}, []Port{text("client_secret", "Client secret", true)}
	case PrivateKeyJWT:
		key := text("private_key", "Private key", true)
		key.Long, key.Help = true, "PEM or a JSON Web Key; RSA of 2048 bits or more, or elliptic."
		settings, secrets = []Port{text("client_id", "Client ID", true), text("key_id", "Key ID", false), scopes}, []Port{key}
	case None:
	}
	for i := range secrets {
		secrets[i].Secret = true
	}
	return settings, secrets
}

func compileAuth(c document.Cursor, names scopeNames) Auth {
	a := Auth{Kind: AuthKind(c.Text("kind")), Title: c.Text("title"), Help: c.Text("help"), Scopes: c.Texts("scopes")}
	if a.Title == "" {
		a.Title = titleOf(string(a.Kind))
	}
	a.Settings, a.Secrets = impliedPorts(a.Kind)
	for name, f := range c.At("fields").Fields() {
		p := portNamed(name, a.Settings, a.Secrets)
		if p == nil {
			f.Fail("%s has no such field", a.Kind)
			continue
		}
		if title := f.Text("title"); title != "" {
			p.Title = title
		}
		if help := f.Text("help"); help != "" {
			p.Help = help
		}
	}
	a.plan = authPlan{
		header: treeAt(c.At("header"), names), prefix: c.Text("prefix"), basic: c.Text("client_auth") == "basic",
		tokenURL: treeAt(c.At("token_url"), names), params: treeAt(c.At("params"), names),
		body: treeAt(c.At("token_request"), names), field: c.Text("token_field"),
	}
	if a.Kind != ClientCredentials && !a.plan.body.empty() {
		c.At("token_request").Fail("it is of oauth2_client_credentials")
	}
	if (a.Kind == ClientCredentials || a.Kind == PrivateKeyJWT) && a.plan.tokenURL.empty() {
		c.Fail("%s needs a token_url", a.Kind)
	}
	return a
}

func portNamed(name string, lists ...[]Port) *Port {
	for _, ports := range lists {
		for i := range ports {
			if ports[i].Name == name {
				return &ports[i]
			}
		}
	}
	return nil
}

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

// fixedCredential returns the header of the kinds that need no token request.
func (a *Auth) fixedCredential(s scope, secrets map[string]string) (fixed, bool) {
	switch a.Kind {
	case APIKey:
		return fixed{a.keyHeader(s), a.plan.prefix + secrets["api_key"]}, true
	case Bearer:
		return fixed{"Authorization", "Bearer " + secrets["token"]}, true
	case Basic:
		req := http.Request{Header: http.Header{}}
		settings, _ := s["settings"].(*value.Object)
		req.SetBasicAuth(settings.Text("username"), secrets["password"])
		return fixed{"Authorization", req.Header.Get("Authorization")}, true
	case None:
		return fixed{}, true
	default:
		return fixed{}, false
	}
}

// keyHeader is the header that an API key goes into.
func (a *Auth) keyHeader(s scope) string {
	if name := a.plan.header.text(s); name != "" {
		return name
	}
	return "Authorization"
}

// oauthClient returns the client of the kinds that fetch tokens.
func (a *Auth) oauthClient(s scope, secrets map[string]string) (oauth.Client, error) {
	settings, _ := s["settings"].(*value.Object)
	c := oauth.Client{
		TokenURL: a.plan.tokenURL.text(s), ID: settings.Text("client_id"), Secret: secrets["client_secret"],
		Basic: a.plan.basic, Scopes: a.Scopes, Params: url.Values{}, Field: a.plan.field,
	}
	if body, ok := a.plan.body.eval(s); ok {
		c.Body = value.JSON(body)
	}
	if own := strings.Fields(settings.Text("scopes")); len(own) > 0 {
		c.Scopes = own
	}
	params, _ := a.plan.params.eval(s)
	if o, ok := params.(*value.Object); ok {
		for name, v := range o.All() {
			c.Params.Set(name, value.String(v))
		}
	}
	if a.Kind == PrivateKeyJWT {
		key, err := oauth.ParseKey(secrets["private_key"], settings.Text("key_id"))
		if err != nil {
			return c, fmt.Errorf("private_key: %w", err)
		}
		c.Key = key
	}
	return c, nil
}

// shown returns the header that the credential goes into, as people see it.
func (a *Auth) shown(s scope, mask string) (name, text string) {
	switch a.Kind {
	case APIKey:
		return a.keyHeader(s), a.plan.prefix + mask
	case Bearer, ClientCredentials, PrivateKeyJWT:
		return "Authorization", "Bearer " + mask
	case Basic:
		return "Authorization", "Basic " + mask
	case None:
	}
	return "", ""
}
