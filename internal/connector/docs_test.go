package connector_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"sallyport/content"
	"sallyport/internal/connector"
	"sallyport/internal/expr"
)

var update = flag.Bool("update", false, "write the generated parts of docs/connectors.md")

// The tables of the guide are made of the files, and up to date.
func TestGuide(t *testing.T) {
	const name = "../../docs/connectors.md"
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	got := string(text)
	for part, table := range map[string]string{
		"actions": actionTable(t), "functions": functionTable(), "keys": keyTables(t, "schema.json"), "cases": keyTables(t, "cases.schema.json"),
	} {
		head := "<!-- generated: " + part + " -->\n"
		before, rest, ok := strings.Cut(got, head)
		_, after, closed := strings.Cut(rest, "<!-- end -->")
		if !ok || !closed {
			t.Fatalf("%s has no place for %s", name, part)
		}
		got = before + head + table + "<!-- end -->" + after
	}
	if got == string(text) {
		return
	}
	if !*update {
		t.Fatalf("%s is out of date: go test ./internal/connector -run TestGuide -update", name)
	}
	if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
		t.Fatal(err)
	}
}

func actionTable(t *testing.T) string {
	s, err := connector.Load(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, c := range s.All() {
		var kinds []string
		for _, a := range c.Auth {
			kinds = append(kinds, string(a.Kind))
		}
		fmt.Fprintf(&b, "**%s** (`%s`): %s Signs in by %s.\n\n| Action | Effect | Repeat | Inputs | Outputs | Touches | Undo |\n|---|---|---|---|---|---|---|\n",
			c.Title, c.ID, c.Description, strings.Join(kinds, ", "))
		for _, id := range c.ActionIDs() {
			a := c.Actions[id]
			var touches []string
			for _, e := range a.Targets {
				touches = append(touches, e.Type)
			}
			undo := ""
			if a.Undo != nil {
				undo = "`" + a.Undo.Action + "`"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s |\n", id, a.Effect, a.Repeat, portList(a.Inputs), portList(a.Outputs), strings.Join(touches, ", "), undo)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// portList names ports; those that are required have a star.
func portList(ports []connector.Port) string {
	var names []string
	for _, p := range ports {
		name := p.Name
		if p.Required {
			name += "*"
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

func functionTable() string {
	var b strings.Builder
	b.WriteString("| Function | Gives |\n|---|---|\n")
	for _, f := range expr.Functions() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", f.Use, f.Help)
	}
	return b.String()
}

// node is as much of a JSON Schema as the tables need.
type node struct {
	Description string
	Ref         string `json:"$ref"`
	Enum        []any
	Required    []string
	Properties  map[string]node
	Items       *node
	Additional  json.RawMessage `json:"additionalProperties"`
	Defs        map[string]node `json:"$defs"`
}

func keyTables(t *testing.T, name string) string {
	text, err := content.FS.ReadFile("connectors/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var root node
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	section(&b, "", root, root.Defs, map[string]string{})
	return b.String()
}

// section writes a table of a schema's keys, then those of the keys below it.
// What was written before is only named.
func section(b *strings.Builder, path string, n node, defs map[string]node, seen map[string]string) {
	table, names := keyTable(n, defs)
	switch before, ok := seen[table]; {
	case ok:
		fmt.Fprintf(b, "`%s`: as `%s`.\n\n", path, before)
		return
	case path != "":
		fmt.Fprintf(b, "`%s`\n\n", path)
	}
	seen[table] = path
	b.WriteString(table + "\n")
	for _, name := range names {
		if p, suffix := inner(n.Properties[name], defs); suffix != "-" {
			section(b, strings.TrimPrefix(path+"."+name+suffix, "."), p, defs, seen)
		}
	}
}

func keyTable(n node, defs map[string]node) (table string, names []string) {
	for name := range n.Properties {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString("| Key | |\n|---|---|\n")
	for _, name := range names {
		p, _ := inner(n.Properties[name], defs)
		say := n.Properties[name].Description
		if say == "" {
			say = p.Description
		}
		star := ""
		if slices.Contains(n.Required, name) {
			star = "*"
		}
		if len(p.Enum) > 0 {
			var values []string
			for _, v := range p.Enum {
				values = append(values, fmt.Sprintf("`%v`", v))
			}
			say = strings.Join(values, ", ") + ". " + say
		}
		fmt.Fprintf(&b, "| `%s`%s | %s |\n", name, star, strings.ReplaceAll(say, "|", "\\|"))
	}
	return b.String(), names
}

// inner follows references, lists and named maps down to an object with keys.
// The suffix says the way; "-" is that there is none.
func inner(n node, defs map[string]node) (node, string) {
	suffix := ""
	for range 10 {
		switch {
		case len(n.Properties) > 0:
			return n, suffix
		case n.Ref != "":
			n = defs[strings.TrimPrefix(n.Ref, "#/$defs/")]
		case n.Items != nil:
			n, suffix = *n.Items, suffix+"[]"
		case len(n.Additional) > 0 && n.Additional[0] == '{':
			var more node
			if json.Unmarshal(n.Additional, &more) != nil {
				return n, "-"
			}
			n, suffix = more, suffix+".NAME"
		default:
			return n, "-"
		}
	}
	return n, "-"
}
