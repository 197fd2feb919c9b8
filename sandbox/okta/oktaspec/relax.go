package oktaspec

import (
	"regexp"

	"github.com/getkin/kin-openapi/openapi3"
)

// relax takes out of a description what real orgs do not keep, and what the
// validator cannot read.
func relax(doc *openapi3.T) {
	w := walker{seen: map[*openapi3.Schema]bool{}}
	for _, s := range doc.Components.Schemas {
		w.walk(s)
	}
	for _, name := range []string{"UserLockoutSettings", "AttackProtectionAuthenticatorSettings"} {
		// Described as an object; the clients that Okta makes read a list of one.
		if s := doc.Components.Schemas[name]; s != nil {
			s.Value.Type = nil
		}
	}
	for _, path := range doc.Paths.Map() {
		for _, op := range path.Operations() {
			if op.RequestBody != nil && op.RequestBody.Value != nil {
				w.content(op.RequestBody.Value.Content)
			}
			for _, p := range op.Parameters {
				if p.Value.Name == "filter" {
					p.Value.Required = false // of principal rate limits, which clients list without
				}
				w.walk(p.Value.Schema)
			}
			for _, r := range op.Responses.Map() {
				if r.Value != nil {
					w.content(r.Value.Content)
				}
			}
		}
	}
}

type walker struct{ seen map[*openapi3.Schema]bool }

func (w walker) content(c openapi3.Content) {
	for _, m := range c {
		w.walk(m.Schema)
	}
}

func (w walker) walk(ref *openapi3.SchemaRef) {
	if ref == nil || ref.Value == nil || w.seen[ref.Value] {
		return
	}
	s := ref.Value
	w.seen[s] = true
	s.Nullable = true
	if s.Format == "date-time" {
		s.Format = ""
	}
	if _, err := regexp.Compile(s.Pattern); err != nil {
		s.Pattern = "" // written for another kind of regular expressions
	}
	if s.Discriminator == nil { // alternatives overlap, so several may fit
		s.AnyOf, s.OneOf = append(s.AnyOf, s.OneOf...), nil
	}
	for name, p := range s.Properties {
		switch name {
		case "resend", // described as one link, recorded as a list of links
			"_embedded",   // of a policy holds its resourceType, a text
			"token_type",  // lacks DPoP
			"tokenWindow": // has a pattern that nothing matches
			s.Properties[name] = openapi3.NewSchema().WithNullable().NewRef()
			continue
		}
		w.walk(p)
	}
	w.walk(s.Items)
	for _, of := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf} {
		for _, x := range of {
			w.walk(x)
		}
	}
	w.walk(s.AdditionalProperties.Schema)
}
