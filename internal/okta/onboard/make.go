package onboard

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"sallyport/internal/errs"
)

// maker makes apps, and writes down what it makes.
type maker struct {
	*Setup

	api     *client
	journal *journal
	tenant  Tenant
}

// app makes an app and sees it work.
func (m *maker) app(ctx context.Context, want App) (Made, error) {
	m.tell(PhaseKey, "make a key pair for %q", want.Label)
	key, err := NewKey(want.Key)
	if err != nil {
		return Made{}, err
	}
	made := Made{Label: want.Label, Key: key, Notes: slices.Clone(m.tenant.Notes)}
	for _, step := range []func(context.Context, App, *Made) error{m.create, m.zone, m.grant, m.roles, m.onlyThese, m.share, m.prove} {
		if err := step(ctx, want, &made); err != nil {
			return made, err
		}
	}
	return made, nil
}

// creation is the body of POST /api/v1/apps for a service app.
func creation(want App, key *Key, from *network) any {
	type object = map[string]any
	body := object{
		"name": "oidc_client", "label": want.Label, "signOnMode": "OPENID_CONNECT",
		"credentials": object{"oauthClient": object{"token_endpoint_auth_method": "private_key_jwt", "autoKeyRotation": true}}, //nolint:gosec // the name of a method, not a secret
		"settings": object{"oauthClient": object{
			"application_type": "service", "grant_types": []string{"client_credentials"}, "response_types": []string{"token"},
			"dpop_bound_access_tokens": want.DPoP, "jwks": object{"keys": []json.RawMessage{key.public}},
		}},
	}
	if from != nil {
		body["settings"].(object)["oauthClient"].(object)["network"] = from //nolint:forcetypeassert // as it is written above
	}
	return body
}

func (m *maker) create(ctx context.Context, want App, made *Made) error {
	if want.Reuse {
		if there, err := m.existing(ctx, want.Label); err != nil || there.ID != "" {
			if err != nil {
				return err
			}
			return m.adopt(ctx, there, made)
		}
	}
	from, err := m.network(ctx, want)
	if err != nil {
		return err
	}
	m.tell(PhaseApp, "create the app %q", want.Label)
	if err := m.journal.intend(entry{Kind: kindApp, Label: want.Label, Key: made.Key.ID}); err != nil {
		return err
	}
	var app struct {
		ID          string `json:"id"`
		Credentials struct {
			Client struct {
				ID string `json:"client_id"`
			} `json:"oauthClient"`
		} `json:"credentials"`
	}
	if err := m.post(ctx, "/api/v1/apps", creation(want, made.Key, from), &app); err != nil {
		if isStatus(err, http.StatusBadRequest, http.StatusConflict) && strings.Contains(said(err), "already exists") {
			return m.taken(ctx, want.Label, err)
		}
		return fmt.Errorf("create the app: %w", err)
	}
	if err := m.journal.made(app.ID); err != nil {
		return err
	}
	if made.AppID, made.ClientID = app.ID, app.Credentials.Client.ID; app.ID == "" || made.ClientID != app.ID {
		return errs.New(errs.Unavailable, "create the app: Okta answered with the app %q and the client %q, which are one where none was named", app.ID, made.ClientID)
	}
	return nil
}

// taken says that there is something of an app's name already, and what can be done.
func (m *maker) taken(ctx context.Context, label string, err error) error {
	there, look := m.existing(ctx, label)
	if look == nil && there.Settings.Client.Type == "service" {
		return errs.Wrap(errs.Conflict, err, "the org has the service app %q (%s) already: use it again (--reuse), which gives it another key, or choose another name (--label)", label, there.ID)
	}
	return errs.Wrap(errs.Conflict, err, "the org has something of the name %q already: choose another name for the app, or delete that one if nothing uses it", label)
}

// post makes a request that makes something, which the journal's last entry is of.
// What was refused was not made.
func (m *maker) post(ctx context.Context, path string, in, out any) error {
	err := m.api.call(ctx, http.MethodPost, path, in, out)
	if err != nil && !undecided(err) {
		if err := m.journal.not(); err != nil {
			return err
		}
	}
	return err
}

// grant grants the scopes one by one: what the org does not know is gone on
// without. What is counted as granted is what the org says afterwards.
func (m *maker) grant(ctx context.Context, want App, made *Made) error {
	path := "/api/v1/apps/" + url.PathEscape(made.AppID) + "/grants"
	has, err := m.has(ctx, path, made)
	if err != nil {
		return err
	}
	for i, scope := range want.Scopes {
		if has[scope.Name] {
			continue
		}
		m.tell(PhaseScopes, "grant %s (%d of %d)", scope.Name, i+1, len(want.Scopes))
		if err := m.journal.intend(entry{Kind: kindGrant, App: made.AppID, Label: scope.Name}); err != nil {
			return err
		}
		var g struct {
			ID string `json:"id"`
		}
		err := m.post(ctx, path, map[string]string{"scopeId": scope.Name, "issuer": m.tenant.Issuer}, &g)
		switch {
		case isStatus(err, http.StatusBadRequest) && !scope.Must:
			made.Refused = append(made.Refused, Refused{scope.Name, said(err)})
			continue
		case err != nil:
			return fmt.Errorf("grant %s: %w", scope.Name, err)
		}
		if err := m.journal.made(g.ID); err != nil {
			return err
		}
	}
	return m.granted(ctx, path, want, made)
}

func (m *maker) granted(ctx context.Context, path string, want App, made *Made) error {
	var all []struct {
		Scope string `json:"scopeId"`
	}
	if err := m.api.call(ctx, http.MethodGet, path, nil, &all); err != nil {
		return fmt.Errorf("read what was granted: %w", err)
	}
	has := map[string]bool{}
	for _, g := range all {
		has[g.Scope] = true
	}
	for _, scope := range want.Scopes {
		switch {
		case has[scope.Name]:
			made.Granted = append(made.Granted, scope.Name)
		case scope.Must:
			return errs.New(errs.Unavailable, "grant %s: Okta took it, and does not show it", scope.Name)
		case !slices.ContainsFunc(made.Refused, func(r Refused) bool { return r.Name == scope.Name }):
			made.Refused = append(made.Refused, Refused{scope.Name, "Okta took it, and does not show it"})
		}
	}
	return nil
}
