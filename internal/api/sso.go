package api

import (
	"context"
	"net/http"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/portal"
)

var (
	_ = add("GET /api/v1/sso", portal.SSORead, doc{
		Summary: "Single sign-on: what Okta is told, what is in force, and the draft", Help: "Where there is no draft, the one that is shown is what is in force; where nothing ever was, all members are exempt in it.",
	}, getSSO)
	_ = add("PUT /api/v1/sso/draft", portal.SSOWrite, doc{
		Summary: "Set the draft of single sign-on", Help: "Nothing of it is in force before it was tested and saved. Metadata comes pasted, or is fetched from its URL now; with neither the draft keeps what it has. What is wrong is told by field.", Max: 2 << 20,
	}, putSSODraft)
	_ = add("DELETE /api/v1/sso/draft", portal.SSOWrite, doc{Summary: "Drop the draft"}, dropSSODraft)
	_ = add("POST /api/v1/sso/save", portal.SSOWrite, doc{
		Summary: "Put the draft in force", Help: "Who saves is a Full Admin with a password and on the exempt list, and their last test, of this very draft and within fifteen minutes, signed in a Full Admin. A conflict says all that is missing. " +
			"An exempt Full Admin may do without the test; the audit log says so. From then on passwords open the organization to exempt members alone.", Fresh: true,
	}, saveSSO)
	_ = add("POST /api/v1/sso/disable", portal.SSOWrite, doc{Summary: "Switch single sign-on off", Help: "For a Full Admin. Passwords hold again for everybody, and sessions that Okta opened end.", Status: http.StatusNoContent, Fresh: true}, disableSSO)
	_ = add("POST /api/v1/sso/refresh", portal.SSOWrite, doc{
		Summary: "Fetch the metadata that is in force from its URL again", Help: "That is done every hour by itself. Where it fails the last good copy stays in force, and the error is shown.",
	}, refreshSSO)
	_ = add("POST /api/v1/sso/tests", portal.SSOWrite, doc{
		Summary: "Begin a test of the draft", Help: "Open the answer's url in a new window: it leads to Okta and back to a page that says to close it. Then ask for the test until it has ended.", Status: http.StatusCreated,
	}, newSSOTest)
	_ = add("GET /api/v1/sso/tests", portal.SSORead, doc{Summary: "The last tests of drafts, the newest first"}, listSSOTests)
	_ = add("GET /api/v1/sso/tests/{test}", portal.SSORead, doc{Summary: "What a test came to"}, getSSOTest)
	_ = add("GET /api/v1/sso/traces", portal.SSORead, doc{Summary: "Sign-ins that were refused, the newest first", Help: "Each with the check that failed. Who was refused was shown the code. The last 500 are kept."}, listTraces)
)

// SSO is single sign-on of the organization.
type SSO struct {
	ServiceProvider ServiceProvider `json:"serviceProvider"`
	Enabled         bool            `json:"enabled"`
	Live            *SSOSettings    `json:"live,omitempty" doc:"what is in force, or was until it was switched off"`
	Draft           SSOSettings     `json:"draft"`
	DraftStored     bool            `json:"draftStored" doc:"somebody set the draft; else it is what is in force, or a proposal"`
	DraftHash       string          `json:"draftHash" doc:"tells drafts apart; give it when saving"`
	Problems        []SSOProblem    `json:"problems" doc:"of the draft, were it saved by who asks"`
	Warnings        []SSOProblem    `json:"warnings" doc:"of what is in force"`
	Refresh         *SSORefresh     `json:"refresh,omitempty" doc:"how fetching the metadata in force goes, where it has a URL"`
	UpdatedAt       time.Time       `json:"updatedAt,omitzero" doc:"when what is in force was saved"`
}

// ServiceProvider is what is entered in Okta.
type ServiceProvider struct {
	ACSURL        string `json:"acsUrl" doc:"Single sign-on URL"`
	EntityID      string `json:"entityId" doc:"Audience URI (SP Entity ID)"`
	MetadataURL   string `json:"metadataUrl" doc:"our metadata, for download"`
	LogoutURL     string `json:"logoutUrl" doc:"Single Logout URL"`
	RevocationURL string `json:"revocationUrl" doc:"Universal Logout: the endpoint for global token revocation"`
	StartURL      string `json:"startUrl" doc:"where a sign-in of the organization begins, for bookmarks"`
	Fingerprint   string `json:"fingerprint" doc:"of the certificate that our requests are signed with, SHA-256"`
}

// SSOSettings are how the organization signs in.
type SSOSettings struct {
	MetadataURL      string            `json:"metadataUrl" doc:"empty where the metadata was pasted"`
	Metadata         string            `json:"metadata" doc:"XML; empty where there is none"`
	IdentityProvider *IdentityProvider `json:"identityProvider,omitempty" doc:"what the metadata says"`
	GroupsAttribute  string            `json:"groupsAttribute"`
	Roles            []RoleGroups      `json:"roles" doc:"all roles of the organization, each with the groups that give it; a role without a group is granted to nobody who comes through Okta"`
	Exempt           []Person          `json:"exempt" doc:"who may use a password although everybody else may not"`
}

// RoleGroups are the groups that give a role.
type RoleGroups struct {
	Role   string   `json:"role" doc:"id"`
	Name   string   `json:"name"`
	Groups []string `json:"groups" doc:"names of Okta groups, letter by letter"`
}

// IdentityProvider is what metadata says of the identity provider.
type IdentityProvider struct {
	EntityID     string        `json:"entityId"`
	SignInURL    string        `json:"signInUrl"`
	LogoutURL    string        `json:"logoutUrl" doc:"empty where it has no single logout"`
	ValidUntil   time.Time     `json:"validUntil,omitzero"`
	Certificates []Certificate `json:"certificates" doc:"that it signs with; two at a rollover"`
}

// Certificate is one that an identity provider signs with.
type Certificate struct {
	Subject     string    `json:"subject"`
	Fingerprint string    `json:"fingerprint" doc:"SHA-256"`
	From        time.Time `json:"from"`
	To          time.Time `json:"to"`
	Warning     string    `json:"warning,omitempty" doc:"that it ends within 30 days, or has ended"`
}

// SSOProblem is something that is wrong with settings, or will be.
type SSOProblem struct {
	Code    string `json:"code" doc:"no_metadata, metadata, certificate, no_admin_group, not_full_admin, not_exempt, no_exempt_admin, slug_underscore"`
	Text    string `json:"text"`
	Stops   bool   `json:"stops" doc:"the draft cannot be saved with it"`
	Subject string `json:"subject,omitempty" doc:"the fingerprint of a certificate"`
}

// SSORefresh is how fetching metadata goes.
type SSORefresh struct {
	TriedAt time.Time `json:"triedAt,omitzero"`
	Error   string    `json:"error,omitempty" doc:"of the last try; the last good copy is in force all the same"`
}

func getSSO(ctx context.Context, d Deps, c portal.Caller, _ none) (SSO, error) {
	live, err := d.SSO.Live(ctx, c.Org.ID)
	if err != nil {
		return SSO{}, err
	}
	draft, stored, err := d.SSO.Draft(ctx, c)
	if err != nil {
		return SSO{}, err
	}
	sp, err := d.SSO.Provider(ctx, c.Org)
	if err != nil {
		return SSO{}, err
	}
	out := SSO{ServiceProvider: showProvider(sp), Enabled: live.Enabled, DraftStored: stored, DraftHash: draft.Hash, UpdatedAt: live.UpdatedAt, Warnings: []SSOProblem{}}
	if out.Draft, err = showSSOSettings(ctx, d, c, draft.SSOSettings); err != nil {
		return out, err
	}
	problems, err := d.SSO.Problems(ctx, c, draft.SSOSettings)
	if err != nil {
		return out, err
	}
	out.Problems = each(problems, showSSOProblem)
	if live.Version == 0 {
		return out, nil
	}
	settings, err := showSSOSettings(ctx, d, c, live.SSOSettings)
	out.Live = &settings
	if live.MetadataURL != "" {
		out.Refresh = &SSORefresh{live.TriedAt, live.RefreshError}
	}
	if idp, ok := d.SSO.Describe(ctx, live.SSOSettings); ok {
		for _, w := range idp.Warnings {
			out.Warnings = append(out.Warnings, SSOProblem{Code: "certificate", Text: w.Text})
		}
	}
	if live.RefreshError != "" {
		out.Warnings = append(out.Warnings, SSOProblem{Code: "refresh", Text: live.RefreshError})
	}
	return out, err
}

func showProvider(sp portal.ServiceProvider) ServiceProvider {
	return ServiceProvider{sp.ACS, sp.EntityID, sp.Metadata, sp.SLO, sp.Revocation, sp.Start, sp.Fingerprint}
}

func showSSOProblem(p portal.Problem) SSOProblem {
	return SSOProblem{p.Code, p.Text, p.Stops, p.Subject}
}

func showSSOSettings(ctx context.Context, d Deps, c portal.Caller, set portal.SSOSettings) (SSOSettings, error) {
	out := SSOSettings{MetadataURL: set.MetadataURL, Metadata: set.Metadata, GroupsAttribute: set.GroupsAttribute, Roles: []RoleGroups{}, Exempt: []Person{}}
	if idp, ok := d.SSO.Describe(ctx, set); ok {
		out.IdentityProvider = &IdentityProvider{idp.EntityID, idp.SSOURL, idp.SLOURL, idp.ValidUntil, each(idp.Certificates, func(k portal.Certificate) Certificate {
			return Certificate{k.Subject, k.Fingerprint, k.From, k.To, k.Warning}
		})}
	}
	roles, err := d.Portal.People.Roles(ctx, c.Org.ID)
	if err != nil {
		return out, err
	}
	for _, r := range roles {
		of := RoleGroups{r.ID, r.Name, []string{}}
		for _, g := range set.Groups {
			if g.Role == r.ID {
				of.Groups = append(of.Groups, g.Group)
			}
		}
		out.Roles = append(out.Roles, of)
	}
	ms, err := d.Portal.People.List(ctx, c.Org.ID, portal.Among(set.Exempt))
	for _, m := range ms {
		out.Exempt = append(out.Exempt, Person{m.ID, m.Name, m.Email})
	}
	return out, err
}

type mappedRole struct {
	Role   string   `json:"role" doc:"id"`
	Groups []string `json:"groups"`
}

type putSSODraftIn struct {
	Metadata        string       `json:"metadata,omitempty" max:"1048576" doc:"XML"`
	MetadataURL     string       `json:"metadataUrl,omitempty" max:"2048" doc:"https; metadata in force that has one is fetched every hour"`
	GroupsAttribute string       `json:"groupsAttribute,omitempty" max:"255" doc:"groups where nothing is said"`
	Roles           []mappedRole `json:"roles" doc:"only those that have groups need be there"`
	Exempt          []string     `json:"exempt" doc:"members by their e-mail address or id"`
}

func putSSODraft(ctx context.Context, d Deps, c portal.Caller, in putSSODraftIn) (SSO, error) {
	n := portal.NewDraft{Metadata: in.Metadata, MetadataURL: in.MetadataURL, GroupsAttribute: in.GroupsAttribute, Exempt: in.Exempt}
	for _, r := range in.Roles {
		for _, g := range r.Groups {
			n.Groups = append(n.Groups, portal.GroupRole{Group: g, Role: r.Role})
		}
	}
	if _, err := d.SSO.PutDraft(ctx, c, n); err != nil {
		return SSO{}, err
	}
	return getSSO(ctx, d, c, none{})
}

func dropSSODraft(ctx context.Context, d Deps, c portal.Caller, _ none) (none, error) {
	return none{}, d.SSO.DropDraft(ctx, c)
}

type saveSSOIn struct {
	DraftHash string `json:"draftHash,omitempty" doc:"of the draft that is meant: a conflict if it is another by now"`
	Override  bool   `json:"override,omitempty" doc:"without a test"`
}

func saveSSO(ctx context.Context, d Deps, c portal.Caller, in saveSSOIn) (SSO, error) {
	if _, err := d.SSO.Save(ctx, c, in.DraftHash, in.Override); err != nil {
		return SSO{}, err
	}
	return getSSO(ctx, d, c, none{})
}

func disableSSO(ctx context.Context, d Deps, c portal.Caller, _ none) (none, error) {
	return none{}, d.SSO.Disable(ctx, c)
}

func refreshSSO(ctx context.Context, d Deps, c portal.Caller, _ none) (SSO, error) {
	err := d.SSO.Refresh(ctx, c.Org.ID)
	if err != nil && errs.KindOf(err) != errs.Invalid { // that is shown where it is kept
		return SSO{}, err
	}
	return getSSO(ctx, d, c, none{})
}
