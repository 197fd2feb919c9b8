package store

import (
	"strings"
	"time"
)

// Place is a row's place in a list that is ordered by time, the newest first.
// The zero value is before the first row.
type Place struct {
	At time.Time
	ID string // tells apart what has one time
}

// after adds that a row comes after a place, in a list ordered by a time and an
// id, both descending.
func (w *where) after(p Place, at string) {
	if p.ID == "" {
		return
	}
	n := toMicros(p.At)
	w.add("("+at+" < ? OR "+at+" = ? AND id < ?)", n, n, p.ID)
}

// between adds that a time is within two, of which the zero one is no bound.
func (w *where) between(at string, since, until time.Time) {
	w.addIf(!since.IsZero(), at+" >= ?", toMicros(since))
	w.addIf(!until.IsZero(), at+" < ?", toMicros(until))
}

// where collects conditions and their arguments.
type where struct {
	terms []string
	args  []any
}

func (w *where) add(term string, args ...any) {
	w.terms = append(w.terms, term)
	w.args = append(w.args, args...)
}

func (w *where) addIf(ok bool, term string, args ...any) {
	if ok {
		w.add(term, args...)
	}
}

func (w *where) text() string {
	if len(w.terms) == 0 {
		return ""
	}
	return "WHERE " + strings.Join(w.terms, " AND ")
}
