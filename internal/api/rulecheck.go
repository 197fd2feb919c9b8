package api

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sallyport/internal/alert"
	"sallyport/internal/portal"
	"sallyport/internal/rule"
)

var _ = add("POST /api/v1/rulefiles/check", portal.RulesRead, doc{Summary: "What is wrong with a text of rules, and how its cases go", Help: "Nothing is saved."}, checkRules)

// RuleCheck says what is wrong with a text of rules.
type RuleCheck struct {
	OK       bool          `json:"ok" doc:"it can be published: no errors, and every case as it says"`
	Rules    []CheckedRule `json:"rules" doc:"that were read"`
	Problems []RuleProblem `json:"problems"`
	Cases    []RuleCase    `json:"cases"`
}

// CheckedRule is a rule that was read, with what its alerts would be.
type CheckedRule struct {
	RuleBrief

	Language rule.Language `json:"language"`
	Severity Severity      `json:"severity"`
	Enabled  bool          `json:"enabled" doc:"it is on unless somebody turns it off"`
	Entity   string        `json:"entity" doc:"whom its alerts are about"`
	Window   int           `json:"window" doc:"seconds within which hits of one entity are one alert"`
}

// RuleProblem is something that is wrong with a text of rules, or may be.
type RuleProblem struct {
	In      string `json:"in" enum:"rules,cases"`
	Line    int    `json:"line" doc:"from 1; 0 for the whole"`
	Path    string `json:"path,omitempty"`
	Message string `json:"message"`
	Warning bool   `json:"warning" doc:"the rule does something all the same"`
}

// RuleCase is how a case went.
type RuleCase struct {
	Rule  string   `json:"rule" doc:"id"`
	Name  string   `json:"name"`
	Line  int      `json:"line" doc:"of the cases, from 1"`
	Fires bool     `json:"fires" doc:"the case says that the rule does"`
	OK    bool     `json:"ok"`
	Hits  int      `json:"hits"`
	Why   []string `json:"why" doc:"it is not as the case says"`
}

// tryCases runs cases of a rule.
func tryCases(ctx context.Context, r *rule.Rule, cases []rule.Case) ([]RuleCase, error) {
	out := []RuleCase{}
	for _, k := range cases {
		res, err := r.Try(ctx, k)
		if err != nil {
			return nil, err
		}
		out = append(out, RuleCase{r.ID, k.Name, k.Line, k.Fires, res.OK(), res.Hits, orNone(res.Why)})
	}
	return out, nil
}

// written is a text of rules on a shelf with the rules of the packs and of the
// organization's other files, in the place of its own file of that name. Its
// correlations may refer to them; their ids are not its own.
type written struct {
	file   rule.File
	shelf  *rule.Shelf
	report rule.Report
}

func readWritten(ctx context.Context, d Deps, c portal.Caller, slug, text string) (written, error) {
	w := written{file: rule.Parse(alert.OwnPack, slug+".yaml", []byte(text))}
	book, err := d.Rules.Book(ctx, c.Org.ID)
	if err != nil {
		return w, err
	}
	others := slices.DeleteFunc(slices.Clone(book.Files), func(f rule.File) bool { return w.has(f.Pack, f.Name) })
	w.shelf, w.report = rule.NewShelf(append(others, w.file)...)
	return w, nil
}

// has reports whether something of a file is of this text.
func (w written) has(pack, file string) bool { return pack == w.file.Pack && file == w.file.Name }

// rules returns the text's rules, those too that only feed correlations.
func (w written) rules() []*rule.Rule {
	return slices.DeleteFunc(w.shelf.With(w.file.Pack), func(r *rule.Rule) bool { return !w.has(r.Pack, r.File) })
}

// checkText reads a text of rules with its cases.
func checkText(ctx context.Context, d Deps, c portal.Caller, slug string, in ruleText) (RuleCheck, []*rule.Rule, error) {
	out := RuleCheck{Rules: []CheckedRule{}, Problems: []RuleProblem{}, Cases: []RuleCase{}}
	w, err := readWritten(ctx, d, c, slug, in.Text)
	if err != nil {
		return out, nil, err
	}
	linter, err := rule.NewLinter()
	if err != nil {
		return out, nil, err
	}
	var read []rule.Case
	if strings.TrimSpace(in.Cases) != "" {
		if read, err = rule.ReadCases(casesName, []byte(in.Cases)); err != nil {
			out.Problems = append(out.Problems, casesProblems(err)...)
		}
	}
	problems := w.report.Problems
	own := []*rule.Rule{}
	for _, r := range w.rules() {
		problems = append(problems, linter.Lint(r, len(read) > 0)...)
		if r.Part {
			continue
		}
		own = append(own, r)
		out.Rules = append(out.Rules, CheckedRule{showRuleBrief(r), r.Language, severityOf(r.Severity), r.Enabled, string(r.Entity), int(r.Window.Seconds())})
		tried, err := tryCases(ctx, r, read)
		if err != nil {
			return out, nil, err
		}
		out.Cases = append(out.Cases, tried...)
	}
	for _, p := range problems {
		if w.has(p.Pack, p.File) {
			out.Problems = append(out.Problems, RuleProblem{"rules", p.Line, p.Path, p.Message, p.Warning})
		}
	}
	if w.file.Foreign || len(own) == 0 && len(out.Problems) == 0 {
		out.Problems = append(out.Problems, RuleProblem{In: "rules", Message: "there is no rule about events of Okta or Auth0 in it"})
	}
	slices.SortStableFunc(out.Problems, func(a, b RuleProblem) int { return cmp.Or(-cmp.Compare(a.In, b.In), cmp.Compare(a.Line, b.Line)) })
	out.OK = len(own) > 0 && out.sound()
	return out, own, nil
}

// sound reports whether there are no errors, and every case is as it says.
func (c RuleCheck) sound() bool {
	return !slices.ContainsFunc(c.Problems, func(p RuleProblem) bool { return !p.Warning }) && !slices.ContainsFunc(c.Cases, func(k RuleCase) bool { return !k.OK })
}

// casesName is what the cases of a text are called while they are read.
const casesName = "cases"

var casesFault = regexp.MustCompile(`^` + casesName + `:(\d+): (.*)$`)

// casesProblems tells what is wrong with cases, each with its line.
func casesProblems(err error) []RuleProblem {
	var out []RuleProblem
	for line := range strings.SplitSeq(err.Error(), "\n") {
		p := RuleProblem{In: "cases", Message: line}
		if m := casesFault.FindStringSubmatch(line); m != nil {
			p.Line, _ = strconv.Atoi(m[1])
			p.Message = m[2]
		}
		out = append(out, p)
	}
	return out
}

// ruleText is a text of rules with its cases.
type ruleText struct {
	Text  string `json:"text" max:"200000" doc:"YAML: Sigma documents, with a block sallyport"`
	Cases string `json:"cases,omitempty" max:"1000000" doc:"YAML: test cases of its rules"`
}

type checkRulesIn struct {
	File string `json:"file,omitempty" max:"64" doc:"name of the organization's file that the text is a draft of"`
	ruleText
}

func checkRules(ctx context.Context, d Deps, c portal.Caller, in checkRulesIn) (RuleCheck, error) {
	out, _, err := checkText(ctx, d, c, cmp.Or(in.File, "draft"), in.ruleText)
	return out, err
}
