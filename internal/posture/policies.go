package posture

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sallyport/internal/inventory"
	"sallyport/internal/value"
)

// policy is what is kept of one: its rules as far as they can be reached.
type policy struct {
	name, kind, status string
	body               *value.Object
	rules              []*rule
	apps               []string // active ones that it governs, in order
	console, dashboard bool
	sensitive          bool // it governs a sensitive app, or the Admin Console
}

// rule is a rule of a policy, in the policy's order.
type rule struct {
	id, name, access string
	body             *value.Object
	system, active   bool
	shadow           string // the rule before it after which it is never reached
	conditional      bool
	steps            float64 // of ACCESS_POLICY: 1 or 2 factors that it demands; 0 where it cannot be told
	resistant        bool
	reauth, idle     any // minutes; null where they are not set
	stays            any // minutes after which somebody who is kept signed in is asked again
}

func (r *rule) reachable(p *policy) bool { return p.status == "ACTIVE" && r.active && r.shadow == "" }

func (x *snapshot) addPolicy(e inventory.Entity, b *value.Object) {
	p := &policy{name: e.Name, kind: b.Text("type"), status: b.Text("status"), body: b.Without("rules"), apps: texts(b.At("mappings"))}
	shadow := ""
	for _, body := range ordered(objects(b.At("rules"))) {
		r := &rule{id: body.Text("id"), name: body.Text("name"), body: body, active: body.Text("status") == "ACTIVE", shadow: shadow}
		r.system, _ = body.At("system").(bool)
		r.conditional = conditional(body.Object("conditions"))
		r.judge(p.kind)
		if r.active && !r.conditional && shadow == "" {
			shadow = r.id
		}
		p.rules = append(p.rules, r)
		x.mention(body.Object("conditions"))
	}
	x.hasAuth = x.hasAuth || p.kind == "ACCESS_POLICY"
	x.policies[e.ID] = p
}

// ordered puts rules in the order in which Okta tries them: by priority, with
// the one for all others last.
func ordered(rules []*value.Object) []*value.Object {
	slices.SortStableFunc(rules, func(a, b *value.Object) int {
		if system := a.At("system") == true; system != (b.At("system") == true) {
			if system {
				return 1
			}
			return -1
		}
		first, ok := value.Float(a.At("priority"))
		second, ok2 := value.Float(b.At("priority"))
		if !ok || !ok2 {
			return 0
		}
		return cmp.Compare(first, second)
	})
	return rules
}

// mention notes the zones and behaviours that a rule's conditions name.
func (x *snapshot) mention(c *value.Object) {
	network := c.Object("network")
	x.linked = append(x.linked, append(texts(network.At("include")), texts(network.At("exclude"))...)...)
	x.behaved = append(x.behaved, texts(c.Object("risk").At("behaviors"))...)
	text := c.Object("elCondition").Text("condition")
	for _, name := range quoted().FindAllStringSubmatch(text, -1) {
		x.behaved = append(x.behaved, name[1])
	}
}

// quoted finds the behaviours that an expression names: security.behaviors.contains('New IP').
func quoted() *regexp.Regexp { return regexp.MustCompile(`behaviors\.contains\(['"]([^'"]+)['"]\)`) }

// conditional reports whether a rule is for some sign-ins only.
func conditional(c *value.Object) bool {
	for name, v := range c.All() {
		part, ok := v.(*value.Object)
		if !ok {
			continue
		}
		if restricts(name, part) {
			return true
		}
	}
	return false
}

func restricts(name string, part *value.Object) bool {
	other := func(field string, open ...string) bool { return !slices.Contains(append(open, ""), part.Text(field)) }
	switch name {
	case "network":
		return other("connection", "ANYWHERE")
	case "riskScore", "risk":
		return other("level", "ANY") || !value.Empty(part.At("behaviors"))
	case "authContext":
		return other("authType", "ANY")
	case "identityProvider":
		return other("provider", "ANY")
	case "device":
		return part.At("managed") == true || part.At("registered") == true || !value.Empty(part.Object("assurance").At("include"))
	case "platform":
		return platforms(part)
	}
	return listed(part) || part.Text("condition") != "" || !value.Empty(part.At("patterns"))
}

// listed reports whether a condition names somebody or something, to include or
// to leave out, itself or in one of its parts.
func listed(part *value.Object) bool {
	if !value.Empty(part.At("include")) || !value.Empty(part.At("exclude")) {
		return true
	}
	for _, v := range part.All() {
		if inner, ok := v.(*value.Object); ok && (!value.Empty(inner.At("include")) || !value.Empty(inner.At("exclude"))) {
			return true
		}
	}
	return false
}

func platforms(part *value.Object) bool {
	for _, p := range objects(part.At("include")) {
		if p.Text("type") != "ANY" || p.Object("os").Text("type") != "ANY" {
			return true
		}
	}
	return !value.Empty(part.At("exclude"))
}

func (r *rule) judge(kind string) {
	actions := r.body.Object("actions")
	if kind == "OKTA_SIGN_ON" {
		r.access = actions.Object("signon").Text("access")
		return
	}
	r.access = actions.Object("appSignOn").Text("access")
	method := actions.Object("appSignOn").Object("verificationMethod")
	r.reauth, r.idle = minutes(method.Text("reauthenticateIn")), minutes(method.Text("inactivityPeriod"))
	r.stays = minutes(actions.Object("appSignOn").Object("keepMeSignedIn").Text("postAuthPromptFrequency"))
	if method.Text("type") == "AUTH_METHOD_CHAIN" {
		r.chains(objects(method.At("chains")))
		return
	}
	switch method.Text("factorMode") {
	case "1FA":
		r.steps = 1
	case "2FA":
		r.steps = 2
	}
	constraints := objects(method.At("constraints"))
	r.resistant = len(constraints) > 0 && !slices.ContainsFunc(constraints, func(c *value.Object) bool {
		return c.Object("possession").Text("phishingResistant") != "REQUIRED"
	})
}

// chains judges a rule by the weakest of its chains of methods.
func (r *rule) chains(all []*value.Object) {
	if len(all) == 0 {
		return
	}
	r.steps, r.resistant = 2, true
	for _, chain := range all {
		r.walk(chain, nil, false)
	}
}

// walk goes down a chain, whose next steps are alternatives. Had are the
// classes of factors of the steps before: of each step, those that all of its
// methods have in common.
func (r *rule) walk(step *value.Object, had []string, safe bool) {
	methods := objects(step.At("authenticationMethods"))
	classes := map[string]bool{}
	resists := len(methods) > 0
	for _, m := range methods {
		class := "possession"
		if key := m.Text("key"); key == "okta_password" || key == "security_question" {
			class = "knowledge"
		}
		classes[class] = true
		resists = resists && unphishable(m)
	}
	if len(classes) == 1 {
		for class := range classes {
			had = append(slices.Clone(had), class)
		}
	}
	next := objects(step.At("next"))
	for _, n := range next {
		r.walk(n, had, safe || resists)
	}
	if len(next) > 0 {
		return
	}
	if !slices.Contains(had, "knowledge") || !slices.Contains(had, "possession") {
		r.steps = 1
	}
	r.resistant = r.resistant && (safe || resists)
}

func unphishable(m *value.Object) bool {
	switch m.Text("key") {
	case "webauthn", "smart_card_idp":
		return true
	case "okta_verify":
		return m.Text("method") == "signed_nonce"
	}
	return false
}

// minutes reads a span such as PT2H or P1D; null where there is none.
func minutes(span string) any {
	date, clock, _ := strings.Cut(strings.TrimPrefix(span, "P"), "T")
	if span == "" || !strings.HasPrefix(span, "P") {
		return nil
	}
	total := 0.0
	for _, part := range []struct {
		text, units string
		each        map[byte]float64
	}{{date, "DW", map[byte]float64{'D': 1440, 'W': 10080}}, {clock, "HMS", map[byte]float64{'H': 60, 'M': 1, 'S': 1.0 / 60}}} {
		for text := part.text; text != ""; {
			at := strings.IndexAny(text, part.units)
			if at < 0 {
				return nil
			}
			n, err := strconv.ParseFloat(text[:at], 64)
			if err != nil {
				return nil
			}
			total += n * part.each[text[at]]
			text = text[at+1:]
		}
	}
	return total
}

// govern settles which policy governs which app, by mapping and never by name.
func (x *snapshot) govern() {
	for id, a := range x.apps {
		if p := x.policies[a.policy]; p != nil && a.policy != "" && !slices.Contains(p.apps, id) {
			p.apps = append(p.apps, id)
		}
	}
	for id, p := range x.policies {
		slices.Sort(p.apps)
		p.apps = slices.DeleteFunc(p.apps, func(app string) bool { a := x.apps[app]; return a != nil && a.status != "ACTIVE" })
		for _, app := range p.apps {
			a := x.apps[app]
			if a == nil {
				continue
			}
			if a.policy == "" && p.kind == "ACCESS_POLICY" {
				a.policy = id
			}
			p.console = p.console || a.name == console
			p.dashboard = p.dashboard || a.name == dashboard
			p.sensitive = p.sensitive || a.sensitive || a.name == console
		}
	}
}

// order settles for each admin which policy of each type decides: the first
// that is active and covers him.
func (x *snapshot) order() {
	ids := slices.SortedFunc(maps.Keys(x.policies), func(a, b string) int {
		first, _ := value.Float(x.policies[a].body.At("priority"))
		second, _ := value.Float(x.policies[b].body.At("priority"))
		last := func(id string) int {
			if x.policies[id].body.At("system") == true {
				return 1
			}
			return 0
		}
		return cmp.Or(cmp.Compare(last(a), last(b)), cmp.Compare(first, second), cmp.Compare(a, b))
	})
	x.orders = map[string][]string{}
	for _, admin := range x.admins() {
		had := map[string]bool{}
		for _, id := range ids {
			p := x.policies[id]
			if had[p.kind] || p.status != "ACTIVE" || !x.covers(p.body.Object("conditions").Object("people"), admin) {
				continue
			}
			had[p.kind] = true
			x.orders[id] = append(x.orders[id], x.users[admin].login)
		}
	}
}

// accounts reports whether a policy is about what people do with their own
// accounts: enrol, recover, unlock.
func (p *policy) accounts() bool {
	kind := cmp.Or(p.body.Text("resourceType"), p.body.Object("_embedded").Text("resourceType"))
	return strings.Contains(kind, "ACCOUNT_MANAGEMENT")
}

// weak returns the rules of a policy that let somebody in with one factor.
func (p *policy) weak() []*rule {
	var out []*rule
	for _, r := range p.rules {
		if r.reachable(p) && r.access == "ALLOW" && r.steps == 1 {
			out = append(out, r)
		}
	}
	return out
}

// covers reports whether a policy's condition on people lets an admin under it.
func (x *snapshot) covers(people *value.Object, id string) bool {
	users, groups := people.Object("users"), people.Object("groups")
	if slices.Contains(texts(users.At("exclude")), id) {
		return false
	}
	p := x.users[id]
	in := func(list any) bool {
		return slices.ContainsFunc(texts(list), func(g string) bool {
			c := x.groups[g]
			return slices.Contains(p.groups, g) || c != nil && c.everyone
		})
	}
	if in(groups.At("exclude")) {
		return false
	}
	named, grouped := texts(users.At("include")), texts(groups.At("include"))
	if len(named) == 0 && len(grouped) == 0 {
		return true
	}
	return slices.Contains(named, id) || in(groups.At("include"))
}
