package portal

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The matrix of who may do what: a change of it shows here.
func TestMatrix(t *testing.T) {
	const want = `
                   admin responder analyst builder auditor
flows:read           x       x        x       x       x
flows:write          x       x        .       x       .
flows:run            x       x        x       x       .
flows:delegate       x       x        x       x       x
templates:install    x       x        .       x       .
runs:read            x       x        x       x       x
runs:cancel          x       x        .       x       .
tables:read          x       x        x       x       x
tables:write         x       x        .       x       .
connections:read     x       x        x       x       x
connections:write    x       .        .       .       .
sources:read         x       x        x       x       x
sources:write        x       x        .       .       .
inventory:read       x       x        x       x       x
inventory:write      x       x        .       .       .
posture:write        x       x        .       .       .
events:read          x       x        x       x       x
events:raw           x       x        x       x       x
alerts:read          x       x        x       x       x
alerts:write         x       x        x       .       .
responses:run        x       x        x       .       .
rules:read           x       x        x       x       x
rules:write          x       x        .       .       .
channels:read        x       x        x       x       x
channels:write       x       x        .       .       .
actions:read         x       x        x       x       x
actions:undo         x       x        .       .       .
guard:read           x       x        x       x       x
guard:write          x       .        .       .       .
remedies:read        x       x        x       x       x
remedies:run         x       x        .       .       .
remedies:approve     x       x        .       .       .
remedies:schedule    x       .        .       .       .
members:read         x       .        .       .       x
members:write        x       .        .       .       .
roles:write          x       .        .       .       .
sessions:write       x       .        .       .       .
scim:read            x       .        .       .       x
scim:write           x       .        .       .       .
signin:write         x       .        .       .       .
audit:read           x       .        .       .       x
tokens:write         x       x        .       x       .
sso:read             x       .        .       .       x
sso:write            x       .        .       .       .
rehearse             x       x        .       x       .
`
	fields := func(s string) (out [][]string) {
		for line := range strings.Lines(s) {
			if f := strings.Fields(line); len(f) > 0 {
				out = append(out, f)
			}
		}
		return out
	}
	head := []string{}
	for _, r := range Builtins() {
		head = append(head, r.ID)
	}
	got := [][]string{head}
	for _, p := range Permissions() {
		line := []string{string(p)}
		for _, r := range Builtins() {
			mark := "."
			if r.Allows(p) {
				mark = "x"
			}
			line = append(line, mark)
		}
		got = append(got, line)
	}
	if diff := cmp.Diff(fields(want), got); diff != "" {
		t.Error(diff)
	}
	if _, ok := Builtin("viewer"); ok {
		t.Error("there is a role that there is not")
	}
}

// Each permission is told of once, under an area that stands together.
func TestPermissionsAreExplained(t *testing.T) {
	seen, areas := map[Permission]bool{}, []string{}
	for _, a := range Explained() {
		if seen[a.Permission] || a.Text == "" || a.Area == "" {
			t.Errorf("%+v", a)
		}
		seen[a.Permission] = true
		if len(areas) == 0 || areas[len(areas)-1] != a.Area {
			areas = append(areas, a.Area)
		}
	}
	for i, a := range areas {
		if slices.Contains(areas[:i], a) {
			t.Errorf("%s stands twice", a)
		}
	}
}

func TestCallerCan(t *testing.T) {
	of := func(ids ...string) (out []Role) {
		for _, id := range ids {
			r, ok := Builtin(id)
			if !ok {
				r = Role{ID: id, Name: id, Permissions: []Permission{FlowsRead, GuardWrite}}
			}
			out = append(out, r)
		}
		return out
	}
	auditor, responder := of(Auditor)[0].Permissions, of(Responder)[0].Permissions
	tests := map[string]struct {
		roles []Role
		token []Permission
		want  bool // flows:write
	}{
		"a session does what its role allows":      {roles: of(Responder), want: true},
		"a session does no more":                   {roles: of(Auditor), want: false},
		"one of several roles is enough":           {roles: of(Auditor, "own", Builder), want: true},
		"none of several is not":                   {roles: of(Auditor, "own", Analyst), want: false},
		"a token does what both allow":             {roles: of(Admin), token: responder, want: true},
		"a token is held to its own":               {roles: of(Admin), token: auditor, want: false},
		"a token falls with its maker's role":      {roles: of(Auditor), token: responder, want: false},
		"a token of one who is no member any more": {token: Permissions(), want: false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := Caller{Roles: tt.roles}
			if tt.token != nil {
				c.Token = Token{ID: "t", Permissions: tt.token}
			}
			if got := c.Can(FlowsWrite); got != tt.want {
				t.Errorf("flows:write: %v, want %v", got, tt.want)
			}
			for _, p := range c.Permissions() {
				if !c.Can(p) {
					t.Errorf("%s is listed but not allowed", p)
				}
			}
		})
	}
}

// Whoever has two roles may do what each allows, and nothing else.
func TestRolesCombine(t *testing.T) {
	for _, a := range Builtins() {
		for _, b := range Builtins() {
			c := Caller{Roles: []Role{a, b}}
			for _, p := range Permissions() {
				if want := a.Allows(p) || b.Allows(p); c.Can(p) != want {
					t.Errorf("%s and %s: %s is %v, want %v", a.ID, b.ID, p, c.Can(p), want)
				}
			}
		}
	}
}

// A token stands for a role only where it has all of it.
func TestStandsFor(t *testing.T) {
	roles := Builtins()
	auditor, _ := Builtin(Auditor)
	if got := (Caller{Roles: roles}).StandsFor(); len(got) != len(roles) {
		t.Errorf("a person: %v", got)
	}
	if got := (Caller{Roles: roles, Token: Token{ID: "t", Permissions: auditor.Permissions}}).StandsFor(); len(got) != 1 || got[0] != Auditor {
		t.Errorf("a token: %v", got)
	}
}

// The roles of groups together are those of each of them, whatever the groups and
// the mapping: none takes one away, and what is mapped to nothing gives nothing.
func TestGroupsAddUp(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	names := []string{"A", "a", "B", "B ", "C", "D", "Admins", "Ädmins"}
	some := func(from []string) (out []string) {
		for _, n := range from {
			if rnd.IntN(3) == 0 {
				out = append(out, n)
			}
		}
		return out
	}
	for range 2000 {
		var set SSOSettings
		mapped := map[string]bool{}
		for _, r := range Builtins() {
			for _, g := range some(names) {
				set.Groups = append(set.Groups, GroupRole{Group: g, Role: r.ID})
				mapped[r.ID] = true
			}
		}
		one, other := some(names), some(names)
		want := slices.Concat(set.RolesOf(one), set.RolesOf(other))
		slices.Sort(want)
		want = slices.Compact(want)
		got := set.RolesOf(slices.Concat(one, other))
		if !slices.Equal(got, want) && len(got)+len(want) > 0 {
			t.Fatalf("%v: %v and %v give %v together, and %v each", set.Groups, one, other, got, want)
		}
		for _, r := range got {
			if !mapped[r] {
				t.Fatalf("%s has no group, and %v give it", r, one)
			}
		}
	}
}
