package correlate

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// Type is what a correlation counts.
type Type string

// The types: those of Sigma 2.1, and two of ours.
const (
	EventCount      Type = "event_count"      // events
	ValueCount      Type = "value_count"      // different values of Field
	Temporal        Type = "temporal"         // different rules
	TemporalOrdered Type = "temporal_ordered" // different rules, in the order of Rules
	ValueSum        Type = "value_sum"        // of the numbers in Field
	ValueAvg        Type = "value_avg"
	ValueMin        Type = "value_min"
	ValueMax        Type = "value_max"
	ValueMedian     Type = "value_median"
	ValuePercentile Type = "value_percentile"

	// Absent fires when an event of Rules is followed by none of Without within Span.
	Absent Type = "absent"
	// FirstSeen fires on a value of Field that its group did not have for Span.
	FirstSeen Type = "first_seen"
)

// StandardTypes are those of Sigma.
func StandardTypes() []Type {
	return []Type{EventCount, ValueCount, Temporal, TemporalOrdered, ValueSum, ValueAvg, ValueMin, ValueMax, ValueMedian, ValuePercentile}
}

// The bounds of a correlation.
const (
	MaxSpan  = 400 * 24 * time.Hour
	MaxRules = 64
	// MaxCount is the highest threshold, and how many events a group remembers at most.
	MaxCount = 10_000
	// DefaultLateness is how much later than others an event may come in.
	DefaultLateness = 10 * time.Minute
)

// Bound is one comparison with a number: gt, gte, lt, lte, eq or neq.
type Bound struct {
	Op    string
	Value float64
}

func (b Bound) holds(x float64) bool {
	switch b.Op {
	case "gt":
		return x > b.Value
	case "gte":
		return x >= b.Value
	case "lt":
		return x < b.Value
	case "lte":
		return x <= b.Value
	case "neq":
		return x != b.Value
	}
	return x == b.Value
}

// Condition says when what was counted is enough. Without bounds all rules of a
// Temporal or TemporalOrdered correlation must have matched.
type Condition struct {
	Bounds     []Bound // all of them must hold
	Percentile float64 // of ValuePercentile, from 0 to 100
}

// Holds reports whether all bounds hold.
func (c Condition) Holds(x float64) bool {
	return !slices.ContainsFunc(c.Bounds, func(b Bound) bool { return !b.holds(x) })
}

// Spec is one correlation.
type Spec struct {
	ID        string
	Type      Type
	Rules     []string // what is counted: ids of rules and of other correlations
	Without   []string // of Absent
	Group     []Field  // what the events of a group have in common; none: all events are one group
	Field     []string // paths of what is counted or summed up; several count together
	Span      time.Duration
	Condition Condition
	Lateness  time.Duration // 0: DefaultLateness
	Learning  time.Duration // of FirstSeen: how long a group only learns; the first value of a group never fires
}

// Field is one of the things that the events of a group have in common.
type Field struct {
	Name   string // of an alias; otherwise empty
	Path   string
	ByRule map[string]string // of an alias: the paths, by the rule that matched
}

// label is what the field is called in a firing.
func (f Field) label() string {
	if f.Name != "" {
		return f.Name
	}
	return f.Path
}

func (f Field) path(rule string) string {
	if p, ok := f.ByRule[rule]; ok {
		return p
	}
	return f.Path
}

func (s *Spec) lateness() time.Duration {
	if s.Lateness == 0 {
		return DefaultLateness
	}
	return s.Lateness
}

// span is Span in the unit of events' times, and late the lateness.
func (s *Spec) span() int64 { return s.Span.Microseconds() }
func (s *Spec) late() int64 { return s.lateness().Microseconds() }

// Validate says what a spec lacks, and what it has too much of.
func (s *Spec) Validate() error {
	switch {
	case s.ID == "":
		return errors.New("a correlation needs an id")
	case len(s.Rules) == 0 || len(s.Rules)+len(s.Without) > MaxRules:
		return fmt.Errorf("a correlation has from 1 to %d rules", MaxRules)
	case s.Span <= 0 || s.Span > MaxSpan:
		return errors.New("a correlation has a time span of up to 400 days")
	case s.Lateness < 0 || s.Lateness > 7*24*time.Hour:
		return errors.New("the allowed lateness is at most 7 days")
	case s.Type == Absent && len(s.Without) == 0:
		return errors.New("absent needs without:, the rules of which none may follow")
	case s.Type != Absent && len(s.Without) > 0:
		return errors.New("without: belongs to the type absent")
	case s.Learning != 0 && s.Type != FirstSeen:
		return errors.New("learning: belongs to the type first_seen")
	}
	if err := s.validateField(); err != nil {
		return err
	}
	return s.validateCondition()
}

func (s *Spec) validateField() error {
	switch s.Type {
	case ValueCount, FirstSeen:
		if len(s.Field) == 0 {
			return fmt.Errorf("%s needs a field: whose values are counted", s.Type)
		}
	case ValueSum, ValueAvg, ValueMin, ValueMax, ValueMedian, ValuePercentile:
		if len(s.Field) != 1 {
			return fmt.Errorf("%s needs one field: with numbers", s.Type)
		}
	case EventCount, Temporal, TemporalOrdered, Absent:
	default:
		return fmt.Errorf("there is no type %q", s.Type)
	}
	for _, path := range s.Field {
		if _, err := ParsePath(path); err != nil {
			return err
		}
	}
	return nil
}

func (s *Spec) validateCondition() error {
	switch s.Type {
	case Absent, FirstSeen:
		if len(s.Condition.Bounds) > 0 {
			return fmt.Errorf("%s has no condition: setting", s.Type)
		}
		return nil
	case Temporal, TemporalOrdered:
	default:
		if len(s.Condition.Bounds) == 0 {
			return fmt.Errorf("%s needs a condition:, such as gte: 10", s.Type)
		}
	}
	if s.Condition.Percentile != 0 && s.Type != ValuePercentile {
		return errors.New("percentile: belongs to the type value_percentile")
	}
	if s.Type == ValuePercentile && s.Condition.Percentile == 0 {
		return errors.New("value_percentile needs percentile:, such as 95, in its condition")
	}
	for _, b := range s.Condition.Bounds {
		if math.IsNaN(b.Value) || !slices.Contains([]string{"gt", "gte", "lt", "lte", "eq", "neq"}, b.Op) {
			return fmt.Errorf("%s %g is no bound", b.Op, b.Value)
		}
		if s.counts() && b.Value > MaxCount {
			return fmt.Errorf("a count is compared with at most %d", MaxCount)
		}
	}
	return nil
}

// counts reports whether the correlation is about a number of things.
func (s *Spec) counts() bool {
	switch s.Type {
	case EventCount, ValueCount, Temporal, TemporalOrdered:
		return true
	default:
		return false
	}
}

// need is how many things of a count are enough.
func (s *Spec) need() int {
	if len(s.Condition.Bounds) == 0 {
		return len(s.Rules)
	}
	need := 1
	for _, b := range s.Condition.Bounds {
		switch b.Op {
		case "gt":
			need = max(need, int(math.Floor(b.Value))+1)
		case "gte":
			need = max(need, int(math.Ceil(b.Value)))
		}
	}
	return need
}

// limit is how many events a group remembers. It leaves room for what is
// repeated and what comes late.
func (s *Spec) limit() int {
	most := 64
	for _, b := range s.Condition.Bounds {
		if s.counts() {
			most = max(most, int(b.Value))
		}
	}
	return min(4*most, MaxCount+1)
}

// atEnd reports whether more events can make the condition fail again, so that
// it can only be decided when a window is over.
func (s *Spec) atEnd() bool {
	unsure := func(ops ...string) bool {
		return slices.ContainsFunc(s.Condition.Bounds, func(b Bound) bool { return slices.Contains(ops, b.Op) })
	}
	switch s.Type {
	case EventCount, ValueCount, Temporal, TemporalOrdered, ValueSum, ValueMax:
		return unsure("lt", "lte", "eq", "neq")
	case ValueMin:
		return unsure("gt", "gte", "eq", "neq")
	default:
		return false
	}
}
