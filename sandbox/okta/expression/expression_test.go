package expression

import (
	"strings"
	"testing"
)

func env() Env {
	attrs := map[string]any{"firstName": "Andy", "department": "Engineering", "level": float64(3), "tags": []any{"a", "b"}, "manager": nil, "contractor": true}
	return Env{
		Attr: func(n string) any { return attrs[n] },
		Groups: func() []Group {
			return []Group{{"00g1", "Everyone"}, {"00g2", "IT Admins"}}
		},
	}
}

func TestMatch(t *testing.T) {
	tests := map[string]struct {
		in   string
		want bool
	}{
		"equal":                    {`user.department=="Engineering"`, true},
		"single quotes":            {`user.department == 'Engineering'`, true},
		"profile prefix":           {`user.profile.firstName == "Andy"`, true},
		"not equal":                {`user.department != "Sales"`, true},
		"starts with":              {`String.startsWith(user.firstName,"An")`, true},
		"starts with, other case":  {`String.startsWith(user.firstName,"an")`, false},
		"nested function":          {`String.startsWith(String.toLowerCase(user.firstName), "an")`, true},
		"contains":                 {`String.stringContains(user.department, "gin")`, true},
		"null is no prefix":        {`String.startsWith(user.manager, "x")`, false},
		"null":                     {`user.manager == null`, true},
		"and":                      {`user.department=="Engineering" AND user.level >= 3`, true},
		"and in symbols":           {`user.department=="Engineering" && user.level > 3`, false},
		"or":                       {`user.department=="Sales" OR user.contractor`, true},
		"and binds closer than or": {`false AND false || true`, true},
		"not":                      {`!user.contractor`, false},
		"not in words":             {`NOT (user.level == 4)`, true},
		"conditional":              {`user.contractor ? user.level == 3 : false`, true},
		"member of group":          {`isMemberOfGroup("00g2")`, true},
		"member of any":            {`isMemberOfAnyGroup("00g9", "00g1")`, true},
		"member of none":           {`isMemberOfAnyGroup("00g9")`, false},
		"member by name":           {`isMemberOfGroupName("IT Admins")`, true},
		"member by prefix":         {`isMemberOfGroupNameStartsWith("IT")`, true},
		"member by part":           {`isMemberOfGroupNameContains("Adm")`, true},
		"member by pattern":        {`isMemberOfGroupNameRegex("IT .*")`, true},
		"array contains":           {`Arrays.contains(user.tags, "b")`, true},
		"array of literals":        {`Arrays.contains({"x", "y"}, "y")`, true},
		"array size":               {`Arrays.size(user.tags) == 2`, true},
		"length":                   {`String.len(user.firstName) == 4`, true},
		"substring":                {`String.substring(user.firstName, 0, 2) == "An"`, true},
		"substring past the end":   {`String.substring(user.firstName, 0, 99999999999999999999999) == "Andy"`, true},
		"before and after":         {`String.substringAfter("a@b", "@") == "b" AND String.substringBefore("a@b","@")=="a"`, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e, err := Parse(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			got, err := e.Match(env())
			if err != nil || got != tt.want {
				t.Errorf("%s = %v, %v, want %v", tt.in, got, err, tt.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"nothing":            ``,
		"unknown function":   `String.reverse(user.firstName)`,
		"too few arguments":  `String.startsWith("a")`,
		"too many arguments": `isMemberOfGroup("a","b")`,
		"unknown name":       `department == "x"`,
		"no operand":         `user.a ==`,
		"open text":          `user.a == "x`,
		"open parenthesis":   `(user.a == "x"`,
		"trailing input":     `user.a == "x" "y"`,
		"half a conditional": `user.a ? true`,
		"odd symbol":         `user.a ; true`,
		"deep nesting":       strings.Repeat("(", 300) + "true" + strings.Repeat(")", 300),
		"deep negation":      strings.Repeat("!", 300) + "true",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Parse(in); err == nil {
				t.Errorf("%s was accepted", in)
			}
		})
	}
}

func TestMatchRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"text as result":   `user.firstName`,
		"text as operand":  `user.firstName AND true`,
		"number as text":   `String.startsWith(user.level, "x")`,
		"text as array":    `Arrays.contains(user.firstName, "x")`,
		"wrong positions":  `String.substring(user.firstName, 2, 1) == "x"`,
		"broken pattern":   `isMemberOfGroupNameRegex("(")`,
		"number as member": `isMemberOfGroup(3)`,
	} {
		t.Run(name, func(t *testing.T) {
			e, err := Parse(in)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := e.Match(env()); err == nil {
				t.Errorf("%s = %v", in, got)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`user.a == "b"`, `isMemberOfAnyGroup("x") ? !true : (1 < 2)`, `String.substring("é", 0, 9) == 'x' && {1,2} != null`} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, s string) {
		if e, err := Parse(s); err == nil {
			_, _ = e.Match(env()) // must not panic; the outcome is the user's own
		}
	})
}
