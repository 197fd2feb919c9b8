package portal

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"sallyport/internal/errs"
	"sallyport/internal/id"
)

// NewTest begins a test of the draft of the caller's organization, with the user
// name of who is going to sign in. The round itself is [SSO.Start], in a window of
// the caller's browser.
func (s *SSO) NewTest(ctx context.Context, c Caller, hint string) (SSOTest, error) {
	if c.Session.ID == "" {
		return SSOTest{}, errs.New(errs.Denied, "a test is made by a person in a session, not by an API token")
	}
	d, err := s.kept(ctx, c)
	if err != nil {
		return SSOTest{}, err
	}
	if d.Metadata == "" {
		return SSOTest{}, errs.New(errs.Conflict, "there is no draft with metadata to test")
	}
	now := s.o.Now()
	t := SSOTest{ID: id.At(now), Org: c.Org.ID, Account: c.Account.ID, Hash: d.Hash, Hint: strings.TrimSpace(hint), CreatedAt: now}
	return t, s.o.Tests.Add(ctx, t)
}

// Test returns a test of the caller's organization.
func (s *SSO) Test(ctx context.Context, c Caller, id string) (SSOTest, error) {
	return s.o.Tests.Get(ctx, c.Org.ID, id)
}

// RecentTests returns the tests of the caller's organization, the newest first.
func (s *SSO) RecentTests(ctx context.Context, c Caller) ([]SSOTest, error) {
	return s.o.Tests.List(ctx, c.Org.ID, 20)
}

// test ends the round of a test: nobody is signed in, and nobody becomes a member.
func (e *entry) test(ctx context.Context) (Finished, error) {
	t, err := e.s.o.Tests.Get(ctx, e.org.ID, e.arrival.Request.Test)
	if err != nil {
		return Finished{}, fmt.Errorf("read test: %w", err)
	}
	d, err := e.s.o.Configs.Draft(ctx, e.org.ID)
	if errs.KindOf(err) == errs.NotFound || err == nil && (d.Hash != t.Hash || d.SSOSettings.Hash() != e.arrival.Hash) {
		return Finished{}, e.refuse(ctx, RefusedDraft, "", "", "")
	}
	if err != nil {
		return Finished{}, fmt.Errorf("read draft: %w", err)
	}
	a := e.arrival
	t.EndedAt = e.s.o.Now()
	r := TestResult{NameID: a.NameID, Attributes: a.Attributes, Groups: a.Groups, Roles: d.RolesOf(a.Groups), NearMisses: NearMisses(d.SSOSettings, a.Groups)}
	var ok bool
	switch r.Address, ok = AddressOf(a); {
	case !ok:
		r.Rule, r.Want, r.Got = string(RefusedAddress), "an e-mail address", a.NameID
	case len(r.Roles) == 0:
		r.Rule, r.Detail, r.Got = string(RefusedGroups), groupsDetail(d.SSOSettings, a), strings.Join(a.Groups, ", ")
	}
	r.Explain = Explain(r.Rule)
	if t.Hint != "" && r.Address != "" && EmailKey(t.Hint) != EmailKey(r.Address) && NameKey(t.Hint) != NameKey(a.NameID) {
		r.Notes = append(r.Notes, fmt.Sprintf("you wanted to test %s, and signed in as %s", t.Hint, a.NameID))
	}
	t.OK, t.FullAdmin, t.Result = r.Rule == "", slices.Contains(r.Roles, Admin), r
	if err := e.s.o.Logins.EndTest(ctx, e.hash, t); err != nil {
		return Finished{}, fmt.Errorf("keep what the test came to: %w", err)
	}
	return Finished{Org: e.org, Test: t.ID}, nil
}

// NearMisses lists the groups that came and map to nothing although one that is
// set differs by letter case or blanks alone.
func NearMisses(set SSOSettings, came []string) []NearMiss {
	var out []NearMiss
	for _, g := range came {
		if slices.ContainsFunc(set.Groups, func(m GroupRole) bool { return m.Group == g }) {
			continue
		}
		for _, m := range set.Groups {
			why := ""
			switch {
			case strings.EqualFold(m.Group, g):
				why = "letter case"
			case squeezed(m.Group) == squeezed(g):
				why = "blanks"
			case strings.EqualFold(squeezed(m.Group), squeezed(g)):
				why = "letter case and blanks"
			}
			n := NearMiss{g, m.Group, why}
			if why != "" && !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out
}

// squeezed is a name without blanks.
func squeezed(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}
