package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"sallyport/internal/rule"
)

// match is one hit of a rule, as it is told.
type match struct {
	Rule      string            `json:"rule"` // pack and name
	ID        string            `json:"id"`
	Title     string            `json:"title"`
	Severity  rule.Severity     `json:"severity"`
	UUID      string            `json:"uuid"` // of the event; of a correlation the one that made it fire
	Type      string            `json:"eventType"`
	Published *time.Time        `json:"published,omitempty"`
	At        string            `json:"at,omitempty"` // where in the file the event is
	About     about             `json:"about"`
	Group     map[string]string `json:"group,omitempty"` // of a correlation, as what follows
	Count     int               `json:"count,omitempty"`
	From      *time.Time        `json:"from,omitempty"`
	To        *time.Time        `json:"to,omitempty"`
	Evidence  []string          `json:"evidence,omitempty"` // uuids
}

// about is whom or what a match is about.
type about struct {
	Kind  string `json:"kind,omitempty"`
	ID    string `json:"id,omitempty"`
	Login string `json:"login,omitempty"`
	Name  string `json:"name,omitempty"`
}

func tell(h rule.Hit, at string) match {
	m := match{
		Rule: h.Rule.Key(), ID: h.Rule.ID, Title: h.Rule.Title, Severity: h.Rule.Severity,
		UUID: h.Event.UUID, Type: h.Event.Type, Published: moment(h.Event.Published), At: at,
		About: about{h.Kind, h.Entity.ID, h.Entity.AlternateID, h.Entity.DisplayName},
	}
	if h.Rule.Language == rule.Correlation {
		m.Group, m.Count, m.From, m.To, m.Evidence = h.Group, h.Count, moment(h.From), moment(h.To), h.Evidence
	}
	return m
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// String is the match for people, in a line.
func (m match) String() string {
	at, whom := "-", cmp.Or(m.About.Login, m.About.Name, m.About.ID, "-")
	if m.Published != nil {
		at = m.Published.Format(time.RFC3339)
	}
	line := fmt.Sprintf("%s  %-13s  %s: %s, %s", at, m.Severity, m.Rule, m.Title, whom)
	if m.Count > 0 {
		line += fmt.Sprintf(", %d times", m.Count)
	}
	return line + fmt.Sprintf("  (%s %s)", m.Type, cmp.Or(m.UUID, m.At))
}

// inOrder tells hits in the order of the file, and those of one event by rule.
func inOrder(hits []rule.Hit, f found) []match {
	number := func(h rule.Hit) int {
		if len(h.Event.Raw) == 0 {
			return 0
		}
		return f.numbers[&h.Event.Raw[0]]
	}
	slices.SortStableFunc(hits, func(a, b rule.Hit) int { return number(a) - number(b) })
	told := make([]match, len(hits))
	for i, h := range hits {
		told[i] = tell(h, f.at(number(h)))
	}
	return told
}
