package api

import (
	"context"
	"net/http"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/portal"
	"sallyport/internal/remedy"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

var (
	_ = add("GET /api/v1/playbooks", portal.RemediesRead, doc{Summary: "What can be done about what was found in an org", Help: "Each says what kind of object it is for, which relations of an access path it takes away, and which posture checks it repairs."}, listPlaybooks)
	_ = add("GET /api/v1/remedies", portal.RemediesRead, doc{Summary: "Plans of remediation, the newest first"}, listRemedies)
	_ = add("POST /api/v1/remedies", portal.RemediesRun, doc{
		Summary: "Plan a remediation", Status: http.StatusCreated, Long: true,
		Help: "The org is read, and nothing is changed: the plan shows each call that would be made, what it changes, how it is undone, and what stands in its way.",
	}, createRemedy)
	_ = add("GET /api/v1/remedies/{remedy}", portal.RemediesRead, doc{Summary: "A plan with its steps"}, getRemedy)
	_ = add("POST /api/v1/remedies/{remedy}/run", portal.RemediesRun, doc{Summary: "Carry a plan out", Help: "It runs, or waits for approval, or is stopped by a limit before its first step: its state says which."}, runRemedy)
	_ = add("POST /api/v1/remedies/{remedy}/approve", portal.RemediesApprove, doc{Summary: "Approve a plan", Help: "Whoever asked for it cannot."}, approveRemedy)
	_ = add("POST /api/v1/remedies/{remedy}/decline", portal.RemediesApprove, doc{Summary: "Decline a plan", Help: "One that waits, for approval or for the end of its grace. Whoever asked for it withdraws it so."}, declineRemedy)
	_ = add("POST /api/v1/remedies/{remedy}/stop", portal.RemediesRun, doc{Summary: "Stop a plan that runs", Help: "The call that is under way ends, and no other begins. What was made stays until the plan is undone."}, stopRemedy)
	_ = add("POST /api/v1/remedies/{remedy}/undo", portal.RemediesRun, doc{Summary: "Undo all that a plan did", Help: "The last first. What cannot be undone keeps nothing else from being: each step says."}, undoRemedy)
)

// Playbook is what can be done about a kind of object.
type Playbook struct {
	ID          string          `json:"id"`
	Title       string          `json:"title"`
	Description string          `json:"description"`
	For         string          `json:"for" doc:"kind of object, as the inventory names it"`
	Removes     []string        `json:"removes" doc:"relations of an access path that it takes away: member_of, user.has_role …"`
	Fixes       []string        `json:"fixes" doc:"ids of posture checks that it repairs"`
	Inputs      []PlaybookInput `json:"inputs" doc:"what an object needs beside its id"`
	Approval    string          `json:"approval,omitempty" doc:"why a plan of it always wants approval"`
	Actions     []string        `json:"actions" doc:"titles of its steps"`
	CanUndo     bool            `json:"canUndo" doc:"every step has a way back"`
	Scopes      []string        `json:"scopes" doc:"OAuth scopes that its steps need, apart from those that read"`
}

// PlaybookInput is what a playbook wants to know of an object.
type PlaybookInput struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Help     string `json:"help,omitempty"`
	Required bool   `json:"required"`
	Default  any    `json:"default,omitempty"`
}

// Remedy is a plan of remediation.
type Remedy struct {
	ID         string          `json:"id"`
	Title      string          `json:"title"`
	Playbook   string          `json:"playbook"`
	Connection Ref             `json:"connection"`
	Cause      RemedyCause     `json:"cause"`
	Actor      Actor           `json:"actor" doc:"who asked for it"`
	State      remedy.State    `json:"state"`
	Objects    int             `json:"objects" doc:"how many it is for"`
	Targets    int             `json:"targets" doc:"how many people or things it changes"`
	Steps      RemedyTally     `json:"steps"`
	Missing    []string        `json:"missing" doc:"scopes that the connection lacks"`
	Stop       string          `json:"stop,omitempty" doc:"why it is stopped before its first step, or would be"`
	Needs      string          `json:"needs,omitempty" doc:"why it wants approval"`
	Decision   *RemedyDecision `json:"decision,omitempty"`
	Error      string          `json:"error,omitempty" doc:"why it stopped or failed"`
	CanApprove bool            `json:"canApprove" doc:"it waits for approval, and the caller did not ask for it"`
	CanUndo    bool            `json:"canUndo" doc:"it has ended; told with its steps alone"`
	GoOn       bool            `json:"goOn" doc:"a failed step does not stop it"`
	CreatedAt  time.Time       `json:"createdAt"`
	RunAt      time.Time       `json:"runAt,omitzero" doc:"not before: the end of the grace"`
	ExpiresAt  time.Time       `json:"expiresAt,omitzero" doc:"of one that waits for approval"`
	StartedAt  time.Time       `json:"startedAt,omitzero"`
	EndedAt    time.Time       `json:"endedAt,omitzero"`
}

// RemedyCause is what a plan answers.
type RemedyCause struct {
	Kind string `json:"kind" enum:"finding,alert,identity,path,schedule,run,hand"`
	ID   string `json:"id,omitempty"`
}

// RemedyDecision is what somebody said to a plan.
type RemedyDecision struct {
	By       Actor     `json:"by"`
	Approved bool      `json:"approved"`
	Note     string    `json:"note,omitempty"`
	At       time.Time `json:"at"`
}

// RemedyTally counts the steps of a plan.
type RemedyTally struct {
	All     int `json:"all"`
	Planned int `json:"planned"`
	Done    int `json:"done"`
	Barred  int `json:"barred"`
	Skipped int `json:"skipped"`
	Failed  int `json:"failed" doc:"failed, refused, or in doubt"`
	Undone  int `json:"undone"`
}

// RemedyDetail is a plan with its steps.
type RemedyDetail struct {
	Remedy

	About []RemedyObject `json:"about" doc:"what it is for"`
	Plan  []RemedyStep   `json:"plan" doc:"its steps, in order"`
}

// RemedyObject is what a playbook is applied to.
type RemedyObject struct {
	ID   string        `json:"id" doc:"as Okta gives it"`
	Name string        `json:"name,omitempty"`
	With *value.Object `json:"with,omitempty" doc:"the playbook's inputs"`
}

// RemedyStep is one call of a plan.
type RemedyStep struct {
	Seq       int               `json:"seq"`
	Object    int               `json:"object" doc:"which of the objects it is for, from 0"`
	Action    string            `json:"action"`
	Title     string            `json:"title"`
	Says      string            `json:"says" doc:"what it changes"`
	Effect    connector.Effect  `json:"effect"`
	Target    *Target           `json:"target,omitempty"`
	Scopes    []string          `json:"scopes"`
	Undo      string            `json:"undo,omitempty" doc:"title of its way back; not there where there is none"`
	Request   connector.Request `json:"request" doc:"every secret in it is masked"`
	Before    *value.Object     `json:"before,omitempty" doc:"of an object's first step: what was read before, by the playbook's names; without links and secrets"`
	Hurdles   []RemedyHurdle    `json:"hurdles"`
	State     remedy.StepState  `json:"state"`
	Error     string            `json:"error,omitempty" doc:"or why it has nothing to do"`
	Entry     string            `json:"entry,omitempty" doc:"id of the action"`
	UndoEntry string            `json:"undoEntry,omitempty" doc:"id of the action that undid it"`
	StartedAt time.Time         `json:"startedAt,omitzero"`
	EndedAt   time.Time         `json:"endedAt,omitzero"`
}

// RemedyHurdle is what stands in the way of a step, or is to be known before it.
type RemedyHurdle struct {
	Kind remedy.Barrier `json:"kind"`
	Says string         `json:"says"`
	Bars bool           `json:"bars" doc:"the step is not made"`
}

func listPlaybooks(_ context.Context, d Deps, _ portal.Caller, _ none) ([]Playbook, error) {
	con, ok := d.Shelf.Get(remedy.System)
	if !ok {
		return []Playbook{}, nil
	}
	return each(d.Remedies.Books.All(), func(b *remedy.Playbook) Playbook { return showPlaybook(con, b) }), nil
}

func showPlaybook(con *connector.Connector, b *remedy.Playbook) Playbook {
	out := Playbook{
		ID: b.ID, Title: b.Title, Description: b.Description, For: b.For, Removes: textsOf(b.Removes), Fixes: textsOf(b.Fixes), Approval: b.Approval,
		Inputs: []PlaybookInput{}, Actions: []string{}, Scopes: []string{}, CanUndo: true,
	}
	for _, in := range b.Inputs {
		out.Inputs = append(out.Inputs, PlaybookInput{in.Name, in.Title, in.Help, !in.Optional && in.Default == nil, in.Default})
	}
	seen := map[string]bool{}
	for _, p := range b.Steps {
		a := con.Actions[p.Action]
		out.Actions, out.CanUndo = append(out.Actions, a.Title), out.CanUndo && a.Undo != nil
		for _, s := range a.Scopes {
			if !seen[s] {
				seen[s], out.Scopes = true, append(out.Scopes, s)
			}
		}
	}
	return out
}

// textsOf returns a list that is a list in JSON too where it is empty.
func textsOf(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// remedyShower shows plans by the names of what they belong to.
type remedyShower struct {
	actionShower

	caller portal.Caller
	tally  map[string]map[remedy.StepState]int
}

func newRemedyShower(ctx context.Context, d Deps, c portal.Caller, plans []remedy.Plan) (remedyShower, error) {
	s := remedyShower{actionShower: actionShower{d: d, org: c.Org.ID}, caller: c}
	if len(plans) == 0 {
		return s, nil
	}
	var err error
	if s.connections, err = d.DB.Connections.Names(ctx, c.Org.ID); err != nil {
		return s, err
	}
	if s.titles, err = d.DB.Flows.Titles(ctx, c.Org.ID); err != nil {
		return s, err
	}
	var people []string
	for _, p := range plans {
		people = append(people, accountOf(p.Actor))
		if p.Decision != nil {
			people = append(people, accountOf(p.Decision.By))
		}
	}
	if s.people, err = namesOf(ctx, d, c, people); err != nil {
		return s, err
	}
	s.tally, err = d.DB.Remedies.StepStates(ctx, c.Org.ID, each(plans, func(p remedy.Plan) string { return p.ID }))
	return s, err
}

func (s remedyShower) remedy(p remedy.Plan) Remedy {
	out := Remedy{
		ID: p.ID, Title: p.Title, Playbook: p.Playbook, Connection: refTo(s.connections, p.Connection), Cause: RemedyCause(p.Cause), Actor: s.actor(p.Actor), State: p.State,
		Objects: len(p.Objects), Targets: p.Targets, Missing: textsOf(p.Missing), Stop: p.Stop, Needs: p.Needs, Error: p.Error, GoOn: p.GoOn,
		CanApprove: p.State == remedy.Waiting && p.Needs != "" && p.Decision == nil && p.Actor != s.caller.Actor(), CanUndo: p.CanUndo(),
		CreatedAt: p.CreatedAt, RunAt: p.RunAt, ExpiresAt: p.ExpiresAt, StartedAt: p.StartedAt, EndedAt: p.EndedAt,
	}
	if d := p.Decision; d != nil {
		out.Decision = &RemedyDecision{s.actor(d.By), d.Approved, d.Note, d.At}
	}
	for state, n := range s.tally[p.ID] {
		out.Steps.All += n
		switch state {
		case remedy.Planned:
			out.Steps.Planned = n
		case remedy.Made:
			out.Steps.Done = n
		case remedy.Barred:
			out.Steps.Barred = n
		case remedy.Skipped:
			out.Steps.Skipped = n
		case remedy.Refused, remedy.Broken, remedy.Unknown:
			out.Steps.Failed += n
		case remedy.Reversed:
			out.Steps.Undone = n
		case remedy.Started, remedy.Verifying:
		}
	}
	return out
}

func showRemedyStep(st remedy.Step) RemedyStep {
	out := RemedyStep{
		Seq: st.Seq, Object: st.Object, Action: st.Action, Title: st.Title, Says: st.Says, Effect: st.Effect, Scopes: textsOf(st.Scopes), Undo: st.Undo, Request: st.Request,
		Before: st.Before, Hurdles: each(st.Hurdles, func(h remedy.Hurdle) RemedyHurdle { return RemedyHurdle(h) }), State: st.State, Error: st.Error, Entry: st.Entry,
		UndoEntry: st.UndoEntry, StartedAt: st.StartedAt, EndedAt: st.EndedAt,
	}
	if st.TargetID != "" {
		out.Target = &Target{Type: st.TargetType, ID: st.TargetID}
	}
	return out
}

type listRemediesIn struct {
	paging

	State []remedy.State `query:"state" doc:"one of these"`
	Kind  string         `query:"cause" doc:"kind of what they answer: finding, alert …"`
	ID    string         `query:"causeId" doc:"id of what they answer"`
}

func listRemedies(ctx context.Context, d Deps, c portal.Caller, in listRemediesIn) (Page[Remedy], error) {
	read := func(after store.Place, limit int) ([]remedy.Plan, error) {
		return d.DB.Remedies.List(ctx, c.Org.ID, store.RemedyFilter{States: in.State, Cause: remedy.Cause{Kind: in.Kind, ID: in.ID}, After: after, Limit: limit})
	}
	place := func(p remedy.Plan) store.Place { return store.Place{At: p.CreatedAt, ID: p.ID} }
	return listed(in.paging, read, place, func(plans []remedy.Plan) (func(remedy.Plan) Remedy, error) {
		s, err := newRemedyShower(ctx, d, c, plans)
		return s.remedy, err
	})
}

type remedyIn struct {
	ID string `path:"remedy"`
}

func getRemedy(ctx context.Context, d Deps, c portal.Caller, in remedyIn) (RemedyDetail, error) {
	p, err := d.DB.Remedies.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return RemedyDetail{}, err
	}
	return remedyDetail(ctx, d, c, p)
}

func remedyDetail(ctx context.Context, d Deps, c portal.Caller, p remedy.Plan) (RemedyDetail, error) {
	s, err := newRemedyShower(ctx, d, c, []remedy.Plan{p})
	if err != nil {
		return RemedyDetail{}, err
	}
	return RemedyDetail{s.remedy(p), each(p.Objects, func(o remedy.Object) RemedyObject { return RemedyObject(o) }), each(p.Steps, showRemedyStep)}, nil
}

type createRemedyIn struct {
	Playbook   string         `json:"playbook" doc:"id"`
	Connection string         `json:"connection" doc:"id, of one to Okta"`
	Title      string         `json:"title,omitempty" max:"200" doc:"the playbook's where nothing is said"`
	Cause      *RemedyCause   `json:"cause,omitempty" doc:"what it answers"`
	Objects    []RemedyObject `json:"objects" max:"500"`
	GoOn       bool           `json:"goOn,omitempty" doc:"a failed step does not stop it"`
}

func createRemedy(ctx context.Context, d Deps, c portal.Caller, in createRemedyIn) (RemedyDetail, error) {
	if _, err := d.Remedies.Books.Get(in.Playbook); err != nil {
		return RemedyDetail{}, &field{"playbook", errs.New(errs.Invalid, "%s", errs.Message(err))}
	}
	if _, err := d.DB.Connections.Get(ctx, c.Org.ID, in.Connection); err != nil {
		return RemedyDetail{}, &field{"connection", err}
	}
	o := remedy.Order{
		Org: c.Org.ID, Connection: in.Connection, Playbook: in.Playbook, Title: in.Title, Cause: remedy.Cause{Kind: "hand"}, Actor: c.Actor(),
		Objects: each(in.Objects, func(o RemedyObject) remedy.Object { return remedy.Object(o) }), GoOn: in.GoOn,
	}
	if in.Cause != nil {
		o.Cause = remedy.Cause(*in.Cause)
	}
	p, err := d.Remedies.Draft(ctx, o)
	if err != nil {
		return RemedyDetail{}, err
	}
	return remedyDetail(ctx, d, c, p)
}

// moved shows a plan that has moved on.
func moved(ctx context.Context, d Deps, c portal.Caller, id string, err error) (RemedyDetail, error) {
	if err != nil {
		return RemedyDetail{}, err
	}
	return getRemedy(ctx, d, c, remedyIn{id})
}

func runRemedy(ctx context.Context, d Deps, c portal.Caller, in remedyIn) (RemedyDetail, error) {
	_, err := d.Remedies.Run(ctx, c.Org.ID, in.ID)
	return moved(ctx, d, c, in.ID, err)
}

type decideRemedyIn struct {
	ID   string `path:"remedy"`
	Note string `json:"note,omitempty" max:"1000"`
}

func approveRemedy(ctx context.Context, d Deps, c portal.Caller, in decideRemedyIn) (RemedyDetail, error) {
	_, err := d.Remedies.Decide(ctx, c.Org.ID, in.ID, remedy.Decision{By: c.Actor(), Approved: true, Note: in.Note})
	return moved(ctx, d, c, in.ID, err)
}

func declineRemedy(ctx context.Context, d Deps, c portal.Caller, in decideRemedyIn) (RemedyDetail, error) {
	_, err := d.Remedies.Decide(ctx, c.Org.ID, in.ID, remedy.Decision{By: c.Actor(), Note: in.Note})
	return moved(ctx, d, c, in.ID, err)
}

func stopRemedy(ctx context.Context, d Deps, c portal.Caller, in remedyIn) (RemedyDetail, error) {
	_, err := d.Remedies.Stop(ctx, c.Org.ID, in.ID, c.Account.Name)
	return moved(ctx, d, c, in.ID, err)
}

func undoRemedy(ctx context.Context, d Deps, c portal.Caller, in remedyIn) (RemedyDetail, error) {
	_, err := d.Remedies.Undo(ctx, c.Org.ID, in.ID, c.Actor())
	return moved(ctx, d, c, in.ID, err)
}
