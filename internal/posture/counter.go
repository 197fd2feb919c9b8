package posture

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// Questions lists what checks ask of the log in a profile, each once.
func Questions(checks []*Check, p Profile, now time.Time) []Question {
	var out []Question
	for _, c := range checks {
		if !c.In(p) {
			continue
		}
		for _, name := range sorted(c.questions) {
			q := c.questions[name].at(now)
			if !slices.ContainsFunc(out, q.same) {
				out = append(out, q)
			}
		}
	}
	return out
}

func (q Question) same(o Question) bool {
	return slices.Equal(q.Types, o.Types) && q.Since.Equal(o.Since) && q.By == o.By && q.Failed == o.Failed && q.NewDevice == o.NewDevice
}

// Counter answers questions that it was given before from events that go by, each
// once. It is not safe for concurrent use.
type Counter struct {
	questions []Question
	answers   []map[string]Tally
	byType    map[string][]int // questions that name types
	any       []int            // those that do not
	from      time.Time
}

// NewCounter returns a counter that answers the questions.
func NewCounter(questions []Question) *Counter {
	c := &Counter{questions: questions, answers: make([]map[string]Tally, len(questions)), byType: map[string][]int{}}
	for i, q := range questions {
		c.answers[i] = map[string]Tally{}
		if len(q.Types) == 0 {
			c.any = append(c.any, i)
		}
		for _, t := range q.Types {
			c.byType[t] = append(c.byType[t], i)
		}
	}
	return c
}

// Since is the earliest moment that a question is about; zero where there is none.
func (c *Counter) Since() time.Time {
	var first time.Time
	for _, q := range c.questions {
		if first.IsZero() || q.Since.Before(first) {
			first = q.Since
		}
	}
	return first
}

// Reach says from which moment on all events were added.
func (c *Counter) Reach(from time.Time) { c.from = from }

// Add counts an event of the System Log. What it does not hold counts as nothing.
func (c *Counter) Add(eventType string, published time.Time, raw []byte) {
	wanted := slices.Concat(c.byType[eventType], c.any)
	wanted = slices.DeleteFunc(wanted, func(i int) bool { return published.Before(c.questions[i].Since) })
	if len(wanted) == 0 {
		return
	}
	var e logged
	if json.Unmarshal(raw, &e) != nil {
		return
	}
	for _, i := range wanted {
		if q := c.questions[i]; e.fits(q) {
			for _, k := range e.keys(q.By) {
				c.count(i, k, published, e)
			}
		}
	}
}

func (c *Counter) count(i int, k key, at time.Time, e logged) {
	t := c.answers[i][k.id]
	t.Count++
	if at.After(t.Newest) {
		t.Newest, t.Name, t.Detail = at, cmp.Or(k.name, t.Name), e.detail()
	}
	c.answers[i][k.id] = t
}

// From implements [Activity].
func (c *Counter) From(context.Context) (time.Time, error) { return c.from, nil }

// Tally implements [Activity]. A question that it was not given has no answer.
func (c *Counter) Tally(_ context.Context, q Question) (map[string]Tally, error) {
	if i := slices.IndexFunc(c.questions, q.same); i >= 0 {
		return maps.Clone(c.answers[i]), nil
	}
	return map[string]Tally{}, nil
}

// logged is what questions look at of an event: LogEvent of GET /api/v1/logs.
type logged struct {
	Actor   actor
	Target  []actor
	Outcome struct {
		Result, Reason string
	}
	Transaction struct {
		Detail struct {
			RequestAPITokenID string `json:"requestApiTokenId"`
		}
	}
	DebugContext struct {
		DebugData map[string]any `json:"debugData"`
	} `json:"debugContext"`
}

type actor struct {
	ID          string `json:"id"`
	Type        string `json:"type"`
	AlternateID string `json:"alternateId"`
	DisplayName string `json:"displayName"`
}

type key struct{ id, name string }

func (e logged) fits(q Question) bool {
	if q.Failed && slices.Contains([]string{"SUCCESS", "ALLOW"}, strings.ToUpper(e.Outcome.Result)) {
		return false
	}
	behaviors, _ := e.DebugContext.DebugData["behaviors"].(string)
	return !q.NewDevice || strings.Contains(behaviors, "New Device=POSITIVE")
}

// keys are what an event counts for by a dimension.
func (e logged) keys(by Dimension) []key {
	var out []key
	add := func(a actor, id string) {
		if id != "" && !slices.ContainsFunc(out, func(k key) bool { return k.id == id }) {
			out = append(out, key{id, cmp.Or(a.DisplayName, a.AlternateID)})
		}
	}
	switch by {
	case Whole:
		return []key{{}}
	case ByActor:
		add(e.Actor, e.Actor.ID)
	case ByToken:
		add(actor{}, e.Transaction.Detail.RequestAPITokenID)
	case ByTarget:
		for _, t := range e.Target {
			add(t, t.ID)
		}
	case ByApp, ByActorApp:
		for _, t := range e.apps() {
			id := t.ID
			if by == ByActorApp {
				id = e.Actor.ID + " " + t.ID
			}
			add(t, id)
		}
	}
	return out
}

// apps are those that an event is about: its targets, or who acted.
func (e logged) apps() []actor {
	var out []actor
	for _, t := range e.Target {
		if t.Type == "AppInstance" {
			out = append(out, t)
		}
	}
	if len(out) == 0 && e.Actor.Type == "PublicClientApp" {
		out = append(out, e.Actor)
	}
	return out
}

// detail is what an event says beside that it happened: why, or what something
// became.
func (e logged) detail() string {
	if e.Outcome.Reason != "" {
		return e.Outcome.Reason
	}
	for _, name := range []string{"status", "newValue", "newStatus", "value"} {
		if s, ok := e.DebugContext.DebugData[name].(string); ok && s != "" {
			return s
		}
	}
	return ""
}
