package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sallyport/content"
	"sallyport/internal/connector"
	"sallyport/internal/flopack"
	"sallyport/internal/flow"
	"sallyport/internal/functions"
)

// lintResult is what is wrong with one file, for machines.
type lintResult struct {
	File     string         `json:"file"`
	OK       bool           `json:"ok"` // nothing is wrong but what is a warning
	Problems []fmt.Stringer `json:"problems"`
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
	shelf, err := connector.LoadSound(content.FS)
	if err != nil {
		return err
	}
	files := slices.DeleteFunc(slices.Clone(flags.Args()), beside)
	if len(files) == 0 {
		return usage("there are no flows among the files that are named")
	}
	results, err := lint(flow.NewCatalogue(functions.All(), shelf), files)
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

// beside reports whether a file is one of those that stand beside flows and are
// none: their tests, and what a template or a folder of flows says of itself.
func beside(file string) bool {
	name := filepath.Base(file)
	return strings.HasSuffix(name, ".test.yaml") || name == "template.yaml" || name == "sallyport.yaml"
}

// lint checks files: exports of Okta Workflows, which are JSON, and flows of ours.
func lint(c *flow.Catalogue, files []string) ([]lintResult, error) {
	results := make([]lintResult, len(files))
	parsed := make([]*flow.Definition, len(files))
	helpers := map[string]*flow.Definition{}
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if flopack.Looks(text) {
			if results[i], err = lintExport(file, text); err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			continue
		}
		d, problems := flow.Read(string(text))
		results[i] = lintResult{File: file, Problems: told(problems)}
		if len(problems) == 0 {
			parsed[i], helpers[d.Slug] = d, d
		}
		results[i].OK = len(problems) == 0
	}
	for i, d := range parsed {
		if d != nil {
			results[i].Problems = told(c.Check(d, helpers))
			results[i].OK = len(results[i].Problems) == 0
		}
	}
	return results, nil
}

func lintExport(file string, text []byte) (lintResult, error) {
	r := lintResult{File: file, OK: true}
	d, problems, err := flopack.Parse(text)
	if err != nil {
		return r, err
	}
	if len(problems) == 0 {
		problems = flopack.Check(d)
	}
	r.Problems = told(problems)
	for _, p := range problems {
		r.OK = r.OK && p.Warning
	}
	return r, nil
}

func told[T fmt.Stringer](problems []T) []fmt.Stringer {
	out := make([]fmt.Stringer, len(problems))
	for i, p := range problems {
		out[i] = p
	}
	return out
}
