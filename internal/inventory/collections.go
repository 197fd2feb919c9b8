package inventory

import (
	"net/url"
	"strings"
	"time"
)

// collection is a list of Okta's, or one object, and what is made of it.
type collection struct {
	kind Kind
	id   string // of the one object; empty: objects have ids
	// target is path and query of its first page.
	target string
	rank   int
	// under names the field that the list stands in; empty where the answer is the
	// list, or the object.
	under string
	// key names the field of an object's id, dotted; empty is id.
	key string
	// never says why the list is never empty; empty where it may be.
	never string
	// more reads an object further; nil where what is listed is all.
	more func(body object) []call
	// shape puts an object into the form that [Kind] describes, while it still has
	// its links and what is embedded.
	shape func(body object)
}

// name returns the name of the collection that it is, or is a part of.
func (c collection) name() string {
	if c.kind == Setting {
		return "setting." + c.id
	}
	return string(c.kind)
}

// Ranks of calls: less is sooner. First comes what most hangs on: who is an admin
// and by what, then what signing in demands, then everything else, and last what
// takes most calls.
const (
	rankAdmins = iota
	rankRoles
	rankTokens
	rankPolicies
	rankGroups
	rankEveryone
	rankLists
	rankParts
	rankAdminGroups
	rankGrants
	rankGroupApps
	rankMembers
	rankOwners
	rankFactors
	rankAppUsers
	rankMappings
	rankAllFactors
)

// policyTypes are the types of policies that are asked for. USER_LIFECYCLE is not in
// Okta's description of the API, and there all the same.
func policyTypes() []string {
	return []string{
		"ACCESS_POLICY", "OKTA_SIGN_ON", "PASSWORD", "MFA_ENROLL", "IDP_DISCOVERY", "PROFILE_ENROLLMENT", "ENTITY_RISK", "POST_AUTH_SESSION",
		"SESSION_VIOLATION_DETECTION", "DEVICE_SIGNAL_COLLECTION", "CLIENT_UPDATE", "IDENTITY_CLAIM_SOURCING", "USER_LIFECYCLE",
	}
}

// collections lists what is read by itself, not around something else.
func collections(since, now time.Time) []collection {
	var all []collection
	for _, of := range [][]collection{userShards(since, now), peopleCollections(), appCollections(), policyCollections(), orgCollections(), settingCollections()} {
		all = append(all, of...)
	}
	return all
}

// userShardsWanted is how many lists of people are read side by side: one cursor
// after another would take an hour and a half for a million.
const userShardsWanted = 8

// userShards divides the people by when they were made.
func userShards(since, now time.Time) []collection {
	const form = "2006-01-02T15:04:05.000Z"
	if !since.Before(now) {
		since = now.AddDate(-10, 0, 0)
	}
	var all []collection
	span := now.Sub(since) / userShardsWanted
	for i := range userShardsWanted {
		from, to := since.Add(time.Duration(i)*span).UTC().Format(form), since.Add(time.Duration(i+1)*span).UTC().Format(form)
		search := `created ge "` + from + `" and created lt "` + to + `"`
		switch i {
		case 0:
			search = `created lt "` + to + `"`
		case userShardsWanted - 1:
			search = `created ge "` + from + `"`
		}
		all = append(all, collection{kind: User, target: "/api/v1/users?" + url.Values{"limit": {"200"}, "search": {search}}.Encode(), rank: rankLists, never: "every org has people"})
	}
	return all
}

func peopleCollections() []collection {
	return []collection{
		{kind: Group, target: "/api/v1/groups?limit=200&expand=stats,app", rank: rankGroups, never: "every org has the group Everyone", shape: shapeGroup},
		{kind: GroupRule, target: "/api/v1/groups/rules?limit=200", rank: rankLists},
		{kind: UserType, target: "/api/v1/meta/types/user", rank: rankLists, never: "every org has the default type"},
		{kind: LinkedObject, target: "/api/v1/meta/schemas/user/linkedObjects", rank: rankLists, key: "primary.name"},
		{kind: Device, target: "/api/v1/devices?limit=200&expand=userSummary", rank: rankLists},
		{kind: DeviceAssurance, target: "/api/v1/device-assurances", rank: rankLists},
		{kind: Realm, target: "/api/v1/realms?limit=200", rank: rankLists},
		{kind: RealmAssignment, target: "/api/v1/realm-assignments?limit=200", rank: rankLists},
	}
}

func appCollections() []collection {
	return []collection{
		{kind: App, target: "/api/v1/apps?limit=200&includeNonDeleted=true", rank: rankGroups, never: "every org has Okta's own apps", shape: shapeApp, more: moreOfApp},
		{kind: APIService, target: "/integrations/api/v1/api-services", rank: rankTokens, more: one("api_service.secrets", "/integrations/api/v1/api-services/%s/credentials/secrets")},
		{kind: CustomRole, target: "/api/v1/iam/roles?limit=100", rank: rankRoles, under: "roles", more: one("custom_role.permissions", "/api/v1/iam/roles/%s/permissions")},
		{kind: ResourceSet, target: "/api/v1/iam/resource-sets?limit=100", rank: rankRoles, under: "resource-sets", more: moreOfResourceSet},
		{kind: APIToken, target: "/api/v1/api-tokens", rank: rankTokens},
		{kind: ProfileMapping, target: "/api/v1/mappings?limit=200", rank: rankLists, more: moreOfMapping},
		{kind: AgentPool, target: "/api/v1/agentPools?limitPerPoolType=200", rank: rankLists},
	}
}

func policyCollections() []collection {
	all := []collection{
		{kind: Authenticator, target: "/api/v1/authenticators", rank: rankPolicies, more: moreOfAuthenticator},
		{kind: Zone, target: "/api/v1/zones?limit=200", rank: rankPolicies, never: "every org has system zones"},
		{kind: Behavior, target: "/api/v1/behaviors", rank: rankLists},
		{kind: IdP, target: "/api/v1/idps?limit=200", rank: rankPolicies},
		{kind: IdPKey, target: "/api/v1/idps/credentials/keys?limit=200", rank: rankLists, key: "kid"},
		{kind: AuthServer, target: "/api/v1/authorizationServers?limit=200", rank: rankLists, more: moreOfAuthServer},
	}
	for _, typ := range policyTypes() {
		all = append(all, collection{
			kind: Policy, target: "/api/v1/policies?type=" + typ, rank: rankPolicies, more: moreOfPolicy, shape: shapePolicy, never: "every org has default policies",
		})
	}
	return all
}

func orgCollections() []collection {
	return []collection{
		{kind: Org, id: "org", target: "/api/v1/org", rank: rankLists, more: moreOfOrg},
		{kind: Brand, target: "/api/v1/brands?limit=200", rank: rankLists, never: "every org has one", more: moreOfBrand},
		{kind: EventHook, target: "/api/v1/eventHooks", rank: rankLists, shape: headerless},
		{kind: InlineHook, target: "/api/v1/inlineHooks", rank: rankLists, shape: headerless},
		{kind: LogStream, target: "/api/v1/logStreams?limit=200", rank: rankLists},
		{kind: TrustedOrigin, target: "/api/v1/trustedOrigins?limit=200", rank: rankLists},
		{kind: Domain, target: "/api/v1/domains", rank: rankLists, under: "domains"},
		{kind: EmailServer, target: "/api/v1/email-servers", rank: rankLists, under: "email-servers"},
		{kind: EmailDomain, target: "/api/v1/email-domains", rank: rankLists},
		{kind: Feature, target: "/api/v1/features", rank: rankLists},
		{kind: EventProvider, target: "/api/v1/security-events-providers", rank: rankLists},
		{kind: RateLimit, target: "/api/v1/principal-rate-limits?limit=50", rank: rankLists},
	}
}

func settingCollections() []collection {
	at := map[string]string{
		ThreatInsight:         "/api/v1/threats/configuration",
		UserLockout:           "/attack-protection/api/v1/user-lockout-settings",
		AuthenticatorSettings: "/attack-protection/api/v1/authenticator-settings",
		BotProtection:         "/api/v1/bot-protection/configuration",
		CAPTCHA:               "/api/v1/org/captcha",
		ClientPrivileges:      "/api/v1/org/settings/clientPrivilegesSetting",
		ThirdPartyAdmin:       "/api/v1/org/orgSettings/thirdPartyAdminSetting",
		SupportAccess:         "/api/v1/org/privacy/oktaSupport",
		AdminConsole:          "/api/v1/first-party-app-settings/admin-console",
		Governance:            "/api/v1/iam/governance/optIn",
		NotificationMails:     "/api/internal/org/settings/security-notification-settings",
	}
	var all []collection
	for _, id := range Settings() {
		all = append(all, collection{kind: Setting, id: id, target: at[id], rank: rankPolicies})
	}
	return all
}

// shapeGroup brings what is embedded in a group to its fields.
func shapeGroup(g object) {
	stats := dig(g, "_embedded", "stats")
	if s, ok := stats.(object); ok {
		admin := false
		for name, v := range s { // Okta has spelled it in several ways
			if is, ok := v.(bool); ok && strings.HasPrefix(name, "hasAdminPriv") {
				admin = admin || is
			}
		}
		g["stats"] = object{
			"usersCount": s["usersCount"], "appsCount": s["appsCount"], "groupPushMappingsCount": s["groupPushMappingsCount"], "hasAdminPrivilege": admin,
		}
	}
	source, _ := dig(g, "source", "id").(string)
	if source == "" {
		source, _ = dig(g, "_embedded", "app", "id").(string)
	}
	if source == "" {
		source = lastOf(dig(g, "_links", "source", "href"))
	}
	if delete(g, "source"); source != "" {
		g["source"] = source
	}
}

// shapePolicy keeps what a policy is about, which is embedded in it: apps, or
// people's accounts.
func shapePolicy(p object) {
	if about := text(p, "_embedded", "resourceType"); about != "" {
		p["resourceType"] = about
	}
}

// shapeApp brings an app's links and keys to its fields.
func shapeApp(a object) {
	if policy := lastOf(dig(a, "_links", "accessPolicy", "href")); policy != "" {
		a["accessPolicy"] = policy
	}
	if keys, ok := dig(a, "settings", "oauthClient", "jwks", "keys").([]any); ok {
		a["jwks"] = keys
	}
}

// dig returns what stands at a path of fields.
func dig(v any, path ...string) any {
	for _, name := range path {
		o, ok := v.(object)
		if !ok {
			return nil
		}
		v = o[name]
	}
	return v
}

// text returns the text at a path of fields.
func text(v any, path ...string) string {
	s, _ := dig(v, path...).(string)
	return s
}

// lastOf returns the last part of the path of a link.
func lastOf(href any) string {
	s, _ := href.(string)
	u, err := url.Parse(s)
	if err != nil || s == "" {
		return ""
	}
	return u.Path[strings.LastIndexByte(u.Path, '/')+1:]
}
