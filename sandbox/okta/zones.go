package okta

import (
	"net/netip"
	"slices"
	"strings"
)

// allows says whether a network condition lets an address in: that of an API
// token. Zones that are no lists of addresses, or switched off, hold nobody.
func (o *Org) allows(network map[string]any, ip string) bool {
	if network["connection"] != "ZONE" {
		return true
	}
	address, err := netip.ParseAddr(ip)
	if err != nil {
		return false
	}
	holds := func(name string) bool {
		ids, _ := network[name].([]any)
		return slices.ContainsFunc(ids, func(id any) bool {
			text, _ := id.(string)
			zone, found := o.things.get("/api/v1/zones", text)
			return found && zone.active() && zone.holds(address)
		})
	}
	if ids, _ := network["include"].([]any); len(ids) > 0 && !holds("include") {
		return false
	}
	return !holds("exclude")
}

// holds says whether an address is one of a zone's gateways.
func (t *thing) holds(address netip.Addr) bool {
	gateways, _ := t.body["gateways"].([]any)
	return slices.ContainsFunc(gateways, func(x any) bool {
		g, _ := x.(map[string]any)
		value, _ := g["value"].(string)
		if prefix, err := netip.ParsePrefix(value); err == nil {
			return prefix.Contains(address)
		}
		low, high, isRange := strings.Cut(value, "-")
		if !isRange {
			high = low
		}
		from, err := netip.ParseAddr(low)
		to, err2 := netip.ParseAddr(high)
		return err == nil && err2 == nil && from.Compare(address) <= 0 && address.Compare(to) <= 0
	})
}

// outside refuses an API token from where it may not be used, and logs that.
func outside(o *Org, c *call, t *apiToken) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	c.actor, c.tokenID = userActor(t.owner), t.id
	c.emit("system.api_token.request_outside_allowed_range", fact{targets: targets(t), debug: tokenDebug(t), result: "FAILURE"})
	c.flush()
	return errToken()
}
