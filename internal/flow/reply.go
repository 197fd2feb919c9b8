package flow

import (
	"context"
	"fmt"
	"net/http"
	"net/textproto"
	"regexp"
	"slices"

	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// Answer is an HTTP answer that a flow made.
type Answer struct {
	Status  int
	Headers *value.Object
	Body    string
}

// object returns the answer as a value, for history and the run's result.
func (a Answer) object() *value.Object {
	return value.Map("status", float64(a.Status), "headers", a.Headers, "body", a.Body)
}

// AnswerContext binds the sealed answer of a run to it.
func AnswerContext(r Run) []byte { return []byte("flow_run/" + r.Org + "/" + r.ID + "/answer") }

// ReadAnswer reads an answer as a run keeps it, once it is unsealed.
func ReadAnswer(plain []byte) (Answer, error) {
	v, err := value.Load(plain)
	if err != nil {
		return Answer{}, err
	}
	o, _ := v.(*value.Object)
	status, _ := o.At("status").(float64)
	return Answer{Status: int(status), Headers: o.Object("headers"), Body: o.Text("body")}, nil
}

// reply makes the HTTP answer of a card. That of an answer card is durable when
// the card is done, for whoever waits for it, and is given once.
func (x *execution) reply(ctx context.Context, f *frame, c *Card, path string) (outcome, error) {
	if s, ok := x.known[path]; ok && c.Kind == CardAnswer && s.State.Settled() {
		return x.recall(s)
	}
	a, err := c.Reply.answer(f)
	if err != nil {
		return failed(nil, err), nil
	}
	shown := a.object()
	o := outcome{state: StepDone, input: shown, output: shown}
	if c.Kind == CardRespond {
		o.end = &flowEnd{kind: CardRespond, result: shown}
		return o, nil
	}
	sealed, err := x.sealedAnswer(a)
	if err != nil || sealed == nil {
		return o, err
	}
	if err := x.change(ctx, f, c, path, &o, Change{Op: GiveAnswer, Answer: sealed, Values: shown}); err != nil {
		return o, err
	}
	if x.r.Answered != nil {
		x.r.Answered(x.run.Org, x.run.ID, x.run.Flow)
	}
	return o, nil
}

// sealedAnswer is an answer as the run keeps it until somebody has had the time
// to read it; nil where no request waits.
func (x *execution) sealedAnswer(a Answer) ([]byte, error) {
	if x.run.Cause != OnAPI {
		return nil, nil
	}
	sealed, err := x.r.Keys.Seal(value.Store(a.object()), AnswerContext(x.run))
	if err != nil {
		return nil, fmt.Errorf("seal the answer of a run: %w", err)
	}
	return sealed, nil
}

// lastAnswer is what the request is answered with that started the run, where no
// card has answered it before: what respond says, or else the result; 200 without
// one, and the error's own status, or 500, where it failed.
func (x *execution) lastAnswer(end *flowEnd, failure *CardError) Answer {
	switch {
	case failure != nil:
		return ErrorAnswer(failure.status(), x.scrubbed(failure.Error()))
	case end != nil && end.kind == CardRespond:
		status, _ := end.result.At("status").(float64)
		return Answer{Status: int(status), Headers: end.result.Object("headers"), Body: end.result.Text("body")}
	case end != nil && end.kind != CardStop && end.result != nil:
		return jsonAnswer(http.StatusOK, end.result)
	}
	return jsonAnswer(http.StatusOK, value.NewObject(0))
}

// ErrorAnswer is the answer that says what went wrong.
func ErrorAnswer(status int, message string) Answer {
	return jsonAnswer(status, value.Map("error", value.Map("message", message)))
}

func jsonAnswer(status int, body *value.Object) Answer {
	return Answer{Status: status, Headers: value.Map("Content-Type", "application/json"), Body: string(value.JSON(body))}
}

// status is the status code that an error has, 500 where it has none of an error.
func (f *CardError) status() int {
	if n, ok := f.Fields.At("statusCode").(float64); ok && n >= 400 && n < 600 {
		return int(n)
	}
	return http.StatusInternalServerError
}

// notOurs are the headers that a flow does not set: those of the connection (RFC
// 9110 section 7.6.1), cookies, which would be the console's, and those by which
// the server keeps what a flow says from doing harm in a browser.
func notOurs() []string {
	return []string{
		"Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Content-Length",
		"Set-Cookie", "Set-Cookie2", "Clear-Site-Data", "Content-Security-Policy", "X-Content-Type-Options", "Strict-Transport-Security", "Service-Worker-Allowed", "Alt-Svc",
	}
}

var headerForm = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")

// headers are those of an answer, without those that are not for a flow to set:
// these are an error, but where the flow is a loose one.
func (f *frame) headers(given *value.Object) (*value.Object, error) {
	out := value.NewObject(given.Len())
	for name, v := range given.All() {
		switch {
		case !headerForm.MatchString(name):
			return nil, errs.New(errs.Invalid, "headers: %q is no name of a header", name)
		case !slices.Contains(notOurs(), textproto.CanonicalMIMEHeaderKey(name)):
			out.Set(name, value.String(v))
		case !f.prog.Definition.Loose:
			return nil, errs.New(errs.Invalid, "headers: %s is not for a flow to set", name)
		}
	}
	return out, nil
}

func (r *Reply) answer(f *frame) (Answer, error) {
	a := Answer{Status: 200}
	status, err := r.Status.Resolve(f.lookup)
	if err == nil {
		status, err = value.Convert(status, value.Number)
	}
	if err != nil {
		return a, errs.New(errs.Invalid, "status: %v", err)
	}
	if n, ok := status.(float64); ok {
		a.Status = int(n)
	}
	if a.Status < 200 || a.Status > 599 {
		return a, errs.New(errs.Invalid, "status: %d is no status of an HTTP answer; those are 200 to 599", a.Status)
	}
	headers, err := r.Headers.Resolve(f.lookup)
	if err == nil {
		headers, err = value.Convert(headers, value.Obj)
	}
	if err != nil {
		return a, errs.New(errs.Invalid, "headers: %v", err)
	}
	given, _ := headers.(*value.Object)
	if a.Headers, err = f.headers(given); err != nil {
		return a, err
	}
	body, err := r.Body.Resolve(f.lookup)
	if err != nil {
		return a, errs.New(errs.Invalid, "body: %v", err)
	}
	a.Body = value.String(body)
	return a, nil
}
