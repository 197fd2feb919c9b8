package portal

import "slices"

// Permission is one thing that a caller may be allowed to do.
type Permission string

// The permissions.
const (
	FlowsRead        Permission = "flows:read"
	FlowsWrite       Permission = "flows:write"
	FlowsRun         Permission = "flows:run"      // run a flow by hand
	FlowsDelegate    Permission = "flows:delegate" // run the delegated flows that one is named for
	RunsRead         Permission = "runs:read"
	RunsCancel       Permission = "runs:cancel" // cancel a run, retry it, run it again
	TablesRead       Permission = "tables:read"
	TablesWrite      Permission = "tables:write"
	ConnectionsRead  Permission = "connections:read"
	ConnectionsWrite Permission = "connections:write"
	TemplatesInstall Permission = "templates:install"
	SourcesRead      Permission = "sources:read"
	SourcesWrite     Permission = "sources:write"
	EventsRead       Permission = "events:read"
	AlertsRead       Permission = "alerts:read"  // and cases
	AlertsWrite      Permission = "alerts:write" // work on alerts and cases
	RulesRead        Permission = "rules:read"   // and suppressions
	RulesWrite       Permission = "rules:write"
	ChannelsRead     Permission = "channels:read" // where people are told of alerts
	ChannelsWrite    Permission = "channels:write"
	ActionsRead      Permission = "actions:read"
	ActionsUndo      Permission = "actions:undo"
	GuardRead        Permission = "guard:read"
	GuardWrite       Permission = "guard:write"
	MembersRead      Permission = "members:read"
	MembersWrite     Permission = "members:write" // and to take away the API tokens of others
	TokensWrite      Permission = "tokens:write"  // API tokens of one's own
	Rehearse         Permission = "rehearse"      // set off scenarios in the sandbox
)

// Permissions lists the permissions.
func Permissions() []Permission {
	return []Permission{
		FlowsRead, FlowsWrite, FlowsRun, FlowsDelegate, RunsRead, RunsCancel, TablesRead, TablesWrite, ConnectionsRead, ConnectionsWrite, TemplatesInstall,
		SourcesRead, SourcesWrite, EventsRead, AlertsRead, AlertsWrite, RulesRead, RulesWrite, ChannelsRead, ChannelsWrite, ActionsRead, ActionsUndo, GuardRead, GuardWrite, MembersRead, MembersWrite, TokensWrite, Rehearse,
	}
}

// Role is a set of permissions with a name.
type Role string

// The builtin roles. Each may do what the one after it may.
const (
	Admin     Role = "admin"     // everything
	Responder Role = "responder" // everything but who is a member, what is connected and what the guard allows
	Analyst   Role = "analyst"   // look at everything, work on alerts, run flows by hand
	Viewer    Role = "viewer"    // look at everything, run what was delegated to them
)

// Roles lists the builtin roles, the one that may do most first.
func Roles() []Role { return []Role{Admin, Responder, Analyst, Viewer} }

// Permissions returns what a role allows. A role that there is not allows
// nothing.
func (r Role) Permissions() []Permission {
	look := []Permission{FlowsRead, FlowsDelegate, RunsRead, TablesRead, ConnectionsRead, SourcesRead, EventsRead, AlertsRead, RulesRead, ChannelsRead, ActionsRead, GuardRead}
	switch r {
	case Admin:
		return Permissions()
	case Responder:
		return append(look, FlowsWrite, FlowsRun, RunsCancel, TablesWrite, TemplatesInstall, SourcesWrite, ActionsUndo, TokensWrite, Rehearse, AlertsWrite, RulesWrite, ChannelsWrite)
	case Analyst:
		return append(look, FlowsRun, AlertsWrite)
	case Viewer:
		return look
	}
	return nil
}

// Allows reports whether a role has a permission.
func (r Role) Allows(p Permission) bool { return slices.Contains(r.Permissions(), p) }

// Within reports whether a role allows nothing that another does not.
func (r Role) Within(other Role) bool {
	for _, p := range r.Permissions() {
		if !other.Allows(p) {
			return false
		}
	}
	return true
}
