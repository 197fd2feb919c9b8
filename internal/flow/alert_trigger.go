package flow

import (
	"fmt"
	"slices"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/event"
	"sallyport/internal/id"
	"sallyport/internal/rule"
	"sallyport/internal/value"
)

// AlertTrigger says which alerts start a flow. What is empty is no condition.
type AlertTrigger struct {
	Rules    []string      // ids, or names such as sallyport/push_bombing or push_bombing
	Types    []string      // ids of alert types
	Severity rule.Severity // or a higher one
	Entities []string      // kinds of whom the alert is about: user, ip, …
	Tags     []string      // one of them
	On       []AlertHas
}

// AlertHas is what happened to an alert.
type AlertHas string

// What starts a flow: an alert was opened, or its severity was raised.
const (
	AlertOpened    AlertHas = "opened"
	AlertEscalated AlertHas = "escalated"
)

// Raised is an alert that may start flows.
type Raised struct {
	Alert alert.Alert
	Rule  *rule.Rule // nil for one that there is no more
	Has   AlertHas
	Event event.Event // the newest of it; the zero one where it is not stored any more
}

// AlertRun returns the run of a flow that an alert starts.
func (p *Program) AlertRun(a alert.Alert, now time.Time) Run {
	return Run{
		ID: id.At(now), Org: a.Org, Flow: p.Flow.ID, Version: p.Flow.Version, State: Queued, Cause: OnAlert, Event: a.Event, Alert: a.ID,
		Input: value.Store(AlertInput(a)), SaveData: p.Flow.SaveData, Priority: p.Definition.Priority, CreatedAt: now, About: []string{a.Entity.Key().ID},
	}
}

// AlertInput returns what a run is given that an alert starts.
func AlertInput(a alert.Alert) *value.Object {
	return value.Map(nameAlert, a.Value(), nameEntity, a.Entity.Value())
}

// wants reports whether an alert is one that the trigger is for, but for its
// condition.
func (t AlertTrigger) wants(r Raised) bool {
	return slices.Contains(t.On, r.Has) && r.Alert.Severity >= t.Severity && t.wantsRule(r) && among(t.Types, r.Alert.Type) && among(t.Entities, r.Alert.Entity.Kind) &&
		(len(t.Tags) == 0 || slices.ContainsFunc(r.Alert.Tags, func(tag string) bool { return slices.Contains(t.Tags, tag) }))
}

func (t AlertTrigger) wantsRule(r Raised) bool {
	if among(t.Rules, r.Alert.Rule) {
		return true
	}
	return r.Rule != nil && (slices.Contains(t.Rules, r.Rule.Key()) || slices.Contains(t.Rules, r.Rule.Slug))
}

func among(words []string, word string) bool {
	return len(words) == 0 || slices.Contains(words, word)
}

// Alerted returns the flows that an alert starts. As with events, a flow whose
// condition cannot be evaluated on the alert is among them; the error is for the log.
func (b *Book) Alerted(r Raised) ([]*Program, error) {
	var out []*Program
	var bad error
	var vars map[string]any
	for _, p := range b.byAlert {
		t := p.Definition.Trigger
		if !t.Alert.wants(r) {
			continue
		}
		if t.Where == nil {
			out = append(out, p)
			continue
		}
		if vars == nil {
			var err error
			if vars, err = r.vars(); err != nil {
				return out, err
			}
		}
		vars[nameOptions] = p.Flow.Bindings.Options
		ok, err := t.Where.True(vars)
		if err != nil {
			bad = fmt.Errorf("condition of flow %q (%s): %w", p.Flow.Title, p.Flow.ID, err)
		}
		if ok || err != nil {
			out = append(out, p)
		}
	}
	return out, bad
}

func (r Raised) vars() (map[string]any, error) {
	out := map[string]any{nameAlert: r.Alert.Value(), nameEntity: r.Alert.Entity.Value()}
	if r.Event.Raw == nil {
		return out, nil
	}
	v, err := value.ParseJSON(r.Event.Raw)
	out[nameEvent] = v
	return out, err
}

func (r *reader) alertTrigger(t *Trigger, e entry) {
	a := &t.Alert
	a.On = []AlertHas{AlertOpened}
	if e.blank() {
		return
	}
	for _, k := range r.mapping(e.value, e.path, "rule", "type", "severity", "entity", "tag", "on") {
		switch k.key {
		case "rule":
			a.Rules = r.texts(k)
		case "type":
			a.Types = r.texts(k)
		case "entity":
			a.Entities = r.texts(k)
		case "tag":
			a.Tags = r.texts(k)
		case "severity":
			a.Severity = r.severity(k)
		case "on":
			a.On = nil
			for _, s := range r.texts(k) {
				has := AlertHas(s)
				if has != AlertOpened && has != AlertEscalated {
					r.bad(k.at, k.path, "%q is not one of: opened, escalated", s)
				}
				a.On = append(a.On, has)
			}
		}
	}
}

func (r *reader) severity(e entry) rule.Severity {
	s, err := rule.ParseSeverity(oneOf(r, e, "informational", "low", "medium", "high", "critical"))
	if err != nil {
		return rule.Informational // told already
	}
	return s
}
