package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"sallyport/internal/flow"
	"sallyport/internal/id"
	"sallyport/internal/portal"
	"sallyport/internal/store"
)

var (
	_ = add("GET /api/v1/folders", portal.FlowsRead, doc{Summary: "Folders of flows and tables"}, listFolders)
	_ = add("POST /api/v1/folders", portal.FlowsWrite, doc{Summary: "Make a folder", Status: http.StatusCreated}, createFolder)
	_ = add("PATCH /api/v1/folders/{id}", portal.FlowsWrite, doc{Summary: "Rename a folder"}, patchFolder)
	_ = add("DELETE /api/v1/folders/{id}", portal.FlowsWrite, doc{Summary: "Delete an empty folder"}, deleteFolder)
)

// Folder holds the flows and tables that belong together.
type Folder struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Template  string    `json:"template,omitempty" doc:"that it was installed from"`
	Flows     int       `json:"flows" doc:"how many"`
	CreatedAt time.Time `json:"createdAt"`
}

func listFolders(ctx context.Context, d Deps, c portal.Caller, _ none) ([]Folder, error) {
	folders, err := d.DB.Flows.Folders(ctx, c.Org.ID)
	if err != nil {
		return nil, err
	}
	flows, err := d.DB.Flows.List(ctx, c.Org.ID)
	n := map[string]int{}
	for _, f := range flows {
		n[f.Folder]++
	}
	return each(folders, func(f flow.Folder) Folder { return Folder{f.ID, f.Name, f.Template, n[f.ID], f.CreatedAt} }), err
}

// folderNames returns the names of the organization's folders, by id.
func folderNames(ctx context.Context, d Deps, c portal.Caller) (map[string]string, error) {
	folders, err := d.DB.Flows.Folders(ctx, c.Org.ID)
	out := make(map[string]string, len(folders))
	for _, f := range folders {
		out[f.ID] = f.Name
	}
	return out, err
}

type createFolderIn struct {
	Name string `json:"name" min:"1" max:"100"`
}

func createFolder(ctx context.Context, d Deps, c portal.Caller, in createFolderIn) (Folder, error) {
	name, err := folderName(in.Name)
	if err != nil {
		return Folder{}, err
	}
	now := d.Now()
	f := flow.Folder{ID: id.At(now), Org: c.Org.ID, Name: name, CreatedAt: now}
	err = d.DB.Write(ctx, func(tx *store.Tx) error { return tx.AddFolder(ctx, f) })
	return Folder{ID: f.ID, Name: f.Name, CreatedAt: now}, err
}

func folderName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" {
		return "", badField("name", "a folder needs a name")
	}
	return name, nil
}

type patchFolderIn struct {
	ID   string `path:"id"`
	Name string `json:"name" min:"1" max:"100"`
}

func patchFolder(ctx context.Context, d Deps, c portal.Caller, in patchFolderIn) (none, error) {
	name, err := folderName(in.Name)
	if err != nil {
		return none{}, err
	}
	return none{}, d.DB.Flows.RenameFolder(ctx, c.Org.ID, in.ID, name)
}

func deleteFolder(ctx context.Context, d Deps, c portal.Caller, in idIn) (none, error) {
	return none{}, d.DB.Flows.RemoveFolder(ctx, c.Org.ID, in.ID)
}
