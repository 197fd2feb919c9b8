// Package systemlog is the System Log of a simulated Okta org: the LogEvent
// object, the order in which events are kept, and the queries of
// GET /api/v1/logs. It knows nothing of the org that writes to it.
//
// Source: developer.okta.com/docs/api/openapi/okta-management/management/tag/SystemLog/.
package systemlog

import (
	"encoding/json"
	"maps"
	"time"
)

// Event is a LogEvent. A pointer or map that is nil is written as null, as
// Okta writes fields that it has no value for.
type Event struct {
	Actor                 Actor           `json:"actor"`
	Client                Client          `json:"client"`
	Device                *Device         `json:"device"`
	AuthenticationContext Authentication  `json:"authenticationContext"`
	DisplayMessage        string          `json:"displayMessage"`
	EventType             string          `json:"eventType"`
	Outcome               Outcome         `json:"outcome"`
	Published             Time            `json:"published"`
	SecurityContext       SecurityContext `json:"securityContext"`
	Severity              string          `json:"severity"`
	DebugContext          DebugContext    `json:"debugContext"`
	LegacyEventType       *string         `json:"legacyEventType"`
	Transaction           Transaction     `json:"transaction"`
	UUID                  string          `json:"uuid"`
	Version               string          `json:"version"`
	Request               Request         `json:"request"`
	Target                []Target        `json:"target"`
}

// Time is a point in time, written in UTC with milliseconds.
type Time struct{ time.Time }

// Layout is how the log writes times.
const Layout = "2006-01-02T15:04:05.000Z"

// MarshalJSON writes the time as the log does.
func (t Time) MarshalJSON() ([]byte, error) {
	return []byte(`"` + t.UTC().Format(Layout) + `"`), nil
}

// Actor is who acted.
type Actor struct {
	ID          string         `json:"id"`
	Type        string         `json:"type"` // User, SystemPrincipal, PublicClientApp, IP address ...
	AlternateID string         `json:"alternateId"`
	DisplayName string         `json:"displayName"`
	DetailEntry map[string]any `json:"detailEntry"`
}

// Client is what the actor acted with. A job has none of it.
type Client struct {
	UserAgent           *UserAgent `json:"userAgent"`
	Zone                *string    `json:"zone"`
	Device              *string    `json:"device"` // Computer, Mobile, Unknown
	ID                  *string    `json:"id"`     // of the OAuth client
	IPAddress           *string    `json:"ipAddress"`
	GeographicalContext *Geo       `json:"geographicalContext"`
}

// UserAgent is the browser or program of a client.
type UserAgent struct {
	RawUserAgent string `json:"rawUserAgent"`
	OS           string `json:"os"`
	Browser      string `json:"browser"`
}

// Geo is where an address is.
type Geo struct {
	City        *string `json:"city"`
	State       *string `json:"state"`
	Country     *string `json:"country"`
	PostalCode  *string `json:"postalCode"`
	Geolocation *Point  `json:"geolocation"`
}

// Point is a position in degrees.
type Point struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

// Device is a managed device, present when the client was one. The names are
// in snake case in the real log too.
type Device struct {
	ID                    string  `json:"id"`
	Name                  string  `json:"name"`
	OSPlatform            string  `json:"os_platform"`
	OSVersion             string  `json:"os_version"`
	Managed               bool    `json:"managed"`
	Registered            bool    `json:"registered"`
	DeviceIntegrator      *string `json:"device_integrator"`
	DiskEncryptionType    string  `json:"disk_encryption_type"`
	ScreenLockType        string  `json:"screen_lock_type"`
	Jailbreak             *bool   `json:"jailbreak"`
	SecureHardwarePresent bool    `json:"secure_hardware_present"`
}

// Authentication is how the actor's session came about.
type Authentication struct {
	AuthenticationProvider *string `json:"authenticationProvider"`
	CredentialProvider     *string `json:"credentialProvider"`
	CredentialType         *string `json:"credentialType"`
	Issuer                 *string `json:"issuer"`
	Interface              *string `json:"interface"`
	AuthenticationStep     int     `json:"authenticationStep"`
	RootSessionID          *string `json:"rootSessionId"`
	ExternalSessionID      *string `json:"externalSessionId"`
}

// Outcome is what came of the action.
type Outcome struct {
	Result string  `json:"result"` // SUCCESS, FAILURE, SKIPPED, ALLOW, DENY, CHALLENGE, UNKNOWN
	Reason *string `json:"reason"`
}

// SecurityContext is what is known of the client's network.
type SecurityContext struct {
	ASNumber *int    `json:"asNumber"`
	ASOrg    *string `json:"asOrg"`
	ISP      *string `json:"isp"`
	Domain   *string `json:"domain"`
	IsProxy  *bool   `json:"isProxy"`
}

// DebugContext holds the free-form details of an event type.
type DebugContext struct {
	DebugData map[string]any `json:"debugData"`
}

// Transaction groups the events of one request or job.
type Transaction struct {
	Type   string         `json:"type"` // WEB or JOB
	ID     string         `json:"id"`
	Detail map[string]any `json:"detail"`
}

// Request lists the addresses that the request passed through.
type Request struct {
	IPChain []IP `json:"ipChain"`
}

// IP is one address of a request.
type IP struct {
	IP                  string  `json:"ip"`
	GeographicalContext *Geo    `json:"geographicalContext"`
	Version             string  `json:"version"` // V4 or V6
	Source              *string `json:"source"`
}

// Target is what was acted on.
type Target struct {
	ID          string         `json:"id"`
	Type        string         `json:"type"`
	AlternateID string         `json:"alternateId"`
	DisplayName string         `json:"displayName"`
	DetailEntry map[string]any `json:"detailEntry"`
	Changes     *Changes       `json:"changeDetails,omitempty"`
}

// Changes is what a change of a target has made of what; few event types have
// it.
type Changes struct {
	From map[string]any `json:"from"`
	To   map[string]any `json:"to"`
}

// hookClient is a Client with the chain of addresses inside, as event hooks
// carry it.
type hookClient struct {
	Client
	IPChain []IP `json:"ipChain"`
}

// HookForm returns the event as an event hook delivers it: the chain of
// addresses under client instead of request, an insertionTimestamp, and the
// ids of the hooks that it goes to in debugData.targetEventHookIds.
//
// Source: developer.okta.com/docs/concepts/event-hooks/#sample-event-delivery-payload.
func (e *Event) HookForm(hookIDs string) ([]byte, error) {
	debug := map[string]any{"targetEventHookIds": hookIDs}
	maps.Copy(debug, e.DebugContext.DebugData)
	return json.Marshal(struct {
		UUID                  string          `json:"uuid"`
		Published             Time            `json:"published"`
		EventType             string          `json:"eventType"`
		Version               string          `json:"version"`
		DisplayMessage        string          `json:"displayMessage"`
		Severity              string          `json:"severity"`
		Client                hookClient      `json:"client"`
		Device                *Device         `json:"device"`
		Actor                 Actor           `json:"actor"`
		Outcome               Outcome         `json:"outcome"`
		Target                []Target        `json:"target"`
		Transaction           Transaction     `json:"transaction"`
		DebugContext          DebugContext    `json:"debugContext"`
		LegacyEventType       *string         `json:"legacyEventType"`
		AuthenticationContext Authentication  `json:"authenticationContext"`
		SecurityContext       SecurityContext `json:"securityContext"`
		InsertionTimestamp    *string         `json:"insertionTimestamp"`
	}{
		e.UUID, e.Published, e.EventType, e.Version, e.DisplayMessage, e.Severity,
		hookClient{e.Client, e.Request.IPChain},
		e.Device, e.Actor, e.Outcome, e.Target, e.Transaction,
		DebugContext{debug},
		e.LegacyEventType, e.AuthenticationContext, e.SecurityContext, nil,
	})
}
