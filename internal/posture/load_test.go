package posture_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"sallyport/internal/inventory"
	"sallyport/internal/posture"
)

// TestRefuses: what is wrong with a file is said, with its line.
func TestRefuses(t *testing.T) {
	for name, k := range map[string]struct{ check, want string }{
		"a key nobody knows":        {fine + "color: red\n", "color"},
		"a collection nobody knows": {strings.Replace(fine, "[user]", "[users]", 1), `there is no collection "users"`},
		"a walk nobody knows":       {strings.Replace(fine, "of: user", "of: people", 1), `there is no collection "people"`},
		"a question nobody asks":    {strings.Replace(fine, "of: user", "of: log.used", 1), `does not ask the log for "used"`},
		"a broken expression":       {strings.Replace(fine, "it.ok == true", "it.ok ==", 1), "x-001.yaml:13"},
		"a name nobody knows":       {strings.Replace(fine, "it.ok == true", "its.ok == true", 1), "its"},
		"a brace that is open":      {strings.Replace(fine, "{it.profile.login} is", "{it.profile.login is", 1), "a brace is not closed"},
		"an absent one not needed":  {fine + "absent: [group]\n", "the check does not need group"},
		"a verdict nobody knows":    {strings.Replace(fine, "of: user", "of: user, none: GOOD", 1), "none"},
	} {
		_, err := posture.Parse("user/x-001.yaml", []byte(head+k.check))
		if err == nil || !strings.Contains(err.Error(), k.want) || !strings.Contains(err.Error(), "x-001.yaml:") {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := posture.Load(fstest.MapFS{
		"a/x.yaml": {Data: []byte(head + fine)}, "b/x.yaml": {Data: []byte(head + fine)}, "b/x.test.yaml": {Data: []byte("cases: []")},
	})
	if err == nil || !strings.Contains(err.Error(), "a/x.yaml has the same") {
		t.Errorf("two checks of one id: %v", err)
	}
}

func TestCasesRefused(t *testing.T) {
	for name, k := range map[string]struct{ text, want string }{
		"a kind nobody knows":      {"cases: [{ name: x, verdict: PASS, with: { entities: { users: [{ id: a }] } } }]", "users"},
		"an entity without an id":  {"cases: [{ name: x, verdict: PASS, with: { entities: { user: [{ name: a }] } } }]", "has no id"},
		"a verdict nobody knows":   {"cases: [{ name: x, verdict: GOOD }]", "verdict"},
		"a setting of other kinds": {"cases: [{ name: x, verdict: PASS, with: { settings: { domains: 5 } } }]", "settings"},
	} {
		_, err := posture.ReadCases("x.test.yaml", []byte(k.text))
		if err == nil || !strings.Contains(err.Error(), k.want) || !strings.Contains(err.Error(), "x.test.yaml:1") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCasesFail: a case that does not hold says why.
func TestCasesFail(t *testing.T) {
	c, _ := written(t, fine, "{}")
	cases, err := posture.ReadCases("x.test.yaml", []byte(`
given: { entities: { user: [{ id: a, ok: false }] } }
cases:
  - { name: another verdict, verdict: PASS }
  - { name: other objects, verdict: FAIL, objects: [user/b] }
  - { name: as it is, verdict: FAIL, objects: [user/a] }
  - { name: in another profile, verdict: FAIL, profile: stig }
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"it is FAIL, not PASS: (not set) is not.", "it finds user/a, not user/b", "", "the check is not in the profile stig"}
	for i, k := range cases {
		out, err := c.Try(t.Context(), k)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(out.Why, "; "); got != want[i] {
			t.Errorf("%s: %q, not %q", k.Name, got, want[i])
		}
	}
}

// each gives the texts of the built-in files as seeds.
func each(f *testing.F, suffix string) {
	files, err := posture.BuiltIn()
	if err != nil {
		f.Fatal(err)
	}
	err = fs.WalkDir(files, "session", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, posture.CasesSuffix) != (suffix == posture.CasesSuffix) {
			return err
		}
		text, err := fs.ReadFile(files, name)
		f.Add(text)
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
}

func FuzzParse(f *testing.F) {
	each(f, ".yaml")
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := posture.Parse("x/x.yaml", text)
		if err != nil {
			return
		}
		if c.ID == "" || len(c.Profiles) == 0 {
			t.Fatalf("a check without an id or a profile: %+v", c)
		}
		if _, err := posture.Run(t.Context(), posture.Input{Reader: inventory.NewWorld(), Profile: c.Profiles[0], Now: moment()}, []*posture.Check{c}); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzReadCases(f *testing.F) {
	each(f, posture.CasesSuffix)
	f.Fuzz(func(t *testing.T, text []byte) {
		cases, err := posture.ReadCases("x.test.yaml", text)
		if err == nil && len(cases) == 0 {
			t.Fatal("no cases and no error")
		}
	})
}

// FuzzBodies gives the bodies of objects that checks read closely any form: a
// check may fail then, and nothing else.
func FuzzBodies(f *testing.F) {
	_, checks := builtIn(f)
	f.Add(`{"type":"ACCESS_POLICY","status":"ACTIVE","rules":[{"id":"r","actions":{"appSignOn":{"verificationMethod":{"reauthenticateIn":"P1DT2H"}}}}]}`)
	f.Add(`{"type":"IP","gateways":[{"value":"10.0.0.0/8"},{"value":"2001:db8::-2001:db8::9"},{"value":"x"}],"keys":[{"kid":"a","expiresAt":"2026"}]}`)
	f.Add(`{"agents":[{"lastConnection":1e300}],"jwks":[{"created":-1}],"credentials":[],"profile":"x","x5c":["="]}`)
	kinds := []inventory.Kind{
		inventory.Policy, inventory.Zone, inventory.App, inventory.User, inventory.AgentPool, inventory.IdP, inventory.IdPKey, inventory.Brand, inventory.Group,
		inventory.ResourceSet, inventory.AuthServer, inventory.APIService, inventory.UserSchema, inventory.GroupRule, inventory.APIToken,
	}
	f.Fuzz(func(t *testing.T, body string) {
		w := inventory.NewWorld()
		for _, k := range kinds {
			w.Add(inventory.Entity{Ref: inventory.Ref{Kind: k, ID: "a"}, Body: []byte(body)})
		}
		w.Link(
			inventory.Edge{Relation: inventory.HasRole, From: inventory.Ref{Kind: inventory.User, ID: "a"}, To: inventory.Ref{Kind: inventory.Role, ID: "SUPER_ADMIN"}},
			inventory.Edge{Relation: inventory.AssignedVia, From: inventory.Ref{Kind: inventory.Group, ID: "a"}, To: inventory.Ref{Kind: inventory.App, ID: "a"}},
		)
		results, err := posture.Run(t.Context(), posture.Input{Reader: w, Settings: posture.DefaultSettings(), Profile: posture.Strict, Now: moment()}, checks)
		if err == nil && len(results) == 0 {
			t.Fatal("no results and no error")
		}
	})
}
