package api

import (
	"context"
	"net/http"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/id"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

// maxYAML bounds a body that holds a flow's YAML, in bytes.
const maxYAML = 9 << 20

var (
	_ = add("GET /api/v1/flows", portal.FlowsRead, doc{Summary: "Flows"}, listFlows)
	_ = add("POST /api/v1/flows", portal.FlowsWrite, doc{
		Summary: "Make a flow of its YAML", Help: "It starts as a draft, switched off. A YAML whose form is wrong is refused with all its problems, unless it is said to be a beginning.",
		Status: http.StatusCreated, Max: maxYAML,
	}, createFlow)
	_ = add("GET /api/v1/flows/{id}", portal.FlowsRead, doc{Summary: "A flow, its definition and what it is installed with"}, getFlow)
	_ = add("PATCH /api/v1/flows/{id}", portal.FlowsWrite, doc{
		Summary: "Switch a flow on or off, choose what its slots are filled with", Help: "A flow with slots that nothing is chosen for, or with problems, cannot be switched on: the error lists them.",
	}, patchFlow)
	_ = add("DELETE /api/v1/flows/{id}", portal.FlowsWrite, doc{Summary: "Delete a flow", Help: "Its runs stay. A flow that others call is not deleted: the error names them."}, deleteFlow)
)

// Flow is a flow in a list.
type Flow struct {
	ID          string    `json:"id"`
	Slug        string    `json:"slug" doc:"the name by which other flows of the folder call it"`
	Title       string    `json:"title"`
	Description string    `json:"description"`
	Folder      Ref       `json:"folder"`
	Enabled     bool      `json:"enabled"`
	Version     int       `json:"version" doc:"the published one; 0 while there is none"`
	Draft       bool      `json:"draft" doc:"there are changes that are not published"`
	DraftAt     time.Time `json:"draftAt,omitzero"`
	SaveData    bool      `json:"saveData" doc:"runs keep the data that passes through them"`
	Trigger     *Trigger  `json:"trigger,omitempty" doc:"not there while the flow has no definition that can be read"`
	Connectors  []string  `json:"connectors" doc:"ids of the connectors that it uses"`
	LastRun     *RunBrief `json:"lastRun,omitempty"`
	NextRunAt   time.Time `json:"nextRunAt,omitzero" doc:"of a flow that the clock starts, while it is switched on"`
	Day         DayCount  `json:"day" doc:"of the last 24 hours"`
	CreatedAt   time.Time `json:"createdAt"`
	UpdatedAt   time.Time `json:"updatedAt"`
}

// RunBrief is the little of a run that others say.
type RunBrief struct {
	ID        string     `json:"id"`
	State     flow.State `json:"state"`
	CreatedAt time.Time  `json:"createdAt"`
	EndedAt   time.Time  `json:"endedAt,omitzero"`
}

func briefRun(r flow.Run) RunBrief { return RunBrief{r.ID, r.State, r.CreatedAt, r.EndedAt} }

// DayCount counts runs.
type DayCount struct {
	Runs   int `json:"runs"`
	Failed int `json:"failed"`
}

func listFlows(ctx context.Context, d Deps, c portal.Caller, _ none) ([]Flow, error) {
	flows, err := d.DB.Flows.List(ctx, c.Org.ID)
	if err != nil {
		return nil, err
	}
	folders, err := folderNames(ctx, d, c)
	if err != nil {
		return nil, err
	}
	figures, err := d.DB.Runs.Figures(ctx, c.Org.ID, dayBefore(d.Now()))
	if err != nil {
		return nil, err
	}
	next, err := d.DB.Starts.NextOf(ctx, c.Org.ID)
	if err != nil {
		return nil, err
	}
	out := make([]Flow, len(flows))
	for i, f := range flows {
		def, _, err := currentOf(ctx, d, f)
		if err != nil {
			return nil, err
		}
		out[i] = showFlow(f, def, folders, figures[f.ID])
		out[i].NextRunAt = next[f.ID]
	}
	return out, nil
}

func showFlow(f flow.Flow, def *flow.Definition, folders map[string]string, n store.FlowFigures) Flow {
	out := Flow{
		ID: f.ID, Slug: f.Slug, Title: f.Title, Description: f.Description, Folder: refTo(folders, f.Folder), Enabled: f.Enabled, Version: f.Version,
		Draft: f.Draft != "", DraftAt: f.DraftAt, SaveData: f.SaveData, Connectors: []string{}, Day: DayCount{n.Runs, n.Failed}, CreatedAt: f.CreatedAt, UpdatedAt: f.UpdatedAt,
	}
	if n.Last != nil {
		brief := briefRun(*n.Last)
		out.LastRun = &brief
	}
	if def != nil {
		trigger := showTrigger(def.Trigger)
		out.Trigger = &trigger
		for _, s := range def.Connections {
			out.Connectors = append(out.Connectors, s.Connectors...)
		}
	}
	return out
}

// currentOf returns the definition that a flow is shown by: the published one, or
// the draft while there is none; nil, and the problems, if it cannot be read.
func currentOf(ctx context.Context, d Deps, f flow.Flow) (*flow.Definition, flow.Problems, error) {
	if f.Version == 0 {
		def, problems := parse(f.Draft)
		return def, problems, nil
	}
	return publishedOf(ctx, d, f, f.Version)
}

// publishedOf returns one published version's definition; nil, and the problems,
// if it cannot be read.
func publishedOf(ctx context.Context, d Deps, f flow.Flow, version int) (*flow.Definition, flow.Problems, error) {
	p, err := d.Library.Program(ctx, f.Org, f.ID, version)
	if errs.KindOf(err) == errs.Invalid {
		v, err := d.DB.Flows.Version(ctx, f.Org, f.ID, version)
		if err != nil {
			return nil, nil, err
		}
		_, problems := parse(v.Body)
		return nil, problems, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return p.Definition, nil, nil
}

// FlowDetail is a flow with its definition.
type FlowDetail struct {
	Flow

	Showing      Showing       `json:"showing" doc:"which definition is shown"`
	Definition   *Definition   `json:"definition,omitempty" doc:"not there if the YAML cannot be read"`
	YAML         string        `json:"yaml" doc:"of the definition that is shown"`
	Problems     []Problem     `json:"problems" doc:"what is wrong with it"`
	DraftYAML    string        `json:"draftYaml,omitempty"`
	Edition      string        `json:"edition" doc:"names what the draft and the published version are now; a draft that is kept with it is refused once somebody else has changed them"`
	Unbound      []string      `json:"unbound" doc:"slots and options that nothing is chosen for"`
	SlotChoices  []SlotChoices `json:"slotChoices" doc:"the connections that fit each slot"`
	CallingFlows []Ref         `json:"callingFlows" doc:"flows that call this one"`
}

// Showing says which of a flow's definitions is meant.
type Showing struct {
	Version int  `json:"version" doc:"0 for the draft"`
	Draft   bool `json:"draft"`
}

// SlotChoices are the connections that fit a slot.
type SlotChoices struct {
	Slot        string `json:"slot"`
	Connections []Ref  `json:"connections"`
}

type getFlowIn struct {
	ID      string `path:"id"`
	Version int    `query:"version" min:"1" doc:"the published version to show; the current one where nothing is said"`
	Draft   bool   `query:"draft" doc:"show the draft, if there is one"`
}

func getFlow(ctx context.Context, d Deps, c portal.Caller, in getFlowIn) (FlowDetail, error) {
	f, err := d.DB.Flows.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return FlowDetail{}, err
	}
	show := Showing{Version: f.Version}
	if in.Version > 0 {
		show.Version = in.Version
	}
	if show.Version == 0 || in.Draft && f.Draft != "" {
		show = Showing{Draft: true}
	}
	return flowDetail(ctx, d, c, f, show)
}

// flowDetail shows a flow by one of its definitions.
func flowDetail(ctx context.Context, d Deps, c portal.Caller, f flow.Flow, show Showing) (FlowDetail, error) {
	out := FlowDetail{Showing: show, DraftYAML: f.Draft, Edition: edition(f), Problems: []Problem{}, SlotChoices: []SlotChoices{}}
	def, err := shownDefinition(ctx, d, f, &out)
	if err != nil {
		return out, err
	}
	folder, err := folderOf(ctx, d, f)
	if err != nil {
		return out, err
	}
	out.CallingFlows = folder.callers(f)
	if def != nil {
		if err := render(ctx, d, &out, f, def, folder); err != nil {
			return out, err
		}
	}
	folders, err := folderNames(ctx, d, c)
	if err != nil {
		return out, err
	}
	figures, err := d.DB.Runs.Figures(ctx, c.Org.ID, dayBefore(d.Now()))
	if err != nil {
		return out, err
	}
	next, err := d.DB.Starts.NextOf(ctx, c.Org.ID)
	out.Flow = showFlow(f, def, folders, figures[f.ID])
	out.NextRunAt = next[f.ID]
	return out, err
}

// shownDefinition reads the definition that a detail is to show.
func shownDefinition(ctx context.Context, d Deps, f flow.Flow, out *FlowDetail) (*flow.Definition, error) {
	if out.Showing.Draft {
		def, problems := parse(f.Draft)
		out.YAML, out.Problems = f.Draft, showProblems(problems)
		return def, nil
	}
	v, err := d.DB.Flows.Version(ctx, f.Org, f.ID, out.Showing.Version)
	if err != nil {
		return nil, err
	}
	def, problems, err := publishedOf(ctx, d, f, out.Showing.Version)
	out.YAML, out.Problems = v.Body, showProblems(problems)
	return def, err
}

// render adds the picture of a definition to a detail.
func render(ctx context.Context, d Deps, out *FlowDetail, f flow.Flow, def *flow.Definition, folder folder) error {
	out.Problems = showProblems(flowProblems(d, f, def, folder))
	out.Unbound = missing(def, f.Bindings)
	conns, err := d.DB.Connections.List(ctx, f.Org)
	if err != nil {
		return err
	}
	tables, err := d.DB.Tables.List(ctx, f.Org)
	if err != nil {
		return err
	}
	b := bound{connections: map[string]connector.Connection{}, tables: map[string]string{}}
	for _, c := range conns {
		b.connections[c.ID] = c.Connection
	}
	for _, t := range tables {
		b.tables[t.ID] = t.Title
	}
	out.SlotChoices = slotChoices(def.Connections, conns)
	r := renderer{d: d, org: f.Org, def: def, bindings: f.Bindings, bound: b, helpers: folder.flows}
	out.Definition = r.definition()
	return nil
}

type createFlowIn struct {
	Folder string `json:"folder" doc:"id of the folder"`
	YAML   string `json:"yaml" min:"1"`
	Begun  bool   `json:"begun,omitempty" doc:"take it as a beginning, whatever is wrong with it, as long as it has a name"`
}

func createFlow(ctx context.Context, d Deps, c portal.Caller, in createFlowIn) (FlowDetail, error) {
	if _, err := d.DB.Flows.Folder(ctx, c.Org.ID, in.Folder); err != nil {
		return FlowDetail{}, &field{"folder", err}
	}
	def, problems := flow.Read(in.YAML)
	if len(problems) > 0 && (!in.Begun || def.Slug == "") {
		return FlowDetail{}, problemsError(problems)
	}
	now := d.Now()
	f := flow.Flow{
		ID: id.At(now), Org: c.Org.ID, Folder: in.Folder, Slug: def.Slug, Title: def.Title, Description: def.Description,
		Draft: in.YAML, DraftAt: now, SaveData: def.SaveData, CreatedAt: now, UpdatedAt: now,
	}
	if err := d.DB.Write(ctx, func(tx *store.Tx) error { return tx.AddFlow(ctx, f) }); err != nil {
		return FlowDetail{}, err
	}
	return flowDetail(ctx, d, c, f, Showing{Draft: true})
}

type patchFlowIn struct {
	ID          string            `path:"id"`
	Enabled     *bool             `json:"enabled,omitempty"`
	SaveData    *bool             `json:"saveData,omitempty"`
	Connections map[string]string `json:"connections,omitempty" doc:"for slots by name, the id of the connection; empty for none. Slots that are not named stay as they are"`
	Tables      map[string]string `json:"tables,omitempty" doc:"for table slots by name, the id of the table; empty for none"`
	Options     *value.Object     `json:"options,omitempty" doc:"for options by name, the value; null for the default"`
}

// binds reports whether a patch chooses what slots or options are filled with.
func (in patchFlowIn) binds() bool {
	return len(in.Connections) > 0 || len(in.Tables) > 0 || in.Options.Len() > 0
}

func patchFlow(ctx context.Context, d Deps, c portal.Caller, in patchFlowIn) (FlowDetail, error) {
	f, err := d.DB.Flows.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return FlowDetail{}, err
	}
	def, problems, err := currentOf(ctx, d, f)
	if err != nil {
		return FlowDetail{}, err
	}
	if in.SaveData != nil {
		f.SaveData = *in.SaveData
	}
	if in.Enabled != nil {
		f.Enabled = *in.Enabled
	}
	if f.Enabled || in.binds() { // what cannot be read any more can still be switched off
		if def == nil {
			return FlowDetail{}, problemsError(problems)
		}
		if err := bind(ctx, d, &f, def, in); err != nil {
			return FlowDetail{}, err
		}
	}
	if f.Enabled {
		if err := mayRun(ctx, d, f, def); err != nil {
			return FlowDetail{}, err
		}
	}
	now := d.Now()
	if err := d.DB.Flows.Set(ctx, c.Org.ID, f.ID, store.Settings{Enabled: f.Enabled, SaveData: f.SaveData, Bindings: f.Bindings}, now); err != nil {
		return FlowDetail{}, err
	}
	f.UpdatedAt = now
	return flowDetail(ctx, d, c, f, Showing{Version: f.Version, Draft: f.Version == 0})
}

func deleteFlow(ctx context.Context, d Deps, c portal.Caller, in idIn) (none, error) {
	f, err := d.DB.Flows.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return none{}, err
	}
	folder, err := folderOf(ctx, d, f)
	if err != nil {
		return none{}, err
	}
	if callers := folder.callers(f); len(callers) > 0 {
		return none{}, &detailed{error: errs.New(errs.Conflict, "other flows call this one"), usedBy: callers}
	}
	return none{}, d.DB.Flows.Remove(ctx, c.Org.ID, f.ID)
}
