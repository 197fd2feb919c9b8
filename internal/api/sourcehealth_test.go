package api

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/source"
)

func TestOutages(t *testing.T) {
	now := time.Date(2026, 3, 4, 12, 0, 30, 0, time.UTC)
	at := func(back int) time.Time { return now.Truncate(time.Minute).Add(-time.Duration(back) * time.Minute) }
	minutes := func(back int, m source.Minute) source.Minute {
		m.At = at(back)
		return m
	}
	good, bad := source.Minute{Batches: 3}, source.Minute{Errors: 2}
	poll := source.Source{Poll: true, Enabled: true, CreatedAt: at(5)}
	for name, tt := range map[string]struct {
		s    source.Source
		did  []source.Minute
		want []Outage
	}{
		"a poll that goes on":                {poll, []source.Minute{minutes(4, good), minutes(3, good), minutes(2, good), minutes(1, good)}, []Outage{}},
		"a poll that failed":                 {poll, []source.Minute{minutes(4, good), minutes(3, bad), minutes(2, bad), minutes(1, good)}, []Outage{{From: at(3), To: at(1)}}},
		"a poll that fails":                  {poll, []source.Minute{minutes(4, good), minutes(3, good), minutes(2, good), minutes(1, bad)}, []Outage{{From: at(1)}}},
		"a poll that nobody made":            {poll, []source.Minute{minutes(4, good), minutes(1, good)}, []Outage{{From: at(3), To: at(1)}}},
		"one that failed, and then did not":  {poll, []source.Minute{minutes(4, good), minutes(3, source.Minute{Errors: 1, Batches: 1}), minutes(2, good), minutes(1, good)}, []Outage{}},
		"a hook that says nothing":           {source.Source{Hook: true, Enabled: true, CreatedAt: at(5)}, nil, []Outage{}},
		"a hook whose deliveries fail":       {source.Source{Hook: true, Enabled: true, CreatedAt: at(5)}, []source.Minute{minutes(2, bad)}, []Outage{{From: at(2), To: at(1), Lost: true}}},
		"what is older than a day":           {source.Source{Hook: true, CreatedAt: at(3000)}, []source.Minute{minutes(24*60+5, bad)}, []Outage{}},
		"a source that was made just now":    {source.Source{Poll: true, Enabled: true, CreatedAt: now}, nil, []Outage{}},
		"a paused poll, which is no failure": {source.Source{Poll: true, CreatedAt: at(5)}, nil, []Outage{}},
	} {
		if diff := cmp.Diff(tt.want, outages(tt.s, tt.did, now)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestShowHealth(t *testing.T) {
	now := time.Date(2026, 3, 4, 12, 0, 30, 0, time.UTC)
	minute := now.Truncate(time.Minute)
	s := source.Source{Poll: true, Enabled: true, Health: source.Health{Events: 9, LastPollAt: now}}
	h := showHealth(s, []source.Minute{
		{At: minute.Add(-61 * time.Minute), Events: 100}, // not shown any more
		{At: minute.Add(-59 * time.Minute), Events: 1, Lag: time.Hour},
		{At: minute.Add(-2 * time.Minute), Events: 10, Lag: 6 * time.Minute, Errors: 1},
		{At: minute, Batches: 4},
	}, now)
	if h.Minutes[0] != 1 || h.Minutes[57] != 10 || h.Errors[57] != 1 || h.PerMinute != 2 || h.LagMS != 360_000 || h.State != "late" {
		t.Errorf("%+v", h)
	}
	s.Enabled = false
	if h := showHealth(s, nil, now); h.State != "paused" || h.LagMS != 0 || len(h.Minutes) != 60 {
		t.Errorf("paused: %+v", h)
	}
}
