package flow

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"sallyport/internal/id"
	"sallyport/internal/inventory"
	"sallyport/internal/posture"
	"sallyport/internal/value"
)

// FindingTrigger says which findings of posture start a flow. What is empty is no
// condition.
type FindingTrigger struct {
	Checks     []string         // ids
	Categories []string         // of checks
	Severity   posture.Severity // or a graver one
	Profiles   []posture.Profile
	Kinds      []string // of the objects that findings are about: user, app, …
	Tenants    []string // ids, domains or names
	On         []posture.Turn
	// Most bounds the runs that one judgement starts, the gravest findings first: a
	// first look at an org may find thousands. What is left out is told to the log.
	Most int
}

// mostFindings is what holds where a trigger does not say how many runs a judgement
// may start, and maxFindings the most that it can say.
const (
	mostFindings = 100
	maxFindings  = 1000
)

// Found is what became of a finding with a judgement.
type Found struct {
	posture.Turned

	Tenant inventory.Tenant
}

// FindingRun returns the run of a flow that a finding starts.
func (p *Program) FindingRun(f Found, now time.Time) Run {
	return Run{
		ID: id.At(now), Org: f.Tenant.Org, Flow: p.Flow.ID, Version: p.Flow.Version, State: Queued, Cause: OnFinding,
		Input: value.Store(FindingInput(f)), SaveData: p.Flow.SaveData, Priority: p.Definition.Priority, CreatedAt: now,
	}
}

// FindingInput returns what a run is given that a finding starts.
func FindingInput(f Found) *value.Object {
	x, c, t := f.Finding, f.Check, f.Tenant
	profiles := make([]any, len(c.Profiles))
	for i, p := range c.Profiles {
		profiles[i] = string(p)
	}
	return value.Map(
		nameFinding, value.Map(
			"id", x.ID, "turn", string(f.Turn), "state", string(x.State), "severity", string(x.Severity), "said", x.Said, "times", float64(x.Times),
			"opened_at", timeText(x.Opened), "closed_at", timeText(x.Closed),
			"object", value.Map("kind", string(x.Object.Kind), "id", x.Object.ID, "name", x.Object.Name, "part", x.Object.Part),
		),
		nameCheck, value.Map("id", c.ID, "title", c.Title, "category", c.Category, "severity", string(c.Severity), "profiles", profiles, "why", c.Why, "fix", c.Fix.Steps),
		nameTenant, value.Map("id", t.ID, "okta_id", t.OktaID, "name", t.Name, "domain", t.Domain, "connection", t.Connection),
	)
}

// timeText is a time as flows have it; null where there is none.
func timeText(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}

// wants reports whether a finding is one that the trigger is for, but for its
// condition.
func (t FindingTrigger) wants(f Found) bool {
	return slices.Contains(t.On, f.Turn) && (t.Severity == "" || f.Finding.Severity.Rank() <= t.Severity.Rank()) && among(t.Checks, f.Check.ID) && among(t.Categories, f.Check.Category) &&
		among(t.Kinds, string(f.Finding.Object.Kind)) && t.wantsTenant(f.Tenant) && (len(t.Profiles) == 0 || slices.ContainsFunc(t.Profiles, f.Check.In))
}

func (t FindingTrigger) wantsTenant(of inventory.Tenant) bool {
	return among(t.Tenants, of.ID) || slices.Contains(t.Tenants, of.Domain) || slices.Contains(t.Tenants, of.Name)
}

// FoundRuns returns the runs that a judgement's findings start, in the order of the
// findings. A flow whose condition cannot be evaluated on a finding is started; that,
// and how many findings were above what a flow takes, is in the error, for the log.
func (b *Book) FoundRuns(found []Found, now time.Time) ([]Run, error) {
	var out []Run
	var bad []error
	for _, p := range b.byFinding {
		t, n, left := p.Definition.Trigger, 0, 0
		for _, f := range found {
			if !t.Finding.wants(f) {
				continue
			}
			ok, err := p.wantsFound(f)
			if err != nil {
				bad = append(bad, fmt.Errorf("condition of flow %q (%s): %w", p.Flow.Title, p.Flow.ID, err))
			}
			switch {
			case !ok && err == nil:
			case n == t.Finding.Most:
				left++
			default:
				out, n = append(out, p.FindingRun(f, now)), n+1
			}
		}
		if left > 0 {
			bad = append(bad, fmt.Errorf("flow %q (%s) is started for %d findings of one judgement, and not for %d more", p.Flow.Title, p.Flow.ID, n, left))
		}
	}
	return out, errors.Join(bad...)
}

// wantsFound reports whether the condition of a trigger holds of a finding.
func (p *Program) wantsFound(f Found) (bool, error) {
	if p.Definition.Trigger.Where == nil {
		return true, nil
	}
	vars := map[string]any{nameOptions: p.Flow.Bindings.Options}
	maps.Insert(vars, FindingInput(f).All())
	return p.Definition.Trigger.Where.True(vars)
}

func (r *reader) findingTrigger(t *Trigger, e entry) {
	f := &t.Finding
	f.On, f.Most = []posture.Turn{posture.TurnOpened, posture.TurnReopened}, mostFindings
	if e.blank() {
		return
	}
	for _, k := range r.mapping(e.value, e.path, "check", "category", "severity", "profile", "kind", "tenant", "on", "most") {
		switch k.key {
		case "check":
			f.Checks = r.texts(k)
		case "category":
			f.Categories = r.texts(k)
		case "kind":
			f.Kinds = r.texts(k)
		case "tenant":
			f.Tenants = r.texts(k)
		case "severity":
			f.Severity = oneOf(r, k, posture.Severities()...)
		case "profile":
			f.Profiles = wordsOf(r, k, posture.Profiles())
		case "on":
			f.On = wordsOf(r, k, posture.Turns())
		case "most":
			f.Most = r.most(k)
		}
	}
}

// wordsOf reads one word or several, each of which is one of those that there are.
func wordsOf[T ~string](r *reader, e entry, known []T) []T {
	var out []T
	for _, s := range r.texts(e) {
		if !slices.Contains(known, T(s)) {
			r.bad(e.at, e.path, "%q is not one of: %s", s, strings.Trim(fmt.Sprint(known), "[]"))
		}
		out = append(out, T(s))
	}
	return out
}

func (r *reader) most(e entry) int {
	n, err := 0, error(nil)
	if e.value.Kind == yaml.ScalarNode {
		n, err = strconv.Atoi(e.value.Value)
	}
	if err != nil || n < 1 || n > maxFindings {
		r.bad(e.at, e.path, "how many runs one judgement may start is a number from 1 to %d", maxFindings)
		return mostFindings
	}
	return n
}
