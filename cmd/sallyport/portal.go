package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"sallyport/internal/app"
	"sallyport/internal/portal"
)

// runSSODisable switches single sign-on of an organization off, for who is locked
// out: passwords hold again at once.
func runSSODisable(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	org := flags.String("org", "", "`slug` of the organization")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *org == "" {
		return usage("--org is missing")
	}
	return conf.ofOrganization(ctx, std, *org, func(core *app.Core, _ *portal.Portal, o portal.Organization) error {
		if err := core.DB.SSO.Disable(byHand(ctx), o.ID, "", core.Now()); err != nil {
			return err
		}
		_, _ = fmt.Fprintf(std.out, "single sign-on of %s is off: its members sign in with their passwords\n", o.Name)
		return nil
	})
}

// ofOrganization calls fn with the program, its portal and the organization of a
// slug.
func (c *configFlag) ofOrganization(ctx context.Context, std streams, slug string, fn func(*app.Core, *portal.Portal, portal.Organization) error) error {
	core, err := c.core(ctx, std)
	if err != nil {
		return err
	}
	p := core.Portal()
	o, err := core.Organization(ctx, p, slug)
	if err == nil {
		err = fn(core, p, o)
	}
	return errors.Join(err, core.Close())
}

// runOktaApp makes the application in Okta that an organization signs in through,
// or sets it right, and says what comes next.
func runOktaApp(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	org := flags.String("org", app.DefaultOrganization, "`slug` of the organization")
	var o app.OktaApp
	flags.StringVar(&o.URL, "okta", "", "`URL` of the Okta org, such as https://acme.okta.com")
	file := flags.String("token-file", "-", "`file` whose first line is an API token of it; - is standard input, which is asked where it is a terminal")
	flags.BoolVar(&o.Bearer, "oauth", false, "the token is an OAuth access token with okta.apps.manage")
	flags.StringVar(&o.Label, "label", "Sallyport", "`name` of the application in Okta")
	assign := flags.String("assign", "", "`names` of groups in Okta whose people get the application, with commas between")
	flags.StringVar(&o.Groups, "groups", "", "regular `expression` for the groups that Okta sends; all by default")
	if err := parse(flags, args); err != nil {
		return err
	}
	if o.URL == "" {
		return usage("--okta is missing")
	}
	for name := range strings.SplitSeq(*assign, ",") {
		if name = strings.TrimSpace(name); name != "" {
			o.Assign = append(o.Assign, name)
		}
	}
	var err error
	if o.Token, err = readToken(*file, std); err != nil {
		return err
	}
	return conf.ofOrganization(ctx, std, *org, func(core *app.Core, p *portal.Portal, of portal.Organization) error {
		single, err := core.SSO(p, nil)
		if err != nil {
			return err
		}
		sp, err := single.Provider(ctx, of)
		if err != nil {
			return err
		}
		made, err := core.SetUpOktaApp(ctx, sp, o)
		if err != nil {
			return err
		}
		did := "changed"
		if made.New {
			did = "made"
		}
		next := "assign people and groups to it in Okta (or here: --assign), and "
		if made.Assigned > 0 {
			next = ""
		}
		_, _ = fmt.Fprintf(std.out, "application %s is %s in %s\nmetadata URL: %s\n\nNext: %senter the metadata URL under Settings, Okta integration, of %s.\n", made.ID, did, o.URL, made.MetadataURL, next, core.Config.URL())
		return nil
	})
}

// readToken reads a token as [readPassword] reads a password.
func readToken(file string, std streams) (string, error) {
	return readSecret(file, "API token of Okta (not shown): ", std)
}

// readSecret reads the first line of a file, or of standard input, which is asked
// where it is a terminal.
func readSecret(file, ask string, std streams) (string, error) {
	in := int(os.Stdin.Fd())
	if file != "-" || !term.IsTerminal(in) {
		return firstLine(file)
	}
	_, _ = fmt.Fprint(std.err, ask)
	text, err := term.ReadPassword(in)
	_, _ = fmt.Fprintln(std.err)
	if err != nil {
		return "", fmt.Errorf("read the secret: %w", err)
	}
	return string(text), nil
}
