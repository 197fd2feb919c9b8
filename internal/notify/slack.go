package notify

import (
	"strings"

	"sallyport/internal/alert"
	"sallyport/internal/value"
)

// Limits of Block Kit's texts, in characters
// (https://docs.slack.dev/reference/block-kit/blocks).
const (
	maxHeader  = 150
	maxSection = 2900 // of 3000
	maxOption  = 75
	maxOptions = 100
)

// cut bounds a text to so many characters.
func cut(text string, most int) string {
	rs := []rune(text)
	if len(rs) <= most {
		return text
	}
	return string(rs[:most-1]) + "…"
}

// escaped keeps a text from meaning anything in Slack's markup.
func escaped(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

func plainText(text string) *value.Object {
	return value.Map("type", "plain_text", "text", text, "emoji", false)
}

func markdown(text string) *value.Object { return value.Map("type", "mrkdwn", "text", text) }

func section(text string) *value.Object {
	return value.Map("type", "section", "text", markdown(text))
}

func slackMessage(to string, about []Subject) *value.Object {
	if len(about) == 1 {
		s := about[0]
		return value.Map("channel", to, "text", escaped(s.line()), "blocks", SlackBlocks(s))
	}
	return value.Map("channel", to, "text", digestTitle(len(about)), "blocks", slackDigest(about))
}

// slackDigest is one message of many subjects, each a link.
func slackDigest(about []Subject) []any {
	out := []any{value.Map("type", "header", "text", plainText(digestTitle(len(about))))}
	for _, s := range about[:min(len(about), maxLines)] {
		out = append(out, section(cut(escaped(s.line()), maxSection)+"\n<"+s.Link+"|"+s.opens()+">"))
	}
	if more := rest(len(about)); more != "" {
		out = append(out, value.Map("type", "context", "elements", []any{plainText(more)}))
	}
	return out
}

// SlackBlocks are the blocks of a message about one subject, with the buttons that
// its state allows.
func SlackBlocks(s Subject) []any {
	w := s.said()
	var lines []string
	for _, r := range s.rows() {
		text, sep := escaped(cut(r[1], maxSection/2)), "  "
		if strings.Contains(text, "\n") {
			sep = "\n"
		}
		if r[0] != "State" {
			lines = append(lines, "*"+r[0]+"*"+sep+text)
		}
	}
	foot := "<" + s.Link + "|" + s.opens() + ">"
	if w.state != "" {
		foot = escaped(w.state) + " · " + foot
	}
	if s.Note != "" {
		foot += " · " + escaped(s.Note)
	}
	out := []any{
		value.Map("type", "header", "text", plainText(cut(w.headline, maxHeader))),
		section(cut(strings.Join(lines, "\n"), maxSection)),
		value.Map("type", "context", "elements", []any{markdown(foot)}),
	}
	switch {
	case s.Ask != nil:
		return append(out, s.Ask.buttons()...)
	case s.News != nil || s.Alert.State == alert.Closed:
		return out
	}
	var buttons []any
	if s.Alert.State == alert.Open {
		buttons = append(buttons, button(PressAcknowledge, "Acknowledge"))
	}
	buttons = append(buttons, button(PressAssign, "Assign to me"), confirmed(button(PressBenign, "Close as benign"), "Close the alert as benign?", "Close it"), button(PressRespond, "Run a response…"))
	return append(out, value.Map("type", "actions", "block_id", blockPrefix+s.Alert.ID, "elements", buttons))
}

func button(action, text string) *value.Object {
	return value.Map("type", "button", "action_id", action, "text", plainText(text))
}

// confirmed asks before an element does what it does.
func confirmed(element *value.Object, question, yes string) *value.Object {
	return element.With("confirm", value.Map("title", plainText("Are you sure?"), "text", plainText(question), "confirm", plainText(yes), "deny", plainText("Cancel")))
}

// Choice is a response that somebody may run.
type Choice struct{ Flow, Title string }

// SlackChoices are the blocks by which somebody chooses a response for an alert.
func SlackChoices(a alert.Alert, choices []Choice) []any {
	options := make([]any, 0, len(choices))
	for _, c := range choices[:min(len(choices), maxOptions)] {
		options = append(options, value.Map("text", plainText(cut(c.Title, maxOption)), "value", c.Flow))
	}
	menu := confirmed(value.Map("type", "static_select", "action_id", PressRun, "placeholder", plainText("Choose a response"), "options", options),
		cut("It is run for "+who(a.Entity)+".", maxSection), "Run it")
	return []any{
		section(cut("What is to be done about *"+escaped(a.Title)+"* of "+escaped(who(a.Entity))+"?", maxSection)),
		value.Map("type", "actions", "block_id", blockPrefix+a.ID, "elements", []any{menu}),
	}
}

// SlackText is what stands for a message where its blocks are not shown.
func SlackText(s Subject) string { return escaped(s.line()) }
