package access

import (
	"maps"
	"slices"
	"strings"
)

const superAdmin = "SUPER_ADMIN"

// StandardRole is an admin role that Okta brings, and what it may do in the
// terms of custom roles.
type StandardRole struct {
	Type        string   `json:"type"`
	Title       string   `json:"title"`
	Permissions []string `json:"permissions"` // and all that they include
	// Scoped roles may have targets: groups or apps.
	Scoped bool   `json:"scoped,omitempty"`
	Source string `json:"source"`
}

// StandardRoles lists them. Okta publishes what each may do as a table of tasks,
// not of permissions: this is that table in the names of permissions. Some of
// them no custom role can have (okta.roles.manage, okta.appGrants.manage,
// okta.policies.manage of all, hooks).
func StandardRoles() []StandardRole {
	const table = "help.okta.com, Standard administrator roles and permissions"
	reads := []string{
		"okta.users.read", "okta.groups.read", "okta.apps.read", "okta.policies.read", "okta.logs.read", "okta.identityProviders.read",
		"okta.authzServers.read", "okta.customizations.read", "okta.devices.read", "okta.agents.read",
	}
	return []StandardRole{
		{superAdmin, "Super Administrator", allPermissions(), false, table},
		{"ORG_ADMIN", "Organization Administrator", append([]string{
			"okta.users.manage", "okta.groups.manage", "okta.policies.manage", "okta.identityProviders.manage", "okta.inlineHooks.manage",
			"okta.eventHooks.manage", "okta.customizations.manage", "okta.devices.manage", "okta.agents.manage", "okta.profilesources.import.run",
		}, reads...), false, table + "; Okta advisory of August 2023 for identity providers"},
		{"USER_ADMIN", "Group Administrator", []string{"okta.users.manage", "okta.groups.manage"}, true, table},
		{"HELP_DESK_ADMIN", "Help Desk Administrator", []string{
			"okta.users.read", "okta.users.credentials.resetPassword", "okta.users.credentials.resetFactors",
			"okta.users.lifecycle.unlock", "okta.users.lifecycle.clearSessions", "okta.groups.read",
		}, true, table},
		{"GROUP_MEMBERSHIP_ADMIN", "Group Membership Administrator", []string{"okta.groups.members.manage", "okta.groups.read", "okta.users.read"}, true, table},
		{"APP_ADMIN", "Application Administrator", []string{"okta.apps.manage", "okta.users.read", "okta.groups.read", "okta.profilesources.import.run"}, true, table + "; OktaHound for secrets"},
		{
			"API_ACCESS_MANAGEMENT_ADMIN", "API Access Management Administrator",
			[]string{"okta.authzServers.manage", "okta.apps.clientCredentials.read", "okta.apps.read", "okta.users.read", "okta.groups.read"},
			false, table + "; OktaHound for secrets",
		},
		{"MOBILE_ADMIN", "Mobile Administrator", []string{"okta.policies.manage", "okta.devices.manage", "okta.users.read", "okta.groups.read", "okta.apps.read"}, false, "OktaHound's table of roles"},
		{"READ_ONLY_ADMIN", "Read-Only Administrator", append([]string{"okta.apps.clientCredentials.read"}, reads...), false, table + "; OktaHound for secrets"},
		{"REPORT_ADMIN", "Report Administrator", []string{"okta.logs.read", "okta.users.read", "okta.groups.read", "okta.apps.read"}, false, table},
		{"WORKFLOWS_ADMIN", "Workflows Administrator", []string{"okta.workflows.flows.manage"}, false, "OpenAPI, RoleType; help.okta.com, Workflows Administrator"},
		{"ACCESS_CERTIFICATIONS_ADMIN", "Access Certifications Administrator", []string{"okta.governance.accessCertifications.manage", "okta.users.read", "okta.groups.read", "okta.apps.read"}, false, "OpenAPI, RoleType"},
		{"ACCESS_REQUESTS_ADMIN", "Access Requests Administrator", []string{"okta.governance.accessRequests.manage", "okta.users.read", "okta.groups.read", "okta.apps.read"}, false, "OpenAPI, RoleType"},
	}
}

// allPermissions are those that are known, without what they include.
func allPermissions() []string {
	return []string{
		"okta.users.manage", "okta.users.apitokens.manage", "okta.groups.manage", "okta.apps.manage", "okta.roles.manage", "okta.iam.manage",
		"okta.appGrants.manage", "okta.policies.manage", "okta.identityProviders.manage", "okta.inlineHooks.manage", "okta.eventHooks.manage",
		"okta.customizations.manage", "okta.devices.manage", "okta.agents.manage", "okta.profilesources.import.run", "okta.authzServers.manage",
		"okta.workflows.flows.manage", "okta.realms.manage", "okta.support.cases.manage", "okta.logs.read", "okta.logStreams.manage",
		"okta.networkZones.manage", "okta.orgs.manage", "okta.governance.accessCertifications.manage", "okta.governance.accessRequests.manage",
	}
}

// includes lists what a permission includes, as Okta's catalogue of permissions
// says it.
func includes(permission string) []string {
	switch permission {
	case "okta.users.manage":
		return []string{
			"okta.users.create", "okta.users.read", "okta.users.userprofile.manage", "okta.users.lifecycle.manage", "okta.users.credentials.manage",
			"okta.users.groupMembership.manage", "okta.users.appAssignment.manage",
		}
	case "okta.users.credentials.manage":
		return []string{
			"okta.users.credentials.resetFactors", "okta.users.credentials.resetPassword", "okta.users.credentials.expirePassword",
			"okta.users.credentials.manageTemporaryAccessCode",
		}
	case "okta.users.lifecycle.manage":
		return []string{
			"okta.users.lifecycle.activate", "okta.users.lifecycle.deactivate", "okta.users.lifecycle.suspend", "okta.users.lifecycle.unsuspend",
			"okta.users.lifecycle.delete", "okta.users.lifecycle.unlock", "okta.users.lifecycle.clearSessions",
		}
	case "okta.users.apitokens.manage":
		return []string{"okta.users.apitokens.read"}
	case "okta.groups.manage":
		return []string{"okta.groups.create", "okta.groups.read", "okta.groups.members.manage", "okta.groups.appAssignment.manage"}
	case "okta.apps.manage":
		return []string{"okta.apps.read", "okta.apps.assignment.manage", "okta.apps.clientCredentials.read"}
	}
	// Of a part of people or apps, manage includes no reading of all of them.
	if head, ok := strings.CutSuffix(permission, ".manage"); ok && strings.Count(head, ".") == 1 {
		return []string{head + ".read"}
	}
	return nil
}

// permissions is a set that holds what its members include.
type permissions map[string]bool

func expand(list []string) permissions {
	out := permissions{}
	var add func(string)
	add = func(p string) {
		if out[p] {
			return
		}
		out[p] = true
		for _, inner := range includes(p) {
			add(inner)
		}
	}
	for _, p := range list {
		add(p)
	}
	return out
}

// first returns the first of the permissions that the set has.
func (p permissions) first(list ...string) (string, bool) {
	for _, x := range list {
		if p[x] {
			return x, true
		}
	}
	return "", false
}

func (p permissions) sorted() []string { return slices.Sorted(maps.Keys(p)) }

func standardPermissions(role string) permissions {
	for _, r := range StandardRoles() {
		if r.Type == role {
			return expand(r.Permissions)
		}
	}
	return permissions{}
}

// scopeOf returns the OAuth scope that a client needs to use a permission, empty
// for what has no API.
func scopeOf(permission string) string {
	base := ""
	for _, x := range []struct{ prefix, scope string }{
		{"okta.users.apitokens.", "okta.apiTokens"},
		{"okta.users.", "okta.users"},
		{"okta.groups.", "okta.groups"},
		{"okta.apps.", "okta.apps"},
		{"okta.roles.", "okta.roles"},
		{"okta.iam.", "okta.roles"},
		{"okta.appGrants.", "okta.appGrants"},
		{"okta.policies.", "okta.policies"},
		{"okta.identityProviders.", "okta.idps"},
		{"okta.inlineHooks.", "okta.inlineHooks"},
		{"okta.eventHooks.", "okta.eventHooks"},
		{"okta.customizations.", "okta.brands"},
		{"okta.devices.", "okta.devices"},
		{"okta.agents.", "okta.agentPools"},
		{"okta.profilesources.", "okta.identitySources"},
		{"okta.authzServers.", "okta.authorizationServers"},
		{"okta.realms.", "okta.realms"},
		{"okta.logs.", "okta.logs"},
		{"okta.logStreams.", "okta.logStreams"},
		{"okta.networkZones.", "okta.networkZones"},
		{"okta.orgs.", "okta.orgs"},
	} {
		if strings.HasPrefix(permission, x.prefix) {
			base = x.scope
			break
		}
	}
	switch {
	case base == "":
		return ""
	case strings.HasSuffix(permission, ".read"):
		return base + ".read"
	default:
		return base + ".manage"
	}
}

// granting returns which of the granted scopes lets a permission be used.
func granting(scopes []string, permission string) (string, bool) {
	need := scopeOf(permission)
	if need == "" {
		return "", false
	}
	if slices.Contains(scopes, need) {
		return need, true
	}
	if head, ok := strings.CutSuffix(need, ".read"); ok && slices.Contains(scopes, head+".manage") {
		return head + ".manage", true
	}
	return "", false
}

// bounded leaves of a set what the scopes let be used.
func (p permissions) bounded(scopes []string) permissions {
	out := permissions{}
	for x := range p {
		if _, ok := granting(scopes, x); ok {
			out[x] = true
		}
	}
	return out
}
