package schema_test

import (
	"strings"
	"testing"

	"sallyport/internal/scim/filter"
	"sallyport/internal/scim/schema"
)

func TestResolve(t *testing.T) {
	tests := map[string]struct {
		extension, attr, sub string
		known                bool
		typ                  schema.Type // of the leaf; none for what no schema knows
	}{
		"USERNAME":                       {"", "userName", "", true, schema.String},
		"id":                             {"", "id", "", true, schema.String},
		"meta.lastmodified":              {"", "meta", "lastModified", true, schema.DateTime},
		"Emails.VALUE":                   {"", "emails", "value", true, schema.String},
		`emails[type eq "work"].primary`: {"", "emails", "primary", true, schema.Boolean},
		"emails.nosuch":                  {"", "emails", "nosuch", true, ""},
		"nosuch":                         {"", "nosuch", "", true, ""},
		schema.UserURN + ":userName":     {"", "userName", "", true, schema.String},
		strings.ToUpper(schema.UserURN) + ":name": {"", "name", "", true, schema.Complex},
		schema.UserURN:       {"", "", "", true, ""},
		schema.EnterpriseURN: {schema.EnterpriseURN, "", "", true, ""},
		strings.ToLower(schema.EnterpriseURN) + ":Department": {schema.EnterpriseURN, "department", "", true, schema.String},
		schema.EnterpriseURN + ":manager.value":               {schema.EnterpriseURN, "manager", "value", true, schema.String},
		schema.EnterpriseURN + ":nosuch":                      {schema.EnterpriseURN, "nosuch", "", true, ""},
		"urn:x:2.0:User:cost":                                 {"urn:x:2.0:User", "cost", "", false, ""},
	}
	for src, want := range tests {
		p, err := filter.ParsePath(src)
		if err != nil {
			t.Fatal(err)
		}
		at := schema.User().Resolve(p)
		typ := schema.Type("")
		if leaf := at.Leaf(); leaf != nil {
			typ = leaf.Type
		}
		if at.Extension != want.extension || at.AttrName != want.attr || at.SubName != want.sub || at.Known != want.known || typ != want.typ {
			t.Errorf("%s: %+v of type %q, want %+v", src, at, typ, want)
		}
	}
}

// What the server promises of its attributes holds together.
func TestAttributes(t *testing.T) {
	for _, r := range []*schema.Resource{schema.User(), schema.Group()} {
		for _, s := range r.Schemas() {
			check(t, s.ID, s.Attributes, false)
		}
	}
}

func check(t *testing.T, at string, list []schema.Attribute, below bool) {
	t.Helper()
	seen := map[string]bool{}
	for _, a := range list {
		path := at + ":" + a.Name
		if key := strings.ToLower(a.Name); seen[key] {
			t.Errorf("%s is there twice", path)
		} else {
			seen[key] = true
		}
		if (a.Type == schema.Complex) != (len(a.Sub) > 0) || below && a.Type == schema.Complex {
			t.Errorf("%s is a %s with %d sub-attributes", path, a.Type, len(a.Sub))
		}
		if a.Description == "" || a.Mutability == "" || a.Returned == "" || a.Uniqueness == "" || (a.Type == schema.Reference) != (len(a.References) > 0) {
			t.Errorf("%s is not told whole: %+v", path, a)
		}
		if a.Mutability == schema.WriteOnly && a.Returned != schema.Never {
			t.Errorf("%s would be shown", path)
		}
		check(t, path, a.Sub, true)
	}
}
