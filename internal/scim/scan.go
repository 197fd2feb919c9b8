package scim

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"

	"sallyport/internal/errs"
	"sallyport/internal/scim/document"
	"sallyport/internal/scim/fault"
	"sallyport/internal/scim/filter"
	"sallyport/internal/value"
)

// scanStep is how many records a scan holds at once.
const scanStep = 500

// position is where a record stands in the order of a search. The order is
// total: by key, then users before groups, then by id.
type position struct {
	Ref

	Key document.Key
}

// compare orders two positions. Descending turns the keys around and not what
// comes after them.
func (p position) compare(o position, descending bool) int {
	keys := p.Key.Compare(o.Key)
	if descending {
		keys = -keys
	}
	return cmp.Or(keys, cmp.Compare(o.Kind, p.Kind), cmp.Compare(p.ID, o.ID))
}

// cursorText is what a cursor says, in JSON in Base64. It is no secret and
// opens nothing: changed, it leads to another page of the same search.
type cursorText struct {
	Sum  uint64       `json:"s"`
	Kind Kind         `json:"k"`
	ID   string       `json:"i"`
	Key  document.Key `json:"v"`
}

func (p position) cursor(sum uint64) string {
	text, err := json.Marshal(cursorText{sum, p.Kind, p.ID, p.Key})
	if err != nil {
		return "" // texts and numbers can always be written
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// parseCursor reads a cursor of a search. The empty one is its beginning
// (RFC 9865 section 2).
func parseCursor(s string, sum uint64) (*position, error) {
	if s == "" {
		return nil, nil
	}
	var c cursorText
	text, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil || c.Sum != sum || c.ID == "" {
		return nil, fault.New(fault.InvalidCursor, "the cursor is none of this search: begin again with an empty one")
	}
	return &position{Ref{c.Kind, c.ID}, c.Key}, nil
}

// scan looks at every record that fulfils the terms, one after the other, for
// what a directory cannot find by itself, and keeps places and no records.
func (h *handler) scan(ctx context.Context, s search, terms []Term, rest filter.Expr) (found, error) {
	var hits []position
	seen := 0
	for _, kind := range s.kinds {
		more, err := h.scanKind(ctx, s, Query{Kind: kind, Terms: terms, Related: asksRelated(rest) || sortsRelated(s.sortBy)}, rest, &seen)
		if err != nil {
			return found{}, err
		}
		hits = append(hits, more...)
	}
	if s.sortBy != "" {
		slices.SortFunc(hits, func(a, b position) int { return a.compare(b, s.descending) })
	}
	f := found{total: len(hits)}
	if s.after != nil {
		i, _ := slices.BinarySearchFunc(hits, *s.after, func(a, b position) int { return cmp.Or(a.compare(b, s.descending), -1) })
		hits = hits[i:]
	}
	hits = hits[min(s.start-1, len(hits)):]
	if len(hits) > s.count {
		hits = hits[:s.count]
		if s.paged && s.count > 0 {
			f.next = hits[s.count-1].cursor(s.sum)
		}
	}
	var err error
	f.records, err = h.fetch(ctx, s, hits)
	return f, err
}

func sortsRelated(path string) bool {
	p, err := filter.ParsePath(path)
	return err == nil && isRelated(p)
}

// scanKind returns the places of the records of a kind that match.
func (h *handler) scanKind(ctx context.Context, s search, q Query, rest filter.Expr, seen *int) ([]position, error) {
	res := h.server.resources.of(q.Kind)
	match := func(any) bool { return true }
	if rest != nil {
		var err error
		if match, err = document.Compile(res, rest); err != nil {
			return nil, err
		}
	}
	key := func(*value.Object) document.Key { return document.Key{} }
	if s.sortBy != "" {
		var err error
		if key, err = document.SortBy(res, s.sortBy); err != nil {
			return nil, err
		}
	}
	var hits []position
	for q.Limit = scanStep; ; {
		page, err := h.dir.List(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Records {
			if doc := h.render(r); match(doc) {
				hits = append(hits, position{r.Ref, key(doc)})
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, errs.Wrap(errs.Unavailable, err, "the search was given up")
		}
		if *seen += len(page.Records); *seen > h.server.options.MaxScan {
			return nil, fault.New(fault.TooMany, "the search would look at more than %d resources: ask by userName, externalId, id, displayName, emails.value or active",
				h.server.options.MaxScan)
		}
		if len(page.Records) < scanStep {
			return hits, nil
		}
		q.After = page.Records[scanStep-1].ID
	}
}

// fetch returns the records at positions, less those that went meanwhile.
func (h *handler) fetch(ctx context.Context, s search, hits []position) ([]Record, error) {
	records := make([]Record, 0, len(hits))
	for _, hit := range hits {
		r, err := h.dir.Find(ctx, hit.Ref, s.shows[hit.Kind].Shows(related(hit.Kind)))
		if f, ok := errors.AsType[*fault.Error](err); errs.KindOf(err) == errs.NotFound || ok && f.Status == 404 {
			continue
		}
		if err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	return records, nil
}
