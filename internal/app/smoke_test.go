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

func smoke(t *testing.T, e *export, total map[string]int) {
	o := e.options(t)
	o.At, o.Answers, o.Random = noon, made(e), zeros{}
	p, err := app.OpenPlayer(t.Context(), o, e.text, e.name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, f := range p.Made.Flows {
		total["flows"]++
		if len(f.Problems) > 0 {
			total["cannot run"]++
			t.Errorf("%s cannot run: %v", f.Slug, f.Problems)
			continue
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		got, err := p.Run(ctx, f, app.Given{Input: madeInput(f.Definition.Trigger)})
		cancel()
		if err != nil {
			t.Errorf("%s: %v", f.Slug, err)
			continue
		}
		total[got.Status()]++
		if got.Run.State == flow.Failed || strings.Contains(got.Run.Error, "internal error") {
			t.Errorf("%s: %s", f.Slug, got.Run.Error)
		}
	}
}

// madeInput is made up by the types of a trigger's inputs.
func madeInput(tr flow.Trigger) *value.Object {
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
		in.Set(p.Name, madeUp(p.Name, p.Type))
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

// madeUp is a value of a type; texts are what their name asks for.
func madeUp(name string, k value.Kind) any {
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
		{"email", "ann@acme.example"}, {"mail", "ann@acme.example"}, {"login", "ann@acme.example"}, {"user", "ann@acme.example"}, {"date", "2026-03-01T00:00:00.000Z"}, {"time", "2026-03-01T00:00:00.000Z"},
		{"created", "2026-03-01T00:00:00.000Z"}, {"updated", "2026-03-01T00:00:00.000Z"}, {"url", "https://acme.example/x"}, {"ip", "192.0.2.1"}, {"count", "3"}, {"number", "3"},
		{"json", `{"id":"00u1"}`}, {"body", `{"id":"00u1"}`},
	} {
		if strings.Contains(lower, like[0]) {
			return like[1]
		}
	}
	return "00u1"
}

func madeRecord() *value.Object {
	return value.Map("id", "00u1", "ID", "00u1", "name", "Ann", "Name", "Ann", "Login", "ann@acme.example", "login", "ann@acme.example", "email", "ann@acme.example", "status", "ACTIVE", "Status", "ACTIVE",
		"Last Login", "2026-02-01T00:00:00.000Z", "created", "2026-02-01T00:00:00.000Z",
		"profile", value.Map("login", "ann@acme.example", "email", "ann@acme.example", "firstName", "Ann", "lastName", "Ash", "name", "Everyone"))
}

// made answers every call with what the outputs of its action say.
func made(e *export) app.Answers {
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
				out.Set(port.Name, madeUp(port.Name, port.Type))
			}
		}
		return connector.Result{Outputs: out, Status: 200}, nil
	}
}
