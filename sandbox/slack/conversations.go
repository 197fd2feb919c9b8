package slack

import (
	"slices"
	"strings"
)

// channel is a conversation: a channel, or a direct message with somebody.
type channel struct {
	id, name string
	purpose  string
	created  int64 // seconds since 1970
	archived bool
	private  bool
	general  bool
	outside  bool   // the bot is not in it; a private one is invisible then
	with     string // user id, for a direct message
}

// seed makes the channels that every workspace has.
func (w *Workspace) seed() {
	born := w.opt.Now().AddDate(-3, 0, 0).Unix()
	for _, c := range []channel{
		{name: "general", purpose: "Everybody", general: true},
		{name: "random", purpose: "Everything else"},
		{name: "security", purpose: "What the security team talks about"},
		{name: "security-alerts", purpose: "Alerts of the identity provider"},
		{name: "identity-ops", purpose: "Joiners, movers, leavers"},
		{name: "it-help", purpose: "Ask IT"},
		{name: "incidents", purpose: "Open incidents", private: true},
		{name: "executive", purpose: "Board", private: true, outside: true},
		{name: "old-alerts", purpose: "Moved to #security-alerts", archived: true},
	} {
		c.id, c.created = w.id("C"), born
		w.channels = append(w.channels, &c)
	}
}

// channelOf returns the conversation with an id or a name, with or without
// "#", that the bot can see; nil when there is none.
func (w *Workspace) channelOf(ref string) *channel {
	name := strings.ToLower(strings.TrimPrefix(ref, "#"))
	for _, c := range w.channels {
		if (c.id == ref || c.name == name && c.with == "") && (!c.private || !c.outside) {
			return c
		}
	}
	return nil
}

// findPostable returns the conversation that a message goes to. The id of a
// person stands for the direct message with them.
func (w *Workspace) findPostable(ref string) (*channel, error) {
	c := w.channelOf(ref)
	if c == nil {
		if p, ok := w.opt.People.ByID(strings.TrimPrefix(ref, "@")); ok && !p.Deleted {
			return w.direct(p), nil
		}
		return nil, refuse("channel_not_found")
	}
	if c.archived {
		return nil, refuse("is_archived")
	}
	return c, nil
}

// direct returns the direct message with a person, opening it if need be.
func (w *Workspace) direct(p Person) *channel {
	for _, c := range w.channels {
		if c.with == p.ID {
			return c
		}
	}
	c := &channel{id: w.id("D"), name: p.Name, created: w.opt.Now().Unix(), private: true, with: p.ID}
	w.channels = append(w.channels, c)
	return c
}

// viewChannel returns the JSON of a conversation.
func viewChannel(w *Workspace, c *channel) map[string]any {
	if c.with != "" {
		return map[string]any{
			"id": c.id, "created": c.created, "is_archived": false, "is_im": true, "is_org_shared": false, "user": c.with,
			"is_user_deleted": false, "priority": 0, "context_team_id": w.team, "updated": c.created * 1000,
		}
	}
	topic := map[string]any{"value": "", "creator": "", "last_set": 0}
	return map[string]any{
		"id": c.id, "name": c.name, "name_normalized": c.name, "created": c.created, "updated": c.created * 1000, "creator": w.bot.user,
		"is_channel": !c.private, "is_group": c.private, "is_im": false, "is_mpim": false, "is_private": c.private, "is_archived": c.archived,
		"is_general": c.general, "is_member": !c.outside, "is_shared": false, "is_ext_shared": false, "is_org_shared": false,
		"is_pending_ext_shared": false, "pending_shared": []string{}, "pending_connected_team_ids": []string{}, "shared_team_ids": []string{w.team},
		"previous_names": []string{}, "unlinked": 0, "context_team_id": w.team, "num_members": 12, "topic": topic,
		"purpose": map[string]any{"value": c.purpose, "creator": w.bot.user, "last_set": c.created},
	}
}

func conversationInfo(w *Workspace, a args) (reply, error) {
	if a.text("channel") == "" {
		return nil, missing("channel")
	}
	c := w.channelOf(a.text("channel"))
	if c == nil || c.id != a.text("channel") { // names are for posting only
		return nil, refuse("channel_not_found")
	}
	return reply{"channel": viewChannel(w, c)}, nil
}

func listConversations(w *Workspace, a args) (reply, error) {
	types := a.text("types")
	if types == "" {
		types = "public_channel"
	}
	wanted := strings.Split(strings.ReplaceAll(types, " ", ""), ",")
	var in []*channel
	for _, c := range w.channels {
		kind := "public_channel"
		switch {
		case c.with != "":
			kind = "im"
		case c.private:
			kind = "private_channel"
		}
		if slices.Contains(wanted, kind) && (!c.private || !c.outside) && (!c.archived || !a.flag("exclude_archived")) {
			in = append(in, c)
		}
	}
	if after := a.text("cursor"); after != "" {
		i := slices.IndexFunc(in, func(c *channel) bool { return c.id == after })
		if i < 0 {
			return nil, refuse("invalid_cursor")
		}
		in = in[i+1:]
	}
	next, limit := "", a.number("limit", 100, 1000)
	if len(in) > limit {
		in = in[:limit]
		next = in[limit-1].id
	}
	out := []map[string]any{}
	for _, c := range in {
		out = append(out, viewChannel(w, c))
	}
	return reply{"channels": out, "response_metadata": map[string]any{"next_cursor": next}}, nil
}

func createConversation(w *Workspace, a args) (reply, error) {
	name := a.text("name")
	switch {
	case name == "":
		return nil, refuse("invalid_name_required")
	case len(name) > 80:
		return nil, refuse("invalid_name_maxlength")
	case strings.ToLower(name) != name || strings.ContainsAny(name, " .#@,;:!?/\\"):
		return nil, refuse("invalid_name_specials")
	case slices.ContainsFunc(w.channels, func(c *channel) bool { return c.name == name && c.with == "" }):
		return nil, refuse("name_taken")
	}
	c := &channel{id: w.id("C"), name: name, created: w.opt.Now().Unix(), private: a.flag("is_private")}
	w.channels = append(w.channels, c)
	return reply{"channel": viewChannel(w, c)}, nil
}

func archiveConversation(w *Workspace, a args) (reply, error) {
	if a.text("channel") == "" {
		return nil, missing("channel")
	}
	c := w.channelOf(a.text("channel"))
	switch {
	case c == nil || c.with != "":
		return nil, refuse("channel_not_found")
	case c.general:
		return nil, refuse("cant_archive_general")
	case c.archived:
		return nil, refuse("already_archived")
	}
	c.archived = true
	return reply{}, nil
}

func openConversation(w *Workspace, a args) (reply, error) {
	if a.text("users") == "" {
		return nil, missing("users")
	}
	p, ok := w.opt.People.ByID(a.text("users"))
	if !ok {
		return nil, refuse("user_not_found")
	}
	c := w.direct(p)
	return reply{"channel": map[string]any{"id": c.id}, "no_op": false, "already_open": false}, nil
}
