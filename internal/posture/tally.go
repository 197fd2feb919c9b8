package posture

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sallyport/internal/inventory"
	"sallyport/internal/value"
)

// tally is a clause that is being worked out, and what it came to so far.
type tally struct {
	clause *clause
	state  *state
	age    bool
	vars   map[string]any // of the object that is being judged

	good, bad, warned, unknown, excepted int
	kept, passed                         int // rows
	rows                                 []Evidence
	err                                  error
}

// mostPassed bounds the rows of evidence about what passes.
const mostPassed = 20

// look judges one object.
func (t *tally) look(x thing) {
	if t.err != nil {
		return
	}
	s := t.state
	if t.vars == nil { // one for all objects: a hundred thousand would be most of the work
		t.vars = maps.Clone(s.vars)
	}
	vars := t.vars
	vars["it"], vars["fact"] = x.it, x.fact
	if len(s.answers) > 0 {
		vars["log"] = s.log(x.id)
	}
	if t.age {
		vars["age"] = x.ages(s.run.in.Now)
	}
	v, err := t.clause.judge(vars)
	if err != nil {
		t.err = fmt.Errorf("%s: %w", x.object, err)
		return
	}
	if v != "" {
		t.count(v, x, vars)
	}
}

func (t *tally) count(v Verdict, x thing, vars map[string]any) {
	row := Evidence{Object: x.object, Verdict: v}
	if v == Fail || v == Warn {
		if why, ok := t.state.excepted(x.object); ok {
			row.Excepted = cmp.Or(why, "accepted")
			t.excepted++
		}
	}
	switch {
	case row.Excepted != "" || v == Pass:
		t.good++
	case v == Warn:
		t.warned++
	case v == Manual:
		t.unknown++
	default:
		t.bad++
	}
	if v == Pass {
		t.passed++
	}
	if v == Pass && t.passed > mostPassed {
		return
	}
	if t.kept++; t.kept > mostRows {
		return
	}
	t.row(row, vars)
}

func (t *tally) row(row Evidence, vars map[string]any) {
	c := t.clause
	if c.field != nil {
		v, err := c.field.Eval(vars)
		if err != nil {
			t.err = err
			return
		}
		row.Field, row.Value = c.field.Source(), shown(v)
	}
	said, err := c.sentence(row.Verdict).say(vars)
	if err != nil {
		t.err = err
		return
	}
	row.Said = said
	if row.Verdict == Fail && !c.whole {
		row.Finding = FindingID(t.state.check.ID, row.Object)
	}
	t.rows = append(t.rows, row)
}

// verdict is what the clause comes to.
func (t *tally) verdict() (Verdict, error) {
	if t.err != nil {
		return Error, t.err
	}
	n := t.good + t.bad + t.warned + t.unknown
	if n == 0 && t.clause.none != "" {
		return t.clause.none, nil
	}
	if t.clause.enough != nil {
		return t.measured(n)
	}
	switch {
	case t.bad > 0:
		return Fail, nil
	case t.warned > 0:
		return Warn, nil
	case t.unknown > 0:
		return Manual, nil
	}
	return Pass, nil
}

// measured judges by how many objects pass. Those of which nothing is known
// could be either.
func (t *tally) measured(n int) (Verdict, error) {
	at := func(good, bad int) (bool, error) {
		vars := maps.Clone(t.state.vars)
		vars["good"], vars["bad"], vars["all"] = float64(good), float64(bad), float64(n)
		return t.clause.enough.holds(vars)
	}
	worst, err := at(t.good, t.bad+t.unknown)
	if err != nil {
		return Error, err
	}
	best, err := at(t.good+t.unknown, t.bad)
	switch {
	case err != nil:
		return Error, err
	case worst:
		return Pass, nil
	case best:
		return Manual, nil
	}
	hopeful, err := at(t.good+t.unknown+t.warned, t.bad)
	if err != nil {
		return Error, err
	}
	if hopeful && t.warned > 0 {
		return Warn, nil
	}
	return Fail, nil
}

// excepted returns the reason of the exception that covers an object.
func (s *state) excepted(o Object) (string, bool) {
	for _, x := range s.run.in.Exceptions {
		if !x.covers(s.check.ID, o.String()) {
			continue
		}
		if x.over(s.run.in.Now) {
			if !slices.Contains(s.result.Lapsed, x) {
				s.result.Lapsed = append(s.result.Lapsed, x)
			}
			continue
		}
		return x.Reason, true
	}
	return "", false
}

// finish adds up the clauses of a check.
func (s *state) finish() Result {
	r := &s.result
	if s.decided {
		return *r
	}
	for _, t := range s.tallies {
		v, err := t.verdict()
		said := s.said(t, v, err)
		if v.grave() > r.Verdict.grave() {
			r.Verdict, r.Said = v, said
		}
		t.settle(v, said)
		r.Looked += t.good + t.bad + t.warned + t.unknown
		r.Bad += t.bad
		r.Excepted += t.excepted
		r.More += max(0, t.kept-mostRows)
		r.Evidence = append(r.Evidence, t.rows...)
	}
	if len(s.partial) > 0 && r.Verdict != Fail && r.Verdict != Error {
		r.Missing = s.partial
		r.Verdict, r.Said = Manual, "Only a part of "+joined(s.partial)+" can be seen: what can is in order."
	}
	slices.SortStableFunc(r.Evidence, func(a, b Evidence) int { return cmp.Compare(b.Verdict.grave(), a.Verdict.grave()) })
	return *r
}

// settle takes findings back where enough objects pass, and makes one of the
// org where the clause is about it as a whole.
func (t *tally) settle(v Verdict, said string) {
	if t.clause.enough != nil && v != Fail {
		for i := range t.rows {
			t.rows[i].Finding = ""
		}
	}
	found := slices.ContainsFunc(t.rows, func(e Evidence) bool { return e.Finding != "" && e.Excepted == "" })
	if v != Fail || found {
		return
	}
	whole := Object{}
	row := Evidence{Object: whole, Verdict: Fail, Said: said, Finding: FindingID(t.state.check.ID, whole)}
	if len(t.rows) == 1 && t.clause.of == "org_facts" {
		t.rows[0].Finding = row.Finding
		return
	}
	t.rows = append(t.rows, row)
}

// said is the verdict of a clause in a sentence.
func (s *state) said(t *tally, v Verdict, err error) string {
	n := t.good + t.bad + t.warned + t.unknown
	switch {
	case err != nil:
		return err.Error()
	case n == 0 || t.clause.whole && v != Pass:
		if t.clause.absent != nil {
			if text, err := t.clause.absent.say(s.vars); err == nil {
				return text
			}
		}
		if v == Pass {
			return "There is nothing that it is about."
		}
	case v == Pass && t.excepted > 0:
		return fmt.Sprintf("%d of %d are in order or within bounds, %d by an exception.", t.good, n, t.excepted)
	case v == Pass:
		return fmt.Sprintf("%d of %d are in order.", t.good, n)
	}
	first, more := "", 0
	for _, e := range t.rows {
		if e.Verdict != v || e.Excepted != "" {
			continue
		}
		if first == "" {
			first = e.Said
		} else {
			more++
		}
	}
	if more > 0 {
		return fmt.Sprintf("%s %d more.", first, more)
	}
	return cmp.Or(first, s.check.Title+": not so.")
}

// joined writes names as a list.
func joined(names []string) string { return strings.Join(names, ", ") }

func sorted[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// answered returns the question whose answer a clause goes through: "log.NAME".
func answered(of string) (string, bool) { return strings.CutPrefix(of, "log.") }

// events goes through the answer of the log by what it was counted by.
func (s *state) events(question string, each func(thing)) {
	a := s.answers[question]
	for _, id := range sorted(a.by) {
		it := a.by[id].value(s.run.in.Now).With("id", id)
		o := Object{Ref: inventory.Ref{ID: id}, Name: a.by[id].Name}
		fact := value.NewObject(0)
		switch a.asked.by {
		case ByActor:
			o.Kind, fact = inventory.User, s.run.snap.userFact(id)
		case ByTarget:
			o.Kind = "target"
			if s.run.snap.users[id] != nil {
				o.Kind, fact = inventory.User, s.run.snap.userFact(id)
			}
		case ByApp:
			o.Kind = inventory.App
		case ByToken:
			o.Kind = inventory.APIToken
		case ByActorApp:
			actor, app, _ := strings.Cut(id, " ")
			o.Ref, o.Part = inventory.Ref{Kind: inventory.User, ID: actor}, app
			fact = s.run.snap.userFact(actor)
			if s.run.snap.apps[app] != nil {
				fact.Set("app", s.run.snap.appFact(app))
			}
			it.Set("app", app)
			it.Set("label", s.run.snap.label(app))
		default:
		}
		each(thing{object: o, id: id, it: it, fact: fact})
	}
}
