package okta_test

import (
	"testing"

	"sallyport/sandbox/okta"
)

func weak(t *testing.T) *tenant {
	t.Helper()
	return serve(t, func(o *okta.Options) { o.Weak = true })
}

// A weak org is one that Okta could have: all of it fits the description.
func TestWeakOrgIsServed(t *testing.T) {
	x := weak(t)
	readInventory(t, x)
	for _, path := range []string{"/api/v1/groups?expand=stats,app", "/api/v1/apps?limit=200", "/api/v1/groups/rules", "/api/v1/api-tokens", "/api/v1/iam/assignees/users", "/api/v1/users?limit=200"} {
		x.get(path).want(200)
	}
}
