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

// roles gives an app its admin roles.
func (m *maker) roles(ctx context.Context, want App, made *Made) error {
	lacks, err := m.lacking(ctx, want, made)
	if err != nil {
		return err
	}
	for _, r := range lacks {
		name, begun := r.Standard, len(m.journal.record.Entries)
		var err error
		if r.Standard != "" {
			m.tell(PhaseRoles, "give the app the role %s", r.Standard)
			err = m.assign(ctx, made, name, map[string]string{"type": r.Standard})
		} else {
			name = r.Label
			m.tell(PhaseRoles, "make the role %q", r.Label)
			err = m.custom(ctx, r, made)
		}
		switch {
		case err == nil:
			continue
		case r.Must || undecided(err):
			return fmt.Errorf("give the app the role %s: %w", name, err)
		}
		made.Refused = append(made.Refused, Refused{name, said(err)})
		if err := m.drop(ctx, begun); err != nil {
			return err
		}
	}
	return nil
}

// drop takes back what was made since the journal had some entries.
func (m *maker) drop(ctx context.Context, since int) error {
	for _, e := range slices.Backward(slices.Clone(m.journal.record.Entries[since:])) {
		if err := m.api.remove(ctx, e); err != nil {
			return err
		}
		if err := m.journal.not(); err != nil {
			return err
		}
	}
	return nil
}

// assign gives the app a role (POST /oauth2/v1/clients/{id}/roles).
func (m *maker) assign(ctx context.Context, made *Made, name string, body map[string]string) error {
	if err := m.journal.intend(entry{Kind: kindRole, App: made.AppID, Label: name}); err != nil {
		return err
	}
	var a assigned
	if err := m.post(ctx, "/oauth2/v1/clients/"+url.PathEscape(made.ClientID)+"/roles", body, &a); err != nil {
		return err
	}
	return m.journal.made(a.ID)
}

// custom makes a role and a set of what it is about, and gives it to the app. Of
// permissions that the org does not know it goes on with the first alone, which is
// the one that is wanted most.
func (m *maker) custom(ctx context.Context, r Role, made *Made) error {
	var role, set struct {
		ID string `json:"id"`
	}
	permissions := r.Permissions
	body := func() any {
		return map[string]any{"label": r.Label, "description": r.Description, "permissions": permissions}
	}
	err := m.one(ctx, entry{Kind: kindCustomRole, App: made.AppID, Label: r.Label}, "/api/v1/iam/roles", body(), &role.ID)
	if isStatus(err, http.StatusBadRequest) && !r.Must && len(permissions) > 1 {
		permissions = permissions[:1]
		made.Refused = append(made.Refused, Refused{strings.Join(r.Permissions[1:], ", "), said(err)})
		err = m.one(ctx, entry{Kind: kindCustomRole, App: made.AppID, Label: r.Label}, "/api/v1/iam/roles", body(), &role.ID)
	}
	if err != nil {
		return err
	}
	resources := make([]string, len(r.Resources))
	for i, res := range r.Resources {
		if res = strings.ReplaceAll(res, "{org}", m.tenant.ID); strings.HasPrefix(res, "/") {
			res = strings.TrimSuffix(m.tenant.Issuer, "/") + res
		}
		resources[i] = res
	}
	if err := m.one(ctx, entry{Kind: kindResourceSet, App: made.AppID, Label: r.Label}, "/api/v1/iam/resource-sets",
		map[string]any{"label": r.Label, "description": r.Description, "resources": resources}, &set.ID); err != nil {
		return err
	}
	return m.assign(ctx, made, r.Label, map[string]string{"type": "CUSTOM", "role": role.ID, "resource-set": set.ID})
}

// one makes something that has an id.
func (m *maker) one(ctx context.Context, e entry, path string, body any, id *string) error {
	if err := m.journal.intend(e); err != nil {
		return err
	}
	var made struct {
		ID string `json:"id"`
	}
	if err := m.post(ctx, path, body, &made); err != nil {
		return err
	}
	*id = made.ID
	return m.journal.made(made.ID)
}

// onlyThese takes from the app what roles it has besides those that were given: an
// org may make every new app a super administrator.
func (m *maker) onlyThese(ctx context.Context, _ App, made *Made) error {
	if made.Reused { // what it had somebody gave it
		return nil
	}
	path := "/oauth2/v1/clients/" + url.PathEscape(made.ClientID) + "/roles"
	var has []assigned
	if err := m.api.call(ctx, http.MethodGet, path, nil, &has); err != nil {
		return fmt.Errorf("read the roles of the app: %w", err)
	}
	given := map[string]bool{}
	for _, e := range m.journal.record.Entries {
		if e.Kind == kindRole && e.App == made.AppID {
			given[e.ID] = true
		}
	}
	for _, a := range has {
		if given[a.ID] {
			delete(given, a.ID)
			continue
		}
		if err := m.api.call(ctx, http.MethodDelete, path+"/"+url.PathEscape(a.ID), nil, nil); err != nil && !isStatus(err, http.StatusNotFound) {
			return fmt.Errorf("take the role %s from the app, which nobody gave it: %w", a.Label, err)
		}
		made.Notes = append(made.Notes, fmt.Sprintf("The org had given the app the role %s; it was taken away again.", a.Label))
	}
	if len(given) > 0 {
		return errs.New(errs.Unavailable, "give the app its roles: Okta took %d of them and does not show them", len(given))
	}
	return nil
}
