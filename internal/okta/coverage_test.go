package okta_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/okta"
)

func coverageOf(t *testing.T, l okta.Look) map[string]okta.Coverage {
	t.Helper()
	l.Now = noon()
	out := map[string]okta.Coverage{}
	for _, c := range l.Coverage(t.Context()) {
		if c.Title == "" || c.Said == "" || c.Why == "" || c.Visible == "" || !strings.HasPrefix(c.Scope, "okta.") {
			t.Errorf("it says too little: %+v", c)
		}
		if out[c.ID].ID != "" {
			t.Errorf("two areas are %s", c.ID)
		}
		out[c.ID] = c
	}
	return out
}

func TestCoverage(t *testing.T) {
	people := answer{path: "/api/v1/users?", status: 200, body: `[{"id":"00u1"}]`}
	forbidden := func(path string) answer {
		return answer{path: path, status: 403, body: `{"errorCode":"E0000006","errorSummary":"You do not have permission"}`}
	}
	for name, tt := range map[string]struct {
		look okta.Look
		want map[string]okta.Visible
		miss map[string]string
	}{
		"nothing to find, seen by who sees people": {
			look: okta.Look{Fetch: org{people, {path: "/api/v1/idps", status: 200, body: `[]`}, {path: "/api/v1/iam/roles", status: 200, body: `{"roles":[]}`}, {path: "/api/v1/groups?", status: 200, body: `[]`}}},
			want: map[string]okta.Visible{"users": okta.Full, "idps": okta.Full, "custom_roles": okta.Full, "groups": okta.Unknown},
		},
		"nothing to find, seen by who sees nobody": {
			look: okta.Look{Fetch: org{{path: "/", status: 200, body: `[]`}}},
			want: map[string]okta.Visible{"users": okta.Unknown, "idps": okta.Unknown, "groups": okta.Unknown, "factors": okta.Unknown, "threat_insight": okta.Unknown},
		},
		"a scope that is missing is named by Okta": {
			look: okta.Look{Fetch: org{people, {path: "/api/v1/zones", status: 403, header: http.Header{"Www-Authenticate": {`Bearer scope="okta.networkZones.read", error="insufficient_scope"`}}}}},
			want: map[string]okta.Visible{"zones": okta.Denied}, miss: map[string]string{"zones": "okta.networkZones.read"},
		},
		"or known not to be asked for": {
			look: okta.Look{Fetch: org{people, forbidden("/api/v1/idps"), forbidden("/api/v1/eventHooks"), forbidden("/api/v1/policies")}, Scopes: []string{"okta.policies.read", "okta.eventHooks.manage"}},
			want: map[string]okta.Visible{"idps": okta.Denied, "event_hooks": okta.Denied, "policies": okta.Denied}, miss: map[string]string{"idps": "okta.idps.read", "event_hooks": "", "policies": ""},
		},
		"a role that is missing is no scope": {
			look: okta.Look{Fetch: org{people, forbidden("/api/v1/idps")}}, want: map[string]okta.Visible{"idps": okta.Denied}, miss: map[string]string{"idps": ""},
		},
		"what an org does not have": {
			look: okta.Look{Fetch: org{
				people,
				{path: "/api/v1/realms", status: 401, body: `{"errorCode":"E0000015"}`},
				{path: "/api/v1/devices", status: 404, body: `{"errorCode":"E0000008"}`},
				{path: "/api/v1/policies?type=ACCESS_POLICY", status: 400, body: `{"errorCode":"E0000001"}`},
				{path: "/api/v1/users/00u1/risk", status: 404, body: `{"errorCode":"E0000007"}`},
			}},
			want: map[string]okta.Visible{"realms": okta.Absent, "devices": okta.Absent, "access_policies": okta.Absent, "user_risk": okta.Unknown, "user_types": okta.Unknown, "authenticators": okta.Absent},
		},
		"what did not answer": {
			look: okta.Look{Fetch: org{people, {path: "/api/v1/idps", status: 503}, {path: "/api/v1/zones", status: 429}, {path: "/api/v1/brands"}, {path: "/api/v1/domains", status: 200, body: `{"surprise":1}`}, {path: "/api/v1/org", status: 200, body: `{}`}}},
			want: map[string]okta.Visible{"idps": okta.Unknown, "zones": okta.Unknown, "brands": okta.Unknown, "mail_templates": okta.Unknown, "domains": okta.Unknown, "org": okta.Unknown},
		},
		"apps that the log tells of and the list does not": {
			look: okta.Look{Fetch: org{
				people,
				{path: "/api/v1/apps?", status: 200, body: `[{"id":"0oa1"}]`},
				{path: "/api/v1/logs?", status: 200, body: `[{"target":[{"type":"AppInstance","id":"0oa1"},{"type":"AppInstance","id":"0oa2"},{"type":"AppInstance","id":"0oa3"},{"type":"User","id":"00u1"}]}]`},
			}},
			want: map[string]okta.Visible{"apps": okta.Partial},
		},
		"apps that are all listed": {
			look: okta.Look{Fetch: org{people, {path: "/api/v1/apps?", status: 200, body: `[{"id":"0oa1"},{"id":"0oa2"}]`}, {path: "/api/v1/logs?", status: 200, body: `[{"target":[{"type":"AppInstance","id":"0oa1"}]}]`}}},
			want: map[string]okta.Visible{"apps": okta.Full},
		},
		"one's own tokens alone": {
			look: okta.Look{Credential: okta.Credential{Kind: okta.APIToken}, Fetch: org{people, {path: "/api/v1/users/me", status: 200, body: `{"id":"00u1"}`}, {path: "/api/v1/api-tokens", status: 200, body: `[{"userId":"00u1"}]`}}},
			want: map[string]okta.Visible{"api_tokens": okta.Partial},
		},
		"the tokens of others, too": {
			look: okta.Look{Credential: okta.Credential{Kind: okta.APIToken}, Fetch: org{people, {path: "/api/v1/users/me", status: 200, body: `{"id":"00u1"}`}, {path: "/api/v1/api-tokens", status: 200, body: `[{"userId":"00u1"},{"userId":"00u2"}]`}}},
			want: map[string]okta.Visible{"api_tokens": okta.Full},
		},
	} {
		t.Run(name, func(t *testing.T) {
			all := coverageOf(t, tt.look)
			got, miss := map[string]okta.Visible{}, map[string]string{}
			for id := range tt.want {
				got[id] = all[id].Visible
			}
			for id := range tt.miss {
				miss[id] = all[id].Missing
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.miss, miss); len(tt.miss) > 0 && diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCoveredIsOneArea(t *testing.T) {
	l := okta.Look{Fetch: org{{path: "/api/v1/users?", status: 200, body: `[{"id":"00u1"}]`}}, Now: noon()}
	if c, ok := l.Covered(t.Context(), "users"); !ok || c.Visible != okta.Full {
		t.Errorf("%+v %v", c, ok)
	}
	for _, id := range []string{"moon", "factors"} {
		if _, ok := l.Covered(t.Context(), id); ok {
			t.Errorf("%s stands by itself", id)
		}
	}
}

// recorder answers everything with one object, and keeps what was asked for.
type recorder struct {
	mu      sync.Mutex
	targets []string
}

func (r *recorder) Fetch(_ context.Context, target string) (okta.Answer, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.targets = append(r.targets, target)
	return okta.Answer{Status: http.StatusOK, Body: []byte(`[{"id":"x1"}]`)}, nil
}

// operation is a line of the list of Okta's operations.
type operation struct {
	path   *regexp.Regexp
	scopes []string
	least  int // of the parameter limit
}

// operations reads those that get something.
func operations(t *testing.T) []operation {
	t.Helper()
	var text []byte
	for dir, err := os.Getwd(); err == nil && text == nil && dir != "/"; dir = filepath.Dir(dir) {
		text, _ = os.ReadFile(filepath.Join(dir, "..", "shared", "specs", "okta", "operations.tsv"))
	}
	if text == nil {
		t.Skip("Okta's list of operations is not beside the checkout (shared/specs/okta)")
	}
	limit := regexp.MustCompile(`limit\(min=(\d+)`)
	var out []operation
	for line := range strings.Lines(string(text)) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if f[0] != http.MethodGet {
			continue
		}
		o := operation{path: regexp.MustCompile("^" + regexp.MustCompile(`\\\{[^}]*\\\}`).ReplaceAllString(regexp.QuoteMeta(f[1]), "[^/]+") + "$"), scopes: strings.Fields(f[3])}
		if m := limit.FindStringSubmatch(line); m != nil {
			o.least, _ = strconv.Atoi(m[1])
		}
		out = append(out, o)
	}
	return out
}

// Every area is an operation of Okta's, takes the scope that Okta says it takes,
// and asks for no fewer than may be asked for.
func TestAreasAreOktas(t *testing.T) {
	all := operations(t)
	of := func(target string) operation {
		u, err := url.Parse(target)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(all, func(o operation) bool { return o.path.MatchString(u.Path) })
		if i < 0 {
			t.Fatalf("Okta has no %s", u.Path)
		}
		if n, err := strconv.Atoi(u.Query().Get("limit")); err == nil && n < all[i].least {
			t.Errorf("%s: %d are the least", target, all[i].least)
		}
		return all[i]
	}
	r := &recorder{}
	l := okta.Look{Fetch: r, Now: noon()}
	for _, c := range l.Coverage(t.Context()) {
		one := &recorder{}
		if _, alone := (okta.Look{Fetch: one, Now: noon()}).Covered(t.Context(), c.ID); !alone {
			continue
		}
		if o := of(one.targets[0]); !slices.Contains(o.scopes, c.Scope) {
			t.Errorf("%s takes %v, not %s", one.targets[0], o.scopes, c.Scope)
		}
	}
	for _, target := range r.targets {
		of(target)
	}
}

// Whatever Okta answers, nothing breaks, and what is no JSON is nothing that was
// seen.
func FuzzCoverage(f *testing.F) {
	f.Add(200, []byte(`[{"id":"x"}]`))
	f.Add(200, []byte(`{"value":null}`))
	f.Add(403, []byte(`{"errorCode":"E0000006","errorCauses":[{}]}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		l := okta.Look{Fetch: org{{path: "/", status: status, body: string(body)}}, Now: noon()}
		for _, c := range l.Coverage(t.Context()) {
			if c.Visible == okta.Full && (status != http.StatusOK || !json.Valid(body)) {
				t.Errorf("%+v of %d %q", c, status, body)
			}
		}
	})
}
