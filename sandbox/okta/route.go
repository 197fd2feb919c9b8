package okta

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// handler answers a call.
type handler func(*call) (answer, error)

// route is one operation of the API.
type route struct {
	method string
	path   string // parts in braces match any part
	handle handler

	// scope is the OAuth scope that the call needs, without ".read" or
	// ".manage", which the method decides. It is empty for a route that needs
	// no credentials at all.
	scope string
	// area is what an admin role must cover. It is empty where any valid
	// credentials are enough.
	area area
	// lenient marks a list that is answered, empty, to an OAuth client without
	// any admin role.
	lenient bool
	// unlocked marks a handler that takes the org's lock by itself.
	unlocked bool
}

// get, post, put and del make routes of an area.
func get(path string, a area, h handler) route {
	return route{method: http.MethodGet, path: path, handle: h, area: a, scope: a.scope()}
}

func post(path string, a area, h handler) route {
	return route{method: http.MethodPost, path: path, handle: h, area: a, scope: a.scope()}
}

func put(path string, a area, h handler) route {
	return route{method: http.MethodPut, path: path, handle: h, area: a, scope: a.scope()}
}

func del(path string, a area, h handler) route {
	return route{method: http.MethodDelete, path: path, handle: h, area: a, scope: a.scope()}
}

// lenient makes a list that a client without admin role sees empty.
func lenient(r route) route {
	r.lenient = true
	return r
}

// routes lists every operation of the org; each noun has its own list.
func routes() []route {
	var all []route
	for _, of := range [][]route{
		userRoutes(), lifecycleRoutes(), credentialRoutes(), groupRoutes(), ruleRoutes(), ownerRoutes(), roleRoutes(), targetRoutes(),
		factorRoutes(), sessionRoutes(), consentRoutes(), refreshRoutes(), riskRoutes(), appRoutes(), appSecretRoutes(), appUserRoutes(), appGroupRoutes(), appGrantRoutes(),
		hookRoutes(), logRoutes(), tokenRoutes(), oauthRoutes(), serviceRoutes(), orgRoutes(), brandRoutes(), threatRoutes(), shelfRoutes(), singleRoutes(), policyRoutes(), deviceRoutes(), schemaRoutes(), bindingRoutes(), wellKnownRoutes(), pageRoutes(),
		noticeRoutes(), logStreamRoutes(), samlKeyRoutes(), ssoRoutes(), connectionRoutes(), groupPushRoutes(), idpUserRoutes(),
	} {
		all = append(all, of...)
	}
	return all
}

// router finds the route of a request: a tree of path parts, where a literal
// part goes before a part in braces.
type router struct {
	parts map[string]*router
	any   *router
	name  string           // of the part in braces that any matches
	here  map[string]route // by method
}

func newRouter(all []route) *router {
	root := &router{}
	for _, r := range all {
		at := root
		for part := range strings.SplitSeq(strings.Trim(r.path, "/"), "/") {
			at = at.child(part)
		}
		if at.here == nil {
			at.here = map[string]route{}
		}
		at.here[r.method] = r
	}
	return root
}

func (n *router) child(part string) *router {
	if name, ok := strings.CutPrefix(part, "{"); ok {
		if n.any == nil {
			n.any = &router{}
		}
		n.any.name = strings.TrimSuffix(name, "}")
		return n.any
	}
	if n.parts == nil {
		n.parts = map[string]*router{}
	}
	if n.parts[part] == nil {
		n.parts[part] = &router{}
	}
	return n.parts[part]
}

// find returns the route of a request and the values of its parts in braces,
// in the order they have in the path.
func (n *router) find(r *http.Request) (route, []string, error) {
	var parts []string
	for part := range strings.SplitSeq(strings.Trim(r.URL.EscapedPath(), "/"), "/") {
		if part == "" {
			continue // a doubled slash
		}
		s, err := url.PathUnescape(part)
		if err != nil {
			return route{}, nil, errPath()
		}
		parts = append(parts, s)
	}
	at, values := n.match(parts, nil, r.Method)
	if at == nil {
		at, _ = n.match(parts, nil, "")
	}
	if at == nil {
		return route{}, nil, errPath()
	}
	found, ok := at.here[r.Method]
	if !ok {
		return route{}, nil, errMethod()
	}
	return found, values, nil
}

// match walks down the tree; an empty method accepts any.
func (n *router) match(parts, values []string, method string) (*router, []string) {
	if len(parts) == 0 {
		if _, ok := n.here[method]; ok || method == "" && len(n.here) > 0 {
			return n, values
		}
		return nil, nil
	}
	if next := n.parts[parts[0]]; next != nil {
		if at, v := next.match(parts[1:], values, method); at != nil {
			return at, v
		}
	}
	if n.any != nil {
		return n.any.match(parts[1:], append(slices.Clip(values), parts[0]), method)
	}
	return nil, nil
}
