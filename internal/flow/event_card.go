package flow

import (
	"strings"

	"sallyport/internal/auth0"
	"sallyport/internal/value"
)

// usesTrigger reports whether any card refers to the event card.
func (d *Definition) usesTrigger() bool { return d.eventCard }

// EventCard returns a log event as the event cards of Okta Workflows show it: with
// the names that people know, and the first target of each type beside it. The
// fields are those of the cards' published outputs; what a card does not have is
// there all the same. An event of an Auth0 tenant has a card of its own.
func EventCard(e any) *value.Object {
	event, _ := e.(*value.Object)
	if auth0.Is(event.Text("eventType")) {
		return auth0Card(event)
	}
	actor, whole := party(event.At("actor")), envelope(event)
	o := value.Map(
		"Date and Time", event.At("published"),
		"Message", event.At("displayMessage"),
		"Event ID", event.At("uuid"),
		"Event Type", "com.okta.event_hook",
		"Event Time", event.At("published"),
		"Version", whole.At("eventTypeVersion"),
		"Admin", actor,
		"Actor", actor,
	)
	for _, t := range targets(event) {
		name := targetField(t.Text("type"))
		if _, taken := o.Get(name); !taken {
			o.Set(name, party(t))
		}
	}
	debug := event.Object("debugContext").Object("debugData")
	outcome := event.Object("outcome")
	for _, f := range []struct {
		name string
		v    any
	}{
		{"UUID", event.At("uuid")},
		{"Event Details", event},
		{"Full Details", whole},
		{"Headers", value.NewObject(0)},
		{"Source", event.Object("transaction").At("id")},
		{"Debug Context", value.Map("Debug Data", debug)},
		{"Changed Attributes", debug.At("changedAttributes")},
		{"Reason", outcome.At("reason")},
		{"Legacy Event Type", event.At("legacyEventType")},
		{"Severity", event.At("severity")},
		{"Result", outcome.At("result")},
		{"Client", event.At("client")},
		{"Transaction", event.At("transaction")},
		{"Authentication Context", event.At("authenticationContext")},
		{"Security Context", event.At("securityContext")},
		// Suspicious Activity Reported has its own names for who it is about.
		{"Name", event.Object("actor").At("displayName")},
		{"Email", event.Object("actor").At("alternateId")},
		{"User ID", event.Object("actor").At("id")},
		{"Suspicious Activity Details", debug},
	} {
		o.Set(f.name, f.v)
	}
	return o
}

// auth0Card is the card of an entry of an Auth0 tenant's log; docs/flows.md lists
// its fields.
func auth0Card(event *value.Object) *value.Object {
	entry := event.Object("data")
	client, outcome := event.Object("client"), event.Object("outcome")
	place := client.Object("geographicalContext")
	ref := func(id, name string) *value.Object { return value.Map("ID", entry.At(id), "Name", entry.At(name)) }
	return value.Map(
		"Date and Time", event.At("published"),
		"Message", event.At("displayMessage"),
		"Event ID", event.At("uuid"),
		"Event Type", event.At("eventType"),
		"Type", entry.At("type"),
		"Description", entry.At("description"),
		"Result", outcome.At("result"),
		"Reason", outcome.At("reason"),
		"Severity", event.At("severity"),
		"Actor", party(event.At("actor")),
		"User", ref("user_id", "user_name"),
		"Application", ref("client_id", "client_name"),
		"Connection", ref("connection_id", "connection"),
		"Organization", ref("organization_id", "organization_name"),
		"IP Address", entry.At("ip"),
		"User Agent", entry.At("user_agent"),
		"City", place.At("city"),
		"Country", place.At("country"),
		"Hostname", entry.At("hostname"),
		"Details", entry.At("details"),
		"Log Entry", entry,
		"Event Details", event,
	)
}

// envelope is the event as an event hook delivers it.
func envelope(event *value.Object) *value.Object {
	return value.Map(
		"eventType", "com.okta.event_hook", "eventTypeVersion", "1.0", "cloudEventsVersion", "0.1", "eventId", event.At("uuid"), "eventTime", event.At("published"),
		"data", value.Map("events", []any{event}),
	)
}

func targets(event *value.Object) []*value.Object {
	list, _ := event.At("target").([]any)
	var out []*value.Object
	for _, t := range list {
		if o, ok := t.(*value.Object); ok {
			out = append(out, o)
		}
	}
	return out
}

// party is an actor or target as cards show it.
func party(v any) any {
	o, ok := v.(*value.Object)
	if !ok {
		return nil
	}
	out := value.Map("ID", o.At("id"), "Alternate ID", o.At("alternateId"), "Display Name", o.At("displayName"), "Type", o.At("type"))
	if detail := o.At("detailEntry"); detail != nil {
		out.Set("Detail", detail)
	}
	return out
}

// targetField names the field of a target by its type: AppUser is Application User.
func targetField(kind string) string {
	switch kind {
	case "User":
		return "Okta User"
	case "UserGroup":
		return "Group"
	case "AppInstance":
		return "Application"
	case "AppUser":
		return "Application User"
	case "AuthenticatorEnrollment", "Factor", "MFAFactor", "Authenticator":
		return "MFA Factor"
	}
	var b strings.Builder
	for i, c := range kind {
		if i > 0 && c >= 'A' && c <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}
