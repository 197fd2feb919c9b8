package notify

import (
	"fmt"
	"strings"
	"time"

	"sallyport/internal/value"
)

// Ask is a plan of remediation that waits for approval, or what became of it since.
type Ask struct {
	ID      string
	Title   string
	Needs   string   // why it wants approval
	Actor   string   // name of who asked for it
	Objects []string // names of what it is for
	Steps   []string // what would be done, for people
	Targets int      // how many people and things it changes
	Expires time.Time
	Waits   bool   // nobody has decided yet
	Outcome string // what became of it; empty while it waits
}

// maxShown bounds what a message shows of a plan's objects and steps.
const maxShown = 10

func (a *Ask) said() said {
	state := a.Outcome
	if a.Waits {
		state = "waits for approval until " + a.Expires.UTC().Format(minuteForm) + " UTC"
	}
	return said{
		headline: "Approval wanted · " + a.Title, who: strings.Join(shown(a.Objects), ", "), why: strings.Join(shown(a.Steps), "\n"),
		evidence: fmt.Sprintf("asked for by %s; it changes %d people or things; %s", a.Actor, a.Targets, a.Needs), state: state,
	}
}

// shown are the first of a list, and how many there are besides.
func shown(all []string) []string {
	if len(all) <= maxShown {
		return all
	}
	return append(all[:maxShown:maxShown], fmt.Sprintf("and %d more", len(all)-maxShown))
}

// planPrefix begins the ids of the blocks with buttons of a plan; its id follows.
const planPrefix = "plan:"

// buttons are what can be answered in Slack.
func (a *Ask) buttons() []any {
	if !a.Waits {
		return nil
	}
	question := cut(fmt.Sprintf("%s: it changes %d people or things.", a.Title, a.Targets), maxConfirm)
	elements := []any{
		confirmed(button(PressApprove, "Approve").With("style", "primary"), question, "Approve"),
		confirmed(button(PressDecline, "Decline").With("style", "danger"), question, "Decline"),
	}
	return []any{value.Map("type", "actions", "block_id", planPrefix+a.ID, "elements", elements)}
}

// maxConfirm bounds the text of a question before something is done.
const maxConfirm = 300

func (a *Ask) webhook(s Subject) *value.Object {
	return value.Map("id", a.ID, "title", a.Title, "needs", a.Needs, "actor", a.Actor, "targets", float64(a.Targets), "objects", texts(a.Objects), "steps", texts(a.Steps),
		"waits", a.Waits, "outcome", a.Outcome, "expiresAt", a.Expires.UTC().Format(time.RFC3339), "url", s.Link)
}

func texts(all []string) []any {
	out := make([]any, len(all))
	for i, t := range all {
		out[i] = t
	}
	return out
}
