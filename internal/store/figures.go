package store

import (
	"context"
	"database/sql"
	"time"

	"sallyport/internal/flow"
)

// FlowFigures say how a flow has been doing.
type FlowFigures struct {
	Runs   int       // made since a time
	Failed int       // of them
	Last   *flow.Run // the newest of all; nil for none. Its data is left out
}

// Figures returns how an organization's flows have been doing since a time, by
// flow.
func (t Runs) Figures(ctx context.Context, org string, since time.Time) (map[string]FlowFigures, error) {
	out := map[string]FlowFigures{}
	last, err := list(ctx, t.db, func(rows *sql.Rows) (r flow.Run, err error) {
		var created, ended int64
		err = rows.Scan(&r.ID, &r.Org, &r.Flow, &r.State, &created, &ended)
		r.CreatedAt, r.EndedAt = fromMicros(created), fromMicros(ended)
		return r, err
	}, `SELECT r.id, r.org_id, r.flow_id, r.state, r.created_at, r.ended_at FROM flow f JOIN flow_run r
		ON r.id = (SELECT n.id FROM flow_run n WHERE n.flow_id = f.id AND n.org_id = f.org_id ORDER BY n.created_at DESC, n.id DESC LIMIT 1) WHERE f.org_id = ?`, org)
	if err != nil {
		return nil, err
	}
	for _, r := range last {
		out[r.Flow] = FlowFigures{Last: &r}
	}
	// Counted in indexes, without a look at a run that did not fail.
	runs, err := counts[string](ctx, t.db, `SELECT f.id, (SELECT count(*) FROM flow_run r WHERE r.flow_id = f.id AND r.created_at >= ?) FROM flow f WHERE f.org_id = ?`, toMicros(since), org)
	if err != nil {
		return nil, err
	}
	failed, err := counts[string](ctx, t.db, `SELECT flow_id, count(*) FROM flow_run WHERE org_id = ? AND state = 'failed' AND created_at >= ? GROUP BY flow_id`, org, toMicros(since))
	if err != nil {
		return nil, err
	}
	for of, n := range runs {
		if n == 0 {
			continue
		}
		f := out[of]
		f.Runs, f.Failed = n, failed[of]
		out[of] = f
	}
	return out, nil
}

// CountSince counts the runs made since a time, and those of them that failed. Both
// are counted in an index, without a look at a run.
func (t Runs) CountSince(ctx context.Context, org string, since time.Time) (all, failed int, err error) {
	for into, failing := range map[*int]string{&all: ``, &failed: ` AND state = 'failed'`} {
		got, err := list(ctx, t.db, scalar[int], `SELECT count(*) FROM flow_run WHERE org_id = ? AND created_at >= ?`+failing, org, toMicros(since))
		if err != nil {
			return 0, 0, err
		}
		*into = got[0]
	}
	return all, failed, nil
}

// CountOpen counts an organization's runs that have not ended, by state.
func (t Runs) CountOpen(ctx context.Context, org string) (map[flow.State]int, error) {
	return counts[flow.State](ctx, t.db, `SELECT state, count(*) FROM flow_run WHERE ended_at = 0 AND org_id = ? GROUP BY state`, org)
}

// CountOpenOfAll counts the runs of all organizations that have not ended, by
// state: for whoever looks after the server.
func (t Runs) CountOpenOfAll(ctx context.Context) (map[flow.State]int, error) {
	return counts[flow.State](ctx, t.db, `SELECT state, count(*) FROM flow_run WHERE ended_at = 0 GROUP BY state`)
}

// OfEvents counts the runs that events started, by the events' uuid.
func (t Runs) OfEvents(ctx context.Context, org string, uuids []string) (map[string]int, error) {
	if len(uuids) == 0 {
		return map[string]int{}, nil
	}
	return counts[string](ctx, t.db, `SELECT event_uuid, count(*) FROM flow_run WHERE org_id = ? AND event_uuid IN `+in(len(uuids))+` GROUP BY event_uuid`,
		append([]any{org}, anys(uuids)...)...)
}
