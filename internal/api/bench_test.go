package api

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sallyport/internal/event"
	"sallyport/internal/flow"
	"sallyport/internal/portal"
	"sallyport/internal/source"
	"sallyport/internal/store"
)

// BenchmarkRequests is what requests cost an organization of a hundred flows,
// 100,000 events and some hundred runs, from the handler's first look to its
// last byte.
func BenchmarkRequests(b *testing.B) {
	s := setup(b)
	s.member(s.acme, "ada@acme.example", portal.Admin)
	f := s.fill(s.acme, "ada@acme.example")
	for i := range 100 {
		s.publish(s.acme, f.folder, strings.Replace(greeting, "flow: greet", fmt.Sprint("flow: greet_", i), 1), flow.Bindings{})
	}
	for range 300 {
		s.run(s.acme, flow.Run{Flow: f.flow, Version: 1, Cause: flow.OnEvent, Event: f.event, SaveData: true, State: flow.Succeeded}, flow.Step{
			Path: "text", Seq: 1, Flow: f.flow, Card: "text", State: flow.StepDone, Attempt: 1,
		})
	}
	s.manyEvents(b, f.source, 100_000)
	h, err := New(s.deps)
	if err != nil {
		b.Fatal(err)
	}
	token, _, err := s.deps.Portal.SignIn(b.Context(), portal.Credentials{Email: "ada@acme.example", Password: password}, portal.From{}, "")
	if err != nil {
		b.Fatal(err)
	}
	for name, path := range map[string]string{
		"session": "/api/v1/session", "flows": "/api/v1/flows", "flow": "/api/v1/flows/" + f.flow, "runs": "/api/v1/runs", "run": "/api/v1/runs/" + f.run,
		"events": "/api/v1/events", "events searched": "/api/v1/events?q=nobody", "events of a type": "/api/v1/events?type=user.account.lock",
		"overview": "/api/v1/overview", "timeline": "/api/v1/timeline",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest(http.MethodGet, path, nil)
				r.AddCookie(&http.Cookie{Name: "sallyport", Value: token})
				w := httptest.NewRecorder()
				if h.ServeHTTP(w, r); w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body)
				}
			}
		})
	}
}

// manyEvents stores n events, one a second until now.
func (b *bench) manyEvents(t testing.TB, src string, n int) {
	t.Helper()
	p, now := event.NewParser(), b.now()
	for at := 0; at < n; at += 5000 {
		var es []event.Event
		for i := range 5000 {
			raw := fmt.Sprintf(`{"uuid":"many-%d","eventType":"user.session.%d","published":%q,"displayMessage":"User signs in","actor":{"id":"u%d","alternateId":"p%d@acme.example"},"client":{"ipAddress":"192.0.2.7"}}`,
				at+i, i%7, now.Add(time.Duration(at+i-n)*time.Second).UTC().Format(time.RFC3339), i%50, i%50)
			e, err := p.Parse([]byte(raw))
			if err != nil {
				t.Fatal(err)
			}
			es = append(es, e)
		}
		err := b.db.Sources.Accept(t.Context(), source.Batch{Org: b.acme.ID, Source: src, Via: source.ViaFile, Events: es}, func(w *store.Batch) error {
			_, err := w.AddEvents(t.Context())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
