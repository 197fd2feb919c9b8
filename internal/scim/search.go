package scim

import (
	"context"
	"hash/fnv"
	"net/http"
	"strings"

	"sallyport/internal/scim/document"
	"sallyport/internal/scim/fault"
	"sallyport/internal/scim/filter"
	"sallyport/internal/value"
)

// ListURN is the schema of list answers (RFC 7644 section 3.4.2).
const ListURN = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

// search is what a client looks for.
type search struct {
	kinds      []Kind
	filter     filter.Expr // nil for all
	sortBy     string
	descending bool
	start      int // from 1
	count      int
	paged      bool // by cursor
	after      *position
	sum        uint64 // of what is searched, which a cursor belongs to
	shows      map[Kind]document.Projection
}

// parseSearch reads the parameters of a search: startIndex below 1 is 1, a
// negative count 0, and one above the limit the limit (RFC 7644 section
// 3.4.2.4).
func (h *handler) parseSearch(kinds []Kind, p params) (search, error) {
	s := search{kinds: kinds, shows: map[Kind]document.Projection{}}
	for _, kind := range kinds {
		var err error
		if s.shows[kind], err = h.projection(kind, p); err != nil {
			return s, err
		}
	}
	text, _, err := p.one("filter")
	if err != nil {
		return s, err
	}
	if text != "" {
		if s.filter, err = filter.Parse(text); err != nil {
			return s, fault.New(fault.InvalidFilter, "filter: %v", err)
		}
	}
	order, _, err := p.one("sortOrder")
	if err != nil {
		return s, err
	}
	s.descending = strings.EqualFold(order, "descending")
	if order != "" && !s.descending && !strings.EqualFold(order, "ascending") {
		return s, fault.New(fault.InvalidValue, "sortOrder is to be ascending or descending")
	}
	if s.sortBy, _, err = p.one("sortBy"); err != nil {
		return s, err
	}
	sum := fnv.New64a()
	for _, part := range []string{text, Fold(s.sortBy), Fold(order), string(kinds[0]), string(kinds[len(kinds)-1])} {
		_, _ = sum.Write([]byte(part + "\x00"))
	}
	s.sum = sum.Sum64()
	return s, h.parsePage(&s, p)
}

func (h *handler) parsePage(s *search, p params) error {
	cursor, paged, err := p.one("cursor")
	if err != nil {
		return err
	}
	wrong := fault.InvalidValue
	if s.paged = paged; paged {
		wrong = fault.InvalidCount
		if s.after, err = parseCursor(cursor, s.sum); err != nil {
			return err
		}
	}
	if s.start, err = p.number("startIndex", 1, fault.InvalidValue); err != nil {
		return err
	}
	if s.count, err = p.number("count", h.server.options.Page, wrong); err != nil {
		return err
	}
	if s.start = max(s.start, 1); paged {
		s.start = 1
	}
	s.count = min(max(s.count, 0), h.server.options.MaxPage)
	return nil
}

// found is the page of a search.
type found struct {
	records []Record
	total   int
	next    string // the cursor behind it; none at the end
}

// search answers a search of one kind or of all.
func (h *handler) search(ctx context.Context, kinds []Kind, p params) (answer, error) {
	s, err := h.parseSearch(kinds, p)
	if err != nil {
		return answer{}, err
	}
	var terms []Term
	rest := s.filter
	if len(kinds) == 1 {
		terms, rest = split(kinds[0], s.filter)
	}
	var f found
	if len(kinds) == 1 && rest == nil && s.sortBy == "" {
		f, err = h.look(ctx, s, terms)
	} else {
		f, err = h.scan(ctx, s, terms, rest)
	}
	if err != nil {
		return answer{}, err
	}
	return h.listed(s, f)
}

// listed is the answer with what was found.
func (h *handler) listed(s search, f found) (answer, error) {
	body := value.Map("schemas", []any{ListURN}, "totalResults", float64(f.total))
	if s.paged {
		if f.next != "" {
			body.Set("nextCursor", f.next)
		}
	} else {
		body.Set("startIndex", float64(s.start))
	}
	body.Set("itemsPerPage", float64(len(f.records)))
	if text, ok := h.written(body, f.records); ok {
		body.Set("Resources", manyListed(len(f.records)))
		return answer{status: http.StatusOK, body: body, text: text}, nil
	}
	records, err := readRecords(f.records)
	if err != nil {
		return answer{}, err
	}
	items := make([]any, 0, len(records))
	for _, r := range records {
		items = append(items, s.shows[r.Kind].Of(h.server.resources.of(r.Kind), h.render(r)))
	}
	body.Set("Resources", items)
	return answer{status: http.StatusOK, body: body}, nil
}

// look asks the directory for what it can find by itself.
func (h *handler) look(ctx context.Context, s search, terms []Term) (found, error) {
	q := Query{
		Kind: s.kinds[0], Terms: terms, Offset: s.start - 1, Limit: s.count, Total: true,
		Related: s.shows[s.kinds[0]].Shows(related(s.kinds[0])), Texts: !s.shows[s.kinds[0]].Chosen(),
	}
	if s.after != nil {
		q.After = s.after.ID
	}
	if s.paged && q.Limit > 0 {
		q.Limit++ // whether there is more
	}
	page, err := h.dir.List(ctx, q)
	if err != nil {
		return found{}, err
	}
	f := found{records: page.Records, total: page.Total}
	if s.paged && s.count > 0 && len(f.records) > s.count {
		f.records = f.records[:s.count]
		f.next = position{Ref: f.records[s.count-1].Ref}.cursor(s.sum)
	}
	return f, nil
}
