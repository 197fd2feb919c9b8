package notify

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/connector"
	"sallyport/internal/event"
	"sallyport/internal/value"
)

// Subject is what a message tells of: an alert as it is now, and what happened; or
// what is new of findings; or a plan that waits for approval.
type Subject struct {
	Alert    alert.Alert
	News     *News
	Ask      *Ask
	Moment   Moment
	Why      string      // why the rule's author thinks that it matters
	Assignee string      // name
	Event    event.Event // the newest; the zero one where it is not stored
	Link     string      // to it in the console
	Note     string      // what was done last, and by whom; of a message that is changed
}

// Said is what a message says about a subject in plain words. What is empty is not
// said.
type said struct{ headline, who, why, evidence, state string }

// labels are what the parts of what is said are called.
func (s Subject) labels() (who, why string) {
	switch {
	case s.News != nil:
		return "Org", "What"
	case s.Ask != nil:
		return "For", "What"
	}
	return "Who", "Why"
}

// rows are the parts of what is said but for the headline, with their labels.
func (s Subject) rows() [][2]string {
	w := s.said()
	who, why := s.labels()
	all := [][2]string{{who, w.who}, {why, w.why}, {"Evidence", w.evidence}, {"State", w.state}}
	return slices.DeleteFunc(all, func(r [2]string) bool { return r[1] == "" })
}

// opens is what a link to a subject is called.
func (s Subject) opens() string {
	switch {
	case s.News != nil && len(s.News.Found) == 1 && s.News.More == 0:
		return "Open the finding"
	case s.News != nil:
		return "Open the findings"
	case s.Ask != nil:
		return "Open the plan"
	}
	return fmt.Sprint("Open alert #", s.Alert.Number)
}

func (s Subject) said() said {
	switch {
	case s.News != nil:
		return s.News.said()
	case s.Ask != nil:
		return s.Ask.said()
	}
	a := s.Alert
	return said{
		headline: strings.ToUpper(a.Severity.String()) + " · " + a.Title, who: who(a.Entity), why: s.Why, evidence: s.evidence(), state: s.state(),
	}
}

// who names an entity.
func who(e alert.Entity) string {
	switch {
	case e.Name != "" && e.Login != "" && e.Name != e.Login:
		return e.Name + " (" + e.Login + ")"
	case e.Name != "":
		return e.Name
	}
	return e.Key().ID
}

// evidence is what the alert is made of, in a line.
func (s Subject) evidence() string {
	a := s.Alert
	count := "1 event"
	if a.Events != 1 {
		count = fmt.Sprint(a.Events, " events")
	}
	out := count + ", " + span(a.FirstAt, a.LastAt)
	if s.Event.Type == "" {
		return out
	}
	out += "; last " + s.Event.Type
	if s.Event.Outcome != "" {
		out += " " + s.Event.Outcome
	}
	if s.Event.IP != "" {
		out += " from " + s.Event.IP
	}
	return out
}

const (
	minuteForm = "2006-01-02 15:04"
	hourForm   = "15:04"
)

func span(from, to time.Time) string {
	from, to = from.UTC(), to.UTC()
	switch {
	case from.Format(minuteForm) == to.Format(minuteForm):
		return from.Format(minuteForm) + " UTC"
	case from.Format(time.DateOnly) == to.Format(time.DateOnly):
		return from.Format(minuteForm) + " to " + to.Format(hourForm) + " UTC"
	}
	return from.Format(minuteForm) + " to " + to.Format(minuteForm) + " UTC"
}

// state is how far people are with the alert.
func (s Subject) state() string {
	a := s.Alert
	out := strings.ReplaceAll(string(a.State), "_", " ")
	if a.Verdict != alert.Undecided {
		out += " as " + strings.ReplaceAll(string(a.Verdict), "_", " ")
	}
	if s.Assignee != "" {
		out += ", assigned to " + s.Assignee
	}
	switch {
	case s.Moment == Escalated:
		return "became " + a.Severity.String() + "; " + out
	case s.Moment == Overdue && a.State == alert.Open:
		return "overdue: nobody has looked at it; " + out
	case s.Moment == Overdue:
		return "overdue: it should be closed by now; " + out
	}
	return out
}

// plain is a subject as text.
func (s Subject) plain() string {
	head := s.said().headline
	if s.News == nil && s.Ask == nil {
		head = "Alert #" + fmt.Sprint(s.Alert.Number) + ": " + head
	}
	lines := []string{head}
	for _, r := range s.rows() {
		sep := ": "
		if strings.Contains(r[1], "\n") {
			sep = ":\n"
		}
		lines = append(lines, r[0]+sep+r[1])
	}
	return strings.Join(append(lines, s.Link), "\n")
}

// line is a subject in one line.
func (s Subject) line() string {
	w := s.said()
	parts := slices.DeleteFunc([]string{w.headline, w.who, w.state}, func(t string) bool { return t == "" })
	return strings.Join(parts, " · ")
}

// maxLines bounds what a digest names; the rest is counted.
const maxLines = 25

// digestTitle says what a digest is.
func digestTitle(n int) string {
	return fmt.Sprint(n, " notices were held back during quiet hours")
}

// rest says how many are not named; empty for none.
func rest(n int) string {
	if n <= maxLines {
		return ""
	}
	return fmt.Sprintf("and %d more", n-maxLines)
}

// Call returns the call of a channel's connection that tells of subjects: several
// are a digest. It is named by the lead notice, for what can tell repetitions apart.
func (p Parcel) Call(kind string, about []Subject, now time.Time) connector.Call {
	call := connector.Call{Action: "send_message", Key: p.Lead.ID, Timeout: sendTimeout}
	switch to := p.Channel.Plan.To; kind {
	case Slack:
		call.Inputs = slackMessage(to[0], about)
		if p.Place != (Place{}) {
			call.Action, call.Inputs = "update_message", slackMessage(p.Place.Channel, about).With("ts", p.Place.Timestamp)
		}
	case Teams:
		call.Inputs = teamsMessage(about)
	case Mail:
		call.Action, call.Inputs = "send", mailMessage(to, about)
	default:
		call.Action, call.Inputs = "request", webhookRequest(to[0], p, about, now)
	}
	return call
}

// sendTimeout bounds one attempt at sending.
const sendTimeout = 20 * time.Second

func teamsMessage(about []Subject) *value.Object {
	if len(about) != 1 {
		return value.Map("title", digestTitle(len(about)), "text", strings.Join(digest(about), "\n"), "link", about[0].Link)
	}
	s := about[0]
	w := s.said()
	facts := value.NewObject(4)
	_, why := s.labels()
	for _, r := range s.rows() {
		if r[0] != why {
			facts.Set(r[0], r[1])
		}
	}
	if s.News == nil && s.Ask == nil {
		facts.Set("Alert", fmt.Sprint("#", s.Alert.Number))
	}
	return value.Map("title", w.headline, "text", w.why, "link", s.Link, "facts", facts)
}

// digest is what is told of several subjects, a line each.
func digest(about []Subject) []string {
	var out []string
	for _, s := range about[:min(len(about), maxLines)] {
		out = append(out, s.line())
	}
	if more := rest(len(about)); more != "" {
		out = append(out, more)
	}
	return out
}

// webhookRequest is the HTTP request to a program. Its body is documented in
// docs/alerts.md; a connection that signs bodies signs it.
func webhookRequest(to string, p Parcel, about []Subject, now time.Time) *value.Object {
	notices := make([]any, len(about))
	for i, s := range about {
		notices[i] = webhookNotice(s)
	}
	body := value.Map("id", p.Lead.ID, "channel", value.Map("id", p.Channel.ID, "name", p.Channel.Name), "sentAt", now.UTC().Format(time.RFC3339), "notices", notices)
	return value.Map("method", "POST", "url", to, "encode", "json", "headers", value.Map("X-Sallyport-Delivery", p.Lead.ID), "body", body)
}

func webhookNotice(s Subject) *value.Object {
	switch {
	case s.News != nil:
		return s.News.webhook(s)
	case s.Ask != nil:
		return value.Map("moment", string(s.Moment), "plan", s.Ask.webhook(s))
	}
	return value.Map("moment", string(s.Moment), "alert", webhookAlert(s))
}

func webhookAlert(s Subject) *value.Object {
	a := s.Alert
	tags := make([]any, len(a.Tags))
	for i, t := range a.Tags {
		tags[i] = t
	}
	return value.Map(
		"id", a.ID, "number", float64(a.Number), "title", a.Title, "type", a.Type, "severity", a.Severity.String(), "state", string(a.State), "verdict", string(a.Verdict),
		"assignee", s.Assignee, "rule", value.Map("id", a.Rule, "title", a.RuleTitle),
		"entity", value.Map("kind", a.Entity.Kind, "id", a.Entity.ID, "login", a.Entity.Login, "name", a.Entity.Name),
		"why", s.Why, "evidence", s.evidence(), "events", float64(a.Events), "event", a.Event, "firstAt", a.FirstAt.UTC().Format(time.RFC3339), "lastAt", a.LastAt.UTC().Format(time.RFC3339),
		"risk", float64(a.Risk), "tags", tags, "url", s.Link,
	)
}
