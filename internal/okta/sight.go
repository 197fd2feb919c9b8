package okta

import (
	"context"
	"encoding/json"
	"time"

	"golang.org/x/sync/errgroup"
)

// area is a part of an org that a credential may see, or not.
type area struct {
	id, title, why, target string
	never                  string // why there is never nothing; "" where there may be
}

func areas(now time.Time) []area {
	day := now.Add(-7 * 24 * time.Hour).UTC().Format("2006-01-02T15:04:05.000Z")
	return []area{
		{"logs", "System Log", "It is what alerts are made from.", "/api/v1/logs?limit=1&sortOrder=DESCENDING&since=" + day, "the last week's log of an org that is used is not empty"},
		{"users", "People", "Who an alert is about, and whether it is an admin.", "/api/v1/users?limit=1", "every org has people"},
		{"groups", "Groups", "Whom the guard protects, and who is in which group.", "/api/v1/groups?limit=1", "every org has the group Everyone"},
		{"apps", "Apps", "What somebody can reach who was taken over.", "/api/v1/apps?limit=1", "every org has Okta's own apps"},
		{"policies", "Policies", "What signing in demands.", "/api/v1/policies?type=OKTA_SIGN_ON", "every org has a default policy"},
		{"roles", "Admin roles", "Who is an admin.", "/api/v1/iam/assignees/users?limit=1", "every org has an admin"},
		{"zones", "Network zones", "Which addresses are known or blocked.", "/api/v1/zones?limit=1", "every org has system zones"},
		{"event_hooks", "Event hooks", "Whether the hook of this source is set up as it should be.", "/api/v1/eventHooks", ""},
		{"log_streams", "Log streams", "Where else the System Log goes.", "/api/v1/logStreams?limit=1", ""},
		{"api_tokens", "API tokens", "Which tokens there are, and whose.", "/api/v1/api-tokens?limit=1", ""},
	}
}

// maxLooks is how many requests of one look at an org are under way at a time.
const maxLooks = 4

// Sight says what a credential can and cannot see of an org, one finding an area.
// Each costs one request. An empty list is taken as such only where an org may
// have none, and where the credential was seen to see people: Okta answers lists
// to an app without an admin role as if they were empty.
func Sight(ctx context.Context, f Fetcher, now time.Time) []Finding {
	all := areas(now)
	out, empty := make([]Finding, len(all)), make([]bool, len(all))
	var work errgroup.Group
	work.SetLimit(maxLooks)
	for i, a := range all {
		work.Go(func() error {
			out[i], empty[i] = a.look(ctx, f)
			return nil
		})
	}
	_ = work.Wait() // nothing in it fails
	seen := false
	for i := range all {
		seen = seen || out[i].ID == "users" && out[i].Verdict == Pass
	}
	for i := range all {
		if empty[i] && !seen {
			out[i].Verdict, out[i].Said = CannotTell, "Okta shows none. It says the same to who may not look, and this credential was not seen to see anything."
		}
	}
	return out
}

// look makes one finding, and reports whether it is that there is nothing.
func (a area) look(ctx context.Context, f Fetcher) (Finding, bool) {
	var list []json.RawMessage
	var object map[string]json.RawMessage
	answer, found, ok := look(ctx, f, a.target, &list)
	if !ok && json.Unmarshal(answer.Body, &object) == nil && object["value"] != nil { // iam answers a list in an object
		ok = json.Unmarshal(object["value"], &list) == nil
	}
	empty := false
	switch {
	case !ok:
	case len(list) > 0:
		found = Finding{Verdict: Pass, Said: "It can be read."}
	case a.never != "":
		found = Finding{Verdict: CannotTell, Said: "Okta shows nothing, but " + a.never + ": the credential seems to have no admin role for it."}
	default:
		found, empty = Finding{Verdict: Pass, Said: "It can be read. There are none."}, true
	}
	found.ID, found.Title, found.Why = a.id, a.title, a.why
	return found, empty
}
