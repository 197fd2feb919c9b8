package okta

import "net/http"

func wellKnownRoutes() []route {
	open := func(path string, h handler) route { return route{method: http.MethodGet, path: path, handle: h} }
	return []route{
		open("/.well-known/okta-organization", getOrganization),
		open("/.well-known/oauth-authorization-server", getServerMetadata),
		open("/.well-known/openid-configuration", getOpenIDMetadata),
	}
}

func getOrganization(c *call) (answer, error) {
	return ok(map[string]any{
		"id": c.orgID, "cell": "op3", "pipeline": "idx",
		"_links": map[string]any{"organization": link{Href: c.base}},
		"settings": map[string]bool{
			"analyticsCollectionEnabled": false, "bugReportingEnabled": true, "omEnabled": false, "pssoEnabled": false,
			"desktopMFAEnabled": false, "itpEnabled": true,
		},
	})
}

// serverMetadata describes the org authorization server (RFC 8414).
func serverMetadata(c *call) map[string]any {
	at := func(name string) string { return c.url("oauth2/v1", name) }
	methods := []string{"client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"}
	return map[string]any{
		"issuer": c.base, "authorization_endpoint": at("authorize"), "token_endpoint": at("token"), "registration_endpoint": at("clients"),
		"response_types_supported": []string{"code", "token", "id_token", "code id_token", "code token", "id_token token", "code id_token token"},
		"response_modes_supported": []string{"query", "fragment", "form_post", "okta_post_message"},
		"grant_types_supported": []string{
			"authorization_code", "implicit", "refresh_token", "password", "client_credentials", "urn:ietf:params:oauth:grant-type:device_code",
			"urn:okta:params:oauth:grant-type:otp", "http://auth0.com/oauth/grant-type/mfa-otp", "urn:okta:params:oauth:grant-type:oob",
			"http://auth0.com/oauth/grant-type/mfa-oob", "urn:ietf:params:oauth:grant-type:token-exchange",
		},
		"subject_types_supported":                       []string{"public"},
		"scopes_supported":                              knownScopes(),
		"token_endpoint_auth_methods_supported":         methods,
		"claims_supported":                              []string{"ver", "jti", "iss", "aud", "iat", "exp", "cid", "uid", "scp", "sub"},
		"code_challenge_methods_supported":              []string{"S256"},
		"introspection_endpoint":                        at("introspect"),
		"introspection_endpoint_auth_methods_supported": methods,
		"revocation_endpoint":                           at("revoke"),
		"revocation_endpoint_auth_methods_supported":    methods,
		"end_session_endpoint":                          at("logout"),
		"request_parameter_supported":                   true,
		"request_object_signing_alg_values_supported":   []string{"HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512"},
		"device_authorization_endpoint":                 at("device/authorize"),
		"pushed_authorization_request_endpoint":         at("par"),
		"dpop_signing_alg_values_supported":             []string{"RS256", "RS384", "RS512", "ES256", "ES384", "ES512"},
		"frontchannel_logout_supported":                 true, "frontchannel_logout_session_supported": true,
		"identity_chaining_requested_token_types_supported": []string{"urn:ietf:params:oauth:token-type:id-jag"},
	}
}

func getServerMetadata(c *call) (answer, error) { return ok(serverMetadata(c)) }

// getOpenIDMetadata adds what only OpenID clients need.
func getOpenIDMetadata(c *call) (answer, error) {
	m := serverMetadata(c)
	m["jwks_uri"], m["userinfo_endpoint"] = c.url("oauth2/v1/keys"), c.url("oauth2/v1/userinfo")
	m["id_token_signing_alg_values_supported"] = []string{"RS256"}
	m["scopes_supported"] = []string{"openid", "email", "profile", "address", "phone", "offline_access", "groups"}
	m["claims_supported"] = []string{
		"iss", "ver", "sub", "aud", "iat", "exp", "jti", "auth_time", "amr", "idp", "nonce", "name", "nickname", "preferred_username",
		"given_name", "middle_name", "family_name", "email", "email_verified", "profile", "zoneinfo", "locale", "address", "phone_number",
		"picture", "website", "gender", "birthdate", "updated_at", "at_hash", "c_hash",
	}
	return ok(m)
}
