package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/portal"
	"sallyport/internal/rule"
	"sallyport/internal/value"
)

var (
	_ = add("GET /api/v1/rehearsal/performances", portal.Rehearse, doc{
		Summary: "What was played last, the newest first, and whether the alerts came", Help: "At most 50. The sandbox remembers them as long as it runs.",
	}, listPerformances)
	_ = add("GET /api/v1/rehearsal/performances/{id}", portal.Rehearse, doc{Summary: "What was played, and whether the alerts came"}, getPerformance)
	_ = add("GET /api/v1/rehearsal/traffic", portal.Rehearse, doc{Summary: "How much ordinary life there is in the simulated Okta org"}, sandboxTraffic)
	_ = add("PUT /api/v1/rehearsal/traffic", portal.Rehearse, doc{Summary: "Start or end ordinary life in the simulated Okta org"}, setSandboxTraffic)
)

// ScenarioAlert is an alert that a scenario should raise.
type ScenarioAlert struct {
	Rule    RehearsedRule `json:"rule"`
	About   string        `json:"about" doc:"whom or what it is about, in the scenario's words"`
	Entity  *AlertEntity  `json:"entity,omitempty" doc:"of what was played: whom or what exactly"`
	Events  []string      `json:"events" doc:"types of the events that are its evidence"`
	AlertID string        `json:"alertId,omitempty" doc:"of what was played: the alert, once it is there"`
}

// RehearsedRule is a rule of Sallyport's own pack, as a scenario names it.
type RehearsedRule struct {
	Slug     string   `json:"slug"`
	ID       string   `json:"id,omitempty" doc:"not there if the organization has no such rule"`
	Title    string   `json:"title"`
	Severity Severity `json:"severity,omitempty"`
	Enabled  bool     `json:"enabled" doc:"false if it is off, or not there"`
}

// Performance is a scenario that was played.
type Performance struct {
	ID       string          `json:"id"`
	At       time.Time       `json:"at"`
	Scenario string          `json:"scenario"`
	Title    string          `json:"title"`
	User     ScenarioUser    `json:"user"`
	Expected []ScenarioAlert `json:"expected"`
	Raised   int             `json:"raised" doc:"how many of these are there"`
	Others   []Alert         `json:"others" doc:"alerts of its events that nobody had expected"`
	Steps    []ScenarioStep  `json:"steps" doc:"what happened outside of the System Log, in order"`
}

// rehearsed finds what a scenario names among the organization's rules.
type rehearsed struct{ rules map[string]*rule.Rule }

func newRehearsed(ctx context.Context, d Deps, c portal.Caller) (rehearsed, error) {
	b, err := d.Rules.Book(ctx, c.Org.ID)
	if err != nil {
		return rehearsed{}, err
	}
	out := rehearsed{map[string]*rule.Rule{}}
	for _, r := range b.Rules {
		if r.Pack == rule.Own {
			out.rules[r.Slug] = r
		}
	}
	return out, nil
}

func (s rehearsed) rule(slug string) RehearsedRule {
	r := s.rules[slug]
	if r == nil {
		return RehearsedRule{Slug: slug, Title: slug}
	}
	return RehearsedRule{slug, r.ID, r.Title, severityOf(r.Severity), r.Enabled}
}

func (s rehearsed) alerts(raises []sandboxAlert) []ScenarioAlert {
	return each(raises, func(a sandboxAlert) ScenarioAlert {
		out := ScenarioAlert{Rule: s.rule(a.Rule), About: a.About, Events: orNone(a.Events)}
		if a.Entity != nil {
			out.Entity = &AlertEntity{Kind: a.Entity.Kind, ID: a.Entity.ID, Name: a.Entity.Name}
		}
		return out
	})
}

// sandboxAlert is an alert as the sandbox names it.
type sandboxAlert struct {
	Rule   string   `json:"rule"`
	About  string   `json:"about"`
	Events []string `json:"events"`
	Entity *struct {
		Kind string `json:"kind"`
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"entity"`
}

// sandboxReport is what the sandbox remembers of what was played.
type sandboxReport struct {
	ScenarioReport

	Expected []sandboxAlert `json:"expected"`
}

// maxPerformances is how many are listed.
const maxPerformances = 50

func listPerformances(ctx context.Context, d Deps, c portal.Caller, _ none) ([]Performance, error) {
	reports, err := askSandbox[[]sandboxReport](ctx, d, c, http.MethodGet, "/performances", nil)
	if err != nil {
		return nil, err
	}
	s, err := newRehearsed(ctx, d, c)
	if err != nil {
		return nil, err
	}
	out := []Performance{}
	for _, r := range reports[:min(len(reports), maxPerformances)] {
		p, err := s.performance(ctx, d, c, r)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func getPerformance(ctx context.Context, d Deps, c portal.Caller, in idIn) (Performance, error) {
	id, err := segment(in.ID)
	if err != nil {
		return Performance{}, err
	}
	r, err := askSandbox[sandboxReport](ctx, d, c, http.MethodGet, "/performances/"+id, nil)
	if err != nil {
		return Performance{}, err
	}
	s, err := newRehearsed(ctx, d, c)
	if err != nil {
		return Performance{}, err
	}
	return s.performance(ctx, d, c, r)
}

// performance holds what a scenario should raise against the alerts that its
// events are part of.
func (s rehearsed) performance(ctx context.Context, d Deps, c portal.Caller, r sandboxReport) (Performance, error) {
	p := Performance{ID: r.ID, At: r.At, Scenario: r.Scenario, Title: r.Title, User: r.User, Expected: s.alerts(r.Expected), Others: []Alert{}, Steps: append([]ScenarioStep{}, r.Steps...)}
	as, err := d.DB.Alerts.OfEvents(ctx, c.Org.ID, each(r.Events, func(e ScenarioEvent) string { return e.UUID }))
	if err != nil {
		return p, err
	}
	as = slices.DeleteFunc(as, func(a alert.Alert) bool {
		i := slices.IndexFunc(p.Expected, func(e ScenarioAlert) bool {
			return e.AlertID == "" && e.Rule.ID == a.Rule && e.Entity != nil && e.Entity.Kind == a.Entity.Kind && e.Entity.ID == a.Entity.ID
		})
		if i >= 0 {
			p.Expected[i].AlertID = a.ID
			p.Raised++
		}
		return i >= 0
	})
	if !c.Can(portal.AlertsRead) {
		return p, nil
	}
	shower, err := newAlertShower(ctx, d, c, as)
	p.Others = each(as, shower.alert)
	return p, err
}

// SandboxTraffic is the ordinary life of the simulated Okta org.
type SandboxTraffic struct {
	PerMinute float64 `json:"perMinute" min:"0" max:"60000" doc:"about how many events there are a minute; 0 is none"`
}

func sandboxTraffic(ctx context.Context, d Deps, c portal.Caller, _ none) (SandboxTraffic, error) {
	return askSandbox[SandboxTraffic](ctx, d, c, http.MethodGet, "/traffic", nil)
}

func setSandboxTraffic(ctx context.Context, d Deps, c portal.Caller, in SandboxTraffic) (SandboxTraffic, error) {
	return askSandbox[SandboxTraffic](ctx, d, c, http.MethodPost, "/traffic", value.Map("per_minute", in.PerMinute))
}
