package auth0

import (
	"fmt"
	"strings"
)

// shelves lists the kinds of objects that are kept as they are told.
func shelves() []shelf {
	return append([]shelf{
		{
			path: "/clients", noun: "clients", scope: "clients", title: "client", key: "client_id", length: 32, list: byEither, needs: []string{"name"},
			by: []string{"is_global", "is_first_party", "app_type", "external_client_id"}, defaults: newClient, fixed: []string{"tenant", "global", "signing_keys"},
		},
		{
			path: "/client-grants", noun: "client_grants", scope: "client_grants", title: "client grant", id: "cgr_", length: 16, list: byEither,
			needs: []string{"client_id", "audience"}, by: []string{"client_id", "audience"}, fixed: []string{"client_id", "audience"},
			defaults: func(*Tenant, doc) doc { return doc{"subject_type": "client"} },
		},
		{
			path: "/connections", noun: "connections", scope: "connections", title: "connection", id: "con_", length: 16, list: byEither, needs: []string{"name", "strategy"}, unique: "name",
			by: []string{"strategy", "name"}, fixed: []string{"name", "strategy"}, defaults: newConnection,
		},
		{
			path: "/roles", noun: "roles", scope: "roles", title: "role", id: "rol_", length: 16, made: 200, needs: []string{"name"}, unique: "name", by: []string{"name_filter"}, size: 50,
			defaults: func(*Tenant, doc) doc { return doc{"description": nil, "type": "tenant"} },
		},
		{
			path: "/organizations", noun: "organizations", scope: "organizations", title: "organization", id: "org_", length: 16, list: byEither, needs: []string{"name"}, unique: "name",
			missing: "No organization found by that id or name", code: "inexistent_organization",
			defaults: func(_ *Tenant, d doc) doc {
				return doc{"display_name": d["name"], "third_party_client_access": "block", "is_app_entitlement_active": false}
			},
		},
		{
			path: "/log-streams", noun: "log_streams", scope: "log_streams", title: "log stream", id: "lst_", length: 16, made: 200, list: plainList, needs: []string{"name", "type", "sink"},
			fixed: []string{"type"}, defaults: newLogStream, missing: "The log stream does not exist.",
		},
		{
			path: "/resource-servers", noun: "resource_servers", scope: "resource_servers", title: "resource server", length: 24, list: byEither, needs: []string{"identifier"}, unique: "identifier",
			fixed: []string{"identifier"}, defaults: func(_ *Tenant, d doc) doc {
				return doc{
					"name": d["identifier"], "allow_offline_access": false, "skip_consent_for_verifiable_first_party_clients": true, "signing_alg": "RS256",
					"token_lifetime": 86400, "token_lifetime_for_web": 7200, "scopes": []any{},
					"subject_type_authorization": doc{"client": doc{"policy": "require_client_grant"}, "user": doc{"policy": "allow_all"}},
				}
			},
		},
	}, furniture()...)
}

// furniture lists the kinds that nothing here depends on.
func furniture() []shelf {
	return []shelf{
		{path: "/rules", noun: "rules", scope: "rules", title: "rule", id: "rul_", length: 16},
		{path: "/rules-configs", noun: "rules_configs", scope: "rules_configs", title: "rules config", list: plainList, readOnly: true},
		{path: "/hooks", noun: "hooks", scope: "hooks", title: "hook", length: 18},
		{path: "/network-acls", noun: "network_acls", scope: "network_acls", title: "network ACL", id: "acl_", length: 22, timed: true},
		{path: "/user-attribute-profiles", noun: "user_attribute_profiles", scope: "user_attribute_profiles", title: "user attribute profile", id: "uap_", length: 22, list: byCheckpoint},
		{path: "/self-service-profiles", noun: "self_service_profiles", scope: "self_service_profiles", title: "self-service profile", id: "ssp_", length: 22, timed: true},
		{path: "/event-streams", noun: "eventStreams", scope: "event_streams", title: "event stream", id: "est_", length: 22, list: byCheckpoint, timed: true},
		{path: "/forms", noun: "forms", scope: "forms", title: "form", id: "ap_", length: 22, timed: true, brief: []string{"id", "name", "flow_count", "created_at", "updated_at"}, hidden: []string{"flow_count"}},
		{path: "/flows", noun: "flows", scope: "flows", title: "flow", id: "af_", length: 22, timed: true},
		{path: "/flows/vault/connections", noun: "connections", scope: "flows_vault_connections", title: "vault connection", id: "ac_", length: 22},
		{path: "/branding/phone/providers", noun: "providers", scope: "phone_providers", title: "phone provider", id: "pro_", length: 22, list: plainObject, timed: true},
		{path: "/branding/phone/templates", noun: "templates", scope: "phone_templates", title: "phone template", id: "tem_", length: 22, list: plainObject, timed: true},
		{path: "/connection-profiles", noun: "connection_profiles", scope: "connection_profiles", title: "connection profile", id: "cop_", length: 22, list: byCheckpoint},
		{path: "/token-exchange-profiles", noun: "token_exchange_profiles", scope: "token_exchange_profiles", title: "token exchange profile", id: "tep_", length: 22, list: byCheckpoint, timed: true},
		{path: "/actions/modules", noun: "modules", scope: "actions", title: "action module", length: 36, list: byTotal},
		{path: "/custom-domains", noun: "custom_domains", scope: "custom_domains", title: "custom domain", id: "cd_", length: 16, list: plainList},
		{
			path: "/email-templates", noun: "email_templates", scope: "email_templates", title: "email template", key: "template", needs: []string{"template"},
			missing: "The template does not exist.", code: "inexistent_email_template",
		},
	}
}

// newClient is what a client has besides what it is made with.
func newClient(t *Tenant, d doc) doc {
	method := str(d, "token_endpoint_auth_method")
	kind := str(d, "app_type")
	if method == "" {
		method = "client_secret_post"
		if kind == "spa" || kind == "native" {
			method = "none"
		}
	}
	grants := []any{"authorization_code", "implicit", "refresh_token", "client_credentials"}
	switch {
	case kind == "non_interactive":
		grants = []any{"client_credentials"}
	case method == "none":
		grants = []any{"authorization_code", "implicit", "refresh_token"}
	}
	return doc{
		"tenant": t.opt.Name, "global": false, "is_token_endpoint_ip_header_trusted": false, "is_first_party": true, "oidc_conformant": true, "sso_disabled": false,
		"cross_origin_auth": false, "cross_origin_authentication": false, "callbacks": []any{}, "client_aliases": []any{}, "custom_login_page_on": true, "callback_url_template": false,
		"native_social_login": doc{"apple": doc{"enabled": false}, "facebook": doc{"enabled": false}},
		"refresh_token": doc{
			"expiration_type": "non-expiring", "leeway": 0, "infinite_token_lifetime": true, "infinite_idle_token_lifetime": true, "token_lifetime": 31557600,
			"idle_token_lifetime": 2592000, "rotation_type": "non-rotating",
		},
		"signing_keys":  []any{doc{"cert": "sandbox", "pkcs7": "sandbox", "subject": "/CN=" + t.opt.Name}},
		"client_secret": t.letters(base62, 64), "jwt_configuration": doc{"alg": "RS256", "lifetime_in_seconds": 36000, "secret_encoded": false},
		"token_endpoint_auth_method": method, "grant_types": grants,
	}
}

func newConnection(_ *Tenant, d doc) doc {
	out := doc{"options": doc{}, "is_domain_connection": false, "authentication": doc{"active": true}, "connected_accounts": doc{"active": false}, "realms": []any{d["name"]}, "enabled_clients": []any{}}
	if d["strategy"] == "auth0" {
		out["options"] = doc{"mfa": doc{"active": true, "return_enroll_settings": true}, "passwordPolicy": "good", "strategy_version": 2, "brute_force_protection": true}
	}
	return out
}

func newLogStream(t *Tenant, d doc) doc {
	t.count++
	out := doc{"id": fmt.Sprintf("lst_%016d", t.count), "status": "active", "isPriority": false}
	if d["type"] == "eventbridge" {
		sink := sub(d, "sink")
		sink["awsPartnerEventSource"] = "aws.partner/auth0.com/" + t.opt.Name + "-" + t.uuid() + "/auth0.logs"
	}
	if d["type"] == "http" {
		sink := sub(d, "sink")
		if str(sink, "httpContentFormat") == "" {
			sink["httpContentFormat"] = "JSONLINES"
		}
		if str(sink, "httpContentType") == "" {
			sink["httpContentType"] = "application/json"
		}
		sink["httpEndpoint"] = strings.TrimSpace(str(sink, "httpEndpoint"))
	}
	return out
}
