package okta

import (
	"slices"
	"strings"
	"time"

	"sallyport/sandbox/okta/systemlog"
)

func customRoleRoutes() []route {
	const roles, sets = "/api/v1/iam/roles", "/api/v1/iam/resource-sets"
	return []route{
		get(roles, areaIAM, listCustomRoles),
		post(roles, areaIAM, createCustomRole),
		get(roles+"/{role}", areaIAM, getCustomRole),
		del(roles+"/{role}", areaIAM, deleteCustomRole),
		get(roles+"/{role}/permissions", areaIAM, listPermissions),
		get(sets, areaIAM, listResourceSets),
		post(sets, areaIAM, createResourceSet),
		get(sets+"/{set}", areaIAM, getResourceSet),
		del(sets+"/{set}", areaIAM, deleteResourceSet),
		get(sets+"/{set}/resources", areaIAM, listResources),
	}
}

// customRole is an admin role of the org's own.
type customRole struct {
	id, label, description string
	permissions            []string
	created                time.Time
}

func (r *customRole) key() string { return r.id }

// resourceSet is what custom roles are about.
type resourceSet struct {
	id, label, description string
	resources              []string
	created                time.Time
}

func (s *resourceSet) key() string { return s.id }

// isPermission reports whether custom roles know a permission.
//
// Source: Okta's guide "Permissions in custom roles".
func isPermission(name string) bool {
	const known = `users.manage users.create users.read users.credentials.manage users.credentials.resetFactors users.credentials.resetPassword
		users.credentials.expirePassword users.credentials.manageTemporaryAccessCode users.userprofile.manage users.lifecycle.manage
		users.lifecycle.activate users.lifecycle.deactivate users.lifecycle.suspend users.lifecycle.unsuspend users.lifecycle.delete
		users.lifecycle.unlock users.lifecycle.clearSessions users.groupMembership.manage users.appAssignment.manage users.apitokens.manage
		users.apitokens.read groups.manage groups.create groups.members.manage groups.read groups.appAssignment.manage apps.read apps.manage
		apps.assignment.manage apps.clientCredentials.read profilesources.import.run authzServers.read authzServers.manage
		customizations.read customizations.manage identityProviders.read identityProviders.manage workflows.read workflows.invoke
		governance.accessCertifications.manage governance.accessRequests.manage policies.read policies.manage devices.manage
		devices.lifecycle.manage devices.lifecycle.activate devices.lifecycle.deactivate devices.lifecycle.suspend
		devices.lifecycle.unsuspend devices.lifecycle.delete devices.read iam.read support.cases.manage agents.manage agents.read
		agents.register realms.read realms.manage directories.manage directories.read`
	name, ok := strings.CutPrefix(name, "okta.")
	return ok && slices.Contains(strings.Fields(known), name)
}

// permits says whether permissions of custom roles let their holder into an area.
// It is as coarse as areas are: who may suspend may activate, too. What a role is
// about, its resource set, is not looked at.
func permits(permissions []string, a area, read bool) bool {
	return slices.ContainsFunc(permissions, func(p string) bool {
		areas, reads := permitted(p)
		return slices.Contains(areas, a) && (read || !reads)
	})
}

// permitted returns the areas that a permission is about, and whether it only
// reads.
func permitted(permission string) (areas []area, reads bool) {
	name := strings.TrimPrefix(permission, "okta.")
	reads = strings.HasSuffix(name, ".read")
	switch {
	case name == "iam.read":
		return []area{areaRoles, areaIAM}, true
	case strings.HasPrefix(name, "users.apitokens."):
		return []area{areaTokens}, reads
	case name == "users.groupMembership.manage", name == "groups.members.manage":
		return []area{areaMembers}, false
	case name == "users.lifecycle.clearSessions", strings.HasPrefix(name, "users.credentials."):
		return []area{areaCredentials}, false
	case name == "users.manage":
		return []area{areaUsers, areaCredentials}, false
	case name == "users.read":
		return []area{areaUsers, areaCredentials, areaRisk}, true
	case strings.HasPrefix(name, "users."):
		return []area{areaUsers}, reads
	case name == "groups.read":
		return []area{areaGroups, areaMembers}, true
	case name == "groups.manage":
		return []area{areaGroups, areaMembers}, false
	case strings.HasPrefix(name, "groups."):
		return []area{areaGroups}, reads
	}
	noun, _, _ := strings.Cut(name, ".")
	return areasOf(noun), reads
}

// areasOf returns what the permissions of a noun are about that is neither
// people nor groups.
func areasOf(noun string) []area {
	switch noun {
	case "apps":
		return []area{areaApps}
	case "policies":
		return []area{areaPolicies}
	case "identityProviders":
		return []area{areaIDPs}
	case "authzServers":
		return []area{areaServers}
	case "devices":
		return []area{areaDevices}
	case "agents":
		return []area{areaAgents}
	case "realms":
		return []area{areaRealms, areaRealmAssignments}
	case "customizations":
		return []area{areaBrands, areaTemplates}
	}
	return nil
}

// permissionsOf returns what the custom roles among some assignments permit.
func permissionsOf(assignments []*assignment) []string {
	var out []string
	for _, a := range assignments {
		if a.custom != nil {
			out = append(out, a.custom.permissions...)
		}
	}
	return out
}

// permissions are those of a user's own roles and its groups'.
func (u *user) permissions() []string {
	out := permissionsOf(u.roles.items)
	for _, g := range u.groups.items {
		out = append(out, permissionsOf(g.roles.items)...)
	}
	return out
}

// named finds something by its id or label, as paths of iam have it.
func named[T keyed](s *ordered[T], name string, label func(T) string) (T, bool) {
	if x, ok := s.get(name); ok {
		return x, true
	}
	for _, x := range s.items {
		if label(x) == name {
			return x, true
		}
	}
	var none T
	return none, false
}

func roleLabel(r *customRole) string { return r.label }
func setLabel(s *resourceSet) string { return s.label }

func viewCustomRole(c *call, r *customRole) map[string]any {
	self := c.url("api/v1/iam/roles", r.id)
	return map[string]any{
		"id": r.id, "label": r.label, "description": r.description, "created": at(r.created), "lastUpdated": at(r.created),
		"_links": map[string]link{"self": {Href: self}, "permissions": {Href: self + "/permissions"}},
	}
}

func findCustomRole(c *call) (*customRole, error) {
	r, ok := named(&c.customRoles, c.arg(0), roleLabel)
	if !ok {
		return nil, notFound(c.arg(0), "Role")
	}
	return r, nil
}

func listCustomRoles(c *call) (answer, error) {
	out := []any{}
	for _, r := range c.customRoles.items {
		out = append(out, viewCustomRole(c, r))
	}
	return ok(map[string]any{"roles": out})
}

func getCustomRole(c *call) (answer, error) {
	r, err := findCustomRole(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewCustomRole(c, r))
}

func createCustomRole(c *call) (answer, error) {
	var in struct {
		Label       string   `json:"label"`
		Description string   `json:"description"`
		Permissions []string `json:"permissions"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	_, taken := named(&c.customRoles, in.Label, roleLabel)
	switch {
	case strings.TrimSpace(in.Label) == "":
		return answer{}, invalidField("label", "The field cannot be left blank")
	case strings.TrimSpace(in.Description) == "":
		return answer{}, invalidField("description", "The field cannot be left blank")
	case taken:
		return answer{}, invalidField("label", "An object with this field already exists in the current organization")
	case len(in.Permissions) == 0:
		return answer{}, invalidField("permissions", "The field cannot be left blank")
	}
	for _, p := range in.Permissions {
		if !isPermission(p) {
			return answer{}, invalidField("permissions", "The permission '"+p+"' is not valid.")
		}
	}
	r := &customRole{id: c.ids.next("cr0"), label: in.Label, description: in.Description, permissions: in.Permissions, created: c.now()}
	c.customRoles.add(r)
	c.emit("iam.role.create", fact{targets: []systemlog.Target{{ID: r.id, Type: "CUSTOM_ROLE", AlternateID: "unknown", DisplayName: r.label}}})
	return ok(viewCustomRole(c, r))
}

// deleteCustomRole refuses a role that somebody has.
func deleteCustomRole(c *call) (answer, error) {
	r, err := findCustomRole(c)
	if err != nil {
		return answer{}, err
	}
	if c.anyAssignment(func(a *assignment) bool { return a.custom == r }) {
		return answer{}, invalid("role", "The role is assigned to an admin and cannot be deleted.")
	}
	c.customRoles.remove(r.id)
	c.emit("iam.role.delete", fact{targets: []systemlog.Target{{ID: r.id, Type: "CUSTOM_ROLE", AlternateID: "unknown", DisplayName: r.label}}})
	return none()
}

func listPermissions(c *call) (answer, error) {
	r, err := findCustomRole(c)
	if err != nil {
		return answer{}, err
	}
	out := []any{}
	for _, p := range r.permissions {
		out = append(out, map[string]any{
			"label": p, "created": at(r.created), "lastUpdated": at(r.created),
			"_links": map[string]link{"role": {Href: c.url("api/v1/iam/roles", r.id)}, "self": {Href: c.url("api/v1/iam/roles", r.id, "permissions", p)}},
		})
	}
	return ok(map[string]any{"permissions": out})
}

func viewResourceSet(c *call, s *resourceSet) map[string]any {
	self := c.url("api/v1/iam/resource-sets", s.id)
	return map[string]any{
		"id": s.id, "label": s.label, "description": s.description, "created": at(s.created), "lastUpdated": at(s.created),
		"_links": map[string]link{"self": {Href: self}, "resources": {Href: self + "/resources"}, "bindings": {Href: self + "/bindings"}},
	}
}

func findResourceSet(c *call) (*resourceSet, error) {
	s, ok := named(&c.resourceSets, c.arg(0), setLabel)
	if !ok {
		return nil, notFound(c.arg(0), "ResourceSet")
	}
	return s, nil
}

func listResourceSets(c *call) (answer, error) {
	out := []any{}
	for _, s := range c.resourceSets.items {
		out = append(out, viewResourceSet(c, s))
	}
	return ok(map[string]any{"resource-sets": out})
}

func getResourceSet(c *call) (answer, error) {
	s, err := findResourceSet(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewResourceSet(c, s))
}

// createResourceSet takes resources by ORN, or by the URL of this org.
func createResourceSet(c *call) (answer, error) {
	var in struct {
		Label       string   `json:"label"`
		Description string   `json:"description"`
		Resources   []string `json:"resources"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	_, taken := named(&c.resourceSets, in.Label, setLabel)
	switch {
	case strings.TrimSpace(in.Label) == "":
		return answer{}, invalidField("label", "The field cannot be left blank")
	case taken:
		return answer{}, invalidField("label", "An object with this field already exists in the current organization")
	}
	for _, r := range in.Resources {
		if !strings.HasPrefix(r, c.base+"/api/v1/") && !isORN(r, c.orgID) {
			return answer{}, invalidField("resources", "The resource '"+r+"' is not valid.")
		}
	}
	s := &resourceSet{id: c.ids.next("iam"), label: in.Label, description: in.Description, resources: in.Resources, created: c.now()}
	c.resourceSets.add(s)
	c.emit("iam.resourceset.create", fact{targets: []systemlog.Target{{ID: s.id, Type: "RESOURCE_SET", AlternateID: "unknown", DisplayName: s.label}}})
	return ok(viewResourceSet(c, s))
}

// isORN reports whether a text is an Okta Resource Name of an org.
func isORN(s, orgID string) bool {
	parts := strings.SplitN(s, ":", 5)
	return len(parts) == 5 && parts[0] == "orn" && parts[3] == orgID && parts[4] != ""
}

func deleteResourceSet(c *call) (answer, error) {
	s, err := findResourceSet(c)
	if err != nil {
		return answer{}, err
	}
	if c.anyAssignment(func(a *assignment) bool { return a.about == s }) {
		return answer{}, invalid("resource set", "The resource set is used by a role assignment and cannot be deleted.")
	}
	c.resourceSets.remove(s.id)
	c.emit("iam.resourceset.delete", fact{targets: []systemlog.Target{{ID: s.id, Type: "RESOURCE_SET", AlternateID: "unknown", DisplayName: s.label}}})
	return none()
}

func listResources(c *call) (answer, error) {
	s, err := findResourceSet(c)
	if err != nil {
		return answer{}, err
	}
	out := []any{}
	for _, r := range s.resources {
		res := map[string]any{"id": fixedID("ire", s.id+"/"+r), "created": at(s.created), "lastUpdated": at(s.created), "_links": map[string]link{"self": {Href: r}}}
		if isORN(r, c.orgID) {
			res["orn"] = r
			res["_links"] = map[string]link{"self": {Href: c.url("api/v1/iam/resource-sets", s.id, "resources", res["id"].(string))}}
		}
		out = append(out, res)
	}
	return ok(map[string]any{"resources": out, "_links": map[string]link{"resource-set": {Href: c.url("api/v1/iam/resource-sets", s.id)}}})
}

// anyAssignment reports whether anybody has a role of some kind.
func (o *Org) anyAssignment(is func(*assignment) bool) bool {
	return slices.ContainsFunc(o.dir.users.items, func(u *user) bool { return slices.ContainsFunc(u.roles.items, is) }) ||
		slices.ContainsFunc(o.dir.groups.items, func(g *group) bool { return slices.ContainsFunc(g.roles.items, is) }) ||
		slices.ContainsFunc(o.apps.all.items, func(a *app) bool { return slices.ContainsFunc(a.roles.items, is) })
}

// assignCustom gives somebody a custom role over a resource set.
func assignCustom(c *call, who assignee, role, set string) (answer, error) {
	r, known := named(&c.customRoles, role, roleLabel)
	if !known {
		return answer{}, notFound(role, "Role")
	}
	s, known := named(&c.resourceSets, set, setLabel)
	if !known {
		return answer{}, notFound(set, "ResourceSet")
	}
	if slices.ContainsFunc(who.roles().items, func(a *assignment) bool { return a.custom == r && a.about == s }) {
		return answer{}, errRoleAssigned()
	}
	a := &assignment{ID: c.ids.next("irb"), Type: custom, created: c.now(), custom: r, about: s}
	who.roles().add(a)
	event, target := who.event("grant")
	c.emit(event, fact{targets: targets(target), debug: map[string]any{"privilegeGranted": r.label}})
	return created(viewRole(c, who, a))
}

// custom is the type of assignments of custom roles.
const custom = "CUSTOM"
