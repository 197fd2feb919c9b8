package api

import (
	"context"
	"slices"
	"strconv"
	"time"

	"sallyport/internal/event"
	"sallyport/internal/inventory"
	"sallyport/internal/store"
	"sallyport/internal/timeline"
)

// reachTo has a part reach down to a moment, of which itself not all lines are known.
func reachTo(p *linePart, at time.Time) {
	if at = at.Add(time.Microsecond); !p.More || at.After(p.ReachedAt) {
		p.More, p.ReachedAt, p.ReachedID = true, at, ""
	}
}

// versionLines tells what became of an entity itself, of its newest versions. With
// as many as were asked for the last is there to be compared with.
func versionLines(ref inventory.Ref, all []store.EntityVersion, limit int) []timeline.Line[told] {
	var out []timeline.Line[told]
	add := func(at time.Time, change string, before, after *store.EntityVersion) {
		f := &foundMove{change: change, before: before, after: after, finding: timeline.Finding{Of: ref, At: at}}
		if before != nil {
			f.finding.After = before.Since
		}
		out = append(out, timeline.Line[told]{At: at, ID: "itself/" + change, What: told{kind: timeline.Change, found: f}})
	}
	for i := range all {
		v := &all[i]
		if gone := !v.Until.IsZero() && (i == 0 || !all[i-1].Since.Equal(v.Until)); gone {
			add(v.Until, timeline.Removed, v, nil)
		}
		switch {
		case i+1 < len(all) && all[i+1].Until.Equal(v.Since):
			add(v.Since, timeline.Modified, &all[i+1], v)
		case i+1 < len(all):
			add(v.Since, timeline.Added, nil, v)
		case len(all) < limit:
			add(v.Since, timeline.Found, nil, v)
		}
	}
	return out
}

// moveLines tells what became of how an entity is related. An edge that ended and
// began at once has changed.
func moveLines(ref inventory.Ref, moves []store.EdgeMove) []timeline.Line[told] {
	var out []timeline.Line[told]
	for i := range moves {
		m := &moves[i]
		twin := slices.IndexFunc(moves, func(o store.EdgeMove) bool {
			return o.Began != m.Began && o.At.Equal(m.At) && o.Relation == m.Relation && o.Inward == m.Inward && o.Edges == m.Edges && slices.Equal(o.Others, m.Others)
		})
		change := timeline.Removed
		switch {
		case twin >= 0 && !m.Began:
			continue
		case twin >= 0:
			change = timeline.Modified
		case m.Began:
			change = timeline.Added
		}
		f := &foundMove{change: change, move: m, finding: timeline.Finding{Of: ref, Relation: m.Relation, At: m.At}}
		for _, o := range m.Others {
			f.finding.Others = append(f.finding.Others, o.ID)
		}
		id := string(m.Relation) + "/" + change + "/" + strconv.FormatBool(m.Inward)
		out = append(out, timeline.Line[told]{At: m.At, ID: id, What: told{kind: timeline.Change, found: f}})
	}
	return out
}

// recorded shows a change that the inventory found.
func (f *foundMove) recorded() *RecordedMove {
	out := &RecordedMove{Change: f.change, Relation: f.finding.Relation, Count: 1, Others: []EntityRef{}, Fields: []string{}}
	if m := f.move; m != nil {
		out.Inward, out.Count = m.Inward, m.Edges
		out.Others = each(m.Others, func(o store.NamedRef) EntityRef { return entityRef(o.Ref, o.Name) })
		return out
	}
	if f.before != nil {
		out.Before = rawJSON(f.before.Body)
	}
	if f.after != nil {
		out.After = rawJSON(f.after.Body)
	}
	if f.before != nil && f.after != nil {
		out.Fields = textsOf(timeline.Fields(f.before.Body, f.after.Body))
	}
	return out
}

// mostCauses is how many events are looked through for those that made changes.
const mostCauses = 500

// causes finds the events that made changes, by the place of the change.
func (r lineReader) causes(ctx context.Context, of []*foundMove) (map[*foundMove]EventBrief, error) {
	of = slices.DeleteFunc(of, func(f *foundMove) bool { return f.change == timeline.Found || f.of != nil })
	if len(of) == 0 {
		return nil, nil
	}
	var findings []timeline.Finding
	for _, f := range of {
		findings = append(findings, f.finding)
	}
	s := store.EventSearch{Limit: mostCauses}
	s.Filter, s.Since, s.Until = timeline.Causing(findings)
	found, err := r.d.DB.Events.Search(ctx, r.c.Org.ID, s)
	if err != nil {
		return nil, err
	}
	events := each(found.Events, func(e store.StoredEvent) event.Event { return e.Event })
	briefs := map[string]EventBrief{}
	for _, e := range found.Events {
		briefs[e.UUID] = briefEvent(e)
	}
	out := map[*foundMove]EventBrief{}
	for _, f := range of {
		if e, ok := f.finding.Made(events); ok {
			out[f] = briefs[e.UUID]
		}
	}
	return out, nil
}
