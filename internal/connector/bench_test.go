package connector_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"testing"

	"sallyport/content"
	"sallyport/internal/connector"
	"sallyport/internal/egress"
	"sallyport/internal/quota"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := connector.Load(content.FS); err != nil {
			b.Fatal(err)
		}
	}
}

// A whole call: settings, secrets, request, rate limit, answer, outputs.
func BenchmarkDo(b *testing.B) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"id":"00u1","status":"ACTIVE","created":"2026-01-02T03:04:05.000Z","profile":{"login":"ada@acme.example","email":"ada@acme.example","firstName":"Ada"}}`)
	}))
	defer s.Close()
	shelf, err := shelves()
	if err != nil {
		b.Fatal(err)
	}
	keyring, err := secret.Open(filepath.Join(b.TempDir(), "keys.json"))
	if err != nil {
		b.Fatal(err)
	}
	way := egress.New(egress.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	defer way.Client(egress.ClientOptions{}).CloseIdleConnections()
	e := connector.NewEngine(connector.Options{Shelf: shelf, Keyring: keyring, Egress: way, Quota: quota.NewRegistry(quota.Options{})})
	conn := connector.Connection{Org: "o", ID: "c", Connector: "okta", Settings: value.Map("domain", s.URL)}
	if conn.Sealed, err = e.Seal(conn, map[string]secret.Text{"api_key": secret.NewText("00token")}); err != nil {
		b.Fatal(err)
	}
	call := connector.Call{Action: "get_user", Inputs: value.Map("user", "ada"), Priority: quota.Containment}
	for b.Loop() {
		if _, err := e.Do(b.Context(), conn, call); err != nil {
			b.Fatal(err)
		}
	}
}
