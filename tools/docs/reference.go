package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"go.yaml.in/yaml/v3"

	"sallyport/internal/api"
	"sallyport/internal/letter"
	"sallyport/internal/store"
)

// references are the pages that are made from code and content.
func references(root string) ([]page, error) {
	var out []page
	for _, r := range []struct {
		name string
		make func(string) (string, error)
	}{{"reference-api", routes}, {"reference-connectors", connectors}, {"reference-rules", rules}, {"reference-checks", checks}, {"reference-metrics", metrics}} {
		text, err := r.make(root)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.name, err)
		}
		out = append(out, page{name: r.name + ".md", section: "Reference", text: []byte(text)})
	}
	return out, nil
}

// cell is a text in a table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;", "{", "&#123;").Replace(strings.TrimSpace(s))
}

func routes(root string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, "internal/api/testdata/openapi.json"))
	if err != nil {
		return "", err
	}
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return "", err
	}
	byTag := map[string][]string{}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(doc.Paths[path])) {
			var o struct {
				Summary    string
				Tags       []string
				Permission string `json:"x-permission"`
			}
			if json.Unmarshal(doc.Paths[path][method], &o) != nil { // what all methods of a path have in common
				continue
			}
			tag := append(o.Tags, "other")[0]
			byTag[tag] = append(byTag[tag], fmt.Sprintf("| `%s %s` | %s | %s |\n", strings.ToUpper(method), path, cmp.Or(o.Permission, "anyone"), cell(o.Summary)))
		}
	}
	var b strings.Builder
	b.WriteString("# Routes of the API\n\nMade from the OpenAPI document, which a server answers `GET /api/v1/openapi.json` with. [The API](api.md) says how it is called.\n")
	for _, tag := range slices.Sorted(maps.Keys(byTag)) {
		fmt.Fprintf(&b, "\n## %s\n\n| Route | Permission | |\n|---|---|---|\n%s", tag, strings.Join(byTag[tag], ""))
	}
	return b.String(), nil
}

// readAll reads every YAML file of a folder that is no file of cases.
func readAll[T any](root, folder string, keep func(T) bool) ([]T, error) {
	var out []T
	err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".yaml") && !strings.HasSuffix(path, ".yml") || strings.Contains(path, ".test.") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var v T
		if yaml.Unmarshal(text, &v) == nil && keep(v) {
			out = append(out, v)
		}
		return nil
	})
	return out, err
}

func connectors(root string) (string, error) {
	type connector struct {
		Connector, Title, Description, Category, Docs string
		Actions                                       yaml.Node
	}
	all, err := readAll(root, "content/connectors", func(c connector) bool { return c.Connector != "" })
	if err != nil {
		return "", err
	}
	slices.SortFunc(all, func(a, b connector) int { return strings.Compare(a.Title, b.Title) })
	var b strings.Builder
	b.WriteString("# Connectors and their actions\n\nMade from the connectors' files. [Connectors](connectors.md) says how they work and how one is written.\n")
	for _, c := range all {
		fmt.Fprintf(&b, "\n## %s\n\n`%s`, %s. %s\n\n", c.Title, c.Connector, c.Category, cell(c.Description))
		if c.Actions.Kind != yaml.MappingNode {
			continue
		}
		b.WriteString("| Action | |\n|---|---|\n")
		for i := 0; i+1 < len(c.Actions.Content); i += 2 {
			var a struct{ Title string }
			_ = c.Actions.Content[i+1].Decode(&a) // one without a title has its name alone
			fmt.Fprintf(&b, "| `%s.%s` | %s |\n", c.Connector, c.Actions.Content[i].Value, cell(a.Title))
		}
	}
	return b.String(), nil
}

func rules(root string) (string, error) {
	type rule struct {
		Title, ID, Description, Level string
		Tags                          []string
	}
	all, err := readAll(root, "content/rules", func(r rule) bool { return r.ID != "" && r.Title != "" })
	if err != nil {
		return "", err
	}
	slices.SortFunc(all, func(a, b rule) int { return strings.Compare(a.Title, b.Title) })
	var b strings.Builder
	fmt.Fprintf(&b, "# Rules that come with it\n\n%d rules, made from their files. [Rules](rules.md) says how they work.\n\n| Rule | Severity | Tags |\n|---|---|---|\n", len(all))
	for _, r := range all {
		fmt.Fprintf(&b, "| **%s** %s | %s | %s |\n", cell(r.Title), cell(r.Description), cmp.Or(r.Level, "medium"), cell(strings.Join(r.Tags, ", ")))
	}
	return b.String(), nil
}

func checks(root string) (string, error) {
	type check struct {
		ID, Title, Severity, Why string
		Profiles                 []string
	}
	all, err := readAll(root, "content/checks", func(c check) bool { return c.ID != "" && c.Title != "" })
	if err != nil {
		return "", err
	}
	slices.SortFunc(all, func(a, b check) int { return strings.Compare(a.ID, b.ID) })
	var b strings.Builder
	fmt.Fprintf(&b, "# Checks of posture that come with it\n\n%d checks, made from their files. [Posture](posture.md) says how they work.\n\n| Id | Check | Severity | Profiles |\n|---|---|---|---|\n", len(all))
	for _, c := range all {
		fmt.Fprintf(&b, "| `%s` | **%s** %s | %s | %s |\n", c.ID, cell(c.Title), cell(c.Why), c.Severity, strings.Join(c.Profiles, ", "))
	}
	return b.String(), nil
}

// metrics lists the figures by what they describe themselves as.
func metrics(string) (string, error) {
	reg := prometheus.NewRegistry()
	m := api.NewMetrics(reg, store.Runs{})
	m.Watch(api.Watched{Version: "x"})
	m.WatchMail(store.Letters{}, func() letter.Health { return letter.Health{} })
	all := make(chan *prometheus.Desc)
	go func() {
		reg.Describe(all)
		close(all)
	}()
	form := regexp.MustCompile(`fqName: "([^"]+)", help: "(.*)", constLabels: .*variableLabels: \{([^}]*)\}`)
	var rows []string
	for d := range all {
		if found := form.FindStringSubmatch(d.String()); found != nil && strings.HasPrefix(found[1], "sallyport_") {
			rows = append(rows, fmt.Sprintf("| `%s` | %s | %s |\n", found[1], cmp.Or(found[3], " "), cell(found[2])))
		}
	}
	slices.Sort(rows)
	if len(rows) < 10 {
		return "", fmt.Errorf("%d figures", len(rows))
	}
	return "# Figures for Prometheus\n\nWhat `/metrics` tells beside the figures of Go and of the process. [Running Sallyport](operations.md#health) says how they are read.\n\n| Figure | Labels | |\n|---|---|---|\n" + strings.Join(rows, ""), nil
}
