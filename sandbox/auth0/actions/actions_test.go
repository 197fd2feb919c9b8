package actions_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sallyport/sandbox/auth0/actions"
)

func TestMain(m *testing.M) {
	if actions.Asked(os.Args[1:]) {
		if err := actions.Main(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// login is the event of somebody with such metadata.
func login(userMetadata map[string]any) map[string]any {
	return map[string]any{"user": map[string]any{"user_id": "auth0|1", "user_metadata": userMetadata, "app_metadata": map[string]any{}}}
}

func run(t *testing.T, job actions.Job, codes ...string) actions.Result {
	t.Helper()
	for i, code := range codes {
		job.Actions = append(job.Actions, actions.Action{ID: fmt.Sprint("a", i+1), Name: fmt.Sprint("Action ", i+1), Code: code, Secrets: map[string]string{"KEY": "s3cret"}})
	}
	if job.Event == nil {
		job.Event = login(map[string]any{})
	}
	res, err := actions.Runner{}.Run(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func handler(body string) string {
	return "exports.onExecutePostLogin = async (event, api) => {" + body + "};"
}

// article reads the Action of the article about Okta and Auth0, where that is here.
func article(t *testing.T) string {
	t.Helper()
	for _, up := range []string{"../../../..", "../../../../.."} {
		found, err := filepath.Glob(up + "/shared/seeds/004_*.txt")
		if err != nil || len(found) == 0 {
			continue
		}
		b, err := os.ReadFile(found[0])
		if err != nil {
			t.Fatal(err)
		}
		_, code, begins := strings.Cut(string(b), "exports.onExecutePostLogin")
		code, _, ends := strings.Cut(code, "\n};")
		if !begins || !ends {
			t.Fatal("the article has no Action")
		}
		return "exports.onExecutePostLogin" + code + "\n};\n"
	}
	t.Skip("the article is not here (shared/seeds)")
	return ""
}

func TestTheArticlesActionDeniesWhoIsDeactivated(t *testing.T) {
	code := article(t)
	for _, c := range []struct {
		metadata map[string]any
		denied   bool
	}{
		{map[string]any{}, false},
		{map[string]any{"okta": map[string]any{}}, false},
		{map[string]any{"okta": map[string]any{"deactivated": "true"}}, true},
		{map[string]any{"okta": map[string]any{"deactivated": true}}, false}, // it compares with the text
		{map[string]any{"okta": map[string]any{"deactivated": "false"}}, false},
	} {
		res := run(t, actions.Job{Event: login(c.metadata)}, code)
		reason, denied := res.Denied()
		if _, failed := res.Failed(); failed || denied != c.denied || denied != strings.Contains(reason, "deactivated") {
			t.Errorf("%v: denied %v with %q, %+v", c.metadata, denied, reason, res.Executions)
		}
	}
}

func TestAnActionWithoutMetadataToReadFails(t *testing.T) {
	res := run(t, actions.Job{Event: map[string]any{"user": map[string]any{}}}, handler(`if (event.user.user_metadata.okta) api.access.deny("no")`))
	if e, failed := res.Failed(); !failed || e.Error.Name != "TypeError" || e.Error.Class != actions.ClassAction {
		t.Errorf("%+v", res)
	}
}

func TestDenyStopsLaterActionsAndKeepsWhatWasSet(t *testing.T) {
	res := run(t, actions.Job{},
		handler(`api.user.setAppMetadata("first", {n: 1}); api.accessToken.setCustomClaim("https://x/y", [1, "a"]);`),
		handler(`if (event.user.app_metadata.first.n !== 1) throw new Error("not seen"); api.access.deny("no"); api.user.setUserMetadata("after", true);`),
		handler(`api.user.setUserMetadata("never", 1)`))
	if len(res.Executions) != 2 {
		t.Fatalf("%+v", res.Executions)
	}
	var kinds []string
	for _, e := range res.Effects {
		kinds = append(kinds, e.Kind+" "+e.Name)
	}
	if got := strings.Join(kinds, ", "); got != "app_metadata first, access_token_claim https://x/y, deny , user_metadata after" {
		t.Errorf("effects: %s", got)
	}
	if reason, denied := res.Denied(); !denied || reason != "no" {
		t.Errorf("denied %v with %q", denied, reason)
	}
}

func TestAnExceptionStopsLaterActions(t *testing.T) {
	res := run(t, actions.Job{}, handler(`api.user.setUserMetadata("kept", 1); throw new RangeError("oh")`), handler(``))
	e, failed := res.Failed()
	if !failed || len(res.Executions) != 1 || e.Error.Name != "RangeError" || e.Error.Message != "oh" || len(res.Effects) != 1 {
		t.Errorf("%+v", res)
	}
}

func TestConsoleSecretsAndTimers(t *testing.T) {
	res := run(t, actions.Job{}, handler(`
		console.log("hello", {a: 1}, event.secrets.KEY);
		const order = [];
		await new Promise((r) => { setTimeout(() => { order.push("b"); r(); }, 20); setTimeout((x) => order.push(x), 1, "a"); });
		const no = setTimeout(() => order.push("never"), 1); clearTimeout(no);
		let n = 0; await new Promise((r) => { const i = setInterval(() => { if (++n === 3) { clearInterval(i); r(); } }, 1); });
		api.idToken.setCustomClaim("order", order.join("")).idToken.setCustomClaim("n", n);
		console.log("x".repeat(1000));`))
	if e, failed := res.Failed(); failed {
		t.Fatal(e.Error)
	}
	if got := res.Executions[0].Console; len(got) != 256 || !strings.HasPrefix(got, "hello {\"a\":1} s3cret\nxxx") {
		t.Errorf("console: %d, %q", len(got), got)
	}
	if res.Effects[0].Value != "ab" || res.Effects[1].Value != 3.0 {
		t.Errorf("%+v", res.Effects)
	}
}

func TestWhatIsNotThereSaysSo(t *testing.T) {
	for code, want := range map[string]string{
		`api.redirect.sendUserTo("https://x")`:  "api.redirect is not part of this simulation",
		`api.access.allow()`:                    "api.access.allow is not part of this simulation",
		`require("axios")`:                      "Cannot find module 'axios'",
		`await fetch("https://x")`:              "fetch is not defined",
		`process.env`:                           "process is not defined",
		`event.nothing.deeper`:                  "Cannot read propert",
		`throw "just text"`:                     "just text",
		`await new Promise(() => {})`:           "never happens",
		`const f = () => f() + f(); f()`:        "",
		`await Promise.reject(new Error("no"))`: "no",
	} {
		res := run(t, actions.Job{}, handler(code))
		if e, failed := res.Failed(); !failed || !strings.Contains(e.Error.Message, want) {
			t.Errorf("%s: %+v", code, res.Executions)
		}
	}
	if e, failed := run(t, actions.Job{}, "exports.other = 1").Failed(); !failed || !strings.Contains(e.Error.Message, "onExecutePostLogin") {
		t.Errorf("without handler: %+v", e)
	}
}

func TestSyntaxErrorsAreFoundWithoutRunning(t *testing.T) {
	for _, only := range []bool{true, false} {
		res := run(t, actions.Job{CheckOnly: only}, "exports.onExecutePostLogin = async (event api) => {")
		if e, failed := res.Failed(); !failed || e.Error.Name != "SyntaxError" {
			t.Errorf("check only %v: %+v", only, res)
		}
	}
	if res := run(t, actions.Job{CheckOnly: true}, `throw new Error("was run")`); len(res.Executions) != 1 || res.Executions[0].Error != nil {
		t.Errorf("%+v", res)
	}
}

func TestEndlessActionsAreStopped(t *testing.T) {
	const limit = 300 * time.Millisecond
	for _, code := range []string{
		`while (true) {}`, `await new Promise((r) => setTimeout(r, 60000))`, `const f = () => Promise.resolve().then(f); await f()`,
		`/(a+)+$/.test("a".repeat(60) + "b"); while (true) {}`,
	} {
		began := time.Now()
		res := run(t, actions.Job{Timeout: limit}, handler(`api.user.setUserMetadata("a", 1);`+code))
		e, failed := res.Failed()
		if !failed || e.Error.Class != actions.ClassTimeout {
			t.Errorf("%s: %+v", code, res.Executions)
		}
		if took := time.Since(began); took > limit+5*time.Second {
			t.Errorf("%s took %s", code, took)
		}
	}
}

func TestMemoryBombsAreStopped(t *testing.T) {
	for _, code := range []string{
		`let s = "ab"; for (;;) s += s;`, `const a = []; for (;;) a.push(new Array(1000).fill(1.5));`, `new Array(1e9).fill(0)`, `"x".repeat(2**30 - 1).split("")`,
		`new ArrayBuffer(2**40)`,
	} {
		res := run(t, actions.Job{Timeout: 5 * time.Second, Memory: 64 << 20}, handler(code))
		if _, failed := res.Failed(); !failed {
			t.Errorf("%s: %+v", code, res.Executions)
		}
	}
}

func TestAProgramThatDoesNotKnowActionsSaysSo(t *testing.T) {
	_, err := actions.Runner{Program: []string{"true"}}.Run(t.Context(), actions.Job{})
	if !errors.Is(err, actions.ErrUnavailable) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (actions.Runner{}).Run(ctx, actions.Job{Actions: []actions.Action{{Code: handler("")}}}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func FuzzMain(f *testing.F) {
	f.Add(`exports.onExecutePostLogin = async (event, api) => { api.access.deny("x") }`)
	f.Add("}); (function(){")
	f.Fuzz(func(t *testing.T, code string) {
		// Only read: what runs needs the limits of a process.
		res := actions.Check(actions.Action{ID: "a", Name: "a", Code: code})
		if res != nil && res.Class == "" {
			t.Errorf("%q: %+v", code, res)
		}
	})
}
