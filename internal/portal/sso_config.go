package portal

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/saml"
)

// TestHolds is how long a test that went well lets its draft be saved.
const TestHolds = 15 * time.Minute

// Bounds of what is set.
const (
	maxGroupName = 255
	maxGroupMaps = 2000
)

// NewDraft is what a draft is made of.
type NewDraft struct {
	Metadata        string // XML; empty fetches it from MetadataURL, or keeps what the draft has
	MetadataURL     string // https; empty where the metadata is pasted
	GroupsAttribute string // empty is [DefaultGroupsAttribute]
	Groups          []GroupRole
	Exempt          []string // members by their e-mail address or id
}

// Live returns what is in force in an organization; one that never had anything
// is disabled.
func (s *SSO) Live(ctx context.Context, org string) (SSOConfig, error) {
	c, err := s.o.Configs.Live(ctx, org)
	if errs.KindOf(err) == errs.NotFound {
		return SSOConfig{Org: org, SSOSettings: SSOSettings{GroupsAttribute: DefaultGroupsAttribute}}, nil
	}
	return c, err
}

// Draft returns what the caller's organization is about to set: the draft that is
// kept, or else what is in force. Where nothing ever was, all present members
// stay exempt. stored is whether it is kept.
func (s *SSO) Draft(ctx context.Context, c Caller) (d SSODraft, stored bool, err error) {
	d, err = s.o.Configs.Draft(ctx, c.Org.ID)
	if errs.KindOf(err) != errs.NotFound || err == nil {
		return d, err == nil, err
	}
	live, err := s.Live(ctx, c.Org.ID)
	if err != nil {
		return d, false, err
	}
	d = SSODraft{Org: c.Org.ID, SSOSettings: live.SSOSettings}
	if live.Version == 0 {
		ms, err := s.o.Portal.People.List(ctx, c.Org.ID, MemberQuery{})
		if err != nil {
			return d, false, err
		}
		for _, m := range ms {
			d.Exempt = append(d.Exempt, m.ID)
		}
		d.SSOSettings = d.sorted()
	}
	d.Hash = d.SSOSettings.Hash()
	return d, false, nil
}

// kept returns the draft. What is shown as one and was never set, because it is
// what is in force or was, is kept from then on: it can be tested and saved, too.
func (s *SSO) kept(ctx context.Context, c Caller) (SSODraft, error) {
	d, stored, err := s.Draft(ctx, c)
	if err != nil || stored || d.Metadata == "" {
		return d, err
	}
	d.UpdatedAt, d.UpdatedBy = s.o.Now(), c.Account.ID
	if err := s.o.Configs.PutDraft(ctx, d); err != nil {
		return d, fmt.Errorf("keep draft: %w", err)
	}
	return d, nil
}

// PutDraft keeps a draft. Nothing of it is in force before it was tested and
// saved. Errors are of kind Invalid, and name the field and what is wrong with it.
func (s *SSO) PutDraft(ctx context.Context, c Caller, n NewDraft) (SSODraft, error) {
	before, _, err := s.Draft(ctx, c)
	if err != nil {
		return SSODraft{}, err
	}
	d := SSODraft{Org: c.Org.ID, UpdatedAt: s.o.Now(), UpdatedBy: c.Account.ID}
	d.MetadataURL, d.GroupsAttribute = strings.TrimSpace(n.MetadataURL), strings.TrimSpace(n.GroupsAttribute)
	if d.GroupsAttribute == "" {
		d.GroupsAttribute = DefaultGroupsAttribute
	}
	if len(d.GroupsAttribute) > maxGroupName {
		return d, &FieldError{"groupsAttribute", errs.New(errs.Invalid, "the name of an attribute has at most %d bytes", maxGroupName)}
	}
	if d.Metadata, d.MetadataAt, err = s.metadataFor(ctx, n, before); err != nil {
		return d, err
	}
	if d.Groups, err = s.checkGroups(ctx, c.Org.ID, n.Groups); err != nil {
		return d, &FieldError{"roles", err}
	}
	if d.Exempt, err = s.membersNamed(ctx, c.Org.ID, n.Exempt); err != nil {
		return d, &FieldError{"exempt", err}
	}
	d.SSOSettings = d.sorted()
	d.Hash = d.SSOSettings.Hash()
	if err := s.o.Configs.PutDraft(ctx, d); err != nil {
		return d, fmt.Errorf("keep draft: %w", err)
	}
	return d, nil
}

// metadataFor returns the metadata of a draft: what was pasted, what its URL
// gives, or what it had.
func (s *SSO) metadataFor(ctx context.Context, n NewDraft, before SSODraft) (string, time.Time, error) {
	now := s.o.Now()
	text, at := strings.TrimSpace(n.Metadata), now
	switch where := strings.TrimSpace(n.MetadataURL); {
	case text != "":
		if text == before.Metadata {
			return text, before.MetadataAt, nil
		}
	case where != "":
		got, err := s.fetchMetadata(ctx, where)
		if err != nil {
			return "", now, &FieldError{"metadataUrl", err}
		}
		text = got
	default:
		text, at = before.Metadata, before.MetadataAt
		if text == "" {
			return "", time.Time{}, nil
		}
	}
	if where := strings.TrimSpace(n.MetadataURL); where != "" {
		if err := s.checkMetadataURL(where); err != nil {
			return "", now, &FieldError{"metadataUrl", err}
		}
	}
	if _, err := saml.ParseMetadata([]byte(text), saml.MetadataOptions{Now: at, AllowLoopback: s.o.AllowLoopback}); err != nil {
		return "", now, &FieldError{"metadata", err}
	}
	return text, at, nil
}

// checkMetadataURL refuses what metadata is not fetched from.
func (s *SSO) checkMetadataURL(where string) error {
	u, err := url.Parse(where)
	switch {
	case err != nil || len(where) > 2048 || u.Host == "" || u.User != nil || u.Fragment != "":
		return errs.New(errs.Invalid, "this is no URL that metadata can be fetched from")
	case u.Scheme != "https" && (u.Scheme != "http" || !s.o.AllowLoopback):
		return errs.New(errs.Invalid, "metadata is fetched over https alone: who can change it on its way decides who signs in (a sandbox on this machine may go without where the option sandbox_url names it)")
	}
	return nil
}

func (s *SSO) fetchMetadata(ctx context.Context, where string) (string, error) {
	if err := s.checkMetadataURL(where); err != nil {
		return "", err
	}
	text, err := s.o.Fetch(ctx, where, saml.MaxMetadata)
	if err != nil {
		return "", errs.Wrap(errs.Invalid, err, "the metadata cannot be fetched: %s", shorten(err.Error(), 300))
	}
	return strings.TrimSpace(string(text)), nil
}

// checkGroups refuses groups without a name, and roles that there are not.
func (s *SSO) checkGroups(ctx context.Context, org string, gs []GroupRole) ([]GroupRole, error) {
	if len(gs) > maxGroupMaps {
		return nil, errs.New(errs.Invalid, "there are %d groups, more than %d", len(gs), maxGroupMaps)
	}
	roles, err := s.o.Portal.People.Roles(ctx, org)
	if err != nil {
		return nil, err
	}
	for _, g := range gs {
		switch {
		case !slices.ContainsFunc(roles, func(r Role) bool { return r.ID == g.Role }):
			return nil, errs.New(errs.Invalid, "there is no role %.60q", g.Role)
		case strings.TrimSpace(g.Group) == "":
			return nil, errs.New(errs.Invalid, "a group has a name")
		case len(g.Group) > maxGroupName:
			return nil, errs.New(errs.Invalid, "the name of a group has at most %d bytes", maxGroupName)
		case g.Group != strings.TrimSpace(g.Group):
			return nil, errs.New(errs.Invalid, "the group %.60q has blanks around its name, which no group has", g.Group)
		}
	}
	return gs, nil
}

// membersNamed returns the accounts of members that are named by address or id.
func (s *SSO) membersNamed(ctx context.Context, org string, who []string) ([]string, error) {
	ms, err := s.o.Portal.People.List(ctx, org, Among(who))
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, w := range who {
		i := slices.IndexFunc(ms, func(m Member) bool { return m.ID == w || EmailKey(m.Email) == EmailKey(w) })
		if i < 0 {
			return nil, errs.New(errs.Invalid, "there is no member %.100q", w)
		}
		out = append(out, ms[i].ID)
	}
	return out, nil
}

// DropDraft forgets the draft of the caller's organization.
func (s *SSO) DropDraft(ctx context.Context, c Caller) error {
	return s.o.Configs.DropDraft(ctx, c.Org.ID)
}

// Problem is what keeps a draft from being saved, or should be known of it.
type Problem struct {
	Code    string // stable
	Text    string // for people
	Stops   bool   // it keeps the draft from being saved
	Subject string // what it is about; may be empty
}

// Problems lists what is wrong with settings, were the caller to save them now.
func (s *SSO) Problems(ctx context.Context, c Caller, set SSOSettings) ([]Problem, error) {
	out := []Problem{}
	stop := func(code, format string, args ...any) {
		out = append(out, Problem{Code: code, Text: fmt.Sprintf(format, args...), Stops: true})
	}
	if strings.Contains(c.Org.Slug, "_") {
		stop("slug_underscore", "the organization's name in addresses, %s, has an underscore, which Okta takes in no URL", c.Org.Slug)
	}
	if set.Metadata == "" {
		stop("no_metadata", "the identity provider's metadata is missing")
	} else if idp, err := s.idp(set); err != nil {
		stop("metadata", "%s", errs.Message(err))
	} else {
		for _, w := range idp.Warnings(s.o.Now()) {
			p := Problem{Code: "certificate", Text: w.Text}
			if w.Certificate != nil {
				p.Subject = saml.Fingerprint(w.Certificate)
			}
			out = append(out, p)
		}
	}
	ms, err := s.o.Portal.People.List(ctx, c.Org.ID, Among(set.Exempt))
	if err != nil {
		return nil, err
	}
	if err := FitToSave(set, doorsOf(set, ms), c.Account.ID, holdsAdmin(c.Roles)); err != nil {
		for _, e := range err {
			stop(e.Code, "%s", e.Text)
		}
	}
	return out, nil
}

func holdsAdmin(rs []Role) bool {
	return slices.ContainsFunc(rs, func(r Role) bool { return r.ID == Admin })
}

// doorsOf returns the accounts of settings' exempt list by which the organization
// can be entered and set right whatever its identity provider says: Full Admins
// by hand who are active and have a password.
func doorsOf(set SSOSettings, ms []Member) []string {
	var out []string
	for _, m := range ms {
		byHand := slices.ContainsFunc(m.Roles, func(g Grant) bool { return g.ID == Admin && g.Source == Manual })
		if byHand && m.PasswordHash != "" && m.DisabledAt.IsZero() && m.State == Active && slices.Contains(set.Exempt, m.ID) {
			out = append(out, m.ID)
		}
	}
	return out
}

// FitToSave returns what settings lack to be in force, saved by an account that is
// a Full Admin or not; doors are the exempt Full Admins who can sign in with a
// password. Nothing is nil.
func FitToSave(set SSOSettings, doors []string, by string, admin bool) []Problem {
	var out []Problem
	if !set.MapsTo(Admin) {
		out = append(out, Problem{Code: "no_admin_group", Text: "no group maps to Full Admin: nobody who comes through the identity provider could change anything"})
	}
	if !admin {
		out = append(out, Problem{Code: "not_full_admin", Text: "you are no Full Admin: who configures single sign-on holds that role"})
	}
	if !slices.Contains(set.Exempt, by) {
		out = append(out, Problem{Code: "not_exempt", Text: "you are not on the exempt list: who configures single sign-on stays on it"})
	}
	if len(doors) == 0 {
		out = append(out, Problem{Code: "no_exempt_admin", Text: "no Full Admin with a password is left on the exempt list: nobody could come in if the identity provider fails"})
	}
	return out
}
