package ask

import (
	"context"
	"maps"
	"slices"

	"sallyport/internal/inventory"
)

func restViews() []View {
	idps := entities("identity_providers", inventory.IdP, "Identity providers that people come in by.", with([]Column{
		name(), field("type", Text, "type", "SAML2, OIDC, GOOGLE, X509, …"), status(),
		field("link", Text, "policy.accountLink.action", "whether accounts are linked: AUTO or DISABLED"), field("provisioning", Text, "policy.provisioning.action", "whether people are made: AUTO, DISABLED or CALLOUT"),
		field("profile_source", Boolean, "policy.provisioning.profileMaster", "whether it overwrites profiles"),
	}, made()...)...)
	servers := entities("auth_servers", inventory.AuthServer, "Custom authorization servers.", with([]Column{
		name(), status(), field("issuer", Text, "issuer", ""), field("audiences", JSON, "audiences", ""),
	}, made()...)...)
	hooks := View{
		Name: "hooks", Doc: "Event hooks and inline hooks: where the org sends to.", Area: OfInventory,
		Columns: with([]Column{
			column("id", Text, "Okta's id", func(r row) any { return r.ID }), column("kind", Text, "event_hook or inline_hook", func(r row) any { return string(r.Kind) }), name(), status(),
			field("url", Text, "channel.config.uri", "where it sends to"), field("events", JSON, "events.items", "of event hooks"), field("type", Text, "type", "of inline hooks"),
		}, append(made(), ofTenant())...),
		rows: ofKinds(inventory.EventHook, inventory.InlineHook),
	}
	objects := View{
		Name: "objects", Doc: "Everything that was read, of every kind, as it is stored.", Area: OfInventory, keys: []string{"id"},
		Columns: []Column{
			column("kind", Text, "user, group, app, zone, brand, setting, …", func(r row) any { return string(r.Kind) }), column("id", Text, "Okta's id", func(r row) any { return r.ID }),
			name(), whole("all that Okta's API shows of it"), ofTenant(),
		},
		rows: ofKinds(inventory.Kinds()...),
	}
	return []View{idps, servers, hooks, objects, tenants(), seen()}
}

func ofKinds(kinds ...inventory.Kind) func(context.Context, from, func(row) error) error {
	return func(ctx context.Context, in from, each func(row) error) error {
		for _, kind := range kinds {
			if err := in.Reader(in.tenant).Entities(ctx, kind, func(e inventory.Entity) error { return each(rowOf(in, e)) }); err != nil {
				return err
			}
		}
		return nil
	}
}

func tenants() View {
	of := func(r row) inventory.Tenant { t, _ := r.other.(inventory.Tenant); return t }
	return View{
		Name: "tenants", Doc: "The Okta orgs that are read.", Area: OfInventory,
		Columns: []Column{
			column("id", Text, "what the column tenant of all views holds", func(r row) any { return of(r).ID }), column("okta_id", Text, "the org's own id", func(r row) any { return of(r).OktaID }),
			column("domain", Text, "by which it is reached", func(r row) any { return of(r).Domain }), column("name", Text, "of the company", func(r row) any { return of(r).Name }),
		},
		rows: func(_ context.Context, in from, each func(row) error) error { return each(row{other: in.tenant}) },
	}
}

func seen() View {
	of := func(r row) inventory.Sight { s, _ := r.other.(inventory.Sight); return s }
	return View{
		Name: "seen", Doc: "How much was seen of each collection. That a row is not there means that the thing is not there only where all of its collection was seen.", Area: OfInventory,
		Columns: []Column{
			column("collection", Text, "a kind, a relation, a part of a kind or a setting: user, member_of, app.keys", func(r row) any { return r.name }),
			column("visible", Text, "full, partial, denied, absent or unknown", func(r row) any { return string(of(r).Visible) }),
			column("said", Text, "why not all of it was", func(r row) any { return of(r).Said }),
			column("read_at", Time, "when all of it was last read", func(r row) any { return of(r).Full }),
			column("updated_at", Time, "when it was last brought up to date in part", func(r row) any { return of(r).Delta }),
			column("truncated", Boolean, "more is there than was read", func(r row) any { return of(r).Truncated }),
			ofTenant(),
		},
		rows: func(ctx context.Context, in from, each func(row) error) error {
			all, err := in.Reader(in.tenant).Sights(ctx)
			if err != nil {
				return err
			}
			for _, name := range slices.Sorted(maps.Keys(all)) {
				if err := each(row{tenant: in.tenant.ID, name: name, other: all[name]}); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// madeViews are those that are made of others.
func madeViews() []View {
	return []View{
		{
			Name: "app_users", Doc: "Who has which app, and by what: a row for each way.", Area: OfInventory,
			Columns: []Column{
				{Name: "app_id", Type: Text, Doc: "the app"}, {Name: "person_id", Type: Text, Doc: "who"}, {Name: "via_group_id", Type: Text, Doc: "the group that gives it; null of an assignment of one's own"}, {Name: "tenant", Type: Text, Doc: "id of the Okta org"},
			},
			sql: `SELECT app_id, person_id, NULL AS via_group_id, tenant FROM assignments WHERE person_id IS NOT NULL
				UNION ALL SELECT a.app_id, m.person_id, a.group_id, a.tenant FROM assignments a JOIN memberships m ON m.group_id = a.group_id`,
		},
		{
			Name: "admins", Doc: "People with an admin role, their own or by a group: a row for each.", Area: OfInventory,
			Columns: []Column{
				{Name: "person_id", Type: Text, Doc: "who"},
				{Name: "login", Type: Text, Doc: "their login"},
				{Name: "person_status", Type: Text, Doc: "their status"},
				{Name: "role", Type: Text, Doc: "SUPER_ADMIN, …, or the id of a custom role"},
				{Name: "role_name", Type: Text, Doc: "the same, or the label of the custom role"},
				{Name: "via_group_id", Type: Text, Doc: "the group that gives it"},
				{Name: "resource_set_id", Type: Text, Doc: "of a custom role: over what"},
				{Name: "tenant", Type: Text, Doc: "id of the Okta org"},
			},
			sql: `SELECT p.id AS person_id, p.login, p.status AS person_status, r.role, coalesce(c.label, r.role) AS role_name, r.via_group_id, r.resource_set_id, p.tenant FROM (
					SELECT principal_id AS person_id, NULL AS via_group_id, role, resource_set_id FROM admin_roles WHERE principal_kind = 'user' AND coalesce(status, 'ACTIVE') = 'ACTIVE'
					UNION ALL SELECT m.person_id, m.group_id, a.role, a.resource_set_id FROM admin_roles a JOIN memberships m ON m.group_id = a.principal_id WHERE a.principal_kind = 'group' AND coalesce(a.status, 'ACTIVE') = 'ACTIVE'
				) r JOIN people p ON p.id = r.person_id LEFT JOIN custom_roles c ON c.id = r.role`,
		},
		{
			Name: "mfa", Doc: "How well the sign-in of each person is guarded by a second factor that is active. Of whom no factors were read it says none: see seen.", Area: OfInventory,
			Columns: []Column{
				{Name: "person_id", Type: Text, Doc: "who"},
				{Name: "login", Type: Text, Doc: "their login"},
				{Name: "status", Type: Text, Doc: "their status"},
				{Name: "factors", Type: Integer, Doc: "how many are active"},
				{Name: "strength", Type: Text, Doc: "of the best: resistant (of phishing), fair, weak or none"},
				{Name: "phishing_resistant", Type: Integer, Doc: "1 or 0"},
				{Name: "tenant", Type: Text, Doc: "id of the Okta org"},
			},
			sql: `SELECT p.id AS person_id, p.login, p.status, count(f.id) AS factors,
					CASE max(CASE f.strength WHEN 'resistant' THEN 3 WHEN 'fair' THEN 2 WHEN 'weak' THEN 1 ELSE 0 END) WHEN 3 THEN 'resistant' WHEN 2 THEN 'fair' WHEN 1 THEN 'weak' ELSE 'none' END AS strength,
					coalesce(max(f.phishing_resistant), 0) AS phishing_resistant, p.tenant
				FROM people p LEFT JOIN factors f ON f.person_id = p.id AND f.status = 'ACTIVE' GROUP BY p.id, p.login, p.status, p.tenant`,
		},
		{
			Name: "service_apps", Doc: "Service apps: clients without people, with their scopes and keys.", Area: OfInventory,
			Columns: []Column{
				{Name: "id", Type: Text, Doc: "Okta's id"},
				{Name: "label", Type: Text, Doc: "what people call it"},
				{Name: "status", Type: Text, Doc: "ACTIVE or INACTIVE"},
				{Name: "client_auth", Type: Text, Doc: "private_key_jwt, client_secret_basic, …"},
				{Name: "scopes", Type: Integer, Doc: "how many are granted"},
				{Name: "keys", Type: Integer, Doc: "public keys that are not inactive"},
				{Name: "oldest_key", Type: Text, Doc: "when the oldest of these was made"},
				{Name: "created", Type: Time, Doc: "when it was made"},
				{Name: "tenant", Type: Text, Doc: "id of the Okta org"},
			},
			sql: `SELECT a.id, a.label, a.status, a.client_auth, (SELECT count(*) FROM scopes s WHERE s.app_id = a.id AND coalesce(s.status, 'ACTIVE') = 'ACTIVE') AS scopes,
					(SELECT count(*) FROM app_keys k WHERE k.app_id = a.id AND coalesce(k.status, 'ACTIVE') <> 'INACTIVE') AS keys,
					(SELECT min(k.created) FROM app_keys k WHERE k.app_id = a.id AND coalesce(k.status, 'ACTIVE') <> 'INACTIVE') AS oldest_key, a.created, a.tenant FROM apps a WHERE a.service = 1`,
		},
	}
}
