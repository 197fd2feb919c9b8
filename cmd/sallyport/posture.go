package main

import (
	"context"
	"flag"
	"slices"

	"sallyport/internal/app"
	"sallyport/internal/portal"
	"sallyport/internal/posture"
	"sallyport/internal/posture/pdf"
)

// runPostureReport writes the last judgement of an org for who audits it.
func runPostureReport(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	org := flags.String("org", app.DefaultOrganization, "`slug` of the organization")
	tenant := flags.String("tenant", "", "`domain`, name or id of the Okta org; the only one by default")
	profile := flags.String("profile", "", "`name` of the profile; the one that is set for the org by default")
	format := flags.String("format", "html", "html, pdf or csv")
	if err := parse(flags, args); err != nil {
		return err
	}
	if !slices.Contains([]string{"html", "pdf", "csv"}, *format) {
		return usage("a format is html, pdf or csv, not %q", *format)
	}
	if *profile != "" && !slices.Contains(posture.Profiles(), posture.Profile(*profile)) {
		return usage("there is no profile %q", *profile)
	}
	return conf.ofOrganization(ctx, std, *org, func(core *app.Core, _ *portal.Portal, o portal.Organization) error {
		t, err := core.OktaTenant(ctx, o.ID, *tenant)
		if err != nil {
			return err
		}
		report, err := core.PostureReport(ctx, t, posture.Profile(*profile))
		if err != nil {
			return err
		}
		switch *format {
		case "csv":
			return report.WriteCSV(std.out)
		case "pdf":
			return pdf.Write(std.out, report)
		default:
			return report.WriteHTML(std.out)
		}
	})
}
