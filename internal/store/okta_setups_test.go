package store_test

import (
	"testing"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/okta/onboard"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// One runs at a time; one whose server died is not running any more; and an
// organization sees, stops and changes its own alone.
func TestOktaSetups(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		addOrg(t, db, "acme", "ada", portal.Admin)
		addOrg(t, db, "other", "eve", portal.Admin)
		ctx, now := t.Context(), time.Now().UTC().Truncate(time.Microsecond)
		job := func(id, org string, beat time.Time) onboard.Job {
			return onboard.Job{ID: id, Org: org, Account: "ada", State: onboard.Running, Wish: onboard.Wish{Domain: "https://acme.okta.com"}, CreatedAt: beat, BeatAt: beat}
		}
		died := job("s1", "acme", now.Add(-onboard.Lost-time.Minute))
		if err := db.OktaSetups.Add(ctx, died); err != nil {
			t.Fatal(err)
		}
		if got, err := db.OktaSetups.Get(ctx, "acme", "s1"); err != nil || got.State != onboard.Interrupted || !got.EndedAt.Equal(died.BeatAt) {
			t.Errorf("%+v, %v", got, err)
		}
		running := job("s2", "acme", now)
		if err := db.OktaSetups.Add(ctx, running); err != nil {
			t.Fatal(err)
		}
		if err := db.OktaSetups.Add(ctx, job("s3", "acme", now)); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a second one beside it: %v", err)
		}
		if err := db.OktaSetups.Add(ctx, job("s4", "other", now)); err != nil {
			t.Errorf("one of another organization: %v", err)
		}
		if err := db.OktaSetups.Stop(ctx, "other", "s2"); err != nil {
			t.Fatal(err)
		}
		if stop, err := db.OktaSetups.Keep(ctx, running); err != nil || stop {
			t.Errorf("stopped by another organization: %v, %v", stop, err)
		}
		if err := db.OktaSetups.Stop(ctx, "acme", "s2"); err != nil {
			t.Fatal(err)
		}
		if stop, err := db.OktaSetups.Keep(ctx, running); err != nil || !stop {
			t.Errorf("not stopped: %v, %v", stop, err)
		}
		running.State, running.EndedAt, running.Report.Fault = onboard.Canceled, now, &onboard.Fault{Phase: onboard.PhaseApp, Left: []string{"app 0oa1"}}
		if _, err := db.OktaSetups.Keep(ctx, running); err != nil {
			t.Fatal(err)
		}
		running.Report.Clean = []string{"took back the app 0oa1"}
		theirs := running
		theirs.Org = "other"
		if err := db.OktaSetups.Cleaned(ctx, theirs); err != nil {
			t.Fatal(err)
		}
		if got, err := db.OktaSetups.Get(ctx, "acme", "s2"); err != nil || got.State != onboard.Canceled || len(got.Report.Clean) != 0 || len(got.Report.Fault.Left) != 1 {
			t.Errorf("%+v, %v", got, err)
		}
		if err := db.OktaSetups.Cleaned(ctx, running); err != nil {
			t.Fatal(err)
		}
		if got, err := db.OktaSetups.List(ctx, "acme"); err != nil || len(got) != 2 || got[0].ID != "s2" || len(got[0].Report.Clean) != 1 {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := db.OktaSetups.Get(ctx, "other", "s2"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("seen by another organization: %v", err)
		}
	})
}
