package scim

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"sallyport/internal/scim/fault"
	"sallyport/internal/scim/schema"
	"sallyport/internal/value"
)

// Options bound a server; what is 0 has the value that is said there.
type Options struct {
	Log     *slog.Logger                    // nil for none
	MaxBody int64                           // bytes of a request's body: 1 MiB
	MaxPage int                             // resources of one answer: 1,000
	Page    int                             // resources of one answer if the client does not say: 100
	MaxScan int                             // records that one search looks at: 200,000
	MaxBulk int                             // operations of one bulk request: 1,000
	Observe func(context.Context, Exchange) // told of every exchange, after the answer; nil for none
}

// Server answers SCIM for any number of directories.
type Server struct {
	resources resources
	options   Options
}

// New returns a server.
func New(o Options) *Server {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.MaxBody == 0 {
		o.MaxBody = 1 << 20
	}
	orElse(&o.MaxPage, 1000)
	orElse(&o.Page, 100)
	orElse(&o.MaxScan, 200_000)
	orElse(&o.MaxBulk, 1000)
	return &Server{resources: resources{schema.User(), schema.Group()}, options: o}
}

func orElse(n *int, standard int) {
	if *n == 0 {
		*n = standard
	}
}

// Handler answers for one directory. base is the URL that clients know it by,
// as https://host/scim/v2; the paths of requests begin behind it (see
// [http.StripPrefix]). Handlers cost nothing: one may be made for each request.
func (s *Server) Handler(d Directory, base string) http.Handler {
	return &handler{server: s, dir: d, base: strings.TrimRight(base, "/")}
}

type handler struct {
	server *Server
	dir    Directory
	base   string
}

// request is what a client asks, apart from how it came.
type request struct {
	method    string
	path      []string
	params    params
	ifMatch   string
	ifNone    string
	body      *value.Object
	isRequest bool // as against an operation of a bulk request
}

// answer is what the client gets. Without a body it is 204 or 304.
type answer struct {
	status   int
	tag      string
	location string
	allow    string
	body     *value.Object
	text     []byte // what is sent, where body only says what that is about; nil for body
}

// ServeHTTP answers a request.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	sent, ans, err := h.take(w, r)
	if err != nil {
		ans = h.refusal(r.Context(), err)
	}
	write(w, ans)
	if h.server.options.Observe != nil {
		h.server.options.Observe(r.Context(), exchange(r, began, sent, ans))
	}
}

// take reads a request and serves it.
func (h *handler) take(w http.ResponseWriter, r *http.Request) ([]byte, answer, error) {
	params, err := parseParams(r.URL.RawQuery)
	if err != nil {
		return nil, answer{}, err
	}
	req := request{
		method: r.Method, path: segments(r.URL.Path), params: params, isRequest: true,
		ifMatch: r.Header.Get("If-Match"), ifNone: r.Header.Get("If-None-Match"),
	}
	var sent []byte
	if r.Method == http.MethodPost || r.Method == http.MethodPut || r.Method == http.MethodPatch {
		if sent, err = h.read(w, r); err == nil {
			req.body, err = object(sent)
		}
	}
	if err != nil {
		return sent, answer{}, err
	}
	ans, err := h.serve(r.Context(), req)
	return sent, ans, err
}

// segments cuts a path; slashes at its ends count for nothing.
func segments(path string) []string {
	path = strings.Trim(path, "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

// serve finds who answers a request.
func (h *handler) serve(ctx context.Context, req request) (answer, error) {
	if len(req.path) == 0 {
		return h.root(ctx, req)
	}
	rest := req.path[1:]
	switch strings.ToLower(req.path[0]) {
	case "users":
		return h.resource(ctx, User, rest, req)
	case "groups":
		return h.resource(ctx, Group, rest, req)
	case ".search":
		if len(rest) == 0 && req.isRequest {
			return h.posted(ctx, []Kind{User, Group}, req)
		}
	case "bulk":
		if len(rest) == 0 && req.isRequest {
			return h.bulk(ctx, req)
		}
	case "me":
		return answer{}, fault.Status(http.StatusNotImplemented, "/Me is not implemented: who asks here is a client and no user")
	case "serviceproviderconfig", "schemas", "resourcetypes":
		return h.discovery(req)
	}
	return answer{}, unknown(req)
}

// root answers a search of everything.
func (h *handler) root(ctx context.Context, req request) (answer, error) {
	if err := allow(req, http.MethodGet); err != nil {
		return answer{}, err
	}
	return h.search(ctx, []Kind{User, Group}, req.params)
}

// resource answers under /Users and /Groups.
func (h *handler) resource(ctx context.Context, kind Kind, rest []string, req request) (answer, error) {
	switch {
	case len(rest) == 0:
		if err := allow(req, http.MethodGet, http.MethodPost); err != nil {
			return answer{}, err
		}
		if req.method == http.MethodPost {
			return h.create(ctx, kind, req)
		}
		return h.search(ctx, []Kind{kind}, req.params)
	case len(rest) > 1:
		return answer{}, unknown(req)
	case strings.EqualFold(rest[0], ".search") && req.isRequest:
		return h.posted(ctx, []Kind{kind}, req)
	}
	ref := Ref{kind, rest[0]}
	switch req.method {
	case http.MethodGet:
		return h.get(ctx, ref, req)
	case http.MethodPut:
		return h.put(ctx, ref, req)
	case http.MethodPatch:
		return h.patch(ctx, ref, req)
	case http.MethodDelete:
		err := h.dir.Delete(ctx, ref, func(r Record) error { return unmodified(req.ifMatch, r) })
		return answer{status: http.StatusNoContent}, err
	}
	return answer{}, allow(req, http.MethodGet, http.MethodPut, http.MethodPatch, http.MethodDelete)
}

func unknown(req request) error {
	return fault.Status(http.StatusNotFound, "there is nothing at /%.200s", strings.Join(req.path, "/"))
}
