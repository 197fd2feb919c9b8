package store

import (
	"context"
	"slices"
	"strings"

	"sallyport/internal/detect"
	"sallyport/internal/search"
)

// maxKeys is the most uuids of a filter that are looked up.
const maxKeys = 200

// byKey goes over the events of some uuids, which the filter asks for.
type byKey struct {
	*scan

	uuids []string
	ended bool
}

func (b *byKey) next(ctx context.Context, _ int) ([]candidate, error) {
	if b.ended {
		return nil, nil
	}
	b.ended = true
	rows, err := byKeys(ctx, b.tx.db, b.tx, scanRecord, keyedBy(recordColumns, b.org, b.uuids...))
	if err != nil {
		return nil, err
	}
	var out []candidate
	for i, r := range rows {
		if at := (search.Doc{At: r.published, Seq: r.seq}); b.span.has(at) {
			out = append(out, candidate{at, &rows[i]})
		}
	}
	b.sort(out)
	return out, nil
}

// uuidsOf returns the uuids that an event must have one of to pass a filter, none
// where the filter does not say. A uuid is stored by how it is written, and
// compared in any case: it is looked up as the filter has it, in small letters
// and in capitals, which is all that anyone writes.
func uuidsOf(e detect.Expr) []string {
	var out []string
	switch e := e.(type) {
	case detect.Test:
		if e.Op != detect.Equal || !strings.EqualFold(e.Path, "uuid") {
			return nil
		}
		for _, v := range e.Values {
			if v.IsNum {
				return nil
			}
			out = append(out, v.Text, strings.ToLower(v.Text), strings.ToUpper(v.Text))
		}
	case detect.And:
		for _, part := range e {
			if out = uuidsOf(part); len(out) > 0 {
				break
			}
		}
	case detect.Or:
		for _, part := range e {
			some := uuidsOf(part)
			if len(some) == 0 {
				return nil
			}
			out = append(out, some...)
		}
	}
	slices.Sort(out)
	if out = slices.Compact(out); len(out) > 3*maxKeys {
		return nil
	}
	return out
}
