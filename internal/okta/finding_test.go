package okta_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/okta"
)

// org answers paths, in order of their beginnings; what it does not know is not
// found.
type org []answer

type answer struct {
	path   string
	status int
	body   string
	header http.Header
}

// Fetch answers with the first that fits.
func (o org) Fetch(_ context.Context, target string) (okta.Answer, error) {
	for _, a := range o {
		if strings.HasPrefix(target, a.path) {
			if a.status == 0 {
				return okta.Answer{}, errors.New("no route to host")
			}
			return okta.Answer{Status: a.status, Body: []byte(a.body), Header: a.header}, nil
		}
	}
	return okta.Answer{Status: 404, Body: []byte(`{"errorCode":"E0000008","errorSummary":"The requested path was not found"}`)}, nil
}

func noon() time.Time { return time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC) }

func verdictsOf(fs []okta.Finding) map[string]okta.Verdict {
	out := map[string]okta.Verdict{}
	for _, f := range fs {
		out[f.ID] = f.Verdict
	}
	return out
}

func TestSight(t *testing.T) {
	refused := answer{path: "/api/v1/apps", status: 403, body: `{"errorCode":"E0000006","errorSummary":"You do not have permission"}`}
	scope := answer{path: "/api/v1/zones", status: 403, header: http.Header{"Www-Authenticate": {`Bearer scope="okta.networkZones.read", error="insufficient_scope"`}}}
	got := okta.Sight(t.Context(), org{
		{path: "/api/v1/logs", status: 200, body: `[{}]`},
		{path: "/api/v1/users", status: 200, body: `[{"id":"00u1"}]`},
		{path: "/api/v1/groups", status: 200, body: `[]`},
		refused,
		{path: "/api/v1/policies", status: 401, body: `{"errorCode":"E0000015","errorSummary":"You do not have the feature"}`},
		{path: "/api/v1/iam/assignees/users", status: 200, body: `{"value":[{"id":"00u1"}]}`},
		scope,
		{path: "/api/v1/eventHooks", status: 200, body: `[]`},
		{path: "/api/v1/logStreams", status: 429, body: `{"errorCode":"E0000047"}`},
		{path: "/api/v1/api-tokens"},
	}, noon())
	want := map[string]okta.Verdict{
		"logs": okta.Pass, "users": okta.Pass, "groups": okta.CannotTell, "apps": okta.Refused, "policies": okta.CannotTell, "roles": okta.Pass,
		"zones": okta.Refused, "event_hooks": okta.Pass, "log_streams": okta.CannotTell, "api_tokens": okta.CannotTell,
	}
	if diff := cmp.Diff(want, verdictsOf(got)); diff != "" {
		t.Error(diff)
	}
	for _, f := range got {
		if f.ID == "zones" && !strings.Contains(f.Said, "okta.networkZones.read") {
			t.Errorf("the missing scope is not named: %s", f.Said)
		}
		if f.Title == "" || f.Said == "" || f.Why == "" {
			t.Errorf("it says too little: %+v", f)
		}
	}
}

// An app without an admin role is answered with empty lists: that says nothing.
func TestSightOfNobody(t *testing.T) {
	got := okta.Sight(t.Context(), org{{path: "/", status: 200, body: `[]`}}, noon())
	for _, f := range got {
		if f.Verdict != okta.CannotTell {
			t.Errorf("%s: %s, %s", f.ID, f.Verdict, f.Said)
		}
	}
}

// brands of two, whose mails go to those of the second argument.
func brands(recipients string) org {
	templates := func(to string) string {
		var out []string
		for _, name := range []string{"NewSignOnNotification", "AuthenticatorEnrolled", "AuthenticatorReset", "PasswordChanged"} {
			out = append(out, `{"name":"`+name+`","_embedded":{"settings":{"recipients":"`+to+`"}}}`)
		}
		return "[" + strings.Join(out, ",") + "]"
	}
	return org{
		{path: "/api/v1/brands/b1/", status: 200, body: templates("ALL_USERS")},
		{path: "/api/v1/brands/b2/", status: 200, body: templates(recipients)},
		{path: "/api/v1/brands", status: 200, body: `[{"id":"b1","name":"Okta Default"},{"id":"b2","name":"Partners"}]`},
	}
}

func TestPrerequisites(t *testing.T) {
	token := okta.Credential{Kind: okta.APIToken}
	role := func(roles string) org {
		return org{{path: "/api/v1/users/me", status: 200, body: `{"id":"00u1","profile":{"login":"svc@acme.example"}}`}, {path: "/api/v1/users/00u1/roles", status: 200, body: roles}}
	}
	for name, tt := range map[string]struct {
		org  org
		who  okta.Credential
		want map[string]okta.Verdict
		fix  []okta.Fix // of the one that is named first in want
		id   string
	}{
		"all mails go out":               {brands("ALL_USERS"), token, map[string]okta.Verdict{okta.NewSignOn: okta.Pass, okta.Enrolled: okta.Pass, okta.Reset: okta.Pass, okta.PasswordChanged: okta.Pass, okta.ReportByMail: okta.CannotTell}, nil, okta.Reset},
		"not those of one brand":         {brands("ADMINS_ONLY"), token, map[string]okta.Verdict{okta.NewSignOn: okta.Fail, okta.PasswordChanged: okta.Fail, okta.ReportByMail: okta.Fail}, []okta.Fix{{Action: "set_email_recipients", Inputs: map[string]any{"brand": "b2", "template": "AuthenticatorReset", "recipients": "ALL_USERS", "previous": "ADMINS_ONLY"}}}, okta.Reset},
		"Okta does not say":              {brands(""), token, map[string]okta.Verdict{okta.NewSignOn: okta.CannotTell}, nil, okta.Reset},
		"no brand is seen":               {org{{path: "/api/v1/brands", status: 200, body: `[]`}}, token, map[string]okta.Verdict{okta.NewSignOn: okta.CannotTell}, nil, okta.Reset},
		"brands are refused":             {org{{path: "/api/v1/brands", status: 403, body: `{}`}}, token, map[string]okta.Verdict{okta.NewSignOn: okta.Refused, okta.ReportByMail: okta.CannotTell}, nil, okta.Reset},
		"somebody reported":              {org{{path: "/api/v1/logs", status: 200, body: `[{"published":"2026-02-01T00:00:00Z"}]`}}, token, map[string]okta.Verdict{okta.ReportByMail: okta.Pass}, nil, okta.ReportByMail},
		"ThreatInsight blocks":           {org{{path: "/api/v1/threats", status: 200, body: `{"action":"block"}`}}, token, map[string]okta.Verdict{okta.ThreatInsight: okta.Pass}, nil, okta.ThreatInsight},
		"ThreatInsight is off":           {org{{path: "/api/v1/threats", status: 200, body: `{"action":"none","excludeZones":["nzo1"]}`}}, token, map[string]okta.Verdict{okta.ThreatInsight: okta.Fail}, []okta.Fix{{Action: "set_threat_insight", Inputs: map[string]any{"mode": "audit", "exclude_zones": []string{"nzo1"}, "previous": "none"}}}, okta.ThreatInsight},
		"ThreatInsight is something new": {org{{path: "/api/v1/threats", status: 200, body: `{"action":"ponder"}`}}, token, map[string]okta.Verdict{okta.ThreatInsight: okta.CannotTell}, nil, okta.ThreatInsight},
		"a read-only admin":              {role(`[{"type":"READ_ONLY_ADMIN","label":"Read-only Administrator"}]`), token, map[string]okta.Verdict{okta.RoleOfOwner: okta.Pass}, nil, okta.RoleOfOwner},
		"no admin at all":                {role(`[]`), token, map[string]okta.Verdict{okta.RoleOfOwner: okta.Fail}, nil, okta.RoleOfOwner},
		"a help desk admin":              {role(`[{"type":"HELP_DESK_ADMIN","label":"Help Desk Administrator"}]`), token, map[string]okta.Verdict{okta.RoleOfOwner: okta.Fail}, nil, okta.RoleOfOwner},
		"an owner that is not shown":     {org{}, token, map[string]okta.Verdict{okta.RoleOfOwner: okta.CannotTell}, nil, okta.RoleOfOwner},
		"an app's role":                  {org{{path: "/oauth2/v1/clients/0oa1/roles", status: 200, body: `[{"type":"READ_ONLY_ADMIN"}]`}}, okta.Credential{Kind: okta.ServiceApp, ClientID: "0oa1"}, map[string]okta.Verdict{okta.RoleOfOwner: okta.Pass}, nil, okta.RoleOfOwner},
		"an app that may not look":       {org{{path: "/oauth2/v1/clients/0oa1/roles", status: 403}}, okta.Credential{Kind: okta.ServiceApp, ClientID: "0oa1"}, map[string]okta.Verdict{okta.RoleOfOwner: okta.CannotTell}, nil, okta.RoleOfOwner},
		"an integration has none":        {org{}, okta.Credential{Kind: okta.Integration}, map[string]okta.Verdict{okta.RoleOfOwner: okta.Pass}, nil, okta.RoleOfOwner},
	} {
		t.Run(name, func(t *testing.T) {
			tt.org = append(tt.org, answer{path: "/api/v1/logs", status: 200, body: `[]`})
			got := okta.Prerequisites{Fetch: tt.org, Credential: tt.who, Now: noon()}.Check(t.Context())
			if len(got) != 7 {
				t.Fatalf("%d prerequisites", len(got))
			}
			verdicts := verdictsOf(got)
			for id, want := range tt.want {
				if verdicts[id] != want {
					t.Errorf("%s is %s, want %s: %+v", id, verdicts[id], want, got)
				}
			}
			one := got[slices.IndexFunc(got, func(f okta.Finding) bool { return f.ID == tt.id })]
			if diff := cmp.Diff(tt.fix, one.Fix); diff != "" {
				t.Error(diff)
			}
			for _, f := range got {
				if f.Title == "" || f.Said == "" || f.Why == "" || f.Where == "" {
					t.Errorf("it says too little: %+v", f)
				}
			}
		})
	}
}

// A super admin's token reads all that is wanted, and is told to be too much.
func TestStrongRole(t *testing.T) {
	p := okta.Prerequisites{Fetch: org{
		{path: "/api/v1/users/me", status: 200, body: `{"id":"00u1"}`}, {path: "/api/v1/users/00u1/roles", status: 200, body: `[{"type":"SUPER_ADMIN","label":"Super Administrator"}]`},
	}, Credential: okta.Credential{Kind: okta.APIToken}, Now: noon()}
	if f, ok := p.One(t.Context(), okta.RoleOfOwner); !ok || f.Verdict != okta.Pass || f.Advice == "" {
		t.Errorf("%+v", f)
	}
	if _, ok := p.One(t.Context(), "nothing"); ok {
		t.Error("there is a prerequisite of another id")
	}
}

func TestHookEligible(t *testing.T) {
	eligible, not := okta.HookEligible([]string{"user.session.start", "security.threat.detected", "group.user_membership.add", "user.session.start"})
	if diff := cmp.Diff([]string{"group.user_membership.add", "user.session.start"}, eligible); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"security.threat.detected"}, not); diff != "" {
		t.Error(diff)
	}
}

// The list is that of Okta's catalogue, which is beside the checkout.
func TestHookableIsTheCatalogues(t *testing.T) {
	var text []byte
	for dir, err := os.Getwd(); err == nil && text == nil && dir != "/"; dir = filepath.Dir(dir) {
		text, _ = os.ReadFile(filepath.Join(dir, "..", "shared", "specs", "okta", "okta-event-types.json"))
	}
	if text == nil {
		t.Skip("Okta's catalogue of event types is not beside the checkout (shared/specs/okta)")
	}
	var catalogue struct {
		Versions []struct {
			EventTypes []struct {
				ID   string
				Tags []string
			}
		}
	}
	if err := json.Unmarshal(text, &catalogue); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, e := range catalogue.Versions[0].EventTypes {
		if slices.Contains(e.Tags, "event-hook-eligible") {
			want = append(want, e.ID)
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, okta.Hookable()); diff != "" {
		t.Error(diff)
	}
}
