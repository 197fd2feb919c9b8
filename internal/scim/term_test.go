package scim_test

import (
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/scim"
	"sallyport/internal/scim/scimtest"
)

// listening is a directory that remembers what it was asked.
type listening struct {
	*scimtest.Memory

	queries []scim.Query
	related []bool
}

func (l *listening) List(ctx context.Context, q scim.Query) (scim.Page, error) {
	l.queries = append(l.queries, q)
	return l.Memory.List(ctx, q)
}

func (l *listening) Find(ctx context.Context, ref scim.Ref, related bool) (scim.Record, error) {
	l.related = append(l.related, related)
	return l.Memory.Find(ctx, ref, related)
}

func (l *listening) Change(ctx context.Context, ref scim.Ref, related bool, edit func(scim.Record) (scim.Edit, error)) (scim.Record, error) {
	l.related = append(l.related, related)
	return l.Memory.Change(ctx, ref, related, edit)
}

// What a directory has an index for, it is asked by it.
func TestTerms(t *testing.T) {
	all := func(kind scim.Kind, terms ...scim.Term) scim.Query {
		return scim.Query{Kind: kind, Terms: terms, Limit: 100, Total: true, Related: true, Texts: true}
	}
	scan := func(kind scim.Kind, related bool, terms ...scim.Term) scim.Query {
		return scim.Query{Kind: kind, Terms: terms, Limit: 500, Related: related}
	}
	ann := scim.Term{Field: scim.FieldUserName, Text: "ann@x.test"}
	tests := map[string]struct {
		path, filter string
		want         scim.Query
	}{
		"nothing":                {"/Users", "", all(scim.User)},
		"userName":               {"/Users", `USERNAME eq "Ann@x.test"`, all(scim.User, ann)},
		"by URN":                 {"/Users", `urn:ietf:params:scim:schemas:core:2.0:User:userName eq "Ann@x.test"`, all(scim.User, ann)},
		"id":                     {"/Users", `id eq "A"`, all(scim.User, scim.Term{Field: scim.FieldID, Text: "A"})},
		"externalId":             {"/Groups", `externalId eq "A"`, all(scim.Group, scim.Term{Field: scim.FieldExternalID, Text: "A"})},
		"displayName":            {"/Groups", `displayName eq "A"`, all(scim.Group, scim.Term{Field: scim.FieldDisplayName, Text: "a"})},
		"emails":                 {"/Users", `emails eq "A"`, all(scim.User, scim.Term{Field: scim.FieldEmail, Text: "a"})},
		"emails.value":           {"/Users", `emails.value eq "A"`, all(scim.User, scim.Term{Field: scim.FieldEmail, Text: "a"})},
		"emails in brackets":     {"/Users", `emails[value eq "A"]`, all(scim.User, scim.Term{Field: scim.FieldEmail, Text: "a"})},
		"active":                 {"/Users", `active eq true`, all(scim.User, scim.Term{Field: scim.FieldActive, Bool: true})},
		"active as text":         {"/Users", `active eq "False"`, all(scim.User, scim.Term{Field: scim.FieldActive})},
		"members":                {"/Groups", `members eq "A"`, all(scim.Group, scim.Term{Field: scim.FieldMember, Text: "A"})},
		"two":                    {"/Users", `userName eq "ann@x.test" and active eq true`, all(scim.User, ann, scim.Term{Field: scim.FieldActive, Bool: true})},
		"one of two":             {"/Users", `userName eq "ann@x.test" and title pr`, scan(scim.User, false, ann)},
		"one of two in brackets": {"/Users", `title pr and (userName eq "ann@x.test" and nickName pr)`, scan(scim.User, false, ann)},
		"none of either":         {"/Users", `userName eq "ann@x.test" or title pr`, scan(scim.User, false)},
		"no equality":            {"/Users", `userName sw "a"`, scan(scim.User, false)},
		"not":                    {"/Users", `not (userName eq "ann@x.test")`, scan(scim.User, false)},
		"with another condition": {"/Users", `emails[value eq "a" and type eq "work"]`, scan(scim.User, false)},
		"groups of users":        {"/Users", `groups.display co "a"`, scan(scim.User, true)},
		"a group has no email":   {"/Groups", `emails eq "a"`, scan(scim.Group, false)},
		"of an extension":        {"/Users", `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "a"`, scan(scim.User, false)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := &listening{Memory: scimtest.NewMemory(time.Now)}
			scimtest.Serve(t, d, scim.Options{}).Must(200, "GET", tt.path+"?filter="+url.QueryEscape(tt.filter), "")
			if diff := cmp.Diff([]scim.Query{tt.want}, d.queries); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Members and groups are read where somebody sees them or asks by them, and
// nowhere else: a group may have a hundred thousand.
func TestRelated(t *testing.T) {
	d := &listening{Memory: scimtest.NewMemory(time.Now)}
	c := scimtest.Serve(t, d, scim.Options{})
	user := "/Users/" + c.Must(201, "POST", "/Users", `{"userName":"a@x.test"}`).Text("id")
	group := "/Groups/" + c.Must(201, "POST", "/Groups", `{"displayName":"g"}`).Text("id")
	tests := map[string]struct {
		status             int
		method, path, body string
		want               bool
	}{
		"a user":                  {200, "GET", user, "", true},
		"a group":                 {200, "GET", group, "", true},
		"without its members":     {200, "GET", group + "?excludedAttributes=members", "", false},
		"of which a name":         {200, "GET", group + "?attributes=displayName", "", false},
		"a part of its members":   {200, "GET", group + "?attributes=members.value", "", true},
		"a rename":                {204, "PATCH", group, `{"Operations":[{"op":"replace","path":"displayName","value":"h"}]}`, false},
		"a member more":           {204, "PATCH", group, `{"Operations":[{"op":"add","path":"members","value":[]}]}`, false},
		"a member less":           {204, "PATCH", group, `{"Operations":[{"op":"remove","path":"members[value eq \"x\"]"}]}`, false},
		"members by name":         {204, "PATCH", group, `{"Operations":[{"op":"remove","path":"members[display eq \"x\"]"}]}`, true},
		"a patch that shows them": {200, "PATCH", group + "?attributes=members", `{"Operations":[{"op":"replace","path":"displayName","value":"i"}]}`, true},
		"a user's patch":          {204, "PATCH", user, `{"Operations":[{"op":"replace","value":{"active":false}}]}`, false},
		"a user's PUT":            {200, "PUT", user, `{"userName":"a@x.test"}`, true},
	}
	for name, tt := range tests {
		d.related = nil
		c.Must(tt.status, tt.method, tt.path, tt.body)
		if diff := cmp.Diff([]bool{tt.want}, d.related); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
}
