package search

import (
	"strings"
)

// Field numbers a path whose values are indexed as they are; 0 is none. The
// numbers are in blocks that are stored: a new path gets a new one.
type Field uint8

// sourceField is the field of what the database knows beside the event: the
// source that it came from.
const sourceField Field = 255

// Fields are the paths of an event whose values can be asked for without reading
// the events. A path's place is its number.
func Fields() []string {
	return []string{
		"", "eventType", "legacyEventType", "severity", "displayMessage", "outcome.result", "outcome.reason",
		"actor.id", "actor.type", "actor.alternateId", "actor.displayName",
		"client.ipAddress", "client.id", "client.device", "client.zone",
		"client.userAgent.os", "client.userAgent.browser", "client.userAgent.rawUserAgent",
		"client.geographicalContext.country", "client.geographicalContext.state", "client.geographicalContext.city",
		"securityContext.asNumber", "securityContext.asOrg", "securityContext.isp", "securityContext.domain", "securityContext.isProxy",
		"transaction.id", "transaction.type", "authenticationContext.externalSessionId", "authenticationContext.rootSessionId",
		"authenticationContext.credentialType", "authenticationContext.authenticationProvider", "device.id", "device.name",
		"target.id", "target.type", "target.alternateId", "target.displayName",
		"debugContext.debugData.requestId", "debugContext.debugData.requestUri", "debugContext.debugData.dtHash", "debugContext.debugData.deviceFingerprint",
	}
}

// Column numbers a field that the events of a block are counted by.
type Column int

// The columns.
const (
	TypeColumn Column = iota
	ActorColumn
	IPColumn
	OutcomeColumn
	SeverityColumn
	CountryColumn
	columnCount
)

// Columns are the paths of the columns.
func Columns() [columnCount]string {
	return [columnCount]string{"eventType", "actor.alternateId", "client.ipAddress", "outcome.result", "severity", "client.geographicalContext.country"}
}

// unread are the paths whose values are no words: numbers that tell events apart,
// and places on the globe.
func unread() []string {
	return []string{"uuid", "published", "version", "client.geographicalContext.geolocation", "request.ipChain.geographicalContext.geolocation"}
}

// node is where a path of an event leads.
type node struct {
	kids   map[string]*node // by name, as Okta writes it
	folded map[string]*node // in small letters
	sizes  uint64           // the lengths of the names, as bits
	field  Field
	column Column // -1 for none
	unread bool
}

func newNode() *node {
	return &node{kids: map[string]*node{}, folded: map[string]*node{}, column: -1}
}

func newPaths() *node {
	root := newNode()
	for i, path := range Fields() {
		if path != "" {
			root.at(path).field = Field(i)
		}
	}
	for c, path := range Columns() {
		root.at(path).column = Column(c)
	}
	for _, path := range unread() {
		root.at(path).unread = true
	}
	return root
}

// at returns the node of a path, and makes it.
func (n *node) at(path string) *node {
	for name := range strings.SplitSeq(path, ".") {
		kid := n.kids[name]
		if kid == nil {
			kid = newNode()
			n.kids[name], n.folded[strings.ToLower(name)] = kid, kid
			n.sizes |= 1 << (len(name) & 63)
		}
		n = kid
	}
	return n
}

// find returns the node of a member, nil for one that leads to no path of ours.
func (n *node) find(name []byte) *node {
	if n == nil || n.sizes&(1<<(len(name)&63)) == 0 {
		return nil
	}
	if kid := n.kids[string(name)]; kid != nil {
		return kid
	}
	var b [32]byte
	if len(name) > len(b) {
		return nil
	}
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		b[i] = c
	}
	return n.folded[string(b[:len(name)])]
}
