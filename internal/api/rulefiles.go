package api

import (
	"context"
	"net/http"
	"regexp"
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
	_ = add("PUT /api/v1/rulefiles/{file}/draft", portal.RulesWrite, doc{Summary: "Keep a draft of a file of rules", Help: "It may be wrong; what is wrong is answered. An empty text takes back what is not published."}, putRuleDraft)
	_ = add("POST /api/v1/rulefiles/{file}/publish", portal.RulesWrite, doc{Summary: "Publish the draft", Help: "Its rules hold from the next event on. It has to be free of errors, and its cases have to pass."}, publishRuleFile)
	_ = add("DELETE /api/v1/rulefiles/{file}", portal.RulesWrite, doc{Summary: "Delete a file of rules", Help: "The alerts of its rules stay."}, deleteRuleFile)
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

	Edition  string          `json:"edition" doc:"names what the draft and the published version are now; a draft that is kept with it is refused once somebody else has changed them"`
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
	Cases     string    `json:"cases" doc:"its test cases"`
	CreatedAt time.Time `json:"createdAt"`
}

func listRuleFiles(ctx context.Context, d Deps, c portal.Caller, _ none) ([]RuleFile, error) {
	fs, err := d.DB.Rules.Files(ctx, c.Org.ID)
	return each(fs, showRuleFile), err
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
	f := store.RuleFile{ID: id.At(now), Org: c.Org.ID, Slug: in.Slug, Title: titleOf(in.Slug, in.Text), Draft: in.Text, Cases: in.Cases, CreatedAt: now, UpdatedAt: now}
	if err := d.DB.Rules.AddFile(ctx, f); err != nil {
		return RuleFileDetail{}, err
	}
	return getRuleFile(ctx, d, c, ruleFileIn{File: f.ID})
}

// titleOf is what a file is called before it is published: as its first rule,
// or by its name.
func titleOf(slug, text string) string {
	for _, r := range rule.Parse(alert.OwnPack, slug+".yaml", []byte(text)).Rules {
		if !r.Part && r.Title != "" {
			return r.Title
		}
	}
	return slug
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
	out := RuleFileDetail{RuleFile: showRuleFile(f), Edition: f.Edition(), Text: f.Draft, Cases: f.Cases, Versions: each(versions, func(v store.RuleVersion) RuleVersionOf {
		return RuleVersionOf{v.Number, refTo(people, v.Author), v.Note, v.Text, v.Cases, v.CreatedAt}
	})}
	if f.Draft == "" && len(versions) > 0 {
		out.Text, out.Cases = versions[0].Text, versions[0].Cases
	}
	out.Check, _, err = checkText(ctx, d, c, f.Slug, ruleText{out.Text, out.Cases})
	return out, err
}

type putRuleDraftIn struct {
	File    string `path:"file"`
	Edition string `json:"edition,omitempty" doc:"of the file that the draft was made of; with it a draft is refused where somebody else has changed the file since"`
	ruleText
}

func putRuleDraft(ctx context.Context, d Deps, c portal.Caller, in putRuleDraftIn) (RuleFileDetail, error) {
	if err := d.DB.Rules.SetDraft(ctx, c.Org.ID, in.File, store.RuleDraft{Text: in.Text, Cases: in.Cases, Edition: in.Edition}); err != nil {
		return RuleFileDetail{}, err
	}
	return getRuleFile(ctx, d, c, ruleFileIn{File: in.File})
}

type publishRuleFileIn struct {
	File    string `path:"file"`
	Note    string `json:"note,omitempty" max:"1000" doc:"what has changed"`
	Edition string `json:"edition,omitempty" doc:"of the file whose draft is meant; with it nothing is published where somebody else has changed the file since"`
}

func publishRuleFile(ctx context.Context, d Deps, c portal.Caller, in publishRuleFileIn) (RuleFileDetail, error) {
	f, err := d.DB.Rules.File(ctx, c.Org.ID, in.File)
	if err != nil {
		return RuleFileDetail{}, err
	}
	if in.Edition != "" && in.Edition != f.Edition() {
		return RuleFileDetail{}, errs.New(errs.Conflict, "somebody else has changed the rule meanwhile")
	}
	if f.Draft == "" {
		return RuleFileDetail{}, errs.New(errs.Conflict, "there is no draft to publish")
	}
	check, rules, err := checkText(ctx, d, c, f.Slug, ruleText{f.Draft, f.Cases})
	if err != nil {
		return RuleFileDetail{}, err
	}
	if !check.OK {
		return RuleFileDetail{}, errs.New(errs.Conflict, "the draft has errors, or cases that do not pass; GET the file to see them")
	}
	v := store.RuleVersion{File: f.ID, Text: f.Draft, Cases: f.Cases, Author: c.Account.ID, Note: in.Note}
	if _, err := d.DB.Rules.Publish(ctx, c.Org.ID, rules[0].Title, f.Edition(), v); err != nil {
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
