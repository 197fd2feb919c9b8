package sigma

import (
	"fmt"
	"slices"
	"strings"

	"sallyport/internal/detect/correlate"
)

// Names finds rules by what correlations and filters call them. The zero value
// is empty.
type Names struct {
	ids    map[string]string            // by Sigma's id and by the rule's own
	inFile map[string]map[string]string // by file and name
	names  map[string][]string          // by name, over all files
}

// Add makes a document known as the rule id. File is whatever tells files apart.
func (n *Names) Add(file, id string, d Document) {
	if n.ids == nil {
		n.ids, n.inFile, n.names = map[string]string{}, map[string]map[string]string{}, map[string][]string{}
	}
	m := d.Metadata()
	n.ids[strings.ToLower(id)] = id
	if m.ID != "" {
		n.ids[m.ID] = id
	}
	if m.Name == "" {
		return
	}
	if n.inFile[file] == nil {
		n.inFile[file] = map[string]string{}
	}
	n.inFile[file][m.Name] = id
	if !slices.Contains(n.names[m.Name], id) {
		n.names[m.Name] = append(n.names[m.Name], id)
	}
}

// Find returns the rule that a document of a file means: the one with that id,
// with that name in the same file, or with that name anywhere if there is only one.
func (n *Names) Find(file, ref string) (string, error) {
	if id, ok := n.ids[strings.ToLower(ref)]; ok {
		return id, nil
	}
	if id, ok := n.inFile[file][ref]; ok {
		return id, nil
	}
	switch found := n.names[ref]; len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", fmt.Errorf("there is no rule with the id or name %q; load it too, or put it into the same file", ref)
	default:
		return "", fmt.Errorf("%d rules have the name %q; refer to the one that is meant by its id", len(found), ref)
	}
}

// Spec is the correlation as it is counted, known as the rule id. Find returns
// the id of a rule that the correlation calls by its id or name.
func (c *Correlation) Spec(id string, find func(ref string) (string, error)) (*correlate.Spec, error) {
	s := c.spec(id)
	known := map[string]string{}
	for _, list := range [][]string{s.Rules, s.Without} {
		for i, ref := range list {
			rule, err := find(ref)
			if err != nil {
				return nil, &Error{Line: c.Line, Path: "correlation.rules", Msg: err.Error()}
			}
			list[i], known[ref] = rule, rule
		}
	}
	for _, name := range c.GroupBy {
		paths, ok := c.Aliases[name]
		if !ok {
			s.Group = append(s.Group, correlate.Field{Path: name})
			continue
		}
		field := correlate.Field{ByRule: map[string]string{}}
		for ref, path := range paths {
			rule, ok := known[ref]
			if !ok {
				var err error
				if rule, err = find(ref); err != nil {
					return nil, &Error{Line: c.Line, Path: "correlation.aliases." + name, Msg: err.Error()}
				}
			}
			field.ByRule[rule] = path
		}
		s.Group = append(s.Group, field)
	}
	if err := s.Validate(); err != nil {
		return nil, &Error{Line: c.Line, Path: "correlation", Msg: err.Error()}
	}
	return s, nil
}

// spec is the correlation with its rules as it calls them.
func (c *Correlation) spec(id string) *correlate.Spec {
	return &correlate.Spec{
		ID: id, Type: c.Type, Rules: slices.Clone(c.Rules), Without: slices.Clone(c.Without), Field: c.Field,
		Span: c.Timespan, Condition: c.Condition, Learning: c.Learning,
	}
}
