package api

import (
	"context"

	"sallyport/internal/portal"
	"sallyport/internal/rule"
)

var (
	_ = add("GET /api/v1/attack", portal.RulesRead, doc{
		Summary: "The tactics and techniques of MITRE ATT&CK that rules are about", Help: "Tags of rules and alerts name them: attack.t1621, attack.credential-access.",
	}, getAttack)
	_ = add("GET /api/v1/alert-types", portal.RulesRead, doc{Summary: "The types of alerts, by which people choose them"}, listAlertTypes)
)

// Attack is the part of MITRE ATT&CK that rules are about.
type Attack struct {
	Tactics    []rule.Tactic    `json:"tactics" doc:"in the order of an attack"`
	Techniques []rule.Technique `json:"techniques"`
}

func getAttack(context.Context, Deps, portal.Caller, none) (Attack, error) {
	a, err := rule.LoadAttack()
	if err != nil {
		return Attack{}, err
	}
	return Attack{a.Tactics, a.Techniques}, nil
}

// attackNames returns the names of tactics and techniques, by id.
func attackNames() (map[string]string, error) {
	a, err := rule.LoadAttack()
	if err != nil {
		return nil, err
	}
	out := make(map[string]string, len(a.Tactics)+len(a.Techniques))
	for _, t := range a.Tactics {
		out[t.ID] = t.Name
	}
	for _, t := range a.Techniques {
		out[t.ID] = t.Name
	}
	return out, nil
}

func listAlertTypes(context.Context, Deps, portal.Caller, none) ([]rule.AlertType, error) {
	return rule.AlertTypes()
}
