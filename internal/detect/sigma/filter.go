package sigma

import (
	"slices"

	"sallyport/internal/detect"
)

// filter reads a filter: the rules it is for, and a condition.
func (r *reader) filter(e entry, m Meta) Document {
	f := &Filter{Meta: m}
	var body []entry
	named := false
	for _, line := range r.entries(e.value, e.name) {
		if line.name != "rules" {
			body = append(body, line)
			continue
		}
		named = true
		f.Rules = r.texts(line, "filter.rules")
		if len(f.Rules) == 1 && f.Rules[0] == "any" {
			f.Rules, f.Any = nil, true
		}
	}
	if !named || !f.Any && len(f.Rules) == 0 {
		r.fail(e.key, "filter.rules", "a filter needs rules:, a list of ids or names, or any")
	}
	f.Expr = r.searched(e.value, e.name, body)
	return f
}

// AppliesTo reports whether a filter is for a rule: it is named, or all are, and
// of the log source only what the filter names must agree.
func (f *Filter) AppliesTo(rule *Rule) bool {
	agrees := func(mine, its string) bool { return mine == "" || mine == its }
	return agrees(f.LogSource.Category, rule.LogSource.Category) &&
		agrees(f.LogSource.Product, rule.LogSource.Product) &&
		agrees(f.LogSource.Service, rule.LogSource.Service) &&
		(f.Any || rule.ID != "" && slices.Contains(f.Rules, rule.ID) || rule.Name != "" && slices.Contains(f.Rules, rule.Name))
}

// Apply is the condition of a rule with the filters that are for it.
func Apply(rule *Rule, filters []*Filter) detect.Expr {
	parts := detect.And{rule.Expr}
	for _, f := range filters {
		if rule.Expr != nil && f.AppliesTo(rule) {
			parts = append(parts, f.Expr)
		}
	}
	if len(parts) == 1 {
		return rule.Expr
	}
	return parts
}
