package flow

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"sallyport/internal/value"
)

// control reads the cards that have others within, or wait, or answer.
func (r *reader) control(c *Card, e entry, has map[string]entry, depth int) {
	switch e.key {
	case "then":
		r.ifCard(c, e, has, depth)
	case "branch":
		r.branchCard(c, e, has, depth)
	case "try":
		c.Kind, c.Then = CardTry, r.cards(e.value, e.path, depth+1)
		if k, ok := has["catch"]; ok {
			c.Catch = r.cards(k.value, k.path, depth+1)
		}
	case "wait":
		r.waitCard(c, e)
	case "respond", "answer":
		c.Kind = CardKind(e.key)
		c.Reply = r.reply(e)
	default:
		c.Kind = CardKind(e.key)
		c.Loop = r.loop(c, e, has, depth)
	}
}

func (r *reader) ifCard(c *Card, e entry, has map[string]entry, depth int) {
	c.Kind = CardIf
	c.Then = r.cards(e.value, e.path, depth+1)
	if els, ok := has["else"]; ok {
		c.Else = r.cards(els.value, els.path, depth+1)
	}
	if c.If == nil {
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

func (r *reader) branchCard(c *Card, e entry, has map[string]entry, depth int) {
	c.Kind = CardBranch
	if e.value.Kind != yaml.SequenceNode || len(e.value.Content) == 0 {
		r.bad(e.at, e.path, "a list of cases is wanted, each with if and do")
		return
	}
	for i, n := range e.value.Content {
		path := fmt.Sprintf("%s[%d]", e.path, i)
		k := Case{}
		for _, f := range r.mapping(n, path, "if", "unless", "title", "do") {
			switch f.key {
			case "if", "unless":
				k.If = r.conditionOf(f)
				k.If.Unless = f.key == "unless"
			case "title":
				k.Title = r.text(f)
			case "do":
				k.Do = r.cards(f.value, f.path, depth+1)
			}
		}
		if k.If == nil {
			r.bad(position(n), path, "when the case holds is missing: if")
			continue
		}
		c.Cases = append(c.Cases, k)
	}
	if els, ok := has["else"]; ok {
		c.Else = r.cards(els.value, els.path, depth+1)
	}
}

// maxConcurrency bounds how many rounds of a loop, or runs of a flow, may be under
// way at once.
const maxConcurrency = 100

func (r *reader) loop(c *Card, e entry, has map[string]entry, depth int) *Loop {
	l := &Loop{Over: r.template(e.value, e.path), As: "item", Gives: GivesField}
	if c.Kind == CardRepeat {
		l.As = ""
	}
	for _, key := range []string{"as", "do", "ignore_errors", "concurrency", "gives", "memo"} {
		k, ok := has[key]
		if !ok {
			continue
		}
		switch key {
		case "as":
			l.As = r.name(k)
		case "do":
			l.Body = r.cards(k.value, k.path, depth+1)
		case "ignore_errors":
			l.IgnoreErrors = r.boolean(k)
		case "concurrency":
			l.Concurrency = r.count(k, 1, maxConcurrency)
		case "gives":
			l.Gives = oneOf(r, k, GivesField, GivesObject)
		case "memo":
			l.Memo = r.template(k.value, k.path)
		}
	}
	if len(l.Body) == 0 {
		r.bad(c.At, c.path, "the cards to run in each round are missing: do")
	}
	return l
}

func (r *reader) stream(e entry, depth int) *Loop {
	l := &Loop{As: "record", IgnoreErrors: true}
	for _, k := range r.mapping(e.value, e.path, "as", "by", "do", "limit") {
		switch k.key {
		case "as":
			l.As = r.name(k)
		case "by":
			l.Pages = oneOf(r, k, "record", "page") == "page"
		case "do":
			l.Body = r.cards(k.value, k.path, depth+1)
		case "limit":
			l.Limit = r.template(k.value, k.path)
		}
	}
	if len(l.Body) == 0 {
		r.bad(e.at, e.path, "the cards to run for each record are missing: do")
	}
	return l
}

func (r *reader) waitCard(c *Card, e entry) {
	c.Kind, c.Wait = CardWait, &Wait{}
	given := map[string]bool{}
	for _, k := range r.mapping(e.value, e.path, "for", "unit", "until") {
		given[k.key] = true
		switch t := r.template(k.value, k.path); k.key {
		case "for":
			c.Wait.For = t
		case "unit":
			c.Wait.Unit = t
		case "until":
			c.Wait.Until, c.Wait.Dated = t, true
		}
	}
	if given["until"] == given["for"] || given["for"] != given["unit"] {
		r.bad(e.at, e.path, "either until, or for and unit, is wanted")
	}
}

func (r *reader) reply(e entry) *Reply {
	out := &Reply{Status: value.Literal(float64(200))}
	for _, k := range r.mapping(e.value, e.path, "status", "headers", "body") {
		switch t := r.template(k.value, k.path); k.key {
		case "status":
			out.Status = t
		case "headers":
			out.Headers = t
		case "body":
			out.Body = t
		}
	}
	return out
}

func (r *reader) failCard(c *Card, e entry, has map[string]entry) {
	c.Kind, c.Reason = CardFail, r.template(e.value, e.path)
	if s, ok := has["status"]; ok {
		c.Status = r.template(s.value, s.path)
	}
	if d, ok := has["details"]; ok {
		c.Details = r.inputs(d)
	}
}

// conditionOf reads CEL, which is compiled once the names around it are known, or
// a comparison.
func (r *reader) conditionOf(e entry) *Condition {
	c := &Condition{at: e.at, path: e.path, Is: "=="}
	if e.value.Kind != yaml.MappingNode {
		c.text = e
		return c
	}
	for _, k := range r.mapping(e.value, e.path, "a", "is", "b") {
		switch k.key {
		case "a":
			c.A = r.template(k.value, k.path)
		case "b":
			c.B = r.template(k.value, k.path)
		case "is":
			c.Is = oneOf(r, k, value.Operators()...)
		}
	}
	return c
}
