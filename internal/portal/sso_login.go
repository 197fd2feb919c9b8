package portal

import (
	"context"
	"time"
)

// LoginPurpose is what a round through the identity provider is for.
type LoginPurpose string

// The purposes.
const (
	ForLogin  LoginPurpose = "login"
	ForSwitch LoginPurpose = "switch" // into another organization
	ForProof  LoginPurpose = "proof"  // again, of who is signed in
	ForTest   LoginPurpose = "test"   // of a draft: nobody is signed in by it
	ForLogout LoginPurpose = "logout"
)

// LoginPurposes lists the purposes.
func LoginPurposes() []LoginPurpose {
	return []LoginPurpose{ForLogin, ForSwitch, ForProof, ForTest, ForLogout}
}

const (
	// requestFor is how long an identity provider may take to answer.
	requestFor = 10 * time.Minute
	// arrivalFor is how long the browser may take that brought an answer.
	arrivalFor = time.Minute
)

// LoginRequest is a request that the identity provider of an organization was
// sent.
type LoginRequest struct {
	ID       string // of the message; the answer names it
	Org      string
	Purpose  LoginPurpose
	Browser  string // hash of the cookie of the browser that began it
	ReturnTo string
	Account  string // who switches, tests or proves themselves; empty for a sign-in
	Test     string
	At       time.Time
	EndsAt   time.Time
	UsedAt   time.Time
}

// Arrival is what an identity provider said of somebody, found good.
type Arrival struct {
	Org          string
	Request      LoginRequest // the zero value where the identity provider began
	Relay        string       // where it wants the person to go, if it began
	NameID       string
	NameIDFormat string
	SessionIndex string
	Groups       []string
	Attributes   map[string][]string
	Until        time.Time // no session lasts longer; zero where nothing is said
	Hash         string    // of the settings that it was checked against
	EndsAt       time.Time
}

// Seen is an assertion that must not be accepted twice.
type Seen struct {
	Assertion string
	Until     time.Time
}

// SSOLogins keeps sign-ins under way.
type SSOLogins interface {
	// AddRequest keeps a request.
	AddRequest(ctx context.Context, r LoginRequest) error
	// Request returns a request of an organization that has not ended.
	Request(ctx context.Context, org, id string, now time.Time) (LoginRequest, error)
	// Arrive keeps what arrived, by the hash of a token; in the same transaction
	// the assertion is seen and the request used. An assertion that was seen is
	// [ErrReplay]; a request that was used, or has ended, is [ErrUsed].
	Arrive(ctx context.Context, hash string, a Arrival, s Seen, now time.Time) error
	// Arrived returns what arrived and was not taken.
	Arrived(ctx context.Context, hash string) (Arrival, error)
	// Enter takes what arrived and lets the person in, in one transaction.
	Enter(ctx context.Context, e Entering) (Entered, error)
	// EndTest takes what arrived for a test, and keeps its result.
	EndTest(ctx context.Context, hash string, t SSOTest) error
	// Sweep forgets what has ended.
	Sweep(ctx context.Context, now time.Time) error
}

// Entering is somebody who comes in by what arrived.
type Entering struct {
	Hash    string // of what arrived
	Arrival Arrival
	Key     string // of the NameID; see [NameKey]
	Address string // the person's e-mail address there
	Name    string // and what they are called there
	Version int64  // of the configuration that the roles follow from
	Roles   []string
	Asked   func(org Organization, account string) (Asked, error) // makes the confirmation of an address
	Session Session
	Token   string // hash of the session's
	Old     string // hash of the token of the session that the browser had; empty for none
	Carry   bool   // what the old session may enter, the new one may too
	At      time.Time
}

// Proving is somebody who is signed in and was signed in once more.
type Proving struct {
	Hash    string // of what arrived
	Org     string
	Key     string // of the NameID; see [NameKey]
	Session Session
	At      time.Time
}

// Entered is what became of somebody who came in.
type Entered struct {
	Account string
	Pending bool   // they have to confirm the address first
	Asked   bool   // and were written to now
	Unsent  string // or why not; empty where they were a moment ago
	Refused Refused
	Ended   []Session // that were replaced
}

// Refused is why somebody was not let in although their identity provider said
// who they are; empty where they were.
type Refused string

// SSOTests keeps tests of drafts.
type SSOTests interface {
	Add(ctx context.Context, t SSOTest) error
	Get(ctx context.Context, org, id string) (SSOTest, error)
	// List returns an organization's tests, the newest first.
	List(ctx context.Context, org string, limit int) ([]SSOTest, error)
}

// SSOTest is a test of a draft.
type SSOTest struct {
	ID        string
	Org       string
	Account   string // who tests
	Hash      string // of the draft
	Hint      string // the user name that is tested
	Result    TestResult
	OK        bool
	FullAdmin bool
	CreatedAt time.Time
	EndedAt   time.Time // zero where it goes on
}

// TestResult is what a test came to.
type TestResult struct {
	Rule       string              `json:"rule,omitempty"` // the check that failed; empty where none did
	Explain    string              `json:"explain,omitempty"`
	Detail     string              `json:"detail,omitempty"`
	Want       string              `json:"want,omitempty"`
	Got        string              `json:"got,omitempty"`
	NameID     string              `json:"nameId,omitempty"`
	Address    string              `json:"address,omitempty"`
	Attributes map[string][]string `json:"attributes,omitempty"`
	Groups     []string            `json:"groups,omitempty"`
	Roles      []string            `json:"roles,omitempty"` // ids
	NearMisses []NearMiss          `json:"nearMisses,omitempty"`
	Notes      []string            `json:"notes,omitempty"`
}

// NearMiss is a group that came and maps to nothing, but almost.
type NearMiss struct {
	Came string `json:"came"`
	Set  string `json:"set"`
	Why  string `json:"why"`
}

// SSOTraces keeps what became of sign-ins, for the organization's administrators.
type SSOTraces interface {
	// AddTrace keeps a trace, and forgets the oldest of the organization.
	AddTrace(ctx context.Context, t Trace) error
	// Traces returns an organization's traces, the newest first; those of a code
	// where one is given.
	Traces(ctx context.Context, org, code string, limit int) ([]Trace, error)
}

// Trace is what became of one sign-in.
type Trace struct {
	ID        string
	Org       string
	Code      string // that the person was shown
	At        time.Time
	Purpose   LoginPurpose
	Outcome   string // refused or pending
	Rule      string // the check that failed
	Detail    string
	Want, Got string
	Subject   string // whom the identity provider named; empty where that is not proven
	Addr      string
	Request   string
}

// MaxTraces is how many traces are kept of an organization.
const MaxTraces = 500
