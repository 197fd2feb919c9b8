package access_test

import (
	"testing"

	"sallyport/internal/access"
)

func TestParseResource(t *testing.T) {
	for text, want := range map[string]access.Resource{
		"orn:okta:directory:00o1:users":                             {Kind: "users"},
		"orn:okta:directory:00o1:groups":                            {Kind: "groups"},
		"orn:okta:directory:00o1:groups:00g1":                       {Kind: "groups", ID: "00g1"},
		"orn:okta:directory:00o1:groups:00g1:contained_resources":   {Kind: "groups", ID: "00g1", People: true},
		"orn:okta:00o1:users:00u1":                                  {Kind: "users", ID: "00u1"},
		"orn:okta:idp:00o1:apps":                                    {Kind: "apps"},
		"orn:okta:idp:00o1:apps:slack":                              {Kind: "apps", Type: "slack"},
		"orn:okta:idp:00o1:apps:slack:0oa1":                         {Kind: "apps", ID: "0oa1"},
		"orn:okta:idp:00o1:apps:0oa1":                               {Kind: "apps", ID: "0oa1"},
		"orn:okta:iam:00o1:contained_resources":                     {Kind: "iam"},
		"orn:okta:idp:00o1:policies":                                {Kind: "policies"},
		"orn:okta:directory:00o1:realms:guo1:contained_resources":   {Kind: "realms", ID: "guo1", People: true},
		"/api/v1/users":                                             {Kind: "users"},
		"https://acme.okta.com/api/v1/groups/00g1":                  {Kind: "groups", ID: "00g1"},
		"https://acme.okta.com/api/v1/groups/00g1/users":            {Kind: "groups", ID: "00g1", People: true},
		"https://acme.okta.com/api/v1/apps/0oa1":                    {Kind: "apps", ID: "0oa1"},
		`https://acme.okta.com/api/v1/apps?filter=name+eq+"slack"`:  {Kind: "apps", Type: "slack"},
		"https://acme.okta.com/api/v1/iam/resource-sets":            {Kind: "iam"},
		"https://acme.okta.com/api/v1/authorizationServers/default": {Kind: "authorization_servers", ID: "default"},
		"https://acme.okta.com/api/v1/realms/guo1/users":            {Kind: "realms", ID: "guo1", People: true},
	} {
		if got, ok := access.ParseResource(text); !ok || got != want {
			t.Errorf("%s is %+v %t, want %+v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "orn:", "orn:okta:planets:00o1", "orn:okta:planets:00o1:rocks", "https://acme.okta.com/users", "/api/v1/planets/1", "/api/v1/groups//users", "/api/v1/groups/00g1/apps", "::"} {
		if got, ok := access.ParseResource(text); ok {
			t.Errorf("%q is taken for %+v", text, got)
		}
	}
}

// What is read is of a known kind, and never the people of nothing.
func FuzzParseResource(f *testing.F) {
	f.Add("orn:okta:directory:00o1:groups:00g1:contained_resources")
	f.Add(`https://acme.okta.com/api/v1/apps?filter=name+eq+"slack"`)
	f.Fuzz(func(t *testing.T, text string) {
		r, ok := access.ParseResource(text)
		if ok && (r.Kind == "" || r.People && r.ID == "" || r.Type != "" && r.ID != "") {
			t.Errorf("%q is %+v", text, r)
		}
	})
}
