package access_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"sallyport/internal/access"
	"sallyport/internal/inventory"
)

func TestOpenGraph(t *testing.T) {
	var out bytes.Buffer
	if err := load(t, acme(t)).WriteOpenGraph(&out, "00o1"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/opengraph.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("opengraph.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("opengraph.json")
	if err != nil {
		t.Fatal(err)
	}
	got, err := jsonschema.UnmarshalJSON(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(got); err != nil {
		t.Error(err)
	}
	var g struct {
		Graph struct {
			Nodes []struct{ ID string }
			Edges []struct {
				Start, End struct{ Value string }
				Kind       string
			}
		}
	}
	if err := json.Unmarshal(out.Bytes(), &g); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, n := range g.Graph.Nodes {
		if ids[n.ID] {
			t.Errorf("node %s is there twice", n.ID)
		}
		ids[n.ID] = true
	}
	kinds := map[string]bool{}
	for _, e := range g.Graph.Edges {
		kinds[e.Kind] = true
		if !ids[e.Start.Value] || !ids[e.End.Value] {
			t.Errorf("%s goes from or to what is no node: %+v", e.Kind, e)
		}
	}
	if !kinds["Sallyport_MEMBER_OF"] || !kinds["Sallyport_API_TOKEN_OF"] || !ids["00o1/app/bot#rights"] {
		t.Errorf("kinds %v, nodes %v", kinds, ids)
	}
}

func TestCSVAndJSON(t *testing.T) {
	w := acme(t)
	w.Add(inventory.Entity{Ref: inventory.Ref{Kind: inventory.APIToken, ID: "t2"}, Name: `=HYPERLINK("x")`, Body: json.RawMessage(`{"userId": "root"}`)})
	g := load(t, w)
	var out bytes.Buffer
	if err := access.WriteCSV(&out, g.Ranked(access.RankOptions{})); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(lines) != 7 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	for _, l := range lines {
		if strings.HasPrefix(l[3], "=") {
			t.Errorf("a spreadsheet takes %q for a formula", l[3])
		}
	}
	if lines[1][2] != "user/root" || !strings.Contains(lines[1][11], "remove has_role from user/root to role/SUPER_ADMIN") {
		t.Errorf("the first is %v", lines[1])
	}
	out.Reset()
	if err := g.WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	var back struct {
		Nodes []access.Node
		Steps []access.Step
		Gaps  []access.Gap
	}
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || len(back.Steps) < 20 || len(back.Nodes) < 15 {
		t.Errorf("%d nodes, %d steps, %v", len(back.Nodes), len(back.Steps), err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }

func TestAFullDiskIsSaid(t *testing.T) {
	g := load(t, acme(t))
	for name, err := range map[string]error{
		"CSV": access.WriteCSV(full{}, g.Ranked(access.RankOptions{})), "JSON": g.WriteJSON(full{}), "OpenGraph": g.WriteOpenGraph(full{}, "x"),
	} {
		if err == nil || !strings.Contains(err.Error(), "the disk is full") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
