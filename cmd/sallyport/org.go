package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"text/tabwriter"

	"sallyport/internal/portal"
)

// runOrgAdd makes an organization. Nobody is in it: "user add" makes its first
// administrator.
func runOrgAdd(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	slug := flags.String("slug", "", "its `name` in addresses, for good: small letters, digits, hyphens")
	name := flags.String("name", "", "its `name`; by default that in addresses")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *slug == "" {
		return usage("--slug is missing")
	}
	if *name == "" {
		*name = *slug
	}
	return conf.amongPeople(ctx, std, func(people *portal.People) error {
		o, err := people.AddOrganization(byHand(ctx), *slug, *name)
		if err == nil {
			_, _ = fmt.Fprintf(std.out, "%s is made\n\nNext: its first administrator, by sallyport user add --org %s --role admin --email ADDRESS\n", o.Name, o.Slug)
		}
		return err
	})
}

// runOrgList lists the organizations: slug, name.
func runOrgList(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	if err := parse(flags, args); err != nil {
		return err
	}
	return conf.amongPeople(ctx, std, func(people *portal.People) error {
		all, err := people.Organizations(ctx)
		if err != nil {
			return err
		}
		out := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
		for _, o := range all {
			_, _ = fmt.Fprintf(out, "%s\t%s\n", o.Slug, o.Name)
		}
		return out.Flush()
	})
}

// amongPeople calls fn with everybody, whatever the organization.
func (c *configFlag) amongPeople(ctx context.Context, std streams, fn func(*portal.People) error) error {
	base, err := c.base(ctx, std)
	if err != nil {
		return err
	}
	return errors.Join(fn(base.Portal().People), base.Close())
}
