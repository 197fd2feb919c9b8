package connector_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sallyport/internal/connector"
)

// field is an input or output of a card, as the reference lists it.
type field struct {
	Group  string
	Key    string
	Custom int // made by the author of a flow
	Option bool
	// Literals are what flows have there; a text stands for secrecy.
	Literals any
}

// builder is what Connector Builder puts after names.
var builder = regexp.MustCompile(`_(?:[A-Z0-9]{6}|[A-Za-z0-9]{9,10})$`)

func (f field) name() connector.Key {
	return connector.Key{Group: f.Group, Name: builder.ReplaceAllString(f.Key, "")}
}

// reference reads what is known of the cards that flows use, by channel:method.
func reference(t *testing.T) map[string]struct {
	Event           bool `json:"event trigger"`
	Inputs, Outputs []field
} {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]struct {
		Event           bool `json:"event trigger"`
		Inputs, Outputs []field
	}{}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		text, err := os.ReadFile(filepath.Join(dir, "..", "shared", "reference", "flopack_functions.json"))
		if err != nil {
			continue
		}
		if err := json.Unmarshal(text, &all); err != nil {
			t.Fatal(err)
		}
		return all
	}
	t.Skip("the reference of cards is not beside the checkout")
	return nil
}

// Every card of Okta's own channels is served, and so is all that flows put
// into it or take from it.
func TestCardsOfOkta(t *testing.T) {
	s, err := shelves()
	if err != nil {
		t.Fatal(err)
	}
	cards := 0
	for address, card := range reference(t) {
		rest, ok := strings.CutPrefix(address, "root:channels:http:okta")
		if !ok {
			continue
		}
		parts := strings.Split("okta"+rest, ":")
		channel, method := parts[0], builder.ReplaceAllString(parts[2], "")
		cards++
		if card.Event {
			if e, ok := s.Event(channel, method); !ok || !strings.Contains(e.Event, ".") {
				t.Errorf("no event starts %s:%s", channel, method)
			}
			continue
		}
		serving := s.Cards(channel, method)
		if len(serving) == 0 {
			t.Errorf("nothing serves %s:%s", channel, method)
			continue
		}
		for _, f := range card.Inputs {
			if !taken(serving, f) {
				t.Errorf("%s:%s: nothing takes %s/%s", channel, method, f.Group, f.Key)
			}
		}
		for _, f := range card.Outputs {
			if !given(serving, f) {
				t.Errorf("%s:%s: nothing gives %s/%s", channel, method, f.Group, f.Key)
			}
		}
	}
	if cards < 50 {
		t.Errorf("only %d cards", cards)
	}
}

func taken(serving []connector.Serving, f field) bool {
	key := f.name()
	if f.Custom > 0 || key == (connector.Key{Group: "Streaming", Name: "Flow"}) || f.Group == "" {
		return true // the flow's own
	}
	for _, s := range serving {
		_, decides := s.Card.When[key.Group+"/"+key.Name]
		if _, ok := s.Card.Input(key); ok || decides || s.Card.Limit == key {
			return true
		}
	}
	return false
}

func given(serving []connector.Serving, f field) bool {
	for _, s := range serving {
		streamed := f.Key == "Records Streamed" && s.Card.Stream != ""
		if _, ok := s.Card.Output(f.name()); ok || streamed {
			return true
		}
	}
	return false
}
