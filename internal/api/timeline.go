package api

import (
	"cmp"
	"context"
	"slices"
	"time"

	"sallyport/internal/flow"
	"sallyport/internal/guard"
	"sallyport/internal/portal"
	"sallyport/internal/store"
)

var _ = add("GET /api/v1/timeline", portal.RunsRead, doc{
	Summary: "What happened, the newest first", Help: "Runs, each with the event that started it and what it did, and actions that people took by hand.",
}, getTimeline)

// TimelineEntry is a run with what it did, or an action that somebody took by
// hand.
type TimelineEntry struct {
	Kind    string    `json:"kind" enum:"run,action"`
	At      time.Time `json:"at"`
	Run     *Run      `json:"run,omitempty"`
	Action  *Action   `json:"action,omitempty"`
	Actions []Action  `json:"actions" doc:"what the run did, in their order"`
	// Of a page with very many actions the newest are shown.
	LeftOut int `json:"actionsLeftOut,omitempty" doc:"how many earlier actions the run has that are not among these: /actions?run= lists them"`
}

type getTimelineIn struct {
	paging

	Flow  string    `query:"flow" doc:"id of the flow"`
	Since time.Time `query:"since"`
	Until time.Time `query:"until"`
}

// moment is an entry before it is shown.
type moment struct {
	place store.Place
	run   *flow.Run
	entry *guard.Entry
}

func getTimeline(ctx context.Context, d Deps, c portal.Caller, in getTimelineIn) (Page[TimelineEntry], error) {
	moments, err := listMoments(ctx, d, c, in)
	if err != nil {
		return Page[TimelineEntry]{}, err
	}
	s, err := newMomentShower(ctx, d, c, moments[:min(len(moments), in.limit())])
	return pageOf(moments, in.paging, func(m moment) store.Place { return m.place }, s.show), err
}

// listMoments returns runs and what was done by hand, merged, one more than asked
// for.
func listMoments(ctx context.Context, d Deps, c portal.Caller, in getTimelineIn) ([]moment, error) {
	place, err := in.place()
	if err != nil {
		return nil, err
	}
	runs, err := d.DB.Runs.List(ctx, c.Org.ID, store.RunFilter{Flow: in.Flow, Since: in.Since, Until: in.Until, After: place, Limit: in.limit() + 1})
	if err != nil {
		return nil, err
	}
	var out []moment
	for _, r := range runs {
		out = append(out, moment{place: store.Place{At: r.CreatedAt, ID: r.ID}, run: &r})
	}
	if c.Can(portal.ActionsRead) {
		entries, err := d.DB.Actions.List(ctx, c.Org.ID, store.ActionFilter{Flow: in.Flow, Alone: true, Since: in.Since, Until: in.Until, After: place, Limit: in.limit() + 1})
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			out = append(out, moment{place: store.Place{At: e.StartedAt, ID: e.ID}, entry: &e})
		}
	}
	slices.SortFunc(out, func(a, b moment) int {
		return cmp.Or(b.place.At.Compare(a.place.At), cmp.Compare(b.place.ID, a.place.ID))
	})
	return out, nil
}

// momentShower shows the entries of a timeline.
type momentShower struct {
	runs    runShower
	actions actionShower
	byRun   map[string][]guard.Entry
	count   map[string]int // of a run's actions, where not all of the page's were read
}

// maxTimelineActions bounds what is read of what the runs of one page did.
const maxTimelineActions = 1000

func newMomentShower(ctx context.Context, d Deps, c portal.Caller, moments []moment) (momentShower, error) {
	s := momentShower{byRun: map[string][]guard.Entry{}}
	var runs []flow.Run
	var entries []guard.Entry
	for _, m := range moments {
		if m.run != nil {
			runs = append(runs, *m.run)
		} else {
			entries = append(entries, *m.entry)
		}
	}
	var err error
	if s.runs, err = newRunShower(ctx, d, c, runs); err != nil {
		return s, err
	}
	if len(runs) > 0 && c.Can(portal.ActionsRead) {
		did, err := d.DB.Actions.List(ctx, c.Org.ID, store.ActionFilter{Runs: each(runs, func(r flow.Run) string { return r.ID }), Limit: maxTimelineActions})
		if err != nil {
			return s, err
		}
		if len(did) == maxTimelineActions {
			if s.count, err = d.DB.Actions.CountOfRuns(ctx, c.Org.ID, each(runs, func(r flow.Run) string { return r.ID })); err != nil {
				return s, err
			}
		}
		for _, e := range slices.Backward(did) {
			s.byRun[e.Why.Run] = append(s.byRun[e.Why.Run], e)
		}
		entries = append(entries, did...)
	}
	s.actions, err = newActionShower(ctx, d, c, entries)
	return s, err
}

func (s momentShower) show(m moment) TimelineEntry {
	if m.run == nil {
		a := s.actions.action(*m.entry)
		return TimelineEntry{Kind: "action", At: m.place.At, Action: &a, Actions: []Action{}}
	}
	r := s.runs.run(*m.run)
	did := s.byRun[m.run.ID]
	return TimelineEntry{Kind: "run", At: m.place.At, Run: &r, Actions: each(did, s.actions.action), LeftOut: max(0, s.count[m.run.ID]-len(did))}
}
