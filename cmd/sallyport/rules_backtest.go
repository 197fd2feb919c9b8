package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/app"
	"sallyport/internal/auth0"
	"sallyport/internal/backtest"
	"sallyport/internal/errs"
	"sallyport/internal/event"
	"sallyport/internal/rule"
)

// backtestFlags say what is tested, and over what.
type backtestFlags struct {
	conf         configFlag
	packs        packs
	org          string
	rule, except string
	against      string
	since, until time.Time
	json         bool
}

func (f *backtestFlags) on(flags *flag.FlagSet) {
	f.conf.on(flags)
	f.packs.flags(flags)
	flags.Func("rules", "`folder` of rules that files of events are tested with; may be given again (default: those that are built in)", func(dir string) error {
		f.packs.dirs = append(f.packs.dirs, dir)
		return nil
	})
	flags.StringVar(&f.org, "org", app.DefaultOrganization, "`slug` of the organization whose stored events are tested")
	flags.StringVar(&f.rule, "rule", "", "`FILE` of rules, or the id or name of a rule")
	flags.StringVar(&f.against, "against", "", "compare with what is `published`: the rules whose place the file takes, or the rule without the exception")
	flags.StringVar(&f.except, "except", "", "exception in `CEL`, as of a suppression: events of which it holds are hidden from the rule")
	flags.Func("since", "only events published at this `time` or later: 2026-11-01, or with a time as in RFC 3339", moments(&f.since))
	flags.Func("until", "only events published before this `time`", moments(&f.until))
	flags.BoolVar(&f.json, "json", false, "write the report as a line of JSON")
}

func moments(into *time.Time) func(string) error {
	return func(s string) (err error) {
		if *into, err = time.Parse(time.DateOnly, s); err != nil {
			*into, err = time.Parse(time.RFC3339, s)
		}
		return err
	}
}

// runRulesBacktest tests a rule over events of the past.
func runRulesBacktest(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var f backtestFlags
	f.on(flags)
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if f.rule == "" {
		return usage("say by -rule what is to be tested")
	}
	if f.against != "" && f.against != "published" {
		return usage("a rule is compared with what is published: -against published")
	}
	began := time.Now()
	var report backtest.Report
	var err error
	if flags.NArg() > 0 {
		report, err = f.files(ctx, flags.Args(), std)
	} else {
		report, err = f.stored(ctx, std)
	}
	if err != nil {
		return err
	}
	endProgress(std.err)
	if f.json {
		return json.NewEncoder(std.out).Encode(report)
	}
	if err := tellBacktest(std.out, report, time.Since(began)); err != nil {
		return err
	}
	if report.Bad > 0 {
		return fmt.Errorf("%d events could not be read", report.Bad)
	}
	return nil
}

// test makes the test of a rule among files.
func (f *backtestFlags) test(all []rule.File) (*backtest.Test, error) {
	var side backtest.Side
	var before []*rule.Rule
	text, err := os.ReadFile(f.rule)
	switch {
	case err == nil:
		side.Rules, before, err = backtest.Draft(all, filepath.Base(f.rule), string(text))
	case errors.Is(err, os.ErrNotExist):
		side.Rules, err = backtest.Published(all, f.rule)
		before = side.Rules
	}
	if err != nil {
		return nil, err
	}
	if f.except != "" {
		s := &alert.Suppression{Scope: alert.AllRules, Where: f.except}
		if err := s.Compile(); err != nil {
			return nil, usage("%s", errs.Message(err))
		}
		side.Except = []*alert.Suppression{s}
	}
	var against *backtest.Side
	if f.against != "" {
		against = &backtest.Side{Rules: before}
	}
	return backtest.New(side, against)
}

// stored tests over the events of the configured database.
func (f *backtestFlags) stored(ctx context.Context, std streams) (report backtest.Report, err error) {
	core, err := f.conf.core(ctx, std)
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, core.Close()) }()
	org, err := core.Organization(ctx, core.Portal(), f.org)
	if err != nil {
		return report, err
	}
	book, err := core.Rules.Book(ctx, org.ID)
	if err != nil {
		return report, err
	}
	t, err := f.test(book.Files)
	if err != nil {
		return report, err
	}
	total, err := core.DB.Backtests.Within(ctx, org.ID, f.since, f.until)
	if err != nil {
		return report, err
	}
	began, n, at := time.Now(), 0, backtest.Cursor{}
	for {
		raws, next, err := core.DB.Backtests.Page(ctx, org.ID, backtest.Question{Since: f.since, Until: f.until}, at)
		if err != nil || len(raws) == 0 {
			return t.Report(), err
		}
		if err := t.Events(ctx, raws); err != nil {
			return report, err
		}
		at, n = next, n+len(raws)
		progressOf(std.err, n, total, began)
	}
}

// progressOf tells a person at a terminal how far a test has come.
func progressOf(w io.Writer, n, total int, began time.Time) {
	if !terminal(w) {
		return
	}
	rate := float64(n) / time.Since(began).Seconds()
	left := time.Duration(float64(max(0, total-n)) / max(rate, 1) * float64(time.Second))
	_, _ = fmt.Fprintf(w, "\r%d of %d events, %.0f/s, %s left ", n, total, rate, left.Round(time.Second))
}

// files tests over exports of events.
func (f *backtestFlags) files(ctx context.Context, names []string, std streams) (backtest.Report, error) {
	sources, err := f.packs.sources()
	if err != nil {
		return backtest.Report{}, err
	}
	var all []rule.File
	for _, s := range sources {
		read, err := s.Read()
		if err != nil {
			return backtest.Report{}, err
		}
		all = append(all, read...)
	}
	t, err := f.test(all)
	if err != nil {
		return backtest.Report{}, err
	}
	began, n := time.Now(), 0
	for _, name := range names {
		if err := eachBlock(name, func(raws [][]byte) error {
			n += len(raws)
			progress(std.err, n, began)
			return t.Events(ctx, f.within(raws))
		}); err != nil {
			return t.Report(), fmt.Errorf("%s: %w", name, err)
		}
	}
	return t.Report(), nil
}

// within leaves out the events that were not published in the range.
func (f *backtestFlags) within(raws [][]byte) [][]byte {
	if f.since.IsZero() && f.until.IsZero() {
		return raws
	}
	parser, in := event.NewParser(), raws[:0]
	for _, raw := range raws {
		e, err := parser.Parse(raw)
		if err != nil || !e.Published.Before(f.since) && (f.until.IsZero() || e.Published.Before(f.until)) {
			in = append(in, raw)
		}
	}
	return in
}

// eachBlock hands the events of a file on, block by block.
func eachBlock(name string, take func([][]byte) error) error {
	in, err := openInput(name)
	if err != nil {
		return err
	}
	plain, err := unzipped(in)
	if err != nil {
		return errors.Join(err, in.Close())
	}
	entries := auth0.NewParser()
	for r := event.NewReader(plain); ; {
		b, err := r.Block()
		if errors.Is(err, io.EOF) {
			return in.Close()
		}
		if err != nil {
			return errors.Join(err, in.Close())
		}
		var raws [][]byte
		for _, raw := range b.Events() {
			raws = append(raws, entries.Event(raw))
		}
		if err := take(raws); err != nil {
			return errors.Join(err, in.Close())
		}
	}
}
