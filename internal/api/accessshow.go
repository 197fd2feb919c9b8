package api

import (
	"sallyport/internal/access"
	"sallyport/internal/inventory"
)

// AccessNode is something of an Okta org that somebody may control.
type AccessNode struct {
	Kind   inventory.Kind `json:"kind"`
	ID     string         `json:"id" doc:"as Okta gives it; of role the type of the role, of outside the host name"`
	Aspect access.Aspect  `json:"aspect,omitempty" doc:"what of it is controlled; not there where it is the thing itself"`
	Name   string         `json:"name"`
}

// AccessStep is one move along a path.
type AccessStep struct {
	Kind       access.EdgeKind `json:"kind"`
	Number     int             `json:"number,omitempty" doc:"in the catalogue of steps; not there for what the org says by itself"`
	From       AccessNode      `json:"from"`
	To         AccessNode      `json:"to"`
	Why        string          `json:"why" doc:"the objects and fields that make it possible"`
	Confidence string          `json:"confidence" enum:"H,M,L" doc:"how sure it is that it works"`
	Changes    []AccessChange  `json:"changes" doc:"each of which takes it away; none where nothing does"`
	Remedy     string          `json:"remedy,omitempty" doc:"what takes steps of the kind away, in words"`
}

// AccessChange is something that could be changed in an Okta org.
type AccessChange struct {
	Do       access.Do          `json:"do"`
	Relation inventory.Relation `json:"relation,omitempty" doc:"that is removed"`
	From     *EntityRef         `json:"from,omitempty" doc:"where the relation begins"`
	To       *EntityRef         `json:"to,omitempty" doc:"where it ends"`
	ID       string             `json:"id,omitempty" max:"200" doc:"of the assignment or grant; of all between the two where nothing is said"`
	Entity   *EntityRef         `json:"entity,omitempty" doc:"that is deactivated, revoked or edited"`
	Field    string             `json:"field,omitempty" max:"200" doc:"that is edited, dotted"`
	Text     string             `json:"text,omitempty" doc:"all of it in words; it is not read"`
}

// AccessPath leads from somebody to something.
type AccessPath struct {
	Start      AccessNode   `json:"start"`
	End        AccessNode   `json:"end"`
	Steps      []AccessStep `json:"steps"`
	Confidence string       `json:"confidence" enum:"H,M,L" doc:"the least of its steps'"`
}

// AccessGap is something that was not seen, and what is not known for it.
type AccessGap struct {
	Collection string `json:"collection"`
	Said       string `json:"said,omitempty" doc:"why it was not seen"`
	Means      string `json:"means"`
}

func accessGaps(gaps []access.Gap) []AccessGap {
	return each(gaps, func(g access.Gap) AccessGap { return AccessGap(g) })
}

// accessShower shows what a graph answers, with names and the catalogue.
type accessShower struct {
	graph *access.Graph
	kinds map[access.EdgeKind]access.KindOf
}

func showAccess(g *access.Graph) accessShower {
	s := accessShower{g, map[access.EdgeKind]access.KindOf{}}
	for _, k := range access.Kinds() {
		s.kinds[k.Kind] = k
	}
	return s
}

func (s accessShower) node(n access.Node) AccessNode {
	return AccessNode{n.Kind, n.ID, n.Aspect, s.graph.Name(n)}
}

func (s accessShower) ref(r inventory.Ref) EntityRef {
	return EntityRef{r.Kind, r.ID, s.graph.Name(access.Node{Ref: r})}
}

func (s accessShower) path(p access.Path) AccessPath {
	return AccessPath{s.node(p.Start), s.node(p.End), each(p.Steps, s.step), p.Confidence.String()}
}

func (s accessShower) step(x access.Step) AccessStep {
	kind := s.kinds[x.Kind]
	return AccessStep{
		Kind: x.Kind, Number: kind.Number, From: AccessNode{x.From.Kind, x.From.ID, x.From.Aspect, x.FromName}, To: AccessNode{x.To.Kind, x.To.ID, x.To.Aspect, x.ToName},
		Why: x.Why, Confidence: x.Confidence.String(), Changes: each(x.Changes, s.change), Remedy: kind.Remedy,
	}
}

func (s accessShower) change(c access.Change) AccessChange {
	ref := func(r inventory.Ref) *EntityRef {
		if r == (inventory.Ref{}) {
			return nil
		}
		shown := s.ref(r)
		return &shown
	}
	return AccessChange{Do: c.Do, Relation: c.Relation, From: ref(c.From), To: ref(c.To), ID: c.ID, Entity: ref(c.Entity), Field: c.Field, Text: c.String()}
}

// made returns the change that is meant by one that somebody writes.
func (c AccessChange) made() access.Change {
	ref := func(r *EntityRef) inventory.Ref {
		if r == nil {
			return inventory.Ref{}
		}
		return inventory.Ref{Kind: r.Kind, ID: r.ID}
	}
	return access.Change{Do: c.Do, Relation: c.Relation, From: ref(c.From), To: ref(c.To), ID: c.ID, Entity: ref(c.Entity), Field: c.Field}
}

// AccessGroupWay is a group by which people get something, and why they are in it.
type AccessGroupWay struct {
	Group   EntityRef   `json:"group"`
	Members int         `json:"members"`
	Rules   []EntityRef `json:"rules" doc:"group rules that fill it"`
	Source  *EntityRef  `json:"source,omitempty" doc:"the app that its members come from"`
}

func (s accessShower) way(w access.GroupWay) AccessGroupWay {
	out := AccessGroupWay{EntityRef{w.Group.Kind, w.Group.ID, w.Name}, w.Members, each(w.Rules, func(id string) EntityRef {
		return s.ref(inventory.Ref{Kind: inventory.GroupRule, ID: id})
	}), nil}
	if w.Source != "" {
		source := s.ref(inventory.Ref{Kind: inventory.App, ID: w.Source})
		out.Source = &source
	}
	return out
}

// AccessKind is a kind of step, and when it is there.
type AccessKind struct {
	Kind          access.EdgeKind `json:"kind"`
	Number        int             `json:"number,omitempty" doc:"not there for what the org says by itself"`
	Preconditions []string        `json:"preconditions" doc:"all must hold"`
	Result        string          `json:"result" doc:"what it gives"`
	Confidence    string          `json:"confidence" enum:"H,M,L"`
	Source        string          `json:"source" doc:"where it is known from"`
	Remedy        string          `json:"remedy" doc:"what takes it away"`
	Informational bool            `json:"informational" doc:"it is shown, and no path goes by it"`
}

func showAccessKind(k access.KindOf) AccessKind {
	return AccessKind{k.Kind, k.Number, k.Preconditions, k.Result, k.Confidence.String(), k.Source, k.Remedy, k.Informational}
}
