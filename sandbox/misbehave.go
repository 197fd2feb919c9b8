package sandbox

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// wait lets a delay pass, or the request end.
func wait(ctx context.Context, ms int) {
	if ms <= 0 {
		return
	}
	t := time.NewTimer(time.Duration(ms) * time.Millisecond)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// misbehave answers a request that a fault is for.
func misbehave(s *Sandbox, w *watched, r *http.Request, f Fault, h http.Handler) {
	wait(r.Context(), f.DelayMS)
	service := serviceOf(r.URL.Path)
	switch f.Kind {
	case faultDelay:
		h.ServeHTTP(w, r)
	case faultMalformed:
		cut(w, r, h)
	case faultDrop:
		drop(s, w, r)
	case faultRateLimit:
		limit(s.now(), w, service, f)
	case faultExpired:
		expired(w, service)
	default:
		for name, value := range f.Header {
			w.Header().Set(name, value)
		}
		body, kind := statusBody(service, f.Status)
		if f.Body != "" {
			body, kind = f.Body, "text/plain; charset=utf-8"
			if json.Valid([]byte(body)) {
				kind = "application/json"
			}
		}
		respond(w, f.Status, kind, body)
	}
}

// serviceOf returns the service that a path belongs to.
func serviceOf(path string) string {
	switch {
	case strings.HasPrefix(path, "/auth0/"):
		return serviceAuth0
	case strings.HasPrefix(path, "/slack/"):
		return serviceSlack
	case strings.HasPrefix(path, "/teams/"):
		return serviceTeams
	default:
		return serviceOkta
	}
}

func respond(w http.ResponseWriter, status int, kind, body string) {
	if body != "" && w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", kind)
	}
	w.WriteHeader(status)
	if status != http.StatusNoContent && status != http.StatusNotModified {
		_, _ = w.Write([]byte(body)) // nobody is left to tell
	}
}

// cut sends the first half of the right answer.
func cut(w http.ResponseWriter, r *http.Request, h http.Handler) {
	whole := &held{header: http.Header{}, status: http.StatusOK}
	h.ServeHTTP(whole, r)
	maps.Copy(w.Header(), whole.header)
	w.Header().Del("Content-Length")
	w.WriteHeader(whole.status)
	_, _ = w.Write(whole.body.Bytes()[:whole.body.Len()/2]) // nobody is left to tell
}

// held keeps an answer.
type held struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (h *held) Header() http.Header { return h.header }

// WriteHeader implements http.ResponseWriter.
func (h *held) WriteHeader(status int) { h.status = status }

// Write implements http.ResponseWriter.
func (h *held) Write(b []byte) (int, error) { return h.body.Write(b) }

// drop closes the connection without a word.
func drop(s *Sandbox, w *watched, r *http.Request) {
	w.status = 0
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		s.log.ErrorContext(r.Context(), "connection was not dropped", "err", err)
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	_ = conn.Close() // that is all it is for
}

// limit refuses a request until the reset of a rate limit, in the words of the
// service.
func limit(now time.Time, w http.ResponseWriter, service string, f Fault) {
	h := w.Header()
	switch service {
	case serviceAuth0:
		h.Set("X-Ratelimit-Limit", "10")
		h.Set("X-Ratelimit-Remaining", "0")
		h.Set("X-Ratelimit-Reset", strconv.FormatInt(f.Until.Add(time.Second-1).Unix(), 10))
	case serviceOkta:
		reset := f.Until.Unix()
		if f.Until.Nanosecond() > 0 {
			reset++
		}
		h.Set("X-Rate-Limit-Limit", "600")
		h.Set("X-Rate-Limit-Remaining", "0")
		h.Set("X-Rate-Limit-Reset", strconv.FormatInt(reset, 10))
		h.Set("Date", now.UTC().Format(http.TimeFormat))
	default:
		left := f.Until.Sub(now)
		h.Set("Retry-After", strconv.Itoa(max(1, int((left+time.Second-1)/time.Second))))
	}
	body, kind := statusBody(service, http.StatusTooManyRequests)
	respond(w, http.StatusTooManyRequests, kind, body)
}

// expired refuses the credentials of a request.
func expired(w http.ResponseWriter, service string) {
	if service == serviceSlack {
		respond(w, http.StatusOK, "application/json; charset=utf-8", `{"ok":false,"error":"token_expired"}`)
		return
	}
	body, kind := statusBody(service, http.StatusUnauthorized)
	respond(w, http.StatusUnauthorized, kind, body)
}

// statusBody returns what a service says with a status, and its content type.
func statusBody(service string, status int) (body, kind string) {
	if status < 400 {
		return "", ""
	}
	switch service {
	case serviceOkta:
		return oktaError(status), "application/json"
	case serviceAuth0:
		return auth0Error(status), "application/json; charset=utf-8"
	case serviceSlack:
		code := "internal_error"
		switch {
		case status == http.StatusTooManyRequests:
			code = "ratelimited"
		case status == http.StatusServiceUnavailable:
			code = "service_unavailable"
		case status < 500:
			code = "invalid_auth"
		}
		return `{"ok":false,"error":"` + code + `"}`, "application/json; charset=utf-8"
	default:
		return http.StatusText(status), "text/plain; charset=utf-8"
	}
}

// oktaError returns an error of the Okta API, with code and summary of its
// catalogue.
func oktaError(status int) string {
	code, summary := "E0000009", "Internal Server Error"
	switch status {
	case http.StatusBadRequest:
		code, summary = "E0000001", "Api validation failed: request"
	case http.StatusUnauthorized:
		code, summary = "E0000011", "Invalid token provided"
	case http.StatusForbidden:
		code, summary = "E0000006", "You do not have permission to perform the requested action"
	case http.StatusNotFound:
		code, summary = "E0000007", "Not found: Resource not found"
	case http.StatusMethodNotAllowed:
		code, summary = "E0000022", "The endpoint does not support the provided HTTP method"
	case http.StatusTooManyRequests:
		code, summary = "E0000047", "API call exceeded rate limit due to too many requests."
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id)                 // never fails
	b, _ := json.Marshal(map[string]any{ // of texts only
		"errorCode": code, "errorSummary": summary, "errorLink": code, "errorId": "oae" + base64.RawURLEncoding.EncodeToString(id), "errorCauses": []string{},
	})
	return string(b)
}
