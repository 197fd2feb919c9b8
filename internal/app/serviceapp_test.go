package app_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net/http"
	"testing"

	"sallyport/internal/store/storetest"
)

type object = map[string]any

// serviceApp makes a service app in the sandbox's Okta org, with an admin role
// and the scopes that a connection asks for by itself. It returns the app's
// client id and its private key (PEM).
func (d *demo) serviceApp() (client, key string) {
	d.t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		d.t.Fatal(err)
	}
	n, e := base64.RawURLEncoding.EncodeToString(private.N.Bytes()), base64.RawURLEncoding.EncodeToString(big.NewInt(int64(private.E)).Bytes())
	var made struct{ ID string }
	post := func(path string, body object, into any) {
		d.t.Helper()
		if status := d.call(http.MethodPost, d.is.Sandbox+path, body, into); status >= 300 {
			d.t.Fatalf("POST %s: status %d", path, status)
		}
	}
	post("/api/v1/apps", object{
		"name": "oidc_client", "label": "Sallyport", "signOnMode": "OPENID_CONNECT",
		"credentials": object{"oauthClient": object{"token_endpoint_auth_method": "private_key_jwt", "autoKeyRotation": true}},
		"settings": object{"oauthClient": object{
			"application_type": "service", "grant_types": []string{"client_credentials"}, "response_types": []string{"token"},
			"jwks": object{"keys": []object{{"kty": "RSA", "kid": "k1", "use": "sig", "alg": "RS256", "n": n, "e": e}}},
		}},
	}, &made)
	for _, scope := range []string{"okta.users.manage", "okta.groups.manage", "okta.logs.read"} {
		post("/api/v1/apps/"+made.ID+"/grants", object{"scopeId": scope, "issuer": d.is.Sandbox}, nil)
	}
	if status := d.call(http.MethodPost, d.is.Sandbox+"/oauth2/v1/clients/"+made.ID+"/roles", object{"type": "ORG_ADMIN"}, nil); status >= 300 {
		d.t.Fatalf("role: status %d", status)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		d.t.Fatal(err)
	}
	return made.ID, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
}

// With a service app in place of an API token the log is polled and the account
// contained all the same.
func TestServiceAppContains(t *testing.T) {
	d := startDemo(t, storetest.Prepared(t))
	client, key := d.serviceApp()
	var connections []struct{ ID, Name string }
	d.get(d.is.API+"/connections", &connections)
	for _, c := range connections {
		if c.Name != "Okta (sandbox)" {
			continue
		}
		status := d.call(http.MethodPatch, d.is.API+"/connections/"+c.ID, object{
			"auth": "private_key_jwt", "settings": object{"client_id": client, "key_id": "k1"}, "secrets": object{"private_key": key},
		}, nil)
		if status != http.StatusOK {
			t.Fatalf("the connection is refused: status %d", status)
		}
	}
	for _, id := range d.hooks() {
		d.call(http.MethodPost, d.is.Sandbox+"/api/v1/eventHooks/"+id+"/lifecycle/deactivate", nil, nil)
	}
	before := d.victim()
	login, uuid := d.report(before.Login)
	d.ended(uuid)
	d.contained(login, uuid, before)
	var asked []struct{ Auth string }
	d.get(d.is.Sandbox+"/_sandbox/requests?service=okta&method=DELETE", &asked)
	if len(asked) != 1 || asked[0].Auth != "Bearer" {
		t.Errorf("signed in by %+v", asked)
	}
}
