package exchange

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"sallyport/internal/connector/document"
	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/flowtest"
	"sallyport/internal/value"
)

// Project is a folder of files that holds flows as code.
type Project struct {
	Folders []ProjectFolder // by name
	// Connections name the organization's connections, by slot or connector.
	Connections map[string]string
	Options     *value.Object // by flow, by name
	Enable      []string      // flows to be switched on: slugs, or * for all that can be
}

// ProjectFolder is one folder of files, which becomes a folder of flows.
type ProjectFolder struct {
	Name  string
	Dir   string // in the project
	Flows []ProjectFlow
	Tests []string // files
}

// ProjectFlow is one file.
type ProjectFlow struct {
	File       string
	Definition *flow.Definition
}

// Texts are a folder's flows as a translation takes them.
func (f ProjectFolder) Texts() []flow.Text {
	out := make([]flow.Text, len(f.Flows))
	for i, x := range f.Flows {
		out[i] = flow.Text{Flow: flow.Flow{Slug: x.Definition.Slug}, Body: x.Definition.Source}
	}
	return out
}

// projectFile says what the files of a project do not.
const projectFile = "sallyport.yaml"

// ReadProject reads a folder of files: flows are *.yaml, tests *.test.yaml, a
// subfolder is a folder of flows. name is the name of the folder of those at the
// top. The error tells everything that is wrong, with file and line.
func ReadProject(files fs.FS, name string) (*Project, error) {
	p := &Project{Connections: map[string]string{}}
	names := map[string]string{".": name}
	if err := p.readConfig(files, names); err != nil {
		return nil, err
	}
	byDir, bad := map[string]*ProjectFolder{}, []string{}
	err := fs.WalkDir(files, ".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.IsDir() || path.Ext(file) != ".yaml" || file == projectFile:
			return nil
		}
		dir := path.Dir(file)
		if byDir[dir] == nil {
			title := names[dir]
			if title == "" {
				title = dir
			}
			byDir[dir] = &ProjectFolder{Name: title, Dir: dir}
		}
		if strings.HasSuffix(file, flowtest.Suffix) {
			byDir[dir].Tests = append(byDir[dir].Tests, file)
			return nil
		}
		wrong, err := byDir[dir].add(files, file)
		bad = append(bad, wrong...)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(bad) > 0 {
		return nil, errs.New(errs.Invalid, "%s", strings.Join(bad, "\n"))
	}
	for _, f := range byDir {
		p.Folders = append(p.Folders, *f)
	}
	slices.SortFunc(p.Folders, func(a, b ProjectFolder) int { return strings.Compare(a.Name, b.Name) })
	return p, p.check()
}

func (f *ProjectFolder) add(files fs.FS, file string) ([]string, error) {
	text, err := fs.ReadFile(files, file)
	if err != nil {
		return nil, err
	}
	def, problems := flow.Read(string(text))
	var bad []string
	for _, p := range problems {
		bad = append(bad, file+":"+p.String())
	}
	if len(bad) == 0 {
		f.Flows = append(f.Flows, ProjectFlow{file, def})
	}
	return bad, nil
}

// check looks for names that are there twice.
func (p *Project) check() error {
	folders := map[string]string{}
	for _, f := range p.Folders {
		if other, ok := folders[f.Name]; ok {
			return errs.New(errs.Invalid, "%s and %s are both the folder %q", other, f.Dir, f.Name)
		}
		folders[f.Name] = f.Dir
		flows := map[string]string{}
		for _, x := range f.Flows {
			if other, ok := flows[x.Definition.Slug]; ok {
				return errs.New(errs.Invalid, "%s and %s are both the flow %s", other, x.File, x.Definition.Slug)
			}
			flows[x.Definition.Slug] = x.File
		}
	}
	return nil
}

func (p *Project) readConfig(files fs.FS, names map[string]string) error {
	text, err := fs.ReadFile(files, projectFile)
	if err != nil {
		return nil //nolint:nilerr // there need be none
	}
	doc, err := document.Read(projectFile, text)
	if err != nil {
		return errs.Wrap(errs.Invalid, err, "%v", err)
	}
	for key, c := range doc.Cursor().Fields() {
		switch key {
		case "folder":
			names["."] = doc.Cursor().Text(key)
		case "folders":
			for dir := range c.Fields() {
				names[path.Clean(dir)] = c.Text(dir)
			}
		case "connections":
			for slot := range c.Fields() {
				p.Connections[slot] = c.Text(slot)
			}
		case "options":
			p.Options, _ = c.Value.(*value.Object)
		case "enable":
			p.Enable = doc.Cursor().Texts(key)
		default:
			c.Fail("there is no such key; there are: folder, folders, connections, options, enable")
		}
	}
	if err := doc.Err(); err != nil {
		return errs.Wrap(errs.Invalid, err, "%v", err)
	}
	return nil
}
