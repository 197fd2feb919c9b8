package app_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/app"
	"sallyport/internal/connector"
	"sallyport/internal/flopack"
	"sallyport/internal/value"
)

// Every case of the corpus gives what is expected of it: result, tables and calls
// of connectors.
func TestCases(t *testing.T) {
	all := exports{}
	for _, c := range cases(t) {
		e := all.read(t, c.Text("template"))
		t.Run(c.Text("id"), func(t *testing.T) {
			(&caseRun{t: t, c: c, export: e}).run(c.Text("flow uuid"))
		})
	}
}

// So it does when the flows were translated, written as an export and translated
// again.
func TestCasesThereAndBack(t *testing.T) {
	all, again := exports{}, exports{}
	for _, c := range cases(t) {
		e := all.read(t, c.Text("template"))
		if again[e.name] == nil {
			again[e.name] = e.again(t)
		}
		t.Run(c.Text("id"), func(t *testing.T) {
			(&caseRun{t: t, c: c, export: again[e.name]}).run(strings.TrimSpace(e.doc.Flow(c.Text("flow uuid")).Name))
		})
	}
}

// exports are exports by name, each of which is read once for all its cases.
type exports map[string]*export

func (all exports) read(t *testing.T, name string) *export {
	t.Helper()
	if all[name] == nil {
		all[name] = readExport(t, name)
	}
	return all[name]
}

func cases(t *testing.T) []*value.Object {
	t.Helper()
	needCorpus(t)
	text, err := os.ReadFile(corpusDir + "/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	v, err := value.ParseJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	var out []*value.Object
	for _, e := range v.([]any) {
		out = append(out, e.(*value.Object))
	}
	return out
}

// caseRun is one case of the corpus.
type caseRun struct {
	t      *testing.T
	c      *value.Object
	export *export

	mu    sync.Mutex
	calls []string // as told, in their order
	made  []madeCall

	faults []string
}

type madeCall struct {
	connector string
	call      connector.Call
}

// zeros is a source of chance that leaves nothing to it.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

func (r *caseRun) run(name string) {
	ctx := r.t.Context()
	o := r.export.options(r.t)
	var err error
	if o.At, err = value.ParseDate(r.c.Text("now")); err != nil {
		r.t.Fatal(err)
	}
	o.Answers, o.Random = r.answer, zeros{} // what draws lots takes the first
	p, err := app.OpenPlayer(ctx, o, r.export.text, r.export.name)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() {
		if err := p.Close(); err != nil {
			r.t.Error(err)
		}
	}()
	f, err := p.Find(name)
	if err != nil {
		r.t.Fatal(err)
	}
	for title, rows := range r.c.Object("tables before").All() {
		var list []*value.Object
		for _, row := range rows.([]any) {
			list = append(list, row.(*value.Object))
		}
		if err := p.Fill(ctx, title, list); err != nil {
			r.t.Fatal(err)
		}
	}
	in := value.NewObject(0)
	for k, v := range r.c.Object("inputs").All() {
		in.Set(k, v)
	}
	for k, v := range r.c.Object("trigger groups").All() {
		in.Set(k, v)
	}
	got, err := p.Run(ctx, f, app.Given{Input: in, Context: r.c.Object("context")})
	if err != nil {
		r.t.Fatal(err)
	}
	r.checkResult(got)
	r.checkTables(ctx, p)
	r.checkCalls()
	if len(r.faults) > 0 {
		for _, s := range got.Steps {
			r.t.Logf("%s %s %s %s in %s out %s", s.State, s.Path, s.Error, s.Reason, s.Input, s.Output)
		}
		r.t.Error(strings.Join(r.faults, "\n"))
	}
}

func (r *caseRun) tell(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

func (r *caseRun) checkResult(got app.Played) {
	want := map[string]string{"return": "returned", "done": "finished", "stopped": "stopped", "error": "failed"}[r.c.Text("expected status")]
	if got.Status() != want {
		r.tell("it is %s (%s %s), want %s", got.Status(), got.Run.Error, got.Run.Reason, want)
	}
	if raw := r.c.Object("expected raw response"); raw != nil {
		r.checkAnswer(got.Outputs(), raw)
		return
	}
	// Null says nothing about what a flow gives that has no outputs.
	if outputs := r.c.Object("expected outputs"); outputs != nil {
		r.same("outputs", outputs, got.Outputs())
	}
}

func (r *caseRun) checkAnswer(got, want *value.Object) {
	if a, b := value.String(got.At("status")), value.String(want.At("statusCode")); a != b {
		r.tell("the answer has the status %s, want %s", a, b)
	}
	body := got.At("body")
	if text, ok := body.(string); ok {
		if v, err := value.ParseJSON([]byte(text)); err == nil {
			body = v
		}
	}
	r.same("body", want.At("body"), body)
}

func (r *caseRun) checkTables(ctx context.Context, p *app.Player) {
	for title, want := range r.c.Object("expected tables after").All() {
		rows, err := p.Rows(ctx, title)
		if err != nil {
			r.t.Fatal(err)
		}
		got := []any{}
		for _, row := range rows {
			got = append(got, row)
		}
		list := want.([]any)
		for i, row := range list { // columns that are not named do not count
			if i < len(got) {
				got[i] = only(got[i].(*value.Object), row.(*value.Object))
			}
		}
		r.same("table "+title, want, got)
	}
}

// only is the part of an object that another names.
func only(o, named *value.Object) *value.Object {
	out := value.NewObject(0)
	for k := range named.All() {
		out.Set(k, o.At(k))
	}
	return out
}

func (r *caseRun) checkCalls() {
	want, ok := r.c.At("expected connector calls").([]any)
	if !ok {
		return
	}
	if len(want) != len(r.made) {
		r.tell("%d calls were made, want %d: %s", len(r.made), len(want), strings.Join(r.calls, ", "))
		return
	}
	left := slices.Clone(r.made) // flows that run beside each other have no order
	for _, w := range want {
		o := w.(*value.Object)
		var misfits []string
		i := slices.IndexFunc(left, func(m madeCall) bool {
			misfit := r.misfit(o, m)
			misfits = append(misfits, misfit)
			return misfit == ""
		})
		if i < 0 {
			r.tell("no call is %s %s: %s", o.Text("card"), value.JSON(o.At("inputs")), strings.Join(misfits, "; "))
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
}

// misfit says what keeps a call from being the one that is expected.
func (r *caseRun) misfit(want *value.Object, m madeCall) string {
	s, ok := r.serving(want.Text("card"), m)
	if !ok {
		return m.connector + "." + m.call.Action + " is another card"
	}
	for key, v := range want.Object("inputs").All() {
		path, ok := s.Card.Input(split(key))
		if !ok {
			return "there is no place for " + key
		}
		if got := at(m.call.Inputs, path); !cmp.Equal(plain(v), plain(got)) {
			return fmt.Sprintf("%s is %s", key, value.JSON(got))
		}
	}
	return ""
}

func split(key string) connector.Key {
	if group, name, ok := strings.Cut(key, "/"); ok {
		return connector.Key{Group: group, Name: name}
	}
	return connector.Key{Name: key}
}

func at(o *value.Object, path []string) any {
	for _, name := range path[:len(path)-1] {
		o = o.Object(name)
	}
	return o.At(path[len(path)-1])
}

// serving is how a card is served by what was called.
func (r *caseRun) serving(card string, m madeCall) (connector.Serving, bool) {
	channel, method, _ := strings.Cut(card, ":")
	all := r.export.shelf.Cards(channel, method)
	i := slices.IndexFunc(all, func(s connector.Serving) bool { return s.Connector.ID == m.connector && s.Action.ID == m.call.Action })
	if i < 0 {
		return connector.Serving{}, false
	}
	return all[i], true
}

// answer is what the case says that a card gives.
func (r *caseRun) answer(_ context.Context, c connector.Connection, call connector.Call) (connector.Result, error) {
	m := madeCall{c.Connector, call}
	r.mu.Lock()
	r.made = append(r.made, m)
	r.calls = append(r.calls, c.Connector+"."+call.Action+string(value.JSON(call.Inputs)))
	r.mu.Unlock()
	stubs, _ := r.c.At("connector stubs").([]any)
	for _, e := range stubs {
		stub := e.(*value.Object)
		s, ok := r.serving(stub.Text("card"), m)
		if !ok || !fits(stub.Object("when"), s, call) {
			continue
		}
		if failure := stub.Object("error"); failure != nil {
			status, _ := failure.At("statusCode").(float64)
			return connector.Result{}, &connector.Error{Message: failure.Text("message"), Code: failure.Text("code"), Status: int(status), Body: failure.At("body")}
		}
		return connector.Result{Outputs: r.outputs(stub, s)}, nil
	}
	return connector.Result{}, fmt.Errorf("the case has no stub for %s.%s %s", c.Connector, call.Action, value.JSON(call.Inputs))
}

func fits(when *value.Object, s connector.Serving, call connector.Call) bool {
	for key, want := range when.All() {
		path, ok := s.Card.Input(split(key))
		if !ok || !cmp.Equal(value.JSON(want), value.JSON(at(call.Inputs, path))) {
			return false
		}
	}
	return true
}

// outputs lays a stub's outputs, which are by group/key or by key alone, where our
// action gives them.
func (r *caseRun) outputs(stub *value.Object, s connector.Serving) *value.Object {
	out := value.NewObject(0)
	if records, ok := stub.At("stream").([]any); ok {
		out.Set(s.Action.Stream, records)
	}
	for key, v := range stub.Object("outputs").All() {
		for _, k := range r.keys(stub.Text("card"), key) {
			path, ok := s.Card.Output(k)
			if !ok {
				path = []string{key}
			}
			put(out, path, v)
		}
	}
	return out
}

// keys are the outputs that a name may mean on the cards of the export.
func (r *caseRun) keys(card, name string) []connector.Key {
	out := []connector.Key{split(name)}
	r.export.cards(func(c *flopack.Card) {
		for _, f := range c.Outputs {
			if k := (connector.Key{Group: f.Group, Name: f.Key}); c.Address() == card && f.Key == name && !slices.Contains(out, k) {
				out = append(out, k)
			}
		}
	})
	return out
}

func put(o *value.Object, path []string, v any) {
	for _, name := range path[:len(path)-1] {
		sub := o.Object(name)
		if sub == nil {
			sub = value.NewObject(0)
			o.Set(name, sub)
		}
		o = sub
	}
	o.Set(path[len(path)-1], v)
}

// same compares values as JSON, in which the order of fields does not count.
func (r *caseRun) same(what string, want, got any) {
	if diff := cmp.Diff(plain(want), plain(got)); diff != "" {
		r.tell("%s: (-want +got)\n%s", what, diff)
	}
}

// plain is a value as maps and slices.
func plain(v any) any {
	switch v := v.(type) {
	case *value.Object:
		out := map[string]any{}
		for k, e := range v.All() {
			out[k] = plain(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plain(v[i])
		}
		return out
	case nil, bool, float64, string:
		return v
	}
	return value.String(v)
}
