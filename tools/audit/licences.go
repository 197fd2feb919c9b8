package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// allowed are the licences (SPDX) under which something may be part of the product
// or help to make it: none asks more of who passes it on than to name it, and the
// Mozilla licence asks for changes of its own files, of which we make none.
func allowed() []string {
	return []string{
		"MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "ISC", "0BSD", "Unlicense", "CC0-1.0", "BlueOak-1.0.0", "Zlib", "Python-2.0", "CC-BY-4.0", "CC-BY-3.0", "OFL-1.1",
		"MPL-2.0", "WTFPL", "Public-Domain",
	}
}

// excepted are what was looked at by hand: licences that a package names in a way of
// its own, and files that are named like licences and are none of it.
func excepted() map[string]string {
	return map[string]string{
		"@auth0/xmldom":        "MIT",        // "MIT or LGPL", of which one may choose; a test alone uses it
		"LICENSE-LOGO":         "",           // where a picture in a README is from
		"LICENSE-3RD-PARTY.md": "",           // a list of what the module itself is made of, each of which is looked at here
		"Apache2":              "Apache-2.0", // not SPDX's names
		"mit":                  "MIT",
		"MIT License":          "MIT",
	}
}

// licences looks at every Go module that a package of ours or its tests are built
// from, and at every package of the lock files.
func licences(ctx context.Context) (string, []string, error) {
	var found []string
	count := map[string]int{}
	note := func(what string, names []string) {
		for _, n := range names {
			count[n]++
		}
		if len(names) == 0 {
			found = append(found, what+" names no licence")
		}
		for _, n := range names {
			if !slices.Contains(allowed(), n) {
				found = append(found, what+" is under "+n)
			}
		}
	}
	modules, err := builtFrom(ctx)
	if err != nil {
		return "", nil, err
	}
	for name, dir := range modules {
		names, err := ofFolder(dir)
		if err != nil {
			return "", nil, fmt.Errorf("module %s: %w", name, err)
		}
		note("module "+name, names)
	}
	n := len(modules)
	for _, lock := range []string{"web/package-lock.json", "e2e/package-lock.json"} {
		packages, err := locked(lock)
		if err != nil {
			return "", nil, err
		}
		for name, licence := range packages {
			note(lock+": "+name, licence)
		}
		n += len(packages)
	}
	slices.Sort(found)
	var by []string
	for _, name := range slices.Sorted(maps.Keys(count)) {
		by = append(by, fmt.Sprintf("%s %d", name, count[name]))
	}
	return fmt.Sprintf("%d modules and packages (%s)", n, strings.Join(by, ", ")), found, nil
}

// builtFrom returns the folders of the modules that something of ours is built from.
func builtFrom(ctx context.Context) (map[string]string, error) {
	out, err := output(ctx, "go", "list", "-deps", "-test", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Dir}}{{end}}{{end}}", "./...")
	if err != nil {
		return nil, err
	}
	modules := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if name, dir, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			modules[name] = dir
		}
	}
	return modules, nil
}

// ofFolder returns the licences of the files in a module's folder that hold them.
func ofFolder(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		upper := strings.ToUpper(e.Name())
		if e.IsDir() || !strings.HasPrefix(upper, "LICEN") && !strings.HasPrefix(upper, "COPYING") && !strings.HasPrefix(upper, "UNLICENSE") {
			continue
		}
		if _, none := excepted()[e.Name()]; none {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		if name := licenceOf(string(text)); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// licenceOf knows a licence by words that stand in it alone.
func licenceOf(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	has := func(words ...string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
	}
	switch {
	case has("GNU AFFERO GENERAL PUBLIC LICENSE"):
		return "AGPL"
	case has("GNU LESSER GENERAL PUBLIC LICENSE"):
		return "LGPL"
	case has("GNU GENERAL PUBLIC LICENSE") && !has("Mozilla Public License"):
		return "GPL"
	case has("Business Source License"):
		return "BUSL"
	case has("Mozilla Public License Version 2.0"), has("Mozilla Public License, version 2.0"):
		return "MPL-2.0"
	case has("Apache License", "Version 2.0"):
		return "Apache-2.0"
	case has("Permission is hereby granted, free of charge", "substantial portions"):
		return "MIT"
	case has("Permission to use, copy, modify, and", "distribute this software for any purpose"):
		return "ISC"
	case has("Redistribution and use in source and binary forms", "endorse or promote"):
		return "BSD-3-Clause"
	case has("Redistribution and use in source and binary forms"):
		return "BSD-2-Clause"
	case has("This is free and unencumbered software"):
		return "Unlicense"
	case has("dedicated to the public domain"):
		return "Public-Domain"
	case has("CC0 1.0"):
		return "CC0-1.0"
	}
	return "a licence that is not known here"
}

// locked returns the licences of the packages of a lock file. One that the file does
// not name is looked for where it is installed; a package for another machine may
// not be there, and has the licence of what wants it.
func locked(file string) (map[string][]string, error) {
	text, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages map[string]struct {
			License  string
			Link     bool
			Optional bool
		}
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	out := map[string][]string{}
	for at, p := range lock.Packages {
		if at == "" || p.Link {
			continue
		}
		licence := p.License
		if licence == "" {
			licence, err = installed(filepath.Join(filepath.Dir(file), filepath.FromSlash(at)))
			if errors.Is(err, fs.ErrNotExist) && p.Optional {
				continue
			}
			if err != nil {
				return nil, err
			}
		}
		name := at[strings.LastIndex(at, "node_modules/")+len("node_modules/"):]
		out[at] = chosen(cmp.Or(excepted()[name], excepted()[licence], licence))
	}
	return out, nil
}

// chosen returns the licences of an expression in SPDX: of those that one may choose
// between an allowed one, and all of those that hold together.
func chosen(expression string) []string {
	expression = strings.Trim(strings.TrimSpace(expression), "()")
	if expression == "" {
		return nil
	}
	for one := range strings.SplitSeq(expression, " OR ") {
		if all := strings.Split(strings.Trim(one, "()"), " AND "); !slices.ContainsFunc(all, func(l string) bool { return !slices.Contains(allowed(), l) }) {
			return all
		}
	}
	return []string{expression}
}

// installed returns the licence that an installed package names.
func installed(dir string) (string, error) {
	text, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil {
		return "", err
	}
	var p struct {
		License  any
		Licenses []struct{ Type string }
	}
	if err := json.Unmarshal(text, &p); err != nil {
		return "", fmt.Errorf("%s: %w", dir, err)
	}
	switch l := p.License.(type) {
	case string:
		return l, nil
	case map[string]any:
		name, _ := l["type"].(string)
		return name, nil
	}
	if len(p.Licenses) > 0 {
		return p.Licenses[0].Type, nil
	}
	names, err := ofFolder(dir)
	return strings.Join(names, " AND "), err
}
