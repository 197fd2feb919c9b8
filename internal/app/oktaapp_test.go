package app

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sallyport/internal/config"
	"sallyport/internal/egress"
	"sallyport/internal/saml"
	"sallyport/sandbox/okta"
)

// The application is made in Okta as the wizard makes it, with the organization's
// values, and a second call sets the same one right.
func TestOktaApp(t *testing.T) {
	org, err := okta.New(okta.Options{Seed: 7, Now: time.Now, Mail: func(string, string, string) {}, HTTP: http.DefaultClient})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(org)
	defer srv.Close()
	defer org.Close()
	org.SetBaseURL(srv.URL)
	conf, err := config.Load("", []string{"SALLYPORT_DATA_DIR=" + t.TempDir(), "SALLYPORT_EGRESS_ALLOW=127.0.0.0/8"})
	if err != nil {
		t.Fatal(err)
	}
	core, err := OpenCore(t.Context(), Options{Config: conf, Version: "test", Log: quietLog(t), Content: builtIn(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = core.Close() }()
	p := core.Portal()
	of, err := core.Organization(t.Context(), p, DefaultOrganization)
	if err != nil {
		t.Fatal(err)
	}
	single, err := core.SSO(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	sp, err := single.Provider(t.Context(), of)
	if err != nil {
		t.Fatal(err)
	}
	o := OktaApp{URL: srv.URL, Token: org.AdminToken(), Label: "Sallyport"}
	first, err := core.SetUpOktaApp(t.Context(), sp, o)
	if err != nil || !first.New {
		t.Fatalf("%+v %v", first, err)
	}
	again, err := core.SetUpOktaApp(t.Context(), sp, o)
	if err != nil || again.New || again.ID != first.ID {
		t.Errorf("%+v %v", again, err)
	}
	o.Assign = []string{"Super admins"}
	if got, err := core.SetUpOktaApp(t.Context(), sp, o); err != nil || got.Assigned != 1 {
		t.Errorf("assigning: %+v %v", got, err)
	}
	o.Assign = []string{"Super admin"}
	if _, err := core.SetUpOktaApp(t.Context(), sp, o); err == nil || !strings.Contains(err.Error(), "no group \"Super admin\"") {
		t.Errorf("assigning a group that is not there: %v", err)
	}
	o.Assign = nil
	text, err := fetchOver(t.Context(), newEgress(t, core), first.MetadataURL, saml.MaxMetadata)
	if err != nil {
		t.Fatal(err)
	}
	idp, err := saml.ParseMetadata(text, saml.MetadataOptions{Now: time.Now(), AllowLoopback: true})
	if err != nil || len(idp.SLO) == 0 {
		t.Errorf("%+v %v", idp, err)
	}
	o.Token = "made-up"
	if _, err := core.SetUpOktaApp(t.Context(), sp, o); err == nil || !strings.Contains(err.Error(), "401") || strings.Contains(err.Error(), "made-up") {
		t.Errorf("%v", err)
	}
}

func newEgress(t *testing.T, c *Core) *egress.Egress {
	t.Helper()
	networks, err := c.Config.Networks()
	if err != nil {
		t.Fatal(err)
	}
	return egress.New(egress.Options{Allow: networks})
}

func quietLog(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), nil))
}
