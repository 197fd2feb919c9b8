package api

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/portal"
	"sallyport/internal/posture"
)

var _ = add("GET /api/v1/tenants/{id}/posture/report", portal.InventoryRead, doc{
	Summary: "How an Okta org stands, as a file for who audits it", Gives: "application/octet-stream",
	Help: "html is one page that fetches nothing and prints well, csv has a line for each thing that is not in order. It is the last judgement.",
}, reportPosture)

type reportPostureIn struct {
	ID      string          `path:"id"`
	Format  string          `query:"format" enum:"html,csv" doc:"html where nothing is said"`
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
	if format == "csv" {
		f.write = report.WriteCSV
	}
	f.name = fmt.Sprintf("posture-%s-%s.%s", c.Org.Slug, run.At.UTC().Format(time.DateOnly), format)
	d.Log.InfoContext(ctx, "posture report exported", "organization", c.Org.Slug, "account", c.Account.Email, "token", c.Token.ID, "tenant", t.ID, "format", format)
	return f, nil
}
