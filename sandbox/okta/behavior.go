package okta

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Assessment is what Okta makes of a sign-in, as debugData has it.
type Assessment struct {
	Behaviors string // "{New Geo-Location=NEGATIVE, New Device=POSITIVE, …}"
	Risk      string // "{level=LOW}"
	LogOnly   string // both again, as JSON
	NewDevice bool   // the device was not seen with this user, who has others
}

// Debug returns what the assessment adds to the debugData of an event.
func (a Assessment) Debug() map[string]any {
	return map[string]any{"behaviors": a.Behaviors, "risk": a.Risk, "threatSuspected": "false"}
}

// Assess holds a client against those that a user has signed in with before.
// It changes nothing.
func (o *Org) Assess(login string, from Client) Assessment {
	o.mu.RLock()
	defer o.mu.RUnlock()
	u, ok := o.dir.find(login)
	if !ok {
		return assess(&user{}, from, o.now())
	}
	return assess(u, from, o.now())
}

// Know notes a client as one that a user has signed in with before.
func (o *Org) Know(login string, from Client) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	u, ok := o.dir.find(login)
	if !ok {
		return fmt.Errorf("note a device of %s: %w", login, ErrNoUser)
	}
	u.knows(from)
	return nil
}

// maxKnown is how many clients of a user are remembered.
const maxKnown = 20

// knows notes a client, the newest last.
func (u *user) knows(from Client) {
	u.known = slices.DeleteFunc(u.known, func(c Client) bool { return c.token() == from.token() && c.IP == from.IP })
	if len(u.known) >= maxKnown {
		u.known = slices.Delete(u.known, 0, 1)
	}
	u.known = append(u.known, from)
}

// token is what Okta knows the device by: a cookie in its browser.
func (f Client) token() string {
	if f.DeviceToken != "" {
		return f.DeviceToken
	}
	return f.IP + "\n" + f.UserAgent
}

// nearby is within what distance a place is not a new one, and tooFast the
// speed that nobody travels with: Okta's defaults, in km and km/h.
const (
	nearby  = 20.0
	tooFast = 805.0
)

// assess makes the behaviors and the risk of a sign-in. Without any sign-in
// before it there is nothing to compare with: UNKNOWN.
//
// Source: help.okta.com "About behavior and sign-on policies"; the levels of
// risk are inferred from samples.
func assess(u *user, from Client, now time.Time) Assessment {
	isNew := func(same func(Client) bool) bool { return !slices.ContainsFunc(u.known, same) }
	found := []struct {
		name     string
		positive bool
	}{
		{"New Geo-Location", isNew(func(c Client) bool { return c.distance(from) <= nearby })},
		{"New Device", isNew(func(c Client) bool { return c.token() == from.token() })},
		{"New IP", isNew(func(c Client) bool { return c.IP == from.IP })},
		{"New State", isNew(func(c Client) bool { return c.State == from.State && c.Country == from.Country })},
		{"New Country", isNew(func(c Client) bool { return c.Country == from.Country })},
		{"Velocity", u.tooFast(from, now)},
		{"New City", isNew(func(c Client) bool { return c.City == from.City && c.Country == from.Country })},
	}
	var text, quoted []string
	positive := map[string]bool{}
	for _, b := range found {
		verdict := "NEGATIVE"
		switch {
		case len(u.known) == 0:
			verdict = "UNKNOWN"
		case b.positive:
			verdict, positive[b.name] = "POSITIVE", true
		}
		text, quoted = append(text, b.name+"="+verdict), append(quoted, `"`+b.name+`":"`+verdict+`"`)
	}
	level, reasons := "LOW", ""
	switch {
	case positive["New Device"] && (positive["New Country"] || from.Proxy):
		level, reasons = "HIGH", "Anomalous Location, Anomalous Device"
	case positive["New Device"] && positive["New City"], positive["Velocity"], from.Proxy:
		level, reasons = "MEDIUM", "Anomalous Location"
	}
	a := Assessment{Behaviors: "{" + strings.Join(text, ", ") + "}", Risk: "{level=" + level + "}", NewDevice: positive["New Device"]}
	a.LogOnly = `{"risk":{"level":"` + level + `"},"behaviors":{` + strings.Join(quoted, ",") + `}}`
	if reasons != "" {
		a.Risk = "{reasons=" + reasons + ", level=" + level + "}"
		a.LogOnly = `{"risk":{"reasons":"` + reasons + `","level":"` + level + `"},"behaviors":{` + strings.Join(quoted, ",") + `}}`
	}
	return a
}

// tooFast says whether somebody cannot have come from where they were.
func (u *user) tooFast(from Client, now time.Time) bool {
	if len(u.known) == 0 || u.lastLogin.IsZero() {
		return false
	}
	km, took := u.known[len(u.known)-1].distance(from), now.Sub(u.lastLogin).Hours()
	return km > nearby && km > tooFast*took
}

// distance returns how far two clients are apart, in km: zero when the place
// of one is unknown.
func (f Client) distance(to Client) float64 {
	if f.Country == "" || to.Country == "" {
		return 0
	}
	const earth, degree = 6371.0, math.Pi / 180
	dLat, dLon := (to.Lat-f.Lat)*degree, (to.Lon-f.Lon)*degree
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(f.Lat*degree)*math.Cos(to.Lat*degree)*math.Pow(math.Sin(dLon/2), 2)
	return 2 * earth * math.Asin(math.Sqrt(min(1, h)))
}

// TokenHash is what the log shows of the device token.
func (f Client) TokenHash() string { return dtHash(f) }

// LastSeen returns the client that a user has signed in with last.
func (o *Org) LastSeen(login string) (Client, bool) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	u, ok := o.dir.find(login)
	if !ok || len(u.known) == 0 {
		return Client{}, false
	}
	return u.known[len(u.known)-1], true
}
