package onboard

// ReadScopes are the scopes that an inventory and detection are made by, each with
// what it is for. All of them read.
func ReadScopes() []Scope {
	return []Scope{
		{"okta.users.read", "people, their status and factors", true},
		{"okta.groups.read", "groups, who is in them, and by which rules", true},
		{"okta.logs.read", "the System Log", true},
		{"okta.apps.read", "apps and who has them", false},
		{"okta.appGrants.read", "what service apps may do", false},
		{"okta.roles.read", "who is an admin, and of what", false},
		{"okta.policies.read", "policies and their rules", false},
		{"okta.networkZones.read", "network zones", false},
		{"okta.behaviors.read", "what counts as unusual", false},
		{"okta.authenticators.read", "authenticators", false},
		{"okta.idps.read", "identity providers", false},
		{"okta.authorizationServers.read", "authorization servers", false},
		{"okta.apiTokens.read", "API tokens and whose they are", false},
		{"okta.oauthIntegrations.read", "API service integrations", false},
		{"okta.orgs.read", "settings of the org", false},
		{"okta.brands.read", "brands", false},
		{"okta.templates.read", "whether people are told of changes to their accounts", false},
		{"okta.domains.read", "domains", false},
		{"okta.threatInsights.read", "ThreatInsight", false},
		{"okta.eventHooks.read", "event hooks", false},
		{"okta.inlineHooks.read", "inline hooks", false},
		{"okta.logStreams.read", "log streams", false},
		{"okta.trustedOrigins.read", "trusted origins", false},
		{"okta.devices.read", "devices", false},
		{"okta.deviceAssurance.read", "what devices must be like", false},
		{"okta.agentPools.read", "agents of directories", false},
		{"okta.realms.read", "realms", false},
		{"okta.realmAssignments.read", "who comes into which realm", false},
		{"okta.features.read", "features", false},
		{"okta.schemas.read", "profile schemas", false},
		{"okta.userTypes.read", "user types", false},
		{"okta.linkedObjects.read", "who is whose manager", false},
		{"okta.profileMappings.read", "profile mappings", false},
		{"okta.rateLimits.read", "rate limits", false},
		{"okta.principalRateLimits.read", "shares of rate limits", false},
		{"okta.securityEventsProviders.read", "whose signals Okta acts on", false},
		{"okta.userRisk.read", "whom Okta takes for taken over", false},
		{"okta.botProtection.read", "bot protection", false},
		{"okta.captchas.read", "CAPTCHAs", false},
	}
}

// ResponseScopes are the scopes that somebody is contained by.
func ResponseScopes() []Scope {
	return []Scope{
		{"okta.users.manage", "suspend people, end their sessions, reset what they sign in with", true},
		{"okta.groups.manage", "take people out of groups and put them into others", true},
		{"okta.users.read", "see people as they were, to undo", true},
		{"okta.groups.read", "see groups as they were, to undo", true},
	}
}

// iamResources is what reading admin roles is about: an ORN as Okta's tools have
// it, which no document describes. An org that does not know it refuses the role,
// and is gone on without.
const iamResources = "orn:okta:iam:{org}:contained_resources"

// What the labels of roles begin with that are made.
const readsRoles, responds = "Sallyport reads admin roles ", "Sallyport responds "

// ReadRoles are the roles of an app that reads: Okta's read-only administrator, and
// one that is made, which reads admin roles and tokens, too. Labels are unique in an
// org: tag tells those of one run from others.
func ReadRoles(tag string) []Role {
	return []Role{
		{Standard: "READ_ONLY_ADMIN", Must: true},
		{
			Label: readsRoles + tag, Base: readsRoles, Description: "Made by sallyport okta setup, to see who is an admin and which API tokens there are.",
			Permissions: []string{"okta.iam.read", "okta.users.apitokens.read"}, Resources: []string{iamResources, "/api/v1/users"},
		},
	}
}

// ResponseRole is the role of an app that contains people: no more than the actions
// and their undoing take, over all people and groups.
func ResponseRole(tag string) Role {
	return Role{
		Label: responds + tag, Base: responds, Description: "Made by sallyport okta setup --response, to contain people who were taken over.", Must: true,
		Permissions: []string{
			"okta.users.read", "okta.groups.read", "okta.users.lifecycle.clearSessions", "okta.users.lifecycle.suspend", "okta.users.lifecycle.unsuspend",
			"okta.users.credentials.expirePassword", "okta.users.credentials.resetPassword", "okta.users.credentials.resetFactors",
			"okta.users.groupMembership.manage", "okta.groups.members.manage",
		},
		Resources: []string{"/api/v1/users", "/api/v1/groups"},
	}
}
