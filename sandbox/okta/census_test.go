package okta_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/sandbox/okta"
)

// A census says what the API says.
func TestCensus(t *testing.T) {
	for name, isWeak := range map[string]bool{"ordinary": false, "weak": true} {
		t.Run(name, func(t *testing.T) {
			x := serve(t, func(o *okta.Options) { o.Weak, o.Groups, o.Apps = isWeak, 60, 40 })
			c := x.org.Census()
			for kind, path := range map[string]string{
				"user": "/api/v1/users?limit=200&search=" + `status%20pr`, "group": "/api/v1/groups", "app": "/api/v1/apps?limit=200", "zone": "/api/v1/zones", "idp": "/api/v1/idps?limit=200",
				"device": "/api/v1/devices", "api_token": "/api/v1/api-tokens", "brand": "/api/v1/brands", "authenticator": "/api/v1/authenticators",
				"trusted_origin": "/api/v1/trustedOrigins", "log_stream": "/api/v1/logStreams", "group_rule": "/api/v1/groups/rules?limit=200",
				"api_service": "/integrations/api/v1/api-services", "agent_pool": "/api/v1/agentPools", "auth_server": "/api/v1/authorizationServers",
			} {
				want := map[string]bool{}
				for _, o := range x.get(path).want(200).list() {
					want[str(o, "id")] = true
				}
				got := map[string]bool{}
				for id := range c.Entities[kind] {
					got[id] = true
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: %s", kind, diff)
				}
			}
			members := []string{}
			for _, g := range x.get("/api/v1/groups").want(200).list() {
				if str(g, "id") == c.Everyone {
					continue
				}
				for _, u := range x.get("/api/v1/groups/" + str(g, "id") + "/users?limit=200").want(200).list() {
					members = append(members, "user/"+str(u, "id")+" group/"+str(g, "id"))
				}
			}
			slices.Sort(members)
			if diff := cmp.Diff(members, c.Edges["member_of"]); diff != "" {
				t.Error(diff)
			}
			if c.Count("group") != 60 && !isWeak || c.Count("app")+c.Count("api_service") != 40 {
				t.Errorf("%d groups, %d apps", c.Count("group"), c.Count("app"))
			}
		})
	}
}

// What is said to be planted is there, once under its name.
func TestPlanted(t *testing.T) {
	p, err := okta.Planted()
	if err != nil {
		t.Fatal(err)
	}
	x := weak(t)
	c := x.org.Census()
	there := func(of, name string) {
		kind, called, _ := strings.Cut(name, "/")
		switch {
		case kind == "role", kind == "device", kind == "policy" && called == "Default Policy":
		case c.Find(kind, called) == "":
			t.Errorf("%s: there is no %s, or more than one", of, name)
		}
	}
	seen := map[string]string{}
	one := func(check, as string) {
		if seen[check] != "" {
			t.Errorf("%s is %s and %s", check, seen[check], as)
		}
		seen[check] = as
	}
	for _, w := range p.Weaknesses {
		one(w.Check, "weak")
		for _, o := range w.Objects {
			there(w.Check, o)
		}
	}
	edges, barriers := map[string]bool{}, map[string]bool{}
	for _, way := range p.Paths {
		there(way.Note, way.From)
		there(way.Note, way.To)
		edges[way.Edges[0]] = true
	}
	for _, f := range p.Forbidden {
		there(f.Note, f.From)
		there(f.Note, f.To)
		barriers[f.Barrier] = true
	}
	for _, id := range p.Passes {
		one(id, "passed")
	}
	for _, o := range p.Others {
		one(o.Check, "neither")
	}
	if len(p.Weaknesses) != 61 || len(p.Paths) < 15 || len(edges) < 15 || len(barriers) != 8 {
		t.Errorf("%d weaknesses, %d paths of %d kinds, %d barriers", len(p.Weaknesses), len(p.Paths), len(edges), len(barriers))
	}
	for _, id := range catalogueOfChecks(t) {
		if seen[id] == "" {
			t.Errorf("nothing is said of %s", id)
		}
		delete(seen, id)
	}
}

// catalogueOfChecks lists the ids of the posture catalogue, none where it is not
// at hand.
func catalogueOfChecks(t *testing.T) []string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		b, err := os.ReadFile(filepath.Join(dir, "shared", "reference", "posture.json"))
		if err != nil {
			continue
		}
		var file struct{ Checks []struct{ ID string } }
		if err := json.Unmarshal(b, &file); err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, c := range file.Checks {
			out = append(out, c.ID)
		}
		return out
	}
	return nil
}

// The same seed plants the same, under the same ids.
func TestWeakOrgIsRepeatable(t *testing.T) {
	first, again := weak(t).org.Census(), weak(t).org.Census()
	if diff := cmp.Diff(first, again); diff != "" {
		t.Error(diff)
	}
}

// TestCrowd makes an org of the size that an inventory is measured with.
func TestCrowd(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	org, err := okta.New(okta.Options{Users: 100_000, Groups: 20_000, Apps: 1000})
	if err != nil {
		t.Fatal(err)
	}
	defer org.Close()
	took := time.Since(began)
	runtime.GC()
	runtime.ReadMemStats(&after)
	size := (after.HeapAlloc - before.HeapAlloc) >> 20
	c := org.Census()
	members := len(c.Edges["member_of"])
	t.Logf("%d people, %d groups, %d apps, %d memberships in %v, %d MB", c.Count("user"), c.Count("group"), c.Count("app"), members, took, size)
	if took > time.Minute || size > 1500 || members < 1_200_000 || c.Count("group") != 20_000 {
		t.Error("not as it should be")
	}
}
