package actions

import (
	_ "embed" // the api of Actions
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime/metrics"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/dop251/goja"
)

// prelude makes the objects that an Action is given; it is run before each, in
// its runtime, and returns what runs it.
//
//go:embed prelude.js
var prelude string

// deepestStack is how many calls may stand in each other.
const deepestStack = 2000

// execute runs the Actions of a job.
func execute(job Job, out io.Writer) Result {
	res := Result{Effects: []Effect{}}
	deadline := time.Now().Add(job.Timeout)
	event := job.Event
	for _, a := range job.Actions {
		r := &run{job: job, action: a, deadline: deadline}
		r.watch(out, &res)
		e := r.play(event)
		r.done()
		res.Executions = append(res.Executions, e)
		res.Effects = append(res.Effects, r.effects...)
		if _, denied := res.Denied(); denied || e.Error != nil {
			break
		}
		event = r.after
	}
	return res
}

// run is the run of one Action.
type run struct {
	job      Job
	action   Action
	deadline time.Time
	vm       *goja.Runtime
	effects  []Effect
	after    map[string]any // the event as the next Action sees it
	timers   timers

	mu      sync.Mutex // the watch reads what the Action has written
	console strings.Builder
	started time.Time
	stop    chan struct{}
	watched sync.WaitGroup
}

// errors with which a runtime is interrupted.
var (
	errLate = errors.New("late")
	errBig  = errors.New("big")
)

// play runs the Action and says how it went.
func (r *run) play(event map[string]any) (e Execution) {
	e = Execution{ActionID: r.action.ID, Name: r.action.Name, Started: r.started}
	defer func() {
		if p := recover(); p != nil { // of the interpreter
			e.Error = &Error{Class: ClassPlatform, Name: "Error", Message: fmt.Sprint(p)}
		}
		e.Ended, e.Console = time.Now().UTC(), r.said()
	}()
	program, err := goja.Compile(r.action.Name, "(function(exports, module, require, console, setTimeout, clearTimeout, setInterval, clearInterval) {"+r.action.Code+"\n})", false)
	if err != nil {
		e.Error = &Error{Class: ClassAction, Name: "SyntaxError", Message: strings.TrimPrefix(err.Error(), "SyntaxError: ")}
		return e
	}
	if r.job.CheckOnly {
		return e
	}
	e.Error = r.begin(program, event)
	return e
}

// begin runs the code and waits for what it promised.
func (r *run) begin(program *goja.Program, event map[string]any) *Error {
	own := maps.Clone(event)
	if own == nil {
		own = map[string]any{}
	}
	own["secrets"] = r.action.Secrets
	if r.action.Secrets == nil {
		own["secrets"] = map[string]string{}
	}
	text, err := json.Marshal(own)
	if err != nil {
		return &Error{Class: ClassPlatform, Name: "Error", Message: err.Error()}
	}
	start, err := r.vm.RunScript("prelude.js", prelude)
	if err != nil {
		return r.failure(err)
	}
	body, err := r.vm.RunProgram(program)
	if err != nil {
		return r.failure(err)
	}
	call, ok := goja.AssertFunction(start)
	if !ok {
		return &Error{Class: ClassPlatform, Name: "Error", Message: "the prelude is no function"}
	}
	promised, err := call(goja.Undefined(), body, r.vm.ToValue(string(text)), r.vm.ToValue(r.host()))
	if err != nil {
		return r.failure(err)
	}
	if fail := r.settle(promised); fail != nil {
		return fail
	}
	return nil
}

// settle runs timers until the promise of the Action is kept or broken.
func (r *run) settle(v goja.Value) *Error {
	p, ok := v.Export().(*goja.Promise)
	if !ok {
		return &Error{Class: ClassPlatform, Name: "Error", Message: "the prelude promised nothing"}
	}
	for p.State() == goja.PromiseStatePending {
		due, f, any := r.timers.next()
		if !any {
			return &Error{Class: ClassTimeout, Name: "Error", Message: "The Action waits for something that never happens"}
		}
		if due.After(r.deadline) {
			<-time.After(time.Until(r.deadline))
			return timedOut(r.job.Timeout)
		}
		<-time.After(time.Until(due))
		if _, err := f(goja.Undefined()); err != nil {
			return r.failure(err)
		}
	}
	if p.State() == goja.PromiseStateRejected {
		return r.thrown(p.Result())
	}
	text, ok := p.Result().Export().(string)
	if !ok {
		return &Error{Class: ClassPlatform, Name: "Error", Message: "the event is lost"}
	}
	if err := json.Unmarshal([]byte(text), &r.after); err != nil {
		return &Error{Class: ClassPlatform, Name: "Error", Message: err.Error()}
	}
	return nil
}

// failure is why code did not run to its end.
func (r *run) failure(err error) *Error {
	if stopped, ok := errors.AsType[*goja.InterruptedError](err); ok {
		if why, ok := stopped.Value().(error); ok && errors.Is(why, errBig) {
			return tooMuch()
		}
		return timedOut(r.job.Timeout)
	}
	if x, ok := errors.AsType[*goja.Exception](err); ok {
		return r.thrown(x.Value())
	}
	if x, ok := errors.AsType[*goja.StackOverflowError](err); ok {
		return &Error{Class: ClassAction, Name: "RangeError", Message: "Maximum call stack size exceeded", Stack: x.String()}
	}
	return &Error{Class: ClassAction, Name: "Error", Message: err.Error()}
}

// thrown is what an Action threw.
func (r *run) thrown(v goja.Value) *Error {
	e := &Error{Class: ClassAction, Name: "Error", Message: v.String()}
	o, ok := v.(*goja.Object)
	if !ok {
		return e
	}
	for name, into := range map[string]*string{"name": &e.Name, "message": &e.Message, "stack": &e.Stack} {
		if x := o.Get(name); x != nil && !goja.IsUndefined(x) {
			*into = x.String()
		}
	}
	return e
}

// host are the functions that the prelude makes the api of.
func (r *run) host() map[string]any {
	return map[string]any{
		"effect": func(kind, name, value string) {
			var v any
			if json.Unmarshal([]byte(value), &v) != nil { // undefined
				v = nil
			}
			r.effects = append(r.effects, Effect{Kind: kind, Action: r.action.ID, Name: name, Value: v})
		},
		"log": r.log,
		"timeout": func(f goja.Callable, ms int64, every bool) int {
			return r.timers.add(f, time.Duration(max(ms, 1))*time.Millisecond, every)
		},
		"clear": r.timers.clear,
	}
}

func (r *run) log(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if room := maxConsole - utf8.RuneCountInString(r.console.String()); room > 0 {
		runes := []rune(line + "\n")
		r.console.WriteString(string(runes[:min(room, len(runes))]))
	}
}

func (r *run) said() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.console.String()
}

// watch makes the runtime, and interrupts it when it is late or big. What does
// not let itself be interrupted is in a call of the interpreter's own that
// takes long; then the process writes what it knows and ends.
func (r *run) watch(out io.Writer, res *Result) {
	r.vm = goja.New()
	r.vm.SetMaxCallStackSize(deepestStack)
	r.started, r.stop = time.Now().UTC(), make(chan struct{})
	vm := r.vm
	r.watched.Go(func() {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		const patience = 300 * time.Millisecond
		var since time.Time
		var fail *Error
		for {
			select {
			case <-r.stop:
				return
			case now := <-tick.C:
				switch {
				case fail != nil && now.Sub(since) > patience:
					r.end(out, res, fail)
				case fail != nil:
				case now.After(r.deadline):
					since, fail = now, timedOut(r.job.Timeout)
					vm.Interrupt(errLate)
				case heap() > r.job.Memory:
					since, fail = now, tooMuch()
					vm.Interrupt(errBig)
				}
			}
		}
	})
}

// done ends the watch.
func (r *run) done() {
	close(r.stop)
	r.watched.Wait()
}

// end writes what is known and ends the process: nothing else stops the
// interpreter now.
func (r *run) end(out io.Writer, res *Result, fail *Error) {
	last := Result{Executions: append(res.Executions, Execution{
		ActionID: r.action.ID, Name: r.action.Name, Started: r.started, Ended: time.Now().UTC(), Console: r.said(), Error: fail,
	}), Effects: res.Effects}
	_ = json.NewEncoder(out).Encode(last) // nobody is left to tell
	os.Exit(0)                            //nolint:forbidigo // the process is there for this alone
}

// heap returns how much memory objects use, in bytes.
func heap() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	if s[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return s[0].Value.Uint64()
}

// Check reads the code of an Action without running it, and says what is wrong
// with it, if anything is.
func Check(a Action) *Error {
	r := &run{job: Job{CheckOnly: true}, action: a}
	return r.play(nil).Error
}
