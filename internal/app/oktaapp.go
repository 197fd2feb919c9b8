package app

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"sallyport/internal/egress"
	"sallyport/internal/errs"
	"sallyport/internal/portal"
)

// OktaApp says how the application in Okta is to be.
type OktaApp struct {
	URL    string // of the Okta org
	Token  string // an API token of it, or an access token with okta.apps.manage
	Bearer bool   // it is an access token
	Label  string
	Groups string   // regular expression for the names of groups that are sent; empty is all
	Assign []string // names of groups whose people get the application
}

// MadeApp is the application as it is now.
type MadeApp struct {
	ID          string
	MetadataURL string
	New         bool // it was made, not changed
	Assigned    int  // groups that were assigned to it
}

// oktaBody bounds an answer of Okta, in bytes.
const oktaBody = 8 << 20

// SetUpOktaApp makes the SAML application of an organization in Okta, or sets one
// right that is of the same single sign-on URL.
func (c *Core) SetUpOktaApp(ctx context.Context, sp portal.ServiceProvider, o OktaApp) (MadeApp, error) {
	networks, err := c.Config.Networks()
	if err != nil {
		return MadeApp{}, err
	}
	base, err := url.Parse(o.URL)
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return MadeApp{}, errs.New(errs.Invalid, "%q is no URL of an Okta org", o.URL)
	}
	k := &oktaClient{o: o, base: base.Scheme + "://" + base.Host, http: egress.New(egress.Options{Allow: networks, UserAgent: "Sallyport"}).Client(egress.ClientOptions{Body: oktaBody})}
	want := oktaSettings(sp, o)
	groups, err := k.groups(ctx, o.Assign)
	if err != nil {
		return MadeApp{}, err
	}
	id, err := k.find(ctx, sp.ACS)
	if err != nil {
		return MadeApp{}, err
	}
	method, path := http.MethodPost, "/api/v1/apps"
	if id != "" {
		method, path = http.MethodPut, "/api/v1/apps/"+id
	}
	var made oktaAnswer
	if err := k.call(ctx, method, path, want, &made); err != nil {
		return MadeApp{}, fmt.Errorf("set the application up: %w", err)
	}
	out := MadeApp{ID: made.ID, MetadataURL: made.Links.Metadata.Href, New: id == ""}
	if len(made.ID) > 3 { // with it the metadata is there for everybody, without a token
		out.MetadataURL = k.base + "/app/exk" + strings.TrimPrefix(made.ID, "0oa") + "/sso/saml/metadata"
	}
	for _, g := range groups {
		if err := k.call(ctx, http.MethodPut, "/api/v1/apps/"+made.ID+"/groups/"+g, map[string]any{}, nil); err != nil {
			return out, fmt.Errorf("assign groups to the application, which is there now (do it again, or by hand): %w", err)
		}
		out.Assigned++
	}
	return out, nil
}

// oktaAnswer is what is read of an application.
type oktaAnswer struct {
	ID    string `json:"id"`
	Links struct {
		Metadata struct {
			Href string `json:"href"`
		} `json:"metadata"`
	} `json:"_links"`
	Settings struct {
		SignOn struct {
			ACS string `json:"ssoAcsUrl"`
		} `json:"signOn"`
	} `json:"settings"`
}

// oktaSettings is the application as the wizard makes it, with the values of the
// organization filled in.
func oktaSettings(sp portal.ServiceProvider, o OktaApp) map[string]any {
	filter := o.Groups
	if filter == "" {
		filter = ".*"
	}
	const plain = "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"
	text := func(name, of string) map[string]any {
		return map[string]any{"type": "EXPRESSION", "name": name, "namespace": plain, "values": []string{of}}
	}
	return map[string]any{"label": o.Label, "signOnMode": "SAML_2_0", "settings": map[string]any{"signOn": map[string]any{
		"ssoAcsUrl": sp.ACS, "audience": sp.EntityID, "recipient": sp.ACS, "destination": sp.ACS, "subjectNameIdTemplate": "${user.userName}",
		"subjectNameIdFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified", "responseSigned": true, "assertionSigned": true, "signatureAlgorithm": "RSA_SHA256", "digestAlgorithm": "SHA256",
		"honorForceAuthn": true, "authnContextClassRef": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport", "requestCompressed": false, "allowMultipleAcsEndpoints": false,
		"slo":            map[string]any{"enabled": true, "issuer": sp.EntityID, "logoutUrl": sp.SLO},
		"participateSlo": map[string]any{"enabled": true, "logoutRequestUrl": sp.SLO, "sessionIndexRequired": true, "bindingType": "POST"},
		"spCertificate":  map[string]any{"x5c": []string{base64.StdEncoding.EncodeToString(sp.Certificate)}},
		"attributeStatements": []any{
			text("firstName", "user.firstName"), text("lastName", "user.lastName"), text("email", "user.email"),
			map[string]any{"type": "GROUP", "name": portal.DefaultGroupsAttribute, "namespace": plain, "filterType": "REGEX", "filterValue": filter},
		},
	}}}
}

// oktaClient asks Okta's API.
type oktaClient struct {
	o    OktaApp
	base string
	http *http.Client
}

// find returns the id of the application that has a single sign-on URL, if there
// is one.
func (k *oktaClient) find(ctx context.Context, acs string) (string, error) {
	var all []oktaAnswer
	if err := k.call(ctx, http.MethodGet, "/api/v1/apps?limit=200&q="+url.QueryEscape(k.o.Label), nil, &all); err != nil {
		return "", fmt.Errorf("look for the application: %w", err)
	}
	for _, a := range all {
		if a.Settings.SignOn.ACS == acs {
			return a.ID, nil
		}
	}
	return "", nil
}

// groups finds the ids of groups by their whole names.
func (k *oktaClient) groups(ctx context.Context, names []string) ([]string, error) {
	type group struct {
		ID      string `json:"id"`
		Profile struct {
			Name string `json:"name"`
		} `json:"profile"`
	}
	var ids []string
	for _, name := range names {
		var all []group
		if err := k.call(ctx, http.MethodGet, "/api/v1/groups?limit=200&q="+url.QueryEscape(name), nil, &all); err != nil {
			return nil, fmt.Errorf("look for the group %q: %w", name, err)
		}
		i := slices.IndexFunc(all, func(g group) bool { return g.Profile.Name == name })
		if i < 0 {
			return nil, errs.New(errs.NotFound, "the org has no group %q: nothing was changed", name)
		}
		ids = append(ids, all[i].ID)
	}
	return ids, nil
}

func (k *oktaClient) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, k.base+path, body)
	if err != nil {
		return err
	}
	kind := "SSWS "
	if k.o.Bearer {
		kind = "Bearer "
	}
	req.Header.Set("Authorization", kind+k.o.Token)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	resp, err := k.http.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		var said struct {
			Summary string `json:"errorSummary"`
		}
		_ = json.Unmarshal(text, &said) // what is no JSON says nothing
		return errs.New(errs.Denied, "okta answers %s: %.300s", resp.Status, said.Summary)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}
