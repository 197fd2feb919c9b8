package api

import (
	"cmp"
	"context"
	"net/http"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"sallyport/internal/portal"
)

// Route is one line of the API.
type Route struct {
	Pattern    string // "GET /api/v1/flows/{id}"
	Permission portal.Permission
	Doc        doc
	In, Out    reflect.Type
	Name       string // of its function: "getFlow"

	in     input // what In is filled from
	handle func(context.Context, Deps, portal.Caller, any) (any, error)
}

// What routes that want no permission want.
const (
	anyone   portal.Permission = "anyone"    // nothing: the route is for those who are not signed in
	signedIn portal.Permission = "signed_in" // to be somebody
)

// doc is what a route's types do not say.
type doc struct {
	Summary string
	Help    string
	Status  int            // of an answer that is no error; 0 is 200, or 204 where there is nothing to say
	Max     int64          // bytes that a body may have; 0 is a megabyte
	Takes   string         // the media type of a body that is no JSON; "" is text/csv
	Gives   string         // the media type of an answer that is no JSON
	Long    bool           // the answer may take longer than requestTimeout
	Fresh   bool           // the caller must have proved lately who they are: see GET /api/v1/session/proof
	Open    bool           // parameters of the query that are not known are passed over
	Carries []reflect.Type // JSON inside of texts: in a parameter or a stream
}

// shelf holds the routes; add fills it while the package is initialized.
var shelf []Route

// add puts a route on the shelf. Fields of In tagged path and query are taken
// from there, of the types portal.From, sessionToken and upload from the request
// itself, and the others from the JSON body.
func add[In, Out any](pattern string, p portal.Permission, d doc, fn func(context.Context, Deps, portal.Caller, In) (Out, error)) Route {
	name := runtime.FuncForPC(reflect.ValueOf(fn).Pointer()).Name()
	rt := Route{
		Pattern: pattern, Permission: p, Doc: d, In: reflect.TypeFor[In](), Out: reflect.TypeFor[Out](), Name: name[strings.LastIndexByte(name, '.')+1:],
		handle: func(ctx context.Context, deps Deps, c portal.Caller, in any) (any, error) {
			return fn(ctx, deps, c, *in.(*In))
		},
	}
	rt.in = inputOf(rt.In)
	shelf = append(shelf, rt)
	return rt
}

// Routes returns every route, ordered by path and method.
func Routes() []Route {
	key := func(rt Route) string {
		method, path, _ := strings.Cut(rt.Pattern, " ")
		return path + " " + method
	}
	return slices.SortedFunc(slices.Values(shelf), func(a, b Route) int { return cmp.Compare(key(a), key(b)) })
}

// Method returns the HTTP method.
func (rt Route) Method() string {
	method, _, _ := strings.Cut(rt.Pattern, " ")
	return method
}

// Path returns the path, its parameters in braces.
func (rt Route) Path() string {
	_, path, _ := strings.Cut(rt.Pattern, " ")
	return path
}

// status returns the status of an answer that is no error.
func (rt Route) status() int {
	if rt.Doc.Status == 0 && rt.Out == reflect.TypeFor[none]() {
		return http.StatusNoContent
	}
	return cmp.Or(rt.Doc.Status, http.StatusOK)
}

// none is an answer with nothing to say.
type none struct{}

// answerer is an answer that writes itself: no JSON, or a stream.
type answerer interface {
	answer(w http.ResponseWriter, r *http.Request)
}

// headerer is an answer that sets headers.
type headerer interface {
	header(h http.Header)
}
