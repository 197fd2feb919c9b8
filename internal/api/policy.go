package api

import (
	"context"
	"fmt"
	"unicode/utf8"

	"sallyport/internal/guard"
	"sallyport/internal/portal"
)

var (
	_ = add("GET /api/v1/guard/policy", portal.GuardRead, doc{Summary: "What the guard allows"}, getPolicy)
	_ = add("PUT /api/v1/guard/policy", portal.GuardWrite, doc{Summary: "Change what the guard allows", Help: "The policy holds for the next action, of runs under way too."}, putPolicy)
)

// GuardPolicy is what flows may do to tenants.
type GuardPolicy struct {
	ProtectedUsers  []string       `json:"protectedUsers" max:"1000" doc:"people that no action changes: ids, logins or e-mail addresses"`
	ProtectedGroups []string       `json:"protectedGroups" max:"1000" doc:"groups that no action changes, nor their members: ids or names"`
	Ceiling         int            `json:"ceiling" min:"1" max:"1000000" doc:"the most changes that one flow makes in an hour"`
	FlowCeilings    map[string]int `json:"flowCeilings" doc:"other ceilings for some flows, by flow id"`
	DryRun          bool           `json:"dryRun" doc:"let no effect through: every flow shows what it would do"`

	Plans guard.PlanLimits `json:"plans,omitzero" doc:"how much plans of remediation change; left out, it stays as it is"`
}

func getPolicy(ctx context.Context, d Deps, c portal.Caller, _ none) (GuardPolicy, error) {
	p, err := d.DB.Actions.Policy(ctx, c.Org.ID)
	return GuardPolicy(p), err
}

// maxProtected bounds what names somebody, or a group, in characters: Okta's
// logins have at most 100, and names of groups at most 255.
const maxProtected = 255

type putPolicyIn struct {
	GuardPolicy
}

func putPolicy(ctx context.Context, d Deps, c portal.Caller, in putPolicyIn) (GuardPolicy, error) {
	for list, entries := range map[string][]string{"protectedUsers": in.ProtectedUsers, "protectedGroups": in.ProtectedGroups} {
		for i, entry := range entries {
			if utf8.RuneCountInString(entry) > maxProtected {
				return GuardPolicy{}, badField(fmt.Sprintf("%s[%d]", list, i), "at most %d characters: an id, a login, an address or a name is wanted", maxProtected)
			}
		}
	}
	p := guard.Policy(in.GuardPolicy)
	if p.Plans == (guard.PlanLimits{}) {
		now, err := d.DB.Actions.Policy(ctx, c.Org.ID)
		if err != nil {
			return GuardPolicy{}, err
		}
		p.Plans = now.Plans
	}
	if err := p.Check(); err != nil {
		return GuardPolicy{}, err
	}
	titles, err := d.DB.Flows.Titles(ctx, c.Org.ID)
	if err != nil {
		return GuardPolicy{}, err
	}
	for id := range p.FlowCeilings {
		if titles[id] == "" {
			return GuardPolicy{}, badField("flowCeilings."+id, "there is no such flow")
		}
	}
	if err := d.DB.Actions.SetPolicy(ctx, c.Org.ID, p); err != nil {
		return GuardPolicy{}, err
	}
	return GuardPolicy(p), nil
}
