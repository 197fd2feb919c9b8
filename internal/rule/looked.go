package rule

import (
	"fmt"
	"slices"
	"strings"

	"sallyport/internal/detect"
	"sallyport/internal/detect/correlate"
	"sallyport/internal/detect/plain"
	"sallyport/internal/event"
)

// Looked is what a rule looked at in an event.
type Looked struct {
	Path   string
	Values []string // what stands there, the first 10; none where there is nothing
}

const maxLookedValues = 10

// Looked returns the paths that the rule looked at in an event, with what stands
// there. Of a correlation they are those of the rules that hold of the event, and
// what it groups and counts by.
func (r *Rule) Looked(e event.Event) ([]Looked, error) {
	decoded, err := plain.Decode(e.Raw)
	if err != nil {
		return nil, fmt.Errorf("read event %s: %w", e.UUID, err)
	}
	paths, _ := r.lookedAt(decoded)
	slices.Sort(paths)
	var out []Looked
	for _, path := range slices.Compact(paths) {
		parsed, err := correlate.ParsePath(strings.ReplaceAll(path, "{}", ""))
		if err != nil {
			continue // it is no path that leads to values
		}
		values := parsed.Values(decoded)
		out = append(out, Looked{path, values[:min(len(values), maxLookedValues)]})
	}
	return out, nil
}

// lookedAt returns the paths, and whether the rule has to do with the event.
func (r *Rule) lookedAt(decoded any) ([]string, bool) {
	if r.Expr != nil {
		if !plain.Holds(r.condition(), decoded) {
			return nil, false
		}
		return detect.Paths(r.Expr), true
	}
	if r.correlation == nil {
		return nil, false
	}
	var paths []string
	held := false
	for i, ref := range r.refs {
		of, ok := ref.lookedAt(decoded)
		if !ok {
			continue
		}
		held = true
		paths = append(paths, of...)
		for _, by := range r.correlation.GroupBy {
			alias, aliased := r.correlation.Aliases[by]
			switch {
			case !aliased:
				paths = append(paths, by)
			case i < len(r.correlation.Rules) && alias[r.correlation.Rules[i]] != "":
				paths = append(paths, alias[r.correlation.Rules[i]])
			}
		}
		paths = append(paths, r.correlation.Field...)
	}
	return paths, held
}
