package inventory

import "slices"

// Kind is a kind of entity. Its text is stable: it is stored, and part of the
// API and of files.
//
// The body of each is what the call returns, and these are folded in:
//
//	org                 GET /api/v1/org, and "contacts": {"BILLING": "user id", "TECHNICAL": ...},
//	                    "subscriptions": GET /api/v1/roles/SUPER_ADMIN/subscriptions, "rateLimits": GET /api/v1/rate-limit-settings/admin-notifications and .../warning-threshold in one
//	user                GET /api/v1/users?search=
//	user_type           GET /api/v1/meta/types/user
//	user_schema         GET /api/v1/meta/schemas/user/{id}; id is that of the schema ("default" for the default type)
//	factor              GET /api/v1/users/{id}/factors, and "user": the user's id
//	group               GET /api/v1/groups?expand=stats,app; "stats": {"usersCount", "appsCount", "groupPushMappingsCount", "hasAdminPrivilege"}, "source": the app's id
//	group_rule          GET /api/v1/groups/rules
//	app                 GET /api/v1/apps?includeNonDeleted=true; "accessPolicy": id of the policy, "connection": provisioning connection, "provisioning": its features, "jwks": its keys as a client, inline and by GET /api/v1/apps/{id}/credentials/jwks, which alone tells their dates, "keys": GET /api/v1/apps/{id}/credentials/keys of SAML apps
//	api_service         GET /integrations/api/v1/api-services, and "secrets": metadata, never the secret
//	custom_role         GET /api/v1/iam/roles, and "permissions": ["okta.users.read", ...]
//	resource_set        GET /api/v1/iam/resource-sets, and "resources": [{"id", "orn" or "href"}], "bindings": [{"role": id, "members": [{"id", "kind": "user", "group" or "app", "ref": id}]}]
//	api_token           GET /api/v1/api-tokens
//	idp                 GET /api/v1/idps
//	idp_key             GET /api/v1/idps/credentials/keys
//	auth_server         GET /api/v1/authorizationServers, and "policies": [{..., "rules": [...]}], "scopes", "claims", "keys"
//	policy              GET /api/v1/policies?type=T of every type, and "rules": [...] by priority, "mappings": [ids of apps], "resourceType": APP or END_USER_ACCOUNT_MANAGEMENT, of access policies
//	authenticator       GET /api/v1/authenticators, and "methods": [...], "aaguids"
//	zone                GET /api/v1/zones
//	behavior            GET /api/v1/behaviors
//	device              GET /api/v1/devices?expand=userSummary
//	device_assurance    GET /api/v1/device-assurances
//	realm               GET /api/v1/realms
//	realm_assignment    GET /api/v1/realm-assignments
//	brand               GET /api/v1/brands, and "templates": [{"name", "recipients", "customizations": [{"id", "language", "body"}], "default": {"subject", "body"}}], "signInPage": {...}
//	event_hook          GET /api/v1/eventHooks
//	inline_hook         GET /api/v1/inlineHooks
//	log_stream          GET /api/v1/logStreams
//	trusted_origin      GET /api/v1/trustedOrigins
//	domain              GET /api/v1/domains
//	email_server        GET /api/v1/email-servers
//	email_domain        GET /api/v1/email-domains
//	linked_object       GET /api/v1/meta/schemas/user/linkedObjects; id is the name of the primary
//	agent_pool          GET /api/v1/agentPools
//	profile_mapping     GET /api/v1/mappings, and "properties" of those between an app and users
//	feature             GET /api/v1/features
//	event_provider      GET /api/v1/security-events-providers
//	rate_limit          GET /api/v1/principal-rate-limits
//	setting             one object each, by id; see [Setting]
type Kind string

// The kinds.
const (
	Org             Kind = "org"
	User            Kind = "user"
	UserType        Kind = "user_type"
	UserSchema      Kind = "user_schema"
	Factor          Kind = "factor"
	Group           Kind = "group"
	GroupRule       Kind = "group_rule"
	App             Kind = "app"
	APIService      Kind = "api_service"
	CustomRole      Kind = "custom_role"
	ResourceSet     Kind = "resource_set"
	APIToken        Kind = "api_token"
	IdP             Kind = "idp"     //nolint:revive,staticcheck // as the field writes it
	IdPKey          Kind = "idp_key" //nolint:revive,staticcheck // as the field writes it
	AuthServer      Kind = "auth_server"
	Policy          Kind = "policy"
	Authenticator   Kind = "authenticator"
	Zone            Kind = "zone"
	Behavior        Kind = "behavior"
	Device          Kind = "device"
	DeviceAssurance Kind = "device_assurance"
	Realm           Kind = "realm"
	RealmAssignment Kind = "realm_assignment"
	Brand           Kind = "brand"
	EventHook       Kind = "event_hook"
	InlineHook      Kind = "inline_hook"
	LogStream       Kind = "log_stream"
	TrustedOrigin   Kind = "trusted_origin"
	Domain          Kind = "domain"
	EmailServer     Kind = "email_server"
	EmailDomain     Kind = "email_domain"
	LinkedObject    Kind = "linked_object"
	AgentPool       Kind = "agent_pool"
	ProfileMapping  Kind = "profile_mapping"
	Feature         Kind = "feature"
	EventProvider   Kind = "event_provider"
	RateLimit       Kind = "rate_limit"
	Setting         Kind = "setting"
)

// Role is the kind of the standard admin roles, whose id is their type
// (SUPER_ADMIN), and Scope that of OAuth scopes, by their name. Edges end in
// them; they are not entities of an org.
const (
	Role  Kind = "role"
	Scope Kind = "scope"
)

// Kinds lists the kinds of entities.
func Kinds() []Kind {
	return []Kind{
		Org, User, UserType, UserSchema, Factor, Group, GroupRule, App, APIService, CustomRole, ResourceSet, APIToken, IdP, IdPKey, AuthServer,
		Policy, Authenticator, Zone, Behavior, Device, DeviceAssurance, Realm, RealmAssignment, Brand, EventHook, InlineHook, LogStream,
		TrustedOrigin, Domain, EmailServer, EmailDomain, LinkedObject, AgentPool, ProfileMapping, Feature, EventProvider, RateLimit, Setting,
	}
}

// Valid reports whether there is such a kind of entity.
func (k Kind) Valid() bool { return slices.Contains(Kinds(), k) }

// The settings of an org, by id. Their collection is "setting." and the id.
const (
	ThreatInsight         = "threat_insight"         // GET /api/v1/threats/configuration
	UserLockout           = "user_lockout"           // GET /attack-protection/api/v1/user-lockout-settings, its first element
	AuthenticatorSettings = "authenticator_settings" // GET /attack-protection/api/v1/authenticator-settings, its first element
	BotProtection         = "bot_protection"         // GET /api/v1/bot-protection/configuration
	CAPTCHA               = "captcha"                // GET /api/v1/org/captcha
	ClientPrivileges      = "client_privileges"      // GET /api/v1/org/settings/clientPrivilegesSetting
	ThirdPartyAdmin       = "third_party_admin"      // GET /api/v1/org/orgSettings/thirdPartyAdminSetting
	SupportAccess         = "support_access"         // GET /api/v1/org/privacy/oktaSupport
	AdminConsole          = "admin_console"          // GET /api/v1/first-party-app-settings/admin-console
	Governance            = "governance"             // GET /api/v1/iam/governance/optIn
	NotificationMails     = "notification_mails"     // GET /api/internal/org/settings/security-notification-settings, by API token alone
)

// Settings lists them.
func Settings() []string {
	return []string{
		ThreatInsight, UserLockout, AuthenticatorSettings, BotProtection, CAPTCHA, ClientPrivileges, ThirdPartyAdmin, SupportAccess, AdminConsole, Governance, NotificationMails,
	}
}

// Relation is a kind of edge. Only what no entity's body says is an edge.
//
//	member_of      user → group          GET /api/v1/groups/{id}/users
//	assigned       user → app            GET /api/v1/apps/{id}/users, those of scope USER; body {"status", "syncState", "externalId"}
//	assigned_via   group → app           GET /api/v1/groups/{id}/apps
//	has_role       user, group or app (a client) → role or custom_role; id of the assignment;
//	               body {"status", "assignmentType": "USER", "GROUP" or "CLIENT", "resource_set": id, "targets": {"groups": [ids], "apps": [ids or names]}, "governance": {...}};
//	               a user's are those of himself: what a group gives him is on the group
//	granted_scope  app → scope           GET /api/v1/apps/{id}/grants; id of the grant; body {"status", "source", "created"}
//	owns           user or group → group GET /api/v1/groups/{id}/owners
//	uses_device    user → device         expand=userSummary; body {"managementStatus", "created"}
//	pushes_to      group → app           GET /api/v1/apps/{id}/group-push/mappings; id of the mapping; body {"status", "targetGroupId"}
type Relation string

// The relations.
const (
	MemberOf     Relation = "member_of"
	Assigned     Relation = "assigned"
	AssignedVia  Relation = "assigned_via"
	HasRole      Relation = "has_role"
	GrantedScope Relation = "granted_scope"
	Owns         Relation = "owns"
	UsesDevice   Relation = "uses_device"
	PushesTo     Relation = "pushes_to"
)

// Relations lists them.
func Relations() []Relation {
	return []Relation{MemberOf, Assigned, AssignedVia, HasRole, GrantedScope, Owns, UsesDevice, PushesTo}
}

// Valid reports whether there is such a relation.
func (r Relation) Valid() bool { return slices.Contains(Relations(), r) }

// Parts lists the collections that are folded into entities, which may be
// denied where the entities are seen.
func Parts() []string {
	return []string{
		"org.contacts", "org.subscriptions", "org.rateLimits", "app.connection", "app.provisioning", "app.keys", "app.jwks", "api_service.secrets", "custom_role.permissions", "resource_set.resources", "resource_set.bindings",
		"auth_server.policies", "auth_server.scopes", "auth_server.claims", "auth_server.keys", "policy.rules", "policy.mappings",
		"authenticator.methods", "authenticator.aaguids", "brand.templates", "brand.signInPage", "profile_mapping.properties",
	}
}

// Collections lists all that a sync reads, by name: kinds, relations, parts and
// settings.
func Collections() []string {
	var all []string
	for _, k := range Kinds() {
		if k != Setting {
			all = append(all, string(k))
		}
	}
	for _, r := range Relations() {
		all = append(all, string(r))
	}
	all = append(all, Parts()...)
	for _, s := range Settings() {
		all = append(all, "setting."+s)
	}
	return all
}
