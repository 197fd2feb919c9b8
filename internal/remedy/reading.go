package remedy

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/guard"
	"sallyport/internal/quota"
	"sallyport/internal/value"
)

// reader reads what is there, through a connection. What it has read it knows
// from then on: one is for one moment.
type reader struct {
	caller guard.Caller
	conn   connector.Connection
	known  map[string]known
}

type known struct {
	body any
	err  error
}

// mostListed bounds the items of a list that a playbook reads.
const mostListed = 5000

// read makes a GET request, of one object or of all pages of a list. Links are
// left out of what it returns, and what nobody may see.
func (r *reader) read(ctx context.Context, path string, list bool) (any, error) {
	if k, ok := r.known[path]; ok {
		return k.body, k.err
	}
	action, in, out := "custom_api_call", value.Map("method", "GET", "url", path), "body"
	if list {
		action, in, out = "custom_api_list", value.Map("url", path, "limit", float64(mostListed)), "records"
	}
	res, err := r.caller.Do(ctx, r.conn, connector.Call{Action: action, Inputs: in, Priority: quota.Containment})
	k := known{err: err}
	if err == nil {
		k.body = bare(res.Outputs.At(out))
		if list && res.Outputs.At("more") == true {
			k = known{err: errs.New(errs.Invalid, "%s has more than %d entries", path, mostListed)}
		}
	}
	if ctx.Err() == nil {
		if r.known == nil {
			r.known = map[string]known{}
		}
		r.known[path] = k
	}
	return k.body, k.err
}

// bare returns a value without links and without secrets: a plan is kept, and
// shown to people.
func bare(v any) any {
	switch v := v.(type) {
	case *value.Object:
		out := value.NewObject(v.Len())
		for name, x := range v.All() {
			if name != "_links" && !secretField(name, x) {
				out.Set(name, bare(x))
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = bare(x)
		}
		return out
	}
	return v
}

func secretField(name string, v any) bool {
	switch strings.ToLower(strings.ReplaceAll(name, "_", "")) {
	case "recoveryquestion": // of a person; policies say by the same name whether there are any
		o, is := v.(*value.Object)
		return !is || o.At("question") != nil || o.At("answer") != nil
	case "clientsecret", "secret", "sharedsecret", "privatekey", "activationtoken", "passcode", "d", "dp", "dq", "qi":
		return true
	}
	return false
}

// missing reports whether an error says that there is no such thing.
func missing(err error) bool {
	ce := connector.AsError(err)
	return ce != nil && (ce.Status == 404 || ce.Status == 410)
}

// scene is what the expressions of a playbook see of one object.
type scene struct {
	object *value.Object
	read   *value.Object
	item   any
	let    *value.Object
	name   string
}

func (s *scene) vars() map[string]any {
	return map[string]any{"object": s.object, "read": s.read, "item": s.item, "let": s.let, "name": s.name}
}

func (s *scene) lookup(r value.Ref) any {
	return value.Walk(s.vars()[r[0]], r[1:])
}

// path is a template's text as a path: what is put into it is escaped.
func (s *scene) path(t value.Template) string {
	return value.String(t.Eval(func(r value.Ref) any { return url.PathEscape(value.String(s.lookup(r))) }))
}

func (s *scene) text(t value.Template) string {
	return strings.TrimSpace(value.String(t.Eval(s.lookup)))
}

// plainID is what ids of Okta, logins and names of templates look like.
var plainID = regexp.MustCompile(`^[A-Za-z0-9._@+|:=-]{1,200}$`) //nolint:gochecknoglobals // compiled once, never changed

// begin takes an object as a playbook sees it.
func (b *Playbook) begin(o Object) (*scene, error) {
	if !plainID.MatchString(o.ID) || strings.Trim(o.ID, ".") == "" {
		return nil, errs.New(errs.Invalid, "%q is no id of Okta's", o.ID)
	}
	s := &scene{object: value.Map("id", o.ID), read: value.NewObject(len(b.reads)), let: value.NewObject(0), name: o.Name}
	for name := range o.With.All() {
		if !b.takes(name) {
			return nil, errs.New(errs.Invalid, "%s takes no %s", b.Title, name)
		}
	}
	for _, in := range b.Inputs {
		v := o.With.At(in.Name)
		if value.Empty(v) {
			v = in.Default
		}
		if value.Empty(v) && !in.Optional {
			return nil, errs.New(errs.Invalid, "%s wants %s: %s", b.Title, in.Name, in.Title)
		}
		s.object.Set(in.Name, v)
	}
	return s, nil
}

func (b *Playbook) takes(name string) bool {
	for _, in := range b.Inputs {
		if in.Name == name {
			return true
		}
	}
	return false
}

// look reads what a playbook has to know of an object. The error is for people.
func (b *Playbook) look(ctx context.Context, r *reader, s *scene) error {
	for _, want := range b.reads {
		if want.when != nil {
			wanted, err := want.when.True(map[string]any{"object": s.object, "read": s.read})
			if err != nil {
				return fmt.Errorf("%s: %w", want.name, err)
			}
			if !wanted {
				s.read.Set(want.name, nil)
				continue
			}
		}
		body, err := r.read(ctx, s.path(want.path), want.list)
		if err != nil && want.optional && missing(err) {
			body, err = nil, nil
		}
		if err != nil {
			return fmt.Errorf("%s cannot be read: %w", strings.ReplaceAll(want.name, "_", " "), err)
		}
		if want.pick != nil {
			if body, err = want.pick.Eval(map[string]any{"body": body, "object": s.object, "read": s.read}); err != nil {
				return fmt.Errorf("%s: %w", want.name, err)
			}
		}
		s.read.Set(want.name, body)
	}
	if name := s.text(b.name); name != "" {
		s.name = name
	}
	return nil
}

// bind makes the values of a step.
func (p *Part) bind(s *scene) error {
	s.let = value.NewObject(len(p.let))
	for _, l := range p.let {
		v, err := l.value(s)
		if err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		s.let.Set(l.name, v)
	}
	return nil
}

func (l binding) value(s *scene) (any, error) {
	if l.expr != nil {
		return l.expr.Eval(s.vars())
	}
	v := l.from.Eval(s.lookup)
	for _, f := range l.set {
		var err error
		if v, err = value.Put(v, f.path, f.to.Eval(s.lookup)); err != nil {
			return nil, err
		}
	}
	if o, ok := v.(*value.Object); ok {
		for _, name := range l.drop {
			o = o.Without(name)
		}
		v = o
	}
	return v, nil
}

// skip says why a step has nothing to do; empty where it has.
func (p *Part) skip(s *scene) (string, error) {
	for _, u := range p.unless {
		holds, err := u.when.True(s.vars())
		if err != nil {
			return "", err
		}
		if holds {
			return s.text(u.says), nil
		}
	}
	return "", nil
}
