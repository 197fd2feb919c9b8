package store

import (
	"context"
	"database/sql"
	"sync"

	"sallyport/internal/scim"
)

// placeEvery is how many records of a list there are between those whose places are
// remembered.
const placeEvery = 500

// maxPlaces is of how many lists places are remembered.
const maxPlaces = 256

// places remembers which records stand where in long lists, so that a page far into
// one need not step over all that is before it. Records come in at the end of a list
// as a rule; when one comes in elsewhere, or goes, what is remembered of the list is
// forgotten.
type places struct {
	mu    sync.Mutex
	lists map[placesOf]placed
}

type placesOf struct {
	org  string
	kind scim.Kind
}

// placed is what is remembered of a list: the ids of the last of its first 500
// records, of its first 1,000, and so on. The ids are not changed once they are
// there.
type placed struct {
	moves int64 // of the list, by which they are
	ids   []string
}

// at returns as many places as are remembered, up to one.
func (p *places) at(of placesOf, moves int64, n int) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, ok := p.lists[of]
	if !ok || l.moves != moves {
		return nil
	}
	return l.ids[:min(n, len(l.ids)):min(n, len(l.ids))]
}

func (p *places) keep(of placesOf, l placed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old, ok := p.lists[of]
	switch {
	case ok && (old.moves > l.moves || old.moves == l.moves && len(old.ids) >= len(l.ids)):
		return
	case p.lists == nil || !ok && len(p.lists) >= maxPlaces:
		p.lists = map[placesOf]placed{}
	}
	p.lists[of] = l
}

// scimTotal is how many records of a kind there are, how often one of them changed
// its place, and the greatest id that there was.
type scimTotal struct {
	n     int
	moves int64
	last  string
}

// settled returns before which ids no record comes in without being counted as a
// move: where the last second of ids begins.
func (t scimTotal) settled() string { return t.last[:min(7, len(t.last))] }

func (d Directory) counted(ctx context.Context, kind scim.Kind) (scimTotal, error) {
	ts, err := list(d.db.brief(ctx), d.db, func(rows *sql.Rows) (t scimTotal, err error) { return t, rows.Scan(&t.n, &t.moves, &t.last) },
		`SELECT total, moves, last_id FROM scim_total WHERE org_id = ? AND kind = ?`, d.org.ID, kind)
	return append(ts, scimTotal{})[0], err
}

// skip returns the id after which to go on, and how many records to leave out after
// that, for a page that leaves out so many of all records of a kind.
func (d Directory) skip(ctx context.Context, kind scim.Kind, t scimTotal, offset int) (after string, left int, err error) {
	of, want := placesOf{d.org.ID, kind}, min(offset, t.n)/placeEvery
	ids := d.db.places.at(of, t.moves, want)
	have := len(ids)
	for len(ids) < want {
		if len(ids) > 0 {
			after = ids[len(ids)-1]
		}
		next, err := list(ctx, d.db, scalar[string], `SELECT id FROM scim_record WHERE org_id = ? AND kind = ? AND id > ? ORDER BY id LIMIT 1 OFFSET ?+0`, d.org.ID, kind, after, placeEvery-1)
		if err != nil {
			return "", 0, err
		}
		if len(next) == 0 || next[0] >= t.settled() { // some went just now, or it may get another place yet
			break
		}
		ids = append(ids, next[0])
	}
	if len(ids) > have {
		d.db.places.keep(of, placed{t.moves, ids})
	}
	if len(ids) == 0 {
		return "", offset, nil
	}
	return ids[len(ids)-1], offset - placeEvery*len(ids), nil
}
