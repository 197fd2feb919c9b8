// Package timeline tells what happened around one identity, the newest first:
// what it did and what was done to it, by the events of its org; how the
// inventory saw it change; the alerts about it, the runs of flows that it set
// off, and what was done about it in response.
//
// These are kept apart, each in an order of its own, and are many. The package
// merges them page by page, and reads no more of each than a page needs.
package timeline

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Kind is what a line of a timeline tells of. Its text is part of the API.
type Kind string

// The kinds.
const (
	SignIn   Kind = "sign_in"  // to the org, or to an app
	Session  Kind = "session"  // sessions, factors, and what policies said
	Admin    Kind = "admin"    // what the identity did to others
	Change   Kind = "change"   // what was done to it: by events, and as the inventory found it
	Alert    Kind = "alert"    // about it
	Run      Kind = "run"      // of a flow, which its events or alerts started
	Response Kind = "response" // plans about it, and calls that changed it
)

// Kinds lists the kinds.
func Kinds() []Kind { return []Kind{SignIn, Session, Admin, Change, Alert, Run, Response} }

// Place is where a line stands: later ones come first, of one time those of the
// earlier source, and of one source those with the greater id.
type Place struct {
	At     time.Time `json:"at"` // whole microseconds, as the database keeps them
	Source int       `json:"source"`
	ID     string    `json:"id"`
}

// Compare is negative where a place comes before another.
func (p Place) Compare(q Place) int {
	return cmp.Or(q.At.Compare(p.At), cmp.Compare(p.Source, q.Source), cmp.Compare(q.ID, p.ID))
}

// Line is one line, with what its source makes of it.
type Line[T any] struct {
	At   time.Time
	ID   string // of its source; ids of one time sort as texts
	What T
}

// Ask says which lines of a source are wanted: those before At, and of that very
// time those with a lesser id. With an empty id there are none of that time.
type Ask struct {
	At    time.Time
	ID    string
	Since time.Time // none before it; zero for no bound
	Limit int
}

// Before reports whether a line is one of those that are asked for.
func (a Ask) Before(at time.Time, id string) bool {
	return (at.Before(a.At) || at.Equal(a.At) && id < a.ID) && !at.Before(a.Since)
}

// Part is what a source gives: its next lines, in order.
type Part[T any] struct {
	Lines []Line[T]
	// More says that there may be others behind Reached, which need not be the last
	// line: a source may have looked through much and found little.
	More      bool
	ReachedAt time.Time
	ReachedID string
}

// Source gives lines of one sort. The order of sources is part of the places of
// their lines.
type Source[T any] func(ctx context.Context, a Ask) (Part[T], error)

// Query says which part of a timeline is wanted.
type Query struct {
	Since, Until time.Time // zero for no bound; Until itself is left out
	After        Place     // the last place that was seen; zero at the beginning
	Limit        int
}

// Page is a part of a timeline. There may be fewer lines than were asked for, or
// none, and still be more.
type Page[T any] struct {
	Lines []Line[T]
	Next  Place // zero at the end
}

// forever is later than any line.
func forever() time.Time { return time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC) }

// ask returns what a source is asked for.
func (q Query) ask(source int) Ask {
	a := Ask{At: q.Until, Since: q.Since, Limit: q.Limit + 1}
	if a.At.IsZero() {
		a.At = forever()
	}
	p := q.After
	if p.At.IsZero() || p.At.After(a.At) {
		return a
	}
	switch {
	case source < p.Source: // all of its lines of that time were seen
		a.At = p.At
	case source == p.Source:
		a.At, a.ID = p.At, p.ID
	case p.At.Before(a.At): // none of them was
		a.At = p.At.Add(time.Microsecond)
	}
	return a
}

// placed is a line with its place.
type placed[T any] struct {
	Place

	line Line[T]
}

// Read returns the next page of what several sources give; a nil one gives nothing.
func Read[T any](ctx context.Context, q Query, sources ...Source[T]) (Page[T], error) {
	var all []placed[T]
	var horizon *Place // beyond it a source may have lines that were not read
	for n, from := range sources {
		if from == nil {
			continue
		}
		part, err := from(ctx, q.ask(n))
		if err != nil {
			return Page[T]{}, fmt.Errorf("read lines of a timeline: %w", err)
		}
		for _, l := range part.Lines {
			all = append(all, placed[T]{Place{l.At, n, l.ID}, l})
		}
		if !part.More {
			continue
		}
		reached := Place{part.ReachedAt, n, part.ReachedID}
		if horizon == nil || reached.Compare(*horizon) < 0 {
			horizon = &reached
		}
	}
	slices.SortFunc(all, func(a, b placed[T]) int { return a.Compare(b.Place) })
	out := Page[T]{Lines: []Line[T]{}}
	for _, p := range all {
		if horizon != nil && p.Compare(*horizon) > 0 {
			break
		}
		if len(out.Lines) == q.Limit {
			out.Next = all[q.Limit-1].Place
			return out, nil
		}
		out.Lines = append(out.Lines, p.line)
	}
	if horizon != nil {
		out.Next = *horizon
	}
	return out, nil
}

// Whole makes a part of lines of which one more than wanted was read, to see
// whether there are more.
func Whole[T any](lines []Line[T], a Ask) Part[T] {
	if len(lines) < a.Limit {
		return Part[T]{Lines: lines}
	}
	last := lines[len(lines)-1]
	return Part[T]{Lines: lines, More: true, ReachedAt: last.At, ReachedID: last.ID}
}
