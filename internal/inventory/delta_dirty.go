package inventory

import (
	"strings"
	"time"
)

// Part is what is read again: an object itself, where What is its kind, or what
// hangs on it: a relation around it, its factors.
type Part struct {
	Of   Ref
	What string
}

// Pair is one edge that is there, or is not.
type Pair struct {
	Edge  Edge
	There bool
	// Published is when the event was of which this is known; zero where it was read.
	Published time.Time
}

// ends names an edge without its id.
type ends struct {
	relation Relation
	from, to Ref
}

func (p Pair) ends() ends { return ends{p.Edge.Relation, p.Edge.From, p.Edge.To} }

// anchored is the part that tells of a pair when it is read.
func (p Pair) anchored() Part {
	if p.Edge.Relation.AnchoredFrom() {
		return Part{p.Edge.From, string(p.Edge.Relation)}
	}
	return Part{p.Edge.To, string(p.Edge.Relation)}
}

// Dirty is what events say may have changed.
type Dirty struct {
	Lists map[string]bool // collections to be read whole; has_role: the roles of all who have any
	Parts map[Part]bool
	// Pairs are edges that events tell of whole: the last that was said of each.
	Pairs map[ends]Pair
	// AppUsers are people whose having an app is asked for.
	AppUsers map[ends]bool
}

// NewDirty returns nothing.
func NewDirty() *Dirty {
	return &Dirty{Lists: map[string]bool{}, Parts: map[Part]bool{}, Pairs: map[ends]Pair{}, AppUsers: map[ends]bool{}}
}

// Empty reports whether nothing may have changed.
func (d *Dirty) Empty() bool { return len(d.Lists)+len(d.Parts)+len(d.Pairs)+len(d.AppUsers) == 0 }

func (d *Dirty) part(kind Kind, id, what string) {
	if id != "" {
		d.Parts[Part{Ref{kind, id}, what}] = true
	}
}

// pair takes what an event says of an edge: the newest holds, and of two that are
// as new and differ, none does.
func (d *Dirty) pair(p Pair) {
	was, before := d.Pairs[p.ends()]
	switch {
	case !before || p.Published.After(was.Published):
		d.Pairs[p.ends()] = p
	case p.Published.Equal(was.Published) && p.There != was.There:
		d.Parts[p.anchored()] = true
	}
}

func touchUser(e LogEvent, d *Dirty) { d.part(User, e.user(), string(User)) }

// touchPerson reads somebody's groups too: who is deactivated leaves groups, and who
// is made joins one, without a word of it. Roles end likewise.
func touchPerson(e LogEvent, d *Dirty) {
	touchUser(e, d)
	d.part(User, e.user(), string(MemberOf))
	if e.Type == "user.lifecycle.deactivate" {
		d.part(User, e.user(), string(HasRole))
	}
}

func touchFactors(e LogEvent, d *Dirty) { d.part(User, e.user(), string(Factor)) }

func touchGroup(e LogEvent, d *Dirty) { d.part(Group, e.group(), string(Group)) }

func touchApp(e LogEvent, d *Dirty) {
	d.part(App, e.app(), string(App))
	if strings.HasPrefix(e.Type, "application.lifecycle.") && strings.HasSuffix(e.Type, "activate") { // of whom it is, Okta says nothing then
		d.part(App, e.app(), string(Assigned))
	}
}

func touchGrants(e LogEvent, d *Dirty) { d.part(App, e.app(), string(GrantedScope)) }

func touchPush(e LogEvent, d *Dirty) { d.part(App, e.app(), string(PushesTo)) }

// touchRoles reads the roles of whom or what an event gave or took one.
func touchRoles(e LogEvent, d *Dirty) {
	d.part(Group, e.group(), string(HasRole))
	d.part(App, e.app(), string(HasRole))
	if e.group() == "" && e.app() == "" {
		d.part(User, e.user(), string(HasRole))
		d.part(User, e.user(), string(Factor))
	}
}

func touchMember(e LogEvent, d *Dirty) {
	there := strings.HasSuffix(e.Type, ".add")
	if e.user() == "" || e.group() == "" || !there && !strings.HasSuffix(e.Type, ".remove") {
		d.part(Group, e.group(), string(MemberOf))
		return
	}
	d.pair(Pair{Edge: Edge{Relation: MemberOf, From: Ref{User, e.user()}, To: Ref{Group, e.group()}}, There: there, Published: e.Published})
}

func touchGroupApp(e LogEvent, d *Dirty) {
	there := strings.HasSuffix(e.Type, ".add")
	if strings.HasSuffix(e.Type, ".update") {
		return
	}
	if e.app() == "" || e.group() == "" || !there && !strings.HasSuffix(e.Type, ".remove") {
		d.part(Group, e.group(), string(AssignedVia))
		return
	}
	d.pair(Pair{Edge: Edge{Relation: AssignedVia, From: Ref{Group, e.group()}, To: Ref{App, e.app()}}, There: there, Published: e.Published})
}

// touchAppUser asks whether somebody has an app: the event does not say whether it
// is directly or through a group.
func touchAppUser(e LogEvent, d *Dirty) {
	if e.user() == "" || e.app() == "" {
		d.part(App, e.app(), string(Assigned))
		return
	}
	d.AppUsers[ends{Assigned, Ref{User, e.user()}, Ref{App, e.app()}}] = true
}

// touchPolicy reads the policy that an event names, or all: rules are named without
// theirs, at times. Group rules are logged as rules of policies.
func touchPolicy(e LogEvent, d *Dirty) {
	if e.target("GroupRule") != "" {
		d.Lists[string(GroupRule)] = true
		return
	}
	named := false
	for _, t := range e.Targets {
		if t.ID != "" && (t.Type == "Policy" || t.Type == "PolicyEntity") {
			d.part(Policy, t.ID, string(Policy))
			named = true
		}
	}
	if !named {
		d.Lists[string(Policy)] = true
	}
}
