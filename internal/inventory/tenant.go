package inventory

import "time"

// Tenant is an Okta org, or an Auth0 tenant, that an organization looks at.
type Tenant struct {
	ID         string
	Org        string // the organization's id
	Provider   Provider
	OktaID     string // the org's own id, whatever domain it is reached by; of an Auth0 tenant its host
	Domain     string // the URL that it is reached by
	Name       string // of the company
	Connection string // id of the connection that it is read through
	CreatedAt  time.Time
}

// SyncState says how far a synchronization has come.
type SyncState string

// The states. What was interrupted is still running: another process goes on
// with it.
const (
	Syncing    SyncState = "running"
	SyncDone   SyncState = "done"
	SyncFailed SyncState = "failed" // it ended before its end; what was read stays
)

// SyncStates lists them.
func SyncStates() []SyncState { return []SyncState{Syncing, SyncDone, SyncFailed} }

// Sync is one reading of a whole org.
type Sync struct {
	ID, Org, Tenant string
	State           SyncState
	// StartedAt is the moment that all that it reads is known from: an org read
	// for an hour is told of as it was at the hour's beginning.
	StartedAt time.Time
	BeatAt    time.Time // when it was last known to go on; zero until somebody works at it
	EndedAt   time.Time
	Error     string // why it failed
	Progress  Progress
}

// Progress is how far a synchronization has come.
type Progress struct {
	Calls   int              `json:"calls"`             // made
	Wanted  int              `json:"wanted"`            // made and to be made, as far as is known
	Growing bool             `json:"growing,omitempty"` // lists are still read that more calls will come of
	Left    int              `json:"left,omitempty"`    // seconds, about; 0 where it cannot be told
	Buckets []BucketProgress `json:"buckets"`
}

// BucketProgress is how far it has come with the calls that count to one of
// Okta's rate limits.
type BucketProgress struct {
	Bucket string    `json:"bucket"`
	Calls  int       `json:"calls"`
	Wanted int       `json:"wanted"`
	Rate   float64   `json:"rate"`                 // calls a minute, lately
	Waits  time.Time `json:"waits_until,omitzero"` // until when the rate limit leaves nothing
}
