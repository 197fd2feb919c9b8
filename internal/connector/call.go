package connector

import (
	"errors"
	"fmt"
	"time"

	"sallyport/internal/quota"
	"sallyport/internal/value"
)

// Connection is one configured account of a connector.
type Connection struct {
	Org       string // the organization that owns it
	ID        string
	Connector string
	Name      string
	Auth      AuthKind // the chosen kind; empty is the connector's default
	Settings  *value.Object
	Sealed    []byte // the secrets, as [Engine.Seal] returned them
}

// Call is one action to be carried out.
type Call struct {
	Action   string
	Inputs   *value.Object
	Key      string // names this call for ever: the idempotency key, where the API takes one
	Priority quota.Priority
	Timeout  time.Duration // of the whole call; 0 is 30 seconds
	Wait     time.Duration // the longest to wait for the rate limit; 0 takes the budget's default
	// OnePage makes a list action get one page and no more, whatever its limit:
	// all of its items, and where the next page is. It is what streams go by:
	// the output next of one call is the input next of the one after it.
	OnePage bool
}

// Request is what is sent, as shown to people: every secret in it is masked.
type Request struct {
	Method string            `json:"method"`
	URL    string            `json:"url"`
	Header map[string]string `json:"header,omitempty"`
	Body   any               `json:"body,omitempty"` // a value: an object where it is JSON or a form, else a text
}

// Result is what a call gave.
type Result struct {
	Outputs  *value.Object
	Request  Request
	Status   int // HTTP status, or the SMTP reply code
	Duration time.Duration
}

// Error is a call that failed. Every error of [Engine.Do] is one.
type Error struct {
	Message   string    // for people: what the peer said, or what is wrong with the call
	Code      string    // the peer's own code (E0000007, channel_not_found), or ours in lower case
	Status    int       // HTTP status or SMTP reply code; 0 where none came
	Body      any       // the peer's answer as a value, scrubbed
	Transient bool      // the same call may succeed later
	RetryAt   time.Time // with Transient: not before; zero where nobody said
	Sent      bool      // the peer may have carried it out
	Auth      bool      // the peer refuses the credential
	Request   Request
	Err       error // the cause, for the log; its kind is one of internal/errs
}

func (e *Error) Error() string {
	if e.Status >= 300 { // an answer that says in its body what went wrong has a status that misleads
		return fmt.Sprintf("%s (status %d)", e.Message, e.Status)
	}
	return e.Message
}

func (e *Error) Unwrap() error { return e.Err }

// AsError returns the Error in err's chain, or nil.
func AsError(err error) *Error {
	e, _ := errors.AsType[*Error](err)
	return e
}

// Report is what [Engine.Test] found.
type Report struct {
	OK      bool          `json:"ok"`
	Checks  []Check       `json:"checks"`
	Learned *value.Object `json:"learned,omitempty"` // settings to keep with the connection
}

// Check is one step of a test.
type Check struct {
	Action  string `json:"action"`
	Title   string `json:"title"`
	OK      bool   `json:"ok"`
	Message string `json:"message"`
}
