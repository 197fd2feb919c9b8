package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"sallyport/internal/posture"
)

// checkFolder is a folder of checks; its name is as it was written, and empty
// for those that are built in.
type checkFolder struct {
	name  string
	files fs.FS
}

// checkFolders returns the folders that are named; the built-in checks where
// none is.
func checkFolders(dirs []string) ([]checkFolder, error) {
	if len(dirs) == 0 {
		own, err := posture.BuiltIn()
		return []checkFolder{{files: own}}, err
	}
	var all []checkFolder
	for _, dir := range dirs {
		info, err := os.Stat(dir)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			return nil, usage("%s is no folder", dir)
		}
		all = append(all, checkFolder{filepath.ToSlash(filepath.Clean(dir)), os.DirFS(dir)})
	}
	return all, nil
}

// runChecksLint says what is wrong with checks: with their files, and which
// cases they lack.
func runChecksLint(_ context.Context, flags *flag.FlagSet, args []string, std streams) error {
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	folders, err := checkFolders(flags.Args())
	if err != nil {
		return err
	}
	bad := 0
	for _, f := range folders {
		checks, problems := f.lint()
		for _, p := range problems {
			_, _ = fmt.Fprintln(std.out, p)
		}
		bad += len(problems)
		if _, err := fmt.Fprintf(std.out, "%s: %d checks\n", f.called(), checks); err != nil {
			return err
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d problems", bad)
	}
	return nil
}

func (f checkFolder) called() string {
	if f.name == "" {
		return "built in"
	}
	return f.name
}

// lint returns how many checks there are, and what is wrong, a line each.
func (f checkFolder) lint() (checks int, problems []string) {
	all, err := posture.Load(f.files)
	problems = f.lines(err)
	for _, c := range all {
		cases, err := posture.CasesOf(f.files, c)
		if err != nil {
			problems = append(problems, f.lines(err)...)
			continue
		}
		for _, v := range posture.Lacking(cases) {
			problems = append(problems, path.Join(f.name, c.File)+fmt.Sprintf(":1: there is no case that is %s", v))
		}
	}
	return len(all), problems
}

// lines splits what an error says, one fault a line, and puts the folder before
// the file that each names.
func (f checkFolder) lines(err error) []string {
	if err == nil {
		return nil
	}
	var out []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		line = strings.TrimPrefix(strings.TrimPrefix(line, "read a check: "), "read cases: ")
		out = append(out, path.Join(f.name, line))
	}
	return out
}

// checkCase is how a case of a check went, for machines.
type checkCase struct {
	File    string          `json:"file"`
	Line    int             `json:"line"`
	Check   string          `json:"check"`
	Case    string          `json:"case"`
	OK      bool            `json:"ok"`
	Verdict posture.Verdict `json:"verdict"`
	Said    string          `json:"said"`
	Why     []string        `json:"why,omitempty"` // it is not as the case says
}

// runChecksTest runs the cases of checks.
func runChecksTest(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	only := flags.String("run", "", "only cases of checks that have this `text` in their id")
	quiet := flags.Bool("q", false, "write nothing about cases that hold")
	asJSON := flags.Bool("json", false, "write a line of JSON for each case")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	folders, err := checkFolders(flags.Args())
	if err != nil {
		return err
	}
	tried, bad := 0, 0
	for _, f := range folders {
		cases, err := f.try(ctx, strings.ToUpper(*only))
		if err != nil {
			return err
		}
		tried += len(cases)
		for _, k := range cases {
			if !k.OK {
				bad++
			}
			if k.OK && *quiet {
				continue
			}
			if err := k.write(std, *asJSON); err != nil {
				return err
			}
		}
	}
	switch {
	case bad > 0:
		return fmt.Errorf("%d of %d cases failed", bad, tried)
	case tried == 0:
		return errors.New("there are no cases: they are in files ID" + posture.CasesSuffix)
	}
	return nil
}

func (f checkFolder) try(ctx context.Context, only string) ([]checkCase, error) {
	checks, err := posture.Load(f.files)
	if err != nil {
		return nil, err
	}
	var out []checkCase
	for _, c := range checks {
		if !strings.Contains(c.ID, only) {
			continue
		}
		cases, err := posture.CasesOf(f.files, c)
		if err != nil {
			return nil, err
		}
		for _, k := range cases {
			got, err := c.Try(ctx, k)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path.Join(f.name, k.File), err)
			}
			out = append(out, checkCase{
				File: path.Join(f.name, k.File), Line: k.Line, Check: c.ID, Case: k.Name, OK: len(got.Why) == 0,
				Verdict: got.Result.Verdict, Said: got.Result.Said, Why: got.Why,
			})
		}
	}
	return out, nil
}

func (k checkCase) write(std streams, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(std.out).Encode(k)
	}
	word := "ok  "
	if !k.OK {
		word = "FAIL"
	}
	lines := []string{fmt.Sprintf("%s %s:%d: %s", word, k.File, k.Line, k.Case)}
	for _, why := range k.Why {
		lines = append(lines, "     "+why)
	}
	_, err := fmt.Fprintln(std.out, strings.Join(lines, "\n"))
	return err
}
