package alert

import "time"

// Entry is one line of the timeline of an alert or a case: what somebody did, or
// what happened, and when. It is written with what it tells of, and never changed.
type Entry struct {
	ID      string
	Subject Subject
	Of      string // id of the subject
	At      time.Time
	By      string // account; empty for the program itself
	Kind    EntryKind
	Was, Is string // of a change: what it was, and what it is now
	Text    string // a comment, or why
}

// Subject says what a timeline is of.
type Subject string

// The subjects.
const (
	OfAlert Subject = "alert"
	OfCase  Subject = "case"
)

// EntryKind says what an entry tells of.
type EntryKind string

// The kinds.
const (
	Opened    EntryKind = "opened"
	Moved     EntryKind = "state"
	Judged    EntryKind = "verdict"
	Assigned  EntryKind = "assignee"
	Graded    EntryKind = "severity"
	Filed     EntryKind = "case"
	Commented EntryKind = "comment"
	Renamed   EntryKind = "title"  // of a case
	Joined    EntryKind = "joined" // alerts came into a case; Text says how many, or from which case
	Left      EntryKind = "left"   // alerts were taken out of a case
)

// EntryKinds lists the kinds.
func EntryKinds() []EntryKind {
	return []EntryKind{Opened, Moved, Judged, Assigned, Graded, Filed, Commented, Renamed, Joined, Left}
}
