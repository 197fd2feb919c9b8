package api

import (
	"context"
	"net/http"
	"time"

	"sallyport/internal/portal"
	"sallyport/internal/store"
)

var (
	_ = add("GET /api/v1/scim", portal.SCIMRead, doc{Summary: "How the identity provider provisions", Help: "What Okta is given, when it last came, and what was refused. The secret is not in it."}, getSCIM)
	_ = add("POST /api/v1/scim/secret", portal.SCIMWrite, doc{
		Summary: "Make or rotate the deprovisioning authentication secret",
		Help:    "The one before is refused from then on, unless a grace is given. Until the new one is entered in Okta, nobody is provisioned or deprovisioned.", Status: http.StatusCreated, Fresh: true,
	}, rotateSCIM)
	_ = add("POST /api/v1/scim/secret/reveal", portal.SCIMWrite, doc{Summary: "Show the deprovisioning authentication secret", Help: "It is told in the audit log.", Fresh: true}, revealSCIM)
	_ = add("DELETE /api/v1/scim/secret", portal.SCIMWrite, doc{Summary: "End provisioning", Help: "All secrets are refused from then on. Members stay.", Fresh: true}, endSCIM)
	_ = add("GET /api/v1/scim/exchanges", portal.SCIMRead, doc{Summary: "What the identity provider asked lately, and what it was answered", Help: "The newest first; so many that went well, and so many that did not, are kept. Without passwords."}, listExchanges)
	_ = add("GET /api/v1/scim/groups", portal.SCIMRead, doc{Summary: "Groups that the identity provider has pushed"}, listPushedGroups)
)

// SCIM is how an identity provider provisions the organization.
type SCIM struct {
	URL      string       `json:"url" doc:"SCIM connector base URL, for Okta; the secret names the organization"`
	OrgURL   string       `json:"orgUrl" doc:"the same with the organization in it, where somebody wants to see that"`
	Unique   string       `json:"unique" doc:"unique identifier field for users"`
	Secret   *SCIMSecret  `json:"secret,omitempty" doc:"the present one; not there where nothing can be provisioned"`
	Earlier  []SCIMSecret `json:"earlier" doc:"those that were replaced, the newest first"`
	Active   int          `json:"active" doc:"users who were pushed, and are active"`
	Inactive int          `json:"inactive"`
	Mail     bool         `json:"mail" doc:"the server sends mail: who is new is written to"`
}

// SCIMSecret is a secret, without its text.
type SCIMSecret struct {
	ID          string    `json:"id" doc:"part of the secret, which names it in the audit log"`
	CreatedAt   time.Time `json:"createdAt"`
	CreatedBy   string    `json:"createdBy,omitempty" doc:"id of the account"`
	TakenUntil  time.Time `json:"takenUntil,omitzero" doc:"of one that was replaced"`
	Taken       bool      `json:"taken" doc:"it is taken now"`
	UsedAt      time.Time `json:"usedAt,omitzero"`
	UsedBy      string    `json:"usedBy,omitempty" doc:"the client's User-Agent"`
	UsedFrom    string    `json:"usedFrom,omitempty"`
	Failures    int       `json:"failures" doc:"requests for the organization with another secret, since this one was made"`
	RefusedAt   time.Time `json:"refusedAt,omitzero" doc:"when there was such a one last"`
	RefusedBy   string    `json:"refusedBy,omitempty"`
	RefusedFrom string    `json:"refusedFrom,omitempty"`
}

func getSCIM(ctx context.Context, d Deps, c portal.Caller, _ none) (SCIM, error) {
	out := SCIM{
		URL: d.BaseURL + scimPath + "v2", OrgURL: d.BaseURL + scimPath + c.Org.Slug + "/v2", Unique: "userName", Earlier: []SCIMSecret{}, Mail: mailReady(d) == nil,
	}
	keys, err := d.Provisioning.List(ctx, c)
	if err != nil {
		return out, err
	}
	for _, k := range keys {
		shown := showSCIMSecret(k, d.Now())
		if k.EndsAt.IsZero() {
			out.Secret = &shown
		} else {
			out.Earlier = append(out.Earlier, shown)
		}
	}
	out.Active, out.Inactive, err = d.DB.Directory(c.Org, d.Portal.Asker()).PushedUsers(ctx)
	return out, err
}

func showSCIMSecret(k portal.SCIMKey, now time.Time) SCIMSecret {
	return SCIMSecret{
		ID: k.ID, CreatedAt: k.CreatedAt, CreatedBy: k.CreatedBy, TakenUntil: k.EndsAt, Taken: k.Holds(now), UsedAt: k.Used.At, UsedBy: k.Used.Agent, UsedFrom: k.Used.Addr,
		Failures: k.Failures, RefusedAt: k.Refused.At, RefusedBy: k.Refused.Agent, RefusedFrom: k.Refused.Addr,
	}
}

type rotateSCIMIn struct {
	Grace int `json:"grace,omitempty" min:"0" max:"168" doc:"hours for which the old secret goes on being taken; 0 refuses it at once"`
}

// SCIMSecretText is a secret as it is entered in Okta.
type SCIMSecretText struct {
	Secret string `json:"secret" doc:"the whole of it, for HTTP header authentication; Bearer before it or not"`
}

func rotateSCIM(ctx context.Context, d Deps, c portal.Caller, in rotateSCIMIn) (SCIMSecretText, error) {
	if err := d.Portal.Proofs.Fresh(c); err != nil {
		return SCIMSecretText{}, err
	}
	text, err := d.Provisioning.Rotate(ctx, c, time.Duration(in.Grace)*time.Hour)
	return SCIMSecretText{text}, err
}

func revealSCIM(ctx context.Context, d Deps, c portal.Caller, _ none) (SCIMSecretText, error) {
	text, err := d.Provisioning.Reveal(ctx, c)
	return SCIMSecretText{text}, err
}

func endSCIM(ctx context.Context, d Deps, c portal.Caller, _ none) (none, error) {
	return none{}, d.Provisioning.Stop(ctx, c)
}

type listExchangesIn struct {
	paging

	Failed bool `query:"failed" doc:"only those that did not go well"`
}

// SCIMExchange is a request of the identity provider, and its answer.
type SCIMExchange struct {
	ID       string    `json:"id"`
	At       time.Time `json:"at"`
	Took     int64     `json:"took" doc:"microseconds"`
	Method   string    `json:"method"`
	Path     string    `json:"path" doc:"behind the base URL"`
	Status   int       `json:"status"`
	Cause    string    `json:"cause,omitempty" doc:"why it was refused, as the client was told"`
	Request  string    `json:"request,omitempty" doc:"JSON, without secrets, and cut where it is long"`
	Response string    `json:"response,omitempty"`
	Agent    string    `json:"agent" doc:"the client's User-Agent"`
	Addr     string    `json:"addr"`
}

func listExchanges(ctx context.Context, d Deps, c portal.Caller, in listExchangesIn) (Page[SCIMExchange], error) {
	d.SCIMLog.Write(ctx)
	return listed(in.paging, func(after store.Place, limit int) ([]store.SCIMExchange, error) {
		return d.DB.SCIMExchanges.List(ctx, c.Org.ID, in.Failed, after, limit)
	}, func(e store.SCIMExchange) store.Place { return store.Place{At: e.At, ID: e.ID} }, func([]store.SCIMExchange) (func(store.SCIMExchange) SCIMExchange, error) {
		return showExchange, nil
	})
}

func showExchange(e store.SCIMExchange) SCIMExchange {
	return SCIMExchange{e.ID, e.At, e.Took.Microseconds(), e.Method, e.Path, e.Status, e.Cause, e.Request, e.Response, e.Agent, e.Addr}
}

// PushedGroup is a group that the identity provider has pushed.
type PushedGroup struct {
	ID       string    `json:"id"`
	Name     string    `json:"name" doc:"by which it is given roles"`
	Members  int       `json:"members"`
	PushedAt time.Time `json:"pushedAt" doc:"when it last changed"`
}

func listPushedGroups(ctx context.Context, d Deps, c portal.Caller, _ none) ([]PushedGroup, error) {
	all, err := d.DB.Directory(c.Org, d.Portal.Asker()).PushedGroups(ctx)
	return each(all, func(g store.PushedGroup) PushedGroup { return PushedGroup{g.ID, g.Name, g.Members, g.PushedAt} }), err
}
