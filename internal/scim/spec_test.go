package scim_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"sallyport/internal/scim"
	"sallyport/internal/scim/fault"
	"sallyport/internal/scim/scimtest"
)

// guarded asks for a secret, as what stands in front of the server does.
func guarded(t *testing.T, secret string) (base string) {
	t.Helper()
	d := scimtest.NewMemory(time.Now)
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	h := http.StripPrefix("/scim/v2", scim.New(scim.Options{}).Handler(d, server.URL+"/scim/v2"))
	mux.HandleFunc("/scim/v2/", func(w http.ResponseWriter, r *http.Request) {
		if s, ok := scim.Secret(r.Header.Get("Authorization")); !ok || s != secret {
			scim.WriteError(w, fault.Status(http.StatusUnauthorized, "the secret is not valid"))
			return
		}
		h.ServeHTTP(w, r)
	})
	return server.URL + "/scim/v2"
}

func TestOktaSpec(t *testing.T) { scimtest.OktaSpec(t, guarded(t, "s3cret"), "s3cret") }

func TestOktaCRUD(t *testing.T) {
	for _, kind := range []string{"wizard", "catalogue"} {
		t.Run(kind, func(t *testing.T) { scimtest.OktaCRUD(t, kind, guarded(t, "s3cret"), "s3cret") })
	}
}
