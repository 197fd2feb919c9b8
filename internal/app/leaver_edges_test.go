package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"sallyport/sandbox"
	"sallyport/sandbox/auth0"
)

// edge is something that is not as usual when somebody leaves, and what comes of it.
type edge struct {
	name string
	play func(c *company, p person, account string)
}

func edges() []edge {
	return []edge{
		{"nobody is there", nobodyThere},
		{"two accounts of one address", twoAccounts},
		{"the address changed", addressChanged},
		{"Auth0 is down for an hour", downForAnHour},
		{"Auth0 breaks off at the last moment", lastMoment},
		{"Auth0 takes no more calls for now", limited},
		{"tokens are revoked before", revoked},
		{"the token is refused in the middle", refusedWithin},
		{"active again before the flow ran", activeBefore},
		{"active again after it", activeAfter},
	}
}

func TestALeaverByTheTemplate(t *testing.T) {
	playEdges(t, func(c *company) { c.template("auth0_deactivation_marks", "Mark Deactivated in Auth0", nil) })
}

func TestALeaverByTheExample(t *testing.T) {
	playEdges(t, func(c *company) { c.export("auth0_user_deactivated", c.box.State().Auth0.ClientSecret) })
}

func playEdges(t *testing.T, install func(*company)) {
	t.Helper()
	c := startCompany(t, sandbox.Options{})
	install(c)
	for _, e := range edges() {
		t.Run(e.name, func(t *testing.T) {
			c.within(t)
			defer c.heal()
			p, account := c.next()
			e.play(c, p, account)
		})
	}
	if late := c.fresh(); len(late) > 0 {
		t.Errorf("events that came twice started %+v", late)
	}
}

func nobodyThere(c *company, p person, account string) {
	c.manage(http.MethodDelete, "/users/"+url.PathEscape(account), nil, nil)
	c.leave(p)
	c.ends("stopped", "Auth0 knows nobody with")
}

func twoAccounts(c *company, p person, account string) {
	var second struct {
		ID string `json:"user_id"`
	}
	c.manage(http.MethodPost, "/users", object{"connection": "google-oauth2", "email": strings.ToLower(p.Login), "user_id": "g-" + p.ID}, &second)
	c.leave(p)
	c.ends("succeeded", "")
	if first, other := c.metadata(account), c.metadata(second.ID); first != kept(p, "true") || other != `{"okta":{"deactivated":"true"}}` {
		c.t.Errorf("the metadata are %s and %s", first, other)
	}
}

// Of an address that changed at Okta alone, the event names the sign-in name, which
// stayed: the template looks for both. The example knows the primary address only,
// finds nobody, and says so.
func addressChanged(c *company, p person, account string) {
	c.okta(http.MethodPost, "/api/v1/users/"+p.ID, object{"profile": object{"email": "new." + p.Login}})
	c.leave(p)
	if c.example {
		c.ends("stopped", "Auth0 knows nobody with this address")
		return
	}
	c.ends("succeeded", "")
	if got := c.metadata(account); got != kept(p, "true") {
		c.t.Errorf("the metadata are %s", got)
	}
}

func downForAnHour(c *company, p person, account string) {
	c.fault(object{"service": "auth0", "status": http.StatusServiceUnavailable})
	c.leave(p)
	first := c.run("waiting")
	c.pass(55 * time.Minute)
	c.until("it is tried again, in vain", func() bool {
		c.due()
		now := c.run("waiting", "running", "queued")
		return now.State == "waiting" && now.WakeAt.After(first.WakeAt)
	})
	c.heal()
	c.patiently("succeeded", "")
	c.marked(p, account)
}

func lastMoment(c *company, p person, account string) {
	c.fault(object{"service": "auth0", "method": "PATCH", "status": http.StatusBadGateway, "count": 3})
	c.leave(p)
	c.run("waiting")
	c.patiently("succeeded", "")
	c.marked(p, account)
}

func limited(c *company, p person, account string) {
	c.fault(object{"service": "auth0", "path": "/api/v2/users-by-email", "kind": "rate_limit", "count": 1})
	c.leave(p)
	c.run("waiting")
	c.patiently("succeeded", "")
	c.marked(p, account)
}

func revoked(c *company, p person, account string) {
	var is struct{ Revoked bool }
	c.control(http.MethodPost, "/auth0/revoke", nil, &is)
	c.leave(p)
	c.ends("succeeded", "")
	c.marked(p, account)
}

// The connection fetches another token and goes on. The example has its token from
// a card that has run: it fails, and says why.
func refusedWithin(c *company, p person, account string) {
	c.fault(object{"service": "auth0", "path": "/api/v2/users-by-email", "kind": "expire_token", "count": 1})
	c.leave(p)
	if c.example {
		c.ends("failed", "401")
		if got := c.metadata(account); got != kept(p, "") {
			c.t.Errorf("the metadata are %s", got)
		}
		return
	}
	c.ends("succeeded", "")
	c.marked(p, account)
}

func activeBefore(c *company, p person, account string) {
	c.fault(object{"service": "okta", "method": "GET", "path": "/api/v1/users/" + p.ID, "status": http.StatusServiceUnavailable})
	c.leave(p)
	c.run("waiting")
	c.back(p)
	c.heal()
	c.patiently("stopped", "again")
	if got := c.metadata(account); got != kept(p, "") {
		c.t.Errorf("the metadata are %s", got)
	}
	c.admits(account)
}

// The template takes its mark away again. The example has no flow for that.
func activeAfter(c *company, p person, account string) {
	c.leave(p)
	c.ends("succeeded", "")
	c.denies(account, auth0.Closed)
	c.back(p)
	if c.example {
		c.marked(p, account)
		return
	}
	c.until("the mark is taken away", func() bool { return c.metadata(account) == kept(p, "false") })
	c.admits(account)
}

// marked checks that somebody has the mark, and all else that was there.
func (c *company) marked(p person, account string) {
	c.t.Helper()
	if got := c.metadata(account); got != kept(p, "true") {
		c.t.Errorf("the metadata are %s", got)
	}
}
