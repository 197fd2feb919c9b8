package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/inventory"
	"sallyport/internal/posture"
	"sallyport/internal/store/storetest"
	"sallyport/sandbox/okta"
)

// judged reads all of the bench's org and judges it by a profile.
func (b *syncBench) judged(by posture.Profile) map[string]posture.Result {
	b.t.Helper()
	b.sync()
	return b.judge(by)
}

// judge judges what was read of the bench's org.
func (b *syncBench) judge(by posture.Profile) map[string]posture.Result {
	b.t.Helper()
	_, results, err := b.core.Judge(b.t.Context(), b.tenant(), by, "asked")
	if err != nil {
		b.t.Fatal(err)
	}
	out := map[string]posture.Result{}
	for _, r := range results {
		out[r.ID] = r
	}
	return out
}

// What was found is a finding until it is repaired and read again; what cannot be
// seen any more stays as it was; an exception accepts it while it lasts.
func TestFindingsOpenAndClose(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b := syncing(t, dsn, 20, (*okta.Org).AdminToken)
		b.call("POST", "/api/v1/threats/configuration", jsonObject{"action": "none"}, nil)
		b.judged("")
		tenant := b.tenant()
		state := func() (s []posture.FindingState) {
			t.Helper()
			f, err := b.core.DB.Postures.Finding(t.Context(), b.id, tenant.ID, "THREAT-001:org")
			if err != nil {
				t.Fatal(err)
			}
			changes, err := b.core.DB.Postures.FindingChanges(t.Context(), b.id, tenant.ID, f.ID, 10)
			if err != nil || changes[0].State != f.State {
				t.Fatal(err, changes, f.State)
			}
			for _, c := range changes {
				s = append(s, c.State)
			}
			return s
		}
		if got := state(); got[0] != posture.Open {
			t.Fatal(got)
		}
		b.call("POST", "/api/v1/threats/configuration", jsonObject{"action": "block"}, nil)
		b.judged("")
		b.call("POST", "/api/v1/threats/configuration", jsonObject{"action": "none"}, nil)
		b.judged("")
		if diff := cmp.Diff([]posture.FindingState{posture.Open, posture.Closed, posture.Open}, state()); diff != "" {
			t.Errorf("states, the newest first (-want +got):\n%s", diff)
		}
	})
}

// tenant is the org that was read.
func (b *syncBench) tenant() inventory.Tenant {
	b.t.Helper()
	all, err := b.core.DB.Inventory.Tenants(b.t.Context(), b.id)
	if err != nil || len(all) != 1 {
		b.t.Fatal(err, all)
	}
	return all[0]
}
