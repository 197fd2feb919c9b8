package access

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"sallyport/internal/inventory"
)

// org is what was read, before steps are made of it.
type org struct {
	sights    map[string]inventory.Sight
	users     table[user]
	groups    table[group]
	apps      table[app]
	services  table[serviceBody]
	tokens    table[tokenBody]
	custom    table[customRoleBody]
	sets      table[resourceSetBody]
	idps      table[idpBody]
	rules     table[ruleBody]
	schemas   table[schemaBody]
	types     table[struct{ Default bool }]
	policies  table[policyBody]
	pools     table[poolBody]
	inline    table[hookBody]
	hooks     table[hookBody]
	devices   table[deviceBody]
	settings  table[json.RawMessage]
	roles     []assignment
	devicesOf []deviceUse
}

// table holds the entities of a kind by id.
type table[T any] struct {
	rows []row[T]
	at   map[string]int32
}

type row[T any] struct {
	id, name string
	node     uint32
	body     T
}

func (t *table[T]) add(id, name string, body T) *row[T] {
	if t.at == nil {
		t.at = map[string]int32{}
	}
	if at, ok := t.at[id]; ok {
		return &t.rows[at]
	}
	t.at[id] = int32(len(t.rows)) //nolint:gosec // an org has fewer than 2^31 of anything
	t.rows = append(t.rows, row[T]{id: id, name: name, body: body})
	return &t.rows[len(t.rows)-1]
}

func (t *table[T]) get(id string) (*row[T], bool) {
	at, ok := t.at[id]
	if !ok {
		return nil, false
	}
	return &t.rows[at], true
}

// user is a person. Strings of which many have the same are shared.
type user struct {
	status, login, email     string
	providerType, provider   string
	typeID, realm, managerID string
	lastLogin, created       time.Time
	factor                   Strength
	fastPass                 bool
	roles                    []int32 // his own assignments
	owns                     bool    // an API token or a group
	admin                    bool    // he holds an active role, himself or by a group
	eligible                 bool    // he holds one that is inactive now
}

// signsIn reports whether the user can sign in, or could after a reset.
func (u *user) signsIn() bool {
	switch u.status {
	case "DEPROVISIONED", "SUSPENDED":
		return false
	default:
		return true
	}
}

type group struct {
	groupBody
	members []uint32 // nodes of users
	roles   []int32
	apps    int
	rules   []string // names of rules that fill it
	admin   bool
}

// editable reports whether people may be put into the group by hand or by rule.
func (g *group) editable() bool { return g.Type == "" || g.Type == "OKTA_GROUP" }

type app struct {
	appBody
	scopes []string
	roles  []int32
	groups []uint32 // nodes of assigned groups
	users  []uint32 // nodes of assigned users
}

// client reports whether the app acts by itself.
func (a *app) client() bool {
	return a.Settings.OAuthClient.ApplicationType == "service" || slices.Contains(a.Settings.OAuthClient.GrantTypes, "client_credentials") || len(a.scopes) > 0 || len(a.roles) > 0
}

func (a *app) has(feature string) bool { return slices.Contains(a.Features, feature) }

type assignment struct {
	holder, role inventory.Ref
	id, set      string
	groups, apps []string
	active       bool
	governed     bool
	bound        bool // by a resource set or targets
}

type deviceUse struct {
	user, device string
	managed      bool
}

// readOrg reads all that steps depend on.
func readOrg(ctx context.Context, r inventory.Reader) (*org, error) {
	o := &org{}
	var err error
	if o.sights, err = r.Sights(ctx); err != nil {
		return nil, fmt.Errorf("read how much of the org was seen: %w", err)
	}
	if err := o.readEntities(ctx, r); err != nil {
		return nil, err
	}
	for _, x := range []struct {
		relation inventory.Relation
		each     func(inventory.Edge)
	}{
		{inventory.HasRole, o.readRole}, {inventory.GrantedScope, o.readScope}, {inventory.UsesDevice, o.readDevice},
	} {
		if err := r.Edges(ctx, x.relation, func(e inventory.Edge) error { x.each(e); return nil }); err != nil {
			return nil, fmt.Errorf("read %s: %w", x.relation, err)
		}
	}
	o.readBindings()
	return o, nil
}

func (o *org) readEntities(ctx context.Context, r inventory.Reader) error {
	shared := interned{}
	readers := []func() error{
		func() error { return read(ctx, r, inventory.User, &o.users, shared.user) },
		func() error {
			return read(ctx, r, inventory.Group, &o.groups, func(b groupBody) group { return group{groupBody: b} })
		},
		func() error {
			return read(ctx, r, inventory.App, &o.apps, func(b appBody) app { return app{appBody: b} })
		},
		func() error { return read(ctx, r, inventory.APIService, &o.services, same[serviceBody]) },
		func() error { return read(ctx, r, inventory.APIToken, &o.tokens, same[tokenBody]) },
		func() error { return read(ctx, r, inventory.CustomRole, &o.custom, same[customRoleBody]) },
		func() error { return read(ctx, r, inventory.ResourceSet, &o.sets, same[resourceSetBody]) },
		func() error { return read(ctx, r, inventory.IdP, &o.idps, same[idpBody]) },
		func() error { return read(ctx, r, inventory.GroupRule, &o.rules, same[ruleBody]) },
		func() error { return read(ctx, r, inventory.UserSchema, &o.schemas, same[schemaBody]) },
		func() error { return read(ctx, r, inventory.UserType, &o.types, same[struct{ Default bool }]) },
		func() error { return read(ctx, r, inventory.Policy, &o.policies, same[policyBody]) },
		func() error { return read(ctx, r, inventory.AgentPool, &o.pools, same[poolBody]) },
		func() error { return read(ctx, r, inventory.InlineHook, &o.inline, same[hookBody]) },
		func() error { return read(ctx, r, inventory.EventHook, &o.hooks, same[hookBody]) },
		func() error { return read(ctx, r, inventory.Device, &o.devices, same[deviceBody]) },
		func() error { return read(ctx, r, inventory.Setting, &o.settings, same[json.RawMessage]) },
		func() error { return r.Entities(ctx, inventory.Factor, o.readFactor) },
	}
	for _, f := range readers {
		if err := f(); err != nil {
			return fmt.Errorf("read the org: %w", err)
		}
	}
	return nil
}

func same[T any](b T) T { return b }

func read[B, T any](ctx context.Context, r inventory.Reader, kind inventory.Kind, into *table[T], of func(B) T) error {
	err := r.Entities(ctx, kind, func(e inventory.Entity) error {
		into.add(e.ID, e.Name, of(decode[B](e.Body)))
		return nil
	})
	if err != nil {
		return fmt.Errorf("read %s: %w", kind, err)
	}
	return nil
}

// interned keeps one copy of texts that many users have.
type interned map[string]string

func (in interned) one(text string) string {
	if have, ok := in[text]; ok {
		return have
	}
	in[text] = text
	return text
}

func (in interned) user(b userBody) user {
	u := user{
		status: in.one(b.Status), login: b.Profile.Login, providerType: in.one(b.Credentials.Provider.Type), provider: in.one(b.Credentials.Provider.Name),
		typeID: in.one(b.Type.ID), realm: in.one(b.RealmID), managerID: b.Profile.ManagerID, lastLogin: timeOf(b.LastLogin), created: timeOf(b.Created),
	}
	if b.Profile.Email != u.login {
		u.email = b.Profile.Email
	}
	return u
}

func (o *org) readFactor(e inventory.Entity) error {
	f := decode[factorBody](e.Body)
	u, ok := o.users.get(f.User)
	if !ok || !active(f.Status) {
		return nil
	}
	u.body.factor = max(u.body.factor, StrengthOf(f.FactorType))
	u.body.fastPass = u.body.fastPass || f.FactorType == "signed_nonce"
	return nil
}

func (o *org) readRole(e inventory.Edge) {
	b := decode[roleEdgeBody](e.Body)
	governed := len(b.Governance) > 0 && string(b.Governance) != "null" && string(b.Governance) != "{}"
	o.assign(assignment{
		holder: e.From, role: e.To, id: e.ID, set: b.ResourceSet, groups: b.Targets.Groups, apps: b.Targets.Apps, active: active(b.Status),
		governed: governed, bound: b.ResourceSet != "" || len(b.Targets.Groups)+len(b.Targets.Apps) > 0 || e.To.Kind == inventory.CustomRole,
	})
}

// readBindings adds the custom roles that resource sets tell of and no
// assignment does.
func (o *org) readBindings() {
	for _, set := range o.sets.rows {
		for _, b := range set.body.Bindings {
			for _, m := range b.Members {
				holder, role := inventory.Ref{Kind: inventory.Kind(m.Kind), ID: m.Ref}, inventory.Ref{Kind: inventory.CustomRole, ID: b.Role}
				known := slices.ContainsFunc(o.roles, func(a assignment) bool {
					return a.holder == holder && a.role == role && (a.set == set.id || a.set == "")
				})
				if !known {
					o.assign(assignment{holder: holder, role: role, id: m.ID, set: set.id, active: true, bound: true})
				}
			}
		}
	}
}

func (o *org) assign(a assignment) {
	at := int32(len(o.roles)) //nolint:gosec // an org has fewer than 2^31 assignments
	switch a.holder.Kind {
	case inventory.User:
		u := o.users.add(a.holder.ID, "", user{})
		u.body.roles = append(u.body.roles, at)
	case inventory.Group:
		g := o.groups.add(a.holder.ID, "", group{})
		g.body.roles = append(g.body.roles, at)
	case inventory.App:
		x := o.apps.add(a.holder.ID, "", app{})
		x.body.roles = append(x.body.roles, at)
	default:
		return
	}
	o.roles = append(o.roles, a)
}

func (o *org) readScope(e inventory.Edge) {
	if !active(decode[statusBody](e.Body).Status) {
		return
	}
	x := o.apps.add(e.From.ID, "", app{})
	x.body.scopes = append(x.body.scopes, e.To.ID)
}

func (o *org) readDevice(e inventory.Edge) {
	o.devicesOf = append(o.devicesOf, deviceUse{e.From.ID, e.To.ID, decode[deviceEdgeBody](e.Body).ManagementStatus == "MANAGED"})
}

// protect marks who holds a role, which B1 keeps from being managed. A governed
// role that is inactive now does not protect its holder (B7).
func (o *org) protect() {
	for i := range o.groups.rows {
		g := &o.groups.rows[i].body
		g.admin = g.Stats.HasAdminPrivilege || len(g.roles) > 0
		holds := g.Stats.HasAdminPrivilege && len(g.roles) == 0 || slices.ContainsFunc(g.roles, func(at int32) bool { return o.roles[at].active })
		for _, m := range g.members {
			u := &o.users.rows[m].body
			u.admin = u.admin || holds
			u.eligible = u.eligible || !holds && g.admin
		}
	}
	for i := range o.users.rows {
		u := &o.users.rows[i].body
		for _, at := range u.roles {
			u.admin = u.admin || o.roles[at].active
			u.eligible = u.eligible || o.roles[at].governed && !o.roles[at].active
		}
	}
}
