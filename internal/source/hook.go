package source

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"sallyport/internal/auth0"
	"sallyport/internal/errs"
	"sallyport/internal/event"
	"sallyport/internal/trace"
)

// HookStore finds the source that an event hook posts to.
type HookStore interface {
	ByID(ctx context.Context, id string) (Source, error)
	Failed(ctx context.Context, org, id, why string) error
}

// Unsealer opens a source's sealed hook secret.
type Unsealer interface {
	Unseal(sealed, context []byte) ([]byte, error)
}

// HookSecretContext binds a source's sealed hook secret to the source.
func HookSecretContext(id string) []byte { return []byte("source/hook/" + id) }

// Hooks receives Okta's event hooks at /hooks/okta/{source}, and Auth0's log
// streams at /hooks/auth0/{source}.
type Hooks struct {
	Store HookStore
	Sink  Sink
	Keys  Unsealer
	Now   func() time.Time
	Log   *slog.Logger
	// Tracer is nil where nobody collects traces.
	Tracer *trace.Tracer
}

const (
	// maxDelivery bounds a delivery's body, in bytes.
	maxDelivery = 8 << 20
	// hookTimeout is what is left of the 3 seconds in which Okta wants its answer.
	hookTimeout = 2500 * time.Millisecond
	// bodyWithin is how long a delivery may take to come; Okta has given up then.
	bodyWithin = 3 * time.Second
	// challengeHeader carries the value of the one-time verification.
	challengeHeader = "X-Okta-Verification-Challenge"
)

// HookPaths are the patterns of the paths that hooks post to, for whoever routes
// to [Hooks].
func HookPaths() []string {
	var all []string
	for _, k := range Kinds() {
		all = append(all, "/hooks/"+string(k)+"/{source}")
	}
	return all
}

// HookPath is the path that a source's hook posts to.
func (s Source) HookPath() string { return "/hooks/" + string(cmp.Or(s.Kind, Okta)) + "/" + s.ID }

// ServeHTTP answers a verification, or takes a delivery: 204 once its events
// are durable, and no answer before. Okta repeats a delivery once after a 5xx or
// a timeout, and never after a 4xx; Auth0 repeats it after both.
func (h *Hooks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Body != http.NoBody { // without one the server has begun to watch the connection, which a deadline would end
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyWithin)) // without one, the server's own holds
	}
	s, err := h.Store.ByID(r.Context(), r.PathValue("source"))
	if err != nil {
		if errs.KindOf(err) == errs.NotFound {
			h.answer(w, http.StatusNotFound, "there is no such source")
			return
		}
		h.Log.ErrorContext(r.Context(), "source of event hook not read", "err", err)
		h.answer(w, http.StatusServiceUnavailable, "try again")
		return
	}
	switch {
	case !s.Hook || !s.Enabled || r.URL.Path != s.HookPath():
		h.answer(w, http.StatusNotFound, "this source takes no event hooks")
	case r.Method == http.MethodGet && s.Kind != Auth0:
		h.verify(w, r)
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", "GET, POST")
		h.answer(w, http.StatusMethodNotAllowed, "GET or POST is wanted")
	case !h.authentic(s, r.Header.Get("Authorization")):
		h.answer(w, http.StatusUnauthorized, "the Authorization header does not hold this source's secret")
	default:
		h.deliver(w, r, s)
	}
}

// verify answers the one-time verification challenge.
func (h *Hooks) verify(w http.ResponseWriter, r *http.Request) {
	challenge := r.Header.Get(challengeHeader)
	if challenge == "" || len(challenge) > 1024 {
		h.answer(w, http.StatusBadRequest, "the header "+challengeHeader+" is wanted")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"verification": challenge})
}

// authentic compares the header with the source's secret in constant time,
// whatever their lengths. The secret before it is taken for a while, too: what
// Okta sends changes some minutes after it was told of another.
func (h *Hooks) authentic(s Source, header string) bool {
	secret, err := h.Keys.Unseal(s.HookSecret, HookSecretContext(s.ID))
	if err != nil || len(secret) == 0 {
		h.Log.Error("secret of event hook not unsealed", "err", err, "source", s.ID)
		return false
	}
	want, got := sha256.Sum256(secret), sha256.Sum256([]byte(header))
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1 || s.HookBefore.Fits(header, h.Now())
}

func (h *Hooks) deliver(w http.ResponseWriter, r *http.Request, s Source) {
	of, span := h.Tracer.Start(r.Context(), "hook", trace.Text("sallyport.source", s.ID))
	defer span.End()
	r = r.WithContext(of)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxDelivery))
	if err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			h.answer(w, http.StatusRequestEntityTooLarge, "the delivery is too large")
			h.note(r.Context(), s, "a delivery was larger than 8 MB and was refused")
			return
		}
		h.answer(w, http.StatusBadRequest, "the body could not be read")
		return
	}
	d, err := delivered(s.Kind, body)
	if err != nil {
		h.answer(w, http.StatusBadRequest, err.Error())
		h.note(r.Context(), s, err.Error())
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), hookTimeout)
	defer cancel()
	if _, err := h.Sink.Accept(ctx, Batch{Org: s.Org, Source: s.ID, Via: ViaHook, Events: d.Events, ActFrom: actFrom(s)}); err != nil {
		h.Log.ErrorContext(r.Context(), "delivery not stored", "err", err, "source", s.ID)
		h.answer(w, http.StatusServiceUnavailable, "the events could not be stored; try again")
		return
	}
	for _, bad := range d.Bad {
		h.note(r.Context(), s, "an event was passed over: "+bad.Error())
	}
	w.WriteHeader(http.StatusNoContent)
}

// delivered reads the body of a delivery.
func delivered(kind Kind, body []byte) (event.Delivery, error) {
	if kind == Auth0 {
		return auth0.ParseDelivery(body)
	}
	return event.ParseDelivery(body)
}

// actFrom keeps history from acting that a log stream sends: Auth0 begins one
// with what is days old, if it is told to. Okta's hooks send what happens.
func actFrom(s Source) time.Time {
	if s.Kind == Auth0 {
		return s.CreatedAt.Add(-actGrace)
	}
	return time.Time{}
}

func (h *Hooks) note(ctx context.Context, s Source, why string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := h.Store.Failed(ctx, s.Org, s.ID, why); err != nil {
		h.Log.WarnContext(ctx, "health of source not written", "err", err, "source", s.ID)
	}
}

func (h *Hooks) answer(w http.ResponseWriter, status int, msg string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": msg})
}
