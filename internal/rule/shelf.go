package rule

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"sallyport/content"
	"sallyport/internal/detect"
	"sallyport/internal/detect/sigma"
)

// Own is the name of the pack that is built in.
const Own = "sallyport"

// Folder is where the built-in rules stand in package content.
const Folder = "rules"

// CasesSuffix is how the names of files with cases end; they stand beside their
// rules.
const CasesSuffix = ".test.yaml"

// The bounds of a source. A checkout of SigmaHQ has about 4,000 files.
const (
	maxFile  = 1 << 20
	maxFiles = 20_000
)

// Source is a tree of files with rules: a pack.
type Source struct {
	Name string // of the pack
	FS   fs.FS
	// Placeholders are the values of %name% and {name} in its rules: patterns
	// with wildcards, as in a rule.
	Placeholders map[string][]string
}

// BuiltIn returns the pack that is built in.
func BuiltIn() (Source, error) {
	sub, err := fs.Sub(content.FS, Folder)
	if err != nil {
		return Source{}, fmt.Errorf("open the built-in rules: %w", err)
	}
	return Source{Name: Own, FS: sub}, nil
}

// Read reads every file of a source that ends in .yml or .yaml, in the order of
// their names. Folders and files whose names begin with a dot, links, and cases
// are passed over.
func (s Source) Read() ([]File, error) {
	var files []File
	err := fs.WalkDir(s.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if hidden := strings.HasPrefix(d.Name(), ".") && name != "."; hidden || !d.Type().IsRegular() {
			if hidden && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if ext := path.Ext(name); ext != ".yml" && ext != ".yaml" || strings.HasSuffix(name, CasesSuffix) {
			return nil
		}
		if len(files) == maxFiles {
			return fmt.Errorf("there are more than %d files", maxFiles)
		}
		f, err := s.file(name, d)
		files = append(files, f)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read rules of %s: %w", s.Name, err)
	}
	return files, nil
}

func (s Source) file(name string, d fs.DirEntry) (File, error) {
	info, err := d.Info()
	if err != nil {
		return File{}, err
	}
	if info.Size() > maxFile {
		f := File{Pack: s.Name, Name: name}
		f.problem(1, "", "the file is larger than a megabyte")
		return f, nil
	}
	text, err := fs.ReadFile(s.FS, name)
	if err != nil {
		return File{}, err
	}
	return parse(s.Name, name, text, sigma.Options{Placeholders: s.Placeholders}), nil
}

// Shelf holds the rules of packs, whose correlations know the rules they refer
// to.
type Shelf struct {
	rules []*Rule
	byKey map[string]*Rule
	byID  map[string]*Rule
}

// Report says what became of files.
type Report struct {
	Files    int // that hold rules about Okta, or should
	Foreign  int // that hold something else
	Rules    int // that make hits
	Problems []Problem
}

// Load reads packs into a shelf. What cannot be used is in the report; the
// error is of what cannot be read at all.
func Load(sources ...Source) (*Shelf, Report, error) {
	var files []File
	for _, s := range sources {
		read, err := s.Read()
		if err != nil {
			return nil, Report{}, err
		}
		files = append(files, read...)
	}
	s, r := NewShelf(files...)
	return s, r, nil
}

// NewShelf puts what was read on a shelf. Of two rules with one id the first
// stays. The files are not changed, and may go on more than one shelf.
func NewShelf(files ...File) (*Shelf, Report) {
	s := &Shelf{byKey: map[string]*Rule{}, byID: map[string]*Rule{}}
	var r Report
	var filters []*sigma.Filter
	for _, f := range files {
		if f.Foreign {
			r.Foreign++
			continue
		}
		r.Files++
		r.Problems = append(r.Problems, f.Problems...)
		filters = append(filters, f.filters...)
		for _, x := range f.Rules {
			if twin := s.twin(x); twin != nil {
				r.Problems = append(r.Problems, Problem{Pack: x.Pack, File: x.File, Line: x.Line, Path: "id", Message: fmt.Sprintf("%s has the same id or name", twin.Key())})
				continue
			}
			s.put(x)
		}
	}
	r.Problems = append(r.Problems, s.resolve()...)
	for _, f := range filters {
		s.filter(f)
	}
	for _, x := range s.rules {
		if !x.Part {
			r.Rules++
		}
	}
	SortProblems(r.Problems)
	return s, r
}

func (s *Shelf) twin(r *Rule) *Rule {
	if r.ID != "" && s.byID[r.ID] != nil {
		return s.byID[r.ID]
	}
	return s.byKey[r.Key()]
}

func (s *Shelf) put(r *Rule) {
	own := *r
	if own.ID == "" { // Sigma wants none; what keeps alerts together has to have one
		own.ID = own.Key()
	}
	s.rules = append(s.rules, &own)
	s.byKey[own.Key()] = &own
	s.byID[own.ID] = &own
}

// resolve finds the rules that correlations refer to: by name in the same file,
// by id anywhere, by name in the same pack, by name anywhere. A correlation that
// misses one, or that cannot count, is taken off the shelf.
func (s *Shelf) resolve() []Problem {
	var problems []Problem
	for again := true; again; {
		again = false
		for _, c := range s.correlations() {
			if missing := s.bind(c); len(missing) > 0 {
				problems = append(problems, s.drop(c, "there is no rule "+strings.Join(missing, ", ")))
				again = true // others may refer to this one
			}
		}
		if again {
			continue
		}
		for _, c := range s.correlations() {
			if _, err := NewBook([]*Rule{c}); err != nil {
				problems = append(problems, s.drop(c, err.Error()))
				again = true
				break
			}
		}
	}
	return problems
}

func (s *Shelf) correlations() []*Rule {
	return slices.DeleteFunc(slices.Clone(s.rules), func(r *Rule) bool { return r.correlation == nil })
}

func (s *Shelf) bind(c *Rule) (missing []string) {
	c.refs, c.without = nil, nil
	find := func(names []string) (found []*Rule) {
		for _, name := range names {
			if r := s.referred(c, name); r != nil {
				found = append(found, r)
			} else {
				missing = append(missing, name)
			}
		}
		return found
	}
	c.refs, c.without = find(c.correlation.Rules), find(c.correlation.Without)
	return missing
}

func (s *Shelf) referred(c *Rule, name string) *Rule {
	var best *Rule
	rank := 0
	for _, r := range s.rules {
		if r == c {
			continue
		}
		is := 0
		switch {
		case r.name == name && r.Pack == c.Pack && r.File == c.File:
			is = 4
		case strings.EqualFold(r.ID, name):
			is = 3
		case r.name == name && r.Pack == c.Pack:
			is = 2
		case r.name == name:
			is = 1
		}
		if is > rank {
			best, rank = r, is
		}
	}
	return best
}

// drop takes a correlation off the shelf, and says why.
func (s *Shelf) drop(r *Rule, why string) Problem {
	s.rules = slices.DeleteFunc(s.rules, func(x *Rule) bool { return x == r })
	delete(s.byKey, r.Key())
	delete(s.byID, r.ID)
	return Problem{Pack: r.Pack, File: r.File, Line: r.Line, Path: "correlation.rules", Message: why}
}

// filter adds the condition of a filter to the rules that it names, which are
// those of its log source.
func (s *Shelf) filter(f *sigma.Filter) {
	for _, r := range s.rules {
		if r.Expr == nil {
			continue
		}
		if of, _ := productOf(f.LogSource.Product); f.LogSource.Product != "" && of != r.Product {
			continue
		}
		if f.Any || slices.ContainsFunc(f.Rules, func(name string) bool { return name == r.name || strings.EqualFold(name, r.ID) }) {
			r.Expr = detect.And{r.Expr, f.Expr}
		}
	}
}

// All returns the rules that make hits, by pack and slug.
func (s *Shelf) All() []*Rule {
	all := slices.DeleteFunc(slices.Clone(s.rules), func(r *Rule) bool { return r.Part })
	slices.SortFunc(all, func(a, b *Rule) int { return cmp.Or(cmp.Compare(a.Pack, b.Pack), cmp.Compare(a.Slug, b.Slug)) })
	return all
}

// With returns the rules of a pack by their slugs, those too that only feed
// correlations.
func (s *Shelf) With(pack string) []*Rule {
	all := slices.DeleteFunc(slices.Clone(s.rules), func(r *Rule) bool { return r.Pack != pack })
	slices.SortFunc(all, func(a, b *Rule) int { return cmp.Compare(a.Slug, b.Slug) })
	return all
}

// Get returns a rule by its id, or by its pack and slug as [Rule.Key] writes
// them.
func (s *Shelf) Get(name string) (*Rule, bool) {
	if r, ok := s.byID[name]; ok {
		return r, true
	}
	r, ok := s.byKey[name]
	return r, ok
}
