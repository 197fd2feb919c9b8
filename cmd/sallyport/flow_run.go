package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"sallyport/internal/app"
	"sallyport/internal/config"
	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/value"
)

// maxInput bounds, in bytes, the input of a run that is read from a file.
const maxInput = 16 << 20

// runFlowRun carries out one flow of a file without a server, in a database that
// is thrown away.
func runFlowRun(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	name := flags.String("flow", "", "`name` or id of the flow, where the file has several")
	input := flags.String("input", "", "`file` with the run's input as JSON; - is standard input")
	now := flags.String("now", "", "`time` at which the clock stands; waits move it on")
	trace := flags.Bool("trace", false, "write what went into each card and what came out")
	asJSON := flags.Bool("json", false, "write the result as one line of JSON")
	var connections connectionFlags
	flags.Var(&connections, "connection", "`NAME=URL,token=…`: a connection, by its connector or by its name in the export, with further fields by name; may be given several times")
	allow := flags.String("allow", "127.0.0.0/8,::1/128", "`networks` inside which connections may lead, beside the Internet")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return usage("name one file: an export of Okta Workflows, or a flow")
	}
	text, err := readAll(flags.Arg(0))
	if err != nil {
		return err
	}
	given, err := readInput(*input)
	if err != nil {
		return err
	}
	o := app.PlayOptions{Connections: connections}
	if *now != "" {
		if o.At, err = value.ParseDate(*now); err != nil {
			return usage("--now: %v", err)
		}
	}
	res, err := play(ctx, o, playFile{flags.Arg(0), text, *name, *allow}, given)
	if err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(std.out).Encode(resultOf(res, *trace))
	}
	printPlayed(std.out, res, *trace)
	if res.Run.State == flow.Failed {
		return errors.New("the flow failed: " + res.Run.Error)
	}
	return nil
}

// playFile is what is to be run.
type playFile struct {
	path  string
	text  []byte
	flow  string
	allow string
}

// play opens a player in a folder of its own, and runs the flow.
func play(ctx context.Context, o app.PlayOptions, f playFile, given app.Given) (*app.Played, error) {
	dir, err := os.MkdirTemp("", "sallyport-run-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	conf := config.Default()
	conf.DataDir = dir
	conf.Egress.Allow = strings.Split(f.allow, ",")
	o.Options = app.Options{Config: conf, Log: slog.New(slog.DiscardHandler), Version: version}
	p, err := app.OpenPlayer(ctx, o, f.text, strings.TrimSuffix(filepath.Base(f.path), filepath.Ext(f.path)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.path, err)
	}
	one, err := p.Find(f.flow)
	if err == nil {
		var out app.Played
		if out, err = p.Run(ctx, one, given); err == nil {
			return &out, p.Close()
		}
	}
	return nil, errors.Join(err, p.Close())
}

// readInput reads a run's input. Its field context is what a caller would give.
func readInput(path string) (app.Given, error) {
	if path == "" {
		return app.Given{Input: value.NewObject(0)}, nil
	}
	text, err := readAll(path)
	if err != nil {
		return app.Given{}, err
	}
	v, err := value.ParseJSON(text)
	o, ok := v.(*value.Object)
	if err != nil || !ok {
		return app.Given{}, errs.New(errs.Invalid, "%s: the input is a JSON object of the trigger's fields", path)
	}
	return app.Given{Input: o, Context: o.Object("context")}, nil
}

func readAll(path string) ([]byte, error) {
	if path != "-" {
		return os.ReadFile(path)
	}
	text, err := io.ReadAll(io.LimitReader(os.Stdin, maxInput+1))
	if err == nil && len(text) > maxInput {
		err = errs.New(errs.Invalid, "the input is larger than %d MB", maxInput>>20)
	}
	return text, err
}

// connectionFlags are the connections of a run.
type connectionFlags []app.PlayConnection

func (c *connectionFlags) String() string { return "" }

// Set reads NAME=URL,token=…,field=….
func (c *connectionFlags) Set(s string) error {
	name, rest, ok := strings.Cut(s, "=")
	if !ok || name == "" {
		return errors.New("write it as NAME=URL,token=…")
	}
	one := app.PlayConnection{Name: name, Fields: map[string]string{}}
	for i, part := range strings.Split(rest, ",") {
		key, v, ok := strings.Cut(part, "=")
		switch {
		case i == 0 && (!ok || strings.Contains(key, ":")):
			if part != "" {
				one.Fields["url"] = part
			}
		case !ok:
			return fmt.Errorf("%q is no field: write field=value", part)
		default:
			one.Fields[key] = v
		}
	}
	*c = append(*c, one)
	return nil
}

// runResult is the result as JSON.
type runResult struct {
	Status  string        `json:"status"` // returned, finished, stopped, failed
	Outputs any           `json:"outputs"`
	Error   *runFailure   `json:"error,omitempty"`
	Reason  string        `json:"reason,omitempty"` // why it stopped
	Cards   []runCardLine `json:"cards"`
}

type runFailure struct {
	Message string `json:"message"`
	Card    string `json:"card,omitempty"`
	UUID    string `json:"uuid,omitempty"`
}

// runCardLine is one card that ran.
type runCardLine struct {
	Path    string `json:"path"`
	Card    string `json:"card"`
	UUID    string `json:"uuid,omitempty"`    // in the export
	Address string `json:"address,omitempty"` // in the export: string:trim
	Status  string `json:"status"`
	Attempt int    `json:"attempt,omitempty"`
	Input   any    `json:"input,omitempty"`
	Output  any    `json:"output,omitempty"`
	Error   string `json:"error,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

func resultOf(p *app.Played, trace bool) runResult {
	r := runResult{Status: p.Status(), Outputs: p.Outputs(), Reason: p.Run.Reason, Cards: []runCardLine{}}
	for _, s := range p.Steps {
		line := runCardLine{Path: s.Path, Card: s.Card, Status: string(s.State), Error: s.Error, Reason: s.Reason}
		if s.Attempt > 1 {
			line.Attempt = s.Attempt
		}
		if src := p.Source(s); src != nil {
			line.UUID, line.Address = src.UUID, src.Address
		}
		if trace {
			line.Input, line.Output = load(s.Input), load(s.Output)
		}
		r.Cards = append(r.Cards, line)
	}
	if p.Run.State == flow.Failed {
		r.Error = &runFailure{Message: p.Run.Error}
		if s, ok := p.Failed(); ok {
			r.Error.Card = s.Path
			if src := p.Source(s); src != nil {
				r.Error.UUID = src.UUID
			}
		}
	}
	return r
}

func load(stored []byte) any {
	v, err := value.Load(stored)
	if err != nil {
		return nil
	}
	return v
}

func printPlayed(w io.Writer, p *app.Played, trace bool) {
	for _, s := range p.Steps {
		_, _ = fmt.Fprintf(w, "%-10s %s", s.State, s.Path)
		if words := strings.TrimSpace(s.Error + " " + s.Reason); words != "" {
			_, _ = fmt.Fprintf(w, ": %s", words)
		}
		_, _ = fmt.Fprintln(w)
		if trace {
			_, _ = fmt.Fprintf(w, "           in  %s\n           out %s\n", value.JSON(load(s.Input)), value.JSON(load(s.Output)))
		}
	}
	_, _ = fmt.Fprintf(w, "%s %s\n", p.Status(), value.JSON(load(p.Run.Result)))
}
