package api

import (
	"context"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"sallyport/internal/errs"
	"sallyport/internal/inventory"
	"sallyport/internal/portal"
	"sallyport/internal/store"
)

var (
	_ = add("GET /api/v1/tenants/{id}/entities", portal.InventoryRead, doc{Summary: "What an Okta org consists of, by name"}, listEntities)
	_ = add("GET /api/v1/tenants/{id}/entities/{kind}/{entity}", portal.InventoryRead, doc{Summary: "Something of an Okta org, as it is and as it was"}, getEntity)
	_ = add("GET /api/v1/tenants/{id}/entities/{kind}/{entity}/edges", portal.InventoryRead, doc{
		Summary: "What something of an Okta org is related to", Help: "Only what the body does not say: memberships, assignments, roles, grants.",
	}, listEdges)
	_ = add("GET /api/v1/tenants/{id}/changes", portal.InventoryRead, doc{Summary: "What changed in an Okta org between two moments"}, listEntityChanges)
	_ = add("GET /api/v1/tenants/{id}/edge-changes", portal.InventoryRead, doc{Summary: "What changed between two moments in how what an Okta org consists of is related"}, listEdgeChanges)
)

// TenantEntity is something of an Okta org.
type TenantEntity struct {
	Kind  inventory.Kind `json:"kind"`
	ID    string         `json:"id" doc:"as Okta gives it"`
	Name  string         `json:"name"`
	Since time.Time      `json:"since" doc:"that it is known to be as it is"`
	Body  jsontext.Value `json:"body" doc:"as Okta shows it, without links and secrets, with what further requests told of it"`
}

type listEntitiesIn struct {
	paging

	ID   string         `path:"id"`
	Kind inventory.Kind `query:"kind" doc:"of this kind"`
	Text string         `query:"q" max:"200" doc:"in the name, or the whole id"`
	At   time.Time      `query:"at" doc:"as it was then"`
}

func listEntities(ctx context.Context, d Deps, c portal.Caller, in listEntitiesIn) (Page[TenantEntity], error) {
	out := Page[TenantEntity]{Items: []TenantEntity{}}
	after, err := readSpot[store.EntityPlace](in.paging)
	if err != nil {
		return out, err
	}
	rows, err := d.DB.Inventory.Entities(ctx, c.Org.ID, in.ID, store.EntityQuery{Kind: in.Kind, Text: in.Text, At: in.At, After: after, Limit: in.limit() + 1})
	if err != nil {
		return out, err
	}
	if len(rows) > in.limit() {
		rows = rows[:in.limit()]
		out.Next = spotCursor(rows[len(rows)-1].Place)
	}
	for _, r := range rows {
		out.Items = append(out.Items, TenantEntity{r.Kind, r.ID, r.Name, r.Since, rawJSON(r.Body)})
	}
	return out, nil
}

// EntityDetail is something of an Okta org with what it was like.
type EntityDetail struct {
	Kind     inventory.Kind  `json:"kind"`
	ID       string          `json:"id"`
	Name     string          `json:"name"`
	Gone     bool            `json:"gone" doc:"it is not there any more"`
	Versions []EntityVersion `json:"versions" doc:"the newest first, 100 at most"`
}

// EntityVersion is what something was like for a time.
type EntityVersion struct {
	Name  string         `json:"name"`
	Since time.Time      `json:"since"`
	Until time.Time      `json:"until,omitzero" doc:"not there where it is like this still"`
	Body  jsontext.Value `json:"body"`
}

type entityIn struct {
	ID     string         `path:"id"`
	Kind   inventory.Kind `path:"kind"`
	Entity string         `path:"entity"`
}

// shownVersions is how many versions of something are shown.
const shownVersions = 100

func getEntity(ctx context.Context, d Deps, c portal.Caller, in entityIn) (EntityDetail, error) {
	shelf, err := tenantOf(ctx, d, c, in.ID)
	if err != nil {
		return EntityDetail{}, err
	}
	ref := inventory.Ref{Kind: in.Kind, ID: in.Entity}
	all, err := shelf.History(ctx, c.Org.ID, in.ID, ref, shownVersions)
	if err != nil {
		return EntityDetail{}, err
	}
	if len(all) == 0 {
		return EntityDetail{}, errs.New(errs.NotFound, "there is no such entity")
	}
	return EntityDetail{ref.Kind, ref.ID, all[0].Name, !all[0].Until.IsZero(), each(all, func(v store.EntityVersion) EntityVersion {
		return EntityVersion{v.Name, v.Since, v.Until, rawJSON(v.Body)}
	})}, nil
}

// Edge is how two things of an Okta org are related.
type Edge struct {
	Relation inventory.Relation `json:"relation"`
	From     EntityRef          `json:"from"`
	To       EntityRef          `json:"to"`
	ID       string             `json:"id,omitempty" doc:"of the assignment or grant, where there may be several between the two"`
	Name     string             `json:"name,omitempty" doc:"of what is at the other end"`
	Since    time.Time          `json:"since"`
	Body     jsontext.Value     `json:"body,omitempty" doc:"what is known of the relation itself"`
}

// EntityRef names something of an Okta org.
type EntityRef struct {
	Kind inventory.Kind `json:"kind"`
	ID   string         `json:"id"`
	Name string         `json:"name,omitempty"`
}

type listEdgesIn struct {
	paging

	ID        string             `path:"id"`
	Kind      inventory.Kind     `path:"kind"`
	Entity    string             `path:"entity"`
	Direction string             `query:"direction" enum:"from,to" doc:"those that begin here, or those that lead here; those that begin here where nothing is said"`
	Relation  inventory.Relation `query:"relation" doc:"of this relation"`
	At        time.Time          `query:"at" doc:"as it was then"`
}

func listEdges(ctx context.Context, d Deps, c portal.Caller, in listEdgesIn) (Page[Edge], error) {
	out := Page[Edge]{Items: []Edge{}}
	shelf, err := tenantOf(ctx, d, c, in.ID)
	if err != nil {
		return out, err
	}
	after, err := readSpot[store.EdgePlace](in.paging)
	if err != nil {
		return out, err
	}
	rows, err := shelf.Edges(ctx, c.Org.ID, in.ID, store.EdgeQuery{
		Of: inventory.Ref{Kind: in.Kind, ID: in.Entity}, Inward: in.Direction == "to", Relation: in.Relation, At: in.At, After: after, Limit: in.limit() + 1,
	})
	if err != nil {
		return out, err
	}
	if len(rows) > in.limit() {
		rows = rows[:in.limit()]
		out.Next = spotCursor(rows[len(rows)-1].Place)
	}
	for _, r := range rows {
		out.Items = append(out.Items, Edge{r.Relation, entityRef(r.From, ""), entityRef(r.To, ""), r.ID, r.Name, r.Since, rawJSON(r.Body)})
	}
	return out, nil
}

func entityRef(r inventory.Ref, name string) EntityRef { return EntityRef{r.Kind, r.ID, name} }

// EntityChange is what became of something between two moments.
type EntityChange struct {
	Change store.ChangeKind `json:"change"`
	Entity EntityRef        `json:"entity"`
	At     time.Time        `json:"at" doc:"when it last changed in that time"`
	Before jsontext.Value   `json:"before,omitempty" doc:"what it was at the first moment"`
	After  jsontext.Value   `json:"after,omitempty" doc:"what it was at the second"`
}

type listChangesIn struct {
	paging

	ID    string         `path:"id"`
	Since time.Time      `query:"since" doc:"the first moment; the beginning where nothing is said"`
	Until time.Time      `query:"until" doc:"the second; now where nothing is said"`
	Kind  inventory.Kind `query:"kind" doc:"of things of this kind"`
}

// span returns two moments of which the second comes later.
func span(since, until, now time.Time) (time.Time, time.Time, error) {
	if until.IsZero() {
		until = now
	}
	if !since.Before(until) {
		return since, until, badField("until", "the range ends before it begins")
	}
	return since, until, nil
}

func listEntityChanges(ctx context.Context, d Deps, c portal.Caller, in listChangesIn) (Page[EntityChange], error) {
	out := Page[EntityChange]{Items: []EntityChange{}}
	q := store.ChangeQuery{Kind: in.Kind, Limit: in.limit()}
	var err error
	if q.Since, q.Until, err = span(in.Since, in.Until, d.Now()); err != nil {
		return out, err
	}
	if q.After, err = readSpot[store.EdgeSpot](in.paging); err != nil {
		return out, err
	}
	rows, next, err := d.DB.Inventory.EntityChanges(ctx, c.Org.ID, in.ID, q)
	if err != nil {
		return out, err
	}
	if next.From > 0 {
		out.Next = spotCursor(next)
	}
	for _, r := range rows {
		out.Items = append(out.Items, EntityChange{r.Change, entityRef(r.Of, r.Name), r.At, rawJSON(r.Before), rawJSON(r.After)})
	}
	return out, nil
}

// EdgeChange is what became of a relation between two moments.
type EdgeChange struct {
	Change   store.ChangeKind   `json:"change"`
	Relation inventory.Relation `json:"relation"`
	From     EntityRef          `json:"from"`
	To       EntityRef          `json:"to"`
	ID       string             `json:"id,omitempty"`
	At       time.Time          `json:"at"`
	Before   jsontext.Value     `json:"before,omitempty" doc:"what was known of it at the first moment"`
	After    jsontext.Value     `json:"after,omitempty" doc:"what is, at the second or when it ended"`
}

type listEdgeChangesIn struct {
	paging

	ID       string             `path:"id"`
	Since    time.Time          `query:"since" doc:"the first moment; the beginning where nothing is said"`
	Until    time.Time          `query:"until" doc:"the second; now where nothing is said"`
	Relation inventory.Relation `query:"relation" doc:"of this relation"`
}

func listEdgeChanges(ctx context.Context, d Deps, c portal.Caller, in listEdgeChangesIn) (Page[EdgeChange], error) {
	out := Page[EdgeChange]{Items: []EdgeChange{}}
	q := store.ChangeQuery{Relation: in.Relation, Limit: in.limit()}
	var err error
	if q.Since, q.Until, err = span(in.Since, in.Until, d.Now()); err != nil {
		return out, err
	}
	if q.After, err = readSpot[store.EdgeSpot](in.paging); err != nil {
		return out, err
	}
	rows, next, err := d.DB.Inventory.EdgeChanges(ctx, c.Org.ID, in.ID, q)
	if err != nil {
		return out, err
	}
	if next.From > 0 {
		out.Next = spotCursor(next)
	}
	for _, r := range rows {
		out.Items = append(out.Items, EdgeChange{r.Change, r.Relation, entityRef(r.From, r.FromName), entityRef(r.To, r.ToName), r.ID, r.At, rawJSON(r.Before), rawJSON(r.Body)})
	}
	return out, nil
}
