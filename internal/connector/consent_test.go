package connector_test

import (
	"net/url"
	"strings"
	"testing"

	"sallyport/internal/connector"
	"sallyport/internal/value"
)

// Every connector that somebody can sign in to has an address to send them to,
// and what it needs is declared.
func TestConnectorsAskForConsent(t *testing.T) {
	shelf, err := shelves()
	if err != nil {
		t.Fatal(err)
	}
	b := newWays(t, &shelfOfGrants{held: map[string][]byte{}}, nil)
	engine := b.over(shelf)
	for id, want := range map[string]string{
		"microsoft365": "https://login.microsoftonline.com/acme.example/oauth2/v2.0/authorize", "google_directory": "https://accounts.google.com/o/oauth2/v2/auth",
		"gmail": "https://accounts.google.com/o/oauth2/v2/auth", "google_drive": "https://accounts.google.com/o/oauth2/v2/auth", "google_sheets": "https://accounts.google.com/o/oauth2/v2/auth",
	} {
		settings := value.Map("client_id", "c1")
		if id == "microsoft365" {
			settings.Set("tenant", "acme.example")
		}
		consent, err := engine.Consent(connector.Connection{Org: "o", ID: "c", Connector: id, Auth: connector.AuthorizationCode, Settings: settings}, "https://x.example/oauth/callback", "state")
		if err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		u, err := url.Parse(consent.URL)
		if err != nil || !strings.HasPrefix(consent.URL, want+"?") || u.Query().Get("scope") == "" || u.Query().Get("code_challenge_method") != "S256" {
			t.Errorf("%s: %s", id, consent.URL)
		}
		if google := strings.HasPrefix(id, "g"); google != (u.Query().Get("access_type") == "offline") {
			t.Errorf("%s: a refresh token is asked for: %s", id, consent.URL)
		}
	}
}

// A call without a gateway goes to the region's own address.
func TestAmazonsAddress(t *testing.T) {
	shelf, err := shelves()
	if err != nil {
		t.Fatal(err)
	}
	b := newWays(t, nil, nil)
	b.Engine = b.over(shelf)
	conn := b.connection("aws_lambda", "", value.Map("region", "eu-central-1", "access_key_id", "AKIA1"), "secret_access_key", "s3cret-access-key")
	shown, err := b.Preview(conn, connector.Call{Action: "invoke", Inputs: value.Map("function", "f")})
	if err != nil || shown.URL != "https://lambda.eu-central-1.amazonaws.com/2015-03-31/functions/f/invocations" {
		t.Errorf("%+v %v", shown, err)
	}
}
