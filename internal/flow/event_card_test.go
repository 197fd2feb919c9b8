package flow_test

import (
	"strings"
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

// An entry of an Auth0 tenant's log has a card with Auth0's own names.
func TestAuth0EventCard(t *testing.T) {
	entry := value.Map("type", "fp", "description", "Wrong email or password.", "user_id", "auth0|1", "user_name", "ada@acme.example", "client_id", "app1", "client_name", "Portal", "ip", "192.0.2.1",
		"details", value.Map("session_id", "ses1"))
	o := flow.EventCard(value.Map("uuid", "900", "eventType", "auth0.fp", "published", "2026-01-02T03:04:05.000Z", "displayMessage", "Failed login", "outcome", value.Map("result", "FAILURE"),
		"client", value.Map("geographicalContext", value.Map("country", "Norway")), "data", entry))
	for path, want := range map[string]string{
		"Event ID": "900", "Event Type": "auth0.fp", "Type": "fp", "Result": "FAILURE", "Message": "Failed login", "User.ID": "auth0|1", "User.Name": "ada@acme.example", "Application.Name": "Portal",
		"IP Address": "192.0.2.1", "Country": "Norway", "Details.session_id": "ses1", "Log Entry.type": "fp", "Event Details.uuid": "900",
	} {
		of, name, nested := strings.Cut(path, ".")
		got := o.Text(of)
		if nested {
			got = o.Object(of).Text(name)
		}
		if got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
}
