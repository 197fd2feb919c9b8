package api

import (
	"context"
	"net/http"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/live"
	"sallyport/internal/portal"
	"sallyport/internal/value"
)

// Templates are the flows that come with the program, ready to be installed.
type Templates interface {
	// List returns the templates by category and title, without what stands only
	// in a detail.
	List(ctx context.Context) ([]Template, error)
	// Get returns one template.
	Get(ctx context.Context, id string) (TemplateDetail, error)
	// Install makes a template's folder, tables and flows in an organization, all
	// or nothing. Flows are switched on where that is wanted and possible.
	Install(ctx context.Context, org, account string, in TemplateInstallation) (InstalledTemplate, error)
}

var (
	_ = add("GET /api/v1/templates", portal.FlowsRead, doc{Summary: "Templates"}, listTemplates)
	_ = add("GET /api/v1/templates/{id}", portal.FlowsRead, doc{Summary: "A template, and what it wants"}, getTemplate)
	_ = add("POST /api/v1/templates/{id}/install", portal.TemplatesInstall, doc{Summary: "Install a template", Status: http.StatusCreated}, installTemplate)
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

	Readme      string          `json:"readme" doc:"Markdown"`
	Connections []Slot          `json:"connections" doc:"that it wants"`
	Options     []Port          `json:"options" doc:"to be chosen"`
	Tables      []TableSlot     `json:"tables" doc:"that it makes"`
	Flows       []TemplateFlow  `json:"flows" doc:"that it makes"`
	Installed   []InstalledCopy `json:"installed" doc:"folders that it was installed into"`
}

// TemplateFlow is a flow that a template makes.
type TemplateFlow struct {
	Slug        string           `json:"slug"`
	Title       string           `json:"title"`
	Description string           `json:"description"`
	Trigger     flow.TriggerKind `json:"trigger"`
	YAML        string           `json:"yaml"`
}

// InstalledCopy is a folder that a template was installed into.
type InstalledCopy struct {
	Folder Ref `json:"folder"`
}

// TemplateInstallation is what a template is installed with.
type TemplateInstallation struct {
	Template    string            `json:"-"`
	Folder      string            `json:"folder,omitempty" max:"100" doc:"name of the folder to make; the template's title where nothing is said"`
	Connections map[string]string `json:"connections,omitempty" doc:"for slots by name, the id of the connection"`
	Options     *value.Object     `json:"options,omitempty" doc:"by name"`
	Enable      bool              `json:"enable,omitempty" doc:"switch its flows on"`
}

// InstalledTemplate is what installing a template made.
type InstalledTemplate struct {
	Folder  Ref      `json:"folder"`
	Flows   []Ref    `json:"flows"`
	Tables  []Ref    `json:"tables"`
	Enabled bool     `json:"enabled" doc:"its flows are switched on"`
	Unbound []string `json:"unbound" doc:"what is still to be chosen before they can be"`
}

func listTemplates(ctx context.Context, d Deps, _ portal.Caller, _ none) ([]Template, error) {
	if d.Templates == nil {
		return []Template{}, nil
	}
	return d.Templates.List(ctx)
}

func getTemplate(ctx context.Context, d Deps, c portal.Caller, in idIn) (TemplateDetail, error) {
	if d.Templates == nil {
		return TemplateDetail{}, errs.New(errs.NotFound, "there is no such template")
	}
	t, err := d.Templates.Get(ctx, in.ID)
	if err != nil {
		return t, err
	}
	folders, err := d.DB.Flows.Folders(ctx, c.Org.ID)
	t.Installed = []InstalledCopy{}
	for _, f := range folders {
		if f.Template == t.ID {
			t.Installed = append(t.Installed, InstalledCopy{Ref{f.ID, f.Name}})
		}
	}
	return t, err
}

type installTemplateIn struct {
	TemplateInstallation

	ID string `path:"id"`
}

func installTemplate(ctx context.Context, d Deps, c portal.Caller, in installTemplateIn) (InstalledTemplate, error) {
	if d.Templates == nil {
		return InstalledTemplate{}, errs.New(errs.NotFound, "there is no such template")
	}
	for slot, id := range in.Connections {
		if _, err := d.DB.Connections.Get(ctx, c.Org.ID, id); err != nil {
			return InstalledTemplate{}, &field{"connections." + slot, err}
		}
	}
	in.Template = in.ID
	out, err := d.Templates.Install(ctx, c.Org.ID, c.Account.ID, in.TemplateInstallation)
	for _, t := range out.Tables {
		d.Live.Publish(c.Org.ID, live.Message{Topic: live.Table, ID: t.ID})
	}
	return out, err
}
