package app

import (
	"strings"
	"testing"

	"sallyport/internal/errs"
	"sallyport/internal/posture"
	"sallyport/internal/remedy"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/sandbox/okta"
)

// A schedule finds in what was read of an org the people of whom its condition holds,
// and what its check found, of the kind that its playbook is for.
func TestSelectedForRemedies(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b := syncing(t, dsn, 20, (*okta.Org).AdminToken)
		h := held{b.core.DB, b.core.Now}
		if n, known, err := h.People(t.Context(), b.id, b.conn.ID); err != nil || known || n != 0 {
			t.Errorf("before it was read there are %d people, %v, %v", n, known, err)
		}
		b.judged("")
		n, known, err := h.People(t.Context(), b.id, b.conn.ID)
		if err != nil || !known || n < 20 {
			t.Errorf("%d people, %v, %v", n, known, err)
		}
		chosen := func(s remedy.Selection) []remedy.Object {
			t.Helper()
			got, err := h.Select(t.Context(), b.id, b.conn.ID, s)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		all := chosen(remedy.Selection{People: "true", For: "user"})
		if len(all) != n {
			t.Errorf("%d of %d people", len(all), n)
		}
		one := chosen(remedy.Selection{People: "user.profile.login == '" + all[0].Name + "'", For: "user"})
		if len(one) != 1 || one[0].ID != all[0].ID {
			t.Errorf("%+v, not %+v", one, all[0])
		}
		if _, err := h.Select(t.Context(), b.id, b.conn.ID, remedy.Selection{People: "int(user.profile.login) == 1"}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a condition that fails: %v", err)
		}
		open := b.openOf("ADM-002")
		if len(open) == 0 {
			t.Fatal("the check found nothing")
		}
		if got := chosen(remedy.Selection{Check: "ADM-002", For: "user"}); len(got) != len(open) || !strings.Contains(strings.Join(open, " "), got[0].ID) {
			t.Errorf("found %v, selected %+v", open, got)
		}
		if got := chosen(remedy.Selection{Check: "ADM-002", For: "app"}); len(got) != 0 {
			t.Errorf("selected for apps %+v", got)
		}
	})
}

// openOf are the findings of a check that are open.
func (b *syncBench) openOf(check string) []string {
	b.t.Helper()
	all, err := b.core.DB.Postures.Findings(b.t.Context(), b.id, b.tenant().ID, store.FindingFilter{Checks: []string{check}, Limit: 100})
	if err != nil {
		b.t.Fatal(err)
	}
	var out []string
	for _, f := range all {
		if f.State == posture.Open {
			out = append(out, f.ID)
		}
	}
	return out
}
