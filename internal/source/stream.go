package source

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/trace"
)

// StreamStore finds the source that a log stream posts to.
type StreamStore interface {
	ByToken(ctx context.Context, k Key) (Source, error)
	Failed(ctx context.Context, org, id, why string) error
}

// Streams receives Okta's log streams in the way of Splunk's HTTP Event Collector
// (HEC), under /services/collector. The token names the source.
type Streams struct {
	Store   StreamStore
	Sink    Sink
	Healthy func(context.Context) error // whether events could be taken now
	Now     func() time.Time
	Log     *slog.Logger
	// Tracer is nil where nobody collects traces.
	Tracer *trace.Tracer
}

// StreamPaths are the paths of the collector, for whoever routes to it.
func StreamPaths() []string {
	return []string{"/services/collector", "/services/collector/"}
}

// Splunk's codes, as its reference of HEC status codes lists them.
const (
	codeSuccess     = 0
	codeDisabled    = 1
	codeNoToken     = 2
	codeNoAuth      = 3
	codeBadToken    = 4
	codeNoData      = 5
	codeBadFormat   = 6
	codeBusy        = 9
	codeNoEvent     = 12
	codeBlankEvent  = 13
	codeNoAck       = 14
	codeHealthy     = 17
	codeUnhealthy   = 18
	codeTooLarge    = 27
	codeNoSuchThing = 404
)

// streamReply is Splunk's text and HTTP status of a code.
func streamReply(code int) (text string, status int) {
	switch code {
	case codeSuccess:
		return "Success", http.StatusOK
	case codeDisabled:
		return "Token disabled", http.StatusForbidden
	case codeNoToken:
		return "Token is required", http.StatusUnauthorized
	case codeNoAuth:
		return "Invalid authorization", http.StatusUnauthorized
	case codeBadToken:
		return "Invalid token", http.StatusForbidden
	case codeNoData:
		return "No data", http.StatusBadRequest
	case codeBadFormat:
		return "Invalid data format", http.StatusBadRequest
	case codeBusy:
		return "Server is busy", http.StatusServiceUnavailable
	case codeNoEvent:
		return "Event field is required", http.StatusBadRequest
	case codeBlankEvent:
		return "Event field cannot be blank", http.StatusBadRequest
	case codeNoAck:
		return "ACK is disabled", http.StatusBadRequest
	case codeHealthy:
		return "HEC is healthy", http.StatusOK
	case codeUnhealthy:
		return "HEC is unhealthy, queues are full", http.StatusServiceUnavailable
	case codeTooLarge:
		return "Request entity too large", http.StatusRequestEntityTooLarge
	case codeNoSuchThing:
		return "The requested URL was not found on this server.", http.StatusNotFound
	}
	return "Internal server error", http.StatusInternalServerError
}

const (
	// maxStreamed bounds the body of a request, packed and unpacked, in bytes.
	maxStreamed = 16 << 20
	// streamTimeout bounds the time in which what came is made durable.
	streamTimeout = 20 * time.Second
)

// ServeHTTP takes events, once they are durable and not before; or says whether
// it is well, which wants no token.
func (h *Streams) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimSuffix(r.URL.Path, "/1.0")
	switch strings.Trim(strings.TrimPrefix(path, "/services/collector"), "/") {
	case "", "event":
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			h.say(w, http.StatusMethodNotAllowed, hecAnswer{Text: "The requested method is not allowed.", Code: http.StatusMethodNotAllowed})
			return
		}
		h.take(w, r)
	case "health":
		h.health(w, r)
	case "ack":
		h.answer(w, codeNoAck)
	default:
		h.answer(w, codeNoSuchThing)
	}
}

func (h *Streams) health(w http.ResponseWriter, r *http.Request) {
	if err := h.Healthy(r.Context()); err != nil {
		h.answer(w, codeUnhealthy)
		return
	}
	h.answer(w, codeHealthy)
}

// hecAnswer is the JSON that Splunk answers.
type hecAnswer struct {
	Text string `json:"text"`
	Code int    `json:"code"`
	At   *int   `json:"invalid-event-number,omitempty"`
}

func (h *Streams) answer(w http.ResponseWriter, code int) {
	text, status := streamReply(code)
	h.say(w, status, hecAnswer{Text: text, Code: code})
}

func (h *Streams) say(w http.ResponseWriter, status int, a hecAnswer) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(a) // nobody is left to tell
}

// take takes the events of one request.
func (h *Streams) take(w http.ResponseWriter, r *http.Request) {
	s, code := h.source(r)
	if code != codeSuccess {
		h.answer(w, code)
		return
	}
	of, span := h.Tracer.Start(r.Context(), "stream", trace.Text("sallyport.source", s.ID))
	defer span.End()
	r = r.WithContext(of)
	body, code := readStreamed(w, r)
	if code != codeSuccess {
		h.note(r.Context(), s, "a request of the log stream was refused: "+firstOf(streamReply(code)))
		h.answer(w, code)
		return
	}
	got, err := ReadCollector(s.Kind, body)
	if len(got.Events) > 0 {
		ctx, cancel := context.WithTimeout(r.Context(), streamTimeout)
		defer cancel()
		if _, err := h.Sink.Accept(ctx, Batch{Org: s.Org, Source: s.ID, Via: ViaStream, Events: got.Events, ActFrom: s.CreatedAt.Add(-actGrace)}); err != nil {
			h.Log.ErrorContext(r.Context(), "log stream not stored", "err", err, "source", s.ID)
			h.answer(w, codeBusy)
			return
		}
	}
	for _, bad := range got.Bad {
		h.note(r.Context(), s, "an event was passed over: "+bad.Error())
	}
	if fault, ok := errors.AsType[*EnvelopeError](err); ok {
		h.note(r.Context(), s, "a request of the log stream was refused: "+fault.Error())
		text, status := streamReply(fault.Code)
		h.say(w, status, hecAnswer{Text: text, Code: fault.Code, At: &fault.At})
		return
	}
	h.answer(w, codeSuccess)
}

func firstOf(text string, _ int) string { return text }

// source returns the source of a request's token, or the code of what is wrong
// with it.
func (h *Streams) source(r *http.Request) (Source, int) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return Source{}, codeNoToken
	}
	scheme, token, _ := strings.Cut(header, " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Splunk") || token == "" {
		return Source{}, codeNoAuth
	}
	s, err := h.Store.ByToken(r.Context(), KeyOf(token))
	switch {
	case errs.KindOf(err) == errs.NotFound:
		return Source{}, codeBadToken
	case err != nil:
		h.Log.ErrorContext(r.Context(), "source of log stream not read", "err", err)
		return Source{}, codeBusy
	case !s.Token.Fits(token, h.Now()) && !s.TokenOld.Fits(token, h.Now()):
		return Source{}, codeBadToken
	case !s.Stream || !s.Enabled:
		return Source{}, codeDisabled
	}
	return s, codeSuccess
}

// readStreamed reads a body, unpacked, or returns the code of what is wrong with
// it. It may not be larger than its bound either way: a small body can unpack to
// a very large one.
func readStreamed(w http.ResponseWriter, r *http.Request) ([]byte, int) {
	var in io.Reader = http.MaxBytesReader(w, r.Body, maxStreamed)
	if strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip") {
		unpacked, err := gzip.NewReader(in)
		if err != nil {
			return nil, codeBadFormat
		}
		in = unpacked
	}
	body, err := io.ReadAll(io.LimitReader(in, maxStreamed+1))
	if _, large := errors.AsType[*http.MaxBytesError](err); large || len(body) > maxStreamed {
		return nil, codeTooLarge
	}
	if err != nil {
		return nil, codeBadFormat
	}
	return body, codeSuccess
}

func (h *Streams) note(ctx context.Context, s Source, why string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := h.Store.Failed(ctx, s.Org, s.ID, why); err != nil {
		h.Log.WarnContext(ctx, "health of source not written", "err", err, "source", s.ID)
	}
}
