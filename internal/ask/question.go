package ask

import (
	"io/fs"
	"path"
	"regexp"
	"strings"

	"sallyport/content"
	"sallyport/internal/connector/document"
	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// Folder is where the questions stand in package content.
const Folder = "questions"

// Kept is a question that is kept under a name.
type Kept struct {
	Name string
	Text string // what it asks, in words
	SQL  string
}

// ParseKept reads the file of a question; its name is that of the file.
func ParseKept(file string, text []byte) (Kept, error) {
	d, err := document.Read(file, text)
	if err != nil {
		return Kept{}, err
	}
	o, ok := d.Root.(*value.Object)
	if !ok {
		return Kept{}, errs.New(errs.Invalid, "%s: a question has a text and sql", file)
	}
	k := Kept{Name: strings.TrimSuffix(path.Base(file), ".yaml"), Text: o.Text("text"), SQL: strings.TrimSpace(o.Text("sql"))}
	for name := range o.All() {
		if name != "text" && name != "sql" {
			return Kept{}, errs.New(errs.Invalid, "%s: a question has no %s", file, name)
		}
	}
	return k, k.Check()
}

// Check returns what is wrong with what is to be kept. Whether the SQL can be
// answered is not looked at.
func (k Kept) Check() error {
	switch {
	case !regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`).MatchString(k.Name) || len(k.Name) > 80:
		return errs.New(errs.Invalid, "%q is no name of a question: it has small letters, digits and dashes between them", k.Name)
	case k.Text == "" || k.SQL == "":
		return errs.New(errs.Invalid, "the question %s wants a text and sql", k.Name)
	}
	return nil
}

// BuiltIn returns the questions that the product comes with, by name.
func BuiltIn() ([]Kept, error) {
	files, err := fs.Glob(content.FS, Folder+"/*.yaml")
	if err != nil {
		return nil, err
	}
	var out []Kept
	for _, file := range files {
		text, err := fs.ReadFile(content.FS, file)
		if err != nil {
			return nil, err
		}
		k, err := ParseKept(file, text)
		if err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, nil
}
