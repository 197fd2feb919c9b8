package api

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"

	"sallyport/internal/connector"
	"sallyport/internal/egress"
	"sallyport/internal/flow"
	"sallyport/internal/quota"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

const scopedTenant = `
connector: tenant
title: Tenant
settings: { base_url: { required: true } }
auth: [ { kind: oauth2_client_credentials, token_url: "{{ settings.base_url }}/oauth/token" } ]
base_url: "{{ settings.base_url }}"
scopes: { grant: Grant them in the tenant. }
test: [ { action: read } ]
actions:
  read: { effect: read, repeat: safe, scopes: ["read:users"], inputs: {}, request: { method: GET, path: /users }, outputs: { body: { from: body } } }
  block: { effect: read, repeat: safe, scopes: ["update:users"], inputs: {}, request: { method: GET, path: /block }, outputs: { body: { from: body } } }
`

// Testing a connection says what its token may do, and which scopes the flows that use
// it lack.
func TestMissingScopesAreNamed(t *testing.T) {
	b := setup(t, func(d *Deps) {
		shelf, err := connector.Load(fstest.MapFS{"connectors/tenant.yaml": {Data: []byte(scopedTenant)}})
		if err != nil {
			t.Fatal(err)
		}
		out := egress.New(egress.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
		t.Cleanup(out.Client(egress.ClientOptions{}).CloseIdleConnections)
		keys, _ := d.Keys.(*secret.Keyring)
		d.Shelf, d.Engine = shelf, connector.NewEngine(connector.Options{Shelf: shelf, Keyring: keys, Egress: out, Quota: quota.NewRegistry(quota.Options{})})
	})
	c := b.admin()
	f := b.fill(b.acme, "ada@acme.example")
	peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/oauth/token" {
			_, _ = io.WriteString(w, `{"token_type":"Bearer","expires_in":86400,"access_token":"tok-en-1","scope":"read:users"}`)
			return
		}
		_, _ = io.WriteString(w, `{"start":0,"limit":1,"total":0,"users":[]}`)
	}))
	t.Cleanup(peer.Close)
	conn := c.post("/api/v1/connections", value.Map("connector", "tenant", "name", "Tenant", "auth", "oauth2_client_credentials",
		"settings", value.Map("base_url", peer.URL, "client_id", "cl1"), "secrets", value.Map("client_secret", "s3cret-of-cl1")), 201)
	said := func(r *value.Object) (ok bool, message string) {
		for _, check := range r.At("checks").([]any) {
			if o, _ := check.(*value.Object); o.Text("title") == "Scopes of the token" {
				ok, _ = o.At("ok").(bool)
				return ok, o.Text("message")
			}
		}
		return false, ""
	}
	if ok, message := said(conn); !ok || message != "It may read:users." {
		t.Errorf("without flows: %v %q", ok, message)
	}
	b.publish(b.acme, f.folder, "flow: block\ntitle: Blocks people\nconnections: { tenant: tenant }\ntrigger: { on_demand: }\ncards: [ { use: tenant.block } ]\n",
		flow.Bindings{Connections: map[string]string{"tenant": conn.Text("id")}})
	tested := c.post("/api/v1/connections/"+conn.Text("id")+"/test", nil, 200)
	if ok, message := said(tested); ok || !strings.Contains(message, "Missing: update:users (for Blocks people). Grant them in the tenant.") || tested.Text("state") != "ok" {
		t.Errorf("with a flow: %v %q, %s", ok, message, tested.Text("state"))
	}
}
