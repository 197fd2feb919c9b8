package api

import (
	"cmp"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"sallyport/internal/store"
)

// Page is a part of a list that may be long, and where it goes on.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" doc:"cursor of the next page; not there on the last. A page may hold fewer items than asked for and still not be the last"`
}

// paging is what every list that may be long takes.
type paging struct {
	Cursor string `query:"cursor" doc:"next of the page before"`
	Limit  int    `query:"limit" min:"1" max:"200" doc:"the most items to return; 50 where nothing is said"`
}

func (p paging) limit() int { return cmp.Or(p.Limit, 50) }

// place reads the cursor: the place of the last item that was seen.
func (p paging) place() (store.Place, error) {
	if p.Cursor == "" {
		return store.Place{}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	at, id, ok := strings.Cut(string(raw), " ")
	micros, numErr := strconv.ParseInt(at, 10, 64)
	if err != nil || !ok || numErr != nil || len(raw) > 200 {
		return store.Place{}, badField("cursor", "this is no cursor; take the one that the page before names as next")
	}
	return store.Place{At: time.UnixMicro(micros), ID: id}, nil
}

// offset reads the cursor of a list that is counted through.
func (p paging) offset() (int, error) {
	at, err := p.place()
	n, numErr := strconv.Atoi(cmp.Or(at.ID, "0"))
	if err == nil && (numErr != nil || n < 0) {
		err = badField("cursor", "this is no cursor of this list")
	}
	return n, err
}

// cursor returns the cursor that leads on from a place.
func cursor(at store.Place) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(at.At.UnixMicro(), 10) + " " + at.ID))
}

// pageOf makes a page of rows, of which one more than asked for was read to see
// whether there are more.
func pageOf[R, T any](rows []R, p paging, place func(R) store.Place, show func(R) T) Page[T] {
	out := Page[T]{Items: []T{}}
	if len(rows) > p.limit() {
		rows = rows[:p.limit()]
		out.Next = cursor(place(rows[len(rows)-1]))
	}
	for _, r := range rows {
		out.Items = append(out.Items, show(r))
	}
	return out
}

// listed is a page of the rows that read gives. What shows them is made when they
// are known, as it may have to look things up for all of them at once.
func listed[R, T any](p paging, read func(after store.Place, limit int) ([]R, error), place func(R) store.Place, shower func([]R) (func(R) T, error)) (Page[T], error) {
	after, err := p.place()
	if err != nil {
		return Page[T]{}, err
	}
	rows, err := read(after, p.limit()+1)
	if err != nil {
		return Page[T]{}, err
	}
	show, err := shower(rows)
	if err != nil {
		return Page[T]{}, err
	}
	return pageOf(rows, p, place, show), nil
}

// each returns the items of a list as they are shown.
func each[R, T any](rows []R, show func(R) T) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = show(r)
	}
	return out
}

// offsetCursor is the cursor of a list that is counted through.
func offsetCursor(n int) string { return cursor(store.Place{ID: strconv.Itoa(n)}) }
