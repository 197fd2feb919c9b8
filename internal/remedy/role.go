package remedy

import (
	"context"
	"errors"
	"slices"

	"sallyport/internal/connector"
	"sallyport/internal/value"
)

const superAdmin = "SUPER_ADMIN"

// roles returns the active admin roles of a user, a group or an app, by type: as Okta
// says, or, where it does not let the connection see them, as they were last read.
func (w *watch) roles(ctx context.Context, kind, id string) ([]string, error) {
	v, err := w.read(ctx, rolesOf(kind)+id+"/roles", true)
	if err != nil {
		if w.admins == nil || missing(err) {
			return nil, err
		}
		held, known, also := w.admins.Roles(ctx, w.conn.Org, w.conn.ID, kind, id)
		if also != nil || !known {
			return nil, errors.Join(err, also)
		}
		return held, nil
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

// rolesOf is below which path the things of a kind are that have roles; empty where
// they have none.
func rolesOf(kind string) string {
	return map[string]string{"user": "/api/v1/users/", "group": "/api/v1/groups/", "app": "/oauth2/v1/clients/"}[kind]
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
		held, err := w.roles(ctx, t.Type, t.ID)
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

// superAdmins returns the ids of the super admins that can sign in: as Okta says, or
// as they were last read.
func (w *watch) superAdmins(ctx context.Context) (map[string]bool, error) {
	out, err := w.superAdminsNow(ctx)
	if err == nil || w.admins == nil {
		return out, err
	}
	out, known, also := w.admins.SuperAdmins(ctx, w.conn.Org, w.conn.ID)
	if also != nil || !known {
		return nil, errors.Join(err, also)
	}
	return out, nil
}

func (w *watch) superAdminsNow(ctx context.Context) (map[string]bool, error) {
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
			held, err := w.roles(ctx, "user", id)
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
