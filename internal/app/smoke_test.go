package app_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"sallyport/internal/app"
	"sallyport/internal/connector"
	"sallyport/internal/flow"
	"sallyport/internal/value"
)

// noon is when the flows of the corpus run.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// Every flow of the corpus runs to its end on data that is made up by its types,
// against services that answer with what is made up likewise.
func TestEveryFlowRuns(t *testing.T) {
	needCorpus(t)
	dirs, err := os.ReadDir(corpusDir)
	if err != nil {
		t.Fatal(err)
	}
	total := map[string]int{}
	for _, dir := range dirs {
		if dir.IsDir() {
			t.Run(dir.Name(), func(t *testing.T) { smoke(t, readExport(t, dir.Name()), total) })
		}
	}
	t.Log(total)
}

// reasons say why a flow does not run to its end, by what its error says.
func reasons() [][2]string {
	return [][2]string{
		// What is made up is not what the flow expects.
		{"there is no such row in the table", "data: no row has the id that was made up"},
		{"is no JSON", "data: a text that was made up is no JSON"},
		{"text after the value", "data: a text that was made up is no JSON"},
		{"nothing can be divided by 0", "data: nothing was made that can be counted"},
		{"a number above 0 is wanted, not 0", "data: nothing was made that can be counted"},
		{"a number is wanted, not", "data: a text that was made up is no number"},
		{"key: a value is wanted", "data: a secret that is to be filled in"},
		{"no file: an object", "data: a text that was made up is no file"},
		{"User not added to a YubiKey group", "data: the flow itself says that it cannot go on"},
		{"Configure client id prior", "data: the flow itself says that it cannot go on"},
		// What flows, functions and connectors do not have yet.
		{"there is no flow", "a flow that is called is among these"},
		{`is no date: write it as`, "a date in words where a date is wanted"},
		{`the column name "Created" is taken`, "a column with a name that every row has"},
	}
}

func reason(err string) string {
	for _, r := range reasons() {
		if strings.Contains(err, r[0]) {
			return r[1]
		}
	}
	return ""
}

func smoke(t *testing.T, e *export, total map[string]int) {
	left := map[string]string{} // flows that did not run to their end, and why
	for _, text := range []string{"00u1", `{"id":"00u1","data":{},"items":[]}`} {
		play(t, e, text, left)
		if len(left) == 0 {
			break
		}
	}
	total["flows"] += len(e.doc.Flows)
	for name, err := range left {
		why := reason(err)
		if why == "" {
			t.Errorf("%s: %s", name, err)
			continue
		}
		total["not to the end"]++
		total[why]++
		t.Logf("%s does not run to its end: %s: %s", name, why, err)
	}
}

// play runs the flows that are left, all of them the first time, with texts that
// are one text where their name asks for nothing else.
func play(t *testing.T, e *export, text string, left map[string]string) {
	m := maker{text}
	o := e.options(t)
	o.At, o.Answers, o.Random = noon, m.answers(e), zeros{}
	p, err := app.OpenPlayer(t.Context(), o, e.text, e.name)
	if err != nil {
		for _, f := range e.doc.Flows {
			left[f.Name] = err.Error()
		}
		return
	}
	defer func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}()
	first := len(left) == 0
	for _, f := range p.Made.Flows {
		if !first && left[f.Slug] == "" {
			continue
		}
		if len(f.Problems) > 0 {
			left[f.Slug] = f.Problems.Err().Error()
			continue
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		got, err := p.Run(ctx, f, app.Given{Input: m.input(f.Definition.Trigger)})
		cancel()
		switch {
		case err != nil:
			t.Errorf("%s: %v", f.Slug, err)
		case strings.Contains(got.Run.Error, "internal error"):
			t.Errorf("%s: %s", f.Slug, got.Run.Error)
		case got.Run.State == flow.Failed:
			left[f.Slug] = got.Run.Error
		case slices.Contains([]flow.State{flow.Succeeded, flow.Stopped}, got.Run.State):
			delete(left, f.Slug)
		default:
			t.Errorf("%s is %s", f.Slug, got.Run.State)
		}
	}
}

// maker makes data up.
type maker struct{ text string }

// input is made up by the types of a trigger's inputs.
func (m maker) input(tr flow.Trigger) *value.Object {
	in := value.NewObject(0)
	switch tr.Kind {
	case flow.OnEvent:
		typ := "user.session.start"
		if len(tr.Events) > 0 {
			typ = tr.Events[0]
		}
		return madeEvent(typ)
	case flow.OnAPI:
		in.Set("raw", value.Map("headers", value.Map("authorization", "none"), "body", `{"id":"00u1","data":{"events":[]}}`, "query", "id=00u1"))
	default:
	}
	for _, p := range tr.Inputs {
		in.Set(p.Name, m.value(p.Name, p.Type))
	}
	return in
}

func madeEvent(typ string) *value.Object {
	target := func(typ, id string) *value.Object {
		return value.Map("id", id, "type", typ, "alternateId", "ann@acme.example", "displayName", "Ann Ash", "detailEntry", value.Map("policyType", "Okta:SignOn"))
	}
	return value.Map(
		"uuid", "e1", "eventType", typ, "published", "2026-03-04T11:59:00.000Z", "severity", "INFO", "displayMessage", "It happened", "version", "0",
		"actor", target("User", "00u1"), "outcome", value.Map("result", "SUCCESS"),
		"client", value.Map("ipAddress", "192.0.2.1", "userAgent", value.Map("os", "Linux", "browser", "FIREFOX")),
		"target", []any{target("User", "00u1"), target("AppInstance", "0oa1"), target("AppUser", "0ua1"), target("UserGroup", "00g1")},
		"debugContext", value.Map("debugData", value.Map("requestUri", "/", "url", "/?")), "transaction", value.Map("id", "t1", "type", "WEB"),
	)
}

// value is a value of a type; texts are what their name asks for.
func (m maker) value(name string, k value.Kind) any {
	switch k {
	case value.Number:
		return 3.0
	case value.Boolean:
		return true
	case value.Date:
		return noon
	case value.Obj:
		return madeRecord()
	case value.List:
		return []any{madeRecord()}
	default:
	}
	lower := strings.ToLower(name)
	for _, like := range [][2]string{
		{"email", "ann@acme.example"},
		{"mail", "ann@acme.example"},
		{"login", "ann@acme.example"},
		{"user", "ann@acme.example"},
		{"date", "2026-03-01T00:00:00.000Z"},
		{"time", "2026-03-01T00:00:00.000Z"},
		{"created", "2026-03-01T00:00:00.000Z"},
		{"updated", "2026-03-01T00:00:00.000Z"},
		{"url", "https://acme.example/x"},
		{"ip", "192.0.2.1"},
		{"count", "3"},
		{"number", "3"},
		{"json", `{"id":"00u1"}`},
		{"body", `{"id":"00u1"}`},
	} {
		if strings.Contains(lower, like[0]) {
			return like[1]
		}
	}
	return m.text
}

func madeRecord() *value.Object {
	return value.Map("id", "00u1", "ID", "00u1", "name", "Ann", "Name", "Ann", "Login", "ann@acme.example", "login", "ann@acme.example", "email", "ann@acme.example", "status", "ACTIVE", "Status", "ACTIVE",
		"Last Login", "2026-02-01T00:00:00.000Z", "created", "2026-02-01T00:00:00.000Z",
		"profile", value.Map("login", "ann@acme.example", "email", "ann@acme.example", "firstName", "Ann", "lastName", "Ash", "name", "Everyone"))
}

// answers answers every call with what the outputs of its action say.
func (m maker) answers(e *export) app.Answers {
	return func(_ context.Context, c connector.Connection, call connector.Call) (connector.Result, error) {
		con, ok := e.shelf.Get(c.Connector)
		if !ok {
			return connector.Result{}, fmt.Errorf("there is no connector %q", c.Connector)
		}
		a := con.Actions[call.Action]
		out := value.NewObject(len(a.Outputs))
		for _, port := range a.Outputs {
			switch {
			case port.Name == "next":
			case slices.Contains([]string{"status", "statusCode", "status_code"}, port.Name) && port.Type == value.Number:
				out.Set(port.Name, 200.0)
			default:
				out.Set(port.Name, m.value(port.Name, port.Type))
			}
		}
		return connector.Result{Outputs: out, Status: 200}, nil
	}
}
