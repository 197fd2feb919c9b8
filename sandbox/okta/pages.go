package okta

import (
	"bytes"
	_ "embed" // for the pages
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"sallyport/sandbox/okta/filter"
	"sallyport/sandbox/okta/systemlog"
)

// reportPath is where a mail sends who wants to report suspicious activity.
const reportPath = "/user/notifications/report-suspicious-activity"

func pageRoutes() []route {
	open := func(method, path string, h handler) route { return route{method: method, path: path, handle: h} }
	return []route{
		open(http.MethodGet, "/report/system_log_2", showEvents),
		open(http.MethodGet, "/reset_password/{token}", askPassword),
		open(http.MethodPost, "/reset_password/{token}", choosePassword),
		open(http.MethodGet, "/tokens/{token}/verify", askPassword),
		open(http.MethodPost, "/tokens/{token}/verify", choosePassword),
		open(http.MethodGet, reportPath, askReport),
		open(http.MethodPost, "/api/internal/users/me/report-suspicious-activity", takeReport),
	}
}

// pagesHTML holds the templates of the pages.
//
//go:embed pages.html
var pagesHTML string

// html answers with a page.
func html(c *call, status int, name string, data any) (answer, error) {
	var b bytes.Buffer
	if err := c.pages.ExecuteTemplate(&b, name, data); err != nil {
		return answer{}, fmt.Errorf("write page %s: %w", name, err)
	}
	return answer{status: status, body: b.Bytes(), header: http.Header{
		"Content-Type":            {"text/html; charset=utf-8"},
		"Content-Security-Policy": {"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"},
	}}, nil
}

// message answers with a page that says one thing.
func message(c *call, status int, title, text string) (answer, error) {
	return html(c, status, "message", map[string]string{"Org": c.company, "Title": title, "Text": text})
}

// bareID matches an event id that is given without an expression.
var bareID = regexp.MustCompile(`^[0-9A-Za-z-]+$`)

// shownEvent is an event as the page shows it.
type shownEvent struct {
	*systemlog.Event
	When, Place, Address, Browser, JSON string
}

// maxShown is how many events the page shows.
const maxShown = 50

// showEvents is the event page of the admin console, so that links to an
// event lead somewhere: the search is an expression, or an id alone.
func showEvents(c *call) (answer, error) {
	search := strings.TrimSpace(c.param("search"))
	expression := search
	if bareID.MatchString(search) {
		expression = `uuid eq "` + search + `" or transaction.id eq "` + search + `"`
	}
	data := map[string]any{"Org": c.company, "Search": search}
	status := http.StatusOK
	if search != "" {
		if e, err := filter.Parse(expression); err != nil {
			data["Problem"], status = "The search cannot be read: "+err.Error()+".", http.StatusBadRequest
		} else {
			data["Events"] = shownEvents(c, func(x *systemlog.Event) bool {
				m := filter.Matcher{Values: x.Values}
				return m.Match(e)
			})
		}
	} else {
		data["Events"] = shownEvents(c, func(*systemlog.Event) bool { return true })
	}
	return html(c, status, "events", data)
}

func shownEvents(c *call, accept func(*systemlog.Event) bool) []shownEvent {
	var out []shownEvent
	for _, e := range c.events.Find(maxShown, accept) {
		b, err := json.MarshalIndent(e, "", "  ")
		if err != nil {
			b = []byte(err.Error())
		}
		s := shownEvent{Event: e, When: e.Published.UTC().Format("2 January 2006 15:04:05.000 UTC"), JSON: string(b)}
		if ip := e.Client.IPAddress; ip != nil {
			s.Address = *ip
		}
		if ua := e.Client.UserAgent; ua != nil {
			s.Browser = strings.TrimSpace(ua.Browser + " on " + ua.OS)
		}
		if g := e.Client.GeographicalContext; g != nil {
			var parts []string
			for _, p := range []*string{g.City, g.State, g.Country} {
				if p != nil {
					parts = append(parts, *p)
				}
			}
			s.Place = strings.Join(parts, ", ")
		}
		out = append(out, s)
	}
	return out
}

// findOneTimeUser returns the user whom a mailed token was for.
func findOneTimeUser(c *call) (*user, bool) {
	token := c.arg(0)
	for _, u := range c.dir.users.items {
		if token != "" && u.oneTime == token && u.status != Deprovisioned {
			return u, true
		}
	}
	return nil, false
}

func askPassword(c *call) (answer, error) {
	u, found := findOneTimeUser(c)
	if !found {
		return message(c, http.StatusNotFound, "The link is not valid any more", "Ask for a new one.")
	}
	return html(c, http.StatusOK, "password", map[string]string{"Org": c.company, "Login": u.login()})
}

func choosePassword(c *call) (answer, error) {
	u, found := findOneTimeUser(c)
	if !found {
		return message(c, http.StatusNotFound, "The link is not valid any more", "Ask for a new one.")
	}
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return answer{}, errBody()
	}
	if err := checkPassword(u, form.Get("password")); err != nil {
		return html(c, http.StatusBadRequest, "password", map[string]string{
			"Org": c.company, "Login": u.login(), "Problem": "At least 8 characters, with a lowercase letter, an uppercase letter and a number, and no part of the username.",
		})
	}
	c.actor = userActor(u)
	c.setPassword(u, form.Get("password"), true)
	return message(c, http.StatusOK, "The password is set", "You can sign in as "+u.login()+" now.")
}

// suspicion describes the event that a user reports, with what the catalogue
// calls SuspiciousActivityDebugData.
func suspicion(e *systemlog.Event) map[string]any {
	debug := map[string]any{
		"suspiciousActivityEventId": e.UUID, "suspiciousActivityEventType": e.EventType, "suspiciousActivityEventTransactionId": e.Transaction.ID,
		"suspiciousActivityTimestamp": e.Published.UTC().Format(systemlog.Layout),
	}
	if ip := e.Client.IPAddress; ip != nil {
		debug["suspiciousActivityEventIp"] = *ip
	}
	if ua := e.Client.UserAgent; ua != nil {
		debug["suspiciousActivityBrowser"], debug["suspiciousActivityOs"] = ua.Browser, ua.OS
	}
	if g := e.Client.GeographicalContext; g != nil {
		for name, v := range map[string]*string{"City": g.City, "State": g.State, "Country": g.Country} {
			if v != nil {
				debug["suspiciousActivityEvent"+name] = *v
			}
		}
		if p := g.Geolocation; p != nil {
			debug["suspiciousActivityEventLatitude"] = fmt.Sprintf("%.4f", p.Lat)
			debug["suspiciousActivityEventLongitude"] = fmt.Sprintf("%.4f", p.Lon)
		}
	}
	return debug
}
