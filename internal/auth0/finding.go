package auth0

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"sallyport/internal/errs"
	"sallyport/internal/okta"
)

// maxLooks is how many requests of one look at a tenant are under way at a time:
// the free tier takes two a second.
const maxLooks = 2

// area is one thing that is looked at in a tenant by one request.
type area struct {
	id, title, target, scope, why, where string
	// judge says what is wrong with the answer; nil where it is enough that there
	// is one.
	judge func(body map[string]any) (said string, ok bool)
}

// sight lists what alerts are made from.
func sight() []area {
	return []area{
		{id: "logs", title: "Tenant log", target: logsPath + "?per_page=1&page=0", scope: "read:logs", why: "Events are read from it."},
		{id: "users", title: "People", target: "/api/v2/users?per_page=1&page=0", scope: "read:users", why: "Flows look up whom an event is about."},
		{id: "clients", title: "Applications", target: "/api/v2/clients?per_page=1&page=0&fields=client_id", scope: "read:clients", why: "Alerts about an application name it."},
		{id: "log_streams", title: "Log streams", target: "/api/v2/log-streams", scope: "read:log_streams", why: "Whether the tenant sends its log here, and where else to."},
	}
}

// prerequisites lists the settings without which a tenant logs little that is
// worth an alert.
func prerequisites() []area {
	const where, scope = "Security > Attack Protection", "read:attack_protection"
	return []area{
		{
			id: "brute_force_protection", title: "Brute-force protection", target: "/api/v2/attack-protection/brute-force-protection", scope: scope, where: where + " > Brute-force Protection",
			why: "Who tries many passwords of one person is blocked, and the log says so.", judge: blocks,
		},
		{
			id: "suspicious_ip_throttling", title: "Suspicious IP throttling", target: "/api/v2/attack-protection/suspicious-ip-throttling", scope: scope, where: where + " > Suspicious IP Throttling",
			why: "Who tries the passwords of many people from one address is blocked, and the log says so.", judge: blocks,
		},
		{
			id: "breached_password_detection", title: "Breached password detection", target: "/api/v2/attack-protection/breached-password-detection", scope: scope, where: where + " > Breached Password Detection",
			why: "A login with a password that was leaked is told of in the log.", judge: enabled,
		},
	}
}

// enabled reads the answer of a feature of attack protection.
func enabled(body map[string]any) (string, bool) {
	if on, ok := body["enabled"].(bool); !ok || !on {
		return "It is turned off.", false
	}
	return "It is on.", true
}

// blocks is enabled, and that the feature does something.
func blocks(body map[string]any) (string, bool) {
	said, ok := enabled(body)
	if !ok {
		return said, false
	}
	shields, _ := body["shields"].([]any)
	if !slices.Contains(shields, any("block")) {
		return "It is on, and blocks nobody: it only watches.", false
	}
	return said, true
}

// Sight says what a credential can and cannot see of what alerts are made from,
// one request each.
func Sight(ctx context.Context, f okta.Fetcher) []okta.Finding { return lookAt(ctx, f, sight()) }

// Prerequisites says which of the settings are right that a tenant needs in order
// to log what is worth an alert, one request each.
func Prerequisites(ctx context.Context, f okta.Fetcher) []okta.Finding {
	return lookAt(ctx, f, prerequisites())
}

func lookAt(ctx context.Context, f okta.Fetcher, areas []area) []okta.Finding {
	out := make([]okta.Finding, len(areas))
	var work errgroup.Group
	work.SetLimit(maxLooks)
	for i, a := range areas {
		work.Go(func() error {
			out[i] = a.look(ctx, f)
			out[i].ID, out[i].Title, out[i].Why, out[i].Where = a.id, a.title, a.why, a.where
			return nil
		})
	}
	_ = work.Wait() // nothing in it fails
	return out
}

func (a area) look(ctx context.Context, f okta.Fetcher) okta.Finding {
	answer, err := f.Fetch(ctx, a.target)
	if err != nil {
		return okta.Finding{Verdict: okta.CannotTell, Said: "Auth0 was not reached: " + errs.Message(err) + "."}
	}
	if answer.Status != http.StatusOK {
		return a.unreadable(errorOf(answer, true))
	}
	if a.judge == nil {
		if !json.Valid(answer.Body) {
			return okta.Finding{Verdict: okta.CannotTell, Said: "Auth0's answer is not what its API describes."}
		}
		return okta.Finding{Verdict: okta.Pass, Said: "It can be read."}
	}
	var body map[string]any
	if json.Unmarshal(answer.Body, &body) != nil || len(body) == 0 {
		return okta.Finding{Verdict: okta.CannotTell, Said: "Auth0's answer is not what its API describes."}
	}
	said, ok := a.judge(body)
	if !ok {
		return okta.Finding{Verdict: okta.Fail, Said: said}
	}
	return okta.Finding{Verdict: okta.Pass, Said: said}
}

func (a area) unreadable(e *ResponseError) okta.Finding {
	said := strings.TrimSuffix(e.Error(), ".") + "."
	switch {
	case e.Code == "insufficient_scope":
		return okta.Finding{Verdict: okta.Refused, Said: "The application has not been granted the scope " + a.scope + "."}
	case e.Refused():
		return okta.Finding{Verdict: okta.Refused, Said: said}
	case e.Status == http.StatusTooManyRequests:
		return okta.Finding{Verdict: okta.CannotTell, Said: "The rate limit is used up. Try again in a minute."}
	}
	return okta.Finding{Verdict: okta.CannotTell, Said: said}
}
