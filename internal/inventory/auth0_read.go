package inventory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/okta"
)

// Auth0 reads whole Auth0 tenants, call after call: all calls count to one rate
// limit, which is so low that several at once would be no faster.
type Auth0 struct {
	Shelf Shelf
	Now   func() time.Time
	Log   *slog.Logger
}

// The steps of reading an Auth0 tenant.
const (
	stepAccounts = "accounts" // people; Kept is a [madeWithin]
	stepAuth0    = "auth0"    // a list of the kind of Object
	stepAround   = "around"   // a relation around Object; Kept is its name
)

// auth0Reading is an Auth0 tenant that is being read.
type auth0Reading struct {
	*Auth0
	Work

	lists   map[Kind]auth0List
	tasks   []*Task
	at      int // the first of them that may not be done
	calls   int
	failing int
	begun   time.Time
	beaten  time.Time
}

// Run reads a tenant, from where that was left. Errors are those of [Engine.Run].
func (a *Auth0) Run(ctx context.Context, w Work) error {
	r := &auth0Reading{Auth0: a, Work: w, lists: map[Kind]auth0List{}, begun: a.Now()}
	var first []Task
	people := Task{Step: stepAccounts, Object: Ref{Kind: Auth0User}, Target: madeWithin{}.target(0)}
	if err := people.keep(madeWithin{}); err != nil {
		return err
	}
	first = append(first, people)
	for _, l := range auth0Lists() {
		r.lists[l.kind] = l
		first = append(first, Task{Step: stepAuth0, Object: Ref{Kind: l.kind}, Target: l.target})
	}
	tasks, err := a.Shelf.Tasks(ctx, w.Sync)
	if err == nil && len(tasks) == 0 {
		tasks, err = a.Shelf.Plan(ctx, w.Sync, first)
	}
	if err != nil {
		return err
	}
	r.add(tasks)
	for t := r.next(); t != nil; t = r.next() {
		if err := r.step(ctx, t); err != nil {
			return err
		}
	}
	if r.Tell != nil {
		r.Tell(r.progress())
	}
	return r.settle(ctx)
}

func (r *auth0Reading) add(tasks []Task) {
	for _, t := range tasks {
		r.tasks = append(r.tasks, &t)
		r.calls += t.Pages
	}
}

// next returns a task that is not done; nil where all are.
func (r *auth0Reading) next() *Task {
	for r.at < len(r.tasks) && r.tasks[r.at].Done {
		r.at++
	}
	if r.at == len(r.tasks) {
		return nil
	}
	return r.tasks[r.at]
}

// step makes the next call of a task, and keeps what came of it.
func (r *auth0Reading) step(ctx context.Context, t *Task) error {
	p, err := r.ask(ctx, t)
	if err != nil {
		return err
	}
	now := *t
	now.Pages++
	r.calls++
	o, err := r.take(&now, p)
	if err != nil {
		return err
	}
	o.Task = now
	added, err := r.Shelf.Save(context.WithoutCancel(ctx), r.Sync, []Outcome{o}) // nobody asks again for what was answered
	if err != nil {
		return err
	}
	*t = now
	for _, more := range added {
		r.add(more)
	}
	return r.beat(ctx)
}

// ask makes a call until it is answered, or given up. The error is what ends the
// reading.
func (r *auth0Reading) ask(ctx context.Context, t *Task) (auth0Page, error) {
	for tries := 1; ; {
		a, err := r.Fetch.Fetch(ctx, t.Target)
		var p auth0Page
		if err == nil {
			p, err = readAuth0(t.Target, r.under(t), a)
		}
		if err == nil {
			r.failing = 0
			return p, nil
		}
		if ctx.Err() != nil {
			return p, ctx.Err()
		}
		until := r.Now().Add(time.Duration(1<<tries) * 250 * time.Millisecond)
		if wait, is := errors.AsType[*WaitError](err); is {
			until = wait.Until
		} else {
			r.failing++
			switch {
			case errs.KindOf(err) != errs.Unavailable:
				return p, err
			case r.failing > maxFailing:
				return p, errs.Wrap(errs.Unavailable, errors.Join(ErrUnreached, err), "the tenant does not answer: %s", errs.Message(err))
			case tries == maxTries:
				r.Log.WarnContext(ctx, "part of an Auth0 tenant not read", "target", t.Target, "err", err)
				return auth0Page{fail: &Result{Visible: okta.Unknown, Said: "It could not be read: " + errs.Message(err) + "."}}, nil
			}
			tries++
		}
		if err := r.rest(ctx, until); err != nil {
			return p, err
		}
	}
}

// rest waits until a time, and gives signs of life meanwhile.
func (r *auth0Reading) rest(ctx context.Context, until time.Time) error {
	for d := until.Sub(r.Now()); d > 0; d = until.Sub(r.Now()) {
		if err := pause(ctx, min(d, beatEvery), nil); err != nil {
			return err
		}
		if err := r.beat(ctx); err != nil {
			return err
		}
	}
	return nil
}

// beat keeps and tells now and then how far it has come. The error says that
// another has ended it.
func (r *auth0Reading) beat(ctx context.Context) error {
	if now := r.Now(); now.Sub(r.beaten) < beatEvery {
		return nil
	}
	r.beaten = r.Now()
	of := r.Sync
	of.Progress = r.progress()
	if r.Tell != nil {
		r.Tell(of.Progress)
	}
	err := r.Shelf.Beat(ctx, of)
	if errs.KindOf(err) == errs.Conflict {
		return err
	}
	if err != nil && ctx.Err() == nil {
		r.Log.WarnContext(ctx, "progress of a sync not kept", "err", err)
	}
	return nil
}

func (r *auth0Reading) progress() Progress {
	b := BucketProgress{Bucket: "management", Calls: r.calls, Wanted: r.calls}
	for _, t := range r.tasks[r.at:] {
		if !t.Done {
			b.Wanted++
		}
	}
	p := Progress{Calls: b.Calls, Wanted: b.Wanted, Growing: b.Wanted > b.Calls}
	if spent := r.Now().Sub(r.begun).Minutes(); spent > 0 {
		b.Rate = float64(b.Calls) / spent
	}
	p.Buckets = []BucketProgress{b}
	return p
}

// under names the field that the list of a task's answers stands in.
func (r *auth0Reading) under(t *Task) string {
	switch t.Step {
	case stepAccounts:
		return "users"
	case stepAround:
		return r.lists[t.Object.Kind].aroundUnder
	default:
		return r.lists[t.Object.Kind].under
	}
}

func (r *auth0Reading) take(t *Task, p auth0Page) (Outcome, error) {
	switch t.Step {
	case stepAccounts:
		return r.takeAccounts(t, p)
	case stepAround:
		return r.takeAround(t, p), nil
	case stepAuth0:
		return r.takeObjects(t, p)
	}
	return Outcome{}, errs.New(errs.Invalid, "there is no step %q", t.Step)
}

// takeObjects takes a page of a list.
func (r *auth0Reading) takeObjects(t *Task, p auth0Page) (Outcome, error) {
	l, o := r.lists[t.Object.Kind], Outcome{}
	t.note(string(l.kind), p.fail, len(p.items))
	t.turn(p.next)
	for _, item := range p.items {
		body, _ := item.(object)
		id := text(body, l.key)
		if id == "" {
			continue
		}
		body = only(body, l.fields...)
		if l.shape != nil {
			l.shape(body)
		}
		e, err := entity(l.kind, id, body)
		if err != nil {
			return o, err
		}
		o.Entities = append(o.Entities, e)
		if l.around != "" {
			o.New = append(o.New, Task{
				Step: stepAround, Object: e.Ref, Kept: []byte(l.around), Target: strings.ReplaceAll(l.aroundPath, "{id}", url.PathEscape(id)) + "?take=100",
			})
		}
	}
	return o, nil
}

// takeAround takes a page of who is related to an object.
func (r *auth0Reading) takeAround(t *Task, p auth0Page) Outcome {
	relation, o := Relation(t.Kept), Outcome{}
	t.note(string(relation), p.fail, len(p.items))
	t.turn(p.next)
	if p.fail != nil {
		return o
	}
	for _, item := range p.items {
		if id := text(item, "user_id"); id != "" {
			o.Held = append(o.Held, Edge{Relation: relation, From: Ref{Auth0User, id}, To: t.Object})
		}
	}
	if t.Done {
		o.Around, o.Held = []Around{{Relation: relation, Anchor: t.Object, Edges: o.Held}}, nil
	}
	return o
}

// auth0Page is what an answer of Auth0's says.
type auth0Page struct {
	items []any
	next  string // path and query of the next page; empty at the end
	start int    // how many came before
	total int    // of the whole list, where that is told
	fail  *Result
}

// readAuth0 reads an answer to a call. The error is what may pass, or what ends
// everything.
func readAuth0(target, under string, a okta.Answer) (auth0Page, error) {
	said := func() string {
		var e struct {
			Message string `json:"message"`
			Error   string `json:"error"`
		}
		if decode(a.Body, &e) != nil || e.Message+e.Error == "" {
			return fmt.Sprintf("Auth0 answered with status %d", a.Status)
		}
		return strings.TrimSuffix(cmp.Or(e.Message, e.Error), ".")
	}
	switch {
	case a.Status == http.StatusOK:
		return readAuth0Page(target, under, a.Body)
	case a.Status == http.StatusTooManyRequests || a.Status >= 500:
		return auth0Page{}, errs.New(errs.Unavailable, "read %s: %s", target, said())
	case a.Status == http.StatusUnauthorized:
		return auth0Page{}, errs.New(errs.Denied, "the credential is not valid any more: %s", said())
	case a.Status == http.StatusForbidden:
		return auth0Page{fail: &Result{Visible: okta.Denied, Said: said() + "."}}, nil
	case a.Status == http.StatusNotFound: // the object is gone
		return auth0Page{}, nil
	}
	return auth0Page{fail: &Result{Visible: okta.Unknown, Said: said() + "."}}, nil
}

func readAuth0Page(target, under string, body []byte) (auth0Page, error) {
	var p auth0Page
	var top any
	if err := decode(body, &top); err != nil {
		return p, errs.Wrap(errs.Unavailable, err, "Auth0's answer to %s is no JSON", target)
	}
	if list, is := top.([]any); is { // all there is
		p.items = list
		return p, nil
	}
	p.items, _ = dig(top, under).([]any)
	start, _ := number(dig(top, "start"))
	total, _ := number(dig(top, "total"))
	p.start, p.total = start, total
	u, err := url.Parse(target)
	if err != nil || len(p.items) == 0 {
		return p, nil //nolint:nilerr // it was made here, and has been called
	}
	q := u.Query()
	switch next := text(top, "next"); {
	case next != "":
		q.Set("from", next)
	case q.Has("page") && p.start+len(p.items) < p.total:
		page, err := strconv.Atoi(q.Get("page"))
		if err != nil {
			return p, nil //nolint:nilerr // as above
		}
		q.Set("page", strconv.Itoa(page+1))
	default:
		return p, nil
	}
	u.RawQuery = q.Encode()
	if next := u.RequestURI(); next != target {
		p.next = next
	}
	return p, nil
}
