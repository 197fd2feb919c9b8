package connector

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"sallyport/content"
	"sallyport/internal/connector/document"
)

// Folder is where connector files stand in a content folder.
const Folder = "connectors"

// Shelf holds connectors.
type Shelf struct{ byID map[string]*Connector }

// Load reads every connector file, connectors/NAME.yaml, of folders that are
// laid out like package content. A file of a later folder replaces one of the
// same name of an earlier folder. The error tells everything that is wrong,
// each with file and line.
func Load(folders ...fs.FS) (*Shelf, error) {
	s := &Shelf{byID: map[string]*Connector{}}
	var faults []error
	for _, folder := range folders {
		names, err := fs.Glob(folder, Folder+"/*.yaml")
		if err != nil {
			return nil, fmt.Errorf("list connectors: %w", err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, ".test.yaml") {
				continue
			}
			text, err := fs.ReadFile(folder, name)
			if err != nil {
				return nil, fmt.Errorf("read connectors: %w", err)
			}
			c, err := parse(name, text)
			if err != nil {
				faults = append(faults, err)
				continue
			}
			s.byID[c.ID] = c
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	if err := s.checkCards(); err != nil {
		return nil, err
	}
	return s, nil
}

// schema is what every file is checked against. It is compiled once.
var schema = sync.OnceValues(func() (*document.Schema, error) {
	text, err := fs.ReadFile(content.FS, Folder+"/schema.json")
	if err != nil {
		return nil, fmt.Errorf("read the schema of connectors: %w", err)
	}
	return document.ParseSchema(text)
})

// parse reads one connector file.
func parse(name string, text []byte) (*Connector, error) {
	d, err := document.Read(name, text)
	if err != nil {
		return nil, err
	}
	s, err := schema()
	if err != nil {
		return nil, err
	}
	if err := d.Check(s); err != nil {
		return nil, err
	}
	return compile(d)
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
