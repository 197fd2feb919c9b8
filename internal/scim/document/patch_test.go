package document_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/scim/document"
	"sallyport/internal/scim/fault"
	"sallyport/internal/scim/schema"
	"sallyport/internal/value"
)

func patch(t testing.TB, doc, ops string) (*value.Object, error) {
	t.Helper()
	r := schema.User()
	parsed, err := document.ParsePatch(r, object(t, `{"schemas":["`+document.PatchURN+`"],"Operations":[`+ops+`]}`))
	if err != nil {
		return nil, err
	}
	return document.Patch(r, object(t, doc), parsed)
}

func TestPatch(t *testing.T) {
	const (
		user  = `{` + core + `,"userName":"a"}`
		mails = `{` + core + `,"userName":"a","emails":[{"value":"w","type":"work","primary":true},{"value":"h","type":"home"}]}`
		named = `{` + core + `,"userName":"a","name":{"givenName":"g","familyName":"f"}}`
		boss  = `{` + withEnt + `,"userName":"a",` + enterprise + `:{"manager":{"value":"m"}}}`
	)
	tests := map[string]struct{ doc, ops, want string }{
		// RFC 7644 section 3.5.2.1
		"RFC: add without path": {
			user, `{"op":"add","value":{"emails":[{"value":"babs@jensen.org","type":"home"}],"nickName":"Babs"}}`,
			`{` + core + `,"userName":"a","emails":[{"value":"babs@jensen.org","type":"home"}],"nickName":"Babs"}`,
		},
		"add a value that is there": {mails, `{"op":"add","path":"emails","value":[{"value":"h","type":"home"}]}`, mails},
		"add one to a list":         {mails, `{"op":"add","path":"emails","value":{"value":"o"}}`, `{` + core + `,"userName":"a","emails":[{"value":"w","type":"work","primary":true},{"value":"h","type":"home"},{"value":"o"}]}`},
		"a new primary takes over":  {mails, `{"op":"add","path":"emails","value":[{"value":"o","primary":true}]}`, `{` + core + `,"userName":"a","emails":[{"value":"w","type":"work","primary":false},{"value":"h","type":"home"},{"value":"o","primary":true}]}`},
		"add what replaces":         {user, `{"op":"add","path":"userName","value":"b"}`, `{` + core + `,"userName":"b"}`},
		"add to a complex value":    {named, `{"op":"add","path":"name","value":{"middleName":"m"}}`, `{` + core + `,"userName":"a","name":{"givenName":"g","familyName":"f","middleName":"m"}}`},
		// section 3.5.2.2
		"RFC: remove by filter":      {mails, `{"op":"remove","path":"emails[type eq \"work\" and value ew \"w\"]"}`, `{` + core + `,"userName":"a","emails":[{"value":"h","type":"home"}]}`},
		"remove all values":          {mails, `{"op":"remove","path":"emails"}`, user},
		"remove the last":            {mails, `{"op":"remove","path":"emails[value pr]"}`, user},
		"remove what is not there":   {user, `{"op":"remove","path":"emails[type eq \"work\"]"},{"op":"remove","path":"title"}`, user},
		"remove a sub-attribute":     {named, `{"op":"remove","path":"name.givenName"}`, `{` + core + `,"userName":"a","name":{"familyName":"f"}}`},
		"remove of matching values":  {mails, `{"op":"remove","path":"emails[type eq \"work\"].primary"}`, `{` + core + `,"userName":"a","emails":[{"value":"w","type":"work"},{"value":"h","type":"home"}]}`},
		"remove of all values":       {mails, `{"op":"remove","path":"emails.type"}`, `{` + core + `,"userName":"a","emails":[{"value":"w","primary":true},{"value":"h"}]}`},
		"remove the values of value": {mails, `{"op":"Remove","path":"emails","value":[{"value":"w"}]}`, `{` + core + `,"userName":"a","emails":[{"value":"h","type":"home"}]}`},
		// section 3.5.2.3
		"RFC: replace all values": {mails, `{"op":"replace","path":"emails","value":[{"value":"n"}]}`, `{` + core + `,"userName":"a","emails":[{"value":"n"}]}`},
		"RFC: replace one address": {
			`{` + core + `,"userName":"a","addresses":[{"type":"work","locality":"x","primary":true},{"type":"home"}]}`,
			`{"op":"replace","path":"addresses[type eq \"work\"]","value":{"type":"work","streetAddress":"911 Universal City Plaza","primary":true}}`,
			`{` + core + `,"userName":"a","addresses":[{"type":"work","streetAddress":"911 Universal City Plaza","primary":true},{"type":"home"}]}`,
		},
		"RFC: replace a street": {
			`{` + core + `,"userName":"a","addresses":[{"type":"work","locality":"x"}]}`,
			`{"op":"replace","path":"addresses[type eq \"work\"].streetAddress","value":"1010 Broadway Ave"}`,
			`{` + core + `,"userName":"a","addresses":[{"type":"work","locality":"x","streetAddress":"1010 Broadway Ave"}]}`,
		},
		"RFC: replace without path": {
			mails, `{"op":"replace","value":{"emails":[{"value":"b","type":"work","primary":true},{"value":"babs","type":"home"}],"nickName":"Babs"}}`,
			`{` + core + `,"userName":"a","emails":[{"value":"b","type":"work","primary":true},{"value":"babs","type":"home"}],"nickName":"Babs"}`,
		},
		"replace leaves other parts of a name": {named, `{"op":"replace","value":{"name":{"givenName":"n"}}}`, `{` + core + `,"userName":"a","name":{"givenName":"n","familyName":"f"}}`},
		"replace by null removes":              {named, `{"op":"replace","path":"name","value":null}`, user},
		"replace without value removes":        {named, `{"op":"replace","path":"name"}`, user},
		"replace by an empty list removes":     {mails, `{"op":"replace","path":"emails","value":[]}`, user},
		// Okta
		"Okta: deactivate":        {user, `{"op":"replace","value":{"active":false}}`, `{` + core + `,"userName":"a","active":false}`},
		"Okta: password":          {user, `{"op":"replace","value":{"password":"x"}}`, user},
		"password by path":        {user, `{"op":"replace","path":"password","value":"x"}`, user},
		"Okta: id is passed over": {user, `{"op":"replace","value":{"id":"other","displayName":"d"}}`, `{` + core + `,"userName":"a","displayName":"d"}`},
		// Entra ID
		"Entra: capital letters and texts for booleans": {user, `{"op":"Replace","path":"active","value":"False"}`, `{` + core + `,"userName":"a","active":false}`},
		"Entra: no path, text for boolean":              {user, `{"op":"Add","value":{"active":"True"}}`, `{` + core + `,"userName":"a","active":true}`},
		"Entra: the element is made":                    {user, `{"op":"Add","path":"emails[type eq \"work\"].value","value":"w"}`, `{` + core + `,"userName":"a","emails":[{"type":"work","value":"w"}]}`},
		"Entra: the element is made by replace":         {user, `{"op":"Replace","path":"phoneNumbers[type eq \"mobile\" and primary eq true].value","value":"1"}`, `{` + core + `,"userName":"a","phoneNumbers":[{"type":"mobile","primary":true,"value":"1"}]}`},
		"Entra: primary as text in a filter":            {user, `{"op":"Add","path":"roles[primary eq \"True\"].value","value":"r"}`, `{` + core + `,"userName":"a","roles":[{"primary":true,"value":"r"}]}`},
		"Entra: the element is changed":                 {mails, `{"op":"Add","path":"emails[type eq \"WORK\"].value","value":"n"}`, `{` + core + `,"userName":"a","emails":[{"value":"n","type":"work","primary":true},{"value":"h","type":"home"}]}`},
		"Entra: dotted names without path":              {named, `{"op":"Replace","value":{"name.givenName":"n","displayName":"d"}}`, `{` + core + `,"userName":"a","name":{"givenName":"n","familyName":"f"},"displayName":"d"}`},
		"Entra: value paths without path":               {user, `{"op":"Add","value":{"emails[type eq \"work\"].value":"w"}}`, `{` + core + `,"userName":"a","emails":[{"type":"work","value":"w"}]}`},
		"Entra: URNs without path":                      {user, `{"op":"Add","value":{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department":"d"}}`, `{` + withEnt + `,"userName":"a",` + enterprise + `:{"department":"d"}}`},
		"Entra: URN as path":                            {user, `{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber","value":"1"}`, `{` + withEnt + `,"userName":"a",` + enterprise + `:{"employeeNumber":"1"}}`},
		"Entra: manager as text":                        {user, `{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":"m"}`, boss},
		"Entra: manager as object":                      {user, `{"op":"Replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":{"value":"m"}}`, boss},
		"Entra: manager in a list":                      {user, `{"op":"Add","value":{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager":{"value":"m","displayName":"x"}}}`, boss},
		"Entra: no manager any more":                    {`{` + withEnt + `,"userName":"a",` + enterprise + `:{"department":"d","manager":{"value":"m"}}}`, `{"op":"Replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":""}`, `{` + withEnt + `,"userName":"a",` + enterprise + `:{"department":"d"}}`},
		"Entra: no value of a manager":                  {boss, `{"op":"Replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value","value":""}`, user},
		// the rest
		"a whole extension":               {user, `{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","value":{"Department":"d"}}`, `{` + withEnt + `,"userName":"a",` + enterprise + `:{"department":"d"}}`},
		"an extension without path":       {boss, `{"op":"replace","value":{` + enterprise + `:{"department":"d"}}}`, `{` + withEnt + `,"userName":"a",` + enterprise + `:{"manager":{"value":"m"},"department":"d"}}`},
		"the core under its URN":          {user, `{"op":"replace","value":{"urn:ietf:params:scim:schemas:core:2.0:User":{"title":"t","id":"x"}}}`, `{` + core + `,"userName":"a","title":"t"}`},
		"the core's URN before a name":    {user, `{"op":"replace","path":"urn:ietf:params:scim:schemas:core:2.0:User:title","value":"t"}`, `{` + core + `,"userName":"a","title":"t"}`},
		"an extension that nobody knows":  {user, `{"op":"add","path":"urn:x:2.0:User:cost","value":7}`, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:x:2.0:User"],"userName":"a","urn:x:2.0:User":{"cost":7}}`},
		"and all of it":                   {user, `{"op":"add","value":{"urn:x:2.0:User":{"cost":7}}},{"op":"remove","path":"urn:x:2.0:User:cost"}`, user},
		"what a POST kept can be changed": {`{` + core + `,"userName":"a","shoe":42}`, `{"op":"replace","path":"SHOE","value":43}`, `{` + core + `,"userName":"a","shoe":43}`},
		"primary by a filter":             {mails, `{"op":"replace","path":"emails[type eq \"home\"].primary","value":true}`, `{` + core + `,"userName":"a","emails":[{"value":"w","type":"work","primary":false},{"value":"h","type":"home","primary":true}]}`},
		"several, one after the other":    {user, `{"op":"add","path":"emails","value":["1","2"]},{"op":"remove","path":"emails[value eq \"1\"]"},{"op":"add","path":"emails[value eq \"2\"].type","value":"work"}`, `{` + core + `,"userName":"a","emails":[{"value":"2","type":"work"}]}`},
		"schemas follow":                  {user, `{"op":"add","path":"schemas","value":["urn:x"]}`, user},
		"blank path is none":              {user, `{"op":"replace","path":"","value":{"title":"t"}}`, `{` + core + `,"userName":"a","title":"t"}`},
		"add with a filter merges":        {mails, `{"op":"add","path":"emails[type eq \"home\"]","value":{"display":"d"}}`, `{` + core + `,"userName":"a","emails":[{"value":"w","type":"work","primary":true},{"value":"h","type":"home","display":"d"}]}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			before := object(t, tt.doc)
			got, err := patch(t, tt.doc, tt.ops)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(value.JSON(object(t, tt.want))), string(value.JSON(got))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if !value.Equal(before, object(t, tt.doc)) {
				t.Error("the document was changed in place")
			}
		})
	}
}

func TestPatchErrors(t *testing.T) {
	tests := map[string]struct {
		ops  string
		want fault.Type
	}{
		"unknown op":                      {`{"op":"move","path":"title"}`, fault.InvalidSyntax},
		"no op":                           {`{"path":"title","value":"x"}`, fault.InvalidSyntax},
		"no object":                       {`"add"`, fault.InvalidSyntax},
		"none":                            {``, fault.InvalidSyntax},
		"a path that is none":             {`{"op":"add","path":"a b","value":1}`, fault.InvalidPath},
		"a path of a number":              {`{"op":"add","path":1,"value":1}`, fault.InvalidPath},
		"a path that ends in a filter":    {`{"op":"add","path":"emails[type eq","value":1}`, fault.InvalidPath},
		"a filter that compares wrongly":  {`{"op":"remove","path":"emails[primary gt true]"}`, fault.InvalidPath},
		"an attribute that is not there":  {`{"op":"add","path":"nosuch","value":1}`, fault.InvalidPath},
		"of an extension that is known":   {`{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:nosuch","value":1}`, fault.InvalidPath},
		"remove without path":             {`{"op":"remove"}`, fault.NoTarget},
		"remove without path but value":   {`{"op":"remove","value":{"title":"x"}}`, fault.NoTarget},
		"replace where nothing matches":   {`{"op":"replace","path":"emails[type eq \"other\"]","value":{"value":"x"}}`, fault.NoTarget},
		"make of a filter that says less": {`{"op":"add","path":"emails[type co \"o\" and type ne \"work\"].value","value":"x"}`, fault.NoTarget},
		"the id":                          {`{"op":"replace","path":"id","value":"x"}`, fault.Mutability},
		"a part of meta":                  {`{"op":"replace","path":"meta.version","value":"x"}`, fault.Mutability},
		"the groups":                      {`{"op":"add","path":"groups","value":[{"value":"g"}]}`, fault.Mutability},
		"the manager's name":              {`{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName","value":"x"}`, fault.Mutability},
		"remove the user name":            {`{"op":"remove","path":"userName"}`, fault.Mutability},
		"blank user name":                 {`{"op":"replace","path":"userName","value":" "}`, fault.InvalidValue},
		"null user name":                  {`{"op":"replace","value":{"userName":null}}`, fault.InvalidValue},
		"a value path of one value":       {`{"op":"replace","path":"userName[value eq \"a\"]","value":"b"}`, fault.InvalidPath},
		"a value path of a name":          {`{"op":"add","path":"name[givenName eq \"a\"].familyName","value":"b"}`, fault.InvalidPath},
		"more fields at a time":           {`{"op":"add","value":{"x":1` + manyFields() + `}}`, fault.InvalidValue},
		"more fields by and by":           {`{"op":"add","value":{"x":1}},{"op":"add","value":{` + manyFields()[1:] + `}}`, fault.InvalidValue},
		"more fields of a name":           {`{"op":"add","path":"name","value":{"x":1` + manyFields() + `}}`, fault.InvalidValue},
		"no boolean":                      {`{"op":"replace","path":"active","value":"x"}`, fault.InvalidValue},
		"a text without path":             {`{"op":"add","value":"x"}`, fault.InvalidValue},
		"add of nothing":                  {`{"op":"add","path":"title"}`, fault.InvalidValue},
		"a text as name":                  {`{"op":"add","path":"name","value":"x"}`, fault.InvalidValue},
		"the second is wrong":             {`{"op":"add","path":"title","value":"x"},{"op":"add","path":"active","value":"x"}`, fault.InvalidValue},
	}
	const doc = `{` + core + `,"userName":"a","emails":[{"value":"w","type":"work"}]}`
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := patch(t, doc, tt.ops)
			if faultType(err) != tt.want || got != nil && err == nil {
				t.Errorf("%s, error %v, want %s", value.JSON(got), err, tt.want)
			}
		})
	}
}

func TestParsePatchSchemas(t *testing.T) {
	for body, want := range map[string]fault.Type{
		`{"schemas":["urn:x"],"Operations":[{"op":"add","value":{}}]}`: fault.InvalidSyntax,
		`{"Operations":[{"op":"add","value":{"title":"x"}}]}`:          "",
		`{"operations":[{"OP":"ADD","Value":{"title":"x"}}]}`:          "",
		`{"schemas":["` + document.PatchURN + `"],"Operations":{}}`:    fault.InvalidSyntax,
	} {
		if _, err := document.ParsePatch(schema.User(), object(t, body)); faultType(err) != want {
			t.Errorf("%s: %v", body, err)
		}
	}
}
