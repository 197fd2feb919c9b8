package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"

	"sallyport/internal/app"
	"sallyport/internal/exchange"
)

// runFlowApply makes an organization have what a folder of files says.
func runFlowApply(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	org := flags.String("org", app.DefaultOrganization, "`slug` of the organization")
	dry := flags.Bool("dry-run", false, "change nothing: only show what would be")
	prune := flags.Bool("prune", false, "delete flows of the same folders that are not among the files")
	asJSON := flags.Bool("json", false, "write the plan as one line of JSON")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return usage("name one folder of flows")
	}
	_, project, err := readProject(flags.Arg(0))
	if err != nil {
		return err
	}
	core, err := conf.core(ctx, std)
	if err != nil {
		return err
	}
	plan, err := applyProject(ctx, core, *org, project, *prune, *dry)
	if err := errors.Join(err, core.Close()); err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(std.out).Encode(plan)
	}
	printPlan(std.out, plan, *dry)
	return nil
}

func applyProject(ctx context.Context, core *app.Core, slug string, p *exchange.Project, prune, dry bool) (*exchange.Plan, error) {
	org, err := core.Organization(ctx, core.Portal(), slug)
	if err != nil {
		return nil, err
	}
	plan, err := core.Exchange.Plan(ctx, org.ID, p, prune)
	if err != nil || dry {
		return plan, err
	}
	return plan, core.Exchange.Apply(ctx, org.ID, plan, "command")
}

func printPlan(w io.Writer, p *exchange.Plan, dry bool) {
	n := map[exchange.Deed]int{}
	for _, c := range p.Changes {
		n[c.Do]++
		if c.Do == exchange.Unchanged {
			continue
		}
		name := c.Folder + "/" + c.Name
		if c.What == "folder" {
			name = c.Name
		}
		_, _ = fmt.Fprintf(w, "%s %s %s\n", c.Do, c.What, name)
		for _, line := range c.Diff {
			_, _ = fmt.Fprintf(w, "    %s\n", line)
		}
	}
	for _, u := range p.Unbound {
		_, _ = fmt.Fprintf(w, "to be chosen: %s\n", u)
	}
	word := "done"
	if dry {
		word = "nothing was changed"
	}
	_, _ = fmt.Fprintf(w, "%d to create, %d to change, %d to delete, %d unchanged; %s\n", n[exchange.Create], n[exchange.Alter], n[exchange.Delete], n[exchange.Unchanged], word)
}
