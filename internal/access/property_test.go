package access_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"sallyport/internal/access"
	"sallyport/internal/inventory"
)

// small is an org of a few people, as the reference below understands it, too.
type small struct {
	status           map[string]string
	members          map[string][]string // groups by user
	roles            []smallRole
	tokens           map[string]string // owners
	idps             map[string]smallIDP
	users, groupList []string
}

type smallRole struct {
	holder, role     string
	group            bool
	active, governed bool
	target           string // a group
}

type smallIDP struct{ active, links, excludesAdmins, unsuspends bool }

func drawSmall(t *rapid.T) small {
	s := small{status: map[string]string{}, members: map[string][]string{}, tokens: map[string]string{}, idps: map[string]smallIDP{}}
	for i := range rapid.IntRange(1, 5).Draw(t, "users") {
		id := fmt.Sprintf("u%d", i)
		s.users = append(s.users, id)
		s.status[id] = rapid.SampledFrom([]string{"ACTIVE", "ACTIVE", "LOCKED_OUT", "SUSPENDED", "DEPROVISIONED"}).Draw(t, "status")
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "groups") {
		s.groupList = append(s.groupList, fmt.Sprintf("g%d", i))
	}
	for _, u := range s.users {
		for _, g := range s.groupList {
			if rapid.Bool().Draw(t, "member") {
				s.members[u] = append(s.members[u], g)
			}
		}
	}
	for range rapid.IntRange(0, 4).Draw(t, "roles") {
		r := smallRole{role: rapid.SampledFrom([]string{"SUPER_ADMIN", "ORG_ADMIN", "HELP_DESK_ADMIN", "HELP_DESK_ADMIN", "REPORT_ADMIN"}).Draw(t, "role"), active: true}
		r.group = rapid.IntRange(0, 3).Draw(t, "by group") == 0
		if r.group {
			r.holder = rapid.SampledFrom(s.groupList).Draw(t, "group")
		} else {
			r.holder = rapid.SampledFrom(s.users).Draw(t, "user")
			r.active = rapid.IntRange(0, 2).Draw(t, "active") > 0
			r.governed = rapid.Bool().Draw(t, "governed")
		}
		if r.role == "HELP_DESK_ADMIN" && rapid.Bool().Draw(t, "has target") {
			r.target = rapid.SampledFrom(s.groupList).Draw(t, "target")
		}
		s.roles = append(s.roles, r)
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "tokens") {
		s.tokens[fmt.Sprintf("t%d", i)] = rapid.SampledFrom(s.users).Draw(t, "owner")
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "idps") {
		s.idps[fmt.Sprintf("i%d", i)] = smallIDP{
			rapid.Bool().Draw(t, "on"), rapid.Bool().Draw(t, "links"), rapid.Bool().Draw(t, "excludes admins"), rapid.Bool().Draw(t, "unsuspends"),
		}
	}
	return s
}

func (s small) world() *inventory.World {
	w := inventory.NewWorld()
	add := func(k inventory.Kind, id string, body map[string]any) {
		text, _ := json.Marshal(body) //nolint:errchkjson // maps of text
		w.Add(inventory.Entity{Ref: inventory.Ref{Kind: k, ID: id}, Name: id, Body: text})
	}
	for _, u := range s.users {
		add(inventory.User, u, map[string]any{"status": s.status[u], "profile": map[string]any{"login": u + "@acme.example"}})
		for _, g := range s.members[u] {
			w.Link(inventory.Edge{Relation: inventory.MemberOf, From: inventory.Ref{Kind: inventory.User, ID: u}, To: inventory.Ref{Kind: inventory.Group, ID: g}})
		}
	}
	for _, g := range s.groupList {
		add(inventory.Group, g, map[string]any{"type": "OKTA_GROUP"})
	}
	for i, r := range s.roles {
		body := map[string]any{"status": "INACTIVE"}
		if r.active {
			body["status"] = "ACTIVE"
		}
		if r.governed {
			body["governance"] = map[string]any{"grants": []any{map[string]any{"type": "BUNDLE"}}}
		}
		if r.target != "" {
			body["targets"] = map[string]any{"groups": []string{r.target}}
		}
		text, _ := json.Marshal(body) //nolint:errchkjson // maps of text
		kind := inventory.User
		if r.group {
			kind = inventory.Group
		}
		w.Link(inventory.Edge{Relation: inventory.HasRole, From: inventory.Ref{Kind: kind, ID: r.holder}, To: inventory.Ref{Kind: inventory.Role, ID: r.role}, ID: fmt.Sprintf("ra%d", i), Body: text})
	}
	for id, owner := range s.tokens {
		add(inventory.APIToken, id, map[string]any{"userId": owner})
	}
	for id, p := range s.idps {
		status, link, suspended := "INACTIVE", "DISABLED", "NONE"
		if p.active {
			status = "ACTIVE"
		}
		if p.links {
			link = "AUTO"
		}
		if p.unsuspends {
			suspended = "UNSUSPEND"
		}
		add(inventory.IdP, id, map[string]any{"status": status, "policy": map[string]any{
			"accountLink":  map[string]any{"action": link, "filter": map[string]any{"users": map[string]any{"excludeAdmins": p.excludesAdmins}}},
			"provisioning": map[string]any{"conditions": map[string]any{"suspended": map[string]any{"action": suspended}}},
		}})
	}
	return w
}

// held are the roles of a user, direct and by groups; usable counts those that
// he may activate.
func (s small) held(u string, usable bool) []smallRole {
	var out []smallRole
	for _, r := range s.roles {
		mine := !r.group && r.holder == u && (r.active || usable && r.governed)
		if mine || r.group && slices.Contains(s.members[u], r.holder) {
			out = append(out, r)
		}
	}
	return out
}

// reaching is the reference: who reaches tier 0, by the rules as they are
// written, over and over until nothing is added.
func (s small) reaching() map[string]bool {
	out := map[string]bool{}
	admin := func(u string) bool { return len(s.held(u, false)) > 0 }
	signsIn := func(u string) bool { return s.status[u] != "SUSPENDED" && s.status[u] != "DEPROVISIONED" }
	for again := true; again; {
		again = false
		add := func(id string, yes bool) {
			if yes && !out[id] {
				out[id], again = true, true
			}
		}
		for _, u := range s.users {
			for _, r := range s.held(u, true) {
				add(u, r.role == "SUPER_ADMIN" || r.role == "ORG_ADMIN")
				for _, v := range s.users {
					resets := r.role == "HELP_DESK_ADMIN" && (r.target == "" || slices.Contains(s.members[v], r.target))
					add(u, resets && !admin(v) && signsIn(v) && out[v])
				}
			}
		}
		for id, owner := range s.tokens {
			add(id, s.status[owner] != "DEPROVISIONED" && out[owner])
		}
		for id, p := range s.idps {
			for _, v := range s.users {
				add(id, p.active && p.links && signsIn(v) && (!p.excludesAdmins || !admin(v)) && out[v])
				add(id, p.active && p.unsuspends && s.status[v] == "SUSPENDED" && len(s.held(v, true)) > 0 && out[v])
			}
		}
	}
	return out
}

func TestReachingIsThatOfTheRules(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := drawSmall(rt)
		g, want := load(t, s.world()), s.reaching()
		got := map[string]bool{}
		for kind, ids := range map[inventory.Kind][]string{inventory.User: s.users, inventory.APIToken: slices.Collect(maps.Keys(s.tokens)), inventory.IdP: slices.Collect(maps.Keys(s.idps))} {
			for _, id := range ids {
				if reachesTop(t, g, string(kind)+"/"+id) {
					got[id] = true
				}
			}
		}
		if !maps.Equal(want, got) {
			rt.Fatalf("%+v: reaching are %v, want %v\n%s", s, got, want, listing(t, g))
		}
	})
}

// What is searched fast is what is found by trying all steps until nothing
// changes.
func TestSearchIsThatOfAllSteps(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := load(t, drawSmall(rt).world())
		far := map[access.Node]int{access.Top(): 0}
		var steps []access.Step
		there := map[string]bool{}
		_ = g.Steps(func(s access.Step) error {
			steps = append(steps, s)
			there[string(s.Kind)+s.From.String()+s.To.String()] = true
			return nil
		})
		for again := true; again; {
			again = false
			for _, s := range steps {
				to, ok := far[s.To]
				if from, known := far[s.From]; ok && (!known || to+1 < from) {
					far[s.From], again = to+1, true
				}
			}
		}
		_ = g.Nodes(func(n access.Node, _ string) error {
			paths, err := g.Paths(context.Background(), n, 4)
			if err != nil {
				rt.Fatal(err)
			}
			want, ok := far[n]
			if n != access.Top() && (ok != (len(paths) > 0) || ok && paths[0].Length() != want) {
				rt.Fatalf("from %s: %v, want length %d %t", n, paths, want, ok)
			}
			for i, p := range paths {
				if i > 0 && p.Length() < paths[i-1].Length() {
					rt.Fatalf("from %s: path %d is shorter than the one before", n, i)
				}
				checkPath(rt, p, there)
			}
			checkCut(rt, g, n)
			return nil
		})
	})
}

func checkPath(rt *rapid.T, p access.Path, there map[string]bool) {
	seen := map[access.Node]bool{p.Start: true}
	for i, s := range p.Steps {
		if !there[string(s.Kind)+s.From.String()+s.To.String()] || seen[s.To] || i > 0 && p.Steps[i-1].To != s.From {
			rt.Fatalf("step %d of %s is none, or is a loop", i, said(p))
		}
		seen[s.To] = true
	}
}

// checkCut holds that a cut parts, and that one change is not enough where it
// says several.
func checkCut(rt *rapid.T, g *access.Graph, n access.Node) {
	c, err := g.Cut(context.Background(), n)
	if err != nil {
		rt.Fatal(err)
	}
	if !c.Possible || len(c.Steps) == 0 {
		return
	}
	var changes []access.Change
	for _, s := range c.Steps {
		changes = append(changes, s.Changes[0])
	}
	freed := func(changes ...access.Change) bool {
		w := g.Without(0, changes...)
		return slices.ContainsFunc(w.Freed, func(p access.Path) bool { return p.Start == n })
	}
	starts := slices.ContainsFunc(g.Ranked(access.RankOptions{}).Ranked, func(r access.Ranked) bool { return r.Start == n })
	if !starts {
		return
	}
	if !freed(changes...) {
		rt.Fatalf("%s reaches tier 0 after %v", n, changes)
	}
	for i := range changes {
		if len(changes) > 1 && freed(slices.Delete(slices.Clone(changes), i, i+1)...) {
			rt.Fatalf("%s: change %d of %v is not needed", n, i, changes)
		}
	}
}

// Whatever an org holds, all questions are answered.
func FuzzGraph(f *testing.F) {
	text, err := os.ReadFile("testdata/worlds/acme.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	for _, c := range edgeCases(f) {
		text, err := yaml.Marshal(c.World)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		w, err := inventory.ParseWorld(text)
		if err != nil {
			return
		}
		g := load(t, w)
		r := g.Ranked(access.RankOptions{Deepest: 2})
		_ = g.Nodes(func(n access.Node, _ string) error {
			if _, err := g.Paths(context.Background(), n, 2); err != nil {
				t.Fatal(err)
			}
			if _, err := g.Blast(n, 0); err != nil {
				t.Fatal(err)
			}
			if _, err := g.Cut(context.Background(), n); err != nil {
				t.Fatal(err)
			}
			_, _ = g.Privileges(n.Ref)
			_, _ = g.App(n.ID)
			_, _ = g.Person(n.ID)
			return nil
		})
		g.Ungoverned()
		g.Chokes(3)
		access.Diff(g, g, 0)
		var out bytes.Buffer
		if err := access.WriteCSV(&out, r); err != nil {
			t.Fatal(err)
		}
		if err := g.WriteOpenGraph(&out, "org"); err != nil {
			t.Fatal(err)
		}
		if err := g.WriteJSON(io.Discard); err != nil {
			t.Fatal(err)
		}
	})
}
