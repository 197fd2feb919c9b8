package okta_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/okta"
)

// personOrg answers what is in it, and counts.
type personOrg struct {
	answers map[string]string
	asked   atomic.Int32
}

func (o *personOrg) Fetch(_ context.Context, target string) (okta.Answer, error) {
	o.asked.Add(1)
	part := strings.TrimPrefix(strings.TrimPrefix(target, "/api/v1/users/00u1"), "/")
	switch body := o.answers[part]; body {
	case "":
		return okta.Answer{}, errors.New("no route")
	case "denied":
		return okta.Answer{Status: http.StatusForbidden, Body: []byte(`{"errorCode":"E0000006","errorSummary":"You do not have permission"}`)}, nil
	default:
		return okta.Answer{Status: http.StatusOK, Body: []byte(body)}, nil
	}
}

func TestReadPerson(t *testing.T) {
	many := "[" + strings.Repeat(`{"profile":{"name":"G"}},`, okta.MaxGroups) + `{"profile":{"name":"last"}}]`
	o := &personOrg{answers: map[string]string{
		"":       `{"id":"00u1","status":"ACTIVE","created":"2024-01-02T03:04:05Z","lastLogin":null,"profile":{"login":"ada@acme.example","title":"CTO","managerId":"00u9"}}`,
		"roles":  `[{"label":"Super Administrator","status":"ACTIVE"},{"type":"CUSTOM"},{"label":"Old","status":"INACTIVE"}]`,
		"groups": many, "factors": `[{"factorType":"push","provider":"OKTA","status":"ACTIVE"}]`,
	}}
	p := okta.ReadPerson(t.Context(), o, "00u1")
	if p.Status != "ACTIVE" || p.Manager != "00u9" || !p.LastLogin.IsZero() || p.Created.Year() != 2024 || len(p.Groups) != okta.MaxGroups || !p.MoreGroups || len(p.Unread) != 0 {
		t.Errorf("%+v", p)
	}
	if diff := cmp.Diff([]string{"Super Administrator", "CUSTOM"}, p.Roles); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]okta.Factor{{Type: "push", Provider: "OKTA", Status: "ACTIVE"}}, p.Factors); diff != "" {
		t.Error(diff)
	}
}

// What cannot be read is said of each part, and is never taken for nothing.
func TestPersonUnread(t *testing.T) {
	for name, tc := range map[string]struct {
		answers map[string]string
		unread  []okta.PersonPart
	}{
		"roles are denied":                   {map[string]string{"": "{}", "roles": "denied", "groups": "[]", "factors": "[]"}, []okta.PersonPart{okta.PartRoles}},
		"nobody answers for factors":         {map[string]string{"": "{}", "roles": "[]", "groups": "[]"}, []okta.PersonPart{okta.PartFactors}},
		"groups are no list":                 {map[string]string{"": "{}", "roles": "[]", "groups": "{}", "factors": "[]"}, []okta.PersonPart{okta.PartGroups}},
		"nothing of a person that is unseen": {map[string]string{"": "denied", "roles": "[]", "groups": `[{"profile":{"name":"G"}}]`, "factors": "[]"}, []okta.PersonPart{okta.PartProfile, okta.PartRoles, okta.PartFactors}},
	} {
		t.Run(name, func(t *testing.T) {
			p := okta.ReadPerson(t.Context(), &personOrg{answers: tc.answers}, "00u1")
			if len(p.Unread) != len(tc.unread) {
				t.Errorf("unread: %v", p.Unread)
			}
			for _, part := range tc.unread {
				if p.Unread[part] == "" {
					t.Errorf("%s was read: %v", part, p.Unread)
				}
			}
		})
	}
}

func TestPeopleAreRemembered(t *testing.T) {
	now := time.Now()
	o := &personOrg{answers: map[string]string{"": "{}", "roles": "[]", "groups": "[]", "factors": "[]"}}
	people := &okta.People{Now: func() time.Time { return now }}
	for _, step := range []struct {
		in    string
		after time.Duration
		asked int32
	}{{"a", 0, 4}, {"a", 30 * time.Second, 4}, {"b", 0, 8}, {"a", time.Minute, 12}} {
		now = now.Add(step.after)
		people.Read(t.Context(), step.in, o, "00u1")
		if got := o.asked.Load(); got != step.asked {
			t.Errorf("%s after %s: %d requests, want %d", step.in, step.after, got, step.asked)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	people.Read(ctx, "c", o, "00u1")
	if people.Read(t.Context(), "c", o, "00u1"); o.asked.Load() != 20 {
		t.Error("what was read for somebody who had gone is remembered")
	}
}
