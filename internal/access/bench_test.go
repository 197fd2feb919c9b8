package access_test

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"testing"

	"sallyport/internal/access"
	"sallyport/internal/inventory"
	"sallyport/internal/okta"
)

// large is an org that is made as it is read: of people in groups, some of which
// have apps, with a help desk, clients, tokens, rules and an identity provider.
type large struct{ users, groups, apps, memberships int }

func (l large) Sights(context.Context) (map[string]inventory.Sight, error) {
	out := map[string]inventory.Sight{}
	for _, c := range inventory.Collections() {
		out[c] = inventory.Sight{Visible: okta.Full}
	}
	return out, nil
}

func (l large) Entities(_ context.Context, kind inventory.Kind, each func(inventory.Entity) error) error {
	n, body := 0, func(int) string { return "" }
	switch kind {
	case inventory.User:
		n, body = l.users, func(i int) string {
			return fmt.Sprintf(`{"id":"u%06d","status":"ACTIVE","created":"2020-01-01T00:00:00Z","lastLogin":"2026-05-%02dT08:00:00Z","type":{"id":"oty1"},"credentials":{"provider":{"type":"ACTIVE_DIRECTORY","name":"corp.example"}},"profile":{"login":"person%d@acme.example","email":"person%d@acme.example","firstName":"Person","lastName":"Number %d","department":"Department %d","managerId":"u%06d"}}`, i, i%28+1, i, i, i, i%100, i/10)
		}
	case inventory.Group:
		n, body = l.groups, func(i int) string { return fmt.Sprintf(`{"type":"OKTA_GROUP","profile":{"name":"Group %d"}}`, i) }
	case inventory.App:
		n, body = l.apps, func(i int) string {
			if i%20 == 0 {
				return fmt.Sprintf(`{"name":"oidc_client","label":"Client %d","status":"ACTIVE","settings":{"oauthClient":{"application_type":"service"}}}`, i)
			}
			return fmt.Sprintf(`{"name":"app%d","label":"App %d","status":"ACTIVE","signOnMode":"SAML_2_0","features":["PUSH_NEW_USERS"]}`, i, i)
		}
	case inventory.APIToken:
		n, body = 200, func(i int) string { return fmt.Sprintf(`{"userId":"u%06d"}`, i*7) }
	case inventory.GroupRule:
		n, body = l.groups/10, func(i int) string {
			return fmt.Sprintf(`{"name":"Rule %d","status":"ACTIVE","conditions":{"expression":{"value":"user.department == \"Department %d\""}},"actions":{"assignUserToGroups":{"groupIds":["group%06d"]}}}`, i, i%100, i*10+9)
		}
	case inventory.UserSchema:
		return each(inventory.Entity{Ref: inventory.Ref{Kind: kind, ID: "default"}, Body: json.RawMessage(`{"definitions":{"base":{"properties":{"department":{"permissions":[{"principal":"SELF","action":"READ_WRITE"}]}}}}}`)})
	case inventory.IdP:
		n, body = 5, func(int) string {
			return `{"name":"Partner","status":"ACTIVE","policy":{"accountLink":{"action":"AUTO"},"subject":{"filter":"person\\d+@acme\\.example"}}}`
		}
	case inventory.AgentPool:
		return each(inventory.Entity{Ref: inventory.Ref{Kind: kind, ID: "p1"}, Name: "corp.example", Body: json.RawMessage(`{"type":"AD","agents":[{}]}`)})
	default:
	}
	for i := range n {
		text := json.RawMessage(body(i))
		if err := each(inventory.Entity{Ref: inventory.Ref{Kind: kind, ID: l.id(kind, i)}, Name: inventory.NameOf(kind, text), Body: text}); err != nil {
			return err
		}
	}
	return nil
}

func (l large) id(kind inventory.Kind, i int) string {
	if kind == inventory.User {
		return fmt.Sprintf("u%06d", i)
	}
	return fmt.Sprintf("%s%06d", kind, i)
}

func (l large) ref(kind inventory.Kind, i int) inventory.Ref {
	return inventory.Ref{Kind: kind, ID: l.id(kind, i)}
}

func (l large) Edges(_ context.Context, relation inventory.Relation, each func(inventory.Edge) error) error {
	send := func(n int, edge func(int) inventory.Edge) error {
		for i := range n {
			e := edge(i)
			e.Relation = relation
			if err := each(e); err != nil {
				return err
			}
		}
		return nil
	}
	switch relation {
	case inventory.MemberOf:
		per := l.memberships / l.users
		return send(l.memberships, func(i int) inventory.Edge {
			user := i / per
			return inventory.Edge{From: l.ref(inventory.User, user), To: l.ref(inventory.Group, (user*31+(i%per)*977)%(l.groups-10)+10)}
		})
	case inventory.Assigned:
		return send(l.users, func(i int) inventory.Edge {
			return inventory.Edge{From: l.ref(inventory.User, i), To: l.ref(inventory.App, i%l.apps)}
		})
	case inventory.AssignedVia:
		return send(l.groups/2, func(i int) inventory.Edge {
			return inventory.Edge{From: l.ref(inventory.Group, i*2), To: l.ref(inventory.App, i%l.apps)}
		})
	case inventory.HasRole:
		roles := []string{"SUPER_ADMIN", "ORG_ADMIN", "HELP_DESK_ADMIN", "USER_ADMIN", "APP_ADMIN", "GROUP_MEMBERSHIP_ADMIN", "READ_ONLY_ADMIN"}
		return send(300, func(i int) inventory.Edge {
			e := inventory.Edge{From: l.ref(inventory.User, i*11), To: inventory.Ref{Kind: inventory.Role, ID: roles[i%len(roles)]}, ID: fmt.Sprintf("ra%d", i)}
			if i%50 == 49 {
				e.From = l.ref(inventory.App, i/50*20)
			}
			return e
		})
	case inventory.GrantedScope:
		return send(l.apps/20, func(i int) inventory.Edge {
			return inventory.Edge{From: l.ref(inventory.App, i*20), To: inventory.Ref{Kind: inventory.Scope, ID: "okta.users.manage"}}
		})
	case inventory.Owns:
		return send(l.groups/20, func(i int) inventory.Edge {
			return inventory.Edge{From: l.ref(inventory.User, i*3), To: l.ref(inventory.Group, i*20+1)}
		})
	default:
	}
	return nil
}

func size() large { return large{users: 100_000, groups: 20_000, apps: 1_000, memberships: 1_500_000} }

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		g := load(b, size())
		runtime.GC()
		runtime.ReadMemStats(&after)
		nodes, steps := g.Size()
		b.ReportMetric(float64(nodes), "nodes")
		b.ReportMetric(float64(steps), "steps")
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB-held")
		runtime.KeepAlive(g)
	}
}

func BenchmarkQuestions(b *testing.B) {
	g := load(b, size())
	ctx := context.Background()
	user, admin := node("user/u050000"), node("user/u000022")
	for name, ask := range map[string]func() error{
		"blast of a user":        func() error { _, err := g.Blast(user, 100); return err },
		"blast of a help desk":   func() error { _, err := g.Blast(admin, 100); return err },
		"blast of a super admin": func() error { _, err := g.Blast(node("user/u000000"), 100); return err },
		"ten paths":              func() error { _, err := g.Paths(ctx, node("idp/idp000000"), 10); return err },
		"ranking":                func() error { g.Ranked(access.RankOptions{Limit: 100}); return nil },
		"chokes":                 func() error { g.Chokes(20); return nil },
		"without a role": func() error {
			g.Without(100, access.Change{Do: access.Remove, Relation: inventory.HasRole, From: admin.Ref, To: inventory.Ref{Kind: inventory.Role, ID: "HELP_DESK_ADMIN"}})
			return nil
		},
		"cut of an identity provider": func() error { _, err := g.Cut(ctx, node("idp/idp000000")); return err },
		"who uses an app":             func() error { _, err := g.App("app000001"); return err },
		"what a person uses":          func() error { _, err := g.Person("u050000"); return err },
		"difference to itself":        func() error { access.Diff(g, g, 100); return nil },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := ask(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
