package scim_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"sallyport/internal/scim"
	"sallyport/internal/scim/scimtest"
)

// bench calls a handler without a network in between.
type bench struct {
	b *testing.B
	h http.Handler
}

func newBench(b *testing.B, users int) bench {
	b.Helper()
	x := bench{b, scim.New(scim.Options{}).Handler(scimtest.NewMemory(time.Now), "https://x.test/scim/v2")}
	for i := range users {
		x.do(201, "POST", "/Users", profile(i))
	}
	b.ReportAllocs()
	return x
}

func profile(i int) string {
	return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"u%[1]d@x.test","name":{"givenName":"G","familyName":"F%[1]d"},
"emails":[{"primary":true,"value":"u%[1]d@x.test","type":"work"}],"displayName":"G F%[1]d","locale":"en-US","externalId":"00u%[1]d","groups":[],"password":"x","active":true}`, i)
}

func (x bench) do(status int, method, path, body string) *httptest.ResponseRecorder {
	x.b.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(x.b.Context(), method, path, strings.NewReader(body))
	if x.h.ServeHTTP(w, r); w.Code != status {
		x.b.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	return w
}

func BenchmarkCreate(b *testing.B) {
	x := newBench(b, 0)
	for i := 0; b.Loop(); i++ {
		x.do(201, "POST", "/Users", profile(i))
	}
}

func BenchmarkLookup(b *testing.B) {
	x := newBench(b, 10_000)
	for i := 0; b.Loop(); i++ {
		x.do(200, "GET", "/Users?filter="+url.QueryEscape(fmt.Sprintf(`userName eq "u%d@x.test"`, i%10_000))+"&startIndex=1&count=100", "")
	}
}

func BenchmarkPage(b *testing.B) {
	x := newBench(b, 10_000)
	for i := 0; b.Loop(); i++ {
		x.do(200, "GET", fmt.Sprintf("/Users?startIndex=%d&count=100", i%99*100+1), "")
	}
}

// A filter that no index answers, over ten thousand users.
func BenchmarkScan(b *testing.B) {
	x := newBench(b, 10_000)
	path := "/Users?count=10&filter=" + url.QueryEscape(`emails[type eq "work" and value sw "u77"]`)
	for b.Loop() {
		x.do(200, "GET", path, "")
	}
}

func BenchmarkPatch(b *testing.B) {
	x := newBench(b, 1)
	id := x.do(200, "GET", "/Users?attributes=id", "").Body.String()
	_, id, _ = strings.Cut(id, `"id":"`)
	id, _, _ = strings.Cut(id, `"`)
	for i := 0; b.Loop(); i++ {
		x.do(204, "PATCH", "/Users/"+id, fmt.Sprintf(`{"Operations":[{"op":"replace","value":{"active":%v}}]}`, i%2 == 0))
	}
}
