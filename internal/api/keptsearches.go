package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/portal"
	"sallyport/internal/store"
)

var (
	_ = add("GET /api/v1/event-searches", portal.EventsRead, doc{Summary: "Searches of events that were kept: one's own, and those that others share"}, listKeptSearches)
	_ = add("POST /api/v1/event-searches", portal.EventsRead, doc{Summary: "Keep a search", Status: http.StatusCreated}, addKeptSearch)
	_ = add("PUT /api/v1/event-searches/{id}", portal.EventsRead, doc{Summary: "Change a search of one's own"}, putKeptSearch)
	_ = add("DELETE /api/v1/event-searches/{id}", portal.EventsRead, doc{Summary: "Forget a search of one's own", Help: "Who manages members forgets those that others share too."}, deleteKeptSearch)
)

// KeptSearch is a search that somebody keeps.
type KeptSearch struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Shared    bool      `json:"shared" doc:"whether others of the organization see it"`
	Own       bool      `json:"own" doc:"whether it is the caller's"`
	Owner     Ref       `json:"owner"`
	Query     KeptQuery `json:"query"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// KeptQuery is what a search looks for.
type KeptQuery struct {
	Filter string    `json:"filter,omitempty" max:"8000"`
	Q      string    `json:"q,omitempty" max:"450"`
	Source string    `json:"source,omitempty" max:"100"`
	Range  string    `json:"range,omitempty" max:"20" doc:"how far back, such as 24h or 30d; nothing where since and until say so"`
	Since  time.Time `json:"since,omitzero"`
	Until  time.Time `json:"until,omitzero"`
}

func listKeptSearches(ctx context.Context, d Deps, c portal.Caller, _ none) (Page[KeptSearch], error) {
	all, err := d.DB.EventSearches.List(ctx, c.Org.ID, c.Account.ID)
	out := Page[KeptSearch]{Items: []KeptSearch{}}
	for _, k := range all {
		s := KeptSearch{ID: k.ID, Name: k.Name, Shared: k.Shared, Own: k.Account == c.Account.ID, Owner: Ref{k.Account, k.Owner}, UpdatedAt: k.Updated}
		if err := json.Unmarshal([]byte(k.Query), &s.Query); err != nil {
			return out, err
		}
		out.Items = append(out.Items, s)
	}
	return out, err
}

type newKeptSearchIn struct {
	Name   string    `json:"name" min:"1" max:"100"`
	Shared bool      `json:"shared,omitempty"`
	Query  KeptQuery `json:"query"`
}

func addKeptSearch(ctx context.Context, d Deps, c portal.Caller, in newKeptSearchIn) (KeptSearch, error) {
	return saveKeptSearch(ctx, d, c, id.New(), in)
}

type putKeptSearchIn struct {
	newKeptSearchIn

	ID string `path:"id"`
}

func putKeptSearch(ctx context.Context, d Deps, c portal.Caller, in putKeptSearchIn) (KeptSearch, error) {
	all, err := d.DB.EventSearches.List(ctx, c.Org.ID, c.Account.ID)
	if err != nil {
		return KeptSearch{}, err
	}
	for _, k := range all {
		if k.ID == in.ID && k.Account == c.Account.ID {
			return saveKeptSearch(ctx, d, c, in.ID, in.newKeptSearchIn)
		}
	}
	return KeptSearch{}, errs.New(errs.NotFound, "there is no such search of yours")
}

func saveKeptSearch(ctx context.Context, d Deps, c portal.Caller, id string, in newKeptSearchIn) (KeptSearch, error) {
	q := eventQuery{Filter: in.Query.Filter, Q: in.Query.Q}
	if _, err := q.search(); err != nil {
		return KeptSearch{}, inQuery(err)
	}
	text, err := json.Marshal(in.Query)
	if err != nil {
		return KeptSearch{}, err
	}
	now := d.Now()
	k := store.KeptSearch{ID: id, Org: c.Org.ID, Account: c.Account.ID, Name: in.Name, Shared: in.Shared, Query: string(text), Created: now, Updated: now}
	return KeptSearch{id, in.Name, in.Shared, true, Ref{c.Account.ID, c.Account.Name}, in.Query, now}, d.DB.EventSearches.Save(ctx, k)
}

func deleteKeptSearch(ctx context.Context, d Deps, c portal.Caller, in idIn) (none, error) {
	return none{}, d.DB.EventSearches.Remove(ctx, c.Org.ID, c.Account.ID, in.ID, c.Can(portal.MembersWrite))
}

// inQuery names the field of an error as the body of a kept search has it.
func inQuery(err error) error {
	if f, ok := errors.AsType[*field](err); ok {
		return &field{"query." + f.name, f.err}
	}
	return err
}
