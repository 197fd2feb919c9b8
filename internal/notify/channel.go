// Package notify tells people of alerts, of findings of posture and of plans that
// wait for approval where they are: in Slack, in Teams, by mail, or by an HTTP
// request to a program of theirs.
//
// A channel says what it tells of, at which moments, and when it is quiet. What it
// tells is a notice: one for each alert, moment and channel, and one for all that a
// judgement changed of an org's findings. It is written in the transaction of what
// it tells of, and sent by a job of its own. The connector engine sends it, so that
// time limits, rate limits and masks are those of flows.
package notify

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/errs"
	"sallyport/internal/rule"
)

// Moment is what a notice is about: what happened to an alert, or to what else
// people are told of.
type Moment string

// The moments.
const (
	Opened    Moment = "opened"
	Escalated Moment = "escalated" // it became more severe
	Overdue   Moment = "overdue"   // nobody did in time what was due
	Closed    Moment = "closed"

	Judged   Moment = "judged"   // a judgement opened or closed findings
	Expiring Moment = "expiring" // exceptions of findings are over soon
	Asked    Moment = "asked"    // a plan waits for approval
	Answered Moment = "answered" // it waits no more: the message that asked says so
)

// Moments lists the moments of alerts.
func Moments() []Moment { return []Moment{Opened, Escalated, Overdue, Closed} }

// AllMoments lists what notices are about.
func AllMoments() []Moment { return append(Moments(), Judged, Expiring, Asked, Answered) }

// Channel is a place where an organization's people are told of alerts.
type Channel struct {
	ID         string
	Org        string
	Name       string
	Connection string // id; of Slack, Teams, mail or HTTP
	Plan       Plan
	Enabled    bool
	Health     Health
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Plan is what a channel tells, where and when.
type Plan struct {
	// To is where in the connection: a channel of Slack, the addresses of a mail,
	// the URL or path of an HTTP request. A webhook of Teams has its own.
	To       []string      `json:"to,omitempty"`
	Severity rule.Severity `json:"severity"`        // the least
	Types    []string      `json:"types,omitempty"` // of alerts; none is any
	Rules    []string      `json:"rules,omitempty"` // ids; none is any
	Moments  []Moment      `json:"moments"`         // of alerts; none tells of no alert
	Quiet    *Quiet        `json:"quiet,omitempty"` // nil for never
	// Findings says which findings of posture are told of; nil is none.
	Findings *FindingPlan `json:"findings,omitempty"`
	// Approvals has it told of plans of remediation that wait for approval.
	Approvals bool `json:"approvals,omitempty"`
}

// Health is what is known of how a channel does.
type Health struct {
	SentAt  time.Time // when a message last went out
	Error   string    // what went wrong since; empty for nothing
	ErrorAt time.Time
}

// Occurrence is a moment of an alert.
type Occurrence struct {
	Alert  alert.Alert
	Moment Moment
	// Occasion tells apart the times that a moment came: an alert becomes more
	// severe more than once.
	Occasion string
}

// The connectors that can carry a notice.
const (
	Slack = "slack"
	Teams = "teams"
	Mail  = "mail"
	HTTP  = "http"
)

// Connectors lists the connectors that can carry a notice.
func Connectors() []string { return []string{Slack, Teams, Mail, HTTP} }

// Wants reports whether the channel tells of an occurrence.
func (c Channel) Wants(o Occurrence) bool {
	p := c.Plan
	return c.Enabled && slices.Contains(p.Moments, o.Moment) && o.Alert.Severity >= p.Severity &&
		(len(p.Types) == 0 || slices.Contains(p.Types, o.Alert.Type)) && (len(p.Rules) == 0 || slices.Contains(p.Rules, o.Alert.Rule))
}

// HeldUntil returns until when a notice is held back, or the zero time where it is
// sent at once.
func (c Channel) HeldUntil(s rule.Severity, now time.Time) time.Time {
	q := c.Plan.Quiet
	if q == nil || q.Critical && s >= rule.Critical {
		return time.Time{}
	}
	return q.Until(now)
}

// maxTo bounds the places of a channel.
const maxTo = 50

// Check returns what is wrong with a plan for a connection of a connector.
func (p Plan) Check(connector string) error {
	switch {
	case !slices.Contains(Connectors(), connector):
		return wrong("connection", "people are told by Slack, Teams, mail or HTTP; this connection is of %s", connector)
	case len(p.To) > maxTo:
		return wrong("to", "there are more than %d", maxTo)
	case connector == Slack && len(p.To) != 1:
		return wrong("to", "name one channel of Slack: its ID, or #name")
	case connector == Mail && len(p.To) == 0:
		return wrong("to", "name who gets the mail")
	case connector == HTTP && len(p.To) != 1:
		return wrong("to", "name the URL, or the path below the connection's")
	case connector == Teams && len(p.To) > 0:
		return wrong("to", "a webhook of Teams writes to the channel that it was made for")
	}
	bad := func(to string) bool {
		return strings.TrimSpace(to) == "" || connector == Mail && !strings.Contains(to, "@")
	}
	if i := slices.IndexFunc(p.To, bad); i >= 0 {
		return wrong("to", "%q is no place to write to", p.To[i])
	}
	return p.checkWhat()
}

// checkWhat returns what is wrong with what is told, and when.
func (p Plan) checkWhat() error {
	if len(p.Moments) == 0 && p.Findings == nil && !p.Approvals {
		return wrong("moments", "say at which moments people are told")
	}
	if slices.ContainsFunc(p.Moments, func(m Moment) bool { return !slices.Contains(Moments(), m) }) {
		return wrong("moments", "those of an alert are opened, escalated, overdue and closed")
	}
	if p.Findings != nil {
		if err := p.Findings.check(); err != nil {
			return err
		}
	}
	if p.Quiet != nil {
		return p.Quiet.check()
	}
	return nil
}

// FieldError is what is wrong with one part of a plan.
type FieldError struct {
	Field string
	Err   error
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Err.Error() }

func (e *FieldError) Unwrap() error { return e.Err }

func wrong(field, format string, args ...any) error {
	return &FieldError{field, errs.New(errs.Invalid, format, args...)}
}

// Quiet is when a channel is quiet. A span begins on each of its days, and may
// end on the next. What happens meanwhile is told when it is over, in one message.
type Quiet struct {
	Days     []Day  `json:"days"`
	From     Clock  `json:"from"`
	To       Clock  `json:"to"` // not after From: on the next day
	Zone     string `json:"zone"`
	Critical bool   `json:"critical"` // critical alerts are told of at once all the same
}

// Day is a day of the week.
type Day string

// Days lists the days of the week.
func Days() []Day { return []Day{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} }

func dayOf(d time.Weekday) Day { return Days()[(int(d)+6)%7] }

// Clock is a time of day, as 22:00.
type Clock string

func (c Clock) minutes() (int, error) {
	t, err := time.Parse("15:04", string(c))
	if err != nil || len(c) != len("15:04") {
		return 0, errs.New(errs.Invalid, "%q is no time of day: write it as 22:00", string(c))
	}
	return t.Hour()*60 + t.Minute(), nil
}

func (q *Quiet) check() error {
	if len(q.Days) == 0 {
		return wrong("quiet.days", "say on which days")
	}
	for _, d := range q.Days {
		if !slices.Contains(Days(), d) {
			return wrong("quiet.days", "%q is no day: mon to sun are", d)
		}
	}
	_, fromErr := q.From.minutes()
	_, toErr := q.To.minutes()
	if err := cmp.Or(fromErr, toErr); err != nil {
		return &FieldError{"quiet.from", err}
	}
	if _, err := time.LoadLocation(q.Zone); err != nil || q.Zone == "" || q.Zone == "Local" {
		return wrong("quiet.zone", "there is no time zone %q: write it as Europe/Berlin", q.Zone)
	}
	return nil
}

// Until returns when the quiet ends that a time is in, or the zero time where it
// is in none. Spans that touch are one.
func (q *Quiet) Until(at time.Time) time.Time {
	var end time.Time
	for range 2 * len(Days()) { // a week of days that are quiet all day has no end
		next := q.span(at)
		if next.IsZero() {
			return end
		}
		end, at = next, next
	}
	return end
}

// span returns the end of a span that a time is in.
func (q *Quiet) span(at time.Time) time.Time {
	zone, err := time.LoadLocation(q.Zone)
	if err != nil {
		return time.Time{}
	}
	from, fromErr := q.From.minutes()
	to, toErr := q.To.minutes()
	if fromErr != nil || toErr != nil {
		return time.Time{}
	}
	if to <= from {
		to += 24 * 60
	}
	y, m, d := at.In(zone).Date()
	for _, back := range []int{0, 1} { // it began today, or yesterday
		begin := time.Date(y, m, d-back, 0, from, 0, 0, zone)
		end := time.Date(y, m, d-back, 0, to, 0, 0, zone)
		day := dayOf(time.Date(y, m, d-back, 12, 0, 0, 0, zone).Weekday())
		if slices.Contains(q.Days, day) && !at.Before(begin) && at.Before(end) {
			return end
		}
	}
	return time.Time{}
}
