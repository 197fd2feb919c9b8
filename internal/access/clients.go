package access

import (
	"fmt"
	"strings"

	"sallyport/internal/inventory"
)

// clients are service apps: a credential gives what role and scopes both allow.
func (b *builder) clients() {
	for i := range b.o.apps.rows {
		a := &b.o.apps.rows[i]
		if !a.body.client() || !active(a.body.Status) {
			continue
		}
		credential := b.node(b.nodes[a.node].as(Credential), a.name)
		b.clientRights(a, credential)
		oauth := a.body.Settings.OAuthClient
		if host := hostOf(oauth.JWKSURI); host != "" && signs(a) {
			b.step(b.node(nodeOf(Outside, host), host), credential, info{
				kind: KeyControl, why: fmt.Sprintf("keys of %s are read from %s (settings.oauthClient.jwks_uri)", b.title(a.node), oauth.JWKSURI),
				change: edit(b.nodes[a.node].Ref, "settings.oauthClient.jwks_uri"),
			})
		}
	}
}

// signs reports whether a client authenticates by a key of its own.
func signs(a *row[app]) bool {
	method := a.body.Credentials.OAuthClient.AuthMethod
	return method == "" || method == "private_key_jwt"
}

// clientRights is edge 16, and B5.
func (b *builder) clientRights(a *row[app], credential uint32) {
	var held []*assignment
	any := false
	for _, at := range a.body.roles {
		if r := &b.o.roles[at]; r.active {
			held = append(held, r)
			any = any || len(b.o.mayOf(r.role).bounded(a.body.scopes)) > 0
		}
	}
	if !any {
		return
	}
	n := b.nodes[a.node].as(Rights)
	rights, scopes := b.node(n, a.name), strings.Join(a.body.scopes, ", ")
	for _, r := range held {
		may := b.o.mayOf(r.role).bounded(a.body.scopes)
		if len(may) == 0 {
			continue
		}
		b.step(credential, rights, info{
			kind: ServiceAppRight, id: r.id, why: fmt.Sprintf("%s has %s, and the granted scopes %s", b.title(a.node), b.assigned(r), scopes),
			change: removal(inventory.HasRole, r.holder, r.role, r.id),
		})
		super := r.role.Kind == inventory.Role && r.role.ID == superAdmin
		if isWorkflows(a) {
			continue // its scopes act by themselves, and are made where they are used
		}
		b.acts(power{hub: rights, role: r.role, extent: b.o.extentOf(r), may: may, set: r.set, client: a.id, scopes: a.body.scopes, super: super})
	}
}

// services are API service integrations: edge 19. No role is theirs (B5).
func (b *builder) services() {
	for i := range b.o.services.rows {
		s := &b.o.services.rows[i]
		if len(s.body.GrantedScopes) == 0 || strings.EqualFold(s.body.Status, "INACTIVE") {
			continue
		}
		from := b.node(nodeOf(inventory.APIService, s.id), s.name)
		to := b.scopedHub(from, s.name, s.body.GrantedScopes)
		b.step(from, to, info{
			kind: IntegrationSecret, why: fmt.Sprintf("%s has grantedScopes %s, and needs no role", b.title(from), strings.Join(s.body.GrantedScopes, ", ")),
			change: Change{Do: Deactivate, Entity: b.nodes[from].Ref},
		})
	}
}

// tokens is edge 15.
func (b *builder) tokens() {
	for i := range b.o.tokens.rows {
		t := &b.o.tokens.rows[i]
		u, ok := b.o.users.get(t.body.UserID)
		if !ok || u.body.status == "DEPROVISIONED" {
			continue
		}
		from := b.node(nodeOf(inventory.APIToken, t.id), t.name)
		b.step(from, u.node, info{
			kind: APITokenOf, why: fmt.Sprintf("%s has userId %s: it may do all that %s may, by no second factor", b.title(from), u.id, b.title(u.node)),
			change: Change{Do: Revoke, Entity: b.nodes[from].Ref},
		})
	}
}
