package api

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/portal"
)

// Security policies for what browsers show (CSP level 3). Nothing of ours is
// inline, and nothing comes from elsewhere.
const (
	apiPolicy     = "default-src 'none'; frame-ancestors 'none'"
	consolePolicy = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

// Secure sets the headers that keep a browser from doing harm with the pages of a
// console that people reach by a base URL. The API sets its own.
func Secure(base string, next http.Handler) http.Handler { return secured(base, consolePolicy, next) }

// SecureAnswers does the same for what is no page, and no part of the API: what
// other systems call.
func SecureAnswers(base string, next http.Handler) http.Handler {
	return secured(base, apiPolicy, next)
}

func secured(base, policy string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setSecurity(w.Header(), policy)
		stayProtected(w.Header(), base)
		next.ServeHTTP(w, r)
	})
}

// stayProtected has browsers never again come without TLS, where they came with it
// (RFC 6797).
func stayProtected(h http.Header, base string) {
	if secure(base) {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

func setSecurity(h http.Header, policy string) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
}

type requestKey struct{}

// requestID returns the correlation id of a request.
func requestID(ctx context.Context) string {
	s, _ := ctx.Value(requestKey{}).(string)
	return s
}

var requestForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// outermost is around everything: correlation id, headers, panics, figures.
func (s *server) outermost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given := r.Header.Get("X-Request-Id")
		if !requestForm.MatchString(given) {
			given = id.New()
		}
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, given))
		w.Header().Set("X-Request-Id", given)
		w.Header().Set("Cache-Control", "no-store")
		setSecurity(w.Header(), apiPolicy)
		stayProtected(w.Header(), s.BaseURL)
		seen := &recorder{ResponseWriter: w}
		began := s.Now()
		defer func() { s.Metrics.request(r, seen.status, s.Now().Sub(began)) }()
		defer s.recovered(seen, r)
		next.ServeHTTP(seen, r)
	})
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter

	status int
}

// WriteHeader notes the status.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write notes the status that is meant where none was said.
func (w *recorder) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController find what is inside.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// admit returns who calls a route, if they may.
func (s *server) admit(rt Route, r *http.Request) (portal.Caller, error) {
	token, byToken := bearer(r)
	if !byToken {
		// A browser sends cookies along with what other sites have it send.
		if err := s.origins.Check(r); err != nil {
			return portal.Caller{}, errs.Wrap(errs.Denied, err, "the request comes from another site")
		}
	}
	if rt.Permission == anyone {
		return portal.Caller{}, nil
	}
	var c portal.Caller
	var err error
	switch cookie := cookieOf(s.BaseURL, r); {
	case byToken:
		c, err = s.Portal.EnterByToken(r.Context(), token, s.from(r))
	case cookie != "":
		c, err = s.Portal.Enter(r.Context(), cookie)
	default:
		err = &portal.AuthError{Message: "sign in first"}
	}
	if err != nil {
		return c, err
	}
	if rt.Permission != signedIn && !c.Can(rt.Permission) {
		return c, errs.New(errs.Denied, "this wants the permission %s, which %s not have", rt.Permission, withoutIt(c))
	}
	if rt.Doc.Fresh {
		return c, s.Portal.Proofs.Fresh(c)
	}
	return c, nil
}

// withoutIt says who lacks a permission.
func withoutIt(c portal.Caller) string {
	if c.Token.ID != "" {
		return "the API token, or the role of who made it (" + c.RoleNames() + "), does"
	}
	return "your role (" + c.RoleNames() + ") does"
}

// secure reports whether people come by https.
func secure(base string) bool { return strings.HasPrefix(base, "https://") }

// cookieName is the session cookie's name. The prefix has browsers refuse one
// that another host, or a page without TLS, tries to set (RFC 6265bis section
// 4.1.3.2); it cannot be had on plain http, which is for loopback.
func cookieName(base string) string {
	if secure(base) {
		return "__Host-sallyport"
	}
	return "sallyport"
}

func cookieOf(base string, r *http.Request) string {
	c, err := r.Cookie(cookieName(base))
	if err != nil {
		return ""
	}
	return c.Value
}

// bearer returns the token of a request's Authorization header (RFC 6750
// section 2.1).
func bearer(r *http.Request) (string, bool) {
	kind, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return token, ok && strings.EqualFold(kind, "Bearer")
}

// from returns where a request comes from.
func (s *server) from(r *http.Request) portal.From {
	return portal.From{Addr: s.clientAddr(r), Agent: r.UserAgent()}
}

// dayBefore is the start of the day that ends now, for the figures of 24 hours.
func dayBefore(now time.Time) time.Time { return now.Add(-24 * time.Hour) }
