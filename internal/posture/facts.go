package posture

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"sallyport/internal/inventory"
	"sallyport/internal/value"
)

// facts are what expressions see of the org as a whole, as "org".
func (x *snapshot) facts() *value.Object {
	supers, directories := 0, 0
	admins := x.admins()
	for _, id := range admins {
		if slices.Contains(x.users[id].roles, superAdmin) {
			supers++
		}
	}
	for _, g := range x.groups {
		if g.kind == "APP_GROUP" && len(g.roles) > 0 {
			directories++
		}
	}
	o := value.Map(
		"admins", float64(len(admins)), "supers", float64(supers), "engine", x.hasAuth, "directory_role_groups", float64(directories),
		"console", orNull(x.appNamed(console)), "dashboard", orNull(x.appNamed(dashboard)),
		"features", list(x.features), "behaviors", list(x.behaved), "linked_zones", list(x.linked), "setting", x.bodies, "about", x.about, "seen", list(x.seen),
		"mails_on", float64(x.mails), "mail_servers", float64(x.servers), "log_streams", float64(x.streams), "event_providers", list(x.senders),
		"governed_roles", x.bodies.Object(inventory.Governance).Text("optInStatus") == "OPTED_IN",
	)
	x.zoneFacts(o)
	x.policyFacts(o)
	x.ruleFacts(o)
	x.passwordFacts(o)
	x.appFacts(o)
	return o
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (x *snapshot) zoneFacts(o *value.Object) {
	all := slices.Sorted(maps.Keys(x.zones))
	static := slices.DeleteFunc(slices.Clone(all), func(id string) bool { return x.zones[id].kind != "IP" || x.zones[id].status != "ACTIVE" })
	cards := 0
	for _, p := range x.idps {
		if p.kind == "X509" && p.status == "ACTIVE" {
			cards++
		}
	}
	o.Set("zones", list(all))
	o.Set("static_zones", list(static))
	o.Set("smart_cards", float64(cards))
}

// passwordFacts tells what is the same in all policies for passwords.
func (x *snapshot) passwordFacts(o *value.Object) {
	all, delegated, breached := 0, 0, false
	var inactivity any
	for _, p := range x.policies {
		conditions := p.body.Object("conditions")
		if p.kind == "USER_LIFECYCLE" && p.status == "ACTIVE" {
			if n, ok := value.Float(conditions.Object("people").Object("users").Object("inactivity").At("number")); ok {
				inactivity = n
			}
		}
		if p.kind != "PASSWORD" || p.status != "ACTIVE" {
			continue
		}
		all++
		if slices.Contains([]string{"ACTIVE_DIRECTORY", "LDAP"}, conditions.Object("authProvider").Text("provider")) {
			delegated++
		}
		_, there := p.body.Object("settings").Object("password").Get("breachedProtection")
		breached = breached || there
	}
	o.Set("delegated_passwords", all > 0 && delegated == all)
	o.Set("breached_passwords", breached)
	o.Set("inactivity_days", inactivity)
}

// enrollable are the authenticators that people may enrol, by a policy's settings.
func enrollable(settings *value.Object) []string {
	var out []string
	for _, a := range objects(settings.At("authenticators")) {
		if self := a.Object("enroll").Text("self"); self != "" && self != "NOT_ALLOWED" {
			out = append(out, a.Text("key"))
		}
	}
	for name := range settings.Object("factors").All() {
		if self := settings.Object("factors").Object(name).Object("enroll").Text("self"); self != "" && self != "NOT_ALLOWED" {
			out = append(out, name)
		}
	}
	return out
}

func (x *snapshot) policyFacts(o *value.Object) {
	types := value.NewObject(8)
	accounts := false
	var kinds, enrolled []string
	for _, p := range x.policies {
		kinds = append(kinds, p.kind)
		if p.status != "ACTIVE" {
			continue
		}
		n, _ := value.Float(types.At(p.kind))
		types.Set(p.kind, n+1)
		if p.kind == "MFA_ENROLL" {
			enrolled = append(enrolled, enrollable(p.body.Object("settings"))...)
		}
		accounts = accounts || p.accounts()
	}
	slices.Sort(kinds)
	slices.Sort(enrolled)
	o.Set("policies", types)
	o.Set("policy_types", list(slices.Compact(kinds)))
	o.Set("enrollable", list(slices.Compact(enrolled)))
	o.Set("manages_accounts", accounts)
}

// ruleFacts tells what active rules of active policies do anywhere.
func (x *snapshot) ruleFacts(o *value.Object) {
	reset, register, legacy, risk := false, false, 0, 0
	for _, p := range x.policies {
		for _, r := range p.rules {
			if p.status != "ACTIVE" || !r.active {
				continue
			}
			actions, conditions := r.body.Object("actions"), r.body.Object("conditions")
			if kind := conditions.Object("authContext").Text("authType"); kind == "RADIUS" || kind == "LDAP_INTERFACE" {
				legacy++
			}
			if level := conditions.Object("riskScore").Text("level"); level != "" && level != "ANY" {
				risk++
			}
			reset = reset || p.kind == "PASSWORD" && actions.Object("selfServicePasswordReset").Text("access") == "ALLOW"
			register = register || p.kind == "PROFILE_ENROLLMENT" && actions.Object("profileEnrollment").Text("access") == "ALLOW"
		}
	}
	o.Set("self_reset", reset)
	o.Set("self_registration", register)
	o.Set("legacy_rules", float64(legacy))
	o.Set("risk_rules", float64(risk))
}

func (x *snapshot) appFacts(o *value.Object) {
	var weak, names []string
	for _, id := range slices.Sorted(maps.Keys(x.apps)) {
		a := x.apps[id]
		if a.status != "ACTIVE" {
			continue
		}
		names = append(names, a.name)
		if p := x.policies[a.policy]; p != nil && len(p.weak()) > 0 {
			weak = append(weak, a.label)
		}
	}
	slices.Sort(names)
	o.Set("weak_apps", list(weak))
	o.Set("app_names", list(slices.Compact(names)))
}

// fact is what expressions see beside the body of an entity, as "fact".
func (x *snapshot) fact(kind inventory.Kind, id string, body *value.Object) *value.Object {
	switch kind {
	case inventory.User:
		return x.userFact(id)
	case inventory.Group:
		return x.groupFact(id)
	case inventory.App:
		return x.clientFact(id, body)
	case inventory.Policy:
		return x.policyFact(id)
	case inventory.Zone:
		z := x.zones[id]
		return value.Map("hosts", z.hosts, "gateways", float64(z.count), "broad", z.broad, "private", z.private, "odd", z.odd)
	case inventory.APIToken:
		return x.ownerFact(body.Text("userId"))
	case inventory.APIService:
		return x.integrationFact(body)
	case inventory.Device:
		return x.deviceFact(id)
	case inventory.GroupRule:
		return x.groupRuleFact(body)
	case inventory.IdP:
		return x.idpFact(body)
	case inventory.IdPKey:
		return x.keyFact(id, body)
	case inventory.Org:
		return x.contacts(body)
	case inventory.AgentPool:
		return x.poolFact(body)
	case inventory.Setting:
		return value.Map("id", id)
	default:
		return value.NewObject(0)
	}
}

func (x *snapshot) userFact(id string) *value.Object {
	p := x.users[id]
	if p == nil {
		return value.Map("there", false, "roles", []any{})
	}
	h := p.classes()
	super := slices.Contains(p.roles, superAdmin)
	return value.Map(
		"there", true, "login", p.login, "status", p.status, "roles", list(p.roles), "via", list(p.via), "admin", len(p.roles) > 0, "super", super,
		"tier0", super || slices.Contains(p.roles, orgAdmin), "human", p.human, "marked", p.marked, "apps", list(x.catalogue(p)), "service_like", x.serviceLike(p.login),
		"break_glass", p.breakGlass, "factors", list(p.factors), "mfa", float64(h.some), "strong", float64(h.strong), "resistant", float64(h.resistant),
		"tokens", float64(p.tokens), "assigned", float64(p.assigned), "feeding", float64(p.feeding),
	)
}

func (x *snapshot) ownerFact(id string) *value.Object {
	o := x.userFact(id)
	o.Set("owner", id)
	return o
}

func (x *snapshot) groupFact(id string) *value.Object {
	g := x.groups[id]
	source := ""
	if a := x.apps[g.source]; a != nil {
		source = a.status
	}
	return value.Map(
		"roles", list(g.roles), "apps", list(g.apps), "rules", list(g.rules), "everyone", g.everyone, "members", float64(g.members),
		"sensitive", g.sensitive, "source_status", orNull(source),
	)
}

func (x *snapshot) appFact(id string) *value.Object {
	a := x.apps[id]
	o := value.Map(
		"service", a.service, "sensitive", a.sensitive, "roles", list(a.roles), "direct", float64(a.direct), "groups", float64(a.groups), "reach", float64(a.reach),
		"everyone", a.everyone, "console", a.name == console, "dashboard", a.name == dashboard, "own", id != "" && id == x.settings.OwnApp,
	)
	var weak, legacy []string
	if p := x.policies[a.policy]; p != nil {
		o.Set("policy", p.name)
		o.Set("governed", true)
		for _, r := range p.weak() {
			weak = append(weak, r.name)
		}
		for _, r := range p.rules {
			if r.reachable(p) && r.access == "DENY" && legacyClients(r.body.Object("conditions")) {
				legacy = append(legacy, r.name)
			}
		}
	}
	o.Set("weak", list(weak))
	o.Set("denies_legacy", list(legacy))
	return o
}

// legacyClients reports whether a rule is about clients that know no modern
// authentication.
func legacyClients(c *value.Object) bool {
	text := strings.ToLower(string(value.JSON(c)))
	return strings.Contains(text, "exchange") || strings.Contains(text, "activesync") || strings.Contains(text, "legacy")
}

func (x *snapshot) policyFact(id string) *value.Object {
	p := x.policies[id]
	zoned, risk := false, false
	for _, r := range p.rules {
		c := r.body.Object("conditions")
		zoned = zoned || r.active && c.Object("network").Text("connection") == "ZONE"
		strict := r.access == "DENY" || r.steps == 2 && r.resistant && r.reauth == 0.0
		high := c.Object("riskScore").Text("level") == "HIGH" || c.Object("risk").Text("level") == "HIGH"
		risk = risk || r.reachable(p) && high && strict
	}
	return value.Map(
		"apps", list(p.apps), "in_use", len(p.apps) > 0, "console", p.console, "dashboard", p.dashboard, "sensitive", p.sensitive,
		"admins", list(x.orders[id]), "rules", float64(len(p.rules)), "zoned", zoned, "answers_risk", risk,
	)
}

func (x *snapshot) deviceFact(id string) *value.Object {
	admins, supers, disabled := []string{}, []string{}, 0
	users := x.devices[id]
	for _, u := range users {
		p := x.users[u]
		if p == nil {
			continue
		}
		if len(p.roles) > 0 {
			admins = append(admins, p.login)
		}
		if slices.Contains(p.roles, superAdmin) {
			supers = append(supers, p.login)
		}
		if p.status == "SUSPENDED" || p.status == "DEPROVISIONED" {
			disabled++
		}
	}
	return value.Map("admins", list(admins), "supers", list(supers), "users", float64(len(users)), "disabled_users", float64(disabled), "managed", x.managed[id])
}

// attributes finds the attributes of users that an expression reads.
func attributes() *regexp.Regexp { return regexp.MustCompile(`\buser\.([A-Za-z_][A-Za-z0-9_]*)`) }

func (x *snapshot) groupRuleFact(body *value.Object) *value.Object {
	var sensitive, own []string
	for _, id := range texts(body.Object("actions").Object("assignUserToGroups").At("groupIds")) {
		if g := x.groups[id]; g != nil && g.sensitive {
			sensitive = append(sensitive, g.name)
		}
	}
	for _, m := range attributes().FindAllStringSubmatch(body.Object("conditions").Object("expression").Text("value"), -1) {
		if x.schema[m[1]] && !slices.Contains(own, m[1]) {
			own = append(own, m[1])
		}
	}
	return value.Map("sensitive", list(sensitive), "self_written", list(own))
}

func (x *snapshot) idpFact(body *value.Object) *value.Object {
	policy := body.Object("policy")
	var sensitive []string
	groups := policy.Object("provisioning").Object("groups")
	for _, id := range append(texts(groups.At("assignments")), texts(groups.At("filter"))...) {
		if g := x.groups[id]; g != nil && g.sensitive {
			sensitive = append(sensitive, g.name)
		}
	}
	linked := texts(policy.Object("accountLink").Object("filter").Object("groups").At("include"))
	reached := 0
	for _, id := range x.admins() {
		if slices.ContainsFunc(x.users[id].groups, func(g string) bool { return slices.Contains(linked, g) }) {
			reached++
		}
	}
	return value.Map("sensitive", list(sensitive), "link_groups", list(linked), "linked_admins", float64(reached))
}

func (x *snapshot) keyFact(id string, body *value.Object) *value.Object {
	var used []string
	for _, p := range x.idps {
		if p.status == "ACTIVE" && slices.Contains(p.keys, id) {
			used = append(used, p.name)
		}
	}
	slices.Sort(used)
	cards := false
	for _, p := range x.idps {
		cards = cards || p.status == "ACTIVE" && p.kind == "X509" && slices.Contains(p.keys, id)
	}
	return value.Map("used", list(used), "smart_card", cards, "sha256", fingerprint(body))
}

func (x *snapshot) contacts(body *value.Object) *value.Object {
	var ids, active []string
	for _, v := range body.Object("contacts").All() {
		id, _ := v.(string)
		if id == "" {
			continue
		}
		ids = append(ids, id)
		if p := x.users[id]; p != nil && p.status == "ACTIVE" {
			active = append(active, id)
		}
	}
	slices.Sort(ids)
	return value.Map("contacts", float64(len(ids)), "distinct", float64(len(slices.Compact(ids))), "active", float64(len(active)))
}
