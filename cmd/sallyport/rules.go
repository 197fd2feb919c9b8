package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"sallyport/internal/rule"
)

// packs reads the folders of rules that are named; those that are built in where
// none is.
type packs struct {
	dirs         []string
	placeholders map[string][]string
}

func (p *packs) flags(flags *flag.FlagSet) {
	p.placeholders = map[string][]string{}
	flags.Func("placeholder", "`NAME=VALUE,...`: what a placeholder of rules stands for; may be given again", func(s string) error {
		name, values, ok := strings.Cut(s, "=")
		if !ok || name == "" || values == "" {
			return fmt.Errorf("NAME=VALUE is wanted")
		}
		p.placeholders[name] = append(p.placeholders[name], strings.Split(values, ",")...)
		return nil
	})
}

// sources returns the packs. The name of each is its folder as it was written.
func (p *packs) sources() ([]rule.Source, error) {
	if len(p.dirs) == 0 {
		own, err := rule.BuiltIn()
		return []rule.Source{own}, err
	}
	var all []rule.Source
	for _, dir := range p.dirs {
		info, err := os.Stat(dir)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			return nil, usage("%s is no folder", dir)
		}
		all = append(all, rule.Source{Name: filepath.ToSlash(filepath.Clean(dir)), FS: os.DirFS(dir), Placeholders: p.placeholders})
	}
	return all, nil
}

// at writes where a file of a pack is.
func at(pack, file string) string {
	if pack == rule.Own {
		return file
	}
	return path.Join(pack, file)
}

// packResult is what is wrong with one folder of rules, for machines.
type packResult struct {
	Dir      string         `json:"dir"`
	Files    int            `json:"files"`   // that hold rules about Okta, or should
	Foreign  int            `json:"foreign"` // that hold something else
	Rules    int            `json:"rules"`   // that can be used
	Problems []rule.Problem `json:"problems"`
}

// runRulesLint says what is wrong with rules.
func runRulesLint(_ context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var p packs
	p.flags(flags)
	asJSON := flags.Bool("json", false, "write a line of JSON for each folder")
	strict := flags.Bool("strict", false, "let warnings fail, too")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	p.dirs = flags.Args()
	sources, err := p.sources()
	if err != nil {
		return err
	}
	results, err := lintPacks(sources)
	if err != nil {
		return err
	}
	bad, warned := 0, 0
	for _, r := range results {
		for _, problem := range r.Problems {
			if problem.Warning {
				warned++
			} else {
				bad++
			}
		}
		if err := r.print(std, *asJSON); err != nil {
			return err
		}
	}
	if bad > 0 || *strict && warned > 0 {
		return fmt.Errorf("%d problems and %d warnings", bad, warned)
	}
	return nil
}

func (r packResult) print(std streams, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(std.out).Encode(r)
	}
	for _, p := range r.Problems {
		p.File = at(p.Pack, p.File)
		_, _ = fmt.Fprintln(std.out, p)
	}
	_, err := fmt.Fprintf(std.out, "%s: %d rules in %d files\n", r.Dir, r.Rules, r.Files)
	return err
}

func lintPacks(sources []rule.Source) ([]packResult, error) {
	linter, err := rule.NewLinter()
	if err != nil {
		return nil, err
	}
	shelf, whole, err := rule.Load(sources...)
	if err != nil {
		return nil, err
	}
	results := make([]packResult, len(sources))
	for i, s := range sources {
		files, err := s.Read()
		if err != nil {
			return nil, err
		}
		_, own := rule.NewShelf(files...)
		r := packResult{Dir: s.Name, Files: own.Files, Foreign: own.Foreign, Problems: []rule.Problem{}}
		cases, err := s.Cases()
		if err != nil {
			r.Problems = append(r.Problems, caseProblems(s.Name, err)...)
		}
		for _, x := range shelf.With(s.Name) {
			if !x.Part {
				r.Rules++
			}
			r.Problems = append(r.Problems, linter.Lint(x, len(cases[x.Base()]) > 0)...)
		}
		for _, p := range whole.Problems {
			if p.Pack == s.Name {
				r.Problems = append(r.Problems, p)
			}
		}
		rule.SortProblems(r.Problems)
		results[i] = r
	}
	return results, nil
}

// caseProblems takes the places out of what is wrong with files of cases, a line
// each.
func caseProblems(pack string, err error) []rule.Problem {
	var problems []rule.Problem
	for told := range strings.SplitSeq(err.Error(), "\n") {
		p := rule.Problem{Pack: pack, File: ".", Line: 1, Path: "cases", Message: told}
		file, rest, _ := strings.Cut(told, ":")
		number, message, ok := strings.Cut(rest, ": ")
		if line, err := strconv.Atoi(number); ok && err == nil {
			p = rule.Problem{Pack: pack, File: file, Line: line, Message: message}
		}
		problems = append(problems, p)
	}
	return problems
}
