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
			{key: "if/left-operand", typ: "string", data: a}, {key: "if/operator", typ: "string", data: "=="}, {key: "if/right-operand", typ: "string", data: "a"},
			{key: "if/flo", typ: "flo", data: []*box{start(), call()}}, {key: "else/flo", typ: "flo", data: []*box{start(), call()}},
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
