package access_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/access"
	"sallyport/internal/errs"
	"sallyport/internal/inventory"
	"sallyport/internal/okta"
)

func acme(t testing.TB) *inventory.World {
	t.Helper()
	text, err := os.ReadFile("testdata/worlds/acme.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, string(text))
}

func said(p access.Path) string {
	var b strings.Builder
	b.WriteString(p.Start.String())
	for _, s := range p.Steps {
		b.WriteString(" -" + string(s.Kind) + "→ " + s.To.String())
	}
	return b.String()
}

func TestRanked(t *testing.T) {
	g := load(t, acme(t))
	r := g.Ranked(access.RankOptions{})
	var got []string
	for _, x := range r.Ranked {
		got = append(got, said(x.Path)+" "+x.Confidence.String()+" "+x.Strength.String())
	}
	want := []string{
		"user/root -SUPER_ADMIN_OF→ role/SUPER_ADMIN H resistant",
		"user/owner -MEMBER_OF→ group/admins -ROLE_VIA_GROUP→ role/SUPER_ADMIN H none",
		"idp/i1 -IDP_ACCOUNT_LINK→ user/root -SUPER_ADMIN_OF→ role/SUPER_ADMIN H none",
		"api_service/s1 -INTEGRATION_SECRET→ api_service/s1#rights -ASSIGN_ROLE→ role/SUPER_ADMIN H none",
		"api_token/t1 -API_TOKEN_OF→ user/owner -MEMBER_OF→ group/admins -ROLE_VIA_GROUP→ role/SUPER_ADMIN H none",
	}
	slices.Sort(got[1:4])
	slices.Sort(want[1:4])
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r.Total != len(want) || !slices.ContainsFunc(r.Ranked, func(x access.Ranked) bool { return x.Start.ID == "owner" && x.Dormant }) {
		t.Errorf("%d in all; the owner should be dormant: %+v", r.Total, r.Ranked)
	}
	if r := g.Ranked(access.RankOptions{Kinds: []inventory.Kind{inventory.User}, Limit: 1, Deepest: 1}); r.Total != 3 || len(r.Ranked) != 1 {
		t.Errorf("people down to tier 1: %d of %d, want 1 of 3", len(r.Ranked), r.Total)
	}
}

func TestTiers(t *testing.T) {
	g := load(t, parse(t, `
entities:
  user: [{id: app-admin, status: ACTIVE}, {id: scoped, status: ACTIVE}, {id: reader, status: ACTIVE}]
  group: [{id: g1, type: OKTA_GROUP}]
  app: [{id: hub, name: okta_org2org, label: Spoke, status: ACTIVE}]
edges:
  has_role:
    - {from: app-admin, to: APP_ADMIN, id: ra1}
    - {from: scoped, to: HELP_DESK_ADMIN, id: ra2, body: {targets: {groups: [g1]}}}
    - {from: reader, to: READ_ONLY_ADMIN, id: ra3}
`))
	got := map[string]int{}
	for _, x := range g.Ranked(access.RankOptions{Deepest: 2}).Ranked {
		got[x.Start.ID] = x.Tier
		if x.Length == 0 {
			t.Errorf("%s is an end itself", x.Start)
		}
	}
	if diff := cmp.Diff(map[string]int{"app-admin": 1, "scoped": 2}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPaths(t *testing.T) {
	g := load(t, acme(t))
	paths, err := g.PathsTo(context.Background(), node("user/staff"), node("app/erp"), 9)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range paths {
		got = append(got, said(p))
	}
	if diff := cmp.Diff([]string{"user/staff -ASSIGNED→ app/erp", "user/staff -MEMBER_OF→ group/finance -ASSIGNED_VIA→ app/erp"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := g.Paths(context.Background(), node("user/nobody"), 1); !isKind(err, errs.NotFound) {
		t.Errorf("a path of nobody: %v", err)
	}
}

func isKind(err error, k errs.Kind) bool {
	var e *errs.Error
	return errors.As(err, &e) && e.Kind == k
}

func TestAppAndPerson(t *testing.T) {
	g := load(t, acme(t))
	a, err := g.App("erp")
	if err != nil {
		t.Fatal(err)
	}
	if a.Users != 2 || a.Direct != 1 || a.Disabled != 1 || len(a.Groups) != 2 || !slices.ContainsFunc(a.Groups, func(w access.GroupWay) bool {
		return w.Group.ID == "finance" && w.Members == 1 && slices.Equal(w.Rules, []string{"'Finance people' (r1)"})
	}) {
		t.Errorf("who uses ERP: %+v", a)
	}
	p, err := g.Person("staff")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range p.Apps {
		ways := []string{}
		if w.Direct {
			ways = append(ways, "himself")
		}
		for _, x := range w.Groups {
			ways = append(ways, x.ID)
		}
		got = append(got, w.Name+" by "+strings.Join(ways, ", "))
	}
	if diff := cmp.Diff([]string{"ERP by himself, finance", "Mail by everyone"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPrivileges(t *testing.T) {
	g := load(t, acme(t))
	has := func(kind inventory.Kind, id, permission string) (access.Privilege, bool) {
		p, err := g.Privileges(inventory.Ref{Kind: kind, ID: id})
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(p.Privileges, func(x access.Privilege) bool { return x.Permission == permission })
		if at < 0 {
			return access.Privilege{}, false
		}
		return p.Privileges[at], true
	}
	if p, ok := has(inventory.APIToken, "t1", "okta.roles.manage"); !ok || len(p.Via) != 2 || !strings.Contains(p.Why, "the token acts as user owner@acme.example (owner): group 'Admins' (admins) has role SUPER_ADMIN (assignment ra2)") {
		t.Errorf("the token: %+v %t", p, ok)
	}
	if p, ok := has(inventory.App, "bot", "okta.users.read"); !ok || p.Scope != "okta.users.manage" {
		t.Errorf("the client reads people by %q", p.Scope)
	}
	if _, ok := has(inventory.App, "bot", "okta.apps.manage"); ok {
		t.Error("the client edits apps without the scope (B5)")
	}
	if _, ok := has(inventory.APIService, "s1", "okta.users.manage"); ok {
		t.Error("the integration changes people by a scope to read them")
	}
	bot, _ := g.Privileges(inventory.Ref{Kind: inventory.App, ID: "bot"})
	if !slices.Contains(bot.Unused, "okta.apps.manage") {
		t.Errorf("what its scopes do not let it use is %v", bot.Unused)
	}
}

func TestBlast(t *testing.T) {
	g := load(t, acme(t))
	b, err := g.Blast(node("user/staff"), 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range b.Nodes {
		got = append(got, n.Node.String())
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"app/erp", "app/mail", "group/everyone", "group/finance"}, got); diff != "" || b.Top {
		t.Errorf("top %t (-want +got):\n%s", b.Top, diff)
	}
	desk, _ := g.Blast(node("user/desk"), 0)
	if desk.Counts[inventory.User] != 1 || desk.Top {
		t.Errorf("the help desk reaches %v and top %t, want the one person without a role", desk.Counts, desk.Top)
	}
	token, _ := g.Blast(node("api_token/t1"), 3)
	if !token.Top || token.Counts[inventory.App] != 3 || len(token.Nodes) != 3 {
		t.Errorf("the token reaches %+v", token)
	}
}

func TestWithoutAndCut(t *testing.T) {
	g := load(t, acme(t))
	ra2 := access.Change{
		Do: access.Remove, Relation: inventory.HasRole, From: inventory.Ref{Kind: inventory.Group, ID: "admins"},
		To: inventory.Ref{Kind: inventory.Role, ID: "SUPER_ADMIN"},
	}
	w := g.Without(0, ra2)
	if w.Before != 5 || w.After != 3 || len(w.Freed) != 2 || w.Steps != 1 {
		t.Errorf("without the role of the group: %+v", w)
	}
	revoked := g.Without(0, access.Change{Do: access.Revoke, Entity: inventory.Ref{Kind: inventory.APIToken, ID: "t1"}})
	if revoked.After != 4 || said(revoked.Freed[0]) != "api_token/t1 -API_TOKEN_OF→ user/owner -MEMBER_OF→ group/admins -ROLE_VIA_GROUP→ role/SUPER_ADMIN" {
		t.Errorf("without the token: %+v", revoked)
	}
	for _, x := range g.Ranked(access.RankOptions{}).Ranked {
		c, err := g.Cut(context.Background(), x.Start)
		if err != nil {
			t.Fatal(err)
		}
		if !c.Possible || len(c.Steps) == 0 {
			t.Errorf("%s is not cut off: %+v", x.Start, c)
			continue
		}
		var changes []access.Change
		for _, s := range c.Steps {
			changes = append(changes, s.Changes...)
		}
		if after := g.Without(0, changes...); !slices.ContainsFunc(after.Freed, func(p access.Path) bool { return p.Start == x.Start }) {
			t.Errorf("%s reaches tier 0 after %v", x.Start, changes)
		}
	}
	if chokes := g.Chokes(1); len(chokes) != 1 || chokes[0].Paths != 2 {
		t.Errorf("the busiest step: %+v", chokes)
	}
}

func TestDiff(t *testing.T) {
	older, newer := load(t, acme(t)), acme(t)
	newer.Link(inventory.Edge{Relation: inventory.MemberOf, From: inventory.Ref{Kind: inventory.User, ID: "staff"}, To: inventory.Ref{Kind: inventory.Group, ID: "admins"}})
	d := access.Diff(older, load(t, newer), 0)
	const way = "user/staff -MEMBER_OF→ group/admins -ROLE_VIA_GROUP→ role/SUPER_ADMIN"
	if len(d.Gained) != 1 || said(d.Gained[0]) != way || len(d.Appeared) != 1 || said(d.Appeared[0]) != way || len(d.Lost)+len(d.Vanished) != 0 {
		t.Errorf("%+v", d)
	}
	cut, err := access.Load(context.Background(), access.Omit(acme(t), access.Change{Do: access.Revoke, Entity: inventory.Ref{Kind: inventory.APIToken, ID: "t1"}}), access.Options{Now: now()})
	if err != nil {
		t.Fatal(err)
	}
	if d := access.Diff(older, cut, 0); len(d.Lost) != 1 || d.Lost[0].Start.ID != "t1" || len(d.Vanished) != 1 || len(d.Gained) != 0 {
		t.Errorf("%+v", d)
	}
	blind := acme(t)
	blind.See("granted_scope", inventory.Sight{Visible: okta.Denied})
	if d := access.Diff(older, load(t, blind), 0); len(d.Blind) != 1 || d.Blind[0].Collection != "granted_scope" {
		t.Errorf("blind of %v", d.Blind)
	}
}

// What was not seen is said, and not taken for absent.
func TestGaps(t *testing.T) {
	w := acme(t)
	w.See("granted_scope", inventory.Sight{Visible: okta.Denied, Said: "the credential may not"})
	w.See("realm", inventory.Sight{Visible: okta.Absent})
	w.See("member_of", inventory.Sight{Visible: okta.Full, Truncated: true})
	p, err := load(t, w).Privileges(inventory.Ref{Kind: inventory.App, ID: "bot"})
	if err != nil {
		t.Fatal(err)
	}
	want := []access.Gap{
		{Collection: "granted_scope", Said: "the credential may not", Means: "grants were not visible: what service apps may do is not known"},
		{Collection: "member_of", Said: "more is there than was read", Means: "memberships were not visible: what people get by groups is not known"},
	}
	if diff := cmp.Diff(want, p.Gaps); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if gaps := load(t, acme(t)).Gaps(); len(gaps) != 0 {
		t.Errorf("all was seen, and there are gaps: %v", gaps)
	}
}

type usage struct {
	since time.Time
	used  map[string][]string
}

func (u usage) Since(context.Context) (time.Time, error) { return u.since, nil }

func (u usage) Users(_ context.Context, app string, _ time.Time, each func(string) error) error {
	for _, id := range u.used[app] {
		if err := each(id); err != nil {
			return err
		}
	}
	return nil
}

func TestUnused(t *testing.T) {
	g := load(t, acme(t))
	u := usage{now().AddDate(0, 0, -91), map[string][]string{"erp": {"staff"}, "mail": {"root", "desk", "staff"}}}
	got := map[string][]string{}
	err := g.Unused(context.Background(), u, 90, func(x access.UnusedApp) error {
		for _, p := range x.Unused {
			got[x.Name] = append(got[x.Name], p.Name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string][]string{"ERP": {"owner@acme.example"}, "Mail": {"owner@acme.example"}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	u.since = now().AddDate(0, 0, -30)
	if err := g.Unused(context.Background(), u, 90, func(access.UnusedApp) error { return nil }); !isKind(err, errs.Invalid) {
		t.Errorf("a log of 30 days tells of 90: %v", err)
	}
}

func TestUngoverned(t *testing.T) {
	got := map[string][]access.Problem{}
	for _, u := range load(t, acme(t)).Ungoverned() {
		for _, f := range u.Problems {
			got[u.Ref.ID] = append(got[u.Ref.ID], f.Problem)
		}
	}
	want := map[string][]access.Problem{
		"t1":  {access.OwnerDormant, access.AnyNetwork, access.OldKey, access.BroadRights},
		"bot": {access.AnyNetwork, access.OldKey},
		"s1":  {access.OwnerGone, access.BroadScopes},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A graph is asked by many at once.
func TestAskedByMany(t *testing.T) {
	g := load(t, acme(t))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for _, x := range g.Ranked(access.RankOptions{Deepest: 2}).Ranked {
				if _, err := g.Paths(context.Background(), x.Start, 3); err != nil {
					t.Error(err)
				}
				_, _ = g.Blast(x.Start, 0)
				_, _ = g.Cut(context.Background(), x.Start)
				_, _ = g.Privileges(x.Start.Ref)
			}
			_, _ = g.App("erp")
			_, _ = g.Person("staff")
			g.Ungoverned()
		})
	}
	all.Wait()
}
