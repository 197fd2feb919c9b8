package inventory_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/inventory"
	"sallyport/internal/okta"
)

const worldText = `
entities:
  user:
    - {id: u2, status: ACTIVE, profile: {login: bo@acme.example}}
    - {id: u1, status: ACTIVE, profile: {login: ann@acme.example}}
  group: [{id: g1, profile: {name: Admins}}]
edges:
  member_of: [[u1, g1]]
  has_role:
    - {from: group/g1, to: SUPER_ADMIN, id: ra1, body: {status: ACTIVE}}
    - {from: u2, to: custom_role/cr1, id: ra2}
unseen: [granted_scope]
absent: [realm]
`

func TestWorld(t *testing.T) {
	w, err := inventory.ParseWorld([]byte(worldText))
	if err != nil {
		t.Fatal(err)
	}
	var users, roles []string
	_ = w.Entities(context.Background(), inventory.User, func(e inventory.Entity) error {
		users = append(users, e.ID+" "+e.Name)
		return nil
	})
	_ = w.Edges(context.Background(), inventory.HasRole, func(e inventory.Edge) error {
		roles = append(roles, string(e.From.Kind)+" "+e.From.ID+" "+string(e.To.Kind)+" "+e.To.ID+" "+e.ID+string(e.Body))
		return nil
	})
	if diff := cmp.Diff([]string{"u1 ann@acme.example", "u2 bo@acme.example"}, users); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{`group g1 role SUPER_ADMIN ra1{"status":"ACTIVE"}`, `user u2 custom_role cr1 ra2`}, roles); diff != "" {
		t.Errorf("roles (-want +got):\n%s", diff)
	}
	sights, _ := w.Sights(context.Background())
	if sights["granted_scope"].Visible != okta.Denied || sights["realm"].Visible != okta.Absent || !sights["user"].Seen() {
		t.Errorf("sights are %v", sights)
	}
}

func TestBadWorlds(t *testing.T) {
	for text, want := range map[string]string{
		"entities: {planet: [{id: x}]}":             `no kind of entity "planet"`,
		"entities: {user: [{status: ACTIVE}]}":      "user 1 has no id",
		"edges: {likes: [[u1, g1]]}":                `no relation "likes"`,
		"edges: {member_of: [[u1]]}":                "not 1 names",
		"edges: {member_of: [[group/u1, g1]]}":      `"group/u1" is not one of [user]`,
		"edges: {has_role: [{from: u1, to: zone/}]": "read a world",
		"unseen: [planets]":                         `no collection "planets"`,
	} {
		if _, err := inventory.ParseWorld([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// Whatever is written is refused or read, and reading it never fails.
func FuzzWorld(f *testing.F) {
	f.Add([]byte(worldText))
	f.Fuzz(func(t *testing.T, text []byte) {
		w, err := inventory.ParseWorld(text)
		if err != nil {
			return
		}
		for _, k := range inventory.Kinds() {
			if err := w.Entities(context.Background(), k, func(e inventory.Entity) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
	})
}
