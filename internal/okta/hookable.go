package okta

import (
	_ "embed" // for the list below
	"slices"
	"strings"
)

// hookable names the event types that Okta's catalogue of release 2026.08.1 marks
// as eligible for event hooks, one a line. A test compares it with the catalogue.
//
//go:embed hookable.txt
var hookable string

// MaxHookTypes is how many event types one event hook may have.
const MaxHookTypes = 300

// Hookable returns the event types that Okta delivers by event hooks, in order.
// What is not among them is in the System Log alone.
func Hookable() []string { return strings.Fields(hookable) }

// HookEligible parts event types into those that an event hook may have and those
// that it may not, each in order and once.
func HookEligible(types []string) (eligible, not []string) {
	known := Hookable()
	for _, t := range slices.Compact(slices.Sorted(slices.Values(types))) {
		if _, ok := slices.BinarySearch(known, t); ok {
			eligible = append(eligible, t)
			continue
		}
		not = append(not, t)
	}
	return eligible, not
}

// AlertTypes returns the events that Okta's own kinds of alerts are made from: a
// reported suspicious activity, new sign-ons, authenticators that come and go,
// passwords that change, and what ThreatInsight finds.
func AlertTypes() []string {
	return []string{
		SuspiciousActivityReported, "user.session.start", "user.mfa.factor.activate", "user.mfa.factor.deactivate", "user.mfa.factor.reset_all",
		"user.account.update_password", "security.threat.detected",
	}
}
