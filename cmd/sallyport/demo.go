package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"sallyport/internal/app"
	"sallyport/internal/config"
)

// runDemo serves a demo until it is told to stop.
func runDemo(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	listen := flags.String("listen", "127.0.0.1:8080", "`address` to listen on, on loopback; port 0 takes a free one")
	data := flags.String("data", "", "`folder` to keep the demo's data in; by default it is gone when the demo ends")
	users := flags.Int("users", 50, "`number` of people in the sandbox's Okta org")
	seed := flags.Uint64("seed", 1, "`number` that decides everything in the sandbox that looks random")
	asJSON := flags.Bool("json", false, "write where everything is as one line of JSON")
	if err := parse(flags, args); err != nil {
		return err
	}
	if err := checkUsers(*users); err != nil {
		return err
	}
	c := config.Default()
	c.Listen, c.DataDir, c.Log = *listen, *data, config.Log{Level: "warn", Format: "text"}
	if c.DataDir == "" {
		dir, err := os.MkdirTemp("", "sallyport-demo-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		c.DataDir = dir
	}
	o := app.DemoOptions{Options: app.Options{Config: c, Version: version, Log: c.Log.Logger(std.err)}, Users: *users, Seed: *seed}
	return app.RunDemo(ctx, o, func(d app.Demo) error {
		if *asJSON {
			return json.NewEncoder(std.out).Encode(d)
		}
		_, err := fmt.Fprintf(std.out, "Sallyport is ready. Open the console:\n\n  %s\n\nSandbox (Okta, Slack, Teams, mail): %s/_sandbox/\nAPI: %s with the token %s\n\nCtrl-C ends the demo.\n",
			d.Console, d.Sandbox, d.API, d.Token)
		return err
	})
}
