package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// unused looks for modules that go.mod requires for us and that no package of ours
// imports, on whatever system or with whatever tag. Those of the console are looked
// at by knip, which make audit runs too.
func unused(ctx context.Context) (string, []string, error) {
	text, err := output(ctx, "go", "mod", "edit", "-json")
	if err != nil {
		return "", nil, err
	}
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal(text, &mod); err != nil {
		return "", nil, err
	}
	imported, err := imports(ctx)
	if err != nil {
		return "", nil, err
	}
	var found []string
	direct := 0
	for _, r := range mod.Require {
		if r.Indirect {
			continue
		}
		direct++
		if !slices.ContainsFunc(imported, func(p string) bool { return p == r.Path || strings.HasPrefix(p, r.Path+"/") }) {
			found = append(found, r.Path+" is required and nothing imports it")
		}
	}
	return fmt.Sprintf("%d modules that are required", direct), found, nil
}

// imports returns what packages of ours and their tests import.
func imports(ctx context.Context) ([]string, error) {
	var all []string
	for _, tags := range []string{"", "console"} {
		out, err := output(ctx, "go", "list", "-tags", tags, "-f", `{{join .Imports "\n"}}{{"\n"}}{{join .TestImports "\n"}}{{"\n"}}{{join .XTestImports "\n"}}`, "./...")
		if err != nil {
			return nil, err
		}
		all = append(all, strings.Fields(string(out))...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
