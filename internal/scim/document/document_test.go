package document_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/scim/document"
	"sallyport/internal/scim/fault"
	"sallyport/internal/scim/filter"
	"sallyport/internal/scim/schema"
	"sallyport/internal/value"
)

const (
	core       = `"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]`
	withEnt    = `"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]`
	enterprise = `"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"`
)

// babs is the user of the examples: RFC 7643 section 8.2 in short.
const babs = `{` + withEnt + `,"id":"2819c223","externalId":"701984","userName":"bjensen@example.com",
"name":{"formatted":"Ms. Barbara J Jensen, III","familyName":"Jensen","givenName":"Barbara"},"displayName":"Babs Jensen",
"title":"Tour Guide","userType":"Employee","active":true,
"emails":[{"value":"bjensen@example.com","type":"work","primary":true},{"value":"babs@jensen.org","type":"home"}],
"addresses":[{"streetAddress":"100 Universal City Plaza","locality":"Hollywood","type":"work","primary":true}],
"ims":[{"value":"someaimhandle","type":"aim"}],
"groups":[{"value":"e9e30dba","display":"Tour Guides","type":"direct"}],
` + enterprise + `:{"employeeNumber":"701984","department":"Tour Operations","manager":{"value":"26118915"}},
"shoeSize":42,"hired":"2010-01-23T04:56:22Z",
"meta":{"resourceType":"User","created":"2010-01-23T04:56:22Z","lastModified":"2011-05-13T04:42:34Z","version":"W/\"a\""}}`

func object(t testing.TB, text string) *value.Object {
	t.Helper()
	o := new(value.Object)
	if err := o.UnmarshalJSON([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return o
}

func faultType(err error) fault.Type {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return ""
	}
	return f.Type
}

func TestNormalize(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"what the client sent stays, in its order":   {`{` + core + `,"userName":"a","nickName":"n","favourite":{"x":[1]}}`, `{` + core + `,"userName":"a","nickName":"n","favourite":{"x":[1]}}`},
		"names are those of the schema":              {`{"SCHEMAS":["urn:ietf:params:scim:schemas:core:2.0:user"],"USERNAME":"a","Name":{"GIVENNAME":"g"}}`, `{` + core + `,"userName":"a","name":{"givenName":"g"}}`},
		"the server's own is passed over":            {`{"id":"x","meta":{},"groups":[],"password":"p","userName":"a"}`, `{` + core + `,"userName":"a"}`},
		"booleans may be texts":                      {`{"userName":"a","active":"False","emails":[{"value":"e","primary":"TRUE"}]}`, `{` + core + `,"userName":"a","active":false,"emails":[{"value":"e","primary":true}]}`},
		"numbers where texts are meant":              {`{"userName":"a",` + enterprise + `:{"employeeNumber":7}}`, `{` + withEnt + `,"userName":"a",` + enterprise + `:{"employeeNumber":"7"}}`},
		"null and empty lists are nothing":           {`{"userName":"a","title":null,"emails":[],"name":{},"phoneNumbers":[{}]}`, `{` + core + `,"userName":"a"}`},
		"one value stands for a list of it":          {`{"userName":"a","emails":{"value":"e"}}`, `{` + core + `,"userName":"a","emails":[{"value":"e"}]}`},
		"texts stand for values":                     {`{"userName":"a","emails":["e"]}`, `{` + core + `,"userName":"a","emails":[{"value":"e"}]}`},
		"a manager may be a text":                    {`{"userName":"a",` + enterprise + `:{"manager":"m"}}`, `{` + withEnt + `,"userName":"a",` + enterprise + `:{"manager":{"value":"m"}}}`},
		"a manager of no text is none":               {`{"userName":"a",` + enterprise + `:{"department":"d","manager":""}}`, `{` + withEnt + `,"userName":"a",` + enterprise + `:{"department":"d"}}`},
		"URNs in any letter case":                    {`{"userName":"a","URN:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:User":{"Department":"d"}}`, `{` + withEnt + `,"userName":"a",` + enterprise + `:{"department":"d"}}`},
		"attributes by their URN":                    {`{"userName":"a","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department":"d"}`, `{` + withEnt + `,"userName":"a",` + enterprise + `:{"department":"d"}}`},
		"dotted names":                               {`{"userName":"a","name.givenName":"g","name.familyName":"f"}`, `{` + core + `,"userName":"a","name":{"givenName":"g","familyName":"f"}}`},
		"dots in a name that nobody knows":           {`{"userName":"a","my.own":1}`, `{` + core + `,"userName":"a","my.own":1}`},
		"the core under its own URN":                 {`{"urn:ietf:params:scim:schemas:core:2.0:User":{"userName":"a","id":"x"}}`, `{` + core + `,"userName":"a"}`},
		"an extension that nobody knows":             {`{"userName":"a","urn:x:2.0:User":{"cost":1}}`, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:x:2.0:User"],"userName":"a","urn:x:2.0:User":{"cost":1}}`},
		"one primary value at most":                  {`{"userName":"a","emails":[{"value":"1"},{"value":"2","primary":true},{"value":"3","primary":true}]}`, `{` + core + `,"userName":"a","emails":[{"value":"1"},{"value":"2","primary":true},{"value":"3","primary":false}]}`},
		"long numbers of what nobody knows stay":     {`{"userName":"a","n":12345678901234567890}`, `{` + core + `,"userName":"a","n":12345678901234567890}`},
		"manager.displayName is the server's to say": {`{"userName":"a",` + enterprise + `:{"manager":{"value":"m","displayName":"x"}}}`, `{` + withEnt + `,"userName":"a",` + enterprise + `:{"manager":{"value":"m"}}}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := document.Normalize(schema.User(), object(t, tt.in))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(value.JSON(got))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func manyFields() string {
	var b strings.Builder
	for i := range document.MaxFields {
		_, _ = fmt.Fprintf(&b, `,"f%d":1`, i)
	}
	return b.String()
}

func TestNormalizeErrors(t *testing.T) {
	tests := map[string]struct {
		in   string
		want fault.Type
	}{
		"no boolean":                 {`{"active":"maybe"}`, fault.InvalidValue},
		"a number as boolean":        {`{"active":1}`, fault.InvalidValue},
		"an object as text":          {`{"userName":{}}`, fault.InvalidValue},
		"a list as text":             {`{"userName":["a"]}`, fault.InvalidValue},
		"a text as name":             {`{"name":"Babs"}`, fault.InvalidValue},
		"another core schema":        {`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"]}`, fault.InvalidSyntax},
		"schemas as text":            {`{"schemas":"urn:ietf:params:scim:schemas:core:2.0:User"}`, fault.InvalidSyntax},
		"more fields than there may": {`{"x":1` + manyFields() + `}`, fault.InvalidValue},
		"more fields of a name":      {`{"name":{"x":1` + manyFields() + `}}`, fault.InvalidValue},
		"more values than there may": {`{"emails":[` + strings.Repeat(`"e",`, document.MaxValues) + `"e"]}`, fault.InvalidValue},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := document.Normalize(schema.User(), object(t, tt.in))
			if faultType(err) != tt.want {
				t.Errorf("%s, error %v, want %s", value.JSON(got), err, tt.want)
			}
		})
	}
}

// Every attribute of RFC 7643 section 4 comes back as it was sent.
func TestNormalizeWhole(t *testing.T) {
	doc := `{` + withEnt + `,"externalId":"701984","userName":"bjensen@example.com","name":{"formatted":"Ms. B J Jensen, III","familyName":"Jensen",` +
		`"givenName":"Barbara","middleName":"Jane","honorificPrefix":"Ms.","honorificSuffix":"III"},"displayName":"Babs Jensen","nickName":"Babs",` +
		`"profileUrl":"https://login.example.com/bjensen","emails":[{"value":"bjensen@example.com","type":"work","primary":true},{"value":"babs@jensen.org","type":"home"}],` +
		`"addresses":[{"streetAddress":"100 Plaza","locality":"Hollywood","region":"CA","postalCode":"91608","country":"US","formatted":"100 Plaza\nHollywood","type":"work","primary":true}],` +
		`"phoneNumbers":[{"value":"555-555-5555","type":"work"}],"ims":[{"value":"someaimhandle","type":"aim"}],"photos":[{"value":"https://photos.example.com/F","type":"photo"}],` +
		`"userType":"Employee","title":"Tour Guide","preferredLanguage":"en-US","locale":"en-US","timezone":"America/Los_Angeles","active":true,` +
		`"entitlements":[{"value":"e"}],"roles":[{"value":"r","primary":true}],"x509Certificates":[{"value":"MIIDQzCCAqygAwIBAgICEAAwDQYJ"}],` +
		enterprise + `:{"employeeNumber":"701984","costCenter":"4130","organization":"Universal Studios","division":"Theme Park","department":"Tour Operations",` +
		`"manager":{"value":"26118915","$ref":"../Users/26118915"}}}`
	got, err := document.Normalize(schema.User(), object(t, doc))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(doc, string(value.JSON(got))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestMissing(t *testing.T) {
	for text, want := range map[string]fault.Type{`{}`: fault.InvalidValue, `{"userName":"  "}`: fault.InvalidValue, `{"userName":"a"}`: ""} {
		if err := document.Missing(schema.User(), object(t, text)); faultType(err) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestMatch(t *testing.T) {
	tests := map[string]bool{
		// RFC 7644 section 3.4.2.2
		`userName eq "bjensen@example.com"`:                          true,
		`userName eq "BJENSEN@example.COM"`:                          true,
		`name.familyName co "ens"`:                                   true,
		`name.familyName co "O'Malley"`:                              false,
		`userName sw "J"`:                                            false,
		`userName sw "B"`:                                            true,
		`urn:ietf:params:scim:schemas:core:2.0:User:userName sw "b"`: true,
		`title pr`:    true,
		`nickName pr`: false,
		`meta.lastModified gt "2011-05-13T04:42:34Z"`:                                                       false,
		`meta.lastModified ge "2011-05-13T04:42:34Z"`:                                                       true,
		`meta.lastModified ge "2011-05-13T06:42:34+02:00"`:                                                  true,
		`meta.lastModified lt "2011-05-13T04:42:34.5Z"`:                                                     true,
		`meta.lastModified le "2011-05-13T04:42:33Z"`:                                                       false,
		`title pr and userType eq "Employee"`:                                                               true,
		`title pr and userType eq "Intern"`:                                                                 false,
		`title pr or userType eq "Intern"`:                                                                  true,
		`schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"`:                           true,
		`userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")`:             true,
		`userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")`:         false,
		`userType eq "Employee" and (emails.type eq "work")`:                                                true,
		`userType eq "Employee" and emails[type eq "work" and value co "@example.com"]`:                     true,
		`emails[type eq "home" and value co "@example.com"]`:                                                false,
		`emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]`: true,
		`(meta.resourceType eq User) or (meta.resourceType eq Group)`:                                       true,
		// letter case by the schema
		`id eq "2819C223"`:                  false,
		`externalId eq "701984"`:            true,
		`USERNAME EQ "bjensen@example.com"`: true,
		`displayName ew "JENSEN"`:           true,
		`emails.value eq "BABS@jensen.org"`: true,
		`groups.value eq "E9E30DBA"`:        false,
		`groups eq "e9e30dba"`:              true,
		// types
		`active eq true`:                          true,
		`active eq "True"`:                        true,
		`active ne true`:                          false,
		`emails.primary eq true`:                  true,
		`emails[primary eq true].value ew ".com"`: true,
		`emails[primary eq true].value ew ".org"`: false,
		`shoeSize eq 42`:                          true,
		`shoeSize gt 41.5`:                        true,
		`shoeSize lt 5`:                           false,
		`hired lt "2010-01-23T05:56:22+02:00"`:    false,
		`hired eq "2010-01-23T05:56:22+01:00"`:    true,
		`userName gt "a"`:                         true,
		`userName lt "a"`:                         false,
		// what is not there
		`nickName eq null`:             true,
		`nickName ne null`:             false,
		`title ne null`:                true,
		`nickName ne "x"`:              true,
		`nickName eq "x"`:              false,
		`nosuch pr`:                    false,
		`nosuch.sub eq "x"`:            false,
		`emails ne "babs@jensen.org"`:  true, // the other one is not equal
		`phoneNumbers[type eq "work"]`: false,
		`not (phoneNumbers pr)`:        true,
		// extensions
		`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "tour operations"`: true,
		`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "26118915"`:     true,
		`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq "26118915"`:           true,
		`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User pr`:                              true,
		`urn:other:1.0:User:thing pr`: false,
	}
	doc := object(t, babs)
	for src, want := range tests {
		t.Run(src, func(t *testing.T) {
			e, err := filter.Parse(src)
			if err != nil {
				t.Fatal(err)
			}
			match, err := document.Compile(schema.User(), e)
			if err != nil {
				t.Fatal(err)
			}
			if got := match(doc); got != want {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
}

func TestCompileErrors(t *testing.T) {
	for _, src := range []string{
		`active gt true`, `active co "r"`, `active eq "maybe"`, `name eq "x"`, `userName gt null`, `meta.created gt "yesterday"`,
		`x509Certificates.value gt "a"`, `x509Certificates.value co "a"`, `emails[urn:a:b eq 1]`, `emails[a.b eq 1]`, `userName[a eq 1]`,
		`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User eq "x"`,
	} {
		e, err := filter.Parse(src)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := document.Compile(schema.User(), e); faultType(err) != fault.InvalidFilter {
			t.Errorf("%s: %v", src, err)
		}
	}
}

func TestProject(t *testing.T) {
	const id = core + `,"id":"1"`
	doc := `{` + id + `,"userName":"a","name":{"givenName":"g","familyName":"f"},"emails":[{"value":"e","type":"work"},{"type":"home"}],` +
		enterprise + `:{"department":"d","manager":{"value":"m"}},"meta":{"version":"v"}}`
	tests := map[string]struct{ only, without, want string }{
		"nothing asked":              {"", "", doc},
		"one":                        {"userName", "", `{` + id + `,"userName":"a"}`},
		"any letter case":            {"USERNAME", "", `{` + id + `,"userName":"a"}`},
		"two of one":                 {"name.givenName, emails.value", "", `{` + id + `,"name":{"givenName":"g"},"emails":[{"value":"e"}]}`},
		"by URN":                     {"urn:ietf:params:scim:schemas:core:2.0:User:userName", "", `{` + id + `,"userName":"a"}`},
		"an extension":               {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "", `{` + id + `,` + enterprise + `:{"department":"d","manager":{"value":"m"}}}`},
		"of an extension":            {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "", `{` + id + `,` + enterprise + `:{"department":"d"}}`},
		"what is always there stays": {"", "id,schemas,userName,name,emails,meta,urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", `{` + id + `}`},
		"without a sub-attribute":    {"", "emails.type,name.givenName", `{` + id + `,"userName":"a","name":{"familyName":"f"},"emails":[{"value":"e"}],` + enterprise + `:{"department":"d","manager":{"value":"m"}},"meta":{"version":"v"}}`},
		"both":                       {"name", "name.givenName", `{` + id + `,"name":{"familyName":"f"}}`},
		"what is not there":          {"nosuch", "", `{` + id + `}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, err := document.Project(schema.User(), strings.Split(tt.only, ","), strings.Split(tt.without, ","))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(value.JSON(p.Of(schema.User(), object(t, doc))))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	if _, err := document.Project(schema.User(), []string{"a b"}, nil); faultType(err) != fault.InvalidPath {
		t.Errorf("a name with a blank: %v", err)
	}
}

func TestSortBy(t *testing.T) {
	doc := object(t, babs)
	tests := map[string]document.Key{
		"userName":    {Text: "bjensen@example.com"},
		"displayName": {Text: "babs jensen"},
		"externalId":  {Text: "701984"},
		"emails":      {Text: "bjensen@example.com"},
		"emails.type": {Text: "work"},
		"nickName":    {None: true},
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": {Text: "tour operations"},
		"meta.lastModified": {Text: "2011-05-13t04:42:34z"},
	}
	for path, want := range tests {
		key, err := document.SortBy(schema.User(), path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if got := key(doc); got != want {
			t.Errorf("%s: %+v, want %+v", path, got, want)
		}
	}
	for _, path := range []string{"name", "a b", `emails[type eq "x"]`, schema.EnterpriseURN} {
		if _, err := document.SortBy(schema.User(), path); faultType(err) != fault.InvalidPath {
			t.Errorf("%s: %v", path, err)
		}
	}
}
