package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"sallyport/internal/auth0"
	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/okta"
	"sallyport/internal/portal"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

var (
	_ = add("GET /api/v1/sources/{id}/findings", portal.SourcesRead, doc{Summary: "What the last look at a source's org or tenant found", Help: "Nothing is asked of it."}, getFindings)
	_ = add("POST /api/v1/sources/{id}/findings", portal.SourcesWrite, doc{
		Summary: "Look at a source's Okta org or Auth0 tenant", Help: "What the credential can and cannot see, and whether there is what alerts are made from. About twenty requests; nothing is changed.",
	}, checkSource)
	_ = add("POST /api/v1/sources/{id}/fix", portal.SourcesWrite, doc{
		Summary: "Put a prerequisite right in Okta", Help: "Where one of Okta's APIs allows it. With preview nothing is changed: the answer says what would be. What is changed is in the ledger, and can be undone there.",
	}, fixPrerequisite)
	_ = add("POST /api/v1/okta/domain", portal.SourcesRead, doc{Summary: "An Okta domain in its one form", Status: http.StatusOK, Help: "However it is written: acme, acme.okta.com, the address of its admin console, a custom domain. Nothing is asked of Okta."}, readDomain)
	_ = add("GET /api/v1/okta/hook-types", portal.SourcesRead, doc{Summary: "The event types that Okta sends by event hooks", Help: "All others are in the System Log alone."}, listHookTypes)
	_ = add("POST /api/v1/okta/sight", portal.SourcesWrite, doc{Summary: "What a connection can and cannot see of its Okta org", Help: "One request for each area; nothing is changed.", Status: http.StatusOK}, seeOrg)
)

// Finding is one thing that was looked at in an Okta org.
type Finding struct {
	ID      string       `json:"id"`
	Title   string       `json:"title"`
	Verdict okta.Verdict `json:"verdict"`
	Said    string       `json:"said" doc:"what was found"`
	Why     string       `json:"why" doc:"what it is wanted for"`
	Where   string       `json:"where,omitempty" doc:"its place in Okta's Admin Console"`
	Advice  string       `json:"advice,omitempty" doc:"of what passes and could be better"`
	Fixable bool         `json:"fixable" doc:"whether an API of Okta puts it right"`
}

func showFinding(f okta.Finding) Finding {
	return Finding{f.ID, f.Title, f.Verdict, f.Said, f.Why, f.Where, f.Advice, len(f.Fix) > 0}
}

// Findings are what a look at an Okta org found.
type Findings struct {
	At            time.Time `json:"at,omitzero" doc:"not there where nobody has looked yet"`
	Sight         []Finding `json:"sight" doc:"what the credential can and cannot see"`
	Prerequisites []Finding `json:"prerequisites" doc:"whether the org has what alerts are made from"`
}

// readFindings reads what the store keeps; what it does not understand is as if
// nobody had looked.
func readFindings(kept []byte) Findings {
	f := Findings{}
	if len(kept) == 0 || json.Unmarshal(kept, &f) != nil {
		return Findings{Sight: []Finding{}, Prerequisites: []Finding{}}
	}
	return f
}

func (f Findings) failing() int {
	n := 0
	for _, p := range f.Prerequisites {
		if p.Verdict == okta.Fail {
			n++
		}
	}
	return n
}

func getFindings(ctx context.Context, d Deps, c portal.Caller, in idIn) (Findings, error) {
	s, err := d.DB.Sources.Get(ctx, c.Org.ID, in.ID)
	return readFindings(s.Findings), err
}

// connectedSource returns a source and the connection to its Okta org.
func connectedSource(ctx context.Context, d Deps, c portal.Caller, id string) (source.Source, store.Connection, error) {
	s, err := d.DB.Sources.Get(ctx, c.Org.ID, id)
	if err != nil {
		return s, store.Connection{}, err
	}
	if s.Connection == "" {
		return s, store.Connection{}, errs.New(errs.Conflict, "the source has no connection to look at its %s through: choose one", place(s.Kind))
	}
	conn, err := d.DB.Connections.Get(ctx, c.Org.ID, s.Connection)
	return s, conn, err
}

// place is what a source of a kind looks at, for people.
func place(k source.Kind) string {
	if k == source.Auth0 {
		return "Auth0 tenant"
	}
	return "Okta org"
}

func checkSource(ctx context.Context, d Deps, c portal.Caller, in idIn) (Findings, error) {
	s, conn, err := connectedSource(ctx, d, c, in.ID)
	if err != nil {
		return Findings{}, err
	}
	look, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	org := oktaOrg(d, conn.Connection)
	out := Findings{At: d.Now()}
	if s.Kind == source.Auth0 {
		tenant := patient{org}
		out.Sight, out.Prerequisites = each(auth0.Sight(look, tenant), showFinding), each(auth0.Prerequisites(look, tenant), showFinding)
	} else {
		out.Sight, out.Prerequisites = each(okta.Sight(look, org, d.Now()), showFinding), each(prerequisites(d, conn).Check(look), showFinding)
	}
	return out, keepFindings(ctx, d, c, s.ID, out)
}

// patient makes requests when the rate limit leaves something for them, as long as
// there is time: that of Auth0's free tier is two calls a second.
type patient struct{ okta.Fetcher }

// Fetch makes a signed-in GET request.
func (p patient) Fetch(ctx context.Context, target string) (okta.Answer, error) {
	for {
		a, err := p.Fetcher.Fetch(ctx, target)
		ce := connector.AsError(err)
		if ce == nil || ce.RetryAt.IsZero() {
			return a, err
		}
		wait := time.NewTimer(time.Until(ce.RetryAt))
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return a, err
		}
	}
}

func prerequisites(d Deps, conn store.Connection) okta.Prerequisites {
	org := oktaOrg(d, conn.Connection)
	return okta.Prerequisites{Fetch: org, Credential: org.Credential(), Now: d.Now()}
}

func keepFindings(ctx context.Context, d Deps, c portal.Caller, id string, f Findings) error {
	text, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("findings of source %s: %w", id, err)
	}
	if err := d.DB.Sources.Found(ctx, c.Org.ID, id, text); err != nil {
		return err
	}
	sourceChanged(d, c, id)
	return nil
}

type fixIn struct {
	ID           string `path:"id"`
	Prerequisite string `json:"prerequisite" doc:"its id"`
	Preview      bool   `json:"preview,omitempty" doc:"change nothing: say what would be"`
}

// Fixed is what became of a prerequisite.
type Fixed struct {
	Finding Finding      `json:"finding" doc:"as it is now"`
	Changes []MadeChange `json:"changes" doc:"what was changed in Okta, or would be"`
}

func fixPrerequisite(ctx context.Context, d Deps, c portal.Caller, in fixIn) (Fixed, error) {
	s, conn, err := connectedSource(ctx, d, c, in.ID)
	if err == nil && s.Kind != source.Okta {
		err = errs.New(errs.Conflict, "a setting of an %s is put right there, at the place that the finding names", place(s.Kind))
	}
	if err != nil {
		return Fixed{}, err
	}
	look, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	found, ok := prerequisites(d, conn).One(look, in.Prerequisite)
	switch {
	case !ok:
		return Fixed{}, badField("prerequisite", "there is no prerequisite %q", in.Prerequisite)
	case len(found.Fix) == 0:
		return Fixed{}, errs.New(errs.Conflict, "%s: no API of Okta puts that right from here. %s", found.Title, found.Said)
	}
	hand, made := oktaHand{d, c, conn.Connection, in.Preview}, []MadeChange{}
	for _, fix := range found.Fix {
		if _, made, err = hand.change(look, made, fix.Action, fixInputs(fix)); err != nil {
			return Fixed{}, err
		}
	}
	if in.Preview {
		return Fixed{showFinding(found), made}, nil
	}
	found, _ = prerequisites(d, conn).One(look, in.Prerequisite)
	kept := readFindings(s.Findings)
	for i, p := range kept.Prerequisites {
		if p.ID == found.ID {
			kept.Prerequisites[i] = showFinding(found)
		}
	}
	return Fixed{showFinding(found), made}, keepFindings(ctx, d, c, s.ID, kept)
}

// fixInputs returns a fix's inputs as values.
func fixInputs(f okta.Fix) *value.Object {
	out := value.NewObject(len(f.Inputs))
	for name, v := range f.Inputs {
		if texts, ok := v.([]string); ok {
			v = anyList(texts)
		}
		out.Set(name, v)
	}
	return out
}

type readDomainIn struct {
	Domain string `json:"domain" max:"300" doc:"as somebody writes it"`
}

// Domain is an Okta domain in its one form.
type Domain struct {
	URL   string `json:"url"`
	Cloud string `json:"cloud" enum:"okta,oktapreview,okta-emea,okta-gov,custom,sandbox" doc:"where the org is: one of Okta's clouds, a domain of the organization's own, or this machine"`
	Admin string `json:"admin,omitempty" doc:"its Admin Console, where that follows from the domain"`
}

func readDomain(_ context.Context, d Deps, c portal.Caller, in readDomainIn) (Domain, error) {
	settings, err := d.Engine.Normalize(connector.Connection{Org: c.Org.ID, Connector: string(source.Okta), Auth: connector.APIKey, Settings: value.Map("domain", in.Domain)})
	if err != nil {
		return Domain{}, &field{"domain", err}
	}
	out := Domain{URL: settings.Text("domain"), Cloud: "custom"}
	host, secure := strings.CutPrefix(out.URL, "https://")
	if !secure {
		out.Cloud = "sandbox"
		return out, nil
	}
	name, rest, _ := strings.Cut(host, ".")
	for domain, cloud := range map[string]string{"okta.com": "okta", "oktapreview.com": "oktapreview", "okta-emea.com": "okta-emea", "okta-gov.com": "okta-gov", "okta.mil": "okta-gov"} {
		if rest == domain {
			out.Cloud, out.Admin = cloud, "https://"+name+"-admin."+rest
		}
	}
	return out, nil
}

type seeOrgIn struct {
	Connection string `json:"connection" doc:"id of an Okta connection"`
}

func seeOrg(ctx context.Context, d Deps, c portal.Caller, in seeOrgIn) ([]Finding, error) {
	conn, err := d.DB.Connections.Get(ctx, c.Org.ID, in.Connection)
	if err != nil {
		return nil, &field{"connection", err}
	}
	if conn.Connector != string(source.Okta) {
		return nil, badField("connection", "%q is a connection of %s, not of %s", conn.Name, conn.Connector, source.Okta)
	}
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	return each(okta.Sight(ctx, oktaOrg(d, conn.Connection), d.Now()), showFinding), nil
}

func listHookTypes(context.Context, Deps, portal.Caller, none) ([]string, error) {
	return okta.Hookable(), nil
}
