package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"sallyport/internal/event"
)

// maxEnvelopes bounds how many events one request of a log stream holds.
const maxEnvelopes = 20_000

// Collected is what the body of a request to an HTTP Event Collector holds.
type Collected struct {
	Events []event.Event
	Bad    []error // well-formed, but no event of the source's kind: each with its place
}

// EnvelopeError is a body that is not what an HTTP Event Collector takes. What
// came before the fault was read.
type EnvelopeError struct {
	At   int // number of the faulty event, from 0
	Code int // Splunk's
	Why  string
}

func (e *EnvelopeError) Error() string { return fmt.Sprintf("event %d: %s", e.At, e.Why) }

// ReadCollector reads the body of a request to an HTTP Event Collector: JSON
// objects one after another, with or without white space between them, each with
// a log event in its field event, as an object or as a text of JSON. The fields
// beside it (time, host, source, sourcetype, index, fields) say nothing that the
// event does not. The error is an [*EnvelopeError], and what was read before it
// is returned.
func ReadCollector(kind Kind, body []byte) (Collected, error) {
	var out Collected
	dec, parse := json.NewDecoder(bytes.NewReader(body)), kind.log().parse()
	for n := 0; ; n++ {
		var envelope struct {
			Event json.RawMessage `json:"event"`
		}
		err := dec.Decode(&envelope)
		switch {
		case errors.Is(err, io.EOF) && n == 0:
			return out, &EnvelopeError{0, codeNoData, "there is no event"}
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return out, &EnvelopeError{n, codeBadFormat, "it is no JSON object"}
		case n >= maxEnvelopes:
			return out, &EnvelopeError{n, codeTooLarge, fmt.Sprintf("there are more than %d events", maxEnvelopes)}
		case envelope.Event == nil:
			return out, &EnvelopeError{n, codeNoEvent, "it has no field event"}
		}
		raw, blank := eventOf(envelope.Event)
		if blank {
			return out, &EnvelopeError{n, codeBlankEvent, "its field event is blank"}
		}
		e, err := parse(raw)
		if err != nil {
			out.Bad = append(out.Bad, fmt.Errorf("event %d: %w", n, err))
			continue
		}
		out.Events = append(out.Events, e)
	}
}

// eventOf returns an event that may be packed into a text, and whether there is
// nothing in it.
func eventOf(raw json.RawMessage) (json.RawMessage, bool) {
	var text string
	if bytes.Equal(raw, []byte("null")) {
		return raw, true
	}
	if json.Unmarshal(raw, &text) != nil {
		return raw, false
	}
	return json.RawMessage(text), text == ""
}
