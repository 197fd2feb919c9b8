package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"sallyport/internal/app"
)

// runServe serves until it is told to stop.
func runServe(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	listen := flags.String("listen", "", "`address` to listen on, in place of the configured one")
	if err := parse(flags, args); err != nil {
		return err
	}
	o, err := conf.options(std)
	if err != nil {
		return err
	}
	if *listen != "" {
		o.Config.Listen = *listen
	}
	a, err := app.New(ctx, o)
	if err != nil {
		return err
	}
	link, err := a.FirstLink(ctx)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	if link != "" {
		_, _ = fmt.Fprintf(std.out, "Nobody can sign in yet. Open this link, within 24 hours and once, to make the first administrator:\n\n  %s\n\n", link)
	}
	o.Log.InfoContext(ctx, "listening", "addr", a.Addr.String(), "url", a.Config.URL())
	return a.Run(ctx)
}
