package oktaspec

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	c, err := load()
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("Okta's description is not here (shared/specs/okta)")
	}
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		method, path, body string
		status             int
		answer             string
		want               string // part of the error, empty for none
	}{
		"a user":                          {"GET", "/api/v1/users/00u1", "", 200, `{"id":"00u1","status":"ACTIVE","created":null,"profile":{"firstName":"Ann"}}`, ""},
		"a user in no state":              {"GET", "/api/v1/users/00u1", "", 200, `{"id":"00u1","status":"SLEEPING"}`, "status"},
		"a number for a text":             {"GET", "/api/v1/users/00u1", "", 200, `{"id":7}`, "id"},
		"a list for an object":            {"GET", "/api/v1/users/00u1", "", 200, `[]`, "answer"},
		"a request without its body":      {"POST", "/api/v1/users", "", 200, `{}`, "request"},
		"a bad request that was refused":  {"POST", "/api/v1/users", `{"profile":7}`, 400, `{"errorCode":"E0000001"}`, ""},
		"an error of another form":        {"GET", "/api/v1/users/00u1", "", 404, `{"errorCode":404}`, "errorCode"},
		"a path that nobody described":    {"GET", "/report/system_log_2", "", 200, `<p>`, ""},
		"a number for an access token":    {"POST", "/oauth2/v1/token", "", 200, `{"access_token":1}`, "access_token"},
		"a status that is not described":  {"GET", "/api/v1/users/00u1", "", 202, `{}`, ""},
		"a value where null was expected": {"GET", "/api/v1/groups/00g1", "", 200, `{"profile":{"name":"x","description":null}}`, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, tt.path, strings.NewReader(tt.body))
			r.Header.Set("Content-Type", "application/json")
			if strings.HasPrefix(tt.path, "/oauth2") {
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			rec := httptest.NewRecorder()
			rec.Header().Set("Content-Type", "application/json")
			rec.WriteHeader(tt.status)
			_, _ = rec.WriteString(tt.answer)
			err := c.Check(r, []byte(tt.body), rec)
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("%v, want something about %s", err, tt.want)
			}
		})
	}
}

// TestWrap sees that an exchange passes through unchanged, and that a wrong
// answer is reported.
func TestWrap(t *testing.T) {
	if _, err := load(); err != nil {
		t.Skip(err)
	}
	var spy reporter
	h := Wrap(&spy, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write([]byte(`{"id":` + r.URL.Query().Get("id") + `}`))
	}))
	for query, wrong := range map[string]bool{`"00u1"`: false, `7`: true} {
		spy.errors = 0
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/api/v1/users/00u1?id="+strings.ReplaceAll(query, `"`, "%22"), http.NoBody))
		if want := `{"id":` + query + `}`; rec.Body.String() != want || rec.Code != 200 {
			t.Errorf("%d %s, want %s", rec.Code, rec.Body, want)
		}
		if (spy.errors > 0) != wrong {
			t.Errorf("%s: %d errors", query, spy.errors)
		}
	}
}

// reporter counts the errors that a test would have.
type reporter struct {
	testing.TB
	errors int
}

func (r *reporter) Helper()               {}
func (r *reporter) Errorf(string, ...any) { r.errors++ }
func (r *reporter) Logf(string, ...any)   {}
func (r *reporter) Log(...any)            {}
