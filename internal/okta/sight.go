package okta

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// maxLooks is how many requests of one look at an org are under way at a time.
const maxLooks = 4

// Sight says what a credential can and cannot see of what alerts are made from,
// one finding an area. Each costs one request. An empty list is taken as such
// only where an org may have none, and where the credential was seen to see
// people: Okta answers lists to an app without an admin role as if they were
// empty.
func Sight(ctx context.Context, f Fetcher, now time.Time) []Finding {
	all := slices.DeleteFunc(areas(now), func(a area) bool { return !a.alerts })
	out, empty := make([]Finding, len(all)), make([]bool, len(all))
	var work errgroup.Group
	work.SetLimit(maxLooks)
	for i, a := range all {
		work.Go(func() error {
			l := a.look(ctx, f, a.target)
			out[i], empty[i] = l.finding, l.empty
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
			out[i].Verdict, out[i].Said = CannotTell, saidUnseen
		}
	}
	return out
}

// saidUnseen is said of an empty list where nothing else was seen either.
const saidUnseen = "Okta shows none. It says the same to who may not look, and this credential was not seen to see anything."

// looked is what one request found.
type looked struct {
	finding Finding
	answer  Answer
	list    []json.RawMessage // what it gave, where that is a list
	empty   bool              // that there is nothing is what it found
}

// look makes the one request of an area, of its target with any id filled in.
func (a area) look(ctx context.Context, f Fetcher, target string) looked {
	var body any
	answer, found, ok := look(ctx, f, target, &body)
	l := looked{answer: answer}
	if ok && !a.object {
		if l.list, ok = listIn(answer.Body); !ok {
			found = notDescribed()
		}
	}
	thing, _ := body.(map[string]any)
	switch {
	case !ok:
	case a.object && len(thing) == 0:
		found = notDescribed()
	case a.object, len(l.list) > 0:
		found = Finding{Verdict: Pass, Said: "It can be read."}
	case a.never != "":
		found = Finding{Verdict: CannotTell, Said: "Okta shows nothing, but " + a.never + ": the credential seems to have no admin role for it."}
	default:
		found, l.empty = Finding{Verdict: Pass, Said: "It can be read. There are none."}, true
	}
	found.ID, found.Title, found.Why = a.id, a.title, a.why
	l.finding = found
	return l
}

// listIn returns the list that an answer is, or that stands in it: iam and
// domains answer lists in objects.
func listIn(body []byte) ([]json.RawMessage, bool) {
	var list []json.RawMessage
	if json.Unmarshal(body, &list) == nil {
		return list, list != nil
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		return nil, false
	}
	for _, name := range []string{"value", "roles", "resource-sets", "domains"} {
		if raw, there := object[name]; there {
			err := json.Unmarshal(raw, &list)
			return list, err == nil && list != nil
		}
	}
	return nil, false
}
