package access

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sallyport/internal/inventory"
)

// attributes returns the attributes of the user that an expression of a group
// rule uses, sorted.
func attributes(expression string) []string {
	var out []string
	for _, m := range attributePattern().FindAllStringSubmatch(expression, -1) {
		if name := m[1]; !slices.Contains(out, name) && !slices.Contains([]string{"getInternalProperty", "isMemberOf", "getGroups", "getLinkedObject", "getManagerUser"}, name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// attributesOf remembers the attributes of a rule: each hub asks for them.
func (b *builder) attributesOf(r *row[ruleBody]) []string {
	used, ok := b.used[r.id]
	if !ok {
		used = attributes(r.body.Conditions.Expression.Value)
		b.used[r.id] = used
	}
	return used
}

func attributePattern() *regexp.Regexp { return regexp.MustCompile(`\buser\.([A-Za-z_]\w*)`) }

// ruleSteps is edge 12, but for who edits profiles in Okta.
func (b *builder) ruleSteps() {
	for _, r := range b.o.rules.rows {
		for _, id := range r.body.Actions.AssignUserToGroups.GroupIDs {
			if g, ok := b.o.groups.get(id); ok && active(r.body.Status) {
				g.body.rules = append(g.body.rules, fmt.Sprintf("'%s' (%s)", r.name, r.id))
			}
		}
	}
	for i := range b.o.schemas.rows {
		b.selfService(&b.o.schemas.rows[i])
	}
	for i := range b.o.apps.rows {
		a := &b.o.apps.rows[i]
		if !active(a.body.Status) || !a.body.has("PROFILE_MASTERING") {
			continue
		}
		for _, aspect := range []Aspect{Source, Profiles} {
			from := b.node(b.nodes[a.node].as(aspect), a.name)
			b.step(from, b.filledGroups(), info{kind: RuleAttribute, why: fmt.Sprintf("profiles come from %s, whose features have PROFILE_MASTERING", b.title(a.node))})
		}
	}
	for i := range b.o.idps.rows {
		p := &b.o.idps.rows[i]
		if !active(p.body.Status) || !p.body.Policy.Provisioning.ProfileMaster {
			continue
		}
		from := b.node(nodeOf(inventory.IdP, p.id), p.name)
		b.step(from, b.filledGroups(), info{kind: RuleAttribute, why: fmt.Sprintf("policy.provisioning.profileMaster of %s is true", b.title(from))})
	}
}

// filledGroups is passed through by who writes whole profiles.
func (b *builder) filledGroups() uint32 {
	return b.pass(whole(filled), "groups that rules fill", func(from uint32) { b.fillByRule(from, nil) })
}

// fillByRule leads to the groups that active rules fill by attributes, of which
// one at least is writable; nil means that all are.
func (b *builder) fillByRule(from uint32, writable []string) {
	for i := range b.o.rules.rows {
		r := &b.o.rules.rows[i]
		used := b.attributesOf(r)
		if writable != nil {
			used = slices.DeleteFunc(slices.Clone(used), func(a string) bool { return !slices.Contains(writable, a) })
		}
		if len(used) == 0 || !active(r.body.Status) {
			continue
		}
		for _, id := range r.body.Actions.AssignUserToGroups.GroupIDs {
			to, g, ok := b.groupNode(id)
			if !ok || g.admin { // B2
				continue
			}
			b.step(from, to, info{
				kind: covers, id: r.id, change: Change{Do: Deactivate, Entity: inventory.Ref{Kind: inventory.GroupRule, ID: r.id}},
				why: fmt.Sprintf("group rule '%s' (%s) fills %s by user.%s", r.name, r.id, b.title(to), strings.Join(used, ", user.")),
			})
		}
	}
}

// selfService lets people into groups by attributes of their own that they may
// write.
func (b *builder) selfService(s *row[schemaBody]) {
	var writable []string
	for _, part := range s.body.Definitions {
		for name, p := range part.Properties {
			for _, may := range p.Permissions {
				if may.Principal == "SELF" && may.Action == "READ_WRITE" {
					writable = append(writable, name)
				}
			}
		}
	}
	if len(writable) == 0 {
		return
	}
	n := nodeOf(inventory.UserSchema, s.id).as(self)
	from := b.node(n, "own profile")
	before := len(b.from)
	b.fillByRule(from, writable)
	if len(b.from) == before {
		return
	}
	i := info{kind: RuleAttribute, why: "user schema " + s.id + " lets people write it themselves (permissions: SELF READ_WRITE)", change: edit(inventory.Ref{Kind: inventory.UserSchema, ID: s.id}, "definitions.permissions")}
	b.infos = append(b.infos, i)
	at := uint32(len(b.infos) - 1) //nolint:gosec // fewer steps than 2^32
	b.infos[at].confidence = b.confidences[RuleAttribute]
	for u := range b.o.users.rows {
		if x := &b.o.users.rows[u]; b.hasSchema(&x.body, s.id) && x.body.signsIn() {
			b.link(x.node, from, at)
		}
	}
}

// hasSchema reports whether a user's profile is of a schema. Okta tells the
// schema of a type by a link alone; the default type has the default schema.
func (b *builder) hasSchema(u *user, schema string) bool {
	t, ok := b.o.types.get(u.typeID)
	if !ok || t.body.Default {
		return schema == "default" || len(b.o.schemas.rows) == 1
	}
	return schema == t.id
}
