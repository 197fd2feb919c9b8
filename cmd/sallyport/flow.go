package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"sallyport/content"
	"sallyport/internal/connector"
	"sallyport/internal/flow"
	"sallyport/internal/functions"
)

// lintResult is what is wrong with one file, for machines.
type lintResult struct {
	File     string        `json:"file"`
	OK       bool          `json:"ok"`
	Problems flow.Problems `json:"problems"`
}

// runFlowLint checks flow files. Files that are named together may call each
// other.
func runFlowLint(_ context.Context, flags *flag.FlagSet, args []string, std streams) error {
	asJSON := flags.Bool("json", false, "write a line of JSON for each file")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return usage("name the files to check")
	}
	shelf, err := connector.Load(content.FS)
	if err != nil {
		return err
	}
	results, err := lint(flow.NewCatalogue(functions.All(), shelf), flags.Args())
	if err != nil {
		return err
	}
	bad := 0
	for _, r := range results {
		if !r.OK {
			bad++
		}
		if *asJSON {
			if err := json.NewEncoder(std.out).Encode(r); err != nil {
				return err
			}
			continue
		}
		for _, p := range r.Problems {
			_, _ = fmt.Fprintf(std.out, "%s:%s\n", r.File, p)
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d files have problems", bad, len(results))
	}
	return nil
}

func lint(c *flow.Catalogue, files []string) ([]lintResult, error) {
	results := make([]lintResult, len(files))
	parsed := make([]*flow.Definition, len(files))
	helpers := map[string]*flow.Definition{}
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		d, problems := flow.Read(string(text))
		results[i] = lintResult{File: file, Problems: append(flow.Problems{}, problems...)}
		if len(problems) == 0 {
			parsed[i], helpers[d.Slug] = d, d
		}
	}
	for i, d := range parsed {
		if d != nil {
			results[i].Problems = append(results[i].Problems, c.Check(d, helpers)...)
		}
		results[i].OK = len(results[i].Problems) == 0
	}
	return results, nil
}
