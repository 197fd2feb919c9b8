package access

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sallyport/internal/inventory"
)

// Problem is why nobody is in control of a credential.
type Problem string

// The problems.
const (
	OwnerGone    Problem = "owner_gone"    // the owner is not in the org, or switched off
	OwnerDormant Problem = "owner_dormant" // the owner has not signed in for long
	NoOwner      Problem = "no_owner"
	AnyNetwork   Problem = "any_network" // it may be used from everywhere
	OldKey       Problem = "old_key"
	BroadScopes  Problem = "broad_scopes" // it may change much
	BroadRights  Problem = "broad_rights" // its owner or role is a super or org administrator
)

// Problems lists the problems.
func Problems() []Problem {
	return []Problem{OwnerGone, OwnerDormant, NoOwner, AnyNetwork, OldKey, BroadScopes, BroadRights}
}

// Ungoverned is a token, a client or an integration, and what is wrong with it.
type Ungoverned struct {
	Ref      inventory.Ref `json:"ref"`
	Name     string        `json:"name"`
	Problems []Fault       `json:"problems"`
}

// Fault is a problem, and the field that shows it.
type Fault struct {
	Problem Problem `json:"problem"`
	Why     string  `json:"why"`
}

func (u *Ungoverned) add(p Problem, format string, args ...any) {
	u.Problems = append(u.Problems, Fault{p, fmt.Sprintf(format, args...)})
}

// oldKey is when a key or secret is old, and broadScopes how many scopes that
// change something are many.
const (
	oldKey      = 365 * 24 * time.Hour
	broadScopes = 5
)

// Ungoverned returns the credentials that something is wrong with: those of API
// tokens, of clients and of API service integrations.
func (g *Graph) Ungoverned() []Ungoverned {
	var out []Ungoverned
	keep := func(u Ungoverned) {
		if len(u.Problems) > 0 {
			out = append(out, u)
		}
	}
	for i := range g.org.tokens.rows {
		keep(g.token(&g.org.tokens.rows[i]))
	}
	for i := range g.org.apps.rows {
		if a := &g.org.apps.rows[i]; a.body.client() && active(a.body.Status) {
			keep(g.client(a))
		}
	}
	for i := range g.org.services.rows {
		keep(g.service(&g.org.services.rows[i]))
	}
	return out
}

func (g *Graph) token(t *row[tokenBody]) Ungoverned {
	u := Ungoverned{Ref: inventory.Ref{Kind: inventory.APIToken, ID: t.id}, Name: t.name}
	g.owner(&u, "userId", t.body.UserID)
	if !t.body.Network.limited() {
		u.add(AnyNetwork, "network.connection is %q", t.body.Network.Connection)
	}
	g.age(&u, "created", t.body.Created)
	if row, ok := g.org.users.get(t.body.UserID); ok {
		if role := g.broadRole(row.node); role != "" {
			u.add(BroadRights, "user %s has role %s", row.id, role)
		}
	}
	return u
}

func (g *Graph) owner(u *Ungoverned, field, id string) {
	row, ok := g.org.users.get(id)
	switch {
	case id == "":
		u.add(NoOwner, "%s is empty", field)
	case !ok || row.body.status == "" && row.name == "":
		if len(g.Gaps("user")) == 0 {
			u.add(OwnerGone, "%s is %s, who is not in the org", field, id)
		}
	case !row.body.signsIn():
		u.add(OwnerGone, "%s is %s, who is %s", field, id, row.body.status)
	case g.dormant(row.node):
		u.add(OwnerDormant, "%s is %s, whose lastLogin is %s", field, id, dayOf(row.body.lastLogin))
	}
}

func dayOf(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Format(time.DateOnly)
}

func (g *Graph) age(u *Ungoverned, field, created string) {
	if t := timeOf(created); !t.IsZero() && g.options.Now.Sub(t) > oldKey {
		u.add(OldKey, "%s is %s", field, t.Format(time.DateOnly))
	}
}

// broadRole returns a role over all of the org that somebody holds.
func (g *Graph) broadRole(n uint32) string {
	for e := g.first[n]; e < g.first[n+1]; e++ {
		to := g.nodes[g.to[e]]
		if to == Top() || to == nodeOf(inventory.Role, "ORG_ADMIN") {
			return to.ID
		}
		if g.kind(e) == MemberOf {
			if role := g.broadRole(g.to[e]); role != "" {
				return role
			}
		}
	}
	return ""
}

func (g *Graph) client(a *row[app]) Ungoverned {
	u := Ungoverned{Ref: inventory.Ref{Kind: inventory.App, ID: a.id}, Name: a.name}
	if !a.body.Settings.OAuthClient.Network.limited() {
		u.add(AnyNetwork, "settings.oauthClient.network.connection is %q", a.body.Settings.OAuthClient.Network.Connection)
	}
	for _, k := range keysOf(a.body.JWKS, a.body.Settings.OAuthClient.JWKS) {
		if active(k.Status) {
			g.age(&u, "created of key "+k.KID, k.Created)
		}
	}
	g.scopes(&u, a.body.scopes)
	for _, at := range a.body.roles {
		if r := g.org.roles[at]; r.active && (r.role.ID == superAdmin || r.role.ID == "ORG_ADMIN") {
			u.add(BroadRights, "it has role %s (assignment %s)", r.role.ID, r.id)
		}
	}
	return u
}

func (g *Graph) service(s *row[serviceBody]) Ungoverned {
	u := Ungoverned{Ref: inventory.Ref{Kind: inventory.APIService, ID: s.id}, Name: s.name}
	g.owner(&u, "createdBy", s.body.CreatedBy)
	for _, x := range s.body.Secrets {
		if active(x.Status) {
			g.age(&u, "created of secret "+x.ID, x.Created)
		}
	}
	g.scopes(&u, s.body.GrantedScopes)
	return u
}

func (g *Graph) scopes(u *Ungoverned, scopes []string) {
	changing := slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return !strings.HasSuffix(s, ".manage") })
	dangerous := slices.ContainsFunc(changing, func(s string) bool {
		return slices.Contains([]string{"okta.roles.manage", "okta.appGrants.manage", "okta.idps.manage", "okta.apiTokens.manage"}, s)
	})
	if len(changing) >= broadScopes || dangerous {
		slices.Sort(changing)
		u.add(BroadScopes, "granted scopes %s", strings.Join(changing, ", "))
	}
}
