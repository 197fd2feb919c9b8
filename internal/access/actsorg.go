package access

import (
	"fmt"
	"slices"
	"strings"

	"sallyport/internal/inventory"
)

// actOnApps are editing and assigning apps, and edges 18 and 29.
func (b *builder) actOnApps(p *power) {
	if p.may["okta.apps.manage"] {
		aspect := apps
		if p.super {
			aspect = anyApps
		}
		b.overApps(p, aspect, b.because(p, EditApp, "okta.apps.manage", "edit apps"))
		if p.extent.Apps.All && b.mintsSuperAdmins() {
			i := b.because(p, CreateServiceApp, "okta.apps.manage", "create apps, and setting client_privileges has clientPrivilegesSetting true")
			i.change = edit(inventory.Ref{Kind: inventory.Setting, ID: inventory.ClientPrivileges}, "clientPrivilegesSetting")
			b.step(p.hub, b.top, i)
		}
	}
	if p.may["okta.apps.clientCredentials.read"] {
		b.overApps(p, secrets, b.because(p, ReadClientSecret, "okta.apps.clientCredentials.read", "read secrets of clients"))
	}
	if p.may["okta.apps.assignment.manage"] {
		b.overApps(p, assign, b.because(p, AssignApp, "okta.apps.assignment.manage", "assign people to apps"))
	}
	if p.may["okta.profilesources.import.run"] {
		for i := range b.o.apps.rows {
			a := &b.o.apps.rows[i]
			if b.inApps(p, a) && active(a.body.Status) && a.body.has("PROFILE_MASTERING") {
				what := "run imports from " + b.title(a.node) + ", whose features have PROFILE_MASTERING"
				b.step(p.hub, b.node(b.nodes[a.node].as(Profiles), a.name), b.because(p, ImportSource, "okta.profilesources.import.run", what))
			}
		}
	}
}

func (b *builder) mintsSuperAdmins() bool {
	row, ok := b.o.settings.get(inventory.ClientPrivileges)
	return ok && decode[struct{ ClientPrivilegesSetting bool }](row.body).ClientPrivilegesSetting
}

func (b *builder) inApps(p *power, a *row[app]) bool {
	x := p.extent
	if x.excepts("apps", a.id, a.body.Name) {
		return false
	}
	if x.Apps.has(a.id) {
		return true
	}
	return slices.Contains(x.AppTypes, a.body.Name)
}

func (b *builder) overApps(p *power, aspect Aspect, i info) {
	if p.extent.Apps.All && len(p.extent.Except) == 0 {
		b.step(p.hub, b.pass(whole(aspect), "apps", func(from uint32) {
			for at := range b.o.apps.rows {
				if to, ok := b.appEnd(&b.o.apps.rows[at], aspect); ok {
					b.fact(from, to, covers)
				}
			}
		}), i)
		return
	}
	for at := range b.o.apps.rows {
		a := &b.o.apps.rows[at]
		if !b.inApps(p, a) {
			continue
		}
		if to, ok := b.appEnd(a, aspect); ok {
			b.step(p.hub, to, i)
		}
	}
}

// appEnd returns what of an app an aspect passes to: this is where B3 is.
func (b *builder) appEnd(a *row[app], aspect Aspect) (uint32, bool) {
	n := b.nodes[a.node]
	switch aspect {
	case apps:
		return b.node(n.as(Config), a.name), len(a.body.roles) == 0
	case secrets:
		if method := a.body.Credentials.OAuthClient.AuthMethod; !a.body.client() || !strings.HasPrefix(method, "client_secret") {
			return 0, false
		}
		return b.node(n.as(Credential), a.name), true
	case assign:
		return a.node, active(a.body.Status) && a.body.Settings.OAuthClient.ApplicationType != "service" && len(a.body.roles) == 0
	default:
		return b.node(n.as(Config), a.name), true
	}
}

// actOnOrg are edges 7, 8, 26, 30, 35 and 36.
func (b *builder) actOnOrg(p *power) {
	if p.may["okta.identityProviders.manage"] && !p.extent.other("idps").empty() {
		b.step(p.hub, b.top, b.because(p, ManageIDP, "okta.identityProviders.manage", "add or change an identity provider, which may say that somebody is a super administrator"))
	}
	if p.may["okta.policies.manage"] {
		b.actOnPolicies(p)
	}
	if p.may["okta.appGrants.manage"] {
		b.step(p.hub, b.top, b.because(p, GrantScope, "okta.appGrants.manage", "grant scopes to apps"))
	}
	if p.may["okta.roles.manage"] {
		b.step(p.hub, b.top, b.because(p, AssignRole, "okta.roles.manage", "assign the role of super administrator"))
	}
	if p.may["okta.customizations.manage"] && p.extent.other("customizations").All {
		b.step(p.hub, b.everybody(people), b.because(p, CustomizeSignIn, "okta.customizations.manage", "edit the page that people sign in at"))
	}
	if p.may["okta.workflows.flows.manage"] && (!p.extent.other("workflows").empty() || p.role.ID == "WORKFLOWS_ADMIN") {
		b.workflows(p)
	}
}

func (b *builder) actOnPolicies(p *power) {
	span := p.extent.other("policies")
	if span.All {
		for _, idp := range b.o.idps.rows {
			if active(idp.body.Status) {
				b.step(p.hub, b.everybody(people), b.because(p, IDPDiscoveryReroute, "okta.policies.manage", "send people to sign in at "+idp.name+" ("+idp.id+"), which is ACTIVE"))
				break
			}
		}
	}
	used := map[string]bool{}
	for _, a := range b.o.apps.rows {
		used[a.body.AccessPolicy] = true
	}
	for _, x := range b.o.policies.rows {
		guards := x.body.Type == "OKTA_SIGN_ON" || x.body.Type == "ACCESS_POLICY" && (used[x.id] || len(x.body.Mappings) > 0)
		if !guards || !active(x.body.Status) || !span.has(x.id) || p.extent.excepts("policies", x.id, "") {
			continue
		}
		n := nodeOf(inventory.Policy, x.id).as(Weakened)
		what := fmt.Sprintf("weaken policy '%s' (%s), whose type is %s", x.name, x.id, x.body.Type)
		b.step(p.hub, b.node(n, x.name), b.because(p, PolicyWeaken, "okta.policies.manage", what))
	}
}

// workflows is edge 35: flows act with what the Workflows app was granted.
func (b *builder) workflows(p *power) {
	for i := range b.o.apps.rows {
		a := &b.o.apps.rows[i]
		if !isWorkflows(a) || len(a.body.scopes) == 0 || !active(a.body.Status) {
			continue
		}
		to := b.scopedHub(a.node, a.name, a.body.scopes)
		j := b.because(p, WorkflowsAdmin, "okta.workflows.flows.manage", fmt.Sprintf("let flows use %s, which has the scopes %s", b.title(a.node), strings.Join(a.body.scopes, ", ")))
		b.step(p.hub, to, j)
	}
}

// isWorkflows recognises the app that Okta Workflows acts by.
func isWorkflows(a *row[app]) bool {
	return a.body.Name == "okta_workflows" || a.body.Name == "okta_flow_sso" || strings.EqualFold(a.name, "Okta Workflows OAuth")
}

// scopedHub is what scopes alone allow (B5): by a client that no role bounds.
func (b *builder) scopedHub(of uint32, name string, scopes []string) uint32 {
	n := b.nodes[of].as(Rights)
	if at, ok := b.find(n); ok && b.made[n] {
		return at
	}
	b.made[n] = true
	at := b.node(n, name)
	b.acts(power{hub: at, extent: wholeOrg(), may: expand(allPermissions()).bounded(scopes), scopes: scopes})
	return at
}

// actOnHooks are edges 27 and 28.
func (b *builder) actOnHooks(p *power) {
	if !p.extent.Whole {
		return
	}
	for _, x := range []struct {
		permission string
		kind       inventory.Kind
		step       EdgeKind
		hooks      []row[hookBody]
	}{
		{"okta.inlineHooks.manage", inventory.InlineHook, InlineHookControl, b.o.inline.rows},
		{"okta.eventHooks.manage", inventory.EventHook, EventHookExfil, b.o.hooks.rows},
	} {
		if !p.may[x.permission] {
			continue
		}
		for _, h := range x.hooks {
			if active(h.body.Status) {
				to := b.node(nodeOf(x.kind, h.id), h.name)
				b.step(p.hub, to, b.because(p, x.step, x.permission, "change "+b.title(to)))
			}
		}
	}
}

// actOnSets is edge 31: a role that may change the set that bounds it.
func (b *builder) actOnSets(p *power) {
	if p.set == "" || p.role.Kind != inventory.CustomRole || !p.may["okta.iam.manage"] || !p.extent.other("iam").has(p.set) {
		return
	}
	n := nodeOf(Binding, p.role.ID+"@everything")
	to, there := b.find(n)
	if !there {
		to = b.node(n, "role "+p.role.ID+" over everything")
		wide := *p
		wide.hub, wide.extent, wide.set = to, wholeOrg(), ""
		// What no resource stands for stays out of a custom role.
		wide.extent.Whole = false
		wide.extent.Other = map[string]Span{"idps": {All: true}, "policies": {All: true}, "customizations": {All: true}, "workflows": {All: true}}
		b.acts(wide)
	}
	i := b.because(p, EditResourceSet, "okta.iam.manage", "change resource set "+p.set+", which bounds it")
	b.step(p.hub, to, i)
}
