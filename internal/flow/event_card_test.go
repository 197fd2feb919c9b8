package flow_test

import (
	"testing"

	"sallyport/internal/flow"
	"sallyport/internal/value"
)

// What an event card says of the delivery is what stands in the delivery.
func TestEventCardVersion(t *testing.T) {
	o := flow.EventCard(value.Map("uuid", "u1", "published", "2026-01-02T03:04:05.000Z"))
	if got, want := o.Text("Version"), o.Object("Full Details").Text("eventTypeVersion"); got != want || got != "1.0" {
		t.Errorf("version %q, in the delivery %q", got, want)
	}
}
