package api

import (
	"cmp"
	"context"
	"slices"
	"time"

	"sallyport/internal/access"
	"sallyport/internal/errs"
	"sallyport/internal/inventory"
	"sallyport/internal/portal"
)

var (
	_ = add("GET /api/v1/access/kinds", portal.InventoryRead, doc{Summary: "The kinds of steps that paths consist of"}, listAccessKinds)
	_ = add("GET /api/v1/tenants/{id}/access/paths", portal.InventoryRead, doc{
		Summary: "Who can become an administrator of an Okta org, and by which way",
		Help:    "Everybody who reaches the role of super administrator, the worst first, each with the shortest path; with tier, who reaches less, too. What was not seen is in gaps.",
	}, listAccessPaths)
	_ = add("GET /api/v1/tenants/{id}/access/principals/{kind}/{entity}", portal.InventoryRead, doc{
		Summary: "What somebody or something of an Okta org may do and reaches", Help: "Of lists there are as many as limit says, with their totals.",
	}, getAccessPrincipal)
	_ = add("GET /api/v1/tenants/{id}/access/principals/{kind}/{entity}/cut", portal.InventoryRead, doc{
		Summary: "The fewest steps to take away from somebody, so that no way to super administrator is left",
	}, getAccessCut)
	_ = add("GET /api/v1/tenants/{id}/access/apps/{app}", portal.InventoryRead, doc{Summary: "Who can use an app of an Okta org, and why"}, getAccessApp)
)

func listAccessKinds(context.Context, Deps, portal.Caller, none) ([]AccessKind, error) {
	return each(access.Kinds(), showAccessKind), nil
}

// RankedPath is somebody who can become an administrator, and how.
type RankedPath struct {
	Tier      int        `json:"tier" doc:"of what is reached: 0 is the super administrator, 1 roles over all people or apps, 2 roles over some"`
	Strength  string     `json:"strength" enum:"none,weak,fair,resistant" doc:"of a person's second factors"`
	Dormant   bool       `json:"dormant" doc:"a person who has not signed in for 90 days"`
	LastLogin time.Time  `json:"lastLogin,omitzero"`
	Path      AccessPath `json:"path" doc:"the shortest"`
}

// AccessRanking is who can become an administrator.
type AccessRanking struct {
	Total int          `json:"total"`
	Items []RankedPath `json:"items" doc:"the worst first: by tier, length, confidence, strength and dormancy"`
	Next  string       `json:"next,omitempty" doc:"cursor of the next page; not there on the last"`
	Gaps  []AccessGap  `json:"gaps" doc:"what was not seen, and what is not known for it"`
}

type listAccessPathsIn struct {
	paging

	ID   string           `path:"id"`
	Tier int              `query:"tier" min:"0" max:"2" doc:"the deepest that still counts; 0 where nothing is said"`
	Kind []inventory.Kind `query:"kind" doc:"of who begins; several may be given"`
	At   time.Time        `query:"at" doc:"as it was then"`
}

func listAccessPaths(ctx context.Context, d Deps, c portal.Caller, in listAccessPathsIn) (AccessRanking, error) {
	from, err := in.offset()
	if err != nil {
		return AccessRanking{}, err
	}
	g, err := accessGraph(ctx, d, c, in.ID, in.At)
	if err != nil {
		return AccessRanking{}, err
	}
	show := showAccess(g)
	r := g.Ranked(access.RankOptions{Kinds: in.Kind, Deepest: in.Tier, Limit: from + in.limit()})
	out := AccessRanking{Total: r.Total, Gaps: accessGaps(r.Gaps)}
	out.Items = each(r.Ranked[min(from, len(r.Ranked)):], func(x access.Ranked) RankedPath {
		return RankedPath{x.Tier, x.Strength.String(), x.Dormant, x.LastLogin, show.path(x.Path)}
	})
	if from+in.limit() < r.Total {
		out.Next = offsetCursor(from + in.limit())
	}
	return out, nil
}

// AccessPrincipal is what somebody may do and reaches.
type AccessPrincipal struct {
	Node       AccessNode    `json:"node"`
	Status     string        `json:"status,omitempty" doc:"of a person"`
	Privileges []AccessGrant `json:"privileges" doc:"as an administrator"`
	Unused     []string      `json:"unusedPermissions" doc:"that a client's roles give, and its scopes do not"`
	Idle       []string      `json:"idleScopes" doc:"that a client was granted, and no role of its gives a right to"`
	Groups     AccessWays    `json:"groups" doc:"that a person is in"`
	Apps       AccessAppWays `json:"apps" doc:"that a person uses"`
	Blast      AccessBlast   `json:"blast" doc:"what controlling it gives, by any number of steps"`
	Paths      []AccessPath  `json:"paths" doc:"to super administrator, the shortest first"`
	Gaps       []AccessGap   `json:"gaps"`
}

// AccessGrant is rights of one origin.
type AccessGrant struct {
	Permissions []string        `json:"permissions"`
	Over        string          `json:"over" doc:"what of the org"`
	Role        *EntityRef      `json:"role,omitempty" doc:"not there for what scopes alone give"`
	Assignment  string          `json:"assignment,omitempty"`
	Via         []EntityRef     `json:"via" doc:"groups and owners that it comes by"`
	Scope       string          `json:"scope,omitempty" doc:"the granted scope that it needs"`
	Active      bool            `json:"active" doc:"false for a governed role that is to be activated first"`
	Why         string          `json:"why"`
	Barriers    []AccessBarrier `json:"barriers" doc:"what Okta forbids all the same"`
}

// AccessBarrier is a rule of Okta's that forbids something whatever a role permits.
type AccessBarrier struct {
	Barrier access.Barrier `json:"barrier"`
	Says    string         `json:"says"`
}

// AccessWays are groups.
type AccessWays struct {
	Total int              `json:"total"`
	Items []AccessGroupWay `json:"items"`
}

// AccessAppWays are apps, and through what they are used.
type AccessAppWays struct {
	Total int            `json:"total"`
	Items []AccessAppWay `json:"items"`
}

// AccessAppWay is an app that somebody uses, and through what.
type AccessAppWay struct {
	App    EntityRef   `json:"app"`
	Direct bool        `json:"direct" doc:"assigned himself"`
	Groups []EntityRef `json:"groups" doc:"that are assigned, and that he is in"`
}

// AccessBlast is what controlling something gives.
type AccessBlast struct {
	Top    bool              `json:"top" doc:"the role of super administrator is among it: then it is all"`
	Counts map[string]int    `json:"counts" doc:"by kind"`
	Total  int               `json:"total"`
	Items  []AccessBlastNode `json:"items" doc:"the nearest first"`
}

// AccessBlastNode is something within a blast.
type AccessBlastNode struct {
	Node     AccessNode `json:"node"`
	Distance int        `json:"distance" doc:"in steps"`
}

type accessPrincipalIn struct {
	ID     string         `path:"id"`
	Kind   inventory.Kind `path:"kind"`
	Entity string         `path:"entity"`
	Aspect access.Aspect  `query:"aspect" doc:"what of it; of an app the credential of the client or the source of people that it is, where nothing is said"`
	At     time.Time      `query:"at" doc:"as it was then"`
}

// node returns the node that is asked for.
func (in accessPrincipalIn) node(g *access.Graph) (access.Node, error) {
	n := access.Node{Ref: inventory.Ref{Kind: in.Kind, ID: in.Entity}, Aspect: in.Aspect}
	if n.Kind == inventory.App && n.Aspect == access.Itself {
		for _, a := range []access.Aspect{access.Credential, access.Source} {
			if of := (access.Node{Ref: n.Ref, Aspect: a}); g.Has(of) {
				return of, nil
			}
		}
	}
	if !g.Has(n) {
		return n, errs.New(errs.NotFound, "there is no such %s", n.Kind)
	}
	return n, nil
}

type getAccessPrincipalIn struct {
	accessPrincipalIn

	Limit int `query:"limit" min:"1" max:"200" doc:"the most of each list; 50 where nothing is said"`
	Paths int `query:"paths" min:"1" max:"20" doc:"the most paths; 5 where nothing is said"`
}

func getAccessPrincipal(ctx context.Context, d Deps, c portal.Caller, in getAccessPrincipalIn) (AccessPrincipal, error) {
	g, err := accessGraph(ctx, d, c, in.ID, in.At)
	if err != nil {
		return AccessPrincipal{}, err
	}
	n, err := in.node(g)
	if err != nil {
		return AccessPrincipal{}, err
	}
	limit, show := cmp.Or(in.Limit, 50), showAccess(g)
	out := AccessPrincipal{
		Node: show.node(n), Privileges: []AccessGrant{}, Unused: []string{}, Idle: []string{}, Groups: AccessWays{Items: []AccessGroupWay{}}, Apps: AccessAppWays{Items: []AccessAppWay{}},
		Gaps: accessGaps(g.Gaps()),
	}
	if p, err := g.Privileges(n.Ref); err == nil { // of the others there are none
		out.Privileges = show.grants(p.Privileges)
		out.Unused, out.Idle = append(out.Unused, p.Unused...), append(out.Idle, p.Idle...)
	}
	if n.Kind == inventory.User {
		if err := out.reach(show, n.ID, limit); err != nil {
			return out, err
		}
	}
	b, err := g.Blast(n, 0)
	if err != nil {
		return out, err
	}
	out.Blast = show.blast(b, limit)
	paths, err := g.Paths(ctx, n, cmp.Or(in.Paths, 5))
	out.Paths = each(paths, show.path)
	return out, err
}

// reach adds what a person is in and uses.
func (p *AccessPrincipal) reach(show accessShower, user string, limit int) error {
	r, err := show.graph.Person(user)
	if err != nil {
		return err
	}
	p.Status = r.Status
	p.Groups = AccessWays{len(r.Groups), each(r.Groups[:min(limit, len(r.Groups))], show.way)}
	p.Apps = AccessAppWays{len(r.Apps), each(r.Apps[:min(limit, len(r.Apps))], func(a access.AppWay) AccessAppWay {
		return AccessAppWay{EntityRef{a.App.Kind, a.App.ID, a.Name}, a.Direct, each(a.Groups, show.ref)}
	})}
	return nil
}

func (s accessShower) blast(b access.Blast, limit int) AccessBlast {
	out := AccessBlast{Top: b.Top, Counts: map[string]int{}, Total: len(b.Nodes)}
	for kind, n := range b.Counts {
		out.Counts[string(kind)] = n
	}
	out.Items = each(b.Nodes[:min(limit, len(b.Nodes))], func(n access.BlastNode) AccessBlastNode {
		return AccessBlastNode{AccessNode{n.Node.Kind, n.Node.ID, n.Node.Aspect, n.Name}, n.Distance}
	})
	return out
}

// grants puts privileges of one origin together.
func (s accessShower) grants(list []access.Privilege) []AccessGrant {
	out := []AccessGrant{}
	for _, p := range list {
		g := AccessGrant{
			Permissions: []string{p.Permission}, Over: p.Over.String(), Assignment: p.Assignment, Via: each(p.Via, s.ref), Scope: p.Scope, Active: p.Active, Why: p.Why,
			Barriers: each(p.Barriers(), func(b access.Barrier) AccessBarrier { return AccessBarrier{b, b.String()} }),
		}
		if p.Role.ID != "" {
			role := s.role(p.Role)
			g.Role = &role
		}
		at := slices.IndexFunc(out, func(o AccessGrant) bool {
			return o.Why == g.Why && o.Over == g.Over && o.Assignment == g.Assignment && o.Scope == g.Scope && slices.Equal(o.Via, g.Via)
		})
		if at < 0 {
			out = append(out, g)
			continue
		}
		out[at].Permissions = append(out[at].Permissions, p.Permission)
		for _, b := range g.Barriers {
			if !slices.Contains(out[at].Barriers, b) {
				out[at].Barriers = append(out[at].Barriers, b)
			}
		}
	}
	return out
}

// role names a role as people call it.
func (s accessShower) role(r inventory.Ref) EntityRef {
	out := s.ref(r)
	for _, known := range access.StandardRoles() {
		if r.Kind == inventory.Role && known.Type == r.ID {
			out.Name = known.Title
		}
	}
	return out
}

// AccessCut is what would have to be taken away.
type AccessCut struct {
	Possible bool         `json:"possible" doc:"changes can do it: not where a step is one that none takes away, nor where it takes more than 64"`
	Steps    []AccessStep `json:"steps"`
}

func getAccessCut(ctx context.Context, d Deps, c portal.Caller, in accessPrincipalIn) (AccessCut, error) {
	g, err := accessGraph(ctx, d, c, in.ID, in.At)
	if err != nil {
		return AccessCut{}, err
	}
	n, err := in.node(g)
	if err != nil {
		return AccessCut{}, err
	}
	cut, err := g.Cut(ctx, n)
	return AccessCut{cut.Possible, each(cut.Steps, showAccess(g).step)}, err
}

// AccessApp is who can use an app.
type AccessApp struct {
	App      EntityRef        `json:"app"`
	Users    int              `json:"users" doc:"who can sign in, each once"`
	Direct   int              `json:"direct" doc:"of those, who are assigned themselves"`
	Disabled int              `json:"disabled" doc:"who are assigned and cannot sign in"`
	Groups   []AccessGroupWay `json:"groups" doc:"that are assigned"`
	Items    []AccessAppUser  `json:"items"`
	Next     string           `json:"next,omitempty" doc:"cursor of the next page; not there on the last"`
	Gaps     []AccessGap      `json:"gaps"`
}

// AccessAppUser is a person who can use an app, and why.
type AccessAppUser struct {
	User     EntityRef   `json:"user"`
	Direct   bool        `json:"direct" doc:"assigned himself"`
	Groups   []EntityRef `json:"groups" doc:"that are assigned, and that he is in"`
	Disabled bool        `json:"disabled" doc:"he cannot sign in"`
}

func (s accessShower) appUser(u access.AppUser) AccessAppUser {
	return AccessAppUser{EntityRef{u.User.Kind, u.User.ID, u.Name}, u.Direct, each(u.Groups, s.ref), u.Disabled}
}

type getAccessAppIn struct {
	paging

	ID  string    `path:"id"`
	App string    `path:"app"`
	At  time.Time `query:"at" doc:"as it was then"`
}

func getAccessApp(ctx context.Context, d Deps, c portal.Caller, in getAccessAppIn) (AccessApp, error) {
	from, err := in.offset()
	if err != nil {
		return AccessApp{}, err
	}
	g, err := accessGraph(ctx, d, c, in.ID, in.At)
	if err != nil {
		return AccessApp{}, err
	}
	r, err := g.App(in.App)
	if err != nil {
		return AccessApp{}, err
	}
	show := showAccess(g)
	out := AccessApp{
		App: EntityRef{r.App.Kind, r.App.ID, r.Name}, Users: r.Users, Direct: r.Direct, Disabled: r.Disabled, Groups: each(r.Groups, show.way), Items: []AccessAppUser{}, Gaps: accessGaps(r.Gaps),
	}
	n := 0
	err = g.AppUsers(in.App, func(u access.AppUser) error {
		switch {
		case n < from:
		case len(out.Items) < in.limit():
			out.Items = append(out.Items, show.appUser(u))
		default:
			out.Next = offsetCursor(from + in.limit())
		}
		n++
		return nil
	})
	return out, err
}
