// Package event holds the log events of Okta as they are: the bytes that came,
// what the product reads of them, and a way to any other field.
//
// The shape is the LogEvent of the System Log API (GET /api/v1/logs), which an
// event hook delivers with small differences: client.ipChain in place of
// request.ipChain, a device, an insertionTimestamp. Nothing is lost: Raw is
// the event byte for byte.
package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"sallyport/internal/scan"
)

// Event is one log event.
type Event struct {
	UUID          string
	Type          string // eventType: "user.session.start"
	Published     time.Time
	Severity      string // DEBUG, INFO, WARN, ERROR
	Message       string // displayMessage
	Outcome       string // outcome.result in upper case: SUCCESS, FAILURE, …
	Reason        string // outcome.reason
	Actor         Entity
	IP            string // client.ipAddress
	TransactionID string
	SessionID     string // authenticationContext.externalSessionId
	Raw           json.RawMessage
}

// Entity is who acted, or what was acted on: an actor or a target.
type Entity struct {
	ID          string `json:"id"`
	Type        string `json:"type"` // User, AppInstance, UserGroup, SystemPrincipal, …
	AlternateID string `json:"alternateId"`
	DisplayName string `json:"displayName"`
}

const (
	fUUID = iota
	fType
	fPublished
	fSeverity
	fMessage
	fOutcome
	fReason
	fActorID
	fActorType
	fActorAlternateID
	fActorDisplayName
	fIP
	fTransaction
	fSession
	fieldCount
)

// Parser reads events. It is not safe for concurrent use; it exists so that
// reading many allocates little.
type Parser struct {
	fields *Fields
	spans  Spans
}

// NewParser returns a parser.
func NewParser() *Parser {
	return &Parser{
		fields: NewFields("uuid", "eventType", "published", "severity", "displayMessage", "outcome.result", "outcome.reason",
			"actor.id", "actor.type", "actor.alternateId", "actor.displayName", "client.ipAddress", "transaction.id",
			"authenticationContext.externalSessionId"),
		spans: make(Spans, fieldCount),
	}
}

// Parse reads one event; raw is kept, not copied. Only what makes an event is
// demanded: a uuid, an eventType and a readable published. An actor, target or
// any other part may be null or missing, as Okta's own previews send them.
func (p *Parser) Parse(raw []byte) (Event, error) {
	if err := p.fields.Scan(raw, p.spans); err != nil {
		return Event{}, fmt.Errorf("read event: no JSON at %w", err)
	}
	if trimmed := bytes.TrimLeft(raw, " \t\r\n"); trimmed[0] != '{' {
		return Event{}, fmt.Errorf("read event: an object is wanted, not %.20q", trimmed)
	}
	s := p.spans
	e := Event{
		UUID: text(s[fUUID]), Type: text(s[fType]), Severity: text(s[fSeverity]), Message: text(s[fMessage]),
		Outcome: upper(text(s[fOutcome])), Reason: text(s[fReason]),
		Actor: Entity{ID: text(s[fActorID]), Type: text(s[fActorType]), AlternateID: text(s[fActorAlternateID]), DisplayName: text(s[fActorDisplayName])},
		IP:    text(s[fIP]), TransactionID: text(s[fTransaction]), SessionID: text(s[fSession]),
		Raw: raw,
	}
	switch {
	case e.UUID == "":
		return e, fmt.Errorf("read event: it has no uuid")
	case e.Type == "":
		return e, fmt.Errorf("read event %s: it has no eventType", e.UUID)
	}
	var err error
	if e.Published, err = parseTime(text(s[fPublished])); err != nil {
		return e, fmt.Errorf("read event %s: published: %w", e.UUID, err)
	}
	return e, nil
}

// parseTime reads the forms in which published is seen: RFC 3339, and the form
// without T and zone that log shippers write, which is UTC.
func parseTime(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05.999999999Z0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%.40q is no time", s)
}

// upper is strings.ToUpper for the words of outcomes, free of allocation when
// they are in upper case already.
func upper(s string) string {
	for i := range len(s) {
		if s[i] >= 'a' && s[i] <= 'z' {
			b := []byte(s)
			for j := range b {
				if b[j] >= 'a' && b[j] <= 'z' {
					b[j] -= 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

// text returns the text that a raw JSON value stands for: a string without its
// quotes, a number or boolean as it is written, and "" for null and the rest.
func text(raw []byte) string {
	if len(raw) == 0 {
		return ""
	}
	switch raw[0] {
	case '"':
		inner := raw[1 : len(raw)-1]
		for _, c := range inner {
			if c == '\\' || c >= 0x80 {
				return string(scan.Unescape(make([]byte, 0, len(inner)), inner))
			}
		}
		return string(inner)
	case '{', '[', 'n':
		return ""
	}
	return string(raw)
}

// Lookup returns the raw JSON at a dotted path, nil where there is none. In a
// list a number picks the element; a path that goes on without one reads the
// first. It reads the event's bytes once and builds nothing.
func (e Event) Lookup(path string) json.RawMessage {
	raw := []byte(e.Raw)
	for rest, more := path, true; more && raw != nil; {
		var key string
		key, rest, more = cut(rest)
		if n, err := strconv.Atoi(key); err == nil && len(raw) > 0 && raw[0] == '[' {
			raw = element(raw, n)
			continue
		}
		spans := make(Spans, 1)
		if err := NewFields(key).Scan(raw, spans); err != nil {
			return nil
		}
		raw = spans[0]
	}
	return raw
}

// Text returns the text at a dotted path, "" for what is not there or is no
// scalar.
func (e Event) Text(path string) string { return text(e.Lookup(path)) }

// element returns element n of a list.
func element(raw []byte, n int) []byte {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil || n < 0 || n >= len(list) {
		return nil
	}
	return list[n]
}

// Targets returns what was acted on, in Okta's order. A target that is null or
// malformed counts as none.
func (e Event) Targets() []Entity {
	var ts []Entity
	if raw := e.Lookup("target"); raw != nil {
		if err := json.Unmarshal(raw, &ts); err != nil {
			return nil
		}
	}
	return ts
}

// Target returns the first target of a type.
func (e Event) Target(kind string) (Entity, bool) {
	for _, t := range e.Targets() {
		if t.Type == kind {
			return t, true
		}
	}
	return Entity{}, false
}
