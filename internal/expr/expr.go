// Package expr is the expression language: CEL over the values of flows.
package expr

import "sallyport/internal/errs"

// Program is a compiled expression. It is safe for concurrent use.
type Program struct{ source string }

// Compile reads an expression over the named variables.
func Compile(source string, vars ...string) (*Program, error) {
	return nil, errs.New(errs.Internal, "expressions are not there yet")
}

// Source returns the text of the expression.
func (p *Program) Source() string { return p.source }

// Eval returns the value of the expression.
func (p *Program) Eval(vars map[string]any) (any, error) { return nil, nil }

// True returns whether the expression holds: null counts as false.
func (p *Program) True(vars map[string]any) (bool, error) { return false, nil }
