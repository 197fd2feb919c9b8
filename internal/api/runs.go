package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/trace"
	"sallyport/internal/value"
)

var (
	_ = add("GET /api/v1/runs", portal.RunsRead, doc{Summary: "Runs, the newest first"}, listRuns)
	_ = add("GET /api/v1/runs/{id}", portal.RunsRead, doc{Summary: "A run with its first steps and what it did"}, getRun)
	_ = add("GET /api/v1/runs/{id}/steps", portal.RunsRead, doc{Summary: "A run's steps, in the order in which they were begun"}, listSteps)
	_ = add("POST /api/v1/runs/{id}/cancel", portal.RunsCancel, doc{Summary: "Cancel a run", Help: "One that waits ends at once; one under way before its next card."}, cancelRun)
	_ = add("POST /api/v1/runs/{id}/retry", portal.RunsCancel, doc{Summary: "Take a run up again where it failed", Help: "What it did stands and is not repeated."}, retryRun)
	_ = add("POST /api/v1/runs/{id}/again", portal.RunsCancel, doc{
		Summary: "Run the flow again with the run's event or input", Help: "From its first card, with the version that is published now.", Status: http.StatusCreated,
	}, againRun)
)

// Run is a run in a list.
type Run struct {
	ID         string           `json:"id"`
	Flow       Ref              `json:"flow"`
	Version    int              `json:"version"`
	State      flow.State       `json:"state"`
	Cause      flow.TriggerKind `json:"cause"`
	Event      *EventBrief      `json:"event,omitempty" doc:"that started it, or the newest of the alert that did"`
	Alert      string           `json:"alert,omitempty" doc:"id of the alert that started it, or for which somebody did"`
	CausedBy   *Ref             `json:"causedBy,omitempty" doc:"who started it by hand"`
	RetryOf    string           `json:"retryOf,omitempty" doc:"id of the run that this one repeats"`
	DryRun     bool             `json:"dryRun" doc:"effects are shown, not made"`
	Error      string           `json:"error,omitempty"`
	Reason     string           `json:"reason,omitempty" doc:"why it waits or was stopped"`
	Unknown    int              `json:"unknown" doc:"effects of which nobody knows whether they happened"`
	Refused    int              `json:"refused" doc:"effects that the guard refused"`
	Cancelling bool             `json:"cancelling" doc:"somebody wants it to end, and it has not yet"`
	Trace      string           `json:"trace,omitempty" doc:"id of the work that it belongs to, from the event that set it off on: it stands in the log, and in traces of OpenTelemetry"`
	CreatedAt  time.Time        `json:"createdAt"`
	StartedAt  time.Time        `json:"startedAt,omitzero"`
	WakeAt     time.Time        `json:"wakeAt,omitzero" doc:"until when it waits"`
	EndedAt    time.Time        `json:"endedAt,omitzero"`
}

type listRunsIn struct {
	paging

	Flow  string       `query:"flow" doc:"id of the flow"`
	Event string       `query:"event" doc:"uuid of the event"`
	Alert string       `query:"alert" doc:"id of the alert"`
	State []flow.State `query:"state" doc:"one of these"`
	Since time.Time    `query:"since" doc:"made at this time or later"`
	Until time.Time    `query:"until" doc:"made before this time"`
}

func listRuns(ctx context.Context, d Deps, c portal.Caller, in listRunsIn) (Page[Run], error) {
	f := store.RunFilter{Flow: in.Flow, Event: in.Event, Alert: in.Alert, States: in.State, Since: in.Since, Until: in.Until}
	read := func(after store.Place, limit int) ([]flow.Run, error) {
		f.After, f.Limit = after, limit
		return d.DB.Runs.List(ctx, c.Org.ID, f)
	}
	place := func(r flow.Run) store.Place { return store.Place{At: r.CreatedAt, ID: r.ID} }
	return listed(in.paging, read, place, func(runs []flow.Run) (func(flow.Run) Run, error) {
		s, err := newRunShower(ctx, d, c, runs)
		return s.run, err
	})
}

// runShower shows runs by the names of what they belong to.
type runShower struct {
	titles map[string]string
	people map[string]string
	events map[string]store.StoredEvent
}

func newRunShower(ctx context.Context, d Deps, c portal.Caller, runs []flow.Run) (runShower, error) {
	s := runShower{}
	var err error
	if s.titles, err = d.DB.Flows.Titles(ctx, c.Org.ID); err != nil {
		return s, err
	}
	if s.people, err = namesOf(ctx, d, c, each(runs, func(r flow.Run) string { return r.CausedBy })); err != nil {
		return s, err
	}
	if !c.Can(portal.EventsRead) {
		return s, nil
	}
	s.events, err = d.DB.Events.Some(ctx, c.Org.ID, each(runs, func(r flow.Run) string { return r.Event }))
	return s, err
}

func (s runShower) run(r flow.Run) Run {
	out := Run{
		ID: r.ID, Flow: refTo(s.titles, r.Flow), Version: r.Version, State: r.State, Cause: r.Cause, Alert: r.Alert, CausedBy: refIf(s.people, r.CausedBy), RetryOf: r.RetryOf,
		Trace: trace.IDOf(r.Trace), DryRun: r.DryRun, Error: r.Error, Reason: r.Reason, Unknown: r.Unknown, Refused: r.Refused, Cancelling: r.Cancel && !r.State.Ended(),
		CreatedAt: r.CreatedAt, StartedAt: r.StartedAt, WakeAt: r.WakeAt, EndedAt: r.EndedAt,
	}
	if e, ok := s.events[r.Event]; ok {
		brief := briefEvent(e)
		out.Event = &brief
	} else if r.Event != "" {
		out.Event = &EventBrief{UUID: r.Event}
	}
	return out
}

// RunDetail is a run with what happened in it.
type RunDetail struct {
	Run

	DataKept  bool       `json:"dataKept" doc:"the run keeps the data that passes through it; otherwise values are shown by their kinds and sizes"`
	Input     any        `json:"input,omitempty" doc:"of a run on demand"`
	Result    any        `json:"result,omitempty" doc:"what a return card gave"`
	Steps     Page[Step] `json:"steps" doc:"the first ones; GET …/steps goes on"`
	Actions   []Action   `json:"actions" doc:"the guard's ledger of the run, the newest first"`
	CanCancel bool       `json:"canCancel"`
	CanRetry  bool       `json:"canRetry"`
	CanAgain  bool       `json:"canAgain"`
}

// Step is one card's execution.
type Step struct {
	Path      string         `json:"path" doc:"where in the run: each_user#3/tell is the card tell in round 3 of the loop each_user"`
	Seq       int            `json:"seq"`
	Flow      Ref            `json:"flow" doc:"the run's own, or a helper"`
	Version   int            `json:"version" doc:"of that flow, with which the run goes on; 0 where that is not known"`
	Card      string         `json:"card" doc:"id of the card in that flow"`
	Title     string         `json:"title"`
	Kind      flow.CardKind  `json:"kind,omitempty" doc:"not there if the flow's version is gone"`
	Use       string         `json:"use,omitempty"`
	State     flow.StepState `json:"state"`
	Attempt   int            `json:"attempt"`
	Input     any            `json:"input,omitempty"`
	Output    any            `json:"output,omitempty"`
	Error     string         `json:"error,omitempty"`
	Reason    string         `json:"reason,omitempty"`
	Action    string         `json:"action,omitempty" doc:"id of the ledger's entry"`
	StartedAt time.Time      `json:"startedAt"`
	EndedAt   time.Time      `json:"endedAt,omitzero"`
}

// maxRunActions bounds the ledger's entries that stand with a run.
const maxRunActions = 200

func getRun(ctx context.Context, d Deps, c portal.Caller, in idIn) (RunDetail, error) {
	r, err := d.DB.Runs.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return RunDetail{}, err
	}
	s, err := newRunShower(ctx, d, c, []flow.Run{r})
	if err != nil {
		return RunDetail{}, err
	}
	out := RunDetail{
		Run: s.run(r), DataKept: r.SaveData, Actions: []Action{},
		CanCancel: !r.State.Ended(), CanRetry: retryable(r), CanAgain: s.titles[r.Flow] != "" && repeatable(r),
	}
	if r.SaveData { // else the input is sealed while the run is under way, and gone after
		if out.Input, err = value.Load(r.Input); err != nil {
			return out, err
		}
	}
	if out.Result, err = value.Load(r.Result); err != nil {
		return out, err
	}
	if out.Steps, err = pageOfSteps(ctx, d, r, s.titles, paging{Limit: maxSteps}); err != nil || !c.Can(portal.ActionsRead) {
		return out, err
	}
	entries, err := d.DB.Actions.List(ctx, c.Org.ID, store.ActionFilter{Run: r.ID, Limit: maxRunActions})
	if err != nil {
		return out, err
	}
	show, err := newActionShower(ctx, d, c, entries)
	out.Actions = each(entries, show.action)
	return out, err
}

// maxSteps is how many steps stand with a run.
const maxSteps = 200

type listStepsIn struct {
	paging

	ID string `path:"id"`
}

func listSteps(ctx context.Context, d Deps, c portal.Caller, in listStepsIn) (Page[Step], error) {
	r, err := d.DB.Runs.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return Page[Step]{}, err
	}
	titles, err := d.DB.Flows.Titles(ctx, c.Org.ID)
	if err != nil {
		return Page[Step]{}, err
	}
	return pageOfSteps(ctx, d, r, titles, in.paging)
}

func pageOfSteps(ctx context.Context, d Deps, r flow.Run, titles map[string]string, p paging) (Page[Step], error) {
	after, err := p.offset()
	if err != nil {
		return Page[Step]{}, err
	}
	rows, err := d.DB.Runs.StepsAfter(ctx, r.Org, r.ID, after, p.limit()+1)
	if err != nil {
		return Page[Step]{}, err
	}
	page := Page[Step]{Items: []Step{}}
	if len(rows) > p.limit() {
		rows = rows[:p.limit()]
		page.Next = offsetCursor(rows[len(rows)-1].Seq)
	}
	cards := cardBook{d: d, run: r}
	for _, row := range rows {
		step, err := showStep(row, titles, cards.find(ctx, row.Flow, row.Card))
		if err != nil {
			return page, err
		}
		step.Version = cards.version(row.Flow)
		page.Items = append(page.Items, step)
	}
	return page, nil
}

func showStep(s flow.Step, titles map[string]string, card *flow.Card) (Step, error) {
	out := Step{
		Path: s.Path, Seq: s.Seq, Flow: refTo(titles, s.Flow), Card: s.Card, Title: s.Card, State: s.State, Attempt: s.Attempt,
		Error: s.Error, Reason: s.Reason, StartedAt: s.StartedAt, EndedAt: s.EndedAt,
	}
	if card != nil {
		out.Title, out.Kind, out.Use = card.Title, card.Kind, useOf(card)
	}
	if s.Action != nil {
		out.Action = s.Action.Ledger
	}
	var err error
	if out.Input, err = value.Load(s.Input); err != nil {
		return out, err
	}
	out.Output, err = value.Load(s.Output)
	return out, err
}

// cardBook finds the cards of a run's flows, in the versions that it runs with.
type cardBook struct {
	d     Deps
	run   flow.Run
	cards map[string]map[string]*flow.Card // by flow and id
}

// find returns a card, nil for one that is not there any more.
func (b *cardBook) find(ctx context.Context, flowID, card string) *flow.Card {
	if b.cards[flowID] == nil {
		if b.cards == nil {
			b.cards = map[string]map[string]*flow.Card{}
		}
		b.cards[flowID] = map[string]*flow.Card{}
		if p, err := b.d.Library.Program(ctx, b.run.Org, flowID, b.version(flowID)); err == nil {
			flow.Walk(p.Definition.Cards, func(c *flow.Card) { b.cards[flowID][c.ID] = c })
		}
	}
	return b.cards[flowID][card]
}

// version is that of a flow with which the run goes on.
func (b *cardBook) version(flowID string) int {
	if flowID == b.run.Flow {
		return b.run.Version
	}
	return b.run.Pins[flowID]
}

func retryable(r flow.Run) bool {
	return slices.Contains([]flow.State{flow.Failed, flow.Cancelled}, r.State) && r.SaveData
}

// repeatable reports whether what started a run is still there.
func repeatable(r flow.Run) bool {
	return startedBy(r) != "" || r.SaveData || r.Cause == flow.OnAlert
}

// startedBy is the event that started a run; empty for none. A run that another
// or an alert started knows of that one's event alone.
func startedBy(r flow.Run) string {
	if r.Cause == flow.OnCall || r.Cause == flow.OnAlert {
		return ""
	}
	return r.Event
}

// ending says how a run ended.
func ending(s flow.State) string {
	if s == flow.Cancelled {
		return "was cancelled"
	}
	return string(s)
}

func cancelRun(ctx context.Context, d Deps, c portal.Caller, in idIn) (Run, error) {
	before, err := d.DB.Runs.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return Run{}, err
	}
	if before.State.Ended() {
		return Run{}, errs.New(errs.Conflict, "the run has ended already: it %s", ending(before.State))
	}
	r, err := d.DB.Runs.Cancel(ctx, c.Org.ID, in.ID)
	if err != nil {
		return Run{}, err
	}
	return changedRun(ctx, d, c, r)
}

func retryRun(ctx context.Context, d Deps, c portal.Caller, in idIn) (Run, error) {
	if err := d.DB.Runs.Retry(ctx, c.Org.ID, in.ID); err != nil {
		return Run{}, err
	}
	r, err := d.DB.Runs.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return Run{}, err
	}
	return changedRun(ctx, d, c, r)
}

// changedRun tells those who look at a run that it has changed, and shows it.
func changedRun(ctx context.Context, d Deps, c portal.Caller, r flow.Run) (Run, error) {
	d.Live.Publish(c.Org.ID, RunChanged(r.ID, r.Flow, r.State))
	s, err := newRunShower(ctx, d, c, []flow.Run{r})
	return s.run(r), err
}
