package oktafilter

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"sallyport/internal/detect"
)

// operator is a comparison of texts, and of numbers where there is another one.
type operator struct {
	text, number detect.Op
	ordered      bool // number is another one than text
}

func operators() map[string]operator {
	return map[string]operator{
		"eq": {text: detect.Equal}, "ne": {text: detect.Equal}, "in": {text: detect.Equal}, "pr": {text: detect.HasValue},
		"co": {text: detect.Contains}, "sw": {text: detect.StartsWith}, "ew": {text: detect.EndsWith},
		"gt": {text: detect.After, number: detect.Greater, ordered: true},
		"ge": {text: detect.NotBefore, number: detect.GreaterEqual, ordered: true},
		"lt": {text: detect.Before, number: detect.Less, ordered: true},
		"le": {text: detect.NotAfter, number: detect.LessEqual, ordered: true},
	}
}

// comparison reads what follows a field.
func (p *parser) comparison(path string) (detect.Expr, error) {
	t, name := p.tok, strings.ToLower(p.tok.text)
	op, ok := operators()[name]
	switch {
	case t.kind == end:
		return nil, p.fail(t.at, "the filter ends after the field %s; write a comparison, such as %s pr", path, path)
	case t.kind != word || !ok:
		return nil, p.fail(t.at, "%s is no operator; write eq, ne, co, sw, ew, gt, ge, lt, le, pr or in after the field %s", t, path)
	}
	if err := p.next(); err != nil {
		return nil, err
	}
	switch name {
	case "pr":
		return detect.Test{Path: path, Op: detect.HasValue}, nil
	case "in":
		values, err := p.list()
		return detect.Test{Path: path, Op: detect.Equal, Values: values}, err
	case "eq", "ne":
		return p.equality(path, name == "ne")
	}
	at := p.tok.at
	v, err := p.value()
	switch {
	case err != nil:
		return nil, err
	case v.kind == aText:
		return detect.Test{Path: path, Op: op.text, Values: []detect.Value{v.Value}}, nil
	case v.kind == aNumber && op.ordered:
		return detect.Test{Path: path, Op: op.number, Values: []detect.Value{v.Value}}, nil
	case op.ordered:
		return nil, p.fail(at, "%s compares by order, which true, false and null have not; write a text or a number", name)
	}
	return nil, p.fail(at, "%s looks into texts; put the value in double quotes", name)
}

// equality reads the value of eq and ne.
func (p *parser) equality(path string, not bool) (detect.Expr, error) {
	v, err := p.value()
	if err != nil {
		return nil, err
	}
	var e detect.Expr = detect.Test{Path: path, Op: detect.Equal, Values: []detect.Value{v.Value}}
	if v.kind == aNull {
		e = detect.Test{Path: path, Op: detect.Absent}
	}
	if not {
		e = detect.Not{Expr: e}
	}
	return e, nil
}

type valueKind uint8

const (
	aText valueKind = iota
	aNumber
	aBoolean
	aNull
)

type value struct {
	detect.Value
	kind valueKind
}

// list reads ["a", "b"].
func (p *parser) list() ([]detect.Value, error) {
	if p.tok.kind != sign || p.tok.text != "[" && p.tok.text != "(" {
		return nil, p.fail(p.tok.at, `%s stands where a list is wanted; write it as ["a", "b"]`, p.tok)
	}
	closing := map[string]string{"[": "]", "(": ")"}[p.tok.text]
	var values []detect.Value
	for {
		if err := p.next(); err != nil {
			return nil, err
		}
		at := p.tok.at
		v, err := p.value()
		switch {
		case err != nil:
			return nil, err
		case v.kind == aNull:
			return nil, p.fail(at, "null is no value of a list; write eq null beside it, joined by or")
		}
		if !slices.Contains(values, v.Value) {
			values = append(values, v.Value)
		}
		if p.tok.kind == sign && p.tok.text == closing {
			return values, p.next()
		}
		if p.tok.kind != sign || p.tok.text != "," {
			return nil, p.fail(p.tok.at, "%s stands where the list goes on with a comma or ends with %s", p.tok, closing)
		}
	}
}

func (p *parser) value() (value, error) {
	t := p.tok
	switch t.kind {
	case quoted:
		return value{Value: detect.Value{Text: t.text}}, p.next()
	case word:
		return p.literal(t)
	case end:
		return value{}, p.fail(t.at, `the filter ends where a value is wanted; write one, such as "SUCCESS"`)
	case sign:
	}
	return value{}, p.fail(t.at, `%s stands where a value is wanted; write one, such as "SUCCESS"`, t)
}

// literal reads a value without quotes.
func (p *parser) literal(t token) (value, error) {
	switch t.text {
	case "true", "false":
		return value{Value: detect.Value{Text: t.text}, kind: aBoolean}, p.next()
	case "null":
		return value{kind: aNull}, p.next()
	}
	f, err := strconv.ParseFloat(t.text, 64)
	if err != nil || !strings.ContainsAny(t.text[:1], "0123456789+-.") || math.IsInf(f, 0) || math.IsNaN(f) || strings.ContainsAny(t.text, "xX_") {
		return value{}, p.fail(t.at, `%s is no value; put texts in double quotes: "%s"`, t.text, t.text)
	}
	return value{Value: detect.Value{Number: f, IsNum: true}, kind: aNumber}, p.next()
}
