package access

import (
	"fmt"
	"net/url"
	"strings"

	"sallyport/internal/inventory"
)

// hostOf returns the host of a URL, in lower case.
func hostOf(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// title names a node for a sentence: kind, name and id.
func (g *Graph) title(n uint32) string {
	node, name := g.nodes[n], g.names[n]
	kind := strings.ReplaceAll(string(node.Kind), "_", " ")
	switch {
	case node.Kind == inventory.Role:
		return "role " + node.ID
	case node.Kind == Outside || name == node.ID:
		return kind + " " + node.ID
	case node.Kind == inventory.User:
		return fmt.Sprintf("user %s (%s)", name, node.ID)
	default:
		return fmt.Sprintf("%s '%s' (%s)", kind, name, node.ID)
	}
}

// why says why a step is possible.
func (g *Graph) why(e uint32) string {
	i := g.infos[g.info[e]]
	if i.why != "" {
		return i.why
	}
	from, to := g.from[e], g.to[e]
	switch i.kind {
	case MemberOf:
		return fmt.Sprintf("%s is a member of %s%s", g.title(from), g.title(to), g.origin(to))
	case Assigned:
		return fmt.Sprintf("%s is assigned to %s by scope USER", g.title(from), g.title(to))
	case AssignedVia:
		return fmt.Sprintf("%s is assigned to %s", g.title(from), g.title(to))
	case ResetThenAdmin:
		return g.title(to) + " holds no role, and owns an API token or a group"
	case Manager:
		return fmt.Sprintf("profile.managerId of %s is %s", g.title(to), g.title(from))
	case SuperAdminMay:
		return "SUPER_ADMIN may do everything"
	default:
		return g.covered(from, to)
	}
}

// covered says why what is passed through leads to one of its ends.
func (g *Graph) covered(from, to uint32) string {
	switch g.nodes[from].Aspect {
	case takeover:
		return g.title(to) + " holds no active role"
	case reactivate:
		return fmt.Sprintf("%s is %s, and holds no active role", g.title(to), g.org.users.rows[to].body.status)
	case members, rules:
		return g.title(to) + " holds no role"
	case apps:
		return g.title(to) + " holds no role"
	case self:
		return g.title(to) + " is filled by that rule, and holds no role"
	case secrets:
		return g.title(to) + " authenticates by a secret (credentials.oauthClient.token_endpoint_auth_method)"
	case people:
		return g.title(to) + " is one of them"
	default:
		return ""
	}
}

// origin says where the members of a group come from, as far as it can be told.
func (g *Graph) origin(n uint32) string {
	row, ok := g.org.groups.get(g.nodes[n].ID)
	switch {
	case !ok:
		return ""
	case row.body.Type == "APP_GROUP" && row.body.Source != "":
		return ", whose members come from app " + row.body.Source
	case len(row.body.rules) > 0:
		return ", which is filled by group rule " + strings.Join(row.body.rules, ", ")
	default:
		return ""
	}
}

// changes are those that each take a step away.
func (g *Graph) changes(e uint32) []Change {
	i := g.infos[g.info[e]]
	if i.change.Do != "" {
		return []Change{i.change}
	}
	from, to := g.nodes[g.from[e]].Ref, g.nodes[g.to[e]].Ref
	switch i.kind {
	case MemberOf:
		return []Change{removal(inventory.MemberOf, from, to, "")}
	case Assigned:
		return []Change{removal(inventory.Assigned, from, to, "")}
	case AssignedVia:
		return []Change{removal(inventory.AssignedVia, from, to, "")}
	default:
		return nil
	}
}
