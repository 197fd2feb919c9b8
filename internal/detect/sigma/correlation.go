package sigma

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"sallyport/internal/detect/correlate"
)

// correlation reads a correlation, Sigma's or one of ours.
func (r *reader) correlation(e entry, m Meta, path string) Document {
	c := &Correlation{Meta: m}
	own := strings.HasPrefix(path, "sallyport.")
	for _, line := range r.entries(e.value, path) {
		at := join(path, line.name)
		switch line.name {
		case "type":
			c.Type = r.correlationType(line, at, own)
		case "rules":
			c.Rules = r.texts(line, at)
		case "group-by":
			c.GroupBy = r.groupBy(line, at)
		case "aliases":
			c.Aliases = r.aliases(line, at)
		case "timespan":
			c.Timespan = r.timespan(line, at)
		case "condition":
			r.correlationCondition(c, line, at)
		case "generate":
			if err := line.value.Decode(&c.Generate); err != nil {
				r.fail(line.value, at, "generate is true or false")
			}
		case "without", "field", "learning":
			r.extension(c, line, at, own)
		default:
			r.fail(line.key, at, "there is no such setting of a correlation; there are type, rules, group-by, timespan, condition, aliases and generate")
		}
	}
	r.checkCorrelation(c, e, path)
	c.GroupBy = r.resolveGroups(c)
	return c
}

// extension reads what only correlations of our own have.
func (r *reader) extension(c *Correlation, e entry, at string, own bool) {
	switch {
	case !own:
		r.fail(e.key, at, "this is no setting of Sigma's; correlations with it stand as sallyport: correlation:")
	case e.name == "without":
		c.Without = r.texts(e, at)
	case e.name == "field":
		c.Field = r.paths(e, at)
	case e.name == "learning":
		c.Learning = r.timespan(e, at)
	}
}

func (r *reader) correlationType(e entry, at string, own bool) correlate.Type {
	t := correlate.Type(r.text(e, at))
	known := correlate.StandardTypes()
	if own {
		known = append(known, correlate.Absent, correlate.FirstSeen)
	}
	if !slices.Contains(known, t) {
		var names []string
		for _, k := range known {
			names = append(names, string(k))
		}
		r.fail(e.value, at, fmt.Sprintf("there is no correlation %q; there are %s", t, strings.Join(names, ", ")))
	}
	return t
}

// timespan reads a number and a unit, such as 90m.
func (r *reader) timespan(e entry, at string) time.Duration {
	text := r.text(e, at)
	units := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}
	if text != "" {
		n, err := strconv.Atoi(text[:len(text)-1])
		unit := units[text[len(text)-1:]]
		if span := time.Duration(n) * unit; err == nil && n > 0 && unit > 0 && n <= 400*24*3600 && span <= correlate.MaxSpan {
			return span
		}
	}
	r.fail(e.value, at, "a time span is a number with s, m, h, d or w, such as 90m, of at most 400 days")
	return 0
}

// aliases reads alias → rule → field.
func (r *reader) aliases(e entry, path string) map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, alias := range r.entries(e.value, path) {
		at := join(path, alias.name)
		all[alias.name] = map[string]string{}
		for _, line := range r.entries(alias.value, at) {
			if field, ok := r.eventPath(line.value, r.text(line, join(at, line.name)), at); ok {
				all[alias.name][line.name] = field
			}
		}
	}
	return all
}

func (r *reader) groupBy(e entry, at string) []string {
	names := r.texts(e, at)
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			r.fail(e.value, at, fmt.Sprintf("%q stands here twice", name))
		}
	}
	return names
}

// resolveGroups makes paths of what is grouped by, but of aliases.
func (r *reader) resolveGroups(c *Correlation) []string {
	var groups []string
	for _, name := range c.GroupBy {
		if _, alias := c.Aliases[name]; alias {
			groups = append(groups, name)
			continue
		}
		if at, ok := r.eventPath(&yaml.Node{Line: c.Line}, name, "correlation.group-by"); ok {
			groups = append(groups, at)
		}
	}
	return groups
}

func (r *reader) paths(e entry, at string) []string {
	var paths []string
	for _, name := range r.texts(e, at) {
		if p, ok := r.eventPath(e.value, name, at); ok {
			paths = append(paths, p)
		}
	}
	return paths
}

// eventPath is a path whose values are wanted, which may choose among the
// elements of a list.
func (r *reader) eventPath(n *yaml.Node, name, at string) (string, bool) {
	if _, err := correlate.ParsePath(strings.TrimPrefix(name, r.options.Prefix)); err != nil {
		r.fail(n, at, err.Error())
		return "", false
	}
	if strings.Contains(name, "[") {
		return strings.TrimPrefix(name, r.options.Prefix), true
	}
	return r.path(n, name, at, false)
}

func (r *reader) correlationCondition(c *Correlation, e entry, path string) {
	if e.value.Kind == yaml.ScalarNode {
		r.fail(e.value, path, "a condition is a map, such as gte: 10; rules joined by words are not known here, so write one correlation for each way")
		return
	}
	for _, line := range r.entries(e.value, path) {
		at := join(path, line.name)
		switch line.name {
		case "gt", "gte", "lt", "lte", "eq", "neq":
			f, err := number(line.value)
			if err != nil || line.value.Kind != yaml.ScalarNode {
				r.fail(line.value, at, "a number is wanted here; a placeholder must be replaced by one")
				continue
			}
			c.Condition.Bounds = append(c.Condition.Bounds, correlate.Bound{Op: line.name, Value: f})
		case "field":
			c.Field = r.paths(line, at)
		case "percentile":
			f, err := number(line.value)
			if err != nil || f < 0 || f > 100 {
				r.fail(line.value, at, "a percentile is a number from 0 to 100")
			}
			c.Condition.Percentile = f
		default:
			r.fail(line.key, at, "there is no such setting of a condition; there are gt, gte, lt, lte, eq, neq, field and percentile")
		}
	}
}

// checkCorrelation says what is missing.
func (r *reader) checkCorrelation(c *Correlation, e entry, path string) {
	missing := func(name, msg string) { r.fail(e.key, join(path, name), msg) }
	if len(c.Rules) == 0 {
		missing("rules", "a correlation needs rules:, a list of ids or names")
	}
	for i, name := range c.Rules {
		if slices.Contains(c.Rules[:i], name) {
			missing("rules", fmt.Sprintf("the rule %q stands here twice", name))
		}
	}
	if c.Timespan == 0 && len(r.faults) == 0 {
		missing("timespan", "a correlation needs a timespan:, such as 10m")
	}
	if c.Type == "" {
		missing("type", "a correlation needs a type:, such as event_count")
	}
	if len(r.faults) > 0 {
		return
	}
	spec := correlate.Spec{
		ID: c.Title, Type: c.Type, Rules: c.Rules, Without: c.Without, Field: c.Field, Span: c.Timespan, Condition: c.Condition, Learning: c.Learning,
	}
	if err := spec.Validate(); err != nil {
		r.fail(e.key, path, err.Error())
	}
}
