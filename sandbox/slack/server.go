package slack

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"html/template"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxBody is the largest request body that is read.
const maxBody = 1 << 20

// method is one method of the Web API.
type method struct {
	handle func(*Workspace, args) (reply, error)
	// json says that the arguments may come as a JSON body, which Slack takes
	// for methods that write.
	json bool
	// open says that arguments are looked at before who calls; only api.test is.
	open bool
}

// reply is the JSON of an answer, without "ok".
type reply map[string]any

// methods is the table of what the workspace can do.
func methods() map[string]method {
	return map[string]method{
		"api.test":              {handle: apiTest, json: true, open: true},
		"auth.test":             {handle: authTest, json: true},
		"chat.postEphemeral":    {handle: postEphemeral, json: true},
		"chat.postMessage":      {handle: postMessage, json: true},
		"chat.update":           {handle: updateMessage, json: true},
		"chat.delete":           {handle: deleteMessage, json: true},
		"chat.getPermalink":     {handle: getPermalink},
		"conversations.archive": {handle: archiveConversation, json: true},
		"conversations.create":  {handle: createConversation, json: true},
		"conversations.info":    {handle: conversationInfo},
		"conversations.list":    {handle: listConversations},
		"conversations.open":    {handle: openConversation, json: true},
		"users.info":            {handle: userInfo},
		"users.list":            {handle: listUsers},
		"users.lookupByEmail":   {handle: lookupByEmail},
	}
}

// apiError is an answer with "ok": false.
type apiError struct {
	code     string
	messages []string      // response_metadata.messages
	retry    time.Duration // set for 429
}

func (e *apiError) Error() string { return e.code }

func refuse(code string, messages ...string) error { return &apiError{code: code, messages: messages} }

// missing refuses a call without an argument that it needs.
func missing(name string) error {
	return refuse("invalid_arguments", "[ERROR] missing required field: "+name)
}

// ServeHTTP answers requests for /api/METHOD, and for the pages that links to
// messages lead to.
func (w *Workspace) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if link, ok := strings.CutPrefix(r.URL.Path, "/archives/"); ok {
		w.showMessage(rw, link)
		return
	}
	name, ok := strings.CutPrefix(r.URL.Path, "/api/")
	if !ok {
		http.NotFound(rw, r)
		return
	}
	rw.Header().Set("X-Slack-Req-Id", strconv.FormatUint(uint64(w.opt.Now().UnixNano()), 36))
	m, known := w.router[strings.Trim(name, "/")]
	if !known {
		write(rw, http.StatusOK, reply{"ok": false, "error": "unknown_method", "req_method": name})
		return
	}
	a, err := readArgs(r, m.json)
	if err == nil && !m.open {
		err = w.authenticate(r, a)
	}
	var out reply
	if err == nil {
		rw.Header().Set("X-Oauth-Scopes", scopes)
		w.mu.Lock()
		out, err = m.handle(w, a)
		w.mu.Unlock()
	}
	if err != nil {
		fail(rw, err)
		return
	}
	body := reply{"ok": true}
	maps.Copy(body, out)
	if a.noCharset {
		body["warning"] = "missing_charset"
		body["response_metadata"] = withWarning(body["response_metadata"], "missing_charset")
	}
	write(rw, http.StatusOK, body)
}

// scopes are those of the bot's token.
const scopes = "channels:manage,channels:read,chat:write,chat:write.public,groups:read,im:write,users:read,users:read.email"

func withWarning(metadata any, warning string) any {
	m, ok := metadata.(map[string]any)
	if !ok {
		m = map[string]any{}
	}
	m["warnings"] = []string{warning}
	return m
}

// fail answers an error. Slack answers 200 for all but a rate limit.
func fail(rw http.ResponseWriter, err error) {
	e, ok := errors.AsType[*apiError](err)
	if !ok {
		e = &apiError{code: "fatal_error"}
	}
	status, body := http.StatusOK, reply{"ok": false, "error": e.code}
	if len(e.messages) > 0 {
		body["response_metadata"] = map[string]any{"messages": e.messages}
	}
	if e.retry > 0 {
		status = http.StatusTooManyRequests
		rw.Header().Set("Retry-After", strconv.Itoa(int((e.retry+time.Second-1)/time.Second)))
	}
	write(rw, status, body)
}

func write(rw http.ResponseWriter, status int, body reply) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil { // a raw message of ours that is no JSON
		status = http.StatusInternalServerError
		b.Reset()
		b.WriteString(`{"ok":false,"error":"fatal_error"}`)
	}
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	rw.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	rw.WriteHeader(status)
	_, _ = rw.Write(b.Bytes()) // nobody is left to tell
}

// authenticate checks the token: a bearer header, or the field "token" of a
// form or query.
func (w *Workspace) authenticate(r *http.Request, a args) error {
	token := a.form.Get("token")
	if scheme, value, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		token = strings.TrimSpace(value)
	}
	if token == "" {
		return refuse("not_authed")
	}
	if subtle.ConstantTimeCompare([]byte(token), []byte(w.opt.Token)) != 1 {
		return refuse("invalid_auth")
	}
	return nil
}

// args are the arguments of a call.
type args struct {
	form      url.Values
	json      map[string]json.RawMessage
	noCharset bool // a JSON body came without a charset
}

// readArgs reads the arguments of a call from its query and its body.
func readArgs(r *http.Request, takesJSON bool) (args, error) {
	a := args{form: r.URL.Query()}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || len(body) > maxBody {
		return a, refuse("request_timeout")
	}
	if len(body) == 0 {
		return a, nil
	}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.Header.Get("Content-Type") == "":
		return a, refuse("missing_post_type")
	case err != nil:
		return a, refuse("invalid_post_type")
	}
	switch kind {
	case "application/json":
		if !takesJSON {
			return a, nil // Slack does not look at it
		}
		a.noCharset = params["charset"] == ""
		return a, a.readJSON(body)
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return a, refuse("invalid_form_data")
		}
		maps.Copy(a.form, form)
		return a, nil
	case "multipart/form-data":
		r.Body = io.NopCloser(bytes.NewReader(body))
		if err := r.ParseMultipartForm(maxBody); err != nil {
			return a, refuse("invalid_form_data")
		}
		maps.Copy(a.form, r.PostForm)
		return a, nil
	default:
		return a, refuse("invalid_post_type")
	}
}

func (a *args) readJSON(body []byte) error {
	if !json.Valid(body) {
		return refuse("invalid_json")
	}
	if err := json.Unmarshal(body, &a.json); err != nil || a.json == nil {
		return refuse("json_not_object")
	}
	return nil
}

// text returns an argument as a text; empty when it is not there.
func (a args) text(name string) string {
	raw, ok := a.json[name]
	if !ok {
		return a.form.Get(name)
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw) // a number or a boolean
}

// flag returns a boolean argument.
func (a args) flag(name string) bool {
	on, err := strconv.ParseBool(a.text(name))
	return err == nil && on
}

// number returns an argument between 1 and a maximum.
func (a args) number(name string, otherwise, maximum int) int {
	n, err := strconv.Atoi(a.text(name))
	if err != nil || n < 1 {
		return otherwise
	}
	return min(n, maximum)
}

// raw returns an argument that is JSON itself: a value of a JSON body, or
// written as a text. It is nil when it is not there or empty.
func (a args) raw(name string) (json.RawMessage, bool) {
	raw := a.json[name]
	var s string
	if raw == nil || json.Unmarshal(raw, &s) == nil {
		if raw == nil {
			s = a.form.Get(name)
		}
		raw = json.RawMessage(strings.TrimSpace(s))
	}
	if len(raw) == 0 || string(raw) == "null" {
		return nil, true
	}
	return raw, json.Valid(raw)
}

func apiTest(_ *Workspace, a args) (reply, error) {
	if code := a.text("error"); code != "" {
		return nil, refuse(code)
	}
	return reply{}, nil
}

func authTest(w *Workspace, _ args) (reply, error) {
	return reply{
		"url": w.opt.Base() + "/", "team": w.opt.Team, "user": w.bot.name, "team_id": w.team, "user_id": w.bot.user,
		"bot_id": w.bot.id, "is_enterprise_install": false,
	}, nil
}

// page shows one message to somebody who follows a link to it.
const page = `<!doctype html><meta charset="utf-8"><title>#{{.ChannelName}}</title>
<body style="font:16px system-ui;max-width:42rem;margin:3rem auto;padding:0 1rem">
<p><b>#{{.ChannelName}}</b> &middot; {{.Time.UTC.Format "2 January 2006 15:04:05 UTC"}}{{if .Edited}} &middot; edited{{end}}</p>
{{if .Deleted}}<p><i>This message was deleted.</i></p>{{else}}<p style="white-space:pre-wrap">{{.Text}}</p>
{{with .Blocks}}<pre style="overflow:auto">{{printf "%s" .}}</pre>{{end}}{{end}}
`

func (w *Workspace) showMessage(rw http.ResponseWriter, link string) {
	id, stamp, _ := strings.Cut(link, "/p")
	for _, m := range w.Messages() {
		if m.Channel == id && strings.ReplaceAll(m.TS, ".", "") == stamp {
			rw.Header().Set("Content-Type", "text/html; charset=utf-8")
			rw.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
			_ = template.Must(template.New("message").Parse(page)).Execute(rw, m) // nobody is left to tell
			return
		}
	}
	http.Error(rw, "no such message", http.StatusNotFound)
}
