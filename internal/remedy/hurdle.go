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

	admins  Admins   // nil: nobody else knows of roles
	scopes  []string // of the connection; nil where it has a token, which has none
	owner   string   // id of the user whose rights the connection has; empty where it is an app
	client  string   // id of the app that the connection is; empty where it is a user
	super   bool     // the connection is a super admin
	unknown string   // why that is not known

	supers map[string]bool // ids of the active super admins that are left; nil: not read
	counts error           // why they are not known
}

// newWatch finds out by whose rights a connection changes an org.
func newWatch(ctx context.Context, r *reader, con *connector.Connector, admins Admins) *watch {
	w := &watch{reader: r, admins: admins}
	auth, ok := con.AuthOf(r.conn.Auth)
	if !ok {
		return w
	}
	var held []string
	var err error
	switch auth.Kind {
	case connector.PrivateKeyJWT, connector.ClientCredentials:
		w.scopes = auth.Asks(r.conn.Settings)
		w.client = r.conn.Settings.Text("client_id")
		held, err = w.roles(ctx, "app", w.client)
	default:
		me, unread := r.read(ctx, "/api/v1/users/me", false)
		if unread != nil {
			w.unknown = unread.Error()
			return w
		}
		w.owner = value.String(value.Lookup(me, "id"))
		held, err = w.roles(ctx, "user", w.owner)
	}
	if err != nil {
		w.unknown = err.Error()
	}
	w.super = slices.Contains(held, superAdmin)
	return w
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
		if h := w.takes(ctx, a, t); h != nil {
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
	if rolesOf(t.Type) == "" || t.Type == "app" && strings.HasPrefix(p.Action, "remove_user_from") {
		return nil
	}
	held, err := w.roles(ctx, t.Type, t.ID)
	switch {
	case err != nil && missing(err):
		return nil
	case err != nil:
		return &Hurdle{AdminTarget, fmt.Sprintf("whether the %s %s has an admin role cannot be seen: %v", t.Type, named(t, name), err), false}
	case len(held) == 0:
		return nil
	}
	if w.unknown != "" {
		return &Hurdle{AdminTarget, fmt.Sprintf("%s has the admin role %s: Okta lets a super admin alone do it, and whether the connection is one cannot be seen: %s", named(t, name), strings.Join(held, ", "), w.unknown), false}
	}
	if p.KeepsAccess {
		return &Hurdle{AdminTarget, fmt.Sprintf("%s has the admin role %s: Okta may let a super admin alone do it", named(t, name), strings.Join(held, ", ")), false}
	}
	return &Hurdle{AdminTarget, fmt.Sprintf("%s has the admin role %s: Okta lets a super admin alone do it, and the connection is none", named(t, name), strings.Join(held, ", ")), true}
}

// takes says that who leaves a group loses the admin roles that it gives. That those
// cannot be seen is said of the same group elsewhere.
func (w *watch) takes(ctx context.Context, a *connector.Action, t connector.Entity) *Hurdle {
	if a.ID != "remove_user_from_group" || t.Type != "group" {
		return nil
	}
	held, err := w.roles(ctx, t.Type, t.ID)
	if err != nil || len(held) == 0 {
		return nil
	}
	return &Hurdle{TakesRole, fmt.Sprintf("the group gives the admin role %s, which who leaves it loses", strings.Join(held, ", ")), false}
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
