package okta

import (
	_ "embed" // for the list below
	"strings"
)

// hookable names the event types that Okta's catalogue marks as eligible for
// event hooks (catalogue of release 2026.08.1), one a line. A test compares
// it with the catalogue.
//
//go:embed hookable.txt
var hookable string

// hookEligible says whether an event type may be delivered by an event hook.
func hookEligible(eventType string) bool {
	return eventType != "" && !strings.Contains(eventType, "\n") && strings.Contains("\n"+hookable, "\n"+eventType+"\n")
}
