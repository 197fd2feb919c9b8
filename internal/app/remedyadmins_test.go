package app

import (
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/store/storetest"
	"sallyport/sandbox/okta"
)

// Who has which admin roles is known from what was read as Okta says it: by people,
// with those of their groups, and who of them is a super admin that can sign in.
func TestAdminsAsTheyWereRead(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b := syncing(t, dsn, 20, (*okta.Org).AdminToken)
		h := held{b.core.DB, b.core.Now}
		if _, known, err := h.SuperAdmins(t.Context(), b.id, b.conn.ID); err != nil || known {
			t.Errorf("known before the org was read: %v, %v", known, err)
		}
		b.judged("")
		supers := map[string]bool{}
		var assignees struct {
			Value []struct {
				ID string `json:"id"`
			} `json:"value"`
		}
		b.call(http.MethodGet, "/api/v1/iam/assignees/users?limit=200", nil, &assignees)
		if len(assignees.Value) < 3 {
			t.Fatalf("only %d people have roles", len(assignees.Value))
		}
		for _, a := range assignees.Value {
			var roles []struct{ Type, Status string }
			b.call(http.MethodGet, "/api/v1/users/"+a.ID+"/roles", nil, &roles)
			var types []string
			for _, r := range roles {
				if r.Status == "ACTIVE" {
					types = append(types, r.Type)
				}
			}
			slices.Sort(types)
			types = slices.Compact(types)
			got, known, err := h.Roles(t.Context(), b.id, b.conn.ID, "user", a.ID)
			if diff := cmp.Diff(types, got); diff != "" || !known || err != nil {
				t.Errorf("%s, known %v, %v (-Okta +read):\n%s", a.ID, known, err, diff)
			}
			var person struct{ Status string }
			b.call(http.MethodGet, "/api/v1/users/"+a.ID, nil, &person)
			if slices.Contains(types, superAdmin) && !slices.Contains([]string{"SUSPENDED", "DEPROVISIONED", "STAGED"}, person.Status) {
				supers[a.ID] = true
			}
		}
		got, known, err := h.SuperAdmins(t.Context(), b.id, b.conn.ID)
		if diff := cmp.Diff(supers, got); diff != "" || !known || err != nil || len(supers) < 2 {
			t.Errorf("%d super admins, known %v, %v (-Okta +read):\n%s", len(slices.Collect(maps.Keys(got))), known, err, diff)
		}
		if _, known, err := h.Roles(t.Context(), b.id, b.conn.ID, "user", "00unobody"); err != nil || known {
			t.Errorf("the roles of nobody are known: %v", err)
		}
	})
}
