package slack

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Press is somebody who uses an element of a message.
type Press struct {
	User   string `json:"user"`   // id or e-mail address
	TS     string `json:"ts"`     // of the message; the newest that has the element where it is empty
	Action string `json:"action"` // action_id of the element
	Value  string `json:"value"`  // of the option that is chosen, where the element is a menu
}

// Pressed is what the app answered.
type Pressed struct {
	Status int    `json:"status"`
	Body   string `json:"body"`
}

// pressTime is how long Slack waits for an app's answer.
const pressTime = 3 * time.Second

// SetInteractivity says where the app is told of what people press: its
// Interactivity Request URL.
func (w *Workspace) SetInteractivity(to string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.interactivity = to
}

// Press has somebody use an element of a message, and tells the app of it, signed
// as Slack signs (https://docs.slack.dev/authentication/verifying-requests-from-slack).
func (w *Workspace) Press(ctx context.Context, p Press) (Pressed, error) {
	who, ok := w.opt.People.ByID(p.User)
	if !ok {
		if who, ok = w.opt.People.ByEmail(p.User); !ok {
			return Pressed{}, fmt.Errorf("there is nobody %q in the workspace", p.User)
		}
	}
	w.mu.Lock()
	to := w.interactivity
	m, e := w.element(p)
	ts, _ := w.stamp() // of the press: there are no two that are the same
	w.mu.Unlock()
	switch {
	case to == "":
		return Pressed{}, fmt.Errorf("the app has no Interactivity Request URL")
	case m == nil:
		return Pressed{}, fmt.Errorf("there is no message with the element %q", p.Action)
	case e.Type != "button" && !slices.ContainsFunc(e.Options, func(o option) bool { return o.Value == p.Value }):
		return Pressed{}, fmt.Errorf("the element %q has no option %q", p.Action, p.Value)
	}
	payload, err := json.Marshal(w.interaction(who, *m, e, chosen{p.Value, ts}))
	if err != nil {
		return Pressed{}, err
	}
	return w.tell(ctx, to, "payload="+url.QueryEscape(string(payload)))
}

// tell sends a request of Slack's to the app.
func (w *Workspace) tell(ctx context.Context, to, body string) (Pressed, error) {
	ctx, cancel := context.WithTimeout(ctx, pressTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(body))
	if err != nil {
		return Pressed{}, err
	}
	at := strconv.FormatInt(w.opt.Now().Unix(), 10)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Slack-Request-Timestamp", at)
	r.Header.Set("X-Slack-Signature", Sign(w.opt.SigningSecret, at, body))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return Pressed{}, err
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	said, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	return Pressed{Status: resp.StatusCode, Body: string(said)}, err
}

// Sign returns what Slack puts into the header X-Slack-Signature.
func Sign(secret, timestamp, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = io.WriteString(mac, "v0:"+timestamp+":"+body) // a hash never fails
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

type option struct {
	Text  json.RawMessage `json:"text"`
	Value string          `json:"value"`
}

type element struct {
	Type     string   `json:"type"`
	ActionID string   `json:"action_id"`
	Value    string   `json:"value"`
	Options  []option `json:"options"`
	block    string
}

// element returns the newest message that has an element, and the element. The
// caller holds the lock.
func (w *Workspace) element(p Press) (*Message, element) {
	for _, m := range slices.Backward(w.messages) {
		if m.Deleted || p.TS != "" && m.TS != p.TS || !bytes.Contains(m.Blocks, []byte(p.Action)) {
			continue
		}
		var blocks []struct {
			ID       string          `json:"block_id"`
			Type     string          `json:"type"`
			Elements json.RawMessage `json:"elements"`
		}
		if json.Unmarshal(m.Blocks, &blocks) != nil {
			continue
		}
		for _, b := range blocks {
			var es []element
			if b.Type != "actions" || json.Unmarshal(b.Elements, &es) != nil {
				continue
			}
			for _, e := range es {
				if e.ActionID == p.Action {
					e.block = b.ID
					return m, e
				}
			}
		}
	}
	return nil, element{}
}

// chosen is what of an element was chosen, and when.
type chosen struct{ value, ts string }

// interaction is the payload of a press
// (https://docs.slack.dev/reference/interaction-payloads/block_actions-payload).
func (w *Workspace) interaction(who Person, m Message, e element, what chosen) map[string]any {
	action := map[string]any{"type": e.Type, "action_id": e.ActionID, "block_id": e.block, "action_ts": what.ts}
	if e.Type == "button" {
		action["value"] = e.Value
	}
	for _, o := range e.Options {
		if o.Value == what.value {
			action["selected_option"] = o
		}
	}
	return map[string]any{
		"type": "block_actions", "api_app_id": w.bot.app, "token": "", "trigger_id": what.ts + "." + w.team,
		"team":         map[string]any{"id": w.team, "domain": domain(w)},
		"user":         map[string]any{"id": who.ID, "username": who.Name, "name": who.Name, "team_id": w.team},
		"channel":      map[string]any{"id": m.Channel, "name": m.ChannelName},
		"container":    map[string]any{"type": "message", "message_ts": m.TS, "channel_id": m.Channel, "is_ephemeral": m.EphemeralTo != ""},
		"response_url": w.opt.Base() + "/response/" + m.Channel + "/" + m.TS,
		"actions":      []any{action},
	}
}

// postEphemeral posts what one person sees
// (https://docs.slack.dev/reference/methods/chat.postEphemeral).
func postEphemeral(w *Workspace, a args) (reply, error) {
	for _, name := range []string{"channel", "user"} {
		if a.text(name) == "" {
			return nil, missing(name)
		}
	}
	c, err := w.findPostable(a.text("channel"))
	if err != nil {
		return nil, err
	}
	if p, ok := w.opt.People.ByID(a.text("user")); !ok || p.Deleted {
		return nil, refuse("user_not_in_channel")
	}
	said, err := readContent(a)
	if err != nil {
		return nil, err
	}
	ts, at := w.stamp()
	w.messages = append(w.messages, &Message{
		Channel: c.id, ChannelName: c.name, TS: ts, Text: said.text, Blocks: said.blocks, Attachments: said.attachments, EphemeralTo: a.text("user"), Time: at,
	})
	return reply{"message_ts": ts}, nil
}
