package inventory

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"sallyport/internal/errs"
	"sallyport/internal/okta"
)

// World is an org in memory. It is a [Reader]; what it does not hold is seen to
// be nothing, unless it is said to be unseen.
type World struct {
	entities map[Kind][]Entity
	edges    map[Relation][]Edge
	sights   map[string]Sight
}

// NewWorld returns an org of which all is seen, and nothing there.
func NewWorld() *World {
	w := &World{entities: map[Kind][]Entity{}, edges: map[Relation][]Edge{}, sights: map[string]Sight{}}
	for _, name := range Collections() {
		w.sights[name] = Sight{Visible: okta.Full}
	}
	return w
}

// Add puts entities into the world, in place of those of the same kind and id.
func (w *World) Add(entities ...Entity) {
	for _, e := range entities {
		at, there := slices.BinarySearchFunc(w.entities[e.Kind], e.ID, func(x Entity, id string) int { return cmp.Compare(x.ID, id) })
		if there {
			w.entities[e.Kind][at] = e
			continue
		}
		w.entities[e.Kind] = slices.Insert(w.entities[e.Kind], at, e)
	}
}

// Link puts edges into the world, in place of those of the same ends and id.
func (w *World) Link(edges ...Edge) {
	for _, e := range edges {
		at, there := slices.BinarySearchFunc(w.edges[e.Relation], e, CompareEdges)
		if there {
			w.edges[e.Relation][at] = e
			continue
		}
		w.edges[e.Relation] = slices.Insert(w.edges[e.Relation], at, e)
	}
}

// See says how much is seen of a collection.
func (w *World) See(collection string, s Sight) { w.sights[collection] = s }

// CompareEdges orders the edges of a relation as a [Reader] gives them.
func CompareEdges(a, b Edge) int {
	return cmp.Or(
		cmp.Compare(a.From.Kind, b.From.Kind), cmp.Compare(a.From.ID, b.From.ID),
		cmp.Compare(a.To.Kind, b.To.Kind), cmp.Compare(a.To.ID, b.To.ID), cmp.Compare(a.ID, b.ID),
	)
}

// Entities implements [Reader].
func (w *World) Entities(_ context.Context, kind Kind, each func(Entity) error) error {
	for _, e := range w.entities[kind] {
		if err := each(e); err != nil {
			return err
		}
	}
	return nil
}

// Edges implements [Reader].
func (w *World) Edges(_ context.Context, relation Relation, each func(Edge) error) error {
	for _, e := range w.edges[relation] {
		if err := each(e); err != nil {
			return err
		}
	}
	return nil
}

// Sights implements [Reader].
func (w *World) Sights(context.Context) (map[string]Sight, error) { return maps.Clone(w.sights), nil }

// worldFile is a world written down.
type worldFile struct {
	// Entities are Okta's objects by kind. Each needs an id.
	Entities map[Kind][]map[string]any `yaml:"entities"`
	// Edges are relations by kind: [from, to], or from and to with an id and a body.
	Edges map[Relation][]edgeFile `yaml:"edges"`
	// Unseen are collections that the credential may not see; Absent those that
	// the org does not have.
	Unseen []string `yaml:"unseen"`
	Absent []string `yaml:"absent"`
}

type edgeFile struct {
	From, To, ID string
	Body         map[string]any
}

// UnmarshalYAML takes the short form as well.
func (e *edgeFile) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.SequenceNode {
		var ends []string
		if err := n.Decode(&ends); err != nil {
			return err //nolint:wrapcheck // it says the line
		}
		if len(ends) != 2 {
			return fmt.Errorf("line %d: an edge is [from, to], not %d names", n.Line, len(ends))
		}
		e.From, e.To = ends[0], ends[1]
		return nil
	}
	var long struct {
		From string         `yaml:"from"`
		To   string         `yaml:"to"`
		ID   string         `yaml:"id"`
		Body map[string]any `yaml:"body"`
	}
	if err := n.Decode(&long); err != nil {
		return err //nolint:wrapcheck // it says the line
	}
	*e = edgeFile(long)
	return nil
}

// DecodeWorld makes a world of a YAML node, as the cases of checks hold it. Ends
// of edges are "kind/id"; the kind may be left out where the relation has but one.
func DecodeWorld(n *yaml.Node) (*World, error) {
	var in worldFile
	if n.Kind != 0 {
		if err := n.Decode(&in); err != nil {
			return nil, errs.Wrap(errs.Invalid, err, "read a world")
		}
	}
	w := NewWorld()
	if err := w.fill(in); err != nil {
		return nil, err
	}
	for _, list := range []struct {
		names   []string
		visible okta.Visible
	}{{in.Unseen, okta.Denied}, {in.Absent, okta.Absent}} {
		for _, name := range list.names {
			if _, ok := w.sights[name]; !ok {
				return nil, errs.New(errs.Invalid, "there is no collection %q", name)
			}
			w.See(name, Sight{Visible: list.visible})
		}
	}
	return w, nil
}

// ParseWorld makes a world of a YAML text; see [DecodeWorld].
func ParseWorld(text []byte) (*World, error) {
	var n yaml.Node
	if err := yaml.Unmarshal(text, &n); err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "read a world")
	}
	return DecodeWorld(&n)
}

func (w *World) fill(in worldFile) error {
	for kind, list := range in.Entities {
		if !kind.Valid() {
			return errs.New(errs.Invalid, "there is no kind of entity %q", kind)
		}
		for i, body := range list {
			id, _ := body["id"].(string)
			if id == "" {
				return errs.New(errs.Invalid, "%s %d has no id", kind, i+1)
			}
			text, err := json.Marshal(body)
			if err != nil {
				return errs.Wrap(errs.Invalid, err, "%s %s", kind, id)
			}
			w.Add(Entity{Ref: Ref{Kind: kind, ID: id}, Name: NameOf(kind, text), Body: text})
		}
	}
	for relation, list := range in.Edges {
		if !relation.Valid() {
			return errs.New(errs.Invalid, "there is no relation %q", relation)
		}
		for _, e := range list {
			edge, err := e.edge(relation)
			if err != nil {
				return err
			}
			w.Link(edge)
		}
	}
	return nil
}

func (e edgeFile) edge(r Relation) (Edge, error) {
	from, to := r.ends()
	out := Edge{Relation: r, ID: e.ID}
	var err error
	if out.From, err = parseRef(e.From, from); err != nil {
		return Edge{}, errs.Wrap(errs.Invalid, err, "%s from", r)
	}
	if out.To, err = parseRef(e.To, to); err != nil {
		return Edge{}, errs.Wrap(errs.Invalid, err, "%s to", r)
	}
	if e.Body != nil {
		if out.Body, err = json.Marshal(e.Body); err != nil {
			return Edge{}, errs.Wrap(errs.Invalid, err, "%s from %s", r, e.From)
		}
	}
	return out, nil
}

// ends returns the kinds that an edge of the relation is between; the first of
// each is meant where a name says none.
func (r Relation) ends() (from, to []Kind) {
	switch r {
	case MemberOf:
		return []Kind{User}, []Kind{Group}
	case Assigned:
		return []Kind{User}, []Kind{App}
	case AssignedVia, PushesTo:
		return []Kind{Group}, []Kind{App}
	case HasRole:
		return []Kind{User, Group, App}, []Kind{Role, CustomRole}
	case GrantedScope:
		return []Kind{App}, []Kind{Scope}
	case Owns:
		return []Kind{User, Group}, []Kind{Group}
	case UsesDevice:
		return []Kind{User}, []Kind{Device}
	case Holds:
		return []Kind{Auth0User}, []Kind{Auth0Role}
	}
	return nil, nil
}

func parseRef(text string, kinds []Kind) (Ref, error) {
	kind, id, ok := strings.Cut(text, "/")
	if !ok {
		kind, id = string(kinds[0]), text
	}
	if !slices.Contains(kinds, Kind(kind)) || id == "" {
		return Ref{}, fmt.Errorf("%q is not one of %v by its id", text, kinds)
	}
	return Ref{Kind: Kind(kind), ID: id}, nil
}

// NameOf returns what people call an entity, from its body.
func NameOf(kind Kind, body json.RawMessage) string {
	var b struct {
		Name, Label, Login, Title, DisplayName, CompanyName string
		Profile                                             struct{ Login, Name, DisplayName string }

		// Those of Auth0.
		Email, Username string
		PhoneNumber     string `json:"phone_number"`
		UserID          string `json:"user_id"`
		Shown           string `json:"display_name"`
	}
	if json.Unmarshal(body, &b) != nil {
		return ""
	}
	switch kind {
	case User:
		return cmp.Or(b.Profile.Login, b.Login)
	case App, CustomRole, ResourceSet:
		return cmp.Or(b.Label, b.Name)
	case Org:
		return b.CompanyName
	case Auth0User:
		return cmp.Or(b.Email, b.Username, b.PhoneNumber, b.Name, b.UserID)
	case Auth0Organization, Auth0Connection:
		return cmp.Or(b.Shown, b.Name)
	default:
		return cmp.Or(b.Name, b.Profile.Name, b.Profile.DisplayName, b.DisplayName, b.Label, b.Title)
	}
}
