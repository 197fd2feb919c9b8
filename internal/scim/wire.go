package scim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/scim/fault"
	"sallyport/internal/value"
)

// ErrorURN is the schema of error bodies (RFC 7644 section 3.12).
const ErrorURN = "urn:ietf:params:scim:api:messages:2.0:Error"

// MediaType is the type of answers (RFC 7644 section 8.1).
const MediaType = "application/scim+json"

// retryAfter is when to ask again after a 503, in seconds: Okta reads whole
// seconds only.
const retryAfter = "10"

// read returns the body of a request.
func (h *handler) read(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if err := readable(r.Header); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.server.options.MaxBody))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, fault.Status(http.StatusRequestEntityTooLarge, "the body is larger than %d bytes", h.server.options.MaxBody)
	}
	if err != nil {
		return nil, fault.New(fault.InvalidSyntax, "the body ended too early")
	}
	return body, nil
}

// readable refuses bodies that are no JSON in UTF-8. A body that does not say
// what it is is JSON.
func readable(h http.Header) error {
	if enc := h.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return fault.Status(http.StatusUnsupportedMediaType, "bodies are not to be encoded as %.40q", enc)
	}
	typ := h.Get("Content-Type")
	if typ == "" {
		return nil
	}
	name, params, err := mime.ParseMediaType(typ)
	charset := params["charset"]
	if err != nil || name != MediaType && name != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return fault.Status(http.StatusUnsupportedMediaType, "the body is to be %s in UTF-8, and is %.80q", MediaType, typ)
	}
	return nil
}

// object reads a body.
func object(body []byte) (*value.Object, error) {
	v, err := value.ParseJSON(body)
	if err != nil {
		return nil, fault.New(fault.InvalidSyntax, "the body is no JSON: %v", err)
	}
	o, ok := v.(*value.Object)
	if !ok {
		return nil, fault.New(fault.InvalidSyntax, "the body is to be an object and is a %s", value.KindOf(v))
	}
	return o, nil
}

// refusal returns the answer that an error is. What is our own fault goes to
// the log and not to the client.
func (h *handler) refusal(ctx context.Context, err error) answer {
	f := faultOf(err)
	if f.Status == http.StatusInternalServerError {
		h.server.options.Log.ErrorContext(ctx, "scim request failed", "err", err)
	}
	return answer{status: f.Status, allow: f.Allow, body: errorBody(f)}
}

// faultOf sorts an error.
func faultOf(err error) *fault.Error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	f := &fault.Error{Detail: errs.Message(err)}
	switch errs.KindOf(err) {
	case errs.NotFound:
		f.Status = http.StatusNotFound
	case errs.Conflict:
		f.Status, f.Type = http.StatusConflict, fault.Uniqueness
	case errs.Invalid:
		f.Status, f.Type = http.StatusBadRequest, fault.InvalidValue
	case errs.Denied:
		f.Status = http.StatusForbidden
	case errs.Unavailable:
		f.Status = http.StatusServiceUnavailable
	default:
		f.Status = http.StatusInternalServerError
	}
	return f
}

// errorBody is the one place that makes error bodies. The status is a text
// (RFC 7644 section 3.12, and Okta's test asks for it).
func errorBody(f *fault.Error) *value.Object {
	o := value.Map("schemas", []any{ErrorURN})
	if f.Type != "" {
		o.Set("scimType", string(f.Type))
	}
	o.Set("detail", f.Detail)
	o.Set("status", strconv.Itoa(f.Status))
	return o
}

// WriteError answers with an error, as the server itself does: for those who
// stand in front of it and refuse a secret (a 401 fault) or a client that asks
// too often (a 429 fault; they set Retry-After themselves).
func WriteError(w http.ResponseWriter, err error) {
	f := faultOf(err)
	write(w, answer{status: f.Status, allow: f.Allow, body: errorBody(f)})
}

// write sends an answer.
func write(w http.ResponseWriter, a answer) {
	head := w.Header()
	head.Set("Cache-Control", "no-store")
	if a.tag != "" {
		head.Set("ETag", a.tag)
	}
	if a.location != "" {
		head.Set("Location", a.location)
	}
	if a.allow != "" {
		head.Set("Allow", a.allow)
	}
	switch a.status {
	case http.StatusUnauthorized:
		head.Set("WWW-Authenticate", `Bearer realm="SCIM"`)
	case http.StatusServiceUnavailable:
		head.Set("Retry-After", retryAfter)
	}
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	body := a.text
	if body == nil {
		body = value.JSON(a.body)
	}
	head.Set("Content-Type", MediaType+"; charset=utf-8")
	head.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(body) // who hung up does not hear of it
}

// allow returns a 405 fault for methods that are not among these.
func allow(req request, methods ...string) error {
	if slices.Contains(methods, req.method) {
		return nil
	}
	all := strings.Join(methods, ", ")
	return &fault.Error{Status: http.StatusMethodNotAllowed, Detail: fmt.Sprintf("%.20s is none of %s", req.method, all), Allow: all}
}
