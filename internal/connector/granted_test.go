package connector_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"sallyport/internal/connector"
	"sallyport/internal/egress"
	"sallyport/internal/value"
)

// What a token may do is what the server says when it gives it, or what the token says
// of itself; the same token is used for calls.
func TestGrantedScopes(t *testing.T) {
	var asked atomic.Int32
	s := peer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth/token" {
			asked.Add(1)
			fmt.Fprint(w, `{"token_type":"Bearer","expires_in":86400,"access_token":"tok-en-1","scope":"read:users update:users"}`)
			return
		}
		fmt.Fprint(w, `[]`)
	})
	b := newBench(t, egress.Options{})
	client := b.connection("auth0", connector.ClientCredentials, value.Map("base_url", s.URL, "client_id", "cl1"), "client_secret", "s3cret-of-cl1")
	claims := base64.RawURLEncoding.EncodeToString([]byte(`{"scope":"read:roles"}`))
	for name, tt := range map[string]struct {
		conn  connector.Connection
		want  []string
		known bool
	}{
		"a client":          {client, []string{"read:users", "update:users"}, true},
		"a token":           {b.connection("auth0", connector.Bearer, value.Map("base_url", s.URL), "token", "x."+claims+".y"), []string{"read:roles"}, true},
		"an opaque token":   {b.connection("auth0", connector.Bearer, value.Map("base_url", s.URL), "token", "opaque"), nil, false},
		"another connector": {b.connection("github", connector.Bearer, value.NewObject(0), "token", "x."+claims+".y"), nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, known, err := b.Granted(t.Context(), tt.conn)
			if err != nil || known != tt.known || !slices.Equal(got.Scopes, tt.want) || known && got.How == "" {
				t.Errorf("granted %+v, %v, %v", got, known, err)
			}
		})
	}
	if _, err := b.do(client, "get_users_by_email", value.Map("email", "ada@acme.example")); err != nil || asked.Load() != 1 {
		t.Errorf("%d tokens were fetched, %v", asked.Load(), err)
	}
}

func FuzzTokenThatSaysItsScopes(f *testing.F) {
	f.Add("x.eyJzY29wZSI6InJlYWQ6dXNlcnMifQ.y")
	f.Add("x.e30.y")
	f.Add("x")
	f.Fuzz(func(t *testing.T, token string) {
		b := newBench(t, egress.Options{})
		conn := b.connection("auth0", connector.Bearer, value.Map("base_url", "https://acme.eu.auth0.com"), "token", token)
		if got, known, err := b.Granted(t.Context(), conn); err == nil && known && len(got.Scopes) == 0 && strings.TrimSpace(token) == "" {
			t.Errorf("%q says %v", token, got)
		}
	})
}
