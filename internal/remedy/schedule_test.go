package remedy_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/remedy"
	"sallyport/internal/value"
)

// chosen selects whom a test says.
type chosen struct {
	objects []remedy.Object
	asked   []remedy.Selection
}

func (c *chosen) Select(_ context.Context, _, _ string, s remedy.Selection) ([]remedy.Object, error) {
	c.asked = append(c.asked, s)
	out := make([]remedy.Object, len(c.objects))
	copy(out, c.objects)
	return out, nil
}

func (l *lab) schedule(change func(*remedy.Schedule)) (*remedy.Clock, remedy.Schedule) {
	l.t.Helper()
	s := remedy.Schedule{
		ID: "s1", Org: org, Title: "Suspend the dormant", Playbook: "dormant_user", Connection: "c1", Select: remedy.Selection{People: "user.status == 'ACTIVE'"},
		Cron: "0 6 * * *", Zone: "Europe/Berlin", Ceiling: 3, Enabled: true, Actor: "account:a1", CreatedAt: l.clock(),
	}
	if change != nil {
		change(&s)
	}
	next, err := l.Check(s)
	if err != nil {
		l.t.Fatal(err)
	}
	s.NextAt = next
	if err := l.db.RemedySchedules.Save(l.t.Context(), s); err != nil {
		l.t.Fatal(err)
	}
	return &remedy.Clock{Engine: l.Engine, Times: l.db.RemedySchedules}, s
}

// turn lets the time of a schedule come, and returns what became of it.
func (l *lab) turn(c *remedy.Clock, s remedy.Schedule) remedy.Schedule {
	l.t.Helper()
	l.pass(s.NextAt.Sub(l.clock()))
	for range 2 { // the second look finds nothing to do
		if err := c.Look(l.t.Context()); err != nil {
			l.t.Fatal(err)
		}
	}
	got, err := l.db.RemedySchedules.Get(l.t.Context(), org, s.ID)
	if err != nil {
		l.t.Fatal(err)
	}
	return got
}

func TestSchedule(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*remedy.Schedule)
		n      int
		state  remedy.State // of the plan; empty where there is none
		says   string
	}{
		"somebody is selected":     {nil, 2, remedy.Running, ""},
		"it always wants approval": {func(s *remedy.Schedule) { s.Approval = true }, 2, remedy.Waiting, ""},
		"nobody is":                {nil, 0, "", "nothing was selected"},
		"more than the ceiling":    {nil, 4, "", "4 objects were selected, more than the ceiling of 3: nothing was done"},
		"there is a grace":         {func(s *remedy.Schedule) { s.Grace.Hours = 72 }, 2, remedy.Waiting, ""},
	} {
		t.Run(name, func(t *testing.T) {
			eachLab(t, 4, func(t *testing.T, l *lab) {
				l.Selector = &chosen{objects: people(tt.n)}
				c, s := l.schedule(tt.change)
				if want := time.Date(2026, 3, 5, 5, 0, 0, 0, time.UTC); !s.NextAt.Equal(want) {
					t.Fatalf("it is next at %s", s.NextAt)
				}
				got := l.turn(c, s)
				if got.LastSays != tt.says || (got.LastPlan == "") != (tt.state == "") || !got.NextAt.Equal(s.NextAt.AddDate(0, 0, 1)) {
					t.Fatalf("%+v", got)
				}
				if asked := l.Selector.(*chosen).asked; len(asked) == 0 || asked[0].For != "user" {
					t.Errorf("it is selected for %+v, not for objects of the playbook's kind", asked)
				}
				if tt.state == "" {
					return
				}
				if p := l.get(got.LastPlan); p.State != tt.state || p.Cause != (remedy.Cause{Kind: "schedule", ID: "s1"}) || len(p.Objects) != 2 || l.peer.sent() != "" {
					t.Errorf("%+v", p)
				}
			})
		})
	}
}

// Who signs in before the grace is over is left alone.
func TestGrace(t *testing.T) {
	eachLab(t, 2, func(t *testing.T, l *lab) {
		sel := &chosen{objects: people(2)}
		l.Selector = sel
		c, s := l.schedule(func(s *remedy.Schedule) { s.Grace.Hours = 72 })
		p := l.get(l.turn(c, s).LastPlan)
		again, err := l.Work(t.Context(), org, p.ID)
		if err != nil || !again.Equal(p.CreatedAt.Add(72*time.Hour)) {
			t.Fatalf("it wants to be called at %s, %v", again, err)
		}
		l.pass(72 * time.Hour)
		sel.objects = people(1)
		l.peer.after.Set("/api/v1/users/00u0", value.Map("id", "00u0", "status", "SUSPENDED"))
		if _, err := l.Work(t.Context(), org, p.ID); err != nil {
			t.Fatal(err)
		}
		if p = l.work(p); p.State != remedy.Done || states(p) != "done skipped" || p.Steps[1].Error != "it is not selected any more" {
			t.Errorf("%s: %s", p.State, states(p))
		}
		if l.peer.sent() != "POST /api/v1/users/00u0/lifecycle/suspend" {
			t.Errorf("sent %s", l.peer.sent())
		}
	})
}

// During the grace a plan can be stopped, by whoever asked for it too.
func TestGraceIsStopped(t *testing.T) {
	eachLab(t, 2, func(t *testing.T, l *lab) {
		l.Selector = &chosen{objects: people(2)}
		c, s := l.schedule(func(s *remedy.Schedule) { s.Grace.Hours = 72 })
		p := l.get(l.turn(c, s).LastPlan)
		if _, err := l.Decide(t.Context(), org, p.ID, remedy.Decision{By: "account:a1"}); err != nil {
			t.Fatal(err)
		}
		l.pass(73 * time.Hour)
		if p = l.work(p); p.State != remedy.Stopped || p.Error != "it was withdrawn" || l.peer.sent() != "" {
			t.Errorf("%s %q, sent %q", p.State, p.Error, l.peer.sent())
		}
	})
}

func TestScheduleCheck(t *testing.T) {
	eachLab(t, 0, func(t *testing.T, l *lab) {
		good := remedy.Schedule{Playbook: "dormant_user", Select: remedy.Selection{People: "user.status == 'ACTIVE'"}, Cron: "0 6 * * *", Ceiling: 5}
		if _, err := l.Check(good); err != nil {
			t.Fatal(err)
		}
		for says, change := range map[string]func(*remedy.Schedule){
			"playbook: ":      func(s *remedy.Schedule) { s.Playbook = "dance" },
			"select: ":        func(s *remedy.Schedule) { s.Select.Check = "USER-001" },
			"select.people: ": func(s *remedy.Schedule) { s.Select.People = "user.(" },
			"select.people: the playbook deactivate_app is for": func(s *remedy.Schedule) { s.Playbook = "deactivate_app" },
			"atOnce: ":      func(s *remedy.Schedule) { s.AtOnce = true },
			"ceiling: ":     func(s *remedy.Schedule) { s.Ceiling = 0 },
			"grace.hours: ": func(s *remedy.Schedule) { s.Grace.Hours = -1 },
			"cron: ":        func(s *remedy.Schedule) { s.Zone = "Mars/Olympus" },
		} {
			s := good
			change(&s)
			if _, err := l.Check(s); errs.KindOf(err) != errs.Invalid || !strings.HasPrefix(errs.Message(err), says) {
				t.Errorf("%s%v", says, err)
			}
		}
	})
}

// A check may be answered by a playbook for whatever it finds.
func TestScheduleOfCheck(t *testing.T) {
	eachLab(t, 0, func(t *testing.T, l *lab) {
		s := remedy.Schedule{Playbook: "deactivate_app", Select: remedy.Selection{Check: "APP-001"}, AtOnce: true, Cron: "0 6 * * *", Ceiling: 5}
		if _, err := l.Check(s); err != nil {
			t.Error(err)
		}
	})
}

// What a plan is for that waits or runs is left out of the next turn, and is selected
// again once the plan has ended.
func TestTurnsDoNotOverlap(t *testing.T) {
	eachLab(t, 3, func(t *testing.T, l *lab) {
		sel := &chosen{objects: people(1)}
		l.Selector = sel
		c, s := l.schedule(func(s *remedy.Schedule) { s.Approval, s.Cron = true, "0 * * * *" })
		first := l.turn(c, s)
		sel.objects = people(2)
		second := l.turn(c, first)
		if p := l.get(second.LastPlan); second.LastPlan == first.LastPlan || len(p.Objects) != 1 || p.Objects[0].ID != people(2)[1].ID {
			t.Errorf("the second turn is for %+v", p.Objects)
		}
		third := l.turn(c, second)
		if third.LastPlan != "" || third.LastSays != "nothing was selected" {
			t.Errorf("the third turn: %+v", third)
		}
		l.pass(24 * time.Hour)
		if err := l.Expire(t.Context()); err != nil {
			t.Fatal(err)
		}
		if fourth := l.get(l.turn(c, third).LastPlan); len(fourth.Objects) != 2 {
			t.Errorf("once they have ended it is for %+v", fourth.Objects)
		}
	})
}
