package api

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"sallyport/internal/auth0"
	"sallyport/internal/event"
	"sallyport/internal/portal"
	"sallyport/internal/rule"
	"sallyport/internal/value"
)

var _ = add("POST /api/v1/rulefiles/try", portal.RulesRead, doc{
	Summary: "Whether rules fire on some events, and why not", Status: http.StatusOK, Max: maxTried,
	Help: "The events are in the request; a uuid and a time are filled in where they have none. Nothing is saved or raised.",
}, tryRules)

// mostTried is how many events rules are tried on at once.
const mostTried = 500

type tryRulesIn struct {
	File   string          `json:"file,omitempty" max:"64" doc:"name of the organization's file that the text is a draft of"`
	Text   string          `json:"text" max:"200000" doc:"YAML of rules"`
	Events []*value.Object `json:"events" doc:"as the System Log API has them, or a log stream of Auth0 sends them, in any order; at most 500"`
}

// TriedRule says what a rule makes of some events.
type TriedRule struct {
	Rule  string       `json:"rule" doc:"id"`
	Title string       `json:"title"`
	Fires bool         `json:"fires"`
	Hits  int          `json:"hits"`
	About *AlertEntity `json:"about,omitempty" doc:"whom the first alert would be about"`
	Why   []string     `json:"why" doc:"it does not fire"`
}

func tryRules(ctx context.Context, d Deps, c portal.Caller, in tryRulesIn) ([]TriedRule, error) {
	w, err := readWritten(ctx, d, c, cmp.Or(in.File, "draft"), in.Text)
	if err != nil {
		return nil, err
	}
	events, err := triedEvents(in.Events, d.Now())
	if err != nil {
		return nil, err
	}
	k := rule.Case{Fires: true, Events: events, Until: events[len(events)-1].Published}
	out := []TriedRule{}
	for _, r := range w.rules() {
		if r.Part {
			continue
		}
		res, err := r.Try(ctx, k)
		if err != nil {
			return nil, err
		}
		tried := TriedRule{Rule: r.ID, Title: r.Title, Fires: res.Hits > 0, Hits: res.Hits, Why: []string{}}
		if tried.Fires {
			e := res.First.Entity
			tried.About = &AlertEntity{res.First.Kind, e.ID, e.AlternateID, e.DisplayName}
		} else if len(res.Why) > 1 { // the first says that it does not fire
			tried.Why = res.Why[1:]
		}
		out = append(out, tried)
	}
	if len(out) == 0 {
		for _, p := range w.report.Problems {
			if w.has(p.Pack, p.File) && !p.Warning {
				return nil, badField("text", "line %d: %s", p.Line, p.Message)
			}
		}
		return nil, badField("text", "there is no rule about events of Okta or Auth0 in it")
	}
	return out, nil
}

// auth0Entry returns the entry of an Auth0 tenant's log that somebody wrote, in the
// envelope of a log stream or without it.
func auth0Entry(o *value.Object) (*value.Object, bool) {
	if o.At("eventType") != nil {
		return nil, false
	}
	if inner, ok := o.At("data").(*value.Object); ok {
		return inner, true
	}
	return o, o.At("type") != nil
}

// triedEvents reads the events of a request, in the order of their times.
func triedEvents(list []*value.Object, now time.Time) ([]event.Event, error) {
	if len(list) == 0 || len(list) > mostTried {
		return nil, badField("events", "from 1 to %d events are wanted", mostTried)
	}
	parser, entries := event.NewParser(), auth0.NewParser()
	out := make([]event.Event, 0, len(list))
	for i, o := range list {
		id, at, parse := "uuid", "published", parser.Parse
		if entry, ok := auth0Entry(o); ok {
			o, id, at, parse = entry, "log_id", "date", entries.Parse
		} else if value.String(o.At("eventType")) == "" {
			return nil, badField("events", "event %d has no eventType", i+1)
		}
		if o.At(id) == nil {
			o.Set(id, fmt.Sprintf("00000000-0000-4000-8000-%012d", i+1))
		}
		if o.At(at) == nil {
			o.Set(at, now.UTC().Format(time.RFC3339Nano))
		}
		raw, err := json.Marshal(o)
		if err != nil {
			return nil, badField("events", "event %d: %s", i+1, err)
		}
		e, err := parse(raw)
		if err != nil {
			return nil, badField("events", "event %d: %s", i+1, strings.TrimPrefix(err.Error(), "read event: "))
		}
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b event.Event) int { return a.Published.Compare(b.Published) })
	return out, nil
}
