package app

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/event"
	"sallyport/internal/id"
	"sallyport/internal/inventory"
	"sallyport/internal/posture"
	"sallyport/internal/source"
	"sallyport/internal/store/storetest"
	"sallyport/sandbox/okta"
)

// judged reads all of the bench's org and judges it by a profile.
func (b *syncBench) judged(by posture.Profile) map[string]posture.Result {
	b.t.Helper()
	s, err := b.core.SyncOkta(b.t.Context(), b.conn, nil)
	if err != nil || s.State != inventory.SyncDone {
		b.t.Fatalf("%v %v %s", err, s.State, s.Error)
	}
	tenant, err := b.core.DB.Inventory.Tenant(b.t.Context(), b.id, s.Tenant)
	if err != nil {
		b.t.Fatal(err)
	}
	_, results, err := b.core.Judge(b.t.Context(), tenant, by, "asked")
	if err != nil {
		b.t.Fatal(err)
	}
	out := map[string]posture.Result{}
	for _, r := range results {
		out[r.ID] = r
	}
	return out
}

// shown says what a check came to, for who looks why it is not what it should be.
func shown(r posture.Result) string {
	var said []string
	for _, e := range r.Evidence[:min(len(r.Evidence), 6)] {
		said = append(said, fmt.Sprintf("%s %s (%s = %s): %s", e.Verdict, e.Object, e.Field, e.Value, e.Said))
	}
	return fmt.Sprintf("%s: %s; missing %v\n\t%s", r.Verdict, r.Said, r.Missing, strings.Join(said, "\n\t"))
}

// Each weakness that is planted in the weak org is found, where it is, and nothing
// else fails.
func TestPlantedWeaknesses(t *testing.T) {
	planted, err := okta.Planted()
	if err != nil {
		t.Fatal(err)
	}
	b := syncingOf(t, storetest.Prepared(t), okta.Options{Seed: 7, Users: 60, Weak: true, Now: time.Now}, (*okta.Org).AdminToken)
	b.logs()
	got := b.judged(posture.Strict)
	weak := map[string]okta.Weakness{}
	for _, w := range planted.Weaknesses {
		weak[w.Check] = w
	}
	for _, c := range b.core.Checks {
		r, ok := got[c.ID]
		if !ok {
			if !c.In(posture.Strict) && !slices.ContainsFunc(planted.Weaknesses, func(w okta.Weakness) bool { return w.Check == c.ID }) {
				continue
			}
			t.Errorf("%s is not in the profile", c.ID)
			continue
		}
		w, planned := weak[c.ID]
		switch {
		case planned && r.Verdict != posture.Fail:
			t.Errorf("%s is planted (%s) and not found: %s", c.ID, w.Note, shown(r))
		case planned:
			b.foundWhere(w, r)
		case slices.Contains(planted.Passes, c.ID) && r.Verdict != posture.Pass:
			t.Errorf("%s is sound, and is said to be %s", c.ID, shown(r))
		case r.Verdict == posture.Fail || r.Verdict == posture.Error:
			t.Errorf("%s is not planted: %s", c.ID, shown(r))
		}
	}
	if len(planted.Weaknesses) < 60 {
		t.Errorf("%d weaknesses are planted", len(planted.Weaknesses))
	}
}

// foundWhere checks that a weakness is found at what it is planted in.
func (b *syncBench) foundWhere(w okta.Weakness, r posture.Result) {
	b.t.Helper()
	for _, want := range w.Objects {
		kind, name, _ := strings.Cut(want, "/")
		if kind == "org" {
			continue
		}
		hit := func(e posture.Evidence) bool {
			named := e.Object.Name == name || strings.HasPrefix(e.Object.Name, name+"@") || e.Object.ID == name || strings.Contains(e.Object.Name, name)
			return e.Verdict == posture.Fail && (string(e.Object.Kind) == kind && named || strings.Contains(e.Said, name))
		}
		if !slices.ContainsFunc(r.Evidence, hit) {
			b.t.Errorf("%s is planted in %s, and found elsewhere: %s", w.Check, want, shown(r))
		}
	}
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

// logs stores all of the org's log, as a source that polls would.
func (b *syncBench) logs() {
	b.t.Helper()
	now := b.core.Now()
	s := source.Source{ID: id.At(now), Org: b.id, Name: "Log", Kind: source.Okta, Connection: b.conn.ID, Poll: true, Enabled: true, StartAt: now, CreatedAt: now}
	if err := b.core.DB.Sources.Save(b.t.Context(), s); err != nil {
		b.t.Fatal(err)
	}
	batch := source.Batch{Org: b.id, Source: s.ID, Via: source.ViaPoll, ActFrom: source.Never()}
	for _, e := range b.list("/api/v1/logs?limit=1000&since=" + url.QueryEscape(now.AddDate(0, 0, -90).UTC().Format(time.RFC3339)) + "&until=" + url.QueryEscape(now.UTC().Format(time.RFC3339))) {
		raw, err := json.Marshal(e)
		if err != nil {
			b.t.Fatal(err)
		}
		one, err := event.NewParser().Parse(raw)
		if err != nil {
			b.t.Fatal(err)
		}
		batch.Events = append(batch.Events, one)
	}
	if _, err := b.core.Pipeline.Accept(b.t.Context(), batch); err != nil {
		b.t.Fatal(err)
	}
}
