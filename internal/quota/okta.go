package quota

import (
	"net/http"
	"slices"
	"strings"
	"sync"
)

// oktaRule says that calls of some paths count to a bucket.
type oktaRule struct {
	path    string // * stands for one segment
	bucket  string
	methods string // empty is all
	exact   bool   // the path itself, not what is below it
}

// oktaRules is Okta's table of buckets, as its rate-limit reference and the
// dashboards of orgs show it. A rule that is exact wins over one that is not,
// then the longer one wins. Calls to what no rule names count to "/".
func oktaRules() []oktaRule {
	const (
		writes = "POST PUT PATCH DELETE"
		user   = "/api/v1/users/{id}"
		app    = "/api/v1/apps/{id}"
	)
	return []oktaRule{
		{path: "/api/v1/users/me", bucket: "/api/v1/users/me", methods: "GET", exact: true},
		{path: "/api/v1/users/me", bucket: "/api/v1/users", exact: true},
		{path: "/api/v1/users/*", bucket: "GET " + user, methods: "GET", exact: true},
		{path: "/api/v1/users/*", bucket: user, methods: writes, exact: true},
		{path: "/api/v1/users/*/factors/*/verify", bucket: "/api/v1/users/{id}/factors/{id}/verify", methods: "POST", exact: true},
		{path: "/api/v1/groups/*", bucket: "/api/v1/groups/{id}", exact: true},
		{path: "/api/v1/groups/rules", bucket: "/api/v1/groups", exact: true},
		{path: "/api/v1/groups/*/skinny_users", bucket: "/api/v1/groups/{id}/skinny_users", exact: true},
		{path: "/api/v1/apps/*", bucket: "GET " + app, methods: "GET", exact: true},
		{path: "/api/v1/apps/*", bucket: app, methods: writes, exact: true},
		{path: "/api/v1/apps/rampAssignmentGrant", bucket: "/api/v1/apps", exact: true},
		{path: "/api/v1/apps/*/skinny_users", bucket: "/api/v1/apps/{id}/skinny_users", exact: true},
		{path: "/api/v1/devices/*/users", bucket: "/api/v1/devices/{id}/users", exact: true},
		{path: "/api/v1/authn/poll", bucket: "/api/v1/authn/poll"},
		{path: "/api/v1/authn/introspect", bucket: "/api/v1/authn/introspect"},
		{path: "/api/v1/authn/factors/*/verify", bucket: "/api/v1/authn/factors/{id}/verify", exact: true},
		{path: "/api/v1/authn/factors/*/transactions/*/verify", bucket: "/api/v1/authn/factors/{id}/transactions/{id}/verify", exact: true},
		{path: "/api/v1/identity-sources/*/sessions", bucket: "/api/v1/identity-sources/{id}/sessions"},
		{path: "/api/v1/identity-sources/*/sessions/*/bulk-delete", bucket: "/api/v1/identity-sources/{id}/sessions/{id}/bulk-delete", exact: true},
		{path: "/api/v1/identity-sources/*/sessions/*/bulk-upsert", bucket: "/api/v1/identity-sources/{id}/sessions/{id}/bulk-upsert", exact: true},
		{path: "/api/v1/identity-sources/*/sessions/*/start-import", bucket: "/api/v1/identity-sources/{id}/sessions/{id}/start-import", exact: true},
		{path: "/api/v1/orgs", bucket: "/api/v1/orgs", exact: true},
		{path: "/oauth2/v1/authorize", bucket: "/oauth2/v1/authorize", exact: true},
		{path: "/oauth2/*/v1", bucket: "/oauth2/{id}/v1"},
		{path: "/oauth2/*/v1/authorize", bucket: "/oauth2/{id}/v1/authorize", exact: true},
		{path: "/oauth2/*/v1/interact", bucket: "/oauth2/{id}/v1/interact", exact: true},
		{path: "/oauth2/*/v1/keys", bucket: "/oauth2/{id}/v1/keys", exact: true},
		{path: "/oauth2/*/v1/token", bucket: "/oauth2/{id}/v1/token", exact: true},
		{path: "/oauth2/*/.well-known/openid-configuration", bucket: "/oauth2/{id}/.well-known/openid-configuration", exact: true},
		{path: "/oauth2/*/.well-known/oauth-authorization-server", bucket: "/oauth2/{id}/.well-known/oauth-authorization-server", exact: true},
	}
}

// oktaPrefixes are buckets that hold everything below their own path.
func oktaPrefixes() []string {
	return []string{
		"/.well-known/acme-challenge", "/.well-known/apple-app-site-association", "/.well-known/fastfed", "/.well-known/logo",
		"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration", "/.well-known/ov-configurations", "/.well-known/webfinger",
		"/api/v1", "/api/v1/agentPools", "/api/v1/analytics", "/api/v1/apps", "/api/v1/artifacts", "/api/v1/authn",
		"/api/v1/certificateAuthorities", "/api/v1/device-assurances", "/api/v1/devices", "/api/v1/domains", "/api/v1/events",
		"/api/v1/groups", "/api/v1/hook-keys", "/api/v1/iam", "/api/v1/logs", "/api/v1/org/email/bounces/remove-list",
		"/api/v1/principal-rate-limits", "/api/v1/push-providers", "/api/v1/ratelimit", "/api/v1/registration",
		"/api/v1/risk/events/ip", "/api/v1/risk/providers", "/api/v1/sessions", "/api/v1/users",
		"/oauth2", "/oauth2/v1", "/oauth2/v1/clients", "/oauth2/v1/interact", "/oauth2/v1/keys", "/oauth2/v1/token",
		"/integrations/api/v1/api-services",
	}
}

// oktaTable is the rules with their paths taken apart.
var oktaTable = sync.OnceValue(func() []oktaEntry {
	rules := oktaRules()
	for _, p := range oktaPrefixes() {
		rules = append(rules, oktaRule{path: p, bucket: p})
	}
	table := make([]oktaEntry, len(rules))
	for i, r := range rules {
		table[i] = oktaEntry{r, strings.Split(strings.Trim(r.path, "/"), "/")}
	}
	return table
})

type oktaEntry struct {
	oktaRule
	segments []string
}

// OktaBucket returns the name of the bucket that a call to Okta counts to.
func OktaBucket(method, path string) string {
	path, _, _ = strings.Cut(path, "?")
	segments := strings.Split(strings.Trim(path, "/"), "/")
	if method == http.MethodHead {
		method = http.MethodGet
	}
	best, most := "/", 0
	for _, e := range oktaTable() {
		if e.methods != "" && !slices.Contains(strings.Fields(e.methods), method) {
			continue
		}
		if n := e.match(segments); n > most {
			best, most = e.bucket, n
		}
	}
	return best
}

// match returns how well the entry's path fits, 0 if it does not: a segment
// counts more than being exact, and that more than naming it.
func (e oktaEntry) match(segments []string) int {
	if len(segments) < len(e.segments) || e.exact && len(segments) > len(e.segments) {
		return 0
	}
	n := 0
	for i, s := range e.segments {
		switch s {
		case segments[i]:
			n += 102
		case "*":
			n += 100
		default:
			return 0
		}
	}
	if e.exact {
		n += 50
	}
	if e.methods != "" {
		n++
	}
	return n
}
