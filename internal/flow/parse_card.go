package flow

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// cardKeys are the keys of a card. What a card is follows from the one of the
// first row that it has; an if without then belongs to a return, stop or fail.
func cardKeys() []string {
	return []string{
		"use", "then", "each", "call", "return", "stop", "fail",
		"id", "title", "note", "if", "else", "out", "as", "do", "collect", "ignore_errors", "with", "table", "on_error", "on_refused", "retry", "timeout",
	}
}

func (r *reader) cards(n *yaml.Node, path string, depth int) []*Card {
	if n.Kind != yaml.SequenceNode {
		r.bad(position(n), path, "a list of cards is wanted")
		return nil
	}
	if depth > maxNesting {
		r.bad(position(n), path, "cards nested deeper than %d", maxNesting)
		return nil
	}
	var out []*Card
	for i, c := range n.Content {
		out = append(out, r.card(c, fmt.Sprintf("%s[%d]", path, i), depth))
	}
	return out
}

func (r *reader) card(n *yaml.Node, path string, depth int) *Card {
	c := &Card{At: position(n), path: path, OnError: Stop, OnRefused: Continue}
	has := map[string]entry{}
	for _, e := range r.mapping(n, path, cardKeys()...) {
		has[e.key] = e
	}
	r.common(c, has)
	var kinds []string
	for _, k := range cardKeys()[:7] {
		if e, ok := has[k]; ok {
			kinds = append(kinds, k)
			r.body(c, e, has, depth)
		}
	}
	switch len(kinds) {
	case 0:
		r.bad(c.At, path, "what the card does is missing: use, if with then, each, call, return, stop or fail")
	case 1:
	default:
		r.bad(c.At, path, "a card does one thing; this one has %s", strings.Join(kinds, " and "))
	}
	r.belongs(c, has)
	return c
}

// belongs refuses keys that mean nothing on a card of its kind.
func (r *reader) belongs(c *Card, has map[string]entry) {
	only := map[string][]CardKind{
		"else": {CardIf}, "out": {CardIf}, "if": {CardIf, CardReturn, CardStop, CardFail},
		"as": {CardEach}, "do": {CardEach}, "collect": {CardEach}, "ignore_errors": {CardEach},
		"with": {CardFunction, CardAction, CardTable, CardCall}, "table": {CardTable},
		"on_error":   {CardFunction, CardAction, CardTable, CardCall, CardEach}, // A function may turn out to be an action, once the connections are known.
		"on_refused": {CardFunction, CardAction}, "retry": {CardFunction, CardAction}, "timeout": {CardFunction, CardAction},
	}
	for key, kinds := range only {
		e, ok := has[key]
		if !ok || c.Kind == "" {
			continue
		}
		fits := false
		for _, k := range kinds {
			fits = fits || c.Kind == k
		}
		if !fits {
			r.bad(e.at, e.path, "means nothing on a card of kind %s", c.Kind)
		}
	}
}

func (r *reader) common(c *Card, has map[string]entry) {
	for key, e := range has {
		switch key {
		case "id":
			c.ID = r.name(e)
		case "title":
			c.Title = r.text(e)
		case "note":
			c.Note = r.text(e)
		case "on_error":
			c.OnError = oneOf(r, e, Stop, Continue)
		case "on_refused":
			c.OnRefused = oneOf(r, e, Stop, Continue)
		case "retry":
			c.Retry.set, c.Retry.For = true, r.duration(e)
		case "timeout":
			c.Timeout = r.duration(e)
		case "if":
			c.cond = e
		case "table":
			c.Slot = r.name(e)
		case "with":
			for _, in := range r.mapping(e.value, e.path) {
				c.Inputs = append(c.Inputs, Input{Name: in.key, Value: r.template(in.value, in.path), At: in.at})
			}
		}
	}
}

func (r *reader) body(c *Card, e entry, has map[string]entry, depth int) {
	switch e.key {
	case "use":
		r.use(c, e)
	case "then":
		r.ifCard(c, e, has, depth)
	case "each":
		r.eachCard(c, e, has, depth)
	case "call":
		c.Kind, c.Flow = CardCall, r.name(e)
	case "return":
		c.Kind = CardReturn
		if e.value.Kind == yaml.ScalarNode && e.value.Tag == "!!null" {
			return
		}
		for _, in := range r.mapping(e.value, e.path) {
			c.Inputs = append(c.Inputs, Input{Name: in.key, Value: r.template(in.value, in.path), At: in.at})
		}
	case "stop":
		c.Kind, c.Reason = CardStop, r.template(e.value, e.path)
	case "fail":
		c.Kind, c.Reason = CardFail, r.template(e.value, e.path)
	}
}

// tablePrefix is how a card names an operation on a table's rows.
const tablePrefix = "table"

// use tells a table operation from an action of a connection slot; whether a
// name is a slot or the family of a function is known once the whole is read.
func (r *reader) use(c *Card, e entry) {
	head, tail, ok := strings.Cut(r.text(e), ".")
	if !ok || head == "" || tail == "" {
		r.bad(position(e.value), e.path, "a function (text.compose), an action of a connection (okta.suspend_user) or a table operation (table.create_row) is wanted")
		return
	}
	c.Use, c.Kind = head+"."+tail, CardFunction
	if head == tablePrefix {
		c.Kind, c.Use = CardTable, tail
	}
}

func (r *reader) ifCard(c *Card, e entry, has map[string]entry, depth int) {
	c.Kind = CardIf
	c.Then = r.cards(e.value, e.path, depth+1)
	if els, ok := has["else"]; ok {
		c.Else = r.cards(els.value, els.path, depth+1)
	}
	if c.cond.value == nil {
		r.bad(c.At, c.path, "then without an if")
	}
	out, ok := has["out"]
	if !ok {
		return
	}
	for _, o := range r.mapping(out.value, out.path) {
		j := JoinOutput{Name: o.key}
		for _, side := range r.mapping(o.value, o.path, "then", "else") {
			if side.key == "then" {
				j.Then = r.template(side.value, side.path)
			} else {
				j.Else = r.template(side.value, side.path)
			}
		}
		c.Join = append(c.Join, j)
	}
}

func (r *reader) eachCard(c *Card, e entry, has map[string]entry, depth int) {
	c.Kind = CardEach
	c.Each = &Each{List: r.template(e.value, e.path), As: "item"}
	for _, key := range []string{"as", "do", "collect", "ignore_errors"} {
		k, ok := has[key]
		if !ok {
			continue
		}
		switch key {
		case "as":
			c.Each.As = r.name(k)
		case "do":
			c.Each.Body = r.cards(k.value, k.path, depth+1)
		case "collect":
			c.Each.Collect, c.Each.Collects = r.template(k.value, k.path), true
		case "ignore_errors":
			c.Each.IgnoreErrors = r.boolean(k)
		}
	}
	if len(c.Each.Body) == 0 {
		r.bad(c.At, c.path, "the cards to run for each item are missing: do")
	}
}
