package trial

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"sallyport/internal/connector"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

// look compares what came of a call with what its case says.
type look struct {
	trial   *trial
	of      Case
	peer    *peer
	secrets map[string]secret.Text
}

func (l *look) fail(format string, args ...any) {
	l.trial.fail(l.of.at(), format, args...)
}

func (l *look) result(res connector.Result, err error) {
	switch {
	case err != nil && l.of.Error == nil:
		l.fail("the call failed: %v", err)
	case err == nil && l.of.Error != nil:
		l.fail("the call did not fail, and gave %s", value.JSON(res.Outputs))
	case err != nil:
		l.failure(connector.AsError(err))
	}
	if err != nil {
		return
	}
	for name, want := range l.of.Outputs.All() {
		got, ok := res.Outputs.Get(name)
		if !ok || !value.Equal(got, want) && string(value.JSON(got)) != string(value.JSON(want)) {
			l.fail("output %s is %s, want %s", name, value.JSON(got), value.JSON(want))
		}
	}
}

func (l *look) failure(e *connector.Error) {
	got := value.Map("code", e.Code, "status", float64(e.Status), "transient", e.Transient, "auth", e.Auth, "sent", e.Sent, "retry", !e.RetryAt.IsZero())
	for name, want := range l.of.Error.All() {
		if name == "message" {
			if !strings.Contains(e.Message, value.String(want)) {
				l.fail("the message is %q, want %q in it", e.Message, want)
			}
			continue
		}
		if !value.Equal(got.At(name), want) {
			l.fail("%s of the error is %s, want %s: %v", name, value.JSON(got.At(name)), value.JSON(want), e)
		}
	}
}

// sent compares the requests that arrived.
func (l *look) sent() {
	if l.peer.mail != nil {
		l.mail()
		return
	}
	l.peer.mu.Lock()
	defer l.peer.mu.Unlock()
	if len(l.peer.got) != len(l.of.Exchanges) {
		l.fail("%d requests arrived, want %d", len(l.peer.got), len(l.of.Exchanges))
	}
	for i, got := range l.peer.got {
		if i < len(l.of.Exchanges) {
			if want, ok := l.peer.fill(l.of.Exchanges[i].Request).(*value.Object); ok {
				l.request(i+1, got, want)
			}
		}
	}
}

func (l *look) request(n int, got *received, want *value.Object) {
	for name, v := range want.All() {
		var is any
		switch name {
		case "method":
			is = got.method
		case "path":
			is = got.path
		case "query":
			is = params(got.query)
		case "headers":
			l.headers(n, got.header, v.(*value.Object))
			continue
		case "json":
			is = l.body(n, got.body)
		case "form":
			q, err := url.ParseQuery(string(got.body))
			if err != nil {
				l.fail("request %d has no form for a body: %q", n, got.body)
			}
			is = params(q)
		case "text":
			is = string(got.body)
		}
		if !value.Equal(is, v) {
			l.fail("%s of request %d is %s, want %s", name, n, value.JSON(is), value.JSON(v))
		}
	}
}

func (l *look) body(n int, body []byte) any {
	if len(body) == 0 {
		return nil
	}
	v, err := value.ParseJSON(body)
	if err != nil {
		l.fail("request %d has no JSON for a body: %q", n, body)
	}
	return v
}

func params(q map[string][]string) *value.Object {
	o := value.NewObject(len(q))
	for name, values := range q {
		if len(values) == 1 {
			o.Set(name, values[0])
			continue
		}
		list := make([]any, len(values))
		for i, v := range values {
			list[i] = v
		}
		o.Set(name, list)
	}
	return o
}

func (l *look) headers(n int, got http.Header, want *value.Object) {
	for name, v := range want.All() {
		values, ok := got[http.CanonicalHeaderKey(name)]
		if is := strings.Join(values, ", "); v == nil && ok || v != nil && is != value.String(v) {
			l.fail("header %s of request %d is %q, want %q", name, n, is, value.String(v))
		}
	}
}

// preview holds what was shown before against the last request that was sent
// for the call itself; token requests come before it.
func (l *look) preview(shown connector.Request, previewErr, err error) {
	if previewErr != nil {
		if err == nil {
			l.fail("the preview failed, the call did not: %v", previewErr)
		}
		return
	}
	l.peer.mu.Lock()
	defer l.peer.mu.Unlock()
	for _, got := range l.peer.got {
		if strings.HasSuffix(got.path, "token") {
			continue
		}
		if shown.Method != got.method {
			l.fail("the preview shows a %s, a %s was sent", shown.Method, got.method)
		}
		if u, err := url.Parse(shown.URL); err == nil && !strings.Contains(shown.URL, secret.Mask) && u.EscapedPath() != got.path {
			l.fail("the preview shows the path %s, %s was sent", u.EscapedPath(), got.path)
		}
		for name, text := range shown.Header {
			if is := got.header.Get(name); is != text && !strings.Contains(text, secret.Mask) {
				l.fail("the preview shows %s: %s, %q was sent", name, text, is)
			}
		}
		return
	}
}

// secrecy looks for the secrets in all that people get to see.
func (l *look) secrecy(shown connector.Request, res connector.Result, err error) {
	seen := []string{fmt.Sprintf("%+v", shown), string(value.JSON(shown.Body)), string(value.JSON(res.Outputs)), fmt.Sprintf("%+v", res.Request)}
	if e := connector.AsError(err); e != nil {
		seen = append(seen, e.Error(), string(value.JSON(e.Body)), fmt.Sprintf("%+v %v", e.Request, e.Err), string(value.JSON(e.Request.Body)))
	}
	for name, s := range l.secrets {
		text := s.Reveal()
		forms := []string{text, url.QueryEscape(text), base64.StdEncoding.EncodeToString([]byte(text))}
		for _, form := range forms {
			if len(text) >= 6 && slices.ContainsFunc(seen, func(s string) bool { return strings.Contains(s, form) }) {
				l.fail("the secret %s is shown", name)
				break
			}
		}
	}
}

// action compares what the action says of the call.
func (l *look) action(conn connector.Connection, res connector.Result) {
	c, _ := l.trial.shelf.Get(conn.Connector)
	a, ok := c.Actions[l.of.Action]
	if !ok {
		return
	}
	if got := a.EffectOf(l.of.Inputs); l.of.Effect != "" && string(got) != l.of.Effect {
		l.fail("the effect is %s, want %s", got, l.of.Effect)
	}
	if l.of.Targets != nil {
		got := []any{}
		for _, e := range a.Entities(l.of.Inputs) {
			got = append(got, value.Map("type", e.Type, "id", e.ID))
		}
		if !value.Equal(got, l.of.Targets) {
			l.fail("the targets are %s, want %s", value.JSON(got), value.JSON(l.of.Targets))
		}
	}
	if got := a.Unclear(l.of.Inputs); l.of.Unclear != nil && got != l.of.Unclear {
		l.fail("that it is unclear what it touches is %t, want %v", got, l.of.Unclear)
	}
	if l.of.Undo != nil {
		undo, _ := a.Reverse(l.of.Inputs, res.Outputs)
		got := value.Map("action", undo.Action, "inputs", undo.Inputs)
		if want := l.peer.fill(l.of.Undo); !value.Equal(got, want) {
			l.fail("it is undone by %s, want %s", value.JSON(got), value.JSON(want))
		}
	}
}

func (l *look) mail() {
	got := l.peer.mail.take()
	for name, want := range l.of.Mail.All() {
		if is, ok := got.Get(name); !ok || !value.Equal(is, want) {
			l.fail("%s of the mail is %s, want %s", name, value.JSON(is), value.JSON(want))
		}
	}
}
