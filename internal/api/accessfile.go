package api

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"sallyport/internal/access"
	"sallyport/internal/portal"
)

var _ = add("GET /api/v1/tenants/{id}/access/export", portal.InventoryRead, doc{
	Summary: "Who can become an administrator of an Okta org, or all of its access graph, as a file", Gives: "application/octet-stream", Long: true,
	Help: "csv has a line for each who reaches super administrator, json the graph, opengraph the graph as BloodHound takes it. If the file breaks off, so does the connection.",
}, exportAccess)

type exportAccessIn struct {
	ID     string    `path:"id"`
	Format string    `query:"format" enum:"csv,json,opengraph" doc:"json where nothing is said"`
	Tier   int       `query:"tier" min:"0" max:"2" doc:"of csv: the deepest that still counts"`
	At     time.Time `query:"at" doc:"as it was then"`
}

// writtenFile is a file that something writes.
type writtenFile struct {
	name  string
	write func(io.Writer) error
}

func exportAccess(ctx context.Context, d Deps, c portal.Caller, in exportAccessIn) (writtenFile, error) {
	g, err := accessGraph(ctx, d, c, in.ID, in.At)
	if err != nil {
		return writtenFile{}, err
	}
	t, err := d.DB.Inventory.Tenant(ctx, c.Org.ID, in.ID)
	if err != nil {
		return writtenFile{}, err
	}
	format := cmp.Or(in.Format, "json")
	f, ending := writtenFile{write: g.WriteJSON}, "json"
	switch format {
	case "csv":
		ending = "csv"
		f.write = func(w io.Writer) error { return access.WriteCSV(w, g.Ranked(access.RankOptions{Deepest: in.Tier})) }
	case "opengraph":
		ending = "opengraph.json"
		f.write = func(w io.Writer) error { return g.WriteOpenGraph(w, t.OktaID) }
	}
	f.name = fmt.Sprintf("access-%s-%s.%s", c.Org.Slug, d.Now().UTC().Format("20060102-150405"), ending)
	d.Log.InfoContext(ctx, "access graph exported", "organization", c.Org.Slug, "account", c.Account.Email, "token", c.Token.ID, "tenant", t.ID, "format", format)
	return f, nil
}

func (f writtenFile) answer(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.name}))
	if err := f.write(w); err != nil {
		panic(http.ErrAbortHandler) // a part of the file is sent: only a broken connection says so
	}
}
