package rule

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"sallyport/internal/detect/sigma"
)

// Problem is something that is wrong with a file of rules, or may be.
type Problem struct {
	Pack    string `json:"pack"`
	File    string `json:"file"`
	Line    int    `json:"line"`           // from 1
	Path    string `json:"path,omitempty"` // "detection.selection.eventType"; empty for the whole
	Message string `json:"message"`
	Warning bool   `json:"warning,omitempty"` // the rule does something all the same
}

// String writes a problem the way compilers do.
func (p Problem) String() string {
	message := p.Message
	if p.Path != "" {
		message = p.Path + ": " + message
	}
	if p.Warning {
		message = "warning: " + message
	}
	return fmt.Sprintf("%s:%d: %s", p.File, max(p.Line, 1), message)
}

// File is what was read from one file.
type File struct {
	Pack     string
	Name     string // within its pack
	Rules    []*Rule
	Problems []Problem
	// Foreign says that the file is none of ours to read: it holds no rule, or
	// rules about other products' logs.
	Foreign bool

	filters []*sigma.Filter
}

// Parse reads the text of one file of rules: documents of Sigma, with a block of
// ours or without, or one detection of Okta's catalogue. Name is its path
// within the pack. It never fails: what is wrong is among the file's problems,
// and what can be used is among its rules.
func Parse(pack, name string, text []byte) File { return parse(pack, name, text, sigma.Options{}) }

func parse(pack, name string, text []byte, o sigma.Options) File {
	f := File{Pack: pack, Name: name}
	if item, ok := catalogued(text); ok {
		f.addOkta(item, string(text))
		return f
	}
	if !looksLikeRules(text) {
		f.Foreign = true
		return f
	}
	docs, err := sigma.Parse(text, o)
	f.fail(err)
	ours := aboutProducts(docs)
	for _, d := range ours {
		f.add(d, string(text))
	}
	f.Foreign = len(docs) > 0 && len(ours) == 0
	if f.Foreign {
		f.Problems = nil
	}
	f.name()
	return f
}

// aboutProducts leaves out documents about the logs of products that are not
// ours, and correlations of only such.
func aboutProducts(docs []sigma.Document) []sigma.Document {
	foreign := func(m *sigma.Meta) bool {
		_, ours := productOf(m.LogSource.Product)
		return !ours
	}
	var others []string
	for _, d := range docs {
		if m := d.Metadata(); foreign(m) {
			others = append(others, m.ID, m.Name)
		}
	}
	return slices.DeleteFunc(docs, func(d sigma.Document) bool {
		c, ok := d.(*sigma.Correlation)
		return foreign(d.Metadata()) || ok && !slices.ContainsFunc(c.Rules, func(name string) bool { return name == "" || !slices.Contains(others, name) })
	})
}

// looksLikeRules reports whether a YAML text has a line at its beginning that
// only rules have: many other files are YAML, too.
func looksLikeRules(text []byte) bool {
	for line := range strings.SplitSeq(string(text), "\n") {
		for _, key := range []string{"detection:", "correlation:", "filter:", "logsource:", "sallyport:"} {
			if strings.HasPrefix(line, key) {
				return true
			}
		}
	}
	return false
}

// fail notes the errors of a parser, each with its line.
func (f *File) fail(err error) {
	if err == nil {
		return
	}
	if list, ok := errors.AsType[interface {
		error
		Unwrap() []error
	}](err); ok {
		for _, e := range list.Unwrap() {
			f.fail(e)
		}
		return
	}
	if at, ok := errors.AsType[*sigma.Error](err); ok {
		f.problem(at.Line, at.Path, "%s", at.Msg)
		return
	}
	f.problem(1, "", "%s", err)
}

func (f *File) problem(line int, at, format string, args ...any) {
	f.Problems = append(f.Problems, Problem{Pack: f.Pack, File: f.Name, Line: max(line, 1), Path: at, Message: fmt.Sprintf(format, args...)})
}

// add makes a rule of a document of Sigma.
func (f *File) add(d sigma.Document, text string) {
	m := d.Metadata()
	r := &Rule{
		ID: m.ID, Pack: f.Pack, File: f.Name, Line: m.Line, name: m.Name, Title: m.Title, Description: m.Description,
		Author: m.Author, License: m.License, Category: path.Base(path.Dir(f.Name)), Status: m.Status, References: m.References,
		Tags: m.Tags, FalsePositives: m.FalsePositives, Type: Detection, Entity: DefaultEntity, Window: DefaultWindow, Text: text,
	}
	if r.Category == "." {
		r.Category = ""
	}
	var err error
	if r.Severity, err = ParseSeverity(m.Level); err != nil {
		f.problem(m.Line, "level", "%s", err)
	}
	r.Enabled = m.Status != "deprecated" && m.Status != "unsupported" && (m.Level == "" || r.Severity > Informational)
	switch d := d.(type) {
	case *sigma.Filter:
		f.filters = append(f.filters, d)
		return
	case *sigma.Rule:
		r.Language, r.Expr = Sigma, d.Expr
		r.Product, _ = productOf(m.LogSource.Product)
	case *sigma.Correlation:
		r.Language, r.correlation = Correlation, d
	}
	f.unfilled(m)
	b := block{file: f, rule: r}
	b.read(m.Raw["sallyport"])
	if r.Language == Sigma && r.Expr == nil {
		if !b.broken {
			f.problem(m.Line, "detection", "a rule needs a detection:, or a filter: in its block sallyport:")
		}
		return
	}
	f.Rules = append(f.Rules, r)
}

// unfilled warns of placeholders that nobody has filled in: such a rule finds
// what is written like them, which is nothing, or leaves out nothing.
func (f *File) unfilled(m *sigma.Meta) {
	for _, name := range m.Unfilled {
		f.Problems = append(f.Problems, Problem{
			Pack: f.Pack, File: f.Name, Line: m.Line, Path: "detection", Warning: true,
			Message: fmt.Sprintf("the placeholder %s stands for nothing here, and is compared as it is written", name),
		})
	}
}

// name gives the rules of a file their slugs, and tells which of them only feed
// its correlations.
func (f *File) name() {
	base := slugOf(f.Name)
	var main []*Rule
	for _, r := range f.Rules {
		r.Part = slices.ContainsFunc(f.Rules, func(c *Rule) bool {
			return c.correlation != nil && !c.correlation.Generate && c.refersTo(r)
		})
		if !r.Part {
			main = append(main, r)
		}
	}
	for i, r := range f.Rules {
		switch {
		case len(main) > 0 && r == main[0]:
			r.Slug = base
		case r.name != "":
			r.Slug = base + "." + r.name
		default:
			r.Slug = fmt.Sprintf("%s.%d", base, i+1)
		}
		if r.Part && r.ID == "" {
			r.ID = "part:" + f.Pack + "/" + r.Slug
		}
	}
}

// slugOf is a file's name without its ending.
func slugOf(name string) string {
	base := path.Base(name)
	return strings.TrimSuffix(base, path.Ext(base))
}

// SortProblems puts problems in the order of packs, files and lines.
func SortProblems(ps []Problem) {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Pack, b.Pack), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Path, b.Path))
	})
}
