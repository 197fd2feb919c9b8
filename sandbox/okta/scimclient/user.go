package scimclient

import (
	"context"
	"net/http"
)

// User is what Okta knows of somebody who has an app.
type User struct {
	ID                                             string // in Okta
	UserName, GivenName, FamilyName, Display, Mail string
	Locale                                         string
	Password                                       string // that nobody knows, for a new account
}

// Push gives somebody an account, or takes over the one of the same name.
// Whether there was one is returned.
func (c *Client) Push(ctx context.Context, s Server, l *Links, u User) (found bool, err error) {
	was, found, err := c.find(ctx, s, "/Users", "userName", u.UserName)
	if err != nil {
		return false, err
	}
	if !found {
		return false, c.create(ctx, s, l, u)
	}
	id, err := idOf(was)
	if err != nil {
		return true, err
	}
	if s.Catalogue && was["active"] != true {
		if err := c.patchActive(ctx, s, id, true); err != nil {
			return true, err
		}
	}
	if err := c.replace(ctx, s, id, u.into(true)); err != nil {
		return true, err
	}
	l.set(u.ID, Link{ID: id})
	return true, nil
}

func (c *Client) create(ctx context.Context, s Server, l *Links, u User) error {
	body := map[string]any{"schemas": []any{schemaUser}, "externalId": u.ID, "groups": []any{}, "password": u.Password}
	u.into(true)(body)
	made, err := c.call(ctx, s, http.MethodPost, "/Users", body)
	if err != nil {
		return err
	}
	id, err := idOf(made)
	if err != nil {
		return err
	}
	l.set(u.ID, Link{ID: id})
	return nil
}

// into returns what changes an object into the user.
func (u User) into(active bool) func(map[string]any) {
	return func(body map[string]any) {
		body["userName"], body["displayName"], body["active"] = u.UserName, u.Display, active
		name, _ := body["name"].(map[string]any)
		if name == nil {
			name = map[string]any{}
		}
		name["givenName"], name["familyName"] = u.GivenName, u.FamilyName
		delete(name, "formatted") // it would say the old name
		body["name"] = name
		body["emails"] = []any{map[string]any{"primary": true, "value": u.Mail, "type": "work"}}
		if u.Locale != "" {
			body["locale"] = u.Locale
		}
	}
}

// Update pushes a profile. Who has no account there gets one; who was
// deactivated there is left alone.
func (c *Client) Update(ctx context.Context, s Server, l *Links, u User) error {
	link, linked := l.Get(u.ID)
	switch {
	case !linked:
		_, err := c.Push(ctx, s, l, u)
		return err
	case link.Inactive:
		return nil
	}
	return c.replace(ctx, s, link.ID, u.into(true))
}

// Deactivate deactivates an account: it is never deleted.
func (c *Client) Deactivate(ctx context.Context, s Server, l *Links, u User) error {
	link, linked := l.Get(u.ID)
	if !linked || link.Inactive {
		return nil
	}
	var err error
	if s.Catalogue {
		err = c.patchActive(ctx, s, link.ID, false)
	} else {
		err = c.replace(ctx, s, link.ID, func(body map[string]any) { body["active"] = false })
	}
	if err != nil {
		return err
	}
	link.Inactive = true
	l.set(u.ID, link)
	return nil
}

// replace sends an object back as the server has it, but for some changes.
func (c *Client) replace(ctx context.Context, s Server, id string, change func(map[string]any)) error {
	body, err := c.call(ctx, s, http.MethodGet, at("/Users", id), nil)
	if err != nil {
		return err
	}
	if _, err := idOf(body); err != nil {
		return err
	}
	change(body)
	_, err = c.call(ctx, s, http.MethodPut, at("/Users", id), body)
	return err
}

func (c *Client) patchActive(ctx context.Context, s Server, id string, active bool) error {
	return c.patch(ctx, s, at("/Users", id), operation{Op: "replace", Value: map[string]any{"active": active}})
}

// operation is one of a PATCH (RFC 7644 section 3.5.2).
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path,omitempty"`
	Value any    `json:"value,omitempty"`
}

func (c *Client) patch(ctx context.Context, s Server, path string, ops ...operation) error {
	_, err := c.call(ctx, s, http.MethodPatch, path, map[string]any{"schemas": []any{schemaPatch}, "Operations": ops})
	return err
}
