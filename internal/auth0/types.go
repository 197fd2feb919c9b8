package auth0

import (
	_ "embed"
	"strings"
	"sync"
)

// Type is a type of a tenant's log entries.
type Type struct {
	ID       string // as the entry has it: "fp"
	Outcome  string // as Okta's events say it: SUCCESS, FAILURE, DENY, CHALLENGE; empty where there is none
	Severity string // INFO, WARN or ERROR
	Title    string // what happened, for people
}

// typeList is what Auth0's schema of tenant logs lists, and fapi, which it leaves
// out: the type, what came of it, how grave it is and what it is, by tabs.
//
//go:embed types.txt
var typeList string

var readTypes = sync.OnceValue(func() []Type {
	var all []Type
	for line := range strings.Lines(typeList) {
		if parts := strings.Split(strings.TrimSpace(line), "\t"); len(parts) == 4 {
			all = append(all, Type{parts[0], strings.TrimPrefix(parts[1], "-"), parts[2], parts[3]})
		}
	}
	return all
})

// Types returns the types of entries that are known, in order. The list is
// shared: it is not to be changed.
func Types() []Type { return readTypes() }

// Fields are the names of an entry's members, those of every type together.
func Fields() []string {
	return []string{
		"$event_schema", "_id", "agent_id", "audience", "auth0_client", "client_id", "client_ip", "client_name", "connection", "connection_id", "date", "description", "details",
		"environment_name", "external_agent_id", "hostname", "identity_user_id", "ip", "isMobile", "is_mobile", "location_info", "log_id", "mtls_thumbprint_sha256",
		"organization_id", "organization_name", "references", "scope", "security_context", "session_connection", "strategy", "strategy_type", "tenant_name", "tracking_id",
		"transaction_linking_id", "type", "user_agent", "user_id", "user_name", "body", "email", "query", "title",
	}
}
