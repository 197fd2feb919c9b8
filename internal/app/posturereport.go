package app

import (
	"cmp"
	"context"
	"fmt"

	"sallyport/internal/errs"
	"sallyport/internal/inventory"
	"sallyport/internal/posture"
	"sallyport/internal/posture/pdf"
)

// PostureReport returns the last judgement of an org by a profile, the one that is
// set for it where none is said, for who audits it.
func (c *Core) PostureReport(ctx context.Context, t inventory.Tenant, by posture.Profile) (pdf.Report, error) {
	set, err := c.DB.Postures.Setting(ctx, t.Org, t.ID)
	if err != nil {
		return pdf.Report{}, fmt.Errorf("read what it is judged by: %w", err)
	}
	run, results, err := c.DB.Postures.Results(ctx, t.Org, t.ID, cmp.Or(by, set.Profile))
	if errs.KindOf(err) == errs.NotFound {
		return pdf.Report{}, errs.New(errs.NotFound, "the org was not judged by the profile %s yet: a server that runs (sallyport serve) does that some seconds after the org was read", cmp.Or(by, set.Profile))
	}
	if err != nil {
		return pdf.Report{}, err
	}
	kept, err := c.DB.Postures.Exceptions(ctx, t.Org, t.ID)
	if err != nil {
		return pdf.Report{}, err
	}
	checks, err := c.Checks()
	if err != nil {
		return pdf.Report{}, err
	}
	known := make(map[string]*posture.Check, len(checks))
	for _, check := range checks {
		known[check.ID] = check
	}
	out := pdf.Report{Report: posture.Report{Org: cmp.Or(t.Name, t.Domain), Profile: run.Profile, At: run.At}, Tenant: t.Domain}
	for _, r := range results {
		if r.Check = known[r.ID]; r.Check != nil { // else there is no such check any more
			out.Results = append(out.Results, r)
		}
	}
	for _, x := range kept {
		out.Exceptions = append(out.Exceptions, x.Exception)
	}
	return out, nil
}
