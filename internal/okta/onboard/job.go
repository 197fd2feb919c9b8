package onboard

import (
	"context"
	"time"

	"sallyport/internal/okta"
)

// State says how far a job has come.
type State string

// The states. Only a running job changes by itself.
const (
	Running     State = "running"
	Done        State = "done"
	Failed      State = "failed"
	Canceled    State = "canceled"    // somebody ended it, and what was made was taken back
	Interrupted State = "interrupted" // the server that ran it died; its journal says what was made
)

// States lists the states.
func States() []State { return []State{Running, Done, Failed, Canceled, Interrupted} }

// Wish is what somebody asks for in an org.
type Wish struct {
	Domain   string  `json:"domain"`   // its URL
	Label    string  `json:"label"`    // of the app in Okta
	Name     string  `json:"name"`     // of the connection
	Response bool    `json:"response"` // a second app, that may contain people
	DPoP     bool    `json:"dpop"`
	Key      KeyKind `json:"key"`
	EndToken bool    `json:"end_token"` // the lent one, when all is done

	OnlyResponse bool `json:"only_response,omitempty"` // that app, and no other one

	Reuse bool     `json:"reuse,omitempty"` // an app of this label that is there
	Zones []string `json:"zones,omitempty"` // network zones that it may be used from
	Share int      `json:"share,omitempty"` // of each rate limit, in percent
}

// Job is a run that goes on by itself, whoever looks. The lent token is no part of
// it: that is in the memory of the process that runs it, and nowhere else.
type Job struct {
	ID        string
	Org       string
	Account   string // who began it
	State     State
	Wish      Wish
	Report    Report
	CreatedAt time.Time
	BeatAt    time.Time // when it was last known to run
	EndedAt   time.Time // zero while it runs
}

// Report is what came of a job so far.
type Report struct {
	Host   string    `json:"host"` // that runs it, and has its journal
	Steps  []Past    `json:"steps"`
	Result Outcome   `json:"result"`
	Fault  *Fault    `json:"fault,omitempty"`
	Ended  TokenEnd  `json:"token_end"`
	Clean  []string  `json:"cleaned,omitempty"` // what was taken back afterwards
	At     time.Time `json:"cleaned_at,omitzero"`
}

// Past is a step that was begun.
type Past struct {
	Phase Phase     `json:"phase"`
	Text  string    `json:"text"`
	At    time.Time `json:"at"`
}

// Outcome is what a job that succeeded made.
type Outcome struct {
	OktaID string    `json:"okta_id,omitempty"` // the org's own
	Tenant string    `json:"tenant,omitempty"`  // as which it is read; empty where it is not known yet
	Login  string    `json:"login,omitempty"`   // whose token was lent
	Apps   []JobApp  `json:"apps,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// JobApp is an app that a job made.
type JobApp struct {
	ClientID   string          `json:"client_id"`
	Label      string          `json:"label"`
	Response   bool            `json:"response"`
	Connection string          `json:"connection"` // its id
	Name       string          `json:"name"`       // of the connection
	KeyID      string          `json:"key_id"`
	Bound      bool            `json:"bound"`
	Granted    []string        `json:"granted"`
	Refused    []Refused       `json:"refused"`
	Notes      []string        `json:"notes"`
	Coverage   []okta.Coverage `json:"coverage"`
}

// TokenEnd says what came of ending the lent token.
type TokenEnd struct {
	Done  bool   `json:"done"`
	Error string `json:"error,omitempty"`
}

// Fault is why a job failed.
type Fault struct {
	Phase Phase  `json:"phase"` // that failed
	Step  string `json:"step"`
	Said  string `json:"said"` // by Okta where it said something
	// Left is what could not be taken back; empty is nothing.
	Left []string `json:"left,omitempty"`
	// Earlier says that an earlier run left something, and that this one made nothing.
	Earlier bool `json:"earlier,omitempty"`
}

// Shelf is where jobs are kept.
type Shelf interface {
	// Add keeps a new job, unless one of the organization is running.
	Add(ctx context.Context, j Job) error
	// Keep notes how far a running job has come, or how it ended. It reports whether
	// somebody wants it ended.
	Keep(ctx context.Context, j Job) (stop bool, err error)
}
