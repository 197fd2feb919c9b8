package slack

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	api "github.com/slack-go/slack"
)

const token = "xoxb-sandbox-test"

// staff is a workspace of three.
type staff []Person

func (s staff) ByEmail(email string) (Person, bool) {
	return s.find(func(p Person) bool { return strings.EqualFold(p.Email, email) })
}

func (s staff) ByID(id string) (Person, bool) {
	return s.find(func(p Person) bool { return p.ID == id })
}

func (s staff) After(id string, n int) []Person {
	i := slices.IndexFunc(s, func(p Person) bool { return p.ID > id })
	if i < 0 {
		return nil
	}
	return s[i:min(len(s), i+n)]
}

func (s staff) find(is func(Person) bool) (Person, bool) {
	if i := slices.IndexFunc(s, is); i >= 0 {
		return s[i], true
	}
	return Person{}, false
}

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// world is a workspace behind a socket.
type world struct {
	*Workspace
	url   string
	clock *clock
}

func setup(t testing.TB) world {
	t.Helper()
	x := world{clock: &clock{at: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}}
	x.Workspace = New(Options{
		Token: token, Team: "Acme", Seed: 7, Now: x.clock.now, Base: func() string { return x.url },
		People: staff{
			{ID: "U01", Name: "ada", First: "Ada", Last: "Obi", Email: "ada@acme.example"},
			{ID: "U02", Name: "ben", First: "Ben", Last: "Kim", Email: "ben@acme.example", Admin: true},
			{ID: "U03", Name: "gone", First: "Gone", Last: "Ito", Email: "gone@acme.example", Deleted: true},
		},
	})
	server := httptest.NewServer(x.Workspace)
	t.Cleanup(server.Close)
	x.url = server.URL
	return x
}

// answer is the status and JSON of a call.
type answer struct {
	status int
	header http.Header
	body   map[string]any
}

// call sends a body as it is; an empty kind sends none.
func (x world) call(t testing.TB, name, kind, body string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, x.url+"/api/"+name, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	return send(t, r)
}

func send(t testing.TB, r *http.Request) answer {
	t.Helper()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header}
	if err := json.Unmarshal(b, &a.body); err != nil {
		t.Fatalf("answer %q: %v", b, err)
	}
	return a
}

// json posts arguments as a JSON body.
func (x world) json(t testing.TB, name string, args map[string]any) answer {
	t.Helper()
	b, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	return x.call(t, name, "application/json; charset=utf-8", string(b))
}

// form posts arguments as a form.
func (x world) form(t testing.TB, name string, args ...string) answer {
	t.Helper()
	v := url.Values{}
	for i := 0; i < len(args); i += 2 {
		v.Set(args[i], args[i+1])
	}
	return x.call(t, name, "application/x-www-form-urlencoded", v.Encode())
}

// TestIndependentClient drives the workspace with a client that others wrote.
func TestIndependentClient(t *testing.T) {
	x := setup(t)
	c := api.New(token, api.OptionAPIURL(x.url+"/api/"))
	who, err := c.AuthTestContext(t.Context())
	if err != nil || who.Team != "Acme" || who.UserID == "" || who.BotID == "" {
		t.Fatalf("auth.test: %+v, %v", who, err)
	}
	id, ts, err := c.PostMessageContext(t.Context(), "#security-alerts", api.MsgOptionText("hello", false),
		api.MsgOptionBlocks(api.NewSectionBlock(api.NewTextBlockObject("mrkdwn", "*hello*", false, false), nil, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err = c.UpdateMessageContext(t.Context(), id, ts, api.MsgOptionText("bye", false)); err != nil {
		t.Fatal(err)
	}
	link, err := c.GetPermalinkContext(t.Context(), &api.PermalinkParameters{Channel: id, Ts: ts})
	if err != nil {
		t.Fatal(err)
	}
	if page := get(t, link); !strings.Contains(page, "bye") {
		t.Errorf("the page of the message: %s", page)
	}
	want := Message{
		Channel: id, ChannelName: "security-alerts", TS: ts, Text: "bye", Edited: true, History: []string{"hello"}, Permalink: link,
		Blocks: json.RawMessage(`[{"type":"section","text":{"type":"mrkdwn","text":"*hello*"}}]`),
		Time:   x.clock.now(), Changed: x.clock.now(),
	}
	if diff := cmp.Diff([]Message{want}, x.Messages()); diff != "" {
		t.Error(diff)
	}
	if _, _, err := c.DeleteMessageContext(t.Context(), id, ts); err != nil {
		t.Fatal(err)
	}
	if !x.Messages()[0].Deleted {
		t.Error("the message is still there")
	}
	u, err := c.GetUserByEmailContext(t.Context(), "BEN@acme.example")
	if err != nil || u.ID != "U02" || u.RealName != "Ben Kim" || !u.IsAdmin {
		t.Errorf("users.lookupByEmail: %+v, %v", u, err)
	}
	users, err := c.GetUsersContext(t.Context(), api.GetUsersOptionLimit(2))
	if err != nil || len(users) != 3 || !users[2].Deleted {
		t.Errorf("users.list: %d, %v", len(users), err)
	}
	channels, _, err := c.GetConversationsContext(t.Context(), &api.GetConversationsParameters{ExcludeArchived: true})
	if err != nil || len(channels) != 6 {
		t.Errorf("conversations.list: %d, %v", len(channels), err)
	}
	if _, err := c.GetConversationInfoContext(t.Context(), &api.GetConversationInfoInput{ChannelID: id}); err != nil {
		t.Errorf("conversations.info: %v", err)
	}
}

func get(t testing.TB, url string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
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
	return string(b)
}

func TestPostMessage(t *testing.T) {
	x := setup(t)
	long := strings.Repeat("x", maxText+1)
	for name, c := range map[string]struct {
		args map[string]any
		want string // error; empty for none
	}{
		"by name":                     {map[string]any{"channel": "general", "text": "a"}, ""},
		"by name with hash":           {map[string]any{"channel": "#security", "text": "a"}, ""},
		"by id":                       {map[string]any{"channel": x.Channels()[2].ID, "text": "a"}, ""},
		"to a person":                 {map[string]any{"channel": "U01", "text": "a"}, ""},
		"blocks without text":         {map[string]any{"channel": "random", "blocks": []any{map[string]any{"type": "divider"}}}, ""},
		"blocks written as text":      {map[string]any{"channel": "random", "blocks": `[{"type":"divider"}]`}, ""},
		"in a thread":                 {map[string]any{"channel": "it-help", "text": "a", "thread_ts": "1700000000.000100"}, ""},
		"no channel":                  {map[string]any{"text": "a"}, "invalid_arguments"},
		"unknown channel":             {map[string]any{"channel": "nowhere", "text": "a"}, "channel_not_found"},
		"private without the bot":     {map[string]any{"channel": "executive", "text": "a"}, "channel_not_found"},
		"to a person who has left":    {map[string]any{"channel": "U03", "text": "a"}, "channel_not_found"},
		"archived":                    {map[string]any{"channel": "old-alerts", "text": "a"}, "is_archived"},
		"no text":                     {map[string]any{"channel": "general"}, "no_text"},
		"only blanks":                 {map[string]any{"channel": "general", "text": " \n"}, "no_text"},
		"too long":                    {map[string]any{"channel": "general", "text": long}, "msg_too_long"},
		"a thread that cannot be":     {map[string]any{"channel": "general", "text": "a", "thread_ts": "yesterday"}, "invalid_thread_ts"},
		"blocks that are no JSON":     {map[string]any{"channel": "general", "blocks": "[{"}, "invalid_blocks_format"},
		"blocks that are no array":    {map[string]any{"channel": "general", "blocks": map[string]any{"type": "divider"}}, "invalid_blocks"},
		"a block nobody knows":        {map[string]any{"channel": "general", "blocks": []any{map[string]any{"type": "carousel9"}}}, "invalid_blocks"},
		"a section that is too long":  {map[string]any{"channel": "general", "blocks": []any{section(maxSection + 1)}}, "invalid_blocks"},
		"the longest section":         {map[string]any{"channel": "identity-ops", "blocks": []any{section(maxSection)}}, ""},
		"too many blocks":             {map[string]any{"channel": "general", "blocks": slices.Repeat([]any{section(1)}, maxBlocks+1)}, "invalid_blocks"},
		"attachments that are no set": {map[string]any{"channel": "general", "attachments": "{}"}, "invalid_attachments"},
	} {
		t.Run(name, func(t *testing.T) {
			a := x.json(t, "chat.postMessage", c.args)
			if got, _ := a.body["error"].(string); got != c.want || a.status != http.StatusOK {
				t.Errorf("HTTP %d, error %q, want %q: %v", a.status, got, c.want, a.body["response_metadata"])
			}
		})
	}
}

func section(n int) map[string]any {
	return map[string]any{"type": "section", "text": map[string]any{"type": "mrkdwn", "text": strings.Repeat("y", n)}}
}

func TestWhoCalls(t *testing.T) {
	x := setup(t)
	for name, c := range map[string]struct{ header, form, want string }{
		"bearer":           {"Bearer " + token, "", ""},
		"form field":       {"", "token=" + token, ""},
		"nothing":          {"", "", "not_authed"},
		"another token":    {"Bearer xoxb-other", "", "invalid_auth"},
		"in the wrong way": {"SSWS " + token, "", "not_authed"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, x.url+"/api/auth.test", strings.NewReader(c.form))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if c.header != "" {
				r.Header.Set("Authorization", c.header)
			}
			if got, _ := send(t, r).body["error"].(string); got != c.want {
				t.Errorf("error %q, want %q", got, c.want)
			}
		})
	}
}

func TestArguments(t *testing.T) {
	x := setup(t)
	for name, c := range map[string]struct{ method, kind, body, want string }{
		"JSON for a method that reads": {"users.lookupByEmail", "application/json", `{"email":"ada@acme.example"}`, "invalid_arguments"},
		"form for a method that reads": {"users.lookupByEmail", "application/x-www-form-urlencoded", "email=ada@acme.example", ""},
		"no content type":              {"chat.postMessage", "", "channel=general&text=a", "missing_post_type"},
		"XML":                          {"chat.postMessage", "text/xml", "<a/>", "invalid_post_type"},
		"broken JSON":                  {"chat.postMessage", "application/json", "{", "invalid_json"},
		"a JSON list":                  {"chat.postMessage", "application/json", "[]", "json_not_object"},
		"a broken form":                {"chat.postMessage", "application/x-www-form-urlencoded", "a=%zz", "invalid_form_data"},
		"an unknown method":            {"chat.shout", "application/json", "{}", "unknown_method"},
		"somebody unknown":             {"users.info", "application/x-www-form-urlencoded", "user=U99", "user_not_found"},
		"an address nobody has":        {"users.lookupByEmail", "application/x-www-form-urlencoded", "email=x@y", "users_not_found"},
		"who has left":                 {"users.lookupByEmail", "application/x-www-form-urlencoded", "email=gone@acme.example", "users_not_found"},
		"a channel by name":            {"conversations.info", "application/x-www-form-urlencoded", "channel=general", "channel_not_found"},
		"a message nobody wrote":       {"chat.update", "application/json", `{"channel":"general","ts":"1.1","text":"a"}`, "message_not_found"},
		"a page that is not there":     {"conversations.list", "application/x-www-form-urlencoded", "cursor=C9", "invalid_cursor"},
	} {
		t.Run(name, func(t *testing.T) {
			a := x.call(t, c.method, c.kind, c.body)
			if got, _ := a.body["error"].(string); got != c.want {
				t.Errorf("error %q, want %q", got, c.want)
			}
		})
	}
	a := x.call(t, "chat.postMessage", "application/json", `{"channel":"general","text":"a"}`)
	if a.body["warning"] != "missing_charset" {
		t.Errorf("JSON without charset: %v", a.body)
	}
}

func TestBurstThenOneASecond(t *testing.T) {
	x := setup(t)
	post := func(channel string) answer { return x.form(t, "chat.postMessage", "channel", channel, "text", "a") }
	for i := range postBurst {
		if a := post("general"); a.status != http.StatusOK {
			t.Fatalf("message %d: HTTP %d", i, a.status)
		}
	}
	a := post("general")
	if a.status != http.StatusTooManyRequests || a.body["error"] != "ratelimited" || a.header.Get("Retry-After") != "1" {
		t.Fatalf("HTTP %d, %v, Retry-After %q", a.status, a.body, a.header.Get("Retry-After"))
	}
	if a := post("random"); a.status != http.StatusOK {
		t.Errorf("another channel: HTTP %d", a.status)
	}
	x.clock.pass(time.Second)
	if a := post("general"); a.status != http.StatusOK {
		t.Errorf("a second later: HTTP %d", a.status)
	}
	if a := post("general"); a.status != http.StatusTooManyRequests {
		t.Errorf("right after that: HTTP %d", a.status)
	}
	x.EnforceRateLimits(false)
	for range 2 * postBurst {
		if a := post("general"); a.status != http.StatusOK {
			t.Fatalf("without the limit: HTTP %d", a.status)
		}
	}
}

func TestChannelsComeAndGo(t *testing.T) {
	x := setup(t)
	for _, bad := range []string{"", "Two Words", "general", strings.Repeat("a", 81)} {
		if a := x.form(t, "conversations.create", "name", bad); a.body["ok"] != false {
			t.Errorf("a channel %q was made", bad)
		}
	}
	if a := x.form(t, "conversations.create", "name", "inc-42"); a.body["ok"] != true {
		t.Fatal(a.body)
	}
	if a := x.form(t, "conversations.archive", "channel", "inc-42"); a.body["ok"] != true {
		t.Fatal(a.body)
	}
	if a := x.form(t, "chat.postMessage", "channel", "inc-42", "text", "a"); a.body["error"] != "is_archived" {
		t.Error(a.body)
	}
	direct := func() any {
		return x.form(t, "conversations.open", "users", "U01").body["channel"].(map[string]any)["id"]
	}
	first := direct()
	if first != direct() {
		t.Error("a direct message was opened twice")
	}
	if a := x.form(t, "conversations.list", "types", "im"); len(a.body["channels"].([]any)) != 1 {
		t.Error(a.body)
	}
}

func TestPages(t *testing.T) {
	x := setup(t)
	names, cursor := []string{}, ""
	for {
		a := x.form(t, "conversations.list", "limit", "4", "cursor", cursor, "types", "public_channel,private_channel")
		for _, c := range a.body["channels"].([]any) {
			names = append(names, c.(map[string]any)["name"].(string))
		}
		if cursor = a.body["response_metadata"].(map[string]any)["next_cursor"].(string); cursor == "" {
			break
		}
	}
	want := []string{"general", "random", "security", "security-alerts", "identity-ops", "it-help", "incidents", "old-alerts"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

// TestShapes holds the keys of answers against those of published samples.
func TestShapes(t *testing.T) {
	dir := samples(t)
	x := setup(t)
	posted := x.json(t, "chat.postMessage", map[string]any{"channel": "general", "text": "a", "thread_ts": "1.1", "blocks": []any{section(1)}})
	ref := []string{"channel", posted.body["channel"].(string), "ts", posted.body["ts"].(string), "message_ts", posted.body["ts"].(string), "text", "b"}
	for name, got := range map[string]answer{
		"chat.postMessage":    posted,
		"chat.update":         x.form(t, "chat.update", ref...),
		"chat.getPermalink":   x.form(t, "chat.getPermalink", ref...),
		"chat.delete":         x.form(t, "chat.delete", ref...),
		"auth.test":           x.form(t, "auth.test"),
		"conversations.info":  x.form(t, "conversations.info", "channel", posted.body["channel"].(string)),
		"conversations.list":  x.form(t, "conversations.list"),
		"users.lookupByEmail": x.form(t, "users.lookupByEmail", "email", "ada@acme.example"),
		"users.list":          x.form(t, "users.list"),
		"users.info":          x.form(t, "users.info", "user", "U01"),
	} {
		t.Run(name, func(t *testing.T) {
			if got.body["ok"] != true {
				t.Fatal(got.body)
			}
			b, err := os.ReadFile(filepath.Join(dir, name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var sample map[string]any
			if err := json.Unmarshal(b, &sample); err != nil {
				t.Fatal(err)
			}
			unknown(t, "", got.body, sample)
		})
	}
}

// unknown reports keys that a sample does not have, or has with another type.
// What the sample has and an answer lacks is not wrong: samples are a union of
// everything ever seen.
func unknown(t *testing.T, path string, got, sample any) {
	switch got := got.(type) {
	case map[string]any:
		s, ok := sample.(map[string]any)
		if !ok {
			t.Errorf("%s is an object, in the sample %T", path, sample)
			return
		}
		for k, v := range got {
			if s[k] == nil {
				if v != nil {
					t.Errorf("%s/%s is not in the sample", path, k)
				}
				continue
			}
			unknown(t, path+"/"+k, v, s[k])
		}
	case []any:
		s, ok := sample.([]any)
		if !ok {
			t.Errorf("%s is a list, in the sample %T", path, sample)
			return
		}
		if len(s) == 0 || strings.HasSuffix(path, "blocks") { // a sample has one block of each kind
			return
		}
		for i, v := range got {
			unknown(t, fmt.Sprintf("%s/%d", path, i), v, s[0])
		}
	default:
		if got != nil && fmt.Sprintf("%T", got) != fmt.Sprintf("%T", sample) {
			t.Errorf("%s is a %T, in the sample a %T", path, got, sample)
		}
	}
}

// samples finds the published samples, which are kept beside the repository.
func samples(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		at := filepath.Join(dir, "shared/specs/slack/samples")
		if _, err := os.Stat(at); err == nil {
			return at
		}
	}
	t.Skip("no samples beside the repository")
	return ""
}

func FuzzCall(f *testing.F) {
	x := setup(f)
	x.EnforceRateLimits(false)
	f.Add("chat.postMessage", "application/json", `{"channel":"general","text":"a","blocks":"[]"}`)
	f.Add("chat.postMessage", "application/x-www-form-urlencoded", `channel=general&blocks=[{"type":"section","text":{}}]`)
	f.Add("chat.update", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"ts\"\r\n\r\n1\r\n--x--\r\n")
	f.Add("conversations.list", "application/x-www-form-urlencoded", "cursor=C&limit=-1&types=,")
	f.Fuzz(func(t *testing.T, name, kind, body string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
		r.URL.Path = "/api/" + name
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		x.ServeHTTP(w, r)
		if w.Code != http.StatusOK || !json.Valid(w.Body.Bytes()) {
			t.Errorf("HTTP %d: %s", w.Code, w.Body)
		}
	})
}
