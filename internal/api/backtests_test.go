package api

import (
	"strings"
	"testing"
	"time"

	"sallyport/internal/backtest"
	"sallyport/internal/portal"
	"sallyport/internal/source"
	"sallyport/internal/value"
)

// ended waits until a backtest is over.
func (c *client) ended(id string) *value.Object {
	c.t.Helper()
	for until := time.Now().Add(30 * time.Second); time.Now().Before(until); {
		if got := c.get("/api/v1/backtests/"+id, 200); got.Text("state") != "running" {
			return got
		}
	}
	c.t.Fatal("the backtest does not end")
	return nil
}

// tested is an organization with five events of the past, of two people.
func tested(t *testing.T) (*bench, *client) {
	t.Helper()
	b := setup(t)
	c := b.admin()
	now := b.now()
	if err := b.db.Sources.Save(t.Context(), source.Source{ID: "src", Org: b.acme.ID, Name: "Okta", Kind: source.Okta, Hook: true, HookSecret: []byte{1}, Enabled: true, CreatedAt: now}); err != nil {
		t.Fatal(err)
	}
	for i, login := range []string{"ada", "ada", "bob", "ada"} {
		b.event(b.acme, "src", "user.session.start", login+"@acme.example", now.Add(time.Duration(i-50)*time.Hour))
	}
	b.event(b.acme, "src", "user.session.end", "ada@acme.example", now.Add(-time.Hour))
	return b, c
}

// A draft is tested over what is stored, against what is published, and raises
// nothing.
func TestBacktest(t *testing.T) {
	b, c := tested(t)
	file := c.post("/api/v1/rulefiles", value.Map("slug", "mine", "text", ownRule, "cases", ""), 201).Text("id")
	c.post("/api/v1/rulefiles/"+file+"/publish", value.Map(), 200)
	draft := strings.Replace(ownRule, "eventType: user.session.start", "eventType: user.session.start, actor.alternateId: ada@acme.example", 1)
	for name, tc := range map[string]struct {
		ask  *value.Object
		want map[string]float64
	}{
		"a published rule":   {value.Map("rule", "mine"), map[string]float64{"done": 5, "total": 5, "hits": 4}},
		"a draft beside it":  {value.Map("file", "mine", "text", draft, "compare", true), map[string]float64{"hits": 3, "report.against.hits": 4, "report.against.both": 3, "report.against.onlyOld": 1, "report.against.onlyNew": 0}},
		"with an exception":  {value.Map("rule", "mine", "except", `entity.login == "ada@acme.example"`, "compare", true), map[string]float64{"hits": 1, "report.hidden": 3, "report.against.onlyOld": 3}},
		"part of the events": {value.Map("rule", "mine", "since", b.now().Add(-49*time.Hour-time.Minute).Format(time.RFC3339)), map[string]float64{"done": 4, "total": 4, "hits": 3}},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.ended(c.post("/api/v1/backtests", tc.ask, 201).Text("id"))
			if got.Text("state") != "done" || got.Text("endedAt") == "" {
				t.Errorf("it ended as %s", value.JSON(got))
			}
			for path, want := range tc.want {
				if at(got, path) != want {
					t.Errorf("%s is %v, want %v", path, at(got, path), want)
				}
			}
		})
	}
	if n := len(items(c.get("/api/v1/alerts", 200))); n > 0 {
		t.Errorf("history raised %d alerts", n)
	}
}

func TestBacktestsThatCannotBe(t *testing.T) {
	_, c := tested(t)
	for name, tc := range map[string]struct {
		ask    *value.Object
		status int
	}{
		"of nothing":           {value.Map(), 400},
		"of two things":        {value.Map("rule", "push_bombing", "text", ownRule), 400},
		"of no rule":           {value.Map("rule", "nothing"), 404},
		"of a text with flaws": {value.Map("text", "title: x\nlogsource: {product: okta}\ndetection: {condition: y}\n"), 400},
		"with a bad exception": {value.Map("rule", "push_bombing", "except", "event."), 400},
		"back in time":         {value.Map("rule", "push_bombing", "since", "2026-02-01T00:00:00Z", "until", "2026-01-01T00:00:00Z"), 400},
	} {
		t.Run(name, func(t *testing.T) { c.post("/api/v1/backtests", tc.ask, tc.status) })
	}
}

// Of jobs that run, two are enough; one whose server is gone runs no more, and
// one that is cancelled stays with what it came to.
func TestBacktestsLeft(t *testing.T) {
	b, c := tested(t)
	add := func(id string, beat time.Duration) error {
		return b.db.Backtests.Add(t.Context(), backtest.Job{ID: id, Org: b.acme.ID, Title: id, State: backtest.Running, CreatedAt: b.now(), BeatAt: b.now().Add(-beat), Report: backtest.Report{Hits: 7}}, backtest.MostAtOnce)
	}
	if err := add("gone", time.Minute); err != nil { // first: beside the two that run there is no room
		t.Fatal(err)
	}
	for _, id := range []string{"one", "two"} {
		if err := add(id, 0); err != nil {
			t.Fatal(err)
		}
	}
	if got := c.get("/api/v1/backtests/gone", 200); got.Text("state") != "interrupted" || at(got, "hits") != 7.0 {
		t.Errorf("%s", value.JSON(got))
	}
	c.post("/api/v1/backtests", value.Map("rule", "push_bombing"), 409)
	if got := c.post("/api/v1/backtests/one/cancel", value.Map(), 200); got.Text("state") != "canceled" || at(got, "hits") != 7.0 {
		t.Errorf("%s", value.JSON(got))
	}
	c.ended(c.post("/api/v1/backtests", value.Map("rule", "push_bombing"), 201).Text("id"))
	if still, err := b.db.Backtests.Keep(t.Context(), backtest.Job{ID: "one", Org: b.acme.ID, State: backtest.Done}); still || err != nil {
		t.Errorf("what is cancelled goes on: %v", err)
	}
}

// Backtests show events: who may not see those sees none.
func TestBacktestsWantEvents(t *testing.T) {
	if err := mayTest(portal.Caller{}); err == nil {
		t.Error("anybody may")
	}
}
