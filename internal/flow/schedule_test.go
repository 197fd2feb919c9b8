package flow_test

import (
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/flow"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

// scheduler returns a scheduler on the lab's clock.
func (l *lab) scheduler() *flow.Scheduler {
	return &flow.Scheduler{Times: l.db.Starts, Now: l.clock, Log: slog.New(slog.DiscardHandler)}
}

func (l *lab) tick(s *flow.Scheduler, at string) time.Time {
	l.t.Helper()
	t, err := time.Parse(time.RFC3339, at)
	check(l.t, err)
	l.setClock(t)
	next, err := s.Look(l.t.Context())
	check(l.t, err)
	return next
}

// fired returns the scheduled times of a flow's runs, in their order.
func (l *lab) fired(flowID string) []string {
	l.t.Helper()
	runs, err := l.db.Runs.List(l.t.Context(), org, store.RunFilter{Flow: flowID, Limit: 100})
	check(l.t, err)
	out := []string{}
	for _, r := range runs {
		v, err := value.Load(r.Context)
		check(l.t, err)
		o, _ := v.(*value.Object)
		out = append(out, value.String(o.At("execution_time")))
	}
	slices.Sort(out)
	return out
}

func scheduled(schedule string) string {
	return "flow: s\ntrigger: { schedule: " + schedule + " }\ncards: [ { return: { at: \"{{ context.execution_time }}\" } } ]\n"
}

// The lab's clock stands at 2026-03-04T05:06:07Z, a Wednesday, when the flow is published.
func TestScheduleFires(t *testing.T) {
	tests := map[string]struct {
		schedule string
		looks    []string
		want     []string
		next     string
	}{
		"each time once": {
			`{ cron: "0 6 * * *" }`,
			[]string{"2026-03-04T05:59:59Z", "2026-03-04T06:00:00Z", "2026-03-04T06:00:01Z", "2026-03-05T06:00:00Z"},
			[]string{"2026-03-04T06:00:00.000Z", "2026-03-05T06:00:00.000Z"},
			"2026-03-06T06:00:00Z",
		},
		"a time that is a little late": {`{ cron: "0 6 * * *" }`, []string{"2026-03-04T06:00:40Z"}, []string{"2026-03-04T06:00:00.000Z"}, "2026-03-05T06:00:00Z"},
		"every second that a short pause held up": {
			`{ cron: "* * * * * *" }`, []string{"2026-03-04T05:06:10Z"}, []string{"2026-03-04T05:06:08.000Z", "2026-03-04T05:06:09.000Z", "2026-03-04T05:06:10.000Z"}, "2026-03-04T05:06:11Z",
		},
		"nothing for what was missed": {`{ cron: "0 6 * * *" }`, []string{"2026-03-07T12:00:00Z"}, []string{}, "2026-03-08T06:00:00Z"},
		"nothing for what was missed, but for what is kept": {
			`{ cron: "0 6 * * *", missed: skip }`, []string{"2026-03-07T06:00:30Z"}, []string{"2026-03-07T06:00:00.000Z"}, "2026-03-08T06:00:00Z",
		},
		"one run for all that was missed": {`{ cron: "0 6 * * *", missed: once }`, []string{"2026-03-07T12:00:00Z", "2026-03-07T12:00:01Z"}, []string{"2026-03-07T06:00:00.000Z"}, "2026-03-08T06:00:00Z"},
		"one run for very many":           {`{ cron: "* * * * * *", missed: once }`, []string{"2027-03-07T12:00:00.5Z"}, []string{"2027-03-07T12:00:00.000Z"}, "2027-03-07T12:00:01Z"},
		"in the zone, over its change of time": {
			`{ cron: "0 0 9 * * 0", zone: Europe/Berlin }`,
			[]string{"2026-03-08T08:00:00Z", "2026-03-15T08:00:00Z", "2026-03-22T08:00:00Z", "2026-03-29T07:00:00Z"},
			[]string{"2026-03-08T08:00:00.000Z", "2026-03-15T08:00:00.000Z", "2026-03-22T08:00:00.000Z", "2026-03-29T07:00:00.000Z"},
			"2026-04-05T07:00:00Z",
		},
		"not before it starts, nor after it ends": {
			`{ cron: "0 6 * * *", starts: "2026-03-06T00:00:00Z", ends: "2026-03-07T12:00:00Z" }`,
			[]string{"2026-03-05T06:00:00Z", "2026-03-06T06:00:00Z", "2026-03-07T06:00:00Z", "2026-03-08T06:00:00Z"},
			[]string{"2026-03-06T06:00:00.000Z", "2026-03-07T06:00:00.000Z"},
			"",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			id := l.publish(scheduled(tt.schedule))
			s := l.scheduler()
			var next time.Time
			for _, at := range tt.looks {
				next = l.tick(s, at)
			}
			if diff := cmp.Diff(tt.want, l.fired(id)); diff != "" {
				t.Error(diff)
			}
			want := time.Time{}
			if tt.next != "" {
				var err error
				want, err = time.Parse(time.RFC3339, tt.next)
				check(t, err)
			}
			if !next.Equal(want) {
				t.Errorf("the next time is %v, want %v", next, want)
			}
		})
	}
}

func TestScheduledRunKnowsItsTime(t *testing.T) {
	l := newLab(t)
	id := l.publish(scheduled(`{ cron: "0 6 * * *" }`))
	l.tick(l.scheduler(), "2026-03-04T06:00:03Z")
	runs, err := l.db.Runs.List(t.Context(), org, store.RunFilter{Flow: id, Limit: 2})
	check(t, err)
	r, _ := l.work(runs[0].ID)
	if r.State != flow.Succeeded || r.Cause != flow.OnSchedule || string(value.JSON(load(t, r.Result))) != `{"at":"2026-03-04T06:00:00.000Z"}` {
		t.Errorf("%s by %s: %s %s", r.State, r.Cause, r.Result, r.Error)
	}
}

func load(t *testing.T, stored []byte) any {
	t.Helper()
	v, err := value.Load(stored)
	check(t, err)
	return v
}

// Of many schedulers that look at once, one starts the flow.
func TestSchedulersShareTheTimetable(t *testing.T) {
	l := newLab(t)
	id := l.publish(scheduled(`{ cron: "0 6 * * *" }`))
	at := time.Date(2026, 3, 4, 6, 0, 0, 0, time.UTC)
	l.setClock(at)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := l.scheduler().Look(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := l.fired(id); len(got) != 1 {
		t.Errorf("it was started %d times", len(got))
	}
}

// What is done to a flow holds for its timetable at once; a restart changes nothing.
func TestTimetableFollowsTheFlow(t *testing.T) {
	l := newLab(t)
	ctx := t.Context()
	id := l.publish(scheduled(`{ cron: "0 6 * * *" }`))
	set := func(enabled bool) {
		t.Helper()
		check(t, l.db.Flows.Set(ctx, org, id, store.Settings{Enabled: enabled, SaveData: true}, l.clock()))
	}
	next := func() string {
		t.Helper()
		at, err := l.db.Starts.Next(ctx)
		check(t, err)
		if at.IsZero() {
			return ""
		}
		return at.Format("02 15:04")
	}
	republish := func(schedule string) {
		t.Helper()
		d, err := flow.Parse(scheduled(schedule))
		check(t, err)
		check(t, l.db.Write(ctx, publishing(l, d, id)))
	}
	for _, step := range []struct {
		name string
		do   func()
		want string
	}{
		{"published, switched on", func() {}, "04 06:00"},
		{"switched off", func() { set(false) }, ""},
		{"switched on again", func() { set(true) }, "04 06:00"},
		{"published with another time", func() { republish(`{ cron: "30 7 * * *" }`) }, "04 07:30"},
		{"published with the same time, which has just passed", func() {
			l.setClock(time.Date(2026, 3, 4, 7, 30, 1, 0, time.UTC))
			republish(`{ cron: "30 7 * * *" }`)
		}, "04 07:30"},
		{"opened again", func() { check(t, l.db.Close()); l.open() }, "04 07:30"},
		{"fired", func() { l.tick(l.scheduler(), "2026-03-04T07:30:02Z") }, "05 07:30"},
		{"started another way", func() {
			d, err := flow.Parse("flow: s\ntrigger: { on_demand: }\ncards: [ { stop: x } ]\n")
			check(t, err)
			check(t, l.db.Write(ctx, publishing(l, d, id)))
		}, ""},
		{"scheduled again", func() { republish(`{ cron: "0 8 * * *" }`) }, "04 08:00"},
		{"deleted", func() { check(t, l.db.Flows.Remove(ctx, org, id)) }, ""},
	} {
		step.do()
		if got := next(); got != step.want {
			t.Errorf("%s: it waits for %q, want %q", step.name, got, step.want)
		}
	}
}

// Hours that are named are those of the clock on the wall.
func TestScheduleWhenClocksChange(t *testing.T) {
	for name, tt := range map[string]struct{ cron, zone, from, want string }{
		"a time that is skipped comes after the gap":     {"30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z 2026-03-30T00:30:00Z"},
		"a time that comes twice comes once":             {"30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z 2026-10-26T01:30:00Z"},
		"what lies beside the change is not touched":     {"0 9 * * *", "America/New_York", "2026-03-07T20:00:00Z", "2026-03-08T13:00:00Z 2026-03-09T13:00:00Z"},
		"every half hour comes in the hour that repeats": {"*/30 * * * *", "Europe/Berlin", "2026-10-25T00:31:00Z", "2026-10-25T01:00:00Z 2026-10-25T01:30:00Z"},
		"in the gap, two of a day come at its end once":  {"0,30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z 2026-03-30T00:00:00Z"},
		"by half an hour": {"45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00:00Z", "2026-04-04T14:45:00Z 2026-04-05T15:15:00Z"},
		"with seconds":    {"15 30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:15Z 2026-10-26T01:30:15Z"},
		"daily":           {"@daily", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-28T23:00:00Z 2026-03-29T22:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, tt.from)
			check(t, err)
			var got []string
			for range 2 {
				at, err = flow.Schedule{Cron: tt.cron, Zone: tt.zone}.Next(at)
				check(t, err)
				got = append(got, at.Format(time.RFC3339))
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("%s, want %s", s, tt.want)
			}
		})
	}
}
