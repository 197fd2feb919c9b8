package scim

import (
	"sallyport/internal/scim/document"
	"sallyport/internal/scim/fault"
	"sallyport/internal/scim/filter"
	"sallyport/internal/scim/schema"
	"sallyport/internal/value"
)

// takeMembers returns the members that a normalized document of a group names,
// and the document without them.
func takeMembers(doc *value.Object) (rest *value.Object, members []Member, err error) {
	members, err = readMembers(doc.At("members"))
	return doc.Without("members"), members, err
}

// readMembers reads a list of members, each once. The name of one is its
// display, or its displayName, as Entra ID calls it.
func readMembers(v any) ([]Member, error) {
	list, isList := v.([]any)
	if !isList && v != nil {
		list = []any{v}
	}
	members, seen := make([]Member, 0, len(list)), make(map[string]bool, len(list))
	for _, e := range list {
		var m Member
		switch e := e.(type) {
		case string:
			m.ID = e
		case *value.Object:
			_, id := document.Field(e, "value")
			m.ID, _ = id.(string)
			for _, name := range []string{"displayName", "display"} {
				if _, v := document.Field(e, name); v != nil {
					m.Display = value.String(v)
				}
			}
		}
		if m.ID == "" {
			return nil, fault.New(fault.InvalidValue, "a member is to be an object with the id of a user in its value")
		}
		if !seen[m.ID] {
			seen[m.ID] = true
			members = append(members, m)
		}
	}
	return members, nil
}

// splitMembers returns the operations that are about members, and the others.
func splitMembers(r *schema.Resource, ops []document.Operation) (members, rest []document.Operation) {
	for _, op := range ops {
		if at := r.Resolve(op.Path); at.Extension == "" && at.AttrName == "members" {
			members = append(members, op)
		} else {
			rest = append(rest, op)
		}
	}
	return members, rest
}

// asksMembers reports whether it takes the members that there are to tell whom
// the operations are about.
func asksMembers(ops []document.Operation) bool {
	for _, op := range ops {
		if _, byID := filteredIDs(op.Path.Filter); op.Path.Filter != nil && !byID {
			return true
		}
	}
	return false
}

// filteredIDs returns the ids that a filter of value eq "x", or several with or
// between them, asks for.
func filteredIDs(e filter.Expr) ([]string, bool) {
	if or, ok := e.(*filter.Or); ok {
		var ids []string
		for _, t := range or.Terms {
			more, ok := filteredIDs(t)
			if !ok {
				return nil, false
			}
			ids = append(ids, more...)
		}
		return ids, true
	}
	c, ok := e.(*filter.Compare)
	if !ok || c.Op != filter.Equal || Fold(c.Path.Attr) != "value" {
		return nil, false
	}
	id, ok := c.Value.(string)
	return []string{id}, ok
}

// roster is a delta in the making: operations one after the other, of which
// the last about a member counts.
type roster struct {
	attr    *schema.Attribute
	present func(match document.Predicate) []string // members before, by a filter
	clear   bool
	state   map[string]*Member // nil is removed
	order   []string
}

// membersDelta returns what operations about members come to. The current
// record has its members where asksMembers asks for them.
func (h *handler) membersDelta(ops []document.Operation, current Record) (Delta, error) {
	t := roster{attr: h.server.resources.group.Attribute("members"), state: map[string]*Member{}}
	t.present = func(match document.Predicate) []string {
		var ids []string
		for i, m := range h.related(current) {
			if match(m) {
				ids = append(ids, current.Related[i].ID)
			}
		}
		return ids
	}
	for _, op := range ops {
		if err := t.apply(op); err != nil {
			return Delta{}, err
		}
	}
	return t.delta(), nil
}

func (t *roster) apply(op document.Operation) error {
	if op.Path.Sub != "" || op.Path.Filter != nil && op.Op != document.Remove {
		return fault.New(fault.Mutability, "%s: members are added and removed, and not changed", op.Path)
	}
	if op.Path.Filter != nil {
		ids, err := t.matching(op.Path.Filter)
		for _, id := range ids {
			t.set(id, nil)
		}
		return err
	}
	members, err := readMembers(op.Value)
	if err != nil {
		return err
	}
	if op.Op == document.Replace || op.Op == document.Remove && op.Value == nil {
		t.clear = true
		clear(t.state)
	}
	for _, m := range members {
		if op.Op == document.Remove { // as Entra ID says it
			t.set(m.ID, nil)
		} else {
			t.set(m.ID, &m)
		}
	}
	return nil
}

// matching returns the members that a filter is about. Of those that were just
// added the id is known and no more.
func (t *roster) matching(e filter.Expr) ([]string, error) {
	if ids, ok := filteredIDs(e); ok {
		return ids, nil
	}
	match, err := document.CompileValues(t.attr, e)
	if err != nil {
		return nil, fault.New(fault.InvalidPath, "path: %v", err)
	}
	var ids []string
	if !t.clear {
		ids = t.present(match)
	}
	for id, added := range t.state {
		if added != nil && match(value.Map("value", id)) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (t *roster) set(id string, added *Member) {
	if _, there := t.state[id]; !there {
		t.order = append(t.order, id)
	}
	t.state[id] = added
}

func (t *roster) delta() Delta {
	d := Delta{Clear: t.clear}
	seen := make(map[string]bool, len(t.order))
	for _, id := range t.order {
		added, there := t.state[id]
		switch {
		case !there || seen[id]:
		case added != nil:
			d.Add = append(d.Add, *added)
		case !t.clear:
			d.Remove = append(d.Remove, id)
		}
		seen[id] = true
	}
	return d
}
