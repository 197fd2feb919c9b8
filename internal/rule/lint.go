package rule

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sallyport/internal/auth0"
	"sallyport/internal/detect"
	"sallyport/internal/detect/oktafilter"
)

// Linter says what may be wrong with rules that can be used.
type Linter struct {
	events     []string
	attack     *Attack
	alertTypes []AlertType
}

// NewLinter returns a linter that knows the built-in catalogues.
func NewLinter() (*Linter, error) {
	events, err := EventTypes()
	if err != nil {
		return nil, err
	}
	attack, err := LoadAttack()
	if err != nil {
		return nil, err
	}
	types, err := AlertTypes()
	return &Linter{events, attack, types}, err
}

// Lint says what may be wrong with a rule, each a warning. Cases says whether
// the rule has cases; what only our own format has is asked of rules with a
// block of ours.
func (l *Linter) Lint(r *Rule, cases bool) []Problem {
	c := check{rule: r}
	if r.Expr != nil {
		l.types(&c)
		for _, path := range oktafilter.Unknown(r.Expr) {
			if r.About() != Auth0 || !ofEntry(path) {
				c.warn(path, "detection", "no event has %s%s", path, perhaps(oktafilter.Suggest(path)))
			}
		}
		for _, why := range unreachable(r.Expr) {
			c.warn("", "detection", "%s", why)
		}
	}
	for _, path := range r.counted() {
		if !oktafilter.Known(path) && (r.About() != Auth0 || !ofEntry(path)) {
			c.warn(path, "correlation", "no event has %s, so nothing is counted%s", path, perhaps(oktafilter.Suggest(path)))
		}
	}
	if r.Part {
		return c.problems
	}
	l.tags(&c)
	if !slices.ContainsFunc(l.alertTypes, func(t AlertType) bool { return t.ID == r.Type }) {
		c.warn(r.Type, "sallyport.type", "there is no alert type %s", r.Type)
	}
	if strings.Contains(r.Text, "\nsallyport:") {
		l.complete(&c, cases)
	}
	return c.problems
}

// counted are the paths that a correlation groups by and counts, each once.
func (r *Rule) counted() []string {
	if r.correlation == nil {
		return nil
	}
	paths := slices.Clone(r.correlation.Field)
	for _, by := range r.correlation.GroupBy {
		if alias, ok := r.correlation.Aliases[by]; ok {
			paths = slices.AppendSeq(paths, maps.Values(alias))
		} else {
			paths = append(paths, by)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// complete asks for what an analyst needs.
func (l *Linter) complete(c *check, cases bool) {
	r := c.rule
	for _, want := range []struct {
		missing bool
		at, say string
	}{
		{r.ID == r.Key(), "id", "give the rule an id, a UUID that never changes: alerts and exceptions hang on it"},
		{r.Description == "", "description", "say what the rule finds"},
		{r.Why == "", "sallyport.why", "say why it matters"},
		{len(r.FalsePositives) == 0, "falsepositives", "say what else looks like it"},
		{len(r.Response) == 0, "sallyport.response", "say what to do"},
		{len(r.Techniques()) == 0, "tags", "name the technique of ATT&CK, such as attack.t1621"},
		{len(r.Tactics()) == 0, "tags", "name the tactic of ATT&CK, such as attack.credential-access"},
		{!cases, "", fmt.Sprintf("there are no cases: write %s%s", strings.TrimSuffix(r.File, ".yaml"), CasesSuffix)},
	} {
		if want.missing {
			c.warn("", want.at, "%s", want.say)
		}
	}
}

func (l *Linter) tags(c *check) {
	for _, id := range append(c.rule.Techniques(), c.rule.Tactics()...) {
		if now, ok := l.attack.Replaced[id]; ok {
			c.warn("attack."+strings.ToLower(id), "tags", "ATT&CK calls %s otherwise: %s", id, now)
			continue
		}
		if _, ok := l.attack.Technique(id); !ok && !l.attack.tactic(id) && !strings.HasPrefix(id, "T") {
			c.warn("attack."+id, "tags", "ATT&CK has no tactic %s%s", id, perhaps(nearest(id, tacticIDs(l.attack))))
		}
	}
	for _, id := range c.rule.Techniques() {
		t, ok := l.attack.Technique(id)
		if tactics := c.rule.Tactics(); ok && len(tactics) > 0 && !slices.ContainsFunc(tactics, func(x string) bool { return slices.Contains(t.Tactics, x) }) {
			c.warn("attack."+strings.ToLower(id), "tags", "%s belongs to %s, and none of these is among the tags", id, strings.Join(t.Tactics, ", "))
		}
	}
}

func tacticIDs(a *Attack) []string {
	ids := make([]string, len(a.Tactics))
	for i, t := range a.Tactics {
		ids[i] = t.ID
	}
	return ids
}

// ofEntry reports whether an entry of Auth0's log may have something at a path.
func ofEntry(path string) bool {
	name, ok := strings.CutPrefix(path, "data.")
	if !ok {
		return path == "log_id"
	}
	name, _, _ = strings.Cut(name, ".")
	return slices.Contains(auth0.Fields(), name)
}

// types looks for event types that Okta, or Auth0, does not have.
func (l *Linter) types(c *check) {
	each(c.rule.Expr, func(t detect.Test) {
		if c.rule.About() == Auth0 {
			l.entryTypes(c, t)
			return
		}
		if !strings.EqualFold(t.Path, "eventType") {
			return
		}
		for _, v := range t.Values {
			if v.Text == "" || slices.ContainsFunc(l.events, func(e string) bool { return matches(t.Op, strings.ToLower(e), strings.ToLower(v.Text)) }) {
				continue
			}
			c.warn(v.Text, "detection", "Okta has no event type %s%s", v.Text, perhaps(nearest(v.Text, l.events)))
		}
	})
}

// entryTypes looks for types that no entry of Auth0's log has.
func (l *Linter) entryTypes(c *check, t detect.Test) {
	if t.Path != "data.type" {
		return
	}
	for _, v := range t.Values {
		if v.Text != "" && !slices.ContainsFunc(auth0.Types(), func(e auth0.Type) bool { return matches(t.Op, e.ID, strings.ToLower(v.Text)) }) {
			c.warn(v.Text, "detection", "Auth0's log has no type %s", v.Text)
		}
	}
}

func matches(op detect.Op, event, text string) bool {
	switch op { //nolint:exhaustive // others are not compared with names
	case detect.Equal:
		return event == text
	case detect.Contains:
		return strings.Contains(event, text)
	case detect.StartsWith:
		return strings.HasPrefix(event, text)
	case detect.EndsWith:
		return strings.HasSuffix(event, text)
	}
	return true
}

// each calls for every test of a condition.
func each(e detect.Expr, f func(detect.Test)) {
	switch e := e.(type) {
	case detect.And:
		for _, p := range e {
			each(p, f)
		}
	case detect.Or:
		for _, p := range e {
			each(p, f)
		}
	case detect.Not:
		each(e.Expr, f)
	case detect.Test:
		f(e)
	}
}

// check gathers what may be wrong with one rule.
type check struct {
	rule     *Rule
	problems []Problem
}

// warn notes a problem on the line of the rule's file where a text stands.
func (c *check) warn(text, at, format string, args ...any) {
	p := Problem{Pack: c.rule.Pack, File: c.rule.File, Line: lineOf(c.rule, text), Path: at, Message: fmt.Sprintf(format, args...), Warning: true}
	if !slices.Contains(c.problems, p) {
		c.problems = append(c.problems, p)
	}
}

func lineOf(r *Rule, text string) int {
	if text == "" {
		return r.Line
	}
	for i, line := range strings.Split(r.Text, "\n") {
		if i+1 >= r.Line && strings.Contains(strings.ToLower(line), strings.ToLower(text)) {
			return i + 1
		}
	}
	return r.Line
}

func perhaps(suggestion string) string {
	if suggestion == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", suggestion)
}

// nearest returns the name that takes the fewest edits to make of a text, or ""
// if that is no typing error.
func nearest(text string, names []string) string {
	best, least := "", 1+max(2, len(text)/5)
	for _, name := range names {
		if d := edits(strings.ToLower(text), strings.ToLower(name), least); d < least {
			best, least = name, d
		}
	}
	return best
}

// edits is the Levenshtein distance of two texts, or most if it is not less.
func edits(a, b string, most int) int {
	if d := len(a) - len(b); d >= most || -d >= most {
		return most
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0]++
		for j := range len(b) {
			cost := before
			if a[i] != b[j] {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return min(row[len(b)], most)
}
