package app_test

import (
	"strings"
	"testing"

	"sallyport/internal/value"
)

// try is an If Error with bodies, which gives x.
func try(body, handler []*box, outside ...slot) *box {
	return &box{address: "control:tryCatch", in: append([]slot{{key: "flo", typ: "flo", data: body}}, outside...), handler: handler, out: []slot{{key: "x", typ: "object"}, {key: "y", typ: "object"}}}
}

func fails(message string) *box {
	return &box{address: "control:throw", in: []slot{{key: "message", typ: "string", data: message}, {key: "statusCode", typ: "number", data: 400}}}
}

// The body of an If/ElseIf or If Error gives what a Return in it gives, and nothing
// without one, be it a single card.
func TestBodyWithoutReturn(t *testing.T) {
	call := func() *box {
		return &box{address: "control:spawn", in: []slot{{key: "flo", typ: "flo", data: "helper"}}, out: []slot{{key: "x", typ: "string"}}}
	}
	branch := func(a string) *box {
		return &box{address: "control:branch", in: []slot{
			{key: "if/left-operand", typ: "string", data: a},
			{key: "if/operator", typ: "string", data: "=="},
			{key: "if/right-operand", typ: "string", data: "a"},
			{key: "if/flo", typ: "flo", data: []*box{start(), call()}},
			{key: "else/flo", typ: "flo", data: []*box{start(), call()}},
		}, out: []slot{{key: "x", typ: "string"}}}
	}
	for name, card := range map[string]*box{
		"the body of an If Error":    try([]*box{start(), call()}, []*box{start(), give(slot{key: "x", typ: "string", data: "caught"})}),
		"the handler of an If Error": try([]*box{start(), fails("no")}, []*box{start(), call()}),
		"a case":                     branch("a"),
		"the else":                   branch("b"),
	} {
		t.Run(name, func(t *testing.T) {
			f := flows{
				"main":   {start(), card, give(slot{key: "x", typ: "string", data: wire{card, "x"}})},
				"helper": {start(), give(slot{key: "x", typ: "string", data: "of the helper"})},
			}
			if got := f.play(t, value.NewObject(0)); got != `{"x":null}` {
				t.Errorf("got %s", got)
			}
		})
	}
}

// A body has the context of its flow.
func TestContextInBody(t *testing.T) {
	for _, key := range []string{"body", "handler"} {
		t.Run(key, func(t *testing.T) {
			in := start()
			gives := []*box{in, give(slot{key: "x", typ: "string", data: wire{in, "context/execution_id"}})}
			card := try(gives, []*box{start()})
			if key == "handler" {
				card = try([]*box{start(), fails("no")}, gives)
			}
			got := (flows{"main": {start(), card, give(slot{key: "x", typ: "string", data: wire{card, "x"}})}}).play(t, value.NewObject(0))
			if !strings.HasPrefix(got, `{"x":"`) {
				t.Errorf("got %s", got)
			}
		})
	}
}

// part takes one value out of an object.
func part(from wire, path string) *box {
	return &box{address: "object:get", in: []slot{{key: "object", typ: "object", data: from}, {key: "path", typ: "string", data: path}}, out: []slot{{key: "output", typ: "object"}}}
}

// What comes into a body from outside keeps its meaning there: the error of an
// outer handler within another's, the round of an outer loop within another.
func TestOutside(t *testing.T) {
	outerStart := start()
	innerStart := start(slot{key: "context/w", typ: "object"})
	outer, inner := part(wire{innerStart, "context/w"}, "message"), part(wire{innerStart, "context/error"}, "message")
	within := try([]*box{start(), fails("INNER")},
		[]*box{innerStart, outer, inner, give(slot{key: "x", typ: "string", data: wire{outer, "output"}}, slot{key: "y", typ: "string", data: wire{inner, "output"}})},
		slot{key: "context/w", typ: "object", data: wire{outerStart, "context/error"}})
	around := try([]*box{start(), fails("OUTER")},
		[]*box{outerStart, within, give(slot{key: "x", typ: "string", data: wire{within, "x"}}, slot{key: "y", typ: "string", data: wire{within, "y"}})})
	f := flows{"main": {start(), around, give(slot{key: "x", typ: "string", data: wire{around, "x"}}, slot{key: "y", typ: "string", data: wire{around, "y"}})}}
	if got := f.play(t, value.NewObject(0)); got != `{"x":"OUTER","y":"INNER"}` {
		t.Errorf("the errors are %s", got)
	}

	each := start(slot{key: "it", typ: "string"})
	rounds := &box{address: "list:map", in: []slot{{key: "list", typ: "string[]", data: []any{"a", "b"}}, {key: "flo", typ: "flo", data: "helper"}, {key: "n", typ: "number", data: wire{each, "context/index"}, dynamic: "-"}}, out: []slot{{key: "new list", typ: "number[]"}}}
	loop := &box{address: "list:map", in: []slot{{key: "list", typ: "string[]", data: []any{"a", "b", "c"}}, {key: "flo", typ: "flo", data: []*box{each, rounds, give(slot{key: "n", typ: "object", data: wire{rounds, "new list"}})}}}, out: []slot{{key: "new list", typ: "string[]"}}}
	helper := start(slot{key: "n", typ: "number"})
	f = flows{
		"main":   {start(), loop, give(slot{key: "x", typ: "object[]", data: wire{loop, "new list"}})},
		"helper": {helper, give(slot{key: "n", typ: "number", data: wire{helper, "n"}})},
	}
	if got := f.run(t, f.export(t), value.NewObject(0)); got != `{"x":[[0,0],[1,1],[2,2]]}` {
		t.Errorf("the rounds are %s", got)
	}
}

// over is a card that runs the flow helper for each item of a list.
func over(address string, list any, out slot, more ...slot) *box {
	in := []slot{{key: "list", typ: "object[]", data: list}, {key: "flo", typ: "flo", data: "helper"}, {key: "it", typ: "object", dynamic: ":"}}
	return &box{address: address, in: append(in, more...), out: []slot{out}}
}

// What is no list is gone over as the one item of one.
func TestOneItem(t *testing.T) {
	for name, tt := range map[string]struct {
		given any
		want  string
	}{
		"a map over an object":          {value.Map("a", 1.0, "b", 2.0), `{"x":[{"a":1,"b":2}]}`},
		"a map over the text of a list": {`[{"a":1},{"a":2}]`, `{"x":[{"a":1},{"a":2}]}`},
		"a map over nothing":            {nil, `{"x":[]}`},
	} {
		t.Run(name, func(t *testing.T) {
			from, in := start(slot{key: "l", typ: "object[]"}), start(slot{key: "it", typ: "object"})
			loop := over("list:map", wire{from, "l"}, slot{key: "new list", typ: "string[]"})
			f := flows{
				"main":   {from, loop, give(slot{key: "x", typ: "object[]", data: wire{loop, "new list"}})},
				"helper": {in, give(slot{key: "it", typ: "object", data: wire{in, "it"}})},
			}
			if got := f.play(t, value.Map("l", tt.given)); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// A memo that is declared to be an object is the object of all that a round
// returns, be there nothing yet.
func TestMemo(t *testing.T) {
	for name, tt := range map[string]struct {
		declared string
		given    any
		want     string
	}{
		"an object that is not there yet": {"object", nil, `{"x":{"a":"y","b":"two"}}`},
		"an object":                       {"object", value.NewObject(0), `{"x":{"a":"y","b":"two"}}`},
		"a text":                          {"string", nil, `{"x":"y"}`},
	} {
		t.Run(name, func(t *testing.T) {
			from, in := start(slot{key: "m", typ: tt.declared}), start(slot{key: "it", typ: "string"}, slot{key: "memo", typ: tt.declared})
			loop := over("list:reduce", []any{"x", "y"}, slot{key: "item", typ: tt.declared}, slot{key: "memo", typ: tt.declared, data: wire{from, "m"}})
			f := flows{
				"main":   {from, loop, give(slot{key: "x", typ: "object", data: wire{loop, "item"}})},
				"helper": {in, give(slot{key: "a", typ: "string", data: wire{in, "it"}}, slot{key: "b", typ: "string", data: "two"})},
			}
			if got := f.play(t, value.Map("m", tt.given)); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// An If/Else says whether its comparison holds, after it and within its sides.
func TestResultOfIf(t *testing.T) {
	for a, want := range map[string]string{"a": `{"x":true,"y":true}`, "b": `{"x":false,"y":null}`} {
		from := start(slot{key: "a", typ: "string"})
		card := &box{address: "control:if", in: []slot{{key: "left-operand", typ: "string", data: wire{from, "a"}}, {key: "operator", typ: "string", data: "=="}, {key: "right-operand", typ: "string", data: "a"}}, out: []slot{{key: "result", typ: "boolean"}}}
		within := &box{address: "control:let", in: []slot{{key: "y", typ: "boolean", data: wire{card, "result"}}}, out: []slot{{key: "y", typ: "boolean"}}}
		then, els, join := &box{address: "control:noop"}, &box{address: "control:noop"}, &box{address: "control:join", in: []slot{{key: "y", typ: "boolean", data: wire{within, "y"}}}, out: []slot{{key: "y", typ: "boolean"}}}
		card.sides = [2][]*box{{then, within, join}, {els, join}}
		f := flows{"main": {from, card, join, give(slot{key: "x", typ: "boolean", data: wire{card, "result"}}, slot{key: "y", typ: "boolean", data: wire{join, "y"}})}}
		if got := f.play(t, value.Map("a", a)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
