package auth0

import (
	"net/http"
	"net/url"
	"strings"
)

// route is one operation.
type route struct {
	method, path string
	// scopes are those of which a caller needs one; none for a route that
	// needs no access token.
	scopes []string
	title  string // as the log of a change says it
	handle func(*call) (answer, error)
	// unlocked marks a handler that takes the tenant's lock by itself.
	unlocked bool
	parts    []string
}

// api makes a route of the Management API. Scopes are separated by spaces.
func api(method, path, scopes, title string, handle func(*call) (answer, error)) route {
	return route{method: method, path: "/api/v2" + path, scopes: strings.Fields(scopes), title: title, handle: handle}
}

func get(path, scopes string, handle func(*call) (answer, error)) route {
	return api(http.MethodGet, path, scopes, "", handle)
}

func post(path, scopes, title string, handle func(*call) (answer, error)) route {
	return api(http.MethodPost, path, scopes, title, handle)
}

func patch(path, scopes, title string, handle func(*call) (answer, error)) route {
	return api(http.MethodPatch, path, scopes, title, handle)
}

func put(path, scopes, title string, handle func(*call) (answer, error)) route {
	return api(http.MethodPut, path, scopes, title, handle)
}

func del(path, scopes, title string, handle func(*call) (answer, error)) route {
	return api(http.MethodDelete, path, scopes, title, handle)
}

// routes lists every operation of a tenant; each noun has its own list.
func routes(t *Tenant) []route {
	var all []route
	for _, of := range [][]route{
		tokenRoutes(), userRoutes(), userPartRoutes(), shelfRoutes(t), clientRoutes(), organizationRoutes(), roleRoutes(), actionRoutes(), logRoutes(),
		settingRoutes(), jobRoutes(), pageRoutes(),
	} {
		all = append(all, of...)
	}
	for i := range all {
		all[i].parts = strings.Split(strings.Trim(all[i].path, "/"), "/")
	}
	return all
}

// find returns the route of a request and the values of the parts in braces.
// Of several, the one whose parts are literal earlier is taken, and of equal
// ones the last.
func find(all []route, r *http.Request) (route, map[string]string, bool) {
	var parts []string
	for p := range strings.SplitSeq(strings.Trim(r.URL.EscapedPath(), "/"), "/") {
		s, err := url.PathUnescape(p)
		if err != nil {
			return route{}, nil, false
		}
		parts = append(parts, s)
	}
	var best route
	var found bool
	for _, rt := range all {
		if rt.method == r.Method && len(rt.parts) == len(parts) && fits(rt.parts, parts) && (!found || !plainer(best.parts, rt.parts)) {
			best, found = rt, true
		}
	}
	args := map[string]string{}
	for i, p := range best.parts {
		if name, braced := strings.CutPrefix(p, "{"); braced && found {
			args[strings.TrimSuffix(name, "}")] = parts[i]
		}
	}
	return best, args, found
}

func fits(pattern, parts []string) bool {
	for i, p := range pattern {
		if p != parts[i] && !strings.HasPrefix(p, "{") {
			return false
		}
	}
	return true
}

// plainer reports whether a pattern is literal where another is not.
func plainer(a, b []string) bool {
	for i := range a {
		x, y := strings.HasPrefix(a[i], "{"), strings.HasPrefix(b[i], "{")
		if x != y {
			return y
		}
	}
	return false
}
