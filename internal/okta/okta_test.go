package okta_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"sallyport/internal/okta"
)

// answered is an org that always answers the same.
type answered struct{ a okta.Answer }

func (f answered) Fetch(context.Context, string) (okta.Answer, error) { return f.a, nil }

func TestReadLogErrors(t *testing.T) {
	tests := map[string]struct {
		status             int
		body, says         string
		badCursor, refused bool
	}{
		"a bad cursor":  {400, `{"errorCode":"E0000031","errorSummary":"Invalid search criteria."}`, "Okta answered 400: Invalid search criteria (E0000031)", true, false},
		"no such field": {400, `{"errorCode":"E0000053","errorSummary":"Invalid filter"}`, "E0000053", false, false},
		"expired token": {401, `{"errorCode":"E0000011","errorSummary":"Invalid token provided"}`, "Invalid token provided", false, true},
		"forbidden":     {403, `{"errorCode":"E0000006"}`, "E0000006", false, true},
		"a proxy's":     {502, `<html>`, "Okta answered 502 Bad Gateway", false, false},
		"no list":       {200, `{}`, "no list of events: a list is wanted, not an object", false, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := okta.ReadLog(t.Context(), answered{okta.Answer{Status: tt.status, Body: []byte(tt.body)}}, "/api/v1/logs")
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("error = %v, want one with %q", err, tt.says)
			}
			re, ok := errors.AsType[*okta.ResponseError](err)
			if !ok {
				re = &okta.ResponseError{}
			}
			if re.BadCursor() != tt.badCursor || re.Refused() != tt.refused {
				t.Errorf("bad cursor %v, refused %v", re.BadCursor(), re.Refused())
			}
		})
	}
}

// Whatever a Link header says, the next request stays on the System Log of the
// org that was asked.
func FuzzNextLink(f *testing.F) {
	f.Add(`<https://a.okta.com/api/v1/logs?after=1>; rel="next"`)
	f.Add(`<a>; rel="self", <b`)
	f.Fuzz(func(t *testing.T, link string) {
		p, err := okta.ReadLog(t.Context(), answered{okta.Answer{Status: 200, Header: http.Header{"Link": {link}}, Body: []byte("[]")}}, "/")
		if err != nil || p.Next != "" && !strings.HasPrefix(p.Next, "/api/v1/logs") {
			t.Fatalf("%q leads to %q, %v", link, p.Next, err)
		}
	})
}

// Whatever an org answers, reading gives events or an error, and an error of the
// org's own has its status.
func FuzzReadLog(f *testing.F) {
	f.Add(200, `[{"uuid":"u","eventType":"a.b","published":"2026-03-04T05:06:07Z"},{}]`)
	f.Add(429, `{"errorCode":"E0000047","errorSummary":"API call exceeded rate limit."}`)
	f.Add(502, `<html>`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		p, err := okta.ReadLog(t.Context(), answered{okta.Answer{Status: status, Body: []byte(body)}}, "/")
		if err != nil {
			if re, ok := errors.AsType[*okta.ResponseError](err); len(p.Events) > 0 || ok != (status != 200) || ok && re.Status != status {
				t.Fatalf("status %d: %v, %+v", status, err, p)
			}
			return
		}
		for _, e := range p.Events {
			if e.UUID == "" || e.Type == "" || e.Published.IsZero() {
				t.Fatalf("taken: %+v", e)
			}
		}
	})
}
