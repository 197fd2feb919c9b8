package api

import (
	"context"
	"slices"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/portal"
)

var (
	_ = add("GET /api/v1/risks", portal.AlertsRead, doc{Summary: "The entities that are at the most risk now"}, listRisks)
	_ = add("GET /api/v1/alert-settings", portal.AlertsRead, doc{Summary: "How long people may take with alerts"}, getAlertSettings)
	_ = add("PUT /api/v1/alert-settings", portal.RulesWrite, doc{Summary: "Say how long people may take with alerts", Help: "It is for alerts from then on."}, putAlertSettings)
)

// EntityRisk is how much an entity has been in alerts lately.
type EntityRisk struct {
	Entity  AlertEntity `json:"entity"`
	Score   int         `json:"score" doc:"0 to 100, as of now"`
	Tactics []string    `json:"tactics" doc:"of ATT&CK, that its alerts speak of"`
	LastAt  time.Time   `json:"lastAt" doc:"when it last was in a new alert"`
}

const (
	// riskWithin is how old a risk may be that is looked at: after ten times of
	// halving nothing is left of it.
	riskWithin = 30 * 24 * time.Hour
	maxRisks   = 500
)

type listRisksIn struct {
	Limit int `query:"limit" min:"1" max:"100" doc:"20 where nothing is said"`
}

func listRisks(ctx context.Context, d Deps, c portal.Caller, in listRisksIn) ([]EntityRisk, error) {
	now := d.Now()
	rs, err := d.DB.Alerts.Riskiest(ctx, c.Org.ID, now.Add(-riskWithin), maxRisks)
	if err != nil {
		return nil, err
	}
	out := each(rs, func(r alert.Risk) EntityRisk {
		return EntityRisk{showAlertEntity(r.Entity), r.Score(now), orNone(r.Named(now)), r.At}
	})
	out = slices.DeleteFunc(out, func(r EntityRisk) bool { return r.Score == 0 })
	slices.SortStableFunc(out, func(a, b EntityRisk) int { return b.Score - a.Score })
	limit := in.Limit
	if limit == 0 {
		limit = 20
	}
	return out[:min(limit, len(out))], nil
}

// AlertSettings say how long people may take with alerts, by severity.
type AlertSettings struct {
	Clocks []AlertClock `json:"clocks" doc:"those that are not named have no limit"`
}

// AlertClock is how long people may take with alerts of a severity.
type AlertClock struct {
	Severity    Severity `json:"severity"`
	Acknowledge int      `json:"acknowledge" min:"0" max:"31536000" doc:"seconds until somebody should have looked at it; 0 for no limit"`
	Close       int      `json:"close" min:"0" max:"31536000" doc:"seconds until it should be closed; 0 for no limit"`
}

func getAlertSettings(ctx context.Context, d Deps, c portal.Caller, _ none) (AlertSettings, error) {
	s, err := d.DB.Alerts.Settings(ctx, c.Org.ID)
	out := AlertSettings{Clocks: []AlertClock{}}
	for _, severity := range slices.Backward(alert.Severities()) {
		clock := s.Clocks[severity]
		out.Clocks = append(out.Clocks, AlertClock{severityOf(severity), int(clock.Acknowledge.Seconds()), int(clock.Close.Seconds())})
	}
	return out, err
}

type putAlertSettingsIn struct{ AlertSettings }

func putAlertSettings(ctx context.Context, d Deps, c portal.Caller, in putAlertSettingsIn) (AlertSettings, error) {
	s := alert.DefaultSettings()
	clear(s.Clocks)
	for _, clock := range in.Clocks {
		s.Clocks[clock.Severity.rule()] = alert.Clock{Acknowledge: time.Duration(clock.Acknowledge) * time.Second, Close: time.Duration(clock.Close) * time.Second}
	}
	if err := d.DB.Alerts.SetSettings(ctx, c.Org.ID, s); err != nil {
		return AlertSettings{}, err
	}
	return getAlertSettings(ctx, d, c, none{})
}
