package backtest

import (
	"context"
	"time"
)

// State says how far a job has come.
type State string

// The states. Only a running job changes.
const (
	Running     State = "running"
	Done        State = "done"
	Canceled    State = "canceled"
	Failed      State = "failed"
	Interrupted State = "interrupted" // the server that ran it stopped
)

// Question says what a job tests: a rule by its name, or a text.
type Question struct {
	Rule         string    `json:"rule,omitempty" doc:"id or name of a published rule"`
	File         string    `json:"file,omitempty" doc:"name of the organization's file that the text is a draft of"`
	Text         string    `json:"text,omitempty" doc:"YAML of rules, in place of a published one"`
	Except       string    `json:"except,omitempty" doc:"an exception in CEL over event, entity and alert, as of suppressions: events of which it holds are hidden from the rules under test"`
	Suppressions bool      `json:"suppressions,omitzero" doc:"the suppressions that there are hide events, too"`
	Compare      bool      `json:"compare,omitzero" doc:"with the published version"`
	Since        time.Time `json:"since,omitzero" doc:"events published at this time or later; all where nothing is said"`
	Until        time.Time `json:"until,omitzero" doc:"events published before this time; those until now where nothing is said"`
}

// Job is a test over the stored events of an organization.
type Job struct {
	ID        string
	Org       string
	Account   string // who began it
	Title     string // of what is tested
	Question  Question
	State     State
	Total     int // events of the range when it began
	Report    Report
	Error     string
	CreatedAt time.Time
	BeatAt    time.Time // when it was last known to run
	EndedAt   time.Time // zero while it runs
}

// Cursor is a place among stored events. The zero value is before all.
type Cursor struct{ At, Seq int64 }

// Shelf is where jobs are kept, and events read.
type Shelf interface {
	// Add keeps a new job, unless so many of the organization are running.
	Add(ctx context.Context, j Job, most int) error
	// Keep notes how far a running job has come, or how it ended. It reports whether
	// it was still running.
	Keep(ctx context.Context, j Job) (bool, error)
	// Within counts the events of a range.
	Within(ctx context.Context, org string, since, until time.Time) (int, error)
	// Page returns the next events of a range in the order of their publication, and
	// where it goes on; no events at the end.
	Page(ctx context.Context, org string, q Question, after Cursor) ([][]byte, Cursor, error)
}
