package api

import (
	"cmp"
	"context"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/inventory"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/twin"
)

var (
	_ = add("GET /api/v1/tenants/{id}/entities/{kind}/{entity}/twins", portal.InventoryRead, doc{
		Summary: "Who somebody is elsewhere: accounts in Auth0 of a person of Okta, and the other way round",
		Help:    "Of a user or an auth0_user. What is not sure says why, and is to be looked at by somebody: a mail address that nobody verified is nobody's.",
	}, listTwins)
	_ = add("GET /api/v1/tenants/{id}/mismatches", portal.InventoryRead, doc{
		Summary: "Who is deactivated in an Okta org and has an account in Auth0 that is not blocked, or the other way round",
		Help:    "As both were last read; only accounts that are somebody's for sure. Of a large org it takes seconds.",
	}, listMismatches)
)

// Twin is that somebody is known elsewhere, too.
type Twin struct {
	Tenant  TwinTenant   `json:"tenant"`
	Entity  EntityRef    `json:"entity"`
	By      twin.By      `json:"by" doc:"by what they were found to be the same"`
	Sure    bool         `json:"sure"`
	Said    string       `json:"said,omitempty" doc:"why it is not sure"`
	State   twin.State   `json:"state" doc:"how the account stands beside the person"`
	Status  string       `json:"status,omitempty" doc:"of a person, as Okta calls it"`
	Account *TwinAccount `json:"account,omitempty" doc:"of an account in Auth0"`
}

// TwinTenant is where somebody is known.
type TwinTenant struct {
	ID       string             `json:"id"`
	Provider inventory.Provider `json:"provider"`
	Name     string             `json:"name"`
	Domain   string             `json:"domain"`
}

// TwinAccount is an account in an Auth0 tenant.
type TwinAccount struct {
	Email         string      `json:"email,omitempty"`
	Verified      bool        `json:"verified" doc:"Auth0 has verified the address"`
	Blocked       bool        `json:"blocked"`
	Marked        bool        `json:"marked" doc:"its metadata say that Okta has deactivated whom it is of"`
	LastLogin     time.Time   `json:"lastLogin,omitzero"`
	Logins        int         `json:"logins"`
	Connections   []string    `json:"connections" doc:"by which it signs in"`
	Roles         []EntityRef `json:"roles" doc:"50 at most"`
	Organizations []EntityRef `json:"organizations" doc:"50 at most"`
	URL           string      `json:"url,omitempty" doc:"in Auth0's dashboard"`
}

// twins finds who is the same as whom.
type twins struct {
	d    Deps
	org  string // of the caller
	at   map[string]inventory.Tenant
	orgs map[string]twin.Org    // by the id of a tenant
	led  map[string]twin.Tenant // by the id of a tenant
}

func newTwins(d Deps, c portal.Caller) *twins {
	return &twins{d: d, org: c.Org.ID, at: map[string]inventory.Tenant{}, orgs: map[string]twin.Org{}, led: map[string]twin.Tenant{}}
}

func listTwins(ctx context.Context, d Deps, c portal.Caller, in entityIn) ([]Twin, error) {
	shelf, err := tenantOf(ctx, d, c, in.ID)
	if err != nil {
		return nil, err
	}
	ref := inventory.Ref{Kind: in.Kind, ID: in.Entity}
	last, err := shelf.History(ctx, c.Org.ID, in.ID, ref, 1)
	if err != nil {
		return nil, err
	}
	if len(last) == 0 {
		return nil, errs.New(errs.NotFound, "there is no such entity")
	}
	e := store.FoundEntity{Entity: inventory.Entity{Ref: ref, Name: last[0].Name, Body: last[0].Body}, Tenant: in.ID}
	w := newTwins(d, c)
	found := []met{}
	switch ref.Kind {
	case inventory.User:
		found, err = w.accounts(ctx, e, !last[0].Until.IsZero())
	case inventory.Auth0User:
		found, err = w.people(ctx, e)
	default:
	}
	if err != nil {
		return nil, err
	}
	out := []Twin{}
	for _, m := range found {
		t, err := w.show(ctx, m)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	slices.SortStableFunc(out, func(a, b Twin) int {
		if a.Sure != b.Sure {
			if a.Sure {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.Tenant.Domain, b.Tenant.Domain), cmp.Compare(a.Entity.ID, b.Entity.ID))
	})
	return out, nil
}

// sureTwins returns the accounts that a person has elsewhere, for sure.
func sureTwins(ctx context.Context, d Deps, c portal.Caller, tenant string, of TimelineSubject) ([]met, error) {
	if tenant == "" || of.Kind != inventory.User || !of.Known || !c.Can(portal.InventoryRead) {
		return nil, nil
	}
	last, err := d.DB.Inventory.History(ctx, c.Org.ID, tenant, inventory.Ref{Kind: of.Kind, ID: of.ID}, 1)
	if err != nil || len(last) == 0 {
		return nil, err
	}
	e := inventory.Entity{Ref: inventory.Ref{Kind: of.Kind, ID: of.ID}, Name: last[0].Name, Body: last[0].Body}
	all, err := newTwins(d, c).accounts(ctx, store.FoundEntity{Entity: e, Tenant: tenant}, false)
	return slices.DeleteFunc(all, func(m met) bool { return !m.Sure }), err
}

// met is somebody who was found elsewhere.
type met struct {
	store.FoundEntity
	twin.Match

	state twin.State
}

// accounts finds the accounts of a person; gone says that the org has him no more.
func (w *twins) accounts(ctx context.Context, of store.FoundEntity, gone bool) ([]met, error) {
	p := inventory.PersonOf(of.Entity)
	found, err := w.d.DB.Inventory.Keyed(ctx, w.org, inventory.Auth0User, twin.KeysOf(p))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	shared, err := w.shared(ctx, of.Tenant, p)
	if err != nil {
		return nil, err
	}
	var out []met
	for _, f := range found {
		a := inventory.AccountOf(f.Entity)
		m, is, err := w.same(ctx, p, of.Tenant, a, f.Tenant, shared)
		if err != nil {
			return nil, err
		}
		if is {
			out = append(out, met{f, m, twin.Compare(p, gone, a)})
		}
	}
	return out, nil
}

// people finds whose an account is.
func (w *twins) people(ctx context.Context, of store.FoundEntity) ([]met, error) {
	a := inventory.AccountOf(of.Entity)
	keys, ids := inventory.Keys(of.Entity), []string{}
	for _, i := range a.Identities {
		if s := i.Subject(); strings.Contains(s, "@") {
			keys = append(keys, inventory.MailKey(s))
		} else if s != "" {
			ids = append(ids, s)
		}
	}
	found, err := w.d.DB.Inventory.Keyed(ctx, w.org, inventory.User, keys)
	if err != nil {
		return nil, err
	}
	byID, err := w.d.DB.Inventory.ByIDs(ctx, w.org, inventory.User, ids)
	if err != nil {
		return nil, err
	}
	var out []met
	seen := map[string]bool{}
	for _, f := range append(byID, found...) {
		if key := f.Tenant + "/" + f.ID; seen[key] {
			continue
		} else {
			seen[key] = true
		}
		p := inventory.PersonOf(f.Entity)
		shared, err := w.shared(ctx, f.Tenant, p)
		if err != nil {
			return nil, err
		}
		m, is, err := w.same(ctx, p, f.Tenant, a, of.Tenant, shared)
		if err != nil {
			return nil, err
		}
		if is {
			out = append(out, met{f, m, twin.Compare(p, false, a)})
		}
	}
	return out, nil
}

// shared says how many people of an org have the mail address of one.
func (w *twins) shared(ctx context.Context, tenant string, p inventory.Person) (twin.Shared, error) {
	if p.Email == "" {
		return 0, nil
	}
	all, err := w.d.DB.Inventory.Keyed(ctx, w.org, inventory.User, []string{inventory.MailKey(p.Email)})
	n := twin.Shared(0)
	for _, e := range all {
		if e.Tenant == tenant && inventory.FoldMail(inventory.PersonOf(e.Entity).Email) == inventory.FoldMail(p.Email) {
			n++
		}
	}
	return n, err
}

// same says whether an account is a person's.
func (w *twins) same(ctx context.Context, p inventory.Person, org string, a inventory.Account, tenant string, shared twin.Shared) (twin.Match, bool, error) {
	of, err := w.orgOf(ctx, org)
	if err != nil {
		return twin.Match{}, false, err
	}
	in, err := w.leads(ctx, tenant)
	if err != nil {
		return twin.Match{}, false, err
	}
	m, is := twin.Of(p, of, a, in, shared)
	return m, is, nil
}

func (w *twins) tenant(ctx context.Context, id string) (t inventory.Tenant, err error) {
	t, known := w.at[id]
	if !known {
		t, err = w.d.DB.Inventory.Tenant(ctx, w.org, id)
		w.at[id] = t
	}
	return t, err
}

// orgOf returns by what hosts an Okta org is reached: its own, and those of its domains.
func (w *twins) orgOf(ctx context.Context, tenant string) (twin.Org, error) {
	if o, known := w.orgs[tenant]; known {
		return o, nil
	}
	t, err := w.tenant(ctx, tenant)
	if err != nil {
		return twin.Org{}, err
	}
	o := twin.Org{Hosts: []string{twin.HostOf(t.Domain)}}
	err = w.d.DB.Inventory.At(w.org, tenant, time.Time{}).Entities(ctx, inventory.Domain, func(e inventory.Entity) error {
		o.Add(e)
		return nil
	})
	w.orgs[tenant] = o
	return o, err
}

// leads returns where the connections of an Auth0 tenant lead to.
func (w *twins) leads(ctx context.Context, tenant string) (twin.Tenant, error) {
	if t, known := w.led[tenant]; known {
		return t, nil
	}
	var t twin.Tenant
	err := w.d.DB.Inventory.At(w.org, tenant, time.Time{}).Entities(ctx, inventory.Auth0Connection, func(e inventory.Entity) error {
		t.Read(e)
		return nil
	})
	w.led[tenant] = t
	return t, err
}

// shownAround is how many roles and organizations of an account are shown.
const shownAround = 50

func (w *twins) show(ctx context.Context, m met) (Twin, error) {
	t, err := w.tenant(ctx, m.Tenant)
	if err != nil {
		return Twin{}, err
	}
	out := Twin{
		Tenant: TwinTenant{t.ID, t.Provider, t.Name, t.Domain}, Entity: entityRef(m.Ref, m.Name),
		By: m.By, Sure: m.Sure, Said: m.Said, State: m.state,
	}
	if m.Kind == inventory.User {
		out.Status = inventory.PersonOf(m.Entity).Status
		return out, nil
	}
	a := inventory.AccountOf(m.Entity)
	shown := &TwinAccount{
		Email: a.Email, Verified: a.Verified, Blocked: a.Blocked, Marked: a.Marked(), Logins: a.Logins, LastLogin: a.LastSeen(),
		Connections: []string{}, Roles: []EntityRef{}, Organizations: []EntityRef{}, URL: dashboardURL(t, a.ID),
	}
	for _, i := range a.Identities {
		shown.Connections = append(shown.Connections, i.Connection)
	}
	for relation, into := range map[inventory.Relation]*[]EntityRef{inventory.Holds: &shown.Roles, inventory.MemberOf: &shown.Organizations} {
		rows, err := w.d.DB.Inventory.Edges(ctx, w.org, t.ID, store.EdgeQuery{Of: m.Ref, Relation: relation, Limit: shownAround})
		if err != nil {
			return out, err
		}
		for _, r := range rows {
			*into = append(*into, entityRef(r.To, r.Name))
		}
	}
	out.Account = shown
	return out, nil
}

// dashboardURL returns where an account is in Auth0's dashboard; empty where that
// cannot be told, as of a private cloud.
func dashboardURL(t inventory.Tenant, account string) string {
	parts := strings.Split(strings.TrimSuffix(t.OktaID, ".auth0.com"), ".")
	if !strings.HasSuffix(t.OktaID, ".auth0.com") || len(parts) > 2 {
		return ""
	}
	region := "us"
	if len(parts) == 2 {
		region = parts[1]
	}
	id := base64.RawURLEncoding.EncodeToString([]byte(url.QueryEscape(account)))
	return "https://manage.auth0.com/dashboard/" + region + "/" + parts[0] + "/users/" + id
}
