// Package scim answers SCIM 2.0 (RFC 7643, RFC 7644, cursors of RFC 9865): it
// lets an identity provider keep users and groups in a [Directory].
//
// It is about one directory at a time, and knows neither organizations nor
// secrets: whoever calls [Server.Handler] has found out whose directory it is.
// What resources are made of is in package schema, their documents in package
// document, filters in package filter.
package scim

import (
	"context"
	"time"

	"sallyport/internal/scim/document"
	"sallyport/internal/scim/schema"
	"sallyport/internal/value"
)

// Kind is a type of resource, by the name that RFC 7643 gives it.
type Kind string

// The kinds.
const (
	User  Kind = "User"
	Group Kind = "Group"
)

// Ref names a resource. IDs are the directory's: opaque, stable, told apart by
// letter case.
type Ref struct {
	Kind Kind
	ID   string
}

// Record is a user or group as a directory keeps it.
type Record struct {
	Ref

	// Document is what the client sent, normalized, without id, meta, groups,
	// members and password. It has a schemas field. It is not to be changed.
	Document *value.Object
	// Text is the document in JSON, an object without room before or behind it, and
	// Document is nil: of records that were asked for as texts, where the directory
	// has them so; else it is empty.
	Text string
	// Version begins with 1 and grows with each change of the document or of the
	// members.
	Version           int64
	Created, Modified time.Time
	// Related are the members of a group, or the groups that a user is in,
	// ordered by id. They are there only where they were asked for.
	Related []Related
}

// Related is the other end of a membership.
type Related struct {
	Ref

	// Display is the name of it: of a member what the client called it, if it
	// did, and else what Record.Label says.
	Display string
}

// Name returns what the record is known by and what is unique, in any letter
// case, among its kind: userName of a user, displayName of a group.
func (r Record) Name() string {
	if r.Kind == Group {
		return r.Document.Text("displayName")
	}
	return r.Document.Text("userName")
}

// Label returns the name that people read.
func (r Record) Label() string {
	if s := r.Document.Text("displayName"); s != "" {
		return s
	}
	return r.Name()
}

// ExternalID returns the client's identifier, or "".
func (r Record) ExternalID() string { return r.Document.Text("externalId") }

// Active reports whether a user may sign in.
func (r Record) Active() bool { return r.Document.At("active") != false }

// Emails returns the e-mail addresses of a user, as written, in order.
func (r Record) Emails() []string {
	list, _ := r.Document.At("emails").([]any)
	var out []string
	for _, e := range list {
		if o, ok := e.(*value.Object); ok && o.Text("value") != "" {
			out = append(out, o.Text("value"))
		}
	}
	return out
}

// Fold returns the text under which a name or address is kept in an index: two
// are the same where their folded texts are.
func Fold(s string) string { return document.Fold(s) }

// Edit is what is to become of a record. The zero value changes nothing.
type Edit struct {
	Document *value.Object // nil leaves the document as it is
	Members  Delta
}

// Delta changes who is a member of a group, in this order: all are taken out if
// Clear is set, then those of Remove, then those of Add are put in. Each id is in
// one list at most, and once. Rows that are there before and after stay as they
// are, but for another name; so Clear with Add is "exactly these". Ids of nobody
// are passed over: a client's list may hold people whom somebody has removed here,
// and the others are still to come in.
type Delta struct {
	Clear  bool
	Add    []Member
	Remove []string
}

// Member is a user to be put into a group. Display is what the client calls it;
// "" leaves a name that is there.
type Member struct{ ID, Display string }

// Empty reports whether the delta changes nothing.
func (d Delta) Empty() bool { return !d.Clear && len(d.Add) == 0 && len(d.Remove) == 0 }

// Query asks for records of one kind that fulfil all terms, ordered by id, byte
// by byte.
type Query struct {
	Kind    Kind
	Terms   []Term
	After   string // leave out ids up to this one
	Offset  int    // leave out so many after that
	Limit   int    // at most so many records; 0 is none
	Total   bool   // count what fulfils the terms, whatever After, Offset and Limit
	Related bool   // with [Record.Related]
	Texts   bool   // with [Record.Text] in place of Document, if the directory likes
}

// Page is the answer to a query.
type Page struct {
	Records []Record
	Total   int
}

// Directory keeps the users and groups of one organization. Errors are sorted
// by package errs: NotFound for an id that is not there (nor is it if deleted),
// Conflict for a name that another record of the kind has, Invalid for a document
// that is not taken (shown to the client), Unavailable to be tried
// again. A [*fault.Error] that a function passed in returns comes back as it is.
type Directory interface {
	// Find returns a record.
	Find(ctx context.Context, ref Ref, related bool) (Record, error)
	// List returns the records that a query asks for.
	List(ctx context.Context, q Query) (Page, error)
	// Create keeps a new record with the members that the edit adds, and gives it
	// an id. IDs sort by the time they were made, so that new records are on the
	// last page. The record returned is with Related.
	Create(ctx context.Context, kind Kind, edit Edit) (Record, error)
	// Change does what edit makes of the record, in one transaction in which
	// nobody else changes it: two changes of one record are never made of the
	// same version. edit may be called again where the transaction is. The
	// version grows only if something is different afterwards. The record given
	// and the one returned, which is the new one, are with Related if asked for.
	Change(ctx context.Context, ref Ref, related bool, edit func(Record) (Edit, error)) (Record, error)
	// Delete forgets a record and its memberships, if check lets it.
	Delete(ctx context.Context, ref Ref, check func(Record) error) error
}

// resources are what the server serves, users first.
type resources struct{ user, group *schema.Resource }

func (r resources) of(kind Kind) *schema.Resource {
	if kind == Group {
		return r.group
	}
	return r.user
}
