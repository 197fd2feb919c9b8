package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"sallyport/internal/flow"
	"sallyport/internal/inventory"
	"sallyport/internal/notify"
	"sallyport/internal/posture"
	"sallyport/internal/remedy"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// anOrg is an organization with an Okta org.
func anOrg(t *testing.T, db *store.DB) inventory.Tenant {
	t.Helper()
	addOrg(t, db, org, "ada", "admin")
	tenant, err := db.Inventory.Meet(t.Context(), inventory.Tenant{Org: org, OktaID: "00o1", Domain: "https://acme.okta.com", Name: "Acme", Connection: "c1"})
	if err != nil {
		t.Fatal(err)
	}
	return tenant
}

// finds is what a check comes to that finds so many people.
func finds(check string, s posture.Severity, n int) posture.Result {
	r := posture.Result{ID: check, Check: &posture.Check{ID: check, Title: "Title of " + check, Category: "user", Severity: s, Profiles: []posture.Profile{posture.Baseline}}, Verdict: posture.Fail, Said: "It is so."}
	for i := range n {
		o := posture.Object{Ref: inventory.Ref{Kind: inventory.User, ID: fmt.Sprintf("00u%03d", i)}, Name: fmt.Sprint("User ", i)}
		r.Evidence = append(r.Evidence, posture.Evidence{Object: o, Verdict: posture.Fail, Said: "It is so.", Finding: posture.FindingID(check, o)})
	}
	return r
}

// judged keeps a judgement of now.
func judged(t *testing.T, db *store.DB, tenant inventory.Tenant, start func(int64, []posture.Turned) ([]flow.Run, error), results ...posture.Result) error {
	t.Helper()
	j := store.Judgement{PostureRun: db.Postures.NewPostureRun(posture.Baseline, "asked"), Results: results, Settles: true, Start: start}
	j.Score = posture.ScoreOf(results)
	return db.Postures.Judge(t.Context(), tenant, j)
}

func everyFinding(c *notify.Channel) {
	c.Plan.Moments, c.Plan.Findings = nil, &notify.FindingPlan{Moments: notify.FindingMoments()}
}

// A judgement makes one notice for a channel, whatever it opens, and only of what it
// changed.
func TestJudgementIsToldOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		tenant := anOrg(t, db)
		aChannel(t, db, "all", everyFinding)
		aChannel(t, db, "alerts", nil)
		aChannel(t, db, "off", func(c *notify.Channel) { everyFinding(c); c.Enabled = false })
		aChannel(t, db, "grave", func(c *notify.Channel) { everyFinding(c); c.Plan.Findings.Severity = posture.High })
		aChannel(t, db, "elsewhere", func(c *notify.Channel) { everyFinding(c); c.Plan.Findings.Tenants = []string{"another"} })
		for _, results := range [][]posture.Result{
			{finds("USER-1", posture.Low, 60)},
			{finds("USER-1", posture.Low, 60)},
			{finds("USER-1", posture.Low, 59), finds("USER-2", posture.Critical, 2)},
			{finds("USER-1", posture.Low, 60), finds("USER-2", posture.Critical, 2)},
		} {
			if err := judged(t, db, tenant, nil, results...); err != nil {
				t.Fatal(err)
			}
		}
		for channel, want := range map[string]string{
			"all": "60 opened;2 opened 1 closed;1 reopened;", "grave": "2 opened;", "alerts": "", "off": "", "elsewhere": "",
		} {
			if got := told(notices(t, db, channel)); got != want {
				t.Errorf("%s is told %q, want %q", channel, got, want)
			}
		}
		first := notices(t, db, "all")[2]
		if n := first.News; n.Tenant != tenant.ID || n.Name != "Acme" || n.Found[0].Title != "Title of USER-1" || n.Found[0].Object != "user/00u000" || first.Moment != notify.Judged {
			t.Errorf("%+v", n)
		}
		p, err := db.Notices.Take(t.Context(), org, first.ID)
		if err != nil || len(p.Notices) != 1 || len(p.Notices[0].News.Found) != 60 {
			t.Errorf("it is sent as %d notices, %v", len(p.Notices), err)
		}
	})
}

// told says what notices tell, the oldest first.
func told(ns []notify.Notice) string {
	var out strings.Builder
	for i := range ns {
		n := map[notify.FindingMoment]int{}
		for _, f := range ns[len(ns)-1-i].News.Found {
			n[f.Moment]++
		}
		var said []string
		for _, m := range notify.FindingMoments() {
			if n[m] > 0 {
				said = append(said, fmt.Sprint(n[m], " ", m))
			}
		}
		out.WriteString(strings.Join(said, " ") + ";")
	}
	return out.String()
}

// What a judgement starts is there exactly if the judgement is.
func TestJudgementStartsRuns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		tenant := anOrg(t, db)
		aChannel(t, db, "all", everyFinding)
		refused := errors.New("no")
		var turns []string
		start := func(err error) func(int64, []posture.Turned) ([]flow.Run, error) {
			return func(_ int64, turned []posture.Turned) ([]flow.Run, error) {
				for _, x := range turned {
					turns = append(turns, string(x.Turn)+" "+x.Finding.ID)
				}
				return nil, err
			}
		}
		if err := judged(t, db, tenant, start(refused), finds("USER-1", posture.Low, 1)); !errors.Is(err, refused) {
			t.Fatalf("judged: %v", err)
		}
		if open, err := db.Postures.CountFindings(t.Context(), org, tenant.ID); err != nil || len(open) != 0 || len(notices(t, db, "all")) != 0 {
			t.Errorf("of a judgement that did not come about there are %v findings, %v", open, err)
		}
		for range 2 {
			if err := judged(t, db, tenant, start(nil), finds("USER-1", posture.Low, 1)); err != nil {
				t.Fatal(err)
			}
		}
		if got := strings.Join(turns, ", "); got != "opened USER-1:user/00u000, opened USER-1:user/00u000" {
			t.Errorf("it starts by %s", got)
		}
	})
}

// An exception that is over soon is told of once, and again where it was made longer.
func TestExpiringIsToldOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		tenant := anOrg(t, db)
		aChannel(t, db, "all", everyFinding)
		aChannel(t, db, "users", func(c *notify.Channel) { everyFinding(c); c.Plan.Findings.Categories = []string{"group"} })
		now := time.Now()
		except := func(check string, created, expires time.Time) {
			t.Helper()
			x := store.PostureException{Exception: posture.Exception{Check: check, Object: "user/00u1", Reason: "why not", Owner: "ada", Expires: expires}, ID: check, CreatedAt: created, CreatedBy: "ada"}
			if err := db.Postures.Except(t.Context(), org, tenant.ID, x); err != nil {
				t.Fatal(err)
			}
		}
		look := func() string {
			t.Helper()
			if err := db.Notices.Expiring(t.Context(), []*posture.Check{{ID: "A", Title: "Of A", Category: "user", Severity: posture.High}}); err != nil {
				t.Fatal(err)
			}
			return told(notices(t, db, "all"))
		}
		day := 24 * time.Hour
		except("A", now.Add(-30*day), now.Add(3*day))  // for four days soon
		except("B", now.Add(-30*day), now.Add(6*day))  // since yesterday
		except("C", now.Add(-30*day), now.Add(20*day)) // not yet
		except("D", now.Add(-time.Hour), now.Add(day)) // of a short one half has to be over
		except("E", now.Add(-3*day), now.Add(-day))    // over
		except("F", now.Add(-3*day), time.Time{})      // without an end
		if got := look() + look(); got != "2 expiring;2 expiring;" {
			t.Errorf("told %q", got)
		}
		if f := notices(t, db, "all")[0].News.Found[0]; f.Title != "Of A" || f.Severity != posture.High || f.ID != "A:user/00u1" || f.Owner != "ada" {
			t.Errorf("%+v", f)
		}
		except("A", now.Add(-30*day), now.Add(4*day))
		if got := look(); got != "2 expiring;" {
			t.Errorf("one that was soon over before is told again: %q", got)
		}
		except("A", now, now.Add(4*day))
		except("D", now.Add(-2*day), now.Add(day))
		if got := look(); got != "2 expiring;" {
			t.Errorf("one whose time to be told lies before the last look: %q", got)
		}
		if ns := notices(t, db, "users"); len(ns) != 0 {
			t.Errorf("a channel for groups is told %+v", ns)
		}
	})
}

// What a check finds gives the schedules that answer it at once their turn now.
func TestFindingsWakeSchedules(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		tenant := anOrg(t, db)
		later := time.Now().Add(time.Hour).UTC().Truncate(time.Microsecond)
		for id, change := range map[string]func(*remedy.Schedule){
			"at once":       func(s *remedy.Schedule) {},
			"by the clock":  func(s *remedy.Schedule) { s.AtOnce = false },
			"another check": func(s *remedy.Schedule) { s.Select.Check = "USER-2" },
			"another org":   func(s *remedy.Schedule) { s.Connection = "c2" },
			"off":           func(s *remedy.Schedule) { s.Enabled = false },
		} {
			s := remedy.Schedule{ID: id, Org: org, Title: id, Playbook: "p", Connection: "c1", Select: remedy.Selection{Check: "USER-1"}, Cron: "0 6 * * *", Ceiling: 1, Enabled: true, AtOnce: true, NextAt: later}
			change(&s)
			if err := db.RemedySchedules.Save(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
		due := func() string {
			t.Helper()
			all, err := db.RemedySchedules.Due(t.Context(), time.Now())
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			for _, s := range all {
				if out = append(out, s.ID); s.NextAt.After(time.Now()) {
					t.Errorf("%s is next at %s", s.ID, s.NextAt)
				}
			}
			return strings.Join(out, ", ")
		}
		for _, tt := range []struct {
			results []posture.Result
			due     string
		}{{nil, ""}, {[]posture.Result{finds("USER-1", posture.Low, 1)}, "at once"}} {
			if err := judged(t, db, tenant, nil, tt.results...); err != nil {
				t.Fatal(err)
			}
			if got := due(); got != tt.due {
				t.Errorf("due are %q, want %q", got, tt.due)
			}
		}
	})
}

// A plan that begins to wait for approval is told of in its transaction, once.
func TestAskedIsToldOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		addRemedies(t, db, remedyPlan("acme", "p1", 1), remedyPlan("acme", "p2", 1))
		for id, change := range map[string]func(*notify.Channel){"approvals": func(c *notify.Channel) { c.Plan.Approvals = true }, "alerts": func(*notify.Channel) {}} {
			c := notify.Channel{ID: id, Org: "acme", Name: id, Connection: "c1", Enabled: true, Plan: notify.Plan{Moments: notify.Moments()}}
			change(&c)
			if err := db.Channels.Save(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		move := func(id string, from remedy.State, change func(*remedy.Plan)) {
			t.Helper()
			p, err := db.Remedies.Get(t.Context(), "acme", id)
			if err != nil {
				t.Fatal(err)
			}
			change(&p)
			if got, err := db.Remedies.Move(t.Context(), remedy.Move{From: []remedy.State{from}, To: p}); err != nil || got != remedy.Yes {
				t.Fatalf("%s: %v, %v", id, got, err)
			}
		}
		move("p1", remedy.Draft, func(p *remedy.Plan) { p.State, p.Needs = remedy.Waiting, "it is grave" })
		move("p1", remedy.Waiting, func(p *remedy.Plan) { p.Decision = &remedy.Decision{Approved: true} })
		move("p2", remedy.Draft, func(p *remedy.Plan) { p.State = remedy.Waiting }) // for the end of its grace
		for channel, want := range map[string]string{"approvals": "asked p1;", "alerts": ""} {
			ns, err := db.Notices.OfChannel(t.Context(), "acme", channel, 10)
			got := ""
			for _, n := range ns {
				got += fmt.Sprint(n.Moment, " ", n.About, ";")
			}
			if err != nil || got != want {
				t.Errorf("%s: %q, %v; want %q", channel, got, err, want)
			}
		}
	})
}
