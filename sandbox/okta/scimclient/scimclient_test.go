package scimclient_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sallyport/sandbox/okta/outbox"
	"sallyport/sandbox/okta/scimclient"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// answers serves one answer to everything, and returns a client and the server.
func answers(t *testing.T, h http.HandlerFunc) (*scimclient.Client, scimclient.Server) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return scimclient.New(&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}), scimclient.Server{BaseURL: server.URL, Authorization: "Bearer x"}
}

func TestAnswersOfServersThatAreNotAsTheyShouldBe(t *testing.T) {
	const list = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0,"Resources":[]}`
	for name, c := range map[string]struct {
		status int
		body   string
		want   string        // part of the error
		again  time.Duration // -1: may pass, without a time
	}{
		"created without a body": {201, "", "no id", 0},
		"created without an id":  {201, `{"userName":"ann"}`, "no id", 0},
		"created as a page":      {201, "<html>", "no JSON", 0},
		"there already":          {409, `{"detail":"userName is taken","status":"409"}`, "HTTP 409: userName is taken", 0},
		"no right to":            {401, `{"detail":"who are you?"}`, "who are you?", 0},
		"sent elsewhere":         {302, "", "HTTP 302", 0},
		"too many":               {429, "", "HTTP 429", 30 * time.Second},
		"broken":                 {500, "oops", "HTTP 500", 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			client, server := answers(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					_, _ = io.WriteString(w, list)
					return
				}
				w.Header().Set("Retry-After", "30")
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			})
			var links scimclient.Links
			_, err := client.Push(t.Context(), server, &links, scimclient.User{ID: "00u1", UserName: "ann"})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %s", err, c.want)
			}
			again, passing := errors.AsType[*outbox.AgainError](err)
			if passing != (c.again != 0) || passing && again.After != c.again {
				t.Errorf("again: %+v", again)
			}
			if _, linked := links.Get("00u1"); linked {
				t.Error("linked although it has failed")
			}
		})
	}
}

func TestPackedAnswersAndThoseThatNeverCome(t *testing.T) {
	client, server := answers(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/Groups" { // never
			<-r.Context().Done()
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, `{"totalResults":0}`)
		_ = z.Close()
	})
	if err := client.Test(t.Context(), server, false); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := client.Test(ctx, server, true); err == nil {
		t.Error("an answer that never came is good")
	}
}
