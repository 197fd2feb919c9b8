package alert

import (
	"time"

	"sallyport/internal/value"
)

// Value returns the entity as conditions and flows see it.
func (e Entity) Value() *value.Object {
	return value.Map("kind", e.Kind, "id", e.ID, "login", e.Login, "name", e.Name)
}

// Value returns the alert as conditions and flows see it.
func (a Alert) Value() *value.Object {
	return value.Map(
		"id", a.ID, "number", float64(a.Number), "rule", a.Rule, "rule_title", a.RuleTitle, "type", a.Type, "title", a.Title,
		"severity", a.Severity.String(), "level", float64(a.Severity), "tags", texts(a.Tags), "state", string(a.State),
		"hits", float64(a.Hits), "events", float64(a.Events), "first_at", stamp(a.FirstAt), "last_at", stamp(a.LastAt), "risk", float64(a.Risk),
	)
}

func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func texts(ss []string) []any {
	out := make([]any, len(ss))
	for i, s := range ss {
		out[i] = s
	}
	return out
}
