package event

import (
	"encoding/json"
	"fmt"
)

// Delivery is what an Okta event hook posts: an envelope with the events that
// happened close together. Unlike the System Log's answer it is at least once,
// and unordered.
type Delivery struct {
	ID     string // eventId: the same when a delivery is repeated
	Source string // the hook's URL in the Okta org
	Events []Event
	Bad    []error // the events that could not be read, each with its place
}

// ParseDelivery reads the body of an event hook's POST. Events that cannot be
// read do not keep the others from being taken: Okta repeats nothing that is
// answered with a 4xx.
func ParseDelivery(body []byte) (Delivery, error) {
	var env struct {
		EventType string `json:"eventType"`
		EventID   string `json:"eventId"`
		Source    string `json:"source"`
		Data      struct {
			Events []json.RawMessage `json:"events"`
		} `json:"data"`
	}
	if err := Decode(body, &env); err != nil {
		return Delivery{}, fmt.Errorf("read event hook delivery: %w", err)
	}
	if env.EventType != "com.okta.event_hook" {
		return Delivery{}, fmt.Errorf("read event hook delivery: eventType is %.60q, want com.okta.event_hook", env.EventType)
	}
	d := Delivery{ID: env.EventID, Source: env.Source}
	p := NewParser()
	for i, raw := range env.Data.Events {
		e, err := p.Parse(raw)
		if err != nil {
			d.Bad = append(d.Bad, fmt.Errorf("data.events[%d]: %w", i, err))
			continue
		}
		d.Events = append(d.Events, e)
	}
	return d, nil
}
