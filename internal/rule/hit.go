package rule

import (
	"time"

	"sallyport/internal/event"
)

// Hit is one time that a rule fired.
type Hit struct {
	Rule   *Rule
	Event  event.Event  // of a correlation the one that made it fire
	Entity event.Entity // whom or what it is about
	Kind   string       // of what kind Entity is: KindUser, …

	// Of a correlation. A rule over single events has the one event, and no group.
	Group    map[string]string // by path, what the events have in common
	Evidence []string          // uuids of the events, the newest 100, Event's among them
	Count    int               // events, or different values, that were counted
	From, To time.Time         // when the first and the last of them were published
}
