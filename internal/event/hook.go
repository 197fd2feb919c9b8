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
}

// ParseDelivery reads the body of an event hook's POST. One bad event makes the
// whole delivery bad: Okta then repeats it, and nothing is lost in silence.
func ParseDelivery(body []byte) (Delivery, error) {
	var env struct {
		EventType string `json:"eventType"`
		EventID   string `json:"eventId"`
		Source    string `json:"source"`
		Data      struct {
			Events []json.RawMessage `json:"events"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &env); err != nil {
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
			return d, fmt.Errorf("data.events[%d]: %w", i, err)
		}
		d.Events = append(d.Events, e)
	}
	return d, nil
}
