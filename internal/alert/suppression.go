package alert

import (
	"fmt"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/expr"
	"sallyport/internal/rule"
	"sallyport/internal/value"
)

// Suppression hides events from rules: an event of which its condition holds
// makes no alert of them, and does not count for those that count events. What it
// hides is counted, and kept for a while to be looked at.
type Suppression struct {
	ID        string
	Org       string
	Scope     Scope
	Target    string // of RuleScope the rule's id, of TypeScope the alert type's
	Where     string // CEL over event, entity, alert
	Reason    string
	Owner     string    // account
	ExpiresAt time.Time // zero for never
	CreatedAt time.Time
	UpdatedAt time.Time
	Hidden    int       // times that it hid an event from a rule
	LastAt    time.Time // when it did last
	Error     string    // what its condition failed with last; empty for nothing
	ErrorAt   time.Time

	where *expr.Program
}

// Scope says which rules a suppression is for.
type Scope string

// The scopes.
const (
	AllRules  Scope = "all"
	RuleScope Scope = "rule"
	TypeScope Scope = "type" // the rules of an alert type
)

// Hidden is an event that a suppression hid from a rule.
type Hidden struct {
	Suppression string
	Rule        string
	Event       string // uuid
	Entity      Entity
	At          time.Time
}

// The names that the condition of a suppression may use.
const (
	nameEvent  = "event"
	nameEntity = "entity"
	nameAlert  = "alert"
)

// Compile reads the condition, and reports what is wrong with the suppression.
func (s *Suppression) Compile() error {
	switch {
	case s.Scope != AllRules && s.Scope != RuleScope && s.Scope != TypeScope:
		return errs.New(errs.Invalid, "there is no scope %q", s.Scope)
	case (s.Scope == AllRules) != (s.Target == ""):
		return errs.New(errs.Invalid, "a suppression of one rule or type names it, and one of all names none")
	}
	p, err := expr.CompileCondition(s.Where, nameEvent, nameEntity, nameAlert)
	if err != nil {
		return errs.Wrap(errs.Invalid, err, "the condition: %v", err)
	}
	s.where = p
	return nil
}

// Covers reports whether a suppression is for a rule.
func (s *Suppression) Covers(r *rule.Rule) bool {
	switch s.Scope {
	case RuleScope:
		return s.Target == r.ID
	case TypeScope:
		return s.Target == r.Type
	default:
		return true
	}
}

// Ended reports whether the suppression's time is over.
func (s *Suppression) Ended(now time.Time) bool {
	return !s.ExpiresAt.IsZero() && !now.Before(s.ExpiresAt)
}

// Holds reports whether the condition holds of an event that a rule found to be
// about an entity. raw is the event as a value.
func (s *Suppression) Holds(raw any, e Entity, r *rule.Rule) (bool, error) {
	if s.where == nil {
		if err := s.Compile(); err != nil {
			return false, err
		}
	}
	ok, err := s.where.True(map[string]any{nameEvent: raw, nameEntity: e.Value(), nameAlert: ofRule(r)})
	if err != nil {
		return false, fmt.Errorf("condition of a suppression: %w", err)
	}
	return ok, nil
}

// ofRule is what is known of an alert before there is one.
func ofRule(r *rule.Rule) *value.Object {
	return value.Map("rule", r.ID, "title", r.Title, "type", r.Type, "severity", r.Severity.String(), "level", float64(r.Severity), "tags", texts(r.Tags))
}
