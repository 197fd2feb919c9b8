package okta_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"sallyport/sandbox/okta"
)

// shared reads a file of Okta's own catalogues, which lie beside the checkout.
func shared(t *testing.T, name string, v any) {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
		b, err := os.ReadFile(filepath.Join(dir, "shared", "specs", "okta", name))
		if err != nil {
			continue
		}
		if err := json.Unmarshal(b, v); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Skipf("%s is not here (shared/specs/okta)", name)
}

type eventTypes struct {
	Versions []struct {
		EventTypes []struct {
			ID     string
			Tags   []string
			Schema struct{ DebugData string }
		}
		Schemas map[string]struct{ Properties map[string]any }
	}
}

func TestHookEligible(t *testing.T) {
	var c eventTypes
	shared(t, "okta-event-types.json", &c)
	var want []string
	for _, e := range c.Versions[0].EventTypes {
		if slices.Contains(e.Tags, "event-hook-eligible") {
			want = append(want, e.ID)
		}
	}
	slices.Sort(want)
	b, err := os.ReadFile("hookable.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, strings.Fields(string(b))); diff != "" {
		t.Error(diff)
	}
}

// TestEmittedTypes has the org do everything it can do, and holds each event
// against the catalogue: its type must exist, and the debug data that is its
// own must be what the catalogue names.
func TestEmittedTypes(t *testing.T) {
	var c eventTypes
	shared(t, "okta-event-types.json", &c)
	schema := map[string]string{}
	for _, e := range c.Versions[0].EventTypes {
		schema[e.ID] = e.Schema.DebugData
	}
	x := serve(t)
	_, events := x.events(func() { x.everything() })
	// The seeded past counts too.
	events = append(events, x.get("/api/v1/logs?limit=1000&since=2026-02-01T00:00:00Z").want(200).list()...)
	seen := map[string]bool{}
	for _, e := range events {
		kind := str(e, "eventType")
		name, known := schema[kind]
		if !known {
			t.Errorf("%s is not in the catalogue", kind)
			continue
		}
		seen[kind] = true
		if strings.Contains(str(e, "displayMessage"), ".") || str(e, "displayMessage") == "" {
			t.Errorf("%s has the message %q", kind, str(e, "displayMessage"))
		}
		if name == "" {
			continue
		}
		for key := range at(e, "debugContext", "debugData").(object) {
			if _, named := c.Versions[0].Schemas[name].Properties[snake(key)]; !named {
				t.Errorf("%s has debug data %s, which %s does not name", kind, key, name)
			}
		}
	}
	for kind, keys := range map[string][]string{
		"user.session.end":                        {"endedSessionId"},
		"user.authentication.sso":                 {"initiationType", "signOnMode"},
		"user.authentication.universal_logout":    {"appInstanceIds"},
		"app.keys.generate":                       {"kid", "expirationYears"},
		"application.provision.user.push":         nil,
		"application.provision.group_push.pushed": nil,
		"user.account.privilege.grant":            {"privilegeGranted"},
		"user.account.privilege.revoke":           {"privilegeRevoked"},
		"group.privilege.grant":                   {"privilegeGranted"},
		"app.oauth2.client.privilege.grant":       {"privilegeGranted"},
		"user.account.update_profile":             {"changedAttributes"},
		"user.account.reset_password":             {"userStatus", "isSelfInitiated"},
		"system.api_token.revoke":                 {"networkConnection", "rateLimitPercentage", "concurrencyPercentage"},
		"group.application_assignment.add":        {"groupAppAssignmentId"},
		"user.authentication.auth_via_mfa":        {"factor", "factorIntent"},
		"app.oauth2.client.lifecycle.create": {
			"clientId", "clientName",
		},
		"system.org.rate_limit.violation": {"rateLimitBucketUuid", "rateLimitScopeType", "rateLimitSecondsToReset", "threshold", "timeSpan", "timeUnit", "userId"},
		"system.org.rate_limit.warning":   {"warningPercent"},
		"user.account.report_suspicious_activity_by_enduser": {
			"suspiciousActivityBrowser", "suspiciousActivityEventCity", "suspiciousActivityEventCountry", "suspiciousActivityEventId", "suspiciousActivityEventIp",
			"suspiciousActivityEventLatitude", "suspiciousActivityEventLongitude", "suspiciousActivityEventState", "suspiciousActivityEventTransactionId",
			"suspiciousActivityEventType", "suspiciousActivityOs", "suspiciousActivityTimestamp",
		},
	} {
		i := slices.IndexFunc(events, func(e object) bool { return e["eventType"] == kind })
		if i < 0 {
			t.Errorf("%s was not emitted", kind)
			continue
		}
		for _, key := range keys {
			if at(events[i], "debugContext", "debugData", key) == nil {
				t.Errorf("%s lacks debug data %s", kind, key)
			}
		}
	}
	if len(seen) < 60 {
		t.Errorf("only %d types were emitted", len(seen))
	}
}

var hump = regexp.MustCompile(`[A-Z]`)

// snake turns a key of debug data into the catalogue's spelling.
func snake(key string) string {
	return hump.ReplaceAllStringFunc(key, func(s string) string { return "_" + strings.ToLower(s) })
}

// everything does whatever causes events.
func (x *tenant) everything() {
	u, g := x.person("ann"), x.team("red")
	user, group := "/api/v1/users/"+u, "/api/v1/groups/"+g
	x.put(group, object{"profile": object{"name": "redder"}}).want(200)
	x.put(group+"/users/"+u, nil).want(204)
	x.post(group+"/roles", object{"type": "USER_ADMIN"}).want(201)
	x.del(group + "/roles/KVJUKUS7IFCE2SKO").want(204)
	x.post(user+"/roles", object{"type": "HELP_DESK_ADMIN"}).want(201)
	x.del(user + "/roles/JBCUYUC7IRCVGS27IFCE2SKO").want(204)
	x.post(user, object{"profile": object{"email": "new@test.example", "secondEmail": "two@test.example"}}).want(200)
	x.post(user+"/factors", object{"factorType": "email", "provider": "OKTA", "profile": object{"email": "new@test.example"}}).want(200)
	f := str(x.post(user+"/factors", object{"factorType": "question", "provider": "OKTA", "profile": object{"question": "first_award", "answer": "none"}}).want(200).object(), "id")
	x.put(user+"/factors/"+f, object{"profile": object{"question": "disliked_food", "answer": "beets"}})
	x.del(user + "/factors/" + f).want(204)
	x.put(user+"/risk", object{"riskLevel": "HIGH"}).want(201)
	for _, ip := range []string{"203.0.113.1", "203.0.113.2"} {
		from := okta.Client{IP: ip, UserAgent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/139.0 Safari/537.36", City: "Oslo", State: "Oslo", Country: "Norway", Lat: 59.9, Lon: 10.7}
		if err := x.org.SignIn("ann@test.example", from); err != nil {
			x.Fatal(err)
		}
	}
	mails := x.mailTo("new@test.example")
	_, token, _ := strings.Cut(mails[len(mails)-1].link(x.T, x.url), "?i=")
	x.form("/api/internal/users/me/report-suspicious-activity?i="+token, nil).want(200)
	x.del(user + "/sessions?oauthTokens=true").want(204)
	for _, move := range []string{"suspend", "unsuspend", "reset_factors", "expire_password", "reset_password?sendEmail=true", "reactivate"} {
		x.post(user+"/lifecycle/"+move, nil).want(200)
	}
	x.put(user, object{"credentials": object{"password": object{"value": "Another-Pass-1"}}}).want(200)
	for _, s := range x.org.Users("LOCKED_OUT", 1) {
		x.post("/api/v1/users/"+s.ID+"/lifecycle/unlock", nil).want(200)
	}
	x.apps(u, g)
	x.rulesAndHooks(g)
	x.signOnAndProvisioning()
	tokens := x.get("/api/v1/api-tokens").want(200).list()
	i := slices.IndexFunc(tokens, func(o object) bool { return o["name"] == "Terraform" })
	x.del("/api/v1/api-tokens/" + str(tokens[i], "id")).want(204)
	x.del(user).want(204)
	x.del(user).want(204)
	x.del(group).want(204)
	x.org.SetEdition("integrator")
	x.org.EnforceRateLimits(true)
	for range 30 {
		x.as(x.org.ReadOnlyToken()).get("/api/v1/apps")
		x.get("/api/v1/apps")
	}
	x.org.EnforceRateLimits(false)
}

func (x *tenant) apps(u, g string) {
	s := x.service(jose.ES256, false, "READ_ONLY_ADMIN", "okta.users.read")
	x.ask(s.form("okta.users.read", nil)).want(200)
	for _, r := range x.get("/oauth2/v1/clients/" + s.id + "/roles").want(200).list() {
		x.del("/oauth2/v1/clients/" + s.id + "/roles/" + str(r, "id")).want(204)
	}
	for _, grant := range x.get("/api/v1/apps/" + s.id + "/grants").want(200).list() {
		x.del("/api/v1/apps/" + s.id + "/grants/" + str(grant, "id")).want(204)
	}
	app := x.bookmark("Map")
	path := "/api/v1/apps/" + app
	x.post(path+"/users", object{"id": u}).want(200)
	x.post(path+"/users/"+u, object{"profile": object{"x": "y"}}).want(200)
	x.del(path + "/users/" + u).want(204)
	x.put(path+"/groups/"+g, object{}).want(200)
	x.put(path+"/groups/"+g, object{"priority": 2}).want(200)
	x.del(path + "/groups/" + g).want(204)
	a := x.get(path).want(200).object()
	x.put(path, a).want(200)
	x.post(path+"/lifecycle/deactivate", nil).want(200)
	x.post(path+"/lifecycle/activate", nil).want(200)
	x.post(path+"/lifecycle/deactivate", nil).want(200)
	x.del(path).want(204)
	svc := str(x.post("/integrations/api/v1/api-services", object{"type": "x", "grantedScopes": []string{"okta.users.read"}}).want(201).object(), "id")
	x.post("/integrations/api/v1/api-services/"+svc+"/credentials/secrets", nil).want(201)
	x.del("/integrations/api/v1/api-services/" + svc).want(204)
}

func (x *tenant) rulesAndHooks(g string) {
	rule := str(x.post("/api/v1/groups/rules", object{
		"type": "group_rule", "name": "R", "conditions": object{"expression": object{"type": "urn:okta:expression:1.0", "value": `user.city=="Oslo"`}},
		"actions": object{"assignUserToGroups": object{"groupIds": []string{g}}},
	}).want(200).object(), "id")
	x.post("/api/v1/groups/rules/"+rule+"/lifecycle/activate", nil).want(204)
	x.post("/api/v1/groups/rules/"+rule+"/lifecycle/deactivate", nil).want(204)
	hook := str(x.post("/api/v1/eventHooks", hookBody("http://127.0.0.1:1/", "user.session.start")).want(200).object(), "id")
	path := "/api/v1/eventHooks/" + hook
	x.put(path, hookBody("http://127.0.0.1:1/", "user.session.end")).want(200)
	x.post(path+"/lifecycle/verify", nil).want(400)
	x.post(path+"/lifecycle/deactivate", nil).want(200)
	x.post(path+"/lifecycle/activate", nil).want(200)
	x.post(path+"/lifecycle/deactivate", nil).want(200)
	x.del(path).want(204)
}

// TestErrorCodes compares every error that the source names with Okta's
// catalogue of error codes.
func TestErrorCodes(t *testing.T) {
	var c struct {
		Errors []struct {
			ErrorCode, ErrorSummary string
			StatusCode              int
		}
	}
	shared(t, "okta-error-codes.json", &c)
	type entry struct {
		status  int
		summary string
	}
	known := map[string]entry{}
	for _, e := range c.Errors {
		known[e.ErrorCode] = entry{e.StatusCode, e.ErrorSummary}
	}
	statuses := map[string]int{
		"400": 400, "403": 403, "http.StatusBadRequest": 400, "http.StatusUnauthorized": 401, "http.StatusForbidden": 403, "http.StatusNotFound": 404,
		"http.StatusMethodNotAllowed": 405, "http.StatusConflict": 409, "http.StatusTooManyRequests": 429, "http.StatusInternalServerError": 500,
	}
	named := regexp.MustCompile(`status: ([\w.]+), code: "(E\d+)", summary: (?:fmt\.Sprintf\()?"([^"]*)"`)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(b), -1) {
			found++
			want, ok := known[m[2]]
			summary, _, parameters := strings.Cut(want.summary, "{0}")
			if !ok || statuses[m[1]] != want.status || !strings.HasPrefix(m[3], summary) || !parameters && m[3] != want.summary {
				t.Errorf("%s: %s %s %q, the catalogue has %d %q", file, m[2], m[1], m[3], want.status, want.summary)
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d errors found", found)
	}
}
