package access

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"sallyport/internal/inventory"
)

// Ranked is somebody who can become an administrator, and how.
type Ranked struct {
	Start Node   `json:"start"`
	Name  string `json:"name"`
	// Tier is that of what he reaches: 0 is the super administrator, 1 roles over
	// all people or apps and the hosts that see passwords, 2 roles over some.
	Tier       int        `json:"tier"`
	Length     int        `json:"length"`
	Confidence Confidence `json:"confidence"`
	Strength   Strength   `json:"strength"` // of a person's factors
	// Dormant is whether a person has not signed in for long.
	Dormant   bool      `json:"dormant"`
	LastLogin time.Time `json:"last_login,omitzero"`
	Path      Path      `json:"path"`
}

// RankOptions narrow a ranking.
type RankOptions struct {
	Kinds   []inventory.Kind // of starts; none for all
	Deepest int              // tier that still counts
	Limit   int              // of what is returned; none for all
}

// Ranking is who can become an administrator.
type Ranking struct {
	Total  int      `json:"total"`
	Ranked []Ranked `json:"ranked"` // the worst first: by tier, length, confidence, strength and dormancy
	Gaps   []Gap    `json:"gaps"`
}

// Ranked returns who reaches tier 0, and further tiers where asked, from the
// worst on. People who cannot sign in are no starts.
func (g *Graph) Ranked(o RankOptions) Ranking {
	type found struct {
		at, cost uint32
		tier     int
	}
	fields := g.tiers(o.Deepest)
	var list []found
	for i := range g.nodes {
		n := uint32(i)
		if !g.principal(n) || len(o.Kinds) > 0 && !slices.Contains(o.Kinds, g.nodes[n].Kind) {
			continue
		}
		for tier, f := range fields {
			if cost := f.cost[n]; cost != unreached && cost > 0 {
				list = append(list, found{n, cost, tier})
				break
			}
		}
	}
	slices.SortFunc(list, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.tier, b.tier), cmp.Compare(a.cost, b.cost), cmp.Compare(g.strength(a.at), g.strength(b.at)), -compareBool(g.dormant(a.at), g.dormant(b.at)), cmp.Compare(a.at, b.at))
	})
	out := Ranking{Total: len(list), Ranked: []Ranked{}, Gaps: g.Gaps()}
	if o.Limit > 0 && len(list) > o.Limit {
		list = list[:o.Limit]
	}
	for _, x := range list {
		p := g.shortest(x.at, fields[x.tier])
		out.Ranked = append(out.Ranked, Ranked{
			Start: g.nodes[x.at], Name: g.names[x.at], Tier: x.tier, Length: p.Length(), Confidence: p.Confidence, Strength: g.strength(x.at),
			Dormant: g.dormant(x.at), LastLogin: g.lastLogin(x.at), Path: p,
		})
	}
	return out
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}

// tiers returns, for each tier to the deepest, how all nodes reach it.
func (g *Graph) tiers(deepest int) []*field {
	goals := make([][]uint32, 3)
	for i, n := range g.nodes {
		if tier := g.tierOf(n); tier >= 0 {
			goals[tier] = append(goals[tier], uint32(i))
		}
	}
	out := make([]*field, 0, 3)
	for _, ends := range goals[:min(max(deepest, 0), 2)+1] {
		out = append(out, g.toward(ends, nil))
	}
	return out
}

// tierOf returns the tier of an end: -1 for what is none.
func (g *Graph) tierOf(n Node) int {
	switch {
	case n == Top():
		return 0
	case n.Kind == inventory.AgentPool && n.Aspect == Itself, n.Aspect == Config && g.isHub(n.ID):
		return 1
	case n.Kind == inventory.Role:
		if n.ID == "ORG_ADMIN" || n.ID == "APP_ADMIN" || n.ID == "USER_ADMIN" || n.ID == "HELP_DESK_ADMIN" || n.ID == "GROUP_MEMBERSHIP_ADMIN" {
			return 1
		}
		return -1
	case n.Kind == Binding && strings.HasSuffix(n.ID, "@everything"):
		return 1
	case n.Kind == Binding:
		return g.bindingTier(n)
	default:
		return -1
	}
}

// isHub reports whether an app leads to another Okta org.
func (g *Graph) isHub(id string) bool {
	a, ok := g.org.apps.get(id)
	return ok && a.body.Name == "okta_org2org" && active(a.body.Status)
}

// bindingTier is 1 for a role that changes all people, groups or apps.
func (g *Graph) bindingTier(n Node) int {
	at := g.index[n]
	for e := g.first[at]; e < g.first[at+1]; e++ {
		if to := g.nodes[g.to[e]]; to.Kind == inventory.Org && to.Aspect != secrets && to.Aspect != assign {
			return 1
		}
	}
	return 2
}

// principal reports whether somebody can be, hold or run the node to begin with.
func (g *Graph) principal(n uint32) bool {
	x := g.nodes[n]
	switch x.Kind {
	case inventory.User:
		return g.org.users.rows[n].body.signsIn()
	case inventory.App:
		return x.Aspect == Credential || x.Aspect == Source
	case inventory.APIService, inventory.APIToken, inventory.IdP, inventory.AgentPool, inventory.Device, Outside:
		return x.Aspect == Itself
	default:
		return false
	}
}

func (g *Graph) person(n uint32) (*user, bool) {
	if g.nodes[n].Kind != inventory.User || g.nodes[n].Aspect != Itself {
		return nil, false
	}
	return &g.org.users.rows[n].body, true
}

func (g *Graph) strength(n uint32) Strength {
	if u, ok := g.person(n); ok {
		return u.factor
	}
	return None
}

func (g *Graph) lastLogin(n uint32) time.Time {
	if u, ok := g.person(n); ok {
		return u.lastLogin
	}
	return time.Time{}
}

// dormant reports whether somebody has not signed in for long, or never, and
// was made long ago.
func (g *Graph) dormant(n uint32) bool {
	u, ok := g.person(n)
	if !ok {
		return false
	}
	last := u.lastLogin
	if last.IsZero() {
		last = u.created
	}
	return !last.IsZero() && g.options.Now.Sub(last) > g.options.Dormant
}
