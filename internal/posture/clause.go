package posture

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"sallyport/internal/expr"
	"sallyport/internal/value"
)

// Variables lists what the expressions of checks may read, with what each is.
func Variables() [][2]string {
	return [][2]string{
		{"it", "the object: the body of the entity, or what the collection makes"},
		{"fact", "what is worked out of the org about the object"},
		{"age", "how many days ago each date at the top of `it` was, by the name of the field; negative where it is to come"},
		{"org", "what is worked out of the org as a whole"},
		{"param", "the parameters of the check in this profile"},
		{"settings", "the owner's settings"},
		{"approved", "what the owner approved for this check"},
		{"log", "the answers of the log by the name of the question: `count`, `days` (since the newest), `detail`, `whole`; null where there is no log"},
		{"now", "the moment of judgement"},
		{"good", "in `enough`: how many objects pass"},
		{"bad", "in `enough`: how many fail"},
		{"all", "in `enough`: how many there are"},
	}
}

// program is an expression, and what of the variables that are costly it reads.
type program struct {
	*expr.Program
	age bool
}

func compile(source string) (*program, error) {
	var names []string
	for _, v := range Variables() {
		names = append(names, v[0])
	}
	p, err := expr.Compile(source, names...)
	if err != nil {
		return nil, fmt.Errorf("%w", err)
	}
	return &program{Program: p, age: strings.Contains(source, "age.")}, nil
}

// holds reports whether a condition is true; one that is not there is not.
func (p *program) holds(vars map[string]any) (bool, error) {
	if p == nil {
		return false, nil
	}
	ok, err := p.True(vars)
	if err != nil {
		return false, fmt.Errorf("%s: %w", p.Source(), err)
	}
	return ok, nil
}

// sentence is a text with expressions in braces.
type sentence struct {
	texts []string
	parts []*program // between the texts: one fewer
}

func parseSentence(text string) (*sentence, error) {
	s := &sentence{}
	for {
		before, rest, found := strings.Cut(text, "{")
		s.texts = append(s.texts, before)
		if !found {
			return s, nil
		}
		source, after, closed := strings.Cut(rest, "}")
		if !closed {
			return nil, fmt.Errorf("a brace is not closed")
		}
		p, err := compile(source)
		if err != nil {
			return nil, err
		}
		s.parts = append(s.parts, p)
		text = after
	}
}

func (s *sentence) say(vars map[string]any) (string, error) {
	if s == nil {
		return "", nil
	}
	var b strings.Builder
	for i, text := range s.texts {
		b.WriteString(text)
		if i >= len(s.parts) {
			break
		}
		v, err := s.parts[i].Eval(vars)
		if err != nil {
			return "", fmt.Errorf("%s: %w", s.parts[i].Source(), err)
		}
		b.WriteString(spelt(v))
	}
	return b.String(), nil
}

// spelt is a value within a sentence, which has no holes where there is nothing.
func spelt(v any) string {
	if v == nil {
		return "(not set)"
	}
	return cmp.Or(shown(v), "(none)")
}

// longest bounds a value in evidence, in bytes.
const longest = 400

// shown is a value as people read it.
func shown(v any) string {
	var text string
	switch v := v.(type) {
	case nil:
		return "null"
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = shown(e)
		}
		text = strings.Join(parts, ", ")
	case float64:
		text = figure(v)
	default:
		text = value.String(v)
	}
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return text
}

// figure is a number as people say it: a day of a thousand has no fractions.
func figure(v float64) string {
	switch size := math.Abs(v); {
	case v == math.Trunc(v) || size >= 10:
		return value.String(math.Trunc(v))
	case size >= 1:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'g', 2, 64)
}

// clause is one demand of a check on each object of a collection.
type clause struct {
	of      string
	where   *program // which objects it is about; all if nil
	unknown *program // of which nothing can be said
	pass    *program
	warn    *program // what does not pass, and is no failure either
	enough  *program // over good, bad and all: whether that many passing will do
	whole   bool     // what it finds is about the org, not about each object
	none    Verdict  // where there is no such object; PASS if empty
	field   *program // what of the object is shown
	says    *sentence
	warns   *sentence
	unsure  *sentence
	absent  *sentence // what is said where there is none
}

// judge looks at one object. The verdict is empty where the clause is not about it.
func (c *clause) judge(vars map[string]any) (Verdict, error) {
	if c.where != nil {
		if about, err := c.where.holds(vars); err != nil || !about {
			return "", err
		}
	}
	for _, step := range []struct {
		p *program
		v Verdict
	}{{c.unknown, Manual}, {c.pass, Pass}, {c.warn, Warn}} {
		if yes, err := step.p.holds(vars); err != nil || yes {
			return step.v, err
		}
	}
	return Fail, nil
}

// sentence returns what is said about a verdict.
func (c *clause) sentence(v Verdict) *sentence {
	switch {
	case v == Warn && c.warns != nil:
		return c.warns
	case v == Manual && c.unsure != nil:
		return c.unsure
	case v == Pass:
		return nil
	}
	return c.says
}

// readsAge reports whether any of the clause's expressions reads the ages.
func (c *clause) readsAge() bool {
	for _, p := range []*program{c.where, c.unknown, c.pass, c.warn, c.field} {
		if p != nil && p.age {
			return true
		}
	}
	for _, s := range []*sentence{c.says, c.warns, c.unsure} {
		if s == nil {
			continue
		}
		for _, p := range s.parts {
			if p.age {
				return true
			}
		}
	}
	return false
}

// ages tells how many days ago the dates at the top of an object were.
func ages(it *value.Object, now time.Time) *value.Object {
	out := value.NewObject(8)
	for name, v := range it.All() {
		switch v := v.(type) {
		case string:
			if len(v) < len("2006-01-02T15:04:05Z") || v[4] != '-' {
				continue
			}
			if at, err := time.Parse(time.RFC3339, v); err == nil {
				out.Set(name, now.Sub(at).Hours()/24)
			}
		case time.Time:
			out.Set(name, now.Sub(v).Hours()/24)
		}
	}
	return out
}
