package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/id"
	"sallyport/internal/live"
	"sallyport/internal/portal"
	"sallyport/internal/rule"
	"sallyport/internal/store"
)

var (
	_ = add("GET /api/v1/cases", portal.AlertsRead, doc{Summary: "Cases, the newest first"}, listCases)
	_ = add("POST /api/v1/cases", portal.AlertsWrite, doc{Summary: "Make a case of alerts", Status: http.StatusCreated}, createCase)
	_ = add("GET /api/v1/cases/{id}", portal.AlertsRead, doc{Summary: "A case with its alerts and all that was done"}, getCase)
	_ = add("PATCH /api/v1/cases/{id}", portal.AlertsWrite, doc{Summary: "Work on a case", Help: "What is not named stays. Closing wants a verdict."}, patchCase)
	_ = add("POST /api/v1/cases/{id}/alerts", portal.AlertsWrite, doc{Summary: "Put alerts into a case, and take others out"}, moveAlerts)
	_ = add("POST /api/v1/cases/{id}/split", portal.AlertsWrite, doc{Summary: "Make a new case of some alerts of a case", Status: http.StatusCreated}, splitCase)
	_ = add("POST /api/v1/cases/{id}/merge", portal.AlertsWrite, doc{Summary: "Move all alerts of another case into this one, and close that"}, mergeCase)
)

// AlertCase is a case in a list.
type AlertCase struct {
	ID        string        `json:"id"`
	Number    int64         `json:"number" doc:"counts the organization's cases, from 1"`
	Title     string        `json:"title"`
	State     alert.State   `json:"state" doc:"open, in_progress or closed"`
	Severity  Severity      `json:"severity"`
	Assignee  *Ref          `json:"assignee,omitempty"`
	Verdict   alert.Verdict `json:"verdict,omitempty" doc:"of a closed one"`
	Note      string        `json:"note,omitempty" doc:"how it was closed"`
	MergedTo  string        `json:"mergedTo,omitempty" doc:"id of the case that took its alerts"`
	Alerts    int           `json:"alerts"`
	CreatedBy *Ref          `json:"createdBy,omitempty"`
	CreatedAt time.Time     `json:"createdAt"`
	UpdatedAt time.Time     `json:"updatedAt"`
	ClosedAt  time.Time     `json:"closedAt,omitzero"`
}

type listCasesIn struct {
	paging

	State    []alert.State `query:"state" doc:"one of these"`
	Assignee []string      `query:"assignee" doc:"id of one of these accounts; me for one's own, nobody for those of nobody"`
	Q        string        `query:"q" max:"200" doc:"a text in the title"`
}

func listCases(ctx context.Context, d Deps, c portal.Caller, in listCasesIn) (Page[AlertCase], error) {
	read := func(after store.Place, limit int) ([]alert.Case, error) {
		return d.DB.Cases.List(ctx, c.Org.ID, store.CaseFilter{States: in.State, Assignees: assignees(in.Assignee, c), Text: in.Q, After: after, Limit: limit})
	}
	place := func(c alert.Case) store.Place { return store.Place{At: c.CreatedAt, ID: c.ID} }
	return listed(in.paging, read, place, func(cs []alert.Case) (func(alert.Case) AlertCase, error) {
		s, err := newCaseShower(ctx, d, c, cs)
		return s.show, err
	})
}

// caseShower shows cases by the names of people, with how many alerts they have.
type caseShower struct {
	people map[string]string
	sizes  map[string]int
}

func newCaseShower(ctx context.Context, d Deps, c portal.Caller, cs []alert.Case) (s caseShower, err error) {
	var ids, accounts []string
	for _, one := range cs {
		ids, accounts = append(ids, one.ID), append(accounts, one.Assignee, one.CreatedBy)
	}
	if s.people, err = namesOf(ctx, d, c, accounts); err != nil {
		return s, err
	}
	s.sizes, err = d.DB.Cases.Sizes(ctx, c.Org.ID, ids)
	return s, err
}

func (s caseShower) show(c alert.Case) AlertCase {
	return AlertCase{
		ID: c.ID, Number: c.Number, Title: c.Title, State: c.State, Severity: severityOf(c.Severity), Assignee: refIf(s.people, c.Assignee), Verdict: c.Verdict, Note: c.Note,
		MergedTo: c.MergedTo, Alerts: s.sizes[c.ID], CreatedBy: refIf(s.people, c.CreatedBy), CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, ClosedAt: c.ClosedAt,
	}
}

// CaseDetail is a case with all that belongs to it.
type CaseDetail struct {
	AlertCase

	AlertList []Alert      `json:"alertList" doc:"its alerts, the newest first"`
	Events    []Event      `json:"events" doc:"the newest events of its alerts, as far as they may be seen"`
	Timeline  []AlertEntry `json:"timeline" doc:"what was done with it and its alerts, the oldest first"`
	Runs      []Run        `json:"runs" doc:"that its alerts started, or that somebody started for them"`
	Actions   []Action     `json:"actions" doc:"what those runs did"`
}

// maxCaseAlerts bounds the alerts that stand with a case.
const maxCaseAlerts = 200

func getCase(ctx context.Context, d Deps, c portal.Caller, in idIn) (CaseDetail, error) {
	got, err := d.DB.Cases.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return CaseDetail{}, err
	}
	s, err := newCaseShower(ctx, d, c, []alert.Case{got})
	if err != nil {
		return CaseDetail{}, err
	}
	out := CaseDetail{AlertCase: s.show(got), Events: []Event{}, Runs: []Run{}, Actions: []Action{}}
	as, err := d.DB.Alerts.List(ctx, c.Org.ID, store.AlertFilter{Case: got.ID, Limit: maxCaseAlerts})
	if err != nil {
		return out, err
	}
	show, err := newAlertShower(ctx, d, c, as)
	if err != nil {
		return out, err
	}
	out.AlertList = each(as, show.alert)
	if out.Timeline, err = timelineOf(ctx, d, c, append(each(as, func(a alert.Alert) string { return a.ID }), got.ID)); err != nil {
		return out, err
	}
	return out, addCaseStory(ctx, d, c, as, &out)
}

// addCaseStory adds the events of a case's alerts, and what was done for them.
func addCaseStory(ctx context.Context, d Deps, c portal.Caller, as []alert.Alert, out *CaseDetail) error {
	var events []store.StoredEvent
	seen := map[string]bool{}
	for _, a := range as {
		runs, actions, err := alertRuns(ctx, d, c, a.ID)
		if err != nil {
			return err
		}
		out.Runs, out.Actions = append(out.Runs, runs...), append(out.Actions, actions...)
		if !c.Can(portal.EventsRead) || len(seen) >= maxShownEvidence*5 {
			continue
		}
		es, err := evidenceOf(ctx, d, c, a.ID)
		if err != nil {
			return err
		}
		for _, e := range es[:min(len(es), maxShownEvidence)] {
			if !seen[e.UUID] {
				seen[e.UUID] = true
				events = append(events, e)
			}
		}
	}
	slices.SortFunc(events, func(a, b store.StoredEvent) int { return b.Published.Compare(a.Published) })
	slices.SortFunc(out.Runs, func(a, b Run) int { return b.CreatedAt.Compare(a.CreatedAt) })
	slices.SortFunc(out.Actions, func(a, b Action) int { return b.StartedAt.Compare(a.StartedAt) })
	var err error
	out.Events, err = showEvents(ctx, d, c, events)
	return err
}

type createCaseIn struct {
	Title    string   `json:"title" min:"1" max:"200"`
	Alerts   []string `json:"alerts" max:"500" doc:"ids"`
	Assignee *string  `json:"assignee,omitempty" doc:"id or e-mail address of a member, me for oneself"`
}

func createCase(ctx context.Context, d Deps, c portal.Caller, in createCaseIn) (CaseDetail, error) {
	made := newCase(d, c, in.Title)
	assignee, err := assigneeOf(ctx, d, c, in.Assignee)
	if err != nil {
		return CaseDetail{}, err
	}
	if assignee != nil {
		made.Assignee = *assignee
	}
	return addCase(ctx, d, c, made, in.Alerts, "")
}

func newCase(d Deps, c portal.Caller, title string) alert.Case {
	now := d.Now()
	return alert.Case{ID: id.At(now), Org: c.Org.ID, Title: title, State: alert.Open, CreatedBy: c.Account.ID, CreatedAt: now, UpdatedAt: now}
}

// addCase makes a case of alerts, as severe as the most severe of them. With from
// they have to be of that case.
func addCase(ctx context.Context, d Deps, c portal.Caller, made alert.Case, ids []string, from string) (CaseDetail, error) {
	as, err := d.DB.Alerts.Some(ctx, c.Org.ID, ids)
	if err != nil {
		return CaseDetail{}, err
	}
	for i, one := range ids {
		a, ok := as[one]
		if !ok || from != "" && a.Case != from {
			return CaseDetail{}, &field{"alerts[" + strconv.Itoa(i) + "]", errs.New(errs.NotFound, "there is no such alert")}
		}
		made.Severity = max(made.Severity, a.Severity)
	}
	apply, err := alertApplier(ctx, d, c, alert.Change{Case: &made.ID})
	if err != nil {
		return CaseDetail{}, err
	}
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.AddCase(ctx, made); err != nil {
			return err
		}
		return tx.CaseAlerts(ctx, c.Org.ID, made.ID, orNone(ids), apply)
	})
	if err != nil {
		return CaseDetail{}, err
	}
	caseChanged(d, c, made.ID)
	return getCase(ctx, d, c, idIn{ID: made.ID})
}

func caseChanged(d Deps, c portal.Caller, id string) {
	d.Live.Publish(c.Org.ID, live.Message{Topic: live.Case, ID: id})
	d.Live.Publish(c.Org.ID, live.Message{Topic: live.Alert})
}

type patchCaseIn struct {
	ID          string        `path:"id"`
	Title       *string       `json:"title,omitempty" min:"1" max:"200"`
	State       *alert.State  `json:"state,omitempty" doc:"open, in_progress or closed"`
	Verdict     alert.Verdict `json:"verdict,omitempty" doc:"wanted with the state closed"`
	Note        string        `json:"note,omitempty" max:"4000"`
	Severity    *Severity     `json:"severity,omitempty"`
	Assignee    *string       `json:"assignee,omitempty" doc:"id or e-mail address of a member, me for oneself; empty for nobody"`
	Comment     string        `json:"comment,omitempty" max:"10000"`
	CloseAlerts bool          `json:"closeAlerts,omitempty" doc:"with the state closed: close its alerts that are not, with the same verdict and note"`
}

func patchCase(ctx context.Context, d Deps, c portal.Caller, in patchCaseIn) (CaseDetail, error) {
	ch := alert.CaseChange{Title: in.Title, State: in.State, Verdict: in.Verdict, Note: in.Note, Comment: in.Comment}
	if in.Severity != nil {
		ch.Severity = new(in.Severity.rule())
	}
	var err error
	if ch.Assignee, err = assigneeOf(ctx, d, c, in.Assignee); err != nil {
		return CaseDetail{}, err
	}
	var more func(*store.Tx, alert.Case) error
	if in.CloseAlerts && in.State != nil && *in.State == alert.Closed {
		apply, err := alertApplier(ctx, d, c, alert.Change{State: in.State, Verdict: in.Verdict, Note: in.Note})
		if err != nil {
			return CaseDetail{}, err
		}
		more = func(tx *store.Tx, k alert.Case) error {
			return tx.CaseAlerts(ctx, c.Org.ID, k.ID, nil, func(a alert.Alert) (alert.Alert, []alert.Entry, []flow.Run, error) {
				if a.State == alert.Closed {
					return a, nil, nil, nil
				}
				return apply(a)
			})
		}
	}
	_, err = d.DB.Cases.Change(ctx, c.Org.ID, in.ID, func(k alert.Case) (alert.Case, []alert.Entry, error) { return k.Apply(ch, c.Account.ID, d.Now()) }, more)
	if err != nil {
		return CaseDetail{}, err
	}
	caseChanged(d, c, in.ID)
	return getCase(ctx, d, c, idIn{ID: in.ID})
}

type moveAlertsIn struct {
	ID     string   `path:"id"`
	Add    []string `json:"add,omitempty" max:"500" doc:"ids of alerts"`
	Remove []string `json:"remove,omitempty" max:"500" doc:"ids of alerts of the case"`
}

func moveAlerts(ctx context.Context, d Deps, c portal.Caller, in moveAlertsIn) (CaseDetail, error) {
	into, err := alertApplier(ctx, d, c, alert.Change{Case: &in.ID})
	if err != nil {
		return CaseDetail{}, err
	}
	none := ""
	out, err := alertApplier(ctx, d, c, alert.Change{Case: &none})
	if err != nil {
		return CaseDetail{}, err
	}
	_, err = d.DB.Cases.Change(ctx, c.Org.ID, in.ID, func(k alert.Case) (alert.Case, []alert.Entry, error) {
		return k.Moved(len(in.Add), len(in.Remove), c.Account.ID, d.Now())
	}, func(tx *store.Tx, k alert.Case) error {
		if err := tx.CaseAlerts(ctx, c.Org.ID, k.ID, orNone(in.Add), into); err != nil {
			return err
		}
		return tx.CaseAlerts(ctx, c.Org.ID, k.ID, orNone(in.Remove), func(a alert.Alert) (alert.Alert, []alert.Entry, []flow.Run, error) {
			if a.Case != k.ID {
				return a, nil, nil, errs.New(errs.Invalid, "the alert %d is none of the case", a.Number)
			}
			return out(a)
		})
	})
	if err != nil {
		return CaseDetail{}, err
	}
	caseChanged(d, c, in.ID)
	return getCase(ctx, d, c, idIn{ID: in.ID})
}

type splitCaseIn struct {
	ID     string   `path:"id"`
	Title  string   `json:"title" min:"1" max:"200" doc:"of the new case"`
	Alerts []string `json:"alerts" min:"1" max:"500" doc:"ids of alerts of the case"`
}

func splitCase(ctx context.Context, d Deps, c portal.Caller, in splitCaseIn) (CaseDetail, error) {
	from, err := d.DB.Cases.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return CaseDetail{}, err
	}
	made := newCase(d, c, in.Title)
	made.Assignee, made.Severity = from.Assignee, rule.Informational
	out, err := addCase(ctx, d, c, made, in.Alerts, from.ID)
	if err == nil {
		caseChanged(d, c, from.ID)
	}
	return out, err
}

type mergeCaseIn struct {
	ID   string `path:"id"`
	Case string `json:"case" doc:"id of the other case"`
}

func mergeCase(ctx context.Context, d Deps, c portal.Caller, in mergeCaseIn) (CaseDetail, error) {
	if _, err := d.DB.Cases.Merge(ctx, c.Org.ID, in.Case, in.ID, c.Account.ID); err != nil {
		return CaseDetail{}, err
	}
	caseChanged(d, c, in.Case)
	caseChanged(d, c, in.ID)
	return getCase(ctx, d, c, idIn{ID: in.ID})
}
