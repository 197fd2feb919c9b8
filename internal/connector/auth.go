package connector

import (
	"strings"

	"sallyport/internal/connector/document"
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
	case AuthorizationCode:
		secrets = []Port{text("client_secret", "Client secret", false)}
		secrets[0].Help = "Left empty for a public client."
		settings = []Port{text("client_id", "Client ID", true), scopes}
	case JWTBearer:
		key := text("private_key", "Private key", true)
		key.Long, key.Help = true, "PEM, a JSON Web Key, or the JSON of a Google service account."
		settings = []Port{text("issuer", "Issuer", false), text("subject", "Acts for", false), text("key_id", "Key ID", false), scopes}
		settings[0].Help = "Whose key it is. The JSON of a service account says so itself."
		settings[1].Help = "The person whom the connection acts for, where the server lets it."
		secrets = []Port{key}
	case APIKeyQuery:
		secrets = []Port{text("api_key", "API key", true)}
	case AWSSignature:
		settings = []Port{text("access_key_id", "Access key ID", true)}
		secrets = []Port{text("secret_access_key", "Secret access key", true), text("session_token", "Session token", false)}
		secrets[1].Help = "Of temporary credentials only."
	case HMAC:
		settings, secrets = []Port{text("key_id", "Key ID", false)}, []Port{text("signing_key", "Signing key", true)}
	case None:
	}
	for i := range secrets {
		secrets[i].Secret = true
	}
	return settings, secrets
}

// Asks returns the OAuth scopes that a connection's token is asked for: those that
// its settings name, else the connector's.
func (a *Auth) Asks(settings *value.Object) []string {
	if own := strings.Fields(settings.Text("scopes")); len(own) > 0 {
		return own
	}
	return a.Scopes
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
		header: treeAt(c.At("header"), names), prefix: c.Text("prefix"), param: treeAt(c.At("param"), names), basic: c.Text("client_auth") == "basic",
		tokenURL: treeAt(c.At("token_url"), names), params: treeAt(c.At("params"), names), audience: treeAt(c.At("audience"), names),
		authorizeURL: treeAt(c.At("authorize_url"), names), authorizeParams: treeAt(c.At("authorize_params"), names),
		service: treeAt(c.At("service"), names), region: treeAt(c.At("region"), names),
		body: treeAt(c.At("token_request"), names), field: c.Text("token_field"),
	}
	if a.Kind != ClientCredentials && !a.plan.body.empty() {
		c.At("token_request").Fail("it is of oauth2_client_credentials")
	}
	if a.Kind == HMAC {
		a.plan.hmac = compileHMAC(c, names)
	}
	for _, key := range a.Kind.needs() {
		if !c.At(key).Present() {
			c.Fail("%s needs a %s", a.Kind, key)
		}
	}
	return a
}

// needs lists the keys of the file that a way to sign in cannot do without.
func (k AuthKind) needs() []string {
	switch k {
	case ClientCredentials, PrivateKeyJWT, JWTBearer:
		return []string{"token_url"}
	case AuthorizationCode:
		return []string{"token_url", "authorize_url"}
	case APIKeyQuery:
		return []string{"param"}
	case AWSSignature:
		return []string{"service", "region"}
	case HMAC:
		return []string{"header", "signed"}
	default:
		return nil
	}
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
