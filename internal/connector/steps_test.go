package connector_test

import (
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"sallyport/internal/connector"
	"sallyport/internal/egress"
	"sallyport/internal/quota"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

// several is a connector with actions of several requests, and of lists that go
// on in odd ways.
var several = fstest.MapFS{"connectors/several.yaml": {Data: []byte(`
connector: several
title: Several
settings: { url: { required: true } }
auth: [{ kind: api_key, header: X-Key }]
base_url: "{{ settings.url }}/one"
actions:
  give:
    effect: change
    repeat: never
    inputs: { user: { required: true }, things: { type: list }, note: { type: boolean } }
    requests:
      - id: user
        request: { method: GET, path: "/users/{{ inputs.user }}" }
      - id: gift
        each: inputs.things
        let: { label: 'item.name + " for " + answers.user.body.name' }
        request: { method: POST, path: "/users/{{ answers.user.body.id }}/gifts", json: { label: "{{ vars.label }}", key: "{{ secrets.api_key }}" } }
        accept: status == 409
      - id: note
        when: inputs.note
        request: { method: POST, base_url: "{{ settings.url }}/two", path: /notes, text: "{{ answers.user.body.name }}" }
    outputs:
      given: { type: number, from: 'answers.gift.filter(g, g.status == 201).size()' }
      already: { type: list, from: 'answers.gift.filter(g, g.status == 409).map(g, g.item.name)' }
      noted: { from: answers.note.body.at }
      status: { type: number, from: status }
  listed:
    effect: read
    repeat: safe
    requests:
      - id: everything
        request: { method: POST, path: /list, json: { size: 2 } }
        pages: { next: body.NextToken, field: NextToken, items: body.items }
      - id: more
        request: { method: GET, path: /more }
        pages: { next: body.nextLink, items: body.items }
    outputs: { count: { type: number, from: answers.everything.items.size() }, more: { type: list, from: items } }
  mail:
    effect: notify
    repeat: never
    inputs: { to: {}, file: { type: any } }
    request:
      method: POST
      path: /mail
      message: { to: "{{ inputs.to }}", bcc: hidden@acme.example, subject: "Grüße", html: "<p>{{ secrets.api_key }}</p>", attachments: "{{ inputs.file }}" }
    outputs: { bytes: { from: file.data } }
`)}}

func newSeveral(t *testing.T, h http.HandlerFunc) (*bench, connector.Connection) {
	t.Helper()
	shelf, err := connector.Load(several)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := secret.Open(path.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	way := egress.New(egress.Options{Allow: loopbackOnly("127.0.0.0/8")})
	t.Cleanup(way.Client(egress.ClientOptions{}).CloseIdleConnections)
	limits := quota.NewRegistry(quota.Options{})
	b := &bench{connector.NewEngine(connector.Options{Shelf: shelf, Keyring: keys, Egress: way, Quota: limits}), t, limits}
	return b, b.connection("several", "", value.Map("url", peer(t, h).URL), "api_key", "k3y-of-several")
}

func TestSeveralRequests(t *testing.T) {
	var seen []string
	status := map[string]int{}
	b, conn := newSeveral(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		line := r.Method + " " + r.URL.Path + " " + string(body)
		seen = append(seen, line)
		for part, s := range status {
			if strings.Contains(line, part) {
				w.WriteHeader(s)
			}
		}
		switch {
		case r.Method == http.MethodGet:
			fmt.Fprint(w, `{"id":"u1","name":"Ada"}`)
		case strings.HasPrefix(r.URL.Path, "/two"):
			fmt.Fprint(w, `{"at":"noon"}`)
		}
	})
	things := []any{value.Map("name", "A"), value.Map("name", "B")}
	status[`"A for Ada"`], status[`"B for Ada"`] = http.StatusCreated, http.StatusConflict
	in := value.Map("user", "ada", "things", things, "note", true)
	shown, err := b.Preview(conn, connector.Call{Action: "give", Inputs: in})
	if err != nil || shown.Method != http.MethodGet || !strings.HasSuffix(shown.URL, "/one/users/ada") {
		t.Errorf("preview %+v %v", shown, err)
	}
	res, failure := b.do(conn, "give", in)
	if failure != nil {
		t.Fatal(failure)
	}
	if got := string(value.JSON(res.Outputs)); got != `{"given":1,"already":["B"],"noted":"noon","status":200}` {
		t.Errorf("outputs %s", got)
	}
	want := "GET /one/users/ada |POST /one/users/u1/gifts {\"label\":\"A for Ada\",\"key\":\"k3y-of-several\"}|POST /one/users/u1/gifts {\"label\":\"B for Ada\",\"key\":\"k3y-of-several\"}|POST /two/notes Ada"
	if got := strings.Join(seen, "|"); got != want {
		t.Errorf("sent %s", got)
	}
	b.silent([]string{"k3y-of-several"}, res.Request)

	// A list of nothing makes no request; what is not taken has no answer.
	seen = nil
	res, failure = b.do(conn, "give", value.Map("user", "ada"))
	if got := string(value.JSON(res.Outputs)); failure != nil || got != `{"given":0,"already":[],"noted":null,"status":200}` || len(seen) != 1 {
		t.Errorf("outputs %s, %d requests, %v", got, len(seen), failure)
	}

	// After the first gift something has happened, whatever the second says.
	seen, status[`"B for Ada"`] = nil, http.StatusBadRequest
	_, failure = b.do(conn, "give", in)
	if failure == nil || !failure.Sent || failure.Status != http.StatusBadRequest || len(seen) != 3 {
		t.Errorf("%+v after %d requests", failure, len(seen))
	}
	b.silent([]string{"k3y-of-several"}, failure)
	// Before it, nothing has.
	seen, status["GET"] = nil, http.StatusNotFound
	if _, failure = b.do(conn, "give", in); failure == nil || failure.Sent || len(seen) != 1 {
		t.Errorf("%+v after %d requests", failure, len(seen))
	}
}

func TestListsOfSeveral(t *testing.T) {
	third := "https://evil.example/more?page=3"
	b, conn := newSeveral(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch {
		case string(body) == `{"size":2}`:
			fmt.Fprint(w, `{"items":[1,2],"NextToken":"t2"}`)
		case string(body) == `{"size":2,"NextToken":"t2"}`:
			fmt.Fprint(w, `{"items":[3]}`)
		case r.URL.RawQuery == "":
			fmt.Fprintf(w, `{"items":["a"],"nextLink":"http://%s/one/more?page=2"}`, r.Host)
		case r.URL.RawQuery == "page=2":
			fmt.Fprintf(w, `{"items":["b"],"nextLink":%q}`, third)
		}
	})
	_, failure := b.do(conn, "listed", nil)
	if failure == nil || !strings.Contains(failure.Message, "not its own") {
		t.Errorf("a page elsewhere: %v", failure)
	}
	third = ""
	res, failure := b.do(conn, "listed", nil)
	if got := string(value.JSON(res.Outputs)); failure != nil || got != `{"count":3,"more":["a","b"]}` {
		t.Errorf("%s %v", got, failure)
	}
}

func TestMessageAsBody(t *testing.T) {
	var got string
	b, conn := newSeveral(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = r.Header.Get("Content-Type") + "\n" + string(body)
		_, _ = w.Write([]byte{0xff, 0x00})
	})
	files := []any{value.Map("name", "a.csv", "content_type", "text/csv", "text", "x,y"), value.Map("name", "b.bin", "base64", "/wA=")}
	res, failure := b.do(conn, "mail", value.Map("to", "Ada <ada@acme.example>", "file", files))
	if failure != nil {
		t.Fatal(failure)
	}
	for _, want := range []string{
		"message/rfc822\n", "To: \"Ada\" <ada@acme.example>", "Bcc: <hidden@acme.example>", "Subject: =?UTF-8?q?Gr=C3=BC=C3=9Fe?=",
		"Content-Type: text/csv; name=\"a.csv\"", "eCx5", "filename=\"b.bin\"", "/wA=", "<p>k3y-of-several</p>",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if res.Outputs.Text("bytes") != "/wA=" {
		t.Errorf("bytes %q", res.Outputs.Text("bytes"))
	}
	if want := `{"to":"\"Ada\" <ada@acme.example>","bcc":"<hidden@acme.example>","subject":"Grüße","html":"<p>•••</p>","attachments":["a.csv","b.bin"]}`; string(value.JSON(res.Request.Body)) != want {
		t.Errorf("shown as %s", value.JSON(res.Request.Body))
	}
	for file, want := range map[string]any{
		"an object with a name": []any{3.0}, "no name": []any{value.Map("text", "x")}, "its data is no Base64": []any{value.Map("name", "x", "base64", "!")}, "a list is wanted": 3.0,
	} {
		if _, failure := b.do(conn, "mail", value.Map("to", "a@b.example", "file", want)); failure == nil || !strings.Contains(failure.Message, file) {
			t.Errorf("%v: %v", want, failure)
		}
	}
	if _, failure := b.do(conn, "mail", value.Map("to", "a@b.example\r\nBcc: x@y.example")); failure == nil || failure.Code != "invalid_call" {
		t.Errorf("%v", failure)
	}
}
