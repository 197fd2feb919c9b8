package action_test

import (
	"os"
	"strings"
	"testing"

	"sallyport/internal/auth0/action"
	"sallyport/sandbox/auth0/actions"
)

// TestMain lets the test program be the process in which Actions are run.
func TestMain(m *testing.M) {
	if actions.Asked(os.Args[1:]) {
		if err := actions.Main(os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// odd is a message with all that JavaScript would take for something else.
const odd = "It's \"closed\" \\ `${1}` </script>\n\u2028 äöü"

// The Action refuses whoever is marked, as a text or as a boolean, in the metadata
// that it is to look at, and nobody else, whatever else is there or is not.
func TestTheActionRefusesWhoIsMarked(t *testing.T) {
	type doc = map[string]any
	mark := func(v any) doc { return doc{"okta": doc{"deactivated": v}, "plan": "pro"} }
	for name, tt := range map[string]struct {
		kind   string
		user   any
		denied bool
	}{
		"the text":               {"", doc{"user_metadata": mark("true")}, true},
		"the boolean":            {"", doc{"user_metadata": mark(true)}, true},
		"the text of the other":  {"", doc{"user_metadata": mark("false")}, false},
		"the other boolean":      {"", doc{"user_metadata": mark(false)}, false},
		"null":                   {"", doc{"user_metadata": mark(nil)}, false},
		"nothing of Okta":        {"", doc{"user_metadata": doc{}}, false},
		"Okta is a text":         {"", doc{"user_metadata": doc{"okta": "true"}}, false},
		"no metadata":            {"", doc{}, false},
		"metadata are null":      {"", doc{"user_metadata": nil}, false},
		"the other metadata":     {"", doc{"app_metadata": mark("true")}, false},
		"the applications' own":  {action.AppMetadata, doc{"app_metadata": mark("true")}, true},
		"the person's, unwanted": {action.AppMetadata, doc{"user_metadata": mark("true")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, err := action.Code(action.Options{Message: odd, Kind: tt.kind})
			if err != nil {
				t.Fatal(err)
			}
			got, err := actions.Runner{}.Run(t.Context(), actions.Job{Actions: []actions.Action{{ID: "a", Name: "ours", Code: code}}, Event: doc{"user": tt.user}})
			if err != nil {
				t.Fatal(err)
			}
			if e, failed := got.Failed(); failed {
				t.Fatalf("it failed: %v", e.Error)
			}
			if why, denied := got.Denied(); denied != tt.denied || denied && why != odd {
				t.Errorf("denied: %v, with %q", denied, why)
			}
		})
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for name, o := range map[string]action.Options{"another place": {Kind: "metadata"}, "a long message": {Message: strings.Repeat("x", 501)}} {
		if code, err := action.Code(o); err == nil {
			t.Errorf("%s is taken: %s", name, code)
		}
	}
}

// What is read of code is what it is made of: whatever was changed of it is not ours
// to the letter any more.
func FuzzRead(f *testing.F) {
	for _, o := range []action.Options{{}, {Message: odd}, {Kind: action.AppMetadata}} {
		code, err := action.Code(o)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(code)
		f.Add(strings.Replace(code, "true", "false", 1))
		f.Add(code + " ")
	}
	f.Fuzz(func(t *testing.T, code string) {
		o, ours := action.Read(code)
		if !ours {
			return
		}
		if again, err := action.Code(o); err != nil || again != code || !action.IsOurs(code) {
			t.Errorf("%q is read as %+v, which makes %q, %v", code, o, again, err)
		}
	})
}
