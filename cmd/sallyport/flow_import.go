package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"sallyport/internal/app"
	"sallyport/internal/errs"
	"sallyport/internal/exchange"
)

// mapFlags are NAME=VALUE, given several times.
type mapFlags map[string]string

func (m mapFlags) String() string { return "" }

// Set reads NAME=VALUE. A name may hold the sign, a value does not.
func (m mapFlags) Set(s string) error {
	at := strings.LastIndexByte(s, '=')
	if at < 1 {
		return errors.New("write it as NAME=ID")
	}
	m[s[:at]] = s[at+1:]
	return nil
}

// runFlowImport makes flows of an export, all or nothing.
func runFlowImport(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	org := flags.String("org", app.DefaultOrganization, "`slug` of the organization")
	o := exchange.Order{Author: "command", Connections: mapFlags{}}
	flags.StringVar(&o.Folder, "folder", "", "`name` of the folder to make; a name after the file where nothing is said")
	flags.Var(mapFlags(o.Connections), "connection", "`NAME=ID`: a connection of the file, by its name, id or connector, and ours by id or name; may be given several times")
	flags.BoolVar(&o.DryRun, "dry-run", false, "make nothing: only report")
	asJSON := flags.Bool("json", false, "write the report as one line of JSON")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return usage("name one file: an export of Okta Workflows, or a flow; or - for standard input")
	}
	text, err := readFile(flags.Arg(0))
	if err != nil {
		return err
	}
	core, err := conf.core(ctx, std)
	if err != nil {
		return err
	}
	report, err := importFlows(ctx, core, *org, text, o)
	if err := errors.Join(err, core.Close()); err != nil {
		return fmt.Errorf("%s: %w", flags.Arg(0), err)
	}
	if *asJSON {
		return json.NewEncoder(std.out).Encode(report)
	}
	printReport(std.out, report)
	return nil
}

func importFlows(ctx context.Context, core *app.Core, slug string, text []byte, o exchange.Order) (exchange.ImportReport, error) {
	org, err := core.Organization(ctx, core.Portal(), slug)
	if err != nil {
		return exchange.ImportReport{}, err
	}
	o.Org = org.ID
	return core.Exchange.Import(ctx, text, o)
}

// readFile reads a file that is taken in; - is standard input.
func readFile(path string) ([]byte, error) {
	in, err := openInput(path)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(in, exchange.MaxSize+1))
	return text, errors.Join(err, in.Close())
}

func printReport(w io.Writer, r exchange.ImportReport) {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	ready := 0
	for _, f := range r.Flows {
		if f.Ready {
			ready++
		}
	}
	verb := "would come"
	if r.Made != nil {
		verb = "came"
	}
	say("%s (%d can run) and %s %s into the folder %q, switched off", counted(len(r.Flows), "flow"), ready, counted(len(r.Tables), "table"), verb, r.Folder)
	for _, c := range r.Connections {
		switch {
		case c.Chosen != "":
			say("  connection %q (%s) is %s", c.Name, c.Connector, c.Chosen)
		case !c.Known:
			say("  connection %q (%s): there is no such connector yet", c.Name, c.Connector)
		default:
			say("  connection %q (%s) is to be chosen: --connection '%s=ID'", c.Name, c.Connector, c.Key)
		}
	}
	for _, f := range r.Flows {
		printFlow(say, f)
	}
	for _, p := range r.Warnings {
		say("  warning: %s: %s: %s", p.Flow, p.Path, p.Message)
	}
}

func printFlow(say func(string, ...any), f exchange.ReportFlow) {
	if f.Ready && len(f.Values)+len(f.Secrets)+len(f.Problems) == 0 {
		return
	}
	say("flow %s (%s)", f.Slug, f.Title)
	for _, m := range f.Missing {
		say("  cannot run yet: %s %q (%s) needs %s", m.Card, m.Title, m.Is, m.Needs)
	}
	for _, p := range f.Problems {
		say("  problem: %s", p)
	}
	for _, s := range f.Secrets {
		say("  secret: fill in the option %s, for %s of %s", s.Option, s.Key, s.Card)
	}
	for _, v := range f.Values {
		say("  value: %s of %s is the %s %s", v.Key, v.Card, v.Kind, v.Text)
	}
}

// runFlowExport writes flows as files.
func runFlowExport(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	org := flags.String("org", app.DefaultOrganization, "`slug` of the organization")
	format := flags.String("format", string(exchange.YAML), "`format`: yaml or flopack")
	out := flags.String("out", "-", "`path` to write to; a new folder for the YAML of several flows, - for standard output")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return usage("name one folder or flow, or FOLDER/FLOW")
	}
	if f := exchange.Format(*format); f != exchange.YAML && f != exchange.Flopack {
		return usage("--format: yaml or flopack, not %q", *format)
	}
	core, err := conf.core(ctx, std)
	if err != nil {
		return err
	}
	files, err := exportFlows(ctx, core, *org, flags.Arg(0), exchange.Format(*format))
	if err := errors.Join(err, core.Close()); err != nil {
		return err
	}
	if len(files) == 1 {
		return writeOut(std.out, *out, files[0].Text)
	}
	if *out == "-" {
		return usage("there are %d flows: name a new folder for them with --out", len(files))
	}
	return writeFiles(*out, files)
}

func exportFlows(ctx context.Context, core *app.Core, slug, name string, format exchange.Format) ([]exchange.File, error) {
	org, err := core.Organization(ctx, core.Portal(), slug)
	if err != nil {
		return nil, err
	}
	id, err := core.Exchange.Named(ctx, org.ID, name)
	if err != nil {
		return nil, err
	}
	if format == exchange.YAML {
		files, err := core.Exchange.Files(ctx, org.ID, id)
		if err == nil && len(files) == 0 {
			err = errs.New(errs.NotFound, "the folder %q has no flows", name)
		}
		return files, err
	}
	text, err := core.Exchange.Export(ctx, org.ID, id)
	return []exchange.File{{Text: string(text)}}, err
}

func writeOut(w io.Writer, path, text string) error {
	if path != "-" {
		return os.WriteFile(path, []byte(text), 0o600)
	}
	_, err := io.WriteString(w, text)
	return err
}

// writeFiles writes files into a new folder, which no other file is lost by.
func writeFiles(dir string, files []exchange.File) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		out, err := root.OpenFile(f.Name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil {
			_, err = io.WriteString(out, f.Text)
			err = errors.Join(err, out.Close())
		}
		if err != nil {
			return errors.Join(err, root.Close())
		}
	}
	return root.Close()
}

// counted is a number of things, in words.
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
