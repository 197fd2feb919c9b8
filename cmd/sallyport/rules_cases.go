package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"sallyport/internal/rule"
)

// ruleCaseResult is how a case of a rule went, for machines.
type ruleCaseResult struct {
	File string   `json:"file"`
	Line int      `json:"line"`
	Case string   `json:"case"`
	Rule string   `json:"rule"`
	OK   bool     `json:"ok"`
	Hits int      `json:"hits"`
	Why  []string `json:"why,omitempty"` // it is not as the case says
}

// runRulesTest runs the cases of rules.
func runRulesTest(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var p packs
	p.flags(flags)
	only := flags.String("run", "", "only cases of rules that have this `text` in their name")
	quiet := flags.Bool("q", false, "write nothing about cases that hold")
	asJSON := flags.Bool("json", false, "write a line of JSON for each case")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	p.dirs = flags.Args()
	sources, err := p.sources()
	if err != nil {
		return err
	}
	shelf, report, err := rule.Load(sources...)
	if err != nil {
		return err
	}
	for _, problem := range report.Problems {
		problem.File = at(problem.Pack, problem.File)
		_, _ = fmt.Fprintln(std.err, problem)
	}
	tried, bad := 0, 0
	for _, s := range sources {
		results, err := tryCases(ctx, shelf, s, *only)
		if err != nil {
			return err
		}
		for _, r := range results {
			if tried++; !r.OK {
				bad++
			}
			if r.OK && *quiet {
				continue
			}
			if err := r.print(std.out, *asJSON); err != nil {
				return err
			}
		}
	}
	switch {
	case bad > 0:
		return fmt.Errorf("%d of %d cases failed", bad, tried)
	case tried == 0:
		return errors.New("there are no cases: they are in files NAME" + rule.CasesSuffix)
	case len(report.Problems) > 0:
		return fmt.Errorf("%d cases hold, and %d problems are in the rules", tried, len(report.Problems))
	}
	return nil
}

func tryCases(ctx context.Context, shelf *rule.Shelf, s rule.Source, only string) ([]ruleCaseResult, error) {
	cases, err := s.Cases()
	if err != nil {
		return nil, err
	}
	var out []ruleCaseResult
	for _, r := range shelf.With(s.Name) {
		if r.Part || !strings.Contains(r.Slug, only) {
			continue
		}
		for _, k := range cases[r.Base()] {
			got, err := r.Try(ctx, k)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", at(r.Pack, r.File), err)
			}
			out = append(out, ruleCaseResult{
				File: at(r.Pack, k.File), Line: k.Line, Case: k.Name, Rule: r.Slug, OK: got.OK(), Hits: got.Hits, Why: got.Why,
			})
		}
	}
	return out, ctx.Err()
}

func (r ruleCaseResult) print(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(r)
	}
	word := "ok  "
	if !r.OK {
		word = "FAIL"
	}
	_, err := fmt.Fprintf(w, "%s %s:%d: %s\n", word, r.File, r.Line, r.Case)
	for _, why := range r.Why {
		_, _ = fmt.Fprintf(w, "     %s\n", why)
	}
	return err
}
