package schema

import "sallyport/internal/value"

// The schemas of discovery documents.
const (
	schemaURN       = "urn:ietf:params:scim:schemas:core:2.0:Schema"
	resourceTypeURN = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
)

// Schemas returns the schemas of the resource: its own, then its extensions.
func (r *Resource) Schemas() []Schema { return append([]Schema{r.Core}, r.Extensions...) }

// Document returns the schema as /Schemas shows it (RFC 7643 section 7).
func (s Schema) Document(base string) *value.Object {
	return value.Map(
		"schemas", []any{schemaURN}, "id", s.ID, "name", s.Name, "description", s.Description,
		"attributes", describe(s.Attributes),
		"meta", value.Map("resourceType", "Schema", "location", base+"/Schemas/"+s.ID))
}

// Document returns the resource type as /ResourceTypes shows it (RFC 7643
// section 6).
func (r *Resource) Document(base string) *value.Object {
	extensions := make([]any, 0, len(r.Extensions))
	for _, s := range r.Extensions {
		extensions = append(extensions, value.Map("schema", s.ID, "required", false))
	}
	return value.Map(
		"schemas", []any{resourceTypeURN}, "id", r.Name, "name", r.Name, "endpoint", "/"+r.Endpoint, "description", r.Description,
		"schema", r.Core.ID, "schemaExtensions", extensions,
		"meta", value.Map("resourceType", "ResourceType", "location", base+"/ResourceTypes/"+r.Name))
}

func describe(list []Attribute) []any {
	out := make([]any, 0, len(list))
	for _, a := range list {
		o := value.Map("name", a.Name, "type", string(a.Type), "multiValued", a.Multi, "description", a.Description,
			"required", a.Required, "caseExact", a.CaseExact, "mutability", string(a.Mutability), "returned", string(a.Returned),
			"uniqueness", a.Uniqueness)
		if len(a.Canonical) > 0 {
			o.Set("canonicalValues", texts(a.Canonical))
		}
		if len(a.References) > 0 {
			o.Set("referenceTypes", texts(a.References))
		}
		if len(a.Sub) > 0 {
			o.Set("subAttributes", describe(a.Sub))
		}
		out = append(out, o)
	}
	return out
}

func texts(list []string) []any {
	out := make([]any, 0, len(list))
	for _, s := range list {
		out = append(out, s)
	}
	return out
}
