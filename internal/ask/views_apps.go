package ask

import "sallyport/internal/inventory"

func appViews() []View {
	apps := entities("apps", inventory.App, "Apps, with service apps and the clients of APIs.", with([]Column{
		column("label", Text, "what people call it", func(r row) any { return r.name }),
		field("name", Text, "name", "its name in Okta's catalogue"),
		status(),
		field("sign_on_mode", Text, "signOnMode", "SAML_2_0, OPENID_CONNECT, BOOKMARK, BROWSER_PLUGIN, …"),
		column("service", Boolean, "whether it is a service app: a client without people", func(r row) any {
			return r.body.text("settings.oauthClient.application_type") == "service"
		}),
		field("client_type", Text, "settings.oauthClient.application_type", "of OAuth clients: web, native, browser or service"),
		field("client_auth", Text, "credentials.oauthClient.token_endpoint_auth_method", "how the client proves who it is: private_key_jwt, client_secret_basic, none, …"),
		field("grant_types", JSON, "settings.oauthClient.grant_types", "of OAuth clients"),
		field("redirect_uris", JSON, "settings.oauthClient.redirect_uris", "of OAuth clients"),
		field("policy_id", Text, "accessPolicy", "its sign-on policy"),
		field("features", JSON, "features", "of provisioning: PUSH_NEW_USERS, …"),
		field("provisioning", Text, "connection.status", "of the connection that people are provisioned by: ENABLED, DISABLED or UNKNOWN"),
		field("last_used", Time, "lastUsed", "where Okta tells it"),
	}, made()...)...)
	assignments := edges("assignments", "What gives people apps: each row an app, and a person or a group. See app_users for who has an app in the end.",
		[]inventory.Relation{inventory.Assigned, inventory.AssignedVia},
		end("app_id", inventory.App, "the app"),
		begin("person_id", inventory.User, "the person, of an assignment of one's own"),
		begin("group_id", inventory.Group, "the group, of an assignment of a group"),
		field("status", Text, "status", "of a person's: ACTIVE, PROVISIONED, …"),
		field("sync_state", Text, "syncState", "of a person's: SYNCHRONIZED, ERROR, …"),
		field("external_id", Text, "externalId", "what the app calls the person"))
	assignments.keys = []string{"app_id", "person_id", "group_id"}
	scopes := edges("scopes", "Which scopes of Okta's API service apps and clients were granted.", []inventory.Relation{inventory.GrantedScope},
		begin("app_id", inventory.App, "the client"), end("scope", "", "okta.users.manage, …"),
		field("status", Text, "status", "ACTIVE or REVOKED"), field("source", Text, "source", "ADMIN or END_USER"), field("created", Time, "created", "when it was granted"))
	pushes := edges("group_pushes", "Which groups are pushed to apps.", []inventory.Relation{inventory.PushesTo},
		begin("group_id", inventory.Group, "the group"), end("app_id", inventory.App, "the app"),
		field("status", Text, "status", "ACTIVE, INACTIVE or ERROR"), field("target_group_id", Text, "targetGroupId", "the group in the app"))
	keys := parts("app_keys", inventory.App, "Public keys by which clients prove who they are.", clientKeys,
		owner("app_id", "the client"), field("kid", Text, "kid", "the key's id"), field("type", Text, "kty", "RSA or EC"), status(),
		field("created", Time, "created", ""), field("updated", Time, "lastUpdated", ""), field("used", Text, "use", "sig or enc"))
	certificates := parts("app_certificates", inventory.App, "Certificates by which Okta signs what SAML apps believe.", list("keys"),
		owner("app_id", "the app"), field("kid", Text, "kid", "the certificate's id"), field("created", Time, "created", ""), field("expires", Time, "expiresAt", ""),
		field("fingerprint", Text, "x5t#S256", "of SHA-256, in base64url"))
	services := entities("api_services", inventory.APIService, "API service integrations.", with([]Column{
		name(), field("type", Text, "type", ""), field("created_by", Text, "createdBy", "id of who installed it"), field("scopes", JSON, "grantedScopes", "granted scopes"),
		column("secrets", Integer, "how many of its secrets are active", func(r row) any { return active(r.body.objects("secrets")) }),
	}, field("created", Time, "createdAt", "when it was installed"))...)
	return []View{apps, assignments, scopes, keys, certificates, pushes, services}
}

// clientKeys are the public keys of a client, wherever Okta puts them.
func clientKeys(o object) []object {
	for _, path := range []string{"jwks", "jwks.keys", "settings.oauthClient.jwks.keys"} {
		if keys := o.objects(path); len(keys) > 0 {
			return keys
		}
	}
	return nil
}

func active(all []object) int {
	n := 0
	for _, o := range all {
		if o.text("status") == "ACTIVE" {
			n++
		}
	}
	return n
}
