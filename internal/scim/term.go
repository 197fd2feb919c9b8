package scim

import (
	"slices"
	"strings"

	"sallyport/internal/scim/filter"
)

// Field is what a directory finds records by without looking at all of them.
type Field string

// The fields. Texts of userName, displayName and emails.value are compared
// folded, the others to the letter.
const (
	FieldID          Field = "id"
	FieldExternalID  Field = "externalId"
	FieldUserName    Field = "userName"     // users
	FieldDisplayName Field = "displayName"  // users and groups
	FieldEmail       Field = "emails.value" // users: one of the addresses
	FieldActive      Field = "active"       // users
	FieldMember      Field = "members"      // groups: the id of a member
)

// Term is an equality. Text is folded already where the field is.
type Term struct {
	Field Field
	Text  string
	Bool  bool // of FieldActive
}

// Matches reports whether a record, with its related ones, fulfils the term.
func (t Term) Matches(r Record) bool {
	switch t.Field {
	case FieldID:
		return r.ID == t.Text
	case FieldExternalID:
		return r.ExternalID() == t.Text
	case FieldUserName:
		return Fold(r.Name()) == t.Text
	case FieldDisplayName:
		return Fold(r.Document.Text("displayName")) == t.Text
	case FieldEmail:
		return slices.ContainsFunc(r.Emails(), func(s string) bool { return Fold(s) == t.Text })
	case FieldActive:
		return r.Active() == t.Bool
	case FieldMember:
		return slices.ContainsFunc(r.Related, func(m Related) bool { return m.ID == t.Text })
	default:
		return false
	}
}

// split returns what of a filter a directory can look up, and the rest of it,
// which is nil for none.
func split(kind Kind, e filter.Expr) ([]Term, filter.Expr) {
	if and, ok := e.(*filter.And); ok {
		var terms []Term
		var rest []filter.Expr
		for _, t := range and.Terms {
			found, left := split(kind, t)
			terms = append(terms, found...)
			if left != nil {
				rest = append(rest, left)
			}
		}
		switch len(rest) {
		case 0:
			return terms, nil
		case 1:
			return terms, rest[0]
		}
		return terms, &filter.And{Terms: rest}
	}
	if t, ok := term(kind, e); ok {
		return []Term{t}, nil
	}
	return nil, e
}

func term(kind Kind, e filter.Expr) (Term, bool) {
	c := equality(e)
	if c == nil {
		return Term{}, false
	}
	name := strings.ToLower(c.Path.String())
	if c.Path.URN != "" {
		var ok bool
		if name, ok = strings.CutPrefix(name, strings.ToLower(coreURN(kind))+":"); !ok {
			return Term{}, false
		}
	}
	field, ok := fieldOf(kind, name)
	if field == FieldActive {
		return active(c.Value)
	}
	s, isText := c.Value.(string)
	if !ok || !isText || s == "" {
		return Term{}, false
	}
	if field != FieldID && field != FieldExternalID && field != FieldMember {
		s = Fold(s)
	}
	return Term{Field: field, Text: s}, true
}

// fieldOf returns the field that a name in small letters is of a kind.
func fieldOf(kind Kind, name string) (Field, bool) {
	switch name {
	case "id":
		return FieldID, true
	case "externalid":
		return FieldExternalID, true
	case "displayname":
		return FieldDisplayName, true
	case "username":
		return FieldUserName, kind == User
	case "emails", "emails.value":
		return FieldEmail, kind == User
	case "active":
		if kind == User {
			return FieldActive, true
		}
	case "members", "members.value":
		return FieldMember, kind == Group
	}
	return "", false
}

// equality returns the comparison that a filter is, with members[value eq "x"]
// written as members.value eq "x"; or nil.
func equality(e filter.Expr) *filter.Compare {
	if h, ok := e.(*filter.Has); ok {
		c, ok := h.Path.Filter.(*filter.Compare)
		if !ok || c.Path.URN != "" || c.Path.Sub != "" {
			return nil
		}
		path := filter.Path{URN: h.Path.URN, Attr: h.Path.Attr, Sub: c.Path.Attr}
		return equality(&filter.Compare{Path: path, Op: c.Op, Value: c.Value})
	}
	c, ok := e.(*filter.Compare)
	if !ok || c.Op != filter.Equal || c.Path.Filter != nil {
		return nil
	}
	return c
}

// active reads a boolean, or the text that Entra ID writes for one. A user
// without the attribute is active, and compares so.
func active(v any) (Term, bool) {
	switch v := v.(type) {
	case bool:
		return Term{Field: FieldActive, Bool: v}, true
	case string:
		if yes := strings.EqualFold(v, "true"); yes || strings.EqualFold(v, "false") {
			return Term{Field: FieldActive, Bool: yes}, true
		}
	}
	return Term{}, false
}

// asksRelated reports whether a filter is about members or groups.
func asksRelated(e filter.Expr) bool {
	switch e := e.(type) {
	case *filter.And:
		return slices.ContainsFunc(e.Terms, asksRelated)
	case *filter.Or:
		return slices.ContainsFunc(e.Terms, asksRelated)
	case *filter.Not:
		return asksRelated(e.Term)
	case *filter.Has:
		return isRelated(e.Path)
	case *filter.Compare:
		return isRelated(e.Path)
	}
	return false
}

func isRelated(p filter.Path) bool {
	return strings.EqualFold(p.Attr, "members") || strings.EqualFold(p.Attr, "groups")
}
