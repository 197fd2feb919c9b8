package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"sallyport/internal/app"
	"sallyport/internal/auth0/action"
	"sallyport/internal/portal"
	"sallyport/internal/secret"
)

// auth0SecretVariable is where a client secret may stand that is lent for a command.
const auth0SecretVariable = "SALLYPORT_AUTH0_SECRET" //nolint:gosec // the name of a variable

// actionFlags are the flags of the commands about the Action of a tenant.
type actionFlags struct {
	conf configFlag
	org  string
	file string // of the lent secret
	with app.Auth0Credential
	o    action.Options
	json bool
}

// on adds the flags by which a tenant is reached, and its Action is known.
func (f *actionFlags) on(flags *flag.FlagSet) {
	f.conf.on(flags)
	flags.StringVar(&f.org, "org", app.DefaultOrganization, "`slug` of the organization")
	flags.StringVar(&f.with.Connection, "connection", "", "`name` or id of a connection to the tenant; the only one to Auth0 by default")
	flags.StringVar(&f.with.Domain, "domain", "", "`domain` of the tenant, as acme.eu.auth0.com, in place of a connection")
	flags.StringVar(&f.with.ClientID, "client-id", "", "`ID` of a machine-to-machine application, with --domain")
	flags.StringVar(&f.file, "secret-file", "-", "`file` whose first line is the application's secret, with --domain. Without it the variable "+auth0SecretVariable+" counts, or standard input, which is asked where it is a terminal")
	flags.StringVar(&f.o.Name, "name", action.DefaultName, "`name` of the Action in Auth0")
	flags.BoolVar(&f.json, "json", false, "write it as JSON")
}

// says adds the flags of what the Action is.
func (f *actionFlags) says(flags *flag.FlagSet) {
	flags.StringVar(&f.o.Message, "message", action.DefaultMessage, "`text` that people are refused with")
	flags.StringVar(&f.o.Kind, "metadata", action.UserMetadata, "where the mark is looked for: user_metadata or app_metadata, as the flow that puts it there")
}

// keeper calls fn with what keeps the Action.
func (f *actionFlags) keeper(ctx context.Context, std streams, fn func(*app.Core, *action.Keeper, string) error) error {
	switch {
	case f.with.Domain != "" && f.with.Connection != "":
		return usage("--connection and --domain: one of them is wanted")
	case f.with.Domain != "" && f.with.ClientID == "":
		return usage("--domain wants --client-id")
	case f.with.Domain == "" && f.with.ClientID != "":
		return usage("--client-id wants --domain")
	}
	if f.with.Domain != "" {
		text := ""
		if f.file == "-" {
			text = os.Getenv(auth0SecretVariable)
		}
		if text == "" {
			var err error
			if text, err = readSecret(f.file, "Client secret of Auth0 (not shown): ", std); err != nil {
				return err
			}
		}
		f.with.Secret = secret.NewText(strings.TrimSpace(text))
	}
	return f.conf.ofOrganization(ctx, std, f.org, func(core *app.Core, _ *portal.Portal, o portal.Organization) error {
		k, err := core.Auth0Actions(ctx, o.ID, f.with)
		if err != nil {
			return err
		}
		return fn(core, k, o.ID)
	})
}

// runActionWrite writes the JavaScript of the Action, for who deploys it otherwise.
func runActionWrite(_ context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var f actionFlags
	f.says(flags)
	out := flags.String("out", "", "write it to a `file`, and not to standard output")
	if err := parse(flags, args); err != nil {
		return err
	}
	code, err := action.Code(f.o)
	if err != nil {
		return usage("%v", err)
	}
	if *out == "" {
		_, err = io.WriteString(std.out, code)
		return err
	}
	return os.WriteFile(*out, []byte(code), 0o600)
}

// runActionDeploy makes the tenant have the Action.
func runActionDeploy(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var f actionFlags
	f.on(flags)
	f.says(flags)
	if err := parse(flags, args); err != nil {
		return err
	}
	if _, err := action.Code(f.o); err != nil {
		return usage("%v", err)
	}
	return f.keeper(ctx, std, func(core *app.Core, k *action.Keeper, org string) error {
		done, err := k.Deploy(ctx, f.o)
		if err != nil {
			return err
		}
		if !done.Nothing() {
			if err := core.NoteAuth0Action(byHand(ctx), org, "auth0_action.deployed", k, done.Ours.Name); err != nil {
				return err
			}
		}
		return f.report(std.out, done)
	})
}

// runActionRemove takes the Action out of the tenant.
func runActionRemove(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var f actionFlags
	f.on(flags)
	if err := parse(flags, args); err != nil {
		return err
	}
	return f.keeper(ctx, std, func(core *app.Core, k *action.Keeper, org string) error {
		done, err := k.Remove(ctx, f.o.Name)
		if err != nil {
			return err
		}
		if done.Removed {
			if err := core.NoteAuth0Action(byHand(ctx), org, "auth0_action.removed", k, f.o.Name); err != nil {
				return err
			}
		}
		return f.report(std.out, done)
	})
}

// runActionShow shows the Action and what is bound beside it.
func runActionShow(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	return lookAtAction(ctx, flags, args, std, func(action.State) error { return nil })
}

// runActionVerify fails where the Action does not refuse people.
func runActionVerify(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	return lookAtAction(ctx, flags, args, std, func(s action.State) error {
		if wrong := s.Problems(); len(wrong) > 0 {
			return errors.New(strings.Join(wrong, "; "))
		}
		return nil
	})
}

func lookAtAction(ctx context.Context, flags *flag.FlagSet, args []string, std streams, judge func(action.State) error) error {
	var f actionFlags
	f.on(flags)
	if err := parse(flags, args); err != nil {
		return err
	}
	return f.keeper(ctx, std, func(_ *app.Core, k *action.Keeper, _ string) error {
		s, err := k.Look(ctx, f.o.Name)
		if err != nil {
			return err
		}
		if err := f.report(std.out, action.Done{State: s}); err != nil {
			return err
		}
		return judge(s)
	})
}

// actionJSON is what the commands about the Action write with --json.
type actionJSON struct {
	Action  *actionOursJSON   `json:"action"` // null where there is none
	Bound   []actionBoundJSON `json:"bound"`  // at post-login, in the order in which they run
	Changes []string          `json:"changes"`
	Wrong   []string          `json:"wrong"` // what keeps it from refusing people
}

type actionOursJSON struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Status   string `json:"status"`
	Version  int    `json:"deployed_version"`
	Message  string `json:"message"`
	Metadata string `json:"metadata"`
}

type actionBoundJSON struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Ours bool   `json:"ours"`
}

// changes says what was done, in words.
func changes(d action.Done) []string {
	out := []string{}
	for _, c := range []struct {
		is   bool
		word string
	}{{d.Made, "made"}, {d.Changed, "changed"}, {d.Deployed, "deployed"}, {d.Attached, "bound"}, {d.Detached, "unbound"}, {d.Removed, "removed"}} {
		if c.is {
			out = append(out, c.word)
		}
	}
	return out
}

// report says what a tenant has, and what was changed of it.
func (f *actionFlags) report(w io.Writer, d action.Done) error {
	if f.json {
		out := actionJSON{Changes: changes(d), Wrong: d.Problems(), Bound: []actionBoundJSON{}}
		if d.Ours != nil {
			out.Action = &actionOursJSON{d.Ours.ID, d.Ours.Name, d.Ours.Status, d.Ours.Version, d.Ours.Said.Message, d.Ours.Said.Kind}
		}
		for i, b := range d.Bound {
			out.Bound = append(out.Bound, actionBoundJSON{b.ID, b.Name, i+1 == d.Place()})
		}
		return writeJSON(w, out)
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if a := d.Ours; a == nil {
		_, _ = fmt.Fprintf(out, "action\tthere is none %q\n", cmp.Or(f.o.Name, action.DefaultName))
	} else {
		_, _ = fmt.Fprintf(out, "action\t%q (%s)\ndeployed\t%s\nsays\t%s\nlooks at\t%s\n", a.Name, a.ID, running(a), cmp.Or(a.Said.Message, "what somebody has changed"), cmp.Or(a.Said.Kind, "what somebody has changed"))
	}
	for i, b := range d.Bound {
		mine := ""
		if i+1 == d.Place() {
			mine = "  (Sallyport's)"
		}
		_, _ = fmt.Fprintf(out, "post-login %d\t%s%s\n", i+1, b.Name, mine)
	}
	if did := changes(d); len(did) > 0 {
		_, _ = fmt.Fprintf(out, "done\t%s\n", strings.Join(did, ", "))
	}
	return out.Flush()
}

func running(a *action.Ours) string {
	if a.Running == "" {
		return "no"
	}
	return fmt.Sprintf("version %d", a.Version)
}
