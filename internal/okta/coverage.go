package okta

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// Visible says how much of an area a credential sees.
type Visible string

// How much may be seen. What was not answered is unknown, never taken for
// nothing.
const (
	Full    Visible = "full"
	Partial Visible = "partial" // some of it: more is known to be there, or may be
	Denied  Visible = "denied"
	Absent  Visible = "absent"  // the org does not have it
	Unknown Visible = "unknown" // it cannot be told
)

// Visibles lists them.
func Visibles() []Visible { return []Visible{Full, Partial, Denied, Absent, Unknown} }

// Coverage is what a credential sees of one area of an org.
type Coverage struct {
	ID      string  `json:"id"`
	Title   string  `json:"title"`
	Why     string  `json:"why"` // what it is wanted for
	Visible Visible `json:"visible"`
	Said    string  `json:"said"`              // what was found
	Scope   string  `json:"scope"`             // what an app must have been granted for it
	Missing string  `json:"missing,omitempty"` // the scope that it lacks
}

// Look is a look at all that there is to an org through one credential.
type Look struct {
	Fetch      Fetcher
	Credential Credential
	// Scopes are what an app asks for; empty where that is not known or where there
	// are none, as with an API token.
	Scopes []string
	Now    time.Time
}

// Coverage says of each area of an org how much the credential sees. It makes
// about fifty requests and changes nothing.
func (l Look) Coverage(ctx context.Context) []Coverage {
	all := areas(l.Now)
	found := make([]looked, len(all))
	each := func(want func(area) bool) {
		var work errgroup.Group
		work.SetLimit(maxLooks)
		for i, a := range all {
			if want(a) {
				work.Go(func() error { found[i] = l.one(ctx, a, all, found); return nil })
			}
		}
		_ = work.Wait() // nothing in it fails
	}
	each(func(a area) bool { return a.of == "" })
	each(func(a area) bool { return a.of != "" })
	out := make([]Coverage, len(all))
	for i, a := range all {
		out[i] = l.cover(a, found[i])
	}
	l.doubt(ctx, out, found)
	return out
}

// Covered says how much the credential sees of one area; false is that there is
// none of that id, or that it stands not by itself.
func (l Look) Covered(ctx context.Context, id string) (Coverage, bool) {
	for _, a := range areas(l.Now) {
		if a.id == id && a.of == "" {
			return l.cover(a, a.look(ctx, l.Fetch, a.target)), true
		}
	}
	return Coverage{}, false
}

// one looks at an area, which may need an object of another.
func (l Look) one(ctx context.Context, a area, all []area, found []looked) looked {
	if a.of == "" {
		return a.look(ctx, l.Fetch, a.target)
	}
	i := slices.IndexFunc(all, func(x area) bool { return x.id == a.of })
	id := firstID(found[i].list)
	if a.id == "app_grants" {
		id = cmp.Or(l.Credential.ClientID, id)
	}
	if id == "" {
		said := "Nothing was seen of " + strings.ToLower(all[i].title) + ", so there was nothing to look at."
		return looked{finding: Finding{ID: a.id, Title: a.title, Why: a.why, Verdict: CannotTell, Said: said}}
	}
	return a.look(ctx, l.Fetch, fmt.Sprintf(a.target, url.PathEscape(id)))
}

// firstID returns the id of the first object of a list.
func firstID(list []json.RawMessage) string {
	var one struct {
		ID string `json:"id"`
	}
	if len(list) == 0 || json.Unmarshal(list[0], &one) != nil {
		return ""
	}
	return one.ID
}

// cover puts what was found into words of coverage.
func (l Look) cover(a area, found looked) Coverage {
	f := found.finding
	c := Coverage{ID: f.ID, Title: f.Title, Why: f.Why, Said: f.Said, Scope: a.scope, Visible: Unknown}
	switch {
	case f.Verdict == Pass:
		c.Visible = Full
	case f.Verdict == Refused:
		c.Visible = Denied
		c.Missing = MissingScope(found.answer.Header)
		if l.lacks(a.scope) {
			c.Missing = cmp.Or(c.Missing, a.scope)
		}
	case !NoFeature(found.answer):
	case a.never != "" && !a.lacked:
		c.Said = "Okta says that it knows no such thing, but " + a.never + ": " + ErrorOf(found.answer).Error() + "."
	default:
		c.Visible, c.Said = Absent, "The org does not have it: "+ErrorOf(found.answer).Error()+"."
	}
	return c
}

// lacks reports whether an app is known not to ask for a scope, nor for the one
// that holds it.
func (l Look) lacks(scope string) bool {
	return len(l.Scopes) > 0 && !slices.Contains(l.Scopes, scope) && !slices.Contains(l.Scopes, strings.TrimSuffix(scope, ".read")+".manage")
}

// NoFeature reports whether an answer says that the org does not have a feature: it
// knows no such path or type, or the feature is not licensed. That an object of a
// known kind is not there (E0000007) says nothing of the kind.
func NoFeature(a Answer) bool {
	e := ErrorOf(a)
	switch a.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return e.Code == "E0000015"
	case http.StatusNotFound:
		return e.Code != "E0000007"
	case http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusGone, http.StatusNotImplemented:
		return true
	}
	return false
}

// doubt takes back what one answer alone seems to say.
func (l Look) doubt(ctx context.Context, out []Coverage, found []looked) {
	at := func(id string) int { return slices.IndexFunc(out, func(c Coverage) bool { return c.ID == id }) }
	if out[at("users")].Visible != Full {
		for i := range out {
			if found[i].empty && out[i].Visible == Full {
				out[i].Visible, out[i].Said = Unknown, saidUnseen
			}
		}
	}
	if apps := at("apps"); out[apps].Visible == Full && out[at("logs")].Visible == Full {
		l.doubtApps(ctx, &out[apps])
	}
	if tokens := at("api_tokens"); out[tokens].Visible == Full {
		l.doubtTokens(ctx, &out[tokens])
	}
}

// appPage is how many apps Okta lists at once.
const appPage = 200

// doubtApps compares the apps that are listed with those that the last day's log
// tells of: some credentials are shown their own app alone.
func (l Look) doubtApps(ctx context.Context, c *Coverage) {
	var apps []struct {
		ID string `json:"id"`
	}
	if _, _, ok := look(ctx, l.Fetch, fmt.Sprintf("/api/v1/apps?limit=%d&includeNonDeleted=true", appPage), &apps); !ok || len(apps) >= appPage {
		return // so many were not hidden
	}
	listed := map[string]bool{}
	for _, a := range apps {
		listed[a.ID] = true
	}
	q := url.Values{"limit": {"200"}, "sortOrder": {"DESCENDING"}, "since": {l.Now.Add(-24 * time.Hour).UTC().Format("2006-01-02T15:04:05.000Z")}, "filter": {`target.type eq "AppInstance"`}}
	var events []struct {
		Target []struct {
			ID   string `json:"id"`
			Type string `json:"type"`
		} `json:"target"`
	}
	if _, _, ok := look(ctx, l.Fetch, "/api/v1/logs?"+q.Encode(), &events); !ok {
		return
	}
	used, hidden := map[string]bool{}, 0
	for _, e := range events {
		for _, t := range e.Target {
			if t.Type == "AppInstance" && !used[t.ID] {
				if used[t.ID] = true; !listed[t.ID] {
					hidden++
				}
			}
		}
	}
	if hidden*2 > len(used) {
		c.Visible, c.Said = Partial, fmt.Sprintf("Okta lists %d apps, but the log of the last day tells of %d others: most seem to be hidden from this credential.", len(apps), hidden)
	}
}

// doubtTokens says that only one's own tokens were shown, where that is so: who
// may see no others is not told that there are any.
func (l Look) doubtTokens(ctx context.Context, c *Coverage) {
	var tokens []struct {
		UserID string `json:"userId"`
	}
	if _, _, ok := look(ctx, l.Fetch, "/api/v1/api-tokens", &tokens); !ok || l.Credential.Kind != APIToken {
		return
	}
	var me struct {
		ID string `json:"id"`
	}
	if _, _, ok := look(ctx, l.Fetch, "/api/v1/users/me", &me); !ok {
		return
	}
	for _, t := range tokens {
		if t.UserID != me.ID {
			return
		}
	}
	c.Visible, c.Said = Partial, "Okta shows this credential's own tokens alone. There may be others."
}
