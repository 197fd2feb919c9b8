package api

import (
	"cmp"
	"context"
	"io"
	"mime"
	"net/http"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/exchange"
	"sallyport/internal/live"
	"sallyport/internal/portal"
)

var (
	_ = add("POST /api/v1/flows/import", portal.TemplatesInstall, doc{
		Summary: "Import flows from an export of Okta Workflows, or a flow from its YAML",
		Help: "A .flopack, .folder or .flow file, or YAML. It makes one folder with all flows and tables of the file, or nothing. Flows arrive switched off; those with cards that cannot run yet are drafts. " +
			"Secrets of the file are not taken over: the report names the options to fill in.",
		Max: exchange.MaxSize, Long: true, Takes: "application/octet-stream",
	}, importFlows)
	_ = add("GET /api/v1/flows/{id}/export", portal.FlowsRead, doc{
		Summary: "A flow as a file", Help: "As YAML, or with those that it calls as an export of Okta Workflows.", Gives: "application/octet-stream", Long: true,
	}, exportFlow)
	_ = add("GET /api/v1/folders/{id}/export", portal.FlowsRead, doc{
		Summary: "The flows of a folder as a file", Help: "As a ZIP archive of YAML files, or as an export of Okta Workflows.", Gives: "application/octet-stream", Long: true,
	}, exportFolder)
)

type importFlowsIn struct {
	File        upload
	Folder      string   `query:"folder" max:"100" doc:"name of the folder to make; a name after the file where nothing is said"`
	Connections []string `query:"connection" doc:"KEY=ID: a connection of the report by its key, and the organization's connection that takes its place; may be there several times. What is left out is chosen later"`
	DryRun      bool     `query:"dryRun" doc:"make nothing: only report"`
}

func importFlows(ctx context.Context, d Deps, c portal.Caller, in importFlowsIn) (exchange.ImportReport, error) {
	o := exchange.Order{Org: c.Org.ID, Author: c.Account.ID, Folder: in.Folder, DryRun: in.DryRun, Connections: map[string]string{}}
	for _, text := range in.Connections {
		// A name may hold the sign; an id does not.
		at := strings.LastIndexByte(text, '=')
		if at < 1 {
			return exchange.ImportReport{}, badField("connection", "%q is not of the form KEY=ID", text)
		}
		o.Connections[text[:at]] = text[at+1:]
	}
	file, err := in.File.file("", "a file")
	if err != nil {
		return exchange.ImportReport{}, err
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return exchange.ImportReport{}, bodyError(err)
	}
	if len(text) == 0 {
		return exchange.ImportReport{}, badField("file", "the file is empty")
	}
	out, err := d.Exchange.Import(ctx, text, o)
	if err == nil && !in.DryRun {
		d.Live.Publish(c.Org.ID, live.Message{Topic: live.Table})
	}
	return out, err
}

type exportIn struct {
	ID     string          `path:"id"`
	Format exchange.Format `query:"format" doc:"yaml where nothing is said"`
}

// download is a file to be saved.
type download struct {
	name string
	data []byte
}

func (f download) answer(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.name}))
	_, _ = w.Write(f.data) // where the connection broke there is nobody to tell
}

func exportFlow(ctx context.Context, d Deps, c portal.Caller, in exportIn) (download, error) {
	f, err := d.DB.Flows.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return download{}, err
	}
	if in.Format == exchange.Flopack {
		return flopackOf(ctx, d, c, f.ID, f.Slug)
	}
	files, err := d.Exchange.Files(ctx, c.Org.ID, f.ID)
	if err != nil {
		return download{}, err
	}
	return download{files[0].Name, []byte(files[0].Text)}, nil
}

func exportFolder(ctx context.Context, d Deps, c portal.Caller, in exportIn) (download, error) {
	f, err := d.DB.Flows.Folder(ctx, c.Org.ID, in.ID)
	if err != nil {
		return download{}, err
	}
	name := cmp.Or(strings.Trim(strings.Map(plainLetter, f.Name), "-"), "flows")
	if in.Format == exchange.Flopack {
		return flopackOf(ctx, d, c, f.ID, name)
	}
	files, err := d.Exchange.Files(ctx, c.Org.ID, f.ID)
	if err != nil {
		return download{}, err
	}
	packed, err := exchange.Zip(files)
	return download{name + ".zip", packed}, err
}

func flopackOf(ctx context.Context, d Deps, c portal.Caller, id, name string) (download, error) {
	text, err := d.Exchange.Export(ctx, c.Org.ID, id)
	return download{name + ".flopack", text}, err
}

// plainLetter keeps of a name what every file system takes.
func plainLetter(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_':
		return r
	}
	return '-'
}

// file is the file in a body: the body itself, where it is of a media type ("" for
// any), or the part "file" of a form (RFC 7578).
func (u upload) file(media, wanted string) (io.Reader, error) {
	kind, params, err := mime.ParseMediaType(u.media)
	form := err == nil && kind == "multipart/form-data" && params["boundary"] != ""
	switch {
	case form:
		return u.part(params["boundary"])
	case media == "" || err == nil && kind == media:
		return u.Reader, nil
	}
	return nil, errs.New(errs.Invalid, "the Content-Type is %q; %s or multipart/form-data is wanted", u.media, wanted)
}
