package main

import (
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"sallyport/internal/app"
	"sallyport/internal/ask"
	"sallyport/internal/errs"
	"sallyport/internal/portal"
	"sallyport/internal/sheet"
)

// sqlFlags are what sql takes.
type sqlFlags struct {
	conf                       configFlag
	org, tenant, format, saved string
	limit                      int
	timeout, since             time.Duration
	schema, list               bool
}

func (f *sqlFlags) on(flags *flag.FlagSet) {
	f.conf.on(flags)
	flags.StringVar(&f.org, "org", app.DefaultOrganization, "`slug` of the organization")
	flags.StringVar(&f.tenant, "tenant", "", "`domain`, name or id of one Okta org; all of them by default")
	flags.StringVar(&f.format, "format", "table", "how the answer is written: `table`, csv or json")
	flags.IntVar(&f.limit, "limit", ask.DefaultLimit, fmt.Sprintf("the most `rows`, up to %d", ask.MaxLimit))
	flags.DurationVar(&f.timeout, "timeout", ask.DefaultTimeout, fmt.Sprintf("how long it may take, up to %s", ask.MaxTimeout))
	flags.DurationVar(&f.since, "since", ask.DefaultSince, "how far back events and alerts are asked of")
	flags.StringVar(&f.saved, "saved", "", "ask the question that is kept under a `name`")
	flags.BoolVar(&f.schema, "schema", false, "list the views that can be asked of, with their columns")
	flags.BoolVar(&f.list, "list", false, "list the questions that are kept")
}

// runSQL answers a question in SQL.
func runSQL(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var f sqlFlags
	f.on(flags)
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if f.schema {
		return printSchema(std.out)
	}
	if err := f.check(flags.NArg()); err != nil {
		return err
	}
	return f.conf.ofOrganization(ctx, std, f.org, func(core *app.Core, _ *portal.Portal, o portal.Organization) error {
		if f.list {
			return printKept(ctx, core, o.ID, std.out)
		}
		return f.ask(ctx, core, o.ID, flags.Args(), std)
	})
}

// check returns what is wrong with the flags, and with so many arguments.
func (f *sqlFlags) check(args int) error {
	switch {
	case !slices.Contains([]string{"table", "csv", "json"}, f.format):
		return usage("a format is table, csv or json, not %q", f.format)
	case f.limit < 1 || f.limit > ask.MaxLimit:
		return usage("a limit is from 1 to %d", ask.MaxLimit)
	case f.timeout <= 0 || f.timeout > ask.MaxTimeout:
		return usage("a timeout is up to %s", ask.MaxTimeout)
	case args > 1:
		return usage("put the question in quotes: it is one argument")
	case f.saved != "" && args > 0:
		return usage("ask a kept question or write one, not both")
	}
	return nil
}

// ask asks the question that is meant, and writes the answer.
func (f *sqlFlags) ask(ctx context.Context, core *app.Core, org string, args []string, std streams) error {
	q := ask.Question{Org: org, Limit: f.limit, Timeout: f.timeout, Since: core.Now().Add(-f.since)}
	var err error
	if q.SQL, err = f.text(ctx, core, org, args); err != nil {
		return err
	}
	if f.tenant != "" {
		t, err := core.OktaTenant(ctx, org, f.tenant)
		if err != nil {
			return err
		}
		q.Tenant = t.ID
	}
	a, err := core.Ask.Ask(ctx, q)
	if err != nil {
		return placed(q.SQL, err)
	}
	if err := f.print(std.out, a); err != nil {
		return err
	}
	for _, n := range a.Notes {
		_, _ = fmt.Fprintln(std.err, n)
	}
	if a.Truncated {
		_, _ = fmt.Fprintf(std.err, "there is more than these %d rows\n", len(a.Rows))
	}
	return nil
}

// text returns the question: kept, written, or on standard input.
func (f *sqlFlags) text(ctx context.Context, core *app.Core, org string, args []string) (string, error) {
	if f.saved != "" {
		all, err := keptQuestions(ctx, core, org)
		if err != nil {
			return "", err
		}
		i := slices.IndexFunc(all, func(k ask.Kept) bool { return k.Name == f.saved })
		if i < 0 {
			return "", errs.New(errs.NotFound, "no question is kept as %q: --list lists them", f.saved)
		}
		return all[i].SQL, nil
	}
	if len(args) == 1 && args[0] != "-" {
		return args[0], nil
	}
	text, err := io.ReadAll(io.LimitReader(os.Stdin, 1<<20))
	return string(text), err
}

// keptQuestions are those of an organization, and those that the product comes with.
func keptQuestions(ctx context.Context, core *app.Core, org string) ([]ask.Kept, error) {
	own, err := core.DB.Questions.List(ctx, org)
	if err != nil {
		return nil, err
	}
	var out []ask.Kept
	for _, q := range own {
		out = append(out, ask.Kept{Name: q.Name, Text: q.Text, SQL: q.SQL})
	}
	builtIn, err := ask.BuiltIn()
	return append(out, builtIn...), err
}

func printKept(ctx context.Context, core *app.Core, org string, w io.Writer) error {
	all, err := keptQuestions(ctx, core, org)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, k := range all {
		_, _ = fmt.Fprintf(out, "%s\t%s\n", k.Name, k.Text)
	}
	return out.Flush()
}

// placed adds the line that a mistake is in, with a mark below it.
func placed(text string, err error) error {
	f, ok := errors.AsType[*ask.FaultError](err)
	if !ok || f.Line == 0 {
		return err
	}
	line := strings.Split(text, "\n")[f.Line-1]
	return fmt.Errorf("%s\n  %s\n  %s^", f.Msg, line, strings.Repeat(" ", f.Column-1))
}

func printSchema(w io.Writer) error {
	for i, v := range ask.Views() {
		if i > 0 {
			_, _ = fmt.Fprintln(w)
		}
		_, _ = fmt.Fprintf(w, "%s: %s\n", v.Name, v.Doc)
		out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, c := range v.Columns {
			_, _ = fmt.Fprintf(out, "  %s\t%s\t%s\n", c.Name, c.Type, c.Doc)
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
	return nil
}

func (f *sqlFlags) print(w io.Writer, a ask.Answer) error {
	var names []string
	for _, c := range a.Columns {
		names = append(names, c.Name)
	}
	switch f.format {
	case "json":
		return writeJSON(w, answerJSON(a))
	case "csv":
		out := csv.NewWriter(w)
		_ = out.Write(names)
		for _, r := range a.Rows {
			_ = out.Write(cells(r, guarded))
		}
		out.Flush()
		return out.Error()
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(out, strings.Join(names, "\t"))
	for _, r := range a.Rows {
		_, _ = fmt.Fprintln(out, strings.Join(cells(r, oneLine), "\t"))
	}
	return out.Flush()
}

// sqlJSON is an answer as sql writes it with --format json.
type sqlJSON struct {
	Columns   []sqlColumnJSON `json:"columns"`
	Rows      [][]any         `json:"rows"`
	Truncated bool            `json:"truncated"`
	Notes     []string        `json:"notes"`
}

type sqlColumnJSON struct {
	Name string   `json:"name"`
	Type ask.Type `json:"type"`
}

func answerJSON(a ask.Answer) sqlJSON {
	out := sqlJSON{Columns: []sqlColumnJSON{}, Rows: a.Rows, Truncated: a.Truncated, Notes: a.Notes}
	for _, c := range a.Columns {
		out.Columns = append(out.Columns, sqlColumnJSON(c))
	}
	return out
}

func cells(row []any, text func(any) string) []string {
	out := make([]string, len(row))
	for i, v := range row {
		out[i] = text(v)
	}
	return out
}

// guarded is a value in a file that a spreadsheet may open.
func guarded(v any) string {
	if text, ok := v.(string); ok {
		return sheet.Cell(text)
	}
	return written(v)
}

func written(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// oneLine is a value in a table that a terminal shows: without what would break or
// colour it.
func oneLine(v any) string {
	text := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, written(v))
	if runes := []rune(text); len(runes) > 100 {
		return string(runes[:99]) + "…"
	}
	return text
}
