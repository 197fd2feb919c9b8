// Package arch holds the rule of who may import whom.
package arch

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "sallyport/"

// may lists, for each package, those of ours that it may import. It reads
// from the ground up; a package imports only what stands above it. A stage
// imports the stage before it for its input, never the one after: what comes
// after is passed in by app.
var may = map[string]string{
	"internal/errs":               "",
	"internal/arch":               "",
	"internal/trace":              "",
	"internal/id":                 "",
	"internal/running":            "",
	"internal/audit":              "",
	"internal/config":             "internal/audit internal/errs internal/secret",
	"internal/event":              "internal/scan",
	"internal/value":              "",
	"internal/matching":           "",
	"internal/sheet":              "",
	"internal/expr":               "internal/errs internal/matching internal/value",
	"internal/secret":             "",
	"internal/egress":             "",
	"internal/quota":              "",
	"internal/smtp":               "",
	"internal/letter":             "internal/errs internal/id internal/smtp",
	"internal/function":           "internal/errs internal/value",
	"internal/moment":             "",
	"internal/saml":               "internal/errs",
	"internal/formula":            "",
	"internal/functions":          "internal/function internal/errs internal/matching internal/secret internal/value internal/moment internal/formula",
	"internal/table":              "internal/errs internal/value internal/sheet",
	"content":                     "",
	"internal/connector/oauth":    "internal/secret",
	"internal/connector/sigv4":    "",
	"internal/connector":          "content internal/errs internal/value internal/secret internal/egress internal/quota internal/smtp internal/expr internal/connector/document internal/connector/oauth internal/connector/sigv4",
	"internal/connector/document": "internal/errs internal/value",
	"internal/connector/draft":    "internal/errs internal/value internal/connector internal/connector/document",
	"internal/connector/trial":    "content internal/connector internal/connector/document internal/egress internal/quota internal/secret internal/value",
	"internal/okta":               "internal/errs internal/event",
	"internal/okta/reach":         "internal/connector internal/errs internal/okta internal/quota internal/value",
	"internal/okta/onboard":       "internal/connector/oauth internal/errs internal/id internal/okta internal/running internal/secret",
	"internal/auth0/action":       "internal/connector internal/errs internal/value",
	"internal/inventory":          "internal/errs internal/id internal/okta",
	"internal/posture":            "content internal/errs internal/matching internal/okta internal/inventory internal/value internal/expr internal/connector/document internal/sheet",
	"internal/posture/pdf":        "internal/posture",
	"internal/timeline":           "internal/detect internal/event internal/inventory",
	"internal/twin":               "internal/inventory",
	"internal/ask/lite":           "",
	"internal/ask":                "content internal/access internal/alert internal/ask/lite internal/connector/document internal/errs internal/event internal/inventory internal/posture internal/value",
	"internal/access":             "internal/errs internal/inventory internal/matching internal/okta internal/sheet",
	"internal/auth0":              "internal/errs internal/event internal/okta",
	"internal/source":             "internal/trace internal/auth0 internal/errs internal/event internal/okta",
	"internal/flopack":            "internal/errs internal/value",
	"internal/flow":               "internal/trace internal/auth0 internal/errs internal/id internal/event internal/inventory internal/posture internal/rule internal/alert internal/value internal/expr internal/function internal/connector internal/quota internal/secret",
	"internal/migration":          "internal/errs internal/id internal/value internal/flopack internal/function internal/connector internal/table internal/flow",
	"internal/guard":              "internal/errs internal/id internal/secret internal/value internal/connector internal/quota",
	"internal/remedy":             "content internal/connector internal/connector/document internal/errs internal/expr internal/flow internal/guard internal/id internal/quota internal/value",
	"internal/template":           "internal/errs internal/id internal/value internal/flow internal/table",
	"internal/scan":               "",
	"internal/search":             "internal/detect internal/detect/plain",
	"internal/detect/regex":       "internal/matching",
	"internal/detect":             "internal/detect/regex internal/scan",
	"internal/detect/plain":       "internal/detect",
	"internal/detect/oktafilter":  "internal/errs internal/detect",
	"internal/detect/sigma":       "internal/errs internal/detect internal/detect/regex internal/detect/correlate",
	"internal/detect/correlate":   "",
	"internal/rule":               "content internal/auth0 internal/errs internal/event internal/value internal/connector/document internal/detect internal/detect/plain internal/detect/sigma internal/detect/oktafilter internal/detect/correlate",
	"internal/alert":              "internal/detect internal/detect/correlate internal/detect/plain internal/errs internal/event internal/expr internal/id internal/rule internal/value",
	"internal/notify":             "internal/errs internal/alert internal/connector internal/event internal/posture internal/quota internal/rule internal/value",
	"internal/backtest":           "internal/alert internal/detect/correlate internal/errs internal/event internal/id internal/rule internal/running",
	"internal/pipeline":           "internal/trace internal/detect/correlate internal/alert internal/id internal/event internal/source internal/flow",
	"internal/totp":               "",
	"internal/breach":             "internal/errs",
	"internal/passkey":            "internal/errs",
	"internal/passkey/keytest":    "",
	"internal/portal":             "internal/breach internal/errs internal/id internal/letter internal/passkey internal/saml internal/totp",
	"internal/scim/fault":         "",
	"internal/scim/filter":        "internal/value",
	"internal/scim/schema":        "internal/scim/filter internal/value",
	"internal/scim/document":      "internal/scim/fault internal/scim/filter internal/scim/schema internal/value",
	"internal/scim":               "internal/errs internal/scim/document internal/scim/fault internal/scim/filter internal/scim/schema internal/value",
	"internal/scim/scimtest":      "internal/errs internal/id internal/scim internal/scim/schema internal/value",
	"internal/live":               "",
	"internal/relay":              "internal/live internal/quota",
	"internal/store":              "internal/audit internal/backtest internal/detect/correlate internal/alert internal/rule internal/errs internal/id internal/value internal/event internal/source internal/flow internal/table internal/connector internal/guard internal/portal internal/detect internal/search internal/notify internal/letter internal/scim internal/scim/schema internal/inventory internal/okta internal/posture internal/remedy internal/timeline internal/ask internal/okta/onboard internal/trace",
	"internal/store/storetest":    "internal/store",
	"internal/doctor":             "internal/audit internal/config internal/connector internal/errs internal/letter internal/okta internal/okta/reach internal/portal internal/saml internal/source internal/store",
	"internal/app":                "*",
	"internal/console":            "",
	"internal/flowtest":           "internal/errs internal/value internal/connector/document",
	"internal/exchange":           "internal/id internal/connector/document internal/flowtest internal/value internal/errs internal/connector internal/flopack internal/flow internal/functions internal/migration internal/store internal/table",
	"internal/api":                "internal/audit internal/backtest internal/detect internal/detect/oktafilter internal/search internal/exchange internal/errs internal/id internal/value internal/event internal/secret internal/table internal/connector internal/connector/draft internal/source internal/expr internal/function internal/quota internal/flow internal/guard internal/portal internal/live internal/store internal/template internal/alert internal/rule internal/okta internal/okta/reach internal/notify internal/letter internal/saml internal/scim internal/scim/fault internal/inventory internal/access internal/posture internal/posture/pdf internal/remedy internal/timeline internal/twin internal/ask internal/okta/onboard internal/auth0 internal/sheet internal/trace",

	"sandbox/okta/expression": "",
	"sandbox/okta/filter":     "",
	"sandbox/okta/ratelimit":  "",
	"sandbox/okta/systemlog":  "sandbox/okta/filter",
	"sandbox/okta/later":      "",
	"sandbox/okta/eventhook":  "sandbox/okta/later sandbox/okta/systemlog",
	"sandbox/okta/logstream":  "sandbox/okta/later sandbox/okta/systemlog",
	"sandbox/okta/samlidp":    "",
	"sandbox/okta/outbox":     "sandbox/okta/later",
	"sandbox/okta/scimclient": "sandbox/okta/outbox",
	"sandbox/okta":            "sandbox/okta/expression sandbox/okta/filter sandbox/okta/ratelimit sandbox/okta/systemlog sandbox/okta/eventhook sandbox/okta/logstream sandbox/okta/outbox sandbox/okta/samlidp sandbox/okta/scimclient",
	"sandbox/okta/oktaspec":   "",
	"sandbox/auth0/lucene":    "",
	"sandbox/auth0/actions":   "",
	"sandbox/auth0/auth0spec": "",
	"sandbox/auth0":           "sandbox/auth0/actions sandbox/auth0/lucene",
	"sandbox/mail":            "",
	"sandbox/scenario":        "sandbox/auth0 sandbox/okta sandbox/okta/systemlog",
	"sandbox/traffic":         "sandbox/okta",
	"sandbox/slack":           "",
	"sandbox/teams":           "",
	"sandbox":                 "sandbox/auth0 sandbox/mail sandbox/okta sandbox/okta/eventhook sandbox/okta/ratelimit sandbox/scenario sandbox/slack sandbox/teams sandbox/traffic",
	"tools/audit":             "",
	"tools/fidelity":          "sandbox/auth0 sandbox/okta",
	"tools/traffic":           "",
	"tools/chaos/checker":     "",
	"tools/chaos/harness":     "tools/chaos/checker",
	"tools/chaos":             "tools/chaos/harness",
	"tools/bench":             "sandbox/okta sandbox/okta/samlidp tools/traffic internal/detect internal/detect/correlate internal/detect/oktafilter internal/detect/sigma internal/event internal/scan internal/search internal/source internal/store",
	"cmd/sallyport":           "internal/auth0 internal/access internal/posture internal/posture/pdf internal/inventory internal/alert internal/audit internal/backtest internal/detect/correlate internal/event internal/rule sandbox/scenario internal/flowtest internal/exchange internal/errs internal/value internal/migration content sandbox internal/okta internal/okta/onboard internal/secret internal/app internal/config internal/connector internal/flopack internal/flow internal/functions internal/portal internal/source internal/store internal/timeline internal/ask sandbox/auth0/actions internal/auth0/action internal/sheet internal/trace internal/doctor",
	"tools/release":           "",
	"tools/docs":              "internal/api internal/letter internal/store",
}

// TestImports reads the files itself, and asks no "go list": go test keeps a
// result until a file that the test opened has changed.
func TestImports(t *testing.T) {
	used := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); name == "node_modules" || name == "testdata" || name != "." && name != ".." && strings.HasPrefix(name, ".") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") && !strings.Contains(path, "/arch/") {
			return nil
		}
		pkg := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../../")
		allowed, ok := may[pkg]
		if !ok && !used[pkg] {
			t.Errorf("%s is a new package: say in this file what it may import", pkg)
		}
		used[pkg] = true
		for _, of := range imports(t, path) {
			if allowed != "*" && !slices.Contains(strings.Fields(allowed), of) {
				t.Errorf("%s may not import %s", path, of)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range may {
		if !used[pkg] {
			t.Errorf("%s is listed here, but there is no such package", pkg)
		}
	}
}

// imports lists the packages of ours that a file imports.
func imports(t *testing.T, path string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var ours []string
	for _, imp := range f.Imports {
		if of, ok := strings.CutPrefix(strings.Trim(imp.Path.Value, `"`), module); ok {
			ours = append(ours, of)
		}
	}
	return ours
}
