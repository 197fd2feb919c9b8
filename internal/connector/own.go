package connector

import (
	"context"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"sallyport/internal/connector/document"
	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// OwnPrefix begins the IDs of connectors that an organization has made itself,
// and of no others: what is built in never hides one, and none hides what is
// built in.
const OwnPrefix = "own_"

// Definitions keeps the connector files that organizations have made themselves.
type Definitions interface {
	// Edition returns what changes whenever one of an organization's files does.
	Edition(ctx context.Context, org string) (string, error)
	// Definitions returns an organization's files, by the connector's ID.
	Definitions(ctx context.Context, org string) (map[string]string, error)
}

// The times of [Shelf.For].
const (
	ownFresh    = 2 * time.Second // a change that another server made shows that much later
	ownPatience = 5 * time.Second // for the database
)

// owns are the connectors that organizations have made themselves, as far as
// they have been asked for.
type owns struct {
	definitions Definitions
	now         func() time.Time

	mu    sync.Mutex
	byOrg map[string]*owned
}

// owned are the connectors of one organization.
type owned struct {
	mu      sync.Mutex
	edition string
	asked   time.Time // zero: ask anew
	view    *Shelf    // nil where there are none
}

// WithOwn returns a shelf that holds, besides the connectors of this one, those
// that organizations make themselves.
func (s *Shelf) WithOwn(d Definitions, now func() time.Time) *Shelf {
	return &Shelf{byID: s.byID, owns: &owns{definitions: d, now: now, byOrg: map[string]*owned{}}}
}

// For returns the shelf as an organization sees it: with its own connectors. One
// that does not compile any more is not there.
func (s *Shelf) For(org string) *Shelf {
	if s.owns == nil || org == "" {
		return s
	}
	if view := s.owns.of(org).look(s, org); view != nil {
		return view
	}
	return s
}

// Of returns the connector of an ID that an organization sees.
func (s *Shelf) Of(org, id string) (*Connector, bool) {
	if !strings.HasPrefix(id, OwnPrefix) {
		return s.Get(id)
	}
	return s.For(org).Get(id)
}

// Changed tells the shelf that an organization has changed one of its own.
func (s *Shelf) Changed(org string) {
	if s.owns == nil {
		return
	}
	o := s.owns.of(org)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked = time.Time{}
}

func (w *owns) of(org string) *owned {
	w.mu.Lock()
	defer w.mu.Unlock()
	o := w.byOrg[org]
	if o == nil {
		o = &owned{}
		w.byOrg[org] = o
	}
	return o
}

// look returns an organization's view, read anew where it has changed. While the
// database does not answer, what was known before holds.
func (o *owned) look(base *Shelf, org string) *Shelf {
	o.mu.Lock()
	defer o.mu.Unlock()
	w := base.owns
	now := w.now()
	if !o.asked.IsZero() && now.Sub(o.asked).Abs() < ownFresh {
		return o.view
	}
	ctx, cancel := context.WithTimeout(context.Background(), ownPatience)
	defer cancel()
	edition, err := w.definitions.Edition(ctx, org)
	if err != nil {
		return o.view
	}
	if edition != o.edition {
		texts, err := w.definitions.Definitions(ctx, org)
		if err != nil {
			return o.view
		}
		o.edition, o.view = edition, base.with(texts)
	}
	o.asked = now
	return o.view
}

// with returns a shelf that has more connectors; nil where there are none.
func (s *Shelf) with(texts map[string]string) *Shelf {
	more := map[string]*Connector{}
	for id, text := range texts {
		if c, err := ParseOwn(id, text); err == nil {
			more[id] = c
		}
	}
	if len(more) == 0 {
		return nil
	}
	maps.Copy(more, s.byID)
	return &Shelf{byID: more, owns: s.owns}
}

// ParseOwn reads a connector file that an organization has made itself, and
// checks it as those that are built in. It must call an HTTP API, and judge no
// other connectors' calls: what the guard goes by comes with the program. The
// error tells everything that is wrong, each with its line.
func ParseOwn(id, text string) (*Connector, error) {
	name := mainFile(id)
	if !strings.HasPrefix(id, OwnPrefix) || !ownID(id) {
		return nil, errs.New(errs.Invalid, "connector: it must be %s and then small letters, digits and _", OwnPrefix)
	}
	d, err := read(path.Base(name), []byte(text))
	if err != nil {
		return nil, err
	}
	if err := ownOnly(d); err != nil {
		return nil, err
	}
	return compile(id, []*document.Document{d})
}

func ownID(id string) bool {
	return len(id) <= 60 && !strings.ContainsFunc(id, func(r rune) bool {
		return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
}

// ownOnly refuses what a connector of an organization's own may not have.
func ownOnly(d *document.Document) error {
	root := d.Cursor()
	for _, key := range []string{"extends", "judge", "smtp", "okta_workflows_events"} {
		if c := root.At(key); c.Present() {
			c.Fail("a connector of one's own has no %s", key)
		}
	}
	for _, a := range root.At("actions").Fields() {
		if c := a.At("okta_workflows"); c.Present() {
			c.Fail("a connector of one's own serves no cards of Okta Workflows")
		}
	}
	return d.Err()
}

// IsOwn reports whether an organization has made the connector itself.
func (c *Connector) IsOwn() bool { return strings.HasPrefix(c.ID, OwnPrefix) }

// LeadsElsewhere returns what of a connector file makes its requests, and the
// secrets in them, go where those of the file before did not; empty where
// nothing does. What a request's own path says goes to the same place.
func LeadsElsewhere(before, after string) string {
	known := destinations(before)
	for _, to := range destinations(after) {
		if !slices.Contains(known, to) {
			return to
		}
	}
	return ""
}

// destinations are the parts of a file that say where requests go.
func destinations(text string) []string {
	d, err := document.Read("", []byte(text))
	if err != nil {
		return nil
	}
	var out []string
	add := func(parts ...any) { out = append(out, string(value.JSON(parts))) }
	root := d.Cursor()
	add("base_url", root.At("base_url").Value)
	for name, s := range root.At("settings").Fields() {
		if s.At("normalize").Present() {
			add("settings."+name, s.Text("normalize"))
		}
	}
	for a := range root.At("auth").Items() {
		for _, key := range []string{"token_url", "authorize_url"} {
			if a.At(key).Present() {
				add(key, a.At(key).Value)
			}
		}
	}
	for _, a := range root.At("actions").Fields() {
		requests := []document.Cursor{a}
		for r := range a.At("requests").Items() {
			requests = append(requests, r)
		}
		for _, r := range requests {
			own := r.At("request")
			if own.At("url").Present() || own.At("base_url").Present() { // variables may be in them
				add("url", own.At("url").Value, own.At("base_url").Value, a.At("let").Value, r.At("let").Value)
			}
		}
	}
	return out
}
