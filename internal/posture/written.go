package posture

import (
	"context"
	"slices"
	"strings"
	"time"

	"sallyport/internal/value"
)

// written is a log that is written down: lines of events of which each stands
// for several.
type written struct {
	now  time.Time
	from time.Time
	rows []*value.Object
}

// Written makes a log of lines: {type, count, days, actor, app, target, token,
// name, detail, failed, new_device}. Days is how many days before now the events were,
// history how many the log goes back.
func Written(now time.Time, history float64, lines []*value.Object) Activity {
	return written{now: now, from: now.Add(-days(history)), rows: lines}
}

func days(n float64) time.Duration { return time.Duration(n * 24 * float64(time.Hour)) }

func fitting(q Question, row *value.Object) bool {
	return (!q.NewDevice || row.At("new_device") == true) && (!q.Failed || row.At("failed") == true)
}

// From implements [Activity].
func (w written) From(context.Context) (time.Time, error) { return w.from, nil }

// Tally implements [Activity].
func (w written) Tally(_ context.Context, q Question) (map[string]Tally, error) {
	out := map[string]Tally{}
	for _, row := range w.rows {
		ago, _ := value.Float(row.At("days"))
		at := w.now.Add(-days(ago))
		if len(q.Types) > 0 && !slices.Contains(q.Types, row.Text("type")) || at.Before(q.Since) || !fitting(q, row) {
			continue
		}
		key := row.Text(string(q.By))
		if q.By == ByActorApp {
			key = strings.TrimSpace(row.Text("actor") + " " + row.Text("app"))
		}
		if q.By == Whole {
			key = ""
		} else if key == "" {
			continue
		}
		count := 1.0
		if n, ok := value.Float(row.At("count")); ok {
			count = n
		}
		t := out[key]
		t.Count += int(count)
		if at.After(t.Newest) {
			t.Newest, t.Detail, t.Name = at, row.Text("detail"), row.Text("name")
		}
		out[key] = t
	}
	return out, nil
}
