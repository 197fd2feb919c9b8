package ask

import "sallyport/internal/inventory"

func adminViews() []View {
	roles := edges("admin_roles", "Admin roles as they are assigned, to people, groups and clients. See admins for who has one in the end.", []inventory.Relation{inventory.HasRole},
		column("id", Text, "of the assignment", func(r row) any { return r.edge.ID }),
		column("principal_kind", Text, "user, group or app", func(r row) any { return string(r.edge.From.Kind) }),
		begin("principal_id", "", "id of the person, group or client"),
		end("role", "", "SUPER_ADMIN, ORG_ADMIN, …, or the id of a custom role"),
		column("custom", Boolean, "whether it is a custom role", func(r row) any { return r.edge.To.Kind == inventory.CustomRole }),
		field("status", Text, "status", "ACTIVE or INACTIVE"),
		field("resource_set_id", Text, "resource_set", "of a custom role: over what"),
		field("target_groups", JSON, "targets.groups", "ids of groups that a standard role is limited to"),
		field("target_apps", JSON, "targets.apps", "ids or names of apps that it is limited to"),
		field("governance", JSON, "governance", "how it is governed, where it is"))
	roles.keys = []string{"principal_id"}
	custom := entities("custom_roles", inventory.CustomRole, "Custom admin roles.", with([]Column{
		column("label", Text, "its name", func(r row) any { return r.name }), field("description", Text, "description", ""),
		field("permissions", JSON, "permissions", "okta.users.read, …, as a list"),
	}, made()...)...)
	permissions := parts("role_permissions", inventory.CustomRole, "Permissions of custom admin roles, each a row.", words("permissions"),
		owner("role_id", "the custom role"), field("permission", Text, "value", "okta.users.read, …"))
	sets := entities("resource_sets", inventory.ResourceSet, "Resource sets: what custom admin roles are over.", with([]Column{
		column("label", Text, "its name", func(r row) any { return r.name }), field("description", Text, "description", ""), field("resources", JSON, "resources", "what is in it"),
	}, made()...)...)
	tokens := entities("api_tokens", inventory.APIToken, "API tokens.", with([]Column{
		name(),
		field("person_id", Text, "userId", "who made it, and whose rights it has"),
		field("client", Text, "clientName", ""),
		field("network", Text, "network.connection", "ANYWHERE, ZONE: from where it may be used"),
		field("last_used", Time, "lastUsed", "where Okta tells it"),
		field("expires", Time, "expiresAt", "when it ends if it is not used before"),
		field("window", Text, "tokenWindow", "for how long it lasts without use: P30D"),
	}, made()...)...)
	return []View{roles, custom, permissions, sets, tokens}
}

func policyViews() []View {
	policies := entities("policies", inventory.Policy, "Policies of all types.", with([]Column{
		name(),
		field("type", Text, "type", "OKTA_SIGN_ON, ACCESS_POLICY, PASSWORD, MFA_ENROLL, …"),
		status(),
		field("priority", Integer, "priority", "the lowest is asked first"),
		field("system", Boolean, "system", "whether it is Okta's own"),
		field("description", Text, "description", ""),
		field("conditions", JSON, "conditions", "whom it is for"),
		field("settings", JSON, "settings", ""),
	}, made()...)...)
	policyRules := parts("policy_rules", inventory.Policy, "Rules of policies.", list("rules"),
		field("id", Text, "id", "Okta's id"), owner("policy_id", "the policy"), field("name", Text, "name", ""), status(),
		field("priority", Integer, "priority", "the lowest is asked first"), field("system", Boolean, "system", "whether it is Okta's own"),
		field("access", Text, "actions.appSignOn.access", "of access policies: ALLOW or DENY"),
		field("factors", Text, "actions.appSignOn.verificationMethod.factorMode", "of access policies: 1FA or 2FA"),
		field("conditions", JSON, "conditions", "when it is for"), field("actions", JSON, "actions", "what it does"),
		field("created", Time, "created", ""), field("updated", Time, "lastUpdated", ""))
	policyApps := parts("policy_apps", inventory.Policy, "Which apps a policy is for.", words("mappings"),
		owner("policy_id", "the policy"), field("app_id", Text, "value", "the app"))
	authenticators := entities("authenticators", inventory.Authenticator, "With what people of the org can sign in.", with([]Column{
		name(), field("key", Text, "key", "okta_password, okta_verify, webauthn, …"), field("type", Text, "type", ""), status(),
		field("user_verification", Text, "settings.userVerification", "REQUIRED, PREFERRED or DISCOURAGED"), field("methods", JSON, "methods", ""),
	}, made()...)...)
	zones := entities("zones", inventory.Zone, "Network zones.", with([]Column{
		name(), field("type", Text, "type", "IP, DYNAMIC or DYNAMIC_V2"), status(), field("used_for", Text, "usage", "POLICY or BLOCKLIST"),
		field("system", Boolean, "system", "whether it is Okta's own"), field("gateways", JSON, "gateways", "addresses"), field("proxies", JSON, "proxies", "addresses"),
		field("locations", JSON, "locations", "countries and regions"), field("asns", JSON, "asns", "networks"),
	}, made()...)...)
	return []View{policies, policyRules, policyApps, authenticators, zones}
}

func deviceViews() []View {
	devices := entities("devices", inventory.Device, "Devices.", with([]Column{
		name(), status(), field("platform", Text, "profile.platform", "MACOS, WINDOWS, IOS, ANDROID, …"), field("os_version", Text, "profile.osVersion", ""),
		field("manufacturer", Text, "profile.manufacturer", ""), field("model", Text, "profile.model", ""), field("serial_number", Text, "profile.serialNumber", ""),
		field("registered", Boolean, "profile.registered", ""), field("secure_hardware", Boolean, "profile.secureHardwarePresent", "whether keys are in hardware"),
		field("disk_encryption", Text, "profile.diskEncryptionType", "ALL_INTERNAL_VOLUMES, NONE, …"), field("integrity_jailbreak", Boolean, "profile.integrityJailbreak", ""),
	}, made()...)...)
	used := edges("device_people", "Who uses which device.", []inventory.Relation{inventory.UsesDevice},
		begin("person_id", inventory.User, "who"), end("device_id", inventory.Device, "the device"),
		field("management", Text, "managementStatus", "MANAGED or NOT_MANAGED"), field("created", Time, "created", "since when"))
	used.keys = []string{"person_id", "device_id"}
	return []View{devices, used}
}
