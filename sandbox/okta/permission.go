package okta

import (
	"net/http"
	"slices"
	"strings"
)

// area is a part of the org that an admin role may cover.
type area string

const (
	areaNone        area = ""            // any valid credentials
	areaUsers       area = "users"       // people and their lifecycle
	areaCredentials area = "credentials" // passwords, factors, sessions of people
	areaGroups      area = "groups"
	areaMembers     area = "members" // who is in a group
	areaApps        area = "apps"
	areaGrants      area = "grants" // scopes of service apps
	areaRoles       area = "roles"  // admin roles and who has them
	areaLogs        area = "logs"
	areaHooks       area = "hooks"
	areaTokens      area = "tokens"
	areaOrg         area = "org"
	areaRisk        area = "risk"
	areaSessions    area = "sessions"
	areaServices    area = "services" // API service integrations
	areaNotices     area = "notices"  // mails to end users about their accounts
	areaStreams     area = "logStreams"
	areaBrands      area = "brands"
	areaTemplates   area = "templates" // of mails
	areaThreats     area = "threatInsights"
	areaZones       area = "networkZones"
	areaPolicies    area = "policies"

	areaIAM     area = "iam"     // custom roles and resource sets
	areaSuper   area = "super"   // settings that super admins alone see
	areaConsole area = "console" // how long admins stay in the admin console

	areaAuthenticators   area = "authenticators"
	areaIDPs             area = "idps"
	areaBehaviors        area = "behaviors"
	areaServers          area = "authorizationServers"
	areaInlineHooks      area = "inlineHooks"
	areaOrigins          area = "trustedOrigins"
	areaDomains          area = "domains"
	areaEmailDomains     area = "emailDomains"
	areaEmailServers     area = "emailServers"
	areaDevices          area = "devices"
	areaAssurances       area = "deviceAssurance"
	areaRealms           area = "realms"
	areaRealmAssignments area = "realmAssignments"
	areaLinkedObjects    area = "linkedObjects"
	areaUserTypes        area = "userTypes"
	areaSchemas          area = "schemas"
	areaAgents           area = "agentPools"
	areaMappings         area = "profileMappings"
	areaFeatures         area = "features"
	areaProviders        area = "securityEventsProviders"
	areaPrincipals       area = "principalRateLimits"
	areaRateLimits       area = "rateLimits"
	areaBotProtection    area = "botProtection"
	areaCaptchas         area = "captchas"
)

// scope returns the OAuth scope of an area, without the verb.
func (a area) scope() string {
	switch a {
	case areaCredentials, areaUsers:
		return "okta.users"
	case areaMembers, areaGroups:
		return "okta.groups"
	case areaGrants:
		return "okta.appGrants"
	case areaHooks:
		return "okta.eventHooks"
	case areaTokens:
		return "okta.apiTokens"
	case areaIAM:
		return "okta.roles"
	case areaConsole:
		return "okta.apps"
	case areaOrg, areaNotices, areaSuper:
		return "okta.orgs"
	case areaRisk:
		return "okta.userRisk"
	case areaServices:
		return "okta.oauthIntegrations"
	case areaNone:
		return "okta.users"
	default:
		return "okta." + string(a)
	}
}

// covers says what a standard role lets its holder read and change.
//
// Source: help.okta.com "Standard administrator roles and permissions".
func covers(roleType string) (read, manage []area) {
	everything := []area{
		areaUsers, areaCredentials, areaGroups, areaMembers, areaApps, areaGrants, areaRoles, areaLogs, areaHooks, areaTokens,
		areaOrg, areaRisk, areaSessions, areaServices, areaNotices, areaStreams,
		areaBrands, areaTemplates, areaThreats, areaZones, areaPolicies, areaIAM, areaSuper, areaConsole,
		areaAuthenticators, areaIDPs, areaBehaviors, areaServers, areaInlineHooks, areaOrigins, areaDomains, areaEmailDomains, areaEmailServers,
		areaDevices, areaAssurances, areaRealms, areaRealmAssignments, areaLinkedObjects, areaUserTypes, areaSchemas, areaAgents, areaMappings,
		areaFeatures, areaProviders, areaPrincipals, areaRateLimits, areaBotProtection, areaCaptchas,
	}
	but := func(out ...area) []area {
		return slices.DeleteFunc(slices.Clone(everything), func(a area) bool { return slices.Contains(out, a) })
	}
	people := []area{areaUsers, areaCredentials, areaGroups, areaMembers, areaRisk}
	switch roleType {
	case "SUPER_ADMIN":
		return everything, everything
	case "ORG_ADMIN":
		return but(areaGrants, areaStreams, areaSuper, areaConsole), but(areaGrants, areaRoles, areaIAM, areaServices, areaStreams, areaSuper, areaConsole)
	case "READ_ONLY_ADMIN":
		return but(areaGrants, areaStreams, areaIAM, areaSuper, areaConsole), nil
	case "APP_ADMIN":
		return append(people, areaApps), []area{areaApps}
	case "USER_ADMIN":
		return append(people, areaApps), people
	case "HELP_DESK_ADMIN":
		return people, []area{areaCredentials}
	case "GROUP_MEMBERSHIP_ADMIN":
		return people, []area{areaMembers}
	case "MOBILE_ADMIN":
		return append(people, areaDevices, areaAssurances, areaPolicies), []area{areaDevices, areaAssurances, areaPolicies}
	case "API_ACCESS_MANAGEMENT_ADMIN":
		return append(people, areaApps, areaServers), []area{areaServers}
	case "REPORT_ADMIN":
		return append(people, areaApps, areaLogs), nil
	case custom: // its permissions say
		return nil, nil
	default:
		return people, nil
	}
}

// mayRead and mayManage say whether one of the roles covers an area.
func mayRead(roles []string, a area) bool {
	return slices.ContainsFunc(roles, func(r string) bool { read, _ := covers(r); return slices.Contains(read, a) })
}

func mayManage(roles []string, a area) bool {
	return slices.ContainsFunc(roles, func(r string) bool { _, manage := covers(r); return slices.Contains(manage, a) })
}

// principal is who makes a call: a person with an API token, or an OAuth
// client with an access token.
type principal struct {
	user   *user    // whose API token it is, nil for a client
	client *app     // nil for a person
	id     string   // what rate limits are counted by
	scopes []string // of an access token
	roles  []string
	// permissions are those of custom roles.
	permissions []string
	// scoped marks an API service integration, which scopes alone bind.
	scoped bool
}

// authorize says whether a principal may use a route.
func authorize(p *principal, r route, c *call) error {
	read := r.method == http.MethodGet
	if p.client != nil {
		verb := ".manage"
		if read {
			verb = ".read"
		}
		if need := r.scope + verb; !slices.Contains(p.scopes, need) && (!read || !slices.Contains(p.scopes, r.scope+".manage")) {
			return errScope(c, need)
		}
		if p.scoped {
			return nil
		}
	}
	switch {
	case r.area == areaNone, r.lenient && p.client != nil && len(p.roles) == 0:
		return nil
	case read && mayRead(p.roles, r.area), !read && mayManage(p.roles, r.area), permits(p.permissions, r.area, read):
		return nil
	}
	return errForbidden()
}

// mayTouch says whether a principal may change a person: who is an admin can
// be changed by an org or super admin only, a super admin by a super admin
// only.
func (p *principal) mayTouch(u *user) bool {
	theirs := u.roleTypes()
	switch {
	case p.scoped, slices.Contains(p.roles, "SUPER_ADMIN"), len(theirs) == 0:
		return true
	case slices.Contains(theirs, "SUPER_ADMIN"):
		return false
	default:
		return slices.Contains(p.roles, "ORG_ADMIN")
	}
}

// errScope refuses an access token without the scope that the call needs: an
// answer without body, as seen from real orgs.
func errScope(c *call, scope string) *apiError {
	return bearerError(c, http.StatusForbidden, scope, "insufficient_scope", "The access token provided does not contain the required scopes.")
}

// bearerError is an answer that says what is wrong with an access token in
// its WWW-Authenticate header alone.
func bearerError(c *call, status int, scope, code, description string) *apiError {
	scheme, _, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "DPoP") {
		scheme = "Bearer"
	}
	var b strings.Builder
	b.WriteString(scheme + ` authorization_uri="` + c.url("oauth2/v1/authorize") + `", realm="` + c.base + `"`)
	if scope != "" {
		b.WriteString(`, scope="` + scope + `"`)
	}
	b.WriteString(`, error="` + code + `", error_description="` + description + `", resource="` + c.r.URL.Path + `"`)
	return &apiError{status: status, code: code, summary: description, noBody: true, header: http.Header{"Www-Authenticate": {b.String()}}}
}
