package okta

import (
	"slices"
	"time"
)

func threatRoutes() []route {
	const path = "/api/v1/threats/configuration"
	return []route{get(path, areaThreats, getThreats), post(path, areaThreats, setThreats)}
}

// threats is how ThreatInsight is set.
type threats struct {
	action       string
	excludeZones []string

	created, lastUpdated time.Time
}

func newThreats(now time.Time) threats {
	return threats{action: "audit", excludeZones: []string{}, created: now, lastUpdated: now}
}

func viewThreats(c *call) map[string]any {
	t := c.threats
	return map[string]any{
		"action": t.action, "excludeZones": t.excludeZones, "created": at(t.created), "lastUpdated": at(t.lastUpdated),
		"_links": map[string]link{"self": allow(c.url("api/v1/threats/configuration"), "GET", "POST")},
	}
}

func getThreats(c *call) (answer, error) { return ok(viewThreats(c)) }

// setThreats changes what is given. Zones that are not there are refused.
func setThreats(c *call) (answer, error) {
	var in struct {
		Action       string    `json:"action"`
		ExcludeZones *[]string `json:"excludeZones"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if !slices.Contains([]string{"none", "audit", "block"}, in.Action) {
		return answer{}, invalidField("action", "The action must be one of none, audit, block")
	}
	if in.ExcludeZones != nil {
		for _, id := range *in.ExcludeZones {
			if _, found := c.things.get("/api/v1/zones", id); !found {
				return answer{}, invalidField("excludeZones", "The network zone "+id+" does not exist")
			}
		}
		c.threats.excludeZones = slices.Clone(*in.ExcludeZones)
	}
	c.threats.action, c.threats.lastUpdated = in.Action, c.now()
	c.emit("security.threat.configuration.update", fact{debug: map[string]any{"threatInsightAction": in.Action}})
	return ok(viewThreats(c))
}
