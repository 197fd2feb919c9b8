package draft

import (
	"errors"

	"go.yaml.in/yaml/v3"
)

// errExpanded says that aliases stand for more than a document may have.
var errExpanded = errors.New("it has aliases (*name) that stand for too much: write it out")

// expanded counts how much of a document there is once its aliases are written out,
// in bytes and parts. Each part is looked at once, however often an alias stands for
// it; -1 is one that is being looked at.
type expanded struct {
	sizes map[*yaml.Node]int
	most  int
}

// checkExpanded refuses a document of YAML that is small, and large once its aliases
// are written out: all that reads it further does so.
func checkExpanded(doc *yaml.Node) error {
	e := expanded{map[*yaml.Node]int{}, 2 * MaxDocument}
	_, err := e.size(doc, 0)
	return err
}

// maxNested bounds how deep parts are nested, aliases written out.
const maxNested = 1000

func (e expanded) size(n *yaml.Node, depth int) (int, error) {
	if known, ok := e.sizes[n]; ok {
		if known < 0 { // it stands in itself
			return 0, errExpanded
		}
		return known, nil
	}
	if depth > maxNested {
		return 0, errors.New("it is nested too deep")
	}
	e.sizes[n] = -1
	size := 1 + len(n.Value)
	parts := n.Content
	if n.Kind == yaml.AliasNode {
		size, parts = 1, []*yaml.Node{n.Alias}
	}
	for _, part := range parts {
		more, err := e.size(part, depth+1)
		if err != nil {
			return 0, err
		}
		if size += more; size > e.most {
			return 0, errExpanded
		}
	}
	e.sizes[n] = size
	return size, nil
}
