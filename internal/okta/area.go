package okta

import "time"

// area is a part of an org that a credential may see, or not.
type area struct {
	id, title, why, target string
	// never says why there is never nothing; it is empty where there may be.
	never string
	// lacked marks an area that there is never nothing in, and that orgs of the
	// Classic Engine do not have at all.
	lacked bool
	// scope is what an app must have been granted to read it.
	scope string
	// of is the area whose first object the target is about, by its id in place of
	// the %s; empty where the target stands by itself.
	of string
	// object marks an area that is one thing, not a list.
	object bool
	// alerts marks what alerts are made from, which [Sight] looks at.
	alerts bool
}

// areas lists the parts of an org, those first that most hangs on. Each is one
// request of Okta's management API.
func areas(now time.Time) []area {
	var all []area
	for _, of := range [][]area{activityAreas(now), peopleAreas(), appAreas(), adminAreas(), policyAreas(), integrationAreas(), orgAreas()} {
		all = append(all, of...)
	}
	return all
}

func activityAreas(now time.Time) []area {
	week := now.Add(-7 * 24 * time.Hour).UTC().Format("2006-01-02T15:04:05.000Z")
	return []area{
		{id: "logs", title: "System Log", why: "It is what alerts are made from.", target: "/api/v1/logs?limit=1&sortOrder=DESCENDING&since=" + week, scope: "okta.logs.read", never: "the last week's log of an org that is used is not empty", alerts: true},
	}
}

func peopleAreas() []area {
	const users, groups = "okta.users.read", "okta.groups.read"
	return []area{
		{id: "users", title: "People", why: "Who an alert is about, and whether it is an admin.", target: "/api/v1/users?limit=1", scope: users, never: "every org has people", alerts: true},
		{id: "factors", title: "Factors of people", why: "With what somebody signs in.", target: "/api/v1/users/%s/factors", of: "users", scope: users},
		{id: "user_types", title: "User types", why: "What kinds of people there are.", target: "/api/v1/meta/types/user", scope: "okta.userTypes.read", never: "every org has the default type"},
		{id: "schemas", title: "Profile schemas", why: "What is known of people.", target: "/api/v1/meta/schemas/user/default", scope: "okta.schemas.read", object: true},
		{id: "linked_objects", title: "Linked objects", why: "Who is whose manager.", target: "/api/v1/meta/schemas/user/linkedObjects", scope: "okta.linkedObjects.read"},
		{id: "user_risk", title: "Risk of people", why: "Whom Okta takes for taken over.", target: "/api/v1/users/%s/risk", of: "users", scope: "okta.userRisk.read", object: true},
		{id: "groups", title: "Groups", why: "Whom the guard protects, and who is in which group.", target: "/api/v1/groups?limit=1", scope: groups, never: "every org has the group Everyone", alerts: true},
		{id: "members", title: "Members of groups", why: "Who has what through a group.", target: "/api/v1/groups/%s/users?limit=1", of: "groups", scope: groups},
		{id: "group_rules", title: "Group rules", why: "Who comes into a group by an attribute.", target: "/api/v1/groups/rules?limit=1", scope: groups},
		{id: "devices", title: "Devices", why: "From what people sign in.", target: "/api/v1/devices?limit=1", scope: "okta.devices.read"},
		{id: "realms", title: "Realms", why: "How people are divided among admins.", target: "/api/v1/realms?limit=1", scope: "okta.realms.read"},
		{id: "realm_assignments", title: "Realm assignments", why: "By what rule somebody comes into a realm.", target: "/api/v1/realm-assignments?limit=1", scope: "okta.realmAssignments.read"},
	}
}

func appAreas() []area {
	const apps = "okta.apps.read"
	return []area{
		{id: "apps", title: "Apps", why: "What somebody can reach who was taken over.", target: "/api/v1/apps?limit=1", scope: apps, never: "every org has Okta's own apps", alerts: true},
		{id: "app_users", title: "People of apps", why: "Who has an app directly.", target: "/api/v1/apps/%s/users?limit=1", of: "apps", scope: apps},
		{id: "app_groups", title: "Groups of apps", why: "Who has an app through a group.", target: "/api/v1/apps/%s/groups?limit=20", of: "apps", scope: apps},
		{id: "app_grants", title: "Scopes of service apps", why: "What programs may do in the org.", target: "/api/v1/apps/%s/grants", of: "apps", scope: "okta.appGrants.read"},
		{id: "api_services", title: "API service integrations", why: "Which vendors' programs read the org.", target: "/integrations/api/v1/api-services", scope: "okta.oauthIntegrations.read"},
		{id: "profile_mappings", title: "Profile mappings", why: "What attributes go from where to where.", target: "/api/v1/mappings?limit=1", scope: "okta.profileMappings.read"},
		{id: "first_party", title: "Settings of the Admin Console", why: "How long admins stay signed in.", target: "/api/v1/first-party-app-settings/admin-console", scope: apps, object: true},
	}
}

func adminAreas() []area {
	const roles = "okta.roles.read"
	return []area{
		{id: "roles", title: "Admin roles", why: "Who is an admin.", target: "/api/v1/iam/assignees/users?limit=1", scope: roles, never: "every org has an admin", alerts: true},
		{id: "role_assignments", title: "Roles of an admin", why: "What an admin may do, and where.", target: "/api/v1/users/%s/roles", of: "roles", scope: roles, never: "an admin has a role"},
		{id: "custom_roles", title: "Custom roles", why: "What roles of the org's own allow.", target: "/api/v1/iam/roles", scope: roles},
		{id: "resource_sets", title: "Resource sets", why: "What roles of the org's own are about.", target: "/api/v1/iam/resource-sets", scope: roles},
		{id: "api_tokens", title: "API tokens", why: "Which tokens there are, and whose.", target: "/api/v1/api-tokens?limit=1", scope: "okta.apiTokens.read", alerts: true},
		{id: "client_privileges", title: "Privileges of new clients", why: "Whether every new app becomes a super admin.", target: "/api/v1/org/settings/clientPrivilegesSetting", scope: "okta.orgs.read", object: true},
		{id: "support_access", title: "Access of Okta Support", why: "Whether somebody of Okta's is in the org.", target: "/api/v1/org/privacy/oktaSupport", scope: "okta.orgs.read", object: true},
	}
}

func policyAreas() []area {
	const policies = "okta.policies.read"
	const has = "every org has a default policy"
	return []area{
		{id: "policies", title: "Policies", why: "What signing in demands.", target: "/api/v1/policies?type=OKTA_SIGN_ON", scope: policies, never: has, alerts: true},
		{id: "policy_rules", title: "Rules of policies", why: "For whom and from where a policy demands what.", target: "/api/v1/policies/%s/rules", of: "policies", scope: policies, never: "the default policy has a rule"},
		{id: "access_policies", title: "Authentication policies", why: "What an app demands.", target: "/api/v1/policies?type=ACCESS_POLICY", scope: policies, never: has, lacked: true},
		{id: "password_policies", title: "Password policies", why: "How good passwords must be.", target: "/api/v1/policies?type=PASSWORD", scope: policies, never: has},
		{id: "enrolment_policies", title: "Enrolment policies", why: "Which authenticators people set up.", target: "/api/v1/policies?type=MFA_ENROLL", scope: policies, never: has},
		{id: "authenticators", title: "Authenticators", why: "With what people can sign in.", target: "/api/v1/authenticators", scope: "okta.authenticators.read", never: "every org has passwords", lacked: true},
		{id: "zones", title: "Network zones", why: "Which addresses are known or blocked.", target: "/api/v1/zones?limit=1", scope: "okta.networkZones.read", never: "every org has system zones", alerts: true},
		{id: "behaviors", title: "Behaviours", why: "What counts as unusual.", target: "/api/v1/behaviors", scope: "okta.behaviors.read"},
		{id: "threat_insight", title: "ThreatInsight", why: "Whether addresses that attack are kept out.", target: "/api/v1/threats/configuration", scope: "okta.threatInsights.read", object: true},
		{id: "attack_protection", title: "Attack protection", why: "Whether an attacker can lock people out.", target: "/attack-protection/api/v1/user-lockout-settings", scope: "okta.orgs.read"},
		{id: "bot_protection", title: "Bot protection", why: "Whether programs are kept from signing in.", target: "/api/v1/bot-protection/configuration", scope: "okta.botProtection.read", object: true},
		{id: "device_assurance", title: "Device assurance", why: "What a device must be like.", target: "/api/v1/device-assurances", scope: "okta.deviceAssurance.read"},
	}
}

func integrationAreas() []area {
	return []area{
		{id: "idps", title: "Identity providers", why: "Who else can let people in.", target: "/api/v1/idps?limit=1", scope: "okta.idps.read"},
		{id: "auth_servers", title: "Authorization servers", why: "Who issues tokens for APIs.", target: "/api/v1/authorizationServers?limit=1", scope: "okta.authorizationServers.read"},
		{id: "event_hooks", title: "Event hooks", why: "Whether the hook of this source is set up as it should be.", target: "/api/v1/eventHooks", scope: "okta.eventHooks.read", alerts: true},
		{id: "inline_hooks", title: "Inline hooks", why: "Which servers take part in signing in.", target: "/api/v1/inlineHooks", scope: "okta.inlineHooks.read"},
		{id: "log_streams", title: "Log streams", why: "Where else the System Log goes.", target: "/api/v1/logStreams?limit=1", scope: "okta.logStreams.read", alerts: true},
		{id: "trusted_origins", title: "Trusted origins", why: "Which web pages may call the org.", target: "/api/v1/trustedOrigins?limit=1", scope: "okta.trustedOrigins.read"},
		{id: "agent_pools", title: "Agents", why: "Which machines connect directories.", target: "/api/v1/agentPools?limitPerPoolType=1", scope: "okta.agentPools.read"},
		{id: "event_providers", title: "Security event providers", why: "Whose signals Okta acts on.", target: "/api/v1/security-events-providers", scope: "okta.securityEventsProviders.read"},
	}
}

func orgAreas() []area {
	return []area{
		{id: "org", title: "Organization", why: "What the org is called.", target: "/api/v1/org", scope: "okta.orgs.read", object: true},
		{id: "brands", title: "Brands", why: "Under which names people meet the org.", target: "/api/v1/brands?limit=1", scope: "okta.brands.read", never: "every org has one"},
		{id: "mail_templates", title: "Mail templates", why: "Whether people are told of changes to their accounts.", target: "/api/v1/brands/%s/templates/email?limit=1", of: "brands", scope: "okta.templates.read", never: "every brand has some"},
		{id: "domains", title: "Domains", why: "Under which addresses the org is reached.", target: "/api/v1/domains", scope: "okta.domains.read"},
		{id: "features", title: "Features", why: "What the org has switched on.", target: "/api/v1/features", scope: "okta.features.read"},
		{id: "rate_limits", title: "Shares of rate limits", why: "How much of a limit one app or token may take.", target: "/api/v1/principal-rate-limits?limit=1", scope: "okta.principalRateLimits.read"},
	}
}
