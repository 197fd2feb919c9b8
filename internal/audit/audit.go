// Package audit is the audit log: who did what, when, from where, and what came of
// it. Entries are a chain for each organization, so that one that is changed, left
// out, put elsewhere or cut off at the end is found.
package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Entry is one thing that was done, or tried.
type Entry struct {
	Org       string
	Seq       int64     // its number in the organization's chain, from 1
	At        time.Time // to the microsecond
	Actor     string    // "account:ID", "token:ID", "command line" or "system"
	ActorName string    // as it was then
	Action    string    // "role.changed"; of what has no name of its own the route's: "putDraft"
	Object    string    // ids of what it was done to, as "kind:id", with spaces between them
	Outcome   string    // "ok", or the kind of the error
	Detail    string    // a JSON object
	Addr      string    // network address that it came from
	Request   string    // id of the request
	Prev      string    // hash of the entry before; "" for the first one
	Hash      string    // see [Entry.Sum]
}

// OK is the outcome of what was done.
const OK = "ok"

// version begins what is hashed.
const version = "sallyport-audit-1\n"

// Canonical returns the bytes that are hashed. They are the text
// "sallyport-audit-1" and a line feed, then these fields in their order: prev, org,
// seq, at, actor, actor name, action, object, outcome, detail, addr, request. Each
// is written as its length in bytes in decimal digits, a colon, its bytes, and a
// line feed. Numbers are decimal; at is microseconds since 1970 in UTC; detail is
// the JSON text as it is kept.
func (e Entry) Canonical() []byte {
	var b strings.Builder
	b.WriteString(version)
	for _, f := range []string{
		e.Prev, e.Org, strconv.FormatInt(e.Seq, 10), strconv.FormatInt(e.At.UnixMicro(), 10), e.Actor, e.ActorName, e.Action, e.Object, e.Outcome, e.Detail, e.Addr, e.Request,
	} {
		b.WriteString(strconv.Itoa(len(f)))
		b.WriteByte(':')
		b.WriteString(f)
		b.WriteByte('\n')
	}
	return []byte(b.String())
}

// Sum returns the SHA-256 of [Entry.Canonical] in hexadecimal digits.
func (e Entry) Sum() string {
	sum := sha256.Sum256(e.Canonical())
	return hex.EncodeToString(sum[:])
}

// Note is what an entry tells, by whoever does it.
type Note struct {
	Action  string
	Object  string
	Outcome string         // "" is [OK]
	Detail  map[string]any // of what JSON can say; never a secret
	Actor   *Actor         // nil is the one of the context
}

// Actor is who does something.
type Actor struct {
	ID      string
	Name    string
	Addr    string
	Request string
}

// Trail is what is told of one request.
type Trail struct {
	Actor Actor

	noted atomic.Bool
}

// Noted reports whether something was told already.
func (t *Trail) Noted() bool { return t.noted.Load() }

type trailKey struct{}

// By returns a context in which an actor acts, and the trail of it.
func By(ctx context.Context, a Actor) (context.Context, *Trail) {
	t := &Trail{Actor: a}
	return context.WithValue(ctx, trailKey{}, t), t
}

// Who returns who acts in a context: the system itself where nobody was named. It
// counts as told from then on.
func Who(ctx context.Context) Actor {
	t, ok := ctx.Value(trailKey{}).(*Trail)
	if !ok {
		return Actor{ID: "system", Name: "Sallyport"}
	}
	t.noted.Store(true)
	return t.Actor
}
