package scimclient

import (
	"context"
	"errors"
	"net/http"
)

// Group is a group that is pushed.
type Group struct {
	ID, Name string
	Members  []Member // all who have the app
}

// Member is a user of Okta who is in a group.
type Member struct{ ID, Name string }

// value is a member as it stands in a body.
type value struct {
	Value   string `json:"value"`
	Display string `json:"display,omitempty"`
}

// members returns who of a group has an account at the server.
func (g Group) members(l *Links) []value {
	out := []value{}
	for _, m := range g.Members {
		if link, ok := l.Get(m.ID); ok && !link.Inactive {
			out = append(out, value{link.ID, m.Name})
		}
	}
	return out
}

// PushGroup makes a group, or takes over the one of the same name, and pushes
// who is in it.
func (c *Client) PushGroup(ctx context.Context, s Server, l *Links, g Group) error {
	link, linked := l.Get(g.ID)
	if !linked {
		got, found, err := c.find(ctx, s, "/Groups", "displayName", g.Name)
		if err != nil {
			return err
		}
		if !found {
			body := map[string]any{"schemas": []any{schemaGroup}, "displayName": g.Name, "members": []any{}}
			if got, err = c.call(ctx, s, http.MethodPost, "/Groups", body); err != nil {
				return err
			}
		}
		if link.ID, err = idOf(got); err != nil {
			return err
		}
		l.set(g.ID, link)
	}
	if !s.Catalogue {
		return c.putGroup(ctx, s, l, g, link.ID)
	}
	return c.patch(ctx, s, at("/Groups", link.ID), operation{Op: "replace", Path: "members", Value: g.members(l)})
}

// putGroup sends a group whole.
func (c *Client) putGroup(ctx context.Context, s Server, l *Links, g Group, id string) error {
	_, err := c.call(ctx, s, http.MethodPut, at("/Groups", id), map[string]any{
		"schemas": []any{schemaGroup}, "id": id, "displayName": g.Name, "members": g.members(l),
	})
	return err
}

// Membership is who joined and left a group, by ids in Okta.
type Membership struct{ Joined, Left []Member }

// ChangeMembers pushes that people joined and left a group.
func (c *Client) ChangeMembers(ctx context.Context, s Server, l *Links, g Group, m Membership) error {
	link, linked := l.Get(g.ID)
	switch {
	case !linked:
		return c.PushGroup(ctx, s, l, g)
	case !s.Catalogue:
		return c.putGroup(ctx, s, l, g, link.ID)
	case len(g.members(l)) == 0:
		return c.patch(ctx, s, at("/Groups", link.ID), operation{Op: "replace", Path: "members", Value: []value{}})
	}
	ops := []operation{{Op: "replace", Value: map[string]any{"id": link.ID, "displayName": g.Name}}}
	for _, x := range m.Left {
		if who, ok := l.Get(x.ID); ok {
			ops = append(ops, operation{Op: "remove", Path: `members[value eq "` + who.ID + `"]`})
		}
	}
	if joined := (Group{Members: m.Joined}).members(l); len(joined) > 0 {
		ops = append(ops, operation{Op: "add", Path: "members", Value: joined})
	}
	return c.patch(ctx, s, at("/Groups", link.ID), ops...)
}

// RenameGroup pushes a group's new name.
func (c *Client) RenameGroup(ctx context.Context, s Server, l *Links, g Group) error {
	link, linked := l.Get(g.ID)
	switch {
	case !linked:
		return c.PushGroup(ctx, s, l, g)
	case !s.Catalogue:
		return c.putGroup(ctx, s, l, g, link.ID)
	}
	return c.patch(ctx, s, at("/Groups", link.ID), operation{Op: "replace", Value: map[string]any{"id": link.ID, "displayName": g.Name}})
}

// DeleteGroup deletes a group at the server.
func (c *Client) DeleteGroup(ctx context.Context, s Server, l *Links, g Group) error {
	link, linked := l.Get(g.ID)
	if !linked {
		return nil
	}
	if _, err := c.call(ctx, s, http.MethodDelete, at("/Groups", link.ID), nil); err != nil && !errors.Is(err, errNotFound) {
		return err
	}
	l.Drop(g.ID)
	return nil
}
