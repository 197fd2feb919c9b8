package migration_test

import (
	"strings"
	"testing"

	"sallyport/internal/connector"
	"sallyport/internal/flopack"
	"sallyport/internal/flow"
	"sallyport/internal/functions"
	"sallyport/internal/migration"
)

// imported is what an export comes to; what is wrong with it beyond warnings ends
// the test.
func imported(t *testing.T, text string) *migration.Result {
	t.Helper()
	d, problems, err := flopack.Parse([]byte(text))
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	res, err := migration.Translate(d, migration.Catalogue{Functions: functions.All()})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// What one card lacks does not keep the rest of an export out: it is told, and where
// the card cannot run without it the flow is a draft.
func TestUnresolved(t *testing.T) {
	start := card(0, "root:kernel:control:0.0.1:callable", "", field("o", "x", `""`), `"o":{"c1":[{"input":"i"}]}`)
	calls := func(address, more string) string {
		return chain(start, card(1, address, strings.Replace(field("f", "flo", `"trim-1"`), `"string"`, `"flo"`, 1)+","+field("i", "x", `""`), "", "")+more)
	}
	note := func(i int) string {
		return strings.Replace(card(i, "root:kernel:control:0.0.1:comment", "", "", ""), `"displayed":true`, `"displayed":true,"comments":"Why"`, 1)
	}
	two := chain(start, card(1, "root:kernel:control:0.0.1:return", field("i", "x", `""`), field("q", "x", `""`), ""))
	failing := strings.Replace(two, `"displayed":true,"inputs":{"data":{"i"`, `"policy":{"error":{"type":"flo","flo":"trim-1"}},"displayed":true,"inputs":{"data":{"i"`, 1)
	for name, tt := range map[string]struct {
		text string
		yaml []string
		says string // among the warnings
		lack string // among what is missing
	}{
		"a name that is no input": {
			text: chain(start, card(1, "root:kernel:string:0.0.1:compose", field("i", "a", `""`)+","+field("t", "_text_", `"{{{a}}} and {{{b}}}"`), "", "")),
			yaml: []string{"{literal: '{{{a}}} and {{{b}}}'}", "a: '{{ input.x"}, says: `the text refers to "b"`,
		},
		"a flow that is called":       {text: calls("root:kernel:control:0.0.1:spawn", ""), yaml: []string{"call: trim_1"}, says: "the flow trim-1", lack: "the flow trim-1, which is not in the export"},
		"a flow of a loop":            {text: calls("root:kernel:list:0.0.1:each", ""), yaml: []string{"- call: trim_1"}, says: "the flow trim-1", lack: "the flow trim-1"},
		"a flow for errors":           {text: strings.Replace(failing, "control:0.0.1:return", "string:0.0.1:trim", 1), yaml: []string{"on_error:\n      call: trim_1"}, says: "the flow trim-1", lack: "the flow trim-1"},
		"a flow of the name that has": {text: strings.Replace(calls("root:kernel:control:0.0.1:spawn", ""), `"Long"`, `"Trim 1"`, 1), yaml: []string{"flow: trim_1_2", "call: trim_1\n"}, says: "the flow trim-1", lack: "the flow trim-1"},
		"a note without a place":      {text: strings.Replace(two, `"methods":[`, `"methods":[`+note(7)+`,`, 1), yaml: []string{"comment: Why", "return:"}},
		"notes before the start":      {text: strings.Replace(strings.Replace(two, `"methods":[`, `"methods":[`+note(7)+`,`+note(8)+`,`, 1), `"o1":`, `"n":["c7","c8"],"m":["c8","c0"],"o1":`, 1), yaml: []string{"comment: Why", "return:"}},
		"a note between":              {text: strings.Replace(strings.Replace(two, `"methods":[`, `"methods":[`+note(7)+`,`, 1), `"o1":["c0","c1"]`, `"n":["c0","c7"],"m":["c7","c1"]`, 1), yaml: []string{"comment: Why", "return:"}},
	} {
		t.Run(name, func(t *testing.T) {
			res := imported(t, tt.text)
			f := res.Flows[0]
			for _, want := range tt.yaml {
				if !strings.Contains(f.YAML, want) {
					t.Errorf("%q is not in\n%s", want, f.YAML)
				}
			}
			var said, lack []string
			for _, p := range res.Warnings {
				said = append(said, p.Message)
			}
			for _, m := range f.Missing {
				lack = append(lack, m.Needs)
			}
			if !strings.Contains(strings.Join(said, "\n"), tt.says) || (tt.says == "") != (len(said) == 0) {
				t.Errorf("warned %q, want %q", said, tt.says)
			}
			if !strings.Contains(strings.Join(lack, "\n"), tt.lack) || (tt.lack == "") != (len(lack) == 0) {
				t.Errorf("missing %q, want %q", lack, tt.lack)
			}
			d, problems := flow.Read(f.YAML)
			if len(problems) == 0 {
				cat := flow.NewCatalogue(functions.All(), &connector.Shelf{})
				problems = cat.Check(d, map[string]*flow.Definition{d.Slug: d})
			}
			if (len(problems) > 0) != (tt.lack != "") {
				t.Errorf("as a flow of ours: %v\n%s", problems, f.YAML)
			}
		})
	}
}

// A file of a table that names no columns has all, and the row's own fields first.
func TestWholeRowInFile(t *testing.T) {
	start := card(0, "root:kernel:control:0.0.1:callable", "", field("o", "x", `""`), `"o":{"c1":[{"input":"i"}]}`)
	export := func(columns string) string {
		inputs := `"p":{"group":"parameters","key":"stash","flags":"p","value":{"type":"string","data":"t1"}},"i":{"group":"File","key":"Filename","value":{"type":"string","data":""}}` + columns
		text := chain(start, card(1, "root:channels:http:stash:0.0.1:exportToCSV", inputs, "", ""))
		return strings.Replace(text, `"data":{"flos"`, `"data":{"tables":{"t1":{"name":"People","data":{"structure":[{"name":"Login","type":"str"},{"name":"Created","type":"dte"}]}}},"flos"`, 1)
	}
	if got := imported(t, export("")).Flows[0].YAML; !strings.Contains(got, "columns: [Row ID, Created, Updated, Login, Created (column)]") {
		t.Error(got)
	}
	chosen := `,"c":{"group":"Options","key":"Columns","value":{"type":"string","collection":true,"data":["Login"]}}`
	if got := imported(t, export(chosen)).Flows[0].YAML; !strings.Contains(got, "columns: [Login]") {
		t.Error(got)
	}
}

// A flow that is only its trigger gives what it was given, and is the same after an
// export.
func TestOnlyTrigger(t *testing.T) {
	text := chain(card(0, "root:kernel:control:0.0.1:callable", field("i", "x", `""`), field("o", "x", `""`)+`,"c":{"group":"context","key":"execution_id","value":{"type":"string"}}`, ""))
	res := imported(t, text)
	if got := res.Flows[0].YAML; !strings.HasSuffix(got, "cards: []\nresult:\n  x: '{{ input.x }}'\n") && !strings.HasSuffix(got, "cards: []\nresult: {x: '{{ input.x }}'}\n") {
		t.Error(got)
	}
	again, err := migration.Export(res, catalogue(t))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := imported(t, string(again)).Flows[0].YAML, res.Flows[0].YAML; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
