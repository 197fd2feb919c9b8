package posture

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"sallyport/internal/inventory"
	"sallyport/internal/okta"
	"sallyport/internal/value"
)

// Input is what checks are run over. The same input gives the same results.
type Input struct {
	Reader     inventory.Reader
	Activity   Activity // nil where nothing is known of the log
	Settings   Settings
	Exceptions []Exception
	Profile    Profile
	Now        time.Time
}

// Run judges an org by those of the checks that belong to the profile, in their
// order. The error is of the reader or of the settings; what is wrong with one
// check is its verdict.
func Run(ctx context.Context, in Input, checks []*Check) ([]Result, error) {
	sights, err := in.Reader.Sights(ctx)
	if err != nil {
		return nil, fmt.Errorf("read what was seen of the org: %w", err)
	}
	snap, err := take(ctx, in, known(sights))
	if err != nil {
		return nil, err
	}
	settings, err := in.Settings.value()
	if err != nil {
		return nil, err
	}
	r := &runner{in: in, snap: snap, sights: sights, settings: settings, answers: map[string]map[string]answer{}}
	for _, c := range checks {
		if !c.In(in.Profile) {
			continue
		}
		s, err := r.begin(ctx, c)
		if err != nil {
			return nil, err
		}
		r.states = append(r.states, s)
	}
	if err := r.walk(ctx); err != nil {
		return nil, err
	}
	results := make([]Result, len(r.states))
	for i, s := range r.states {
		results[i] = s.finish()
	}
	return results, nil
}

// known are the collections of which it is known what is in them.
func known(sights map[string]inventory.Sight) []string {
	var out []string
	for _, name := range sorted(sights) {
		if s := sights[name]; s.Seen() || s.Visible == okta.Absent {
			out = append(out, name)
		}
	}
	return out
}

type runner struct {
	in       Input
	snap     *snapshot
	sights   map[string]inventory.Sight
	settings *value.Object
	answers  map[string]map[string]answer // by check and name
	states   []*state
}

// state is a check that is being worked out.
type state struct {
	run     *runner
	check   *Check
	result  Result
	decided bool
	partial []string // collections seen in part, of which a failure counts all the same
	answers map[string]answer
	vars    map[string]any // those that are the same for all objects
	tallies []*tally       // of the clauses
}

func (r *runner) begin(ctx context.Context, c *Check) (*state, error) {
	s := &state{run: r, check: c, answers: map[string]answer{}, result: Result{Check: c, ID: c.ID, Profile: r.in.Profile, Evidence: []Evidence{}}}
	for _, k := range c.clauses {
		s.tallies = append(s.tallies, &tally{clause: k, age: k.readsAge()})
	}
	s.see()
	if err := s.ask(ctx); err != nil {
		return nil, err
	}
	params, err := value.Of(s.params())
	if err != nil {
		return nil, fmt.Errorf("parameters of %s: %w", c.ID, err)
	}
	s.vars = map[string]any{
		"org": r.snap.org, "param": params, "settings": r.settings, "approved": list(r.in.Settings.Approved[c.ID]), "now": r.in.Now,
	}
	if len(s.result.Missing) > 0 && !s.decided {
		s.decide(Manual, "It cannot be judged without "+joined(s.result.Missing)+".")
	}
	if c.when != nil && !s.decided {
		s.vars["log"] = s.log("")
		applies, err := c.when.holds(s.vars)
		if err != nil {
			s.decide(Error, err.Error())
		} else if !applies {
			s.decide(NotApplicable, c.whenSays)
		}
	}
	return s, nil
}

func (s *state) params() map[string]any {
	out := s.check.Params(s.run.in.Profile)
	maps.Copy(out, s.run.in.Settings.Params[s.check.ID])
	return out
}

func (s *state) decide(v Verdict, said string) {
	s.decided, s.result.Verdict, s.result.Said = true, v, said
}

// see goes through the collections that the check needs.
func (s *state) see() {
	for _, name := range s.check.Needs {
		sight := s.run.sights[name] // that of what was never asked is neither full nor partial
		enough := sight.Seen() || sight.Visible == okta.Full && slices.Contains(s.check.Admins, name)
		switch {
		case enough:
			if !sight.Full.IsZero() && (s.result.Fresh.IsZero() || sight.Full.Before(s.result.Fresh)) {
				s.result.Fresh = sight.Full
			}
		case sight.Visible == okta.Absent && slices.Contains(s.check.Absent, name):
			s.decide(NotApplicable, "The org does not have "+name+".")
			return
		case (sight.Visible == okta.Partial || sight.Truncated) && s.walks(name):
			s.partial = append(s.partial, name)
		default:
			s.result.Missing = append(s.result.Missing, name)
		}
	}
}

// walks reports whether each object of a collection is judged by itself, so that
// one that fails does whatever the others are.
func (s *state) walks(collection string) bool {
	if len(s.check.clauses) == 0 {
		return false
	}
	return !slices.ContainsFunc(s.check.clauses, func(c *clause) bool {
		kind := c.of
		for _, w := range Walks() {
			if w.Name == c.of {
				kind = string(w.of)
			}
		}
		return kind != collection || c.enough != nil
	})
}

// ask asks the log what the check wants to know.
func (s *state) ask(ctx context.Context) error {
	if len(s.check.questions) == 0 {
		return nil
	}
	var from time.Time
	if s.run.in.Activity != nil {
		var err error
		if from, err = s.run.in.Activity.From(ctx); err != nil {
			return fmt.Errorf("ask how far the log goes back: %w", err)
		}
	}
	for _, name := range sorted(s.check.questions) {
		q := s.check.questions[name]
		asked := q.at(s.run.in.Now)
		a := answer{asked: q, known: !from.IsZero(), whole: !from.IsZero() && !from.After(asked.Since)}
		if a.known {
			var err error
			if a.by, err = s.run.in.Activity.Tally(ctx, asked); err != nil {
				return fmt.Errorf("ask the log for %s of %s: %w", name, s.check.ID, err)
			}
		}
		if !q.some && !a.whole {
			s.result.Missing = append(s.result.Missing, "log."+name)
		}
		s.answers[name] = a
	}
	return nil
}

func (s *state) log(id string) *value.Object {
	o := value.NewObject(len(s.answers))
	for name, a := range s.answers {
		o.Set(name, a.value(id, s.run.in.Now))
	}
	return o
}

// walk goes through each collection once, for all checks that look at it.
func (r *runner) walk(ctx context.Context) error {
	var order []string
	by := map[string][]*tally{}
	for _, s := range r.states {
		if s.decided {
			continue
		}
		for _, t := range s.tallies {
			t.state = s
			if by[t.clause.of] == nil {
				order = append(order, t.clause.of)
			}
			by[t.clause.of] = append(by[t.clause.of], t)
		}
	}
	for _, of := range order {
		judge := func(x thing) error {
			for _, t := range by[of] {
				t.look(x)
			}
			return errors.Join(ctx.Err())
		}
		if name, ok := answered(of); ok {
			for _, t := range by[of] {
				t.state.events(name, t.look)
			}
			continue
		}
		if err := r.snap.walk(ctx, of, judge); err != nil {
			return fmt.Errorf("go through %s: %w", of, err)
		}
	}
	return nil
}
