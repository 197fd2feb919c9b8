package app

import (
	"fmt"
	"strings"
	"testing"

	"sallyport/internal/ask"
	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/portal"
	"sallyport/internal/store/storetest"
	"sallyport/sandbox/okta"
)

// All questions that the product comes with are answered on an org, most of them
// with something; what changes in the org changes answers; and another organization
// sees none of it.
func TestQuestionsAreAnsweredOnAnOrg(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b := syncing(t, dsn, 40, (*okta.Org).AdminToken)
		b.judged("")
		all, err := ask.BuiltIn()
		if err != nil || len(all) < 12 {
			t.Fatal(len(all), err)
		}
		some := 0
		for _, k := range all {
			a, err := b.core.Ask.Ask(t.Context(), ask.Question{Org: b.id, SQL: k.SQL})
			if err != nil {
				t.Errorf("%s: %v", k.Name, err)
			}
			if len(a.Rows) > 0 {
				some++
			}
		}
		if some < len(all)/2 {
			t.Errorf("only %d of %d questions find something", some, len(all))
		}
		for _, v := range ask.Views() {
			if _, err := b.core.Ask.Ask(t.Context(), ask.Question{Org: b.id, SQL: "SELECT * FROM " + v.Name}); err != nil {
				t.Errorf("%s: %v", v.Name, err)
			}
		}
		first := b.one("SELECT count(*) FROM people")
		b.call("POST", "/api/v1/users", jsonObject{"profile": jsonObject{"login": "new@acme.example", "email": "new@acme.example", "firstName": "New", "lastName": "One"}}, nil)
		if again := b.one("SELECT count(*) FROM people"); again != first {
			t.Error("changed before it was read", first, again)
		}
		b.sync()
		if again := b.one("SELECT count(*) FROM people"); again == first {
			t.Error("not changed", again)
		}
		if got := b.one("SELECT count(*) FROM entity_history WHERE name = 'new@acme.example' AND is_now"); got != "[[1]]" {
			t.Error(got)
		}
		other := portal.Organization{ID: id.New(), Slug: "other", Name: "Other", CreatedAt: b.core.Now()}
		if err := b.core.DB.Organizations.Add(t.Context(), other); err != nil {
			t.Fatal(err)
		}
		a, err := b.core.Ask.Ask(t.Context(), ask.Question{Org: other.ID, SQL: "SELECT (SELECT count(*) FROM objects) + (SELECT count(*) FROM tenants) + (SELECT count(*) FROM findings) + (SELECT count(*) FROM edge_history)"})
		if err != nil || fmt.Sprint(a.Rows) != "[[0]]" {
			t.Error(a.Rows, err)
		}
		if _, err := b.core.Ask.Ask(t.Context(), ask.Question{Org: other.ID, Tenant: b.tenant().ID, SQL: "SELECT 1"}); errs.KindOf(err) != errs.NotFound {
			t.Error(err)
		}
		// What the server keeps is not among what can be asked of.
		for _, table := range []string{"tenant", "account", "api_token", "connection", "inventory_version", "organization", "sealed_secret"} {
			if _, err := b.core.Ask.Ask(t.Context(), ask.Question{Org: b.id, SQL: "SELECT * FROM " + table}); err == nil || !strings.Contains(err.Error(), "there is no view") {
				t.Error(table, err)
			}
		}
	})
}

// one asks a question of the bench's organization.
func (b *syncBench) one(text string) string {
	b.t.Helper()
	a, err := b.core.Ask.Ask(b.t.Context(), ask.Question{Org: b.id, SQL: text})
	if err != nil {
		b.t.Fatal(err)
	}
	return fmt.Sprint(a.Rows)
}
