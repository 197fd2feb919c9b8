package app_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"sallyport/internal/app"
	"sallyport/internal/config"
	"sallyport/internal/secret"
	"sallyport/internal/store/storetest"
)

// Whatever the server answers, to whomever, a browser frames none of it, guesses at
// no type, carries out nothing inline, tells nobody where it was, and comes back by
// TLS alone; and what a caller says of the host is believed nowhere.
func TestEveryAnswerHasItsHeaders(t *testing.T) {
	c := config.Default()
	c.DataDir, c.Database = t.TempDir(), secret.NewText(storetest.Prepared(t))
	c.Listen, c.BaseURL = "127.0.0.1:0", "https://sallyport.example.com"
	a, err := app.New(t.Context(), app.Options{Config: c, Version: "test", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	still := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, path := range []string{
		"/", "/sso", "/alerts/1", "/index.html", "/assets/none.js", "/favicon.svg", "/api/v1/session", "/api/v1/none", "/api/openapi.json", "/api/flows/default/none", "/healthz", "/metrics",
		"/hooks/okta/none", "/hooks/auth0/none", "/hooks/slack/none", "/services/collector/event", "/scim/v2/Users", "/saml/default", "/sso/start/default", "/sso/finish?h=none", "/oauth/callback?state=x",
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+a.Addr.String()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = "evil.example"
		req.Header.Set("X-Forwarded-Host", "evil.example")
		resp, err := still.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		h := resp.Header
		policy := h.Get("Content-Security-Policy")
		for _, wants := range []string{"default-src ", "frame-ancestors 'none'"} {
			if !strings.Contains(policy, wants) {
				t.Errorf("%s: its policy %q has no %s", path, policy, wants)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Errorf("%s: its policy is %q", path, policy)
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "Strict-Transport-Security": "max-age=31536000",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s (%d): %s is %q, want %q", path, resp.StatusCode, name, got, want)
			}
		}
		for name, all := range h {
			if strings.Contains(strings.Join(all, " "), "evil.example") {
				t.Errorf("%s: %s is made of what the caller says is the host: %v", path, name, all)
			}
		}
	}
}
