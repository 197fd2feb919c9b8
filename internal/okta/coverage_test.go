package okta_test

import (
	"net/http"
	"strings"
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
