package api

import (
	"context"
	"net/http"
	"reflect"
	"regexp"
	"strings"

	"sallyport/internal/audit"
	"sallyport/internal/portal"
)

// quiet are the routes that change nothing although they are not asked with GET.
func quiet() map[string]bool {
	return map[string]bool{
		"POST /api/v1/flows/check": true, "POST /api/v1/rulefiles/check": true, "POST /api/v1/rulefiles/try": true, "POST /api/v1/suppressions/preview": true,
		"POST /api/v1/connector-drafts/check": true, "POST /api/v1/connector-drafts/curl": true, "POST /api/v1/connector-drafts/openapi": true, "POST /api/v1/okta/domain": true,
	}
}

// loud are the routes that are told of although they are asked with GET: one
// changes something, the others carry data away.
func loud() map[string]bool {
	return map[string]bool{
		"GET /oauth/callback": true, "GET /api/v1/events/ndjson": true, "GET /api/v1/events/csv": true, "GET /api/v1/alerts/csv": true, "GET /api/v1/audit/ndjson": true,
	}
}

// recorded reports whether what a route does is told in the audit log: all that is
// not known to change nothing, so that a new route cannot be forgotten.
func (rt Route) recorded() bool {
	if rt.Method() == http.MethodGet {
		return loud()[rt.Pattern]
	}
	return !quiet()[rt.Pattern]
}

// actorOf is who a request comes from, as the audit log tells it.
func (s *server) actorOf(c portal.Caller, r *http.Request) audit.Actor {
	a := audit.Actor{ID: "anonymous", Addr: s.clientAddr(r), Request: requestID(r.Context())}
	if c.Account.ID != "" {
		a.ID, a.Name = c.Actor(), c.Account.Name
	}
	if c.Token.ID != "" {
		a.ID, a.Name = "token:"+c.Token.ID, c.Token.Name+" of "+c.Account.Name
	}
	return a
}

// record tells what a route did, or what came of trying it, unless what it changed
// has told of itself. By now it is done: that it could not be told is logged.
func (s *server) record(ctx context.Context, rt Route, r *http.Request, did done) {
	if !rt.recorded() || did.caller.Org.ID == "" || did.err == nil && did.trail.Noted() {
		return
	}
	n := audit.Note{Action: rt.Name, Object: rt.objects(r, did.out)}
	if did.err != nil {
		_, e := describe(did.err)
		n.Outcome = string(e.Kind)
	}
	if err := s.DB.Audit.Add(context.WithoutCancel(ctx), did.caller.Org.ID, n); err != nil {
		s.Log.ErrorContext(ctx, "not told in the audit log", "route", rt.Name, "object", n.Object, "outcome", n.Outcome, "err", err, "request", requestID(ctx))
	}
}

// done is what a route did.
type done struct {
	caller portal.Caller
	trail  *audit.Trail
	out    any
	err    error
}

var parameter = regexp.MustCompile(`/([a-z-]+)/\{([a-z]+)\}`)

// objects returns what a request names in its path, and what it made: "flow:ID
// table:ID".
func (rt Route) objects(r *http.Request, out any) string {
	var all []string
	for _, m := range parameter.FindAllStringSubmatch(rt.Path(), -1) {
		all = append(all, kindOf(m[1])+":"+plainID(r.PathValue(m[2])))
	}
	if id := madeID(out); id != "" && len(all) == 0 {
		parts := strings.Split(rt.Path(), "/")
		all = append(all, kindOf(parts[len(parts)-1])+":"+plainID(id))
	}
	return strings.Join(all, " ")
}

func kindOf(plural string) string {
	if one, ok := strings.CutSuffix(plural, "ches"); ok {
		return one + "ch"
	}
	return strings.TrimSuffix(plural, "s")
}

// plainID keeps what somebody made up for an id from looking like several.
func plainID(id string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return '_'
		}
		return r
	}, id[:min(len(id), 100)])
}

// madeID returns the id of what a route answers with; "" where it has none.
func madeID(out any) string {
	v := reflect.ValueOf(out)
	if v.Kind() != reflect.Struct {
		return ""
	}
	f := v.FieldByName("ID")
	if !f.IsValid() || f.Kind() != reflect.String {
		return ""
	}
	return f.String()
}
