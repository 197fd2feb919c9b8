package api

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/flow"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

// open is a flow that whoever knows its address may call.
func open(cards string) string {
	return "flow: hello\ntrigger: { api: { access: public, inputs: { \"body/who\": { type: text, from: body, key: who }, n: { type: number, from: query } } } }\ncards:\n" + cards
}

// caller is somebody who calls flows, and has nothing to do with the console.
func (b *bench) caller(header ...string) *client {
	c := b.anybody()
	for i := 0; i < len(header); i += 2 {
		c.header.Set(header[i], header[i+1])
	}
	return c
}

func (b *bench) call(c *client, flowID, query, body string) (*http.Response, string) {
	b.t.Helper()
	resp, raw := c.send(http.MethodPost, "/api/flows/acme/"+flowID+query, "application/json", strings.NewReader(body))
	return resp, string(raw)
}

// A request is answered with what the flow answers, with its data kept or not,
// whether the run is worked here or elsewhere.
func TestFlowAnswersRequest(t *testing.T) {
	tests := map[string]struct {
		cards  string
		status int
		want   string
		header map[string]string
	}{
		"what it returns": {"  - return: { said: 'Hello {{ input[\"body/who\"] }}', n: \"{{ input.n }}\" }\n", 200, `{"said":"Hello Bob","n":7}`, map[string]string{"Content-Type": "application/json"}},
		"nothing":         {"  - { comment: nothing }\n", 200, `{}`, nil},
		"that it stopped": {"  - stop: not today\n", 200, `{}`, nil},
		"why it failed":   {"  - fail: no good\n", 500, `{"error":{"message":"no good"}}`, nil},
		"its own status":  {"  - { fail: no such user, status: 404 }\n", 404, `{"error":{"message":"no such user"}}`, nil},
		"what it responds": {
			"  - respond: { status: 201, headers: { Content-Type: text/x-thing, X-Mine: \"{{ input.n }}\" }, body: \"<b>{{ request.body }}</b>\" }\n", 201, `<b>{"who":"Bob"}</b>`,
			map[string]string{"Content-Type": "text/x-thing", "X-Mine": "7", "Content-Security-Policy": endpointPolicy},
		},
		"what it responds, with no content": {"  - respond: { status: 204, body: not sent }\n", 204, ``, nil},
		"an object":                         {"  - respond: { body: { a: [1, \"{{ input.n }}\"] } }\n", 200, `{"a":[1,7]}`, map[string]string{"Content-Type": "application/json"}},
		"words":                             {"  - respond: { body: Hello }\n", 200, `Hello`, map[string]string{"Content-Type": "text/plain; charset=utf-8"}},
		"a cookie that it may not set":      {"  - { id: r, respond: { headers: { Set-Cookie: a=b }, body: x } }\n", 500, `{"error":{"message":"r (r): headers: Set-Cookie is not for a flow to set"}}`, nil},
		"the first of two answers":          {"  - answer: { status: 202, body: first }\n  - respond: { body: second }\n", 202, `first`, nil},
		"the request":                       {"  - respond: { body: '{{ request.method }} {{ request.query }} {{ request.ip }} {{ request.headers[\"x-thing\"] }}' }\n", 200, `POST n=7&clientToken=kept 127.0.0.1 a, b`, nil},
	}
	for name, here := range map[string]bool{"here": true, "elsewhere": false} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			if here {
				b.work()
			} else {
				b.workAs(func(*flow.Runner) {})
			}
			admin := b.admin()
			for name, tt := range tests {
				for _, saveData := range []bool{true, false} {
					t.Run(fmt.Sprint(name, ", data kept: ", saveData), func(t *testing.T) {
						id := b.on(admin, open(tt.cards), value.Map("saveData", saveData))
						c := b.caller()
						c.header["X-Thing"] = []string{"a", "b"}
						resp, got := b.call(c, id, "?n=7&clientToken=kept", `{"who":"Bob"}`)
						if resp.StatusCode != tt.status || got != tt.want {
							t.Errorf("%d %s, want %d %s", resp.StatusCode, got, tt.status, tt.want)
						}
						for k, v := range tt.header {
							if resp.Header.Get(k) != v {
								t.Errorf("%s: %q, want %q", k, resp.Header.Get(k), v)
							}
						}
						if resp.Header.Get("Set-Cookie") != "" {
							t.Error("it sets a cookie")
						}
						b.keepsNoMore(id, saveData)
					})
				}
			}
		})
	}
}

// keepsNoMore checks what is stored of a call: nothing in the clear where the flow
// keeps no data, and no answer once it was given.
func (b *bench) keepsNoMore(flowID string, saveData bool) {
	b.t.Helper()
	one := func() flow.Run {
		runs, err := b.db.Runs.List(b.t.Context(), b.acme.ID, store.RunFilter{Flow: flowID, Limit: 2})
		if err != nil || len(runs) != 1 {
			b.t.Fatalf("%d runs, %v", len(runs), err)
		}
		return runs[0]
	}
	ended := one().State.Ended() // what goes on may end at any time from here on
	if err := b.db.Runs.ForgetAnswers(b.t.Context(), time.Now().Add(time.Hour)); err != nil {
		b.t.Error(err)
	}
	r := one()
	if ended && r.Answer != nil {
		b.t.Error("the answer is kept")
	}
	if kept := fmt.Sprintf("%s %s", r.Input, r.Result); !saveData && strings.Contains(kept, "Bob") {
		b.t.Errorf("it keeps %s", kept)
	}
}

// The bytes of a body reach the flow as they came, whatever they are: signatures
// are made over them.
func TestBodyIsKeptAsItCame(t *testing.T) {
	b := setup(t)
	b.work()
	id := b.on(b.admin(), open("  - respond: { headers: { Content-Type: text/plain }, body: \"{{ request.body }}\" }\n"), value.Map())
	for name, text := range map[string]string{
		"JSON with blanks":  "{ \"a\" : 1.0,\r\n\t\"b\":\"\\u00e4\" }  ",
		"a form":            "payload=%7B%22a%22%3A1%7D&x=+y",
		"signs and zeros":   "ä€😀\x00\x01\u2028 \uFFFD",
		"nothing":           "",
		"nearly a megabyte": strings.Repeat("x", maxCall),
	} {
		t.Run(name, func(t *testing.T) {
			resp, got := b.call(b.caller(), id, "", text)
			if resp.StatusCode != 200 || got != text {
				t.Errorf("%d, %d bytes, want %d: %.100q", resp.StatusCode, len(got), len(text), got)
			}
		})
	}
}

func TestWhoMayCallAFlow(t *testing.T) {
	b := setup(t)
	b.work()
	admin := b.admin()
	secretly := strings.Replace(open("  - respond: { body: '{{ request.query }} {{ request.headers[\"x-api-client-token\"] }}{{ request.headers.authorization }}{{ request.headers.cookie }}' }\n"), "public", "ACCESS", 1)
	token := b.on(admin, strings.Replace(secretly, "ACCESS", "token", 1), value.Map())
	oauth := b.on(admin, strings.Replace(secretly, "ACCESS", "oauth", 1), value.Map())
	off := b.on(admin, open("  - { stop: x }\n"), value.Map())
	admin.do(http.MethodPatch, "/api/v1/flows/"+off, value.Map("enabled", false), 200)
	if resp, _ := b.call(b.caller(), token, "", ""); resp.StatusCode != 401 {
		t.Errorf("without a token having been made: %d", resp.StatusCode)
	}
	endpoint := "/api/v1/flows/" + token + "/endpoint"
	first := admin.post(endpoint+"/token", value.Map(), 201).Text("token")
	made := admin.post(endpoint+"/token", value.Map(), 201)
	second := made.Text("token")
	if e := admin.get(endpoint, 200); e.Text("tokenHint") != second[len(second)-4:] || e.Text("access") != "token" || strings.Contains(string(value.JSON(e)), second) || e.Text("url") != b.url+"/api/flows/acme/"+token {
		t.Errorf("endpoint = %s", value.JSON(e))
	}
	admin.do(http.MethodPatch, endpoint, value.Map("alias", "greet-me"), 200)
	if e := failure(admin.do(http.MethodPatch, "/api/v1/flows/"+oauth+"/endpoint", value.Map("alias", "greet-me"), 409)); e.Text("field") != "alias" {
		t.Errorf("an alias that is taken: %s", value.JSON(e))
	}
	admin.do(http.MethodPatch, endpoint, value.Map("alias", "Greet me"), 400)
	bearer := func(email string, r string) string {
		return b.as(b.acme, email, portal.Admin).post("/api/v1/tokens", value.Map("name", "x", "permissions", allowed(r)), 201).Text("token")
	}
	runs, looks := bearer("run@acme.example", portal.Analyst), bearer("look@acme.example", portal.Auditor)
	evil := b.as(b.evil, "eve@evil.example", portal.Admin).post("/api/v1/tokens", value.Map("name", "x", "permissions", allowed("admin")), 201).Text("token")
	tests := map[string]struct {
		flow   string
		query  string
		header []string
		status int
		want   string
	}{
		"the token in the header":                  {token, "?a=1", []string{tokenHeader, second}, 200, "a=1 "},
		"the token in the query":                   {token, "?a=1&clientToken=" + second + "&b=%20", nil, 200, "a=1&b=%20 "},
		"the token at the alias":                   {"greet-me", "", []string{tokenHeader, second, "Cookie", "sallyport=s3ssion"}, 200, " "},
		"no token":                                 {token, "", nil, 401, ""},
		"an empty token":                           {token, "?clientToken=", nil, 401, ""},
		"another token":                            {token, "", []string{tokenHeader, second[:len(second)-1] + "!"}, 401, ""},
		"the token before":                         {token, "", []string{tokenHeader, first}, 401, ""},
		"an API token in place of the client's":    {token, "", []string{"Authorization", "Bearer " + runs}, 401, ""},
		"an API token":                             {oauth, "", []string{"Authorization", "Bearer " + runs}, 200, " "},
		"an API token that may not run flows":      {oauth, "", []string{"Authorization", "Bearer " + looks}, 403, ""},
		"an API token of another organization":     {oauth, "", []string{"Authorization", "Bearer " + evil}, 403, ""},
		"a made-up API token":                      {oauth, "", []string{"Authorization", "Bearer spt_x"}, 401, ""},
		"a client token in place of the API token": {oauth, "", []string{tokenHeader, second}, 401, ""},
		"a flow that is off":                       {off, "", nil, 404, ""},
		"a flow that there is not":                 {"nope", "", nil, 404, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			resp, got := b.call(b.caller(tt.header...), tt.flow, tt.query, "")
			if resp.StatusCode != tt.status || tt.status == 200 && got != tt.want {
				t.Errorf("%d %s, want %d %q", resp.StatusCode, got, tt.status, tt.want)
			}
		})
	}
	for _, path := range []string{"/api/flows/evil/" + token, "/api/flows/evil/greet-me", "/api/flows/" + b.evil.ID + "/" + token} {
		if resp, _ := b.caller(tokenHeader, second).send(http.MethodGet, path, "", nil); resp.StatusCode != 404 {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
	admin.do(http.MethodDelete, endpoint+"/token", nil, 204)
	if resp, _ := b.call(b.caller(tokenHeader, second), token, "", ""); resp.StatusCode != 401 {
		t.Errorf("after the token's end: %d", resp.StatusCode)
	}
	if log := b.log.String(); strings.Contains(log, first) || strings.Contains(log, second) || strings.Contains(log, runs) {
		t.Error("a token is in the log")
	}
}

func TestCallsThatStartNothing(t *testing.T) {
	b := setup(t)
	b.work()
	id := b.on(b.admin(), strings.Replace(open("  - { stop: x }\n"), "public", "token", 1), value.Map())
	shown := b.on(b.admin2(), open("  - { stop: x }\n"), value.Map())
	path := "/api/flows/acme/" + id
	resp, raw := b.caller(challengeHeader, "a\"b").send(http.MethodGet, path, "", nil)
	if resp.StatusCode != 200 || string(raw) != `{"verification":"a\"b"}` {
		t.Errorf("verification: %d %s", resp.StatusCode, raw)
	}
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodHead, http.MethodOptions} {
		if resp, _ := b.caller().send(method, "/api/flows/acme/"+shown, "", nil); resp.StatusCode != 405 || resp.Header.Get("Allow") != "GET, POST" {
			t.Errorf("%s: %d %q", method, resp.StatusCode, resp.Header.Get("Allow"))
		}
	}
	if resp, got := b.call(b.caller(), shown, "", strings.Repeat("x", maxCall+1)); resp.StatusCode != 413 {
		t.Errorf("too large: %d %s", resp.StatusCode, got)
	}
	if resp, got := b.call(b.caller(), shown, "", "\xff"); resp.StatusCode != 415 {
		t.Errorf("no text: %d %s", resp.StatusCode, got)
	}
	runs, err := b.db.Runs.List(t.Context(), b.acme.ID, store.RunFilter{Limit: 10})
	if err != nil || len(runs) != 0 {
		t.Errorf("%d runs, %v", len(runs), err)
	}
}

// admin2 is another administrator.
func (b *bench) admin2() *client { return b.as(b.acme, "second@acme.example", portal.Admin) }

// A flow is called so many times a second, and no more; another is not held up.
func TestCallsAreLimited(t *testing.T) {
	b := setup(t, func(d *Deps) {
		at := time.Now()
		d.Now = func() time.Time { return at } // no time passes
		d.CallRate = 10
	})
	b.work()
	admin := b.admin()
	id, other := b.on(admin, open("  - { stop: x }\n"), value.Map()), b.on(admin, open("  - { stop: x }\n"), value.Map())
	var got []int
	for range 12 {
		resp, _ := b.call(b.caller(), id, "", "")
		got = append(got, resp.StatusCode)
		if resp.StatusCode == 429 && resp.Header.Get("Retry-After") != "1" {
			t.Errorf("Retry-After: %q", resp.Header.Get("Retry-After"))
		}
	}
	if diff := cmp.Diff([]int{200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 429, 429}, got); diff != "" {
		t.Error(diff)
	}
	if resp, _ := b.call(b.caller(), other, "", ""); resp.StatusCode != 200 {
		t.Errorf("another flow: %d", resp.StatusCode)
	}
}

// What is accepted is committed, at the head of the queue; who waits for longer
// than the server lets them is told that the run goes on.
func TestCallThatIsNotAnsweredInTime(t *testing.T) {
	b := setup(t, func(d *Deps) { d.AnswerWithin = 30 * time.Millisecond })
	id := b.on(b.admin(), open("  - { stop: x }\n"), value.Map())
	resp, got := b.call(b.caller(), id, "", "") // nobody works
	runs, err := b.db.Runs.List(t.Context(), b.acme.ID, store.RunFilter{Flow: id, Limit: 10})
	if err != nil || len(runs) != 1 {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
	if want := `{"run":"` + runs[0].ID + `"}`; resp.StatusCode != 202 || got != want || runs[0].Priority != flow.PriorityContainment || runs[0].State != flow.Queued {
		t.Errorf("%d %s, want %s; %+v", resp.StatusCode, got, want, runs[0])
	}
}

// An answer is sent at once while the run waits, and by whatever worker has the
// run: here by one that dies right after it was written.
func TestAnswerBeforeTheEnd(t *testing.T) {
	b := setup(t)
	admin := b.admin()
	id := b.on(admin, open("  - { id: a, answer: { status: 202, body: 'later, {{ input[\"body/who\"] }}' } }\n  - { id: w, wait: { for: 2, unit: days } }\n  - return: { done: true }\n"), value.Map("saveData", false))
	b.workAs(func(*flow.Runner) {})
	resp, got := b.call(b.caller(), id, "", `{"who":"Bob"}`)
	if resp.StatusCode != 202 || got != "later, Bob" {
		t.Errorf("%d %s", resp.StatusCode, got)
	}
	runs, err := b.db.Runs.List(t.Context(), b.acme.ID, store.RunFilter{Flow: id, Limit: 10})
	if err != nil || len(runs) != 1 || runs[0].State.Ended() {
		t.Fatalf("%+v, %v", runs, err)
	}
	if bytes.Contains(runs[0].Answer, []byte("later")) {
		t.Error("the answer is kept in the clear")
	}
}

// A request with an input that does not fit is the caller's mistake.
func TestCallWithAWrongInput(t *testing.T) {
	b := setup(t)
	b.work()
	id := b.on(b.admin(), open("  - { stop: x }\n"), value.Map())
	if resp, got := b.call(b.caller(), id, "?n=seven", ""); resp.StatusCode != 400 || !strings.Contains(got, `input \"n\"`) {
		t.Errorf("%d %s", resp.StatusCode, got)
	}
}

// A flow that requests start can be tried by hand: nobody waits for the answer.
func TestEndpointFlowByHand(t *testing.T) {
	b := setup(t)
	b.work()
	admin := b.admin()
	id := b.on(admin, open("  - respond: { body: 'Hello {{ input[\"body/who\"] }}{{ request.body }}' }\n"), value.Map())
	run := admin.post("/api/v1/flows/"+id+"/run", value.Map("inputs", value.Map("body/who", "Bob")), 201)
	if got := b.ended(admin, run.Text("id")); at(got, "result.body") != "Hello Bob" {
		t.Errorf("%s", value.JSON(got))
	}
}

func FuzzWithoutToken(f *testing.F) {
	f.Add("a=1&clientToken=x&b=%20")
	f.Add("client%54oken=x&&=&%zz")
	f.Fuzz(func(t *testing.T, query string) {
		got := withoutToken(query)
		for part := range strings.SplitSeq(got, "&") {
			if strings.HasPrefix(part, tokenQuery+"=") {
				t.Errorf("%q keeps the token: %q", query, got)
			}
		}
		if len(got) > len(query) {
			t.Errorf("%q grew to %q", query, got)
		}
	})
}
