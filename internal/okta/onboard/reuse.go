package onboard

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"sallyport/internal/errs"
)

// existing finds the app of a label; empty where there is none.
func (m *maker) existing(ctx context.Context, label string) (clientApp, error) {
	var all []clientApp
	if err := m.api.call(ctx, http.MethodGet, "/api/v1/apps?limit=200&q="+url.QueryEscape(label), nil, &all); err != nil {
		return clientApp{}, fmt.Errorf("look for an app %q: %w", label, err)
	}
	for _, a := range all {
		if a.Label == label {
			return a, nil
		}
	}
	return clientApp{}, nil
}

// adopt takes an app that is there, and gives it another key. Its other keys stay
// good: whoever works by them goes on.
func (m *maker) adopt(ctx context.Context, a clientApp, made *Made) error {
	switch {
	case a.Settings.Client.Type != "service":
		return errs.New(errs.Conflict, "the app %q (%s) is no service app, and cannot be used: choose another name", a.Label, a.ID)
	case a.Status != "ACTIVE":
		return errs.New(errs.Conflict, "the app %q (%s) is %s: activate it, or choose another name", a.Label, a.ID, strings.ToLower(a.Status))
	}
	m.tell(PhaseApp, "use the app %q (%s), and give it the key %s", a.Label, a.ID, made.Key.ID)
	made.AppID, made.ClientID, made.Reused = a.ID, a.ID, true
	keys, err := m.keysOf(ctx, m.api, a.ID)
	if err != nil {
		return err
	}
	if err := m.journal.intend(entry{Kind: kindKey, App: a.ID, Label: made.Key.ID, Key: made.Key.ID}); err != nil {
		return err
	}
	var key clientKey
	if err := m.post(ctx, keysPath(a.ID), made.Key.public, &key); err != nil {
		return fmt.Errorf("give the app another key: %w", err)
	}
	for _, k := range keys {
		if k.active() {
			made.Notes = append(made.Notes, fmt.Sprintf("The app's key %s is still good, for where else it is used: delete it in the Admin Console if nobody works by it.", k.KeyID))
		}
	}
	return m.journal.made(key.ID)
}

// has reports which scopes an app that was there has been granted.
func (m *maker) has(ctx context.Context, path string, made *Made) (map[string]bool, error) {
	out := map[string]bool{}
	if !made.Reused {
		return out, nil
	}
	var all []struct {
		Scope string `json:"scopeId"`
	}
	if err := m.api.call(ctx, http.MethodGet, path, nil, &all); err != nil {
		return nil, fmt.Errorf("read what is granted: %w", err)
	}
	for _, g := range all {
		out[g.Scope] = true
	}
	return out, nil
}

// lacking returns the roles that an app does not have: of an app that was there, a
// role that was made for it counts by what its label begins with.
func (m *maker) lacking(ctx context.Context, want App, made *Made) ([]Role, error) {
	if !made.Reused {
		return want.Roles, nil
	}
	var has []assigned
	if err := m.api.call(ctx, http.MethodGet, "/oauth2/v1/clients/"+url.PathEscape(made.ClientID)+"/roles", nil, &has); err != nil {
		return nil, fmt.Errorf("read the roles of the app: %w", err)
	}
	return slices.DeleteFunc(slices.Clone(want.Roles), func(r Role) bool {
		return slices.ContainsFunc(has, func(a assigned) bool {
			if r.Standard != "" {
				return a.Type == r.Standard
			}
			return a.Type == "CUSTOM" && r.Base != "" && strings.HasPrefix(a.Label, r.Base)
		})
	}), nil
}
