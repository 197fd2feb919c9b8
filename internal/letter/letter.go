// Package letter writes to people in the server's own name: to confirm an
// address, to set a password anew, to come in, to hear of a sign-in. A letter is
// kept sealed in the transaction of what it tells of, and sent by a job after it.
//
// A letter may come twice: where the server dies between the mail server's word
// that it has it and the note of that, the next attempt sends it again, with the
// same Message-ID, by which mailboxes show one. It does not get lost.
package letter

import (
	"fmt"
	"net/mail"
	"strings"
	"time"

	"sallyport/internal/errs"
)

// Kind is what a letter is for.
type Kind string

// The kinds.
const (
	Confirm Kind = "confirm" // the person owns the address
	Reset   Kind = "reset"   // a password that was forgotten
	Managed Kind = "managed" // a password that was asked for, and that somebody else looks after
	Invite  Kind = "invite"  // to an organization
	SignIn  Kind = "signin"  // somebody signed in from where they had not before
	Test    Kind = "test"    // the mail server works
)

// Kinds lists the kinds.
func Kinds() []Kind { return []Kind{Confirm, Reset, Managed, Invite, SignIn, Test} }

// State is how far a letter is.
type State string

// The states.
const (
	Queued  State = "queued" // it is sent, or tried again
	Sent    State = "sent"
	Failed  State = "failed"  // for good, unless somebody has it tried again
	Expired State = "expired" // what it says was no longer true before it could be sent
)

// States lists the states.
func States() []State { return []State{Queued, Sent, Failed, Expired} }

// Ended reports whether nothing more is done with a letter of the state.
func (s State) Ended() bool { return s != Queued }

// Letter is one message to one person, without what it says.
type Letter struct {
	ID        string
	Org       string // that it is about; its administrators see that the letter exists. Empty for none
	Kind      Kind
	To        string // the address
	State     State
	Sealed    []byte // what it says, for [Office.Open]; nil once it is sent or has expired
	Attempts  int
	DueAt     time.Time // of a queued one: not tried before
	SentAt    time.Time
	Error     string // what the last attempt failed with
	ExpiresAt time.Time
	CreatedAt time.Time
	UpdatedAt time.Time
}

// MessageID is the letter's in every attempt (RFC 5322 section 3.6.4), without
// its angle brackets.
func (l Letter) MessageID() string { return l.ID + "@sallyport" }

// Context binds what is sealed to its letter.
func (l Letter) Context() []byte { return []byte("letter\x00" + l.ID) }

// Message is what to write.
type Message struct {
	Kind Kind
	Org  string // id of the organization that it is about; empty for none
	To   string // the address
	Name string // of the person; may be empty
	// About is the name of the organization.
	About string
	// Link is where it leads: a one-time link with its token. A test has none.
	Link string
	// Facts are told as a list: of a sign-in, when, from where, with what.
	Facts []Fact
	// For is how long what it says is true: the life of its link.
	For time.Duration
}

// Fact is a line of a list.
type Fact struct{ Name, Value string }

// maxAddress bounds an address (RFC 5321 section 4.5.3.1.3).
const maxAddress = 254

// address reads one bare address.
func address(text string) (*mail.Address, error) {
	a, err := mail.ParseAddress(text)
	if err != nil || a.Name != "" || a.Address != strings.TrimSpace(text) || len(text) > maxAddress || strings.ContainsFunc(text, control) {
		return nil, errs.New(errs.Invalid, "%.80q is no address that a letter can be sent to", text)
	}
	return a, nil
}

func control(r rune) bool {
	return r < ' ' || r == 0x7f || r == '\u0085' || r == '\u2028' || r == '\u2029'
}

// Key returns what counts as the same address.
func Key(to string) string { return strings.ToLower(strings.TrimSpace(to)) }

// How many letters one address gets, of all organizations together: who has them
// sent may be anybody.
const (
	MostOfKind = 5 // of one kind, in [LimitSpan]
	MostOfAll  = 30
	LimitSpan  = time.Hour
	LimitDay   = 24 * time.Hour
)

// LimitError is a letter that was not written as its address got enough of them.
type LimitError struct{ RetryAfter time.Duration }

func (e *LimitError) Error() string {
	return fmt.Sprintf("this address was written to often enough: wait %s", life(e.RetryAfter))
}
