package connector

import (
	"errors"
	"fmt"
	"strings"

	"sallyport/internal/connector/document"
	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// compileCard reads what the action is to a card of Okta Workflows.
func (a *Action) compileCard(c document.Cursor) Card {
	m := Card{Stream: c.Text("stream"), Limit: splitKey(c.Text("limit")), at: c.Where()}
	m.Channel, m.Method, _ = strings.Cut(c.Text("card"), ":")
	for name, literals := range c.At("when").Fields() {
		if m.When == nil {
			m.When = map[string][]string{}
		}
		for l := range literals.Items() {
			m.When[name] = append(m.When[name], value.String(l.Value))
		}
	}
	m.Inputs = compileKeys(c.At("inputs"), a.Inputs)
	m.Outputs = compileKeys(c.At("outputs"), a.Outputs)
	m.Fixed = a.compileFixed(c.At("fixed"))
	for _, p := range a.Inputs {
		mapped, fixed := m.reaches(p.Name), m.Fixed.At(p.Name) != nil
		switch {
		case mapped && fixed:
			c.At("fixed").Fail("%s is given by the card", p.Name)
		case p.Required && !mapped && !fixed:
			c.Fail("%s is required, and nothing of the card leads to it", p.Name)
		}
	}
	a.checkStream(c.At("stream"), m.Stream)
	if m.Stream == "" && m.Limit != (Key{}) {
		c.At("limit").Fail("it is of a card that streams")
	}
	return m
}

// compileKeys reads keys of a card and the ports that they lead to.
func compileKeys(c document.Cursor, ports []Port) []KeyMap {
	var maps []KeyMap
	for name, to := range c.Fields() {
		m := KeyMap{Key: splitKey(name)}
		text, rest := strings.CutSuffix(value.String(to.Value), ".*")
		path, err := value.ParseRef(text)
		if err != nil {
			to.Fail("%v", err)
			continue
		}
		m.Path = path
		p := portNamed(path[0], ports)
		switch {
		case p == nil:
			to.Fail("there is no %s", path[0])
		case rest != (m.Name == "*"):
			to.Fail("a key of * leads to a path that ends with .*, and no other does")
		case (rest || len(path) > 1) && p.Type != value.Obj && p.Type != value.Any:
			to.Fail("%s is no object", path[0])
		}
		maps = append(maps, m)
	}
	return maps
}

func (a *Action) compileFixed(c document.Cursor) *value.Object {
	if !c.Present() {
		return nil
	}
	fixed := value.NewObject(2)
	for name, f := range c.Fields() {
		p := portNamed(name, a.Inputs)
		if p == nil {
			f.Fail("there is no such input")
			continue
		}
		v, err := value.Convert(f.Value, p.Type)
		if err != nil {
			f.Fail("%v", err)
		}
		fixed.Set(name, v)
	}
	return fixed
}

// reaches reports whether a key of the card leads to an input.
func (c Card) reaches(input string) bool {
	for _, m := range c.Inputs {
		if m.Path[0] == input {
			return true
		}
	}
	return false
}

// checkStream looks at what an action needs where a list of it is gone over
// page by page.
func (a *Action) checkStream(c document.Cursor, output string) {
	if output == "" {
		return
	}
	if p := portNamed(output, a.Outputs); p == nil || p.Type != value.List {
		c.Fail("%s is no list among the outputs", output)
	}
	if p := a.do.pages(); p == nil || p.start == nil || portNamed("next", a.Inputs) == nil || portNamed("next", a.Outputs) == nil {
		c.Fail("it has no pages to go on with: pages.start, and an input and an output next")
	}
}

// compileEvents reads the event cards; the short form is the type of event alone.
func compileEvents(c document.Cursor) []EventCard {
	var cards []EventCard
	for name, e := range c.Fields() {
		card := EventCard{Event: e.Text("event"), Called: e.Bool("called"), at: e.Where()}
		if text, ok := e.Value.(string); ok {
			card.Event = text
		}
		if card.Called == (card.Event != "") {
			e.Fail("it stands for a type of event, or is called: one of them")
		}
		card.Channel, card.Method, _ = strings.Cut(name, ":")
		for kind, keys := range e.At("targets").Fields() {
			t := TargetKeys{Type: kind}
			for _, k := range e.At("targets").Texts(kind) {
				t.Keys = append(t.Keys, splitKey(k))
			}
			if len(t.Keys) == 0 {
				keys.Fail("it names no option")
			}
			card.Targets = append(card.Targets, t)
		}
		cards = append(cards, card)
	}
	return cards
}

// checkCards looks for cards that two actions, or two events, claim.
func (s *Shelf) checkCards() error {
	var faults []error
	cards := map[string][]Card{}
	events := map[string]string{}
	for _, c := range s.All() {
		for _, id := range c.ActionIDs() {
			for _, card := range c.Actions[id].Cards {
				name := card.Channel + ":" + card.Method
				for _, other := range cards[name] {
					if card.overlaps(other) {
						faults = append(faults, errs.New(errs.Invalid, "%s: the card %s is served at %s already", card.at, name, other.at))
					}
				}
				cards[name] = append(cards[name], card)
			}
		}
		for _, e := range c.Events {
			name := e.Channel + ":" + e.Method
			if other, ok := events[name]; ok {
				faults = append(faults, errs.New(errs.Invalid, "%s: the event card %s is mapped at %s already", e.at, name, other))
			}
			events[name] = e.at
		}
	}
	if len(faults) > 0 {
		return fmt.Errorf("cards of Okta Workflows: %w", errors.Join(faults...))
	}
	return nil
}
