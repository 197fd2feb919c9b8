package flow

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// kindKeys are the keys that say what a card is: it has one of them. An if
// without then belongs to a return, stop or fail.
func kindKeys() []string {
	return []string{
		"use", "then", "branch", "try", "each", "map", "filter", "reduce", "repeat", "call", "wait",
		"return", "respond", "answer", "stop", "fail", "comment",
	}
}

// cardKeys are the keys of a card.
func cardKeys() []string {
	return append(kindKeys(),
		"id", "title", "note", "if", "unless", "else", "out", "catch", "as", "do", "ignore_errors", "concurrency", "gives", "memo", "stream",
		"async", "empty", "status", "details", "with", "table", "on_error", "on_refused", "retry", "timeout")
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
	c := &Card{At: position(n), path: path, OnError: OnError{Way: Stop}, OnRefused: OnError{Way: Continue}}
	has := map[string]entry{}
	for _, e := range r.mapping(n, path, cardKeys()...) {
		has[e.key] = e
	}
	r.common(c, has)
	var kinds []string
	for _, k := range kindKeys() {
		if e, ok := has[k]; ok {
			kinds = append(kinds, k)
			r.body(c, e, has, depth)
		}
	}
	switch len(kinds) {
	case 0:
		r.bad(c.At, path, "what the card does is missing: if with then, or one of %s", strings.Join(kindKeys(), ", "))
	case 1:
	default:
		r.bad(c.At, path, "a card does one thing; this one has %s", strings.Join(kinds, " and "))
	}
	r.belongs(c, has)
	return c
}

// belonging are the kinds of cards on which a key means something.
func belonging() map[string][]CardKind {
	conditional := []CardKind{CardIf, CardReturn, CardStop, CardFail}
	loops := []CardKind{CardEach, CardMap, CardFilter, CardReduce, CardRepeat}
	return map[string][]CardKind{
		"if": conditional, "unless": conditional, "else": {CardIf, CardBranch}, "out": {CardIf}, "catch": {CardTry},
		"as": {CardEach, CardMap, CardFilter, CardReduce}, "do": loops, "ignore_errors": loops, "concurrency": loops,
		"gives": {CardMap, CardReduce}, "memo": {CardReduce}, "stream": {CardFunction, CardAction}, "async": {CardCall},
		"status": {CardFail}, "details": {CardFail},
		"with": {CardFunction, CardAction, CardTable, CardCall}, "table": {CardTable}, "empty": {CardTable},
		// A function may turn out to be an action, once the connections are known.
		"on_error":   append([]CardKind{CardFunction, CardAction, CardTable, CardCall, CardTry, CardBranch, CardFail}, loops...),
		"on_refused": {CardFunction, CardAction}, "retry": {CardFunction, CardAction}, "timeout": {CardFunction, CardAction},
	}
}

// belongs refuses keys that mean nothing on a card of its kind.
func (r *reader) belongs(c *Card, has map[string]entry) {
	for key, kinds := range belonging() {
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
			c.OnError = r.onError(e)
		case "on_refused":
			c.OnRefused = OnError{Way: oneOf(r, e, Stop, Continue)}
		case "retry":
			c.Retry = r.retry(e)
		case "timeout":
			c.Timeout = r.duration(e)
		case "if", "unless":
			if c.If != nil {
				r.bad(e.at, e.path, "a card has an if or an unless, not both")
			}
			c.If = r.conditionOf(e)
			c.If.Unless = key == "unless"
		case "table":
			c.Slot = r.name(e)
		case "empty":
			c.KeepEmpty = oneOf(r, e, "keep") != ""
		case "with":
			c.Inputs = r.inputs(e)
		}
	}
}

// inputs reads a mapping of names and values.
func (r *reader) inputs(of entry) []Input {
	if of.value.Kind == yaml.ScalarNode && of.value.Tag == "!!null" {
		return nil
	}
	var out []Input
	for _, in := range r.mapping(of.value, of.path) {
		out = append(out, Input{Name: in.key, Value: r.template(in.value, in.path), At: in.at})
	}
	return out
}

// onError reads a word, or a mapping of the way and what it needs.
func (r *reader) onError(e entry) OnError {
	if e.value.Kind == yaml.ScalarNode {
		return OnError{Way: oneOf(r, e, Stop, Continue)}
	}
	out := OnError{}
	entries := r.mapping(e.value, e.path, string(HandOver), string(GiveBack))
	if len(entries) != 1 {
		r.bad(e.at, e.path, "stop, continue, {call: FLOW} or {return: {…}} is wanted")
	}
	for _, k := range entries {
		out.Way = ErrorWay(k.key)
		if out.Way == HandOver {
			out.Flow = r.name(k)
			continue
		}
		out.Return = r.inputs(k)
	}
	return out
}

// maxTries bounds how often a card may be tried again.
const maxTries = 100

// retry reads a span of time, or a number of times.
func (r *reader) retry(e entry) Retry {
	if e.value.Kind == yaml.ScalarNode {
		return Retry{set: true, For: r.duration(e)}
	}
	out := Retry{set: true}
	for _, k := range r.mapping(e.value, e.path, "times", "delay", "only", "safe") {
		switch k.key {
		case "times":
			out.Times = r.count(k, 0, maxTries)
		case "only":
			out.OnlyRate = oneOf(r, k, "rate_limits") != ""
		case "safe":
			out.Safe = r.boolean(k)
		case "delay":
			if k.value.Kind != yaml.SequenceNode {
				out.Least = r.duration(k)
				out.Most = out.Least
				continue
			}
			if len(k.value.Content) != 2 {
				r.bad(k.at, k.path, "a span of time, or the shortest and the longest of them, is wanted")
				continue
			}
			out.Least = r.duration(entry{value: k.value.Content[0], path: k.path + "[0]"})
			out.Most = r.duration(entry{value: k.value.Content[1], path: k.path + "[1]"})
			if out.Most < out.Least {
				r.bad(k.at, k.path, "the longest delay comes second")
			}
		}
	}
	return out
}

func (r *reader) body(c *Card, e entry, has map[string]entry, depth int) {
	switch e.key {
	case "use":
		r.use(c, e)
		if s, ok := has["stream"]; ok {
			c.Loop = r.stream(s, depth)
		}
	case "call":
		c.Kind, c.Flow = CardCall, r.name(e)
		if a, ok := has["async"]; ok {
			c.Async = r.boolean(a)
		}
	case "return":
		c.Kind, c.Inputs = CardReturn, r.inputs(e)
	case "stop":
		c.Kind, c.Reason = CardStop, r.template(e.value, e.path)
	case "fail":
		r.failCard(c, e, has)
	case "comment":
		c.Kind = CardComment
		if c.Note = r.text(e); c.Title == "" {
			c.Title = "Comment"
		}
	default:
		r.control(c, e, has, depth)
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
