package sigma

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
