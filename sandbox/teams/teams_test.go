package teams

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	notify "github.com/atc0005/go-teams-notify/v2"
	"github.com/atc0005/go-teams-notify/v2/adaptivecard"
	"github.com/atc0005/go-teams-notify/v2/messagecard"
)

const card = `{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","contentUrl":null,"content":` +
	`{"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.5","body":[` +
	`{"type":"TextBlock","text":"Suspicious activity"},{"type":"FactSet","facts":[{"title":"User","value":"ada"}]}]}}]}`

// world is a channel behind a socket.
type world struct {
	*Channel
	url string
	now *time.Time
}

func setup(t testing.TB) world {
	t.Helper()
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	x := world{now: &at}
	x.Channel = New(Options{Seed: 7, Now: func() time.Time { return *x.now }})
	server := httptest.NewServer(x.Channel)
	t.Cleanup(server.Close)
	x.url = server.URL
	return x
}

func (x world) post(t testing.TB, k Kind, body string) (int, string) {
	t.Helper()
	return x.do(t, http.MethodPost, x.Path(k), body)
}

func (x world) do(t testing.TB, method, path, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, x.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func TestPosts(t *testing.T) {
	elements := strings.Repeat(`{"type":"TextBlock","text":"`+strings.Repeat("x", 1000)+`"},`, 30)
	for name, c := range map[string]struct {
		kind   Kind
		body   string
		status int
		answer string // a part of it
		text   string // of the message that arrived; empty for none
	}{
		"an adaptive card":              {Workflow, card, 202, "", "Suspicious activity\nUser\nada"},
		"no JSON":                       {Workflow, "{", 400, "TriggerInputSchemaMismatch", ""},
		"a message card":                {Workflow, `{"@type":"MessageCard","text":"a"}`, 400, `type must be`, ""},
		"no card":                       {Workflow, `{"type":"message","attachments":[]}`, 400, "one card", ""},
		"a card of another type":        {Workflow, strings.Replace(card, "card.adaptive", "card.hero", 1), 400, "contentType", ""},
		"a card that is none":           {Workflow, strings.Replace(card, "AdaptiveCard", "Card", 1), 400, "content.type", ""},
		"a version of the future":       {Workflow, strings.Replace(card, "1.5", "9.1", 1), 400, "content.version", ""},
		"an element without type":       {Workflow, strings.Replace(card, `"type":"TextBlock",`, "", 1), 400, "no type", ""},
		"28 KB and more":                {Workflow, strings.Replace(card, `"body":[`, `"body":[`+elements, 1), 413, "413", ""},
		"a text by connector":           {Legacy, `{"text":"hello"}`, 200, "1", "hello"},
		"a message card by connector":   {Legacy, `{"@type":"MessageCard","summary":"s","title":"t","sections":[{"activityTitle":"a"}]}`, 200, "1", "s\nt\na"},
		"an adaptive card by connector": {Legacy, card, 200, "1", "Suspicious activity\nUser\nada"},
		"nothing to read by connector":  {Legacy, `{"title":"t"}`, 400, "Summary or Text is required.", ""},
		"no JSON by connector":          {Legacy, `hello`, 400, "Bad payload", ""},
		"a broken card by connector":    {Legacy, `{"type":"message"}`, 400, "Bad payload", ""},
	} {
		t.Run(name, func(t *testing.T) {
			x := setup(t)
			status, answer := x.post(t, c.kind, c.body)
			if status != c.status || !strings.Contains(answer, c.answer) || status == 202 && answer != "" || status == 200 && answer != "1" {
				t.Errorf("HTTP %d %q, want %d with %q", status, answer, c.status, c.answer)
			}
			var got string
			for _, m := range x.Messages() {
				got = m.Text
				if !m.Delivered || m.Kind != c.kind {
					t.Errorf("%+v", m)
				}
			}
			if got != c.text {
				t.Errorf("arrived: %q, want %q", got, c.text)
			}
		})
	}
}

func TestOtherRequests(t *testing.T) {
	x := setup(t)
	if status, _ := x.do(t, http.MethodPost, "/workflow/other", card); status != http.StatusNotFound {
		t.Errorf("an unknown webhook: HTTP %d", status)
	}
	if status, _ := x.do(t, http.MethodGet, x.Path(Workflow), ""); status != http.StatusMethodNotAllowed {
		t.Errorf("GET: HTTP %d", status)
	}
}

func TestFourASecond(t *testing.T) {
	x := setup(t)
	for i := range maxRate {
		if status, _ := x.post(t, Workflow, card); status != http.StatusAccepted {
			t.Fatalf("post %d: HTTP %d", i, status)
		}
	}
	if status, _ := x.post(t, Workflow, card); status != http.StatusTooManyRequests {
		t.Errorf("the fifth: HTTP %d", status)
	}
	if status, _ := x.post(t, Legacy, `{"text":"a"}`); status != http.StatusOK {
		t.Errorf("the other webhook: HTTP %d", status)
	}
	*x.now = x.now.Add(rateWindow)
	if status, _ := x.post(t, Workflow, card); status != http.StatusAccepted {
		t.Errorf("a second later: HTTP %d", status)
	}
	x.EnforceRateLimits(false)
	for range 2 * maxRate {
		if status, _ := x.post(t, Workflow, card); status != http.StatusAccepted {
			t.Fatalf("without the limit: HTTP %d", status)
		}
	}
}

// TestIndependentClient posts with a client that others wrote, which knows the
// answers of the real webhooks.
func TestIndependentClient(t *testing.T) {
	x := setup(t)
	c := notify.NewTeamsClient().SkipWebhookURLValidationOnSend(true)
	adaptive, err := adaptivecard.NewSimpleMessage("hello", "title", true)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.SendWithContext(t.Context(), x.url+x.Path(Workflow), adaptive); err != nil {
		t.Errorf("workflow: %v", err)
	}
	old := messagecard.NewMessageCard()
	old.Text = "hello"
	if err := c.SendWithContext(t.Context(), x.url+x.Path(Legacy), old); err != nil {
		t.Errorf("connector: %v", err)
	}
	x.Lie(true)
	if err := c.SendWithContext(t.Context(), x.url+x.Path(Legacy), old); err == nil {
		t.Error("the client did not see through a 200 that is none")
	}
	got := fmt.Sprint(len(x.Messages()), x.Messages()[2].Delivered)
	if got != "3 false" {
		t.Errorf("arrived, last delivered: %s", got)
	}
}

func FuzzPost(f *testing.F) {
	x := setup(f)
	x.EnforceRateLimits(false)
	f.Add(true, card)
	f.Add(false, card)
	f.Add(false, `{"text":"a","sections":[{"facts":[{"name":1,"value":null}]}]}`)
	f.Fuzz(func(t *testing.T, workflow bool, body string) {
		kind := Legacy
		if workflow {
			kind = Workflow
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, x.Path(kind), strings.NewReader(body))
		w := httptest.NewRecorder()
		before := len(x.Messages())
		x.ServeHTTP(w, r)
		took := len(x.Messages()) - before
		if w.Code < 300 && (took != 1 || !json.Valid([]byte(body))) || w.Code >= 300 && took != 0 {
			t.Errorf("HTTP %d, %d messages more", w.Code, took)
		}
		x.mu.Lock()
		x.messages = nil
		x.mu.Unlock()
	})
}
