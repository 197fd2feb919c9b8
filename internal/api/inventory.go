package api

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"sallyport/internal/errs"
	"sallyport/internal/inventory"
	"sallyport/internal/live"
	"sallyport/internal/okta"
	"sallyport/internal/portal"
	"sallyport/internal/source"
	"sallyport/internal/store"
)

var (
	_ = add("GET /api/v1/tenants", portal.InventoryRead, doc{
		Summary: "The Okta orgs that are read, with how far that is", Help: "With provider=auth0 the Auth0 tenants.",
	}, listTenants)
	_ = add("POST /api/v1/tenants", portal.InventoryWrite, doc{
		Summary: "Have the Okta org or Auth0 tenant read that a connection leads to", Status: http.StatusCreated,
		Help: "It is read by itself: now, and then every day. Look at it again, or at the stream of what changes. An org that is known already keeps its id, and is read through this connection from now on.",
	}, createTenant)
	_ = add("GET /api/v1/tenants/{id}", portal.InventoryRead, doc{Summary: "An Okta org: what there is of each kind, and how much of it was seen"}, getTenant)
	_ = add("POST /api/v1/tenants/{id}/syncs", portal.InventoryWrite, doc{
		Summary: "Have an Okta org read now", Status: http.StatusAccepted, Help: "Where it is being read, that goes on.",
	}, createSync)
	_ = add("GET /api/v1/tenants/{id}/syncs", portal.InventoryRead, doc{Summary: "The last readings of an Okta org, the newest first, with how far they came"}, listSyncs)
)

// TenantSync is one reading of a whole org.
type TenantSync struct {
	ID        string              `json:"id"`
	State     inventory.SyncState `json:"state"`
	StartedAt time.Time           `json:"startedAt" doc:"what it reads is known from then on"`
	EndedAt   time.Time           `json:"endedAt,omitzero"`
	Error     string              `json:"error,omitempty" doc:"why it failed"`
	Calls     int                 `json:"calls" doc:"requests that were made"`
	Wanted    int                 `json:"wanted" doc:"those and what is still to be made, as far as is known"`
	Growing   bool                `json:"growing" doc:"lists are still read that more requests will come of"`
	Left      int                 `json:"secondsLeft" doc:"about, where it can be told"`
	Buckets   []SyncBucket        `json:"buckets" doc:"by Okta's rate limits"`
}

// SyncBucket is how far a reading is with the requests that count to one rate limit.
type SyncBucket struct {
	Bucket string    `json:"bucket"`
	Calls  int       `json:"calls"`
	Wanted int       `json:"wanted"`
	Rate   float64   `json:"callsPerMinute"`
	Waits  time.Time `json:"waitsUntil,omitzero" doc:"the rate limit leaves nothing until then"`
}

func showSync(s inventory.Sync) TenantSync {
	p := s.Progress
	return TenantSync{
		ID: s.ID, State: s.State, StartedAt: s.StartedAt, EndedAt: s.EndedAt, Error: s.Error, Calls: p.Calls, Wanted: p.Wanted, Growing: p.Growing, Left: p.Left,
		Buckets: each(p.Buckets, func(b inventory.BucketProgress) SyncBucket { return SyncBucket(b) }),
	}
}

// Tenant is an Okta org that is read.
type Tenant struct {
	ID         string             `json:"id"`
	Provider   inventory.Provider `json:"provider"`
	OktaID     string             `json:"oktaId" doc:"the org's own id; of an Auth0 tenant its host"`
	Domain     string             `json:"domain"`
	Name       string             `json:"name"`
	Connection Ref                `json:"connection" doc:"through which it is read"`
	CreatedAt  time.Time          `json:"createdAt"`
	Sync       *TenantSync        `json:"sync,omitempty" doc:"the last reading"`
}

// TenantDetail is an Okta org with what there is, collection by collection.
type TenantDetail struct {
	Tenant

	Collections []TenantCollection `json:"collections" doc:"kinds, relations, parts of kinds, and settings; none before the first reading has ended"`
}

// TenantCollection is how much there is of something, and how much of it is seen.
type TenantCollection struct {
	Name      string       `json:"name"`
	Count     int          `json:"count"`
	Visible   okta.Visible `json:"visible" doc:"full, partial, denied, absent (the org does not have it) or unknown"`
	Said      string       `json:"said,omitempty" doc:"why not all of it was"`
	FullAt    time.Time    `json:"fullAt,omitzero" doc:"when all of it was last read"`
	DeltaAt   time.Time    `json:"deltaAt,omitzero" doc:"when it was last brought up to date in part"`
	Truncated bool         `json:"truncated" doc:"more is there than was read"`
}

func showTenants(ctx context.Context, d Deps, c portal.Caller, all []inventory.Tenant) ([]Tenant, error) {
	names, err := d.DB.Connections.Names(ctx, c.Org.ID)
	if err != nil {
		return nil, err
	}
	out := []Tenant{}
	for _, t := range all {
		shown := Tenant{ID: t.ID, Provider: t.Provider, OktaID: t.OktaID, Domain: t.Domain, Name: t.Name, Connection: refTo(names, t.Connection), CreatedAt: t.CreatedAt}
		last, err := d.DB.Inventory.Syncs(ctx, c.Org.ID, t.ID, 1)
		if err != nil {
			return nil, err
		}
		if len(last) > 0 {
			s := showSync(last[0])
			shown.Sync = &s
		}
		out = append(out, shown)
	}
	return out, nil
}

type listTenantsIn struct {
	Provider inventory.Provider `query:"provider" doc:"those of Okta where nothing is said"`
}

func listTenants(ctx context.Context, d Deps, c portal.Caller, in listTenantsIn) ([]Tenant, error) {
	all, err := d.DB.Inventory.TenantsOf(ctx, c.Org.ID, cmp.Or(in.Provider, inventory.ByOkta))
	if err != nil {
		return nil, err
	}
	return showTenants(ctx, d, c, all)
}

func getTenant(ctx context.Context, d Deps, c portal.Caller, in idIn) (TenantDetail, error) {
	t, err := d.DB.Inventory.Tenant(ctx, c.Org.ID, in.ID)
	if err != nil {
		return TenantDetail{}, err
	}
	shown, err := showTenants(ctx, d, c, []inventory.Tenant{t})
	if err != nil {
		return TenantDetail{}, err
	}
	out := TenantDetail{Tenant: shown[0], Collections: []TenantCollection{}}
	n, err := d.DB.Inventory.Counts(ctx, c.Org.ID, t.ID)
	if err != nil {
		return out, err
	}
	sights, err := d.DB.Inventory.At(c.Org.ID, t.ID, time.Time{}).Sights(ctx)
	if err != nil {
		return out, err
	}
	for _, name := range inventory.CollectionsOf(t.Provider) {
		if s, ok := sights[name]; ok {
			out.Collections = append(out.Collections, TenantCollection{name, n[name], s.Visible, s.Said, s.Full, s.Delta, s.Truncated})
		}
	}
	return out, nil
}

type createTenantIn struct {
	Connection string `json:"connection" max:"64" doc:"id of a connection to an Okta org or an Auth0 tenant"`
}

func createTenant(ctx context.Context, d Deps, c portal.Caller, in createTenantIn) (TenantDetail, error) {
	conn, err := d.DB.Connections.Get(ctx, c.Org.ID, in.Connection)
	if err != nil {
		return TenantDetail{}, err
	}
	if conn.Connector != string(source.Okta) && conn.Connector != "auth0" || d.Meet == nil {
		return TenantDetail{}, badField("connection", "this is no connection to an Okta org or an Auth0 tenant")
	}
	t, err := d.Meet(ctx, conn)
	if err != nil {
		return TenantDetail{}, err
	}
	if err := begin(ctx, d, t); err != nil {
		return TenantDetail{}, err
	}
	return getTenant(ctx, d, c, idIn{t.ID})
}

// begin has a tenant read.
func begin(ctx context.Context, d Deps, t inventory.Tenant) error {
	if _, err := d.DB.Inventory.Begin(ctx, t); err != nil {
		return err
	}
	if d.SyncsChanged != nil {
		d.SyncsChanged()
	}
	d.Live.Publish(t.Org, live.Message{Topic: live.Inventory, ID: t.ID})
	return nil
}

func createSync(ctx context.Context, d Deps, c portal.Caller, in idIn) (TenantSync, error) {
	t, err := d.DB.Inventory.Tenant(ctx, c.Org.ID, in.ID)
	if err != nil {
		return TenantSync{}, err
	}
	if err := begin(ctx, d, t); err != nil {
		return TenantSync{}, err
	}
	all, err := d.DB.Inventory.Syncs(ctx, c.Org.ID, t.ID, 1)
	if err != nil || len(all) == 0 {
		return TenantSync{}, errors.Join(err, errs.New(errs.Conflict, "the reading has not begun"))
	}
	return showSync(all[0]), nil
}

// shownSyncs is how many readings of an org are listed.
const shownSyncs = 50

func listSyncs(ctx context.Context, d Deps, c portal.Caller, in idIn) ([]TenantSync, error) {
	if _, err := d.DB.Inventory.Tenant(ctx, c.Org.ID, in.ID); err != nil {
		return nil, err
	}
	all, err := d.DB.Inventory.Syncs(ctx, c.Org.ID, in.ID, shownSyncs)
	return each(all, showSync), err
}

// spotCursor returns the cursor that leads on from a place of any kind.
func spotCursor(at any) string {
	raw, err := json.Marshal(at)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// readSpot reads the cursor of a list whose places are of a type.
func readSpot[T any](p paging) (at T, err error) {
	if p.Cursor == "" {
		return at, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil || json.Unmarshal(raw, &at) != nil {
		return at, badField("cursor", "this is no cursor; take the one that the page before names as next")
	}
	return at, nil
}

// rawJSON returns JSON as it is shown; nothing where there is none.
func rawJSON(raw json.RawMessage) jsontext.Value { return jsontext.Value(raw) }

// tenantOf returns the tenant of a request, of the caller's organization.
func tenantOf(ctx context.Context, d Deps, c portal.Caller, id string) (store.Inventory, error) {
	_, err := d.DB.Inventory.Tenant(ctx, c.Org.ID, id)
	return d.DB.Inventory, err
}
