package api

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/inventory"
	"sallyport/internal/portal"
	"sallyport/internal/posture"
	"sallyport/internal/posture/pdf"
)

var _ = add("GET /api/v1/tenants/{id}/posture/report", portal.InventoryRead, doc{
	Summary: "How an Okta org stands, as a file for who audits it", Gives: "application/octet-stream",
	Help: "html is one page that fetches nothing and prints well, pdf is the same on pages with exceptions and their owners, csv has a line for each thing that is not in order. It is the last judgement.",
}, reportPosture)

type reportPostureIn struct {
	ID      string          `path:"id"`
	Format  string          `query:"format" enum:"html,pdf,csv" doc:"html where nothing is said"`
	Profile posture.Profile `query:"profile" doc:"the one that is set for the org where nothing is said"`
}

func reportPosture(ctx context.Context, d Deps, c portal.Caller, in reportPostureIn) (writtenFile, error) {
	t, set, err := judgedTenant(ctx, d, c, in.ID)
	if err != nil {
		return writtenFile{}, err
	}
	run, results, err := d.DB.Postures.Results(ctx, t.Org, t.ID, cmp.Or(in.Profile, set.Profile))
	if errs.KindOf(err) == errs.NotFound {
		return writtenFile{}, errs.New(errs.NotFound, "the org was not judged by this profile yet")
	}
	if err != nil {
		return writtenFile{}, err
	}
	report := posture.Report{Org: cmp.Or(t.Name, t.Domain), Profile: run.Profile, At: run.At}
	for _, r := range results {
		if check, ok := checkOf(d, r.ID); ok {
			r.Check = check
			report.Results = append(report.Results, r)
		}
	}
	f := writtenFile{write: report.WriteHTML}
	format := cmp.Or(in.Format, "html")
	switch format {
	case "csv":
		f.write = report.WriteCSV
	case "pdf":
		if f.write, err = pdfOf(ctx, d, t, report); err != nil {
			return writtenFile{}, err
		}
	}
	f.name = fmt.Sprintf("posture-%s-%s.%s", c.Org.Slug, run.At.UTC().Format(time.DateOnly), format)
	d.Log.InfoContext(ctx, "posture report exported", "organization", c.Org.Slug, "account", c.Account.Email, "token", c.Token.ID, "tenant", t.ID, "format", format)
	return f, nil
}

// pdfOf returns what writes a report as PDF, with the exceptions of the org.
func pdfOf(ctx context.Context, d Deps, t inventory.Tenant, r posture.Report) (func(io.Writer) error, error) {
	kept, err := d.DB.Postures.Exceptions(ctx, t.Org, t.ID)
	if err != nil {
		return nil, err
	}
	out := pdf.Report{Report: r, Tenant: t.Domain}
	for _, x := range kept {
		out.Exceptions = append(out.Exceptions, x.Exception)
	}
	return func(w io.Writer) error { return pdf.Write(w, out) }, nil
}
