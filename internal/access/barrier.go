package access

import (
	"slices"
	"strings"

	"sallyport/internal/inventory"
)

// Barrier is a rule of Okta's that forbids something whatever a role permits.
// Their text is stable: see docs/access.md.
type Barrier string

// The barriers.
const (
	RoleHolders     Barrier = "B1" // only a super administrator manages who holds a role
	RuledGroups     Barrier = "B2" // a group rule fills no group that holds a role
	PrivilegedApps  Barrier = "B3" // an app that holds a role is managed by a super administrator alone
	ScopedApps      Barrier = "B4" // scopes, and keys of apps that have some, are the super administrator's
	RoleAndScope    Barrier = "B5" // a client may do what its role and its scopes both allow
	NoSuperByCustom Barrier = "B6" // no custom role gives or takes SUPER_ADMIN
	NotActive       Barrier = "B7" // a governed role has to be activated first
	NotThePeople    Barrier = "B8" // a group in a resource set is not the people in it
)

// Barriers lists them.
func Barriers() []Barrier {
	return []Barrier{RoleHolders, RuledGroups, PrivilegedApps, ScopedApps, RoleAndScope, NoSuperByCustom, NotActive, NotThePeople}
}

// String says what the barrier forbids.
func (b Barrier) String() string {
	switch b {
	case RoleHolders:
		return "people and groups that hold a role are managed by super administrators alone"
	case RuledGroups:
		return "group rules fill no group that holds a role"
	case PrivilegedApps:
		return "apps that hold a role are managed by super administrators alone"
	case ScopedApps:
		return "Okta scopes, and the keys of apps that have some, are for super administrators alone"
	case RoleAndScope:
		return "a client may do what its role and its scopes both allow"
	case NoSuperByCustom:
		return "a custom role neither gives nor takes SUPER_ADMIN"
	case NotActive:
		return "the role has to be activated first"
	case NotThePeople:
		return "a group in a resource set is the group, not the people in it"
	default:
		return ""
	}
}

// Barriers returns what stands in the way of using a privilege on all that it is
// said to be over. A super administrator has none but those of clients.
func (p Privilege) Barriers() []Barrier {
	var out []Barrier
	add := func(b Barrier, when bool) {
		if when {
			out = append(out, b)
		}
	}
	if p.Role.ID != superAdmin && p.Role.ID != "" && !strings.HasSuffix(p.Permission, ".read") {
		area := func(prefix string) bool { return strings.HasPrefix(p.Permission, prefix) }
		groups := slices.Contains([]string{"okta.groups.manage", "okta.groups.members.manage", "okta.users.groupMembership.manage"}, p.Permission)
		add(RoleHolders, area("okta.users.") || groups)
		add(RuledGroups, p.Permission == "okta.groups.manage")
		add(PrivilegedApps, p.Permission == "okta.apps.manage")
		add(ScopedApps, p.Permission == "okta.apps.manage")
		add(NoSuperByCustom, p.Role.Kind == inventory.CustomRole && area("okta.iam."))
		add(NotThePeople, area("okta.users.") && !p.Over.someone())
	}
	add(RoleAndScope, p.Scope != "" && p.Role.ID != "")
	add(NotActive, !p.Active)
	return out
}
