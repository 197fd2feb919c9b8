package filter_test

import (
	"errors"
	"strings"
	"testing"

	"sallyport/internal/scim/filter"
)

// The filters of RFC 7644 sections 3.4.2.2, 3.4.2.1, 3.5.2, 3.10 and 3.12, and
// what they are read as.
func TestParse(t *testing.T) {
	tests := map[string]string{
		`userName eq "bjensen"`:                                                   "",
		`name.familyName co "O'Malley"`:                                           "",
		`userName sw "J"`:                                                         "",
		`title pr`:                                                                "",
		`meta.lastModified gt "2011-05-13T04:42:34Z"`:                             "",
		`meta.lastModified ge "2011-05-13T04:42:34Z"`:                             "",
		`meta.lastModified lt "2011-05-13T04:42:34Z"`:                             "",
		`meta.lastModified le "2011-05-13T04:42:34Z"`:                             "",
		`title pr and userType eq "Employee"`:                                     "",
		`title pr or userType eq "Intern"`:                                        "",
		`schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"`: "",
		`urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"`:              "",
		`userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")`:             "",
		`userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")`:         "",
		`userType eq "Employee" and (emails.type eq "work")`:                                                `userType eq "Employee" and emails.type eq "work"`,
		`userType eq "Employee" and emails[type eq "work" and value co "@example.com"]`:                     "",
		`emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]`: "",
		`(meta.resourceType eq User) or (meta.resourceType eq Group)`:                                       `meta.resourceType eq "User" or meta.resourceType eq "Group"`,
		`name.FamilyName eq Employee and (emails.Value co example.com)`:                                     `name.FamilyName eq "Employee" and emails.Value co "example.com"`,
		`meta.Created gt 2015-10-10T14:38:21.8617979-07:00`:                                                 `meta.Created gt "2015-10-10T14:38:21.8617979-07:00"`,
		`userName eq b+j@x.test`:                `userName eq "b+j@x.test"`,
		`displayName sw "smith"`:                "",
		`id eq "9aab"`:                          "",
		`USERNAME EQ "x"`:                       `USERNAME eq "x"`,
		`a pr AND b pr Or c pr`:                 `a pr and b pr or c pr`,
		`a pr or b pr and c pr`:                 "",
		`(a pr or b pr) and c pr`:               "",
		`not (a pr) and b pr`:                   "",
		`NOT(a pr)`:                             `not (a pr)`,
		`not pr`:                                "",
		`not (not (a eq 1))`:                    "",
		`active eq true`:                        "",
		`active eq True`:                        `active eq true`,
		`active ne false`:                       "",
		`manager eq null`:                       "",
		`age gt -1.5e1`:                         `age gt -15`,
		`emails[type eq "work"].value eq "a"`:   "",
		`emails[not (type eq "work")].value pr`: "",
		`members[value eq "x"]`:                 "",
		`groups.$ref eq "x"`:                    "",
		`x-y_1 eq "\"q\" \u00e4\\"`:             `x-y_1 eq "\"q\" ä\\"`,
		`  a   eq   "b"  `:                      `a eq "b"`,
		"a eq \"b\"\tand c pr":                  `a eq "b" and c pr`,
		`urn:custom:1.0:User:cost.center eq 5`:  "",
	}
	for src, want := range tests {
		t.Run(src, func(t *testing.T) {
			e, err := filter.Parse(src)
			if err != nil {
				t.Fatal(err)
			}
			if want == "" {
				want = src
			}
			if got := e.String(); got != want {
				t.Errorf("read as %s, want %s", got, want)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	tests := map[string]struct {
		src string
		pos int
	}{
		"nothing":                    {"", 0},
		"blanks":                     {"   ", 3},
		"no operator":                {`userName`, 8},
		"unknown operator":           {`userName is "x"`, 9},
		"no value":                   {`userName eq`, 11},
		"an operator for a value":    {`userName eq and title pr`, 12},
		"half a bare word":           {`userName eq b,c`, 12},
		"single quotes":              {`userName eq 'x'`, 12},
		"no closing quote":           {`userName eq "x`, 12},
		"a wrong escape":             {`userName eq "\x"`, 12},
		"and without right":          {`a pr and`, 8},
		"two filters":                {`a pr b pr`, 5},
		"open bracket":               {`(a pr`, 5},
		"closed bracket":             {`a pr)`, 4},
		"square left open":           {`emails[type eq "w"`, 18},
		"square in square":           {`emails[a[b pr]]`, 8},
		"square after sub-attribute": {`emails.value[a pr]`, 12},
		"empty square":               {`emails[]`, 7},
		"blank before square":        {`emails [a pr]`, 7},
		"sub-attribute with no name": {`emails[a pr].`, 12},
		"two dots":                   {`a.b.c eq 1`, 0},
		"a name that begins with 1":  {`1a eq 1`, 0},
		"a text as name":             {`"a" eq 1`, 0},
		"not without brackets":       {`not a pr`, 4},
		"hexadecimal":                {`a eq 0x1`, 5},
		"infinite":                   {`a eq 1e999`, 5},
		"an object":                  {`a eq {}`, 5},
		"a URN without name":         {`urn: pr`, 0},
		"too long":                   {strings.Repeat("a", filter.MaxLength+1), filter.MaxLength},
		"too deep":                   {strings.Repeat("(", 51) + "a pr" + strings.Repeat(")", 51), 50},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e, err := filter.Parse(tt.src)
			var at *filter.Error
			if !errors.As(err, &at) {
				t.Fatalf("read as %v, error %v", e, err)
			}
			if at.Pos != tt.pos {
				t.Errorf("at %d, want %d: %v", at.Pos, tt.pos, err)
			}
		})
	}
}

func TestParsePath(t *testing.T) {
	tests := map[string]filter.Path{
		`userName`:        {Attr: "userName"},
		`name.familyName`: {Attr: "name", Sub: "familyName"},
		`urn:ietf:params:scim:schemas:core:2.0:User:name.givenName`: {
			URN: "urn:ietf:params:scim:schemas:core:2.0:User", Attr: "name", Sub: "givenName",
		},
		`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User`: {
			URN: "urn:ietf:params:scim:schemas:extension:enterprise:2.0", Attr: "User",
		},
	}
	for src, want := range tests {
		t.Run(src, func(t *testing.T) {
			if got, err := filter.ParsePath(src); err != nil || got != want {
				t.Errorf("%+v, %v; want %+v", got, err, want)
			}
		})
	}
	for _, src := range []string{`addresses[type eq "work"]`, `members[value eq "2819c223"].displayName`, `emails[type eq "work" and value ew "example.com"]`} {
		if p, err := filter.ParsePath(src); err != nil || p.String() != src {
			t.Errorf("%s: %v, %v", src, p, err)
		}
	}
	for _, src := range []string{"", "/name", "a b", "a[", "a[]", `a[b eq "c"]d`, "a..b", ".a", "a.", "emails[0]", `a[b pr].c.d`, `a[b pr] .c`, "urn:x"} {
		if p, err := filter.ParsePath(src); err == nil {
			t.Errorf("%q was read as %v", src, p)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`userName eq "bjensen"`, `a pr and (b ne 1 or not (c[d sw "e"].f le null))`, `urn:a:2.0:User:b.c co "\u00e4"`,
		`(meta.resourceType eq User)`, `x[y eq true]`, `((((`, `a eq "\`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		e, err := filter.Parse(src)
		if err != nil {
			return
		}
		again, err := filter.Parse(e.String())
		if err != nil || again.String() != e.String() {
			t.Errorf("%q is written as %q, which is read as %v, %v", src, e, again, err)
		}
	})
}

func FuzzParsePath(f *testing.F) {
	for _, s := range []string{`userName`, `emails[type eq "work"].value`, `urn:a:2.0:User:b.c`, `$ref`, `a[b pr`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		p, err := filter.ParsePath(src)
		if err != nil {
			return
		}
		again, err := filter.ParsePath(p.String())
		if err != nil || again.String() != p.String() {
			t.Errorf("%q is written as %q, which is read as %v, %v", src, p, again, err)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := filter.Parse(`userType eq "Employee" and emails[type eq "work" and value co "@example.com"]`); err != nil {
			b.Fatal(err)
		}
	}
}
