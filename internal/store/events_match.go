package store

import (
	"sallyport/internal/detect"
	"sallyport/internal/errs"
	"sallyport/internal/event"
	"sallyport/internal/search"
)

// eventMatcher says of stored events whether they are what a search wants.
type eventMatcher struct {
	all    bool // every event is
	source string
	filter *detect.Matcher // nil for none
	words  *search.WordMatcher
	parser *event.Parser
}

func newEventMatcher(s EventSearch) (eventMatcher, error) {
	m := eventMatcher{source: s.Source, parser: event.NewParser()}
	if s.Filter != nil {
		program, err := detect.Compile([]detect.Rule{{ID: "the filter", Expr: s.Filter}})
		if err != nil {
			return m, errs.Wrap(errs.Invalid, err, "the filter cannot be used: %v", err)
		}
		m.filter = program.Matcher()
	}
	if !s.Words.None() {
		m.words = s.Words.Matcher()
	}
	m.all = s.Source == "" && s.Filter == nil && m.words == nil
	return m, nil
}

// raw returns an event's bytes, and whether it is wanted.
func (m eventMatcher) raw(r eventRecord) ([]byte, bool, error) {
	if m.source != "" && r.source != m.source {
		return nil, false, nil
	}
	raw, err := unpack(r.packed)
	if err != nil || m.words != nil && !m.words.Match(raw) {
		return nil, false, err
	}
	if m.filter != nil {
		hits, err := m.filter.Match(raw)
		if err != nil || len(hits) == 0 {
			return nil, false, err
		}
	}
	return raw, true, nil
}

// event returns an event, and whether it is wanted.
func (m eventMatcher) event(r eventRecord) (StoredEvent, bool, error) {
	raw, ok, err := m.raw(r)
	if err != nil || !ok {
		return StoredEvent{}, false, err
	}
	s := StoredEvent{Seq: r.seq, Source: r.source, ReceivedAt: fromMicros(r.received)}
	s.Event, err = m.parser.Parse(raw)
	return s, true, err
}
