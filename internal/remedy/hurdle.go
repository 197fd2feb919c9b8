package remedy

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"sallyport/internal/connector"
	"sallyport/internal/value"
)

// watch says what stands in the way of steps. One is for one plan, whose steps
// it sees in their order: how many super admins are left depends on them.
type watch struct {
	*reader

	scopes  []string // of the connection; nil where it has a token, which has none
	owner   string   // id of the user whose rights the connection has; empty where it is an app
	client  string   // id of the app that the connection is; empty where it is a user
	super   bool     // the connection is a super admin
	unknown string   // why that is not known

	supers map[string]bool // ids of the active super admins that are left; nil: not read
	counts error           // why they are not known
}

const superAdmin = "SUPER_ADMIN"

// newWatch finds out by whose rights a connection changes an org.
func newWatch(ctx context.Context, r *reader, con *connector.Connector) *watch {
	w := &watch{reader: r}
	auth, ok := con.AuthOf(r.conn.Auth)
	if !ok {
		return w
	}
	roles := ""
	switch auth.Kind {
	case connector.PrivateKeyJWT, connector.ClientCredentials:
		if w.scopes = strings.Fields(r.conn.Settings.Text("scopes")); len(w.scopes) == 0 {
			w.scopes = auth.Scopes
		}
		w.client = r.conn.Settings.Text("client_id")
		roles = "/oauth2/v1/clients/" + w.client + "/roles"
	default:
		me, err := r.read(ctx, "/api/v1/users/me", false)
		if err != nil {
			w.unknown = err.Error()
			return w
		}
		w.owner = value.String(value.Lookup(me, "id"))
		roles = "/api/v1/users/" + w.owner + "/roles"
	}
	held, err := w.roles(ctx, roles)
	if err != nil {
		w.unknown = err.Error()
	}
	w.super = slices.Contains(held, superAdmin)
	return w
}

// roles returns the active admin roles at a path, by type.
func (w *watch) roles(ctx context.Context, path string) ([]string, error) {
	v, err := w.read(ctx, path, true)
	if err != nil {
		return nil, err
	}
	var out []string
	list, _ := v.([]any)
	for _, r := range list {
		o, _ := r.(*value.Object)
		if status := o.Text("status"); status == "" || status == "ACTIVE" {
			out = append(out, o.Text("type"))
		}
	}
	return out, nil
}

// lacks returns the scopes of an action that the connection lacks.
func (w *watch) lacks(needs []string) []string {
	if w.scopes == nil {
		return nil
	}
	var out []string
	for _, s := range needs {
		manage := strings.TrimSuffix(s, ".read") + ".manage"
		if !slices.Contains(w.scopes, s) && (!strings.HasSuffix(s, ".read") || !slices.Contains(w.scopes, manage)) {
			out = append(out, s)
		}
	}
	return out
}

// hurdles says what stands in the way of a call, apart from the guard's policy.
func (w *watch) hurdles(ctx context.Context, a *connector.Action, in *value.Object, p *Part, s *scene) []Hurdle {
	var out []Hurdle
	if lacks := w.lacks(a.Scopes); len(lacks) > 0 {
		out = append(out, Hurdle{ScopeLacks, fmt.Sprintf("the connection lacks the scope %s", strings.Join(lacks, ", ")), true})
	}
	if says := ownNetwork(in); says != "" {
		out = append(out, Hurdle{OwnNetwork, says, true})
	}
	for _, t := range a.Entities(in) {
		if says := w.own(t, s); says != "" {
			out = append(out, Hurdle{Ourselves, says, true})
		}
		if h := w.admin(ctx, t, p, s.name); h != nil {
			out = append(out, *h)
		}
	}
	if h := w.last(ctx, a, in, p, s.name); h != nil && !slices.ContainsFunc(out, func(h Hurdle) bool { return h.Bars }) {
		out = append(out, *h)
	}
	return out
}

// own says why a target is what this server works by.
func (w *watch) own(t connector.Entity, s *scene) string {
	switch {
	case t.Type == "user" && w.owner != "" && (t.ID == w.owner || value.String(value.Lookup(s.read, "user.id")) == w.owner):
		return "the connection works by the API token of this very account"
	case t.Type == "app" && w.client != "" && t.ID == w.client:
		return "the connection is this very app"
	case t.Type == "api_token" && w.owner != "" && value.String(value.Lookup(s.read, "token.userId")) == w.owner:
		return "it is a token of the account by which the connection works, and may be the connection's own"
	}
	return ""
}

// admin says whether a target is an admin, whom Okta lets a super admin alone
// change.
func (w *watch) admin(ctx context.Context, t connector.Entity, p *Part, name string) *Hurdle {
	if w.super {
		return nil
	}
	path := map[string]string{"user": "/api/v1/users/", "group": "/api/v1/groups/", "app": "/oauth2/v1/clients/"}[t.Type]
	if path == "" || t.Type == "app" && strings.HasPrefix(p.Action, "remove_user_from") {
		return nil
	}
	held, err := w.roles(ctx, path+t.ID+"/roles")
	switch {
	case err != nil && missing(err):
		return nil
	case err != nil:
		return &Hurdle{AdminTarget, fmt.Sprintf("whether the %s %s has an admin role cannot be seen: %v", t.Type, named(t, name), err), false}
	case len(held) == 0:
		return nil
	}
	if p.KeepsAccess {
		return &Hurdle{AdminTarget, fmt.Sprintf("%s has the admin role %s: Okta may let a super admin alone do it", named(t, name), strings.Join(held, ", ")), false}
	}
	return &Hurdle{AdminTarget, fmt.Sprintf("%s has the admin role %s: Okta lets a super admin alone do it, and the connection is none", named(t, name), strings.Join(held, ", ")), true}
}

func named(t connector.Entity, name string) string {
	if t.Type == "user" && name != "" {
		return name
	}
	return t.ID
}

// last says whether a step would leave fewer than two super admins.
func (w *watch) last(ctx context.Context, a *connector.Action, in *value.Object, p *Part, name string) *Hurdle {
	if p.KeepsAccess {
		return nil
	}
	hit, err := w.loses(ctx, a, in)
	if err != nil {
		return &Hurdle{LastAdmins, fmt.Sprintf("whether one of the last two super admins is hit cannot be seen: %v", err), false}
	}
	if len(hit) == 0 {
		return nil
	}
	if w.supers == nil && w.counts == nil {
		w.supers, w.counts = w.superAdmins(ctx)
	}
	if w.counts != nil {
		return &Hurdle{LastAdmins, fmt.Sprintf("%s is a super admin, and how many there are cannot be seen: %v", name, w.counts), true}
	}
	left := len(w.supers)
	for _, id := range hit {
		if w.supers[id] {
			left--
		}
	}
	if left == len(w.supers) {
		return nil
	}
	if left < 2 {
		return &Hurdle{LastAdmins, fmt.Sprintf("%s is one of the last super admins: %d would be left, and two is the least", name, left), true}
	}
	for _, id := range hit {
		delete(w.supers, id)
	}
	return nil
}

// loses returns the ids of those who may be super admins no more after a call:
// those who are its targets, or members of a group that makes them so.
func (w *watch) loses(ctx context.Context, a *connector.Action, in *value.Object) ([]string, error) {
	if (a.ID == "remove_user_role" || a.ID == "remove_group_role") && in.Text("type") != superAdmin {
		return nil, nil
	}
	targets := a.Entities(in)
	people := slices.ContainsFunc(targets, func(t connector.Entity) bool { return t.Type == "user" })
	var out []string
	for _, t := range targets {
		if t.Type != "user" && (t.Type != "group" || people) {
			continue
		}
		path := "/api/v1/users/"
		if t.Type == "group" {
			path = "/api/v1/groups/"
		}
		held, err := w.roles(ctx, path+t.ID+"/roles")
		if err != nil && !missing(err) {
			return nil, err
		}
		if !slices.Contains(held, superAdmin) {
			continue
		}
		if t.Type == "user" {
			out = append(out, t.ID)
			continue
		}
		members, err := w.read(ctx, "/api/v1/groups/"+t.ID+"/users", true)
		if err != nil {
			return nil, err
		}
		list, _ := members.([]any)
		for _, m := range list {
			out = append(out, value.String(value.Lookup(m, "id")))
		}
	}
	return out, nil
}

// superAdmins returns the ids of the super admins that can sign in.
func (w *watch) superAdmins(ctx context.Context) (map[string]bool, error) {
	out := map[string]bool{}
	next := "/api/v1/iam/assignees/users?limit=200"
	for next != "" {
		body, err := w.read(ctx, next, false)
		if err != nil {
			return nil, err
		}
		list, _ := value.Lookup(body, "value").([]any)
		for _, a := range list {
			id := value.String(value.Lookup(a, "id"))
			held, err := w.roles(ctx, "/api/v1/users/"+id+"/roles")
			if err != nil {
				return nil, err
			}
			if !slices.Contains(held, superAdmin) {
				continue
			}
			user, err := w.read(ctx, "/api/v1/users/"+id, false)
			if err != nil {
				return nil, err
			}
			if status := value.String(value.Lookup(user, "status")); status != "SUSPENDED" && status != "DEPROVISIONED" && status != "STAGED" {
				out[id] = true
			}
		}
		if next = ""; len(list) >= 200 {
			next = "/api/v1/iam/assignees/users?limit=200&after=" + value.String(value.Lookup(list[len(list)-1], "id"))
		}
	}
	return out, nil
}

// ownNetwork says why addresses must not be blocked: those of no public network
// are behind the same gateway as this server, or nowhere.
func ownNetwork(in *value.Object) string {
	if in.At("gateways") == nil {
		return ""
	}
	list, _ := in.At("gateways").([]any)
	for _, g := range list {
		first, _, _ := strings.Cut(strings.TrimSpace(value.String(g)), "-")
		host, _, _ := strings.Cut(first, "/")
		at, err := netip.ParseAddr(host)
		if err == nil && (at.IsPrivate() || at.IsLoopback() || at.IsLinkLocalUnicast() || at.IsUnspecified()) {
			return fmt.Sprintf("%s is no address of the internet", value.String(g))
		}
	}
	return ""
}
