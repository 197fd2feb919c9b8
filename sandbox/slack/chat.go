package slack

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of a message, as documented for chat.postMessage and Block Kit.
const (
	maxText        = 40_000 // characters
	maxBlocks      = 50
	maxSection     = 3_000
	maxHeader      = 150
	maxAttachments = 100
)

// content is what a message says.
type content struct {
	text                          string
	blocks, attachments, metadata json.RawMessage
}

// readContent reads and checks the content of a message.
func readContent(a args) (content, error) {
	c := content{text: a.text("text")}
	var ok bool
	if c.blocks, ok = a.raw("blocks"); !ok {
		return c, refuse("invalid_blocks_format")
	}
	if c.attachments, ok = a.raw("attachments"); !ok {
		return c, refuse("invalid_attachments")
	}
	if c.metadata, ok = a.raw("metadata"); !ok {
		return c, refuse("invalid_metadata_format")
	}
	if c.blocks != nil {
		if problem := checkBlocks(c.blocks); problem != "" {
			return c, refuse("invalid_blocks", "[ERROR] "+problem)
		}
	}
	if c.attachments != nil {
		var list []json.RawMessage
		if json.Unmarshal(c.attachments, &list) != nil {
			return c, refuse("invalid_attachments")
		}
		if len(list) > maxAttachments {
			return c, refuse("too_many_attachments")
		}
	}
	switch {
	case utf8.RuneCountInString(c.text) > maxText:
		return c, refuse("msg_too_long")
	case strings.TrimSpace(c.text) == "" && empty(c.blocks) && empty(c.attachments):
		return c, refuse("no_text")
	}
	return c, nil
}

func empty(list json.RawMessage) bool { return list == nil || string(list) == "[]" }

// checkBlocks says what is wrong with the blocks of a message, as far as it
// is a limit that messages run into.
func checkBlocks(raw json.RawMessage) string {
	var blocks []struct {
		Type string `json:"type"`
		Text *struct {
			Type string `json:"type"`
			Text string `json:"text"`
		} `json:"text"`
	}
	if json.Unmarshal(raw, &blocks) != nil {
		return "must be an array of blocks [json-pointer:/blocks]"
	}
	if len(blocks) > maxBlocks {
		return fmt.Sprintf("no more than %d items allowed [json-pointer:/blocks]", maxBlocks)
	}
	for i, b := range blocks {
		place := fmt.Sprintf("[json-pointer:/blocks/%d/", i)
		limit := map[string]int{"section": maxSection, "header": maxHeader}[b.Type]
		switch {
		case !slices.Contains(blockTypes(), b.Type):
			return "unsupported type: " + b.Type + " " + place + "type]"
		case b.Text == nil:
		case b.Text.Type != "mrkdwn" && b.Text.Type != "plain_text":
			return "unsupported text type " + place + "text/type]"
		case limit > 0 && utf8.RuneCountInString(b.Text.Text) > limit:
			return fmt.Sprintf("must be less than %d characters %stext/text]", limit+1, place)
		case limit > 0 && b.Text.Text == "":
			return "must be more than 0 characters " + place + "text/text]"
		}
	}
	return ""
}

// blockTypes lists the blocks that a message can have.
func blockTypes() []string {
	return []string{"actions", "call", "context", "context_actions", "divider", "file", "header", "image", "input", "markdown", "rich_text", "section", "table", "video"}
}

func postMessage(w *Workspace, a args) (reply, error) {
	if a.text("channel") == "" {
		return nil, missing("channel")
	}
	c, err := w.findPostable(a.text("channel"))
	if err != nil {
		return nil, err
	}
	said, err := readContent(a)
	if err != nil {
		return nil, err
	}
	thread := a.text("thread_ts")
	if thread != "" && !validTS(thread) {
		return nil, refuse("invalid_thread_ts")
	}
	if wait, ok := w.mayPost(c.id); !ok {
		return nil, &apiError{code: "ratelimited", retry: wait}
	}
	ts, at := w.stamp()
	m := &Message{
		Channel: c.id, ChannelName: c.name, TS: ts, ThreadTS: thread, Text: said.text, Blocks: said.blocks, Attachments: said.attachments,
		Metadata: said.metadata, Username: a.text("username"), Time: at, Permalink: w.permalink(c.id, ts),
	}
	w.messages = append(w.messages, m)
	if len(w.messages) > maxMessages {
		w.messages = slices.Clone(w.messages[len(w.messages)-maxMessages*9/10:])
	}
	return reply{"channel": c.id, "ts": ts, "message": viewMessage(w, m)}, nil
}

// validTS says whether a text looks like the ts of a message.
func validTS(s string) bool {
	seconds, micros, ok := strings.Cut(s, ".")
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	return ok && digits(seconds) && digits(micros)
}

// viewMessage returns the JSON of a message.
func viewMessage(w *Workspace, m *Message) map[string]any {
	v := map[string]any{
		"type": "message", "ts": m.TS, "text": m.Text, "user": w.bot.user, "bot_id": w.bot.id, "app_id": w.bot.app, "team": w.team,
		"bot_profile": map[string]any{
			"id": w.bot.id, "deleted": false, "name": w.bot.name, "updated": w.channels[0].created, "app_id": w.bot.app, "team_id": w.team,
			"icons": map[string]string{"image_36": icon(w, 36), "image_48": icon(w, 48), "image_72": icon(w, 72)},
		},
	}
	if m.Username != "" {
		v["username"], v["subtype"] = m.Username, "bot_message"
	}
	if m.Blocks != nil {
		v["blocks"] = m.Blocks
	}
	if m.Attachments != nil {
		v["attachments"] = m.Attachments
	}
	if m.Metadata != nil {
		v["metadata"] = m.Metadata
	}
	if m.ThreadTS != "" {
		v["thread_ts"] = m.ThreadTS
		if root := w.find(m.Channel, m.ThreadTS); root != nil {
			v["parent_user_id"] = w.bot.user
		}
	}
	if m.Edited {
		v["edited"] = map[string]string{"user": w.bot.id, "ts": fmt.Sprintf("%d.000000", m.Changed.Unix())}
	}
	return v
}

// icon is where a picture of a size would be.
func icon(w *Workspace, size int) string {
	return fmt.Sprintf("https://%s.slack.example/img/bot_%d.png", domain(w), size)
}

// find returns a message that is not deleted, or nil.
func (w *Workspace) find(channel, ts string) *Message {
	for _, m := range slices.Backward(w.messages) {
		if m.Channel == channel && m.TS == ts && !m.Deleted {
			return m
		}
	}
	return nil
}

// findMessage returns the message that a call names with two arguments.
func findMessage(w *Workspace, a args, tsName string) (*Message, error) {
	for _, name := range []string{"channel", tsName} {
		if a.text(name) == "" {
			return nil, missing(name)
		}
	}
	c := w.channelOf(a.text("channel"))
	if c == nil {
		return nil, refuse("channel_not_found")
	}
	m := w.find(c.id, a.text(tsName))
	if m == nil {
		return nil, refuse("message_not_found")
	}
	return m, nil
}

// changed is when a message is changed that is changed now.
func (w *Workspace) changed() time.Time { return w.opt.Now().UTC().Truncate(time.Microsecond) }

func updateMessage(w *Workspace, a args) (reply, error) {
	m, err := findMessage(w, a, "ts")
	if err != nil {
		return nil, err
	}
	said, err := readContent(a)
	if err != nil {
		return nil, err
	}
	m.History = append(slices.Clip(m.History), m.Text) // copies of the message share the old ones
	m.Text, m.Edited, m.Changed = said.text, true, w.changed()
	for _, part := range []struct{ old, said *json.RawMessage }{
		{&m.Blocks, &said.blocks}, {&m.Attachments, &said.attachments}, {&m.Metadata, &said.metadata},
	} {
		if *part.said != nil { // what is not given stays
			*part.old = *part.said
		}
	}
	v := viewMessage(w, m)
	for _, name := range []string{"ts", "thread_ts", "parent_user_id"} { // not in this answer, as published samples show
		delete(v, name)
	}
	return reply{"channel": m.Channel, "ts": m.TS, "text": m.Text, "message": v}, nil
}

func deleteMessage(w *Workspace, a args) (reply, error) {
	m, err := findMessage(w, a, "ts")
	if err != nil {
		return nil, err
	}
	m.Deleted, m.Changed = true, w.changed()
	return reply{"channel": m.Channel, "ts": m.TS}, nil
}

func getPermalink(w *Workspace, a args) (reply, error) {
	m, err := findMessage(w, a, "message_ts")
	if err != nil {
		return nil, err
	}
	return reply{"channel": m.Channel, "permalink": m.Permalink}, nil
}
