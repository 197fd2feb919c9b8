package main

import (
	"context"
	"flag"
	"log/slog"
	"os"
	"slices"
	"strings"

	"sallyport/internal/app"
	"sallyport/internal/config"
	"sallyport/internal/trace"
)

// configFlag is the flag that every command has which works on the database.
type configFlag struct{ file string }

func (c *configFlag) on(flags *flag.FlagSet) {
	flags.StringVar(&c.file, "config", os.Getenv("SALLYPORT_CONFIG"), "`file` of options (YAML); every option is also a SALLYPORT_ variable")
}

// load returns the configuration in force.
func (c *configFlag) load() (config.Config, error) {
	environ := slices.DeleteFunc(os.Environ(), func(e string) bool {
		name, _, _ := strings.Cut(e, "=")
		return name == "SALLYPORT_CONFIG" || name == oktaTokenVariable || name == auth0SecretVariable // none is an option
	})
	return config.Load(c.file, environ)
}

// options returns what the program is built from.
func (c *configFlag) options(std streams) (app.Options, error) {
	cfg, err := c.load()
	if err != nil {
		return app.Options{}, err
	}
	traces, err := trace.FromEnviron(os.Environ(), cfg.Traces.Endpoint, cfg.Traces.Headers.Reveal())
	if err != nil {
		return app.Options{}, err
	}
	return app.Options{Config: cfg, Version: version, Traces: traces, Now: clock(std.err), Log: slog.New(trace.Logs(cfg.Log.Logger(std.err).Handler()))}, nil
}

// base opens the database for a command that is about people, or about all data.
func (c *configFlag) base(ctx context.Context, std streams) (*app.Base, error) {
	o, err := c.options(std)
	if err != nil {
		return nil, err
	}
	return app.OpenBase(ctx, o)
}

// core opens the database, and builds on it what flows and rules are made of.
func (c *configFlag) core(ctx context.Context, std streams) (*app.Core, error) {
	o, err := c.options(std)
	if err != nil {
		return nil, err
	}
	return app.OpenCore(ctx, o)
}
