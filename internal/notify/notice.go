package notify

import "time"

// Notice is one occurrence that a channel tells of.
type Notice struct {
	ID        string
	Org       string
	Channel   string
	About     string // id: of the alert; of the judgement, the tenant or the plan where the moment is not one of an alert's
	Moment    Moment
	News      *News // of [Judged] and [Expiring]: what is told, as it was then
	State     State
	Digest    string // the notice with which it is sent in one message; empty for none
	Attempts  int
	NotBefore time.Time // of a held one: when the quiet is over
	SentAt    time.Time
	Error     string // what the last attempt failed with
	CreatedAt time.Time
	UpdatedAt time.Time
}

// State is how far a notice is.
type State string

// The states.
const (
	Queued  State = "queued"
	Held    State = "held"    // until the quiet is over
	Sending State = "sending" // it was tried, and is tried again
	Sent    State = "sent"
	Failed  State = "failed"  // for good
	Dropped State = "dropped" // its channel was switched off before it was sent
)

// States lists the states.
func States() []State { return []State{Queued, Held, Sending, Sent, Failed, Dropped} }

// Ended reports whether nothing more is done with a notice of the state.
func (s State) Ended() bool { return s == Sent || s == Failed || s == Dropped }

// Parcel is what is sent in one message: a notice, or all that were held back.
type Parcel struct {
	Channel Channel
	Lead    Notice    // whose job sends it
	Notices []Notice  // the lead among them; none where there is nothing to send
	Again   time.Time // of a lead that is held, or waits for another: when to ask again
	// Place is where the message stands that is changed, of a lead of [Answered]. It has
	// none where there is nothing to change.
	Place Place
}

// Place is where a message stands in Slack.
type Place struct {
	Channel   string `json:"channel"` // its id
	Timestamp string `json:"ts"`
}
