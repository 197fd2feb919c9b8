package timeline

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"sallyport/internal/detect"
	"sallyport/internal/event"
	"sallyport/internal/inventory"
)

// What became of something, or of how it is related, as the inventory found it.
const (
	Found    = "found" // it was read for the first time; it may have been there before
	Added    = "added"
	Modified = "changed"
	Removed  = "removed"
)

// Found times are those at which a change was found, which is after it was made:
// events are applied within minutes, and what no event tells of is read once a day.
// Okta's clock and ours may differ by a little as well.
const (
	foundWithin = 26 * time.Hour
	clocks      = 2 * time.Minute
)

// Finding is a change that the inventory found.
type Finding struct {
	Of       inventory.Ref      // what changed
	Relation inventory.Relation // of how it is related; empty of itself
	Others   []string           // ids at the other end, as far as they are known
	At       time.Time          // when it was found
	After    time.Time          // it was as before then; zero where that is not known
}

// causes are what events begin with that change a kind of thing itself, or how it
// is related.
func (f Finding) causes() []string {
	switch f.Relation {
	case inventory.MemberOf:
		return []string{"group.user_membership."}
	case inventory.Assigned:
		return []string{"application.user_membership.", "application.provision."}
	case inventory.AssignedVia:
		return []string{"group.application_assignment."}
	case inventory.HasRole:
		return []string{"user.account.privilege.", "group.privilege.", "app.oauth2.client.privilege.", "iam."}
	case inventory.GrantedScope:
		return []string{"app.oauth2.admin.consent."}
	case inventory.Owns:
		return []string{"group.owner.", "group."}
	case inventory.UsesDevice:
		return []string{"device."}
	case inventory.PushesTo:
		return []string{"application.provision.group_push."}
	case inventory.Holds: // Auth0's, whose log has no such names
		return nil
	}
	switch f.Of.Kind { //nolint:exhaustive // events of the others begin in many ways
	case inventory.User:
		return []string{"user.lifecycle.", "user.account.update", "user.account.lock", "user.account.unlock", "user.account.reset", "user.account.expire", "user.import."}
	case inventory.Group:
		return []string{"group.lifecycle.", "group.profile."}
	case inventory.App:
		return []string{"application.lifecycle.", "application.policy.", "application.update", "app.", "policy.mapping."}
	}
	return []string{"device.", "policy.", "zone.", "system.", "security."}
}

// Causing is the condition on events that they may have made such changes, and
// from when until when they were.
func Causing(all []Finding) (of detect.Expr, since, until time.Time) {
	var ids, prefixes []string
	for i, f := range all {
		if !slices.Contains(ids, f.Of.ID) {
			ids = append(ids, f.Of.ID)
		}
		for _, p := range f.causes() {
			if !slices.Contains(prefixes, p) {
				prefixes = append(prefixes, p)
			}
		}
		from, to := f.window()
		if i == 0 || from.Before(since) {
			since = from
		}
		if i == 0 || to.After(until) {
			until = to
		}
	}
	return detect.And{is("target.id", ids...), detect.Test{Path: "eventType", Op: detect.StartsWith, Values: valuesOf(prefixes)}}, since, until
}

// window is the time in which the change was made.
func (f Finding) window() (since, until time.Time) {
	since = f.At.Add(-foundWithin)
	if f.After.After(since) {
		since = f.After.Add(-clocks)
	}
	return since, f.At.Add(clocks)
}

// Made returns the event, of some, that made the change: the last that was done to
// what changed, of the kind that makes such changes. None is where it was not by an
// event, or the event is not stored.
func (f Finding) Made(events []event.Event) (event.Event, bool) {
	since, until := f.window()
	var found event.Event
	for _, e := range events {
		if e.Published.Before(since) || !e.Published.Before(until) || !e.Published.After(found.Published) || !Well(e) ||
			!slices.ContainsFunc(f.causes(), func(p string) bool { return strings.HasPrefix(e.Type, p) }) {
			continue
		}
		targets := e.Targets()
		has := func(id string) bool {
			return slices.ContainsFunc(targets, func(t event.Entity) bool { return t.ID == id })
		}
		if has(f.Of.ID) && (len(f.Others) == 0 || f.Relation == inventory.HasRole || slices.ContainsFunc(f.Others, has)) {
			found = e
		}
	}
	return found, found.UUID != ""
}

// mostFields is how many fields are named of what a change changed.
const mostFields = 30

// Fields names the fields that two bodies of a thing differ in, by their dotted
// paths; lists are compared as a whole.
func Fields(before, after json.RawMessage) []string {
	var a, b any
	if json.Unmarshal(before, &a) != nil || json.Unmarshal(after, &b) != nil {
		return nil
	}
	var out []string
	differ("", a, b, &out)
	slices.Sort(out)
	return out[:min(len(out), mostFields)]
}

func differ(path string, a, b any, out *[]string) {
	x, isX := a.(map[string]any)
	y, isY := b.(map[string]any)
	if !isX || !isY {
		if !same(a, b) {
			*out = append(*out, path)
		}
		return
	}
	at := func(name string) string {
		if path == "" {
			return name
		}
		return path + "." + name
	}
	for name, v := range x {
		differ(at(name), v, y[name], out)
	}
	for name, v := range y {
		if _, both := x[name]; !both {
			differ(at(name), nil, v, out)
		}
	}
}

func same(a, b any) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(x, y)
}
