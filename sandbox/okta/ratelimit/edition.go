package ratelimit

import "strings"

// Edition is a kind of org; its licence decides how many calls a minute it
// may make.
type Edition string

// The editions that Okta published limits for.
const (
	Workforce  Edition = "workforce"  // Workforce Identity, the default
	Enterprise Edition = "enterprise" // Customer Identity, enterprise
	OneApp     Edition = "oneapp"     // Customer Identity, one app
	Integrator Edition = "integrator" // free developer org
)

// Editions lists all of them.
func Editions() []Edition { return []Edition{Workforce, Enterprise, OneApp, Integrator} }

// concurrency is how many requests of an edition may be in flight at once.
func (e Edition) concurrency() int {
	if e == Integrator {
		return 35
	}
	return 75
}

// column is the place of an edition in the table below.
func (e Edition) column() int {
	switch e {
	case Enterprise:
		return 1
	case OneApp:
		return 2
	case Integrator:
		return 3
	default:
		return 0
	}
}

// bucket is one row of the table: requests a minute by edition. A path ending
// in "/{id}" is that of a single object and has no sub-resources. Methods,
// where given, are the only ones that the row counts.
type bucket struct {
	path    string
	methods string
	limits  [4]int // Workforce, Enterprise, OneApp, Integrator
}

// buckets holds the limits that Okta published until December 2025, from the
// longest prefix to the shortest. Rows without a published number carry what
// was recorded from live orgs: authn, sessions, token.
func buckets() []bucket {
	return []bucket{
		{"/oauth2/v1/clients", "", [4]int{100, 100, 100, 25}},
		{"/oauth2/v1/token", "", [4]int{2000, 2000, 1000, 150}},
		{"/oauth2/v1/keys", "", [4]int{2000, 2000, 1000, 150}},
		{"/oauth2/v1", "", [4]int{2000, 2000, 1000, 150}},
		{"/oauth2", "", [4]int{2000, 2000, 1000, 150}},
		{"/api/v1/users/{id}", "GET", [4]int{2000, 1000, 1000, 100}},
		{"/api/v1/users/{id}", "POST PUT DELETE", [4]int{600, 600, 600, 100}},
		{"/api/v1/users", "", [4]int{600, 600, 600, 100}},
		{"/api/v1/groups/{id}", "", [4]int{1000, 600, 600, 100}},
		{"/api/v1/groups", "", [4]int{500, 600, 600, 100}},
		{"/api/v1/apps/{id}", "", [4]int{500, 600, 600, 100}},
		{"/api/v1/apps", "", [4]int{100, 100, 100, 20}},
		{"/api/v1/logs", "", [4]int{120, 50, 50, 20}},
		{"/api/v1/iam", "", [4]int{600, 600, 600, 100}},
		{"/api/v1/sessions", "", [4]int{750, 750, 750, 375}},
		{"/api/v1/authn", "", [4]int{500, 500, 500, 250}},
		{"/api/v1/devices", "", [4]int{100, 150, 150, 100}},
		{"/api/v1", "", [4]int{1200, 600, 600, 100}},
		{"/integrations", "", [4]int{1200, 600, 600, 100}},
		{"/", "", [4]int{1200, 600, 600, 100}},
	}
}

// single says whether a path names one object: the prefix and one more part
// that is not a collection of its own.
func single(path, prefix string) bool {
	id, ok := strings.CutPrefix(path, prefix+"/")
	return ok && id != "" && !strings.Contains(id, "/") && id != "rules"
}

// find returns the row for a request: the longest prefix whose methods match.
func find(rows []bucket, method, path string) bucket {
	path = strings.TrimSuffix(path, "/")
	for _, b := range rows {
		if b.methods != "" && !strings.Contains(" "+b.methods+" ", " "+method+" ") {
			continue
		}
		if prefix, ok := strings.CutSuffix(b.path, "/{id}"); ok {
			if single(path, prefix) {
				return b
			}
			continue
		}
		if path == b.path || strings.HasPrefix(path, strings.TrimSuffix(b.path, "/")+"/") {
			return b
		}
	}
	return rows[len(rows)-1]
}
