package auth0

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"sallyport/internal/event"
)

// Prefix stands before an entry's type in an event's type: "auth0.fp". No event
// type of Okta begins so.
const Prefix = "auth0."

// Is reports whether an event type is that of an Auth0 tenant's log.
func Is(eventType string) bool { return strings.HasPrefix(eventType, Prefix) }

// maxReason is the longest description that a message quotes, in bytes.
const maxReason = 300

const (
	fLogID = iota
	fDocID
	fType
	fDate
	fDescription
	fIP
	fUserID
	fUserName
	fClientID
	fClientName
	fConnectionID
	fConnection
	fStrategy
	fOrganizationID
	fOrganizationName
	fAgent
	fMobileStreamed
	fMobileRead
	fCountry
	fState
	fCity
	fLat
	fLon
	fASNPlace
	fASNDetails
	fCorrelation
	fLinking
	fSession
	fMethod
	fPath
	fCaller
	fCallerID
	fCallerName
	fCallerEmail
	fSentUsers
	fShownID
	fShownUserID
	fShownClientID
	fShownName
	fShownEmail
	fieldCount
)

// fieldPaths are the places of what is read of an entry, in the order of the
// constants.
func fieldPaths() []string {
	return []string{
		"log_id", "_id", "type", "date", "description", "ip", "user_id", "user_name", "client_id", "client_name", "connection_id", "connection", "strategy",
		"organization_id", "organization_name", "user_agent", "is_mobile", "isMobile",
		"location_info.country_name", "location_info.subdivision_name", "location_info.city_name", "location_info.latitude", "location_info.longitude", "location_info.asn", "details.asn",
		"references.correlation_id", "transaction_linking_id", "details.session_id",
		"details.request.method", "details.request.path", "details.request.auth.user", "details.request.auth.user.user_id", "details.request.auth.user.name", "details.request.auth.user.email",
		"details.request.body.users", "details.response.body.id", "details.response.body.user_id", "details.response.body.client_id", "details.response.body.name", "details.response.body.email",
	}
}

// Parser reads entries of a tenant's log. It is not safe for concurrent use.
type Parser struct {
	fields, outer *event.Fields
	spans, shell  event.Spans
	types         map[string]Type
	events        *event.Parser
}

// NewParser returns a parser.
func NewParser() *Parser {
	p := &Parser{
		fields: event.NewFields(fieldPaths()...), spans: make(event.Spans, fieldCount),
		outer: event.NewFields("data", "log_id", "type"), shell: make(event.Spans, 3),
		types: map[string]Type{}, events: event.NewParser(),
	}
	for _, t := range Types() {
		p.types[t.ID] = t
	}
	return p
}

// Parse reads one entry as the log's API returns it, or in the envelope in which
// a log stream sends it: {"log_id": …, "data": {…}}. What makes an entry is
// demanded: an id, a type and a readable date. Everything else may be null,
// missing or of another kind. The event has the entry in its field data, byte
// for byte, and what all events have as Okta's have it.
func (p *Parser) Parse(raw []byte) (event.Event, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return event.Event{}, errors.New("read entry: there is nothing")
	}
	if err := p.outer.Scan(raw, p.shell); err != nil {
		return event.Event{}, fmt.Errorf("read entry: no JSON at %w", err)
	}
	if raw[0] != '{' {
		return event.Event{}, fmt.Errorf("read entry: an object is wanted, not %.20q", raw)
	}
	outerID := p.shell.Text(1)
	if inner := p.shell[0]; len(inner) > 0 && inner[0] == '{' && p.shell[2] == nil {
		raw = inner
	}
	if err := p.fields.Scan(raw, p.spans); err != nil {
		return event.Event{}, fmt.Errorf("read entry: no JSON at %w", err)
	}
	text := p.spans.Text
	logID := first(text(fLogID), outerID, text(fDocID))
	switch {
	case logID == "":
		return event.Event{}, errors.New("read entry: it has no log_id")
	case text(fType) == "":
		return event.Event{}, fmt.Errorf("read entry %s: it has no type", logID)
	case text(fDate) == "":
		return event.Event{}, fmt.Errorf("read entry %s: it has no date", logID)
	}
	made, err := p.write(logID, raw)
	if err != nil {
		return event.Event{}, fmt.Errorf("read entry %s: %w", logID, err)
	}
	e, err := p.events.Parse(made)
	if err != nil {
		return event.Event{}, fmt.Errorf("read entry %s: %w", logID, err)
	}
	return e, nil
}

// Event returns what may be an entry as an event, for files that say nothing of whose
// they are: an entry is written as one, and everything else is returned as it is.
func (p *Parser) Event(raw []byte) []byte {
	if bytes.Contains(raw, []byte(`"eventType"`)) {
		return raw
	}
	if e, err := p.Parse(raw); err == nil {
		return e.Raw
	}
	return raw
}

// ParseEither returns a way to read events of Okta's, and entries of Auth0's logs.
// It is not safe for concurrent use.
func ParseEither() event.Parse {
	p := NewParser()
	return func(raw []byte) (event.Event, error) { return p.events.Parse(p.Event(raw)) }
}

// logEvent is an entry in the shape of Okta's LogEvent, but for the entry itself.
type logEvent struct {
	Actor          *event.Entity   `json:"actor"`
	Client         client          `json:"client"`
	Authentication authentication  `json:"authenticationContext"`
	Message        string          `json:"displayMessage"`
	Type           string          `json:"eventType"`
	Outcome        outcome         `json:"outcome"`
	Published      string          `json:"published"`
	Security       *security       `json:"securityContext,omitempty"`
	Severity       string          `json:"severity"`
	Target         []*event.Entity `json:"target"`
	Transaction    *transaction    `json:"transaction,omitempty"`
	UUID           string          `json:"uuid"`
	LogID          string          `json:"log_id"`
}

type client struct {
	ID     string `json:"id,omitempty"`
	Device string `json:"device,omitempty"`
	IP     string `json:"ipAddress,omitempty"`
	Agent  *agent `json:"userAgent,omitempty"`
	Place  *place `json:"geographicalContext,omitempty"`
}

type agent struct {
	Raw     string `json:"rawUserAgent"`
	OS      string `json:"os,omitempty"`
	Browser string `json:"browser,omitempty"`
}

type place struct {
	City    string  `json:"city,omitempty"`
	State   string  `json:"state,omitempty"`
	Country string  `json:"country,omitempty"`
	Where   *latLon `json:"geolocation,omitempty"`
}

type latLon struct {
	Lat json.RawMessage `json:"lat"`
	Lon json.RawMessage `json:"lon"`
}

type authentication struct {
	Provider string `json:"authenticationProvider,omitempty"`
	Kind     string `json:"credentialType,omitempty"`
	Session  string `json:"externalSessionId,omitempty"`
}

type outcome struct {
	Result string `json:"result,omitempty"`
	Reason string `json:"reason,omitempty"`
}

type security struct {
	ASN json.RawMessage `json:"asNumber"`
}

type transaction struct {
	ID string `json:"id"`
}

// write makes the event of the entry that was scanned last.
func (p *Parser) write(logID string, raw []byte) ([]byte, error) {
	text := p.spans.Text
	t := p.typeOf(text(fType))
	said := text(fDescription)
	e := logEvent{
		Actor: p.actor(), Client: p.client(), Message: t.message(said), Type: Prefix + text(fType), Outcome: outcome{Result: t.Outcome}, Published: text(fDate),
		Authentication: authentication{text(fConnection), text(fStrategy), text(fSession)}, Severity: t.Severity, Target: p.targets(), UUID: logID, LogID: logID,
	}
	if t.Outcome != "SUCCESS" {
		e.Outcome.Reason = said
	}
	for _, slot := range []int{fASNPlace, fASNDetails} {
		if n := p.number(slot); n != nil && e.Security == nil {
			e.Security = &security{n}
		}
	}
	if id := first(text(fCorrelation), text(fLinking)); id != "" {
		e.Transaction = &transaction{id}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		return nil, fmt.Errorf("write it as an event: %w", err)
	}
	b.Truncate(b.Len() - len("}\n"))
	b.WriteString(`,"data":`)
	b.Write(raw)
	b.WriteByte('}')
	return b.Bytes(), nil
}

// typeOf returns what is known of an entry's type; Auth0 adds types now and then.
func (p *Parser) typeOf(id string) Type {
	if t, ok := p.types[id]; ok {
		return t
	}
	return Type{ID: id, Title: "Auth0 logged " + id, Severity: "INFO"}
}

// message says what happened: the type in words, and what the tenant says of it.
func (t Type) message(said string) string {
	if said == "" || strings.EqualFold(said, t.Title) {
		return t.Title
	}
	if len(said) > maxReason {
		said = strings.ToValidUTF8(said[:maxReason], "") + "…"
	}
	return t.Title + ": " + said
}

// number returns a number as it stands, or of a text that is one; nil otherwise.
func (p *Parser) number(slot int) json.RawMessage {
	raw := json.RawMessage(p.spans.Text(slot))
	var n float64
	if len(raw) == 0 || json.Unmarshal(raw, &n) != nil {
		return nil
	}
	return raw
}

func (p *Parser) client() client {
	text := p.spans.Text
	c := client{ID: text(fClientID), IP: text(fIP)}
	switch first(text(fMobileStreamed), text(fMobileRead)) {
	case "true":
		c.Device = "Mobile"
	case "false":
		c.Device = "Computer"
	}
	if raw := text(fAgent); raw != "" {
		browser, os, _ := strings.Cut(raw, " / ")
		c.Agent = &agent{Raw: raw}
		if os != "" {
			c.Agent.OS, c.Agent.Browser = os, browser
		}
	}
	at := place{City: text(fCity), State: text(fState), Country: text(fCountry)}
	if lat, lon := p.number(fLat), p.number(fLon); lat != nil && lon != nil {
		at.Where = &latLon{lat, lon}
	}
	if at != (place{}) {
		c.Place = &at
	}
	return c
}

// machines is the end of the name by which Auth0 calls an application that calls
// its API on its own behalf.
const machines = "@clients"

// actor is who acted: of a call of the Management API whoever made it, otherwise
// the person whom the entry is about, or the application that signed in.
func (p *Parser) actor() *event.Entity {
	text := p.spans.Text
	app := &event.Entity{ID: text(fClientID), Type: "App", AlternateID: text(fClientName), DisplayName: text(fClientName)}
	if id := strings.TrimSuffix(first(text(fCallerID), text(fCaller)), machines); id != "" {
		if text(fCallerID) == "" || strings.HasSuffix(text(fCallerID), machines) {
			app.ID = id
			return app
		}
		login := first(text(fCallerEmail), text(fCallerName))
		return &event.Entity{ID: id, Type: "User", AlternateID: login, DisplayName: first(text(fCallerName), login)}
	}
	if id := text(fUserID); (id != "" || text(fUserName) != "") && !strings.HasSuffix(id, machines) {
		return &event.Entity{ID: id, Type: "User", AlternateID: text(fUserName), DisplayName: text(fUserName)}
	}
	if app.ID == "" && app.AlternateID == "" {
		return nil
	}
	return app
}

// mostTargets bounds the people that one entry is said to be about.
const mostTargets = 20

// targets are what was acted on: of a call of the Management API what its path
// names, of everything else the application, its connection and organization.
func (p *Parser) targets() []*event.Entity {
	text := p.spans.Text
	out := []*event.Entity{}
	add := func(e event.Entity) {
		if e.ID != "" || e.AlternateID != "" {
			out = append(out, &e)
		}
	}
	if text(fPath) != "" && text(fMethod) != "" {
		kind, id := objectOf(text(fPath))
		if kind != "" {
			name := first(text(fShownName), text(fShownEmail))
			add(event.Entity{ID: first(id, text(fShownUserID), text(fShownClientID), text(fShownID)), Type: kind, AlternateID: first(text(fShownEmail), name), DisplayName: name})
		}
		var users []string
		if json.Unmarshal(p.spans[fSentUsers], &users) == nil {
			for _, id := range users[:min(len(users), mostTargets)] {
				add(event.Entity{ID: id, Type: "User"})
			}
		}
		if kind != "" {
			return out
		}
	}
	if text(fUserID) != "" || text(fUserName) != "" {
		add(event.Entity{ID: text(fClientID), Type: "AppInstance", AlternateID: text(fClientName), DisplayName: text(fClientName)})
	}
	add(event.Entity{ID: text(fConnectionID), Type: "Connection", AlternateID: text(fConnection), DisplayName: text(fConnection)})
	add(event.Entity{ID: text(fOrganizationID), Type: "Organization", AlternateID: text(fOrganizationName), DisplayName: text(fOrganizationName)})
	return out
}

// objectOf returns the kind and the id of what a path of the Management API is
// about; nothing of a path that says neither.
func objectOf(path string) (kind, id string) {
	_, rest, ok := strings.Cut(path, "/api/v2/")
	if !ok {
		return "", ""
	}
	parts := strings.Split(rest, "/")
	switch noun := parts[0]; noun {
	case "attack-protection", "tenants", "guardian", "risk-assessments", "branding", "prompts":
		return "Setting", strings.Join(parts, "/")
	case "actions":
		if len(parts) > 2 && parts[1] == "actions" {
			return "Action", parts[2]
		}
		if len(parts) > 2 && parts[1] == "triggers" {
			return "Trigger", parts[2]
		}
		return "Action", ""
	default:
		kind = nouns(noun)
	}
	if len(parts) > 1 {
		if id, err := url.PathUnescape(parts[1]); err == nil {
			return kind, id
		}
	}
	return kind, ""
}

// nouns is the type of the objects of a collection.
func nouns(collection string) string {
	switch collection {
	case "users":
		return "User"
	case "clients":
		return "AppInstance"
	case "roles":
		return "Role"
	case "connections":
		return "Connection"
	case "organizations":
		return "Organization"
	case "log-streams":
		return "LogStream"
	case "client-grants":
		return "ClientGrant"
	case "resource-servers":
		return "ResourceServer"
	case "rules":
		return "Rule"
	case "hooks":
		return "Hook"
	case "custom-domains":
		return "CustomDomain"
	case "network-acls":
		return "NetworkACL"
	case "keys":
		return "Key"
	}
	return ""
}

// first returns the first text that is not empty.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
