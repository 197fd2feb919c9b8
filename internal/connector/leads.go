package connector

import (
	"regexp"
	"slices"

	"sallyport/internal/value"
)

// Leads returns the settings that decide where a connection leads, and so where
// its secrets go: those that stand in the connector's base URL, its mail server,
// the URLs that its tokens come from and people consent at, and the URLs of its
// actions, itself or by way of a variable.
func (c *Connector) Leads(kind AuthKind) map[string]bool {
	l := leads{}
	l.tree(c.profile.base, nil)
	if m := c.profile.smtp; m != nil {
		for _, t := range []tree{m.host, m.port, m.security} {
			l.tree(t, nil)
		}
	}
	if auth, ok := c.AuthOf(kind); ok {
		l.tree(auth.plan.tokenURL, nil)
		l.tree(auth.plan.authorizeURL, nil)
	}
	for _, a := range c.Actions {
		for _, st := range a.do.steps {
			vars := append(slices.Clip(a.do.vars), st.vars...)
			l.tree(st.request.url, vars)
			l.tree(st.request.base, vars)
		}
	}
	return l
}

type leads map[string]bool

func (l leads) tree(t tree, vars []variable) {
	for _, ref := range t.refs() {
		l.ref(ref, vars)
	}
}

// ref adds a setting, or the settings that a variable is made of.
func (l leads) ref(ref value.Ref, vars []variable) {
	if len(ref) < 2 {
		return
	}
	switch ref[0] {
	case "settings":
		l[ref[1]] = true
	case "vars":
		for i, v := range vars {
			if v.name == ref[1] {
				l.source(v.from.Source(), vars[:i])
			}
		}
	}
}

func (l leads) source(source string, vars []variable) {
	for _, found := range regexp.MustCompile(`\b(settings|vars)\.(\w+)`).FindAllStringSubmatch(source, -1) {
		l.ref(value.Ref{found[1], found[2]}, vars)
	}
}
