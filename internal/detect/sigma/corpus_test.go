package sigma_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/detect/oktafilter"
	"sallyport/internal/detect/sigma"
)

const corpusDir = "../../../../shared/corpus/"

// load reads the files of a folder. Wrong is what the error of a file says.
func load(t *testing.T, folder string, o sigma.Options) (docs map[string][]sigma.Document, wrong map[string]string) {
	t.Helper()
	files, _ := filepath.Glob(corpusDir + folder + "/*.yml")
	if len(files) == 0 {
		t.Skip("there is no ../shared/corpus/" + folder)
	}
	docs, wrong = map[string][]sigma.Document{}, map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".yml")
		if docs[name], err = sigma.Parse(text, o); err != nil {
			wrong[name] = err.Error()
		}
	}
	return docs, wrong
}

// SigmaHQ's rules for Okta are read as they are; one wants a list, of which it
// says so.
func TestSigmaHQ(t *testing.T) {
	docs, wrong := load(t, "sigma", sigma.Options{})
	for name, says := range wrong {
		if name != "okta_session_impersonation_granted" || !strings.Contains(says, "the placeholder %legtimate_identifiers% has no values") {
			t.Errorf("%s: %s", name, says)
		}
	}
	if len(docs) != 24 || len(wrong) != 1 {
		t.Errorf("%d files, %d that cannot be read", len(docs), len(wrong))
	}
	docs, wrong = load(t, "sigma", sigma.Options{Placeholders: map[string][]string{"legtimate_identifiers": {"@example.com"}}})
	for name, list := range docs {
		if unknown := oktafilter.Unknown(list[0].(*sigma.Rule).Expr); unknown != nil {
			t.Errorf("%s: no event has %s", name, unknown)
		}
	}
	if len(wrong) != 0 {
		t.Error(wrong)
	}
}

// Okta's detections for Auth0 are written for the envelope of a log stream, and
// are read as they are. One has a look-ahead, and one an unquoted placeholder.
func TestAuth0(t *testing.T) {
	docs, wrong := load(t, "auth0-detections", sigma.Options{})
	if len(wrong) > 0 {
		t.Error(wrong)
	}
	rules, correlations := 0, 0
	unfilled := map[string][]string{}
	for file, list := range docs {
		for _, d := range list {
			switch d := d.(type) {
			case *sigma.Rule:
				rules++
				if d.Unfilled != nil {
					unfilled[file] = d.Unfilled
				}
			case *sigma.Correlation:
				correlations++
			}
		}
	}
	if len(docs) != 33 || rules != 33 || correlations != 8 {
		t.Errorf("%d files, %d rules, %d correlations", len(docs), rules, correlations)
	}
	if diff := cmp.Diff(map[string][]string{
		"client_with_overpermissive_granted_scopes": {"global_client_id"},
		"grant_mgn_api_scopes":                      {"your-tenant-domain", "trusted-client_id-1", "trusted-client_id-2"},
		"risk_of_copying_the_most_powerful_token":   {"api_explorer_client_id"},
		"use_of_auth0_tenant_name_url":              {"your-tenant-url"},
	}, unfilled); diff != "" {
		t.Errorf("placeholders (-want +got):\n%s", diff)
	}
	docs, _ = load(t, "auth0-detections", sigma.Options{Placeholders: map[string][]string{"global_client_id": {"abc"}}})
	if len(docs["client_with_overpermissive_granted_scopes"]) != 1 {
		t.Error("an unquoted placeholder is not filled in")
	}
}
