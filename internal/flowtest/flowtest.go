// Package flowtest reads tests of flows, and holds what a run came to against
// them. A test stands beside its flow: NAME.test.yaml beside NAME.yaml. Who runs
// the flows is not its business.
package flowtest

import (
	_ "embed"
	"path"
	"strings"
	"sync"
	"time"

	"sallyport/internal/connector/document"
	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// Suffix is how the names of test files end.
const Suffix = ".test.yaml"

//go:embed schema.json
var schemaText []byte

var schema = sync.OnceValues(func() (*document.Schema, error) { return document.ParseSchema(schemaText) })

// Case is one run of a flow, and what must come of it.
type Case struct {
	Name    string
	File    string
	Line    int
	Flow    string    // slug; that of the file where the case says nothing
	Now     time.Time // where the clock stands; zero for the real one
	Input   *value.Object
	Event   *value.Object // of an event trigger, in place of an input
	Context *value.Object // as a caller would give it
	Options *value.Object // by name
	Tables  *value.Object // rows before, by table
	Answers []Answer
	Expect  Expect
}

// Answer is what a call of a connector gives.
type Answer struct {
	Call    string        // okta.get_user: connector and action
	With    *value.Object // inputs that the call must have; nil for any
	Times   int           // how often it answers; 0 for always
	Outputs *value.Object
	Error   *value.Object // message, status, code, body; nil where the call succeeds
}

// Expect is what must come of a run. What is not said does not matter.
type Expect struct {
	Status  string        // returned, finished, stopped, failed, cancelled
	Error   string        // a part of it
	Reason  string        // a part of it
	Outputs *value.Object // all of them
	Calls   []Call        // all that change something or read, in their order; nil for any
	Tables  *value.Object // all rows after, by table; columns that are not named do not matter
}

// Call is a call of a connector.
type Call struct {
	Connector string
	Action    string
	Inputs    *value.Object // those that matter, where it is expected
}

// Read reads a test file. The error names file and line.
func Read(name string, text []byte) ([]Case, error) {
	doc, err := document.Read(name, text)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "%v", err)
	}
	s, err := schema()
	if err != nil {
		return nil, err
	}
	if err := doc.Check(s); err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "%v", err)
	}
	var out []Case
	for c := range doc.Cursor().At("cases").Items() {
		out = append(out, read(name, c))
	}
	if err := doc.Err(); err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "%v", err)
	}
	return out, nil
}

func read(name string, c document.Cursor) Case {
	out := Case{
		Name: c.Text("name"), File: name, Line: c.Line(), Flow: c.Text("flow"), Input: object(c, "input"), Event: object(c, "event"), Context: object(c, "context"),
		Options: object(c, "options"), Tables: object(c, "tables"),
	}
	if out.Flow == "" {
		out.Flow = strings.TrimSuffix(path.Base(name), Suffix)
	}
	if now := c.At("now"); now.Present() {
		var err error
		if out.Now, err = value.ParseDate(c.Text("now")); err != nil {
			now.Fail("%v", err)
		}
	}
	for a := range c.At("answers").Items() {
		out.Answers = append(out.Answers, Answer{Call: a.Text("call"), With: object(a, "with"), Times: int(a.Number("times")), Outputs: object(a, "outputs"), Error: object(a, "error")})
	}
	e := c.At("expect")
	out.Expect = Expect{Status: e.Text("status"), Error: e.Text("error"), Reason: e.Text("reason"), Outputs: object(e, "outputs"), Tables: object(e, "tables")}
	if calls := e.At("calls"); calls.Present() {
		out.Expect.Calls = []Call{}
		for x := range calls.Items() {
			who, action, _ := strings.Cut(x.Text("call"), ".")
			out.Expect.Calls = append(out.Expect.Calls, Call{Connector: who, Action: action, Inputs: object(x, "with")})
		}
	}
	return out
}

func object(c document.Cursor, key string) *value.Object {
	o, _ := c.At(key).Value.(*value.Object)
	return o
}
