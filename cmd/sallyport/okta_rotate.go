package main

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"time"

	"sallyport/internal/app"
	"sallyport/internal/okta/onboard"
	"sallyport/internal/portal"
)

// defaultSoak is how long a key stays that was switched off.
const defaultSoak = 7 * 24 * time.Hour

// runOktaRotate changes the key of a connection's app.
func runOktaRotate(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	var token lentToken
	conf.on(flags)
	token.on(flags)
	org := flags.String("org", app.DefaultOrganization, "`slug` of the organization")
	which := flags.String("connection", "", "`name` or id of the connection; the only one to an Okta org by default")
	key := flags.String("key", string(onboard.RSA), "`kind` of key: rsa (3072 bits) or ec (P-256)")
	var r app.OktaRotation
	flags.StringVar(&r.KeyFile, "key-file", "", "also write the new private key to a new `file`")
	flags.BoolVar(&r.KeepOld, "keep-old", false, "leave the old key switched on, where it is used elsewhere, too")
	flags.DurationVar(&r.Soak, "soak", defaultSoak, "how `long` a key that was switched off stays before a later rotation deletes it")
	revoke := flags.Bool("revoke-token", false, "end the temporary token when all is done")
	if err := parse(flags, args); err != nil {
		return err
	}
	if r.Key = onboard.KeyKind(*key); r.Key != onboard.RSA && r.Key != onboard.EC {
		return usage("--key: %q is neither %s nor %s", *key, onboard.RSA, onboard.EC)
	}
	var err error
	if r.Token, err = token.read(std); err != nil {
		return err
	}
	r.Tell = func(step onboard.Step) { _, _ = fmt.Fprintln(std.err, step.Text) }
	return conf.ofOrganization(ctx, std, *org, func(core *app.Core, _ *portal.Portal, o portal.Organization) error {
		conn, err := core.OktaConnection(ctx, o.ID, *which)
		if err != nil {
			return err
		}
		done, err := core.RotateOkta(byHand(ctx), conn, r)
		if err != nil {
			return err
		}
		printRotated(std, conn.Name, r.KeyFile, done)
		f := setupFlags{revoke: *revoke, o: app.OktaSetup{Token: r.Token}}
		if f.end(ctx, core, conn.Settings.Text("domain"), std) {
			_, _ = fmt.Fprintln(std.out, "The temporary token is ended.")
		} else {
			_, _ = fmt.Fprintln(std.out, "The temporary token still works, and is needed no more: end it.")
		}
		return nil
	})
}

func printRotated(std streams, name, file string, done onboard.Rotated) {
	_, _ = fmt.Fprintf(std.out, "%q signs in with the key %s now\n", name, done.Key.ID)
	if file != "" {
		_, _ = fmt.Fprintf(std.out, "which is in the file %s, too\n", file)
	}
	if done.Deactivated != "" {
		_, _ = fmt.Fprintf(std.out, "the key %s is switched off\n", done.Deactivated)
	}
	for _, kid := range done.Deleted {
		_, _ = fmt.Fprintf(std.out, "the key %s is deleted\n", kid)
	}
	if len(done.Waiting) > 0 {
		_, _ = fmt.Fprintf(std.out, "a later rotation deletes what is switched off: %s\n", strings.Join(done.Waiting, ", "))
	}
	for _, n := range done.Notes {
		_, _ = fmt.Fprintln(std.err, n)
	}
}
