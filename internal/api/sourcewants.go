package api

import (
	"context"
	"path"
	"slices"
	"strings"

	"sallyport/internal/alert"
	"sallyport/internal/auth0"
	"sallyport/internal/detect"
	"sallyport/internal/flow"
	"sallyport/internal/okta"
)

// WantedEvents returns the event types that an organization's enabled flows and
// rules are about, and those that Okta's own alerts are made from. A rule that
// names none is about all; its events come with those of others, or by polling.
func WantedEvents(ctx context.Context, flows *flow.Library, rules *alert.Library, org string) ([]string, error) {
	started, err := flows.Book(ctx, org)
	if err != nil {
		return nil, err
	}
	out := slices.Concat(okta.AlertTypes(), started.Events())
	if rules == nil {
		return ofOkta(out), nil
	}
	ruled, err := rules.Book(ctx, org)
	if err != nil {
		return nil, err
	}
	for _, r := range ruled.Rules {
		if types, named := eventTypes(r.Expr); r.Enabled && named {
			out = append(out, types...)
		}
	}
	return ofOkta(out), nil
}

// ofOkta leaves out the event types of Auth0's logs.
func ofOkta(types []string) []string { return slices.DeleteFunc(types, auth0.Is) }

// eventTypes returns the event types without which an expression does not hold,
// and whether it names any.
func eventTypes(e detect.Expr) ([]string, bool) {
	switch e := e.(type) {
	case detect.Test:
		return testedTypes(e)
	case detect.And:
		var least []string
		found := false
		for _, part := range e {
			if types, named := eventTypes(part); named && (!found || len(types) < len(least)) {
				least, found = types, true
			}
		}
		return least, found
	case detect.Or:
		var all []string
		for _, part := range e {
			types, named := eventTypes(part)
			if !named {
				return nil, false
			}
			all = append(all, types...)
		}
		return all, len(e) > 0
	}
	return nil, false
}

// testedTypes returns the event types that pass a test: those that are written
// out, and of a pattern those that event hooks can have.
func testedTypes(t detect.Test) ([]string, bool) {
	if !strings.EqualFold(t.Path, "eventType") {
		return nil, false
	}
	var out []string
	for _, v := range t.Values {
		pattern := ""
		switch t.Op {
		case detect.Equal:
			out = append(out, strings.ToLower(v.Text))
			continue
		case detect.Like:
			pattern = v.Text
		case detect.StartsWith:
			pattern = v.Text + "*"
		case detect.EndsWith:
			pattern = "*" + v.Text
		case detect.Contains:
			pattern = "*" + v.Text + "*"
		default:
			return nil, false
		}
		for _, known := range okta.Hookable() {
			if ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(known)); ok && err == nil {
				out = append(out, known)
			}
		}
	}
	return out, true
}
