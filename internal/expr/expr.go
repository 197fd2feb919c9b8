// Package expr is the one expression language of the product: CEL
// (https://cel.dev) over the values of flows. Conditions, suppressions,
// posture checks, connectors and flows all use it.
//
// It differs from plain CEL where data of the outside world would make plain
// CEL fail:
//
//   - A field that is not there is null, at any depth: user.profile.manager is
//     null where there is no profile. has(user.profile) tells whether it is there.
//   - Null is nothing: it is neither less nor greater than anything, contains
//     nothing, has size 0, is an empty list to walk, and counts as false. Added
//     to a text it is the empty text. Functions of a null text are null.
//   - There is one kind of number: 5 / 2 is 2.5 and 1 == 1.0. Values of
//     different kinds are never equal, and comparing their order is false.
//   - Text + anything is text.
//
// Beside CEL's own functions and macros, cel.bind(name, value, expression)
// among them, there are those listed in [Functions]. There is no clock: an
// expression gives the same value for the same variables. What it may cost is
// limited; there is no way to make it run long.
package expr

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/interpreter"
)

// The limits of an expression.
const (
	maxSource = 16 << 10 // bytes of text
	maxCost   = 300_000  // in steps: a field read, a call, a hundred bytes of text looked at
	maxText   = 1 << 20  // bytes of a text that an expression makes
	maxItems  = 100_000  // of a list that an expression makes
)

// Error says what is wrong with an expression, and where. Line and Column
// count from 1; they are 0 where it failed while it was evaluated.
type Error struct {
	Line    int
	Column  int
	Message string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message)
}

// Program is a compiled expression. It is safe for concurrent use.
type Program struct {
	source  string
	program cel.Program
	kind    types.Kind // of its values, as far as the text tells

	vars []string // of one that is compiled when it is first used
	once sync.Once
	err  error
}

// Later is [Compile] for an expression that is known to be right: it is compiled
// when it is first used. Who reads thousands of them and uses ten does not pay for
// the rest.
func Later(source string, vars ...string) *Program { return &Program{source: source, vars: vars} }

// ready compiles an expression that was put off.
func (p *Program) ready() error {
	p.once.Do(func() {
		if p.program != nil {
			return
		}
		made, err := Compile(p.source, p.vars...)
		if err != nil {
			p.err = err
			return
		}
		p.program, p.kind = made.program, made.kind
	})
	return p.err
}

// Compile reads an expression over the named variables. Each may hold any
// value; one that is not given when it is evaluated is null. The error is an
// [*Error], the first of the expression's faults.
func Compile(source string, vars ...string) (*Program, error) {
	if len(source) > maxSource {
		return nil, &Error{Line: 1, Column: 1, Message: fmt.Sprintf("the expression is longer than %d bytes", maxSource)}
	}
	lang, err := language()
	if err != nil {
		return nil, fmt.Errorf("make the expression language: %w", err)
	}
	opts := make([]cel.EnvOption, len(vars))
	for i, v := range vars {
		opts[i] = cel.Variable(v, cel.DynType)
	}
	env, err := lang.Extend(opts...)
	if err != nil {
		return nil, fmt.Errorf("declare the variables %s: %w", strings.Join(vars, ", "), err)
	}
	checked, err := nullSafe(env, source)
	if err != nil {
		return nil, err
	}
	program, err := env.Program(checked, cel.CostLimit(maxCost), cel.CostTracking(costs{}))
	if err != nil {
		return nil, &Error{Line: 1, Column: 1, Message: err.Error()}
	}
	return &Program{source: source, program: program, kind: checked.OutputType().Kind()}, nil
}

// CompileCondition is Compile for an expression that has to be true or false: one
// that is seen to give something else is an error.
func CompileCondition(source string, vars ...string) (*Program, error) {
	p, err := Compile(source, vars...)
	if err != nil {
		return nil, err
	}
	if slices.Contains([]types.Kind{types.BoolKind, types.DynKind, types.AnyKind, types.NullTypeKind, types.TypeParamKind}, p.kind) {
		return p, nil
	}
	return nil, &Error{Line: 1, Column: 1, Message: "the condition is neither true nor false; compare it with something"}
}

// Source returns the text of the expression.
func (p *Program) Source() string { return p.source }

// Eval returns the value of the expression. The variables hold values as
// package value describes them; they are not changed.
func (p *Program) Eval(vars map[string]any) (any, error) {
	if err := p.ready(); err != nil {
		return nil, err
	}
	out, _, err := p.program.Eval(activation(vars))
	if err != nil {
		return nil, &Error{Message: message(err)}
	}
	v, err := toValue(out)
	if err != nil {
		return nil, &Error{Message: err.Error()}
	}
	return v, nil
}

// True reports whether the expression holds. Null counts as false; a value
// that is neither true nor false is an error.
func (p *Program) True(vars map[string]any) (bool, error) {
	v, err := p.Eval(vars)
	if err != nil {
		return false, err
	}
	switch v := v.(type) {
	case nil:
		return false, nil
	case bool:
		return v, nil
	}
	return false, &Error{Message: "the condition gives a value that is neither true nor false"}
}

// message returns what an evaluation says went wrong, in the words of this
// package where CEL's would not help.
func message(err error) string {
	text := strings.TrimPrefix(err.Error(), "internal error: ")
	switch {
	case strings.Contains(text, "cost limit exceeded"):
		return "the expression does too much work"
	case strings.HasPrefix(text, "no such overload"):
		return "a value is of the wrong kind for what is done with it (" + text + ")"
	}
	return text
}

// activation gives an expression its variables; those not given are null.
type activation map[string]any

// ResolveName implements [interpreter.Activation].
func (a activation) ResolveName(name string) (any, bool) {
	if v, ok := a[name]; ok {
		return v, true
	}
	return types.NullValue, !strings.HasPrefix(name, "@") && !strings.Contains(name, ".")
}

// Parent implements [interpreter.Activation].
func (a activation) Parent() interpreter.Activation { return nil }
