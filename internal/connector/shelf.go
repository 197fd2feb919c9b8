package connector

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"sallyport/content"
	"sallyport/internal/connector/document"
)

// Folder is where connector files stand in a content folder.
const Folder = "connectors"

// Shelf holds connectors.
type Shelf struct {
	byID map[string]*Connector
	owns *owns // nil: organizations make none
}

// Load reads every connector file of folders that are laid out like package
// content: connectors/NAME.yaml, and connectors/NAME.PART.yaml, which adds to
// it. A file of a later folder replaces one of the same name of an earlier
// folder; a NAME.yaml replaces the parts too. The error tells everything that
// is wrong, each with file and line.
func Load(folders ...fs.FS) (*Shelf, error) { return load(false, folders) }

// LoadSound is Load where the first folder is known to be right, as the one is that
// is built in: expressions of its connectors are compiled when they are first used.
func LoadSound(folders ...fs.FS) (*Shelf, error) { return load(true, folders) }

func load(sound bool, folders []fs.FS) (*Shelf, error) {
	own := map[string]bool{}                // connectors that a later folder replaces or adds
	files := map[string]map[string][]byte{} // by connector and name
	for i, folder := range folders {
		names, err := fs.Glob(folder, Folder+"/*.yaml")
		if err != nil {
			return nil, fmt.Errorf("list connectors: %w", err)
		}
		found := map[string]map[string][]byte{}
		for _, name := range names {
			if strings.HasSuffix(name, ".test.yaml") {
				continue
			}
			text, err := fs.ReadFile(folder, name)
			if err != nil {
				return nil, fmt.Errorf("read connectors: %w", err)
			}
			put(found, name, text)
		}
		for id := range found {
			own[id] = own[id] || i > 0
		}
		overlay(files, found)
	}
	s := &Shelf{byID: map[string]*Connector{}}
	var faults []error
	for _, id := range slices.Sorted(maps.Keys(files)) {
		c, err := parse(id, files[id], sound && !own[id])
		if err == nil && c.IsOwn() {
			err = fmt.Errorf("%s: the names of those that organizations make begin with %s", c.Origin, OwnPrefix)
		}
		if err != nil {
			faults = append(faults, err)
			continue
		}
		s.byID[c.ID] = c
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	if err := s.checkCards(); err != nil {
		return nil, err
	}
	return s, nil
}

// mainFile is the file that the parts of a connector add to.
func mainFile(id string) string { return Folder + "/" + id + ".yaml" }

func put(files map[string]map[string][]byte, name string, text []byte) {
	id, _, _ := strings.Cut(path.Base(name), ".")
	if files[id] == nil {
		files[id] = map[string][]byte{}
	}
	files[id][name] = text
}

// overlay puts the files of a later folder over those of earlier ones.
func overlay(files, found map[string]map[string][]byte) {
	for id, texts := range found {
		if _, whole := texts[mainFile(id)]; whole {
			delete(files, id)
		}
		for name, text := range texts {
			put(files, name, text)
		}
	}
}

// schema is what every file is checked against. It is compiled once.
var schema = sync.OnceValues(func() (*document.Schema, error) {
	text, err := fs.ReadFile(content.FS, Folder+"/schema.json")
	if err != nil {
		return nil, fmt.Errorf("read the schema of connectors: %w", err)
	}
	return document.ParseSchema(text)
})

// parse reads the files of one connector.
func parse(id string, texts map[string][]byte, sound bool) (*Connector, error) {
	var docs []*document.Document
	var faults []error
	names := slices.Sorted(maps.Keys(texts))
	if i := slices.Index(names, mainFile(id)); i > 0 {
		names = append([]string{mainFile(id)}, slices.Delete(names, i, i+1)...)
	}
	for _, name := range names {
		d, err := read(name, texts[name])
		if d != nil {
			d.Sound = sound
		}
		faults = append(faults, err)
		docs = append(docs, d)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return compile(id, docs)
}

// read reads one file, and checks it against the schema.
func read(name string, text []byte) (*document.Document, error) {
	d, err := document.Read(name, text)
	if err != nil {
		return nil, err
	}
	s, err := schema()
	if err != nil {
		return nil, err
	}
	return d, d.Check(s)
}

// Get returns the connector of an ID.
func (s *Shelf) Get(id string) (*Connector, bool) {
	c, ok := s.byID[id]
	return c, ok
}

// All returns the connectors, in order of their IDs.
func (s *Shelf) All() []*Connector {
	all := make([]*Connector, 0, len(s.byID))
	for _, id := range slices.Sorted(maps.Keys(s.byID)) {
		all = append(all, s.byID[id])
	}
	return all
}
