package api

import (
	"context"

	"sallyport/internal/auth0"
	"sallyport/internal/portal"
)

var _ = add("GET /api/v1/auth0/log-types", portal.FlowsRead, doc{
	Summary: "The types of the entries of an Auth0 tenant's log", Help: "As event types, by which flows are started and events are searched for. Nothing is asked of Auth0, which adds types now and then.",
}, listLogTypes)

// LogType is a type of an Auth0 tenant's log entries.
type LogType struct {
	Event   string `json:"event" doc:"the event type: auth0.fp"`
	ID      string `json:"id" doc:"as Auth0 has it: fp"`
	Title   string `json:"title" doc:"what happened"`
	Outcome string `json:"outcome,omitempty" doc:"SUCCESS, FAILURE, DENY or CHALLENGE; not there where there is none"`
}

func listLogTypes(context.Context, Deps, portal.Caller, none) ([]LogType, error) {
	return each(auth0.Types(), func(t auth0.Type) LogType { return LogType{auth0.Prefix + t.ID, t.ID, t.Title, t.Outcome} }), nil
}
