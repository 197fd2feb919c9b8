package api

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/live"
	"sallyport/internal/portal"
	"sallyport/internal/rule"
	"sallyport/internal/store"
)

var (
	_ = add("GET /api/v1/rulefiles", portal.RulesRead, doc{Summary: "The organization's own files of rules, by name"}, listRuleFiles)
	_ = add("POST /api/v1/rulefiles", portal.RulesWrite, doc{Summary: "Begin a file of rules", Help: "It is a draft until it is published.", Status: http.StatusCreated}, createRuleFile)
	_ = add("GET /api/v1/rulefiles/{file}", portal.RulesRead, doc{Summary: "A file of rules with its draft, and what is wrong with it"}, getRuleFile)
	_ = add("PUT /api/v1/rulefiles/{file}/draft", portal.RulesWrite, doc{Summary: "Keep a draft of a file of rules", Help: "It may be wrong; what is wrong is answered."}, putRuleDraft)
	_ = add("POST /api/v1/rulefiles/{file}/publish", portal.RulesWrite, doc{Summary: "Publish the draft", Help: "Its rules hold from the next event on. It has to be free of errors, and its cases have to pass."}, publishRuleFile)
	_ = add("DELETE /api/v1/rulefiles/{file}", portal.RulesWrite, doc{Summary: "Delete a file of rules", Help: "The alerts of its rules stay."}, deleteRuleFile)
	_ = add("POST /api/v1/rulefiles/check", portal.RulesRead, doc{Summary: "What is wrong with a text of rules, and how its cases go", Help: "Nothing is saved."}, checkRules)
)

// RuleFile is a file of rules that the organization has written.
type RuleFile struct {
	ID        string    `json:"id"`
	Slug      string    `json:"slug" doc:"its name without the ending"`
	Title     string    `json:"title"`
	Version   int       `json:"version" doc:"that is published; 0 for none"`
	HasDraft  bool      `json:"hasDraft"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

func showRuleFile(f store.RuleFile) RuleFile {
	return RuleFile{f.ID, f.Slug, f.Title, f.Version, f.Draft != "", f.CreatedAt, f.UpdatedAt}
}

// RuleFileDetail is a file of rules with its texts.
type RuleFileDetail struct {
	RuleFile

	Text     string          `json:"text" doc:"the draft, or what is published where there is none"`
	Cases    string          `json:"cases" doc:"its test cases"`
	Check    RuleCheck       `json:"check" doc:"of that text"`
	Versions []RuleVersionOf `json:"versions" doc:"the newest first"`
}

// RuleVersionOf is a published version of a file of rules.
type RuleVersionOf struct {
	Number    int       `json:"number"`
	Author    Ref       `json:"author"`
	Note      string    `json:"note,omitempty"`
	Text      string    `json:"text"`
	CreatedAt time.Time `json:"createdAt"`
}

// RuleCheck says what is wrong with a text of rules.
type RuleCheck struct {
	OK       bool          `json:"ok" doc:"it can be published: no errors, and every case as it says"`
	Rules    []RuleBrief   `json:"rules" doc:"that were read"`
	Problems []RuleProblem `json:"problems"`
	Cases    []RuleCase    `json:"cases"`
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
	Rule string   `json:"rule" doc:"id"`
	Name string   `json:"name"`
	OK   bool     `json:"ok"`
	Hits int      `json:"hits"`
	Why  []string `json:"why" doc:"it is not as the case says"`
}

func listRuleFiles(ctx context.Context, d Deps, c portal.Caller, _ none) ([]RuleFile, error) {
	fs, err := d.DB.Rules.Files(ctx, c.Org.ID)
	return each(fs, showRuleFile), err
}

// checkText reads a text of rules with its cases. Its correlations may refer to
// the rules of packs.
func checkText(ctx context.Context, d Deps, slug, text, cases string) (RuleCheck, []*rule.Rule, error) {
	out := RuleCheck{Rules: []RuleBrief{}, Problems: []RuleProblem{}, Cases: []RuleCase{}}
	file := rule.Parse(alert.OwnPack, slug+".yaml", []byte(text))
	shelf, report := rule.NewShelf(append(append([]rule.File{}, d.Rules.Packs...), file)...)
	linter, err := rule.NewLinter()
	if err != nil {
		return out, nil, err
	}
	read, err := rule.ReadCases(slug+rule.CasesSuffix, []byte(cases))
	if err != nil && cases != "" {
		out.Problems = append(out.Problems, RuleProblem{In: "cases", Message: err.Error()})
	}
	own := []*rule.Rule{}
	problems := report.Problems
	for _, r := range shelf.All() {
		if r.Pack != alert.OwnPack {
			continue
		}
		own = append(own, r)
		problems = append(problems, linter.Lint(r, len(read) > 0)...)
		out.Rules = append(out.Rules, showRuleBrief(r))
		for _, k := range read {
			res, err := r.Try(ctx, k)
			if err != nil {
				return out, nil, err
			}
			out.Cases = append(out.Cases, RuleCase{r.ID, k.Name, res.OK(), res.Hits, orNone(res.Why)})
		}
	}
	for _, p := range problems {
		if p.Pack == alert.OwnPack || p.File == file.Name {
			out.Problems = append(out.Problems, RuleProblem{"rules", p.Line, p.Path, p.Message, p.Warning})
		}
	}
	if file.Foreign || len(own) == 0 && len(out.Problems) == 0 {
		out.Problems = append(out.Problems, RuleProblem{In: "rules", Message: "there is no rule about Okta's events in it"})
	}
	out.OK = len(own) > 0 && out.sound()
	return out, own, nil
}

// sound reports whether there are no errors, and every case is as it says.
func (c RuleCheck) sound() bool {
	return !slices.ContainsFunc(c.Problems, func(p RuleProblem) bool { return !p.Warning }) && !slices.ContainsFunc(c.Cases, func(k RuleCase) bool { return !k.OK })
}

// ruleText is a text of rules with its cases.
type ruleText struct {
	Text  string `json:"text" max:"200000" doc:"YAML: Sigma documents, with a block sallyport"`
	Cases string `json:"cases,omitempty" max:"1000000" doc:"YAML: test cases of its rules"`
}

type checkRulesIn struct{ ruleText }

func checkRules(ctx context.Context, d Deps, _ portal.Caller, in checkRulesIn) (RuleCheck, error) {
	out, _, err := checkText(ctx, d, "draft", in.Text, in.Cases)
	return out, err
}

// slugForm is what a file of rules may be called.
var slugForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_]{0,63}$`)

type createRuleFileIn struct {
	Slug string `json:"slug" max:"64" doc:"its name: lower case letters, digits, _"`
	ruleText
}

func createRuleFile(ctx context.Context, d Deps, c portal.Caller, in createRuleFileIn) (RuleFileDetail, error) {
	if !slugForm.MatchString(in.Slug) {
		return RuleFileDetail{}, badField("slug", "%q is no name such as odd_sign_ins", in.Slug)
	}
	now := d.Now()
	f := store.RuleFile{ID: id.At(now), Org: c.Org.ID, Slug: in.Slug, Title: in.Slug, Draft: in.Text, Cases: in.Cases, CreatedAt: now, UpdatedAt: now}
	if err := d.DB.Rules.AddFile(ctx, f); err != nil {
		return RuleFileDetail{}, err
	}
	return getRuleFile(ctx, d, c, ruleFileIn{File: f.ID})
}

type ruleFileIn struct {
	File string `path:"file"`
}

func getRuleFile(ctx context.Context, d Deps, c portal.Caller, in ruleFileIn) (RuleFileDetail, error) {
	f, err := d.DB.Rules.File(ctx, c.Org.ID, in.File)
	if err != nil {
		return RuleFileDetail{}, err
	}
	versions, err := d.DB.Rules.Versions(ctx, c.Org.ID, f.ID)
	if err != nil {
		return RuleFileDetail{}, err
	}
	people, err := namesOf(ctx, d, c, each(versions, func(v store.RuleVersion) string { return v.Author }))
	if err != nil {
		return RuleFileDetail{}, err
	}
	out := RuleFileDetail{RuleFile: showRuleFile(f), Text: f.Draft, Cases: f.Cases, Versions: each(versions, func(v store.RuleVersion) RuleVersionOf {
		return RuleVersionOf{v.Number, refTo(people, v.Author), v.Note, v.Text, v.CreatedAt}
	})}
	if f.Draft == "" && len(versions) > 0 {
		out.Text, out.Cases = versions[0].Text, versions[0].Cases
	}
	out.Check, _, err = checkText(ctx, d, f.Slug, out.Text, out.Cases)
	return out, err
}

type putRuleDraftIn struct {
	File string `path:"file"`
	ruleText
}

func putRuleDraft(ctx context.Context, d Deps, c portal.Caller, in putRuleDraftIn) (RuleFileDetail, error) {
	if err := d.DB.Rules.SetDraft(ctx, c.Org.ID, in.File, in.Text, in.Cases); err != nil {
		return RuleFileDetail{}, err
	}
	return getRuleFile(ctx, d, c, ruleFileIn{File: in.File})
}

type publishRuleFileIn struct {
	File string `path:"file"`
	Note string `json:"note,omitempty" max:"1000" doc:"what has changed"`
}

func publishRuleFile(ctx context.Context, d Deps, c portal.Caller, in publishRuleFileIn) (RuleFileDetail, error) {
	f, err := d.DB.Rules.File(ctx, c.Org.ID, in.File)
	if err != nil {
		return RuleFileDetail{}, err
	}
	if f.Draft == "" {
		return RuleFileDetail{}, errs.New(errs.Conflict, "there is no draft to publish")
	}
	check, rules, err := checkText(ctx, d, f.Slug, f.Draft, f.Cases)
	if err != nil {
		return RuleFileDetail{}, err
	}
	if !check.OK {
		return RuleFileDetail{}, errs.New(errs.Conflict, "the draft has errors, or cases that do not pass; GET the file to see them")
	}
	v := store.RuleVersion{File: f.ID, Text: f.Draft, Cases: f.Cases, Author: c.Account.ID, Note: in.Note}
	if _, err := d.DB.Rules.Publish(ctx, c.Org.ID, rules[0].Title, v); err != nil {
		return RuleFileDetail{}, err
	}
	d.Live.Publish(c.Org.ID, live.Message{Topic: live.Rule})
	return getRuleFile(ctx, d, c, ruleFileIn{File: f.ID})
}

func deleteRuleFile(ctx context.Context, d Deps, c portal.Caller, in ruleFileIn) (none, error) {
	err := d.DB.Rules.RemoveFile(ctx, c.Org.ID, in.File)
	if err == nil {
		d.Live.Publish(c.Org.ID, live.Message{Topic: live.Rule})
	}
	return none{}, err
}
