package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/inventory"
	"sallyport/internal/portal"
	"sallyport/internal/posture"
	"sallyport/internal/store"
)

var (
	_ = add("GET /api/v1/checks", portal.InventoryRead, doc{Summary: "The checks of posture, with why and how to put right what they find"}, listChecks)
	_ = add("GET /api/v1/tenants/{id}/posture", portal.InventoryRead, doc{
		Summary: "How an Okta org stands: its score over time, and what each check came to", Help: "What could not be seen is never a pass. Without a judgement yet there are no checks in it.",
	}, getPosture)
	_ = add("POST /api/v1/tenants/{id}/posture", portal.InventoryWrite, doc{
		Summary: "Judge an Okta org now", Help: "It is judged by what was last read of it. By another profile than the one that is set, no finding is changed.",
	}, judgeTenant)
	_ = add("GET /api/v1/tenants/{id}/posture/checks/{check}", portal.InventoryRead, doc{Summary: "What a check came to, with what it looked at"}, getCheckResult)
	_ = add("GET /api/v1/tenants/{id}/posture/settings", portal.InventoryRead, doc{Summary: "What an Okta org is judged by"}, getPostureSettings)
	_ = add("PUT /api/v1/tenants/{id}/posture/settings", portal.PostureWrite, doc{Summary: "Change what an Okta org is judged by", Help: "It is judged anew at once."}, putPostureSettings)
	_ = add("GET /api/v1/tenants/{id}/findings", portal.InventoryRead, doc{Summary: "What checks found in an Okta org, the gravest first"}, listFindings)
	_ = add("GET /api/v1/tenants/{id}/findings/{finding}", portal.InventoryRead, doc{Summary: "A finding, with what became of it when"}, getFinding)
	_ = add("GET /api/v1/tenants/{id}/exceptions", portal.InventoryRead, doc{Summary: "What is accepted in an Okta org, by whom and until when"}, listExceptions)
	_ = add("POST /api/v1/tenants/{id}/exceptions", portal.PostureWrite, doc{
		Summary: "Accept what a check finds", Status: http.StatusCreated, Help: "For one object, or for all that the check finds. When its time is over, the finding opens again.",
	}, createException)
	_ = add("DELETE /api/v1/tenants/{id}/exceptions/{exception}", portal.PostureWrite, doc{Summary: "Accept it no more"}, deleteException)
)

// Check is a check of posture.
type Check struct {
	ID       string            `json:"id"`
	Title    string            `json:"title"`
	Severity posture.Severity  `json:"severity"`
	Category string            `json:"category"`
	Profiles []posture.Profile `json:"profiles"`
	Why      string            `json:"why"`
	Sources  []string          `json:"sources" doc:"where the demand comes from"`
	Needs    []string          `json:"needs" doc:"the collections of which all has to be seen"`
	Fix      CheckFix          `json:"fix"`
}

// CheckFix says how what a check finds is put right.
type CheckFix struct {
	Mode  string `json:"mode" doc:"api: by one call; mix: by a call after preparation; man: by hand"`
	Call  string `json:"call,omitempty" doc:"of Okta's management API"`
	Scope string `json:"scope,omitempty" doc:"the OAuth scope of the call"`
	Steps string `json:"steps,omitempty"`
	Undo  string `json:"undo,omitempty"`
	Risk  string `json:"risk" doc:"of putting it right: low, medium or high"`
	Role  string `json:"role,omitempty" doc:"the admin role that the call wants"`
}

func showCheck(c *posture.Check) Check {
	return Check{c.ID, c.Title, c.Severity, c.Category, c.Profiles, c.Why, orNone(c.Sources), orNone(c.Needs), CheckFix(c.Fix)}
}

// PostureRun is one judgement.
type PostureRun struct {
	ID      string          `json:"id"`
	Profile posture.Profile `json:"profile"`
	At      time.Time       `json:"at"`
	Cause   string          `json:"cause" doc:"sync, asked or settings"`
	Score   float64         `json:"score" doc:"the weight of what passes within what is visible, from 0 to 1; a WARN counts half"`
	Visible float64         `json:"visible" doc:"the weight of what is visible within what is applicable, from 0 to 1: a score means little where this is small"`
	Counts  []VerdictCount  `json:"counts"`
}

// VerdictCount is how many checks came to a verdict.
type VerdictCount struct {
	Verdict posture.Verdict `json:"verdict"`
	Count   int             `json:"count"`
}

func showPostureRun(r store.PostureRun) PostureRun {
	out := PostureRun{r.ID, r.Profile, r.At, r.Cause, r.Score.Share, r.Score.Visible, []VerdictCount{}}
	for _, v := range posture.Verdicts() {
		out.Counts = append(out.Counts, VerdictCount{v, r.Score.Counts[v]})
	}
	return out
}

// Posture is how an org stands.
type Posture struct {
	Profile  posture.Profile `json:"profile"`
	Run      *PostureRun     `json:"run,omitempty" doc:"the last judgement; none before the first"`
	Trend    []PostureRun    `json:"trend" doc:"judgements of the last 90 days, the newest first"`
	Open     []SeverityCount `json:"open" doc:"findings that are open"`
	Checks   []CheckResult   `json:"checks"`
	Profiles []ProfileCount  `json:"profiles" doc:"all, with how many checks belong to each"`
}

// SeverityCount is how many there are of a severity.
type SeverityCount struct {
	Severity posture.Severity `json:"severity"`
	Count    int              `json:"count"`
}

// ProfileCount is how many checks belong to a profile.
type ProfileCount struct {
	Profile posture.Profile `json:"profile"`
	Count   int             `json:"count"`
}

// CheckResult is what a check came to.
type CheckResult struct {
	ID       string           `json:"id"`
	Title    string           `json:"title"`
	Severity posture.Severity `json:"severity"`
	Category string           `json:"category"`
	Verdict  posture.Verdict  `json:"verdict"`
	Said     string           `json:"said"`
	Looked   int              `json:"looked" doc:"objects that the check is about"`
	Bad      int              `json:"bad" doc:"how many of them fail"`
	Excepted int              `json:"excepted" doc:"how many would but for an exception"`
	Missing  []string         `json:"missing" doc:"what could not be seen"`
	FreshAt  time.Time        `json:"freshAt,omitzero" doc:"when the oldest of what it needs was last read"`
	Fix      string           `json:"fix" doc:"api, mix or man"`
}

func showResult(c *posture.Check, r posture.Result) CheckResult {
	return CheckResult{c.ID, c.Title, c.Severity, c.Category, r.Verdict, r.Said, r.Looked, r.Bad, r.Excepted, orNone(r.Missing), r.Fresh, c.Fix.Mode}
}

func checkOf(d Deps, id string) (*posture.Check, bool) {
	i := slices.IndexFunc(d.Checks, func(c *posture.Check) bool { return strings.EqualFold(c.ID, id) })
	if i < 0 {
		return nil, false
	}
	return d.Checks[i], true
}

func listChecks(_ context.Context, d Deps, _ portal.Caller, _ none) ([]Check, error) {
	return each(d.Checks, showCheck), nil
}

type postureIn struct {
	ID      string          `path:"id"`
	Profile posture.Profile `query:"profile" doc:"the one that is set for the org where nothing is said"`
}

// trendFor is of how long ago judgements are shown, and mostTrend how many.
const (
	trendFor  = 90 * 24 * time.Hour
	mostTrend = 400
)

func getPosture(ctx context.Context, d Deps, c portal.Caller, in postureIn) (Posture, error) {
	t, set, err := judgedTenant(ctx, d, c, in.ID)
	if err != nil {
		return Posture{}, err
	}
	out := Posture{Profile: cmp.Or(in.Profile, set.Profile), Checks: []CheckResult{}, Open: []SeverityCount{}, Profiles: []ProfileCount{}}
	for _, p := range posture.Profiles() {
		n := 0
		for _, c := range d.Checks {
			if c.In(p) {
				n++
			}
		}
		out.Profiles = append(out.Profiles, ProfileCount{p, n})
	}
	trend, err := d.DB.Postures.Runs(ctx, t.Org, t.ID, out.Profile, d.Now().Add(-trendFor), mostTrend)
	if err != nil {
		return out, err
	}
	out.Trend = each(trend, showPostureRun)
	open, err := d.DB.Postures.CountFindings(ctx, t.Org, t.ID)
	if err != nil {
		return out, err
	}
	for _, s := range posture.Severities() {
		out.Open = append(out.Open, SeverityCount{s, open[s]})
	}
	run, results, err := d.DB.Postures.Results(ctx, t.Org, t.ID, out.Profile)
	if errs.KindOf(err) == errs.NotFound {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	shown := showPostureRun(run)
	out.Run = &shown
	for _, r := range results {
		if check, ok := checkOf(d, r.ID); ok {
			out.Checks = append(out.Checks, showResult(check, r))
		}
	}
	return out, nil
}

// judgedTenant returns a tenant and what it is judged by.
func judgedTenant(ctx context.Context, d Deps, c portal.Caller, tenant string) (inventory.Tenant, store.PostureSetting, error) {
	t, err := d.DB.Inventory.Tenant(ctx, c.Org.ID, tenant)
	if err != nil {
		return t, store.PostureSetting{}, err
	}
	set, err := d.DB.Postures.Setting(ctx, t.Org, t.ID)
	return t, set, err
}

type judgeIn struct {
	ID      string          `path:"id"`
	Profile posture.Profile `json:"profile,omitempty" doc:"the one that is set for the org where nothing is said"`
}

func judgeTenant(ctx context.Context, d Deps, c portal.Caller, in judgeIn) (PostureRun, error) {
	t, err := d.DB.Inventory.Tenant(ctx, c.Org.ID, in.ID)
	if err != nil {
		return PostureRun{}, err
	}
	done, err := d.DB.Inventory.Syncs(ctx, t.Org, t.ID, 1)
	if err != nil {
		return PostureRun{}, err
	}
	if len(done) == 0 || d.Judge == nil {
		return PostureRun{}, errs.New(errs.Conflict, "nothing was read of the org yet: have it read first")
	}
	run, err := d.Judge(ctx, t, in.Profile, "asked")
	return showPostureRun(run), err
}

type checkResultIn struct {
	ID      string          `path:"id"`
	Check   string          `path:"check"`
	Profile posture.Profile `query:"profile" doc:"the one that is set for the org where nothing is said"`
}

// CheckDetail is what a check came to, with what it looked at.
type CheckDetail struct {
	CheckResult

	Check      Check             `json:"check"`
	At         time.Time         `json:"at,omitzero" doc:"when it was judged; not there where it never was"`
	Evidence   []CheckEvidence   `json:"evidence"`
	More       int               `json:"more" doc:"rows of evidence that are left out"`
	Exceptions []CheckException  `json:"exceptions"`
	Lapsed     []LapsedException `json:"lapsed" doc:"exceptions that would have held, had their time not been over"`
}

// CheckEvidence is one thing that was looked at.
type CheckEvidence struct {
	Object   PostureObject   `json:"object"`
	Verdict  posture.Verdict `json:"verdict"`
	Field    string          `json:"field,omitempty" doc:"what was read of it"`
	Value    string          `json:"value,omitempty" doc:"what stands there"`
	Said     string          `json:"said"`
	Finding  string          `json:"finding,omitempty" doc:"the finding that it is"`
	Excepted string          `json:"excepted,omitempty" doc:"the reason of the exception that covers it"`
}

// PostureObject is what a finding is about: an entity of the org, a part of one, or
// the org where there is no kind.
type PostureObject struct {
	Kind inventory.Kind `json:"kind,omitempty"`
	ID   string         `json:"id,omitempty"`
	Part string         `json:"part,omitempty" doc:"within the entity: the id of a rule, of a key"`
	Name string         `json:"name,omitempty"`
	Key  string         `json:"key" doc:"as an exception names it"`
}

func showObject(o posture.Object) PostureObject {
	return PostureObject{o.Kind, o.ID, o.Part, o.Name, o.String()}
}

// LapsedException is an exception whose time is over.
type LapsedException struct {
	Object    string    `json:"object"`
	Reason    string    `json:"reason"`
	ExpiredAt time.Time `json:"expiredAt"`
}

func getCheckResult(ctx context.Context, d Deps, c portal.Caller, in checkResultIn) (CheckDetail, error) {
	t, set, err := judgedTenant(ctx, d, c, in.ID)
	if err != nil {
		return CheckDetail{}, err
	}
	check, ok := checkOf(d, in.Check)
	if !ok {
		return CheckDetail{}, errs.New(errs.NotFound, "there is no check %q", in.Check)
	}
	out := CheckDetail{Check: showCheck(check), CheckResult: showResult(check, posture.Result{Verdict: posture.Manual, Said: "It was not judged yet."}), Evidence: []CheckEvidence{}, Lapsed: []LapsedException{}}
	all, err := shownExceptions(ctx, d, t)
	if err != nil {
		return out, err
	}
	out.Exceptions = slices.DeleteFunc(all, func(x CheckException) bool { return x.Check != check.ID })
	run, results, err := d.DB.Postures.Results(ctx, t.Org, t.ID, cmp.Or(in.Profile, set.Profile))
	if errs.KindOf(err) == errs.NotFound {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	i := slices.IndexFunc(results, func(r posture.Result) bool { return r.ID == check.ID })
	if i < 0 {
		out.Said = "The profile does not hold it."
		return out, nil
	}
	r := results[i]
	out.CheckResult, out.At, out.More = showResult(check, r), run.At, r.More
	for _, e := range r.Evidence {
		out.Evidence = append(out.Evidence, CheckEvidence{showObject(e.Object), e.Verdict, e.Field, e.Value, e.Said, e.Finding, e.Excepted})
	}
	for _, x := range r.Lapsed {
		out.Lapsed = append(out.Lapsed, LapsedException{x.Object, x.Reason, x.Expires})
	}
	return out, nil
}
