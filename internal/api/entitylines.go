package api

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/flow"
	"sallyport/internal/guard"
	"sallyport/internal/inventory"
	"sallyport/internal/portal"
	"sallyport/internal/remedy"
	"sallyport/internal/rule"
	"sallyport/internal/store"
	"sallyport/internal/timeline"
)

// told is what a line of a timeline is made of: one of these.
type told struct {
	kind   timeline.Kind
	event  *store.StoredEvent
	alert  *alert.Alert
	run    *flow.Run
	action *guard.Entry
	plan   *remedy.Plan
	found  *foundMove
}

// foundMove is a change that the inventory found.
type foundMove struct {
	change        string
	of            *met            // the account that changed; nil where it was what the timeline is of
	move          *store.EdgeMove // nil where the entity itself changed
	before, after *store.EntityVersion
	finding       timeline.Finding
}

type (
	linePart   = timeline.Part[told]
	lineSource = timeline.Source[told]
)

// lineReader reads the lines of a timeline.
type lineReader struct {
	d      Deps
	c      portal.Caller
	tenant string // empty where there is none
	of     TimelineSubject
	kinds  []timeline.Kind
	twins  []met // accounts elsewhere that are the person's for sure
}

// sources lists what lines come of, what came of something before what it came of:
// of one time the first stand above. Their order is part of cursors.
func (r lineReader) sources() []lineSource {
	out := make([]lineSource, 6)
	if r.wanted(timeline.Response) {
		out[0] = r.actions
		if r.c.Can(portal.RemediesRead) {
			out[1] = r.plans
		}
	}
	if r.wanted(timeline.Run) {
		out[2] = r.runs
	}
	if r.wanted(timeline.Alert) {
		out[3] = r.alerts
	}
	if r.tenant != "" && slices.Contains(r.kinds, timeline.Change) && r.of.Known && r.c.Can(portal.InventoryRead) {
		out[4] = r.found
	}
	if _, some := r.of.subject().Events(r.kinds); some && r.c.Can(portal.EventsRead) {
		out[5] = r.events
	}
	if out[4] != nil {
		for i := range r.twins {
			out = append(out, func(ctx context.Context, a timeline.Ask) (linePart, error) {
				return r.foundOf(ctx, a, r.twins[i].Tenant, r.twins[i].Ref, &r.twins[i])
			})
		}
	}
	return out
}

func (r lineReader) wanted(k timeline.Kind) bool {
	return slices.Contains(r.kinds, k) && r.c.Can(wants(k))
}

// linesOf makes lines of rows, one more of which than wanted was read.
func linesOf[R any](rows []R, a timeline.Ask, at func(*R) (time.Time, string), what func(*R) told) linePart {
	lines := make([]timeline.Line[told], len(rows))
	for i := range rows {
		when, id := at(&rows[i])
		lines[i] = timeline.Line[told]{At: when, ID: id, What: what(&rows[i])}
	}
	return timeline.Whole(lines, a)
}

func (r lineReader) actions(ctx context.Context, a timeline.Ask) (linePart, error) {
	rows, err := r.d.DB.Actions.Upon(ctx, r.c.Org.ID, r.of.subject().Keys(), a)
	return linesOf(rows, a, func(e *guard.Entry) (time.Time, string) { return e.StartedAt, e.ID }, func(e *guard.Entry) told { return told{kind: timeline.Response, action: e} }), err
}

func (r lineReader) plans(ctx context.Context, a timeline.Ask) (linePart, error) {
	rows, err := r.d.DB.Remedies.Concerning(ctx, r.c.Org.ID, r.of.subject().Keys(), a)
	return linesOf(rows, a, func(p *remedy.Plan) (time.Time, string) { return p.CreatedAt.Truncate(time.Microsecond), p.ID }, func(p *remedy.Plan) told { return told{kind: timeline.Response, plan: p} }), err
}

func (r lineReader) runs(ctx context.Context, a timeline.Ask) (linePart, error) {
	rows, err := r.d.DB.Runs.Concerning(ctx, r.c.Org.ID, r.of.subject().Keys(), a)
	return linesOf(rows, a, func(x *flow.Run) (time.Time, string) { return x.CreatedAt, x.ID }, func(x *flow.Run) told { return told{kind: timeline.Run, run: x} }), err
}

func (r lineReader) alerts(ctx context.Context, a timeline.Ask) (linePart, error) {
	rows, err := r.d.DB.Alerts.About(ctx, r.c.Org.ID, alertKind(r.of.Kind), r.of.subject().Keys(), a)
	return linesOf(rows, a, func(x *alert.Alert) (time.Time, string) { return x.CreatedAt, x.ID }, func(x *alert.Alert) told { return told{kind: timeline.Alert, alert: x} }), err
}

// alertKind is what alerts call a kind of entity.
func alertKind(k inventory.Kind) string {
	switch k { //nolint:exhaustive // of the others alerts know no kind
	case inventory.User:
		return rule.KindUser
	case inventory.Group:
		return rule.KindGroup
	case inventory.App, inventory.APIService:
		return rule.KindApp
	case inventory.Device:
		return rule.KindDevice
	}
	return rule.KindOther
}

// events searches the events by their index. Their ids are the numbers that they
// were stored by, of one length, so that they sort as such.
func (r lineReader) events(ctx context.Context, a timeline.Ask) (linePart, error) {
	filter, _ := r.of.subject().Events(r.kinds)
	seq := int64(math.MinInt64)
	if a.ID != "" {
		n, err := strconv.ParseInt(a.ID, 10, 64)
		if err != nil {
			return linePart{}, badField("cursor", "this is no cursor of this list")
		}
		seq = n
	}
	found, err := r.d.DB.Events.Search(ctx, r.c.Org.ID, store.EventSearch{
		Filter: filter, Since: a.Since, After: store.Place{At: a.At, ID: strconv.FormatInt(seq, 10)}, Limit: a.Limit,
	})
	if err != nil {
		return linePart{}, err
	}
	var out linePart
	for i := range found.Events {
		e := &found.Events[i]
		out.Lines = append(out.Lines, timeline.Line[told]{
			At: e.Published.Truncate(time.Microsecond), ID: fmt.Sprintf("%019d", e.Seq), What: told{kind: r.of.subject().KindOf(e.Event), event: e},
		})
	}
	if next := found.Next; next.ID != "" {
		n, err := strconv.ParseInt(next.ID, 10, 64)
		if err != nil {
			return out, fmt.Errorf("place of an event: %w", err)
		}
		out.More, out.ReachedAt, out.ReachedID = true, next.At.Truncate(time.Microsecond), fmt.Sprintf("%019d", n)
	}
	return out, nil
}

// moreFound is how many changes are read beyond those that are wanted, so that all
// of one moment are among them.
const moreFound = 50

// found reads what the inventory found.
func (r lineReader) found(ctx context.Context, a timeline.Ask) (linePart, error) {
	return r.foundOf(ctx, a, r.tenant, inventory.Ref{Kind: r.of.Kind, ID: r.of.ID}, nil)
}

// foundOf reads what the inventory found of an entity: of an account, where it is one.
func (r lineReader) foundOf(ctx context.Context, a timeline.Ask, tenant string, ref inventory.Ref, account *met) (linePart, error) {
	limit := a.Limit + moreFound
	versions, err := r.d.DB.Inventory.Trail(ctx, r.c.Org.ID, tenant, ref, a.At, limit)
	if err != nil {
		return linePart{}, err
	}
	moves, err := r.d.DB.Inventory.EdgeMoves(ctx, r.c.Org.ID, tenant, ref, a.At, limit)
	if err != nil {
		return linePart{}, err
	}
	all := append(versionLines(ref, versions, limit), moveLines(ref, moves)...)
	slices.SortFunc(all, func(x, y timeline.Line[told]) int {
		return cmp.Or(y.At.Compare(x.At), strings.Compare(y.ID, x.ID))
	})
	out := linePart{}
	if len(versions) == limit {
		reachTo(&out, versions[limit-1].Since)
	}
	for _, inward := range []bool{false, true} {
		of := slices.DeleteFunc(slices.Clone(moves), func(m store.EdgeMove) bool { return m.Inward != inward })
		if len(of) == limit {
			reachTo(&out, of[limit-1].At)
		}
	}
	for _, l := range all {
		l.What.found.of = account
		if a.Before(l.At, l.ID) && (!out.More || !l.At.Before(out.ReachedAt)) {
			out.Lines = append(out.Lines, l)
		}
	}
	return out, nil
}
