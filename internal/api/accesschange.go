package api

import (
	"cmp"
	"context"
	"time"

	"sallyport/internal/access"
	"sallyport/internal/portal"
)

var (
	_ = add("POST /api/v1/tenants/{id}/access/what-if", portal.InventoryRead, doc{
		Summary: "Which ways to super administrator some changes would take away", Help: "Nothing is changed. Take changes from steps as they are.",
	}, accessWhatIf)
	_ = add("GET /api/v1/tenants/{id}/access/changes", portal.InventoryRead, doc{
		Summary: "Which ways to super administrator came and went between two moments",
	}, listAccessChanges)
)

type askWhatIfIn struct {
	ID      string         `path:"id"`
	Changes []AccessChange `json:"changes" min:"1" max:"200"`
	At      time.Time      `query:"at" doc:"as it was then"`
	Limit   int            `query:"limit" min:"1" max:"200" doc:"the most of each list; 50 where nothing is said"`
}

// AccessWhatIf is what some changes would do.
type AccessWhatIf struct {
	Steps  int          `json:"steps" doc:"that they take away"`
	Before int          `json:"before" doc:"who reaches super administrator"`
	After  int          `json:"after" doc:"who still would"`
	Freed  []AccessPath `json:"freed" doc:"paths of those who no longer would"`
	Longer []AccessPath `json:"longer" doc:"the ways that are left to those who had a shorter one"`
}

func accessWhatIf(ctx context.Context, d Deps, c portal.Caller, in askWhatIfIn) (AccessWhatIf, error) {
	g, err := accessGraph(ctx, d, c, in.ID, in.At)
	if err != nil {
		return AccessWhatIf{}, err
	}
	w, show := g.Without(cmp.Or(in.Limit, 50), each(in.Changes, AccessChange.made)...), showAccess(g)
	return AccessWhatIf{w.Steps, w.Before, w.After, each(w.Freed, show.path), each(w.Longer, show.path)}, nil
}

type listAccessChangesIn struct {
	ID    string    `path:"id"`
	From  time.Time `query:"from" doc:"the first moment; a day before the second where nothing is said"`
	To    time.Time `query:"to" doc:"the second; now where nothing is said"`
	Limit int       `query:"limit" min:"1" max:"200" doc:"the most of each list; 50 where nothing is said"`
}

// AccessChanges is what became of the ways to super administrator.
type AccessChanges struct {
	Gained   []AccessPath `json:"gained" doc:"of those who reach it at the second moment and did not at the first"`
	Lost     []AccessPath `json:"lost" doc:"of those who did and no longer do"`
	Appeared []AccessPath `json:"appeared" doc:"one through each step that is new"`
	Vanished []AccessPath `json:"vanished" doc:"one through each step that is gone"`
	Blind    []AccessGap  `json:"blind" doc:"what was not seen at one of the moments: differences may be of sight alone"`
}

func listAccessChanges(ctx context.Context, d Deps, c portal.Caller, in listAccessChangesIn) (AccessChanges, error) {
	if in.From.IsZero() {
		in.From = cmp.Or(in.To, d.Now()).AddDate(0, 0, -1)
	}
	from, _, err := span(in.From, in.To, d.Now())
	if err != nil {
		return AccessChanges{}, err
	}
	older, err := accessGraph(ctx, d, c, in.ID, from)
	if err != nil {
		return AccessChanges{}, err
	}
	newer, err := accessGraph(ctx, d, c, in.ID, in.To)
	if err != nil {
		return AccessChanges{}, err
	}
	diff, was, is := access.Diff(older, newer, cmp.Or(in.Limit, 50)), showAccess(older), showAccess(newer)
	return AccessChanges{
		each(diff.Gained, is.path), each(diff.Lost, was.path), each(diff.Appeared, is.path), each(diff.Vanished, was.path), accessGaps(diff.Blind),
	}, nil
}
