package connector

import "sallyport/internal/secret"

// Intent is an effect that somebody wants: what the guard looks at before it
// is made. Reads are no intents.
type Intent struct {
	Org        string
	Actor      string // who: "flow:ID", "account:ID"
	Why        Why
	Connection Connection
	Connector  *Connector
	Action     *Action
	Call       Call
	Effect     Effect  // of this call, which may be less than the action's
	Request    Request // what would be sent, secrets masked
	DryRun     bool    // show, do not make
	Attempt    int     // from 1
	Resume     string  // ledger entry of an attempt that was begun and not ended
	// Hidden takes out of the ledger what whoever wants the effect has learned and
	// must not be shown; nil takes nothing out.
	Hidden *secret.Scrubber
}

// Why is what led to an effect. What does not apply is empty.
type Why struct {
	Cause  string // "event", "on_demand", "undo", "remedy": how it came about
	Flow   string
	Run    string
	Plan   string // of remediation
	Path   string // of the card in the run
	Event  string // uuid
	UndoOf string // ledger entry
}

// Verdict is what the guard says to an intent.
type Verdict string

// The verdicts.
const (
	Proceed Verdict = "proceed"
	Refuse  Verdict = "refuse"
	Show    Verdict = "dry_run" // do not make it; show what it would be
)

// Permit is the guard's answer. With Proceed, the entry in the ledger has been
// begun, and whoever carries the action out ends it.
type Permit struct {
	Verdict Verdict
	Ledger  string // id of the entry; empty for what the ledger does not keep
	Reason  string // of a refusal, for people
}
