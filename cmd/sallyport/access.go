package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"sallyport/internal/access"
	"sallyport/internal/app"
	"sallyport/internal/errs"
	"sallyport/internal/inventory"
	"sallyport/internal/portal"
)

// accessFlags are what all commands take that ask an access graph.
type accessFlags struct {
	conf   configFlag
	org    string
	tenant string
	at     string
}

func (f *accessFlags) on(flags *flag.FlagSet) {
	f.conf.on(flags)
	flags.StringVar(&f.org, "org", app.DefaultOrganization, "`slug` of the organization")
	flags.StringVar(&f.tenant, "tenant", "", "`domain`, name or id of the Okta org; the only one by default")
	flags.StringVar(&f.at, "at", "", "as it was at a `time` such as 2026-01-31T12:00:00Z")
}

// ask reads the org that is meant, and asks its graph.
func (f *accessFlags) ask(ctx context.Context, std streams, fn func(*access.Graph, inventory.Tenant) error) error {
	var at time.Time
	if f.at != "" {
		var err error
		if at, err = time.Parse(time.RFC3339, f.at); err != nil {
			return usage("%q is no time such as 2026-01-31T12:00:00Z", f.at)
		}
	}
	return f.conf.ofOrganization(ctx, std, f.org, func(core *app.Core, _ *portal.Portal, o portal.Organization) error {
		t, err := core.OktaTenant(ctx, o.ID, f.tenant)
		if err != nil {
			return err
		}
		g, err := core.AccessGraph(ctx, t, at)
		if err != nil {
			return err
		}
		return fn(g, t)
	})
}

// runAccessPaths says who can become an administrator, and by which way.
func runAccessPaths(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var f accessFlags
	f.on(flags)
	tier := flags.Int("tier", 0, "the deepest `tier` that still counts: 0 is the super administrator, 1 roles over all people or apps, 2 over some")
	limit := flags.Int("limit", 20, "the most to show; 0 is all")
	asJSON := flags.Bool("json", false, "write them as JSON")
	if err := parse(flags, args); err != nil {
		return err
	}
	return f.ask(ctx, std, func(g *access.Graph, _ inventory.Tenant) error {
		r := g.Ranked(access.RankOptions{Deepest: *tier, Limit: *limit})
		if *asJSON {
			return writeJSON(std.out, r)
		}
		_, _ = fmt.Fprintf(std.out, "%d can become an administrator.\n", r.Total)
		for _, x := range r.Ranked {
			_, _ = fmt.Fprintf(std.out, "\n%s %s, tier %d, %d steps, confidence %s\n", x.Start.Kind, x.Name, x.Tier, x.Length, x.Confidence)
			for _, s := range x.Path.Steps {
				_, _ = fmt.Fprintf(std.out, "  %s -> %s: %s\n", s.Kind, s.ToName, s.Why)
			}
		}
		return printGaps(std.out, r.Gaps)
	})
}

func printGaps(w io.Writer, gaps []access.Gap) error {
	for i, g := range gaps {
		if i == 0 {
			_, _ = fmt.Fprintln(w, "\nWhat was not seen:")
		}
		_, _ = fmt.Fprintf(w, "  %s: %s (%s)\n", g.Collection, g.Means, g.Said)
	}
	return nil
}

// meant returns the id of what has a name or an id; people go by what is before
// the @ of their login, too.
func meant(g *access.Graph, kind inventory.Kind, which string) (string, error) {
	found := ""
	err := g.Nodes(func(n access.Node, name string) error {
		short, _, _ := strings.Cut(name, "@")
		if n.Kind != kind || n.Aspect != access.Itself || n.ID != which && !strings.EqualFold(name, which) && (kind != inventory.User || !strings.EqualFold(short, which)) {
			return nil
		}
		if found != "" {
			return errs.New(errs.Invalid, "there are several called %q: take the id of one", which)
		}
		found = n.ID
		return nil
	})
	if err == nil && found == "" {
		err = errs.New(errs.NotFound, "there is no %s %q", kind, which)
	}
	return found, err
}

// runAccessWho says who can use an app, and why.
func runAccessWho(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var f accessFlags
	f.on(flags)
	asJSON := flags.Bool("json", false, "write them as JSON")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return usage("name one app")
	}
	return f.ask(ctx, std, func(g *access.Graph, _ inventory.Tenant) error {
		id, err := meant(g, inventory.App, flags.Arg(0))
		if err != nil {
			return err
		}
		reach, err := g.App(id)
		if err != nil {
			return err
		}
		people := []access.AppUser{}
		if err := g.AppUsers(id, func(u access.AppUser) error { people = append(people, u); return nil }); err != nil {
			return err
		}
		if *asJSON {
			return writeJSON(std.out, struct {
				access.AppReach

				People []access.AppUser `json:"people"`
			}{reach, people})
		}
		_, _ = fmt.Fprintf(std.out, "%d can use %s, %d of them are assigned themselves; %d more cannot sign in.\n\n", reach.Users, reach.Name, reach.Direct, reach.Disabled)
		out := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
		for _, u := range people {
			_, _ = fmt.Fprintf(out, "%s\t%s\n", u.Name, waysIn(g, u.Direct, u.Groups))
		}
		return cmp.Or(out.Flush(), printGaps(std.out, reach.Gaps))
	})
}

func waysIn(g *access.Graph, direct bool, groups []inventory.Ref) string {
	var by []string
	if direct {
		by = append(by, "assigned")
	}
	for _, r := range groups {
		by = append(by, "by "+g.Name(access.Node{Ref: r}))
	}
	return strings.Join(by, ", ")
}

// runAccessReach says what a person is in, uses and can become.
func runAccessReach(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var f accessFlags
	f.on(flags)
	asJSON := flags.Bool("json", false, "write it as JSON")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return usage("name one person")
	}
	return f.ask(ctx, std, func(g *access.Graph, _ inventory.Tenant) error {
		id, err := meant(g, inventory.User, flags.Arg(0))
		if err != nil {
			return err
		}
		person, err := g.Person(id)
		if err != nil {
			return err
		}
		paths, err := g.Paths(ctx, access.Node{Ref: person.User}, 5)
		if err != nil {
			return err
		}
		if *asJSON {
			return writeJSON(std.out, struct {
				access.PersonReach

				Paths []access.Path `json:"paths"`
			}{person, paths})
		}
		_, _ = fmt.Fprintf(std.out, "%s is %s, in %d groups, and uses %d apps.\n\n", person.Name, person.Status, len(person.Groups), len(person.Apps))
		out := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
		for _, a := range person.Apps {
			_, _ = fmt.Fprintf(out, "%s\t%s\n", a.Name, waysIn(g, a.Direct, a.Groups))
		}
		if err := out.Flush(); err != nil {
			return err
		}
		for i, p := range paths {
			_, _ = fmt.Fprintf(std.out, "\nWay %d to super administrator, confidence %s\n", i+1, p.Confidence)
			for _, s := range p.Steps {
				_, _ = fmt.Fprintf(std.out, "  %s -> %s: %s\n", s.Kind, s.ToName, s.Why)
			}
		}
		return printGaps(std.out, person.Gaps)
	})
}

// runAccessExport writes the graph, or who can become an administrator.
func runAccessExport(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var f accessFlags
	f.on(flags)
	format := flags.String("format", "json", "`csv` for who can become super administrator, json for the graph, opengraph for BloodHound")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *format != "csv" && *format != "json" && *format != "opengraph" {
		return usage("a format is csv, json or opengraph, not %q", *format)
	}
	return f.ask(ctx, std, func(g *access.Graph, t inventory.Tenant) error {
		switch *format {
		case "csv":
			return access.WriteCSV(std.out, g.Ranked(access.RankOptions{}))
		case "opengraph":
			return g.WriteOpenGraph(std.out, t.OktaID)
		default:
			return g.WriteJSON(std.out)
		}
	})
}
