package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"sallyport/internal/app"
	"sallyport/internal/config"
	"sallyport/internal/exchange"
	"sallyport/internal/flowtest"
)

// caseResult is how a case went, for machines.
type caseResult struct {
	File  string   `json:"file"`
	Line  int      `json:"line"`
	Case  string   `json:"case"`
	Flow  string   `json:"flow"`
	OK    bool     `json:"ok"`
	Diff  []string `json:"diff,omitempty"`  // in what it is not as expected
	Error string   `json:"error,omitempty"` // why it could not be tried
}

// runFlowTest runs the tests of flows, without a server.
func runFlowTest(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	t := app.Trial{}
	flags.BoolVar(&t.Sandbox, "sandbox", false, "let connections lead to a sandbox, a new one for each case, in place of the answers of the case")
	flags.IntVar(&t.Users, "users", 50, "`number` of people in the sandbox's Okta org")
	flags.Uint64Var(&t.Seed, "seed", 1, "`number` that decides everything in the sandbox that looks random")
	only := flags.String("run", "", "only cases that have this `text` in their name")
	asJSON := flags.Bool("json", false, "write a line of JSON for each case")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return usage("name one folder of flows")
	}
	if err := checkUsers(t.Users); err != nil {
		return err
	}
	files, project, err := readProject(flags.Arg(0))
	if err != nil {
		return err
	}
	t.Options = app.Options{Config: config.Default(), Version: version, Log: slog.New(slog.DiscardHandler)}
	if t.Content, err = app.LoadContent(t.Config); err != nil {
		return err
	}
	tried, bad := 0, 0
	for _, folder := range project.Folders {
		t.Flows = folder.Texts()
		for _, file := range folder.Tests {
			results, err := runFlowTests(ctx, t, files, file, *only)
			if err != nil {
				return err
			}
			for _, r := range results {
				if tried++; !r.OK {
					bad++
				}
				if err := printCase(std.out, r, *asJSON); err != nil {
					return err
				}
			}
		}
	}
	switch {
	case bad > 0:
		return fmt.Errorf("%d of %d cases failed", bad, tried)
	case tried == 0:
		return errors.New("there are no cases: they are in files " + "NAME" + flowtest.Suffix)
	}
	return nil
}

// readProject reads a folder of flows as code.
func readProject(dir string) (fs.FS, *exchange.Project, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, nil, err
	}
	if !info.IsDir() {
		return nil, nil, usage("%s is no folder", dir)
	}
	whole, err := filepath.Abs(dir)
	if err != nil {
		return nil, nil, err
	}
	files := os.DirFS(dir)
	p, err := exchange.ReadProject(files, filepath.Base(whole))
	return files, p, err
}

func runFlowTests(ctx context.Context, t app.Trial, files fs.FS, file, only string) ([]caseResult, error) {
	text, err := fs.ReadFile(files, file)
	if err != nil {
		return nil, err
	}
	cases, err := flowtest.Read(file, text)
	if err != nil {
		return nil, err
	}
	var out []caseResult
	for _, c := range cases {
		if !strings.Contains(c.Name, only) {
			continue
		}
		r := caseResult{File: c.File, Line: c.Line, Case: c.Name, Flow: c.Flow}
		got, err := t.Run(ctx, c)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			r.Error = err.Error()
		} else {
			r.Diff = c.Expect.Compare(got)
		}
		r.OK = err == nil && len(r.Diff) == 0
		out = append(out, r)
	}
	return out, nil
}

func printCase(w io.Writer, r caseResult, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(r)
	}
	word := "ok  "
	if !r.OK {
		word = "FAIL"
	}
	_, err := fmt.Fprintf(w, "%s %s:%d: %s\n", word, r.File, r.Line, r.Case)
	if r.Error != "" {
		_, _ = fmt.Fprintf(w, "     %s\n", r.Error)
	}
	for _, d := range r.Diff {
		_, _ = fmt.Fprintf(w, "     %s\n", d)
	}
	return err
}
