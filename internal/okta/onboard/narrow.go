package onboard

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"sallyport/internal/errs"
)

// network is from where an app's tokens may be asked for and used: the field
// settings.oauthClient.network of an app.
type network struct {
	Connection string   `json:"connection"` // ANYWHERE or ZONE
	Include    []string `json:"include,omitempty"`
	Exclude    []string `json:"exclude,omitempty"`
}

// network returns the one that an app is wanted for; nil for anywhere. Zones are
// found by id or name.
func (m *maker) network(ctx context.Context, want App) (*network, error) {
	if len(want.Zones) == 0 {
		return nil, nil
	}
	var all []struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		Status string `json:"status"`
	}
	if err := m.api.call(ctx, http.MethodGet, "/api/v1/zones?limit=200", nil, &all); err != nil {
		return nil, fmt.Errorf("read the network zones: %w", err)
	}
	out := &network{Connection: "ZONE"}
	names := map[string]bool{}
	for _, name := range want.Zones {
		found := ""
		for _, z := range all {
			names[z.Name] = true
			if z.ID == name || strings.EqualFold(z.Name, name) {
				found = z.ID
				if z.Status != "ACTIVE" {
					return nil, errs.New(errs.Invalid, "the network zone %q is not active", z.Name)
				}
			}
		}
		if found == "" {
			return nil, errs.New(errs.NotFound, "the org has no network zone %q: there is %s", name, strings.Join(slices.Sorted(maps.Keys(names)), ", "))
		}
		out.Include = append(out.Include, found)
	}
	return out, nil
}

// zone narrows an app that was there to zones; a new one is made so.
func (m *maker) zone(ctx context.Context, want App, made *Made) error {
	to, err := m.network(ctx, want)
	if err != nil || to == nil || !made.Reused {
		return err
	}
	m.tell(PhaseApp, "narrow the app to the zones %s", strings.Join(want.Zones, ", "))
	err = m.api.setNetwork(ctx, made.AppID, to, func(was json.RawMessage) error {
		return m.journal.intend(entry{Kind: kindNetwork, App: made.AppID, Label: string(was)})
	})
	if err != nil {
		return fmt.Errorf("narrow the app to its zones: %w", err)
	}
	return m.journal.made(made.AppID)
}

// setNetwork replaces from where an app may be used (PUT /api/v1/apps/{id}); nil is
// what an app has of whom nobody said. before is told what it was.
func (c *client) setNetwork(ctx context.Context, app string, to any, before func(was json.RawMessage) error) error {
	type object = map[string]any
	path := "/api/v1/apps/" + url.PathEscape(app)
	var body object
	if err := c.call(ctx, http.MethodGet, path, nil, &body); err != nil {
		return err
	}
	settings, _ := body["settings"].(object)
	of, _ := settings["oauthClient"].(object)
	if of == nil {
		return errs.New(errs.Invalid, "the app %s is no OAuth client", app)
	}
	was, err := json.Marshal(of["network"])
	if err != nil {
		return err
	}
	if before != nil {
		if err := before(was); err != nil {
			return err
		}
	}
	of["network"] = to
	if to == nil {
		delete(of, "network")
	}
	for _, field := range []string{"_links", "_embedded", "id", "orn", "created", "lastUpdated", "status", "features"} {
		delete(body, field)
	}
	return c.call(ctx, http.MethodPut, path, body, nil)
}

// restoreNetwork makes from where an app may be used what it was.
func (c *client) restoreNetwork(ctx context.Context, e entry) error {
	var to any
	if err := json.Unmarshal([]byte(e.Label), &to); err != nil {
		return fmt.Errorf("read what the app had: %w", err)
	}
	err := c.setNetwork(ctx, e.App, to, nil)
	if isStatus(err, http.StatusNotFound) {
		return nil
	}
	return err
}

// principalLimits is where Okta keeps the shares of rate limits.
const principalLimits = "/api/v1/principal-rate-limits"

// share sets how much of each rate limit the app may take. Okta has no way to delete
// that: it goes with the app. What the org does not let be set is gone on without.
func (m *maker) share(ctx context.Context, want App, made *Made) error {
	if want.Share == 0 {
		return nil
	}
	m.tell(PhaseApp, "let the app take %d %% of each rate limit", want.Share)
	filter := url.QueryEscape(fmt.Sprintf("principalType eq %q and principalId eq %q", "OAUTH_CLIENT", made.ClientID))
	var all []struct {
		ID        string `json:"id"`
		Principal string `json:"principalId"`
	}
	err := m.api.call(ctx, http.MethodGet, principalLimits+"?filter="+filter, nil, &all)
	if err == nil {
		method, path := http.MethodPost, principalLimits
		for _, l := range all {
			if l.Principal == made.ClientID {
				method, path = http.MethodPut, principalLimits+"/"+url.PathEscape(l.ID)
			}
		}
		err = m.api.call(ctx, method, path, map[string]any{
			"principalId": made.ClientID, "principalType": "OAUTH_CLIENT", "defaultPercentage": want.Share, "defaultConcurrencyPercentage": want.Share,
		}, nil)
	}
	if err != nil && undecided(err) {
		return fmt.Errorf("set the app's share of the rate limits: %w", err)
	}
	if err != nil {
		made.Refused = append(made.Refused, Refused{fmt.Sprintf("%d %% of the rate limits", want.Share), said(err)})
	}
	return nil
}
