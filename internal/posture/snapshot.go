package posture

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sallyport/internal/inventory"
	"sallyport/internal/matching"
	"sallyport/internal/value"
)

// snapshot is what is worked out of an org once, for all checks. It keeps of
// each user a few texts, and of the many relations only counts.
type snapshot struct {
	reader   inventory.Reader
	settings Settings
	now      time.Time
	service  *matching.Pattern // nil where no pattern is set

	users    map[string]*person
	groups   map[string]*cluster
	apps     map[string]*application
	policies map[string]*policy
	zones    map[string]*zone
	roles    map[string]*customRole
	devices  map[string][]string // ids of users
	managed  map[string]bool     // devices that are managed for each of their users
	schema   map[string]bool     // attributes of users that they may write themselves
	idps     map[string]*provider
	features []string
	hasAuth  bool // there are policies of the Identity Engine
	edges    []assignment

	linked  []string            // zones that a rule, token or app refers to
	behaved []string            // behaviours, by name or id, that a rule refers to
	granted map[string][]string // scopes, by app
	orders  map[string][]string // admins by the policy that decides for them, of each type
	bodies  *value.Object       // settings, by id
	about   *value.Object       // what Okta says of the org itself
	seen    []string            // collections of which all is seen, or which the org does not have
	mails   int                 // security mails that go to everybody
	servers int                 // own mail servers that are on
	streams int                 // log streams that are on
	senders []string            // names and types of providers of security events that are on
	org     *value.Object
}

// person is what is kept of a user.
type person struct {
	login, name, status, provider string
	human, marked, breakGlass     bool
	roles                         []string // types of standard ones, ids of custom ones: his own and his groups'
	via                           []string // groups that give them
	factors                       []string // types of active ones
	tokens, assigned, feeding     int      // API tokens; apps assigned directly, and those of them with active provisioning
	groups, apps                  []string // of admins alone; apps are those assigned directly
}

// cluster is what is kept of a group.
type cluster struct {
	name, kind, source string
	everyone           bool
	roles, apps, rules []string // rules are those that are active and assign to it
	members            int
	sensitive          bool
}

// application is what is kept of an app.
type application struct {
	name, label, status, policy, mode string
	service, sensitive                bool
	roles, features                   []string
	direct, groups, reach             int // reach is how many members its groups have, some of them perhaps twice
	everyone                          bool
}

type provider struct {
	name, status, kind string
	keys               []string
}

type customRole struct {
	label       string
	permissions []string
}

// assignment is a has_role edge.
type assignment struct {
	edge inventory.Edge
	body *value.Object
}

// object reads a JSON object.
func object(text json.RawMessage) (*value.Object, error) {
	if len(text) == 0 {
		return value.NewObject(0), nil
	}
	v, err := value.ParseJSON(text)
	if err != nil {
		return nil, fmt.Errorf("read a body: %w", err)
	}
	o, ok := v.(*value.Object)
	if !ok {
		return nil, fmt.Errorf("read a body: it is no object")
	}
	return o, nil
}

func take(ctx context.Context, in Input, seen []string) (*snapshot, error) {
	r, s := in.Reader, in.Settings
	x := &snapshot{
		reader: r, settings: s, now: in.Now, seen: seen, users: map[string]*person{}, groups: map[string]*cluster{}, apps: map[string]*application{},
		policies: map[string]*policy{}, zones: map[string]*zone{}, roles: map[string]*customRole{}, devices: map[string][]string{},
		schema: map[string]bool{}, idps: map[string]*provider{}, granted: map[string][]string{}, bodies: value.NewObject(8), managed: map[string]bool{},
	}
	if s.ServicePattern != "" {
		re, err := LoginPattern(s.ServicePattern)
		if err != nil {
			return nil, fmt.Errorf("read the pattern of service accounts: %w", err)
		}
		x.service = re
	}
	for _, step := range []struct {
		kind inventory.Kind
		add  func(inventory.Entity, *value.Object)
	}{
		{inventory.App, x.addApp},
		{inventory.User, x.addUser},
		{inventory.Group, x.addGroup},
		{inventory.GroupRule, x.addGroupRule},
		{inventory.Zone, x.addZone},
		{inventory.CustomRole, x.addRole},
		{inventory.UserSchema, x.addSchema},
		{inventory.Factor, x.addFactor},
		{inventory.APIToken, x.addToken},
		{inventory.IdP, x.addIDP},
		{inventory.Feature, x.addFeature},
		{inventory.Policy, x.addPolicy},
		{inventory.Setting, x.addSetting},
		{inventory.Brand, x.addBrand},
		{inventory.EmailServer, x.addServer},
		{inventory.LogStream, x.addStream},
		{inventory.EventProvider, x.addSender},
		{inventory.Org, x.addOrg},
	} {
		err := r.Entities(ctx, step.kind, func(e inventory.Entity) error {
			body, err := object(e.Body)
			if err != nil {
				return fmt.Errorf("%s %s: %w", e.Kind, e.ID, err)
			}
			step.add(e, body)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", step.kind, err)
		}
	}
	if err := x.relations(ctx); err != nil {
		return nil, err
	}
	x.govern()
	x.order()
	x.org = x.facts()
	return x, nil
}

func (x *snapshot) addUser(e inventory.Entity, b *value.Object) {
	profile := b.Object("profile")
	p := &person{login: profile.Text("login"), name: e.Name, status: b.Text("status"), provider: b.Object("credentials").Object("provider").Text("type")}
	p.breakGlass = slices.Contains(x.settings.BreakGlass, e.ID)
	marked := strings.EqualFold(profile.Text("userType"), "service") || slices.Contains(x.settings.Services, e.ID)
	p.marked = marked
	p.human = !marked && !x.serviceLike(p.login)
	x.users[e.ID] = p
}

func (x *snapshot) serviceLike(login string) bool {
	return x.service != nil && x.service.MatchString(login)
}

func (x *snapshot) addGroup(e inventory.Entity, b *value.Object) {
	members, _ := value.Float(b.Object("stats").At("usersCount"))
	kind := b.Text("type")
	x.groups[e.ID] = &cluster{
		name: e.Name, kind: kind, source: b.Text("source"), members: int(members),
		everyone:  kind == "BUILT_IN" && b.Object("profile").Text("name") == "Everyone",
		sensitive: slices.Contains(x.settings.SensitiveGroups, e.ID),
	}
}

func (x *snapshot) addGroupRule(e inventory.Entity, b *value.Object) {
	if b.Text("status") != "ACTIVE" {
		return
	}
	for _, id := range texts(b.Object("actions").Object("assignUserToGroups").At("groupIds")) {
		if g := x.groups[id]; g != nil {
			g.rules = append(g.rules, e.ID)
		}
	}
}

func (x *snapshot) addApp(e inventory.Entity, b *value.Object) {
	settings := b.Object("settings").Object("oauthClient")
	a := &application{
		name: b.Text("name"), label: e.Name, status: b.Text("status"), policy: b.Text("accessPolicy"), mode: b.Text("signOnMode"),
		service: settings.Text("application_type") == "service", features: texts(b.At("features")),
	}
	a.sensitive = slices.Contains(x.settings.SensitiveApps, e.ID) || slices.Contains(x.settings.SensitiveNames, a.name)
	x.apps[e.ID] = a
	x.linked = append(x.linked, texts(settings.Object("network").At("include"))...)
}

func (x *snapshot) addRole(e inventory.Entity, b *value.Object) {
	x.roles[e.ID] = &customRole{label: e.Name, permissions: texts(b.At("permissions"))}
}

// addSchema notes which attributes people may write of themselves.
func (x *snapshot) addSchema(_ inventory.Entity, b *value.Object) {
	for _, part := range b.Object("definitions").All() {
		part, _ := part.(*value.Object)
		for name, attribute := range part.Object("properties").All() {
			attribute, _ := attribute.(*value.Object)
			for _, permission := range objects(attribute.At("permissions")) {
				if permission.Text("principal") == "SELF" && permission.Text("action") == "READ_WRITE" {
					x.schema[name] = true
				}
			}
		}
	}
}

func (x *snapshot) addFactor(_ inventory.Entity, b *value.Object) {
	if p := x.users[b.Text("user")]; p != nil && b.Text("status") == "ACTIVE" {
		p.factors = append(p.factors, b.Text("factorType"))
	}
}

func (x *snapshot) addToken(_ inventory.Entity, b *value.Object) {
	if p := x.users[b.Text("userId")]; p != nil {
		p.tokens++
	}
	x.linked = append(x.linked, texts(b.Object("network").At("include"))...)
}

func (x *snapshot) addIDP(e inventory.Entity, b *value.Object) {
	trust := b.Object("protocol").Object("credentials").Object("trust")
	x.idps[e.ID] = &provider{name: e.Name, status: b.Text("status"), kind: b.Text("type"), keys: append(texts(trust.At("additionalKids")), trust.Text("kid"))}
}

func (x *snapshot) addFeature(_ inventory.Entity, b *value.Object) {
	if b.Text("status") == "ENABLED" {
		x.features = append(x.features, b.Text("name"))
	}
}

func (x *snapshot) addSetting(e inventory.Entity, b *value.Object) { x.bodies.Set(e.ID, b) }

func (x *snapshot) addOrg(_ inventory.Entity, b *value.Object) { x.about = b }

func (x *snapshot) addBrand(_ inventory.Entity, b *value.Object) {
	for _, t := range objects(b.At("templates")) {
		if slices.Contains(securityMails(), t.Text("name")) && t.Text("recipients") == "ALL_USERS" {
			x.mails++
		}
	}
}

func (x *snapshot) addServer(_ inventory.Entity, b *value.Object) {
	if b.At("enabled") == true {
		x.servers++
	}
}

func (x *snapshot) addStream(_ inventory.Entity, b *value.Object) {
	if b.Text("status") == "ACTIVE" {
		x.streams++
	}
}

func (x *snapshot) addSender(_ inventory.Entity, b *value.Object) {
	if b.Text("status") == "ACTIVE" {
		x.senders = append(x.senders, b.Text("name"), b.Text("type"))
	}
}

// console and dashboard are the names of Okta's own apps in its catalogue.
const (
	console   = "saasure"
	dashboard = "okta_enduser"
)

// appNamed returns the id of the app of a name in Okta's catalogue, or "".
func (x *snapshot) appNamed(name string) string {
	for _, id := range slices.Sorted(maps.Keys(x.apps)) {
		if x.apps[id].name == name {
			return id
		}
	}
	return ""
}

// knows reports whether an entity was there when the snapshot was taken.
func (x *snapshot) knows(r inventory.Ref) bool {
	there := true
	switch r.Kind {
	case inventory.User:
		_, there = x.users[r.ID]
	case inventory.Group:
		_, there = x.groups[r.ID]
	case inventory.App:
		_, there = x.apps[r.ID]
	case inventory.Policy:
		_, there = x.policies[r.ID]
	case inventory.Zone:
		_, there = x.zones[r.ID]
	default:
	}
	return there
}

// admins returns the ids of users with a role, in order.
func (x *snapshot) admins() []string {
	var out []string
	for id, p := range x.users {
		if len(p.roles) > 0 {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// texts returns the texts of a list.
func texts(v any) []string {
	list, _ := v.([]any)
	out := make([]string, 0, len(list))
	for _, e := range list {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// objects returns the objects of a list.
func objects(v any) []*value.Object {
	list, _ := v.([]any)
	out := make([]*value.Object, 0, len(list))
	for _, e := range list {
		if o, ok := e.(*value.Object); ok {
			out = append(out, o)
		}
	}
	return out
}

// list makes texts a list that expressions see.
func list(in []string) []any {
	out := make([]any, len(in))
	for i, s := range in {
		out[i] = s
	}
	return out
}
