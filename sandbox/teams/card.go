package teams

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// cardType is the content type of an adaptive card.
const cardType = "application/vnd.microsoft.card.adaptive"

// envelope is what a webhook takes: a message with cards attached.
type envelope struct {
	Type        string `json:"type"`
	Attachments []struct {
		ContentType string          `json:"contentType"`
		Content     json.RawMessage `json:"content"`
	} `json:"attachments"`
}

// cardVersion matches the version of an adaptive card's schema.
var cardVersion = regexp.MustCompile(`^1\.[0-6]$`)

// readEnvelope checks the body of a post to a Workflows webhook, and returns
// its card.
func readEnvelope(body []byte) (json.RawMessage, error) {
	var in envelope
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, errors.New("Invalid JSON") //nolint:staticcheck // shown as the service writes it
	}
	switch {
	case in.Type != "message":
		return nil, fmt.Errorf(`type must be "message", not %q`, in.Type)
	case len(in.Attachments) != 1:
		return nil, fmt.Errorf("attachments must hold one card, not %d", len(in.Attachments))
	case in.Attachments[0].ContentType != cardType:
		return nil, fmt.Errorf("attachments[0].contentType must be %q", cardType)
	}
	card := in.Attachments[0].Content
	return card, checkCard(card)
}

// checkCard says what is wrong with an adaptive card, as far as Teams would
// show nothing at all.
func checkCard(raw json.RawMessage) error {
	var card struct {
		Type    string            `json:"type"`
		Version string            `json:"version"`
		Body    []json.RawMessage `json:"body"`
		Actions []json.RawMessage `json:"actions"`
	}
	if err := json.Unmarshal(raw, &card); err != nil {
		return errors.New("attachments[0].content must be an adaptive card")
	}
	switch {
	case card.Type != "AdaptiveCard":
		return fmt.Errorf(`content.type must be "AdaptiveCard", not %q`, card.Type)
	case card.Version != "" && !cardVersion.MatchString(card.Version):
		return fmt.Errorf("content.version %q is not known", card.Version)
	}
	for i, raw := range append(card.Body, card.Actions...) {
		var element struct {
			Type string `json:"type"`
		}
		if json.Unmarshal(raw, &element) != nil || element.Type == "" {
			return fmt.Errorf("element %d of the card has no type", i)
		}
	}
	return nil
}

// readLegacy checks the body of a post to a connector, which takes message
// cards and, since 2021, adaptive cards in an envelope. It returns the card, or
// the connector's sentence.
func readLegacy(body []byte) (card json.RawMessage, problem string) {
	var in struct {
		envelope
		Text    string `json:"text"`
		Summary string `json:"summary"`
		Title   string `json:"title"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, "Bad payload received by generic incoming webhook."
	}
	if in.Type == "message" {
		card, err := readEnvelope(body)
		if err != nil {
			return nil, "Bad payload received by generic incoming webhook."
		}
		return card, ""
	}
	if strings.TrimSpace(in.Text) == "" && strings.TrimSpace(in.Summary) == "" {
		return nil, "Summary or Text is required."
	}
	return body, ""
}

// readable collects what people read in a card: a line for each text, in the
// order of the card.
func readable(card json.RawMessage) string {
	var lines []string
	d := json.NewDecoder(strings.NewReader(string(card)))
	collect(d, "", &lines)
	return strings.Join(lines, "\n")
}

// collect reads one value and adds the texts in it that are shown. Key is the
// name of the field that holds the value.
func collect(d *json.Decoder, key string, lines *[]string) {
	token, err := d.Token()
	if err != nil {
		return
	}
	switch token := token.(type) {
	case json.Delim:
		for d.More() {
			in := key
			if token == '{' {
				name, err := d.Token()
				if err != nil {
					return
				}
				in, _ = name.(string)
			}
			collect(d, in, lines)
		}
		_, _ = d.Token() // the closing bracket; the card was valid JSON
	case string:
		switch key {
		case "text", "title", "value", "summary", "activityTitle", "activitySubtitle", "activityText", "name":
			if token = strings.TrimSpace(token); token != "" {
				*lines = append(*lines, token)
			}
		}
	}
}
