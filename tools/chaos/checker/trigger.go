package checker

import (
	"fmt"
	"slices"
	"time"
)

// trigger judges what became of one event that starts a run.
func (j *judge) trigger(ev Event, told int) {
	j.out.Triggers++
	runs := j.runs[ev.UUID]
	if len(runs) != 1 {
		j.broken(RunPerTrigger, "event %s of %s has %d runs", ev.UUID, ev.Actor.AlternateID, len(runs))
		return
	}
	r := runs[0]
	whole := r.State == "succeeded" && r.Refused == 0
	if told > 1 {
		j.broken(NotRepeated, "the channel was told %d times of event %s (run %s)", told, ev.UUID, r.ID)
	}
	if j.t.Told != "" && told == 0 && whole && r.Unknown == 0 {
		j.broken(NothingUntold, "run %s succeeded and the channel was never told of event %s", r.ID, ev.UUID)
	}
	for _, f := range j.t.Effects {
		j.effect(ev, r, f, whole)
	}
}

// effect holds the ledger's entry of an effect against the calls that arrived.
func (j *judge) effect(ev Event, r Run, f Effect, whole bool) {
	calls := j.calls[f.Method+" "+fmt.Sprintf(f.Path, ev.Actor.ID)]
	taken := 0
	for _, c := range calls {
		if ok(c) {
			taken++
		}
	}
	at := slices.IndexFunc(j.actions[r.ID], func(a Action) bool { return a.Action == f.Action && a.State == "done" })
	if at < 0 {
		if whole && r.Unknown == 0 {
			j.broken(NothingUntold, "run %s succeeded, and the ledger has no %s of %s that is done", r.ID, f.Action, ev.Actor.AlternateID)
		}
		return
	}
	done := j.actions[r.ID][at]
	if taken == 0 {
		j.broken(LedgerIsTrue, "%s of %s is done by the ledger, and no such call was answered well", f.Action, ev.Actor.AlternateID)
	}
	if taken > 1 {
		j.out.Again += taken - 1
	}
	if !j.t.Shifted {
		for _, c := range calls {
			if c.Time.After(done.EndedAt) {
				j.broken(NotRepeated, "%s of %s was done at %s and called again at %s", f.Action, ev.Actor.AlternateID, done.EndedAt.Format(time.StampMicro), c.Time.Format(time.StampMicro))
			}
		}
	}
	if j.t.Shifted && len(j.t.Kills) == 0 && taken > 1 {
		j.broken(NotRepeated, "%s of %s was called %d times, and nothing was killed", f.Action, ev.Actor.AlternateID, taken)
	}
}

// about is how long before and after a kill an event must be to say how long its
// effects waited for it.
const (
	before = 10 * time.Second
	after  = 2 * time.Second
)

// speed measures how long after an event its first effect came, and how long
// effects waited for a server that was killed.
func (j *judge) speed() {
	if len(j.t.Effects) == 0 {
		return
	}
	var took []time.Duration
	for _, ev := range j.triggers() {
		first, found := j.first(ev)
		if !found {
			continue
		}
		took = append(took, first.Sub(ev.Published))
		for _, kill := range j.t.Kills {
			if first.Before(kill) || ev.Published.Before(kill.Add(-before)) || ev.Published.After(kill.Add(after)) {
				continue
			}
			from := kill
			if ev.Published.After(kill) {
				from = ev.Published
			}
			waited := first.Sub(from)
			j.out.Recovery = max(j.out.Recovery, waited)
			if j.t.Recovery > 0 && waited > j.t.Recovery {
				j.broken(RecoversInTime, "event %s waited %s after the kill at %s", ev.UUID, waited.Round(time.Millisecond), kill.Format(time.StampMilli))
			}
		}
	}
	slices.Sort(took)
	if n := len(took); n > 0 {
		j.out.P50, j.out.P99 = took[n/2], took[n*99/100]
	}
}

// first is when the last of an event's effects was taken for the first time: from
// then on the person is contained.
func (j *judge) first(ev Event) (time.Time, bool) {
	var last time.Time
	for _, f := range j.t.Effects {
		calls := j.calls[f.Method+" "+fmt.Sprintf(f.Path, ev.Actor.ID)]
		at := slices.IndexFunc(calls, ok)
		if at < 0 {
			return time.Time{}, false
		}
		if calls[at].Time.After(last) {
			last = calls[at].Time
		}
	}
	return last, true
}
