package api

import (
	"context"
	"slices"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/errs"
	"sallyport/internal/event"
	"sallyport/internal/portal"
	"sallyport/internal/rule"
	"sallyport/internal/store"
)

var (
	_ = add("GET /api/v1/alerts", portal.AlertsRead, doc{Summary: "Alerts, the newest first"}, listAlerts)
	_ = add("GET /api/v1/alerts/facets", portal.AlertsRead, doc{
		Summary: "How many alerts there are, by what they are", Help: "Each count leaves out the filter's own condition on it, so that it shows what else there is.",
	}, countAlerts)
	_ = add("GET /api/v1/alerts/{id}", portal.AlertsRead, doc{Summary: "An alert with what it is made of and what was done about it"}, getAlert)
	_ = add("GET /api/v1/alerts/{id}/events", portal.EventsRead, doc{Summary: "The events that an alert is made of, the newest first"}, alertEvents)
)

// Severity is how bad something is.
type Severity string

func severityOf(s rule.Severity) Severity { return Severity(s.String()) }

// rule returns the severity as rules have it.
func (s Severity) rule() rule.Severity {
	out, _ := rule.ParseSeverity(string(s)) // the schema lets no other word through
	return out
}

// Alert is an alert in a list.
type Alert struct {
	ID        string        `json:"id"`
	Number    int64         `json:"number" doc:"counts the organization's alerts, from 1"`
	Rule      Ref           `json:"rule"`
	Type      string        `json:"type" doc:"id of the alert type"`
	Title     string        `json:"title"`
	Severity  Severity      `json:"severity"`
	Entity    AlertEntity   `json:"entity"`
	State     alert.State   `json:"state"`
	Verdict   alert.Verdict `json:"verdict,omitempty" doc:"of a closed one"`
	Note      string        `json:"note,omitempty" doc:"why it was closed so"`
	Assignee  *Ref          `json:"assignee,omitempty"`
	Tags      []string      `json:"tags"`
	Hits      int           `json:"hits" doc:"how often the rule fired"`
	Events    int           `json:"events" doc:"that it is made of"`
	FirstAt   time.Time     `json:"firstAt" doc:"when the first of them was published"`
	LastAt    time.Time     `json:"lastAt"`
	Risk      int           `json:"risk" doc:"of the entity when the alert was hit last, 0 to 100"`
	Case      *Ref          `json:"case,omitempty"`
	DueAt     time.Time     `json:"dueAt,omitzero" doc:"until when the next thing should be done with it: acknowledged, then closed"`
	Overdue   bool          `json:"overdue"`
	AckedAt   time.Time     `json:"ackedAt,omitzero" doc:"when somebody first looked at it"`
	ClosedAt  time.Time     `json:"closedAt,omitzero"`
	CreatedAt time.Time     `json:"createdAt"`
	UpdatedAt time.Time     `json:"updatedAt"`
}

// AlertEntity is whom or what an alert is about.
type AlertEntity struct {
	Kind  string `json:"kind" doc:"user, ip, app, group, device, session, org, system or other"`
	ID    string `json:"id"`
	Login string `json:"login"`
	Name  string `json:"name"`
}

func showAlertEntity(e alert.Entity) AlertEntity { return AlertEntity(e) }

type alertFilter struct {
	State    []alert.State   `query:"state" doc:"one of these"`
	Verdict  []alert.Verdict `query:"verdict" doc:"one of these"`
	Severity []Severity      `query:"severity" doc:"one of these"`
	Type     []string        `query:"type" doc:"one of these alert types"`
	Rule     []string        `query:"rule" doc:"id of one of these rules"`
	Tag      []string        `query:"tag" doc:"all of these, such as attack.t1621"`
	Attack   []string        `query:"attack" doc:"one of these tactics or techniques of ATT&CK, such as credential-access or T1098; a technique with its parts"`
	Entity   string          `query:"entity" doc:"id, login or name of whom it is about; with entityKind its id, or its login if it has none"`
	Kind     string          `query:"entityKind" doc:"what entity is: user, ip …"`
	Assignee []string        `query:"assignee" doc:"id of one of these accounts; me for one's own, nobody for those of nobody"`
	Case     string          `query:"case" doc:"id of the case"`
	Q        string          `query:"q" max:"200" doc:"a text in the title, or in what names the entity"`
	Since    time.Time       `query:"since" doc:"made at this time or later"`
	Until    time.Time       `query:"until" doc:"made before this time"`
	Overdue  bool            `query:"overdue" doc:"something should have been done by now"`
}

func (f alertFilter) filter(d Deps, c portal.Caller) store.AlertFilter {
	out := store.AlertFilter{
		States: f.State, Verdicts: f.Verdict, Severities: each(f.Severity, Severity.rule), Types: f.Type, Rules: f.Rule, Tags: f.Tag, Attack: f.Attack, Assignees: assignees(f.Assignee, c), Case: f.Case, Text: f.Q,
		Since: f.Since, Until: f.Until,
	}
	if f.Entity != "" {
		out.Entity = &alert.EntityKey{Kind: f.Kind, ID: f.Entity}
	}
	if f.Overdue {
		out.Overdue = d.Now()
	}
	return out
}

// assignees reads whom a list is asked for.
func assignees(words []string, c portal.Caller) []string {
	return each(words, func(w string) string {
		switch w {
		case "me":
			return c.Account.ID
		case "nobody":
			return ""
		}
		return w
	})
}

type listAlertsIn struct {
	paging
	alertFilter
}

func listAlerts(ctx context.Context, d Deps, c portal.Caller, in listAlertsIn) (Page[Alert], error) {
	place, err := in.place()
	if err != nil {
		return Page[Alert]{}, err
	}
	f := in.filter(d, c)
	f.After, f.Limit = place, in.limit()+1
	as, err := d.DB.Alerts.List(ctx, c.Org.ID, f)
	if err != nil {
		return Page[Alert]{}, err
	}
	s, err := newAlertShower(ctx, d, c, as)
	return pageOf(as, in.paging, func(a alert.Alert) store.Place { return store.Place{At: a.CreatedAt, ID: a.ID} }, s.alert), err
}

// alertShower shows alerts by the names of whom they are assigned to and of their
// cases.
type alertShower struct {
	people, cases map[string]string
	now           time.Time
}

func newAlertShower(ctx context.Context, d Deps, c portal.Caller, as []alert.Alert) (alertShower, error) {
	s := alertShower{now: d.Now()}
	var err error
	if s.people, err = namesOf(ctx, d, c, each(as, func(a alert.Alert) string { return a.Assignee })); err != nil {
		return s, err
	}
	s.cases, err = d.DB.Cases.Titles(ctx, c.Org.ID, each(as, func(a alert.Alert) string { return a.Case }))
	return s, err
}

func (s alertShower) alert(a alert.Alert) Alert {
	due := a.DueAt()
	return Alert{
		ID: a.ID, Number: a.Number, Rule: Ref{a.Rule, a.RuleTitle}, Type: a.Type, Title: a.Title, Severity: severityOf(a.Severity), Entity: showAlertEntity(a.Entity), State: a.State,
		Verdict: a.Verdict, Note: a.Note, Assignee: refIf(s.people, a.Assignee), Tags: orNone(a.Tags), Hits: a.Hits, Events: a.Events, FirstAt: a.FirstAt, LastAt: a.LastAt, Risk: a.Risk,
		Case: refIf(s.cases, a.Case), DueAt: due, Overdue: !due.IsZero() && due.Before(s.now), AckedAt: a.AckedAt, ClosedAt: a.ClosedAt, CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
}

// Facets count alerts by what they are.
type Facets struct {
	States     []FacetCount `json:"states"`
	Severities []FacetCount `json:"severities"`
	Types      []FacetCount `json:"types"`
	Rules      []FacetCount `json:"rules" doc:"by id"`
	Assignees  []FacetCount `json:"assignees" doc:"by account; the empty value is nobody"`
	Attack     []FacetCount `json:"attack" doc:"by tactic and technique of ATT&CK; a technique counts its parts"`
	Overdue    int          `json:"overdue" doc:"of all alerts"`
}

// FacetCount is how often a value is there.
type FacetCount struct {
	Value string `json:"value"`
	Name  string `json:"name,omitempty" doc:"of what the value is the id of"`
	Count int    `json:"count"`
}

type countAlertsIn struct{ alertFilter }

func countAlerts(ctx context.Context, d Deps, c portal.Caller, in countAlertsIn) (Facets, error) {
	got, err := d.DB.Alerts.Facets(ctx, c.Org.ID, in.filter(d, c))
	if err != nil {
		return Facets{}, err
	}
	out := Facets{States: facets(got.States, nil), Types: facets(got.Types, nil)}
	for _, s := range slices.Backward(alert.Severities()) {
		if n := got.Severities[s]; n > 0 {
			out.Severities = append(out.Severities, FacetCount{Value: s.String(), Count: n})
		}
	}
	titles, err := ruleTitles(ctx, d, c)
	if err != nil {
		return out, err
	}
	out.Rules = facets(got.Rules, titles)
	var ids []string
	for id := range got.Assignees {
		ids = append(ids, id)
	}
	people, err := namesOf(ctx, d, c, ids)
	if err != nil {
		return out, err
	}
	out.Assignees = facets(got.Assignees, people)
	attack, err := attackNames()
	if err != nil {
		return out, err
	}
	out.Attack = facets(got.Attack, attack)
	out.Overdue, err = d.DB.Alerts.Overdue(ctx, c.Org.ID, d.Now())
	return out, err
}

// facets lists counts, the most first.
func facets[K ~string](counts map[K]int, names map[string]string) []FacetCount {
	out := []FacetCount{}
	for k, n := range counts {
		out = append(out, FacetCount{string(k), names[string(k)], n})
	}
	slices.SortFunc(out, func(a, b FacetCount) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		if a.Value < b.Value {
			return -1
		}
		return 1
	})
	return out
}

// AlertDetail is an alert with all that belongs to it.
type AlertDetail struct {
	Alert

	RiskNow    int          `json:"riskNow" doc:"of the entity, as of now"`
	AckDueAt   time.Time    `json:"ackDueAt,omitzero"`
	CloseDueAt time.Time    `json:"closeDueAt,omitzero"`
	RuleDetail *RuleBrief   `json:"ruleDetail,omitempty" doc:"not there if the rule is gone, or not to be seen"`
	Evidence   []Event      `json:"evidence" doc:"the newest of the events; GET …/events has all, with what they say"`
	Timeline   []AlertEntry `json:"timeline" doc:"what was done, the oldest first; runs and their actions stand beside it"`
	Runs       []Run        `json:"runs" doc:"that it started, or that somebody started for it, the newest first"`
	Actions    []Action     `json:"actions" doc:"what those runs did, the newest first"`
	Related    []Alert      `json:"related" doc:"other alerts about the same, the newest first"`
}

// AlertEntry is a line of a timeline.
type AlertEntry struct {
	At   time.Time       `json:"at"`
	By   *Ref            `json:"by,omitempty" doc:"who did it; not there if nobody did"`
	Kind alert.EntryKind `json:"kind"`
	Was  string          `json:"was,omitempty"`
	Is   string          `json:"is,omitempty"`
	Text string          `json:"text,omitempty"`
	Of   string          `json:"of" doc:"id of the alert or case that it is of"`
}

const (
	maxShownEvidence = 20
	maxRelated       = 20
)

func getAlert(ctx context.Context, d Deps, c portal.Caller, in idIn) (AlertDetail, error) {
	a, err := d.DB.Alerts.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return AlertDetail{}, err
	}
	return alertDetail(ctx, d, c, a)
}

func alertDetail(ctx context.Context, d Deps, c portal.Caller, a alert.Alert) (AlertDetail, error) {
	related, err := d.DB.Alerts.List(ctx, c.Org.ID, store.AlertFilter{Entity: new(a.Entity.Key()), Limit: maxRelated + 1})
	if err != nil {
		return AlertDetail{}, err
	}
	related = slices.DeleteFunc(related, func(o alert.Alert) bool { return o.ID == a.ID })
	s, err := newAlertShower(ctx, d, c, append(related, a))
	if err != nil {
		return AlertDetail{}, err
	}
	out := AlertDetail{Alert: s.alert(a), AckDueAt: a.AckDueAt, CloseDueAt: a.CloseDueAt, Related: each(related, s.alert), Evidence: []Event{}, Runs: []Run{}, Actions: []Action{}}
	risks, err := d.DB.Alerts.Risks(ctx, c.Org.ID, []alert.EntityKey{a.Entity.Key()})
	if err != nil {
		return out, err
	}
	out.RiskNow = risks[a.Entity.Key()].Score(d.Now())
	if out.Timeline, err = timelineOf(ctx, d, c, []string{a.ID}); err != nil {
		return out, err
	}
	if out.Runs, out.Actions, err = alertRuns(ctx, d, c, a.ID); err != nil {
		return out, err
	}
	if c.Can(portal.RulesRead) {
		if out.RuleDetail, err = ruleBriefOf(ctx, d, c, a.Rule); err != nil {
			return out, err
		}
	}
	if c.Can(portal.EventsRead) {
		es, err := evidenceOf(ctx, d, c, a.ID)
		if err != nil {
			return out, err
		}
		out.Evidence, err = showEvents(ctx, d, c, es[:min(len(es), maxShownEvidence)])
		return out, err
	}
	return out, nil
}

// evidenceOf returns the stored events of an alert, the newest first.
func evidenceOf(ctx context.Context, d Deps, c portal.Caller, id string) ([]store.StoredEvent, error) {
	uuids, err := d.DB.Alerts.Evidence(ctx, c.Org.ID, id)
	if err != nil {
		return nil, err
	}
	found, err := d.DB.Events.Some(ctx, c.Org.ID, uuids)
	if err != nil {
		return nil, err
	}
	out := make([]store.StoredEvent, 0, len(found))
	for _, e := range found {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b store.StoredEvent) int {
		if n := b.Published.Compare(a.Published); n != 0 {
			return n
		}
		return int(b.Seq - a.Seq)
	})
	return out, nil
}

func showEvents(ctx context.Context, d Deps, c portal.Caller, es []store.StoredEvent) ([]Event, error) {
	sources, err := d.DB.Sources.Names(ctx, c.Org.ID)
	if err != nil {
		return nil, err
	}
	runs, err := d.DB.Runs.OfEvents(ctx, c.Org.ID, each(es, func(e store.StoredEvent) string { return e.UUID }))
	return each(es, func(e store.StoredEvent) Event { return showEvent(e, sources, runs) }), err
}

// AlertEvents are the events of an alert as they came.
type AlertEvents struct {
	Page[EvidenceEvent]

	Total int `json:"total" doc:"how many the alert counts; those beyond a thousand are not kept by name"`
}

type alertEventsIn struct {
	paging

	ID string `path:"id"`
}

func alertEvents(ctx context.Context, d Deps, c portal.Caller, in alertEventsIn) (AlertEvents, error) {
	out := AlertEvents{Page: Page[EvidenceEvent]{Items: []EvidenceEvent{}}}
	if !c.Can(portal.AlertsRead) {
		return out, errs.New(errs.Denied, "the permission %s is wanted", portal.AlertsRead)
	}
	a, err := d.DB.Alerts.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return out, err
	}
	from, err := in.offset()
	if err != nil {
		return out, err
	}
	es, err := evidenceOf(ctx, d, c, a.ID)
	if err != nil {
		return out, err
	}
	from = min(from, len(es))
	end := min(len(es), from+in.limit())
	if end < len(es) {
		out.Next = offsetCursor(end)
	}
	shown, err := showEvents(ctx, d, c, es[from:end])
	if err != nil {
		return out, err
	}
	var by *rule.Rule
	if c.Can(portal.RulesRead) {
		rules, err := d.Rules.Book(ctx, c.Org.ID)
		if err != nil {
			return out, err
		}
		by = rules.Rule(a.Rule)
	}
	out.Total = a.Events
	for i, e := range es[from:end] {
		one := EvidenceEvent{Event: shown[i]}
		if one.Raw, err = rawFor(c, e); err != nil {
			return out, err
		}
		if one.Matched, err = lookedAt(by, e.Event); err != nil {
			return out, err
		}
		out.Items = append(out.Items, one)
	}
	return out, nil
}

// lookedAt returns what a rule looked at in an event; nothing of no rule.
func lookedAt(r *rule.Rule, e event.Event) ([]LookedAt, error) {
	if r == nil {
		return []LookedAt{}, nil
	}
	got, err := r.Looked(e)
	return each(got, func(l rule.Looked) LookedAt { return LookedAt{l.Path, orNone(l.Values)} }), err
}

// recentOf returns the newest alerts of a rule.
func recentOf(ctx context.Context, d Deps, c portal.Caller, ruleID string) ([]Alert, error) {
	as, err := d.DB.Alerts.List(ctx, c.Org.ID, store.AlertFilter{Rules: []string{ruleID}, Limit: maxRelated})
	if err != nil {
		return nil, err
	}
	s, err := newAlertShower(ctx, d, c, as)
	return each(as, s.alert), err
}

// alertsOf returns the alerts that an event is part of.
func alertsOf(ctx context.Context, d Deps, c portal.Caller, uuid string) ([]Alert, error) {
	as, err := d.DB.Alerts.OfEvent(ctx, c.Org.ID, uuid)
	if err != nil {
		return nil, err
	}
	s, err := newAlertShower(ctx, d, c, as)
	return each(as, s.alert), err
}
