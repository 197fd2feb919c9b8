package scim

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"sallyport/internal/scim/document"
	"sallyport/internal/scim/fault"
	"sallyport/internal/value"
)

// The schemas of bulk requests and answers (RFC 7644 section 3.7).
const (
	BulkURN       = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
	bulkAnswerURN = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
)

// job is one operation of a bulk request.
type job struct {
	method  string
	path    string
	bulkID  string
	version string
	data    *value.Object
	refs    []string      // the bulkIds that it refers to
	answer  *value.Object // nil until it ran
}

// bulk runs the operations of a bulk request, each by itself: in their order,
// but those that refer to what another one makes after that one. References in
// a circle cannot be kept, and are a conflict.
func (h *handler) bulk(ctx context.Context, req request) (answer, error) {
	if err := allow(req, http.MethodPost); err != nil {
		return answer{}, err
	}
	jobs, limit, err := h.jobs(req.body)
	if err != nil {
		return answer{}, err
	}
	b := batch{h: h, jobs: jobs, made: map[string]string{}, makers: map[string]*job{}, limit: limit}
	for _, j := range jobs {
		if j.method == http.MethodPost && j.bulkID != "" {
			b.makers[j.bulkID] = j
		}
	}
	for b.pass(ctx) {
	}
	list := make([]any, 0, len(jobs))
	for _, j := range jobs {
		if j.answer != nil {
			list = append(list, j.answer)
		}
	}
	return answer{status: http.StatusOK, body: value.Map("schemas", []any{bulkAnswerURN}, "Operations", list)}, nil
}

func (h *handler) jobs(body *value.Object) ([]*job, int, error) {
	_, named := document.Field(body, "schemas")
	if list, ok := named.([]any); !ok || !value.Member(list, BulkURN) {
		return nil, 0, fault.New(fault.InvalidSyntax, "schemas is to have %s in it", BulkURN)
	}
	_, v := document.Field(body, "Operations")
	list, ok := v.([]any)
	if !ok {
		return nil, 0, fault.New(fault.InvalidSyntax, "Operations is to be a list")
	}
	if most := h.server.options.MaxBulk; len(list) > most {
		return nil, 0, fault.Status(http.StatusRequestEntityTooLarge, "%d operations are more than %d", len(list), most)
	}
	jobs := make([]*job, 0, len(list))
	for i, v := range list {
		o, ok := v.(*value.Object)
		if !ok {
			return nil, 0, fault.New(fault.InvalidSyntax, "operation %d is no object", i+1)
		}
		field := func(name string) string {
			_, v := document.Field(o, name)
			s, _ := v.(string)
			return s
		}
		_, data := document.Field(o, "data")
		j := &job{method: strings.ToUpper(field("method")), path: field("path"), bulkID: field("bulkId"), version: field("version")}
		j.data, _ = data.(*value.Object)
		j.refs = references(j.data, nil)
		if _, ref, ok := strings.Cut(j.path, "/bulkId:"); ok {
			j.refs = append(j.refs, ref)
		}
		jobs = append(jobs, j)
	}
	_, v = document.Field(body, "failOnErrors")
	limit, ok := value.Numeric(v)
	if v != nil && (!ok || limit < 1) {
		return nil, 0, fault.New(fault.InvalidValue, "failOnErrors is to be a number from 1")
	}
	return jobs, int(limit), nil
}

// batch is the state of a bulk request.
type batch struct {
	h      *handler
	jobs   []*job
	made   map[string]string // ids by bulkId
	makers map[string]*job   // by bulkId
	failed int
	limit  int // of failures; 0 for none
}

// pass runs the operations that can be, and reports whether another pass may
// do more. Where no operation can be, the rest is refused.
func (b *batch) pass(ctx context.Context) bool {
	ran, left := false, false
	for _, j := range b.jobs {
		if j.answer != nil || b.full() {
			continue
		}
		if b.waits(j) {
			left = true
			continue
		}
		b.run(ctx, j)
		ran = true
	}
	if ran || !left || b.full() {
		return ran && left && !b.full()
	}
	for _, j := range b.jobs {
		if j.answer == nil && !b.full() {
			b.done(ctx, j, answer{}, fault.Status(http.StatusConflict, "the operation refers to a bulkId that refers back to it"))
		}
	}
	return false
}

func (b *batch) full() bool { return b.limit > 0 && b.failed >= b.limit }

// waits reports whether an operation refers to what one that has not run is to
// make.
func (b *batch) waits(j *job) bool {
	return slices.ContainsFunc(j.refs, func(ref string) bool {
		maker := b.makers[ref]
		return maker != nil && maker.answer == nil
	})
}

// references adds to a list the bulkIds that a value refers to.
func references(v any, refs []string) []string {
	switch v := v.(type) {
	case string:
		if ref, ok := strings.CutPrefix(v, "bulkId:"); ok {
			refs = append(refs, ref)
		}
	case []any:
		for _, e := range v {
			refs = references(e, refs)
		}
	case *value.Object:
		for _, e := range v.All() {
			refs = references(e, refs)
		}
	}
	return refs
}

func (b *batch) run(ctx context.Context, j *job) {
	switch {
	case j.method == http.MethodPost && j.bulkID == "":
		b.done(ctx, j, answer{}, fault.New(fault.InvalidSyntax, "a POST needs a bulkId"))
		return
	case j.method != http.MethodPost && j.method != http.MethodPut && j.method != http.MethodPatch && j.method != http.MethodDelete:
		b.done(ctx, j, answer{}, fault.New(fault.InvalidSyntax, "method is to be POST, PUT, PATCH or DELETE"))
		return
	case j.data == nil && j.method != http.MethodDelete:
		b.done(ctx, j, answer{}, fault.New(fault.InvalidSyntax, "a %s needs data", j.method))
		return
	}
	data, err := b.resolve(j.data)
	path := segments(j.path)
	if n := len(path); n > 0 && err == nil {
		var last any
		last, err = b.resolve(path[n-1])
		path[n-1] = value.String(last)
	}
	if err != nil {
		b.done(ctx, j, answer{}, err)
		return
	}
	body, _ := data.(*value.Object)
	a, err := b.h.serve(ctx, request{method: j.method, path: path, params: params{}, ifMatch: j.version, body: body})
	if err == nil && j.method == http.MethodPost {
		if u, parsed := url.Parse(a.location); parsed == nil {
			b.made[j.bulkID] = u.Path[strings.LastIndexByte(u.Path, '/')+1:]
		}
	}
	b.done(ctx, j, a, err)
}

// resolve puts ids in place of references.
func (b *batch) resolve(v any) (any, error) {
	switch v := v.(type) {
	case string:
		ref, ok := strings.CutPrefix(v, "bulkId:")
		if !ok {
			return v, nil
		}
		id, ok := b.made[ref]
		if !ok {
			return nil, fault.New(fault.InvalidValue, "no operation made %.80q", v)
		}
		return id, nil
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			var err error
			if out[i], err = b.resolve(e); err != nil {
				return nil, err
			}
		}
		return out, nil
	case *value.Object:
		out := value.NewObject(v.Len())
		for k, e := range v.All() {
			e, err := b.resolve(e)
			if err != nil {
				return nil, err
			}
			out.Set(k, e)
		}
		return out, nil
	}
	return v, nil
}

// done writes what became of an operation.
func (b *batch) done(ctx context.Context, j *job, a answer, err error) {
	out := value.Map("method", j.method)
	if j.bulkID != "" {
		out.Set("bulkId", j.bulkID)
	}
	if err != nil {
		b.failed++
		a = b.h.refusal(ctx, err)
		out.Set("response", a.body)
	}
	if location := b.location(j, a); location != "" {
		out.Set("location", location)
	}
	if a.tag != "" {
		out.Set("version", a.tag)
	}
	out.Set("status", strconv.Itoa(a.status))
	j.answer = out
}

// location is where the resource of an operation is; none for a POST that
// failed.
func (b *batch) location(j *job, a answer) string {
	if a.location != "" || j.method == http.MethodPost {
		return a.location
	}
	path := strings.Trim(j.path, "/")
	if kind, ref, ok := strings.Cut(path, "/bulkId:"); ok {
		path = kind + "/" + b.made[ref]
	}
	return b.h.base + "/" + path
}
