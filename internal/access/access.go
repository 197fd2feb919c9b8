// Package access answers who can reach what in an org, and how somebody
// becomes its super administrator.
//
// It reads an org from an [inventory.Reader] into a [Graph] of what controlling
// one thing gives: being a user gives membership of a group, that gives a role,
// that lets passwords of other people be reset. A step is there only when all
// of its preconditions hold and no rule of Okta's forbids it: see [Kinds] for
// the steps, and docs/access.md for the rules. All questions are asked of the
// graph: [Graph.Paths], [Graph.Ranked], [Graph.Blast], [Graph.App],
// [Graph.Person], [Graph.Privileges], [Graph.Without], [Graph.Cut], [Diff].
//
// What could not be seen is not taken for absent: answers carry [Gap]s.
package access

import (
	"cmp"
	"fmt"
	"time"

	"sallyport/internal/inventory"
)

// Kinds of nodes that are no entities of an org.
const (
	// Outside is somebody else's system, by its host name: one that serves keys
	// or hooks, another org, Okta's support.
	Outside inventory.Kind = "outside"
	// Binding is a role that is held over a part of the org only, by an id of
	// the role, "@" and what bounds it: a resource set, an assignment.
	Binding inventory.Kind = "binding"
)

// Aspect is what of an entity is controlled. Its text is stable: it is part of
// the API and of files.
type Aspect string

// The aspects.
const (
	// Itself is to act as the user, be in the group, use the app, hold the token
	// or the secret, run the identity provider or the agent's host, hold the role.
	Itself     Aspect = ""
	Config     Aspect = "config"     // may change the settings of the app
	Credential Aspect = "credential" // holds a key or the secret of the client
	Rights     Aspect = "rights"     // does what the client or integration may do
	Source     Aspect = "source"     // runs the directory or HR system that the app stands for
	Profiles   Aspect = "profiles"   // may write the profiles that come from the app
	Downstream Aspect = "downstream" // has accounts, groups or passwords in the app's own system
	Weakened   Aspect = "weakened"   // may weaken the policy

	// The rest are passed through on the way to many nodes at once, and are never
	// an end of a step: people whose password may be reset, groups whose members
	// may be changed, and so on.
	takeover   Aspect = "takeover"   // people without a role
	people     Aspect = "people"     // people, whatever they hold
	reactivate Aspect = "reactivate" // people who are switched off, and hold no role now
	members    Aspect = "members"    // groups without a role
	anyMembers Aspect = "any_members"
	rules      Aspect = "rules" // groups that rules may fill
	apps       Aspect = "apps"  // apps without a role
	anyApps    Aspect = "any_apps"
	secrets    Aspect = "secrets" // clients with a secret
	assign     Aspect = "assign"  // apps that people can be assigned to
	self       Aspect = "self"    // groups that somebody gets into by his own profile
	filled     Aspect = "filled"  // groups that rules fill by profiles
	everything Aspect = "everything"
)

// Aspects lists those that a step may begin or end at.
func Aspects() []Aspect {
	return []Aspect{Itself, Config, Credential, Rights, Source, Profiles, Downstream, Weakened}
}

// passed reports whether the aspect is never an end of a step.
func (a Aspect) passed() bool {
	switch a {
	case takeover, people, reactivate, members, anyMembers, rules, apps, anyApps, secrets, assign, self, filled, everything:
		return true
	default:
		return false
	}
}

// Node is something that somebody may control.
type Node struct {
	inventory.Ref
	Aspect Aspect `json:"aspect,omitempty"`
}

// String returns "kind/id", and "#aspect" where there is one.
func (n Node) String() string {
	if n.Aspect == Itself {
		return string(n.Kind) + "/" + n.ID
	}
	return string(n.Kind) + "/" + n.ID + "#" + string(n.Aspect)
}

// compareNodes orders nodes by kind, id and aspect.
func compareNodes(a, b Node) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Aspect, b.Aspect))
}

// Top is where all paths end: the role of super administrator.
func Top() Node { return nodeOf(inventory.Role, superAdmin) }

func nodeOf(k inventory.Kind, id string) Node { return Node{Ref: inventory.Ref{Kind: k, ID: id}} }

func (n Node) as(a Aspect) Node { return Node{Ref: n.Ref, Aspect: a} }

// whole is the org as far as it is passed through.
func whole(a Aspect) Node { return Node{Ref: inventory.Ref{Kind: inventory.Org, ID: "org"}, Aspect: a} }

// Confidence says how sure it is that a step works.
type Confidence uint8

// The confidences, the surest first.
const (
	High   Confidence = iota // documented, or in two sources
	Medium                   // in one source
	Low                      // needs a trial
)

// String returns H, M or L.
func (c Confidence) String() string { return [...]string{"H", "M", "L"}[min(c, Low)] }

// MarshalText writes H, M or L.
func (c Confidence) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads H, M or L.
func (c *Confidence) UnmarshalText(text []byte) error {
	for x := High; x <= Low; x++ {
		if x.String() == string(text) {
			*c = x
			return nil
		}
	}
	return fmt.Errorf("a confidence is H, M or L, not %q", text)
}

// Step is one move along a path.
type Step struct {
	Kind       EdgeKind   `json:"kind"`
	From       Node       `json:"from"`
	To         Node       `json:"to"`
	FromName   string     `json:"from_name"`
	ToName     string     `json:"to_name"`
	Confidence Confidence `json:"confidence"`
	// Why quotes the objects and fields that make the step possible.
	Why string `json:"why"`
	// Changes each take the step away.
	Changes []Change `json:"changes,omitempty"`
}

// Path leads from somebody to something.
type Path struct {
	Start      Node       `json:"start"`
	End        Node       `json:"end"`
	Steps      []Step     `json:"steps"`
	Confidence Confidence `json:"confidence"` // the least of its steps'
}

// Length is the number of steps.
func (p Path) Length() int { return len(p.Steps) }

// Do is a kind of change.
type Do string

// The kinds of changes.
const (
	Remove     Do = "remove"     // the relation between From and To
	Deactivate Do = "deactivate" // the entity
	Revoke     Do = "revoke"     // the entity: a token
	Edit       Do = "edit"       // the field of the entity
)

// Dos lists the kinds of changes.
func Dos() []Do { return []Do{Remove, Deactivate, Revoke, Edit} }

// Change is what would take a step away: the end of a relation, or a change of
// an entity. Two are the same when they are equal.
type Change struct {
	Do       Do                 `json:"do"`
	Relation inventory.Relation `json:"relation,omitempty"`
	From     inventory.Ref      `json:"from,omitzero"`
	To       inventory.Ref      `json:"to,omitzero"`
	ID       string             `json:"id,omitempty"` // of the edge, where its relation has ids
	Entity   inventory.Ref      `json:"entity,omitzero"`
	Field    string             `json:"field,omitempty"` // of the entity, dotted
}

// String says the change in words.
func (c Change) String() string {
	switch c.Do {
	case Remove:
		return fmt.Sprintf("remove %s from %s/%s to %s/%s", c.Relation, c.From.Kind, c.From.ID, c.To.Kind, c.To.ID)
	case Edit:
		return fmt.Sprintf("change %s of %s/%s", c.Field, c.Entity.Kind, c.Entity.ID)
	case "":
		return ""
	default:
		return fmt.Sprintf("%s %s/%s", c.Do, c.Entity.Kind, c.Entity.ID)
	}
}

func removal(r inventory.Relation, from, to inventory.Ref, id string) Change {
	return Change{Do: Remove, Relation: r, From: from, To: to, ID: id}
}

func edit(entity inventory.Ref, field string) Change {
	return Change{Do: Edit, Entity: entity, Field: field}
}

// Options of a graph.
type Options struct {
	// Now is the moment that ages are counted from; the zero value is the clock's.
	Now time.Time
	// Dormant is how long somebody has not signed in who is called dormant; 90
	// days if zero.
	Dormant time.Duration
}

func (o Options) filled() Options {
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	if o.Dormant == 0 {
		o.Dormant = 90 * 24 * time.Hour
	}
	return o
}
