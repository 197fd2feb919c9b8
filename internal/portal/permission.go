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
	InventoryRead    Permission = "inventory:read"  // what Okta orgs consist of
	InventoryWrite   Permission = "inventory:write" // have them read
	PostureWrite     Permission = "posture:write"   // by what they are judged, and what is accepted
	EventsRead       Permission = "events:read"
	EventsRaw        Permission = "events:raw"    // events as they came
	AlertsRead       Permission = "alerts:read"   // and cases
	AlertsWrite      Permission = "alerts:write"  // work on alerts and cases
	ResponsesRun     Permission = "responses:run" // run a flow for an alert
	RulesRead        Permission = "rules:read"    // and suppressions
	RulesWrite       Permission = "rules:write"
	ChannelsRead     Permission = "channels:read" // where people are told of alerts
	ChannelsWrite    Permission = "channels:write"
	ActionsRead      Permission = "actions:read"
	ActionsUndo      Permission = "actions:undo"
	GuardRead        Permission = "guard:read"
	GuardWrite       Permission = "guard:write"
	RemediesRead     Permission = "remedies:read"     // plans of remediation, and playbooks
	RemediesRun      Permission = "remedies:run"      // plan, run and undo
	RemediesApprove  Permission = "remedies:approve"  // those of others
	RemediesSchedule Permission = "remedies:schedule" // have plans made by the clock
	MembersRead      Permission = "members:read"
	MembersWrite     Permission = "members:write"  // and to take away the API tokens of others
	RolesWrite       Permission = "roles:write"    // the organization's own roles
	SessionsWrite    Permission = "sessions:write" // end the sessions of others
	SCIMRead         Permission = "scim:read"      // how the identity provider provisions
	SCIMWrite        Permission = "scim:write"     // the secret by which it does
	SignInWrite      Permission = "signin:write"   // how long sessions last, and what proof they want
	AuditRead        Permission = "audit:read"
	TokensWrite      Permission = "tokens:write" // API tokens of one's own
	SSORead          Permission = "sso:read"     // single sign-on, and why sign-ins were refused
	SSOWrite         Permission = "sso:write"    // and set it, which a Full Admin alone puts in force
	Rehearse         Permission = "rehearse"     // set off scenarios in the sandbox
)

// Areas of what permissions are about, in the order of [Permissions].
const (
	automation = "Flows and runs"
	connecting = "Connections and sources"
	observing  = "Orgs and events"
	responding = "Alerts and responses"
	detecting  = "Rules and notifications"
	guarding   = "Actions and the guard"
	people     = "People and access"
	rehearsing = "Rehearsal"
)

// About says what a permission allows, for people who make roles.
type About struct {
	Permission Permission
	Area       string // under which people look for it
	Text       string
}

// Explained lists the permissions with what they allow, area by area.
func Explained() []About {
	return []About{
		{FlowsRead, automation, "See flows, their folders and versions, and the catalogue"},
		{FlowsWrite, automation, "Make, change, publish, switch on and delete flows"},
		{FlowsRun, automation, "Run a flow by hand"},
		{FlowsDelegate, automation, "Run the delegated flows that name the person or one of their roles"},
		{TemplatesInstall, automation, "Install templates, import flows"},
		{RunsRead, automation, "See runs, what they were given and what they did"},
		{RunsCancel, automation, "Cancel a run, retry it, run it again"},
		{TablesRead, automation, "See tables and their rows"},
		{TablesWrite, automation, "Make, change and delete tables and rows"},
		{ConnectionsRead, connecting, "See connections and connectors, never their secrets"},
		{ConnectionsWrite, connecting, "Make, change and delete connections and connectors, sign in to them"},
		{SourcesRead, connecting, "See alert sources and their health"},
		{SourcesWrite, connecting, "Make, change, pause and delete alert sources; how long events are kept"},
		{InventoryRead, observing, "See what Okta orgs consist of, and how that changed: people, groups, apps, roles, policies"},
		{InventoryWrite, observing, "Have Okta orgs read"},
		{PostureWrite, observing, "Change by what Okta orgs are judged, accept findings"},
		{EventsRead, observing, "Search events and export their main fields"},
		{EventsRaw, observing, "See and export events as they came, whole"},
		{AlertsRead, responding, "See alerts, cases and risks"},
		{AlertsWrite, responding, "Work on alerts and cases: state, assignee, notes, verdict"},
		{ResponsesRun, responding, "Run a response for an alert, also from Slack"},
		{RulesRead, detecting, "See rules and suppressions, try them on stored events"},
		{RulesWrite, detecting, "Change rules, suppressions and alert settings"},
		{ChannelsRead, detecting, "See where people are told of alerts"},
		{ChannelsWrite, detecting, "Change where people are told of alerts"},
		{ActionsRead, guarding, "See what was done to tenants, and what was refused"},
		{ActionsUndo, guarding, "Undo an action"},
		{GuardRead, guarding, "See the guard's policy"},
		{GuardWrite, guarding, "Change the guard's policy"},
		{RemediesRead, guarding, "See playbooks and plans of remediation, and what they read of the org"},
		{RemediesRun, guarding, "Plan remediations, run and undo them"},
		{RemediesApprove, guarding, "Approve and decline the plans of others"},
		{RemediesSchedule, guarding, "Have plans made by the clock"},
		{MembersRead, people, "See the members, their roles and their sessions"},
		{MembersWrite, people, "Change the roles of members, disable and remove them, end everybody's API tokens"},
		{RolesWrite, people, "Make, change and delete the organization's own roles"},
		{SessionsWrite, people, "End the sessions of other members"},
		{SCIMRead, people, "See how the identity provider provisions members and groups, never its secret"},
		{SCIMWrite, people, "Make, show and rotate the secret by which the identity provider provisions"},
		{SignInWrite, people, "Change how long sessions and API tokens last, and whether a second factor is wanted"},
		{AuditRead, people, "See, verify and export the audit log"},
		{TokensWrite, people, "Make and end API tokens of one's own"},
		{SSORead, people, "See how people sign in through the identity provider, and why sign-ins were refused"},
		{SSOWrite, people, "Set and test how people sign in through the identity provider; only a Full Admin puts it in force"},
		{Rehearse, rehearsing, "Set off scenarios in the sandbox"},
	}
}

// Permissions lists the permissions.
func Permissions() []Permission {
	all := Explained()
	out := make([]Permission, len(all))
	for i, a := range all {
		out[i] = a.Permission
	}
	return out
}

// known reports whether there is such a permission.
func known(p Permission) bool { return slices.Contains(Permissions(), p) }

// sorted returns a set of permissions in the order of [Permissions], each once.
func sorted(ps []Permission) []Permission {
	out := []Permission{}
	for _, p := range Permissions() {
		if slices.Contains(ps, p) {
			out = append(out, p)
		}
	}
	return out
}
