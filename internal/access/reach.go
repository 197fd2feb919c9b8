package access

import (
	"cmp"
	"slices"

	"sallyport/internal/errs"
	"sallyport/internal/inventory"
)

// AppReach is who can use an app.
type AppReach struct {
	App  inventory.Ref `json:"app"`
	Name string        `json:"name"`
	// Users counts people who can sign in, each once; Disabled those who are
	// assigned and cannot.
	Users    int        `json:"users"`
	Disabled int        `json:"disabled"`
	Direct   int        `json:"direct"` // assigned themselves
	Groups   []GroupWay `json:"groups"`
	Gaps     []Gap      `json:"gaps"`
}

// GroupWay is a group by which people use an app, and why they are in it.
type GroupWay struct {
	Group   inventory.Ref `json:"group"`
	Name    string        `json:"name"`
	Members int           `json:"members"`
	Rules   []string      `json:"rules,omitempty"`  // group rules that fill it
	Source  string        `json:"source,omitempty"` // app that its members come from
}

// AppUser is a person who can use an app.
type AppUser struct {
	User   inventory.Ref   `json:"user"`
	Name   string          `json:"name"`
	Direct bool            `json:"direct"`
	Groups []inventory.Ref `json:"groups,omitempty"`
	// Disabled is whether he cannot sign in.
	Disabled bool `json:"disabled,omitempty"`
}

// App returns who can use an app.
func (g *Graph) App(id string) (AppReach, error) {
	a, ok := g.org.apps.get(id)
	if !ok {
		return AppReach{}, errs.New(errs.NotFound, "there is no app %s", id)
	}
	out := AppReach{App: inventory.Ref{Kind: inventory.App, ID: id}, Name: g.names[a.node], Gaps: g.Gaps("app", "assigned", "assigned_via", "member_of", "user", "group_rule")}
	if !active(a.body.Status) {
		return out, nil
	}
	for _, n := range a.body.groups {
		r := &g.org.groups.rows[n]
		out.Groups = append(out.Groups, g.groupWay(r))
	}
	err := g.AppUsers(id, func(u AppUser) error {
		if u.Disabled {
			out.Disabled++
			return nil
		}
		out.Users++
		if u.Direct {
			out.Direct++
		}
		return nil
	})
	return out, err
}

func (g *Graph) groupWay(r *row[group]) GroupWay {
	w := GroupWay{Group: inventory.Ref{Kind: inventory.Group, ID: r.id}, Name: g.names[r.node], Members: len(r.body.members), Rules: r.body.rules}
	if r.body.Type == "APP_GROUP" {
		w.Source = r.body.Source
	}
	return w
}

// AppUsers gives the people who are assigned to an app, each once with all of
// his ways, in the order of the org.
func (g *Graph) AppUsers(id string, each func(AppUser) error) error {
	a, ok := g.org.apps.get(id)
	if !ok {
		return errs.New(errs.NotFound, "there is no app %s", id)
	}
	ways := make(map[uint32][]uint32, len(a.body.users))
	for _, u := range a.body.users {
		ways[u] = append(ways[u], a.node)
	}
	for _, n := range a.body.groups {
		r := &g.org.groups.rows[n]
		for _, u := range r.body.members {
			ways[u] = append(ways[u], r.node)
		}
	}
	users := make([]uint32, 0, len(ways))
	for u := range ways {
		users = append(users, u)
	}
	slices.Sort(users)
	for _, u := range users {
		x := AppUser{User: g.nodes[u].Ref, Name: g.names[u], Disabled: !g.org.users.rows[u].body.signsIn()}
		for _, w := range ways[u] {
			if w == a.node {
				x.Direct = true
			} else {
				x.Groups = append(x.Groups, g.nodes[w].Ref)
			}
		}
		if err := each(x); err != nil {
			return err
		}
	}
	return nil
}

// PersonReach is what a person uses, and through what.
type PersonReach struct {
	User   inventory.Ref `json:"user"`
	Name   string        `json:"name"`
	Status string        `json:"status"`
	Groups []GroupWay    `json:"groups"`
	Apps   []AppWay      `json:"apps"`
	Gaps   []Gap         `json:"gaps"`
}

// AppWay is an app and the ways to it.
type AppWay struct {
	App    inventory.Ref   `json:"app"`
	Name   string          `json:"name"`
	Direct bool            `json:"direct"`
	Groups []inventory.Ref `json:"groups,omitempty"`
}

// Person returns what a person is in and uses.
func (g *Graph) Person(id string) (PersonReach, error) {
	u, ok := g.org.users.get(id)
	if !ok {
		return PersonReach{}, errs.New(errs.NotFound, "there is no user %s", id)
	}
	out := PersonReach{
		User: inventory.Ref{Kind: inventory.User, ID: id}, Name: g.names[u.node], Status: u.body.status,
		Gaps: g.Gaps("app", "assigned", "assigned_via", "member_of", "group", "group_rule"),
	}
	at := map[uint32]int{}
	way := func(app uint32) *AppWay {
		i, ok := at[app]
		if !ok {
			i, at[app] = len(out.Apps), len(out.Apps)
			out.Apps = append(out.Apps, AppWay{App: g.nodes[app].Ref, Name: g.names[app]})
		}
		return &out.Apps[i]
	}
	for e := g.first[u.node]; e < g.first[u.node+1]; e++ {
		to := g.to[e]
		switch g.kind(e) {
		case Assigned:
			way(to).Direct = true
		case MemberOf:
			row, _ := g.org.groups.get(g.nodes[to].ID)
			out.Groups = append(out.Groups, g.groupWay(row))
			for via := g.first[to]; via < g.first[to+1]; via++ {
				if g.kind(via) == AssignedVia {
					w := way(g.to[via])
					w.Groups = append(w.Groups, g.nodes[to].Ref)
				}
			}
		default:
		}
	}
	slices.SortFunc(out.Apps, func(a, b AppWay) int { return cmp.Compare(a.App.ID, b.App.ID) })
	return out, nil
}
