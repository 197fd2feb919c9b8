package api

import (
	"cmp"
	"context"
	"slices"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/source"
)

// SourceHealth is how a source is doing.
type SourceHealth struct {
	State        string    `json:"state" enum:"ok,late,waiting,failing,paused" doc:"waiting: nothing was received yet. late: events come more than five minutes after they were published"`
	Events       int       `json:"events" doc:"accepted since it was made"`
	LastEventAt  time.Time `json:"lastEventAt,omitzero" doc:"when the newest event was published"`
	LastHookAt   time.Time `json:"lastHookAt,omitzero"`
	LastPollAt   time.Time `json:"lastPollAt,omitzero"`
	LastStreamAt time.Time `json:"lastStreamAt,omitzero"`
	LagMS        int       `json:"lagMs" doc:"the longest time from the newest event of a batch being published to its being accepted, in the newest of the last 60 minutes that brought any"`
	PerMinute    float64   `json:"perMinute" doc:"events a minute, in the last five minutes"`
	Minutes      []int     `json:"minutes" doc:"how many events came in each of the last 60 minutes, the oldest first, the present one last"`
	Errors       []int     `json:"errors" doc:"how many attempts failed in each of them"`
	Error        string    `json:"error,omitempty" doc:"of the last attempt"`
	ErrorAt      time.Time `json:"errorAt,omitzero"`
	Failures     int       `json:"failures" doc:"attempts in a row that failed"`
}

const (
	// shownMinutes is how many minutes of what a source did are shown one by one.
	shownMinutes = 60
	// outageDays is how far back outages are looked for.
	outageDays = 24 * time.Hour
	// tooLate is the lag from which a source is said to be late.
	tooLate = 5 * time.Minute
	// shortly is the time over which the present rate of events is reckoned, in
	// minutes.
	shortly = 5
)

func showHealth(s source.Source, did []source.Minute, now time.Time) SourceHealth {
	h := SourceHealth{
		Events: int(s.Health.Events), LastEventAt: s.Health.LastEventAt, LastHookAt: s.Health.LastHookAt, LastPollAt: s.Health.LastPollAt, LastStreamAt: s.Health.LastStream,
		Error: s.Health.Error, ErrorAt: s.Health.ErrorAt, Failures: s.Health.Failures, Minutes: make([]int, shownMinutes), Errors: make([]int, shownMinutes),
	}
	first := now.Truncate(time.Minute).Add(-(shownMinutes - 1) * time.Minute)
	var lag time.Duration
	recent := 0
	for _, m := range did {
		i := int(m.At.Sub(first) / time.Minute)
		if m.At.Before(first) || i >= shownMinutes {
			continue
		}
		h.Minutes[i], h.Errors[i] = m.Events, m.Errors
		if m.Events > 0 {
			lag = m.Lag
		}
		if i >= shownMinutes-shortly {
			recent += m.Events
		}
	}
	h.LagMS, h.PerMinute = int(lag.Milliseconds()), float64(recent)/shortly
	h.State = sourceState(s, lag)
	return h
}

func sourceState(s source.Source, lag time.Duration) string {
	switch {
	case !s.Enabled && s.Live():
		return "paused"
	case s.Health.Error != "":
		return "failing"
	case s.Health.LastPollAt.IsZero() && s.Health.LastHookAt.IsZero() && s.Health.LastStream.IsZero() && s.Health.Events == 0:
		return "waiting"
	case lag > tooLate:
		return "late"
	}
	return "ok"
}

// Outage is a time in which a source got nothing, though it should have.
type Outage struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to,omitzero" doc:"not there while it lasts"`
	Lost bool      `json:"lost" doc:"whether events may be missing for good: those of a poll are got later"`
}

// outages returns the times in which nothing could be got. A source that polls
// asks every few seconds, so a minute without an answer is one; of the others only
// failed attempts tell.
func outages(s source.Source, did []source.Minute, now time.Time) []Outage {
	out := []Outage{}
	present := now.Truncate(time.Minute)
	first := s.CreatedAt.Truncate(time.Minute).Add(time.Minute)
	if day := present.Add(-outageDays + time.Minute); first.Before(day) {
		first = day
	}
	at := map[time.Time]source.Minute{}
	for _, m := range did {
		at[m.At] = m
	}
	for t := first; t.Before(present); t = t.Add(time.Minute) {
		m, known := at[t]
		down := m.Batches == 0 && (m.Errors > 0 || s.Poll && s.Enabled && !known)
		switch last := len(out) - 1; {
		case down && last >= 0 && out[last].To.IsZero():
		case down:
			out = append(out, Outage{From: t, Lost: !s.Poll})
		case last >= 0 && out[last].To.IsZero():
			out[last].To = t
		}
	}
	return out
}

// RateUsage is how far one of Okta's rate limits is used up.
type RateUsage struct {
	Bucket    string    `json:"bucket" doc:"the paths that it is for, as Okta names them"`
	Limit     int       `json:"limit" doc:"calls a minute, of everybody"`
	Cap       int       `json:"cap" doc:"how many of them Sallyport takes at most"`
	Used      int       `json:"used" doc:"by this server, in this minute"`
	Remaining int       `json:"remaining" doc:"what Okta said is left for everybody"`
	Reset     time.Time `json:"reset,omitzero" doc:"when the minute ends"`
}

// rates returns the rate limits of a source's connection, as far as they are
// known: that of the System Log, then those that are used most. That none are
// known is no error.
func rates(ctx context.Context, d Deps, s source.Source) []RateUsage {
	out := []RateUsage{}
	if s.Connection == "" {
		return out
	}
	conn, err := d.DB.Connections.Get(ctx, s.Org, s.Connection)
	if err != nil {
		return out
	}
	all, err := d.Engine.Usage(conn.Connection, connector.Call{Action: rateAction(s.Kind)})
	if err != nil {
		return out
	}
	for _, u := range all {
		if u.Limit > 0 {
			out = append(out, RateUsage{u.Bucket, u.Limit, u.Cap, u.Used, max(u.Remaining, 0), u.Reset})
		}
	}
	slices.SortStableFunc(out, func(a, b RateUsage) int {
		return cmp.Or(order(b.Bucket == logsBucket)-order(a.Bucket == logsBucket), cmp.Compare(b.Used*a.Cap, a.Used*b.Cap))
	})
	return out
}

// rateAction is an action whose calls count against the limits of a source's org
// or tenant.
func rateAction(k source.Kind) string {
	if k == source.Auth0 {
		return "search_users"
	}
	return "get_organization"
}

// logsBucket is the name of the System Log's rate limit.
const logsBucket = "/api/v1/logs"

func order(first bool) int {
	if first {
		return 1
	}
	return 0
}
