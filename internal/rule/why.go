package rule

import (
	"fmt"
	"strings"

	"sallyport/internal/detect"
	"sallyport/internal/detect/plain"
)

// Why says which parts of a condition do not hold of an event, decoded by
// [plain.Decode]: none where the condition holds.
func Why(e detect.Expr, event any) []string {
	if plain.Holds(e, event) {
		return nil
	}
	switch e := e.(type) {
	case detect.And:
		var why []string
		for _, part := range e {
			why = append(why, Why(part, event)...)
		}
		return why
	case detect.Or:
		if len(e) == 1 {
			return Why(e[0], event)
		}
		parts := make([]string, len(e))
		for i, part := range e {
			parts[i] = strings.Join(Why(part, event), " and ")
		}
		return []string{"none of these: " + strings.Join(parts, "; or ")}
	case detect.Not:
		return []string{fmt.Sprintf("it must not be that %v", e.Expr)}
	case detect.Test:
		return []string{fmt.Sprintf("%v is wanted, there is %s", e, found(plain.At(event, e.Path)))}
	}
	return []string{fmt.Sprintf("%v does not hold", e)}
}

// found writes what stands at a path.
func found(values []any) string {
	const most, longest = 5, 60
	if len(values) == 0 {
		return "nothing"
	}
	var texts []string
	for i, v := range values {
		if i == most {
			texts = append(texts, "…")
			break
		}
		switch v := v.(type) {
		case nil:
			texts = append(texts, "null")
		case map[string]any:
			texts = append(texts, "an object")
		case []any:
			texts = append(texts, fmt.Sprintf("a list of %d", len(v)))
		default:
			texts = append(texts, fmt.Sprintf("%.*q", longest, fmt.Sprint(v)))
		}
	}
	return strings.Join(texts, ", ")
}
