package main

import (
	"context"
	"flag"
	"fmt"

	"sallyport/internal/app"
	"sallyport/internal/okta"
	"sallyport/internal/portal"
	"sallyport/internal/secret"
)

// runOktaConnect connects an Okta org by a credential that there is: an API token,
// or an API service integration.
func runOktaConnect(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	org := flags.String("org", app.DefaultOrganization, "`slug` of the organization that the connection is for")
	var c app.OktaCredential
	flags.StringVar(&c.Domain, "domain", "", "`domain` of the Okta org, as acme or acme.okta.com")
	flags.StringVar(&c.Name, "name", "", "`name` of the connection; by default that of the domain")
	flags.StringVar(&c.ClientID, "client-id", "", "client `ID` of an API service integration; without it the secret is an API token")
	flags.StringVar(&c.Scopes, "scopes", "", "`scopes` of the integration, separated by blanks: those that were approved when it was installed")
	file := flags.String("secret-file", "-", "`file` whose first line is the API token, or the client secret; - is standard input, which is asked where it is a terminal")
	if err := parse(flags, args); err != nil {
		return err
	}
	if c.Domain == "" {
		return usage("--domain is missing")
	}
	text, err := readToken(*file, std)
	if err != nil {
		return err
	}
	c.Secret = secret.NewText(text)
	return conf.ofOrganization(ctx, std, *org, func(core *app.Core, _ *portal.Portal, o portal.Organization) error {
		conn, err := core.ConnectOkta(byHand(ctx), o.ID, c)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(std.out, "%s is connected as %q\n", conn.Settings.Text("domain"), conn.Name)
		if owner, ok := core.OktaOwner(ctx, conn); ok {
			_, _ = fmt.Fprintf(std.out, "%s %s\n", owner.Said, owner.Advice)
		}
		_, _ = fmt.Fprintln(std.out)
		return printVisible(std.out, core.CheckOkta(ctx, conn))
	})
}

// runOktaCheck says what a connection sees.
func runOktaCheck(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	org := flags.String("org", app.DefaultOrganization, "`slug` of the organization")
	which := flags.String("connection", "", "`name` or id of the connection; the only one to an Okta org by default")
	asJSON := flags.Bool("json", false, "write it as JSON")
	if err := parse(flags, args); err != nil {
		return err
	}
	return conf.ofOrganization(ctx, std, *org, func(core *app.Core, _ *portal.Portal, o portal.Organization) error {
		conn, err := core.OktaConnection(ctx, o.ID, *which)
		if err != nil {
			return err
		}
		all := core.CheckOkta(ctx, conn)
		write := func() error { return printVisible(std.out, all) }
		if *asJSON {
			write = func() error {
				return writeJSON(std.out, struct {
					Connection string          `json:"connection"`
					Domain     string          `json:"domain"`
					Coverage   []okta.Coverage `json:"coverage"`
				}{conn.Name, conn.Settings.Text("domain"), all})
			}
		}
		if err := write(); err != nil {
			return err
		}
		return seesPeople(all)
	})
}
