package okta

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// profile is a user's profile. It is never changed once a user has it: an
// update makes a new one, so that answers can be written without a lock.
type profile []attr

type attr struct {
	name  string
	value any // string, float64, bool, []any or nil
}

// get returns an attribute, nil when it is not set.
func (p profile) get(name string) any {
	for _, a := range p {
		if a.name == name {
			return a.value
		}
	}
	return nil
}

// text returns an attribute that is a text, empty when it is not set.
func (p profile) text(name string) string {
	s, _ := p.get(name).(string)
	return s
}

// with returns a copy with attributes set; a nil value takes one away.
func (p profile) with(values map[string]any) profile {
	out := slices.DeleteFunc(slices.Clone(p), func(a attr) bool { _, ok := values[a.name]; return ok })
	names := make([]string, 0, len(values))
	for name, v := range values {
		if v != nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		out = append(out, attr{strings.Clone(name), values[name]})
	}
	return out
}

// leading and trailing are the attributes that every profile shows, set or
// not; others stand between them.
var (
	leading  = [...]string{"firstName", "lastName", "mobilePhone"}
	trailing = [...]string{"secondEmail", "login", "email"}
)

// MarshalJSON writes the profile in the order of Okta's answers.
func (p profile) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	write := func(name string, value any) error {
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		if err := enc.Encode(name); err != nil {
			return err
		}
		b.WriteByte(':')
		return enc.Encode(value)
	}
	for _, name := range leading {
		if err := write(name, p.get(name)); err != nil {
			return nil, err
		}
	}
	for _, a := range p {
		if slices.Contains(leading[:], a.name) || slices.Contains(trailing[:], a.name) {
			continue
		}
		if err := write(a.name, a.value); err != nil {
			return nil, err
		}
	}
	for _, name := range trailing {
		if err := write(name, p.get(name)); err != nil {
			return nil, err
		}
	}
	return append(append([]byte{'{'}, b.Bytes()...), '}'), nil
}

// attributeType is the JSON type of an attribute of the user schema.
type attributeType string

const (
	textType    attributeType = "string"
	boolType    attributeType = "boolean"
	numberType  attributeType = "number"
	integerType attributeType = "integer"
	arrayType   attributeType = "array"
)

// baseAttributes are those of Okta's default user type.
//
// Source: developer.okta.com/docs/api/openapi/okta-management/management/tag/User/ (UserProfile).
func baseAttributes() map[string]attributeType {
	all := map[string]attributeType{}
	for name := range strings.FieldsSeq(`login email secondEmail firstName lastName middleName honorificPrefix honorificSuffix
		title displayName nickName profileUrl primaryPhone mobilePhone streetAddress city state zipCode countryCode
		postalAddress preferredLanguage locale timezone userType employeeNumber costCenter organization division
		department managerId manager`) {
		all[name] = textType
	}
	return all
}

// checkProfile validates attributes against the user schema. What names the
// object that the error is about.
func checkProfile(o *Org, what string, values map[string]any) error {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		kind, known := o.attributes[name]
		if !known {
			return invalid(what, "Property name '"+name+"' is not defined in profile")
		}
		if v := values[name]; v != nil && !kind.fits(v) {
			return invalidField(name, "The value does not match the type of the attribute, which is "+string(kind)+".")
		}
	}
	return nil
}

func (k attributeType) fits(v any) bool {
	switch v := v.(type) {
	case string:
		return k == textType
	case bool:
		return k == boolType
	case float64:
		return k == numberType || k == integerType && v == float64(int64(v))
	case []any:
		return k == arrayType
	default:
		return false
	}
}
