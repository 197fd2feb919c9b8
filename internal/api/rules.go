package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/errs"
	"sallyport/internal/live"
	"sallyport/internal/portal"
	"sallyport/internal/rule"
)

var (
	_ = add("GET /api/v1/rules", portal.RulesRead, doc{Summary: "Rules, those of the packs and the organization's own, by pack and name"}, listRules)
	_ = add("GET /api/v1/rules/{rule}", portal.RulesRead, doc{Summary: "A rule with its text"}, getRule)
	_ = add("PATCH /api/v1/rules/{rule}", portal.RulesWrite, doc{Summary: "Switch a rule on or off, or say how severe its alerts are", Help: "What is not named stays."}, patchRule)
)

// RuleBrief is the little of a rule that others say.
type RuleBrief struct {
	ID             string   `json:"id"`
	Slug           string   `json:"slug"`
	Pack           string   `json:"pack"`
	Title          string   `json:"title"`
	Description    string   `json:"description" doc:"what it finds"`
	Why            string   `json:"why,omitempty" doc:"why that matters"`
	Author         string   `json:"author,omitempty"`
	License        string   `json:"license,omitempty"`
	Response       []string `json:"response" doc:"what to do, in order"`
	FalsePositives []string `json:"falsePositives"`
	References     []string `json:"references"`
}

// Rule is a rule in a list.
type Rule struct {
	RuleBrief

	Category        string        `json:"category,omitempty"`
	Type            string        `json:"type" doc:"id of the alert type"`
	Language        rule.Language `json:"language"`
	Tags            []string      `json:"tags"`
	Status          string        `json:"status,omitempty" doc:"stable, test, experimental, deprecated or unsupported"`
	Entity          string        `json:"entity" doc:"whom its alerts are about"`
	Window          int           `json:"window" doc:"seconds within which hits of one entity are one alert"`
	Enabled         bool          `json:"enabled"`
	Severity        Severity      `json:"severity"`
	DefaultEnabled  bool          `json:"defaultEnabled" doc:"what the rule itself says"`
	DefaultSeverity Severity      `json:"defaultSeverity" doc:"what the rule itself says"`
	Changed         bool          `json:"changed" doc:"the organization has decided otherwise than the rule says"`
	Own             bool          `json:"own" doc:"the organization has written it"`
	File            string        `json:"file,omitempty" doc:"id of the organization's own file that it is in"`
	Week            RuleHits      `json:"week" doc:"of the last 7 days"`
	Month           RuleHits      `json:"month" doc:"of the last 30 days"`
}

// RuleHits say how often a rule fired.
type RuleHits struct {
	Alerts int `json:"alerts"`
	Hits   int `json:"hits"`
}

type listRulesIn struct {
	Q        string     `query:"q" max:"200" doc:"a text in the name, title or tags, in any case"`
	Pack     []string   `query:"pack" doc:"one of these"`
	Type     []string   `query:"type" doc:"one of these alert types"`
	Severity []Severity `query:"severity" doc:"one of these"`
	Tag      []string   `query:"tag" doc:"all of these"`
	Enabled  string     `query:"enabled" enum:"true,false"`
}

func (in listRulesIn) wants(r *rule.Rule) bool {
	text := strings.ToLower(r.Slug + " " + r.Title + " " + strings.Join(r.Tags, " "))
	return strings.Contains(text, strings.ToLower(in.Q)) && among(in.Pack, r.Pack) && among(in.Type, r.Type) && among(in.Severity, severityOf(r.Severity)) &&
		(in.Enabled == "" || (in.Enabled == "true") == r.Enabled) &&
		!slices.ContainsFunc(in.Tag, func(t string) bool { return !slices.Contains(r.Tags, t) })
}

func among[T comparable](words []T, word T) bool {
	return len(words) == 0 || slices.Contains(words, word)
}

func listRules(ctx context.Context, d Deps, c portal.Caller, in listRulesIn) ([]Rule, error) {
	s, err := newRuleShower(ctx, d, c)
	if err != nil {
		return nil, err
	}
	out := []Rule{}
	for _, r := range s.book.Rules {
		if in.wants(r) {
			out = append(out, s.rule(r))
		}
	}
	return out, nil
}

// ruleShower shows rules with how often they fired.
type ruleShower struct {
	book                *alert.Book
	settings            map[string]alert.RuleSetting
	files               map[string]string // ids of own files by slug
	weekAlerts, week    map[string]int
	monthAlerts, months map[string]int
}

func newRuleShower(ctx context.Context, d Deps, c portal.Caller) (s ruleShower, err error) {
	if s.book, err = d.Rules.Book(ctx, c.Org.ID); err != nil {
		return s, err
	}
	if s.settings, err = d.DB.Rules.Settings(ctx, c.Org.ID); err != nil {
		return s, err
	}
	files, err := d.DB.Rules.Files(ctx, c.Org.ID)
	if err != nil {
		return s, err
	}
	s.files = map[string]string{}
	for _, f := range files {
		s.files[f.Slug+".yaml"] = f.ID
	}
	const day = 24 * time.Hour
	if s.weekAlerts, s.week, err = d.DB.Alerts.HitsOf(ctx, c.Org.ID, d.Now().Add(-7*day)); err != nil {
		return s, err
	}
	s.monthAlerts, s.months, err = d.DB.Alerts.HitsOf(ctx, c.Org.ID, d.Now().Add(-30*day))
	return s, err
}

func showRuleBrief(r *rule.Rule) RuleBrief {
	return RuleBrief{r.ID, r.Slug, r.Pack, r.Title, r.Description, r.Why, r.Author, r.License, orNone(r.Response), orNone(r.FalsePositives), orNone(r.References)}
}

func (s ruleShower) rule(r *rule.Rule) Rule {
	out := Rule{
		RuleBrief: showRuleBrief(r), Category: r.Category, Type: r.Type, Language: r.Language, Tags: orNone(r.Tags), Status: r.Status, Entity: string(r.Entity),
		Window: int(r.Window.Seconds()), Enabled: r.Enabled, Severity: severityOf(r.Severity), DefaultEnabled: r.Enabled, DefaultSeverity: severityOf(r.Severity), Own: r.Pack == alert.OwnPack,
		Week: RuleHits{s.weekAlerts[r.ID], s.week[r.ID]}, Month: RuleHits{s.monthAlerts[r.ID], s.months[r.ID]},
	}
	if out.Own {
		out.File = s.files[r.File]
	}
	if plain, ok := s.book.Plain.Get(r.ID); ok {
		out.DefaultEnabled, out.DefaultSeverity = plain.Enabled, severityOf(plain.Severity)
		out.Changed = out.Enabled != out.DefaultEnabled || out.Severity != out.DefaultSeverity
	}
	return out
}

// ruleTitles returns the titles of the organization's rules, by id.
func ruleTitles(ctx context.Context, d Deps, c portal.Caller) (map[string]string, error) {
	b, err := d.Rules.Book(ctx, c.Org.ID)
	if err != nil {
		return nil, err
	}
	out := make(map[string]string, len(b.Rules))
	for _, r := range b.Rules {
		out[r.ID] = r.Title
	}
	return out, nil
}

// ruleBriefOf returns a rule as alerts show it, nil where there is none any more.
func ruleBriefOf(ctx context.Context, d Deps, c portal.Caller, id string) (*RuleBrief, error) {
	b, err := d.Rules.Book(ctx, c.Org.ID)
	if err != nil {
		return nil, err
	}
	r := b.Rule(id)
	if r == nil {
		return nil, nil //nolint:nilnil // the rule is gone, the alert is not
	}
	return new(showRuleBrief(r)), nil
}

// RuleDetail is a rule with its text.
type RuleDetail struct {
	Rule

	Text       string     `json:"text" doc:"the file as it is"`
	Cases      []RuleCase `json:"cases" doc:"its test cases, as they go now"`
	CasesError string     `json:"casesError,omitempty" doc:"why they cannot be run"`
	ChangedBy  *Ref       `json:"changedBy,omitempty" doc:"who decided otherwise than the rule says"`
	ChangedAt  time.Time  `json:"changedAt,omitzero"`
	Recent     []Alert    `json:"recent" doc:"its newest alerts"`
}

type ruleIn struct {
	Rule string `path:"rule" doc:"its id, or its name, such as push_bombing"`
}

// ruleOf finds a rule by its id, or by its name.
func (s ruleShower) ruleOf(name string) (*rule.Rule, error) {
	if r := s.book.Rule(name); r != nil {
		return r, nil
	}
	for _, r := range s.book.Rules {
		if r.Slug == name {
			return r, nil
		}
	}
	return nil, errs.New(errs.NotFound, "there is no such rule")
}

func getRule(ctx context.Context, d Deps, c portal.Caller, in ruleIn) (RuleDetail, error) {
	s, err := newRuleShower(ctx, d, c)
	if err != nil {
		return RuleDetail{}, err
	}
	r, err := s.ruleOf(in.Rule)
	if err != nil {
		return RuleDetail{}, err
	}
	setting := s.settings[r.ID]
	people, err := namesOf(ctx, d, c, []string{setting.By})
	if err != nil {
		return RuleDetail{}, err
	}
	out := RuleDetail{Rule: s.rule(r), Text: r.Text, ChangedBy: refIf(people, setting.By), ChangedAt: setting.UpdatedAt, Recent: []Alert{}}
	if out.Cases, err = s.cases(ctx, d, c, r); err != nil {
		out.Cases, out.CasesError = []RuleCase{}, err.Error()
	}
	if err = nil; c.Can(portal.AlertsRead) {
		out.Recent, err = recentOf(ctx, d, c, r.ID)
	}
	return out, err
}

// cases runs the test cases of a rule: those beside it in its pack, or those of
// the version of its own file that holds.
func (s ruleShower) cases(ctx context.Context, d Deps, c portal.Caller, r *rule.Rule) ([]RuleCase, error) {
	var cases []rule.Case
	var err error
	if r.Pack == alert.OwnPack {
		cases, err = ownCases(ctx, d, c, s.files[r.File], r)
	} else {
		cases, err = d.Rules.Cases(r)
	}
	if err != nil {
		return nil, err
	}
	if plain, ok := s.book.Plain.Get(r.ID); ok {
		r = plain
	}
	return tryCases(ctx, r, cases)
}

func ownCases(ctx context.Context, d Deps, c portal.Caller, file string, r *rule.Rule) ([]rule.Case, error) {
	versions, err := d.DB.Rules.Versions(ctx, c.Org.ID, file)
	if err != nil || len(versions) == 0 || versions[0].Cases == "" {
		return nil, err
	}
	return rule.ReadCases(r.Base()+rule.CasesSuffix, []byte(versions[0].Cases))
}

type patchRuleIn struct {
	Rule     string    `path:"rule"`
	Enabled  *bool     `json:"enabled,omitempty"`
	Severity *Severity `json:"severity,omitempty"`
	Reset    bool      `json:"reset,omitempty" doc:"as the rule itself says again, before the rest is done"`
}

func patchRule(ctx context.Context, d Deps, c portal.Caller, in patchRuleIn) (Rule, error) {
	s, err := newRuleShower(ctx, d, c)
	if err != nil {
		return Rule{}, err
	}
	r, err := s.ruleOf(in.Rule)
	if err != nil {
		return Rule{}, err
	}
	setting := s.settings[r.ID]
	if in.Reset {
		setting = alert.RuleSetting{}
	}
	setting.By = c.Account.ID
	if in.Enabled != nil {
		setting.Enabled = in.Enabled
	}
	if in.Severity != nil {
		setting.Severity = new(in.Severity.rule())
	}
	if err := d.DB.Rules.Set(ctx, c.Org.ID, r.ID, setting); err != nil {
		return Rule{}, err
	}
	d.Live.Publish(c.Org.ID, live.Message{Topic: live.Rule, ID: r.ID})
	if s, err = newRuleShower(ctx, d, c); err != nil {
		return Rule{}, err
	}
	r, err = s.ruleOf(r.ID)
	if err != nil {
		return Rule{}, err
	}
	return s.rule(r), nil
}
