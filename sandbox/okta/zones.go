package okta

import "time"

func zoneRoutes() []route {
	const base = "/api/v1/zones"
	return []route{get(base, areaZones, listZones), get(base+"/{id}", areaZones, getZone)}
}

// zone is a network zone. The org has those that Okta makes, which hold nothing.
type zone struct {
	id, name, kind, usage string
	created               time.Time
}

func (z *zone) key() string { return z.id }

// newZones makes the system zones of every org.
func newZones(orgID string, now time.Time) (out ordered[*zone]) {
	for _, z := range []zone{
		{name: "LegacyIpZone", kind: "IP", usage: "POLICY"},
		{name: "BlockedIpZone", kind: "IP", usage: "BLOCKLIST"},
		{name: "DefaultEnhancedDynamicZone", kind: "DYNAMIC_V2", usage: "BLOCKLIST"},
	} {
		z.id, z.created = fixedID("nzo", orgID+"/"+z.name), now
		out.add(&z)
	}
	return out
}

func viewZone(c *call, z *zone) map[string]any {
	self := c.url("api/v1/zones", z.id)
	v := map[string]any{
		"type": z.kind, "id": z.id, "name": z.name, "status": "ACTIVE", "usage": z.usage, "created": at(z.created), "lastUpdated": at(z.created), "system": true,
		"_links": map[string]link{"self": allow(self, "GET", "PUT", "DELETE"), "deactivate": allow(self+"/lifecycle/deactivate", "POST")},
	}
	if z.kind == "IP" {
		v["gateways"], v["proxies"] = nil, nil
		return v
	}
	none := map[string][]string{"include": {}, "exclude": {}}
	v["locations"], v["asns"], v["ipServiceCategories"] = none, none, map[string][]string{"include": {"ALL_ANONYMIZERS"}, "exclude": {}}
	return v
}

func listZones(c *call) (answer, error) { return listed(c, &c.zones, 200, 200, viewZone) }

func getZone(c *call) (answer, error) {
	z, found := c.zones.get(c.arg(0))
	if !found {
		return answer{}, notFound(c.arg(0), "NetworkZone")
	}
	return ok(viewZone(c, z))
}
