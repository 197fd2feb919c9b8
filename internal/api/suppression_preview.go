package api

import (
	"cmp"
	"context"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/portal"
	"sallyport/internal/rule"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

// SuppressionPreview is what a suppression would have hidden.
type SuppressionPreview struct {
	Days         int            `json:"days" doc:"that were looked at"`
	Alerts       int            `json:"alerts" doc:"that the rules in the scope made in them, as far as they were looked at"`
	HiddenAlerts int            `json:"hiddenAlerts" doc:"of which every event would have been hidden"`
	LessAlerts   int            `json:"lessAlerts" doc:"of which some events would have been hidden"`
	Events       int            `json:"events" doc:"of those alerts, as far as they are stored"`
	HiddenEvents int            `json:"hiddenEvents"`
	Failed       int            `json:"failed" doc:"events on which the condition failed: it would not have hidden them"`
	Error        string         `json:"error,omitempty" doc:"what it failed with first"`
	Complete     bool           `json:"complete" doc:"all alerts of those days were looked at"`
	Examples     []HiddenSample `json:"examples" doc:"the newest alerts that would have been hidden, in whole or in part"`
}

// HiddenSample is an alert of which a suppression would have hidden events.
type HiddenSample struct {
	Alert  Alert        `json:"alert"`
	Whole  bool         `json:"whole" doc:"every event of it"`
	Events []EventBrief `json:"events" doc:"some of those hidden"`
}

const (
	previewDays     = 30
	previewAlerts   = 500
	previewEvents   = 5000
	previewExamples = 10
	previewOfEach   = 5
)

type previewSuppressionIn struct {
	suppressionBody
	Days int `json:"days,omitempty" min:"1" max:"90" doc:"how far back to look; 30 where nothing is said"`
}

func previewSuppression(ctx context.Context, d Deps, c portal.Caller, in previewSuppressionIn) (SuppressionPreview, error) {
	s, err := in.made(ctx, d, c)
	if err != nil {
		return SuppressionPreview{}, err
	}
	p := &previewer{d: d, c: c, s: s, out: SuppressionPreview{Days: cmp.Or(in.Days, previewDays), Complete: true, Examples: []HiddenSample{}}}
	if p.book, err = d.Rules.Book(ctx, c.Org.ID); err != nil {
		return p.out, err
	}
	f := store.AlertFilter{Since: d.Now().Add(-time.Duration(p.out.Days) * 24 * time.Hour), Limit: previewAlerts + 1}
	switch s.Scope {
	case alert.RuleScope:
		f.Rules = []string{s.Target}
	case alert.TypeScope:
		f.Types = []string{s.Target}
	case alert.AllRules:
	}
	as, err := d.DB.Alerts.List(ctx, c.Org.ID, f)
	if err != nil {
		return p.out, err
	}
	if len(as) > previewAlerts {
		as, p.out.Complete = as[:previewAlerts], false
	}
	if p.show, err = newAlertShower(ctx, d, c, as); err != nil {
		return p.out, err
	}
	for _, a := range as {
		if p.out.Events >= previewEvents {
			p.out.Complete = false
			break
		}
		if err := p.look(ctx, a); err != nil {
			return p.out, err
		}
	}
	return p.out, nil
}

// previewer holds a suppression against the events of alerts.
type previewer struct {
	d    Deps
	c    portal.Caller
	s    alert.Suppression
	book *alert.Book
	show alertShower
	out  SuppressionPreview
}

func (p *previewer) look(ctx context.Context, a alert.Alert) error {
	es, err := evidenceOf(ctx, p.d, p.c, a.ID)
	if err != nil {
		return err
	}
	r := p.book.Rule(a.Rule)
	if r == nil { // it is gone; what the alert says of it is enough
		r = &rule.Rule{ID: a.Rule, Title: a.RuleTitle, Type: a.Type, Severity: a.Severity, Tags: a.Tags, Entity: rule.DefaultEntity}
	}
	p.out.Alerts++
	var hidden []EventBrief
	for _, e := range es {
		p.out.Events++
		hides, err := p.hides(e, r)
		if err != nil {
			p.out.Failed++
			p.out.Error = cmp.Or(p.out.Error, err.Error())
		}
		if hides {
			hidden = append(hidden, p.brief(e))
		}
	}
	p.out.HiddenEvents += len(hidden)
	whole := len(hidden) > 0 && len(hidden) == len(es)
	switch {
	case whole:
		p.out.HiddenAlerts++
	case len(hidden) > 0:
		p.out.LessAlerts++
	default:
		return nil
	}
	if len(p.out.Examples) < previewExamples {
		p.out.Examples = append(p.out.Examples, HiddenSample{p.show.alert(a), whole, hidden[:min(len(hidden), previewOfEach)]})
	}
	return nil
}

func (p *previewer) hides(e store.StoredEvent, r *rule.Rule) (bool, error) {
	raw, err := value.ParseJSON(e.Raw)
	if err != nil {
		return false, err
	}
	return p.s.Holds(raw, alert.About(r, e.Event), r)
}

// brief shows an event as far as the caller may see it.
func (p *previewer) brief(e store.StoredEvent) EventBrief {
	if !p.c.Can(portal.EventsRead) {
		return EventBrief{UUID: e.UUID}
	}
	return briefEvent(e)
}
