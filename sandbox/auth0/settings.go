package auth0

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// setting is an object of which there is one.
type setting struct {
	path, scope string
	methods     string // besides GET: "PATCH PUT"
	value       any    // at first
	missing     error  // when it is not there at first
}

// settings lists the single objects of a tenant.
func settings() []setting {
	const protection, factors = "attack_protection", "guardian_factors"
	never := "never"
	return []setting{
		{path: "/tenants/settings", scope: "tenant_settings", methods: "PATCH", value: doc{
			"allowed_logout_urls": []any{}, "enabled_locales": []any{"en"}, "friendly_name": "Sandbox", "sandbox_version": "22", "support_email": "", "support_url": "",
			"session_lifetime": 168, "idle_session_lifetime": 72, "picture_url": "", "default_directory": "", "oidc_logout": doc{"rp_logout_end_session_endpoint_discovery": true},
			"session_cookie": doc{"mode": "non-persistent"}, "sandbox_versions_available": []any{"22", "18"}, "universal_login": doc{}, "flags": doc{
				"allow_changing_enable_sso": false, "allow_legacy_delegation_grant_types": false, "allow_legacy_ro_grant_types": false, "change_pwd_flow_v1": false,
				"disable_impersonation": true, "enable_apis_section": false, "enable_client_connections": false, "enable_dynamic_client_registration": false,
				"enable_public_signup_user_exists_error": true, "enable_sso": true, "revoke_refresh_token_grant": false,
			},
		}},
		{path: "/attack-protection/breached-password-detection", scope: protection, methods: "PATCH", value: doc{
			"enabled": false, "shields": []any{}, "admin_notification_frequency": []any{}, "method": "standard",
			"stage": doc{"pre-user-registration": doc{"shields": []any{}}, "pre-change-password": doc{"shields": []any{}}},
		}},
		{path: "/attack-protection/brute-force-protection", scope: protection, methods: "PATCH", value: doc{
			"enabled": true, "shields": []any{"block", "user_notification"}, "mode": "count_per_identifier_and_ip", "allowlist": []any{}, "max_attempts": 10,
		}},
		{path: "/attack-protection/suspicious-ip-throttling", scope: protection, methods: "PATCH", value: doc{
			"enabled": true, "shields": []any{"admin_notification", "block"}, "allowlist": []any{}, "stage": doc{
				"pre-login": doc{"max_attempts": 100, "rate": 864000}, "pre-user-registration": doc{"max_attempts": 50, "rate": 1200}, "pre-custom-token-exchange": doc{"max_attempts": 10, "rate": 600000},
			},
		}},
		{path: "/attack-protection/bot-detection", scope: protection, methods: "PATCH", value: doc{
			"challenge_password_policy": never, "challenge_passwordless_policy": never, "challenge_password_reset_policy": never, "allowlist": []any{}, "bot_detection_level": "medium", "monitoring_mode_enabled": false,
		}},
		{path: "/attack-protection/captcha", scope: protection, methods: "PATCH", value: doc{
			"active_provider_id": "auth_challenge", "simple_captcha": doc{}, "auth_challenge": doc{"fail_open": false}, "recaptcha_v2": doc{"site_key": ""},
			"recaptcha_enterprise": doc{"site_key": "", "project_id": ""}, "hcaptcha": doc{"site_key": ""}, "friendly_captcha": doc{"site_key": ""},
			"arkose": doc{"site_key": "", "client_subdomain": "client-api", "verify_subdomain": "verify-api", "fail_open": false},
		}},
		{path: "/guardian/policies", scope: "mfa_policies", methods: "PUT", value: []any{}},
		{path: "/guardian/factors/phone/selected-provider", scope: factors, methods: "PUT", value: doc{"provider": "auth0"}},
		{path: "/guardian/factors/sms/selected-provider", scope: factors, methods: "PUT", value: doc{"provider": "auth0"}},
		{path: "/guardian/factors/push-notification/selected-provider", scope: factors, methods: "PUT", value: doc{"provider": "guardian"}},
		{path: "/guardian/factors/phone/message-types", scope: factors, methods: "PUT", value: doc{"message_types": []any{}}},
		{path: "/guardian/factors/sms/providers/twilio", scope: factors, methods: "PUT", value: doc{}},
		{path: "/guardian/factors/push-notification/providers/sns", scope: factors, methods: "PUT PATCH", value: doc{}},
		{path: "/guardian/factors/sms/templates", scope: factors, methods: "PUT", value: doc{"enrollment_message": "{{code}} is your code to enrol.", "verification_message": "{{code}} is your code."}},
		{path: "/branding", scope: "branding", methods: "PATCH", value: doc{"colors": doc{"primary": "#0059d6", "page_background": "#000000"}, "logo_url": "https://cdn.auth0.com/logo.png"}},
		{path: "/branding/themes/default", scope: "branding", missing: notFound("There was an error retrieving branding settings: invalid theme ID", "theme_not_found")},
		{path: "/emails/provider", scope: "email_provider", methods: "PATCH", value: doc{"name": "mandrill", "credentials": doc{}, "default_from_address": "auth0@acme.example", "enabled": false}},
		{path: "/risk-assessments/settings", scope: "attack_protection", methods: "PATCH", value: doc{"enabled": false}},
		{path: "/risk-assessments/settings/new-device", scope: "attack_protection", methods: "PATCH", value: doc{"remember_for": 30}},
		{path: "/prompts", scope: "prompts", methods: "PATCH", value: doc{"universal_login_experience": "new", "identifier_first": true}},
		{path: "/supplemental-signals", scope: "supplemental_signals", missing: &apiError{http.StatusForbidden, "insufficient_scope", "Please upgrade your subscription to enable Akamai Signals."}},
		{path: "/rate-limit-policies", scope: "rate_limit_policies", value: []any{}},
		{path: "/connections-directory-provisionings", scope: "directory_provisionings", value: doc{"directory_provisionings": []any{}}},
	}
}

func settingRoutes() []route {
	var out []route
	for _, s := range settings() {
		out = append(out, get(s.path, "read:"+s.scope, func(c *call) (answer, error) {
			v, set := c.settings[s.path]
			if !set {
				return answer{}, s.missing
			}
			if d, is := v.(doc); is {
				return ok(c.pick(d))
			}
			return ok(v)
		}))
		for method := range strings.FieldsSeq(s.methods) {
			out = append(out, api(method, s.path, "update:"+s.scope, "Update "+strings.ReplaceAll(strings.Trim(s.path, "/"), "/", " "), func(c *call) (answer, error) { return c.set(s.path) }))
		}
	}
	return append(out,
		get("/guardian/factors", "read:guardian_factors", func(c *call) (answer, error) { return ok(c.settings["factors"]) }),
		put("/guardian/factors/{name}", "update:guardian_factors", "Update a Guardian factor", setFactor),
		get("/prompts/{prompt}/custom-text/{language}", "read:prompts", emptyObject),
		put("/prompts/{prompt}/custom-text/{language}", "update:prompts", "Set custom text", emptyObject),
		get("/prompts/{prompt}/partials", "read:prompts", emptyObject),
		get("/prompts/rendering", "read:prompts", func(c *call) (answer, error) { return c.paged("configs", nil, 50) }),
		get("/self-service-profiles/{id}/custom-text/{language}/{page}", "read:self_service_profile_custom_texts", emptyObject),
		get("/stats/active-users", "read:stats", func(c *call) (answer, error) { return ok(len(c.users)) }),
	)
}

func emptyObject(*call) (answer, error) { return ok(doc{}) }

// set changes a single object: a list is replaced, of an object those fields
// that are named, and those of objects in it.
func (c *call) set(path string) (answer, error) {
	was, is := c.settings[path].(doc)
	if !is || c.r.Method == http.MethodPut {
		var to any
		if err := c.list(&to); err != nil {
			return answer{}, err
		}
		c.settings[path] = to
		return ok(to)
	}
	if path == "/emails/provider" { // credentials are never shown
		delete(c.body, "credentials")
	}
	c.settings[path] = blend(was, c.body)
	return ok(c.settings[path])
}

// blend returns an object with the fields of another, at every level.
func blend(a, b doc) doc {
	out := maps.Clone(a)
	for k, v := range b {
		x, is := v.(doc)
		y, was := out[k].(doc)
		if is && was {
			v = blend(y, x)
		}
		out[k] = v
	}
	return out
}

// factorNames are the factors of Guardian.
func factorNames() []string {
	return []string{"sms", "push-notification", "otp", "email", "duo", "webauthn-roaming", "webauthn-platform", "recovery-code"}
}

func setFactor(c *call) (answer, error) {
	enabled, is := c.body["enabled"].(bool)
	if !is {
		return answer{}, badBody("Missing required property: enabled")
	}
	list, _ := c.settings["factors"].([]any)
	i := slices.IndexFunc(list, func(x any) bool { d, _ := x.(doc); return d["name"] == c.args["name"] })
	if i < 0 {
		return answer{}, refused("Path validation error: 'Invalid value \""+c.args["name"]+"\"' on property name", "invalid_uri")
	}
	list[i] = doc{"name": c.args["name"], "enabled": enabled, "trial_expired": false}
	return ok(doc{"enabled": enabled})
}
