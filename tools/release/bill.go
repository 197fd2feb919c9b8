package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// component is one part of the program, as CycloneDX has it.
type component struct {
	Type    string `json:"type"`
	Ref     string `json:"bom-ref"`
	Name    string `json:"name"`
	Version string `json:"version"`
	Purl    string `json:"purl"`
	Scope   string `json:"scope,omitempty"`
}

// bill is the bill of materials, CycloneDX 1.5: the Go modules that the program is
// built of, and the packages that the console is.
func bill(ctx context.Context, version string, at time.Time) ([]byte, error) {
	parts, err := goModules(ctx)
	if err != nil {
		return nil, err
	}
	lock, err := os.ReadFile("web/package-lock.json")
	if err != nil {
		return nil, err
	}
	packages, err := webPackages(lock)
	if err != nil {
		return nil, err
	}
	return writeBill(version, at, append(parts, packages...))
}

func writeBill(version string, at time.Time, parts []component) ([]byte, error) {
	slices.SortFunc(parts, func(a, b component) int { return strings.Compare(a.Ref, b.Ref) })
	parts = slices.CompactFunc(parts, func(a, b component) bool { return a.Ref == b.Ref })
	type m = map[string]any
	out, err := json.MarshalIndent(m{
		"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
		"metadata":   m{"timestamp": at.Format(time.RFC3339), "component": m{"type": "application", "name": "sallyport", "version": version, "bom-ref": "sallyport"}},
		"components": parts,
	}, "", " ")
	return append(out, '\n'), err
}

// goModules lists the modules of the packages that the program is made of: what only
// tests need is not in it.
func goModules(ctx context.Context) ([]component, error) {
	text, err := output(ctx, []string{"GOOS=linux", "CGO_ENABLED=0"}, "go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{end}}{{end}}", "./cmd/sallyport")
	if err != nil {
		return nil, err
	}
	var out []component
	for line := range strings.Lines(text) {
		if name, v, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			purl := "pkg:golang/" + name + "@" + v
			out = append(out, component{Type: "library", Ref: purl, Name: name, Version: v, Purl: purl})
		}
	}
	if len(out) == 0 {
		return nil, errors.New("go list names no module")
	}
	return out, nil
}

// webPackages reads the lock file of npm. What is needed to build alone is excluded by
// its scope.
func webPackages(lock []byte) ([]component, error) {
	var in struct {
		Packages map[string]struct {
			Version string
			Dev     bool
		}
	}
	dec := json.NewDecoder(strings.NewReader(string(lock)))
	if err := dec.Decode(&in); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the lock file of the console: %w", err)
	}
	var out []component
	for place, p := range in.Packages {
		i := strings.LastIndex(place, "node_modules/")
		if i < 0 || p.Version == "" {
			continue
		}
		name := place[i+len("node_modules/"):]
		purl := "pkg:npm/" + strings.Replace(name, "@", "%40", 1) + "@" + p.Version
		c := component{Type: "library", Ref: purl, Name: name, Version: p.Version, Purl: purl}
		if p.Dev {
			c.Scope = "excluded"
		}
		out = append(out, c)
	}
	return out, nil
}
