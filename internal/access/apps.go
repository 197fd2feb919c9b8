package access

import (
	"fmt"

	"sallyport/internal/inventory"
)

// appConfigs are edges 17, 20, 21, 22 and 23: what is given by who edits an app.
func (b *builder) appConfigs() {
	for i := range b.o.apps.rows {
		a := &b.o.apps.rows[i]
		if !active(a.body.Status) {
			continue
		}
		config := b.node(b.nodes[a.node].as(Config), a.name)
		if b.federated(a) {
			b.step(config, a.node, info{kind: AppAdminImpersonate, why: fmt.Sprintf("%s has signOnMode %s: who edits it says as whom somebody signs in (userNameTemplate)", b.title(a.node), a.body.SignOnMode)})
		}
		b.captures(a, config)
		b.keepsPassword(a, config)
		if a.body.Name == "okta_org2org" {
			other := hostOf(a.body.Settings.App.BaseURL)
			if other == "" {
				other = "org-of-" + a.id
			}
			b.step(config, b.node(nodeOf(Outside, other), other), info{kind: Org2OrgOut, why: fmt.Sprintf("%s is okta_org2org; settings.app.baseUrl is %s", b.title(a.node), a.body.Settings.App.BaseURL)})
		}
		// B4: once Okta scopes are granted, only a super administrator changes keys.
		if a.body.client() && signs(a) && len(a.body.scopes) == 0 {
			b.step(config, b.node(b.nodes[a.node].as(Credential), a.name), info{kind: KeyControl, why: b.title(a.node) + " signs with a key and has no granted scopes: who edits it adds a key"})
		}
	}
}

func (b *builder) federated(a *row[app]) bool {
	switch a.body.SignOnMode {
	case "SAML_2_0", "SAML_1_1", "WS_FEDERATION":
		return true
	case "OPENID_CONNECT":
		return a.body.Settings.OAuthClient.ApplicationType != "service"
	default:
		return false
	}
}

// captures is edge 21: passwords are sent to where the app's settings say.
func (b *builder) captures(a *row[app], config uint32) {
	if !a.body.has("PUSH_PASSWORD_UPDATES") {
		return
	}
	why := fmt.Sprintf("features of %s have PUSH_PASSWORD_UPDATES: passwords of who is assigned go to the address in its settings", b.title(a.node))
	change := edit(b.nodes[a.node].Ref, "features.PUSH_PASSWORD_UPDATES")
	for _, g := range a.body.groups {
		if at, ok := b.peopleOf(b.o.groups.rows[g].id, people); ok {
			b.step(config, at, info{kind: PasswordCapture, why: why, change: change})
		}
	}
	if len(a.body.users) == 0 {
		return
	}
	b.step(config, b.pass(b.nodes[a.node].as(people), "people of app "+a.name, func(from uint32) {
		for _, u := range a.body.users {
			b.endUser(from, people, &b.o.users.rows[u])
		}
	}), info{kind: PasswordCapture, why: why, change: change})
}

// keepsPassword is edge 22.
func (b *builder) keepsPassword(a *row[app], config uint32) {
	switch a.body.SignOnMode {
	case "BROWSER_PLUGIN", "AUTO_LOGIN", "SECURE_PASSWORD_STORE", "BASIC_AUTH":
	default:
		return
	}
	to := b.node(b.nodes[a.node].as(Downstream), a.name)
	b.step(config, to, info{kind: SWARead, why: fmt.Sprintf("%s has signOnMode %s, which keeps a password", b.title(a.node), a.body.SignOnMode)})
	switch c := a.body.Credentials; {
	case c.RevealPassword:
		b.step(a.node, to, info{kind: SWARead, why: "credentials.revealPassword of " + b.title(a.node) + " is true", change: edit(b.nodes[a.node].Ref, "credentials.revealPassword")})
	case c.Scheme == "SHARED_USERNAME_AND_PASSWORD":
		b.step(a.node, to, info{kind: SWARead, why: "credentials.scheme of " + b.title(a.node) + " is SHARED_USERNAME_AND_PASSWORD", change: edit(b.nodes[a.node].Ref, "credentials.scheme")})
	}
}

// directories are edges 24 and 25, and groups that come from elsewhere.
func (b *builder) directories() {
	for i := range b.o.groups.rows {
		g := &b.o.groups.rows[i]
		if source, ok := b.sourceOf(&g.body); ok && !g.body.admin {
			b.fact(source, g.node, SourcedGroup)
		}
	}
	for i := range b.o.pools.rows {
		p := &b.o.pools.rows[i]
		provider := providerOf(p.body.Type)
		if provider == "" || len(p.body.Agents) == 0 {
			continue
		}
		at := b.node(nodeOf(inventory.AgentPool, p.id), p.name)
		b.mastered(at, provider, p.name, b.onlyPool(p.body.Type), info{
			kind: AgentHost, why: fmt.Sprintf("%s is of type %s and has %d agents: their hosts see and answer sign-ins", b.title(at), p.body.Type, len(p.body.Agents)),
		})
	}
	b.kerberos()
}

func providerOf(pool string) string {
	switch pool {
	case "AD":
		return "ACTIVE_DIRECTORY"
	case "LDAP":
		return "LDAP"
	default:
		return ""
	}
}

func (b *builder) onlyPool(kind string) bool {
	n := 0
	for _, p := range b.o.pools.rows {
		if p.body.Type == kind {
			n++
		}
	}
	return n == 1
}

func (b *builder) kerberos() {
	directories := 0
	for _, a := range b.o.apps.rows {
		if a.body.Name == "active_directory" {
			directories++
		}
	}
	for i := range b.o.apps.rows {
		a := &b.o.apps.rows[i]
		if a.body.Name != "active_directory" || !active(a.body.Status) || !a.body.has("DESKTOP_SSO") {
			continue
		}
		at := b.node(b.nodes[a.node].as(Source), a.name)
		b.mastered(at, "ACTIVE_DIRECTORY", a.name, directories == 1, info{
			kind: KerberosSSO, why: fmt.Sprintf("features of %s have DESKTOP_SSO: who has the key of its service account signs in as anybody", b.title(a.node)),
			change: edit(b.nodes[a.node].Ref, "features.DESKTOP_SSO"),
		})
	}
}

// mastered leads to the people whose credentials are a directory's: the one of
// that name, or the only one of its kind.
func (b *builder) mastered(at uint32, provider, name string, only bool, i info) {
	i.why += "; credentials.provider.type is " + provider
	b.step(at, b.pass(b.nodes[at].as(people), "people of directory "+name, func(from uint32) {
		for u := range b.o.users.rows {
			if x := &b.o.users.rows[u]; x.body.providerType == provider && (only || x.body.provider == name) {
				b.endUser(from, people, x)
			}
		}
	}), i)
}
