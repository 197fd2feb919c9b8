package onboard

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"sallyport/internal/errs"
)

// superAdmin is the role that alone may grant scopes of Okta's API to an app.
const superAdmin = "SUPER_ADMIN"

// look finds out which org it is and whose token was lent, and refuses what would
// fail later.
func (s *Setup) look(ctx context.Context, k *client) (Tenant, error) {
	s.tell(PhaseLook, "look at %s", s.Org)
	var org struct {
		ID    string `json:"id"`
		Links struct {
			Organization struct {
				Href string `json:"href"`
			} `json:"organization"`
		} `json:"_links"`
	}
	if err := k.call(ctx, http.MethodGet, "/.well-known/okta-organization", nil, &org); err != nil {
		return Tenant{}, fmt.Errorf("is %s an Okta org: %w", s.Org, err)
	}
	t := Tenant{ID: org.ID, Issuer: org.Links.Organization.Href}
	if t.Issuer == "" {
		t.Issuer = s.Org
	}
	var me struct {
		ID      string `json:"id"`
		Profile struct {
			Login string `json:"login"`
		} `json:"profile"`
	}
	if err := k.call(ctx, http.MethodGet, "/api/v1/users/me", nil, &me); err != nil {
		if isStatus(err, http.StatusUnauthorized) {
			return t, errs.Wrap(errs.Denied, err, "%s does not take the token: it is wrong, expired, revoked, or not for this address", s.Org)
		}
		return t, fmt.Errorf("whose token is it: %w", err)
	}
	t.Login = me.Profile.Login
	var roles []assigned
	if err := k.call(ctx, http.MethodGet, "/api/v1/users/"+url.PathEscape(me.ID)+"/roles", nil, &roles); err != nil && !isStatus(err, http.StatusForbidden) {
		return t, fmt.Errorf("which roles has %s: %w", t.Login, err)
	}
	if !slices.ContainsFunc(roles, func(r assigned) bool { return r.Type == superAdmin }) {
		return t, errs.New(errs.Denied, "the token is of %s, who is no super administrator: only one may grant scopes of Okta's API to an app. Nothing was made", t.Login)
	}
	return t, s.lookPrivileges(ctx, k, &t)
}

// lookPrivileges warns where every new app becomes a super administrator.
func (s *Setup) lookPrivileges(ctx context.Context, k *client, t *Tenant) error {
	var all struct {
		On bool `json:"clientPrivilegesSetting"`
	}
	err := k.call(ctx, http.MethodGet, "/api/v1/org/settings/clientPrivilegesSetting", nil, &all)
	if all.On {
		t.Notes = append(t.Notes, "The org makes every new app of the type API Services a super administrator (Settings > Account > Public client app admins). Switch that off: it reaches the new app, too.")
	}
	if _, ok := refused(err); ok { // not every org has the setting
		return nil
	}
	return err
}

// assigned is an admin role that somebody has.
type assigned struct {
	ID    string `json:"id"`
	Type  string `json:"type"`
	Label string `json:"label"`
}
