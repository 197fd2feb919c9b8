package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sallyport/internal/detect"
	"sallyport/internal/detect/correlate"
)

// counting is a program of rules, four of which correlations count.
type counting struct {
	matcher *detect.Matcher
	first   int // of the rules that are counted
	paths   []string
	set     *correlate.Set
	store   correlate.Memory
	batch   []correlate.Event
	seen    int
}

// batchSize is how many events are counted at once, as a page of the System Log has.
const batchSize = 1000

// newCounting makes a program of rules, and of what four correlations count: a
// third of all events.
func newCounting(rules []detect.Rule) (*counting, error) {
	all := slices.Clone(rules)
	for _, r := range []struct{ id, eventType, outcome string }{
		{"open", "user.authentication.sso", "SUCCESS"},
		{"failed", "user.session.start", "FAILURE"},
		{"refused", "user.authentication.auth_via_mfa", "FAILURE"},
		{"login", "user.session.start", "SUCCESS"},
		{"grant", "app.oauth2.token.grant.access_token", "SUCCESS"},
	} {
		is := func(path, text string) detect.Expr {
			return detect.Test{Path: path, Values: []detect.Value{{Text: text}}}
		}
		all = append(all, detect.Rule{ID: r.id, Expr: detect.And{is("eventType", r.eventType), is("outcome.result", r.outcome)}})
	}
	by := func(paths ...string) []correlate.Field {
		var fs []correlate.Field
		for _, p := range paths {
			fs = append(fs, correlate.Field{Path: p})
		}
		return fs
	}
	atLeast := func(n float64) correlate.Condition {
		return correlate.Condition{Bounds: []correlate.Bound{{Op: "gte", Value: n}}}
	}
	set, err := correlate.NewSet([]*correlate.Spec{
		{ID: "rapid app access", Type: correlate.ValueCount, Rules: []string{"open"}, Group: by("actor.alternateId"), Field: []string{"target.displayName"}, Span: 10 * time.Minute, Condition: atLeast(40)},
		{ID: "spray", Type: correlate.EventCount, Rules: []string{"failed"}, Group: by("client.ipAddress"), Span: time.Hour, Condition: atLeast(10)},
		{ID: "login after refusal", Type: correlate.TemporalOrdered, Rules: []string{"refused", "login"}, Group: by("actor.alternateId"), Span: time.Hour},
		{ID: "many tokens", Type: correlate.EventCount, Rules: []string{"grant"}, Group: by("actor.alternateId", "securityContext.asNumber"), Span: time.Hour, Condition: atLeast(20)},
	})
	if err != nil {
		return nil, err
	}
	c := &counting{first: len(rules), set: set, paths: append(set.Paths(), "uuid", "published")}
	p, err := detect.Compile(all, c.paths...)
	if err != nil {
		return nil, err
	}
	c.matcher = p.Matcher()
	return c, nil
}

func (c *counting) event(ctx context.Context, raw []byte) (fired int, err error) {
	hits, err := c.matcher.Match(raw)
	if err != nil {
		return 0, err
	}
	var rules []string
	for _, h := range hits {
		if h >= c.first {
			rules = append(rules, []string{"open", "failed", "refused", "login", "grant"}[h-c.first])
		}
	}
	if rules != nil {
		e, err := c.counted(rules)
		if err != nil {
			return 0, err
		}
		c.batch = append(c.batch, e)
	}
	if c.seen++; c.seen%batchSize != 0 {
		return 0, nil
	}
	firings, err := c.set.Count(ctx, &c.store, c.batch)
	if err != nil || len(c.batch) == 0 {
		return len(firings), err
	}
	last := c.batch[len(c.batch)-1].At
	c.batch = c.batch[:0]
	due, err := c.set.Due(ctx, &c.store, last)
	return len(firings) + len(due), err
}

// counted is the event that was matched last, as correlations see it.
func (c *counting) counted(rules []string) (correlate.Event, error) {
	values := make([][]string, len(c.paths))
	for i := range values {
		values[i] = c.matcher.Extracted(i)
	}
	n := len(c.paths)
	at, err := time.Parse(time.RFC3339, values[n-1][0])
	if err != nil {
		return correlate.Event{}, fmt.Errorf("read published: %w", err)
	}
	return correlate.Event{UUID: values[n-2][0], At: at, Rules: rules, Values: func(path string) []string {
		return values[slices.Index(c.paths, path)]
	}}, nil
}
