package connector

import (
	"slices"
	"strings"

	"sallyport/internal/value"
)

// Card is a card of Okta Workflows that an action stands for: where what the
// card takes goes, and where what it gives comes from.
type Card struct {
	Channel string `json:"channel"` // okta
	Method  string `json:"method"`  // readUser
	// When says what the card's options must be, by group/key; the empty text
	// is an option that the card lacks. Nil serves what no other mapping does.
	When    map[string][]string `json:"when,omitempty"`
	Inputs  []KeyMap            `json:"inputs,omitempty"`
	Fixed   *value.Object       `json:"fixed,omitempty"` // inputs of the action that are always the same
	Outputs []KeyMap            `json:"outputs,omitempty"`
	// Stream is the list output whose items the card's flow is called for, and
	// Limit the card's key that says for how many; empty where it does not stream.
	Stream string `json:"stream,omitempty"`
	Limit  Key    `json:"limit,omitzero"`

	at string // file and line
}

// Key names an input or output of a card.
type Key struct {
	Group string `json:"group"` // may be empty
	Name  string `json:"name"`  // in a [KeyMap], * is all that the group has besides
}

// KeyMap leads from a key of a card to a place in the inputs or outputs of the
// action. With the name *, the key's own name comes after the path.
type KeyMap struct {
	Key
	Path []string `json:"path"` // the name of the port, then the way into it
}

// EventCard is an event card of Okta Workflows, which starts a flow.
type EventCard struct {
	Channel string `json:"channel"` // okta
	Method  string `json:"method"`  // userCreated
	Event   string `json:"event"`   // the type of event that it stands for; empty where Called
	// Called says that the system itself calls the flow, with the card's fields as
	// the fields of a JSON body.
	Called bool `json:"called,omitempty"`
	// Targets bounds the events to those with a target of a type whose ID the
	// card's options name: the first of the keys that has a value.
	Targets []TargetKeys `json:"targets,omitempty"`

	at string // file and line
}

// TargetKeys are the options of an event card that name a target of one type.
type TargetKeys struct {
	Type string `json:"type"` // as in the event: AppInstance
	Keys []Key  `json:"keys"`
}

// Serving is an action that serves a card.
type Serving struct {
	Connector *Connector
	Action    *Action
	Card      Card
}

// splitKey reads group/name; what has no slash has no group.
func splitKey(s string) Key {
	group, name, ok := strings.Cut(s, "/")
	if !ok {
		return Key{Name: s}
	}
	return Key{Group: group, Name: name}
}

// Fits reports whether the mapping is for a card with these options; option
// returns the literal of an option as text, "" for one that the card lacks.
func (c Card) Fits(option func(Key) string) bool {
	for name, wanted := range c.When {
		if !slices.Contains(wanted, option(splitKey(name))) {
			return false
		}
	}
	return true
}

// Input returns where the card's input goes: the name of an input of the
// action, then the way into it. Several keys may lead to one place: of those,
// the first, in the order of Inputs, that has a value counts.
func (c Card) Input(k Key) (path []string, ok bool) { return follow(c.Inputs, k) }

// Output returns where the card's output is found: the name of an output of
// the action, then the way into it.
func (c Card) Output(k Key) (path []string, ok bool) { return follow(c.Outputs, k) }

// follow prefers the key itself over the rest of its group.
func follow(maps []KeyMap, k Key) ([]string, bool) {
	for _, m := range maps {
		if m.Key == k {
			return slices.Clone(m.Path), true
		}
	}
	for _, m := range maps {
		if m.Group == k.Group && m.Name == "*" {
			return append(slices.Clone(m.Path), k.Name), true
		}
	}
	return nil, false
}

// overlaps reports whether some card would be served by both mappings.
func (c Card) overlaps(other Card) bool {
	if c.Channel != other.Channel || c.Method != other.Method || (c.When == nil) != (other.When == nil) {
		return false
	}
	for name, wanted := range c.When {
		also, ok := other.When[name]
		if ok && !slices.ContainsFunc(wanted, func(w string) bool { return slices.Contains(also, w) }) {
			return false
		}
	}
	return true
}

// Literal returns what an input takes where a card has a literal for it: Yes
// and No are true and false where the input is a boolean, one of its values is
// found in any case, and whatever can be had of its kind without loss is.
func (p Port) Literal(v any) any {
	text, ok := v.(string)
	if ok && p.Type == value.Boolean {
		switch strings.ToLower(text) {
		case "yes":
			return true
		case "no":
			return false
		}
	}
	for _, e := range p.Enum {
		if s, isText := e.(string); ok && isText && strings.EqualFold(s, text) {
			return s
		}
	}
	return value.Loosely(v, p.Type)
}

// InputNamed returns the input of a name, or nil.
func (a *Action) InputNamed(name string) *Port { return portNamed(name, a.Inputs) }

// Cards returns the actions that serve a card of Okta Workflows, the one that
// serves what the others do not last. None is that nothing serves it.
func (s *Shelf) Cards(channel, method string) []Serving {
	var first, last []Serving
	for _, c := range s.All() {
		for _, id := range c.ActionIDs() {
			for _, card := range c.Actions[id].Cards {
				switch serving := (Serving{c, c.Actions[id], card}); {
				case card.Channel != channel || card.Method != method:
				case card.When == nil:
					last = append(last, serving)
				default:
					first = append(first, serving)
				}
			}
		}
	}
	return append(first, last...)
}

// Event returns the event that an event card of Okta Workflows stands for.
func (s *Shelf) Event(channel, method string) (EventCard, bool) {
	for _, c := range s.All() {
		for _, e := range c.Events {
			if e.Channel == channel && e.Method == method {
				return e, true
			}
		}
	}
	return EventCard{}, false
}
