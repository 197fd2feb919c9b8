package api

import (
	"context"
	"maps"
	"slices"
	"time"

	"sallyport/internal/portal"
)

type newSSOTestIn struct {
	User string `json:"user" min:"1" max:"254" doc:"the user name that is going to sign in"`
}

// SSOTest is a test of a draft: a real sign-in, by which nobody is signed in here.
type SSOTest struct {
	ID         string         `json:"id"`
	URL        string         `json:"url,omitempty" doc:"to open in a new window; of one that goes on"`
	User       string         `json:"user" doc:"that is tested"`
	Current    bool           `json:"current" doc:"it is of the draft as it is now"`
	Mine       bool           `json:"mine" doc:"begun by who asks: only such a one lets them save"`
	Ended      bool           `json:"ended"`
	OK         bool           `json:"ok" doc:"the person would be let in"`
	FullAdmin  bool           `json:"fullAdmin" doc:"as a Full Admin"`
	Reason     *SSOReason     `json:"reason,omitempty" doc:"why they would not"`
	NameID     string         `json:"nameId,omitempty"`
	Email      string         `json:"email,omitempty" doc:"by which they are known here"`
	Attributes []SSOAttribute `json:"attributes"`
	Groups     []string       `json:"groups" doc:"that came"`
	Roles      []Ref          `json:"roles" doc:"that they give"`
	NearMisses []NearMiss     `json:"nearMisses" doc:"groups that came and map to nothing, but almost"`
	Notes      []string       `json:"notes"`
	CreatedAt  time.Time      `json:"createdAt"`
	EndedAt    time.Time      `json:"endedAt,omitzero"`
}

// SSOReason is why a sign-in is refused.
type SSOReason struct {
	Check   string `json:"check" doc:"the name of the check that failed"`
	Explain string `json:"explain" doc:"what it demands, and what usually is wrong"`
	Detail  string `json:"detail,omitempty"`
	Want    string `json:"want,omitempty"`
	Got     string `json:"got,omitempty"`
}

// SSOAttribute is what an identity provider said.
type SSOAttribute struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

// NearMiss is a group that came, and one that is set and differs only so.
type NearMiss struct {
	Came string `json:"came"`
	Set  string `json:"set"`
	Why  string `json:"why" doc:"letter case, blanks, or both"`
}

func newSSOTest(ctx context.Context, d Deps, c portal.Caller, in newSSOTestIn) (SSOTest, error) {
	t, err := d.SSO.NewTest(ctx, c, in.User)
	if err != nil {
		return SSOTest{}, err
	}
	return showSSOTests(ctx, d, c, t)
}

type ssoTestIn struct {
	Test string `path:"test"`
}

func getSSOTest(ctx context.Context, d Deps, c portal.Caller, in ssoTestIn) (SSOTest, error) {
	t, err := d.SSO.Test(ctx, c, in.Test)
	if err != nil {
		return SSOTest{}, err
	}
	return showSSOTests(ctx, d, c, t)
}

func showSSOTests(ctx context.Context, d Deps, c portal.Caller, t portal.SSOTest) (SSOTest, error) {
	all, err := showAllTests(ctx, d, c, []portal.SSOTest{t})
	if err != nil {
		return SSOTest{}, err
	}
	return all[0], nil
}

func listSSOTests(ctx context.Context, d Deps, c portal.Caller, _ none) ([]SSOTest, error) {
	ts, err := d.SSO.RecentTests(ctx, c)
	if err != nil {
		return nil, err
	}
	return showAllTests(ctx, d, c, ts)
}

func showAllTests(ctx context.Context, d Deps, c portal.Caller, ts []portal.SSOTest) ([]SSOTest, error) {
	draft, _, err := d.SSO.Draft(ctx, c)
	if err != nil {
		return nil, err
	}
	roles, err := d.Portal.People.Roles(ctx, c.Org.ID)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, r := range roles {
		names[r.ID] = r.Name
	}
	out := []SSOTest{}
	for _, t := range ts {
		v := showSSOTest(t, func(id string) Ref { return Ref{id, names[id]} })
		v.Current, v.Mine = t.Hash == draft.Hash, t.Account == c.Account.ID
		if t.EndedAt.IsZero() {
			v.URL = d.BaseURL + testPath + t.ID
		}
		out = append(out, v)
	}
	return out, nil
}

func showSSOTest(t portal.SSOTest, role func(string) Ref) SSOTest {
	r := t.Result
	out := SSOTest{
		ID: t.ID, User: t.Hint, Ended: !t.EndedAt.IsZero(), OK: t.OK, FullAdmin: t.FullAdmin, NameID: r.NameID, Email: r.Address, Groups: orNone(r.Groups), Notes: orNone(r.Notes),
		Roles: each(r.Roles, role), CreatedAt: t.CreatedAt, EndedAt: t.EndedAt, Attributes: []SSOAttribute{},
		NearMisses: each(r.NearMisses, func(n portal.NearMiss) NearMiss { return NearMiss{n.Came, n.Set, n.Why} }),
	}
	for _, name := range slices.Sorted(maps.Keys(r.Attributes)) {
		out.Attributes = append(out.Attributes, SSOAttribute{name, orNone(r.Attributes[name])})
	}
	if r.Rule != "" {
		out.Reason = &SSOReason{r.Rule, r.Explain, r.Detail, r.Want, r.Got}
	}
	return out
}

// SSOTrace is a sign-in that was refused.
type SSOTrace struct {
	Code    string              `json:"code" doc:"that the person was shown"`
	At      time.Time           `json:"at"`
	Purpose portal.LoginPurpose `json:"purpose"`
	Reason  SSOReason           `json:"reason"`
	Subject string              `json:"subject,omitempty" doc:"whom the identity provider named; not there where that is not proven"`
	Addr    string              `json:"addr"`
}

type listTracesIn struct {
	Code  string `query:"code" max:"20"`
	Limit int    `query:"limit" min:"1" max:"500" doc:"100 where nothing is said"`
}

func listTraces(ctx context.Context, d Deps, c portal.Caller, in listTracesIn) ([]SSOTrace, error) {
	if in.Limit == 0 {
		in.Limit = 100
	}
	ts, err := d.SSO.Traces(ctx, c, in.Code, in.Limit)
	return each(ts, func(t portal.Trace) SSOTrace {
		return SSOTrace{t.Code, t.At, t.Purpose, SSOReason{t.Rule, portal.Explain(t.Rule), t.Detail, t.Want, t.Got}, t.Subject, t.Addr}
	}), err
}
