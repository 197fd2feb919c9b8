package posture

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"sallyport/content"
	"sallyport/internal/connector/document"
	"sallyport/internal/inventory"
)

// Folder is where the checks stand in package content. CasesSuffix is how the
// names of files with cases end; they stand beside their checks.
const (
	Folder      = "checks"
	CasesSuffix = ".test.yaml"
)

// BuiltIn returns the folder of the checks that are built in.
func BuiltIn() (fs.FS, error) {
	sub, err := fs.Sub(content.FS, Folder)
	if err != nil {
		return nil, fmt.Errorf("open the built-in checks: %w", err)
	}
	return sub, nil
}

// Load reads the checks of a folder, in the order of their categories and ids.
// The error tells everything that is wrong, each with file and line.
func Load(files fs.FS) ([]*Check, error) {
	schema, err := checkSchema()
	if err != nil {
		return nil, err
	}
	var out []*Check
	var faults []error
	seen := map[string]string{}
	err = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !isCheck(name) {
			return err
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		c, err := parse(name, text, schema)
		if err != nil {
			faults = append(faults, err)
			return nil
		}
		if twin := seen[c.ID]; twin != "" {
			faults = append(faults, fmt.Errorf("%s:1: id: %s has the same", name, twin))
		}
		seen[c.ID] = name
		out = append(out, c)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read checks: %w", err)
	}
	slices.SortFunc(out, func(a, b *Check) int { return strings.Compare(a.Category+"/"+a.ID, b.Category+"/"+b.ID) })
	return out, errors.Join(faults...)
}

func isCheck(name string) bool {
	return strings.HasSuffix(name, ".yaml") && !strings.HasSuffix(name, CasesSuffix)
}

// schemas are read once: reading them costs more than checking a file.
var (
	checkSchema = sync.OnceValues(func() (*document.Schema, error) { return schemaOf("schema.json") })
	caseSchema  = sync.OnceValues(func() (*document.Schema, error) { return schemaOf("cases.schema.json") })
)

func schemaOf(name string) (*document.Schema, error) {
	text, err := fs.ReadFile(content.FS, path.Join(Folder, name))
	if err != nil {
		return nil, fmt.Errorf("read the schema of checks: %w", err)
	}
	s, err := document.ParseSchema(text)
	if err != nil {
		return nil, fmt.Errorf("read the schema of checks: %w", err)
	}
	return s, nil
}

// Parse reads the file of one check. The error tells everything that is wrong,
// each with file and line.
func Parse(name string, text []byte) (*Check, error) {
	schema, err := checkSchema()
	if err != nil {
		return nil, err
	}
	return parse(name, text, schema)
}

func parse(name string, text []byte, schema *document.Schema) (*Check, error) {
	d, err := document.Read(name, text)
	if err != nil {
		return nil, fmt.Errorf("read a check: %w", err)
	}
	if err := d.Check(schema); err != nil {
		return nil, fmt.Errorf("read a check: %w", err)
	}
	top := d.Cursor()
	c := &Check{
		ID: top.Text("id"), Title: top.Text("title"), Severity: Severity(top.Text("severity")), Category: path.Base(path.Dir(name)), Why: top.Text("why"),
		Sources: top.Texts("sources"), Needs: top.Texts("needs"), Absent: top.Texts("absent"), Admins: top.Texts("admins"), Events: top.Texts("events"), File: name,
		params: map[string]param{}, questions: map[string]question{},
	}
	for _, p := range top.Texts("profiles") {
		c.Profiles = append(c.Profiles, Profile(p))
	}
	c.collections(top)
	c.readParams(top.At("params"))
	c.readQuestions(top.At("log"))
	c.readFix(top.At("fix"))
	if when := top.At("when"); when.Present() {
		c.when, c.whenSays = expression(when, "is"), when.Text("else")
	}
	for k := range top.At("demands").Items() {
		c.clauses = append(c.clauses, c.readClause(k))
	}
	if err := d.Err(); err != nil {
		return nil, fmt.Errorf("read a check: %w", err)
	}
	return c, nil
}

func (c *Check) collections(top document.Cursor) {
	known := inventory.Collections()
	for _, key := range []string{"needs", "absent", "admins"} {
		for e := range top.At(key).Items() {
			name, _ := e.Value.(string)
			if !slices.Contains(known, name) {
				e.Fail("there is no collection %q", name)
			}
			if key != "needs" && !slices.Contains(c.Needs, name) {
				e.Fail("the check does not need %s", name)
			}
		}
	}
}

func (c *Check) readParams(at document.Cursor) {
	for name, p := range at.Fields() {
		if !isByProfile(p) {
			c.params[name] = param{all: p.Value}
			continue
		}
		by := map[Profile]any{}
		for profile, v := range p.Fields() {
			by[Profile(profile)] = v.Value
		}
		c.params[name] = param{by: by}
	}
}

func isByProfile(p document.Cursor) bool {
	n := 0
	for name := range p.Fields() {
		if !slices.Contains(Profiles(), Profile(name)) {
			return false
		}
		n++
	}
	return n > 0
}

func (c *Check) readQuestions(at document.Cursor) {
	for name, q := range at.Fields() {
		c.questions[name] = question{
			types: q.Texts("types"), days: q.Number("days"), by: Dimension(q.Text("by")), newDevice: q.Bool("new_device"), failed: q.Bool("failed"), some: q.Bool("some"),
		}
	}
}

func (c *Check) readFix(at document.Cursor) {
	c.Fix = Fix{
		Mode: at.Text("mode"), Call: at.Text("call"), Scope: at.Text("scope"), Steps: at.Text("steps"), Undo: at.Text("undo"), Risk: at.Text("risk"),
		Role: at.Text("role"),
	}
}

func (c *Check) readClause(at document.Cursor) *clause {
	k := &clause{
		of: at.Text("of"), whole: at.Bool("whole"), none: Verdict(at.Text("none")), where: expression(at, "where"), unknown: expression(at, "unknown"),
		pass: expression(at, "pass"), warn: expression(at, "warn"), enough: expression(at, "enough"), field: expression(at, "field"),
		says: spoken(at, "says"), warns: spoken(at, "warns"), unsure: spoken(at, "unsure"), absent: spoken(at, "absent"),
	}
	if k.of == "" {
		k.of = "org_facts"
	}
	if name, ok := answered(k.of); ok {
		if _, there := c.questions[name]; !there {
			at.At("of").Fail("the check does not ask the log for %q", name)
		}
	} else if !inventory.Kind(k.of).Valid() && !slices.ContainsFunc(Walks(), func(w Walk) bool { return w.Name == k.of }) {
		at.At("of").Fail("there is no collection %q", k.of)
	}
	return k
}

// expression compiles the expression of a field; nil where there is none, or
// where it is wrong.
func expression(at document.Cursor, key string) *program {
	c := at.At(key)
	if !c.Present() {
		return nil
	}
	p, err := compile(at.Text(key))
	if err != nil {
		c.Fail("%s", err)
		return nil
	}
	return p
}

func spoken(at document.Cursor, key string) *sentence {
	c := at.At(key)
	if !c.Present() {
		return nil
	}
	s, err := parseSentence(at.Text(key))
	if err != nil {
		c.Fail("%s", err)
		return nil
	}
	return s
}
