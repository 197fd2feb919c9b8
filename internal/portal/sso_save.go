package portal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/saml"
)

// SSOPublish is a draft that is to be in force.
type SSOPublish struct {
	Org, By  string
	Hash     string // of the draft that is meant; empty is the one that is kept
	Override bool   // without a test, by an exempt Full Admin
	At       time.Time
	// Check is asked in the transaction, with what is true there, and refuses.
	Check func(SSOState) error
}

// SSOState is what decides whether a draft may be in force.
type SSOState struct {
	Draft    SSODraft
	Live     SSOConfig // of version 0 where there never was any
	Doors    []string  // exempt Full Admins of the draft who can sign in with a password
	Admin    bool      // who saves is a Full Admin
	Password bool      // who saves has a password
	Test     *SSOTest  // their newest; nil for none
	Roles    []string  // ids that the organization has
}

// Save puts the caller's draft in force. Their newest test must have signed them
// in as a Full Admin, with this very draft, within [TestHolds]; override does
// without, for a Full Admin who is exempt. Errors are of kind Conflict and say
// all that is missing.
func (s *SSO) Save(ctx context.Context, c Caller, hash string, override bool) (SSOConfig, error) {
	if c.Session.ID == "" {
		return SSOConfig{}, errs.New(errs.Denied, "single sign-on is set by a person in a session, not by an API token")
	}
	if _, err := s.kept(ctx, c); err != nil {
		return SSOConfig{}, err
	}
	now := s.o.Now()
	out, err := s.o.Configs.Publish(ctx, SSOPublish{Org: c.Org.ID, By: c.Account.ID, Hash: hash, Override: override, At: now, Check: func(st SSOState) error {
		return s.maySave(st, c, override, now)
	}})
	if err != nil {
		return out, fmt.Errorf("put single sign-on in force: %w", err)
	}
	return out, nil
}

func (s *SSO) maySave(st SSOState, c Caller, override bool, now time.Time) error {
	var lacks []string
	for _, p := range FitToSave(st.Draft.SSOSettings, st.Doors, c.Account.ID, st.Admin) {
		lacks = append(lacks, p.Text)
	}
	if !st.Password {
		lacks = append(lacks, "you have no password: the exempt list would be no way in for you")
	}
	if _, err := saml.ParseMetadata([]byte(st.Draft.Metadata), saml.MetadataOptions{Now: now, AllowLoopback: s.o.AllowLoopback}); err != nil {
		lacks = append(lacks, errs.Message(err))
	}
	for _, g := range st.Draft.Groups {
		if !slices.Contains(st.Roles, g.Role) {
			lacks = append(lacks, fmt.Sprintf("the group %s maps to a role that there is no more", g.Group))
		}
	}
	switch {
	case override && st.Live.Enabled && !slices.Contains(st.Live.Exempt, c.Account.ID):
		lacks = append(lacks, "only a Full Admin who is exempt already may save without a test")
	case !override:
		if why := untested(st, now); why != "" {
			lacks = append(lacks, why)
		}
	}
	if len(lacks) > 0 {
		return errs.New(errs.Conflict, "%s", strings.Join(lacks, "; "))
	}
	return nil
}

// untested returns why the newest test does not allow a draft; empty where it
// does.
func untested(st SSOState, now time.Time) string {
	t := st.Test
	switch {
	case t == nil:
		return "the draft was not tested by you"
	case t.Hash != st.Draft.Hash:
		return "the draft was changed after your last test"
	case t.EndedAt.IsZero():
		return "your last test has not ended"
	case !t.OK:
		return "your last test failed"
	case !t.FullAdmin:
		return "your last test signed in somebody whose groups do not map to Full Admin"
	case now.Sub(t.EndedAt) >= TestHolds:
		return fmt.Sprintf("your last test is older than %d minutes", int(TestHolds.Minutes()))
	}
	return ""
}

// Disable switches single sign-on off in the caller's organization, which they
// are a Full Admin of: passwords hold again.
func (s *SSO) Disable(ctx context.Context, c Caller) error {
	if !holdsAdmin(c.Roles) {
		return errs.New(errs.Denied, "only a Full Admin switches single sign-on off")
	}
	return s.o.Configs.Disable(ctx, c.Org.ID, c.Account.ID, s.o.Now())
}

// RefreshEvery is how often metadata is fetched again.
const RefreshEvery = time.Hour

// Refresh fetches the metadata of an organization again. What is in force stays
// so where that fails; the error is kept, and shown.
func (s *SSO) Refresh(ctx context.Context, org string) error {
	live, err := s.o.Configs.Live(ctx, org)
	if err != nil {
		return err
	}
	if live.MetadataURL == "" {
		return errs.New(errs.Conflict, "the metadata was pasted: there is no URL to fetch it from")
	}
	return s.refresh(ctx, live)
}

func (s *SSO) refresh(ctx context.Context, live SSOConfig) error {
	text, err := s.fresh(ctx, live)
	problem := ""
	if err != nil {
		problem, text = shorten(errs.Message(err), 500), ""
		s.o.Log.WarnContext(ctx, "metadata not refreshed", "org", live.Org, "err", err)
	}
	return errors.Join(err, s.o.Configs.Refreshed(ctx, live.Org, text, problem, s.o.Now()))
}

// fresh returns new metadata that may take the place of what is in force. That of
// another identity provider is a change that is tested first.
func (s *SSO) fresh(ctx context.Context, live SSOConfig) (string, error) {
	text, err := s.fetchMetadata(ctx, live.MetadataURL)
	if err != nil {
		return "", err
	}
	idp, err := saml.ParseMetadata([]byte(text), saml.MetadataOptions{Now: s.o.Now(), AllowLoopback: s.o.AllowLoopback})
	if err != nil {
		return "", err
	}
	before, err := s.idp(live.SSOSettings)
	if err != nil {
		return "", err
	}
	if before.EntityID != idp.EntityID {
		return "", errs.New(errs.Invalid, "the metadata at the URL is of another identity provider, %s: set it in a draft and test it", shorten(idp.EntityID, 200))
	}
	return text, nil
}

// RefreshDue fetches the metadata of all organizations for which that is due.
func (s *SSO) RefreshDue(ctx context.Context) error {
	due, err := s.o.Keys.DueForRefresh(ctx, s.o.Now().Add(-RefreshEvery))
	if err != nil {
		return fmt.Errorf("list metadata to refresh: %w", err)
	}
	for _, c := range due {
		if err := s.refresh(ctx, c); err != nil && ctx.Err() != nil {
			return ctx.Err() // what failed otherwise is noted
		}
	}
	return nil
}
