package access

import (
	"fmt"
	"slices"
	"strings"

	"sallyport/internal/inventory"
	"sallyport/internal/matching"
)

// identityProviders are edges 4, 5, 6, 23 (inbound) and 37: what is given by who
// runs an identity provider that the org trusts.
func (b *builder) identityProviders() {
	for i := range b.o.idps.rows {
		p := &b.o.idps.rows[i]
		if !active(p.body.Status) {
			continue
		}
		at := b.node(nodeOf(inventory.IdP, p.id), p.name)
		admits := subjectFilter(p.body.Policy.Subject.Filter)
		b.links(p, at, admits)
		b.jit(p, at)
		b.revives(p, at, admits)
		b.inbound(p, at)
	}
}

// maxFilter is how large the program of a filter may be, in instructions: it is
// held against the logins of all people. A larger one admits everybody.
const maxFilter = 500

// subjectFilter returns whom a filter admits, and whether it could be read: Okta
// takes expressions that Go does not, and those admit everybody, with less
// confidence.
type subject struct {
	expression *matching.Pattern
	unread     bool
}

func subjectFilter(text string) subject {
	if text == "" {
		return subject{}
	}
	x, err := matching.Compile(`^(?:` + text + `)$`)
	if err != nil || x.Size() > maxFilter {
		return subject{unread: true}
	}
	return subject{expression: x}
}

func (s subject) admits(u *user, matchType string) bool {
	if s.expression == nil {
		return true
	}
	mail := u.email
	if mail == "" {
		mail = u.login
	}
	switch matchType {
	case "EMAIL":
		return s.expression.MatchString(mail)
	case "USERNAME_OR_EMAIL":
		return s.expression.MatchString(u.login) || s.expression.MatchString(mail)
	default:
		return s.expression.MatchString(u.login)
	}
}

func (b *builder) links(p *row[idpBody], at uint32, s subject) {
	link := p.body.Policy.AccountLink
	if link.Action != "AUTO" {
		return
	}
	in := b.includes(link.Filter.Groups.Include)
	users := link.Filter.Users
	to := b.pass(nodeOf(inventory.IdP, p.id).as(people), "people whom "+p.name+" is linked to", func(from uint32) {
		for i := range b.o.users.rows {
			u := &b.o.users.rows[i]
			out := !u.body.signsIn() || users.ExcludeAdmins && u.body.admin || slices.Contains(users.Exclude, u.id) || in != nil && !in[u.node]
			if !out && s.admits(&u.body, p.body.Policy.Subject.MatchType) {
				b.fact(from, u.node, covers)
			}
		}
	})
	excludes := edit(inventory.Ref{Kind: inventory.IdP, ID: p.id}, "policy.accountLink.filter.users.excludeAdmins")
	i := info{
		kind: IDPAccountLink, change: excludes,
		why: fmt.Sprintf("%s is ACTIVE, policy.accountLink.action is AUTO, excludeAdmins is %t, policy.subject.filter is %q", b.title(at), users.ExcludeAdmins, p.body.Policy.Subject.Filter),
	}
	if s.unread {
		i.confidence, i.why = Low, i.why+", which could not be evaluated"
	}
	b.step(at, to, i)
	if p.body.Policy.TrustClaims || p.body.Policy.MapAMRClaims {
		i.kind, i.change = IDPMFATrust, edit(inventory.Ref{Kind: inventory.IdP, ID: p.id}, "policy.trustClaims")
		i.why += "; policy.trustClaims or mapAMRClaims lets it say that a second factor was given"
		b.step(at, to, i)
	}
}

// includes returns the members of groups; nil for no bounds.
func (b *builder) includes(groups []string) map[uint32]bool {
	if len(groups) == 0 {
		return nil
	}
	in := map[uint32]bool{}
	for _, id := range groups {
		if _, g, ok := b.groupNode(id); ok {
			for _, m := range g.members {
				in[m] = true
			}
		}
	}
	return in
}

func (b *builder) jit(p *row[idpBody], at uint32) {
	g := p.body.Policy.Provisioning.Groups
	var into []string
	field := "filter"
	switch g.Action {
	case "ASSIGN":
		into, field = g.Assignments, "assignments"
	case "APPEND", "SYNC":
		into = g.Filter
	}
	for _, id := range into {
		to, body, ok := b.groupNode(id)
		if !ok || !body.admin && body.apps == 0 {
			continue
		}
		b.step(at, to, info{
			kind: IDPJITGroup, why: fmt.Sprintf("%s is ACTIVE, policy.provisioning.groups.action is %s, and %s has %s", b.title(at), g.Action, field, b.title(to)),
			change: edit(inventory.Ref{Kind: inventory.IdP, ID: p.id}, "policy.provisioning.groups."+field),
		})
	}
}

// revives is edge 37 by an identity provider.
func (b *builder) revives(p *row[idpBody], at uint32, s subject) {
	c := p.body.Policy.Provisioning.Conditions
	for i := range b.o.users.rows {
		u := &b.o.users.rows[i]
		if u.body.signsIn() || !u.body.admin && !u.body.eligible || !s.admits(&u.body, p.body.Policy.Subject.MatchType) {
			continue
		}
		field := ""
		switch {
		case u.body.status == "SUSPENDED" && c.Suspended.Action == "UNSUSPEND":
			field = "suspended"
		case u.body.status == "DEPROVISIONED" && c.Deprovisioned.Action == "REACTIVATE":
			field = "deprovisioned"
		default:
			continue
		}
		b.step(at, u.node, info{
			kind: DormantReactivate, change: edit(inventory.Ref{Kind: inventory.IdP, ID: p.id}, "policy.provisioning.conditions."+field+".action"),
			why: fmt.Sprintf("%s switches people on again (policy.provisioning.conditions.%s.action); %s is %s and has a role", b.title(at), field, b.title(u.node), u.body.status),
		})
	}
}

// inbound is edge 23: an identity provider that is another Okta org.
func (b *builder) inbound(p *row[idpBody], at uint32) {
	hosts := []string{hostOf(p.body.Protocol.Issuer.URL)}
	for _, name := range []string{"sso", "authorization"} {
		hosts = append(hosts, hostOf(p.body.Protocol.Endpoints[name].URL))
	}
	for _, host := range hosts {
		if isOkta(host) {
			b.step(b.node(nodeOf(Outside, host), host), at, info{
				kind: Org2OrgIn, why: fmt.Sprintf("%s is the org %s (protocol.endpoints)", b.title(at), host),
				change: Change{Do: Deactivate, Entity: inventory.Ref{Kind: inventory.IdP, ID: p.id}},
			})
			return
		}
	}
}

func isOkta(host string) bool {
	return slices.ContainsFunc([]string{".okta.com", ".oktapreview.com", ".okta-emea.com", ".okta-gov.com"}, func(x string) bool { return strings.HasSuffix(host, x) })
}
