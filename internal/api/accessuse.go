package api

import (
	"cmp"
	"context"
	"slices"
	"time"

	"sallyport/internal/access"

	"sallyport/internal/portal"
	"sallyport/internal/source"
	"sallyport/internal/store"
)

var (
	_ = add("GET /api/v1/tenants/{id}/access/unused", portal.InventoryRead, doc{
		Summary: "Who is assigned to apps of an Okta org and does not use them",
		Help:    "As far as the events that are kept tell: where they do not go back so many days, nothing is said, but how far they do. Ask for fewer days then.",
	}, listAccessUnused)
	_ = add("GET /api/v1/tenants/{id}/access/ungoverned", portal.InventoryRead, doc{
		Summary: "API tokens, clients and integrations of an Okta org that nobody is in control of, and why",
	}, listAccessUngoverned)
)

// What of the log is read for one answer: so many sign-ons, for so long. The rest
// is not known.
const (
	usageEvents = 200_000
	usageFor    = 40 * time.Second
	usersOfApp  = 100 // that are shown who do not use it
)

// signOns is who signed on to what, by the events that are kept. It implements
// [access.Usage].
type signOns struct {
	since time.Time
	apps  map[string]map[string]bool
}

// Since implements [access.Usage].
func (s *signOns) Since(context.Context) (time.Time, error) { return s.since, nil }

// Users implements [access.Usage].
func (s *signOns) Users(_ context.Context, app string, _ time.Time, each func(user string) error) error {
	for user := range s.apps[app] {
		if err := each(user); err != nil {
			return err
		}
	}
	return nil
}

// signOnsOf reads who signed on to the apps of a tenant after a moment.
func signOnsOf(ctx context.Context, d Deps, c portal.Caller, tenant string, after time.Time) (*signOns, error) {
	out := &signOns{apps: map[string]map[string]bool{}}
	t, err := d.DB.Inventory.Tenant(ctx, c.Org.ID, tenant)
	if err != nil {
		return nil, err
	}
	sources, err := d.DB.Sources.List(ctx, c.Org.ID)
	if err != nil {
		return nil, err
	}
	sources = slices.DeleteFunc(sources, func(s source.Source) bool {
		return s.Kind != source.Okta || s.Connection != "" && s.Connection != t.Connection
	})
	for _, s := range sources {
		first, err := d.DB.Events.Search(ctx, c.Org.ID, store.EventSearch{Source: s.ID, Oldest: true, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(first.Events) == 0 {
			continue
		}
		if at := first.Events[0].Published; out.since.IsZero() || at.Before(out.since) {
			out.since = at
		}
	}
	if out.since.IsZero() || out.since.After(after) {
		return out, nil
	}
	return out, out.read(ctx, d, c.Org.ID, after)
}

// read reads the sign-ons after a moment, the newest first.
func (s *signOns) read(ctx context.Context, d Deps, org string, after time.Time) error {
	q := store.EventSearch{Filter: equal("eventType", "user.authentication.sso"), Since: after, Limit: exportPage}
	end := time.Now().Add(usageFor)
	for n := 0; ; {
		page, err := d.DB.Events.Search(ctx, org, q)
		if err != nil {
			return err
		}
		for _, e := range page.Events {
			s.add(e)
		}
		if page.Next.ID == "" {
			return nil
		}
		if n += len(page.Events); n >= usageEvents || time.Now().After(end) {
			s.since = page.Next.At
			return nil
		}
		q.After = page.Next
	}
}

func (s *signOns) add(e store.StoredEvent) {
	if e.Outcome != "SUCCESS" {
		return
	}
	for _, t := range e.Targets() {
		if t.Type != "AppInstance" {
			continue
		}
		if s.apps[t.ID] == nil {
			s.apps[t.ID] = map[string]bool{}
		}
		s.apps[t.ID][e.Actor.ID] = true
	}
}

// AccessUnused is who does not use what they are assigned to.
type AccessUnused struct {
	Days  int         `json:"days"`
	Since time.Time   `json:"since,omitzero" doc:"from when on sign-ons are known; not there where none are"`
	Known bool        `json:"known" doc:"sign-ons are known for so many days; where they are not, there are no items"`
	Items []UnusedApp `json:"items" doc:"apps with people who do not use them, those with the most first"`
	Next  string      `json:"next,omitempty" doc:"cursor of the next page; not there on the last"`
	Gaps  []AccessGap `json:"gaps"`
}

// UnusedApp is an app with people who do not use it.
type UnusedApp struct {
	App      EntityRef       `json:"app"`
	Assigned int             `json:"assigned" doc:"who can sign in"`
	Used     int             `json:"used" doc:"who signed on in that time"`
	Unused   int             `json:"unused" doc:"who did not"`
	People   []AccessAppUser `json:"people" doc:"who did not, 100 at most"`
}

type listAccessUnusedIn struct {
	paging

	ID   string `path:"id"`
	Days int    `query:"days" min:"1" max:"730" doc:"how long somebody has not signed on; 90 where nothing is said"`
}

func listAccessUnused(ctx context.Context, d Deps, c portal.Caller, in listAccessUnusedIn) (AccessUnused, error) {
	from, err := in.offset()
	if err != nil {
		return AccessUnused{}, err
	}
	g, err := accessGraph(ctx, d, c, in.ID, time.Time{})
	if err != nil {
		return AccessUnused{}, err
	}
	out := AccessUnused{Days: cmp.Or(in.Days, 90), Items: []UnusedApp{}, Gaps: accessGaps(g.Gaps("app", "assigned", "assigned_via", "member_of", "user"))}
	after := g.Now().AddDate(0, 0, -out.Days)
	used, err := signOnsOf(ctx, d, c, in.ID, after)
	if err != nil {
		return out, err
	}
	out.Since = used.since
	if out.Known = !out.Since.IsZero() && !out.Since.After(after); !out.Known {
		return out, nil
	}
	show := showAccess(g)
	var all []access.UnusedApp
	err = g.Unused(ctx, used, out.Days, func(a access.UnusedApp) error {
		if len(a.Unused) > 0 {
			all = append(all, a)
		}
		return nil
	})
	slices.SortStableFunc(all, func(a, b access.UnusedApp) int { return cmp.Compare(len(b.Unused), len(a.Unused)) })
	end := min(from+in.limit(), len(all))
	if end < len(all) {
		out.Next = offsetCursor(end)
	}
	out.Items = each(all[min(from, end):end], func(a access.UnusedApp) UnusedApp {
		return UnusedApp{EntityRef{a.App.Kind, a.App.ID, a.Name}, a.Assigned, a.Used, len(a.Unused), each(a.Unused[:min(usersOfApp, len(a.Unused))], show.appUser)}
	})
	return out, err
}

// AccessUngoverned is what nobody is in control of.
type AccessUngoverned struct {
	Items []UngovernedCredential `json:"items"`
	Gaps  []AccessGap            `json:"gaps"`
}

// UngovernedCredential is a token, a client or an integration, and what is wrong with it.
type UngovernedCredential struct {
	Entity   EntityRef         `json:"entity"`
	Problems []CredentialFault `json:"problems"`
}

// CredentialFault is a problem, and what shows it.
type CredentialFault struct {
	Problem access.Problem `json:"problem"`
	Why     string         `json:"why" doc:"the field that shows it"`
}

type listAccessUngovernedIn struct {
	ID string    `path:"id"`
	At time.Time `query:"at" doc:"as it was then"`
}

func listAccessUngoverned(ctx context.Context, d Deps, c portal.Caller, in listAccessUngovernedIn) (AccessUngoverned, error) {
	g, err := accessGraph(ctx, d, c, in.ID, in.At)
	if err != nil {
		return AccessUngoverned{}, err
	}
	return AccessUngoverned{
		each(g.Ungoverned(), func(u access.Ungoverned) UngovernedCredential {
			return UngovernedCredential{EntityRef{u.Ref.Kind, u.Ref.ID, u.Name}, each(u.Problems, func(f access.Fault) CredentialFault { return CredentialFault(f) })}
		}),
		accessGaps(g.Gaps("api_token", "app", "api_service", "granted_scope", "has_role", "user")),
	}, nil
}
