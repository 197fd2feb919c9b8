// Package expression evaluates the part of Okta's Expression Language that
// group rules use: attributes of the user, comparison, AND/OR/NOT and their
// symbols, the conditional operator, functions on texts and arrays, and group
// membership. It is not a general implementation of the language; a function
// that it does not know is an error, never a guess.
//
// Source: developer.okta.com/docs/reference/okta-expression-language/.
package expression

import (
	"fmt"
)

// Env is what an expression can ask about the user it is evaluated for.
type Env struct {
	// Attr returns a profile attribute: a string, float64, bool, []any or nil.
	Attr func(name string) any
	// Groups returns the groups that the user is a member of.
	Groups func() []Group
}

// Group is one membership of the user.
type Group struct{ ID, Name string }

// Expr is a parsed expression.
type Expr struct{ root node }

// Match evaluates the expression for one user. A value that is not a boolean
// is an error, as it is to Okta.
func (e Expr) Match(env Env) (bool, error) {
	v, err := e.root.eval(&env)
	if err != nil {
		return false, err
	}
	b, ok := v.(bool)
	if !ok {
		return false, fmt.Errorf("the expression gives %T, not a boolean", v)
	}
	return b, nil
}

// Value evaluates the expression for one user.
func (e Expr) Value(env Env) (any, error) { return e.root.eval(&env) }

type node interface {
	eval(env *Env) (any, error)
}

type (
	constant  struct{ value any }
	attribute struct{ name string }
	list      struct{ items []node }
	not       struct{ inner node }
	logic     struct {
		and         bool
		left, right node
	}
	relation struct {
		op          string
		left, right node
	}
	choice struct{ test, yes, no node }
	call   struct {
		name string
		args []node
	}
)

func (n constant) eval(*Env) (any, error)      { return n.value, nil }
func (n attribute) eval(env *Env) (any, error) { return env.Attr(n.name), nil }

func (n list) eval(env *Env) (any, error) {
	out := make([]any, 0, len(n.items))
	for _, item := range n.items {
		v, err := item.eval(env)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (n not) eval(env *Env) (any, error) {
	v, err := truth(n.inner, env)
	return !v, err
}

func (n logic) eval(env *Env) (any, error) {
	left, err := truth(n.left, env)
	if err != nil || left != n.and { // "false AND" and "true OR" are decided
		return left, err
	}
	return truth(n.right, env)
}

func (n choice) eval(env *Env) (any, error) {
	test, err := truth(n.test, env)
	if err != nil {
		return nil, err
	}
	if test {
		return n.yes.eval(env)
	}
	return n.no.eval(env)
}

func (n relation) eval(env *Env) (any, error) {
	left, err := n.left.eval(env)
	if err != nil {
		return nil, err
	}
	right, err := n.right.eval(env)
	if err != nil {
		return nil, err
	}
	switch n.op {
	case "==":
		return same(left, right), nil
	case "!=":
		return !same(left, right), nil
	}
	var less, more bool
	switch l := left.(type) {
	case string:
		r, ok := right.(string)
		less, more = ok && l < r, ok && l > r
		if !ok {
			return false, nil
		}
	case float64:
		r, ok := right.(float64)
		less, more = ok && l < r, ok && l > r
		if !ok {
			return false, nil
		}
	default: // nothing is smaller or larger than null
		return false, nil
	}
	switch n.op {
	case "<":
		return less, nil
	case "<=":
		return !more, nil
	case ">":
		return more, nil
	default:
		return !less, nil
	}
}

func (n call) eval(env *Env) (any, error) {
	args := make([]any, len(n.args))
	for i, a := range n.args {
		v, err := a.eval(env)
		if err != nil {
			return nil, err
		}
		args[i] = v
	}
	return function(n.name)(env, args)
}

// truth evaluates an operand of a logical operator; null counts as false.
func truth(n node, env *Env) (bool, error) {
	v, err := n.eval(env)
	if err != nil || v == nil {
		return false, err
	}
	b, ok := v.(bool)
	if !ok {
		return false, fmt.Errorf("%T where a boolean is needed", v)
	}
	return b, nil
}

func same(a, b any) bool {
	switch a.(type) {
	case nil, string, float64, bool:
		switch b.(type) {
		case nil, string, float64, bool:
			return a == b
		}
	}
	return false
}
