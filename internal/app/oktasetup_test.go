package app

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sallyport/internal/config"
	"sallyport/internal/connector"
	"sallyport/internal/errs"
	sees "sallyport/internal/okta"
	"sallyport/internal/okta/onboard"
	"sallyport/internal/secret"
	"sallyport/internal/store"
	"sallyport/internal/value"
	"sallyport/sandbox/okta"
)

// oktaBench is a program with an empty database, its organization, and a simulated
// Okta org.
type oktaBench struct {
	core    *Core
	id, url string
	org     *okta.Org
}

func onboarded(t *testing.T) oktaBench {
	t.Helper()
	org, err := okta.New(okta.Options{Seed: 7, Users: 8, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(org)
	t.Cleanup(func() {
		srv.Close()
		org.Close()
	})
	org.SetBaseURL(srv.URL)
	conf, err := config.Load("", []string{"SALLYPORT_DATA_DIR=" + t.TempDir(), "SALLYPORT_EGRESS_ALLOW=127.0.0.0/8"})
	if err != nil {
		t.Fatal(err)
	}
	core, err := OpenCore(t.Context(), Options{Config: conf, Version: "test", Log: quietLog(t), Content: builtIn(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := core.Close(); err != nil {
			t.Error(err)
		}
	})
	of, err := core.Organization(t.Context(), core.Portal(), DefaultOrganization)
	if err != nil {
		t.Fatal(err)
	}
	return oktaBench{core, of.ID, srv.URL, org}
}

// apps counts the apps of an org whose name begins so.
func apps(t *testing.T, org *okta.Org, url, label string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/api/v1/apps?limit=200&q="+label, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "SSWS "+org.AdminToken())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(text), `"label":"`+label)
}

// Connections, key files and apps are kept together, or none of them: here the
// second connection cannot be.
func TestHandingOverIsAllOrNothing(t *testing.T) {
	b := onboarded(t)
	core, id, org, url := b.core, b.id, b.org, b.url
	keys := filepath.Join(t.TempDir(), "key.pem")
	setup := OktaSetup{
		Org: id, Domain: url, Token: secret.NewText(org.AdminToken()), Label: "Sallyport", Name: "Okta", Response: true, Key: onboard.EC, KeyFile: keys,
	}
	taken := false
	setup.Tell = func(step onboard.Step) {
		if step.Phase != onboard.PhaseKeep || taken {
			return
		}
		taken = true
		row := store.Connection{
			Connection: connector.Connection{Org: id, ID: "somebody-elses", Connector: "okta", Name: "Okta response", Auth: connector.APIKey, Settings: &value.Object{}},
			Own:        &value.Object{}, State: store.ConnectionUntested, CreatedAt: core.Now(), UpdatedAt: core.Now(),
		}
		if err := core.DB.Connections.Add(t.Context(), row); err != nil {
			t.Error(err)
		}
	}
	if _, err := core.SetUpOkta(t.Context(), setup); errs.KindOf(err) != errs.Conflict || !taken {
		t.Fatalf("%v", err)
	}
	names, err := core.DB.Connections.Names(t.Context(), id)
	if err != nil || len(names) != 1 || names["somebody-elses"] == "" {
		t.Errorf("%v, %v", names, err)
	}
	for _, file := range []string{keys, keys + ".response"} {
		if _, err := os.Stat(file); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", file, err)
		}
	}
	if n := apps(t, org, url, "Sallyport"); n != 0 {
		t.Errorf("%d apps are left", n)
	}
	setup.Name = "Other"
	ready, err := core.SetUpOkta(t.Context(), setup)
	if err != nil || len(ready.Apps) != 2 || apps(t, org, url, "Sallyport") != 2 {
		t.Fatalf("%+v, %v", ready, err)
	}
	info, err := os.Stat(keys)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

// A program that dies after the connection was kept, and before the journal was
// removed, has its app left alone by what cleans up.
func TestCleanupLeavesTheAppOfAConnection(t *testing.T) {
	b := onboarded(t)
	core, id, org, url := b.core, b.id, b.org, b.url
	setup := OktaSetup{Org: id, Domain: url, Token: secret.NewText(org.AdminToken()), Label: "Sallyport", Name: "Okta", Key: onboard.EC}
	journal := ""
	setup.Tell = func(step onboard.Step) {
		if files, err := filepath.Glob(filepath.Join(core.Config.DataDir, "okta-setup-*")); err == nil && step.Phase == onboard.PhaseKeep && len(files) == 1 {
			text, err := os.ReadFile(files[0])
			if err != nil {
				t.Error(err)
			}
			journal = files[0]
			if err := os.WriteFile(journal+".kept", text, 0o600); err != nil {
				t.Error(err)
			}
		}
	}
	ready, err := core.SetUpOkta(t.Context(), setup)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(journal+".kept", journal); err != nil {
		t.Fatal(err)
	}
	did, err := core.CleanUpOkta(t.Context(), id, url, setup.Token)
	if err != nil || len(did) == 0 || apps(t, org, url, "Sallyport") != 1 {
		t.Errorf("%q, %v", did, err)
	}
	conn, err := core.OktaConnection(t.Context(), id, ready.Apps[0].Name)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range core.CheckOkta(t.Context(), conn) {
		if c.ID == "users" && c.Visible != "full" {
			t.Errorf("%+v", c)
		}
	}
}

// An API service integration is connected by its id and secret: its scopes alone
// decide what it sees, and the table names those that are missing.
func TestConnectIntegration(t *testing.T) {
	b := onboarded(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"/integrations/api/v1/api-services", strings.NewReader(`{"type":"my_app","grantedScopes":["okta.users.read","okta.groups.read"]}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "SSWS "+b.org.AdminToken())
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var made struct{ ID, ClientSecret string }
	if err := json.NewDecoder(resp.Body).Decode(&made); err != nil || made.ClientSecret == "" {
		t.Fatalf("%+v, %v", made, err)
	}
	with := OktaCredential{Domain: b.url, Name: "Integration", ClientID: made.ID, Scopes: "okta.users.read okta.groups.read", Secret: secret.NewText("wrong")}
	if _, err := b.core.ConnectOkta(t.Context(), b.id, with); err == nil || strings.Contains(err.Error(), made.ClientSecret) {
		t.Errorf("with a wrong secret: %v", err)
	}
	with.Secret = secret.NewText(made.ClientSecret)
	conn, err := b.core.ConnectOkta(t.Context(), b.id, with)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]sees.Coverage{}
	for _, c := range b.core.CheckOkta(t.Context(), conn) {
		got[c.ID] = c
	}
	for area, want := range map[string]sees.Visible{"users": sees.Full, "members": sees.Full, "logs": sees.Denied, "roles": sees.Denied} {
		if got[area].Visible != want || want == sees.Denied && got[area].Missing != got[area].Scope {
			t.Errorf("%+v", got[area])
		}
	}
	if owner, ok := b.core.OktaOwner(t.Context(), conn); !ok || owner.Verdict != sees.Pass {
		t.Errorf("%+v", owner)
	}
}

// An org that is read gets an app for response beside the one that reads, which
// stays the one that reads it.
func TestOnlyResponse(t *testing.T) {
	b := onboarded(t)
	keys := filepath.Join(t.TempDir(), "key.pem")
	setup := OktaSetup{Org: b.id, Domain: b.url, Token: secret.NewText(b.org.AdminToken()), Label: "Sallyport", Name: "Okta", Key: onboard.EC}
	first, err := b.core.SetUpOkta(t.Context(), setup)
	if err != nil {
		t.Fatal(err)
	}
	setup.Response = true
	if _, err := b.core.SetUpOkta(t.Context(), setup); errs.KindOf(err) != errs.Conflict || !strings.Contains(err.Error(), "--only-response") {
		t.Errorf("both, where one is there: %v", err)
	}
	setup.Response, setup.OnlyResponse, setup.KeyFile = false, true, keys
	second, err := b.core.SetUpOkta(t.Context(), setup)
	if err != nil {
		t.Fatal(err)
	}
	if n := apps(t, b.org, b.url, "Sallyport"); n != 2 {
		t.Errorf("%d apps instead of 2", n)
	}
	if len(second.Apps) != 1 || !second.Apps[0].Response || second.Apps[0].Name != "Okta response" || second.Apps[0].KeyFile != keys+".response" || second.Known != "" {
		t.Errorf("%+v", second)
	}
	tenant, err := b.core.DB.Inventory.Tenant(t.Context(), b.id, first.Known)
	if err != nil || tenant.Connection != first.Apps[0].Connection {
		t.Errorf("the org is read through %s instead of %s (%v)", tenant.Connection, first.Apps[0].Connection, err)
	}
	if _, err := b.core.SetUpOkta(t.Context(), setup); errs.KindOf(err) != errs.Conflict || !strings.Contains(err.Error(), `"Okta response"`) {
		t.Errorf("twice: %v", err)
	}
}
