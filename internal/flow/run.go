package flow

import (
	"context"
	"errors"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/value"
)

// State is where a run stands.
type State string

// The states. The last four are ends.
const (
	Queued    State = "queued"
	Running   State = "running"
	Waiting   State = "waiting" // for a time: a retry, a rate limit; Run.Reason says for what
	Succeeded State = "succeeded"
	Failed    State = "failed"
	Stopped   State = "stopped" // by a stop card: no failure
	Cancelled State = "cancelled"
)

// Ended reports whether a run in this state will do nothing more by itself.
func (s State) Ended() bool {
	return s == Succeeded || s == Failed || s == Stopped || s == Cancelled
}

// States lists the states in the order of a run's life.
func States() []State {
	return []State{Queued, Running, Waiting, Succeeded, Failed, Stopped, Cancelled}
}

// Run is one execution of a flow.
type Run struct {
	ID          string
	Org         string
	Flow        string
	Version     int
	Pins        map[string]int // versions of the helper flows, by flow id, from the first card on
	Epoch       int64          // counts the workers that took the run up; the last one alone may write
	State       State
	Cause       TriggerKind
	Event       string // uuid of the event that started it, or of the newest of the alert that did
	Alert       string // id of the alert that started it, or for which somebody did
	CausedBy    string // account that started it by hand
	RetryOf     string // run that this one repeats
	DryRun      bool   // effects are shown, not made
	SaveData    bool
	Priority    int
	Input       []byte // in the stored form; sealed where the data is not to be kept
	Context     []byte // what else started it, in the stored form: see context in docs/flows.md; never data of events
	Answer      []byte // the HTTP answer that it gave, of an api trigger; sealed, and forgotten soon after its end
	Result      []byte
	Error       string
	Reason      string   // why it waits or was stopped
	Depth       int      // of the changes of rows that led to it, each by a run that the one before started
	Concurrency int      // runs of the flow at the same time at most, once it asked; 0 for any number
	Unknown     int      // effects of which nobody knows whether they happened
	Refused     int      // effects that the guard refused
	Cancel      bool     // somebody wants it to end
	Trace       string   // what it belongs to: W3C's traceparent; made where it is empty
	About       []string // ids, or logins, of what it is about; written with it, and not read again
	CreatedAt   time.Time
	StartedAt   time.Time
	WakeAt      time.Time
	EndedAt     time.Time
}

// StepState is how a card ended.
type StepState string

// The states of a step.
const (
	StepStarted  StepState = "started"  // an effect is under way; found so after a crash, its outcome is unknown
	StepRetrying StepState = "retrying" // it failed and will be tried again
	StepWaiting  StepState = "waiting"  // for a time
	StepAgain    StepState = "again"    // it failed, and is tried again now that its run is retried
	StepDone     StepState = "done"
	StepFailed   StepState = "failed"
	StepRefused  StepState = "refused" // by the guard
	StepDryRun   StepState = "dry_run" // shown, not made
	StepUnknown  StepState = "unknown" // whether it happened is not known
)

// Settled reports whether a step's effect is not to be tried again.
func (s StepState) Settled() bool {
	return s != StepStarted && s != StepRetrying && s != StepAgain && s != StepWaiting
}

// Step is one card's execution in a run.
type Step struct {
	Path      string // "clear", "each_user#3/tell", "helper/clear"
	Seq       int    // its place in the run's history
	Flow      string // whose card it is: the run's own, or a helper's
	Card      string // id of the card
	State     StepState
	Attempt   int
	Input     []byte // a value in the stored form; or its shape, where the data is not kept
	Output    []byte
	Journal   []byte // what an effect came to, sealed, where history does not keep it as it is: while its run is under way or can be retried
	Error     string
	Reason    string
	StartedAt time.Time
	EndedAt   time.Time

	Action *ActionEnd // what became of the guarded action that it carried out
}

// ActionEnd is the end of an action that the guard's ledger has begun. It is
// written with the step, so that both know of it or neither.
type ActionEnd struct {
	Ledger string
	State  string // of the ledger's entry
	Status int
	Error  string
	Undo   *connector.Call // the way back
}

// Ref names a run to its [Store] as the worker knows it.
type Ref struct {
	Org, Run string
	Epoch    int64
	Fresh    bool // nothing of the run was written yet
	Limited  bool // others of its flow may wait for its end
}

// Claim is a run as a worker takes it up.
type Claim struct {
	Run   Run
	Ref   Ref
	Steps []Step
	// InDoubt are the paths of steps whose guarded action was begun and not
	// ended, with the ids of their ledger entries.
	InDoubt map[string]string
}

// Ending is how a run ended.
type Ending struct {
	State     State
	Result    []byte
	Answer    []byte
	Error     string
	Reason    string
	Unknown   int
	Refused   int
	Journaled bool // results of its effects were sealed for its sake
}

// Errors of a [Store] that tell a worker to leave a run alone.
var (
	// ErrFenced is returned when another worker has taken the run up.
	ErrFenced = errors.New("another worker has this run")
	// ErrCancelled is returned when somebody cancelled the run. What the worker
	// handed in was written all the same.
	ErrCancelled = errors.New("the run was cancelled")
)

// Store is the runner's memory. Each method returns when what it was given is
// durable.
type Store interface {
	// Claim takes a run up. A run that has ended is returned as it is.
	Claim(ctx context.Context, org, run string) (Claim, error)
	// Record writes steps. With a change, the rows that it changes are written
	// in the same transaction, before the steps.
	Record(ctx context.Context, ref Ref, steps []Step, c *Change) error
	// Pause writes steps and says until when and why the run waits.
	Pause(ctx context.Context, ref Ref, steps []Step, until time.Time, reason string) error
	// End writes steps and ends the run.
	End(ctx context.Context, ref Ref, steps []Step, e Ending) error
	// Enter lets a fresh run begin if fewer runs of its flow than a limit are under
	// way, and none waits that came before it. Otherwise it is held: whoever works
	// is called for it again when its turn has come.
	Enter(ctx context.Context, ref Ref, limit int) (bool, error)
	// Pin keeps the versions of the helper flows with the run.
	Pin(ctx context.Context, ref Ref, pins map[string]int) error
}

// Change is a change of a table's rows, a run to be started, or a run's answer.
type Change struct {
	Op     TableOp
	Table  string
	Row    string
	Values *value.Object
	Seal   []string // of CreateRow and UpdateRow: columns whose values are kept sealed from now on
	Run    *Run     // of StartRun
	Answer []byte   // of GiveAnswer, with the same in Values
	// Of ForgetSteps: the steps after a place in the run's order, up to another,
	// that are rounds or pages of the card of this path.
	After, UpTo int
	Within      string
	// Done is called in the transaction with what the change gave, before the
	// steps are written.
	Done func(result *value.Object)
}

// TableOp is an operation on a table's rows.
type TableOp string

// The operations.
const (
	CreateRow  TableOp = "create_row"
	ReadRow    TableOp = "read_row"
	UpdateRow  TableOp = "update_row"
	DeleteRow  TableOp = "delete_row"
	SearchRows TableOp = "search_rows"
	ClearTable TableOp = "clear"
	ExportCSV  TableOp = "export_csv"
	Columns    TableOp = "columns"
	// No operations of cards; see [Change].
	StartRun    TableOp = "start_run"
	ForgetSteps TableOp = "forget_steps"
	GiveAnswer  TableOp = "give_answer"
)
