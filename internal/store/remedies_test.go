package store_test

import (
	"context"
	"testing"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/portal"
	"sallyport/internal/remedy"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

func remedyPlan(org, id string, targets int) remedy.Plan {
	return remedy.Plan{
		ID: id, Org: org, Connection: "c1", Playbook: "suspend_user", Title: "Suspend", Cause: remedy.Cause{Kind: "finding", ID: "f1"}, Actor: "account:a1", State: remedy.Draft,
		Objects: []remedy.Object{{ID: "00u1", With: value.Map("group", "g1")}}, Targets: targets, CreatedAt: start(),
		Steps: []remedy.Step{{Seq: 1, Action: "suspend_user", Inputs: value.Map("user", "00u1"), State: remedy.Planned}, {Seq: 2, Action: "suspend_user", State: remedy.Barred, Hurdles: []remedy.Hurdle{{Kind: remedy.Protected, Says: "no", Bars: true}}}},
	}
}

func addRemedies(t *testing.T, db *store.DB, plans ...remedy.Plan) {
	t.Helper()
	for _, org := range []string{"acme", "other"} {
		if err := db.Organizations.Add(t.Context(), portal.Organization{ID: org, Slug: org, Name: org}); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range plans {
		if err := db.Remedies.Add(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRemedies(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		addRemedies(t, db, remedyPlan("acme", "p1", 2), remedyPlan("other", "p2", 2))
		got, err := db.Remedies.Get(t.Context(), "acme", "p1")
		if err != nil || len(got.Steps) != 2 || got.Steps[1].Hurdles[0].Says != "no" || got.Objects[0].With.Text("group") != "g1" || !got.CreatedAt.Equal(start()) {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := db.Remedies.Get(t.Context(), "acme", "p2"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("the plan of another: %v", err)
		}
		for name, f := range map[string]store.RemedyFilter{
			"all": {}, "drafts": {States: []remedy.State{remedy.Draft}}, "of the finding": {Cause: remedy.Cause{Kind: "finding", ID: "f1"}},
		} {
			f.Limit = 10
			if list, err := db.Remedies.List(t.Context(), "acme", f); err != nil || len(list) != 1 || list[0].ID != "p1" {
				t.Errorf("%s: %+v, %v", name, list, err)
			}
		}
		if list, err := db.Remedies.List(t.Context(), "acme", store.RemedyFilter{States: []remedy.State{remedy.Done}, Limit: 10}); err != nil || len(list) != 0 {
			t.Errorf("done: %+v, %v", list, err)
		}
		if n, err := db.Remedies.StepStates(t.Context(), "acme", []string{"p1", "p2"}); err != nil || len(n) != 1 || n["p1"][remedy.Barred] != 1 {
			t.Errorf("%v, %v", n, err)
		}
	})
}

// A plan and a step leave the state that they are in, once, and in their own
// organization alone.
func TestRemedyMoves(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		addRemedies(t, db, remedyPlan("acme", "p1", 2))
		move := func(org string, from remedy.State, want remedy.Moved) {
			t.Helper()
			p := remedyPlan(org, "p1", 2)
			p.State, p.StartedAt = remedy.Running, start()
			if got, err := db.Remedies.Move(t.Context(), remedy.Move{From: []remedy.State{from}, To: p, Work: start()}); err != nil || got != want {
				t.Errorf("%s from %s: %s, %v", org, from, got, err)
			}
		}
		move("other", remedy.Draft, remedy.Elsewhere)
		move("acme", remedy.Waiting, remedy.Elsewhere)
		move("acme", remedy.Draft, remedy.Yes)
		move("acme", remedy.Draft, remedy.Elsewhere)
		s := remedy.Step{Seq: 1, State: remedy.Started}
		for _, tt := range []struct {
			org  string
			want bool
		}{{"other", false}, {"acme", true}, {"acme", false}} {
			if ok, err := db.Remedies.SaveStep(t.Context(), tt.org, "p1", remedy.Planned, s); err != nil || ok != tt.want {
				t.Errorf("%s: %v, %v", tt.org, ok, err)
			}
		}
	})
}

// Two plans that begin at once do not pass the hour's limit together.
func TestRemediesOfAnHour(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		addRemedies(t, db, remedyPlan("acme", "p1", 3), remedyPlan("acme", "p2", 3), remedyPlan("other", "p3", 3))
		begin := func(org, id string) remedy.Moved {
			p := remedyPlan(org, id, 3)
			p.State, p.StartedAt = remedy.Running, start()
			got, err := db.Remedies.Move(t.Context(), remedy.Move{From: []remedy.State{remedy.Draft}, To: p, Work: start(), Most: 5, Since: start().Add(-time.Hour)})
			if err != nil {
				t.Error(err)
			}
			return got
		}
		results := make(chan remedy.Moved)
		for _, id := range []string{"p1", "p2"} {
			go func() { results <- begin("acme", id) }()
		}
		if a, b := <-results, <-results; a == b {
			t.Errorf("both %s", a)
		}
		if got := begin("other", "p3"); got != remedy.Yes {
			t.Errorf("another organization: %s", got)
		}
	})
}

// A plan is worked at by the workers, once it was moved there.
func TestRemedyWorker(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		addRemedies(t, db, remedyPlan("acme", "p1", 1))
		worked := make(chan string, 4)
		calls := 0
		w, err := db.StartWorkers(t.Context(), store.WorkerOptions{Workers: 1, Run: workTo(worked), Remedy: func(_ context.Context, org, plan string) (time.Time, error) {
			if calls++; calls == 1 {
				return time.Now().Add(time.Millisecond), nil // it wants to be called again
			}
			worked <- org + "/" + plan
			return time.Time{}, nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = w.Stop(t.Context()) }()
		p := remedyPlan("acme", "p1", 1)
		p.State = remedy.Running
		if got, err := db.Remedies.Move(t.Context(), remedy.Move{From: []remedy.State{remedy.Draft}, To: p, Work: time.Now()}); err != nil || got != remedy.Yes {
			t.Fatal(got, err)
		}
		if got := <-worked; got != "acme/p1" {
			t.Errorf("worked at %s", got)
		}
	})
}

func TestRemedySchedules(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		addRemedies(t, db)
		s := remedy.Schedule{ID: "s1", Org: "acme", Title: "Dormant", Playbook: "dormant_user", Cron: "0 6 * * *", Enabled: true, NextAt: start(), CreatedAt: start()}
		off := s
		off.ID, off.Enabled = "s2", false
		for _, x := range []remedy.Schedule{s, off} {
			if err := db.RemedySchedules.Save(t.Context(), x); err != nil {
				t.Fatal(err)
			}
		}
		if due, err := db.RemedySchedules.Due(t.Context(), start()); err != nil || len(due) != 1 || due[0].ID != "s1" {
			t.Errorf("due %+v, %v", due, err)
		}
		next := s
		next.NextAt = start().Add(time.Hour)
		for _, want := range []bool{true, false} { // a time is fired once
			if ok, err := db.RemedySchedules.Fire(t.Context(), next, start()); err != nil || ok != want {
				t.Errorf("fired %v, %v", ok, err)
			}
		}
		if due, err := db.RemedySchedules.Due(t.Context(), start()); err != nil || len(due) != 0 {
			t.Errorf("due again %+v, %v", due, err)
		}
		if list, err := db.RemedySchedules.List(t.Context(), "other"); err != nil || len(list) != 0 {
			t.Errorf("of another: %+v, %v", list, err)
		}
		if err := db.RemedySchedules.Remove(t.Context(), "other", "s1"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("removed by another: %v", err)
		}
		if err := db.RemedySchedules.Remove(t.Context(), "acme", "s1"); err != nil {
			t.Error(err)
		}
	})
}
