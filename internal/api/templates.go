package api

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/live"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/table"
	"sallyport/internal/template"
	"sallyport/internal/value"
)

var (
	_ = add("GET /api/v1/templates", portal.FlowsRead, doc{Summary: "Templates: flows that are ready to be installed"}, listTemplates)
	_ = add("GET /api/v1/templates/{id}", portal.FlowsRead, doc{Summary: "A template, and what it wants"}, getTemplate)
	_ = add("POST /api/v1/templates/{id}/install", portal.TemplatesInstall, doc{
		Summary: "Install a template", Help: "It makes a folder with the template's flows and tables. Flows are switched on where that is wanted and everything is chosen that they need.", Status: http.StatusCreated,
	}, installTemplate)
)

// Template is a template in a list.
type Template struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Category    string   `json:"category"`
	Description string   `json:"description"`
	Connectors  []string `json:"connectors" doc:"ids of the connectors that it uses"`
	Events      []string `json:"events" doc:"event types that start its flows"`
}

// TemplateDetail is a template with what it wants and what it makes.
type TemplateDetail struct {
	Template

	Readme      string         `json:"readme" doc:"Markdown"`
	Connections []Slot         `json:"connections" doc:"that it wants"`
	Choices     []SlotChoices  `json:"choices" doc:"the connections that fit each slot"`
	Options     []Port         `json:"options" doc:"to be chosen"`
	Tables      []TableSlot    `json:"tables" doc:"that it makes"`
	Flows       []TemplateFlow `json:"flows" doc:"that it makes"`
	Installed   []Ref          `json:"installed" doc:"folders that it was installed into"`
}

// TemplateFlow is a flow that a template makes.
type TemplateFlow struct {
	Slug        string  `json:"slug"`
	Title       string  `json:"title"`
	Description string  `json:"description"`
	Trigger     Trigger `json:"trigger"`
	YAML        string  `json:"yaml"`
}

func showTemplate(t *template.Template) Template {
	connectors, events := map[string]bool{}, map[string]bool{}
	for _, s := range t.Connections() {
		for _, id := range s.Connectors {
			connectors[id] = true
		}
	}
	for _, f := range t.Flows {
		for _, e := range f.Trigger.Events {
			events[e] = true
		}
	}
	return Template{t.ID, t.Title, t.Category, t.Description, slices.Sorted(maps.Keys(connectors)), slices.Sorted(maps.Keys(events))}
}

func findTemplate(d Deps, id string) (*template.Template, error) {
	if d.Templates == nil {
		return nil, errs.New(errs.NotFound, "there is no template %q", id)
	}
	return d.Templates.Get(id)
}

func listTemplates(_ context.Context, d Deps, _ portal.Caller, _ none) ([]Template, error) {
	if d.Templates == nil {
		return []Template{}, nil
	}
	return each(d.Templates.All(), showTemplate), nil
}

func getTemplate(ctx context.Context, d Deps, c portal.Caller, in idIn) (TemplateDetail, error) {
	t, err := findTemplate(d, in.ID)
	if err != nil {
		return TemplateDetail{}, err
	}
	out := TemplateDetail{
		Template: showTemplate(t), Readme: t.Readme, Options: showPorts(t.Options()), Installed: []Ref{},
		Connections: each(t.Connections(), func(s flow.Slot) Slot { return Slot{Name: s.Name, Title: s.Title, Connectors: s.Connectors} }),
		Tables: each(t.Tables(), func(s flow.TableSlot) TableSlot {
			return TableSlot{Name: s.Name, Title: s.Title, Columns: showPorts(s.Columns)}
		}),
		Flows: each(t.Flows, func(f *flow.Definition) TemplateFlow {
			return TemplateFlow{f.Slug, f.Title, f.Description, showTrigger(f.Trigger), f.Source}
		}),
	}
	conns, err := d.DB.Connections.List(ctx, c.Org.ID)
	if err != nil {
		return out, err
	}
	out.Choices = slotChoices(t.Connections(), conns)
	folders, err := d.DB.Flows.Folders(ctx, c.Org.ID)
	for _, f := range folders {
		if f.Template == t.ID {
			out.Installed = append(out.Installed, Ref{f.ID, f.Name})
		}
	}
	return out, err
}

// slotChoices returns the connections that fit each slot.
func slotChoices(slots []flow.Slot, conns []store.Connection) []SlotChoices {
	return each(slots, func(s flow.Slot) SlotChoices {
		choices := SlotChoices{Slot: s.Name, Connections: []Ref{}}
		for _, c := range conns {
			if slices.Contains(s.Connectors, c.Connector) {
				choices.Connections = append(choices.Connections, Ref{c.ID, c.Name})
			}
		}
		return choices
	})
}

type installTemplateIn struct {
	ID          string            `path:"id"`
	Folder      string            `json:"folder,omitempty" max:"100" doc:"name of the folder to make; the template's title where nothing is said"`
	Connections map[string]string `json:"connections,omitempty" doc:"for slots by name, the id of the connection; what is left out is chosen later"`
	Options     *value.Object     `json:"options,omitempty" doc:"by name; what is left out takes its default"`
	Enable      bool              `json:"enable,omitempty" doc:"switch its flows on"`
}

// InstalledTemplate is what installing a template made.
type InstalledTemplate struct {
	Folder Ref             `json:"folder"`
	Flows  []InstalledFlow `json:"flows"`
	Tables []Ref           `json:"tables"`
}

// InstalledFlow is a flow that was installed.
type InstalledFlow struct {
	Ref

	Enabled bool     `json:"enabled"`
	Unbound []string `json:"unbound" doc:"what is to be chosen before it can be switched on"`
}

func installTemplate(ctx context.Context, d Deps, c portal.Caller, in installTemplateIn) (InstalledTemplate, error) {
	t, err := findTemplate(d, in.ID)
	if err != nil {
		return InstalledTemplate{}, err
	}
	wants := &flow.Definition{Connections: t.Connections()}
	for slot, id := range in.Connections {
		if err := checkConnection(ctx, d, c.Org.ID, wants, slot, id); err != nil {
			return InstalledTemplate{}, &field{"connections." + slot, err}
		}
	}
	for _, o := range t.Options() {
		if o.Secret && in.Options.At(o.Name) != nil {
			return InstalledTemplate{}, badField("options."+o.Name, "a secret is entered in the flow's setup, once the template is installed")
		}
	}
	options, err := chooseOptions(t.Options(), nil, in.Options)
	if err != nil {
		return InstalledTemplate{}, err
	}
	write := func(ctx context.Context, fn func(*store.Tx) error) error { return d.DB.Write(ctx, fn) }
	made, err := template.Installer[*store.Tx]{Write: write, Now: d.Now}.Install(ctx, t, template.Order{
		Org: c.Org.ID, Folder: in.Folder, Author: c.Account.ID, Connections: in.Connections, Options: options,
	})
	if err != nil {
		return InstalledTemplate{}, err
	}
	out := InstalledTemplate{Folder: Ref{made.Folder.ID, made.Folder.Name}, Tables: each(made.Tables, func(t table.Table) Ref { return Ref{t.ID, t.Title} })}
	for i, f := range made.Flows {
		shown, err := switchOn(ctx, d, f, t.Flows[i], in.Enable)
		if err != nil {
			return out, err
		}
		out.Flows = append(out.Flows, shown)
	}
	d.Live.Publish(c.Org.ID, live.Message{Topic: live.Table})
	return out, nil
}

// switchOn switches an installed flow on, if that is wanted and possible.
func switchOn(ctx context.Context, d Deps, f flow.Flow, def *flow.Definition, wanted bool) (InstalledFlow, error) {
	out := InstalledFlow{Ref: Ref{f.ID, f.Title}, Unbound: missing(def, f.Bindings)}
	if !wanted || len(out.Unbound) > 0 {
		return out, nil
	}
	err := d.DB.Flows.Set(ctx, f.Org, f.ID, store.Settings{Enabled: true, SaveData: f.SaveData, Bindings: f.Bindings}, d.Now())
	out.Enabled = err == nil
	return out, err
}
