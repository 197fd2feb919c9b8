package api

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

var (
	_ = add("PUT /api/v1/flows/{id}/draft", portal.FlowsWrite, doc{
		Summary: "Keep a draft", Help: "It is kept whatever is wrong with it, and the problems are returned with their places. The empty text drops the draft.", Max: maxYAML,
	}, putDraft)
	_ = add("POST /api/v1/flows/check", portal.FlowsRead, doc{Summary: "Check a flow's YAML without keeping it", Max: maxYAML}, checkFlow)
	_ = add("POST /api/v1/flows/{id}/publish", portal.FlowsWrite, doc{
		Summary: "Publish the draft", Help: "New runs use it; those under way go on with the version that they began with. A draft with problems is refused, and the error lists them.",
	}, publishFlow)
	_ = add("GET /api/v1/flows/{id}/versions", portal.FlowsRead, doc{Summary: "Published versions, the newest first"}, listVersions)
)

// parse reads a definition, or returns what is wrong with its form.
func parse(yaml string) (*flow.Definition, flow.Problems) {
	def, problems := flow.Read(yaml)
	if len(problems) > 0 {
		return nil, problems
	}
	return def, nil
}

func problemsError(ps flow.Problems) error {
	return &detailed{error: errs.New(errs.Invalid, "the flow has %d problems; the first: %s", len(ps), ps[0]), problems: ps}
}

// Problem is something wrong with a flow's YAML, and where.
type Problem struct {
	Line    int    `json:"line,omitzero" doc:"in the YAML, from 1"`
	Column  int    `json:"column,omitzero" doc:"in the line, from 1"`
	Path    string `json:"path,omitempty" doc:"such as cards[2].with.user"`
	Message string `json:"message"`
}

func showProblems(ps flow.Problems) []Problem {
	return each(ps, func(p flow.Problem) Problem { return Problem{p.At.Line, p.At.Column, p.Path, p.Message} })
}

// CheckedFlow is what is wrong with a YAML.
type CheckedFlow struct {
	Problems []Problem `json:"problems"`
	Edition  string    `json:"edition,omitempty" doc:"of the flow, where the YAML was kept"`
}

type putDraftIn struct {
	ID      string `path:"id"`
	YAML    string `json:"yaml"`
	Edition string `json:"edition,omitempty" doc:"of the flow that the draft was made of; with it a draft is refused where somebody else has changed the flow since"`
}

// edition names what a flow's draft and published version are.
func edition(f flow.Flow) string {
	sum := sha256.Sum256([]byte(f.Draft))
	return fmt.Sprintf("%d-%x", f.Version, sum[:8])
}

func putDraft(ctx context.Context, d Deps, c portal.Caller, in putDraftIn) (CheckedFlow, error) {
	f, err := d.DB.Flows.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return CheckedFlow{}, err
	}
	if in.Edition != "" && in.Edition != edition(f) {
		return CheckedFlow{}, errs.New(errs.Conflict, "somebody else has changed the flow meanwhile")
	}
	if in.YAML == "" && f.Version == 0 {
		return CheckedFlow{}, errs.New(errs.Conflict, "the flow is nothing but this draft; delete the flow instead")
	}
	if err := d.DB.Flows.SetDraft(ctx, c.Org.ID, f.ID, in.YAML, d.Now()); err != nil {
		return CheckedFlow{}, err
	}
	f.Draft = in.YAML
	out := CheckedFlow{Edition: edition(f)}
	if in.YAML == "" {
		return out, nil
	}
	_, problems, err := checkedDraft(ctx, d, f, in.YAML)
	out.Problems = showProblems(problems)
	return out, err
}

type checkFlowIn struct {
	YAML   string `json:"yaml"`
	Folder string `json:"folder,omitempty" doc:"id of the folder whose flows it may call; unchecked where nothing is said"`
}

func checkFlow(ctx context.Context, d Deps, c portal.Caller, in checkFlowIn) (CheckedFlow, error) {
	def, problems := parse(in.YAML)
	if def == nil {
		return CheckedFlow{Problems: showProblems(problems)}, nil
	}
	var helpers map[string]*flow.Definition
	if in.Folder != "" {
		if _, err := d.DB.Flows.Folder(ctx, c.Org.ID, in.Folder); err != nil {
			return CheckedFlow{}, &field{"folder", err}
		}
		folder, err := folderOf(ctx, d, flow.Flow{Org: c.Org.ID, Folder: in.Folder})
		if err != nil {
			return CheckedFlow{}, err
		}
		helpers = folder.definitions
	}
	return CheckedFlow{Problems: showProblems(d.Catalogue.For(c.Org.ID).Check(def, helpers))}, nil
}

// checkedDraft returns what a YAML says, and all that is wrong with it as the next
// version of a flow.
func checkedDraft(ctx context.Context, d Deps, f flow.Flow, yaml string) (*flow.Definition, flow.Problems, error) {
	def, problems := parse(yaml)
	if def == nil {
		return nil, problems, nil
	}
	folder, err := folderOf(ctx, d, f)
	if err != nil {
		return nil, nil, err
	}
	return def, flowProblems(d, f, def, folder), nil
}

// flowProblems returns all that is wrong with a definition as one of a flow's.
func flowProblems(d Deps, f flow.Flow, def *flow.Definition, folder folder) flow.Problems {
	helpers := maps.Clone(folder.definitions)
	helpers[def.Slug] = def // a flow may call itself
	problems := d.Catalogue.For(f.Org).Check(def, helpers)
	if def.Slug != f.Slug {
		problems = append(problems, flow.Problem{Path: "flow", Message: "the flow's name is " + f.Slug + ", by which others call it; it stays"})
	}
	return problems
}

type publishFlowIn struct {
	ID          string            `path:"id"`
	Note        string            `json:"note,omitempty" max:"1000" doc:"what has changed"`
	Connections map[string]string `json:"connections,omitempty" doc:"for slots by name, the id of the connection: so that a flow that is on can be given new slots"`
	Tables      map[string]string `json:"tables,omitempty" doc:"for table slots by name, the id of the table"`
	Options     *value.Object     `json:"options,omitempty" doc:"for options by name, the value"`
}

func publishFlow(ctx context.Context, d Deps, c portal.Caller, in publishFlowIn) (FlowDetail, error) {
	f, err := d.DB.Flows.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return FlowDetail{}, err
	}
	if f.Draft == "" {
		return FlowDetail{}, errs.New(errs.Conflict, "there is no draft to publish")
	}
	def, problems, err := checkedDraft(ctx, d, f, f.Draft)
	if err != nil {
		return FlowDetail{}, err
	}
	if len(problems) > 0 {
		return FlowDetail{}, problemsError(problems)
	}
	if err := bindNext(ctx, d, &f, def, in); err != nil {
		return FlowDetail{}, err
	}
	if f.Enabled {
		f.Version++ // as it will be: the switched-on flow must be ready in its new form
		if err := mayRun(ctx, d, f, def); err != nil {
			return FlowDetail{}, err
		}
	}
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Publish(ctx, c.Org.ID, def, flow.Version{Flow: f.ID, Author: c.Account.ID, Note: in.Note, CreatedAt: d.Now()})
		return err
	})
	if err != nil {
		return FlowDetail{}, err
	}
	if f, err = d.DB.Flows.Get(ctx, c.Org.ID, f.ID); err != nil {
		return FlowDetail{}, err
	}
	return flowDetail(ctx, d, c, f, Showing{Version: f.Version})
}

// bindNext chooses what a version is installed with that is about to be
// published. The version before does not mind slots that it has not.
func bindNext(ctx context.Context, d Deps, f *flow.Flow, def *flow.Definition, in publishFlowIn) error {
	patch := patchFlowIn{Connections: in.Connections, Tables: in.Tables, Options: in.Options}
	if !patch.binds() {
		return nil
	}
	before := f.Bindings
	if err := bind(ctx, d, f, def, patch); err != nil {
		return err
	}
	// Until the version is published the one before runs, with what it is bound to.
	f.Bindings.Connections = chosen(before.Connections, f.Bindings.Connections, func(string) bool { return true })
	f.Bindings.Tables = chosen(before.Tables, f.Bindings.Tables, func(string) bool { return true })
	return d.DB.Flows.Set(ctx, f.Org, f.ID, store.Settings{Enabled: f.Enabled, SaveData: f.SaveData, Bindings: f.Bindings}, d.Now())
}

// FlowVersion is a published version of a flow.
type FlowVersion struct {
	Version   int       `json:"version"`
	Author    Ref       `json:"author" doc:"the id is empty for a version that a template brought"`
	Note      string    `json:"note"`
	CreatedAt time.Time `json:"createdAt"`
}

func listVersions(ctx context.Context, d Deps, c portal.Caller, in idIn) ([]FlowVersion, error) {
	if _, err := d.DB.Flows.Get(ctx, c.Org.ID, in.ID); err != nil {
		return nil, err
	}
	vs, err := d.DB.Flows.Versions(ctx, c.Org.ID, in.ID)
	if err != nil {
		return nil, err
	}
	people, err := namesOf(ctx, d, c, each(vs, func(v flow.Version) string { return v.Author }))
	return each(vs, func(v flow.Version) FlowVersion {
		author := refTo(people, v.Author)
		if author.Name == "" && v.Author == "template" {
			author = Ref{Name: "template"}
		}
		return FlowVersion{v.Number, author, v.Note, v.CreatedAt}
	}), err
}
