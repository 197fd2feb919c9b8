package store_test

import (
	"testing"

	"sallyport/internal/errs"
	"sallyport/internal/portal"
)

// The server's organization goes without saying while it is the only one, and has
// single sign-on.
func TestTheOnlyOrganization(t *testing.T) {
	db, side, _ := openBeside(t)
	is := func(when, want string) {
		t.Helper()
		switch o, err := db.SSODirectory.Only(t.Context()); {
		case want == "" && errs.KindOf(err) != errs.NotFound, want != "" && (err != nil || o.Slug != want):
			t.Errorf("%s: %q instead of %q (%v)", when, o.Slug, want, err)
		}
	}
	exec := func(q string) {
		t.Helper()
		if _, err := side.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	is("with none", "")
	addOrg(t, db, "acme", "ada", portal.Admin)
	is("without single sign-on", "")
	exec(`INSERT INTO sso_config (org_id, enabled, version, grants_from, metadata, metadata_at, metadata_url, groups_attribute, updated_at, updated_by) VALUES ('acme', 1, 1, 0, '', 0, '', 'groups', 0, 'ada')`)
	is("with it", "acme")
	exec(`UPDATE sso_config SET enabled = 0`)
	is("switched off", "")
	exec(`UPDATE sso_config SET enabled = 1`)
	addOrg(t, db, "other", "eve", portal.Admin)
	is("beside another", "")
}
