package store

import (
	"context"
	"slices"

	"sallyport/internal/alert"
)

// OfEvents returns the alerts that at least one of some events is part of, the
// oldest first.
func (t Alerts) OfEvents(ctx context.Context, org string, uuids []string) ([]alert.Alert, error) {
	found, err := some(uuids, func(uuids []any) ([]alert.Alert, error) {
		return list(ctx, t.db, scanAlert, `SELECT `+alertColumns+` FROM alert WHERE org_id = ? AND id IN (SELECT alert_id FROM alert_event WHERE org_id = ? AND event_uuid IN `+in(len(uuids))+`)`,
			append([]any{org, org}, uuids...)...)
	}, func(a alert.Alert) string { return a.ID })
	if err != nil {
		return nil, err
	}
	out := make([]alert.Alert, 0, len(found))
	for _, a := range found {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b alert.Alert) int { return int(a.Number - b.Number) })
	return out, nil
}
