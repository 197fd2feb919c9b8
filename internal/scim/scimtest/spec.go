package scimtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sallyport/internal/value"
)

// suite is a test file that Okta publishes.
type suite struct {
	Steps []step
}

type step struct {
	Type       string `json:"step_type"`
	Note       string
	Method     string
	URL        string
	Headers    map[string]json.RawMessage
	Body       string
	Skipped    bool
	Assertions []assertion
	Variables  []struct{ Property, Name string }
	Scripts    []string
}

type assertion struct {
	Comparison, Source, Property string
	Value                        any
}

func load(t *testing.T, name string) suite {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
		text, err := os.ReadFile(filepath.Join(dir, "shared", "corpus", "scim", name))
		if err != nil {
			continue
		}
		var s suite
		if err := json.Unmarshal(text, &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	t.Skipf("there is no ../shared/corpus/scim/%s", name)
	return suite{}
}

var placeholder = regexp.MustCompile(`\{\{(\w+)\}\}`)

func fill(text string, variables map[string]string) string {
	return placeholder.ReplaceAllStringFunc(text, func(s string) string {
		if v, ok := variables[s[2:len(s)-2]]; ok {
			return v
		}
		return s
	})
}

// OktaSpec plays Okta's SCIM 2.0 SPEC test, all twelve of it, against the server at
// a base URL that takes a secret.
func OktaSpec(t *testing.T, base, secret string) {
	t.Helper()
	s := load(t, "Okta-SCIM-20-SPEC-Test.json")
	variables := map[string]string{
		"SCIMBaseURL": base, "auth": "Bearer " + secret, "randomGivenName": "Runscope077", "randomFamilyName": "Qabcdefgh123",
		"randomEmail": "Runscope077Qabcdefgh123@atko.com", "randomUsername": "Runscope077Qabcdefgh123@atko.com", "randomUsernameCaps": "RUNSCOPE077QABCDEFGH123@ATKO.COM",
		"InvalidUserEmail": "abcdefgh@atko.com", "UserIdThatDoesNotExist": "010101001010101011001010101011",
	}
	first := step{
		Method: "POST", URL: "{{SCIMBaseURL}}/Users", Headers: map[string]json.RawMessage{"Authorization": json.RawMessage(`["{{auth}}"]`)},
		Body: `{"userName":"first@atko.com","name":{"givenName":"F","familyName":"U"},"emails":[{"value":"first@atko.com","primary":true}],"active":true}`,
	}
	if status, body := first.send(t, variables); status != 201 {
		t.Fatalf("%d %s", status, value.JSON(body))
	}
	ran, passed := 0, 0
	for _, st := range s.Steps {
		if st.Type != "request" || st.Skipped {
			continue
		}
		ran++
		if t.Run(st.Note, func(t *testing.T) { st.run(t, variables) }) {
			passed++
		}
	}
	if ran != 12 || passed != 12 {
		t.Errorf("%d of %d passed, want 12 of 12", passed, ran)
	}
}

func (st step) send(t *testing.T, variables map[string]string) (int, any) {
	t.Helper()
	target := strings.NewReplacer(" ", "%20", `"`, "%22", "+", "%2B").Replace(fill(st.URL, variables))
	if _, err := url.Parse(target); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), st.Method, target, strings.NewReader(fill(st.Body, variables)))
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range st.Headers {
		var list []string
		if json.Unmarshal(raw, &list) != nil {
			var one string
			if err := json.Unmarshal(raw, &one); err != nil {
				t.Fatal(err)
			}
			list = []string{one}
		}
		req.Header.Set(name, fill(list[0], variables))
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var body value.Object
	if err := json.NewDecoder(res.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, &body
}

func (st step) run(t *testing.T, variables map[string]string) {
	t.Helper()
	began := time.Now()
	status, body := st.send(t, variables)
	took := time.Since(began)
	for _, a := range st.Assertions {
		a.check(t, variables, map[string]any{
			"response_status": float64(status), "response_time": float64(took.Milliseconds()), "response_json": at(body, a.Property),
		}[a.Source])
	}
	for _, v := range st.Variables {
		variables[v.Name] = value.String(at(body, v.Property))
	}
	for _, script := range st.Scripts {
		if list, ok := at(body, "Resources").([]any); strings.Contains(script, "totalResults") && at(body, "totalResults") != 0.0 && (!ok || len(list) == 0) {
			t.Error("Resources is no list")
		}
	}
}

// at reads a property as the file writes it: Resources[0].name.
func at(body any, property string) any {
	return value.Lookup(body, strings.NewReplacer("[", ".", "]", "").Replace(property))
}

func (a assertion) check(t *testing.T, variables map[string]string, got any) {
	t.Helper()
	want := ""
	if a.Value != nil {
		want = fill(fmt.Sprint(a.Value), variables)
	}
	if !a.holds(t, got, want) {
		t.Errorf("%s.%s %s %q: got %s", a.Source, a.Property, a.Comparison, want, value.JSON(got))
	}
}

func (a assertion) holds(t *testing.T, got any, want string) bool {
	t.Helper()
	list, _ := got.([]any)
	has := slices.ContainsFunc(list, func(v any) bool { return value.String(v) == want })
	n, isNumber := got.(float64)
	wanted, _ := strconv.ParseFloat(want, 64)
	switch a.Comparison {
	case "equal_number":
		f, err := strconv.ParseFloat(value.String(got), 64)
		return err == nil && f == wanted
	case "equal":
		return value.String(got) == want
	case "not_empty":
		return !value.Empty(got)
	case "is_a_number":
		return isNumber
	case "has_value":
		return has || value.String(got) == want
	case "contains":
		return has || len(list) == 0 && strings.Contains(value.String(got), want)
	case "is_less_than":
		return isNumber && n < wanted
	}
	t.Fatalf("the comparison %s is new", a.Comparison)
	return false
}

// OktaCRUD plays Okta's CRUD test, which asks an Okta organization to do things and
// the SCIM server what came of them. Here is asked what the file asks the server,
// with what an application of a kind, wizard or catalogue, sends in between.
func OktaCRUD(t *testing.T, kind, base, secret string) {
	t.Helper()
	s := load(t, "Okta-SCIM-20-CRUD-Test.json")
	variables := map[string]string{
		"SCIMUrl": base, "SCIMAuth": secret, "okta_user_email": "runscope@atko.com", "okta_user_firstname": "First",
		"okta_user_lastname": "Last", "okta_user_firstname_update": "Changed",
	}
	asked, pushes := 0, sentBetween(kind)
	for _, st := range s.Steps {
		switch {
		case st.Type != "request" || st.Skipped:
		case strings.HasPrefix(st.URL, "{{SCIMUrl}}"):
			asked++
			st.run(t, variables)
		default:
			for _, p := range pushes[st.Note] {
				p.tell(t, variables)
			}
		}
	}
	if asked != 5 {
		t.Errorf("%d questions, want 5", asked)
	}
}

// tell sends what has no body to read, or one.
func (st step) tell(t *testing.T, variables map[string]string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), st.Method, fill(st.URL, variables), strings.NewReader(fill(st.Body, variables)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", variables["SCIMAuth"])
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil || res.StatusCode >= 300 {
		t.Fatalf("%s %s: %s, %v", st.Method, st.URL, res.Status, err)
	}
}

// sentBetween is what Okta sends for what the file asks it to do, by the notes of
// the file. Reactivation comes with the new assignment.
func sentBetween(kind string) map[string][]step {
	const (
		user  = "{{SCIMUrl}}/Users/{{scim_id}}"
		whole = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"{{okta_user_email}}","name":{"givenName":"%s","familyName":"{{okta_user_lastname}}"},
"emails":[{"primary":true,"value":"{{okta_user_email}}","type":"work"}],"groups":[],"active":%v}`
		ops = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"active":%v}}]}`
	)
	activate := func(active bool) step {
		if kind == "wizard" {
			return step{Method: "PUT", URL: user, Body: fmt.Sprintf(whole, "{{okta_user_firstname_update}}", active)}
		}
		return step{Method: "PATCH", URL: user, Body: fmt.Sprintf(ops, active)}
	}
	return map[string][]step{
		"Add new random user to Okta":              {{Method: "POST", URL: "{{SCIMUrl}}/Users", Body: fmt.Sprintf(whole, "{{okta_user_firstname}}", true)}},
		"Update user firstname":                    {{Method: "PUT", URL: user, Body: fmt.Sprintf(whole, "{{okta_user_firstname_update}}", true)}},
		"Deactivate user in Okta":                  {activate(false)},
		"Reactivate user in okta":                  {activate(true)},
		"Removes an assignment for a user in Okta": {activate(false)},
	}
}
