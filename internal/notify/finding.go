package notify

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sallyport/internal/posture"
	"sallyport/internal/rule"
	"sallyport/internal/value"
)

// FindingMoment is what happened to a finding of posture, or to its exception.
type FindingMoment string

// The moments of findings: the turns of judgements, and an exception that is over
// soon.
const (
	FindingOpened   = FindingMoment(posture.TurnOpened)
	FindingReopened = FindingMoment(posture.TurnReopened)
	FindingClosed   = FindingMoment(posture.TurnClosed)
	FindingExpiring = FindingMoment("expiring")
)

// FindingMoments lists them.
func FindingMoments() []FindingMoment {
	return []FindingMoment{FindingOpened, FindingReopened, FindingClosed, FindingExpiring}
}

// FindingPlan is which findings a channel tells of. An empty list is no condition.
type FindingPlan struct {
	Moments    []FindingMoment   `json:"moments"`
	Severity   posture.Severity  `json:"severity,omitempty"` // the least; empty is any
	Checks     []string          `json:"checks,omitempty"`   // ids
	Categories []string          `json:"categories,omitempty"`
	Profiles   []posture.Profile `json:"profiles,omitempty"` // that the check belongs to
	Tenants    []string          `json:"tenants,omitempty"`  // ids
}

func (p *FindingPlan) check() error {
	switch {
	case len(p.Moments) == 0:
		return wrong("findings.moments", "say at which moments people are told")
	case slices.ContainsFunc(p.Moments, func(m FindingMoment) bool { return !slices.Contains(FindingMoments(), m) }):
		return wrong("findings.moments", "those of a finding are opened, reopened, closed and expiring")
	case p.Severity != "" && p.Severity.Rank() < 0:
		return wrong("findings.severity", "there is no severity %q", p.Severity)
	}
	return nil
}

// wants reports whether the plan is for what happened to a finding of a check.
func (p *FindingPlan) wants(m FindingMoment, tenant string, severity posture.Severity, c posture.Check) bool {
	fits := func(of []string, is string) bool { return len(of) == 0 || slices.Contains(of, is) }
	return slices.Contains(p.Moments, m) && (p.Severity == "" || severity.Rank() <= p.Severity.Rank()) &&
		fits(p.Checks, c.ID) && fits(p.Categories, c.Category) && fits(p.Tenants, tenant) &&
		(len(p.Profiles) == 0 || slices.ContainsFunc(p.Profiles, c.In))
}

// Found is a finding as a message tells of it: as it was when it was told of.
type Found struct {
	Moment   FindingMoment    `json:"moment"`
	ID       string           `json:"id,omitempty"` // of the finding; empty for all that a check finds
	Check    string           `json:"check"`
	Title    string           `json:"title"` // the check's
	Category string           `json:"category,omitempty"`
	Severity posture.Severity `json:"severity"`
	Object   string           `json:"object,omitempty"` // as [posture.Object.String] writes it
	Name     string           `json:"name,omitempty"`   // the object's
	Said     string           `json:"said,omitempty"`
	Reason   string           `json:"reason,omitempty"` // of an exception
	Owner    string           `json:"owner,omitempty"`  // of an exception
	Expires  time.Time        `json:"expires,omitzero"` // of an exception
}

// News is what is told of an org's findings in one notice.
type News struct {
	Tenant string  `json:"tenant"` // id
	Name   string  `json:"name"`   // what people call the org
	Found  []Found `json:"found"`  // the gravest first
	More   int     `json:"more,omitempty"`
}

// MaxFound bounds the findings that a notice holds; the rest is counted.
const MaxFound = 500

// add adds what is told of a finding, as long as there is room.
func (n *News) add(f Found) {
	if len(n.Found) == MaxFound {
		n.More++
		return
	}
	n.Found = append(n.Found, f)
}

// News is what the channel tells of what a judgement changed in an org; nil where
// that is nothing.
func (c Channel) News(tenant, name string, turned []posture.Turned) *News {
	p, out := c.Plan.Findings, &News{Tenant: tenant, Name: name}
	if p == nil || !c.Enabled {
		return nil
	}
	for _, t := range turned {
		f, m := t.Finding, FindingMoment(t.Turn)
		if p.wants(m, tenant, f.Severity, t.Check) {
			out.add(Found{
				Moment: m, ID: f.ID, Check: f.Check, Title: t.Check.Title, Category: t.Check.Category, Severity: f.Severity, Object: f.Object.String(), Name: f.Object.Name, Said: f.Said,
			})
		}
	}
	return out.orNil()
}

func (n *News) orNil() *News {
	if len(n.Found) == 0 {
		return nil
	}
	return n
}

// Lead is how long before its end an exception is told of: a week, or half of its
// time where that is shorter.
const Lead = 7 * 24 * time.Hour

// Ending is an exception with the check that it is of.
type Ending struct {
	posture.Exception

	Created time.Time
	Check   posture.Check
}

// at is when it is to be told that the exception is over soon.
func (e Ending) at() time.Time {
	return e.Expires.Add(-min(Lead, e.Expires.Sub(e.Created)/2))
}

// Expiring is what the channel tells of exceptions that came to be over soon after
// one time and not after another; nil where that is nothing.
func (c Channel) Expiring(tenant, name string, all []Ending, since, until time.Time) *News {
	p, out := c.Plan.Findings, &News{Tenant: tenant, Name: name}
	if p == nil || !c.Enabled {
		return nil
	}
	for _, e := range all {
		if e.Expires.IsZero() || !e.Expires.After(until) || !e.at().After(since) || e.at().After(until) || !p.wants(FindingExpiring, tenant, e.Check.Severity, e.Check) {
			continue
		}
		f := Found{
			Moment: FindingExpiring, Check: e.Check.ID, Title: e.Check.Title, Category: e.Check.Category, Severity: e.Check.Severity, Object: e.Object,
			Reason: e.Reason, Owner: e.Owner, Expires: e.Expires,
		}
		if e.Object != "" {
			f.ID = e.Check.ID + ":" + e.Object
		}
		out.add(f)
	}
	return out.orNil()
}

// Severity is that of the gravest, as alerts have it: quiet hours go by it.
func (n *News) Severity() rule.Severity {
	worst := rule.Informational
	for _, f := range n.Found {
		worst = max(worst, severityOf(f.Severity))
	}
	return worst
}

func severityOf(s posture.Severity) rule.Severity {
	switch s {
	case posture.Critical:
		return rule.Critical
	case posture.High:
		return rule.High
	case posture.Medium:
		return rule.Medium
	case posture.Low:
		return rule.Low
	case posture.Info:
	}
	return rule.Informational
}

// did says of so many findings what happened to them.
func (m FindingMoment) did(n int) string {
	switch m {
	case FindingExpiring:
		if n == 1 {
			return "1 exception expires"
		}
		return fmt.Sprint(n, " exceptions expire")
	case FindingOpened, FindingReopened, FindingClosed:
	}
	if n == 1 {
		return "1 finding " + string(m)
	}
	return fmt.Sprint(n, " findings ", string(m))
}

func (n *News) said() said {
	if len(n.Found) == 1 && n.More == 0 {
		return n.Found[0].said(n.Name)
	}
	var did, grave []string
	for _, m := range FindingMoments() {
		if k := n.count(func(f Found) bool { return f.Moment == m }); k > 0 {
			did = append(did, m.did(k))
		}
	}
	for _, s := range posture.Severities() {
		if k := n.count(func(f Found) bool { return f.Severity == s }); k > 0 {
			grave = append(grave, fmt.Sprint(k, " ", s))
		}
	}
	if n.More > 0 {
		did = append(did, fmt.Sprint("and ", n.More, " more"))
	}
	var lines []string
	for _, f := range n.Found[:min(len(n.Found), maxLines)] {
		lines = append(lines, f.line())
	}
	if more := rest(len(n.Found) + n.More); more != "" {
		lines = append(lines, more)
	}
	return said{headline: strings.Join(did, ", "), who: n.Name, why: strings.Join(lines, "\n"), evidence: strings.Join(grave, ", ")}
}

func (n *News) count(is func(Found) bool) int {
	k := 0
	for _, f := range n.Found {
		if is(f) {
			k++
		}
	}
	return k
}

// whom names what a finding is about.
func (f Found) whom() string {
	switch {
	case f.Name != "":
		return f.Name
	case f.Object == "":
		return "all that it finds"
	}
	return f.Object
}

// state says what happened to a finding.
func (f Found) state() string {
	if f.Moment == FindingExpiring {
		return "accepted until " + f.Expires.UTC().Format(minuteForm) + " UTC by " + f.Owner + ": " + f.Reason
	}
	return string(f.Moment)
}

func (f Found) said(org string) said {
	why := f.whom()
	if f.Said != "" && f.Moment != FindingClosed {
		why += ": " + f.Said
	}
	return said{headline: strings.ToUpper(string(f.Severity)) + " · " + f.Check + " · " + f.Title, who: org, why: why, state: f.state()}
}

func (f Found) line() string {
	return oneLine(strings.ToUpper(string(f.Severity)) + " · " + f.state() + " · " + f.Check + " " + f.Title + " · " + f.whom())
}

// webhook is what a program is told; docs/alerts.md describes it.
func (n *News) webhook(s Subject) *value.Object {
	found := make([]any, len(n.Found))
	for i, f := range n.Found {
		o := value.Map("moment", string(f.Moment), "id", f.ID, "check", f.Check, "title", f.Title, "category", f.Category, "severity", string(f.Severity), "object", f.Object, "name", f.Name, "said", f.Said)
		if f.Moment == FindingExpiring {
			o = o.With("exception", value.Map("reason", f.Reason, "owner", f.Owner, "expiresAt", f.Expires.UTC().Format(time.RFC3339)))
		}
		found[i] = o
	}
	return value.Map("moment", string(s.Moment), "tenant", value.Map("id", n.Tenant, "name", n.Name), "findings", found, "more", float64(n.More), "url", s.Link)
}
