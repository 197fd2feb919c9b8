package auth0

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"sallyport/internal/event"
)

// mostDelivered bounds how many entries one delivery holds.
const mostDelivered = 20_000

// ParseDelivery reads what a log stream posts to a custom webhook: entries in
// their envelopes as JSON lines, as a JSON list or as one object, which are the
// formats that a stream can be set to. It comes at least once, and unordered.
// Entries that cannot be read are told of and passed over: a delivery that is
// refused comes again, and would be refused for ever.
func ParseDelivery(body []byte) (event.Delivery, error) {
	var d event.Delivery
	parser := NewParser()
	dec := json.NewDecoder(bytes.NewReader(body))
	n := 0
	take := func(raw json.RawMessage) error {
		if n++; n > mostDelivered {
			return fmt.Errorf("read log stream delivery: there are more than %d entries", mostDelivered)
		}
		e, err := parser.Parse(raw)
		if err != nil {
			d.Bad = append(d.Bad, fmt.Errorf("entry %d: %w", n, err))
			return nil
		}
		d.Events = append(d.Events, e)
		return nil
	}
	for {
		var raw json.RawMessage
		err := dec.Decode(&raw)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return event.Delivery{}, fmt.Errorf("read log stream delivery: after %d entries there is no JSON: %w", n, err)
		}
		entries := []json.RawMessage{raw}
		if raw[0] == '[' {
			if entries = nil; json.Unmarshal(raw, &entries) != nil {
				return event.Delivery{}, errors.New("read log stream delivery: the list cannot be read")
			}
		}
		for _, e := range entries {
			if err := take(e); err != nil {
				return event.Delivery{}, err
			}
		}
	}
	if n == 0 {
		return event.Delivery{}, errors.New("read log stream delivery: there are no entries")
	}
	return d, nil
}
