// Package schema says what SCIM resources are made of: the attributes of users
// and groups (RFC 7643 sections 4 and 8.7), how each compares and who may write
// it, and the discovery documents that tell clients so.
package schema

import (
	"slices"
	"strings"

	"sallyport/internal/scim/filter"
)

// The names of schemas.
const (
	UserURN       = "urn:ietf:params:scim:schemas:core:2.0:User"
	GroupURN      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	EnterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
)

// Type is the type of an attribute (RFC 7643 section 2.3).
type Type string

// The types.
const (
	String    Type = "string"
	Boolean   Type = "boolean"
	Integer   Type = "integer"
	DateTime  Type = "dateTime"
	Binary    Type = "binary"
	Reference Type = "reference"
	Complex   Type = "complex"
)

// Mutability says who writes an attribute and when.
type Mutability string

// The mutabilities.
const (
	ReadWrite Mutability = "readWrite"
	ReadOnly  Mutability = "readOnly"
	Immutable Mutability = "immutable"
	WriteOnly Mutability = "writeOnly"
)

// Returned says when an attribute is part of an answer.
type Returned string

// The rules of what is returned.
const (
	Always  Returned = "always"
	Default Returned = "default"
	Request Returned = "request"
	Never   Returned = "never"
)

// Attribute is one attribute of a schema (RFC 7643 section 7).
type Attribute struct {
	Name        string
	Type        Type
	Multi       bool
	Description string
	Required    bool
	CaseExact   bool
	Mutability  Mutability
	Returned    Returned
	Uniqueness  string   // none, server
	Canonical   []string // the values that are usual
	References  []string // what a reference may point at
	Sub         []Attribute
}

// Lookup returns the sub-attribute of a name in any letter case.
func (a *Attribute) Lookup(name string) *Attribute {
	if a == nil {
		return nil
	}
	return lookup(a.Sub, name)
}

func lookup(list []Attribute, name string) *Attribute {
	for i := range list {
		if strings.EqualFold(list[i].Name, name) {
			return &list[i]
		}
	}
	return nil
}

// Schema is a set of attributes with a name.
type Schema struct {
	ID          string
	Name        string
	Description string
	Attributes  []Attribute
}

// Resource is a type of resource: its core schema, and those that extend it.
type Resource struct {
	Name        string // User
	Endpoint    string // Users
	Description string
	Core        Schema
	Extensions  []Schema
	common      []Attribute
	byName      map[string]*Attribute // of the core and what all resources share; as written, and in small letters
}

// Place is what a path means in a resource. Attr and Sub are nil for names that
// no schema knows; the names are then as they were written.
type Place struct {
	Extension string // the URN of the schema that is not the core, or none
	Known     bool   // the schema is one of the resource's
	Attr      *Attribute
	Sub       *Attribute
	AttrName  string // none where the whole extension is meant
	SubName   string
}

// Leaf returns the attribute that the place ends at, or nil.
func (p Place) Leaf() *Attribute {
	if p.SubName != "" {
		return p.Sub
	}
	return p.Attr
}

// index prepares look-ups.
func (r *Resource) index() *Resource {
	r.common = common()
	r.byName = make(map[string]*Attribute, len(r.Core.Attributes)+len(r.common))
	for _, list := range [][]Attribute{r.common, r.Core.Attributes} {
		for i := range list {
			r.byName[list[i].Name] = &list[i]
			r.byName[strings.ToLower(list[i].Name)] = &list[i]
		}
	}
	return r
}

// Attribute returns the attribute of the core, or one that all resources have,
// by its name in any letter case; or nil.
func (r *Resource) Attribute(name string) *Attribute {
	if a, ok := r.byName[name]; ok {
		return a
	}
	return r.byName[strings.ToLower(name)]
}

// Extension returns the schema of a URN in any letter case that extends the
// resource, or nil.
func (r *Resource) Extension(urn string) *Schema {
	i := slices.IndexFunc(r.Extensions, func(s Schema) bool { return strings.EqualFold(s.ID, urn) })
	if i < 0 {
		return nil
	}
	return &r.Extensions[i]
}

// Resolve returns what a path means. Its filter does not count.
func (r *Resource) Resolve(p filter.Path) Place {
	if p.URN == "" || strings.EqualFold(p.URN, r.Core.ID) {
		attr := r.Attribute(p.Attr)
		return place(Place{Known: true, Attr: attr}, p)
	}
	whole := p.URN + ":" + p.Attr
	if p.Sub != "" {
		whole += "." + p.Sub
	}
	if strings.EqualFold(whole, r.Core.ID) {
		return Place{Known: true}
	}
	if s := r.Extension(whole); s != nil {
		return Place{Extension: s.ID, Known: true}
	}
	if s := r.Extension(p.URN); s != nil {
		return place(Place{Extension: s.ID, Known: true, Attr: lookup(s.Attributes, p.Attr)}, p)
	}
	return place(Place{Extension: p.URN}, p)
}

// place fills in the names: those of the schema where it knows them.
func place(at Place, p filter.Path) Place {
	at.AttrName, at.SubName = p.Attr, p.Sub
	if at.Attr != nil {
		at.AttrName = at.Attr.Name
	}
	if at.Sub = at.Attr.Lookup(p.Sub); at.Sub != nil {
		at.SubName = at.Sub.Name
	}
	return at
}
